#!/usr/bin/python3
"""A world to try countersign in: real slapd, Dovecot and Postfix on loopback, with countersignd between them.

    world.py start DIR [--no-daemon] [--sink] [--memory] [--port-base N]
    world.py stop DIR

DIR/world.env names all that a script needs; logs stand beside it. A stopped world resumes with its data when it is
started again, unless it stood in memory or below a closed directory (see place.py).

Tests use the class: World(directory).start(), kill_server("slapd"), restart_server("slapd"), stop().
"""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import signal
import sys

import bridge
import countersignd
import dovecot
import environment
import openldap
import postfix
import sink
from certificates import Certificates
from letter import Enterprise
from place import Place, choose_ports, port_is_free
from process import Failed, Process, births
from signing import Signing

HERE = os.path.dirname(os.path.abspath(__file__))
DOMAIN = "example.com"
ADDRESS = f"countersign@{DOMAIN}"
OPERATOR = f"operator@{DOMAIN}"
SIGNERS = ("city-jinan-1", "province-1")  # reviewers with a certificate
PASSWORDS = ("mail", "people", "administrator", "desk", "courier")


class World:
    def __init__(self, directory, daemon=True, sink=False, memory=False, port_base=None, drop=False, signing=False):
        self.directory = os.path.abspath(directory)
        self.daemon = daemon
        self.sink = sink
        self.drop = drop  # the daemon reads a Maildir that mails are put into, not Dovecot's mailbox
        self.signing = signing  # SIGNERS can sign what they write
        self.memory = memory
        self.port_base = port_base
        self.record_file = os.path.join(self.directory, "world.json")
        self.environment_file = os.path.join(self.directory, "world.env")
        self.record = {"processes": {}}
        self.servers = {}  # by name, in the order of their start
        self.running = {}  # name -> Process

    @classmethod
    def open(cls, directory):
        """The world that another program has started in this directory."""
        world = cls(directory)
        world._read_record()
        if not world.running:
            raise Failed(f"no world runs in {directory}")
        world._make_servers()
        return world

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        os.makedirs(self.directory, exist_ok=True)
        with self._locked():
            self._read_record()
            self._end_remains()
            try:
                self._begin()
            except BaseException:
                self._end()
                raise

    def stop(self):
        """End what was started and nothing else; what has ended already is no fault."""
        if not os.path.exists(self.record_file):
            return
        with self._locked():
            self._read_record()
            self._end()

    def start_server(self, name):
        """On record from its first moment: whoever stops the world ends it, even if this program is killed meanwhile."""

        def note(process):
            self.running[name] = process
            self._write_record(ready=False)

        try:
            with births(note):
                self.running[name] = self.servers[name].start()
        except BaseException:
            self.running.pop(name, None)
            raise
        self._write_record()

    def stop_server(self, name):
        self.running.pop(name).stop()
        self._write_record()

    def kill_server(self, name, number=signal.SIGKILL):
        """Kill every process of a server at once, as a power cut would."""
        self.running[name].kill(number, whole=True)

    def restart_server(self, name):
        if name in self.running:
            self.stop_server(name)
        self.start_server(name)

    def pids(self, name):
        """Every process of a server, its leader first."""
        return self.running[name].members()

    def env(self):
        return environment.read_environment(self.environment_file)

    def maildir(self, address):
        return self.servers["dovecot"].maildir(address)

    def _begin(self):
        self.place = Place.make(self.directory, self.memory)
        self.record |= self.place.record() | {"memory": self.memory, "sink": self.sink, "daemon": self.daemon, "drop": self.drop,
                                              "signing": self.signing}
        passwords = self.record.setdefault("passwords", {})
        for name in PASSWORDS:
            passwords.setdefault(name, secrets.token_hex(12))
        self._choose_ports()
        self._write_record()
        self._write_passwords()
        self._write_form()
        self._make_servers()
        self.certificates.make()
        for name, server in self.servers.items():
            server.prepare()
            self.start_server(name)
            if name == "slapd" and self.signing:
                self._give_certificates()

    def _choose_ports(self):
        """The ports of the last time, so that mail clients find them, unless somebody else has one now."""
        names = [name for module in (openldap, dovecot, postfix) for name in module.PORTS]
        ports = self.record.get("ports", {})
        if set(ports) != set(names) or not all(map(port_is_free, ports.values())):
            self.record["ports"] = choose_ports(names, self.port_base)

    def _make_servers(self):
        """The objects of the servers, from the record alone."""
        record, ports = self.record, self.record["ports"]
        self.place = Place(self.directory, record["root"], record["run"])
        self.certificates = Certificates(self.place)
        self.servers = {
            "slapd": openldap.Slapd(self.place, ports, self.certificates, record["passwords"]),
            "dovecot": dovecot.Dovecot(self.place, ports, self.certificates, record["passwords"]["mail"], ADDRESS),
        }
        if record["sink"]:
            self.servers["sink"] = sink.Sink(self.place, ports)
        elif os.geteuid() == 0:
            self.servers["postfix"] = postfix.Postfix(self.place, ports, self.certificates, DOMAIN)
        else:
            self.servers["postfix"] = bridge.Bridge(self.place, ports, self.certificates, record["passwords"]["mail"])
        if record["daemon"]:
            self.servers["countersignd"] = countersignd.Countersignd(self.place, self._configuration())

    def _people(self):
        with open(os.path.join(HERE, "fixtures.ldif"), encoding="utf-8") as file:
            return environment.people(file.read())

    def _give_certificates(self):
        """The authority and its certificates are made once and stay; its list is always new enough."""
        people, authority = self._people(), Signing(self._signing_folder())
        for name in SIGNERS:
            if not os.path.exists(authority.certificate(name)):
                authority.issue(name, people[f"{environment.name(name)}_MAIL"])
        self.servers["slapd"].change("".join(authority.for_directory(name, people[f"{environment.name(name)}_DN"]) for name in SIGNERS))

    def _signing_folder(self):
        return self.place.path("smime")

    def _configuration(self):
        ports, to_sink = self.record["ports"], self.record["sink"]
        ca = self.certificates.public_authority
        configuration = {
            "countersign": {"address": ADDRESS, "operator": OPERATOR, "language": "zh"},
            "mailbox": {
                "url": f"imap://127.0.0.1:{ports['imap']}/INBOX",
                "user": ADDRESS,
                "password-file": self._password_file("mail"),
                "starttls": "required",
                "ca-file": ca,
                "processed-folder": "Processed",
                "quarantine-folder": "Quarantine",
                "batch": 100,
            },
            "submission": {
                "url": f"smtp://127.0.0.1:{ports['submission']}",
                "user": None if to_sink else ADDRESS,
                "password-file": None if to_sink else self._password_file("mail"),
                "starttls": "off" if to_sink else "required",
                "ca-file": ca,
                "connections": 4,
            },
            "directory": {
                "url": self.servers["slapd"].local_url,
                "suffix": openldap.SUFFIX,
                "desk-dn": openldap.DESK,
                "desk-password-file": self._password_file("desk"),
                "courier-dn": openldap.COURIER,
                "courier-password-file": self._password_file("courier"),
            },
            "identity": {"authserv-id": f"mail.{DOMAIN}", "separator": "+"},
        }
        if self.record.get("drop"):
            configuration["mailbox"] = self._drop()
        if self.record.get("signing"):
            folder = self._signing_folder()
            configuration["identity"] |= {"smime-ca-file": f"{folder}/authority.pem", "smime-crl-file": f"{folder}/revoked.pem"}
        return configuration

    def _drop(self):
        maildir = self.place.data("drop")
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(maildir, part), exist_ok=True)
        return {"url": f"maildir://{maildir}", "processed-folder": "Processed", "quarantine-folder": "Quarantine", "batch": 100}

    def _password_file(self, name):
        return self.place.path(f"{name}.password")

    def _write_passwords(self):
        for name in ("mail", "desk", "courier"):
            environment.write_secret(self._password_file(name), self.record["passwords"][name] + "\n")

    def _write_form(self):
        """A form for whoever wants to try."""
        with open(self.place.path("form.xml"), "w", encoding="utf-8") as file:
            file.write(Enterprise(50, f"new@{DOMAIN}", "new-enterprise", "370100").form())

    def _end_remains(self):
        """After an unclean end: what is left of a world whose leaders have all gone."""
        alive = [name for name, process in self.running.items() if process.alive()]
        if alive:
            raise Failed(f"a world runs in {self.directory} already ({', '.join(alive)}): stop it first")
        if self.running:
            self._end()

    def _end(self):
        faults = []
        for name in reversed(list(self.running)):
            try:
                self.running.pop(name).stop()
            except Failed as fault:
                faults.append(str(fault))
        if "root" in self.record:
            Place(self.directory, self.record["root"], self.record["run"]).clean()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.environment_file)
        self._write_record()
        if faults:
            raise Failed("; ".join(faults))

    @contextlib.contextmanager
    def _locked(self):
        with open(os.path.join(self.directory, "lock"), "w", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _read_record(self):
        if os.path.exists(self.record_file):
            with open(self.record_file, encoding="utf-8") as file:
                self.record = json.load(file)
        found = self.record["processes"].items()
        self.running = {name: self.running.get(name) or Process.from_record(name, one) for name, one in found}

    def _write_record(self, ready=True):
        self.record["processes"] = {name: process.record() for name, process in self.running.items()}
        environment.write_secret(self.record_file, json.dumps(self.record, indent=1))
        if ready and self.servers and set(self.running) == set(self.servers):
            environment.write_environment(self.environment_file, self._values(), environment.COMMENTS)

    def _values(self):
        ports, passwords = self.record["ports"], self.record["passwords"]
        directory = self.servers["slapd"]
        smtp = f"lmtp://127.0.0.1:{ports['lmtp']}" if self.record["sink"] else f"smtp://127.0.0.1:{ports['smtp']}"
        values = {
            "DIR": self.directory,
            "ADDRESS": ADDRESS,
            "OPERATOR": OPERATOR,
            "SMTP_URL": smtp,
            "IMAP_URL": f"imap://127.0.0.1:{ports['imap']}",
            "IMAPS_URL": f"imaps://127.0.0.1:{ports['imaps']}",
            "MAIL_PASSWORD": passwords["mail"],
            "MAIL_FOLDER": self.servers["dovecot"].mail,
            "LDAP_URL": directory.url,
            "LDAPS_URL": directory.secure_url,
            "LDAPI": directory.local_url,
            "SUFFIX": openldap.SUFFIX,
            "ADMIN_DN": openldap.ADMINISTRATOR,
            "ADMIN_PASSWORD": passwords["administrator"],
            "PASSWORD": passwords["people"],
            "CA": self.certificates.public_authority,
            "FORM": self.place.path("form.xml"),
            "CONF": self.place.path("countersign.conf"),
            "STATE": self.place.data("state"),
            "COUNTERSIGN": os.path.join(countersignd.ROOT, "build", "countersign"),
        }
        if self.record["sink"]:
            values["SINK"] = self.servers["sink"].folder
        if self.record.get("drop"):
            values["DROP"] = self.place.data("drop")
        values |= {f"{name.upper()}_PORT": port for name, port in ports.items()}
        values |= {f"{name.upper()}_PID": process.pid for name, process in self.running.items()}
        values = {f"WORLD_{name}": value for name, value in values.items()} | self._people()
        for name in SIGNERS if self.record.get("signing") else ():
            file = os.path.join(self._signing_folder(), name)
            values |= {f"{environment.name(name)}_CERTIFICATE": f"{file}.pem", f"{environment.name(name)}_KEY": f"{file}.key"}
        return values


def main():
    parser = argparse.ArgumentParser(description="A world of real servers to try countersign in.")
    commands = parser.add_subparsers(dest="command", required=True)
    start = commands.add_parser("start", help="bring everything up and leave it running")
    start.add_argument("directory")
    start.add_argument("--no-daemon", action="store_true", help="only the servers")
    start.add_argument("--sink", action="store_true", help="what the daemon sends goes to files instead of Postfix")
    start.add_argument("--memory", action="store_true", help="data in /dev/shm: fast, gone after the stop")
    start.add_argument("--port-base", type=int, metavar="N", help="use the ports from N on")
    stop = commands.add_parser("stop", help="end exactly what was started")
    stop.add_argument("directory")
    given = parser.parse_args()
    try:
        if given.command == "start":
            world = World(given.directory, not given.no_daemon, given.sink, given.memory, given.port_base, signing=True)
            world.start()
            print(f"The world stands. Everything about it: {world.environment_file}")
        else:
            World(given.directory).stop()
    except Failed as fault:
        sys.exit(f"world: {fault}")


if __name__ == "__main__":
    main()
