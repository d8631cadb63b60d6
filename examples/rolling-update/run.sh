#!/bin/bash
# What an update of a web server from v1 to v2 and back costs its clients: without an init, under rinit, and with --stop-delay.
. "$(dirname "$0")/../lib.sh"

begin rolling-update "$(docker_version), swarm"
need_base
need_swarm
v1=$(inspect "$(build v1 --build-arg VERSION=v1)" .Id)
v2=$(inspect "$(build v2 --build-arg VERSION=v2)" .Id)

# All of it is done to three services at the same time, each of which has a network of its own.
services=(no-init rinit delay)
for_each_service() { local each; for each in "${services[@]}"; do "$1" "$each" "${@:2}"; done; }

# serve NAME WORD...: two replicas. Their name has both addresses, since sharing one needs IPVS, which not every kernel has.
serve() {
    local network=$family-$example-$1-network
    docker network create --driver overlay --attachable --label "$label" "$network" >/dev/null
    service "$1" --replicas 2 --network "$network" --endpoint-mode dnsrr --update-order start-first --rollback-order start-first \
        --update-monitor 1s --rollback-monitor 1s "${@:2}" >/dev/null
}
is_served() { wait_until 120 "$1: two replicas" has_tasks "$family-$example-$1" 2; }

# Clients that ask it all the time, for ten minutes at most.
ask() {
    start "$1-clients" --no-healthcheck --network "$family-$example-$1-network" --entrypoint /sbin/rinit "$v1" -- \
        python3 /clients.py "$family-$example-$1" 600 >/dev/null
}

# count NAME WHAT: how often its clients have counted that until now; see clients.py.
count() { docker logs "$family-$example-$1-clients" | grep -o "$2=[0-9]*" | tail -n 1 | cut -d = -f 2; }
counts_more_than() { [ "$(count "$1" "$2")" -gt "$3" ]; }
is_answered_by() { wait_until 60 "$1: $2 answers" counts_more_than "$1" "$2" "$(($(count "$1" "$2") + 20))"; }

update() { docker service update --quiet --detach --no-resolve-image --image "$v2" "$family-$example-$1" >/dev/null; }
roll_back() { docker service rollback --quiet --detach "$family-$example-$1" >/dev/null; }

# has_come_to NAME STATE: whether the update is through, and the tasks that it has replaced are gone.
has_come_to() { is "$family-$example-$1" .UpdateStatus.State "$2" && has_tasks "$family-$example-$1" 2; }
comes_to() { wait_until 180 "$1: $2" has_come_to "$1" "$2"; }

# Those that come now are v2 alone, and no v1 is among them.
is_all_v2() {
    local v1
    is_answered_by "$1" v2
    v1=$(count "$1" v1)
    is_answered_by "$1" v2
    expect "$1: v1 answers no more" "$v1" "$(count "$1" v1)"
}

hang_up() { docker kill --signal TERM "$family-$example-$1-clients" >/dev/null; }
has_hung_up() {
    expect "$1: status of the clients" 0 "$(status_of "$family-$example-$1-clients")"
    wait_until 60 "$1: they have told all" has_said "$family-$example-$1-clients" "done"
}

# statuses NAME: of its tasks that have ended, each with how many they are.
statuses() {
    local containers of=label=com.docker.swarm.service.name=$family-$example-$1
    containers=$(docker ps --all --quiet --filter status=exited --filter "$of")
    # shellcheck disable=SC2086 # One word for each.
    docker inspect --format '{{.State.ExitCode}}' $containers | sort | uniq -c | awk '{ print $1 " times " $2 }'
}

lost() { echo $(($(count "$1" fresh-lost) + $(count "$1" stale-lost) + $(count "$1" kept-lost))); }
asked() { echo $(($(count "$1" v1) + $(count "$1" v2) + $(lost "$1"))); }

expect_lost() { expect_match "$1" "[1-9]*" "$2"; }

scenario "a rolling update from v1 to v2 and a rollback, of three services of two replicas, all the time under requests"
# The swarm takes a task's address out of the DNS, waits for two seconds, and sends TERM. Eight more are longer than the
# six for which clients may go by an old one; the grace period has to have room for them, and for finishing.
serve no-init "$v1"
serve rinit --entrypoint /sbin/rinit "$v1" -- python3 /server.py
serve delay --entrypoint /sbin/rinit --stop-grace-period 30s "$v1" --stop-delay=8s -- python3 /server.py
for_each_service is_served
for_each_service ask
for_each_service is_answered_by v1
for_each_service update
for_each_service comes_to completed
for_each_service is_all_v2
for_each_service roll_back
for_each_service comes_to rollback_completed
for_each_service is_answered_by v1
for_each_service hang_up
for_each_service has_hung_up

scenario "with rinit --stop-delay no request is lost: 0 of $(asked delay)"
expect "status of the replaced tasks" "4 times 0" "$(statuses delay)"
expect "lost by clients that ask for the name each time" 0 "$(count delay fresh-lost)"
expect "lost by clients that go by an old address for a while" 0 "$(count delay stale-lost)"
expect "lost by clients that keep a connection" 0 "$(count delay kept-lost)"

scenario "with rinit, but without a delay, those who still have an old address lose theirs: $(lost rinit) of $(asked rinit)"
expect "status of the replaced tasks" "4 times 0" "$(statuses rinit)"
expect_lost "lost by clients that go by an old address for a while" "$(count rinit stale-lost)"
expect "lost by clients that keep a connection: it is closed after an answer" 0 "$(count rinit kept-lost)"

scenario "without an init the server hears of nothing, and is killed while it works: $(lost no-init) of $(asked no-init)"
expect "status of the replaced tasks" "4 times 137" "$(statuses no-init)"
expect_lost "lost by clients that keep a connection" "$(count no-init kept-lost)"
