# shellcheck shell=bash
# What the kubelet does to containers, done with the Docker engine.

# kubelet_stop CONTAINER GRACE [HOOK...]: the preStop hook, TERM, and KILL when the grace period is over, of which the hook is a part. If
# the hook has used it up, there are 2 seconds still, as in Kubernetes.
kubelet_stop() {
    local container=$1 grace=$2 from=$EPOCHREALTIME left
    shift 2
    [ $# -eq 0 ] || timeout "$grace" docker exec "$container" "$@" || true
    left=$(awk -v grace="$grace" -v used="$(seconds_since "$from")" \
        'BEGIN { left = int(grace - used + 0.5); print left < 2 ? 2 : left }')
    docker stop --time "$left" "$container"
}

# kubelet_liveness CONTAINER THRESHOLD GRACE COMMAND...: runs the command in it, each second, until it has failed so often, one time
# after the other. Then the container is stopped.
kubelet_liveness() {
    local failures=0
    while [ "$failures" -lt "$2" ]; do
        sleep 1
        if docker exec "$1" "${@:4}"; then failures=0; else failures=$((failures + 1)); fi
    done
    kubelet_stop "$1" "$3"
}
