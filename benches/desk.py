"""One Postroom with a folder, a database and a configuration of its own, and what it costs."""

import http.client
import json
import os
import signal
import subprocess
import time

TICK = os.sysconf("SC_CLK_TCK")


class Desk:
    """A daemon that can be started and stopped; its database outlives that."""

    def __init__(self, postroom, folder, port, database, seed):
        self.postroom, self.folder, self.port = postroom, folder, port
        self.process = None
        os.makedirs(folder)
        self.environment = {
            **os.environ,
            "POSTROOM_CONFIG": f"{folder}/postroom.toml",
            "POSTROOM__LOG__LEVEL": "warn",
        }
        write(
            f"{folder}/postroom.toml",
            f'[server]\nlisten = "127.0.0.1:{port}"\npublic_url = "http://localhost:{port}"\n'
            f'[database]\nurl = "{database}"\n[secrets]\nkey_file = "{folder}/postroom.key"\n',
        )
        write(f"{folder}/seed.toml", seed)
        self.run("init", "--admin", "root@platform.test")
        self.run("apply", f"{folder}/seed.toml")

    def run(self, *words):
        done = subprocess.run([self.postroom, *words], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"postroom {' '.join(words)}: {done.stderr or done.stdout}")
        return done.stdout

    def tokens(self, count):
        """Several, because each may only call so often in a minute."""
        make = ("token", "create", "--tenant", "bench", "--user", "ada@agents.test", "--name")
        return [self.run(*make, f"t{number}").split()[-1] for number in range(count)]

    def start(self):
        with open(f"{self.folder}/log", "ab") as log:
            self.process = subprocess.Popen(
                [self.postroom, "serve"], env=self.environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
            self.process = None

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def until(self, what, condition, seconds=120, every=0.02):
        """Waits for something, while the daemon lives."""
        end = time.monotonic() + seconds
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"waited in vain for {what}; see {self.folder}/log")
            time.sleep(every)

    def until_connected(self, token, accounts=1):
        def connected():
            status, page = self.try_call("GET", "/api/v1/accounts", token)
            return status == 200 and sum(bool(each["last_seen_at"]) for each in page["items"]) >= accounts

        self.until("the mailboxes", connected, every=0.1)

    def try_call(self, *words):
        try:
            with Api(self.port) as api:
                return api.call(*words)
        except OSError:
            return 0, None

    def cpu(self):
        """Seconds of processor time since its start, its own and the kernel's for it."""
        with open(f"/proc/{self.process.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def memory(self, what="VmRSS"):
        """Megabytes: VmRSS now, VmHWM at most."""
        with open(f"/proc/{self.process.pid}/status") as file:
            line = next(line for line in file if line.startswith(what))
        return int(line.split()[1]) / 1024


class Api:
    """The HTTP API over one connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, method, path, token, body=None):
        headers = {"Authorization": f"Bearer {token}"}
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def seed(imap, smtp, addresses, rules=5):
    """A tenant without anybody to tell: mail in, rules, tickets."""
    text = (
        '[[tenant]]\nslug = "bench"\nname = "Bench"\nticket_prefix = "B"\nacknowledge = "off"\n'
        '[[tenant.user]]\nemail = "ada@agents.test"\nname = "Ada"\nrole = "admin"\npassword = "bench-bench"\n'
    )
    for number, address in enumerate(addresses):
        side = f'host = "127.0.0.1", tls = "none", port'
        text += (
            f'[[tenant.account]]\nname = "a{number}"\ntrusted_host = "mx.test"\n'
            f'imap = {{ {side} = {imap}, username = "{address}", password = "secret" }}\n'
            f"smtp = {{ {side} = {smtp} }}\n"
            f'[[tenant.mailbox]]\naddress = "{address}"\nname = "Desk {number}"\naccount = "a{number}"\n'
        )
    for number in range(rules):
        text += (
            f'[[tenant.rule]]\nname = "Rule {number}"\non = ["ticket.created"]\n'
            f'when = {{ any = [ {{ field = "subject", op = "matches", value = "(?i)\\\\b(invoice|{number:03d}7)\\\\b" }}, '
            f'{{ field = "body", op = "matches", value = "(?i)urgent.{{0,40}}number {number}x" }} ] }}\n'
            f'then = [ {{ tag = "rule{number}" }} ]\n'
        )
    return text
