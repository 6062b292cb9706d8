"""The people of the benchmark, cheap enough to share two cores with what is measured: they hand mails in over a few
lasting connections, read what comes straight from the mailboxes' files, and answer as soon as it is there.
"""

import ctypes
import os
import queue
import re
import select
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "world"))

from letter import Enterprise  # noqa: E402
from process import Failed  # noqa: E402

CITY = "371300"  # it has one reviewer: three mails in, four out
FIRST_NUMBER = 20000  # of the organisation codes
MAILBOXES = 25  # that the applicants share: delivery slows down in a mailbox with thousands of mails; each gets 2000 drafts a day, countersign-mail(7)
STALLED = 30  # seconds without any mail after which the run has failed

CLOSED, MOVED_IN = 0x8, 0x80  # inotify(7): IN_CLOSE_WRITE, IN_MOVED_TO
EVENT = struct.Struct("iIII")


class Post:
    """Sends mails by SMTP or LMTP over lasting connections, each served by a thread."""

    def __init__(self, port, lmtp=False, connections=4):
        self.port = port
        self.lmtp = lmtp
        self.waiting = queue.SimpleQueue()
        self.fault = None
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    def send(self, sender, recipient, message):
        self.waiting.put((sender, recipient, message))

    def close(self):
        """Return when everything has been accepted."""
        for _ in self.threads:
            self.waiting.put(None)
        for thread in self.threads:
            thread.join()
        if self.fault:
            raise Failed(f"the benchmark's own mails: {self.fault}")

    def _work(self):
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=60) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                replies = connection.makefile("rb")
                self._expect(replies, b"2")
                connection.sendall(b"LHLO bench\r\n" if self.lmtp else b"EHLO bench\r\n")
                self._expect(replies, b"2")
                while job := self.waiting.get():
                    self._hand_in(connection, replies, *job)
        except (OSError, Failed) as fault:
            self.fault = self.fault or fault

    def _hand_in(self, connection, replies, sender, recipient, message):
        connection.sendall(f"MAIL FROM:<{sender}>\r\nRCPT TO:<{recipient}>\r\nDATA\r\n".encode())
        for expected in (b"2", b"2", b"3"):
            self._expect(replies, expected)
        connection.sendall(message.replace(b"\r\n.", b"\r\n..") + b"\r\n.\r\n")
        self._expect(replies, b"2")

    @staticmethod
    def _expect(replies, digit):
        while True:
            line = replies.readline()
            if line[:1] != digit:
                raise Failed(line.decode(errors="replace").strip() or "the connection was closed")
            if line[3:4] != b"-":
                return


class Drop:
    """Puts mails into a Maildir, as a delivery agent does."""

    def __init__(self, maildir):
        self.maildir = maildir
        self.count = 0

    def send(self, _sender, _recipient, message):
        self.count += 1
        name = f"{time.time():.6f}.{os.getpid()}_{self.count}.bench"
        waiting = os.path.join(self.maildir, "tmp", name)
        with open(waiting, "wb") as file:
            file.write(message)
        os.rename(waiting, os.path.join(self.maildir, "new", name))

    def close(self):
        pass


class Folders:
    """Yields the files that appear in some folders, complete, each once, and puts them aside, as people who keep their mail do: a file system may take long
    to find room for new files while many have just been removed."""

    def __init__(self, paths):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self.inotify = self.libc.inotify_init1(os.O_CLOEXEC)
        self.paths = {}
        self.aside = {}
        for path in paths:
            watch = self.libc.inotify_add_watch(self.inotify, os.fsencode(path), CLOSED | MOVED_IN)
            if watch < 0:
                raise OSError(ctypes.get_errno(), f"cannot watch {path}")
            self.paths[watch] = path
            self.aside[path] = path.rstrip("/") + ".read"
            os.makedirs(self.aside[path], exist_ok=True)

    def wait(self, seconds):
        """The contents of all files that have come, as soon as there is one; empty when the time is over."""
        if not select.select([self.inotify], [], [], seconds)[0]:
            return []
        events = os.read(self.inotify, 1 << 20)
        found = []
        offset = 0
        while offset < len(events):
            watch, _, _, size = EVENT.unpack_from(events, offset)
            name = events[offset + EVENT.size : offset + EVENT.size + size].rstrip(b"\0")
            offset += EVENT.size + size
            found.append((self.paths[watch], os.fsdecode(name)))
        return [self._take(*one) for one in found]

    def _take(self, folder, name):
        path = os.path.join(folder, name)
        with open(path, "rb") as file:
            content = file.read()
        os.rename(path, os.path.join(self.aside[folder], name))
        return content

    def close(self):
        os.close(self.inotify)


