"""Writes numbers into a database as fast as it can, some writers at once, each in its own place. When a writer loses its
connection it makes another one, and looks whether every number that was acknowledged to it is there. If not, all end with 1.

usage: writer.py redis|postgresql WRITERS    (the database is at 127.0.0.1)
"""

import os
import socket
import sys
import time

import psycopg2

# So many are acknowledged on each connection before it is said that a writer is at work.
WARM_UP = 50
FAILURES = (OSError, psycopg2.Error)


class Redis:
    def __init__(self, writer):
        self.stream = socket.create_connection(("127.0.0.1", 6379), timeout=30).makefile("rwb")
        self.name = f"numbers-{writer}"
        self.ask("PING")

    def add(self, number):
        self.ask(f"SADD {self.name} {number}")

    def numbers(self):
        return {int(number) for number in self.ask(f"SMEMBERS {self.name}")}

    def ask(self, command):
        self.stream.write(f"{command}\r\n".encode())
        self.stream.flush()
        return self.reply()

    def reply(self):
        line = self.stream.readline()
        kind, rest = line[:1], line[1:-2]
        if not line.endswith(b"\r\n") or kind == b"-":
            raise ConnectionError(line.decode().strip() or "closed")
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        if kind == b"$":
            return self.stream.read(int(rest) + 2)[:-2]
        return rest


class PostgreSQL:
    def __init__(self, writer):
        connection = psycopg2.connect(host="127.0.0.1", user="postgres", connect_timeout=30)
        connection.autocommit = True
        self.cursor = connection.cursor()
        self.name = f"numbers_{writer}"
        self.cursor.execute(f"CREATE TABLE IF NOT EXISTS {self.name} (number integer)")

    def add(self, number):
        self.cursor.execute(f"INSERT INTO {self.name} VALUES (%s)", (number,))

    def numbers(self):
        self.cursor.execute(f"SELECT number FROM {self.name}")
        return {number for (number,) in self.cursor}


def patiently_connected(database, writer):
    while True:
        try:
            return database(writer)
        except FAILURES:
            time.sleep(0.05)


def write(database, writer):
    acknowledged = set()
    number = 0
    turn = 0
    while True:
        turn += 1
        try:
            connection = patiently_connected(database, writer)
            lost = acknowledged - connection.numbers()
            if lost:
                print(f"{len(lost)} of {len(acknowledged)} acknowledged writes are lost", flush=True)
                sys.exit(1)
            before = len(acknowledged)
            while True:
                number += 1
                connection.add(number)
                acknowledged.add(number)
                if len(acknowledged) == before + WARM_UP:
                    print(f"turn {turn}: all {before} acknowledged writes are there; writing", flush=True)
        except FAILURES as failure:
            print(f"turn {turn}: {len(acknowledged)} are acknowledged; {failure!r}", flush=True)


def main():
    database = {"redis": Redis, "postgresql": PostgreSQL}[sys.argv[1]]
    for writer in range(int(sys.argv[2])):
        if os.fork() == 0:
            write(database, writer)
    # They never end well.
    os.wait()
    sys.exit(1)


main()
