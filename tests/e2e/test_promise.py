"""The promise: whatever dies, every decision stands once, no mail is lost, nobody hears anything twice.

While registrations run through a world on disk, each process of the daemon is killed ten times, slapd and the IMAP server
are restarted. The moments are drawn from a seed, which is printed; PROMISE_SEED repeats it.

All of it twice: where a decision takes effect at once, and where it can be taken back first, and every fourth is.
"""

import collections
import contextlib
import os
import random
import signal
import sqlite3
import threading
import time

import pytest

from people import People, wait_until
from process import Failed
from world import World

APPLICANTS = 40
KILLS = 10
ROLES = ("parent", "parser", "desk", "courier")
CITIES = {"371300": ["city-linyi-1@example.com"], "370200": ["city-qingdao-1@example.com", "city-qingdao-2@example.com"]}
LONGEST_PAUSE = 0.6  # seconds between two kills
PATIENCE = 60  # seconds without any letter after which something is lost
OWN_PASSWORD = "a password of their own 2026"
DECIDED = {"at once": "approve", "undo window": "hold"}  # what a reviewer's yes is at first


class UndoWorld(World):
    """Decisions can be taken back for longer than any test lasts: the hour comes when the reviewer's receipt has come."""

    def _configuration(self):
        sections = super()._configuration()
        return sections | {"countersign": sections["countersign"] | {"undo-minutes": 1440}}


