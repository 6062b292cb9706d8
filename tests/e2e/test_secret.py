"""The one-time secret of a new account, while what carries it dies between the mail server's yes and the note of it."""

import os
import re
import signal
import sqlite3

import pytest
from aiosmtpd.controller import Controller

from letter import Letter
from mail_servers import choose_ports
from people import wait_until

ARCHIVE = "同意\n留档编号：1"


class Server:
    """Takes every mail; at the approval's first copy `strike` is called after the mail is taken and before it is said so."""

    def __init__(self):
        self.letters = []
        self.strike = None

    async def handle_DATA(self, _server, _session, envelope):
        letter = Letter(envelope.content)
        self.letters.append(letter)
        if letter.code == "N5" and self.strike:
            strike, self.strike = self.strike, None
            return strike()
        return "250 taken"

    def find(self, code, to):
        return [letter for letter in self.letters if letter.code == code and letter.to == to]

    def wait(self, code, to, count=1, seconds=20):
        return wait_until(lambda: len(self.find(code, to)) >= count and self.find(code, to), f"no {count} {code} to {to}", seconds)


@pytest.fixture
def server(people):
    """The daemon hands its mails to this server."""
    found = Server()
    [port] = choose_ports(["smtp"]).values()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()

    def change(text):
        head, section, rest = text.partition("[submission]\n")
        mine, bracket, others = rest.partition("\n[")
        mine = re.sub("(?m)^(url|user|password-file|starttls|ca-file)=.*\n", "", mine + "\n")
        return f"{head}{section}url=smtp://127.0.0.1:{port}\nstarttls=off\n{mine}{bracket}{others}"

    with people.reloaded(change):
        yield found
    controller.stop()


def courier(people):
    for pid in people.world.pids("countersignd"):
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            if file.read().split(b"\0")[0] == b"countersignd: courier":
                return pid
    return None


def register(people, server):
    """As far as the reviewer's yes."""
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address), port="PROVEN")
    [receipt] = server.wait("N1", newcomer.mail)
    task = server.wait("N2", people.reviewers(newcomer.city)[0])[-1]
    assert task.request == receipt.request
    people.reply(task, ARCHIVE)
    return newcomer


def kept(people):
    """Secrets that stand in the state file."""
    path = os.path.join(re.search("state-directory=(.*)", open(people.env["WORLD_CONF"], encoding="utf-8").read())[1], "state.sqlite")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as state:
        return [secret for (secret,) in state.execute("SELECT secret FROM outbox WHERE secret IS NOT NULL")]


def test_a_mail_that_is_sent_again_brings_the_same_secret(people, server):
    def die():
        os.kill(courier(people), signal.SIGKILL)
        return "250 too late"

    server.strike = die
    newcomer = register(people, server)
    copies = server.wait("N5", newcomer.mail, 2)
    assert len({copy.identity for copy in copies}) == 1
    assert len({copy.secret for copy in copies}) == 1 and copies[0].secret
    assert people.directory.logs_in(newcomer.dn, copies[0].secret)
    wait_until(lambda: not kept(people), "a secret is kept after its mail was taken")


def test_a_mail_that_was_surely_not_taken_leaves_no_secret_behind(people, server):
    server.strike = lambda: "451 not now"
    newcomer = register(people, server)
    first, second = server.wait("N5", newcomer.mail, 2)
    assert first.secret != second.secret  # the first was seen by a server that did not want it
    assert people.directory.logs_in(newcomer.dn, second.secret)
    assert not kept(people)
