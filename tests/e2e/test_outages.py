"""Servers that are away, at the start or in between, and the daemon told to read anew, to end, or to work with what cannot be."""

import os
import re
import signal
import subprocess
import threading

import pytest

from mail_servers import Scripted, SmtpScript
from people import ARCHIVE, plain, wait_until

NAMES = {"slapd": "directory", "dovecot": "mailbox", "postfix": "submission server"}
SERVERS = list(NAMES)
BACK = 40  # seconds in which everything goes on once a server is back; Postfix tries again every five


@pytest.fixture(scope="module")
def people(imap_people):
    return imap_people


@pytest.fixture(autouse=True)
def a_whole_world(people):
    """Whatever a test leaves stopped runs again for the next one."""
    yield
    world = people.world
    for name in world.servers:
        if name not in world.running or not world.running[name].alive():
            world.restart_server(name)


def mark(people):
    """Where the daemon's log ends now."""
    return len(people.log())


def said_away(people, since):
    """Who said that what is away, in order."""
    return re.findall(r" (\w+): warning: the ([\w ]+) is away", people.log()[since:])


def hand_in(people, newcomer, server):
    """The form, by the way that is open while that server is away."""
    return people.hand_in(newcomer.registration(people.address), port="LMTP" if server == "postfix" else "SMTP")


def finish(people, newcomer):
    """From the receipt to the account."""
    draft = people.letter(newcomer.mail, "N1D", seconds=BACK)
    people.reply(draft, "确认")
    people.letter(newcomer.mail, "N1", draft.request)
    [task] = people.tasks(newcomer.city, draft.request).values()
    people.reply(task, f"同意\n留档编号：{ARCHIVE}")
    letter = people.letter(newcomer.mail, "N5", draft.request)
    assert people.directory.logs_in(newcomer.dn, letter.secret)
    assert people.told(newcomer.mail) == ["N1", "N1D", "N5"]


@pytest.mark.parametrize("server", SERVERS)
def test_it_starts_while_a_server_is_away(people, server):
    world = people.world
    world.stop_server("countersignd")
    world.stop_server(server)
    since = mark(people)
    if server == "postfix":  # something to send must be there for its absence to show
        newcomer = people.enterprise()
        hand_in(people, newcomer, server)
    world.start_server("countersignd")
    people.wait_logged(f"the {NAMES[server]} is away", since)
    if server != "postfix":
        newcomer = people.enterprise()
        hand_in(people, newcomer, server)
    world.start_server(server)
    finish(people, newcomer)
    people.wait_logged(f"the {NAMES[server]} is back", since)
    said = said_away(people, since)
    others = {"submission server"} if server == "dovecot" else set()  # Postfix asks Dovecot about logins
    assert {what for _, what in said} - others == {NAMES[server]} and len(said) == len(set(said)), said


@pytest.mark.parametrize("server", SERVERS)
def test_a_server_dies_in_between(people, server):
    """Each says so once, nothing is lost, nothing happens twice."""
    world = people.world
    waiting = [people.enterprise() for _ in range(3)]
    for newcomer in waiting:
        hand_in(people, newcomer, server)
    since = mark(people)
    world.kill_server(server)
    late = people.enterprise()
    if server != "dovecot":
        hand_in(people, late, server)
    people.wait_logged(f"the {NAMES[server]} is away", since, BACK)
    world.restart_server(server)
    if server == "dovecot":
        hand_in(people, late, server)
    finish(people, late)
    for newcomer in waiting:
        people.letter(newcomer.mail, "N1D", seconds=BACK)
        assert people.told(newcomer.mail) == ["N1D"]
    said = said_away(people, since)
    assert len(said) == len(set(said)), said


def test_everything_is_away_at_once(people):
    world = people.world
    newcomer = people.enterprise()
    marked = hand_in(people, newcomer, "postfix")
    people.wait_filed(marked)
    for server in SERVERS:
        world.kill_server(server)
    world.restart_server("countersignd")
    for server in ("dovecot", "slapd", "postfix"):
        world.restart_server(server)
    finish(people, newcomer)


def test_a_mail_server_that_keeps_us_waiting_keeps_no_change_waiting(people):
    """While a mail hangs in the mail server, what is approved meanwhile is in the directory."""
    newcomer = people.enterprise()
    _, tasks = people.submit(newcomer)
    hanging, go_on = threading.Event(), threading.Event()

    def keep_waiting(connection):
        hanging.set()
        assert go_on.wait(BACK)
        connection.say("250 at last")

    with Scripted(SmtpScript({"DOT": [keep_waiting]})) as tarpit:
        url = f"url=smtp://127.0.0.1:{tarpit.port}\nstarttls=off"
        with people.reloaded(lambda text: re.sub(r"(\[submission\]\n)url=.*\n((?:.+\n)*?)starttls=.*", rf"\1{url}\n\2", text)):
            people.send(plain("asks@waiting.test", people.address, "how", "how do I register?"))
            assert hanging.wait(BACK)
            people.reply(next(iter(tasks.values())), f"同意\n留档编号：{ARCHIVE}")
            wait_until(lambda: people.entry(newcomer.login), "the account is not there", BACK)
            assert not go_on.is_set()
            go_on.set()
            wait_until(lambda: "sent" in {row["state"] for row in people.tool("outbox", "--most", "100000") if row["code"] == "N5"},
                       "nothing goes on", BACK)


