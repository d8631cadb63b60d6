//! `--user`: who the program is.

use super::{ONLY_TO_DROP, WHO, nobody_special, prints, run};

/// Checks who the program is with this `--user`, with the usual capabilities and with those that it takes.
#[track_caller]
fn is(user: &str, uid: u32, gid: u32, groups: &str, home: &str) {
    let expected = nobody_special(uid, gid, groups, home);
    for of_docker in [&[] as &[&str], &ONLY_TO_DROP] {
        let Some(ended) = run(&["--user", user], WHO, of_docker) else { return };
        prints(&ended, &expected);
    }
    let Some(ended) = run(&[], WHO, &["--env", &format!("RINIT_USER={user}")]) else { return };
    prints(&ended, &expected);
}

#[test]
fn a_name_has_the_groups_and_the_home_of_its_entry() {
    is("worker", 1000, 1000, "44 1000 2000", "/home/worker");
}

#[test]
fn a_number_is_an_id_and_has_what_the_first_entry_of_that_id_says() {
    is("1000", 1000, 1000, "44 1000 2000", "/home/worker");
}

#[test]
fn a_number_is_never_a_name() {
    is("2000", 2000, 0, "0", "/");
    is("worker:2000", 1000, 2000, "2000", "/home/worker");
}

#[test]
fn a_number_without_an_entry_has_the_group_0_and_no_home() {
    is("54321", 54321, 0, "0", "/");
    is("4294967294", 4_294_967_294, 0, "0", "/");
}

#[test]
fn a_group_takes_the_place_of_all_others() {
    is("worker:video", 1000, 44, "44", "/home/worker");
    is("worker:46", 1000, 46, "46", "/home/worker");
    is("54321:empty", 54321, 46, "46", "/");
    is("54321:54322", 54321, 54322, "54322", "/");
}

#[test]
fn a_user_without_a_home_has_the_root_folder() {
    is("homeless", 1001, 1001, "1001 2000", "/");
}

#[test]
fn another_name_of_an_id_has_its_own_groups() {
    is("twin", 1000, 1003, "1003", "/home/twin");
}

#[test]
fn root_stays_root_and_keeps_what_the_container_has() {
    for user in ["root", "0", "admin", "0:0"] {
        let home = if user == "admin" { "/home/admin" } else { "/root" };
        let script = format!("id -u; id -g; id -G; echo $HOME; {CAN_READ}");
        let Some(ended) = run(&["--user", user], &script, &[]) else { return };
        prints(&ended, &format!("0\n0\n0\n{home}\nyes\n"));
    }
}

/// Whether it may do what takes CAP_DAC_OVERRIDE.
const CAN_READ: &str = "touch /x; chmod 0 /x; chown 1:1 /x; cat /x && echo yes";

#[test]
fn groups_that_the_container_was_given_are_gone() {
    let of_docker = ["--group-add", "27", "--group-add", "4711"];
    let Some(ended) = run(&["--user", "worker"], WHO, &of_docker) else { return };
    prints(&ended, &nobody_special(1000, 1000, "44 1000 2000", "/home/worker"));
}

#[test]
fn pid_1_too_is_the_user_and_nobody_else() {
    let script = "grep -hE '^(Uid|Gid|Groups|CapPrm|CapEff):' /proc/1/status; exec 2> /dev/null; \
                  chown 0 /data || echo no; kill -0 1 && echo yes";
    let Some(ended) = run(&["--user=worker"], script, &[]) else { return };
    let ids = "1000\t1000\t1000\t1000";
    let none = "0000000000000000";
    let expected =
        format!("Uid:\t{ids}\nGid:\t{ids}\nGroups:\t44 1000 2000 \nCapPrm:\t{none}\nCapEff:\t{none}\nno\nyes\n");
    prints(&ended, &expected);
}

#[test]
fn whoever_is_not_root_at_the_start_stays_who_he_is() {
    for user in ["worker", "root", "54321:44"] {
        let of_docker = ["--user", "1001:2000", "--env", "HOME=/given"];
        let Some(ended) = run(&["--user", user], "id -u; id -g; id -G; echo $HOME", &of_docker) else { return };
        prints(&ended, "1001\n2000\n2000\n/given\n");
    }
}

#[test]
fn home_is_set_unless_the_user_of_the_image_has_set_it_for_the_program() {
    let options = ["--user", "worker", "--set-env", "HOME=/elsewhere"];
    let Some(ended) = run(&options, "id -u; echo $HOME", &["--env", "HOME=/given"]) else { return };
    prints(&ended, "1000\n/elsewhere\n");
    let Some(ended) = run(&["--user=worker"], "id -u; echo $HOME", &["--env", "HOME=/given"]) else { return };
    prints(&ended, "1000\n/home/worker\n");
}

#[test]
fn a_read_only_root_and_no_new_privileges_do_not_matter() {
    for of_docker in [&["--read-only"] as &[&str], &["--security-opt", "no-new-privileges"]] {
        let Some(ended) = run(&["--user", "worker"], WHO, &[of_docker, &ONLY_TO_DROP].concat()) else { return };
        prints(&ended, &nobody_special(1000, 1000, "44 1000 2000", "/home/worker"));
    }
}
