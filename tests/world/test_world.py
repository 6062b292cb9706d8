"""The world itself: that it carries mail and logins, ends what it started and nothing else, and survives accidents."""

import email
import imaplib
import os
import signal
import smtplib
import ssl
import subprocess
import sys
import time

import pytest

from process import Failed
from world import ADDRESS, World


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("world"), daemon=False, memory=True) as running:
        yield running


@pytest.fixture
def directory(tmp_path):
    """A place for worlds that a test starts and stops itself: what it leaves running is stopped in the end."""
    yield tmp_path
    World(tmp_path).stop()


def tls(world):
    return ssl.create_default_context(cafile=world.env()["WORLD_CA"])


def send(world, port, sender, recipient, header="", login=False):
    env = world.env()
    with smtplib.SMTP("127.0.0.1", int(env[f"WORLD_{port}_PORT"])) as server:
        if login:
            server.starttls(context=tls(world))
            server.login(ADDRESS, env["WORLD_MAIL_PASSWORD"])
        server.sendmail(sender, [recipient], f"{header}From: <{sender}>\r\nSubject: hello\r\n\r\nbody\r\n")


def receive(world, address, seconds=5):
    """The newest message of a mailbox, as soon as there is one."""
    env = world.env()
    with imaplib.IMAP4("127.0.0.1", int(env["WORLD_IMAP_PORT"])) as server:
        server.starttls(tls(world))
        server.login(address, env["WORLD_MAIL_PASSWORD"])
        deadline = time.monotonic() + seconds
        while (count := int(server.select()[1][0])) == 0:
            assert time.monotonic() < deadline, f"nothing arrives for {address}"
            time.sleep(0.01)
        found = server.fetch(str(count), "(RFC822)")[1][0][1]
        server.store("1:*", "+FLAGS", "\\Deleted")
        server.expunge()
    return email.message_from_bytes(found)


def whoami(world, dn, password):
    command = ["ldapwhoami", "-x", "-ZZ", "-H", world.env()["WORLD_LDAP_URL"], "-D", dn, "-w", password]
    environment = os.environ | {"LDAPTLS_CACERT": world.env()["WORLD_CA"]}
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def test_any_address_has_a_mailbox(world):
    send(world, "SMTP", "new@applicant.test", "Somebody+detail@example.com")
    assert receive(world, "somebody@example.com")["Delivered-To"].lower() == "somebody+detail@example.com"


def test_the_daemons_address_takes_any_detail(world):
    send(world, "SMTP", "new@applicant.test", "countersign+token@example.com")
    assert receive(world, ADDRESS)["Delivered-To"] == "countersign+token@example.com"


def test_a_login_may_send_to_anybody_here(world):
    send(world, "SUBMISSION", ADDRESS, "new@applicant.test", login=True)
    assert receive(world, "new@applicant.test")["Subject"] == "hello"


def test_submission_wants_tls_and_a_login(world):
    with pytest.raises(smtplib.SMTPException):
        send(world, "SUBMISSION", ADDRESS, "new@applicant.test")


@pytest.mark.parametrize("recipient, code", [("nobody-here@example.com", 550), ("later@example.com", 450)])
def test_addresses_that_misbehave(world, recipient, code):
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(world, "SMTP", "new@applicant.test", recipient)
    assert refused.value.recipients[recipient][0] == code


def test_nothing_gets_out(world):
    for port, login in (("SMTP", False), ("SUBMISSION", True)):
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            send(world, port, ADDRESS, "somebody@outside.org", login=login)


def test_a_mail_comes_back(world):
    send(world, "SMTP", "sender@applicant.test", "returned@example.com")
    assert receive(world, "sender@applicant.test").get_content_type() == "multipart/report"


FORGED = "Authentication-Results: mail.example.com; dmarc=pass header.from=forged.test\r\n"


def test_a_forged_proof_is_taken_out(world):
    send(world, "SMTP", "new@applicant.test", ADDRESS, FORGED)
    assert receive(world, ADDRESS)["Authentication-Results"] is None


def test_the_proven_port_stamps_its_own_proof(world):
    send(world, "PROVEN", "new@applicant.test", ADDRESS, FORGED)
    proofs = receive(world, ADDRESS).get_all("Authentication-Results")
    assert proofs == ["mail.example.com; dmarc=pass header.from=applicant.test"]


