#!/bin/bash
# What Docker's four restart policies make of the exit statuses that rinit passes on.
. "$(dirname "$0")/../lib.sh"

begin restart-policies "$(docker_version)"
need_base
image=$(build latest)
policies=(no on-failure always unless-stopped)

# Every end of a container, as "NAME STATUS".
work=$(mktemp -d)
on_cleanup "rm -rf '$work'"
record_events die .Actor.Attributes.exitCode "$work/ends"

# named POLICY ENDING: the container.
named() { echo "$family-$example-$1-$2"; }

# launch ENDING WORD...: a container for each policy. Words are for docker run.
launch() {
    local ending=$1 policy
    shift
    for policy in "${policies[@]}"; do
        start "$policy-$ending" --restart "${policy/%on-failure/on-failure:3}" "$@" >/dev/null
    done
}

ends_of() { awk -v name="$1" '$1 == name { print $2 }' "$work/ends"; }
has_begun() { [ "$(docker logs "$1" 2>&1 | grep -cx ready)" -ge "$2" ]; }
has_ended() { [ "$(ends_of "$1" | wc -l)" -ge "$2" ]; }
is_restarted() { [ "$(inspect "$1" .RestartCount)" -ge "$2" ]; }

# Of one of the two that have stopped: Docker says false once in a few hundred times, if it learns of the end before the cause.
is_oom_killed() { is "$(named no hungry)" .State.OOMKilled true || is "$(named on-failure hungry)" .State.OOMKilled true; }

# ends POLICY ENDING TIMES STATUS: it ends so often, each time with that status. Sets `container`.
ends() {
    container=$(named "$1" "$2")
    wait_until 120 "$1, $2: times that it has ended: $3" has_ended "$container" "$3"
    expect "$1, $2: each time with" "$4" "$(ends_of "$container" | sort -u)"
}

# stays_down POLICY ENDING STATUS RESTARTS: it has been restarted so often, and no more.
stays_down() {
    ends "$1" "$2" $(($4 + 1)) "$3"
    wait_until 60 "$1, $2: has stopped" is "$container" .State.Status exited
    expect "$1, $2: State.Running, State.ExitCode, RestartCount" "false $3 $4" \
        "$(docker inspect --format '{{.State.Running}} {{.State.ExitCode}} {{.RestartCount}}' "$container")"
}

# goes_on POLICY ENDING STATUS: it is restarted, more often than on-failure:3 would.
goes_on() {
    ends "$1" "$2" 5 "$3"
    wait_until 60 "$1, $2: RestartCount is 4 or more" is_restarted "$container" 4
    expect "$1, $2: State.Running" true "$(inspect "$container" .State.Running)"
    docker rm --force "$container" >/dev/null
}

# is_back POLICY ENDING STATUS: it has ended, and runs again.
is_back() {
    ends "$1" "$2" 1 "$3"
    wait_until 60 "$1, $2: RestartCount is 1" is "$container" .RestartCount 1
    wait_until 60 "$1, $2: the program runs again" has_begun "$container" 2
    expect "$1, $2: State.Status" running "$(inspect "$container" .State.Status)"
}

# Says that it is there: a signal that comes before rinit itself is, is lost.
sleeper=(sh -c 'echo ready; exec sleep 1000')

# Those that are never restarted come last: had they been, it would have been seen by then.
scenario "a program that exits with 0: on-failure:3 and no leave it, always and unless-stopped restart it"
launch success "$image" true
goes_on always success 0
goes_on unless-stopped success 0
stays_down on-failure success 0 0
stays_down no success 0 0

scenario "a program that exits with 7: on-failure:3 restarts it three times"
launch failure "$image" sh -c 'exit 7'
goes_on always failure 7
goes_on unless-stopped failure 7
stays_down on-failure failure 7 3
stays_down no failure 7 0

scenario "kill -TERM 1 in the container: 143, a failure too"
launch killed "$image" "${sleeper[@]}"
for policy in "${policies[@]}"; do
    wait_until 60 "$policy, killed: runs" has_begun "$(named "$policy" killed)" 1
    # Detached: kill itself may be killed, as the container ends.
    docker exec --detach "$(named "$policy" killed)" kill -TERM 1
done
is_back on-failure killed 143
is_back always killed 143
is_back unless-stopped killed 143
stays_down no killed 143 0

scenario "without rinit, kill -TERM 1 and kill -KILL 1 in the container do nothing: PID 1 has no handler"
alone=$(start alone --restart always --entrypoint "" "$image" "${sleeper[@]}")
wait_until 60 "it runs" has_begun "$alone" 1
docker exec "$alone" kill -TERM 1
docker exec "$alone" kill -KILL 1
wait_until 60 "PID 1 is still there" docker exec "$alone" grep -qx sleep /proc/1/comm
expect "State.Running, RestartCount" "true 0" "$(docker inspect --format '{{.State.Running}} {{.RestartCount}}' "$alone")"

scenario "kill of the program itself, by TERM and by KILL: 143 and 137, and rinit's line says that it was not memory"
for signal in TERM KILL; do
    container=$(start "program-$signal" --restart always "$image" "${sleeper[@]}")
    wait_until 60 "it runs" has_begun "$container" 1
    wait_until 60 "the shell has become the program" docker exec "$container" busybox pidof sleep
    docker exec --detach "$container" busybox killall "-$signal" sleep
done
is_back program TERM 143
is_back program KILL 137
wait_until 30 "rinit has said why" has_said "$container" "was killed by SIGKILL"
expect "has blamed the OOM killer" no "$(has_said "$container" "OOM killer has acted" && echo yes || echo no)"

scenario "a stop by hand is not restarted, whatever the policy"
for policy in on-failure always unless-stopped; do
    docker stop "$(named "$policy" killed)" >/dev/null
done
# As a clock: the same policy, and an end that is not by hand, take no longer.
docker exec --detach "$(named program TERM)" kill -TERM 1
wait_until 60 "one that was not stopped by hand runs again" is "$(named program TERM)" .RestartCount 2
for policy in on-failure always unless-stopped; do
    stays_down "$policy" killed 143 1
done

scenario "out of memory: 137, OOMKilled, rinit's line says so; a failure too"
launch hungry --memory 64m --memory-swap 64m "$image" python3 /hungry.py
goes_on always hungry 137
goes_on unless-stopped hungry 137
stays_down on-failure hungry 137 3
stays_down no hungry 137 0
wait_until 30 "State.OOMKilled is true" is_oom_killed
expect_match "rinit" "rinit: python3 (pid *) was killed by SIGKILL; the container's OOM killer has acted 1 time(s)*" \
    "$(docker logs "$container" 2>&1)"
