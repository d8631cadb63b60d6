"""Needs ten seconds until it serves, as one does that reads a lot first. It takes USR2 for an order to stop serving."""

import signal
import socket
import time

print("starting", flush=True)
time.sleep(10)
server = socket.create_server(("127.0.0.1", 8000))
signal.signal(signal.SIGUSR2, lambda number, frame: server.close())
print("serving", flush=True)
while True:
    try:
        server.accept()[0].close()
    except OSError:
        time.sleep(60)
