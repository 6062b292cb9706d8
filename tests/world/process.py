"""One program of the world, kept by its pid and the time it started, so that nothing else is ever ended in its place.

Every program leads a session of its own: what it starts stays in that session and ends with it, also when the
leader itself was killed before.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time


class Failed(Exception):
    """A part of the world did not come up, or did not do what the world needs of it."""


class Process:
    def __init__(self, name, pid, started, patience=10, child=None):
        self.name = name
        self.pid = pid
        self.started = started  # clock ticks after boot, field 22 of /proc/PID/stat
        self.patience = patience  # seconds it is given to end on SIGTERM
        self.child = child  # the Popen that has to reap it, where this very program started it

    @classmethod
    def start(cls, name, arguments, log, environment=None, patience=10):
        with open(log, "ab") as output:
            child = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=environment,
                cwd="/",
                start_new_session=True,
            )
        return cls(name, child.pid, _status(child.pid)[1], patience, child)

    def alive(self):
        if self.child and self.child.poll() is not None:
            return False
        status = _status(self.pid)
        return status is not None and status[1] == self.started and status[2] != "Z"

    def members(self):
        """The pids of the whole session, the leader first while it lives."""
        leader = _status(self.pid)
        if leader is not None and leader[1] != self.started:
            return []  # the number was given to another program since: the session is over
        found = [pid for pid in _all_pids() if _in_session(pid, self.pid)]
        return sorted(found, key=lambda pid: (pid != self.pid, pid))

    def kill(self, number=signal.SIGKILL, whole=False):
        """Send a signal to the leader, or to the whole session; with SIGKILL return when they are gone."""
        pids = self.members() if whole else [pid for pid in [self.pid] if self.alive()]
        watched = [_open_pid(pid) for pid in pids]
        for pid in pids:
            _send(pid, number)
        if number == signal.SIGKILL:
            _wait_ended(watched, 5)
        _close_all(watched)
        self._reap()

    def stop(self):
        """SIGTERM to the leader, then to what it left behind, SIGKILL to what is deaf. Returns when all are gone."""
        for number, leader_only, seconds in (
            (signal.SIGTERM, True, self.patience),
            (signal.SIGTERM, False, min(1, self.patience)),
            (signal.SIGKILL, False, 5),
        ):
            pids = self.members()
            if leader_only:
                pids = pids[: pids[:1] == [self.pid]]
            watched = [_open_pid(pid) for pid in pids]
            for pid in pids:
                _send(pid, number)
            _wait_ended(watched, seconds)
            _close_all(watched)
            self._reap()
        if self.members():
            raise Failed(f"{self.name}: the processes {self.members()} do not end")

    def wait_port(self, port, seconds=8):
        """Return when the program listens on 127.0.0.1:port; fail as soon as it has ended instead."""
        self._wait(lambda: _connects(socket.AF_INET, ("127.0.0.1", port)), f"port {port}", seconds)

    def wait_socket(self, path, seconds=8):
        self._wait(lambda: _connects(socket.AF_UNIX, path), path, seconds)

    def _wait(self, ready, what, seconds):
        deadline = time.monotonic() + seconds
        watched = [_open_pid(self.pid)]
        try:
            while not ready():
                if _wait_ended(watched, 0.002):
                    raise Failed(f"{self.name} ended before it listened on {what}")
                if time.monotonic() > deadline:
                    raise Failed(f"{self.name} does not listen on {what} after {seconds} seconds")
        finally:
            _close_all(watched)

    def _reap(self):
        if self.child:
            self.child.poll()

    def record(self):
        return {"pid": self.pid, "started": self.started, "patience": self.patience}

    @classmethod
    def from_record(cls, name, record):
        return cls(name, **record)


_births = []  # who is told of each process as soon as it exists


@contextlib.contextmanager
def births(hear):
    """Meanwhile `hear(process)` is called for each process that begins, long before it has come up."""
    _births.append(hear)
    try:
        yield
    finally:
        _births.remove(hear)


@contextlib.contextmanager
def starting(*arguments, **options):
    """The process that Process.start() gives, while it comes up: stopped again when something fails."""
    process = Process.start(*arguments, **options)
    try:
        for hear in _births:
            hear(process)
        yield process
    except BaseException:
        process.stop()
        raise


def _status(pid):
    """(session, start time, state) of a process, or None where there is none."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(fields[3]), int(fields[19]), fields[0]


def _all_pids():
    return (int(name) for name in os.listdir("/proc") if name.isdigit())


def _in_session(pid, session):
    status = _status(pid)
    return status is not None and status[0] == session and status[2] != "Z"


def _send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def _open_pid(pid):
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def _close_all(descriptors):
    for descriptor in descriptors:
        if descriptor is not None:
            os.close(descriptor)


def _wait_ended(descriptors, seconds):
    """True when every process behind these pidfds has ended within the time."""
    deadline = time.monotonic() + seconds
    waiting = {descriptor for descriptor in descriptors if descriptor is not None}
    poll = select.poll()
    for descriptor in waiting:
        poll.register(descriptor, select.POLLIN)
    while waiting:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        for descriptor, _ in poll.poll(left * 1000):
            poll.unregister(descriptor)
            waiting.discard(descriptor)
    return True


def _connects(family, address):
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
