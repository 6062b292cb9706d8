"""The people of a world: what they send in, the letters they find in their mailboxes, what the tool and the directory tell them.

Letters are read straight from the Maildirs. A mail sent in is known to be dealt with when the daemon has filed it: then its
decision is durable, and what is to be told stands in the outbox.
"""

import contextlib
import datetime
import email.message
import email.policy
import email.utils
import itertools
import json
import os
import re
import signal
import smtplib
import subprocess
import time
import uuid
from xml.sax.saxutils import escape

from client import TICK, Directory
from identifier import resident_number
from letter import CHINA, Enterprise, Letter, form_mail
from process import Failed
from world import ADDRESS

ARCHIVE = "济建留档〔2026〕0001号"
FOLDERS = ("Processed", "Quarantine")
HEAD = 4096  # octets of a mail in which its mark is looked for
MARK = re.compile(rb"^X-Test-Mark: (\S+)", re.MULTILINE)
OWN_FORM = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:countersign:form:1" version="1">
  <head>
{head}    <formDate>{today}</formDate>
  </head>
{fields}</{root}>
"""


def form(root, fields, head=None):
    """A form of these fields, in order; their names and values, blank ones left out."""

    def elements(pairs, indent):
        return "".join(f"{indent}<{name}>{escape(value)}</{name}>\n" for name, value in pairs.items() if value is not None)

    today = datetime.datetime.now(CHINA).date()
    return OWN_FORM.format(root=root, head=elements(head or {}, "    "), today=today, fields=elements(fields, "  "))


def plain(sender, to, subject, text):
    """A mail of words alone."""
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain=sender.rpartition("@")[2])
    message.set_content(text)
    return message


class Individual:
    """A newcomer without an enterprise."""

    def __init__(self, number, mail, login, city="371300", identity=None):
        self.mail = mail
        self.login = login
        self.city = city
        self.identity = identity or resident_number(f"{city[:4]}99", "19900101", 100 + 2 * number)
        self.name = "测试己"

    def form(self):
        fields = {
            "loginName": self.login,
            "name": self.name,
            "sex": "1" if int(self.identity[16]) % 2 else "2",
            "idNumber": self.identity,
            "cityCode": self.city,
            "mobile": "13800000097",
            "mail": self.mail,
            "education": "21",
            "noEmployerDeclaration": "true",
        }
        return form("individualRegistration", fields)

    def registration(self, to):
        return form_mail(self.mail, to, "个人注册", self.form(), "p1.xml")


class Folder:
    """A Maildir folder that fills while it is read. Yields each file once."""

    def __init__(self, path):
        self.path = path
        self.seen = set()

    def fresh(self):
        """The paths of the files that came since the last call, oldest first."""
        found = []
        for part in ("new", "cur"):
            try:
                entries = list(os.scandir(os.path.join(self.path, part)))
            except FileNotFoundError:
                continue
            found += [entry for entry in entries if entry.name.partition(":")[0] not in self.seen]
        self.seen.update(entry.name.partition(":")[0] for entry in found)
        return [entry.path for entry in sorted(found, key=lambda entry: (_mtime(entry), entry.name))]


def _mtime(entry):
    try:
        return entry.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


class Inbox:
    """One person's letters from the daemon, in the order of their arrival."""

    def __init__(self, path):
        self.folder = Folder(path)
        self.letters = []

    def look(self):
        for path in self.folder.fresh():
            with open(path, "rb") as file:
                letter = Letter(file.read())
            if letter.code:
                self.letters.append(letter)


