//! `--log-format=json`: one object a line, whatever is in it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use serde_json::Value;

use crate::command_line::is_refused;
use crate::harness::{Folder, Launch, Place, has_a_command_line, probe, program, shell};

in_both_places! {
    start_forwarding_reaping_and_end_are_objects
    a_death_is_a_warning
    what_cannot_run_is_an_error_whatever_its_name_is
    a_program_of_any_name_is_an_object
    what_is_left_is_an_object_whatever_its_name_is
    arguments_that_make_no_sense_are_an_object_too
    an_option_that_makes_no_sense_is_an_object_wherever_it_is
    the_text_is_the_same
    all_levels_are_objects
    it_is_text_unless_it_is_asked_for
}

const JSON: [&str; 1] = ["--log-format=json"];

/// The lines of a log. Each has a time, a level, an event and a message.
pub fn objects(log: &str) -> Vec<Value> {
    log.lines().map(object).collect()
}

fn object(line: &str) -> Value {
    let object: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    let text = |name: &str| object[name].as_str().unwrap_or_else(|| panic!("no {name} in {line}"));
    // As in RFC 3339, in UTC, with milliseconds.
    let shape: String = text("time").chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "0000-00-00T00:00:00.000Z", "{line}");
    assert!(text("time") > "2026-01-01", "{line}");
    assert!(["error", "warning", "info", "debug"].contains(&text("level")), "{line}");
    let is_word = |event: &str| event.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte));
    assert!(!text("event").is_empty() && is_word(text("event")), "{line}");
    assert!(!text("message").is_empty() && !text("message").contains('\n'), "{line}");
    object
}

/// The only one whose message has this part.
fn of<'a>(objects: &'a [Value], part: &str) -> &'a Value {
    let mut found = objects.iter().filter(|object| object["message"].as_str().unwrap().contains(part));
    let object = found.next().unwrap_or_else(|| panic!("{part:?} is not in {objects:?}"));
    assert!(found.next().is_none(), "{part:?} is in {objects:?} twice");
    object
}

fn start_forwarding_reaping_and_end_are_objects(place: Place) {
    let script = format!("trap 'exit 3' TERM; {} burst 1; echo ready; while :; do sleep 0.01; done", program("probe"));
    let mut running = Launch::new(place).options(&JSON).options(&["-v"]).start(&shell(&script));
    running.expect_line("ready");
    running.signal(libc::SIGTERM);
    let ended = running.wait();
    assert_eq!(ended.status, 3);
    let objects = objects(&ended.stderr);
    let parts =
        ["started sh (pid ", "sent SIGTERM to sh (pid ", "reaped the orphan probe (pid ", "exited with status 3"];
    let [start, forward, reap, end] = parts.map(|part| of(&objects, part));
    let pid = start["pid"].as_i64().unwrap();
    assert!(pid > 1);
    assert_eq!([&start["name"], &forward["name"], &end["name"]], ["sh"; 3]);
    assert_eq!([&forward["pid"], &end["pid"]], [pid; 2]);
    assert_eq!(reap["name"], "probe");
    assert!(reap["pid"].as_i64().unwrap() > pid);
    assert_eq!(forward["signal"], "SIGTERM");
    assert_eq!((&end["status"], &reap["status"]), (&Value::from(3), &Value::from(0)));
    let mut events = [start, forward, reap, end].map(|object| object["event"].as_str().unwrap());
    events.sort();
    assert!(events.windows(2).all(|two| two[0] != two[1]), "{events:?}");
    assert!([start, forward, reap, end].iter().all(|object| object["level"] == "info"), "{objects:?}");
}

fn a_death_is_a_warning(place: Place) {
    for (signal, name) in [(11, "SIGSEGV"), (9, "SIGKILL"), (40, "SIGRTMIN+6")] {
        let ended = Launch::new(place).options(&JSON).run(&probe(&["die", &signal.to_string()]));
        let death = object(&ended.stderr);
        assert_eq!((&death["level"], &death["name"]), (&Value::from("warning"), &Value::from("probe")));
        assert_eq!((&death["signal"], ended.status), (&Value::from(name), 128 + signal));
    }
}

/// What a name may be made of, and what is not to break out of a string.
fn odd_names() -> Vec<OsString> {
    let every_byte: Vec<u8> = (1..=255).filter(|byte| *byte != b'/').collect();
    let names: [&[u8]; 12] = [
        b"\"",
        b"\\",
        b"a\"b\\c\\\"",
        b"new\nline\r\n",
        b"\x01\x1b[31m\x7f\t",
        b"\xff",
        b"\xc3",
        b"\xe2\x82",
        b"\xed\xa0\x80 half a surrogate",
        "caf\u{e9} \u{2028} \u{85} \u{1f433}".as_bytes(),
        b"\\u0000 \\n {\"level\":\"info\"}",
        &every_byte,
    ];
    names.iter().map(|name| OsStr::from_bytes(name).to_owned()).collect()
}

