# shellcheck shell=bash disable=SC2154 # Set in lib.sh.
# What the examples with a swarm have in common; a part of lib.sh, whose names it uses.

# Makes sure that the engine is in a swarm: where it is in none, in one of this machine alone, which is left at the end. A label of
# its node tells whose it is.
need_swarm() {
    docker node ls >/dev/null 2>&1 && return
    # As the engine would make it, but for the label: nobody else removes it.
    docker network inspect docker_gwbridge >/dev/null 2>&1 ||
        docker network create --label "$label" --opt com.docker.network.bridge.name=docker_gwbridge \
            --opt com.docker.network.bridge.enable_icc=false docker_gwbridge >/dev/null
    docker swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1 >/dev/null
    # The manager writes to its node too in the first seconds, and refuses who has read it before that: "update out of sequence".
    wait_until 60 "the engine is a swarm of its own" label_node
}
label_node() { docker node update --label-add "$label" "$(docker node ls --quiet)"; }

# service NAME WORD...: `docker service create`, as a service of this example with that name. Prints the name. Give it an image by
# its ID, which no node asks a registry for.
service() {
    local name=$family-$example-$1
    shift
    docker service create --quiet --detach --no-resolve-image --label "$label" --container-label "$label" --name "$name" "$@" \
        >/dev/null
    echo "$name"
}

# tasks_of SERVICE: the names of the containers of its tasks that are running and are to run, in the order of their slots.
tasks_of() {
    docker service ps --no-trunc --filter desired-state=running --format '{{.CurrentState}} {{.Name}}.{{.ID}}' "$1" |
        awk '$1 == "Running" { print $NF }' | sort
}

# has_tasks SERVICE N: whether so many are running, and no other container of the service is. For wait_until.
has_tasks() {
    [ "$(tasks_of "$1" | wc -l)" -eq "$2" ] &&
        [ "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1" | wc -l)" -eq "$2" ]
}

# state_of CONTAINER: of the task that it belongs to, as the swarm has it: running, complete, failed. Then why.
state_of() { docker inspect --format '{{.Status.State}} {{.Status.Err}}' "${1##*.}"; }

# The services first, or the swarm would replace each container that is removed.
remove_services() {
    local ids
    # It fails outside of a swarm.
    ids=$(docker service ls --quiet --filter "label=$family=$example" 2>/dev/null) || return 0
    # shellcheck disable=SC2086 # One word for each.
    [ -z "$ids" ] || docker service rm $ids >/dev/null
}

# Leaves a swarm that this example has made.
leave_swarm() {
    local owner
    owner=$(docker node inspect --format "{{index .Spec.Labels \"$family\"}}" self 2>/dev/null) || return 0
    [ "$owner" != "$example" ] || docker swarm leave --force >/dev/null
}
