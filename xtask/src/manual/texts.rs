//! What the manual says beyond what the definition of the command line does.

/// Paragraphs of a section.
pub const DESCRIPTION: &[&str] = &[
    "rinit is PID 1 of a container: it starts COMMAND as its child, forwards every signal to it, reaps orphaned processes, and \
     exits with COMMAND's own status. Without options it is invisible: it prints nothing when all is well, and one line that \
     says who and why when it is not.",
    "Options end at the first word that is not one, or after --: 'rinit ls -l /' runs 'ls -l /'. COMMAND is found as execvp(3) \
     finds it; a script without a #! line is given to /bin/sh.",
    "Where rinit is not PID 1 it becomes a subreaper by itself. When it ends, because COMMAND has, the kernel kills whatever \
     else runs in the container, unless --drain gives it the time to end.",
    "A TIME is 500ms, 10s, 2m or 1h; a bare number is seconds. A SIGNAL is TERM, SIGTERM, 15 or RTMIN+3. Lists have commas; an option \
     that is given several times is one list.",
];

/// The exit statuses, and what each means.
pub const STATUSES: &[(&str, &str)] = &[
    ("the program's own", "It exited by itself. --expect-status and --map-status can make another one of it."),
    ("128+n", "Signal n killed it: 143 for TERM, 137 for KILL, up to 192."),
    ("127", "The command was not found."),
    (
        "126",
        "It was found and cannot be executed; the message says why: a missing interpreter or loader, Windows line ends, \
         another machine's program, no execute bit.",
    ),
    ("125", "rinit itself failed, or was told nonsense; nothing was run."),
    ("124", "What --wait-for names did not come in time; COMMAND was not started."),
];

/// What follows them.
pub const STATUS_WARNING: &str = "Do not map 137 to a success. It is the status of a program that the kernel's OOM killer has \
    killed, and of one that did not end within --stop-timeout: the engine would see neither.";

/// Before the list of twins.
pub const ENVIRONMENT: &str = "Each option has a twin in the environment. The command line wins over it. A value that means \
    nothing, on either side, is one line on standard error and exit status 125. The program does not see variables that begin \
    with RINIT_; those that are no option's twin mean nothing to rinit.";

/// Paragraphs of a section.
pub const SIGNALS: &[&str] = &[
    "All 64 signals are forwarded, whatever their number and as often as they come, but for KILL and STOP, which nobody can \
     catch, and SIGCHLD from the kernel. One that was queued with a value, by sigqueue(3), keeps it, but for --forward-to=all. A \
     second TERM is forwarded like the first; nothing escalates, and there is no timer unless one is asked for. A stopped program \
     gets CONT after a request to stop, so that it can hear it. RTMIN is counted as 34.",
    "The program finds the signal mask and the ignored signals as they would be without rinit.",
];

/// The phases of stopping, drawn.
pub const PHASES: &str = "\
running ---request---> delaying ---time---> stopping ---time---> killed
   |                      |                    |                    |
   +----------------------+--the program ends--+--------------------+
                                  |
                              draining ---time---> killing what is left
                                  |                         |
                                  +--------> exit <---------+";

/// Paragraphs of a section, after the drawing.
pub const STOPPING: &[&str] = &[
    "A phase whose option is not given does not exist. A request to stop is one of --stop-signal, as it is received and before it \
     is rewritten; one that --rewrite drops is none.",
    "During --stop-delay other signals go on as always. A second request ends it: it is sent at once, and the first no more. \
     --stop-timeout counts from the first request that was sent; more of them do not start it again. What is killed is COMMAND's \
     process group, or COMMAND alone with --isolate=none.",
    "--drain sends TERM and CONT to everything that is left: as PID 1, to all processes of the container, those of 'docker exec' too; \
     else to rinit's descendants, found through /proc. It ends as soon as nothing is left. A request to stop is sent on to all (INT \
     and QUIT as they are, any other as TERM), and the clock goes on. What is killed at the end is named.",
    "What a terminal sends to its foreground by itself, as ^C, is sent to nobody else, is neither rewritten nor delayed, and begins no \
     timeout.",
    "--die-with-parent does not hold for a program that changes its user or has capabilities of its own: PR_SET_PDEATHSIG(2const).",
    "A deadline that passed while the container was frozen ('docker pause') is given once more.",
    "All of these times have to fit into the engine's grace period, after which it kills everything. To copy, for Docker and \
     Compose, which give 10 seconds:",
];

/// Settings for ten seconds, and for thirty.
pub const TEN_SECONDS: &str = "RINIT_STOP_TIMEOUT=6s RINIT_DRAIN=2s";
/// What stands between the two.
pub const THEN_THIRTY: &str = "for Compose with 'stop_grace_period: 30s':";
/// For Compose.
pub const COMPOSE: &str = "RINIT_STOP_TIMEOUT=20s RINIT_DRAIN=5s";
/// Before the last.
pub const THEN_KUBERNETES: &str =
    "and for Kubernetes, which gives 30 seconds, of which a load balancer needs some to hear of it:";
/// For Kubernetes.
pub const KUBERNETES: &str = "RINIT_STOP_DELAY=5s RINIT_STOP_TIMEOUT=18s RINIT_DRAIN=4s";

/// Paragraphs of a section.
pub const ENTRYPOINT: &[&str] = &[
    "In this order; a doubt is status 125 before any of it: variables (--secret-env, --unset-env, --default-env, --set-env); --wait-for; \
     --pre and --pre-dir, with the program's environment, as the user that rinit was started as; --rlimit, --umask, --chdir; --user.",
    "--wait-for: all must be there, each once; names are looked up anew at each try. --pre: split at spaces, without quotes. \
     --pre-dir: in the order of the names; leftovers of editors and package managers, and what is not executable, is skipped and said. A hook \
     that fails ends rinit with the hook's status.",
    "--user: descriptors 0 to 2 are given to the user; rinit itself becomes the user, with its groups and without capabilities, and HOME \
     follows. Names are looked up in /etc/passwd and /etc/group only. A number is always an id; one that has no entry gets group 0 \
     and HOME=/. USER:GROUP gets that group alone. If rinit was not started as root there is nothing to do.",
    "A request to stop ends a wait or a hook at once, with 128+n. The minimal build does none of this, and refuses it.",
    "--check does all that can be done without running anything, prints the settings with their origins, the user, the file, its loader and \
     machine, and exits as the run would have. --doctor reports on the processes of the PID namespace, whoever is its PID 1, and exits with 1 if \
     something is wrong.",
];

/// Paragraphs of a section.
pub const LOG: &[&str] = &[
    "Messages go to standard error, each a line by one write(2); a line is lost rather than waited for. With --log-format=json a line is an \
     object with these keys, of which the last four before the message are there where they mean something: time (RFC 3339, UTC), \
     level (error, warning, info, debug), event, pid, name, signal, status, message. It is valid whatever bytes are in names and \
     arguments.",
    "Events: error, oom-killed, killed, stop-timeout, drain-timeout, left-stopped, not-sent, no-signals, no-proc, no-parent; with -v also started, \
     ended, hook, hook-ended, waiting, ready, sent, sent-to-all, held, reaped, resumed, no-orphans; with -vv also ignored, dropped; skipped is a warning. They stay the same from version to version.",
];
