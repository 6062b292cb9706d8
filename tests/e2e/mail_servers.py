"""Mail servers for one test: a private Dovecot, and an IMAP and an SMTP server that do what a script says."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "world"))

import dovecot  # noqa: E402
from certificates import Certificates  # noqa: E402
from place import Place, choose_ports, mail_user  # noqa: E402

ADDRESS = "countersign@example.com"
PASSWORD = "a password with spaces, \\ and \""


class Driver:
    """A driver program: every command is one line, every answer one JSON object."""

    def __init__(self, name):
        program = pathlib.Path(os.environ.get("DRIVERS", ROOT / "build" / "e2e")) / name
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, *words):
        self.begin(*words)
        return self.end()

    def begin(self, *words):
        self.process.stdin.write(" ".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()

    def end(self):
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(20) == 0


@contextlib.contextmanager
def place():
    """A directory that servers which start as root can deliver into; in memory, gone afterwards."""
    directory = tempfile.mkdtemp(prefix="mail-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.chmod(directory, 0o755)
    made = Place.make(directory, memory=False)
    try:
        yield made
    finally:
        made.clean()
        shutil.rmtree(directory)


class Dovecot:
    """`with Dovecot(place) as server`: the mailbox of ADDRESS; `more` is configuration that comes last and wins."""

    def __init__(self, where, more=""):
        self.certificates = Certificates(where)
        self.certificates.make()
        self.ports = choose_ports(dovecot.PORTS)
        self.server = dovecot.Dovecot(where, self.ports, self.certificates, "unused", ADDRESS)
        self.server.prepare()
        passwords = where.data("passwords")
        pathlib.Path(passwords).write_text(f"{ADDRESS}:{{PLAIN}}{PASSWORD}\n")
        text = pathlib.Path(self.server.configuration).read_text()
        text = text.replace("args = password=unused", f"args = {passwords}").replace("driver = static", "driver = passwd-file", 1)
        pathlib.Path(self.server.configuration).write_text(text + more)
        self.maildir = pathlib.Path(self.server.maildir(ADDRESS))
        self.ca_file = self.certificates.authority
        self.password_file = where.data("password")
        pathlib.Path(self.password_file).write_text(PASSWORD + "\n")
        self.number = 0
        self.process = None

    def __enter__(self):
        self.process = self.server.start()
        return self

    def __exit__(self, *_):
        self.process.stop()

    def url(self, scheme="imap"):
        return f"{scheme}://127.0.0.1:{self.ports[scheme]}/INBOX"

    def deliver(self, message):
        """Put a message into the INBOX as a delivery agent does: tmp/, then new/."""
        self.number += 1
        name = f"{1700000000 + self.number}.M{self.number}.test"
        temporary = self.maildir / "tmp" / name
        temporary.write_bytes(message)
        os.chown(temporary, mail_user().pw_uid, mail_user().pw_gid)
        temporary.rename(self.maildir / "new" / name)

    def folder(self, name=""):
        """The contents of a folder ("" is the INBOX), in the order of their file names."""
        where = self.maildir / name
        files = [path for part in ("new", "cur") for path in (where / part).iterdir()]
        return [path.read_bytes() for path in sorted(files, key=lambda path: path.name)]


class Scripted:
    """A server on loopback that runs `talk(connection)` in a thread for each connection, one after the other where it has to."""

    def __init__(self, talk, certificates=None):
        self.talk = talk
        self.context = None
        if certificates:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificates.certificate, certificates.key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.failures = []
        self.threads = []
        self.connections = []

    def __enter__(self):
        self.threads = [threading.Thread(target=self._serve, daemon=True)]
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self.connections:
            connection.interrupt()
        for thread in self.threads:
            thread.join(10)
        assert not self.failures, self.failures

    def _serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(Connection(connection, self.context))
            thread = threading.Thread(target=self._talk, args=self.connections[-1:], daemon=True)
            self.threads.append(thread)
            thread.start()

    def _talk(self, connection):
        try:
            self.talk(connection)
        except (OSError, Closed):
            pass
        except Exception as failure:  # reported by the test that owns the server
            self.failures.append(repr(failure))
        finally:
            connection.close()


class Closed(Exception):
    """The other side has hung up."""


class Connection:
    def __init__(self, sock, context):
        self.socket = sock
        self.context = context
        self.file = sock.makefile("rb")

    def line(self):
        line = self.file.readline()
        if not line:
            raise Closed
        return line.decode().rstrip("\r\n")

    def say(self, *lines):
        self.send("".join(line + "\r\n" for line in lines).encode())

    def send(self, octets):
        self.socket.sendall(octets)

    def start_tls(self):
        self.file.detach()
        self.socket = self.context.wrap_socket(self.socket, server_side=True)
        self.file = self.socket.makefile("rb")

    def interrupt(self):
        """Have whoever talks on it find it closed."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.interrupt()
        self.socket.close()
        with contextlib.suppress(ValueError):  # TLS failed half way
            self.file.close()  # only now is the connection closed


