#!/bin/bash
# One image under Docker and under podman that an unprivileged user runs: the same behaviour.
. "$(dirname "$0")/../lib.sh"

# Namespaces of its own, whose PID 1 is rinit: all that podman leaves running or mounted ends with them.
RINIT=$(rinit_binary)
[ -n "${apart:-}" ] ||
    exec unshare --mount --pid --fork --kill-child --mount-proc "$RINIT" -- env RINIT="$RINIT" apart=1 "$0"

begin podman "podman, rootless"
need_command podman podman
need_command runc runc
need_command newuidmap uidmap
engine="$(podman --version | awk '{ print "podman " $3 }'), rootless"
need_base
image=$(build latest)

# The user's home, not in TMPDIR, which may be closed to others.
home=$(mktemp -d /tmp/rinit-example-podman.XXXXXX)
on_cleanup "rm -rf $home"
install --directory --mode=700 --owner=nobody "$home/run"
chown nobody "$home"

# Users of containers are ids of the host that this file gives to the user.
echo nobody:100000:65536 >"$home/ids"
mount --bind "$home/ids" /etc/subuid
mount --bind "$home/ids" /etc/subgid
# Shared with nobody: this mount namespace is a private one. Without it podman warns at each command.
mount --make-rshared /

# rootless WORD...: podman, as the user. With runc, since crun refuses hosts that have both versions of cgroups.
rootless() {
    (
        cd "$home"
        exec setpriv --reuid=nobody --regid=nogroup --clear-groups --inh-caps=-all \
            env --ignore-environment PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$home" XDG_RUNTIME_DIR="$home/run" \
            podman --root "$home/root" --runroot "$home/run/root" --storage-driver vfs --runtime runc \
            --cgroup-manager cgroupfs --events-backend file "$@"
    )
}

# begin_on ENGINE NAME WORD...: a container in the background. Prints its name.
begin_on() {
    local name=$family-$example-$2
    "$1" run --detach --label "$label" --network none --name "$name" "${@:3}" >/dev/null
    echo "$name"
}

# ends_with STATUS ENGINE WORD...: a container in the foreground.
ends_with() {
    local status=0 said
    said=$("$2" run --rm --label "$label" --network none "${@:3}" 2>&1) || status=$?
    expect "status of ${*:4}${said:+, which says: $said}" "$1" "$status"
}

# leave_orphans EXEC...: three children of nobody's, which have ended at once.
leave_orphans() { "$@" sh -c '(true &) ; (true &) ; (true &)'; }

# is_deaf ENGINE: without an init.
is_deaf() {
    local container
    container=$(begin_on "$1" alone "$image")
    leave_orphans "$1" exec "$container"
    wait_until 30 "it has 3 zombies" has_zombies 3 "$1" exec "$container"
    took_alone=$(seconds_of "$1" stop "$container")
    expect "status" 137 "$("$1" wait "$container")"
    expect_less "seconds that it was waited for, by how long it took" 9.9 "$took_alone"
}

# is_well ENGINE NAME WORD...: with rinit as PID 1, which words for the engine's `run` bring about.
is_well() {
    local container took
    container=$(begin_on "$1" "$2" --env RINIT_WARN_ON_REAP=1 "${@:3}")
    # shellcheck disable=SC2016 # The container's shell is to expand it.
    expect "what PID 1's file says that it is" "$("$RINIT" --version)" \
        "$("$1" exec "$container" sh -c '$(tr "\0" "\n" </proc/1/cmdline | head -n 1) --version')"
    leave_orphans "$1" exec "$container"
    wait_until 30 "it has reaped 3 orphans" has_reaped 3 "$1" "$container"
    expect "zombies" 0 "$(zombies "$1" exec "$container")"
    took=$(seconds_of "$1" stop "$container")
    expect "status" 143 "$("$1" wait "$container")"
    expect_less "seconds that the stop took" "$took" "$took_alone"
}
has_reaped() { [ "$("$2" logs "$3" 2>&1 | grep --count 'reaped')" = "$1" ]; }

# passes_on ENGINE: what the program ends with is what the container ends with.
passes_on() {
    local container init=(--entrypoint /sbin/rinit)
    ends_with 42 "$1" "${init[@]}" "$image" -- sh -c 'exit 42'
    ends_with 127 "$1" "${init[@]}" "$image" -- no-such-program
    container=$(begin_on "$1" handler "${init[@]}" "$image" -- sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 1; done')
    wait_until 60 "its handler is in place" has_said_on "$1" "$container" ready
    "$1" stop "$container" >/dev/null
    expect "status that its handler for TERM ends with" 7 "$("$1" wait "$container")"
}
has_said_on() { [[ "$("$1" logs "$2" 2>&1)" == *"$3"* ]]; }

podman=$engine
docker=$(docker_version)

scenario "an image that Docker built is loaded by podman, whose user is nobody"
rootless unshare true || skip "an unprivileged user gets no namespaces here"
docker save "$image" >"$home/image.tar"
quietly rootless load --input "$home/image.tar"
expect "ranges of ids that its containers have users of" 2 "$(rootless unshare cat /proc/self/uid_map | wc -l)"
expect "its id" "$(inspect "$image" .Id)" "sha256:$(rootless image inspect --format '{{.Id}}' "$image")"
container=$(begin_on rootless user "$image")
expect "whose the container's root is, on the host" nobody \
    "$(stat --format %U "/proc/$(rootless inspect --format '{{.State.Pid}}' "$container")")"
quietly rootless rm --force --time 0 "$container"

for on in docker rootless; do
    [ "$on" = docker ] && name=$docker || name=$podman

    scenario "sleep as PID 1 is deaf to TERM (killed after ten seconds: 137) and leaves zombies"
    engine=$name
    is_deaf "$on"

    scenario "the same image with rinit: it ends at once with 143, orphans are reaped"
    engine=$name
    is_well "$on" entrypoint --entrypoint /sbin/rinit "$image" -- sleep 1000

    scenario "the same image with rinit: the status is the program's, its handler's or 127"
    engine=$name
    passes_on "$on"
done

scenario "podman run --init --init-path: rinit in the place of catatonit, in an image without an init"
install -m 755 "$RINIT" "$home/rinit"
is_well rootless init --init --init-path "$home/rinit" "$image" sleep 1000