def wait_until(true, what, seconds=10):
    """What `true` gives as soon as it gives something."""
    deadline = time.monotonic() + seconds
    while not (found := true()):
        if time.monotonic() > deadline:
            raise Failed(f"{what() if callable(what) else what} (waited {seconds} seconds)")
        time.sleep(TICK)
    return found


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class People:
    def __init__(self, world):
        self.world = world
        self.env = world.env()
        self.address = ADDRESS
        self.directory = Directory(self.env)
        self.operator = self.env["WORLD_OPERATOR"]
        self.inboxes = {}
        self.filed = {}  # mark -> folder of the daemon's mailbox
        self.own_folders = {name: Folder(os.path.join(world.maildir(self.address), f".{name}")) for name in FOLDERS}
        self.numbers = itertools.count(1000)

    # Newcomers

    def enterprise(self, city="371300", login=None, mail=None, name=None):
        number = next(self.numbers)
        return Enterprise(number, mail or f"e{number}@applicant.test", login or f"e-{number}", city, name)

    def individual(self, city="371300", **given):
        number = next(self.numbers)
        given = {"mail": f"i{number}@applicant.test", "login": f"i-{number}"} | given
        return Individual(number % 400, city=city, **given)

    def reviewers(self, city):
        return self.env[f"WORLD_REVIEWERS_{city}"].split()

    # Mails in

    def hand_in(self, message, sender=None, port="SMTP", to=None):
        """Send a mail, an object or its octets, from outside (by port LMTP: straight into the mailbox). Returns the mark by which it is found again."""
        mark = uuid.uuid4().hex
        if isinstance(message, email.message.Message):
            sender = sender if sender is not None else message["From"]
            message = message.as_bytes(policy=email.policy.SMTP)
        octets = f"X-Test-Mark: {mark}\r\n".encode() + message
        kind = smtplib.LMTP if port == "LMTP" else smtplib.SMTP
        with kind("127.0.0.1", int(self.env[f"WORLD_{port}_PORT"])) as server:
            server.sendmail(email.utils.parseaddr(sender)[1], [to or self.address], octets)
        return mark

    def send(self, message, sender=None, port="SMTP", to=None, seconds=10):
        """Send a mail and wait until the daemon has dealt with it. Returns the folder where it has put it."""
        return self.wait_filed(self.hand_in(message, sender, port, to), seconds)

    def reply(self, letter, words, sender=None):
        """Answer a letter, and wait until the daemon has dealt with that."""
        message = letter.answer(words, sender)
        return self.send(message, to=str(message["To"]))

    def wait_filed(self, mark, seconds=10):
        def look():
            for name, folder in self.own_folders.items():
                for path in folder.fresh():
                    with open(path, "rb") as file:
                        found = MARK.search(file.read(HEAD))
                    if found:
                        self.filed[found[1].decode()] = name
            return self.filed.get(mark)

        return wait_until(look, "the daemon has not dealt with a mail", seconds)

    # Letters out

    def letters(self, address):
        if address not in self.inboxes:
            self.inboxes[address] = Inbox(self.world.maildir(address))
        self.inboxes[address].look()
        return self.inboxes[address].letters

    def letter(self, address, code, request=None, seconds=10):
        """The next letter of this code (about this request), taken out of the mailbox."""

        def look():
            return next((one for one in self.letters(address) if one.code == code and request in (None, one.request)), None)

        def what():
            return f"{address} got no {code} {request or ''}, only {[(one.code, one.request) for one in self.letters(address)]}"

        found = wait_until(look, what, seconds)
        self.letters(address).remove(found)
        return found

    # What stands written

    def tool(self, *arguments, status=0):
        """What `countersign --json` prints, an object a line."""
        done = self.run_tool("--json", *arguments)
        if done.returncode != status:
            raise Failed(f"countersign {' '.join(arguments)}: {done.returncode} {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def run_tool(self, *arguments, **process):
        program = os.environ.get("COUNTERSIGN", self.env["WORLD_COUNTERSIGN"])
        command = [program, "-c", self.env["WORLD_CONF"], *arguments]
        return subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=60, **process)

    def show(self, request):
        return self.tool("show", request)[0]

    def state(self, request):
        return self.show(request)["state"]

    def requests(self, mail):
        """The requests of this address, newest first."""
        return [one for one in self.tool("list", "--most", "100000") if one["applicant"] == mail]

    def told(self, address):
        """The codes of everything that was ever to be told to this address."""
        rows = self.tool("outbox", "--most", "100000")
        return sorted(row["code"] for row in rows if row["kind"] == "mail" and row["to"] == address)

    def told_about(self, request):
        """(code, address) of everything that was ever to be told about this request."""
        return sorted((row["code"], row["to"]) for row in self.show(request)["outbox"] if row["kind"] == "mail")

    def entry(self, uid, *attributes):
        """The directory's entry with this login name, as LDIF; empty when there is none."""
        return self.directory.find(f"(uid={uid})", *attributes)

    def change_directory(self, ldif):
        """What the administrator changes with ldapmodify."""
        dn, password = self.directory.administrator
        command = ["ldapmodify", "-x", "-ZZ", "-H", self.directory.url, "-D", dn, "-w", password]
        environment = os.environ | {"LDAPTLS_CACERT": self.env["WORLD_CA"]}
        return subprocess.run(command, env=environment, input=ldif, capture_output=True, text=True)

    # The daemon's configuration

    def reload(self, says="parent: ready: desk and courier are at work"):
        """Have the configuration read anew, and wait until that is over. What was logged meanwhile."""
        since = len(self.log())
        self.world.running["countersignd"].kill(signal.SIGHUP)
        self.wait_logged(says, since)
        return self.log()[since:]

    @contextlib.contextmanager
    def configured(self, change):
        """While the configuration is what `change` makes of its text; without telling the daemon."""
        path = self.env["WORLD_CONF"]
        with open(path, encoding="utf-8") as file:
            text = file.read()
        try:
            _write(path, change(text))
            yield
        finally:
            _write(path, text)

    @contextlib.contextmanager
    def reloaded(self, change):
        """The same, with the daemon told."""
        try:
            with self.configured(change):
                self.reload()
                yield
        finally:
            self.reload()

    def log(self):
        with open(self.world.servers["countersignd"].log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def wait_logged(self, text, since=0, seconds=10):
        wait_until(lambda: text in self.log()[since:], lambda: f"not logged: {text}; but {self.log()[since:]}", seconds)

    # Stories that many tests begin with

    def submit(self, newcomer):
        """Register from a proven sender. Returns the receipt and the reviewers' letters by address."""
        self.send(newcomer.registration(self.address), port="PROVEN")
        receipt = self.letter(newcomer.mail, "N1")
        return receipt, self.tasks(newcomer.city, receipt.request)

    def tasks(self, city, request):
        return {address: self.letter(address, "N2", request) for address in self.reviewers(city)}

    def activate(self, newcomer):
        """Register and have it approved. Returns the receipt and the letter with the one-time secret."""
        receipt, tasks = self.submit(newcomer)
        self.reply(next(iter(tasks.values())), f"同意\n留档编号：{ARCHIVE}")
        return receipt, self.letter(newcomer.mail, "N5", receipt.request)
