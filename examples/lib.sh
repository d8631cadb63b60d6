# shellcheck shell=bash
# What the examples have in common. Each begins with
#
#     . "$(dirname "$0")/../lib.sh"
#     begin NAME ENGINE
#
# says what it shows with `scenario`, what it does with `say`, and what has to come of it with `expect`. It stops at the first
# thing that is not as it should be. Whatever it made in the engine is removed when it ends, unless KEEP=1 is set.

set -Eeuo pipefail
# In $(...) too, or it would go on after a failure.
shopt -s inherit_errexit
# Other users read some of what examples write; and what programs say, and numbers, are compared.
umask 022
export LC_ALL=C.UTF-8

examples=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
repository=$(dirname "$examples")

# The prefix of the names of all images, and the label of everything else that examples make.
readonly family=rinit-example

# Services and their tasks.
. "$examples/lib-swarm.sh"

# begin NAME ENGINE: NAME is the folder's; ENGINE is what is to be seen at work, for the table of results.
begin() {
    example=$1
    engine=$2
    # shellcheck disable=SC2034 # Used by the examples, to say what belongs to them.
    label=$family=$example
    cd "$examples/$example"
    trap 'because "line $LINENO: $BASH_COMMAND"' ERR
    trap 'status=$?; trap - ERR; set +e; end "$status"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    remove_all
}

# scenario TITLE: what is going to be shown. The one before it has succeeded, since nothing went wrong.
scenario() {
    record passed
    title=$1
    began=$EPOCHREALTIME
    printf '\n== %s: %s\n' "$example" "$title"
}

# say WORD...: progress.
say() { printf '   %s\n' "$*"; }

# expect WHAT WANTED IS: a comparison that has to hold.
expect() {
    if [ "$2" != "$3" ]; then
        because "$1: expected '$2', got '$3'"
        exit 1
    fi
    say "$1: $3"
}

# expect_match WHAT PATTERN IS: the same, for a pattern as of `case`.
expect_match() {
    # shellcheck disable=SC2254 # It is meant to be a pattern.
    case $3 in
        $2) say "$1: $3" ;;
        *)
            because "$1: expected something like '$2', got '$3'"
            exit 1
            ;;
    esac
}

# expect_less WHAT A B: A has to be smaller than B; both may have decimals.
expect_less() {
    if ! awk -v a="$2" -v b="$3" 'BEGIN { exit !(a < b) }'; then
        because "$1: expected less than $3, got $2"
        exit 1
    fi
    say "$1: $2 (less than $3)"
}

# wait_until SECONDS WHAT COMMAND...: until the command succeeds, which has to happen in that time.
wait_until() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ "$SECONDS" -ge "$deadline" ]; then
            because "this did not come true in time: $what"
            exit 1
        fi
        sleep 0.1
    done
    say "$what"
}

# seconds_of COMMAND...: runs it, and prints how long it took, with two decimals. What it prints is thrown away.
seconds_of() {
    local from=$EPOCHREALTIME
    "$@" >/dev/null
    seconds_since "$from"
}

