"""What the same job costs without any thought: bare sends, bare adds, bare commits, in the same world and run."""

import os
import sqlite3
import subprocess
import time

from driver import Applicant, Folders, Post
from process import Failed

ENTRY = """dn: {dn}
objectClass: csEnterprise
csCreditCode: {code}
o: {name}
uid: {login}
mail: {mail}
csDivisionCode: {city}
csEnterpriseKind: construction
csAccountStatus: active

"""


def sends(port, lmtp, folder, recipient, count, octets):
    """Mails per second of this size, until the last one is delivered to the folder."""
    text = b"0123456789abcdef" * 4 + b"\r\n"
    message = b"From: <bench@example.com>\r\nSubject: floor\r\n\r\n" + text * (octets // len(text) + 1)
    folders = Folders([folder])
    post = Post(port, lmtp)
    begin = time.monotonic()
    for _ in range(count):
        post.send("bench@example.com", recipient, message)
    arrived = 0
    while arrived < count:
        found = len(folders.wait(30))
        if not found:
            raise Failed(f"only {arrived} of {count} bare mails arrived")
        arrived += found
    seconds = time.monotonic() - begin
    post.close()
    folders.close()
    return count / seconds


def adds(local_url, first, count):
    """Entries like those of the accounts per second, added one after the other over one connection."""
    ldif = "".join(ENTRY.format(**vars(Applicant(first + index))) for index in range(count))
    return count / _modify(["ldapadd"], local_url, ldif)


def passwords(local_url, first, count):
    """First passwords per second, hashed as the directory hashes them."""
    ldif = "".join(
        f"dn: {Applicant(first + index).dn}\nchangetype: modify\nreplace: userPassword\nuserPassword: one-time-{index:08}\n\n"
        for index in range(count)
    )
    return count / _modify(["ldapmodify"], local_url, ldif)


def _modify(tool, local_url, ldif):
    begin = time.monotonic()
    command = [*tool, "-Q", "-Y", "EXTERNAL", "-H", local_url]
    done = subprocess.run(command, input=ldif, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{tool[0]}: {done.stderr.strip()}")
    return time.monotonic() - begin


def commits(folder, count):
    """Durable commits of one row per second, on the disk the daemon's state file is on."""
    path = os.path.join(folder, "floor.sqlite")
    store = sqlite3.connect(path, isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=FULL")
    store.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT")
    begin = time.monotonic()
    for _ in range(count):
        store.execute("INSERT INTO row (content) VALUES (?)", ("x" * 2000,))
    seconds = time.monotonic() - begin
    store.close()
    for name in (path, path + "-wal", path + "-shm"):
        if os.path.exists(name):
            os.unlink(name)
    return count / seconds
