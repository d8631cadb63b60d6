//! Dockerfile.example, whose last stage is built word for word, on a base that is here and not in a registry.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use crate::image::{Folder, Image, image};

/// The image of Dockerfile.example, built for the first test that asks; none where the tests cannot run.
fn example() -> Option<&'static Image> {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    let base = image()?;
    Some(IMAGE.get_or_init(|| {
        let context = Folder::new();
        // The test image has the binary where the stage that builds it leaves it, and can stand for Debian too.
        let dockerfile = format!("FROM {0} AS build\nFROM {0}\n{1}", base.name(), last_stage());
        fs::write(context.path.join("Dockerfile"), dockerfile).unwrap();
        Image::build(&context.path)
    }))
}

/// All that comes after the last FROM of Dockerfile.example.
fn last_stage() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Dockerfile.example");
    let text = fs::read_to_string(file).unwrap();
    let (_, from_base_on) = text.rsplit_once("\nFROM ").expect("Dockerfile.example has two stages");
    from_base_on.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn dockerfile_example_makes_rinit_pid_1_and_docker_stop_quick() {
    let Some(image) = example() else { return };
    let container = image.alone(&[]).start();
    // Its program says nothing; it is there when PID 1 has a child.
    container.wait_until("the program runs", || !container.children_of_pid_1().is_empty());
    assert_eq!(container.exec("readlink /proc/1/exe").expect_success(), "/sbin/rinit\n");
    let duration = container.stop(&[]);
    assert_eq!(container.end().status, 143);
    // The grace period is ten seconds.
    assert!(duration < Duration::from_secs(5), "docker stop took {duration:?}");
}

#[test]
fn an_image_like_dockerfile_example_runs_any_other_command_too() {
    let Some(image) = example() else { return };
    let ended = image.alone(&["sh", "-c", "echo $PPID: \"$@\"; exit 7", "sh", "-v", "--help"]).run();
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (7, "1: -v --help\n", ""));
}
