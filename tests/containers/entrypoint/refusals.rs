//! `--user`: any doubt is 125 before anything has run, and never "as root after all".

use super::{image, nothing_runs};
use crate::image::{Folder, Image};

#[test]
fn what_is_no_user_is_refused() {
    for user in ["", ":", "worker:", ":worker", "worker:worker:", "::", "4294967295", "99999999999999999999", "1000:"] {
        nothing_runs(&["--user", user], &[], 125, &["rinit: cannot "]);
        nothing_runs(&[], &["--env", &format!("RINIT_USER={user}")], 125, &["rinit: cannot "]);
    }
}

#[test]
fn who_is_not_there_is_refused() {
    for (user, parts) in [
        ("nobody", ["'nobody'", "/etc/passwd"]),
        ("Worker", ["'Worker'", "/etc/passwd"]),
        ("worker ", ["'worker '", "/etc/passwd"]),
        ("# A comment, and an empty line.", ["A comment", "/etc/passwd"]),
        ("logs", ["'logs'", "/etc/passwd"]),
        ("-1", ["'-1'", "/etc/passwd"]),
        ("worker:homeless", ["'homeless'", "/etc/group"]),
        ("0:nobody", ["'nobody'", "/etc/group"]),
    ] {
        nothing_runs(&[&format!("--user={user}")], &[], 125, &parts);
    }
}

#[test]
fn without_a_passwd_a_name_is_refused() {
    let Some(from) = image() else { return };
    let context = Folder::new();
    let dockerfile = format!("FROM {}\nRUN [\"/bin/sh\", \"-c\", \"rm /etc/passwd /etc/group\"]\n", from.name());
    std::fs::write(context.path.join("Dockerfile"), dockerfile).unwrap();
    let bare = Image::build(&context.path);
    for (user, part) in [("worker", "/etc/passwd"), ("root", "/etc/passwd"), ("1000:worker", "/etc/group")] {
        let ended = bare.under_init(&["--user", user, "--pre=echo hook", "echo", "program"]).run();
        assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{ended:?}");
        assert!(matches!(ended.of_init()[..], [line] if line.contains(part)), "{ended:?}");
    }
    let ended = bare.under_init(&["--user", "1000", "sh", "-c", "id -u; id -g; echo $HOME"]).run();
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.as_str()), (0, "1000\n0\n/\n", ""));
}

#[test]
fn without_the_capabilities_the_program_does_not_run() {
    let Some(image) = image() else { return };
    for (of_docker, part) in [
        (&["--cap-drop", "ALL"] as &[&str], "SETGID"),
        (&["--cap-drop", "SETUID"], "SETUID"),
        (&["--cap-drop", "SETGID"], "SETGID"),
    ] {
        let ended = image.under_init(&["--user=worker", "echo", "program"]).options(of_docker).run();
        assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{of_docker:?} {ended:?}");
        assert!(matches!(ended.of_init()[..], [line] if line.contains(part)), "{ended:?}");
    }
}

#[test]
fn an_init_with_a_set_user_id_bit_refuses_to_work() {
    let Some(from) = image() else { return };
    let context = Folder::new();
    let dockerfile = format!("FROM {}\nRUN [\"/bin/sh\", \"-c\", \"chmod 4755 /rinit\"]\n", from.name());
    std::fs::write(context.path.join("Dockerfile"), dockerfile).unwrap();
    let image = Image::build(&context.path);
    for options in [&[] as &[&str], &["--user=root"], &["--check"], &["--check", "--user=root"]] {
        let command = [options, &["id", "-u"]].concat();
        let ended = image.under_init(&command).options(&["--user", "1000"]).run();
        assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{options:?} {ended:?}");
        assert!(matches!(ended.of_init()[..], [line] if line.contains("set-user-ID bit")), "{ended:?}");
    }
    // For root, there is nothing to it.
    let ended = image.under_init(&["--user=worker", "id", "-u"]).run();
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "1000\n"), "{ended:?}");
}
