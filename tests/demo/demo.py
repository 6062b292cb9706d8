#!/usr/bin/python3
"""The story countersign is for, told on real servers: an enterprise registers by mail, its city says yes by reply, and
it can log in. Ends with 1, and says which step, as soon as one does not come true.
"""

import os
import sys
import tempfile
import textwrap
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "world"))

from changes import Changes  # noqa: E402
from client import TICK, Directory, Mailbox, readable, send  # noqa: E402
from letter import Enterprise, Letter  # noqa: E402
from process import Failed  # noqa: E402
from world import World  # noqa: E402

ARCHIVE = "济建留档〔2026〕0001号"
NEW_PASSWORD = "a password of their own 2026"


class Story:
    """Prints what happens, with the seconds since the beginning."""

    def __init__(self):
        self.begin = time.monotonic()
        self.steps = 0

    def step(self, what):
        self.steps += 1
        print(f"\n[{time.monotonic() - self.begin:5.1f} s] {self.steps}. {what}", flush=True)

    def say(self, what):
        print(textwrap.indent(what, "          "), flush=True)

    def mail(self, direction, sender, to, subject, text, lines=16):
        """A mail's head and as much of its text as one wants to read."""
        body = [line for line in text.strip().splitlines() if not line.startswith(">")]
        more = [f"… {len(body) - lines} more lines"] if len(body) > lines + 1 else []
        shown = body[:lines] + more if more else body
        print(f"          ┌ {direction}  {sender} → {to}")
        print(f"          │ {subject}")
        print("          ├────────")
        for line in shown:
            print(f"          │ {line}")
        print("          └────────", flush=True)

    def letter(self, letter, lines=16):
        self.mail("mail from countersign", letter.answer_to, letter.to, letter.subject, letter.text, lines)

    def answer(self, message):
        self.mail("answer", message["From"], message["To"], message["Subject"], message.get_content())


def check(true, what):
    if not true:
        raise Failed(what)