def test_people_administrators_and_the_daemon_log_in(world):
    env = world.env()
    passwords = world.record["passwords"]
    for dn, password in (
        (env["WORLD_E1_JINAN_DN"], env["WORLD_PASSWORD"]),
        (env["WORLD_ADMIN_DN"], env["WORLD_ADMIN_PASSWORD"]),
        ("cn=desk,ou=services," + env["WORLD_SUFFIX"], passwords["desk"]),
        ("cn=courier,ou=services," + env["WORLD_SUFFIX"], passwords["courier"]),
    ):
        assert whoami(world, dn, password).stdout.strip() == "dn:" + dn
    assert whoami(world, env["WORLD_E1_JINAN_DN"], "wrong").returncode == 49


@pytest.mark.parametrize("name", ["slapd", "dovecot", "postfix"])
def test_a_killed_server_comes_back_on_its_port(world, name):
    world.kill_server(name)
    assert world.pids(name) == []
    world.restart_server(name)
    assert world.pids(name)
    test_any_address_has_a_mailbox(world)
    test_people_administrators_and_the_daemon_log_in(world)


def test_stop_ends_everything_and_start_resumes(directory):
    world = World(directory, daemon=False)
    world.start()
    pids = [pid for name in world.running for pid in world.pids(name)]
    env = world.env()
    with pytest.raises(Failed, match="runs .* already"):
        World(world.directory, daemon=False).start()
    found = World.open(world.directory)
    assert {name: found.pids(name)[0] for name in found.running} == {name: world.pids(name)[0] for name in world.running}
    World(world.directory).stop()
    assert not any(os.path.exists(f"/proc/{pid}/exe") for pid in pids)
    assert not os.path.exists(world.environment_file)
    world.stop()
    world.start()
    assert world.env()["WORLD_PASSWORD"] == env["WORLD_PASSWORD"]
    world.stop()


def test_after_a_crash_of_everything_start_begins_anew(directory):
    world = World(directory, daemon=False, memory=True)
    world.start()
    for name in list(world.running):
        os.kill(world.running[name].pid, signal.SIGKILL)
        world.running[name].kill()
    left = world.pids("dovecot")
    again = World(directory, daemon=False, memory=True)
    again.start()
    assert not set(left) & {pid for name in again.running for pid in again.pids(name)}
    assert not any(os.path.exists(f"/proc/{pid}/exe") for pid in left)
    root = again.record["root"]
    again.stop()
    assert not os.path.exists(root)


@pytest.mark.parametrize("name", ["slapd", "dovecot"])
def test_what_a_killed_starter_has_begun_is_ended(directory, name):
    """Killed while a server comes up, with others up already."""
    program = (
        "import os, signal, sys; from process import Process; from world import World\n"
        "def dying(wait):\n"
        f"    return lambda self, *more: os.kill(os.getpid(), signal.SIGKILL) if self.name == {name!r} else wait(self, *more)\n"
        "Process.wait_port, Process.wait_socket = dying(Process.wait_port), dying(Process.wait_socket)\n"
        "World(sys.argv[1], daemon=False).start()"
    )
    done = subprocess.run([sys.executable, "-c", program, str(directory)], cwd=os.path.dirname(__file__), check=False)
    assert done.returncode == -signal.SIGKILL
    world = World(directory, daemon=False)
    world.stop()
    root = world.record["root"]
    assert [pid for pid in os.listdir("/proc") if pid.isdigit() and root in command_line(pid)] == []


def command_line(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def test_a_long_path_has_its_sockets_elsewhere(tmp_path):
    with World(tmp_path / ("long" * 30), daemon=False) as world:
        assert whoami(world, world.env()["WORLD_E1_JINAN_DN"], world.env()["WORLD_PASSWORD"]).returncode == 0
        run = world.record["run"]
    assert not os.path.exists(run)


def test_a_sink_keeps_what_the_daemon_sends(tmp_path):
    with World(tmp_path, daemon=False, sink=True, memory=True) as world:
        with smtplib.SMTP("127.0.0.1", int(world.env()["WORLD_SUBMISSION_PORT"])) as server:
            server.sendmail(ADDRESS, ["new@applicant.test"], "Subject: token\r\n\r\n..body\r\n")
        [name] = os.listdir(world.env()["WORLD_SINK"])
        with open(os.path.join(world.env()["WORLD_SINK"], name), encoding="ascii") as file:
            assert "Subject: token\n" in file.read().replace("\r", "")
