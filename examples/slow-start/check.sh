#!/bin/sh
# A health check that ends the application, but only one that has served in this life: /dev/shm is empty after a restart.
if nc -z 127.0.0.1 8000; then
    : >/dev/shm/served
    exit 0
fi
[ ! -e /dev/shm/served ] || kill 1
exit 1
