//! The man page.

use std::fs;

use crate::harness::dist;

#[test]
fn the_man_page_has_every_option_and_what_people_look_for() {
    let page = fs::read_to_string(dist().join("rinit.1")).unwrap();
    for setting in rinit::config::settings() {
        assert!(page.contains(&setting.twin()), "{} is missing", setting.twin());
        assert!(page.contains(&setting.long.replace('-', "\\-")), "{} is missing", setting.long);
    }
    for heading in ["SYNOPSIS", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "SIGNALS"] {
        assert!(page.lines().any(|line| line.starts_with(".SH") && line.contains(heading)), "{heading} is missing");
    }
}
