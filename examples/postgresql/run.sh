#!/bin/bash
# PostgreSQL is stopped again and again while it is written to. What was acknowledged is there, and it ends well if it hears it.
. "$(dirname "$0")/../load/load.sh"

begin postgresql "$(docker_version)"
need_base
image=$(build latest)
data=/var/lib/postgresql/data

# state_of CONTAINER: what PostgreSQL has written down of itself in the volume of a container that has ended.
state_of() {
    docker run --rm --label "$label" --network none --volumes-from "$1" --entrypoint pg_controldata "$image" "$data" |
        sed -n 's/^Database cluster state: *//p'
}

scenario "PostgreSQL under rinit, 50 docker stops under write load: 0 each time, no acknowledged write is lost"
begin_load stops postgresql --stop-timeout 60 "$image"
for setting in fsync synchronous_commit; do
    expect "$setting" on "$(docker exec --user postgres "$database" psql -A -t -c "SHOW $setting")"
done
user_of() { docker exec "$database" ps -o user,comm | awk -v of="$1" '$2 == of { print $1 }' | uniq; }
expect "the user of PostgreSQL" postgres "$(user_of postgres)"
expect "the user of rinit" postgres "$(user_of rinit)"
under_load 50 stop 0

scenario "PostgreSQL under rinit, 5 docker kills under write load: 137 each time, no acknowledged write is lost"
under_load 5 kill 137
end_load

# stopped NAME STATUS STATE WORD...: docker stop while somebody writes ends PostgreSQL with STATUS, and leaves its files in STATE.
stopped() {
    local name=$1 status=$2 state=$3
    shift 3
    begin_load "$name" postgresql "$@"
    quietly docker stop "$database"
    expect "status" "$status" "$(status_of "$database")"
    expect "state of the files" "$state" "$(state_of "$database")"
    end_load
}

scenario "PostgreSQL behind a shell: docker stop does not reach it, 137, its files are to be repaired"
stopped shell 137 "in production" --stop-timeout 3 --entrypoint sh "$image" \
    -c 'gosu postgres "$@"; echo "PostgreSQL has ended"' sh postgres -D "$data"

scenario "PostgreSQL, stopped by TERM, waits for its clients until it is killed: 137"
stopped term 137 "in production" --stop-timeout 3 --stop-signal TERM "$image"

scenario "PostgreSQL under rinit --rewrite TERM:INT, stopped by TERM: 0, its files are in order"
stopped rewrite 0 "shut down" --stop-timeout 60 --stop-signal TERM --env RINIT_REWRITE=TERM:INT "$image"