class Applicant(Enterprise):
    def __init__(self, index):
        mail = f"bench-{index % MAILBOXES}+{index}@example.com"
        super().__init__(FIRST_NUMBER + index, mail, f"bench-{index:05}", CITY)


def mailboxes():
    return [f"bench-{index}@example.com" for index in range(MAILBOXES)]


class Run:
    """Carries applicants from their form to their account, all at once, and keeps the time."""

    def __init__(self, post, folders, address, reviewer):
        self.post = post
        self.folders = folders
        self.address = address
        self.reviewer = reviewer
        self.letters = {}  # code -> how many came
        self.octets = 0  # of those letters
        self.done = []  # (applicant, the letter that says so) of the last carry(), in that order

    def carry(self, indexes):
        """The seconds it took. Fails when nothing comes any more before all have their account."""
        waiting = {applicant.mail: applicant for applicant in map(Applicant, indexes)}
        self.done = []
        forms = [(mail, applicant.registration(self.address).as_bytes()) for mail, applicant in waiting.items()]
        begin = time.monotonic()
        for mail, message in forms:
            self.post.send(mail, self.address, message)
        while waiting:
            letters = self.folders.wait(STALLED)
            if not letters:
                raise Failed(f"{len(waiting)} of {len(forms)} registrations are stuck; letters so far: {self.letters}")
            for letter in letters:
                self._react(letter, waiting)
        return time.monotonic() - begin

    def _react(self, source, waiting):
        head = source.partition(b"\n\n")[0] if b"\n\n" in source else source.partition(b"\r\n\r\n")[0]
        code = _header(head, b"X-Countersign-Notice").split(" ")[0]
        self.letters[code] = self.letters.get(code, 0) + 1
        self.octets += len(source)
        if code == "N1D":
            self._answer(head, _address(_header(head, b"To")), "确认")
        elif code == "N2":
            number = self.letters[code]
            self._answer(head, self.reviewer, f"同意\r\n留档编号：临建留档〔2026〕{number:05}号")
        elif code == "N5":
            applicant = waiting.pop(_address(_header(head, b"To")), None)
            if applicant:
                self.done.append((applicant, source))

    def _answer(self, head, sender, words):
        to, identity = _address(_header(head, b"Reply-To")), _header(head, b"Message-ID")
        domain = sender.rpartition("@")[2]
        message = (
            f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: Re:\r\nIn-Reply-To: {identity}\r\nReferences: {identity}\r\n"
            f"Message-ID: <{time.monotonic_ns()}.{threading.get_ident()}@{domain}>\r\nMIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
            f"{words}\r\n\r\n在 2026-05-06 10:20，会签 <{self.address}> 写道：\r\n> 请审核\r\n"
        )
        self.post.send(sender, to, message.encode())



def _header(head, name):
    found = re.search(rb"^" + name + rb":[ \t]*((?:.*\r?\n[ \t])*.*)", head, re.MULTILINE | re.IGNORECASE)
    return " ".join(found[1].decode(errors="replace").split()) if found else ""


def _address(value):
    return re.search(r"<?([^<>\s]+@[^<>\s]+?)>?$", value)[1]
