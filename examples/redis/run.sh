#!/bin/bash
# Redis is stopped again and again while it is written to. What was acknowledged is there, unless redis does not hear of it.
. "$(dirname "$0")/../load/load.sh"

begin redis "$(docker_version)"
need_base
image=$(build latest)

scenario "redis under rinit, 50 docker stops under write load: 0 each time, no acknowledged write is lost"
begin_load log redis --stop-timeout 60 "$image"
user_of() { docker exec "$database" ps -o user,comm | awk -v of="$1" '$2 == of { print $1 }' | uniq; }
expect "the user of redis" redis "$(user_of redis-server)"
expect "the user of rinit" redis "$(user_of rinit)"
under_load 50 stop 0

scenario "redis under rinit, 5 docker kills under write load: 137 each time, no acknowledged write is lost"
under_load 5 kill 137
end_load

# What redis does without a log: it writes a snapshot of its memory from time to time, and when it ends.
snapshots=(redis-server --save 3600 1)

scenario "redis without a log, behind a shell: docker stop does not reach it, 137, all writes are lost"
begin_load shell redis --stop-timeout 3 --entrypoint sh "$image" -c '"$@"; echo "redis has ended"' sh "${snapshots[@]}"
quietly docker stop "$database"
expect "status" 137 "$(status_of "$database")"
quietly docker start "$database"
expect "status of the writers" 1 "$(status_of "$writers")"
wait_until 60 "they miss what they had written" has_said "$writers" "acknowledged writes are lost"
log_of "$writers"
end_load

scenario "redis without a log, under rinit: it writes its snapshot and ends with 0, no write is lost"
begin_load snapshot redis --stop-timeout 60 "$image" "${snapshots[@]}"
under_load 1 stop 0