# seconds_since TIME: TIME is a value of EPOCHREALTIME.
seconds_since() { awk -v from="$1" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.2f\n", to - from }'; }

# build TAG [WORD...]: builds the Dockerfile of the example's folder, and prints the image's name. More words are
# for `docker build`.
build() {
    local name=$family/$example:$1
    shift
    # No cache, so that no two images share a nameless layer: who removes one would remove it from under the other one's build.
    # No network: nothing is to be fetched.
    quietly docker build --quiet --no-cache --force-rm --network none --tag "$name" "$@" .
    echo "$name"
}

# quietly COMMAND...: what it says is shown only if it fails.
quietly() {
    local said
    said=$("$@" 2>&1) || { printf '%s\n' "$said" >&2; return 1; }
}

# start NAME WORD...: `docker run --detach`, as a container of this example with that name. Prints the name.
start() {
    local name=$family-$example-$1
    shift
    docker run --detach --label "$label" --name "$name" "$@" >/dev/null
    echo "$name"
}

# status_of CONTAINER: waits until it ends, and prints its exit status.
status_of() { timeout 120 docker wait "$1"; }

# last_exec CONTAINER COMMAND...: a command that ends the container, and so perhaps itself: what it ends with tells nothing.
last_exec() { docker exec "$@" >/dev/null 2>&1 || true; }

# inspect OBJECT FIELD: such as '.State.ExitCode', of a container or whatever else the engine knows by that name.
inspect() { docker inspect --format "{{$2}}" "$1"; }

# is OBJECT FIELD VALUE: whether it has that value. For wait_until.
is() { [ "$(inspect "$1" "$2")" = "$3" ]; }

# has_said CONTAINER WORDS: whether its log has them. For wait_until. No pipe to grep, which would end at the first such line, and
# SIGPIPE be taken for a "no".
has_said() { [[ "$(docker logs "$1" 2>&1)" == *"$2"* ]]; }

# record_events EVENT FIELD FILE: from now on, a line "NAME FIELD" comes into the file for each such event of this example's
# containers. (What `docker inspect` shows is forgotten when a container is started again.) A moment after inspect shows it.
record_events() {
    docker events --since "$EPOCHREALTIME" --filter "label=$label" --filter "event=$1" \
        --format "{{.Actor.Attributes.name}} {{$2}}" >"$3" &
    on_cleanup "kill $!"
}

# log_of CONTAINER: what it has printed, indented.
log_of() { docker logs "$1" 2>&1 | sed 's/^/   | /'; }

# Makes sure that there is an image with programs of Debian's and rinit in /sbin, and sets `base` to its name.
need_base() {
    base=$family/base
    "$examples/base/build.sh" "$base"
}

# need_command COMMAND PACKAGE: something that this machine must have.
need_command() {
    command -v "$1" >/dev/null && return
    because "'$1' is not here; on Debian: apt-get install $2"
    exit 1
}

# zombies EXEC...: how many the container has; EXEC is what runs a command in it, such as `docker exec NAME`.
zombies() {
    local said
    said=$("$@" sh -c 'cat /proc/[0-9]*/status 2>/dev/null; true') || { echo unknown; return; }
    grep --count '^State:.Z' <<<"$said" || true
}

# has_zombies N EXEC...: whether there are so many. For wait_until.
has_zombies() { [ "$(zombies "${@:2}")" = "$1" ]; }

# skip REASON: this machine cannot show it. That is a row of the table too, and in CI, where it has to be possible, a failure.
skip() {
    if [ "${CI:-}" = true ]; then
        because "skipped, which is no choice in CI: $1"
        exit 1
    fi
    say "skipped: $1"
    record "skipped: $1"
    skipped=1
    exit 0
}

# What is to be said at the end.
because() { reason=${reason:-$1}; }

# on_cleanup COMMAND: evaluated when the example ends, last come first served.
on_cleanup() { cleanup="$1; ${cleanup:-}"; }

# Removes what an example made. Only by its label or its images' names: the engine may have other things to do.
remove_all() {
    local filter=label=$family=$example ids
    command -v docker >/dev/null || return 0
    remove_services
    remove_containers
    ids=$(docker volume ls --quiet --filter "$filter")
    # shellcheck disable=SC2086 # One word for each.
    [ -z "$ids" ] || docker volume rm $ids >/dev/null
    leave_swarm
    remove_networks
    ids=$(docker image ls --format '{{.Repository}}:{{.Tag}}' "$family/$example")
    # shellcheck disable=SC2086
    [ -z "$ids" ] || docker image rm --force $ids >/dev/null
}

# A swarm may be removing them too: then one is gone, or "removal is already in progress".
remove_containers() {
    local ids deadline=$((SECONDS + 60))
    while ids=$(docker ps --all --quiet --filter "label=$family=$example"); [ -n "$ids" ]; do
        # shellcheck disable=SC2086
        docker rm --force --volumes $ids >/dev/null 2>&1 && return
        [ "$SECONDS" -lt "$deadline" ] || return 1
        sleep 0.2
    done
}

# A network is in use for a moment after the last container in it was removed.
remove_networks() {
    local id deadline=$((SECONDS + 60))
    for id in $(docker network ls --quiet --filter "label=$family=$example"); do
        until docker network rm "$id" >/dev/null 2>&1; do
            [ "$SECONDS" -lt "$deadline" ] || { docker network rm "$id" >/dev/null; return; }
            sleep 0.2
        done
    done
}

# Only called by the trap.
end() {
    local status=$1
    if [ "$status" -eq 0 ]; then
        [ -n "${skipped:-}" ] || record passed
    else
        record FAILED
        printf '\n%s: FAILED in "%s": %s\n' "$example" "${title:-the beginning}" "${reason:-exit status $status}" >&2
        show_containers >&2
    fi
    # Processes and files are not kept: nobody would find them again.
    eval "${cleanup:-}"
    if [ "${KEEP:-0}" = 1 ]; then
        say "kept, because of KEEP=1; to remove it all: examples/clean.sh $example"
    else
        remove_all
    fi
    exit "$status"
}

# For who has to find out why.
show_containers() {
    local container
    command -v docker >/dev/null || return 0
    docker ps --all --filter "label=$family=$example"
    for container in $(docker ps --all --filter "label=$family=$example" --format '{{.Names}}'); do
        printf -- '-- the last lines of %s:\n' "$container"
        docker logs --tail 20 "$container" 2>&1
    done
}

# record RESULT: a row of the table, where one is wanted.
record() {
    [ -z "${title:-}" ] && [ "$1" = passed ] && return
    [ -z "${RESULTS:-}" ] ||
        printf '%s\t%s\t%s\t%s\t%s\n' "$example" "${title:-the beginning}" "$engine" "$1" \
            "$(seconds_since "${began:-$EPOCHREALTIME}")" >>"$RESULTS"
}

# rinit, as it is released if it has been built so, as cargo builds it otherwise. RINIT names another one.
rinit_binary() {
    local machine
    machine=$(docker version --format '{{.Server.Arch}}')
    if [ -z "${RINIT:-}" ]; then
        RINIT=$repository/dist/rinit-linux-$machine
        [ -x "$RINIT" ] || RINIT=$(built_binary)
    fi
    echo "$RINIT"
}

built_binary() {
    cargo build --quiet --release --manifest-path "$repository/Cargo.toml"
    echo "${CARGO_TARGET_DIR:-$repository/target}"/*/release/rinit
}

# The name and version of an engine, as the table has it.
docker_version() { docker version --format 'Docker {{.Server.Version}}'; }
