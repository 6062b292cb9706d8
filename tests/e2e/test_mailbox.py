"""The mailbox on a real Dovecot, and on IMAP servers that do what real ones were seen to do."""

import os
import pathlib
import threading

import pytest

from mail_servers import ADDRESS, PASSWORD, Certificates, Closed, Dovecot, Driver, ImapScript, Scripted, hang_up, place

SMALL = b"From: someone@example.com\r\nSubject: small\r\n\r\nhello\r\n"
HOSTILE = (
    b"Subject: hostile\r\n\r\nA005 OK FETCH completed\r\n* BYE\r\n+ idling\r\n)\r\n* 1 EXPUNGE\r\n.\r\n..\r\n{5}\r\n"
    b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n" + b"x" * 70000 + b"\r\n" + "中文".encode("gb18030") + b"\r\nA006 BAD no\r\n"
)
PLENTY = 10**9


@pytest.fixture
def where():
    with place() as made:
        yield made


@pytest.fixture
def dovecot(where):
    with Dovecot(where, more="auth_failure_delay = 0\n") as server:
        yield server


@pytest.fixture
def plain_dovecot(where):
    """A server that has nothing but RFC 3501."""
    with Dovecot(where, more="imap_capability = IMAP4rev1\n") as server:
        yield server


@pytest.fixture
def mailbox():
    with Driver("driver_mailbox") as driver:
        yield driver


def open_on(mailbox, server, url=None, starttls=1, user=ADDRESS, password=None, ca="", folders=("Processed", "Quarantine")):
    return mailbox("open", url or server.url(), user, password or server.password_file, ca or server.ca_file, starttls, *folders)


def fetch(mailbox, most=50, octets=PLENTY):
    return mailbox("fetch", most, octets)["items"]


def fetch_bodies(mailbox, folder, most=50, octets=PLENTY):
    items = mailbox("fetch", most, octets, folder)["items"]
    return [pathlib.Path(folder, str(number)).read_bytes() for number in range(len(items))]


def file(mailbox, folder, items):
    return mailbox("file", folder, *[item["id"] for item in items])


def wait(mailbox):
    return mailbox("wait", 10000)


# --- login ---


@pytest.mark.parametrize("scheme, starttls", [("imap", 0), ("imap", 1), ("imaps", 0)])
def test_logs_in(dovecot, mailbox, scheme, starttls):
    assert open_on(mailbox, dovecot, dovecot.url(scheme), starttls) == {"open": True, "watch_seconds": 240}


def test_refusals_say_what_to_do(dovecot, mailbox, where):
    wrong = where.path("wrong")
    pathlib.Path(wrong).write_text("not the password\n")
    empty = where.path("empty")
    pathlib.Path(empty).write_text("\nsecond line\n")
    secret_url = dovecot.url().replace("//", "//user:secret@")
    cases = [
        (dict(password=wrong), "AUTHENTICATIONFAILED"),
        (dict(password=empty), "first line is empty"),
        (dict(password="/nowhere/password"), "/nowhere/password"),
        (dict(ca="-"), "certificate"),
        (dict(ca="/nowhere/ca.pem"), "ca.pem"),
        (dict(url=dovecot.url("imaps"), ca="-"), "certificate"),
        (dict(url=secret_url), "has a user or password in it"),
        (dict(url=dovecot.url().replace("INBOX", "Missing")), "SELECT 'Missing'"),
        (dict(folders=("Pro\tcessed", "Quarantine")), "cannot name a folder"),
    ]
    for options, words in cases:
        answer = open_on(mailbox, dovecot, **options)
        assert answer["fault"] == "refused", (options, answer)
        assert words in answer["message"], (options, answer)
        assert "secret" not in answer["message"] and PASSWORD not in answer["message"]


def test_nobody_there(mailbox, where):
    certificates = Certificates(where)
    certificates.make()
    answer = mailbox("open", "imap://127.0.0.1:9/INBOX", "a", certificates.authority, certificates.authority, 0, "P", "Q")
    assert answer["fault"] == "away"


# --- a mailbox's life ---


