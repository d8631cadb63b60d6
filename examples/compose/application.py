"""An application that needs its database from its first moment on: without it, it ends with 1.

usage: application.py [--stay] [HOST...]    (the host "database" if none is given; --stay: stays connected to it)
"""

import sys
import time

import psycopg2


def connect(host):
    while True:
        try:
            return psycopg2.connect(host=host, user="postgres", dbname="postgres")
        except psycopg2.OperationalError as error:
            # Its port is open a moment before it answers; that much patience all of its clients need.
            if "starting up" not in str(error):
                sys.exit(f"no database: {error}")
            time.sleep(0.1)


stay = "--stay" in sys.argv
connections = [connect(host) for host in sys.argv[1 + stay :] or ["database"]]
for connection in connections:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 6 * 7")
        print("the database says", cursor.fetchone()[0], flush=True)
if stay:
    time.sleep(600)
