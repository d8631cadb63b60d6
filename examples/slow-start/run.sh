#!/bin/bash
# An application that starts slowly, and health checks that know it, or do not.
. "$(dirname "$0")/../lib.sh"

begin slow-start "$(docker_version)"
need_base
image=$(build latest)

# What Docker finds about the health of each, as "NAME HEALTH".
work=$(mktemp -d)
on_cleanup "rm -rf '$work'"
record_events health_status .Action "$work/health"

named() { echo "$family-$example-$1"; }
is_health() { is "$(named "$1")" .State.Health.Status "$2"; }
has_been() { grep -qx "$(named "$1") health_status: $2" "$work/health"; }
is_restarted() { [ "$(inspect "$(named "$1")" .RestartCount)" -ge "$2" ]; }
says() { docker logs "$(named "$1")" 2>&1 | grep -cx "$2" || true; }
serves() { [ "$(says "$1" serving)" -ge "$2" ]; }

killing='nc -z 127.0.0.1 8000 || { kill 1; false; }'
start period --restart always --health-start-period 60s "$image" >/dev/null
start none --restart always "$image" >/dev/null
start killed --restart always --health-cmd "$killing" "$image" >/dev/null
start killed-in-period --restart always --health-cmd "$killing" --health-start-period 60s "$image" >/dev/null
start first-late --restart always --health-cmd "$killing" --health-interval 20s "$image" >/dev/null
start served --restart always --health-cmd /check.sh "$image" >/dev/null

scenario "ten seconds until it serves, and a check that ends in kill 1: it is killed before it ever serves, again and again"
wait_until 60 "killed has been restarted 3 times" is_restarted killed 3
expect "killed: times that it has served" 0 "$(says killed serving)"
docker rm --force "$(named killed)" >/dev/null

scenario "--start-period does not help there: failures are not counted in it, but the check still kills"
wait_until 60 "killed-in-period has been restarted 3 times" is_restarted killed-in-period 3
expect "killed-in-period: times that it has served" 0 "$(says killed-in-period serving)"
docker rm --force "$(named killed-in-period)" >/dev/null

scenario "a check that does not kill, without --start-period: marked unhealthy before it serves"
wait_until 60 "none is marked unhealthy" has_been none unhealthy
wait_until 60 "none is healthy in the end, since nobody has killed it" is_health none healthy

scenario "with --start-period it becomes healthy, and never was unhealthy"
wait_until 60 "period is healthy" is_health period healthy
wait_until 60 "and Docker has told of it" has_been period healthy
expect "period: all that its health has been" "health_status: healthy" "$(sed -n "s/^$(named period) //p" "$work/health")"

scenario "two checks that kill and let it start: a first look that comes late enough, and one that spares what has not yet served"
wait_until 60 "served is healthy" is_health served healthy
docker exec --detach "$(named served)" kill -USR2 1
wait_until 60 "served no longer serves, is killed, and serves again" serves served 2
wait_until 60 "served is healthy again" is_health served healthy
expect "served: restarts" 1 "$(inspect "$(named served)" .RestartCount)"
wait_until 60 "first-late is healthy" is_health first-late healthy
expect "first-late: restarts" 0 "$(inspect "$(named first-late)" .RestartCount)"
