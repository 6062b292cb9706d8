"""Where a world lives: its directory, the root of the servers' data, the short directory of their sockets, its ports.

Data stands in DIR/data-… and a stopped world resumes it. It stands elsewhere, and goes when the world is stopped, where the
servers could not use it: in memory when asked for, in /tmp when DIR lies below a directory that is closed to the mail
user (servers that start as root deliver as somebody else).
"""

import glob
import os
import pwd
import random
import shutil
import socket
import subprocess
import tempfile

LONGEST_RUN = 60  # a unix socket's path holds 107 bytes; the longest name below run/ takes 40


def mail_user():
    """The user that owns mail: Dovecot refuses root."""
    return pwd.getpwnam("mail") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


class Place:
    def __init__(self, directory, root, run):
        self.directory = directory
        self.root = root
        self.run = run

    @classmethod
    def make(cls, directory, memory):
        os.makedirs(directory, exist_ok=True)
        if memory:
            base = _short_directory("/dev/shm")
        elif os.geteuid() == 0 and not _open_to_all(directory):
            base = _short_directory("/tmp")
        else:
            base = directory
        run = os.path.join(base, "run")
        if len(run) > LONGEST_RUN:
            run = _short_directory("/tmp")
        os.makedirs(run, exist_ok=True)
        return cls(directory, _fresh_ground(base), run)

    def path(self, *parts):
        return os.path.join(self.directory, *parts)

    def data(self, *parts):
        return os.path.join(self.root, *parts)

    def socket(self, *parts):
        return os.path.join(self.run, *parts)

    def clean(self):
        """Remove what was made outside DIR, and the sockets."""
        shutil.rmtree(self.run, ignore_errors=True)
        base = os.path.dirname(self.root)
        if base != self.directory:
            shutil.rmtree(base, ignore_errors=True)

    def record(self):
        return {"root": self.root, "run": self.run}


def _short_directory(parent):
    return _new_directory(parent, "cw-")


def _new_directory(parent, prefix):
    path = tempfile.mkdtemp(prefix=prefix, dir=parent)
    os.chmod(path, 0o755)
    return path


def _fresh_ground(base):
    """The data's directory below base: the one that is there already or a new one, away from what else the disk holds.

    ext4 puts what a directory holds into its own group of inodes. Without a journal it does not use a number again for
    minutes and looks past every one freed meanwhile for each new file of that group: where other worlds have just been
    removed, a mail server spends half its time on that. Below a directory with attribute T (chattr(1)) each new one
    gets a group by its name. Other file systems have no such attribute and need none.
    """
    found = glob.glob(os.path.join(glob.escape(base), "data-*"))
    if found:
        return found[0]
    chattr = shutil.which("chattr", path="/usr/bin:/bin")
    if chattr:
        subprocess.run([chattr, "+T", base], stderr=subprocess.DEVNULL, check=False)
    return _new_directory(base, "data-")


def _open_to_all(directory):
    path = os.path.realpath(directory)
    while True:
        if not os.stat(path).st_mode & 0o001:
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)


def choose_ports(names, base=None):
    """A free port of 127.0.0.1 for each name, in order from base where one is given.

    Without a base they come from below the range of outgoing connections: a client that keeps trying a port of that
    range while its server is down can end up connected to itself, and then the server does not get it back.
    """
    if base is not None:
        return {name: base + index for index, name in enumerate(names)}
    with open("/proc/sys/net/ipv4/ip_local_port_range", encoding="ascii") as file:
        first_outgoing = int(file.read().split()[0])
    candidates = random.sample(range(max(1024, min(10000, first_outgoing - 2000)), first_outgoing), 1000)
    free = (port for port in candidates if port_is_free(port))
    return dict(zip(names, free))


def port_is_free(port):
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
