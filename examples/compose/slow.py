"""Needs four seconds to end, whichever signal asks it to; then it ends with 7 after TERM, and with 8 after USR1."""

import signal
import sys
import time

WANTED = {signal.SIGTERM: 7, signal.SIGUSR1: 8}

signal.pthread_sigmask(signal.SIG_BLOCK, WANTED)
print("working", flush=True)
got = signal.sigwait(WANTED)
print(f"got {got.name}", flush=True)
time.sleep(4)
sys.exit(WANTED[got])
