#!/bin/bash
# Removes what examples left in the Docker engine (after KEEP=1, or because they were killed), by their label and the names of
# their images: containers, volumes, networks, images.
#
# usage: clean.sh [NAME...]    (all of them, and the images that they build upon, without a name)
. "$(dirname "$0")/lib.sh"

names=("$@")
if [ $# -eq 0 ]; then
    mapfile -t names < <(cd "$examples" && dirname -- */run.sh)
    names+=(base base-packages)
fi
# shellcheck disable=SC2034 # remove_all goes by it.
for example in "${names[@]}"; do
    remove_all
done
