"""slapd with a configuration of its own, made by ldap-schema/for-slapadd; the tree and the fixtures are then loaded by
LDAP, with all the rules already in force.
"""

import base64
import hashlib
import os
import shutil
import subprocess
import urllib.parse

from process import Failed, starting

HERE = os.path.dirname(os.path.abspath(__file__))
SCHEMA = os.path.join(os.path.dirname(os.path.dirname(HERE)), "ldap-schema")
PORTS = ("ldap", "ldaps")
SUFFIX = "dc=example,dc=org"
ADMINISTRATOR = f"uid=directory-admin,ou=370000,ou=authorities,{SUFFIX}"
DESK = f"cn=desk,ou=services,{SUFFIX}"
COURIER = f"cn=courier,ou=services,{SUFFIX}"


class Slapd:
    name = "slapd"

    def __init__(self, place, ports, certificates, passwords):
        """passwords: of "administrator", "desk", "courier", and "people" for every account of the fixtures."""
        self.ports = ports
        self.certificates = certificates
        self.passwords = passwords
        self.folder = place.data("slapd")
        self.configuration = os.path.join(self.folder, "slapd.d")
        self.log = place.path("slapd.log")
        self.url = f"ldap://127.0.0.1:{ports['ldap']}"
        self.secure_url = f"ldaps://127.0.0.1:{ports['ldaps']}"
        self.socket = place.socket("ldapi")
        self.local_url = "ldapi://" + urllib.parse.quote(self.socket, safe="")
        self.loaded = os.path.join(self.folder, "loaded")

    def prepare(self):
        if os.path.exists(self.loaded):
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.configuration)
        more = self._write(
            "tls.ldif",
            f"olcTLSCertificateFile: {self.certificates.certificate}\n"
            f"olcTLSCertificateKeyFile: {self.certificates.key}\n"
            f"olcTLSCACertificateFile: {self.certificates.authority}\n",
        )
        ldif = _run([os.path.join(SCHEMA, "for-slapadd"), SUFFIX, self.folder, more])
        file = self._write("configuration.ldif", ldif)
        _run([self._program(), "-Tadd", "-n0", "-F", self.configuration, "-l", file])

    def start(self):
        urls = f"{self.url}/ {self.secure_url}/ {self.local_url}/"
        arguments = [self._program(), "-d", "0", "-s", "0", "-F", self.configuration, "-h", urls]
        with starting(self.name, arguments, self.log) as process:
            process.wait_port(self.ports["ldap"])
            process.wait_socket(self.socket)
            if not os.path.exists(self.loaded):
                self._load()
        return process

    def change(self, ldif):
        """What the owner of the machine changes, at once."""
        _run(["ldapmodify", "-Q", "-Y", "EXTERNAL", "-H", self.local_url], ldif)

    def _program(self):
        """AppArmor confines slapd to the package's own folders, by the path of the program: a copy is not confined."""
        installed = "/usr/sbin/slapd"
        if not os.path.exists(installed):
            raise Failed("slapd is not installed")
        try:
            with open("/sys/module/apparmor/parameters/enabled", encoding="ascii") as file:
                confined = file.read().startswith("Y")
        except FileNotFoundError:
            confined = False
        if not confined:
            return installed
        copy = os.path.join(self.folder, "slapd")
        if not os.path.exists(copy):
            shutil.copy(installed, copy)
        return copy

    def _load(self):
        files = [os.path.join(SCHEMA, name) for name in ("tree-suffix.ldif", "tree.ldif")]
        files.append(os.path.join(HERE, "fixtures.ldif"))
        content = "\n\n".join([_read(file) for file in files] + [self._service_passwords()])
        content = _give_password(content, self.passwords["people"], self.passwords["administrator"])
        file = self._write("content.ldif", content)
        _run(["ldapmodify", "-a", "-Q", "-Y", "EXTERNAL", "-H", self.local_url, "-f", file])
        with open(self.loaded, "w", encoding="ascii"):
            pass

    def _service_passwords(self):
        return "\n\n".join(
            f"dn: {name}\nchangetype: modify\nreplace: userPassword\nuserPassword: {_hash(self.passwords[key])}"
            for name, key in ((DESK, "desk"), (COURIER, "courier"))
        )

    def _write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def _give_password(ldif, people, administrator):
    """Add a password to every new entry that has a login name, hashed fast: two dozen slow hashes take half a second."""
    records = ldif.split("\n\n")
    for index, record in enumerate(records):
        if "\nuid: " in record and "changetype:" not in record:
            password = administrator if f"dn: {ADMINISTRATOR}\n" in record + "\n" else people
            records[index] = f"{record.rstrip()}\nuserPassword: {_hash(password)}\n"
    return "\n\n".join(records)


def _hash(password):
    salt = os.urandom(8)
    digest = hashlib.sha1(password.encode() + salt).digest()
    return "{SSHA}" + base64.b64encode(digest + salt).decode()


def _read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def _run(command, given=None):
    done = subprocess.run(command, input=given, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
