"""Needs two seconds to clean up after TERM, and exits with 0 then."""

import signal
import sys
import time


def end(number, frame):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("got TERM", flush=True)
    time.sleep(2)
    print("cleaned up", flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    time.sleep(60)
