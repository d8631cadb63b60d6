#!/bin/bash
# What Kubernetes does to PID 1: manifests by the schema of its API, and what the kubelet does, done with the Docker engine.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/kubelet.sh"
. "$(dirname "$0")/validator.sh"

begin kubernetes "$(docker_version)"
need_base
image=$(build latest)
work=$(mktemp -d)
on_cleanup "rm -rf $work"

# with_rinit NAME [OPTION...], without NAME [OPTION...]: the web server, under rinit and as PID 1. Prints the container's name.
with_rinit() { start "$@" --env RINIT_WARN_ON_REAP=1 "$image"; }
without() { start "$@" --entrypoint python3 "$image" /web.py; }

is_ready() { wait_until 60 "$1 is ready" has_said "$1" ready; }
has_reaped() { [ "$(docker logs "$1" 2>&1 | grep --count 'reaped the orphan')" -ge "$2" ]; }
get() { docker exec "$1" wget -q -O - "http://127.0.0.1:8000$2"; }

declare -A process
grace=10

# in_background NAME COMMAND...: until finish NAME, which sets `took` to the seconds that it took.
in_background() {
    seconds_of "${@:2}" >"$work/$1" &
    process[$1]=$!
}
finish() {
    wait "${process[$1]}"
    took=$(<"$work/$1")
}

# stop_pod MAIN SIDECAR: the main container first, then the sidecar, out of the same grace period.
stop_pod() {
    local from=$EPOCHREALTIME
    kubelet_stop "$1" $grace
    kubelet_stop "$2" "$(awk -v grace=$grace -v used="$(seconds_since "$from")" 'BEGIN { print int(grace - used + 0.5) }')"
}
# sidecar_pod NAME WORD...: a sidecar that words for `docker run` make, and a main container with its network. Sets both.
sidecar_pod() {
    sidecar=$(start "$1-sidecar" --network none "${@:2}")
    wait_until 60 "the sidecar's startup probe has succeeded" get "$sidecar" /ready
    main=$(start "$1-main" --network "container:$sidecar" "$image" python3 /main.py)
    wait_until 60 "the main container has asked its sidecar" has_said "$main" "at its start, the sidecar said: ok"
}

# ended OBJECT: when, in nanoseconds.
ended() { date --date "$(inspect "$1" .State.FinishedAt)" +%s%N; }

# All that has to be waited for begins here, at once.
alone=$(without alone)
hooked_alone=$(without hooked-alone)
late_hook=$(without late-hook)
stuck_alone=$(without stuck-alone)
stuck=$(with_rinit stuck)
under=$(with_rinit under)
hooked=$(with_rinit hooked)
delayed=$(with_rinit delayed --env RINIT_STOP_DELAY=12s --env RINIT_VERBOSITY=2)
for container in "$alone" "$hooked_alone" "$late_hook" "$stuck_alone" "$stuck" "$under" "$hooked" "$delayed"; do
    is_ready "$container"
done
in_background stuck-alone kubelet_liveness "$stuck_alone" 3 $grace test -e /tmp/alive
in_background stuck kubelet_liveness "$stuck" 3 $grace test -e /tmp/alive
docker exec "$stuck_alone" rm /tmp/alive
docker exec "$stuck" rm /tmp/alive
in_background alone kubelet_stop "$alone" $grace
in_background hooked-alone kubelet_stop "$hooked_alone" $grace sleep 8
in_background late-hook kubelet_stop "$late_hook" 4 sleep 60
sidecar_pod alone --entrypoint python3 "$image" /web.py
main_alone=$main sidecar_alone=$sidecar
in_background sidecar-alone stop_pod "$main_alone" "$sidecar_alone"
in_background delayed kubelet_stop "$delayed" 60

scenario "--stop-delay in place of a preStop hook: TERM has come, the program still serves, and gets it when the delay is over"
wait_until 30 "rinit holds TERM back" has_said "$delayed" "hold SIGTERM"
expect "what the program answers" ok "$(get "$delayed" /)"
finish delayed
expect "status" 143 "$(status_of "$delayed")"
expect_less "seconds of the delay, nearly, by how long it took" 11.9 "$took"

scenario "a preStop hook runs before TERM, and the program serves meanwhile"
# This hook ends when it is told to.
in_background hooked kubelet_stop "$hooked" 60 sh -c 'touch /tmp/hook; until [ -e /tmp/answered ]; do sleep 0.2; done'
wait_until 30 "the hook is at work" docker exec "$hooked" test -e /tmp/hook
expect "what the program answers" ok "$(get "$hooked" /)"
docker exec "$hooked" touch /tmp/answered
finish hooked
expect "status" 143 "$(status_of "$hooked")"

scenario "the kubelet's stop: as PID 1, a program without handlers takes the whole grace period and is killed: 137"
finish alone
took_alone=$took
expect "status" 137 "$(status_of "$alone")"
expect_less "seconds of the grace period, nearly, by how long it took" 9.9 "$took_alone"

