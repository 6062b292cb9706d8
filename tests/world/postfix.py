"""Postfix, a private instance: the mail server of example.com and of all .test and .example; nothing gets out.

Three ports. smtp is the world outside: no login, and a claim to have been proven here is taken out (RFC 8601,
section 5). submission and submissions are for those who log in: the daemon, and people with a mail client. proven is
the world outside as it looks when the sender's domain has passed DMARC: the server stamps its own
Authentication-Results on top.

Three addresses misbehave: nobody-here@example.com is refused for good (550), later@example.com for now (450),
returned@example.com is accepted and comes back as a bounce.
"""

import os
import re
import shutil
import time

from process import Failed, starting

PORTS = ("smtp", "submission", "submissions", "proven")
QUEUES = "active bounce corrupt defer deferred flush hold incoming private public saved trace".split()

MAIN = """
compatibility_level = 3.6
config_directory = {configuration}
queue_directory = {queue}
data_directory = {data}
maillog_file = {log}
maillog_file_prefixes = {log_folder}
syslog_name = postfix
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.{domain}
mydomain = {domain}
myorigin = {domain}
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
local_header_rewrite_clients =
smtpd_peername_lookup = no
notify_classes =
biff = no

virtual_mailbox_domains = regexp:{configuration}/domains
virtual_alias_maps = inline:{{ returned@{domain}=nobody@returned.invalid }}
virtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}
default_transport = error:5.4.4 this world has no outside
relay_transport = error:5.4.4 this world has no outside
recipient_delimiter = +

smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access regexp:{configuration}/recipients
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{auth_port}
smtpd_tls_cert_file = {certificate}
smtpd_tls_key_file = {key}
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 2000

# What the daemon must cope with is for the daemon to refuse.
message_size_limit = {size_limit}
mailbox_size_limit = 0
header_size_limit = 10000000
disable_mime_input_processing = yes
lmtp_line_length_limit = 0

in_flow_delay = 0
default_process_limit = 40
initial_destination_concurrency = 4
lmtp_destination_concurrency_limit = 4
minimal_backoff_time = 5s
maximal_backoff_time = 30s
queue_run_delay = 5s
"""

# cleanup has two names: what comes from outside must not bring our own proof along, what the proven port says is true.
MASTER = """
127.0.0.1:{smtp_port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=no
127.0.0.1:{submission_port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_security_level=encrypt
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{submissions_port} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=yes -o smtpd_tls_wrappermode=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{proven_port} inet n - n - - smtpd
  -o smtpd_sender_restrictions=check_sender_access,regexp:{configuration}/proof
  -o cleanup_service_name=cleanup-proven
cleanup unix n - n - 0 cleanup
  -o header_checks=regexp:{configuration}/outside
cleanup-proven unix n - n - 0 cleanup
  -o header_checks=regexp:{configuration}/proven
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
lmtp unix - - n - - lmtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""

TABLES = {
    "domains": "/^{domain}$/ ok\n/\\.{domain}$/ ok\n/\\.test$/ ok\n/\\.example$/ ok\n",
    "recipients": "/^nobody-here(\\+.*)?@{domain}$/ 550 5.1.1 no such mailbox here\n"
    "/^later(\\+.*)?@{domain}$/ 450 4.2.0 this mailbox is busy, try again later\n",
    "proof": "/@(.+)$/ PREPEND X-World-Proof: $1\n",
    "outside": "/^Authentication-Results:[[:space:]]*mail\\.{domain}[[:space:];]/ IGNORE\n",
    "proven": "/^Authentication-Results:[[:space:]]*mail\\.{domain}[[:space:];]/ IGNORE\n"
    "/^X-World-Proof: (.+)$/ REPLACE Authentication-Results: mail.{domain}; dmarc=pass header.from=$1\n",
}


class Postfix:
    name = "postfix"

    def __init__(self, place, ports, certificates, domain, size_limit=40 * 1024 * 1024):
        self.place = place
        self.ports = ports
        self.configuration = place.data("postfix", "etc")
        self.log = place.path("postfix.log")
        self.values = {
            "configuration": self.configuration,
            "queue": place.data("postfix", "queue"),
            "data": place.data("postfix", "data"),
            "log": self.log,
            "log_folder": place.directory,
            "domain": domain,
            "certificate": certificates.certificate,
            "key": certificates.key,
            "size_limit": size_limit,
        }

    def prepare(self):
        os.makedirs(self.configuration, exist_ok=True)
        values = self.values | {f"{name}_port": port for name, port in self.ports.items()}
        for name, text in {"main.cf": MAIN, "master.cf": MASTER}.items():
            self._write(name, text.format(**values))
        pattern = re.escape(self.values["domain"])
        for name, text in TABLES.items():
            self._write(name, text.replace("{domain}", pattern if name != "proven" else self.values["domain"]))
        self._make_queue()

    def _write(self, name, text):
        """The master waits until its main.cf is two seconds old: this one was always there."""
        path = os.path.join(self.configuration, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        past = time.time() - 60
        os.utime(path, (past, past))

    def _make_queue(self):
        for folder in ["."] + QUEUES:
            self._make_folder(os.path.join(self.values["queue"], folder), owner="root" if folder == "." else "postfix")
        self._make_folder(os.path.join(self.values["queue"], "pid"), owner="root")
        self._make_folder(self.values["data"], owner="postfix")

    @staticmethod
    def _make_folder(path, owner):
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o755 if owner == "root" else 0o700)
        shutil.chown(path, owner)

    def start(self):
        program = "/usr/lib/postfix/sbin/master"
        if not os.path.exists(program):
            raise Failed("postfix is not installed")
        with starting(self.name, [program, "-d", "-c", self.configuration], self.log) as process:
            for port in PORTS:
                process.wait_port(self.ports[port])
        return process
