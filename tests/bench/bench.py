#!/usr/bin/python3
"""How many registrations a second go from submission to active account, and what limits them.

    bench.py [N] [--sink]

Each registration is three mails in (form, confirmation, approval) and four out (receipt, acknowledgement, review,
result), one directory entry and its first password. Mail goes through Postfix and Dovecot, all on this machine; with --sink it comes in by LMTP and goes out into a sink that takes everything, so that the mail server is not what is
measured. The floor is the same job done by nothing but sends, adds and commits, in the same world.
"""

import argparse
import os
import sys
import tempfile

import driver
import floor
from client import Directory
from driver import Applicant, Drop, Folders, Post, Run
from letter import Letter
from measure import Syncs, Usage
from process import Failed
from world import World

MAILS_IN, MAILS_OUT = 3, 4
MAILS = MAILS_IN + MAILS_OUT
SYNC_RUN = 50  # registrations under strace, after the measured ones


class Bench:
    def __init__(self, world, count):
        self.world = world
        self.count = count
        self.env = world.env()
        self.sink = self.env.get("WORLD_SINK")
        self.in_port = int(self.env["WORLD_LMTP_PORT" if self.sink else "WORLD_SMTP_PORT"])
        self.next = 0  # the first index not yet used

    def indexes(self, count):
        self.next += count
        return range(self.next - count, self.next)

    def run(self):
        self.measure()
        self.count_syncs()
        self.check_accounts()
        self.measure_floor()

    def measure(self):
        dovecot = self.world.servers["dovecot"]
        reviewer = self.env["WORLD_CITY_LINYI_1_MAIL"]
        for address in [*driver.mailboxes(), reviewer]:
            dovecot.make_mailbox(address)
        paths = [self.sink] if self.sink else [self.new(address) for address in [*driver.mailboxes(), reviewer]]
        drop = self.env.get("WORLD_DROP")
        self.post = Drop(drop) if drop else Post(self.in_port, bool(self.sink))
        self.people = Run(self.post, Folders(paths), self.env["WORLD_ADDRESS"], reviewer)
        self.people.carry(self.indexes(min(self.count, 5)))  # everything has been used once
        self.people.letters, self.people.octets = {}, 0
        usage = Usage(self.world.pids("countersignd"))
        seconds = self.people.carry(self.indexes(self.count))
        self.last = self.people.done
        self.report(seconds, usage)

    def new(self, address):
        return os.path.join(self.world.maildir(address), "new")

    def report(self, seconds, usage):
        rows = usage.rows()
        mails = self.count * MAILS
        row(f"{self.count} registrations, {mails} mails", seconds, "s")
        row("registrations", self.count / seconds, "/s")
        row("mails", mails / seconds, "/s")
        for name, milliseconds, peak, _ in rows:
            row(f"  {name}", milliseconds / mails, f"ms CPU per mail, {peak / 1024:.1f} MB at most")
        row("the daemon", sum(one[1] for one in rows) / mails, "ms CPU per mail")
        row("memory of all processes together", sum(one[3] for one in rows) / 1024, "MB after the run, shared pages once")
        row("", sum(one[2] for one in rows) / 1024, "MB as the sum of peaks, shared pages in each")
        row("letters, mean size", self.people.octets / sum(self.people.letters.values()) / 1000, "kB")

    def count_syncs(self):
        count = min(self.count, SYNC_RUN)
        with Syncs(self.world.pids("countersignd")) as syncs:
            self.people.carry(self.indexes(count))
        if syncs.count is None:
            print("  fsyncs: not counted, strace is not installed")
        else:
            row(f"fsyncs ({count} registrations)", syncs.count / (count * MAILS), "per mail")

    def check_accounts(self):
        """The accounts are there, and some of their secrets are good."""
        self.post.close()
        directory = Directory(self.env)
        found = directory.find("(uid=bench-*)", "1.1").count("dn: ")
        if found != self.next:
            raise Failed(f"{found} accounts for {self.next} registrations")
        for applicant, source in self.last[:: max(1, len(self.last) // 3)]:
            if not directory.logs_in(applicant.dn, Letter(source).secret):
                raise Failed(f"{applicant.login} cannot log in")

    def measure_floor(self):
        print("\nThe same job's floor, each part alone:")
        octets = self.people.octets // sum(self.people.letters.values())
        address = driver.mailboxes()[0]
        mails_in = floor.sends(self.in_port, bool(self.sink), self.new(address), address, min(self.count * MAILS_IN, 1000), 2000)
        out_port = int(self.env["WORLD_SUBMISSION_PORT"]) if self.sink else self.in_port
        out_folder = self.sink or self.new(address)
        mails_out = floor.sends(out_port, False, out_folder, address, min(self.count * MAILS_OUT, 1000), octets)
        entries = self.indexes(self.count)
        added = floor.adds(self.env["WORLD_LDAPI"], entries.start, self.count)
        hashed = floor.passwords(self.env["WORLD_LDAPI"], entries.start, min(self.count, 100))
        committed = floor.commits(self.env["WORLD_STATE"], 500)
        row("mails of 2 kB handed in and delivered", mails_in, "/s")
        row(f"mails of {octets / 1000:.0f} kB handed out and delivered", mails_out, "/s")
        row("directory entries added", added, "/s")
        row("first passwords hashed by the directory", hashed, "/s")
        row("commits of one row", committed, "/s")
        seconds = MAILS_IN / mails_in + MAILS_OUT / mails_out + 1 / added + 1 / hashed + MAILS_IN / committed
        row("one after the other, a commit per mail in", 1 / seconds, "registrations/s")


def row(what, value, unit):
    print(f"  {what:<44} {value:10.2f} {unit}", flush=True)


def title(given):
    if not given.sink:
        return "Through Postfix and Dovecot:"
    return "From a Maildir into a sink:" if given.maildir else "By LMTP and IMAP into a sink:"


def main():
    parser = argparse.ArgumentParser(description="Measure registrations from submission to active account.")
    parser.add_argument("count", nargs="?", type=int, default=500, help="how many registrations (default 500)")
    parser.add_argument("--sink", action="store_true", help="without Postfix: in by LMTP, out into a sink")
    parser.add_argument("--maildir", action="store_true", help="with --sink: mails in by Maildir, not by LMTP and IMAP")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as directory:
        os.chmod(directory, 0o755)
        world = World(directory, sink=given.sink, drop=given.sink and given.maildir)
        try:
            world.start()
            print(title(given))
            Bench(world, given.count).run()
        except Failed as fault:
            sys.exit(f"bench: {fault}")
        finally:
            world.stop()


if __name__ == "__main__":
    main()