def mails_to(people, address):
    """What there is to tell this address: state and number of attempts."""
    return [(row["state"], int(row["attempts"])) for row in people.tool("outbox", "--most", "100000") if row["to"] == address]


def test_an_address_that_does_not_exist_is_reported(people):
    """Refused for good: the operator hears of it, nothing is tried again."""
    newcomer = people.enterprise(mail="nobody-here@example.com")
    people.send(newcomer.registration(people.address))
    [request] = people.requests(newcomer.mail)
    assert newcomer.mail in people.letter(people.operator, "N11", request["id"]).text
    assert [state for state, _ in mails_to(people, newcomer.mail)] == ["failed"]


def test_an_address_that_is_busy_is_tried_again(people):
    newcomer = people.enterprise(mail="later@example.com")
    people.send(newcomer.registration(people.address))
    wait_until(lambda: mails_to(people, newcomer.mail)[0][1] >= 1, "not tried")
    wait_until(lambda: mails_to(people, newcomer.mail)[0][1] >= 2, "not tried again", 15)
    assert mails_to(people, newcomer.mail)[0][0] == "waiting"


def test_hang_up_reads_the_configuration_anew(people):
    leader = people.world.pids("countersignd")[0]
    with people.reloaded(lambda text: text.replace("language=zh", "language=en")):
        people.send(plain("asks@elsewhere.test", people.address, "how", "how do I register?"))
        assert people.letter("asks@elsewhere.test", "NX").subject.startswith("[Countersign]")
        assert people.world.pids("countersignd")[0] == leader


def test_hang_up_with_a_wrong_configuration_changes_nothing(people):
    pids = people.world.pids("countersignd")
    with people.configured(lambda text: text.replace("batch=100", "batch=many\ncolour=blue")):
        said = people.reload("stays as it was")
        assert "batch" in said and "colour" in said
    finish_one(people)
    assert people.world.pids("countersignd") == pids


def finish_one(people):
    newcomer = people.enterprise()
    hand_in(people, newcomer, None)
    finish(people, newcomer)


def test_terminate_drains_and_loses_nothing(people):
    world = people.world
    newcomers = [people.enterprise() for _ in range(20)]
    for newcomer in newcomers:
        hand_in(people, newcomer, None)
    daemon = world.running["countersignd"]
    os.kill(daemon.pid, signal.SIGTERM)
    assert daemon.child.wait(20) == 0
    assert world.pids("countersignd") == []
    world.restart_server("countersignd")
    for newcomer in newcomers:
        people.letter(newcomer.mail, "N1D", seconds=BACK)
        assert people.told(newcomer.mail) == ["N1D"]


def run_daemon(people, change, tmp_path):
    """The daemon with a configuration of its own, when it is to end by itself."""
    with open(people.env["WORLD_CONF"], encoding="utf-8") as file:
        text = change(file.read())
    path = tmp_path / "countersign.conf"
    path.write_text(text, encoding="utf-8")
    command = [people.world.servers["countersignd"].program, "-c", str(path)]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def test_a_wrong_configuration_is_refused_with_all_that_is_wrong(people, tmp_path):
    def spoil(text):
        text = text.replace("batch=100", "batch=0\ncolour=blue").replace("starttls=required", "starttls=perhaps", 1)
        return text + "[nonsense]\nx=y\n"

    done = run_daemon(people, spoil, tmp_path)
    assert done.returncode != 0
    for wrong in ("[mailbox] batch", "[mailbox] colour", "starttls", "[nonsense]"):
        assert wrong in done.stderr
    assert re.search(r"countersign\.conf:\d+: ", done.stderr)


def test_a_configuration_that_is_not_there(people, tmp_path):
    command = [people.world.servers["countersignd"].program, "-c", str(tmp_path / "none.conf")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode != 0 and "none.conf" in done.stderr


def test_a_state_directory_that_is_none(people, tmp_path):
    (tmp_path / "file").write_text("")
    where = tmp_path / "file" / "state"
    done = run_daemon(people, lambda text: re.sub("state-directory=.*", f"state-directory={where}", text), tmp_path)
    assert done.returncode != 0
    assert str(where) in done.stderr and "Not a directory" in done.stderr


def test_a_second_daemon_on_the_same_state_is_refused(people, tmp_path):
    done = run_daemon(people, lambda text: text, tmp_path)
    assert done.returncode != 0 and "another countersignd" in done.stderr
    finish_one(people)


def test_a_server_with_a_certificate_nobody_knows_is_not_talked_to(people):
    """TLS is verified: with another authority in the configuration every server is away, and nothing was said to it."""
    world = people.world
    since = mark(people)
    wrong = os.path.join(world.directory, "other-ca.pem")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other", "-days", "2"]
    subprocess.run([*command, "-keyout", wrong + ".key", "-out", wrong], capture_output=True, check=True)
    world.stop_server("countersignd")
    newcomer = people.enterprise()
    with people.configured(lambda text: re.sub("ca-file=.*", f"ca-file={wrong}", text)):
        world.start_server("countersignd")
        people.wait_logged("the mailbox is away", since)
        hand_in(people, newcomer, None)
        assert people.told(newcomer.mail) == []
        world.stop_server("countersignd")
    world.start_server("countersignd")
    finish(people, newcomer)
