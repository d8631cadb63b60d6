"""A web server that has no handler for any signal and reaps nobody, as most. /ready succeeds while the file /tmp/ready is there."""

import http.server
import pathlib


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ready = self.path != "/ready" or pathlib.Path("/tmp/ready").exists()
        self.send_response(200 if ready else 503)
        self.end_headers()
        self.wfile.write(b"ok\n" if ready else b"not ready\n")

    def log_message(self, *arguments):
        """Says nothing of requests."""


server = http.server.ThreadingHTTPServer(("", 8000), Handler)
for probed in ("started", "ready", "alive"):
    pathlib.Path("/tmp", probed).touch()
print("ready", flush=True)
server.serve_forever()