class ImapScript:
    """The talk of a small IMAP server. `messages` are (uid, octets); `say` maps a command ("SELECT", "UID FETCH") to a function
    (connection, tag, arguments) that speaks in its place, or to a list of lines in which TAG stands for the tag."""

    OFFERS = "CAPABILITY IMAP4rev1 IDLE MOVE UIDPLUS ID AUTH=PLAIN"

    def __init__(self, messages=(), say=None, offers=OFFERS):
        self.messages = list(messages)
        self.say = say or {}
        self.offers = offers
        self.heard = []

    def __call__(self, connection):
        connection.say("* OK hello")
        while True:
            tag, command, arguments = self._read(connection)
            self.heard.append((command, arguments))
            answer = self.say.get(command, getattr(self, command.replace(" ", "_").lower(), None))
            if callable(answer):
                answer(connection, tag, arguments)
            else:
                connection.say(*[line.replace("TAG", tag) for line in answer or ["TAG OK done"]])

    def _read(self, connection):
        tag, command, *rest = connection.line().split(" ", 2)
        command = command.upper()
        arguments = rest[0] if rest else ""
        if command == "UID":
            more, _, arguments = arguments.partition(" ")
            command += " " + more.upper()
        return tag, command, arguments

    @staticmethod
    def uids(numbers):
        for part in numbers.split(","):
            first, _, last = part.partition(":")
            yield from range(int(first), int(last or first) + 1)

    def capability(self, connection, tag, _):
        connection.say("* " + self.offers, f"{tag} OK done")

    def authenticate(self, connection, tag, arguments):
        if " " not in arguments:
            connection.say("+ ")
            connection.line()
        connection.say(f"{tag} OK logged in")

    def select(self, connection, tag, _):
        connection.say(f"* {len(self.messages)} EXISTS", "* OK [UIDVALIDITY 77] valid", f"{tag} OK [READ-WRITE] selected")

    def fetch(self, connection, tag, arguments):
        for number in self.uids(arguments.split(" ")[0]):
            uid, octets = self.messages[number - 1]
            connection.say(f"* {number} FETCH (UID {uid} RFC822.SIZE {len(octets)} FLAGS ())")
        connection.say(f"{tag} OK fetched")

    def uid_fetch(self, connection, tag, arguments):
        wanted = set(self.uids(arguments.split(" ")[0]))
        for number, (uid, octets) in enumerate(self.messages, 1):
            if uid in wanted:
                connection.send(f"* {number} FETCH (UID {uid} BODY[] {{{len(octets)}}}\r\n".encode() + octets + b")\r\n")
        connection.say(f"{tag} OK fetched")

    def uid_move(self, connection, tag, arguments):
        for uid in self.uids(arguments.split(" ")[0]):
            number = [message[0] for message in self.messages].index(uid)
            del self.messages[number]
            connection.say(f"* {number + 1} EXPUNGE")
        connection.say(f"{tag} OK moved")

    def idle(self, connection, tag, _):
        connection.say("+ idling")
        assert connection.line() == "DONE"
        connection.say(f"{tag} OK idled")


def hang_up(connection, *_):
    raise Closed


class SmtpScript:
    """The talk of a small SMTP server. `say` maps a step to a list with one answer for each time it comes to it, the last one for all further times:
    a reply, None for the usual one, or a function (connection) such as hang_up. Steps: GREETING, EHLO (and HELO), STARTTLS, AUTH, MAIL, RCPT, DATA,
    DOT, and BODY before the body is read."""

    USUAL = {"GREETING": "220 hello", "EHLO": None, "STARTTLS": "220 go", "AUTH": "235 welcome", "DATA": "354 go on", "QUIT": "221 bye"}

    def __init__(self, say=None, offers=("SIZE 10000000", "AUTH PLAIN")):
        self.say = {step: list(answers) for step, answers in (say or {}).items()}
        self.offers = offers
        self.bodies = []  # of messages that were accepted
        self.heard = []  # command lines
        self.connections = 0

    def __call__(self, connection):
        self.connections += 1
        self._answer(connection, "GREETING")
        while True:
            line = connection.line()
            self.heard.append(line)
            step = line.split(" ")[0].upper()
            if not self._answer(connection, step):
                continue
            if step == "DATA":
                self._take_body(connection)
            elif step == "STARTTLS":
                connection.start_tls()
            elif step == "QUIT":
                return

    def _answer(self, connection, step):
        """Say what is to be said; True when that was a yes."""
        answers = self.say.get("EHLO" if step == "HELO" else step, [None])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if callable(answer):
            answer(connection)
        elif answer:
            connection.say(answer)
        elif step in ("EHLO", "HELO"):
            lines = ["mail.example.com", *self.offers]
            connection.say(*[f"250-{line}" for line in lines[:-1]], f"250 {lines[-1]}")
        elif step != "BODY":
            connection.say(self.USUAL.get(step, "250 fine"))
        return callable(answer) or not answer or answer[0] in "23"

    def _take_body(self, connection):
        self._answer(connection, "BODY")
        lines = []
        while (line := connection.file.readline()) != b".\r\n":
            if not line:
                raise Closed
            lines.append(line[1:] if line.startswith(b".") else line)
        body = b"".join(lines)
        self.bodies.append(body)  # before the other side can know
        refused = True
        try:
            refused = not self._answer(connection, "DOT")
        finally:
            if refused:
                self.bodies.remove(body)
