# shellcheck shell=bash
# Stops of a database while somebody writes to it: what the examples redis and postgresql have in common. To be read in the place
# of lib.sh.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

readonly writers_each=3

# begin_load NAME KIND WORD...: starts a database of KIND, and who writes to it. WORDs are for its docker run. Sets `database` and
# `writers` to the names of their containers, and `turn` to how often the database has been started.
# It is in the network of its writers, as in a pod. So it is at 127.0.0.1 for them, after each start too.
begin_load() {
    local name=$1 kind=$2
    shift 2
    writers=$(start "$name-writers" --network none --entrypoint python3 "$family/base" \
        -c "$(cat "$examples/load/writer.py")" "$kind" "$writers_each")
    database=$(start "$name" --network "container:$writers" "$@")
    turn=1
    await_writers
}

# await_writers: until each of them has connected since the latest start, has found all that was acknowledged to it, and writes.
await_writers() { wait_until 60 "the writers find what was acknowledged to them, and write" are_writing >/dev/null; }
are_writing() { [ "$(docker logs "$writers" 2>&1 | grep -c "^turn $turn: .* writing\$")" = "$writers_each" ]; }

# under_load TIMES COMMAND STATUS: so many times `docker COMMAND` and `docker start` while the writers write. The database has to
# end with STATUS each time, and all that was acknowledged has to be there after each start.
under_load() {
    local times=$1 command=$2 status=$3 time
    for ((time = 1; time <= times; time++)); do
        quietly docker "$command" "$database"
        expect "status after docker $command $time" "$status" "$(status_of "$database")" >/dev/null
        quietly docker start "$database"
        turn=$((turn + 1))
        await_writers
        if [ $((time % 10)) -eq 0 ] || [ "$time" -eq "$times" ]; then
            say "docker $command, $time times, status $status each time: all of $(acknowledged) acknowledged writes are there"
        fi
    done
}

# acknowledged: how many writes all writers had acknowledged before the latest start.
acknowledged() { docker logs "$writers" 2>&1 | awk "/^turn $turn: all/ { n += \$4 } END { print n }"; }

# end_load: no more writers, and unless it is to be kept, no more database.
end_load() {
    docker rm --force "$writers" >/dev/null
    [ "${KEEP:-0}" = 1 ] || docker rm --force --volumes "$database" >/dev/null
}
