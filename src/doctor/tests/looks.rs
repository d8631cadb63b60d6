//! What the report looks like.

use super::super::findings::findings;
use super::super::process::{Home, Process};
use super::super::{json, text};
use super::process;
use crate::signal::Signal;

/// A container with a bit of everything.
fn container() -> Vec<Process> {
    let long = "java -jar /srv/applications/production/application-server-1.0.0.jar --listen";
    vec![
        process(1, 0, "/sbin/rinit -- sh /run.sh").waiting().with("PATH=/bin"),
        Process { user: 1000, ..process(7, 1, "sh /run.sh") },
        Process { user: 1000, ..process(8, 7, long).handling(Signal::TERM) },
        process(9, 8, "curl").ended(),
        process(10, 1, "crond -b").in_session(10),
        process(1234, 0, "bash").in_session(1234).ignoring(),
    ]
}

#[test]
fn the_text_is_a_table_and_sentences() {
    let processes = container();
    let expected = "\
\x20PID PPID S  UID SESSION ON TERM COMMAND
   1    0 S    0         waits   /sbin/rinit -- sh /run.sh
   7    1 S 1000         ends    sh /run.sh
   8    7 S 1000         handles java -jar /srv/applications/production/appli...
   9    8 Z    0         -       [curl]
  10    1 S    0 own     ends    crond -b
1234    0 S    0 exec    ignores bash

warning: sh (pid 7) is a shell that SIGTERM ends at once, without passing it on: java (pid 8) is then killed without a warning; start it with exec in the script's last line, or pass signals on to its whole process group (-g of rinit and tini)
warning: crond (pid 10): in a session of its own, and not reached by a stop, which sends TERM to sh (pid 7) only: killed without a warning when that has ended, whatever it was writing; rinit --drain=5s lets it end after sh (pid 7), --forward-to=all with it
warning: java (pid 8) has a zombie, curl (pid 9), started 60 min ago: it has not waited for its children; a zombie keeps its pid, and with too many of them no process can be started; not the fault of PID 1, which gets them only when java (pid 8) ends; let java (pid 8) wait for its children (or ignore SIGCHLD); a restart of it frees them
info: rinit (pid 1) is an init: it passes signals on to sh (pid 7), and reaps orphans

3 problems found.
";
    assert_eq!(text::text(&processes, &findings(&processes)), expected);
}

#[test]
fn the_table_fits_a_terminal() {
    let wide = |pid, name: &str| Process {
        user: u32::MAX,
        ..process(pid, 4_194_303, &format!("/opt/{name} {}", "x".repeat(600))).in_session(pid)
    };
    let thread = Process { home: Home::Kernel, ..process(2, 0, &"k".repeat(15)) };
    let processes =
        [process(1, 0, "rinit a").waiting(), thread, wide(4_194_303, "a\x1b[31m\n"), wide(4_194_302, "\u{e9}")];
    let report = text::text(&processes, &[]);
    let table: Vec<&str> = report.lines().take_while(|line| !line.is_empty()).collect();
    assert_eq!(table.len(), 4, "{report}");
    assert!(table.iter().all(|line| line.chars().count() <= 80), "{report}");
    assert!(
        report.ends_with("\nNo problem found.\n") && !report.contains('\x1b') && !report.contains("kkk"),
        "{report}"
    );
}

#[test]
fn json_is_an_object_on_each_line() {
    let processes = container();
    let report = json::json(&processes, &findings(&processes));
    let lines: Vec<&str> = report.lines().collect();
    assert_eq!(lines.len(), 10, "{report}");
    assert_eq!(
        lines[0],
        r#"{"type":"process","pid":1,"ppid":0,"state":"S","uid":0,"session":1,"place":"program","age":3600,"on_term":"waits","name":"rinit","command":"/sbin/rinit -- sh /run.sh"}"#
    );
    assert_eq!(
        lines[9],
        r#"{"type":"finding","level":"info","check":"pid1","pid":1,"name":"rinit","message":"rinit (pid 1) is an init: it passes signals on to sh (pid 7), and reaps orphans"}"#
    );
}

#[test]
fn json_is_valid_whatever_is_in_names_and_arguments() {
    let odd = [&b"\"\\\n\x01\x7f"[..], b"\xff\xc3(", "\u{2028}\u{9f}\u{1f980}".as_bytes(), b"", b"\\u0000"];
    for bytes in odd {
        let command = [b"x\0", bytes, b"\0"].concat();
        let odd = Process { name: bytes.to_vec(), command, ..process(7, 1, "x").ignoring() };
        let zombie = Process { name: bytes.to_vec(), ..process(8, 7, "x").ended() };
        let processes = [process(1, 0, "rinit x").waiting(), odd, zombie];
        for line in json::json(&processes, &findings(&processes)).lines() {
            let object: serde_json::Value =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(object["pid"].is_u64() && object["name"].is_string(), "{line}");
        }
    }
}
