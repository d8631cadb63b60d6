"""Ends with a status that tells which signal came: INT 2, TERM 15, USR1 0."""

import signal
import sys
import time


def end(number, frame):
    status = 0 if number == signal.SIGUSR1 else number
    print(f"got {signal.Signals(number).name}, exiting with {status}", flush=True)
    sys.exit(status)


for wanted in (signal.SIGINT, signal.SIGTERM, signal.SIGUSR1):
    signal.signal(wanted, end)
print("ready", flush=True)
while True:
    time.sleep(60)