def test_takes_the_oldest_first_and_leaves_no_trace(dovecot, mailbox, where):
    for number in range(7):
        dovecot.deliver(b"Subject: %d\n\nbody %d\n" % (number, number))
    open_on(mailbox, dovecot)
    first = fetch_bodies(mailbox, where.directory, most=3)
    assert first == [b"Subject: %d\r\n\r\nbody %d\r\n" % (number, number) for number in range(3)]
    assert fetch_bodies(mailbox, where.directory, most=3) == first
    assert [len(fetch(mailbox, octets=octets)) for octets in (0, 1, 23, 46, 47, PLENTY)] == [1, 1, 1, 2, 2, 7]
    assert not any(":2,S" in path.name for path in (dovecot.maildir / "cur").iterdir())


def test_hostile_bodies_arrive_unharmed(dovecot, mailbox, where):
    for message in (HOSTILE, SMALL, HOSTILE):
        dovecot.deliver(message)
    open_on(mailbox, dovecot)
    assert fetch_bodies(mailbox, where.directory) == [HOSTILE, SMALL, HOSTILE]


def test_files_into_folders_that_it_makes(dovecot, mailbox):
    for number in range(6):
        dovecot.deliver(b"Subject: %d\n\n" % number)
    assert open_on(mailbox, dovecot, folders=("已处理&done", "Quarantine"))["open"]
    items = fetch(mailbox)
    assert file(mailbox, "processed", items[0:2] + items[3:4]) == {"filed": 3}
    assert file(mailbox, "quarantine", items[2:3]) == {"filed": 1}
    assert dovecot.folder(".&XfJZBHQG-&-done") == [b"Subject: %d\n\n" % number for number in (0, 1, 3)]
    assert dovecot.folder(".Quarantine") == [b"Subject: 2\n\n"]
    assert fetch(mailbox) == items[4:]
    assert file(mailbox, "processed", items) == {"filed": 6}  # four of them are gone
    assert dovecot.folder() == []
    assert mailbox("close") == {"closed": True}
    assert open_on(mailbox, dovecot, folders=("已处理&done", "Quarantine"))["open"]


def close_folder(folder, mode):
    for part in ("", "cur", "new", "tmp"):
        os.chmod(folder / part, mode)


@pytest.mark.parametrize("kind", ["dovecot", "plain_dovecot"])
def test_what_cannot_be_filed_is_passed_over_and_filed_later(request, mailbox, kind):
    """The folder is full or closed: what stays in the inbox does not stand before the mails behind it."""
    server = request.getfixturevalue(kind)
    for number in range(4):
        server.deliver(b"Subject: %d\n\n" % number)
    open_on(mailbox, server)
    first = fetch(mailbox, most=2)
    close_folder(server.maildir / ".Processed", 0o500)
    assert file(mailbox, "processed", first) == {"filed": 2}
    second = fetch(mailbox, most=2)
    assert [item["id"] for item in second] and not {item["id"] for item in first} & {item["id"] for item in second}
    assert len(server.folder()) == 4
    close_folder(server.maildir / ".Processed", 0o700)
    assert file(mailbox, "processed", second) == {"filed": 2}
    assert len(server.folder(".Processed")) == 4 and server.folder() == []


def test_of_another_uidvalidity_nothing_is_moved(dovecot, mailbox):
    dovecot.deliver(SMALL)
    open_on(mailbox, dovecot)
    (item,) = fetch(mailbox)
    validity, uid = item["id"].split("/")
    assert mailbox("file", "processed", f"{int(validity) + 1}/{uid}", "rubbish", f"{validity}/", "/1") == {"filed": 4}
    assert fetch(mailbox) == [item]


def test_large_messages_give_their_header(dovecot, mailbox, where):
    dovecot.deliver(b"Subject: large\n\n" + b"x" * 78 * 130000)
    dovecot.deliver(SMALL)
    dovecot.deliver(b"X: y\n" * 20000 + b"\n" + b"z" * 9000000)
    open_on(mailbox, dovecot)
    items = fetch(mailbox)
    assert [item["header_only"] for item in items] == [True, False, True]
    assert items[0]["size"] > 10_000_000 and items[0]["kept"] == 18 and items[2]["kept"] == 65536
    assert fetch_bodies(mailbox, where.directory)[0] == b"Subject: large\r\n\r\n"
    assert file(mailbox, "quarantine", items) == {"filed": 3}


