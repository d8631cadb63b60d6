#!/bin/bash
# What a swarm makes of tasks that are killed, that fail, that succeed, and that are sick.
. "$(dirname "$0")/../lib.sh"

begin swarm "$(docker_version), swarm"
need_base
need_swarm
image=$(inspect "$(build latest)" .Id)

# workers NAME WORD...: a service of two, of which those that fail are replaced. Words are for docker service create.
workers() {
    local name=$1
    shift
    service "$name" --replicas 2 --restart-condition on-failure --restart-delay 1s "$@"
}

# ends CONTAINER STATUS: tells its worker to end with that status. Moved, not written, so that the worker never reads half of it.
ends() { last_exec "$1" busybox sh -c "echo $2 >/tmp/status; mv /tmp/status /tmp/end"; }

# task SERVICE SLOT: the container of its task in that slot.
task() { tasks_of "$1" | grep -F "$1.$2."; }

# knows CONTAINER STATE: whether its task has that state. For wait_until.
knows() { [[ $(state_of "$1") == "$2 "* ]]; }

# replaced SERVICE CONTAINER: whether there is another one in its slot. For wait_until.
replaced() {
    local slot=${2#"$1".} now
    now=$(task "$1" "${slot%%.*}") && [ "$now" != "$2" ]
}

# falls_sick CONTAINER: becomes unhealthy and is stopped for that; sets `took` to how many seconds the stop took.
falls_sick() {
    local from
    docker exec "$1" busybox touch /tmp/sick
    wait_until 120 "it is unhealthy" is "$1" .State.Health.Status unhealthy
    from=$EPOCHREALTIME
    status=$(status_of "$1")
    took=$(seconds_since "$from")
}

scenario "a service of two replicas under rinit, with --restart-condition on-failure"
service=$(workers under-rinit --entrypoint /sbin/rinit "$image" -- python3 /worker.py)
alone=$(workers alone "$image")
wait_until 60 "two replicas run under rinit" has_tasks "$service" 2
wait_until 60 "two replicas run without an init" has_tasks "$alone" 2
expect "first process" "rinit" "$(docker exec "$(task "$service" 1)" cat /proc/1/comm)"

scenario "a task that is killed is replaced"
killed=$(task "$service" 1)
docker kill "$killed" >/dev/null
expect "status" 137 "$(status_of "$killed")"
wait_until 60 "another one has its place" replaced "$service" "$killed"
expect_match "what the swarm says of it" "failed *non-zero exit (137)*" "$(state_of "$killed")"

scenario "a program that is killed is a task that failed: rinit exits with its status, says who, and the task is replaced"
killed=$(task "$service" 2)
# shellcheck disable=SC2016 # The container's shell is to expand it.
last_exec "$killed" busybox sh -c 'kill -KILL $(busybox pidof python3)'
expect "status" 137 "$(status_of "$killed")"
wait_until 60 "rinit has said who" has_said "$killed" "was killed by SIGKILL"
wait_until 60 "another one has its place" replaced "$service" "$killed"

scenario "a task that ends with 0 is complete and stays ended; one that ends with 3 has failed and is replaced"
complete=$(task "$service" 1)
failed=$(task "$service" 2)
ends "$complete" 0
expect "status of the first" 0 "$(status_of "$complete")"
wait_until 60 "the swarm knows" knows "$complete" complete
ends "$failed" 3
expect "status of the second" 3 "$(status_of "$failed")"
wait_until 60 "another one has the place of the second" replaced "$service" "$failed"
expect_match "the second" "failed *non-zero exit (3)*" "$(state_of "$failed")"
# It had more time than the other one to be replaced.
expect "the first" "complete " "$(state_of "$complete")"
expect "tasks in the place of the first" "" "$(task "$service" 1 || true)"

scenario "a task that is sick is stopped and replaced: under rinit at once, with 143; without an init after ten seconds, with 137"
sick=$(task "$service" 2)
falls_sick "$sick"
took_under_rinit=$took
expect "status under rinit" 143 "$status"
sick_alone=$(task "$alone" 2)
falls_sick "$sick_alone"
expect "status without an init" 137 "$status"
expect_less "seconds under rinit, by how long it took without an init" "$took_under_rinit" "$took"
wait_until 60 "another one has the first one's place" replaced "$service" "$sick"
wait_until 60 "another one has the second one's place" replaced "$alone" "$sick_alone"
expect_match "the first" "failed *unhealthy container" "$(state_of "$sick")"
expect_match "the second" "failed *unhealthy container" "$(state_of "$sick_alone")"