class Demo:
    def __init__(self, world, story):
        self.env = world.env()
        self.world = world
        self.story = story
        self.directory = Directory(self.env)
        self.address = self.env["WORLD_ADDRESS"]
        self.newcomer = Enterprise(46, "ding@ding-jianshe.test", "ding-jianshe", "370100", "济南测试建设丁有限公司")
        self.reviewers = self.env["WORLD_REVIEWERS_370100"].split()
        self.applicant = Mailbox(self.env, self.newcomer.mail)
        self.desks = {address: Mailbox(self.env, address) for address in self.reviewers}

    def tell(self):
        draft = self.register()
        tasks = self.confirm(draft)
        self.only_the_city_was_asked()
        secret = self.approve(tasks[self.reviewers[0]])
        self.log_in(secret)
        self.register_again()

    def register(self):
        story, newcomer = self.story, self.newcomer
        story.step(f"{newcomer.name} fills in table 5 and mails it. It has no account: it cannot log in.")
        check(not self.directory.find(f"(csCreditCode={newcomer.code})"), "the enterprise is in the directory already")
        check(not self.directory.logs_in(newcomer.dn, "whatever"), "somebody without an account can log in")
        message = newcomer.registration(self.address)
        story.mail("mail", newcomer.mail, self.address, f"{message['Subject']} (table5.xml)", newcomer.form(), 40)
        send(self.env, message)
        story.step("countersign answers with what it understood. Nothing is submitted until the sender says so.")
        draft = self.applicant.wait("N1D")
        story.letter(draft, 40)
        return draft

    def confirm(self, draft):
        story = self.story
        story.step("The enterprise confirms by replying.")
        answer = draft.answer("确认")
        story.answer(answer)
        send(self.env, answer)
        receipt = self.applicant.wait("N1")
        story.letter(receipt)
        story.step(f"The reviewers of its city, Jinan, are asked: {', '.join(self.reviewers)}.")
        tasks = {address: desk.wait("N2") for address, desk in self.desks.items()}
        story.letter(tasks[self.reviewers[0]], 60)
        check(len({task.answer_to for task in tasks.values()}) == len(tasks), "two reviewers got the same token")
        check({task.request for task in tasks.values()} == {receipt.request}, "the reviewers were asked about another request")
        return tasks

    def only_the_city_was_asked(self):
        """Looks into every mailbox of the world there is."""
        asked = [letter.to for letter in self.all_letters() if letter.code in ("N2", "N4")]
        check(sorted(asked) == sorted(self.reviewers), f"review mails went to {asked}")
        self.story.say("Nobody else was asked: no other mailbox of this world has such a mail.")
        check(not self.directory.find(f"(csCreditCode={self.newcomer.code})"), "the account exists before it was approved")
        self.story.say("And still there is no account.")

    def all_letters(self):
        for folder, _, files in os.walk(self.env["WORLD_MAIL_FOLDER"]):
            if os.path.basename(folder) in ("new", "cur"):
                for name in files:
                    with open(os.path.join(folder, name), "rb") as file:
                        letter = Letter(file.read())
                    if letter.code:
                        yield letter

    def approve(self, task):
        story, newcomer = self.story, self.newcomer
        story.step("The papers are there. One reviewer approves by replying, with the archive number.")
        answer = task.answer(f"同意\n留档编号：{ARCHIVE}")
        story.answer(answer)
        send(self.env, answer)
        sent = time.monotonic()
        entry = self.wait_for_entry(10)
        active = time.monotonic() - sent
        letter = self.applicant.wait("N5")
        story.step(f"The account stands in the directory {active:.2f} s after the reply was sent, with what the form said:")
        story.say(readable(entry))
        for value in (f"uid: {newcomer.login}", f"mail: {newcomer.mail}", "csDivisionCode: 370100"):
            check(value in entry.splitlines(), f"the entry lacks {value}")
        story.step(f"The enterprise is told, {time.monotonic() - sent:.2f} s after the reply, with a secret for one login:")
        story.letter(letter, 60)
        check(letter.secret, "the approval brings no one-time secret")
        return letter.secret

    def wait_for_entry(self, seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            entry = self.directory.find(f"(csCreditCode={self.newcomer.code})", "*")
            if entry:
                return entry
            time.sleep(TICK)
        raise Failed(f"no account within {seconds} seconds of the approval")

    def log_in(self, secret):
        story, dn = self.story, self.newcomer.dn
        story.step("The secret is good for one thing: to set a password.")
        run = self.directory.run
        look = ("-LLL", "-b", dn, "-s", "base", "uid")
        told = run("ldapwhoami", (dn, secret), "-e", "ppolicy")
        self.show("ldapwhoami with the one-time secret", told, 0)
        check("Password must be changed" in told.stderr, "the directory does not demand a change of password")
        self.show("ldapsearch for its own entry with the one-time secret", run("ldapsearch", (dn, secret), *look), 50)
        changed = self.directory.change_password(dn, secret, NEW_PASSWORD)
        self.show("ldappasswd, from the secret to a password of its own", changed, 0)
        self.show("ldapwhoami with the new password", run("ldapwhoami", (dn, NEW_PASSWORD)), 0)
        self.show("ldapsearch for its own entry with the new password", run("ldapsearch", (dn, NEW_PASSWORD), *look), 0)
        self.show("ldapwhoami with the one-time secret, once more", run("ldapwhoami", (dn, secret)), 49)

    def show(self, what, done, expected):
        said = " ".join((done.stdout + done.stderr).split())
        self.story.say(f"{what}: {said or 'ok'}")
        check(done.returncode == expected, f"{what}: expected {expected}, got {done.returncode}")

    def register_again(self):
        story = self.story
        story.step("Somebody else registers an enterprise with the same credit code. That is refused.")
        second = Enterprise(46, "other@other.test", "other-login", "370100", "济南测试建设另有限公司")
        check(second.code == self.newcomer.code, "the demo's own codes differ")
        send(self.env, second.registration(self.address))
        mailbox = Mailbox(self.env, second.mail)
        refusal = mailbox.wait("N0")
        mailbox.close()
        story.letter(refusal)
        check("E-DUP-REG" in refusal.notice, "the refusal does not say E-DUP-REG")
        check(not self.directory.find(f"(uid={second.login})"), "the refused registration has made an account")


def main():
    story = Story()
    with tempfile.TemporaryDirectory(prefix="countersign-demo-") as directory:
        os.chmod(directory, 0o755)
        world = World(directory)
        try:
            story.step("A directory, a mailbox server and a mail server come up on loopback, and countersign between them.")
            world.start()
            env = world.env()
            story.say(f"directory {env['WORLD_LDAP_URL']}, mailboxes {env['WORLD_IMAP_URL']}, mail {env['WORLD_SMTP_URL']}")
            Demo(world, story).tell()
            Changes(world, story, Directory(env)).tell()
        except Failed as fault:
            print(f"\nFAILED at step {story.steps}: {fault}", file=sys.stderr)
            log = world.directory + "/countersignd.log"
            if os.path.exists(log):
                with open(log, encoding="utf-8", errors="replace") as file:
                    print("The daemon's log ends with:\n" + "".join(file.readlines()[-20:]), file=sys.stderr)
            sys.exit(1)
        finally:
            world.stop()
    print(f"\nEvery step came true, in {time.monotonic() - story.begin:.1f} s.")


if __name__ == "__main__":
    main()
