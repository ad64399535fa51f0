"""P5: answers to customers through one relay. The sink is held still while they are queued, then let go."""

import os
import signal
import subprocess
import time

from desk import Api, Desk, seed


def outgoing(bench, count=2000):
    """Mails a second from the first to the last, and the daemon's processor time for each in ms."""
    box = f"{bench.folder}/sink"
    os.makedirs(box)
    address, _ = bench.server.mailbox()
    config = seed(bench.server.imap, bench.sink, [address])
    desk = Desk(bench.binary, f"{bench.folder}/outgoing", bench.port(), f"sqlite:{bench.folder}/outgoing/db", config)
    sink = subprocess.Popen(
        ["smtp-sink", "-u", "root", "-d", "%s.", f"127.0.0.1:{bench.sink}", "1000"],
        cwd=box,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        tokens = desk.tokens(2 + count // 200)
        desk.start()
        desk.until_connected(tokens[0])
        sink.send_signal(signal.SIGSTOP)
        with Api(desk.port) as api:
            for number in range(count):
                queue(api, tokens[number % len(tokens)], number)
        cpu = desk.cpu()
        sink.send_signal(signal.SIGCONT)
        desk.until("the answers to be sent", lambda: len(os.listdir(box)) >= count, every=0.1)
        times = sorted(os.stat(f"{box}/{name}").st_mtime for name in os.listdir(box))
        time.sleep(1)
        used = desk.cpu() - cpu
        sent = len(os.listdir(box))
        if sent != count:
            raise RuntimeError(f"{count} answers were queued, and {sent} were sent")
    finally:
        desk.kill()
        sink.kill()
        sink.wait()
    return (count - 1) / max(times[-1] - times[0], 0.001), used * 1000 / count


def queue(api, token, number):
    opening = {
        "requester": f"customer{number}@people.test",
        "subject": f"Question {number}",
        "text": "We looked into this and it works again.\n" * 10,
        "notify": True,
    }
    status, answer = api.call("POST", "/api/v1/tickets", token, opening)
    if status != 201:
        raise RuntimeError(f"the API said {status}: {answer}")
