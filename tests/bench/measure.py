"""What the daemon's processes have used, from /proc, and how often they forced the disk, from strace."""

import os
import re
import shutil
import signal
import subprocess
import tempfile

TICK = os.sysconf("SC_CLK_TCK")


class Usage:
    """CPU milliseconds and peak memory of some processes between the making of this object and now."""

    def __init__(self, pids):
        self.pids = pids
        self.before = {pid: _cpu(pid) for pid in pids}

    def rows(self):
        """(name, CPU milliseconds, peak resident kilobytes, kilobytes now with shared pages shared out) of each."""
        return [(_name(pid), _cpu(pid) - self.before[pid], _peak(pid), _share(pid)) for pid in self.pids]


def _cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / TICK


def _peak(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        found = re.search(r"^VmHWM:\s+(\d+) kB", file.read(), re.MULTILINE)
    return int(found[1]) if found else 0


def _share(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        found = re.search(r"^Pss:\s+(\d+) kB", file.read(), re.MULTILINE)
    return int(found[1]) if found else 0


def _name(pid):
    with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
        return file.read().strip()


class Syncs:
    """Counts fsync and fdatasync of processes while it is entered; None where there is no strace."""

    def __init__(self, pids):
        self.pids = pids
        self.count = None

    def __enter__(self):
        self.strace = None
        if not shutil.which("strace"):
            return self
        self.report = tempfile.NamedTemporaryFile("r", encoding="ascii")
        command = ["strace", "-f", "-c", "-U", "calls,name", "-e", "trace=fsync,fdatasync", "-o", self.report.name]
        for pid in self.pids:
            command += ["-p", str(pid)]
        self.strace = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        for _ in self.pids:
            self.strace.stderr.readline()  # "strace: Process 1234 attached"
        return self

    def __exit__(self, *_):
        if self.strace:
            self.strace.send_signal(signal.SIGINT)
            self.strace.communicate()
            found = re.findall(r"^\s*(\d+)\s+(?:fsync|fdatasync)$", self.report.read(), re.MULTILINE)
            self.count = sum(map(int, found))
            self.report.close()
