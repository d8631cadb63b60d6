#!/bin/bash
# A health check that ends in `kill 1`, since plain Docker does no more than to mark a container unhealthy.
. "$(dirname "$0")/../lib.sh"

begin health-checks "$(docker_version)"
need_base
image=$(build latest)

# Every end of a container, as "NAME STATUS".
work=$(mktemp -d)
on_cleanup "rm -rf '$work'"
record_events die .Actor.Attributes.exitCode "$work/ends"

named() { echo "$family-$example-$1"; }
ends_of() { awk -v name="$(named "$1")" '$1 == name { print $2 }' "$work/ends" | paste -s -d ' '; }
has_ended() { [ -n "$(ends_of "$1")" ]; }
is_health() { is "$(named "$1")" .State.Health.Status "$2"; }
running_and_restarts() { docker inspect --format '{{.State.Running}} {{.RestartCount}}' "$(named "$1")"; }

# falls_ill NAME: what is healthy and ready is no longer. (Not by `docker kill --signal`: after that, whatever the signal, Docker
# takes the container to be stopped by hand, and does not restart it.)
falls_ill() {
    wait_until 60 "$1 is ready" has_said "$(named "$1")" ready
    wait_until 60 "$1 is healthy" is_health "$1" healthy
    docker exec --detach "$(named "$1")" sh -c ': >"$ILL"'
}

# recovers NAME STATUS: it ends with that, is restarted once, and is healthy again.
recovers() {
    wait_until 60 "$1 has ended" has_ended "$1"
    expect "$1: status" "$2" "$(ends_of "$1")"
    wait_until 60 "$1: RestartCount is 1" is "$(named "$1")" .RestartCount 1
    wait_until 60 "$1 is healthy again" is_health "$1" healthy
    expect "$1: running, restarts" "true 1" "$(running_and_restarts "$1")"
}
has_begun_again() { [ "$(docker logs "$(named "$1")" 2>&1 | grep -cx ready)" = 2 ]; }
has_been_sent_thrice() { [ "$(docker logs "$(named pretends)" 2>&1 | grep -c 'sent SIGTERM to')" -ge 3 ]; }

# is_marked NAME: it is seen to be ill, and that is all.
is_marked() {
    wait_until 60 "$1 is unhealthy" is_health "$1" unhealthy
    expect "$1: running, restarts" "true 0" "$(running_and_restarts "$1")"
}

start marked --restart always --health-cmd "test ! -e \$ILL" "$image" >/dev/null
start alone --restart always --entrypoint python3 "$image" /app.py dies >/dev/null
start dies --restart on-failure:3 "$image" >/dev/null
start ignores --restart on-failure:3 "$image" ignores >/dev/null
start stop-timeout --restart on-failure:3 --env RINIT_STOP_TIMEOUT=2s "$image" ignores >/dev/null
start exits --restart on-failure:3 "$image" exits >/dev/null
start unless-stopped --restart unless-stopped "$image" exits >/dev/null
start mapped --restart on-failure:3 --env RINIT_MAP_STATUS=0:1 "$image" exits >/dev/null
start pretends --restart on-failure:3 --env RINIT_VERBOSITY=2 --health-cmd "test ! -e \$ILL || kill 1" "$image" ignores >/dev/null
for name in marked pretends alone dies ignores stop-timeout exits unless-stopped mapped; do
    falls_ill $name
done

scenario "a health check that ends in kill 1, then false: under rinit the application ends by TERM, 143, and on-failure restarts it"
recovers dies 143

scenario "without it, and without rinit, where PID 1 gets no TERM: Docker marks the container unhealthy, no more"
is_marked marked
is_marked alone

scenario "an application that ignores TERM ends by --stop-timeout, 137, and is restarted; without, it stays unhealthy"
recovers stop-timeout 137
wait_until 30 "rinit has said why" has_said "$(named stop-timeout)" "did not end within 2s of SIGTERM"
is_marked ignores

scenario "a check that ends in kill 1, without a false after it, says that all is well: kill has succeeded"
wait_until 60 "TERM has been sent three times" has_been_sent_thrice
expect "health" healthy "$(inspect "$(named pretends)" .State.Health.Status)"

scenario "an application that exits with 0 on TERM is not restarted by on-failure"
wait_until 60 "exits has ended" is "$(named exits)" .State.Status exited
wait_until 60 "and Docker has told of it" has_ended exits
expect "exits: status" 0 "$(ends_of exits)"
expect "exits: running, restarts" "false 0" "$(running_and_restarts exits)"
wait_until 30 "it was asked to end" has_said "$(named exits)" "cleaned up"

scenario "it is by unless-stopped, or with --map-status 0:1; a stop by hand stays one"
recovers unless-stopped 0
recovers mapped 1
for wanted in unless-stopped:0 mapped:1; do
    name=${wanted%:*}
    wait_until 60 "$name is ready again" has_begun_again "$name"
    docker stop "$(named "$name")" >/dev/null
    expect "$name: running, restarts" "false 1" "$(running_and_restarts "$name")"
    expect "$name: status" "${wanted#*:}" "$(inspect "$(named "$name")" .State.ExitCode)"
done
