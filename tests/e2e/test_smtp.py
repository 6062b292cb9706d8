"""Mail out to servers that take it, refuse it or fall at every step, and to a real one over TLS."""

import pathlib
import random
import threading

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult

from mail_servers import Certificates, Driver, Scripted, SmtpScript, choose_ports, hang_up, place

MESSAGE = b"From: countersign@example.com\r\nSubject: x\r\n\r\nhello\r\n"


@pytest.fixture
def where():
    with place() as made:
        pathlib.Path(made.path("message")).write_bytes(MESSAGE)
        pathlib.Path(made.path("password")).write_text("a password\nanother line\n")
        yield made


@pytest.fixture
def smtp():
    with Driver("driver_smtp") as driver:
        yield driver


def open_on(smtp, port, where, login=False, starttls=0, connections=4, ca="-", scheme="smtp"):
    user = ("desk@example.com", where.path("password")) if login else ("-", "-")
    assert smtp("open", f"{scheme}://127.0.0.1:{port}", *user, ca, starttls, connections)["open"]


def send(smtp, where, *recipients, sender="countersign@example.com", message="message"):
    return smtp("send", sender, where.path(message), *(recipients or ["city@example.com"]))


def outcomes(answer):
    return [job["outcome"] for job in answer["jobs"]]


# --- one message, one fault at each step: what becomes of it, how often the server was tried, what the fault was ---

STEPS = [
    # the server is not ready, or about to refuse us whatever we send
    ("GREETING", "421 too busy", "later", "away"),
    ("GREETING", "554 go away", "later", "refused"),
    ("GREETING", hang_up, "later", "away"),
    ("EHLO", "421 too busy", "later", "away"),
    ("EHLO", hang_up, "later", "away"),
    ("AUTH", "535 wrong password", "later", "refused"),
    ("AUTH", "454 temporary failure", "later", "away"),
    ("AUTH", hang_up, "later", "away"),
    ("MAIL", "530 authentication required", "later", "refused"),
    ("MAIL", "538 encryption required", "later", "refused"),
    ("RCPT", "454 not now", "later", "away"),
    # this message
    ("MAIL", "451 not now", "later", ""),
    ("MAIL", "421 closing", "later", ""),
    ("MAIL", "552 too large", "never", ""),
    ("MAIL", "550 not this sender", "never", ""),
    ("MAIL", hang_up, "later", ""),
    ("RCPT", "450 mailbox busy", "later", ""),
    ("RCPT", "550 no such user", "never", ""),
    ("RCPT", "421 closing", "later", ""),
    ("RCPT", hang_up, "later", ""),
    ("DATA", "451 not now", "later", ""),
    ("DATA", "554 no", "never", ""),
    ("DATA", hang_up, "later", ""),
    ("DOT", "451 not now", "later", ""),
    ("DOT", "421 closing", "later", ""),
    ("DOT", "554 rejected by content", "never", ""),
    ("DOT", "552 too much", "never", ""),
    ("DOT", hang_up, "unknown", ""),
    ("DOT", "251 fine too", "accepted", ""),
]


@pytest.mark.parametrize("step, answer, outcome, fault", STEPS)
def test_fault_at_each_step(smtp, where, step, answer, outcome, fault):
    with Scripted(SmtpScript({step: [answer]})) as server:
        open_on(smtp, server.port, where, login=True)
        sent = send(smtp, where)
    assert outcomes(sent) == [outcome], sent
    assert sent["fault"] == fault, sent
    if isinstance(answer, str) and not fault:
        assert sent["jobs"][0]["code"] == int(answer[:3]) and sent["jobs"][0]["said"] == answer
    if isinstance(answer, str) and fault:
        assert answer in sent["message"]


