//! `--user` where there is but one user: in a user namespace that has no other, whose groups are fixed. Such as podman's
//! without subordinate ids. Other users are tested in containers.

use super::{HOOK, both_ways, nothing_runs, prints};
use crate::harness::{Folder, Launch, Place, does_entrypoint_jobs, shell};

in_both_places! {
    the_only_user_can_be_become_though_groups_are_fixed
    no_other_user_can_be_become_and_that_is_said
    whoever_is_not_root_stays_who_he_is
    what_is_no_user_is_refused_before_anything_has_run
    an_unknown_name_is_refused_before_anything_has_run
    without_a_passwd_a_name_is_refused_and_a_number_is_not
    a_passwd_that_is_none_is_refused
    home_is_that_of_the_user_unless_it_is_set
}

const ID: &str = "id -u; id -g; echo $HOME";

/// Words that execute what follows them with these in the place of /etc/passwd and /etc/group.
fn with_files(folder: &Folder, passwd: &str, group: &str) -> Vec<String> {
    let passwd = folder.make("passwd", 0o644, passwd);
    let group = folder.make("group", 0o644, group);
    let mount = "mount --bind \"$0\" /etc/passwd && mount --bind \"$1\" /etc/group && shift && exec \"$@\"";
    ["unshare", "--mount", "sh", "-c", mount, &passwd, &group].map(str::to_owned).to_vec()
}

const PASSWD: &str = "# A comment, an empty line, and one that is none.\n\nnonsense\nroot:x:0:0::/home-of-root:/bin/sh\nworker:x:1000:1000::/home/worker:/bin/sh\nodd:x:abc:1::/:\n";
const GROUP: &str = "root:x:0:\nworker:x:1000:\nodd:x::\n";

fn the_only_user_can_be_become_though_groups_are_fixed(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for user in ["0", "root", "0:0", "root:root", "0:root"] {
        let folder = Folder::new("users");
        for launch in both_ways(place, &[("user", user)]) {
            let ended = launch.by_way_of(&with_files(&folder, PASSWD, GROUP)).variable("HOME", "/x").run(&shell(ID));
            prints(&ended, "0\n0\n/home-of-root\n");
        }
    }
}

fn no_other_user_can_be_become_and_that_is_said(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for user in ["1000", "worker", "0:1000", "worker:root"] {
        let folder = Folder::new("users");
        for launch in both_ways(place, &[("user", user)]) {
            let launch = launch.by_way_of(&with_files(&folder, PASSWD, GROUP));
            nothing_runs(launch, 125, &["this user namespace has no such id"]);
        }
    }
}

fn whoever_is_not_root_stays_who_he_is(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for user in ["1000", "worker", "root", "0:0"] {
        let folder = Folder::new("users");
        for launch in both_ways(place, &[("user", user)]) {
            // In a user namespace of his own that knows nobody, he is somebody else.
            let launch = launch.by_way_of(&with_files(&folder, PASSWD, GROUP)).by_way_of(&["unshare", "--user"]);
            prints(&launch.variable("HOME", "/x").run(&shell(ID)), "65534\n65534\n/x\n");
        }
    }
    // But what is asked for has to make sense.
    for launch in both_ways(place, &[HOOK, ("user", "nobody-by-this-name")]) {
        nothing_runs(launch.by_way_of(&["unshare", "--user"]), 125, &["cannot find 'nobody-by-this-name'"]);
    }
}

fn what_is_no_user_is_refused_before_anything_has_run(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for user in [":", "root:", ":root", "::", "root:root:", "0:0:0", "4294967295", "0:4294967295", "99999999999"] {
        for launch in both_ways(place, &[HOOK, ("user", user)]) {
            nothing_runs(launch, 125, &[&format!("cannot understand the user '{user}'"), "USER:GROUP"]);
        }
    }
    for launch in both_ways(place, &[HOOK, ("user", "")]) {
        nothing_runs(launch, 125, &["='': it takes USER or USER:GROUP"]);
    }
}

fn an_unknown_name_is_refused_before_anything_has_run(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("users");
    for (user, name, there) in [
        ("nobody-here", "'nobody-here'", "/etc/passwd"),
        ("root:nobody-here", "'nobody-here'", "/etc/group"),
        // Neither in another case, nor with something around it, nor as a number.
        ("Root", "'Root'", "/etc/passwd"),
        (" root", "' root'", "/etc/passwd"),
        ("0x0", "'0x0'", "/etc/passwd"),
        ("-1", "'-1'", "/etc/passwd"),
        ("+0", "'+0'", "/etc/passwd"),
        ("odd", "'odd'", "/etc/passwd"),
        ("nonsense", "'nonsense'", "/etc/passwd"),
        ("root:odd", "'odd'", "/etc/group"),
    ] {
        for launch in both_ways(place, &[HOOK, ("user", user)]) {
            nothing_runs(launch.by_way_of(&with_files(&folder, PASSWD, GROUP)), 125, &[name, there]);
        }
    }
}

fn without_a_passwd_a_name_is_refused_and_a_number_is_not(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let no_etc = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /etc && exec \"$@\"", "sh"];
    for launch in both_ways(place, &[HOOK, ("user", "root")]) {
        nothing_runs(launch.by_way_of(&no_etc), 125, &["cannot read /etc/passwd: "]);
    }
    for launch in both_ways(place, &[HOOK, ("user", "0:root")]) {
        nothing_runs(launch.by_way_of(&no_etc), 125, &["cannot read /etc/group: "]);
    }
    for launch in both_ways(place, &[("user", "0")]) {
        prints(&launch.by_way_of(&no_etc).run(&shell("echo $HOME")), "/\n");
    }
}

fn a_passwd_that_is_none_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let no_file = "mount -t tmpfs none /etc && mkdir /etc/passwd && exec \"$@\"";
    let pipe = "mount -t tmpfs none /etc && mkfifo /etc/passwd && exec \"$@\"";
    for script in [no_file, pipe] {
        // Not even a number: there might be a HOME and groups for it.
        for user in ["root", "0"] {
            for launch in both_ways(place, &[HOOK, ("user", user)]) {
                let launch = launch.by_way_of(&["unshare", "--mount", "sh", "-c", script, "sh"]);
                nothing_runs(launch, 125, &["cannot read /etc/passwd: "]);
            }
        }
    }
}

fn home_is_that_of_the_user_unless_it_is_set(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("users");
    for (option, value, home) in [
        ("set-env", "HOME=/set", "/set"),
        ("set-env", "HOME_OF_MINE=/set", "/home-of-root"),
        ("default-env", "HOME=/default", "/home-of-root"),
    ] {
        for launch in both_ways(place, &[("user", "root"), (option, value)]) {
            let launch = launch.by_way_of(&with_files(&folder, PASSWD, GROUP)).variable("HOME", "/x");
            prints(&launch.run(&shell("echo $HOME")), &format!("{home}\n"));
        }
    }
    let ended = Launch::new(place).options(&["--umask=22"]).variable("HOME", "/x").run(&shell("echo $HOME"));
    prints(&ended, "/x\n");
}
