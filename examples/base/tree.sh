#!/bin/bash
# Makes the tar file of a tree with redis, nginx, PostgreSQL and Python in it, from the Debian packages that this machine's apt
# would install: downloaded and unpacked, not installed, so that no script of theirs runs and nothing here changes.
#
# usage: tree.sh FILE BUSYBOX    (an absolute path; half a gigabyte is needed beside it for a while)
set -euo pipefail

programs=(dash debianutils gosu netcat-openbsd nginx postgresql-15 python3-psycopg2 redis-server)

# What they depend on and do not need here: what sets packages up, the compiler of PostgreSQL's queries, documentation of time.
unneeded='adduser|debconf|dpkg|gcc-.*-base|init-system-helpers|iproute2|libbpf.*|libc-bin|libc-l10n|libllvm.*|'\
'libperl.*|lib.*-perl|libz3-.*|locales|lsb-base|netbase|openssl|passwd|perl.*|postgresql-.*common|sensible-utils|ssl-cert|'\
'sysvinit-utils|tar|ucf|usrmerge'

file=$1
busybox=$2
work=$(mktemp -d "$file.XXXXXX")
mkdir "$work/debs" "$work/tree"
trap 'rm -rf "$work"' EXIT

# As if nothing were installed: apt names all that the programs need.
: >"$work/status"
plan() {
    apt-get install --simulate --no-install-recommends -o Dir::State::status="$work/status" "${programs[@]}" 2>"$work/error"
}
download() {
    # Root's folder may be closed to apt's own user, who need not have it.
    (cd "$work/debs" && apt-get download -qq -o APT::Sandbox::User=root "$@")
}
names() {
    awk '$1 == "Inst" { print $2 }' "$work/plan" | grep -vxE "$unneeded"
}

# The lists of a machine that has been there for a while may name what is no longer to be had.
if ! { plan >"$work/plan" && mapfile -t packages < <(names) && download "${packages[@]}" 2>"$work/error"; }; then
    apt-get update -qq
    plan >"$work/plan" || { cat "$work/error" >&2; exit 1; }
    mapfile -t packages < <(names)
    download "${packages[@]}"
fi

for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" |
        tar --extract --directory "$work/tree" --no-same-owner \
            --exclude=./usr/share/{doc,man,info,locale,lintian,bug} --exclude=./usr/share/postgresql/*/man \
            --exclude=./usr/lib/postgresql/*/lib/bitcode
done

# What the packages' own scripts would have done, and busybox for the rest of Debian's essential programs. Redis is in a second group, as
# it is where it may read a certificate's key.
cd "$work/tree"
mkdir -p run tmp root etc var/run/postgresql var/lib/postgresql var/lib/redis
chmod 1777 tmp
cp "$busybox" bin/busybox
ln -s nc.openbsd bin/nc
for applet in $("$busybox" --list); do
    [ -e "bin/$applet" ] || [ -e "usr/bin/$applet" ] || ln -s busybox "bin/$applet"
done
cat >etc/passwd <<'END'
root:x:0:0::/root:/bin/sh
www-data:x:33:33::/var/www:/usr/sbin/nologin
redis:x:101:102::/var/lib/redis:/usr/sbin/nologin
postgres:x:103:104::/var/lib/postgresql:/bin/sh
END
cat >etc/group <<'END'
root:x:0:
www-data:x:33:
redis:x:102:
postgres:x:104:
ssl-cert:x:105:redis
END
chmod -R go=u-w .
chmod 1777 tmp

postgres=(./var/run/postgresql ./var/lib/postgresql)
redis=(./var/lib/redis)
others=("${postgres[@]/#/--exclude=}" "${redis[@]/#/--exclude=}")
tar --create --file "$work/tar" --numeric-owner --owner=0 --group=0 "${others[@]}" .
tar --append --file "$work/tar" --numeric-owner --owner=103 --group=104 "${postgres[@]}"
tar --append --file "$work/tar" --numeric-owner --owner=101 --group=102 "${redis[@]}"
mv "$work/tar" "$file"
