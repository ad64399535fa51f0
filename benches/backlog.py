"""P1 and P2: a backlog of mails in one mailbox, as tickets in the database and flagged on the server. Beside it, in
turn, mbsync, which only copies the same mailbox into a Maildir."""

import subprocess
import time
from dataclasses import dataclass

from desk import Desk, seed, write
from maildrop import all_seen


@dataclass
class Run:
    """What one backlog took."""

    seconds: float
    cpu: float
    peak: float


def postroom(bench, name, database, rules=5):
    """Starts once on the empty mailbox, so that mail from then on is new; then drops the backlog and starts again."""
    address, maildir = bench.server.mailbox()
    config = seed(bench.server.imap, bench.sink, [address], rules)
    desk = Desk(bench.binary, f"{bench.folder}/{name}", bench.port(), database, config)
    try:
        token = desk.tokens(1)[0]
        desk.start()
        desk.until_connected(token)
        desk.stop()
        bench.pool.drop(maildir)
        bench.server.settle(address)
        began = time.perf_counter()
        desk.start()
        desk.until("all mails to be flagged", lambda: all_seen(maildir, bench.pool.count), every=0.05)
        run = Run(time.perf_counter() - began, desk.cpu(), desk.memory("VmHWM"))
        check(desk, token, bench.pool)
    finally:
        desk.kill()
        bench.server.forget(maildir)
    return run


def check(desk, token, pool):
    """A fast answer that is wrong is worth nothing."""
    last, beyond = (desk.try_call("GET", f"/api/v1/tickets/B-{pool.tickets + n}", token)[0] for n in (0, 1))
    if (last, beyond) != (200, 404):
        raise RuntimeError(f"expected {pool.tickets} tickets; the last one is {last}, the one beyond {beyond}")


def mbsync(bench):
    """Seconds that mbsync needs to copy the mailbox."""
    address, maildir = bench.server.mailbox()
    bench.pool.drop(maildir)
    bench.server.settle(address)
    target = f"{bench.folder}/copy-{address}"
    subprocess.run(["mkdir", "-p", target], check=True)
    write(
        f"{target}/rc",
        f"FSync no\nIMAPAccount there\nHost 127.0.0.1\nPort {bench.server.imap}\nUser {address}\nPass secret\n"
        "SSLType None\nAuthMechs LOGIN\n\nIMAPStore far\nAccount there\n\n"
        f"MaildirStore near\nPath {target}/\nInbox {target}/INBOX\n\n"
        "Channel copy\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull\nCreate Near\nSyncState *\n",
    )
    began = time.perf_counter()
    subprocess.run(["mbsync", "-qq", "-c", f"{target}/rc", "copy"], check=True)
    seconds = time.perf_counter() - began
    copied = subprocess.run(f"ls {target}/INBOX/new {target}/INBOX/cur | wc -l", shell=True, capture_output=True)
    if int(copied.stdout) < bench.pool.count:
        raise RuntimeError(f"mbsync copied {copied.stdout} of {bench.pool.count}")
    subprocess.run(["rm", "-rf", target], check=True)
    bench.server.forget(maildir)
    return seconds
