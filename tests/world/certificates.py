"""The world's own certificate authority and one server certificate for 127.0.0.1, localhost and mail.example.com."""

import os
import shutil
import subprocess

from process import Failed

REQUEST = """
[req]
distinguished_name = name
prompt = no
[name]
CN = 127.0.0.1
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = IP:127.0.0.1, DNS:localhost, DNS:mail.example.com
"""


class Certificates:
    def __init__(self, place):
        self.folder = place.data("certificates")
        self.authority = os.path.join(self.folder, "ca.pem")
        self.certificate = os.path.join(self.folder, "server.pem")
        self.key = os.path.join(self.folder, "server.key")
        self.public_authority = place.path("ca.pem")

    def make(self):
        if not os.path.exists(self.certificate):
            self._sign()
        shutil.copyfile(self.authority, self.public_authority)

    def _sign(self):
        os.makedirs(self.folder, exist_ok=True)
        request = os.path.join(self.folder, "request.cnf")
        with open(request, "w", encoding="ascii") as file:
            file.write(REQUEST)
        authority_key = os.path.join(self.folder, "ca.key")
        new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
        self._openssl("req", "-x509", "-config", request, "-extensions", "authority", "-subj", "/CN=World CA",
                      *new_key, "-keyout", authority_key, "-out", self.authority)
        signed = self.certificate + ".new"
        self._openssl("req", "-x509", "-config", request, "-extensions", "server", *new_key, "-keyout", self.key,
                      "-CA", self.authority, "-CAkey", authority_key, "-out", signed)
        os.rename(signed, self.certificate)

    @staticmethod
    def _openssl(*arguments):
        done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
        if done.returncode:
            raise Failed(f"openssl {arguments[0]}: {done.stderr.strip()}")
