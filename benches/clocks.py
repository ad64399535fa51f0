#!/usr/bin/env python3
"""A million clocks that run: memory, start, and what one deadline costs, on SQLite.

    python3 benches/clocks.py target/release/postroom [CLOCKS] [DUE]

One ticket with two clocks comes in by the pipe; it is copied until there are CLOCKS (1,000,000) of them. DUE (5,000)
of the clocks have been due for a while when the daemon starts."""

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

from desk import Desk

SEED = """
[[tenant]]
slug = "bench"
name = "Bench"
ticket_prefix = "B"
acknowledge = "off"
[[tenant.user]]
email = "ada@agents.test"
name = "Ada"
role = "admin"
password = "bench-bench"
[[tenant.mailbox]]
address = "desk@bench.test"
name = "Desk"
[[tenant.sla]]
name = "Standard"
first_response = { normal = "30d" }
resolution = { normal = "60d" }
warn = []
default = true
"""
MAIL = b"From: grace@customers.test\r\nTo: desk@bench.test\r\nMessage-ID: <m@customers.test>\r\nSubject: Hello\r\n\r\nHello.\r\n"
COPY = """
INSERT INTO tickets ({ticket}) WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= {count})
SELECT {from_ticket} FROM n, tickets t WHERE t.number = 1;
INSERT INTO clocks ({clock}) SELECT {from_clock} FROM tickets t, clocks c
WHERE t.number > 1 AND c.ticket_id = (SELECT id FROM tickets WHERE number = 1);
"""


def columns(database, table):
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def fill(path, clocks, due):
    """Copies the one ticket and its clocks, each with a moment of its own, and lets some be overdue."""
    database = sqlite3.connect(path)
    ticket, clock = columns(database, "tickets"), columns(database, "clocks")
    own = {"id": "randomblob(16)", "number": "n.i"}
    # Moments are texts of one form, so the day and the second can be set in place.
    spread = "substr('0' || (1 + t.number % 28), -2) || 'T' || substr(c.wake_at, 12, 3) || substr('0' || (t.number % 60), -2)"
    wake = f"substr(c.wake_at, 1, 8) || {spread} || substr(c.wake_at, 17)"
    moved = {
        "ticket_id": "t.id",
        "due_at": wake,
        "wake_at": wake,
        "clock": f"json_set(c.clock, '$.due_at', strftime('%Y-%m-%dT%H:%M:%SZ', {wake}))",
    }
    database.executescript(
        COPY.format(
            count=clocks // 2 - 1,
            ticket=", ".join(ticket),
            from_ticket=", ".join(own.get(name, f"t.{name}") for name in ticket),
            clock=", ".join(clock),
            from_clock=", ".join(moved.get(name, f"c.{name}") for name in clock),
        )
    )
    past = "2026-01-05T09:00:00Z"
    database.execute(
        "UPDATE clocks SET due_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', ?1), wake_at = strftime('%Y-%m-%dT%H:%M:%S+00:00', ?1),"
        " clock = json_set(clock, '$.due_at', ?1)"
        " WHERE metric = 'resolution' AND ticket_id IN (SELECT id FROM tickets WHERE number > 1 ORDER BY number LIMIT ?2)",
        (past, due),
    )
    database.commit()
    running = database.execute("SELECT count(*) FROM clocks WHERE wake_at IS NOT NULL").fetchone()[0]
    looks = []
    for _ in range(100):
        begin = time.perf_counter()
        database.execute("SELECT min(wake_at) FROM clocks WHERE wake_at IS NOT NULL").fetchone()
        looks.append(time.perf_counter() - begin)
    database.close()
    return running, statistics.median(looks)


def main(binary, clocks=1_000_000, due=5_000):
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/desk/db"
        desk = Desk(binary, f"{folder}/desk", 18999, f"sqlite:{path}", SEED)
        subprocess.run([binary, "ingest", "--to", "desk@bench.test"], env=desk.environment, input=MAIL, check=True)
        database = sqlite3.connect(path)
        token = desk.tokens(1)[0]
        desk.start()
        try:
            one = "SELECT count(*) FROM clocks"
            desk.until("the ticket", lambda: database.execute(one).fetchone()[0] == 2, every=0.1)
            small = desk.memory()
            desk.stop()
            running, look = fill(path, clocks, due)
            print(f"{running:,} clocks run; {os.path.getsize(path) / 2**20:,.0f} MiB; the next one is found in {look * 1e6:,.0f} µs")
            begin = time.monotonic()
            desk.start()
            desk.until("an answer", lambda: desk.try_call("GET", "/api/v1/tickets/B-1", token)[0] == 200, every=0.005)
            print(f"from the start to the first answer: {(time.monotonic() - begin) * 1000:,.0f} ms")
            rung = "SELECT count(*) FROM sla_events"
            first = database.execute(rung).fetchone()[0]
            begin, cpu = time.monotonic(), desk.cpu()
            desk.until("the deadlines", lambda: database.execute(rung).fetchone()[0] >= due, seconds=600, every=0.05)
            took, cpu, count = time.monotonic() - begin, desk.cpu() - cpu, due - first
            print(f"one deadline, commit included: {took / count * 1000:.2f} ms, {cpu / count * 1000:.2f} ms of them processor")
            time.sleep(3)
            print(f"memory: {desk.memory():.0f} MB with them, {small:.0f} MB with two clocks")
        finally:
            database.close()
            desk.kill()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