scenario "the same with rinit: at once, 143"
took=$(seconds_of kubelet_stop "$under" $grace)
expect "status" 143 "$(status_of "$under")"
expect_less "seconds that it took" "$took" "$took_alone"

scenario "the hook's time is part of the grace period; a hook that takes all of it leaves two seconds"
finish hooked-alone
expect "status after a hook of 8 s" 137 "$(status_of "$hooked_alone")"
expect_less "seconds, which are not those of the hook and the grace period one after the other" "$took" 18
finish late-hook
expect "status after a hook of 60 s" 137 "$(status_of "$late_hook")"
expect_less "seconds of a grace period of 4 s and those two, nearly, by how long it took" 5.9 "$took"
expect_less "seconds, which are not the hook's" "$took" 60

scenario "a liveness probe that fails three times: TERM, and KILL after the grace period (137); with rinit TERM is enough (143)"
finish stuck
took_stuck=$took
finish stuck-alone
expect "status without rinit" 137 "$(status_of "$stuck_alone")"
expect "status with rinit" 143 "$(status_of "$stuck")"
expect_less "seconds until it can be started again" "$took_stuck" "$took"
is_ready "$(with_rinit restarted)"

scenario "startup and readiness probes: a container that is not ready gets no requests, and is not stopped"
container=$(with_rinit probed)
wait_until 60 "the startup probe has succeeded" docker exec "$container" test -e /tmp/started
wait_until 60 "the readiness probe has succeeded" get "$container" /ready
docker exec "$container" rm /tmp/ready
expect "whether the readiness probe succeeds now" no "$(get "$container" /ready 2>/dev/null || echo no)"
expect "whether it runs" true "$(inspect "$container" .State.Running)"
docker exec "$container" touch /tmp/ready
expect "what the readiness probe gets again" ok "$(get "$container" /ready)"

# time_out CONTAINER: three exec probes at once that take too long. Their time is over when all of them are at work. Docker ends
# its client, containerd the probe, and neither what the probe has started.
time_out() {
    local clients=()
    for _ in 1 2 3; do
        docker exec "$1" sh /probe.sh >/dev/null 2>&1 &
        clients+=($!)
    done
    # shellcheck disable=SC2016 # The container's shell is to expand it.
    wait_until 60 "three probes wait for what they have started" docker exec "$1" sh -c '[ "$(cat /tmp/probe.* | wc -l)" = 3 ]'
    docker exec "$1" sh -c 'cat /tmp/probe.* | xargs kill -KILL; touch /tmp/over'
    wait "${clients[@]}" || true
}

scenario "exec probes that take too long: each leaves a zombie, where PID 1 does not reap"
container=$(without probes-alone)
is_ready "$container"
time_out "$container"
wait_until 30 "there are 3 zombies" has_zombies 3 docker exec "$container"

scenario "the same with rinit: no zombies"
container=$(with_rinit probes)
is_ready "$container"
time_out "$container"
wait_until 30 "rinit has reaped what they left" has_reaped "$container" 3
expect "zombies" 0 "$(zombies docker exec "$container")"

# A debugger's container in the PID namespace of another one, as `kubectl debug --target` makes it.
debug() {
    start "$1" --pid "container:$2" --entrypoint /bin/busybox "$image" sh -c '(true &); (true &); (true &); echo left; sleep 1000'
}

scenario "kubectl debug --target: the debugger's orphans become zombies, where PID 1 does not reap"
target=$(without target-alone)
is_ready "$target"
debugger=$(debug debugger-alone "$target")
wait_until 30 "the debugger has left orphans" has_said "$debugger" left
wait_until 30 "there are 3 zombies" has_zombies 3 docker exec "$debugger"
status=0
docker exec "$debugger" /sbin/rinit --doctor >"$work/doctor" || status=$?
expect "status of rinit --doctor in the debugger, which sees what is wrong" 1 "$status"
expect_match "what it has found" "*zombie*" "$(grep --max-count=1 zombie "$work/doctor")"

scenario "the same with rinit: it reaps them, and rinit --doctor in the debugger finds nothing wrong"
target=$(with_rinit target)
is_ready "$target"
debugger=$(debug debugger "$target")
wait_until 30 "rinit has reaped the debugger's orphans" has_reaped "$target" 3
expect "zombies" 0 "$(zombies docker exec "$debugger")"
status=0
docker exec "$debugger" /sbin/rinit --doctor >"$work/doctor" || status=$?
expect "status of rinit --doctor" 0 "$status"

# pod NAME: what the containers of a pod share. Its PID 1 reaps nobody, to see who does.
pod() { start "$1" --network none --entrypoint sleep "$image" 1000; }

# orphan_of CONTAINER: the process that its program has left. parent_of CONTAINER PROCESS: whose child that is.
orphan_of() { docker exec "$1" cat /tmp/orphan; }
parent_of() { docker exec "$1" awk '$1 == "PPid:" { print $2 }' "/proc/$2/status"; }
# shellcheck disable=SC2016 # The container's shell is to expand it.
leaves_orphan=(sh -c '(sleep 1000 & echo $! >/tmp/orphan); exec python3 /web.py')

