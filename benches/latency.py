"""P3: from the IMAP server's notice to the ticket visible in the API, mail by mail."""

import smtplib
import time

from desk import Api, Desk, seed
from mails import Mixture
from maildrop import Listener


def latency(bench, count=100):
    """Milliseconds for each mail: from SMTP's 250, and from the notice that a client beside Postroom got."""
    address, maildir = bench.server.mailbox()
    config = seed(bench.server.imap, bench.sink, [address])
    desk = Desk(bench.binary, f"{bench.folder}/latency", bench.port(), f"sqlite:{bench.folder}/latency/db", config)
    try:
        token, *tokens = desk.tokens(1 + count // 10)
        desk.start()
        desk.until_connected(token)
        listener = Listener(bench.server.imap, address)
        with Api(desk.port) as api, smtplib.SMTP("127.0.0.1", bench.server.smtp) as smtp:
            measured = [one(api, smtp, listener, tokens[n % len(tokens)], address, n) for n in range(count)]
        listener.close()
    finally:
        desk.kill()
        bench.server.forget(maildir)
    return [each[0] for each in measured], [each[1] for each in measured]


def one(api, smtp, listener, token, address, number):
    mail = f"From: c{number}@people.test\r\nTo: {address}\r\nSubject: Mail {number}\r\n".encode()
    mail += Mixture(address, number).plain(3000).replace(b"\n", b"\r\n")
    smtp.sendmail(f"c{number}@people.test", [address], mail)
    accepted = time.perf_counter()
    told = listener.told()
    end = told + 20
    while api.call("GET", f"/api/v1/tickets/B-{number + 1}", token)[0] != 200:
        if time.perf_counter() > end:
            raise RuntimeError(f"mail {number} did not become a ticket")
        time.sleep(0.001)
    visible = time.perf_counter()
    return (visible - accepted) * 1000, (visible - told) * 1000
