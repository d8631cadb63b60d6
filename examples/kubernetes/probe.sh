#!/bin/sh
# A probe that takes too long: it waits for a child of its own, which goes on until /tmp/over is there.
until [ -e /tmp/over ]; do sleep 0.2; done &
echo $$ >"/tmp/probe.$$"
wait
