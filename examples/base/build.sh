#!/bin/bash
# Makes the image that the examples build upon: nginx, PostgreSQL, redis and Python of Debian's, and rinit in /sbin. What is there
# already and still the same is left alone.
#
# usage: build.sh IMAGE
. "$(dirname "$0")/../lib.sh"

image=$1
here=$examples/base
rinit=$(rinit_binary)
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin

is_made_of() { [ "$(docker image inspect --format '{{index .Config.Labels "made-of"}}' "$1" 2>/dev/null)" = "$2" ]; }

# What has the name still, or it would be left behind without one.
remove() { docker image rm --force "$1" >/dev/null 2>&1 || true; }

# Where this machine's apt knows Debian's packages, they are taken from it: that works without a registry of images too.
packages=$image-packages
source=$(cat "$here/tree.sh" "$here/Dockerfile" | sha256sum | cut -c 1-16)
if ! is_made_of "$packages" "$source"; then
    echo "   making an image of Debian's packages, once"
    if [ -e /etc/debian_version ] && command -v apt-get >/dev/null; then
        [ -x /bin/busybox ] || { echo "/bin/busybox is not here: apt-get install busybox-static" >&2; exit 1; }
        work=$(mktemp -d)
        trap 'rm -rf "$work"' EXIT
        "$here/tree.sh" "$work/tree.tar" /bin/busybox
        remove "$packages"
        docker import --change "ENV PATH=$path" --change "LABEL made-of=$source" "$work/tree.tar" "$packages" >/dev/null
    else
        docker build --tag "$packages" --label "made-of=$source" - <"$here/Dockerfile"
    fi
fi

binary=$(sha256sum "$rinit" | cut -c 1-16)-$source
if ! is_made_of "$image" "$binary"; then
    context=$(mktemp -d)
    trap 'rm -rf "${work:-}" "$context"' EXIT
    install -m 755 "$rinit" "$context/rinit"
    printf 'FROM %s\nCOPY rinit /sbin/rinit\n' "$packages" >"$context/Dockerfile"
    remove "$image"
    quietly docker build --quiet --no-cache --force-rm --tag "$image" --label "made-of=$binary" "$context"
fi
