#!/bin/bash
# A container as a service of systemd: the unit is right, and does what it should when its commands are run as systemd runs them.
. "$(dirname "$0")/../lib.sh"

begin systemd "systemd"
need_command systemd-analyze systemd
engine="systemd $(systemd-analyze --version | awk '{ print $2; exit }'), $(docker_version)"
need_base
build latest >/dev/null
build alone --target alone >/dev/null

name=rinit-example.service
copies=$(mktemp -d)
on_cleanup "rm -rf $copies"

# setting KEY: what the unit has there.
setting() { sed -n "s/^$1=//p" "$name"; }

# verify FILE: what systemd has to say of it, and the status.
verify() {
    local status=0
    # What it says of other units, which this one needs, is about this machine.
    systemd-analyze verify --man=no --recursive-errors=no "$1" 2>&1 | grep --fixed-strings "$name" || true
    systemd-analyze verify --man=no --recursive-errors=no "$1" >/dev/null 2>&1 || status=$?
    echo "status $status"
}

# refuses WHAT PATTERN EXPRESSION: a copy of the unit that sed has made is wrong.
refuses() {
    sed "$3" "$name" >"$copies/$name"
    if cmp --quiet "$name" "$copies/$name"; then
        because "$1: this changed nothing: $3"
        exit 1
    fi
    expect_match "$1" "*$2*status 1" "$(verify "$copies/$name" | tr '\n' ' ' | sed 's/ $//')"
}

# run_line LINE: one of the unit's commands, as its words.
run_line() {
    local words
    read -ra words <<<"$1"
    "${words[@]}" </dev/null
}

# exec_start_pre: what comes first. The '-' is systemd's: a failure is none.
exec_start_pre() { run_line "$(setting ExecStartPre | sed 's/^-//')" >/dev/null 2>&1 || true; }

# exec_start [TAG]: the main process, with another tag of the image if there is to be one. Sets `main` to its process id.
exec_start() {
    local words
    read -ra words <<<"$(setting ExecStart | sed "s/:latest$/:${1:-latest}/")"
    # Emptied before, not by that process: the last one's words would be taken for its own.
    : >"$copies/log"
    "${words[@]}" </dev/null >>"$copies/log" 2>&1 &
    main=$!
}

# service_start [TAG]: what `systemctl start` does.
service_start() {
    exec_start_pre
    exec_start "${1:-latest}"
    wait_until 60 "the service is ready" grep --quiet ready "$copies/log"
}

# exec_stop: what `systemctl stop` does.
exec_stop() { run_line "$(setting ExecStop)"; }

# expect_result WANTED: the main process has ended, and that is what `systemctl status` would say of it.
expect_result() {
    local status=0 result=exit-code
    wait "$main" || status=$?
    case " 0 $(setting SuccessExitStatus) " in
        *" $status "*) result=success ;;
    esac
    expect "status and result" "$1" "$status, $result"
}

scenario "a unit for a container: systemd-analyze verify finds nothing wrong"
expect "what it says" "status 0" "$(verify "$name")"
for wanted in Restart:always RestartSec:2 SuccessExitStatus:143; do
    expect "${wanted%:*}" "${wanted#*:}" "$(setting "${wanted%:*}")"
done
expect_match "ExecStop" "/usr/bin/docker stop *" "$(setting ExecStop)"
expect_less "seconds of docker stop, by those of systemd" \
    "$(setting ExecStop | sed -n 's/.*--time \([0-9]*\) .*/\1/p')" "$(setting TimeoutStopSec)"

scenario "copies of it that are broken: each is refused"
refuses "a misspelt key" "Unknown key*RestartSecs*" s/RestartSec=/RestartSecs=/
refuses "a value that means nothing" "Failed to parse service restart specifier*allways" s/=always/=allways/
refuses "a time that is none" "Failed to parse*soon" s/RestartSec=.*/RestartSec=soon/
refuses "a program that is not there" "dokker is not executable*" 's|^ExecStop=/usr/bin/docker|ExecStop=/usr/bin/dokker|'

scenario "the service without rinit: ExecStop takes the ten seconds, and the service has failed with 137"
service_start alone
took_alone=$(seconds_of exec_stop)
expect_result "137, exit-code"
expect_less "seconds that docker waits, by how long it took" 9.9 "$took_alone"

scenario "the service with rinit: ExecStop is done at once, and 143 is a success by SuccessExitStatus"
service_start
took_under=$(seconds_of exec_stop)
expect_result "143, success"
expect_less "seconds that it took" "$took_under" "$took_alone"

scenario "a TERM to the main process, as systemd sends it without ExecStop, goes to the program through docker and rinit"
service_start
kill -s TERM "$main"
expect_result "143, success"

scenario "a crash is seen as one, and the service can be started again, as Restart=always does"
service_start
# All but PID 1, and but the shell that sends it.
last_exec "$family-$example" sh -c 'kill -KILL -1'
expect_result "137, exit-code"
service_start
exec_stop >/dev/null
expect_result "143, success"

scenario "a container that a power failure left has the name: ExecStartPre removes it"
docker create --label "$label" --name "$family-$example" "$family/$example:latest" >/dev/null
exec_start
expect_result "125, exit-code"
service_start
exec_stop >/dev/null
expect_result "143, success"
