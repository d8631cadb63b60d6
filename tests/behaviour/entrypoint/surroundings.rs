//! `--umask`, `--rlimit`, `--chdir`: where the program starts, and with what limits.

use super::{HOOK, both_ways, nothing_runs, path_of, prints};
use crate::harness::{Folder, Launch, Place, does_entrypoint_jobs, probe, shell};

in_both_places! {
    the_program_has_the_umask_the_limits_and_the_folder
    hooks_do_not
    rinit_itself_is_not_limited
    each_limit_is_the_one_of_that_name
    a_limit_above_the_containers_is_refused_and_says_what_to_do
    a_folder_that_cannot_be_entered_is_refused
    a_command_with_a_relative_path_is_found_from_the_folder
    nonsense_is_refused
}

const LOOK: &str = "umask; ulimit -n; ulimit -Hn; pwd";

fn the_program_has_the_umask_the_limits_and_the_folder(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("surroundings");
    let path = path_of(&folder);
    let told = [("umask", "27"), ("rlimit", "nofile=100:200, core=0"), ("rlimit", "FSIZE=4096"), ("chdir", &path)];
    for launch in both_ways(place, &told) {
        let ended = launch.run(&shell(&format!("{LOOK}; ulimit -c; ulimit -Hc; ulimit -f")));
        prints(&ended, &format!("0027\n100\n200\n{path}\n0\n0\n8\n"));
    }
    prints(&Launch::new(place).options(&["-C", &path]).run(&["pwd"]), &format!("{path}\n"));
    for (mask, seen) in [("0", "0000"), ("077", "0077"), ("0777", "0777")] {
        for launch in both_ways(place, &[("umask", mask)]) {
            prints(&launch.run(&shell("umask")), &format!("{seen}\n"));
        }
    }
}

fn hooks_do_not(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let hook = ("pre", "sh -c umask;ulimit${IFS}-n;ulimit${IFS}-Hn;pwd");
    let told = [hook, ("umask", "27"), ("rlimit", "nofile=100:200"), ("chdir", "/usr")];
    let without = Launch::new(place).run(&shell(LOOK));
    for launch in both_ways(place, &told) {
        prints(&launch.run(&shell(LOOK)), &format!("{}0027\n100\n200\n/usr\n", without.stdout));
    }
}

fn rinit_itself_is_not_limited(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    // The kernel would kill it for what it reaps, and with it, as PID 1, all the others; and its log may be a file.
    for launch in both_ways(place, &[("rlimit", "cpu=3600,fsize=4096")]) {
        let mut running = launch.start(&probe(&["catch", "1"]));
        running.expect_line("ready");
        let limits = |pid| std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap();
        let (of_init, of_program) = (limits(running.pid()), limits(running.program_pid()));
        for (title, value) in [("Max cpu time ", " 3600 "), ("Max file size ", " 4096 ")] {
            let line = |limits: &str| limits.lines().find(|line| line.starts_with(title)).unwrap().to_owned();
            assert!(line(&of_program).contains(value), "{of_program}");
            assert!(!line(&of_init).contains(value), "{of_init}");
        }
        running.signal(libc::SIGUSR1);
        assert_eq!(running.wait().status, 0);
    }
}

fn each_limit_is_the_one_of_that_name(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    // As the kernel calls them in /proc/PID/limits. Those that are left out could keep the program from being run.
    for (name, title, value) in [
        ("cpu", "Max cpu time", 111),
        ("data", "Max data size", 999_999_488),
        ("core", "Max core file size", 4096),
        ("rss", "Max resident set", 999_999_488),
        ("memlock", "Max locked memory", 4096),
        ("locks", "Max file locks", 7),
        ("sigpending", "Max pending signals", 11),
        ("msgqueue", "Max msgqueue size", 4096),
        ("rttime", "Max realtime timeout", 999),
        ("nice", "Max nice priority", 0),
        ("rtprio", "Max realtime priority", 0),
    ] {
        for launch in both_ways(place, &[("rlimit", &format!("{name}={value}"))]) {
            let ended = launch.run(&["grep", title, "/proc/self/limits"]);
            let numbers = ended.stdout[title.len()..].split_whitespace().take(2).map(str::to_owned);
            assert_eq!(numbers.collect::<Vec<_>>(), [value.to_string(), value.to_string()], "{}", ended.stdout);
        }
    }
}

fn a_limit_above_the_containers_is_refused_and_says_what_to_do(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    // In a user namespace, nobody has CAP_SYS_RESOURCE over what is outside of it.
    let lower = ["sh", "-c", "ulimit -n 100; exec \"$@\"", "sh"];
    for launch in both_ways(place, &[("rlimit", "nofile=101")]) {
        nothing_runs(launch.by_way_of(&lower), 125, &["cannot set the limit nofile: ", "docker run --ulimit"]);
    }
}

fn a_folder_that_cannot_be_entered_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for (path, why) in [("/no/such/folder", "no such file"), ("/etc/passwd", "")] {
        for launch in both_ways(place, &[("chdir", path)]) {
            nothing_runs(launch, 125, &[&format!("rinit: cannot enter '{path}': {why}")]);
        }
    }
}

fn a_command_with_a_relative_path_is_found_from_the_folder(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("surroundings");
    folder.make("tool", 0o755, "#!/bin/sh\necho tool\n");
    for launch in both_ways(place, &[("chdir", &path_of(&folder))]) {
        prints(&launch.run(&["./tool"]), "tool\n");
    }
}

fn nonsense_is_refused(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for (name, values, takes) in [
        ("umask", &["", "8", "1777", "-1", "u=rwx", "0o22", "00000"] as &[&str], "an octal number"),
        ("rlimit", &["", "nofile", "nofile=", "files=1", "nofile=2:1", "nofile=-2", "nofile=1:2:3"], "NAME=SOFT"),
        ("chdir", &[""], "the path of a folder"),
        ("user", &[""], "USER or USER:GROUP"),
    ] {
        for value in values {
            for launch in both_ways(place, &[HOOK, (name, value)]) {
                nothing_runs(launch, 125, &["rinit: cannot use ", &format!("='{value}': it takes {takes}")]);
            }
        }
    }
}
