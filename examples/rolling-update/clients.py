"""Clients of the service HOST, which ask it all the time, and count by version what is answered, and what is lost.

There are three kinds of them:
fresh   looks the name up for every request
stale   goes by an answer for up to six seconds, as resolvers and proxies do; the DNS of the engine would allow ten minutes
kept    keeps its connection, for as long as the server does

Prints a line of counts a second until it gets TERM, and ends by itself after so many seconds.

usage: clients.py HOST SECONDS
"""

import collections
import http.client
import random
import signal
import socket
import sys
import threading
import time

HOST, SECONDS = sys.argv[1], float(sys.argv[2])
KINDS = {"fresh": 3, "stale": 6, "kept": 3}
HOLD = 6.0
# More than any answer takes, however much else the machine has to do. Who is gone with its address answers nothing.
PATIENCE = 30

end = threading.Event()
lock = threading.Lock()
counts = collections.Counter()


def count(what):
    with lock:
        counts[what] += 1


class Client(threading.Thread):
    def __init__(self, kind):
        super().__init__(daemon=True)
        self.kind = kind
        self.connection = None
        self.good_until = float("-inf")

    def run(self):
        while not end.is_set():
            try:
                count(self.ask())
            except (OSError, http.client.HTTPException) as error:
                count(f"{self.kind}-lost")
                print(f"{self.kind}: {type(error).__name__}: {error}", flush=True)
                self.close()
                self.good_until = float("-inf")

    def ask(self):
        if self.connection is None:
            self.connection = http.client.HTTPConnection(self.address(), 8000, timeout=PATIENCE)
        self.connection.request("GET", "/")
        answer = self.connection.getresponse()
        version = answer.read().decode()
        if answer.status != http.HTTPStatus.OK:
            raise http.client.HTTPException(f"status {answer.status}")
        if self.kind != "kept" or answer.will_close:
            self.close()
        return version

    def address(self):
        now = time.monotonic()
        if self.kind != "stale" or now >= self.good_until:
            self.addresses = [found[4][0] for found in socket.getaddrinfo(HOST, 8000, socket.AF_INET, socket.SOCK_STREAM)]
            # Not all at the same moment.
            self.good_until = now + random.uniform(HOLD / 2, HOLD)
        return random.choice(self.addresses)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


def tell():
    with lock:
        words = [f"{what}={counts[what]}" for what in ("v1", "v2", *(f"{kind}-lost" for kind in KINDS))]
    print("answered and lost:", *words, flush=True)


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
clients = [Client(kind) for kind, number in KINDS.items() for _ in range(number)]
for client in clients:
    client.start()
deadline = time.monotonic() + SECONDS
while not signal.sigtimedwait([signal.SIGTERM], 1) and time.monotonic() < deadline:
    tell()
end.set()
for client in clients:
    client.join()
tell()
print("done", flush=True)
