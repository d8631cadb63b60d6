#!/bin/bash
# What a stop is to a Python program, with handlers and without, as PID 1 and under rinit.
. "$(dirname "$0")/../lib.sh"

begin python-signals "$(docker_version)"
need_base
image=$(build latest)

# ends_with STATUS SIGNAL NAME WORD...: a container that gets SIGNAL ends with STATUS, in `docker ps -a` too. Words are for docker run.
ends_with() {
    local status=$1 signal=$2 container
    shift 2
    container=$(start "$@")
    wait_until 60 "ready" has_said "$container" ready
    docker kill --signal "$signal" "$container" >/dev/null
    expect "status after $signal" "$status" "$(status_of "$container")"
    # A moment after who waits for it, the engine tells its lists.
    wait_until 30 "docker ps -a says Exited ($status)" is_listed_as "$container" "Exited ($status) "
}
is_listed_as() { [[ $(docker ps --all --filter "name=$1\$" --format '{{.Status}}') == "$2"* ]]; }

scenario "Python with handlers as PID 1: INT is 2, TERM is 15, USR1 is 0"
for wanted in INT:2 TERM:15 USR1:0; do
    ends_with "${wanted#*:}" "${wanted%:*}" "alone-${wanted%:*}" "$image"
done

scenario "the same under rinit: nothing changes"
for wanted in INT:2 TERM:15 USR1:0; do
    ends_with "${wanted#*:}" "${wanted%:*}" "rinit-${wanted%:*}" --entrypoint /sbin/rinit "$image" -- python3 /signals.py
done

scenario "Python without handlers as PID 1: docker stop takes its 10 seconds, and KILL is 137"
alone=$(start alone "$image" python3 /no_handlers.py)
wait_until 60 "ready" has_said "$alone" ready
took_alone=$(seconds_of docker stop "$alone")
expect "status" 137 "$(status_of "$alone")"
expect_less "seconds that docker waits, by how long it took" 9.9 "$took_alone"

scenario "the same under rinit: at once, and TERM is 143"
under=$(start under-rinit --entrypoint /sbin/rinit "$image" -- python3 /no_handlers.py)
wait_until 60 "ready" has_said "$under" ready
took_under=$(seconds_of docker stop "$under")
expect "status" 143 "$(status_of "$under")"
expect_less "seconds that it took" "$took_under" "$took_alone"
