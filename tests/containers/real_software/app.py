"""A web application: counts its visits in a database, whose host and password libpq finds in PGHOST and PGPASSWORD."""

import http.server
import signal
import sys

import psycopg2


class Visits(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            with psycopg2.connect(dbname="postgres", user="app") as database, database.cursor() as cursor:
                cursor.execute("create table if not exists visits (at timestamptz default now())")
                cursor.execute("insert into visits default values")
                cursor.execute("select count(*) from visits")
                status, text = 200, f"visits: {cursor.fetchone()[0]}\n"
        except psycopg2.OperationalError as error:
            status, text = 503, str(error)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text.encode())


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = http.server.ThreadingHTTPServer(("", 8000), Visits)
print("ready", flush=True)
server.serve_forever()
