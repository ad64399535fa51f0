"""A mixture of mails as a support desk gets them: always the same ones for the same seed.

Plain text, HTML, answers with quotes, attachments, quoted-printable, base64, other charsets, auto-replies, lists:
8.8 KB on average, most of them smaller. Senders are people who wrote before as often as new ones.
"""

import base64
import quopri
import random

SHARES = {
    "plain": 33,
    "html": 33,
    "answer": 18,
    "attachment": 5,
    "quoted_printable": 4,
    "base64": 2,
    "latin1": 1,
    "automatic": 2,
    "list": 2,
}
WORDS = """account again answer box broken button cable change charge colour could customer date delivery desk document
door email error every expected failed file form found from have hello help house however invoice item keep label last
letter machine many message minute month morning need never number office only open order other paper parcel password
payment phone picture please print problem question quickly receipt reply return same screen second send service should
since still street support surely table thanks their there ticket today twice under version waiting water week where
which without wrong yesterday""".split()
NAMES = "Ada Ben Chloé Dora Emil Fatima Goran Hanna Ivo Jürgen Kim Lucía Marek Nora Oskar Petra Quirin Rosa Søren Tuva".split()


class Mixture:
    """Makes mails one after the other."""

    def __init__(self, to, seed=1):
        self.to = to
        self.random = random.Random(seed)
        self.sent = []
        self.paragraphs = [self.paragraph() for _ in range(300)]
        self.picture = base64.encodebytes(self.random.randbytes(90_000)).decode()

    def paragraph(self):
        words = self.random.choices(WORDS, k=self.random.randint(25, 90))
        lines, line = [], words[0].capitalize()
        for word in words[1:]:
            if len(line) + len(word) > 70:
                lines.append(line)
                line = word
            else:
                line += " " + word
        return "\n".join([*lines, line + "."])

    def text(self, size):
        parts, length = [], 0
        while length < size:
            parts.append(self.random.choice(self.paragraphs))
            length += len(parts[-1]) + 2
        return "\n\n".join(parts) + "\n"

    def next(self, number):
        """The mail as bytes with LF line ends, and whether it opens a ticket or answers an earlier mail."""
        pick = self.random
        kind = pick.choices(list(SHARES), list(SHARES.values()))[0]
        name, person = pick.choice(NAMES), pick.randint(1, 4000)
        sender, opens, more = f"customer{person}@people.test", True, ""
        subject = " ".join(pick.choices(WORDS, k=pick.randint(3, 8))).capitalize() + f" {number}"
        size = min(int(pick.lognormvariate(8.35, 0.75)), 200_000)
        if kind == "answer" and self.sent and pick.random() < 0.5:
            # The same person goes on with what they asked: one more message in that ticket.
            earlier, sender, subject = pick.choice(self.sent)
            subject, opens = "Re: " + subject, False
            more = f"In-Reply-To: <{earlier}>\nReferences: <{earlier}>\n"
        own = f"{number}.{pick.getrandbits(48):x}@people.test"
        if kind in ("plain", "html", "attachment"):
            self.sent.append((own, sender, subject))
        body = getattr(self, kind)(size)
        head = (
            f"Return-Path: <{sender}>\n"
            f"Delivered-To: {self.to}\n"
            f"Received: from mx.test by store.test with LMTP id {pick.getrandbits(40):X}\n"
            f"\tfor <{self.to}>; Mon, 02 Nov 2026 10:00:00 +0000\n"
            f"Received: from client.people.test (client.people.test [192.0.2.{pick.randint(1, 254)}])\n"
            f"\tby mx.test (Postfix) with ESMTP id {pick.getrandbits(40):X}\n"
            f"\tfor <{self.to}>; Mon, 02 Nov 2026 10:00:00 +0000\n"
            f"Date: Mon, 02 Nov 2026 {pick.randint(10, 23)}:{pick.randint(10, 59)}:00 +0000\n"
            f"From: {word(name)} <{sender}>\nTo: <{self.to}>\nMessage-ID: <{own}>\nSubject: {word(subject)}\n"
            f"{more}MIME-Version: 1.0\n"
        )
        return head.encode() + body, opens

    def plain(self, size):
        return part("text/plain", self.text(size))

    def html(self, size):
        text = self.text(size * 0.45)
        paragraphs = "".join(f'<p style="margin:0 0 1em">{p}</p>\n' for p in text.split("\n\n"))
        page = f"<html><head><style>p {{ color: #222 }}</style></head><body>{paragraphs}</body></html>\n"
        return self.multipart("alternative", part("text/plain", text), part("text/html", page))

    def answer(self, size):
        quoted = "".join(f"> {line}\n" for line in self.text(size * 0.7).splitlines())
        said = f"On Mon, 2 Nov 2026 at 09:00, Support <{self.to}> wrote:\n\n{quoted}"
        return part("text/plain", f"{self.text(size * 0.3)}\n{said}")

    def attachment(self, size):
        lines = self.random.randint(200, 900)
        start = self.random.randrange(0, 200) * 77
        picture = (
            'Content-Type: image/png; name="screen.png"\n'
            'Content-Disposition: attachment; filename="screen.png"\n'
            f"Content-Transfer-Encoding: base64\n\n{self.picture[start : start + lines * 77]}"
        )
        return self.multipart("mixed", self.html(size), picture.encode())

    def quoted_printable(self, size):
        text = self.text(size).replace("please", "bitte möglichst").encode()
        return part("text/plain", quopri.encodestring(text).decode(), "quoted-printable")

    def base64(self, size):
        text = self.text(size).replace("thanks", "спасибо").encode()
        return part("text/plain", base64.encodebytes(text).decode(), "base64")

    def latin1(self, size):
        head = b"Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: 8bit\n\n"
        return head + self.text(size).replace("thanks", "à bientôt").encode("latin-1")

    def automatic(self, _size):
        return b"Auto-Submitted: auto-replied\n" + part("text/plain", "I am away until Monday.\n")

    def list(self, size):
        return b"List-Id: News <news.people.test>\nPrecedence: bulk\n" + part("text/plain", self.text(size))

    def multipart(self, kind, *parts):
        boundary = f"=-{self.random.getrandbits(64):x}"
        opened = b"".join(f"--{boundary}\n".encode() + each + b"\n" for each in parts)
        head = f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode()
        return head + opened + f"--{boundary}--\n".encode()


def part(kind, text, encoding="8bit"):
    return f"Content-Type: {kind}; charset=utf-8\nContent-Transfer-Encoding: {encoding}\n\n{text}".encode()


def word(text):
    """For a header (RFC 2047)."""
    if text.isascii():
        return text
    return f"=?UTF-8?B?{base64.b64encode(text.encode()).decode()}?="
