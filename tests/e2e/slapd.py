"""A private slapd with countersign's schema, tree, overlays and access rules, gone when the test is over."""

import io
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.parse

import ldap
import ldap.modlist
import ldap.sasl
import ldif

ROOM = pathlib.Path(__file__).resolve().parents[2] / "ldap-schema"
SUFFIX = "dc=example,dc=org"
DESK = f"cn=desk,ou=services,{SUFFIX}"
COURIER = f"cn=courier,ou=services,{SUFFIX}"
SERVICE_PASSWORD = "a-password-of-a-service-0123456789"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slapd:
    """Start with `with Slapd() as slapd:`; `durable` puts the data where fsync costs what it costs."""

    def __init__(self, durable=False, tls=None):
        shared = "/dev/shm" if os.path.isdir("/dev/shm") and not durable else None
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="slapd-", dir=shared))
        self.port = free_port()
        self.ldapi = "ldapi://" + urllib.parse.quote(str(self.directory / "ldapi"), safe="")
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.process = None
        # AppArmor confines the installed program to the package's own folders; a copy is not confined.
        self.program = shutil.copy("/usr/sbin/slapd", self.directory / "slapd")
        more = self.directory / "more"
        more.write_text("".join(f"{line}\n" for line in tls or []))
        (self.directory / "slapd.d").mkdir()
        config = subprocess.run([ROOM / "for-slapadd", SUFFIX, self.directory, more], check=True, capture_output=True).stdout
        self._slapadd(0, config)
        self._slapadd(1, (ROOM / "tree-suffix.ldif").read_bytes())
        self._slapadd(1, (ROOM / "tree.ldif").read_bytes())

    def _slapadd(self, number, text):
        subprocess.run([self.program, "-Tadd", f"-n{number}", "-F", self.directory / "slapd.d"], input=text, check=True, capture_output=True)

    def __enter__(self):
        self.start()
        root = self.root()
        for service in (DESK, COURIER):
            root.passwd_s(service, None, SERVICE_PASSWORD)
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.directory)

    def start(self):
        command = [self.program, "-d0", "-F", str(self.directory / "slapd.d"), "-h", f"{self.ldapi} {self.url}"]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            try:
                self.root().unbind_s()
                return
            except ldap.SERVER_DOWN:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def root(self):
        """The administrator of the machine: may do everything, is bound by the overlays."""
        connection = ldap.initialize(self.ldapi)
        connection.sasl_external_bind_s()
        return connection

    def bind(self, dn, password=SERVICE_PASSWORD):
        connection = ldap.initialize(self.ldapi)
        connection.simple_bind_s(dn, password)
        return connection

    def load(self, text):
        """Add LDIF entries (a str) as root."""
        root = self.root()
        reader = ldif.LDIFRecordList(io.StringIO(text))
        reader.parse()
        for dn, attributes in reader.all_records:
            root.add_s(dn, ldap.modlist.addModlist(attributes))
