#!/usr/bin/env python3
"""Replies to a mail with a real mutt or neomutt in a pseudo-terminal, as a person would.

The client itself writes the attribution line, the "> " quoting, Message-ID, In-Reply-To and References; the
"editor" it calls (this file again) only adds the text and, on request, changes Subject and To. Input: one JSON
object on standard input; exit 1 with the last screen when nothing was sent.

  client      "mutt" or "neomutt"
  imap, smtp  ports on 127.0.0.1, both without TLS; the password of `address` is `secret`
  address, name, body
  find        a mutt pattern, such as "~s ACME-1"; the newest match is answered
  subject, to replace the reply's Subject or To header, or null
  style       "top", "bottom" or "inline": where the text stands; "bare" leaves the quote out
"""
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

# `folder` must exist, or mutt asks whether to create it, and the question eats the keys that are pushed.
SETTINGS = """
set from="{address}" realname="{name}" use_from=yes envelope_from=yes hostname="{domain}" reply_to=yes
set imap_user="{address}" imap_pass="secret" imap_authenticators=login smtp_url="smtp://127.0.0.1:{smtp}/"
set ssl_starttls=no ssl_force_tls=no crypt_use_gpgme=no charset="utf-8" send_charset="us-ascii:utf-8"
set editor="{editor}" edit_headers=yes autoedit=yes fast_reply=yes include={include} tmpdir="{folder}" folder="{folder}"
set abort_unmodified=no abort_nosubject=no abort_noattach=no recall=no postpone=no copy=no quit=yes delete=no
set beep=no wait_key=no sleep_time=0 sort=date-received mail_check=0 header_cache="" mark_old=no
push "<limit>{find}<enter><last-entry><reply><send-message><exit>"
"""


def edit(job, path):
    """What the person types: `path` holds the reply as the client prepared it."""
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        head, gap, quote = file.read().partition("\n\n")
    for header, value in (("Subject", job["subject"]), ("To", job["to"])):
        if value:
            head = re.sub(rf"(?im)^{header}:.*(\n[ \t].*)*", lambda _: f"{header}: {value}", head, count=1)
    lines = quote.split("\n")
    quoted = next((at for at, line in enumerate(lines) if line.startswith(">")), len(lines))
    text = {
        "top": f"{job['body']}\n\n{quote}",
        "bottom": f"{quote.rstrip()}\n\n{job['body']}\n",
        "inline": "\n".join(lines[: quoted + 1] + ["", job["body"], ""] + lines[quoted + 1 :]),
        "bare": job["body"] + "\n",
    }[job["style"]]
    with open(path, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(head + gap + text)


def run_in_terminal(command, home, seconds):
    """Runs `command` in a pseudo-terminal and gives back what it showed."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", HOME=home)
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    shown, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([terminal], [], [], 0.5)[0]:
            continue
        try:
            chunk = os.read(terminal, 65536)
        except OSError:  # Linux says EIO when the child has gone
            chunk = b""
        if not chunk:
            break
        shown += chunk
    else:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return re.sub(r"\x1b[\[(][0-9;?]*[a-zA-Z]", "", shown.decode("utf-8", "replace"))


def main():
    if len(sys.argv) == 3:
        with open(sys.argv[1], encoding="utf-8") as file:
            return edit(json.load(file), sys.argv[2])
    job = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        job_file, settings = f"{folder}/job.json", f"{folder}/muttrc"
        with open(job_file, "w", encoding="utf-8") as file:
            json.dump(job, file)
        find = job["find"].replace("\\", "\\\\").replace('"', '\\"')
        with open(settings, "w", encoding="utf-8") as file:
            file.write(SETTINGS.format(**{**job, "find": find}, folder=folder, domain=job["address"].split("@")[1],
                                       include="no" if job["style"] == "bare" else "yes",
                                       editor=f"{os.path.abspath(__file__)} {job_file}"))
        inbox = f"imap://127.0.0.1:{job['imap']}/INBOX"
        screen = run_in_terminal([job["client"], "-n", "-F", settings, "-f", inbox], folder, 90)
    # neomutt says so; mutt overwrites that at once, but shows the mail as replied to.
    if not re.search(r"Mail sent|\b\d+ r ", screen):
        sys.exit(f"{job['client']} did not send; the end of its screen:\n{screen[-2000:]}")


if __name__ == "__main__":
    main()
