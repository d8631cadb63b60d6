#!/bin/bash
# What becomes of a download when nginx is stopped, and the signals that nginx has uses for, under rinit.
. "$(dirname "$0")/../lib.sh"

begin nginx "$(docker_version)"
need_base
image=$(build latest)

# stopped_while_downloading NAME STATUS OUTCOME WORD...: nginx ends with STATUS, and the download so. Words are for docker run.
# Both are in one network, as in a pod, so that nobody else's network or names matter.
stopped_while_downloading() {
    local name=$1 status=$2 outcome=$3 client server
    shift 3
    client=$(start "$name-client" --network none --entrypoint python3 "$image" /download.py)
    server=$(start "$name" --network "container:$client" "$@")
    wait_until 60 "the download has begun" has_said "$client" "the download has begun"
    quietly docker stop "$server"
    expect "status" "$status" "$(status_of "$server")"
    expect "status of the client" 0 "$(status_of "$client")"
    wait_until 60 "the download: $outcome" has_said "$client" "$outcome"
}

scenario "nginx under rinit, stopped by QUIT, finishes a download and ends with 0"
stopped_while_downloading quit 0 "all of it has come" --stop-timeout 60 "$image"

scenario "nginx behind a shell: docker stop does not reach it, 137, a download is broken off"
stopped_while_downloading shell 137 "it was broken off" --stop-timeout 2 --entrypoint sh "$image" \
    -c 'nginx -g "daemon off;"; echo "nginx has ended"'

scenario "nginx under rinit, stopped by TERM, breaks a download off and ends with 0"
stopped_while_downloading term 0 "it was broken off" --stop-timeout 60 --stop-signal TERM "$image"

scenario "nginx under rinit --rewrite TERM:QUIT, stopped by TERM, finishes a download and ends with 0"
stopped_while_downloading rewrite 0 "all of it has come" --stop-timeout 60 --stop-signal TERM \
    --env RINIT_REWRITE=TERM:QUIT "$image"

server=$(start signals --network none "$image")
in_server() { docker exec "$server" "$@"; }
get() { in_server busybox wget -q -O - "http://127.0.0.1:8080/$1"; }
answers() { case $(get "") in "$1"*) ;; *) false ;; esac; }
logs=/var/log/nginx

scenario "USR1 reaches nginx: it opens its logs anew after they were renamed"
wait_until 60 "nginx answers" answers "the first answer"
in_server mv "$logs/access.log" "$logs/access.log.1"
quietly get before
wait_until 60 "the renamed log has a request" in_server grep -q "GET /before " "$logs/access.log.1"
expect "is there a new log before the signal" no "$(in_server test -e "$logs/access.log" && echo yes || echo no)"
docker kill --signal USR1 "$server" >/dev/null
# The master makes the file, its workers hear of it a moment later.
goes_to_the_new_log() { get after && in_server grep -q "GET /after " "$logs/access.log"; }
wait_until 60 "there is a new log, and it has the next request" goes_to_the_new_log

scenario "HUP reaches nginx: it loads its configuration anew, with other workers, under the same master"
master=$(in_server cat /run/nginx.pid)
first=$(get "" | sed 's/.* //')
in_server sed -i 's/the first/the second/' /etc/nginx/conf.d/site.conf
expect "the answer before the signal" "the first answer" "$(get "" | sed 's/,.*//')"
docker kill --signal HUP "$server" >/dev/null
wait_until 60 "the answer is another one" answers "the second answer"
wait_until 60 "the worker that gave the first answer, $first, has gone" in_server test ! -e "/proc/$first"
expect "the master" "$master nginx" "$(in_server cat /run/nginx.pid "/proc/$master/comm" | xargs)"

scenario "docker kill ends nginx under rinit with 137"
docker kill "$server" >/dev/null
expect "status" 137 "$(status_of "$server")"