def test_deleted_messages_are_passed_over(dovecot, mailbox):
    for number in range(130):
        dovecot.deliver(SMALL)
        name = sorted(os.listdir(dovecot.maildir / "new"))[0]
        (dovecot.maildir / "new" / name).rename(dovecot.maildir / "cur" / (name + ":2,ST"))
    dovecot.deliver(b"Subject: last\n\n")
    open_on(mailbox, dovecot)
    assert [item["size"] for item in fetch(mailbox, most=20)] == [17]


def test_thousands_waiting_cost_no_memory(dovecot, mailbox):
    message = SMALL + b"x" * 20000 + b"\r\n"
    for _ in range(100):
        dovecot.deliver(message)
    open_on(mailbox, dovecot)
    few = mailbox("empty", 50, 4_000_000)
    for _ in range(3000):
        dovecot.deliver(message)
    many = mailbox("empty", 50, 4_000_000)
    assert (few["count"], many["count"]) == (100, 3000)
    assert many["peak_kb"] < few["peak_kb"] + 1500
    assert len(dovecot.folder(".Processed")) == 3100


# --- watching ---


def test_idle_wakes_at_once(dovecot, mailbox):
    open_on(mailbox, dovecot)
    for _ in range(3):
        assert fetch(mailbox) == []
        mailbox("watch")
        mailbox.begin("wait", 10000)
        dovecot.deliver(SMALL)
        assert mailbox.end() == {"readable": True, "stirred": True}
        items = fetch(mailbox)
        assert len(items) == 1
        file(mailbox, "processed", items)


def test_what_came_before_the_watch_is_not_slept_over(dovecot, mailbox):
    open_on(mailbox, dovecot)
    assert fetch(mailbox) == []
    dovecot.deliver(SMALL)
    mailbox("watch")
    assert wait(mailbox)["stirred"]
    mailbox("watch")
    mailbox("watch")
    assert len(fetch(mailbox)) == 1


def test_server_killed_while_watching(dovecot, mailbox):
    open_on(mailbox, dovecot)
    mailbox("watch")
    dovecot.process.kill(whole=True)
    assert wait(mailbox)["fault"] == "away"
    mailbox("close")
    assert open_on(mailbox, dovecot)["fault"] == "away"
    dovecot.process = dovecot.server.start()
    assert open_on(mailbox, dovecot)["open"]


# --- servers without MOVE, UIDPLUS and IDLE ---


def test_moves_by_copy(plain_dovecot, mailbox):
    for number in range(4):
        plain_dovecot.deliver(b"Subject: %d\n\n" % number)
    open_on(mailbox, plain_dovecot)
    items = fetch(mailbox)
    assert file(mailbox, "processed", items[:3]) == {"filed": 3}
    assert plain_dovecot.folder(".Processed") == [b"Subject: %d\n\n" % number for number in range(3)]
    assert plain_dovecot.folder() == [b"Subject: 3\n\n"]


def test_what_others_deleted_is_not_expunged(plain_dovecot, mailbox):
    plain_dovecot.deliver(b"Subject: deleted by a person\n\n")
    (name,) = os.listdir(plain_dovecot.maildir / "new")
    (plain_dovecot.maildir / "new" / name).rename(plain_dovecot.maildir / "cur" / (name + ":2,T"))
    plain_dovecot.deliver(SMALL)
    open_on(mailbox, plain_dovecot)
    items = fetch(mailbox)
    assert file(mailbox, "processed", items) == {"filed": 1}
    assert len(plain_dovecot.folder(".Processed")) == 1 and len(plain_dovecot.folder()) == 2
    assert fetch(mailbox) == []


def test_polls_where_there_is_no_idle(plain_dovecot, mailbox):
    open_on(mailbox, plain_dovecot)
    assert fetch(mailbox) == []
    mailbox("watch")
    plain_dovecot.deliver(SMALL)
    assert wait(mailbox) == {"readable": True, "stirred": True}
    assert len(fetch(mailbox)) == 1


