"""An application. Its argument says what it does with TERM.

"dies": of it, as most programs do. "ignores": goes on. "exits": cleans up, and exits with 0.
"""

import signal
import sys
import time


def end(number, frame):
    print("cleaned up", flush=True)
    sys.exit(0)


handlers = {"dies": signal.SIG_DFL, "ignores": signal.SIG_IGN, "exits": end}
signal.signal(signal.SIGTERM, handlers[sys.argv[1]])
print("ready", flush=True)
while True:
    time.sleep(60)
