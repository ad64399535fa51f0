"""Measures Postroom against its budgets and prints one table. Called by script/bench, which starts the servers."""

import argparse
import os
import subprocess
import time
from statistics import median

from backlog import mbsync, postroom
from idle import idle
from latency import latency
from maildrop import DOMAIN, Pool, Server
from outgoing import outgoing
from report import Table, percentile

PARTS = ["backlog", "postgres", "rules", "latency", "outgoing", "idle"]


class Bench:
    """What every measurement needs."""

    def __init__(self, words):
        self.binary, self.folder, self.base = words.binary, words.folder, words.port
        self.postgres, self.database = words.postgres, 0
        self.server = Server(f"{words.folder}/mail", words.port)
        self.sink = words.port + 8
        self.made = 0
        self.pool = None

    def port(self):
        self.made += 1
        return self.base + 10 + self.made % 10

    def fill(self, count):
        began = time.perf_counter()
        self.pool = Pool(f"{self.server.folder}/mail/pool", count, f"desk1@{DOMAIN}")
        each = self.pool.bytes / count
        print(f"  {count} mails of {each:,.0f} bytes made in {time.perf_counter() - began:.1f} s", flush=True)

    def postgres_url(self):
        """A database of its own."""
        self.database += 1
        name = f"bench{self.database}"
        orders = [f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}"]
        for order in orders:
            subprocess.run(["psql", "-q", f"{self.postgres}/postgres", "-c", order], check=True, stderr=subprocess.DEVNULL)
        return f"{self.postgres}/{name}"


def backlogs(bench, table, words):
    """mbsync and Postroom in turn, several times."""
    count, copies, sqlite, postgres, ruled = words.mails, [], [], [], []
    for turn in range(words.turns):
        copies.append(mbsync(bench))
        print(f"  mbsync {copies[-1]:.2f} s, load {os.getloadavg()[0]:.1f}", flush=True)
        if "backlog" in words.parts:
            folder = f"{bench.folder}/s{turn}"
            sqlite.append(note("SQLite", postroom(bench, f"s{turn}", f"sqlite:{folder}/db")))
        if "postgres" in words.parts:
            postgres.append(note("PostgreSQL", postroom(bench, f"p{turn}", bench.postgres_url())))
        if "rules" in words.parts:
            folder = f"{bench.folder}/r{turn}"
            ruled.append(note("100 rules", postroom(bench, f"r{turn}", f"sqlite:{folder}/db", 100)))
    anchor = median(copies)
    table.add("", "mbsync, the same mailbox into a Maildir", "", f"{count / anchor:,.0f} mails/s", "1.0 ×")
    if sqlite:
        goal = "1,500 (goal 3,000) mails/s, 4 ×"
        cpu, peak = table.backlog("P1", "backlog, SQLite", goal, sqlite, count, anchor)
        table.add("P1", "processor time for each mail", "0.6 ms", f"{cpu:.2f} ms")
        table.add("P10", "memory during P1, at most", "150 MB", f"{peak:.0f} MB")
    if postgres:
        cpu, _ = table.backlog("P2", "backlog, PostgreSQL", "1,000 mails/s", postgres, count, anchor)
        table.add("P2", "processor time for each mail, PostgreSQL's own apart", "", f"{cpu:.2f} ms")
    if ruled:
        cpu, _ = table.backlog("P13", "backlog, SQLite, 100 rules of two regexes", "", ruled, count, anchor)
        table.add("P13", "processor time for each mail", "", f"{cpu:.2f} ms")


def note(what, run):
    print(f"  {what} {run.seconds:.2f} s, {run.cpu:.2f} s of processor time, {run.peak:.0f} MB", flush=True)
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--postgres")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    words = parser.parse_args()
    words.parts = words.parts or PARTS
    if unknown := set(words.parts) - set(PARTS):
        parser.error(f"{unknown.pop()} is none of {', '.join(PARTS)}")
    bench, table = Bench(words), Table()
    if {"backlog", "postgres", "rules"} & set(words.parts):
        bench.fill(words.mails)
        backlogs(bench, table, words)
    if "latency" in words.parts:
        accepted, told = latency(bench)
        for what, limit, values in (("IMAP notice", "20 / 100 ms", told), ("SMTP 250", "", accepted)):
            figures = f"{median(values):.0f} / {percentile(values, 0.99):.0f} ms"
            table.add("P3", f"from {what} to the API, p50 / p99", limit, figures)
    if "outgoing" in words.parts:
        rate, cpu = outgoing(bench)
        table.add("P5", "outgoing to one relay", "500 mails/s", f"{rate:,.0f} mails/s")
        table.add("P5", "processor time for each mail", "", f"{cpu:.2f} ms")
    if "idle" in words.parts:
        table.add("P10", "memory, idle with 10 accounts", "40 MB", f"{idle(bench):.0f} MB")
    table.print()


if __name__ == "__main__":
    main()
