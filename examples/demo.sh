#!/bin/sh
# Builds rinit and shows it at work as PID 1 of a real PID namespace, with no container engine: it forwards a signal, reaps
# an orphan and passes the program's exit status on. Exits with 0 if all of that happened.
set -eu
cd "$(dirname "$0")/.."

echo "Building rinit ..."
cargo build --release --quiet
set -- "${CARGO_TARGET_DIR:-target}"/*/release/rinit
rinit=$1
namespace="unshare --user --map-root-user --pid --fork --mount-proc --kill-child"
if ! $namespace true 2>/dev/null; then
    echo "This machine allows no PID namespaces. To allow them: sysctl -w user.max_user_namespaces=10000;" >&2
    echo "on Ubuntu also: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" >&2
    exit 1
fi

echo "Starting a program under it. Lines that begin with 'rinit:' are rinit's own (-v), the others the program's."
echo
status=0
# What follows is the program. Single quotes: it is for the shell inside the namespace.
# shellcheck disable=SC2016
$namespace "$rinit" -v -- sh -c '
    trap "echo \"  I got the TERM that was sent to PID 1, clean up, and exit with 42\"; exit 42" TERM
    echo "  I am pid $$, and my parent is pid $PPID, which is $(cat /proc/1/comm)"

    orphan=$(sh -c "sleep 0.2 > /dev/null & echo \$!")
    echo "  I leave an orphan behind: pid $orphan, whose parent has gone"
    while [ -e "/proc/$orphan" ]; do sleep 0.05; done
    grep -q "^State:.Z" /proc/[0-9]*/status || echo "  It has ended, and there is no zombie"

    echo "  Now somebody stops the container: TERM to PID 1"
    kill -TERM 1
    while :; do sleep 0.05; done
' || status=$?

echo
echo "The namespace ended with status $status."
[ "$status" -eq 42 ]
