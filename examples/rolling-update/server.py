"""A small web server that answers with its version. On TERM it accepts nobody any more, finishes what it has, and ends with 0."""

import http.server
import os
import signal
import threading
import time

stopping = threading.Event()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60  # A connection on which nothing comes.

    def do_GET(self):
        time.sleep(0.2)  # The work.
        body = os.environ["VERSION"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        if stopping.is_set():
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = False  # To be waited for.
    request_queue_size = 128


signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
server = Server(("", 8000), Handler)
threading.Thread(target=server.serve_forever).start()
print("listening", flush=True)
signal.sigwait([signal.SIGTERM])
stopping.set()
server.shutdown()
server.server_close()  # Waits for all connections, too.
print("finished", flush=True)
