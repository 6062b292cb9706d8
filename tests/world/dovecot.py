"""Dovecot: a mailbox for any address, by IMAP and IMAPS; LMTP for what arrives; logins for Postfix's submission."""

import grp
import os
import pwd
import shutil

from place import mail_user
from process import Failed, starting

PORTS = ("imap", "imaps", "lmtp", "auth")
PATIENCE = 0.2  # its master always takes a second to end, six when it had just started; what is delivered is on disk
DAEMON_FOLDERS = ("Processed", "Quarantine")

CONFIGURATION = """
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {base}
state_dir = {state}
log_path = {log}
instance_name = world
default_internal_user = {internal_user}
default_internal_group = {internal_group}
default_login_user = {login_user}
mail_uid = {mail_user}
mail_gid = {mail_group}
first_valid_uid = 1
first_valid_gid = 1

ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Lu
auth_cache_size = 1 M

passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={mail}/%d/%n allow_all_users=yes
}}
mail_location = maildir:~/Maildir
mailbox_list_index = no
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
mailbox_idle_check_interval = 1 secs
mail_max_lock_timeout = 10 secs
namespace inbox {{
  inbox = yes
  separator = /
}}

service auth {{
  chroot =
  client_limit = 2000
  inet_listener submission {{
    address = 127.0.0.1
    port = {auth_port}
  }}
}}
service imap-login {{
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {imap_port}
  }}
  inet_listener imaps {{
    port = {imaps_port}
    ssl = yes
  }}
}}
service imap {{
  service_count = 100
}}
# Postfix keeps a connection for two seconds in case there is more; a new one must not have to wait for its end.
service lmtp {{
  service_count = 0
  process_min_avail = 4
  process_limit = 12
  inet_listener lmtp {{
    port = {lmtp_port}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    name = "dovecot"

    def __init__(self, place, ports, certificates, password, address):
        self.place = place
        self.ports = ports
        self.certificates = certificates
        self.password = password
        self.address = address
        self.mail = place.data("mail")
        self.configuration = place.data("dovecot.conf")

    def prepare(self):
        user = mail_user()
        root = os.geteuid() == 0
        me = pwd.getpwuid(os.geteuid())
        group = grp.getgrgid(user.pw_gid).gr_name
        values = {
            "base": self.place.socket("dovecot"),
            "state": self.place.data("dovecot"),
            "log": self.place.path("dovecot.log"),
            "internal_user": "dovecot" if root else me.pw_name,
            "internal_group": "dovecot" if root else group,
            "login_user": "dovenull" if root else me.pw_name,
            "mail_user": user.pw_name,
            "mail_group": group,
            "mail": self.mail,
            "certificate": self.certificates.certificate,
            "key": self.certificates.key,
            "password": self.password,
        }
        values |= {f"{name}_port": self.ports[name] for name in PORTS}
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(CONFIGURATION.format(**values))
        os.makedirs(values["state"], exist_ok=True)
        self.make_mailbox(self.address, DAEMON_FOLDERS)

    def make_mailbox(self, address, folders=()):
        """A mailbox with these folders beside its INBOX; Dovecot makes everybody else's when the first mail comes."""
        maildir = self.maildir(address)
        for folder in ["", *(f".{name}" for name in folders)]:
            for part in ("cur", "new", "tmp"):
                os.makedirs(os.path.join(maildir, folder, part), exist_ok=True)
        with open(os.path.join(maildir, "subscriptions"), "w", encoding="ascii") as file:
            file.writelines(f"{name}\n" for name in folders)
        if os.geteuid() == 0:
            self._give_to_mail_user(maildir)

    def _give_to_mail_user(self, maildir):
        user = mail_user()
        above = maildir
        while above.startswith(self.mail):  # the mailbox and what leads to it; Dovecot is at work in the others
            os.chown(above, user.pw_uid, user.pw_gid)
            above = os.path.dirname(above)
        for path, _, files in os.walk(maildir):
            for entry in [path] + [os.path.join(path, file) for file in files]:
                os.chown(entry, user.pw_uid, user.pw_gid)

    def start(self):
        program = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        if not program:
            raise Failed("dovecot is not installed")
        log = self.place.path("dovecot.log")
        arguments = [program, "-F", "-c", self.configuration]
        with starting(self.name, arguments, log, patience=PATIENCE) as process:
            for port in ("imap", "lmtp", "auth"):
                process.wait_port(self.ports[port])
        return process

    def maildir(self, address):
        """The Maildir of a mail address, which exists once a mail was delivered there or somebody logged in."""
        name, domain = address.lower().split("@")
        return os.path.join(self.mail, domain, name.partition("+")[0], "Maildir")
