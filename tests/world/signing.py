"""A certificate authority for people who sign their mail (S/MIME), made by openssl in a folder: certificates, the list of what was revoked, signed mails."""

import base64
import http.server
import os
import subprocess
import threading

from process import Failed

CONFIGURATION = """
[ca]
default_ca = world
[world]
database = {folder}/index.txt
new_certs_dir = {folder}
certificate = {folder}/authority.pem
private_key = {folder}/authority.key
serial = {folder}/serial
default_md = sha256
default_days = 3650
default_crl_days = 30
policy = anything
unique_subject = no
copy_extensions = copy
x509_extensions = person
[anything]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = World mail authority
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
[responder]
basicConstraints = CA:false
keyUsage = digitalSignature
extendedKeyUsage = OCSPSigning
[person]
basicConstraints = CA:false
keyUsage = digitalSignature
extendedKeyUsage = emailProtection
"""


class Signing:
    def __init__(self, folder):
        """An authority that is there already goes on; its list is written anew."""
        self.folder = folder
        self.authority = self._path("authority.pem")
        self.list = self._path("revoked.pem")
        if not os.path.exists(self.authority):
            self._begin()
        self.publish()

    def _begin(self):
        os.makedirs(self.folder, exist_ok=True)
        for name, text in (("index.txt", ""), ("serial", "1000"), ("ca.cnf", CONFIGURATION.format(folder=self.folder))):
            with open(self._path(name), "w", encoding="utf-8") as file:
                file.write(text)
        self._openssl("req", "-x509", "-config", self._path("ca.cnf"), "-extensions", "authority", *self._new_key("authority"),
                      "-days", "3650", "-out", self.authority)

    def issue(self, name, mail=None, kind="person", responder=None):
        """A certificate for a new key; both are known by that name from now on. `responder` tells whether it is revoked."""
        wishes = ([f"subjectAltName=email:{mail}"] if mail else []) + ([f"authorityInfoAccess=OCSP;URI:{responder}"] if responder else [])
        self._openssl("req", "-new", "-config", self._path("ca.cnf"), "-subj", f"/CN={name}",
                      *(word for wish in wishes for word in ("-addext", wish)), *self._new_key(name), "-out", self._path(f"{name}.csr"))
        self._openssl("ca", "-batch", "-notext", "-config", self._path("ca.cnf"), "-extensions", kind, "-in", self._path(f"{name}.csr"),
                      "-out", self._path(f"{name}.pem"))

    def certificate(self, name):
        return self._path(f"{name}.pem")

    def key(self, name):
        return self._path(f"{name}.key")

    def der(self, name):
        return self._openssl("x509", "-in", self.certificate(name), "-outform", "DER")

    def for_directory(self, name, dn):
        """A change that makes it the one certificate of that entry, as LDIF."""
        value = base64.b64encode(self.der(name)).decode()
        return f"dn: {dn}\nchangetype: modify\nreplace: userCertificate;binary\nuserCertificate;binary:: {value}\n\n"

    def revoke(self, name):
        self._openssl("ca", "-config", self._path("ca.cnf"), "-revoke", self._path(f"{name}.pem"))
        self.publish()

    def publish(self):
        """The list of what was revoked, as of now."""
        self._openssl("ca", "-gencrl", "-config", self._path("ca.cnf"), "-out", self.list)

    def ask_ocsp(self, name):
        """What somebody asks a responder about a certificate."""
        asked = self._path("question.der")
        self._openssl("ocsp", "-issuer", self.authority, "-cert", self.certificate(name), "-reqout", asked)
        with open(asked, "rb") as file:
            return file.read()

    def answer_ocsp(self, request, signer, *options):
        """What openssl's responder says to a request, signed by whoever has the certificate of that name."""
        asked, answered = self._path("asked.der"), self._path("answered.der")
        with open(asked, "wb") as file:
            file.write(request)
        self._openssl("ocsp", "-index", self._path("index.txt"), "-CA", self.authority, "-rsigner", self._path(f"{signer}.pem"),
                      "-rkey", self._path(f"{signer}.key"), "-reqin", asked, "-respout", answered, *options)
        with open(answered, "rb") as file:
            return file.read()

    def sign(self, message, name, opaque=False):
        """The octets of that mail, its content signed."""
        header, _, body = message.as_bytes().partition(b"\r\n\r\n")
        lines = header.split(b"\r\n")
        head = b"".join(line + b"\r\n" for line in _fields(lines, content=False))
        entity = b"".join(line + b"\r\n" for line in _fields(lines, content=True)) + b"\r\n" + body
        signature = self._openssl("cms", "-sign", "-binary", "-signer", self._path(f"{name}.pem"), "-inkey", self._path(f"{name}.key"),
                                  "-outform", "DER", *(["-nodetach"] if opaque else []), given=entity)
        encoded = base64.encodebytes(signature).replace(b"\n", b"\r\n")
        if opaque:
            return head + (b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n"
                           b"Content-Transfer-Encoding: base64\r\n\r\n") + encoded
        return head + (b'Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="signed"\r\n\r\n'
                       b"--signed\r\n") + entity + (b"\r\n--signed\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n"
                                                    b"Content-Transfer-Encoding: base64\r\n\r\n") + encoded + b"\r\n--signed--\r\n"

    def _path(self, name):
        return os.path.join(self.folder, name)

    def _new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self._path(f"{name}.key")]

    @staticmethod
    def _openssl(*arguments, given=None):
        done = subprocess.run(["openssl", *arguments], input=given, capture_output=True)
        if done.returncode:
            raise Failed(f"openssl {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout


class Responder(http.server.ThreadingHTTPServer):
    """The responder (OCSP) of an authority, on a port of loopback: openssl's, which has no HTTP server for one address alone. It says what it is told to."""

    def __init__(self, signing, signer):
        self.signing = signing
        self.answer = lambda request: signing.answer_ocsp(request, signer, "-nmin", "5")
        self.asked = 0
        super().__init__(("127.0.0.1", 0), _Question)
        self.url = f"http://127.0.0.1:{self.server_port}/"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_fault):
        self.shutdown()
        self.server_close()


class _Question(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        request = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        answer = self.server.answer(request)
        self.send_response(200 if answer else 503)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_words):
        pass


def _fields(lines, content):
    """A header's lines, folded ones included, that describe the content, or those that do not."""
    keep = False
    for line in lines:
        if not line.startswith((b" ", b"\t")):
            keep = line.lower().startswith(b"content-") == content
        if keep:
            yield line
