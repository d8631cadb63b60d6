//! `--log-format=json` in `docker logs`, for whatever collects them.

use serde_json::Value;

use crate::container::Ended;
use crate::image::image;
use crate::limits::starve;

const JSON: &str = "--log-format=json";

/// The init's own lines. Whatever else is on stderr is not its, and no object.
#[track_caller]
fn objects(ended: &Ended) -> Vec<Value> {
    let lines = ended.stderr.lines().filter(|line| line.starts_with('{'));
    lines.map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

/// The one object that there is, with all that an object must have.
#[track_caller]
fn the_object(ended: &Ended, level: &str) -> Value {
    let objects = objects(ended);
    let [object] = &objects[..] else { panic!("{ended:?}") };
    assert_eq!(text(object, "level"), level, "{object}");
    let event = text(object, "event");
    assert!(
        !event.is_empty() && event.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_".contains(&byte)),
        "{object}"
    );
    let time = text(object, "time");
    let pattern = "0000-00-00T00:00:00.000Z";
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, pattern, "{object}");
    object.clone()
}

#[track_caller]
fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object[key].as_str().unwrap_or_else(|| panic!("{key} is no text in {object}"))
}

#[test]
fn an_oom_kill_is_one_object_that_says_who_how_and_why() {
    let Some(image) = image() else { return };
    let ended = starve(image, &[JSON]);
    assert_eq!(ended.status, 137, "{ended:?}");
    let object = the_object(&ended, "warning");
    assert!(text(&object, "message").contains("OOM killer has acted"), "{object}");
    assert_eq!((text(&object, "name"), text(&object, "signal")), ("dd", "SIGKILL"));
    assert_eq!(object["status"], 137, "{object}");
    assert!(object["pid"].as_u64().is_some_and(|pid| pid > 1), "{object}");
}

#[test]
fn a_program_that_had_to_be_killed_is_one_object() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[JSON, "--stop-timeout=500ms", "stubborn"]).start();
    container.wait_for("ready");
    container.stop(&["-t", "25"]);
    let ended = container.end();
    let object = the_object(&ended, "warning");
    assert!(text(&object, "message").contains("did not end within 500ms of SIGTERM"), "{object}");
    assert_eq!(text(&object, "name"), "stubborn");
    assert_eq!(ended.status, 137);
}

#[test]
fn what_had_to_be_killed_at_the_end_of_a_drain_is_one_object() {
    let Some(image) = image() else { return };
    let script = "trap '' TERM; sleep 600 & sleep 600 & exit 7";
    let ended =
        image.under_init(&["--drain=500ms", "sh", "-c", script]).options(&["--env", "RINIT_LOG_FORMAT=json"]).run();
    assert_eq!(ended.status, 7, "{ended:?}");
    let object = the_object(&ended, "warning");
    assert_eq!(text(&object, "message").matches("sleep (pid ").count(), 2, "{object}");
}

#[test]
fn what_cannot_be_run_is_one_object_whatever_its_name() {
    let Some(image) = image() else { return };
    let ended = image.under_init(&[JSON, "no \"such\"\\\n\tcommand"]).run();
    assert_eq!(ended.status, 127, "{ended:?}");
    let object = the_object(&ended, "error");
    assert!(text(&object, "message").contains("no \"such\""), "{object}");
    assert_eq!(object["status"], 127, "{object}");
}

#[test]
fn with_v_all_that_is_told_is_objects_in_the_order_of_time() {
    let Some(image) = image() else { return };
    let container = image.under_init(&[JSON, "-v", "signals"]).start();
    container.wait_for("ready");
    container.stop(&[]);
    let ended = container.end();
    let objects = objects(&ended);
    // It started, TERM was sent, it ended.
    assert!(objects.len() >= 3 && objects.len() == ended.stderr.lines().count(), "{ended:?}");
    assert!(objects.iter().any(|object| object["signal"] == "SIGTERM"), "{ended:?}");
    assert!(objects.windows(2).all(|pair| text(&pair[0], "time") <= text(&pair[1], "time")), "{ended:?}");
}
