"""Needs its sidecar until its end: when TERM comes, it asks it once more."""

import signal
import sys
import time
import urllib.request


def ask():
    with urllib.request.urlopen("http://127.0.0.1:8000/", timeout=10) as answer:
        return answer.read().decode().strip()


def end(number, frame):
    print("at its end, the sidecar said:", ask(), flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, end)
print("at its start, the sidecar said:", ask(), flush=True)
while True:
    time.sleep(60)