# --- servers as they were seen, and worse ---


@pytest.fixture
def scripted(where, mailbox):
    """Open the mailbox on a server with this script; the script is given back."""
    password = where.path("password")
    pathlib.Path(password).write_text(PASSWORD)
    servers = []

    def start(script, want="open"):
        server = Scripted(script)
        server.__enter__()
        servers.append(server)
        answer = mailbox("open", f"imap://127.0.0.1:{server.port}/INBOX", ADDRESS, password, "-", 0, "Processed", "Quarantine")
        assert want in answer or answer["fault"] == want, answer
        return script

    yield start
    for server in servers:
        server.__exit__()


def goodbye(connection, *_):
    connection.say("* BYE too many connections")
    raise Closed


def commands(script):
    return [command for command, _ in script.heard]


def test_says_who_it_is_before_select(scripted):
    def select(connection, tag, arguments):
        if "ID" not in commands(script):
            connection.say(f"{tag} NO SELECT Unsafe Login. Please contact kefu@188.com for help")
        else:
            script.select(connection, tag, arguments)

    script = ImapScript(say={"SELECT": select})
    scripted(script)
    assert commands(script)[:4] == ["CAPABILITY", "AUTHENTICATE", "CAPABILITY", "ID"]


def test_does_not_say_id_unasked(scripted):
    script = scripted(ImapScript(offers="CAPABILITY IMAP4rev1 AUTH=PLAIN"))
    assert "ID" not in commands(script)


@pytest.mark.parametrize(
    "say, want",
    [
        ({"AUTHENTICATE": ["TAG NO [AUTHENTICATIONFAILED] no"]}, "refused"),
        ({"AUTHENTICATE": ["TAG NO [UNAVAILABLE] the directory is down"]}, "away"),
        ({"AUTHENTICATE": goodbye}, "away"),
        ({"AUTHENTICATE": hang_up}, "away"),
        ({"SELECT": ["* 0 EXISTS", "* OK [UIDVALIDITY 7] fine", "TAG OK [READ-ONLY] selected"]}, "refused"),
        ({"SELECT": ["* 0 EXISTS", "TAG OK [READ-WRITE] selected"]}, "refused"),
        ({"SELECT": ["TAG NO [INUSE] locked"]}, "away"),
        ({"SELECT": hang_up}, "away"),
        ({"STATUS": ["TAG NO no such mailbox"], "CREATE": ["TAG NO not allowed"]}, "refused"),
        ({"STATUS": ["TAG NO no such mailbox"], "CREATE": ["TAG NO [OVERQUOTA] full"]}, "away"),
        ({"STATUS": ["TAG NO no such mailbox"], "SUBSCRIBE": ["TAG BAD what?"]}, "open"),
        ({"ID": ["TAG BAD what?"]}, "open"),
        ({"ID": ["* ID NIL", "* OK {3}", "TAG OK {3}"]}, "open"),
    ],
)
def test_faults_at_login(scripted, say, want):
    scripted(ImapScript(say=say), want)


def test_starttls_is_never_done_without(where, mailbox):
    with Scripted(ImapScript()) as server:
        password = where.path("password")
        pathlib.Path(password).write_text(PASSWORD)
        answer = mailbox("open", f"imap://127.0.0.1:{server.port}/", ADDRESS, password, "-", 1, "P", "Q")
    assert answer["fault"] == "refused"
    assert "AUTHENTICATE" not in commands(server.talk)


def test_news_at_any_time(scripted, mailbox):
    """EXISTS, EXPUNGE, FETCH and OK come whenever the server likes; in the end the count is right."""

    def uid_fetch(connection, tag, arguments):
        script.messages.append((9, SMALL))
        connection.say("* 3 EXISTS", "* 1 FETCH (FLAGS (\\Seen))", "* 2 RECENT", "* OK [ALERT] {12}")
        script.uid_fetch(connection, tag, arguments)

    script = scripted(ImapScript([(5, SMALL), (7, HOSTILE)], say={"UID FETCH": uid_fetch}))
    items = fetch(mailbox)
    assert [item["id"] for item in items] == ["77/5", "77/7"]
    file(mailbox, "processed", items)
    script.say = {}
    assert [item["id"] for item in fetch(mailbox)] == ["77/9"]


