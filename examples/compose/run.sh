#!/bin/bash
# An application and its database by Compose: who starts before whom, who starts again, and how they stop.
. "$(dirname "$0")/../lib.sh"

# Version 2 of Compose is a plug-in of the docker command, version 1 a program of its own.
if docker compose version >/dev/null 2>&1; then
    command=(docker compose)
else
    command=(docker-compose)
fi
# How long version 1 waits for an answer of the engine's.
export COMPOSE_HTTP_TIMEOUT=300
compose() { quietly "${command[@]}" --project-name "$family-compose" --file compose.yaml "$@"; }

begin compose "Compose $("${command[@]}" version --short 2>/dev/null || true), $(docker_version)"
need_command "${command[0]}" docker-compose
need_base
build latest >/dev/null

# of SERVICE: its container.
of() { echo "$family-compose-$1"; }

# Whether the client has an answer of each of the three databases.
is_connected() { [ "$(docker logs "$(of client)" 2>&1 | grep -c "the database says 42")" -eq 3 ]; }

restarts() { inspect "$(of "$1")" .RestartCount; }
has_restarted() { [ "$(restarts "$1")" -ge "$2" ]; }

# The database's container starts, but the database does not before it is told to: whatever needs it is too early.
say "starting all services"
compose up --detach

scenario "depends_on starts the application when the database's container has started, and it finds no database"
expect "status" 1 "$(status_of "$(of hasty)")"
wait_until 60 "what it says: Connection refused" has_said "$(of hasty)" "Connection refused"

scenario "with rinit's RINIT_WAIT_FOR it is not started; when RINIT_WAIT_TIMEOUT is over, the status is 124"
expect "status" 124 "$(status_of "$(of resigned)")"
wait_until 60 "what rinit waited for" has_said "$(of resigned)" "tcp://database:5432"
expect "lines in its log, the application's included" 1 "$(docker logs "$(of resigned)" 2>&1 | wc -l)"

scenario "restart: on-failure starts an application again that fails, and not one that ends with 0"
wait_until 60 "the one that finds no database has been started three more times" has_restarted again 3
expect "times that the one that ended with 0 was" 0 "$(restarts finished)"
expect "its state" "exited 0" "$(inspect "$(of finished)" .State.Status) $(inspect "$(of finished)" .State.ExitCode)"

scenario "with rinit's --wait-for it starts when the database is there"
expect "while it is not, it waits" running "$(inspect "$(of patient)" .State.Status)"
expect "and has said" "" "$(docker logs "$(of patient)" 2>&1)"
for database in database database-rewrite database-term; do
    docker exec "$(of "$database")" busybox touch /tmp/start
done
expect "status" 0 "$(status_of "$(of patient)")"
wait_until 60 "the database says 42" has_said "$(of patient)" "the database says 42"
wait_until 180 "the one that failed until now has ended with 0" is "$(of again)" .State.Status exited
expect "status" 0 "$(inspect "$(of again)" .State.ExitCode)"

scenario "stop_grace_period: a program that needs four seconds to end is killed after one, and ends as it wants within sixty"
for service in hurried unhurried signalled; do
    wait_until 60 "$service: working" has_said "$(of "$service")" working
done
wait_until 60 "a client is connected to all databases" is_connected
compose stop hurried unhurried signalled database database-rewrite database-term
expect "status with stop_grace_period: 1s" 137 "$(status_of "$(of hurried)")"
expect "status with stop_grace_period: 60s" 7 "$(status_of "$(of unhurried)")"

scenario "stop_signal: USR1 reaches the program through rinit"
expect "status" 8 "$(status_of "$(of signalled)")"
wait_until 60 "it has got USR1" has_said "$(of signalled)" "got SIGUSR1"

scenario "PostgreSQL with a client connected is killed after TERM; stop_signal: SIGINT, or rinit's TERM:INT, end it with 0"
expect "status after TERM" 137 "$(status_of "$(of database-term)")"
wait_until 60 "it was waiting" has_said "$(of database-term)" "received smart shutdown request"
for database in database database-rewrite; do
    expect "status of $database" 0 "$(status_of "$(of "$database")")"
    wait_until 60 "it got INT" has_said "$(of "$database")" "received fast shutdown request"
    wait_until 60 "it has shut down" has_said "$(of "$database")" "database system is shut down"
done
