"""Has no handler for any signal, as most programs."""

import time

print("ready", flush=True)
while True:
    time.sleep(60)
