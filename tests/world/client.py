"""A person with a mail client and an LDAP client in a world, by the settings of its world.env alone."""

import base64
import imaplib
import os
import smtplib
import ssl
import subprocess
import time

from letter import Letter
from process import Failed

TICK = 0.02  # seconds between two looks; every wait is bounded by a deadline


class Mailbox:
    """An IMAP login: yields letters in the order of their arrival, each once."""

    def __init__(self, env, address):
        self.address = address
        self.server = imaplib.IMAP4("127.0.0.1", int(env["WORLD_IMAP_PORT"]))
        self.server.starttls(ssl.create_default_context(cafile=env["WORLD_CA"]))
        self.server.login(address, env["WORLD_MAIL_PASSWORD"])
        self.server.select("INBOX")
        self.seen = 0

    def arrived(self):
        """The letters that have come since the last call."""
        self.server.noop()
        numbers = self.server.uid("SEARCH", None, f"UID {self.seen + 1}:*")[1][0].split()
        fresh = [number for number in numbers if int(number) > self.seen]
        letters = [Letter(self.server.uid("FETCH", number, "(BODY.PEEK[])")[1][0][1]) for number in fresh]
        self.seen = max([self.seen, *map(int, fresh)])
        return letters

    def wait(self, code, seconds=10):
        """The next letter of this code; letters of other codes are passed over. Fails when none comes in time."""
        deadline = time.monotonic() + seconds
        passed = []
        while time.monotonic() < deadline:
            for letter in self.arrived():
                if letter.code == code:
                    return letter
                passed.append(f"{letter.code} {letter.subject}")
            time.sleep(TICK)
        raise Failed(f"{self.address} got no {code} within {seconds} seconds, only {passed or 'nothing'}")

    def close(self):
        self.server.logout()


def send(env, message, port="SMTP"):
    """Hand a mail in from outside (or, with port PROVEN, as one whose domain has passed DMARC)."""
    with smtplib.SMTP("127.0.0.1", int(env[f"WORLD_{port}_PORT"])) as server:
        server.send_message(message)


class Directory:
    """OpenLDAP's own tools, over STARTTLS."""

    def __init__(self, env):
        self.env = env
        self.url = env["WORLD_LDAP_URL"]
        self.administrator = (env["WORLD_ADMIN_DN"], env["WORLD_ADMIN_PASSWORD"])

    def run(self, tool, login, *arguments):
        dn, password = login
        command = [tool, "-x", "-ZZ", "-H", self.url, "-D", dn, "-w", password, *arguments]
        environment = os.environ | {"LDAPTLS_CACERT": self.env["WORLD_CA"]}
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def logs_in(self, dn, password):
        """True when the directory takes this login, be it only for a change of password."""
        return self.run("ldapwhoami", (dn, password)).returncode == 0

    def change_password(self, dn, old, new):
        return self.run("ldappasswd", (dn, old), "-a", old, "-s", new)

    def find(self, search, *attributes):
        """What the administrator sees, as LDIF without line breaks in values."""
        base = self.env["WORLD_SUFFIX"]
        done = self.run("ldapsearch", self.administrator, "-LLL", "-o", "ldif-wrap=no", "-b", base, search, *attributes)
        if done.returncode:
            raise Failed(f"ldapsearch: {done.stderr.strip()}")
        return done.stdout.strip()


def readable(entry):
    """LDIF with its base64 values as people read them, without the password's hash."""
    lines = []
    for line in entry.splitlines():
        name, double, value = line.partition(":: ")
        if name != "userPassword":
            lines.append(f"{name}: {base64.b64decode(value).decode()}" if double else line)
    return "\n".join(lines)
