//! PID namespaces that need neither root nor a container engine.

use std::io::Write;
use std::process::Command;
use std::sync::OnceLock;

/// What runs a command as PID 1 of a new PID namespace, and kills all of it when it is killed itself.
pub const UNSHARE: [&str; 6] = ["unshare", "--user", "--map-root-user", "--pid", "--mount-proc", "--kill-child"];

/// Whether this machine lets us make one. If not, the test that asks is skipped, and somebody is told how to change it;
/// but not in CI, where a test that does not run is a failure.
pub fn available() -> bool {
    static WHY_NOT: OnceLock<Option<String>> = OnceLock::new();
    let why_not = WHY_NOT.get_or_init(|| {
        let why_not = match Command::new(UNSHARE[0]).args(&UNSHARE[1..]).arg("true").output() {
            Ok(output) if output.status.success() => return None,
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) => error.to_string(),
        };
        // Past the test runner, which would hide it.
        let _ = writeln!(
            std::io::stderr(),
            "skipped: no PID namespaces ({why_not}).\n\
             Most of these tests need them. To allow them: sysctl -w user.max_user_namespaces=10000; on Ubuntu also:\n\
             sysctl -w kernel.apparmor_restrict_unprivileged_userns=0; in a container: run it with --privileged."
        );
        Some(why_not)
    });
    if let Some(why_not) = why_not {
        assert!(std::env::var_os("CI").is_none(), "no PID namespaces, and CI must not skip: {why_not}");
    }
    why_not.is_none()
}
