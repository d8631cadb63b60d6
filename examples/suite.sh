#!/bin/bash
# Runs the examples one after the other, and prints at the end what each of them has shown: scenario, engine, result, seconds. Writes
# the same to docs/engines.md if it ran them all. Exits with 1 if something was not as it should be.
#
# usage: suite.sh [NAME...]    (folders beside this file)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
table=$here/../docs/engines.md

# An example that takes this many seconds hangs.
limit=900

names=("$@")
[ $# -gt 0 ] || mapfile -t names < <(cd "$here" && dirname -- */run.sh)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export RESULTS=$work/results
: >"$RESULTS"

failed=()
for name in "${names[@]}"; do
    printf '\n######## %s (%s after %d s)\n' "$name" "$(date +%H:%M:%S)" "$SECONDS"
    # Its own process group, and all of it, is what timeout ends.
    if ! timeout --kill-after=60 "$limit" "$here/$name/run.sh" </dev/null 2>&1 | tee "$work/$name.log"; then
        failed+=("$name")
    fi
done

# Whatever examples made has their label.
if [ "${KEEP:-0}" != 1 ]; then
    for kind in container volume network; do
        [ "$kind" = container ] && all=--all || all=
        # shellcheck disable=SC2086 # One word or none.
        left=$(docker "$kind" ls $all --quiet --filter label=rinit-example)
        [ -z "$left" ] || { printf 'left behind: %s %s\n' "$kind" "$left" | tee "$work/clean-up.log"; failed+=(clean-up); }
    done
fi

markdown() {
    printf '| example | scenario | engine | result | seconds |\n|---|---|---|---|---:|\n'
    awk -F '\t' '{ printf "| [%s](../examples/%s/) | %s | %s | %s | %.1f |\n", $1, $1, $2, $3, $4, $5 }' "$RESULTS"
}
# count RESULT: how many rows have a result that begins so.
count() { awk -F '\t' -v result="$1" 'index($4, result) == 1 { n++ } END { print n + 0 }' "$RESULTS"; }

if [ $# -eq 0 ] && [ ${#failed[@]} -eq 0 ]; then
    {
        # shellcheck disable=SC2016 # Backticks of Markdown.
        printf '# rinit on real engines\n\n'
        # shellcheck disable=SC2016
        printf 'Written by `examples/suite.sh`, which runs every folder of [examples](../examples) that has a `run.sh`. Linux %s.\n\n' \
            "$(uname -r)"
        markdown
        printf '\n%s scenarios in %d seconds.\n' "$(count passed)" "$SECONDS"
    } >"$table"
fi

printf '\n######## results, after %d s\n\n' "$SECONDS"
(printf 'EXAMPLE\tSCENARIO\tENGINE\tRESULT\tSECONDS\n'; cat "$RESULTS") | column -t -s $'\t'
for name in "${failed[@]}"; do
    printf '\n######## %s failed; its last lines were:\n' "$name"
    tail -n 60 "$work/$name.log"
done
printf '\n%s passed, %s failed, %s skipped\n' "$(count passed)" "${#failed[@]}" "$(count skipped)"
[ ${#failed[@]} -eq 0 ]
