"""Mails on the mail server: made once, then linked into one Maildir after the other."""

import os
import shutil
import socket
import time

from mails import Mixture

DOMAIN = "bench.test"


class Pool:
    """So many mails, as files on the server's own file system."""

    def __init__(self, folder, count, to):
        self.folder, self.count, self.bytes, self.tickets = folder, count, 0, 0
        os.makedirs(folder)
        mixture = Mixture(to)
        for number in range(count):
            mail, opens = mixture.next(number)
            self.bytes += len(mail)
            self.tickets += opens
            # As Dovecot names what it delivers itself: bytes in the file, bytes with CRLF.
            size = len(mail) + mail.count(b"\n")
            name = f"1790000000.M{number:06d}P1.bench,S={len(mail)},W={size}"
            with open(os.path.join(folder, name), "wb") as file:
                file.write(mail)
        self.owner = os.stat(os.path.dirname(folder))
        for name in os.listdir(folder):
            os.chown(os.path.join(folder, name), self.owner.st_uid, self.owner.st_gid)

    def drop(self, maildir):
        """Puts every mail into the mailbox."""
        desk = os.path.dirname(maildir)
        for path in (os.path.dirname(desk), desk, maildir, *(f"{maildir}/{sub}" for sub in ("cur", "new", "tmp"))):
            os.makedirs(path, exist_ok=True)
            os.chown(path, self.owner.st_uid, self.owner.st_gid)
        for name in sorted(os.listdir(self.folder)):
            os.link(os.path.join(self.folder, name), os.path.join(maildir, "new", name))


class Server:
    """The private mail servers under a folder."""

    def __init__(self, folder, port):
        self.folder, self.port = folder, port
        self.smtp, self.imap = port, port + 3
        self.made = 0

    def mailbox(self):
        """An address that nobody used before, and its Maildir."""
        self.made += 1
        name = f"desk{self.made}"
        return f"{name}@{DOMAIN}", f"{self.folder}/mail/{DOMAIN}/{name}/Maildir"

    def settle(self, address):
        """Lets the server number the mails. In the session that does so, Dovecot reads the folder again with every
        command, which would be most of what is measured; a real backlog has been there for a while."""
        Listener(self.imap, address).close()
        time.sleep(2)
        Listener(self.imap, address).close()

    def forget(self, maildir):
        shutil.rmtree(os.path.dirname(maildir), ignore_errors=True)


def all_seen(maildir, count):
    """Whether every mail is flagged as read on the server: Dovecot keeps flags in the files' names."""
    try:
        names = os.listdir(os.path.join(maildir, "cur"))
    except FileNotFoundError:
        return False
    return sum("S" in name.rpartition(":2,")[2] for name in names) >= count


class Listener:
    """An IMAP client that waits for new mail, as Postroom does."""

    def __init__(self, port, address):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.file = self.socket.makefile("rwb", 0)
        self.file.readline()
        self.command(f"a LOGIN {address} secret", "a ")
        self.command("b SELECT INBOX", "b ")
        self.command("c IDLE", "+")

    def command(self, line, until):
        self.file.write(line.encode() + b"\r\n")
        while not (answer := self.file.readline()).startswith(until.encode()):
            if not answer:
                raise ConnectionError("the IMAP server went away")

    def told(self):
        """Waits until the server tells of a mail; when that was."""
        while not self.file.readline().rstrip().endswith(b"EXISTS"):
            pass
        return time.perf_counter()

    def close(self):
        self.socket.close()
