#!/bin/bash
# What a restart of Docker's daemon makes of containers and their restart policies. The daemon is one of the example's own, apart from
# the machine's, which is left alone.
. "$(dirname "$0")/../lib.sh"

begin daemon-restart "$(docker_version), a daemon of its own"
# A daemon is not left behind.
KEEP=0
need_command dockerd docker.io
need_command unshare util-linux
if [ "$(id -u)" != 0 ]; then
    because "a daemon of its own needs root"
    exit 1
fi
need_base
image=$(build latest)
rinit=$(rinit_binary)

work=$(mktemp -d)
on_cleanup clean_up
cgroup=$family-$example
docker info --format '{"storage-driver": "{{.Driver}}"}' >"$work/daemon.json"
docker save --output "$work/image.tar" "$image"

# From here on, `docker` is the other daemon's.
export DOCKER_HOST=unix://$work/socket

# In namespaces: its interfaces and mounts are its own, and whatever happens, its containers end with it. PID 1 there is rinit.
# Shims have their sockets in /run/containerd, wherever the daemon's other files are.
begin_daemon() {
    unshare --net --mount --pid --mount-proc --fork --kill-child=KILL "$rinit" -- \
        sh -c 'mkdir -p /run/containerd && mount -t tmpfs tmpfs /run/containerd && exec "$@"' sh \
        dockerd --config-file "$work/daemon.json" --data-root "$work/data" --exec-root "$work/run" --pidfile "$work/pid" \
        --host "$DOCKER_HOST" --bridge none --iptables=false --exec-opt native.cgroupdriver=cgroupfs --cgroup-parent "$cgroup" \
        >>"$work/log" 2>&1 </dev/null &
    daemon=$!
    wait_until 60 "the daemon is there" docker info
}

# Its rinit, which unshare has started, gets TERM, and the daemon by it.
end_daemon() {
    kill -TERM "$(cat "/proc/$daemon/task/$daemon/children")"
    wait_until 60 "the daemon has ended" has_ended
}
has_ended() { ! kill -0 "$daemon"; }

# What was killed is gone a moment later; an engine that ends may leave cgroups behind.
clean_up() {
    unset DOCKER_HOST
    [ -z "${reason:-}" ] || tail -n 30 "$work/log"
    [ -z "${daemon:-}" ] || kill -KILL "$daemon" || true
    daemon=
    for _ in {1..100}; do
        rm -rf "$work" || true
        find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} + || true
        is_left || break
        sleep 0.1
    done
} 2>/dev/null
is_left() { [ -n "$(find /sys/fs/cgroup -type d -path "*/$cgroup*")$(grep "$work" /proc/self/mountinfo)" ] || [ -e "$work" ]; }

# What runs, in the order of the alphabet.
running() { docker ps --format '{{.Names}}' | sed "s/^$family-$example-//" | sort | paste -s -d ' '; }
runs() { [ "$(running)" = "$1" ]; }
has_begun() { [ "$(docker logs "$1" 2>&1 | grep -cx ready)" -ge "$2" ]; }

policies=(no on-failure always unless-stopped)
# launch NAME POLICY WORD...: a container that is ready to be stopped. Words are for docker run.
launch() {
    local name=$1 policy=$2 container
    shift 2
    container=$(start "$name" --restart "${policy/%on-failure/on-failure:3}" "$@" "$image")
    wait_until 60 "$name runs" has_begun "$container" 1
}

begin_daemon
quietly docker load --input "$work/image.tar"

scenario "what runs when the daemon ends, and what was stopped by hand before"
for policy in "${policies[@]}"; do
    launch "$policy" "$policy"
    launch "$policy-stopped" "$policy"
    docker stop "$family-$example-$policy-stopped" >/dev/null
done
launch on-failure-0 on-failure --env RINIT_EXPECT_STATUS=143
wait_until 60 "those that were not stopped run" runs "always no on-failure on-failure-0 unless-stopped"
end_daemon

scenario "after its restart: always runs, even if it was stopped by hand; unless-stopped unless it was; no does not"
begin_daemon
wait_until 60 "it has started what it starts" runs "always always-stopped on-failure on-failure-stopped unless-stopped"
for wanted in always:true always-stopped:true unless-stopped:true unless-stopped-stopped:false no:false no-stopped:false; do
    expect "${wanted%:*} runs" "${wanted#*:}" "$(inspect "$family-$example-${wanted%:*}" .State.Running)"
done

scenario "on-failure:3 goes by the last exit status: it runs after 143, even if it was stopped by hand; not after 0"
expect "on-failure runs" true "$(inspect "$family-$example-on-failure" .State.Running)"
expect "on-failure-stopped runs" true "$(inspect "$family-$example-on-failure-stopped" .State.Running)"
expect "on-failure-0: runs, status" "false 0" \
    "$(docker inspect --format '{{.State.Running}} {{.State.ExitCode}}' "$family-$example-on-failure-0")"

scenario "the policy has survived: what is killed inside the container is restarted"
for policy in on-failure always unless-stopped; do
    container=$family-$example-$policy
    expect "$policy: policy" "$policy" "$(inspect "$container" .HostConfig.RestartPolicy.Name)"
    wait_until 60 "$policy is ready" has_begun "$container" 2
    docker exec --detach "$container" kill -TERM 1
    wait_until 60 "$policy: RestartCount is 1" is "$container" .RestartCount 1
    wait_until 60 "$policy runs again" has_begun "$container" 3
done

scenario "nothing is left of it: no process, no cgroup, no mount, no file"
end_daemon
clean_up
expect "whether something is left" no "$(is_left && echo yes || echo no)"
