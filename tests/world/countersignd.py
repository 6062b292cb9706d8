"""The daemon under test: its configuration for this world, and its start, complete when it says READY=1."""

import os
import select
import socket
import time

from process import Failed, starting

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))

class Countersignd:
    name = "countersignd"

    def __init__(self, place, sections):
        """sections: what this world says in the configuration, as {section: {key: value}}; None leaves a key out."""
        self.place = place
        self.program = os.environ.get("COUNTERSIGND", os.path.join(ROOT, "build", "countersignd"))
        self.configuration = place.path("countersign.conf")
        self.log = place.path("countersignd.log")
        self.state = place.data("state")
        own = {"state-directory": self.state, "templates": os.path.join(ROOT, "templates")}
        self.sections = sections | {"countersign": own | sections["countersign"]}

    def prepare(self):
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        with open(self.configuration, "w", encoding="utf-8") as file:
            for section, options in self.sections.items():
                lines = [f"{key}={value}\n" for key, value in options.items() if value is not None]
                file.write(f"[{section}]\n{''.join(lines)}\n")

    def start(self, seconds=8):
        if not os.path.exists(self.program):
            raise Failed(f"{self.program} is not built")
        path = self.place.socket("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            if os.path.exists(path):
                os.unlink(path)
            notices.bind(path)
            environment = os.environ | {"NOTIFY_SOCKET": path}
            with starting(self.name, [self.program, "-c", self.configuration], self.log, environment) as process:
                self._wait_ready(process, notices, seconds)
        return process

    def _wait_ready(self, process, notices, seconds):
        deadline = time.monotonic() + seconds
        watched = os.pidfd_open(process.pid)
        poll = select.poll()
        poll.register(notices, select.POLLIN)
        poll.register(watched, select.POLLIN)
        try:
            while True:
                ready = [descriptor for descriptor, _ in poll.poll(max(0, deadline - time.monotonic()) * 1000)]
                if notices.fileno() in ready:
                    if b"READY=1" in notices.recv(4096).split(b"\n"):
                        return
                elif watched in ready:
                    raise Failed(f"countersignd ended before it was ready; see {self.log}")
                else:
                    raise Failed(f"countersignd is not ready after {seconds} seconds; see {self.log}")
        finally:
            os.close(watched)
