#!/bin/bash
# An ENTRYPOINT in shell form, which swallows signals, and what rinit can do about it.
. "$(dirname "$0")/../lib.sh"

begin shell-form "$(docker_version)"
need_base
work=$(mktemp -d)
on_cleanup "rm -rf '$work'"
alone=$(build alone --target alone)
under_rinit=$(build under-rinit)

# stopping NAME WORD...: a container that is stopped as soon as it is ready, in the background. Words are for docker run.
stopping() {
    (
        container=$(start "$@")
        wait_until 60 "$1 is ready" has_said "$container" ready
        seconds_of docker stop --time 10 "$container" >"$work/$1"
    ) &
}

# stopped NAME STATUS SAID: how that one was stopped: its status, all that it has said; `took` is how long it took.
stopped() {
    wait_until 90 "$1 is stopped" test -s "$work/$1"
    took=$(<"$work/$1")
    expect "$1: status" "$2" "$(status_of "$family-$example-$1")"
    expect "$1: all that was said" "$3" "$(docker logs "$family-$example-$1" 2>&1 | paste -s -d ,)"
}

# at_once NAME STATUS SAID: the same, and long before anybody would be killed.
at_once() {
    stopped "$@"
    expect_less "$1: seconds that it took" "$took" "$grace"
}

# As the lines of the Dockerfile, with a shell that waits for its program even if it is told to end itself.
patient='trap "echo the shell was told" TERM; python3 /app.py; echo "the shell goes on with $?"'

stopping alone "$alone"
stopping child "$under_rinit"
stopping group --entrypoint /sbin/rinit "$alone" -g -- sh -c "$patient"
stopping by-variable --env RINIT_FORWARD_TO=group --entrypoint /sbin/rinit "$alone" -- sh -c "$patient"
stopping patient --entrypoint /sbin/rinit "$alone" -- sh -c "$patient"
stopping hasty --env RINIT_FORWARD_TO=group "$under_rinit"
stopping drain-group --env RINIT_FORWARD_TO=group --env RINIT_DRAIN=8s "$under_rinit"
stopping drain --env RINIT_DRAIN=8s "$under_rinit"

scenario "ENTRYPOINT in shell form: the shell, as PID 1, swallows TERM; killed after 10 seconds"
stopped alone 137 "ready"
grace=$took
expect_less "seconds that docker waits, by how long it took" 9.9 "$grace"

scenario "rinit before the shell: TERM ends the shell at once, nobody tells the program; a shell with a trap waits for it in vain"
at_once child 143 "ready"
stopped patient 137 "ready"

scenario "-g or RINIT_FORWARD_TO=group: TERM is for both, the program cleans up, a shell with a trap waits for it"
at_once group 0 "ready,got TERM,cleaned up,the shell was told,the shell goes on with 0"
at_once by-variable 0 "ready,got TERM,cleaned up,the shell was told,the shell goes on with 0"

scenario "-g and a shell without a trap: it ends first, the program amid its cleaning up; with RINIT_DRAIN rinit waits for it"
wait_until 90 "hasty is stopped" test -s "$work/hasty"
expect "hasty: status" 143 "$(status_of "$family-$example-hasty")"
expect "hasty: has cleaned up" no "$(has_said "$family-$example-hasty" "cleaned up" && echo yes || echo no)"
expect_less "hasty: seconds that it took" "$(<"$work/hasty")" "$grace"
at_once drain-group 143 "ready,got TERM,cleaned up"
at_once drain 143 "ready,got TERM,cleaned up"