scenario "shareProcessNamespace, PID 1 is another's: without rinit, orphans are left to that one"
pod=$(pod pod)
container=$(start shared-alone --pid "container:$pod" --entrypoint sh "$image" "${leaves_orphan[@]:1}")
is_ready "$container"
orphan=$(orphan_of "$container")
expect "whose child the orphan is" 1 "$(parent_of "$container" "$orphan")"
docker exec "$container" kill -KILL "$orphan"
wait_until 30 "it is a zombie" has_zombies 1 docker exec "$container"
docker rm --force "$container" "$pod" >/dev/null

scenario "the same with rinit: it is not PID 1, says nothing of that, reaps its orphans and forwards TERM"
pod=$(pod pod)
container=$(start shared --pid "container:$pod" "$image" "${leaves_orphan[@]}")
is_ready "$container"
expect "PID 1 of the namespace" "sleep 1000 " "$(docker exec "$container" cat /proc/1/cmdline | tr '\0' ' ')"
orphan=$(orphan_of "$container")
rinit=$(docker exec "$container" pidof rinit)
expect "whose child the orphan is: rinit's" "$rinit" "$(parent_of "$container" "$orphan")"
docker exec "$container" kill -KILL "$orphan"
wait_until 30 "the orphan is gone" docker exec "$container" test ! -e "/proc/$orphan"
expect "zombies" 0 "$(zombies docker exec "$container")"
expect "all that the container has said" ready "$(docker logs "$container" 2>&1)"
docker stop "$container" >/dev/null
expect "status" 143 "$(status_of "$container")"
expect "whether the pod's PID 1 goes on" true "$(inspect "$pod" .State.Running)"
docker rm --force "$container" "$pod" >/dev/null

scenario "a native sidecar is there before the main container and after it; as PID 1 without handlers, it holds up the stop"
finish sidecar-alone
took_alone=$took
expect "status of the main container" 0 "$(status_of "$main_alone")"
expect "status of the sidecar" 137 "$(status_of "$sidecar_alone")"
expect_less "seconds of the grace period, nearly, by how long the stop took" 8.9 "$took_alone"

scenario "the same with rinit: the sidecar ends second, and at once"
sidecar_pod rinit "$image"
took=$(seconds_of stop_pod "$main" "$sidecar")
expect_match "what the main container has said" "*at its end, the sidecar said: ok*" "$(docker logs "$main" 2>&1)"
expect "status of the main container" 0 "$(status_of "$main")"
expect "status of the sidecar" 143 "$(status_of "$sidecar")"
expect_less "when the main container ended, by when the sidecar did" "$(ended "$main")" "$(ended "$sidecar")"
expect_less "seconds that the stop took" "$took" "$took_alone"

# refuses WHAT PATTERN FILE EXPRESSION [COMMAND...]: a copy of a manifest that sed has made is wrong, by what the command says.
refuses() {
    local command=("${@:5}") status=0 said
    [ $# -gt 4 ] || command=(is_valid)
    sed "$4" "manifests/$3" >"$work/$3"
    if cmp --quiet "manifests/$3" "$work/$3"; then
        because "$1: this changed nothing: $4"
        exit 1
    fi
    said=$("${command[@]}" "$work/$3") || status=$?
    expect_match "$1" "$2" "$said"
    expect "status" 1 "$status"
}

scenario "the manifests are right by the schemas of Kubernetes' API, and what happens at a stop fits into the grace period"
need_validator || skip "kubernetes-validate cannot be installed, see above"
engine="kubernetes-validate $validator_version"
quietly is_valid manifests/*.yaml
quietly is_valid --kubernetes-version 1.33 manifests/*.yaml
say "valid for Kubernetes 1.33 and the newest that the schemas are for:" manifests/*.yaml
in_manifests grace.py manifests/*.yaml | sed 's/^/   /'

scenario "copies of them that are broken: each is refused"
engine="kubernetes-validate $validator_version"
refuses "an unknown field" "*'aliveProbe' was unexpected*" deployment.yaml s/livenessProbe:/aliveProbe:/
refuses "a wrong type" "*'three' is not of type 'integer'*" deployment.yaml 's/failureThreshold: 3$/failureThreshold: three/'
refuses "a missing field" "*'selector' is a required property*" prestop.yaml '/selector:/,+1d'
refuses "an unknown version of the API" "*Couldn't find schema*" sidecar.yaml s,batch/v1,batch/v9,
refuses "a field before its time" "*'stopSignal' was unexpected*" stop-signal.yaml s/nginx:1/nginx:2/ \
    is_valid --kubernetes-version 1.32
refuses "times beyond the grace period" "*= 39 s, of 30*" deployment.yaml s/18s/30s/ in_manifests grace.py
