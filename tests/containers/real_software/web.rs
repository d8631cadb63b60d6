//! A web application that needs a database, which comes later, and a password, which is in a file.

use std::fs;
use std::sync::OnceLock;

use super::guide::Migration;
use super::{as_user, base, ids_of, put, wait_for_answer, wait_for_words};
use crate::container::{Container, Launch};
use crate::engine::{docker, unique_name};
use crate::image::{Folder, Image, init};

const PASSWORD: &str = "a pass'word\n\n";

/// PostgreSQL, which wants INT for what others call TERM, and refuses to be root: rinit starts its set-up, and it.
const DATABASE: &str = r#"
COPY rinit /sbin/rinit
COPY pg_hba.conf /etc/
ENTRYPOINT ["/sbin/rinit", "--user=postgres", "--rewrite=TERM:INT", \
    "--pre=/sbin/rinit --user=postgres -- initdb --no-sync --username=app --pwfile=/run/secrets/password --pgdata=/var/lib/postgresql/data", "--"]
CMD ["postgres", "-D", "/var/lib/postgresql/data", "-c", "listen_addresses=*", "-c", "hba_file=/etc/pg_hba.conf"]
"#;

struct Images {
    web: Migration,
    database: Image,
}

fn images() -> Option<&'static Images> {
    static IMAGES: OnceLock<Option<Images>> = OnceLock::new();
    IMAGES
        .get_or_init(|| {
            let base = base()?;
            let context = Folder::new();
            put(&context, "rinit", &fs::read(init().0).unwrap(), 0o755);
            put(&context, "pg_hba.conf", b"host all all all scram-sha-256\n", 0o644);
            put(&context, "Dockerfile", format!("FROM {}{DATABASE}", base.name()).as_bytes(), 0o644);
            let web = Migration::of("web", &[("app.py", include_str!("app.py"))])?;
            Some(Images { web, database: Image::build(&context.path) })
        })
        .as_ref()
}

/// A network whose containers find each other by name. It is removed when this goes out of scope, after its containers.
struct Network {
    name: String,
    secret: Folder,
}

impl Network {
    fn new() -> Network {
        let name = unique_name();
        docker(&["network", "create", &name]).expect_success();
        let network = Network { name, secret: Folder::new() };
        // Root's alone, as a secret is; and one for the set-up of the database, which reads it itself.
        put(&network.secret, "of-web", PASSWORD.as_bytes(), 0o400);
        put(&network.secret, "of-database", PASSWORD.as_bytes(), 0o444);
        network
    }

    fn start(&self, launch: Launch, secret: &str, options: &[&str]) -> Container {
        let volume = format!("{}/{secret}:/run/secrets/password:ro", self.secret.path.display());
        launch.options(&[&["--network", &self.name, "--volume", &volume], options].concat()).start()
    }

    fn web(&self, image: &Image, options: &[&str]) -> Container {
        let secret = ["--env", "PGPASSWORD_FILE=/run/secrets/password"];
        self.start(image.alone(&[]), "of-web", &[&secret, options].concat())
    }

    fn database(&self) -> Container {
        self.start(images().unwrap().database.alone(&[]), "of-database", &["--network-alias", "db"])
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = std::process::Command::new("docker").args(["network", "rm", &self.name]).output();
    }
}

const VISIT: &str = "wget -q -O - http://127.0.0.1:8000/";

fn starts_when_its_database_is_there(image: &Image, waits: impl Fn(&Container) -> bool) {
    let network = Network::new();
    let web = network.web(image, &["--env", "RINIT_VERBOSITY=2"]);
    web.wait_until("it waits", || waits(&web));
    assert!(!web.exec("pidof python3").status.success());

    let database = network.database();
    wait_for_answer(&web, VISIT, "visits: 1\n");
    wait_for_answer(&web, VISIT, "visits: ");
    assert_eq!(ids_of(&web, "python3"), "uid 33 33 33 33, gid 33 33 33 33, groups ");
    let variables = as_user(&web, "www-data", "tr '\\0' '\\n' < /proc/$(pidof python3)/environ");
    let of_database: Vec<&str> = variables.lines().filter(|line| line.starts_with("PG")).collect();
    assert!(of_database.contains(&"PGHOST=db") && of_database.contains(&"PGPASSWORD=a pass'word"), "{variables}");
    assert_eq!(of_database.len(), 2, "{variables}");

    for container in [web, database] {
        container.stop(&[]);
        let ended = container.end();
        assert_eq!(ended.status, 0, "{ended:?}");
    }
}

#[test]
fn a_web_application_under_its_script_starts_when_its_database_is_there() {
    let Some(images) = images() else { return };
    starts_when_its_database_is_there(&images.web.before, |web| web.exec("pidof nc sleep").status.success());
}

#[test]
fn a_web_application_under_rinit_starts_when_its_database_is_there() {
    let Some(images) = images() else { return };
    starts_when_its_database_is_there(&images.web.after, |web| web.log().contains("tcp://db:5432"));
}

#[test]
fn a_web_application_whose_database_does_not_come_is_not_started() {
    let Some(images) = images() else { return };
    let network = Network::new();
    let web = network.web(&images.web.after, &["--env", "RINIT_WAIT_TIMEOUT=1s"]);
    let ended = web.end();
    assert_eq!((ended.status, ended.stdout.as_str()), (124, ""), "{ended:?}");
    assert!(ended.of_init().len() == 1 && ended.of_init()[0].contains("tcp://db:5432"), "{ended:?}");
}

#[test]
fn a_web_application_that_waits_for_its_database_is_stopped_at_once() {
    let Some(images) = images() else { return };
    let network = Network::new();
    let web = network.web(&images.web.after, &["--env", "RINIT_VERBOSITY=2", "--env", "RINIT_WAIT_TIMEOUT=1h"]);
    wait_for_words(&web, "tcp://db:5432");
    web.stop(&[]);
    let ended = web.end();
    assert_eq!(ended.status, 143, "{ended:?}");
}

#[test]
fn a_web_application_without_its_secret_is_not_started() {
    let Some(images) = images() else { return };
    let variable = ["--env", "PGPASSWORD_FILE=/no/such/file"];
    let ended = images.web.after.alone(&[]).options(&variable).run();
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{ended:?}");
    assert!(ended.of_init()[0].contains("'/no/such/file'"), "{ended:?}");
}