def test_body_that_guessed_our_tag(scripted, mailbox, where):
    def uid_fetch(connection, tag, arguments):
        script.messages = [(5, f"Subject: x\r\n\r\n{tag} OK done\r\n{tag} NO done\r\n".encode())]
        script.uid_fetch(connection, tag, arguments)

    script = scripted(ImapScript([(5, SMALL)], say={"UID FETCH": uid_fetch}))
    (body,) = fetch_bodies(mailbox, where.directory)
    assert body == script.messages[0][1]
    assert mailbox("file", "processed", "77/5") == {"filed": 1}


@pytest.mark.parametrize("told", [0, 10, 10**7])
def test_sizes_that_are_lies(scripted, mailbox, told):
    large = b"Subject: large\r\n\r\n" + b"x" * 9_000_000

    def lie(connection, tag, arguments):
        for number, (uid, _) in enumerate(script.messages, 1):
            connection.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {told} FLAGS ())")
        connection.say(f"{tag} OK fetched")

    def header(connection, tag, arguments):
        if "HEADER" not in arguments:
            script.uid_fetch(connection, tag, arguments)
            return
        for uid in script.uids(arguments.split(" ")[0]):
            connection.say(f"* 1 FETCH (UID {uid} BODY[HEADER]<0> {{18}}\r\nSubject: large\r\n\r\n)")
        connection.say(f"{tag} OK fetched")

    script = scripted(ImapScript([(5, large), (6, large)], say={"FETCH": lie, "UID FETCH": header}))
    items = fetch(mailbox)
    assert [(item["kept"], item["header_only"]) for item in items] == [(18, True)] * 2


def test_more_than_was_told_does_not_fill_memory(scripted, mailbox):
    """Fifty messages of 4 MB that are said to have 10 octets: what does not fit comes with the next."""
    large = b"Subject: large\r\n\r\n" + b"x" * 4_000_000

    def lie(connection, tag, arguments):
        for number, (uid, _) in enumerate(script.messages, 1):
            connection.say(f"* {number} FETCH (UID {uid} RFC822.SIZE 10 FLAGS ())")
        connection.say(f"{tag} OK fetched")

    script = scripted(ImapScript([(uid, large) for uid in range(1, 51)], say={"FETCH": lie}))
    items = fetch(mailbox, octets=1000)
    assert 1 <= len(items) <= 3
    assert [item["id"] for item in items] == [f"77/{uid}" for uid in range(1, len(items) + 1)]


def test_message_that_the_server_cannot_read(scripted, mailbox):
    """One bad message spoils the answer for its set; it stays, all others come."""

    def uid_fetch(connection, tag, arguments):
        wanted = list(script.uids(arguments.split(" ")[0]))
        if 6 in wanted:
            connection.say(f"{tag} NO [SERVERBUG] Some messages could not be FETCHed")
        else:
            script.uid_fetch(connection, tag, arguments)

    script = scripted(ImapScript([(5, SMALL), (6, SMALL), (7, SMALL)], say={"UID FETCH": uid_fetch}))
    items = fetch(mailbox)
    assert [item["id"] for item in items] == ["77/5", "77/7"]
    file(mailbox, "processed", items)
    assert fetch(mailbox) == []
    script.messages.append((8, SMALL))
    script.say["NOOP"] = ["* 2 EXISTS", "TAG OK"]
    assert [item["id"] for item in fetch(mailbox)] == ["77/8"]


