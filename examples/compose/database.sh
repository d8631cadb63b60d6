#!/bin/sh
# A database that takes its time: it starts when there is a file /tmp/start.
cp -a /data /tmp/data
until [ -e /tmp/start ]; do
    sleep 0.1
done
exec postgres -D /tmp/data -c listen_addresses='*'
