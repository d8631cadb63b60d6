"""Begins a download, goes on with it when nginx takes no more requests, and says whether all of it has come."""

import http.client
import socket
import time
import urllib.request

ADDRESS = ("127.0.0.1", 8080)


def listens():
    try:
        socket.create_connection(ADDRESS, timeout=10).close()
        return True
    except OSError:
        return False


while not listens():
    time.sleep(0.05)
answer = urllib.request.urlopen("http://%s:%d/large" % ADDRESS)
size = int(answer.headers["Content-Length"])
received = len(answer.read(1000))
print("the download has begun", flush=True)

while listens():
    time.sleep(0.05)
print("nginx takes no more requests", flush=True)

try:
    received += len(answer.read())
except http.client.IncompleteRead as error:
    received += len(error.partial)
except ConnectionResetError:
    pass
print("all of it has come" if received == size else "it was broken off")