fn what_cannot_run_is_an_error_whatever_its_name_is(place: Place) {
    let long = |part: &str| OsString::from(part.repeat(5000 / part.len()));
    let folder = |name: OsString| OsStr::from_bytes(&[b"/no/such/", name.as_bytes()].concat()).to_owned();
    let names = odd_names().into_iter().chain(["x", "\"", "\\", "\n", "\u{e9}", "\u{1f433}x"].map(long));
    for command in names.flat_map(|name| [name.clone(), folder(name)]) {
        let ended = Launch::new(place).options(&JSON).run(&[&command]);
        assert!([126, 127].contains(&ended.status), "{command:?}: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "{command:?}: {}", ended.stderr);
        assert_eq!(object(&ended.stderr)["level"], "error", "{command:?}");
    }
}

fn a_program_of_any_name_is_an_object(place: Place) {
    for name in odd_names() {
        let folder = Folder::new("odd");
        let path = OsString::from(folder.path("")).into_encoded_bytes();
        let path = OsStr::from_bytes(&[&path, &name.as_bytes()[..name.len().min(200)]].concat()).to_owned();
        std::os::unix::fs::symlink(program("probe"), &path).unwrap();
        let command =
            [path.as_os_str(), OsStr::new("leave"), &name, OsStr::new("then"), OsStr::new("exit"), OsStr::new("7")];
        let ended = Launch::new(place).options(&JSON).options(&["-vv", "-w", "--drain=10m"]).run(&command);
        assert_eq!(ended.status, 7, "{name:?}: {}", ended.stderr);
        let objects = objects(&ended.stderr);
        assert!(objects.len() >= 3, "{objects:?}");
        of(&objects, "started ");
    }
}

fn what_is_left_is_an_object_whatever_its_name_is(place: Place) {
    // The kernel cuts the last one in the middle of a letter.
    for name in ["a\"b\\c\\\"", "new\nline\r\n", "\x01\x1b[31m\x7f\t", "{\"level\":1}", "\u{e9}".repeat(9).as_str()] {
        let words = ["leave", &format!("{name},deaf,count=12"), "then", "exit", "7"];
        let ended = Launch::new(place).options(&JSON).options(&["--drain=100ms"]).run(&probe(&words));
        assert_eq!((ended.status, ended.stderr.lines().count()), (7, 1), "{}", ended.stderr);
        assert_eq!(object(&ended.stderr)["level"], "warning");
    }
}

fn arguments_that_make_no_sense_are_an_object_too(place: Place) {
    for value in odd_names() {
        let ended = Launch::new(place)
            .variable("RINIT_LOG_FORMAT", "json")
            .options(&[OsStr::new("--rewrite"), &value])
            .run(&["true"]);
        assert_eq!((ended.status, ended.stderr.lines().count()), (125, 1), "{}", ended.stderr);
        assert_eq!(object(&ended.stderr)["level"], "error");
    }
}

fn an_option_that_makes_no_sense_is_an_object_wherever_it_is(place: Place) {
    let json = "--log-format=json";
    let of_the_command_line = [[json, "--drain=x"], ["--drain=x", json], ["--stop-timeout=-1", json], ["-rTERM", json]];
    if has_a_command_line() {
        for options in of_the_command_line {
            is_refused_as_an_object(Launch::new(place).options(&options));
        }
        is_refused_as_an_object(Launch::new(place).options(&JSON).variable("RINIT_DRAIN", "x"));
    }
    let (json, nonsense) = (("RINIT_LOG_FORMAT", "json"), ("RINIT_DRAIN", "x"));
    for [first, second] in [[json, nonsense], [nonsense, json]] {
        is_refused_as_an_object(Launch::new(place).variable(first.0, first.1).variable(second.0, second.1));
    }
}

fn is_refused_as_an_object(launch: Launch) {
    let ended = launch.run(&["echo", "run"]);
    assert_eq!((ended.status, ended.stdout.as_str(), ended.stderr.lines().count()), (125, "", 1), "{}", ended.stderr);
    let refusal = object(&ended.stderr);
    assert_eq!((&refusal["level"], &refusal["status"]), (&Value::from("error"), &Value::from(125)), "{}", ended.stderr);
    assert!(refusal["message"].as_str().unwrap().starts_with("cannot use "), "{}", ended.stderr);
}

fn the_text_is_the_same(place: Place) {
    for command in [vec!["no-such-command".to_owned()], vec!["/dev/null".to_owned()], probe(&["die", "11"])] {
        let text = Launch::new(place).run(&command).stderr;
        let ended = Launch::new(place).options(&JSON).run(&command);
        let message = object(&ended.stderr)["message"].as_str().unwrap().to_owned();
        assert_eq!(format!("rinit: {message}\n"), text);
    }
}

fn all_levels_are_objects(place: Place) {
    let mut running = Launch::new(place)
        .options(&["-vv", "--log-format", "json", "--stop-timeout=100ms", "--drain=100ms", "--stop-delay=50ms"])
        .variable("RINIT_NONSENSE", "\"\n")
        .start(&probe(&["leave", "deaf,deaf,session", "gone,plain,daemon", "then", "until", "64", "0"]));
    running.expect_line("ready");
    for signal in [10, 40, 28, 15] {
        running.signal(signal);
    }
    let ended = running.wait();
    assert_eq!(ended.status, 137, "{}", ended.stderr);
    let objects = objects(&ended.stderr);
    for level in ["warning", "info"] {
        assert!(objects.iter().any(|object| object["level"] == level), "no {level} in {objects:?}");
    }
    let killed = of(&objects, ") did not end within 100ms of SIG");
    assert_eq!((&killed["name"], &killed["level"]), (&Value::from("probe"), &Value::from("warning")));
}

fn it_is_text_unless_it_is_asked_for(place: Place) {
    for options in [&[] as &[&str], &["--log-format=text"]] {
        let ended = Launch::new(place).options(options).run(&["no-such-command"]);
        assert!(ended.stderr.starts_with("rinit: cannot run 'no-such-command'"), "{}", ended.stderr);
    }
    for value in ["", "xml", "json,text", "JSONL"] {
        let launch = Launch::new(place).options(&[&format!("--log-format={value}")]);
        is_refused(launch, &format!("='{value}': it takes "));
    }
}
