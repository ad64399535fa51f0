"""P10: memory of a daemon that waits on several accounts."""

import time

from desk import Desk, seed


def idle(bench, accounts=10):
    """Megabytes resident, once every account is connected and quiet."""
    addresses = [bench.server.mailbox()[0] for _ in range(accounts)]
    config = seed(bench.server.imap, bench.sink, addresses)
    desk = Desk(bench.binary, f"{bench.folder}/idle", bench.port(), f"sqlite:{bench.folder}/idle/db", config)
    try:
        token = desk.tokens(1)[0]
        desk.start()
        desk.until_connected(token, accounts)
        time.sleep(3)
        return desk.memory()
    finally:
        desk.kill()
