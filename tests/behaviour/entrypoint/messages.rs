//! `--log-format=json`: why the program is not started, as one object.

use super::{both_ways, path_of};
use crate::harness::{Folder, Place, does_entrypoint_jobs};
use crate::json::objects;

in_both_places! {
    each_reason_is_one_object_with_the_status
    what_hooks_do_is_objects_too
}

const JSON: (&str, &str) = ("log-format", "json");

fn each_reason_is_one_object_with_the_status(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    for (told, status, part) in [
        (&[("user", "no \"body\"")] as &[(&str, &str)], 125, "no \"body\""),
        (&[("user", "")], 125, "it takes USER"),
        (&[("secret-env", "PASSWORD")], 125, "/no/such/\t\"file\""),
        (&[("pre", "false")], 1, "false"),
        (&[("pre", "no-such-hook")], 127, "no-such-hook"),
        (&[("pre-dir", "/no/such/folder")], 125, "/no/such/folder"),
        (&[("chdir", "/no/such/folder")], 125, "/no/such/folder"),
        (&[("wait-for", "file:///no/such/\"file\""), ("wait-timeout", "100ms")], 124, "file:///no/such/\"file\""),
    ] {
        for launch in both_ways(place, &[&[JSON], told].concat()) {
            let ended = launch.variable("PASSWORD_FILE", "/no/such/\t\"file\"").run(&["echo", "program"]);
            assert_eq!((ended.status, ended.stdout.as_str()), (status, ""), "{told:?}: {}", ended.stderr);
            let [object] = &objects(&ended.stderr)[..] else { panic!("{}", ended.stderr) };
            assert_eq!((object["level"].as_str(), object["status"].as_i64()), (Some("error"), Some(status.into())));
            let message = object["message"].as_str().unwrap().replace("\\t", "\t").replace("\\\"", "\"");
            assert!(message.contains(part), "{object}");
        }
    }
}

fn what_hooks_do_is_objects_too(place: Place) {
    if !does_entrypoint_jobs() {
        return;
    }
    let folder = Folder::new("messages");
    folder.make("a\n\"hook\"", 0o755, "#!/bin/sh\n");
    folder.make("left\t~", 0o755, "#!/bin/sh\n");
    for launch in both_ways(place, &[JSON, ("verbosity", "2"), ("pre-dir", &path_of(&folder))]) {
        let ended = launch.run(&["true"]);
        assert_eq!(ended.status, 0, "{}", ended.stderr);
        let objects = objects(&ended.stderr);
        let events: Vec<&str> = objects.iter().map(|object| object["event"].as_str().unwrap()).collect();
        assert!(events.starts_with(&["skipped", "hook", "hook-ended"]), "{events:?}");
        assert!(objects[1]["pid"].as_u64().is_some_and(|pid| pid > 1), "{}", objects[1]);
        assert!(objects[1]["name"].as_str().is_some_and(|name| name.contains("hook")), "{}", objects[1]);
    }
}