@pytest.mark.parametrize("step, answer, outcome, fault", [row for row in STEPS if not row[3]])
def test_fault_on_a_used_connection(smtp, where, step, answer, outcome, fault):
    """The second message meets it. What fell before anything was said is said again at once, on a fresh connection."""
    script = SmtpScript({step: [None, answer, None]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=1)
        assert outcomes(send(smtp, where)) == ["accepted"]
        sent = send(smtp, where)
        at_once = (step, answer) in [("MAIL", hang_up), ("MAIL", "421 closing"), ("RCPT", "421 closing")]
        assert outcomes(sent) == ["accepted" if at_once else outcome], sent
        assert sent["fault"] == ""
        assert outcomes(send(smtp, where)) == ["accepted"]
    assert len(script.bodies) == 2 + (at_once or outcome == "accepted")


def test_a_server_that_always_falls_is_not_tried_for_ever(smtp, where):
    script = SmtpScript({"MAIL": [None, hang_up]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=1)
        assert outcomes(send(smtp, where)) == ["accepted"]
        assert outcomes(send(smtp, where)) == ["later"]
    assert script.connections == 2


def test_one_refusal_does_not_touch_the_others(smtp, where):
    replies = [None, "550 no such user", None, "450 busy", None, "550 no such user", None]
    script = SmtpScript({"RCPT": replies})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=1)
        sent = send(smtp, where, *[f"user{number}@example.com" for number in range(7)])
    assert outcomes(sent) == ["accepted", "never", "accepted", "later", "accepted", "never", "accepted"]
    assert sent["fault"] == ""


def test_wrong_password_is_tried_once(smtp, where):
    script = SmtpScript({"AUTH": ["535 5.7.8 no"]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, login=True, connections=8)
        sent = send(smtp, where, *[f"user{number}@example.com" for number in range(50)])
    assert set(outcomes(sent)) == {"later"} and sent["fault"] == "refused"
    assert script.connections == 1


def test_nobody_there(smtp, where):
    with Scripted(SmtpScript()) as server:
        port = server.port
    open_on(smtp, port, where, connections=8)
    sent = send(smtp, where, *[f"user{number}@example.com" for number in range(50)])
    assert set(outcomes(sent)) == {"later"} and sent["fault"] == "away"


def test_server_that_bears_two_connections(smtp, where):
    """Further ones are turned away: the two carry everything."""
    script = SmtpScript({"GREETING": [None, None, "421 too many connections"]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=8)
        sent = send(smtp, where, *[f"user{number}@example.com" for number in range(50)])
        assert set(outcomes(sent)) == {"accepted"} and sent["fault"] == ""
    assert len(script.bodies) == 50


def test_one_slow_answer_holds_up_no_other_message(smtp, where):
    """The server does not say yes to the second before it has all others."""
    all_there = threading.Event()

    def usual(connection):
        if len(script.bodies) == 10:
            all_there.set()
        connection.say("250 fine")

    script = SmtpScript({"DOT": [usual, lambda connection: connection.say("250 at last" if all_there.wait(20) else "451 it was alone"), usual]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=2)
        assert outcomes(send(smtp, where, *["city@example.com"] * 10)) == ["accepted"] * 10


def test_server_that_goes_away_half_way(smtp, where):
    script = SmtpScript({"MAIL": [None] * 20 + [hang_up], "GREETING": [None] * 4 + [hang_up]})
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=4)
        sent = send(smtp, where, *[f"user{number}@example.com" for number in range(60)])
    assert outcomes(sent).count("accepted") == len(script.bodies) == 20
    assert set(outcomes(sent)) == {"accepted", "later"}
    assert sent["fault"] == "away"


def test_restarted_server_is_found_again(smtp, where):
    script = SmtpScript()
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=2)
        for _ in range(3):
            assert outcomes(send(smtp, where, *["city@example.com"] * 6)) == ["accepted"] * 6
            for connection in server.connections:
                connection.interrupt()
    assert len(script.bodies) == 18


# --- envelopes ---


def test_envelope(smtp, where):
    script = SmtpScript()
    with Scripted(script) as server:
        open_on(smtp, server.port, where)
        assert outcomes(send(smtp, where, "city@example.com", sender="-")) == ["accepted"]
        assert outcomes(send(smtp, where, "city+token.abc=1@example.com")) == ["accepted"]
    lines = [line for line in script.heard if line[:4] in ("MAIL", "RCPT")]
    assert lines[0].startswith("MAIL FROM:<> ") or lines[0] == "MAIL FROM:<>"
    assert lines[1] == "RCPT TO:<city@example.com>"
    assert lines[2].startswith("MAIL FROM:<countersign@example.com>")
    assert lines[3] == "RCPT TO:<city+token.abc=1@example.com>"


def test_addresses_that_would_be_commands(smtp, where):
    script = SmtpScript()
    bad = ["a@b>\r\x0bRCPT", "<a@example.com>", "a@example.com\tx", "x" * 260 + "@example.com", "a>b@example.com", ""]
    with Scripted(script) as server:
        open_on(smtp, server.port, where)
        sent = send(smtp, where, *bad, "city@example.com")
    assert outcomes(sent) == ["never"] * len(bad) + ["accepted"]
    assert [line for line in script.heard if line.startswith("RCPT")] == ["RCPT TO:<city@example.com>"]


# --- bodies ---


def canonical(body):
    return body.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def awkward_bodies():
    yield b"Subject: x\n\n.\nMAIL FROM:<evil@example.com>\n..\n.a\n"
    yield b".\r\n.\r\n..\r\n"
    yield b"a\r.\r\n\r.\rb\n\r\n.\n\n.\n"
    yield b"no line end"
    yield b"ends in a dot line\r\n."
    yield b"\xff\xfe\x80 octets\r\n"
    # a line of one dot across every border of libcurl's buffers
    for size in (16384, 65536):
        for shift in range(-4, 3):
            yield b"x" * (size + shift - 2) + b"\r\n.\r\nMAIL FROM:<evil@example.com>\r\n"
    choices = random.Random(20261124)
    for _ in range(20):
        yield b"".join(choices.choice([b".", b"\r\n", b"\n", b"\r", b"a", b"." * 3, b"x" * 997]) for _ in range(400))


def test_bodies_arrive_unharmed(smtp, where):
    script = SmtpScript(offers=("8BITMIME",))
    with Scripted(script) as server:
        open_on(smtp, server.port, where, connections=1)
        for body in awkward_bodies():
            pathlib.Path(where.path("awkward")).write_bytes(body)
            assert outcomes(send(smtp, where, message="awkward")) == ["accepted"]
            want = canonical(body)
            want += b"" if want.endswith(b"\r\n") else b"\r\n"
            assert script.bodies.pop() == want
    assert not any("evil" in line for line in script.heard)


def test_large_message(smtp, where):
    body = MESSAGE + b"".join(b"%d %s\r\n" % (number, b"y" * 70) for number in range(80000))
    pathlib.Path(where.path("large")).write_bytes(body)
    script = SmtpScript()
    with Scripted(script) as server:
        open_on(smtp, server.port, where)
        assert outcomes(send(smtp, where, message="large")) == ["accepted"]
    assert script.bodies == [body]
    assert any(f"SIZE={len(body)}" in line for line in script.heard)


def test_server_that_falls_within_a_large_body(smtp, where):
    """The final dot was not yet said: later."""

    def swallow_some(connection):
        connection.file.read(100_000)
        hang_up(connection)

    pathlib.Path(where.path("large")).write_bytes(MESSAGE + b"y" * 78 * 200_000)
    with Scripted(SmtpScript({"BODY": [swallow_some]})) as server:
        open_on(smtp, server.port, where)
        sent = send(smtp, where, message="large")
    assert outcomes(sent) == ["later"] and sent["fault"] == ""


# --- connections and TLS ---


def test_connections_are_reused(smtp, where):
    script = SmtpScript()
    with Scripted(script) as server:
        open_on(smtp, server.port, where, login=True, connections=3)
        for _ in range(4):
            assert outcomes(send(smtp, where, *["city@example.com"] * 30)) == ["accepted"] * 30
    assert script.connections <= 3
    assert sum(line.startswith("AUTH") for line in script.heard) == script.connections


class Kept:
    """What aiosmtpd took, and whether it came over TLS and after a login."""

    def __init__(self):
        self.messages = []

    async def handle_DATA(self, server, session, envelope):
        self.messages.append((envelope.content, session.ssl is not None, session.authenticated))
        return "250 taken"


class Strict(Controller):
    def factory(self):
        return SMTP(
            self.handler,
            require_starttls=True,
            tls_context=self.context,
            auth_required=True,
            authenticator=lambda server, session, envelope, mechanism, data: AuthResult(
                success=(data.login, data.password) == (b"desk@example.com", b"a password")
            ),
        )


@pytest.fixture
def strict(where):
    """aiosmtpd, which takes mail only over TLS and after a login."""
    certificates = Certificates(where)
    certificates.make()
    controller = Strict(Kept(), hostname="127.0.0.1", port=choose_ports(["smtp"])["smtp"])
    controller.context = Scripted(None, certificates).context
    controller.certificates = certificates
    controller.start()
    yield controller
    controller.stop()


def test_starttls_and_login(smtp, where, strict):
    open_on(smtp, strict.port, where, login=True, starttls=1, ca=strict.certificates.authority)
    sent = send(smtp, where, *["city@example.com"] * 5)
    assert outcomes(sent) == ["accepted"] * 5, sent
    assert strict.handler.messages == [(MESSAGE, True, True)] * 5


def test_tls_is_required_and_checked(smtp, where, strict):
    cases = [
        dict(login=True, starttls=1, ca="-"),  # an authority that nobody knows
        dict(login=True, starttls=1, ca="/nowhere/ca.pem"),
        dict(login=True, starttls=0),  # the server offers no AUTH without TLS
        dict(login=False, starttls=1, ca=strict.certificates.authority),  # 530
    ]
    for options in cases:
        open_on(smtp, strict.port, where, **options)
        sent = send(smtp, where, *["city@example.com"] * 3)
        assert outcomes(sent) == ["later"] * 3, (options, sent)
        assert sent["fault"] == "refused", (options, sent)
        smtp("close")
    assert strict.handler.messages == []


def test_starttls_is_never_done_without(smtp, where):
    script = SmtpScript()
    with Scripted(script) as server:
        open_on(smtp, server.port, where, login=True, starttls=1)
        sent = send(smtp, where)
    assert sent["fault"] == "refused" and outcomes(sent) == ["later"]
    assert not any(line.startswith(("AUTH", "MAIL")) for line in script.heard)


def test_tls_from_the_start(smtp, where):
    def greet(connection):
        connection.start_tls()
        connection.say("220 hello")

    certificates = Certificates(where)
    certificates.make()
    script = SmtpScript({"GREETING": [greet]})
    with Scripted(script, certificates) as server:
        open_on(smtp, server.port, where, login=True, ca=certificates.authority, scheme="smtps")
        assert outcomes(send(smtp, where)) == ["accepted"]
        smtp("close")
        open_on(smtp, server.port, where, login=True, ca="-", scheme="smtps")
        assert send(smtp, where)["fault"] == "refused"


def test_options_that_are_wrong(smtp, where):
    for url, password in (("smtp://user:secret@127.0.0.1:25", "-"), ("not a url", "-"), ("smtp://127.0.0.1:25", "/nowhere/password")):
        answer = smtp("open", url.replace(" ", "%20"), "user", password, "-", 0, 4)
        assert not answer["open"] and answer["fault"] == "refused"
        assert "secret" not in answer["message"]
