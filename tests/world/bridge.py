#!/usr/bin/python3
"""What stands in for Postfix where the world is not started by root: the same ports and manners, and Dovecot's LMTP
behind them. See postfix.py for what the ports and the addresses that misbehave are for.

    bridge.py SETTINGS        the server itself; class Bridge starts it
"""

import asyncio
import email.utils
import json
import os
import re
import smtplib
import ssl
import sys

from process import starting

PORTS = ("smtp", "submission", "submissions", "proven")
SIZE_LIMIT = 40 * 1024 * 1024
OURS = re.compile(r"@(.+\.)?(example\.com|test|example)$", re.IGNORECASE)
OWN_PROOF = re.compile(rb"^authentication-results:\s*mail\.example\.com[\s;].*?\r?\n(?=\S|\r?\n)", re.I | re.M | re.S)
MISBEHAVING = {
    "nobody-here@example.com": "550 5.1.1 no such mailbox here",
    "later@example.com": "450 4.2.0 this mailbox is busy, try again later",
}
RETURNED = "returned@example.com"
BOUNCE = """From: MAILER-DAEMON@example.com
To: {sender}
Date: {date}
Subject: Undelivered Mail Returned to Sender
Message-ID: {id}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report

Your message could not be delivered.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.4.4

--report--
"""


class Bridge:
    name = "postfix"

    def __init__(self, place, ports, certificates, password):
        self.ports = ports
        self.log = place.path("postfix.log")
        self.settings = place.data("bridge.json")
        self.values = {
            "ports": ports,
            "certificate": certificates.certificate,
            "key": certificates.key,
            "password": password,
        }

    def prepare(self):
        with open(os.open(self.settings, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            json.dump(self.values, file)

    def start(self):
        arguments = ["/usr/bin/python3", os.path.abspath(__file__), self.settings]
        with starting(self.name, arguments, self.log) as process:
            for port in PORTS:
                process.wait_port(self.ports[port])
        return process


class Handler:
    """aiosmtpd's callbacks for one port."""

    def __init__(self, lmtp_port, proven=False):
        self.lmtp_port = lmtp_port
        self.proven = proven

    async def handle_RCPT(self, _server, session, envelope, address, _options):
        plain = re.sub(r"\+[^@]*@", "@", address.lower())
        if plain in MISBEHAVING:
            return MISBEHAVING[plain]
        if not OURS.search(address):
            return "550 5.4.4 this world has no outside" if session.authenticated else "554 5.7.1 Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server, _session, envelope):
        head, separator, body = envelope.content.partition(b"\r\n\r\n")
        message = OWN_PROOF.sub(b"", head + b"\r\n\r\n").removesuffix(b"\r\n") + separator[2:] + body
        received = f"Received: from 127.0.0.1 by mail.example.com; {email.utils.formatdate()}\r\n"
        if self.proven:
            domain = (envelope.mail_from or "").rpartition("@")[2]
            received = f"Authentication-Results: mail.example.com; dmarc=pass header.from={domain}\r\n" + received
        return await asyncio.to_thread(self._deliver, envelope, received.encode() + message)

    def _deliver(self, envelope, message):
        for recipient in envelope.rcpt_tos:
            try:
                if re.sub(r"\+[^@]*@", "@", recipient.lower()) == RETURNED:
                    self._bounce(envelope.mail_from, recipient)
                else:
                    self._put(envelope.mail_from or "", recipient, message)
            except smtplib.SMTPRecipientsRefused as refused:
                code, text = refused.recipients[recipient]
                return f"{code} {text.decode(errors='replace')}"
            except OSError as fault:
                return f"451 4.3.0 {fault}"
        return "250 2.0.0 Ok: queued"

    def _put(self, sender, recipient, message):
        with smtplib.LMTP("127.0.0.1", self.lmtp_port) as server:
            server.sendmail(sender, [recipient], message)

    def _bounce(self, sender, recipient):
        if not sender:
            return
        values = {"sender": sender, "recipient": recipient, "id": email.utils.make_msgid(domain="mail.example.com")}
        self._put("", sender, BOUNCE.format(date=email.utils.formatdate(), **values))


async def serve(settings):
    from aiosmtpd.smtp import SMTP, AuthResult  # Debian's python3-aiosmtpd, which only this program needs

    def check(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=data.password == settings["password"].encode())

    ports = settings["ports"]
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(settings["certificate"], settings["key"])
    common = {"data_size_limit": SIZE_LIMIT, "enable_SMTPUTF8": True, "hostname": "mail.example.com"}
    login = common | {"authenticator": check, "auth_required": True}
    kinds = {
        "smtp": (common, None),
        "proven": (common, None),
        "submission": (login | {"tls_context": tls, "require_starttls": True}, None),
        "submissions": (login | {"auth_require_tls": False}, tls),
    }
    loop = asyncio.get_running_loop()
    servers = []
    for port, (options, wrapped) in kinds.items():
        handler = Handler(ports["lmtp"], port == "proven")
        make = lambda handler=handler, options=options: SMTP(handler, **options)  # noqa: E731
        servers.append(await loop.create_server(make, "127.0.0.1", ports[port], ssl=wrapped))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as settings_file:
        asyncio.run(serve(json.load(settings_file)))
