#!/bin/bash
# Builds tini and dumb-init with musl into target/peers/, where `cargo bench` finds them: Debian has them with glibc only, and
# most of what those cost is glibc. The sources come from the Debian archive that apt knows, with lists and a cache of their
# own: nothing outside target/ is changed. Needs musl-tools, and an `apt-get update` some time before.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p target/peers/source/lists/partial
cd target/peers/source

# shellcheck disable=SC2016 # apt fills these in.
apt-get indextargets --format 'deb-src $(SITE) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 'Label: Debian' |
    sort -u >sources.list
[ -s sources.list ] || { echo "apt knows of no Debian archive; apt-get update" >&2; exit 1; }

archive() {
    apt-get -qq -o Dir::Etc::SourceList="$PWD/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::lists="$PWD/lists" -o Dir::Cache="$PWD" -o APT::Sandbox::User=root "$@"
}
archive update
# What upstream has released, without Debian's changes.
archive source --tar-only --download-only tini dumb-init

for tar in *.orig.tar.*; do tar -xf "$tar"; done
for version in tini-*; do
    # What cmake would make of tiniConfig.h.in.
    printf '#define TINI_VERSION "%s"\n#define TINI_GIT ""\n' "${version#tini-}" >"$version/src/tiniConfig.h"
done
musl-gcc -static -Os -s -o ../tini tini-*/src/tini.c
musl-gcc -static -Os -s -o ../dumb-init dumb-init-*/dumb-init.c
ls -l "${PWD%/source}"/{tini,dumb-init}