class Killer(threading.Thread):
    """Ends processes of the daemon at moments drawn from a seed, and starts the daemon again as a service manager would."""

    def __init__(self, world, seed):
        super().__init__(daemon=True)
        self.world = world
        chance = random.Random(seed)
        strokes = [role for role in ROLES for _ in range(KILLS)]
        chance.shuffle(strokes)
        for server, place in (("slapd", len(strokes) // 3), ("dovecot", 2 * len(strokes) // 3)):
            strokes.insert(place, server)
        self.plan = [(stroke, chance.uniform(0, LONGEST_PAUSE)) for stroke in strokes]
        self.done = collections.Counter()
        self.stroke = threading.Semaphore(0)  # released once for each stroke that begins
        self.fault = None

    def run(self):
        try:
            for what, pause in self.plan:
                self.stroke.release()
                time.sleep(pause)  # the random moment itself
                self.strike(what)
                self.done[what] += 1
        except Exception as fault:  # the test reports it
            self.fault = fault
        for _ in range(APPLICANTS):
            self.stroke.release()

    def strike(self, what):
        if what == "parent":
            self.world.running["countersignd"].kill(signal.SIGKILL)
            self.world.start_server("countersignd")
        elif what in ROLES:
            os.kill(wait_until(lambda: self.find(what), f"the {what} does not run", 30), signal.SIGKILL)
        else:
            self.world.restart_server(what)

    def find(self, role):
        """The pid of the daemon's process of this role."""
        for pid in self.world.pids("countersignd"):
            try:
                with open(f"/proc/{pid}/cmdline", "rb") as file:
                    title = file.read().split(b"\0")[0]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if title == f"countersignd: {role}".encode():
                return pid
        return None


class Run:
    """Carries all applicants from their forms to their accounts, answering each letter once, as people do."""

    def __init__(self, people, killer, way):
        self.people = people
        self.killer = killer
        self.decided = DECIDED[way]
        self.receipts = 0
        self.taken_back = []  # requests
        self.state = os.path.join(people.world.servers["countersignd"].state, "state.sqlite")
        self.applicants = {}
        self.answered = set()  # Message-IDs
        self.active = set()  # addresses
        self.sent = []  # marks
        self.numbers = collections.Counter()

    def carry(self):
        heard = time.monotonic()
        while len(self.active) < APPLICANTS:
            if self.killer.fault:
                raise self.killer.fault
            if len(self.applicants) < APPLICANTS and self.killer.stroke.acquire(blocking=False):
                self.file_form()
            if self.read():
                heard = time.monotonic()
            elif time.monotonic() - heard > PATIENCE:
                raise Failed(f"no letter for {PATIENCE} s; {APPLICANTS - len(self.active)} wait: {self.missing()}")
            else:
                time.sleep(0.02)

    def missing(self):
        return sorted(set(self.applicants) - self.active)

    def file_form(self):
        newcomer = self.people.enterprise(list(CITIES)[len(self.applicants) % len(CITIES)])
        self.applicants[newcomer.mail] = newcomer
        self.sent.append(self.people.hand_in(newcomer.registration(self.people.address)))

    def read(self):
        """Answer what has come; how many letters that were."""
        reviewers = [address for city in CITIES.values() for address in city]
        count = 0
        for address in (*self.applicants, *reviewers):
            for letter in self.people.letters(address):
                if letter.identity not in self.answered:
                    self.answered.add(letter.identity)
                    self.answer(letter)
                    count += 1
        return count

    def answer(self, letter):
        words = None
        if letter.code == "N1D":
            words = "确认"
        elif letter.code == "N2":
            self.numbers[letter.to] += 1
            words = f"同意\n留档编号：{letter.to.partition('@')[0]}-{self.numbers[letter.to]:04}"
        elif letter.code == "NH":
            words = self.think_again(letter.request)
        elif letter.code == "N5":
            self.active.add(letter.to)
        if words:
            message = letter.answer(words)
            self.sent.append(self.people.hand_in(message, to=str(message["To"])))

    def think_again(self, request):
        """Every fourth decision is taken back, once; for the others the time to do so passes."""
        self.receipts += 1
        if self.receipts % 4 == 0 and request not in self.taken_back:
            self.taken_back.append(request)
            return "撤回"
        self.let_the_hour_come(request)
        return None

    def let_the_hour_come(self, request):
        with contextlib.closing(sqlite3.connect(self.state, timeout=30)) as state, state:
            state.execute("UPDATE held SET due = at WHERE request = ?", (request,))
            state.execute("UPDATE timer SET due = 1 WHERE request = ? AND kind = 'decision'", (request,))


@pytest.fixture(scope="module", params=list(DECIDED))
def run(request, tmp_path_factory):
    seed = os.environ.get("PROMISE_SEED") or str(random.SystemRandom().randrange(10**9))
    print(f"PROMISE_SEED={seed}")
    kind = UndoWorld if DECIDED[request.param] == "hold" else World
    with kind(tmp_path_factory.mktemp("world")) as world:
        killer = Killer(world, seed)
        print(" ".join(f"{what}+{pause:.2f}" for what, pause in killer.plan))
        found = Run(People(world), killer, request.param)
        killer.start()
        try:
            found.carry()
        except BaseException:
            print(found.people.log())
            raise
        finally:
            killer.join()
        if killer.fault:
            raise killer.fault
        people = found.people
        for mark in found.sent:
            people.wait_filed(mark, 30)
        wait_until(lambda: not people.tool("outbox", "--state", "waiting"), "the outbox does not get empty", 30)
        wait_delivered(people, found)
        yield found


def wait_delivered(people, found):
    """Everything that the daemon has handed over is in somebody's mailbox."""
    sent = {row["messageId"] for row in people.tool("outbox", "--most", "100000") if row["kind"] == "mail" and row["state"] == "sent"}

    def missing():
        addresses = [*found.applicants, people.operator, *(address for city in CITIES.values() for address in city)]
        return sent - {letter.identity.strip("<>") for address in addresses for letter in people.letters(address)}

    wait_until(lambda: not missing(), lambda: f"handed over, not delivered: {missing()}", 30)


def of(run, address):
    return run.people.letters(address)


def test_everything_was_killed_as_often_as_promised(run):
    assert run.killer.done == {role: KILLS for role in ROLES} | {"slapd": 1, "dovecot": 1}


def test_every_decision_stands_once(run):
    requests = run.people.tool("list", "--most", "1000")
    assert [one["state"] for one in requests] == ["done"] * APPLICANTS
    assert sorted(one["applicant"] for one in requests) == sorted(run.applicants)
    for request in requests:
        shown = run.people.show(request["id"])
        assert [step["verdict"] for step in shown["steps"]] == ["approve"]
        events = collections.Counter(event["event"] for event in shown["events"])
        assert (events["receive"], events["confirm"], events["approve"], events["applyOk"]) == (1, 1, 1, 1), events
        if run.decided == "hold":
            again = run.taken_back.count(request["id"])
            assert (events["hold"], events["undo"]) == (1 + again, again), events
        assert shown["openTokens"] == 0


def test_every_account_stands_once(run):
    for newcomer in run.applicants.values():
        entries = run.people.directory.find(f"(|(csCreditCode={newcomer.code})(uid={newcomer.login})(mail={newcomer.mail}))", "1.1")
        assert entries == f"dn: {newcomer.dn}"


def asked_again(run, request):
    """Whoever took a decision back, and the colleagues whose answers it had refused: each gets the task once more."""
    events = run.people.show(request)["events"]
    undone = next((place for place, event in enumerate(events) if event["event"] == "undo"), 0)
    refused = {event["actor"] for event in events[:undone] if event["event"] == "badReply"}
    return len(refused) + bool(undone)


def test_nobody_heard_anything_twice(run):
    """Letters that came twice are the same letter by its Message-ID."""
    for address in run.applicants:
        told = collections.Counter(letter.code for letter in {one.identity: one for one in of(run, address)}.values())
        assert told == {"N1D": 1, "N1": 1, "N5": 1}, address
    for city, reviewers in CITIES.items():
        asked, late, noted = collections.Counter(), collections.Counter(), collections.Counter()
        for address in reviewers:
            letters = {one.identity: one for one in of(run, address)}.values()
            told = collections.Counter((letter.code, letter.request) for letter in letters)
            assert {request: count for (_, request), count in told.items() if count > 1}.keys() <= set(run.taken_back), address
            assert sum(code == "N2" for code, _ in told) == APPLICANTS // len(CITIES), address
            asked.update(letter.request for letter in letters if letter.code == "N2")
            late.update(letter.request for letter in letters if letter.code == "N9")
            noted.update(letter.request for letter in letters if letter.code == "NH")
        for request in asked:
            again = run.taken_back.count(request)
            receipts = 1 + again if run.decided == "hold" else 0
            # One answer decided, and one each time it was taken back; all others came too late.
            wanted = len(reviewers) + asked_again(run, request)
            assert (asked[request], late[request], noted[request]) == (wanted, wanted - 1 - again, receipts), (city, request)


def test_the_number_of_letters_that_came_again(run):
    """A kill between handing over and writing that down costs one duplicate of what was on its way, no more."""
    again = sum(len(of(run, address)) - len({one.identity for one in of(run, address)}) for address in run.applicants)
    print(f"letters that came again: {again}")
    assert again <= 2 * KILLS * 8


def test_no_mail_was_lost(run):
    people = run.people
    assert [mark for mark in run.sent if people.filed.get(mark) != "Processed"] == []
    inbox = people.world.maildir(people.address)
    assert [name for part in ("new", "cur") for name in os.listdir(os.path.join(inbox, part))] == []
    assert [row for row in people.tool("outbox", "--most", "100000") if row["state"] in ("waiting", "failed", "conflict")] == []


def test_the_audit_chain_holds(run):
    [verified] = run.people.tool("audit", "verify")
    assert verified["broken"] == 0 and verified["rows"] >= 4 * APPLICANTS


def test_every_copy_of_an_approval_brings_the_secret_that_logs_in(run):
    for newcomer in run.applicants.values():
        secrets = {letter.secret for letter in of(run, newcomer.mail) if letter.code == "N5"}
        assert len(secrets) == 1, newcomer.login
        [secret] = secrets
        assert run.people.directory.logs_in(newcomer.dn, secret)
        assert run.people.directory.change_password(newcomer.dn, secret, OWN_PASSWORD).returncode == 0


def test_the_world_goes_on(run):
    people, newcomer = run.people, run.people.enterprise()
    receipt, tasks = people.submit(newcomer)
    [task] = tasks.values()
    people.reply(task, "同意\n留档编号：0099")
    if run.decided == "hold":
        people.letter(task.to, "NH", receipt.request)
        run.let_the_hour_come(receipt.request)
    assert people.directory.logs_in(newcomer.dn, people.letter(newcomer.mail, "N5", receipt.request).secret)