@pytest.mark.parametrize(
    "command, fault",
    [
        ("FETCH", hang_up),
        ("FETCH", ["* 1 FETCH (UID 5 RFC822.SIZE 10", "* BYE shutting down"]),
        ("FETCH", ["TAG NO [SERVERBUG] no"]),
        ("UID FETCH", hang_up),
        ("UID FETCH", ["* BYE shutting down"]),
        ("UID FETCH", ["* 1 FETCH (UID 5 \0)", "TAG OK done"]),
        ("UID FETCH", ["* 1 FETCH (UID 5 BODY[] {1000}", "and then nothing", ""]),
        ("UID FETCH", ["* " + "x" * 300000]),
        ("UID FETCH", ["220 mail.example.com ESMTP"]),
    ],
)
def test_faults_while_fetching(scripted, mailbox, command, fault):
    def talk(connection, tag, arguments):
        if callable(fault):
            fault(connection)
        connection.say(*[line.replace("TAG", tag) for line in fault])
        raise Closed

    scripted(ImapScript([(5, SMALL)], say={command: talk}))
    assert mailbox("fetch", 50, PLENTY).get("fault") == "away"


def test_killed_in_the_middle_of_a_body(scripted, mailbox):
    def talk(connection, tag, _):
        connection.send(b"* 1 FETCH (UID 5 BODY[] {1000000}\r\n" + b"x" * 500_000)
        raise Closed

    scripted(ImapScript([(5, b"x" * 1_000_000)], say={"UID FETCH": talk}))
    assert mailbox("fetch", 50, PLENTY)["fault"] == "away"


@pytest.mark.parametrize(
    "move, found, want",
    [
        (["TAG NO nothing matches"], "* SEARCH", "filed"),
        (["TAG NO [OVERQUOTA] full"], "* SEARCH 5", "filed"),
        (["TAG NO [TRYCREATE] no such mailbox"], "* SEARCH 5", "away"),
        (["TAG NO [NOPERM] not yours"], "* SEARCH 5", "filed"),
        (["TAG BAD what?"], "* SEARCH 5", "away"),
        (hang_up, "", "away"),
        (["* BYE good night"], "", "away"),
    ],
)
def test_faults_while_filing(scripted, mailbox, move, found, want):
    scripted(ImapScript([(5, SMALL)], say={"UID MOVE": move, "UID SEARCH": [found, "TAG OK done"]}))
    answer = mailbox("file", "processed", "77/5")
    assert want in answer or answer["fault"] == want


def idle_that_says(*lines):
    """An IDLE that says these lines once the test lets it, and what then comes it does not mind."""
    go = threading.Event()

    def idle(connection, tag, _):
        connection.say("+ idling")
        go.wait(10)
        connection.say(*[line.replace("TAG", tag) for line in lines])
        if not lines[-1].startswith("TAG") and connection.line() == "DONE":
            connection.say(f"{tag} OK idled")

    return go, idle


def test_noise_does_not_wake(scripted, mailbox):
    go, idle = idle_that_says("* OK Still here", "* 0 RECENT", "* 1 EXPUNGE")
    scripted(ImapScript([(5, SMALL)], say={"IDLE": idle}))
    fetch(mailbox)
    mailbox("watch")
    go.set()
    assert wait(mailbox) == {"readable": True, "stirred": False}
    assert fetch(mailbox) is not None


def test_goodbye_while_watching(scripted, mailbox):
    go, idle = idle_that_says("* BYE Autologout; idle for too long")
    scripted(ImapScript(say={"IDLE": idle}))
    mailbox("watch")
    go.set()
    answer = wait(mailbox)
    assert answer["fault"] == "away" and "Autologout" in answer["message"]


def test_server_that_ends_idle_by_itself(scripted, mailbox):
    """It is not asked for IDLE again and again."""
    go, idle = idle_that_says("TAG OK enough")
    script = scripted(ImapScript([(5, SMALL)], say={"IDLE": idle}))
    assert len(fetch(mailbox)) == 1
    mailbox("watch")
    go.set()
    assert wait(mailbox)["stirred"]
    assert len(fetch(mailbox)) == 1
    mailbox("watch")
    assert wait(mailbox) == {"readable": True, "stirred": False}
    assert commands(script).count("IDLE") == 1 and commands(script)[-1] == "NOOP"


def test_idle_refused_means_polling(scripted, mailbox):
    script = scripted(ImapScript(say={"IDLE": ["TAG NO not today"], "NOOP": ["* 1 EXISTS", "TAG OK"]}))
    assert mailbox("watch") == {"watching": True}
    assert wait(mailbox) == {"readable": True, "stirred": True}
    assert commands(script)[-1] == "NOOP"
