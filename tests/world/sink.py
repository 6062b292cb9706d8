"""A mail server that takes everything and delivers nothing: each mail the daemon sends becomes a file in one folder,
complete when it is closed.

It shows how fast the daemon is when the mail server is not what it waits for. Written by Postfix's smtp-sink, which
offers a login but no TLS.
"""

import os
import pwd

from process import Failed, starting

PORTS = ("submission",)


class Sink:
    name = "sink"

    def __init__(self, place, ports):
        self.ports = ports
        self.log = place.path("sink.log")
        self.folder = place.data("sink")

    def prepare(self):
        os.makedirs(self.folder, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)

    def start(self):
        program = "/usr/sbin/smtp-sink"
        if not os.path.exists(program):
            raise Failed("smtp-sink (package postfix) is not installed")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        arguments = [program, "-4", *user, "-d", f"{self.folder}/mail.", f"127.0.0.1:{self.ports['submission']}", "1000"]
        with starting(self.name, arguments, self.log) as process:
            process.wait_port(self.ports["submission"])
        return process
