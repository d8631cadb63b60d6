//! `--user` as root of a user namespace, as rootless engines make it.

use super::image;
use crate::container::Ended;

/// What makes user namespaces in a container. It is its seccomp profile that forbids it otherwise.
const ALLOWED: [&str; 2] = ["--security-opt", "seccomp=unconfined"];

/// Runs a command under the init with these options as root of a new user namespace with these users and groups, in which
/// setgroups(2) is denied or not.
#[track_caller]
fn in_user_namespace(ids: &str, setgroups: &str, command: &[&str]) -> Option<Ended> {
    // The one who has made it cannot say who is in it. Until then, nobody is root.
    let script = format!(
        "unshare -U sh -c 'until [ $(id -u):$(id -g) = 0:0 ]; do sleep 0.02; done; exec \"$@\"' sh \"$@\" &
        own=$(readlink /proc/self/ns/user)
        while [ \"$(readlink /proc/$!/ns/user)\" = \"$own\" ]; do sleep 0.02; done
        echo {setgroups} > /proc/$!/setgroups
        echo '{ids}' > /proc/$!/uid_map
        echo '{ids}' > /proc/$!/gid_map
        wait $!"
    );
    let image = image()?;
    Some(image.by_way_of(&["sh", "-c", &script, "sh"], command).options(&ALLOWED).run())
}

const WHO: &str = "id -u; id -g; echo $HOME; cat /proc/self/setgroups; grep ^CapEff: /proc/self/status | cut -f 2; echo x > /dev/stdout";

/// As [`WHO`] has it.
fn worker(setgroups: &str) -> String {
    format!("1000\n1000\n/home/worker\n{setgroups}\n0000000000000000\nx\n")
}

#[test]
fn with_subordinate_ids_another_user_can_be_become() {
    let command = ["--user=worker", "sh", "-c", &format!("id -G; {WHO}")];
    let Some(ended) = in_user_namespace("0 0 65536", "allow", &command) else { return };
    let expected = format!("1000 44 2000\n{}", worker("allow"));
    assert_eq!((ended.status, ended.stdout), (0, expected), "{}", ended.stderr);
}

#[test]
fn where_groups_are_fixed_they_stay_and_the_user_is_become() {
    let command = ["--user=worker", "sh", "-c", WHO];
    let Some(ended) = in_user_namespace("0 0 65536", "deny", &command) else { return };
    assert_eq!((ended.status, ended.stdout, ended.stderr.as_str()), (0, worker("deny"), ""));
}

#[test]
fn with_one_id_there_is_nobody_else_to_become() {
    let Some(ended) = in_user_namespace("0 0 1", "deny", &["--user=worker", "echo", "program"]) else { return };
    assert_eq!((ended.status, ended.stdout.as_str()), (125, ""), "{ended:?}");
    assert!(matches!(ended.of_init()[..], [line] if line.contains("user namespace has no such id")), "{ended:?}");
    let Some(ended) = in_user_namespace("0 0 1", "deny", &["--user=root", "sh", "-c", "id -u; echo $HOME"]) else {
        return;
    };
    assert_eq!((ended.status, ended.stdout.as_str()), (0, "0\n/root\n"), "{ended:?}");
}
