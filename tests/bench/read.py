#!/usr/bin/python3
"""How fast mail is read: 2,000 typical replies through `countersign read`, and what the worst messages cost.

    read.py [--out build] [--replies 2000]

CPU time, not wall clock. Instructions are counted where valgrind is there. It prints figures and asserts nothing.
"""

import argparse
import base64
import glob
import os
import re
import resource
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LARGEST = 8 * 1024 * 1024
HEAD = b"From: a@example.com\nTo: countersign@example.com\nSubject: Re: x\nIn-Reply-To: <x@example.com>\nMIME-Version: 1.0\n"


def content(path):
    with open(path, "rb") as file:
        return file.read()


def store(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def typed(kind, body, encoding=b"8bit"):
    return HEAD + b"Content-Type: " + kind + b"\nContent-Transfer-Encoding: " + encoding + b"\n\n" + body


def filled(head, piece, tail=b""):
    return head + piece * ((LARGEST - len(head) - len(tail)) // len(piece)) + tail


def with_form(form):
    return typed(b"application/xml; name=form.xml", base64.encodebytes(form), b"base64")


def large(limit):
    """(name, message): golden files that attack, the largest first, and messages of the largest size that is read."""
    attacks = sorted(glob.glob(os.path.join(ROOT, "tests/golden/forms/attack-*.xml")), key=os.path.getsize, reverse=True)
    mails = sorted(glob.glob(os.path.join(ROOT, "tests/golden/messages/*.eml")), key=os.path.getsize, reverse=True)
    for path in attacks[:limit]:
        yield os.path.basename(path), with_form(content(path))
    for path in mails[:limit]:
        yield os.path.basename(path), content(path)
    plain, html = typed(b"text/plain; charset=utf-8", b""), typed(b"text/html; charset=utf-8", b"")
    yield "8 MiB of one line", filled(plain, "同意".encode())
    yield "8 MiB of GB18030 called UTF-8", filled(plain, "同意，留档编号\n".encode("gb18030"))
    yield "8 MiB of labels", filled(plain, "留档1 ".encode())
    yield "8 MiB of rejections", filled(plain, "退回\n原因：缺\n".encode())
    yield "8 MiB of quotes", filled(plain, b"> a\n> On x, y wrote:\n")
    yield "8 MiB of From lines", filled(plain, b"From: a\nSent: b\n\n")
    yield "8 MiB of carriage returns", filled(plain.replace(b"\n", b"\r"), b"a\r")
    yield "8 MiB of open divs", filled(html, b"<div class=\"gmail_quote\">")
    yield "8 MiB of attributes", filled(html + b"<p", b" a=\"b\"")
    yield "8 MiB of entities", filled(html, b"&lt;&nbsp;&#20;")
    yield "8 MiB of parts", filled(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n", b"--b\n\nx\n")
    yield "8 MiB of boundaries within boundaries", filled(HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n",
                                                           b"--b\nContent-Type: multipart/mixed; boundary=b\n\n")
    yield "8 MiB of header", filled(HEAD, b"References: <a@example.com>\n <b@example.com>\n", b"\n\nx\n")
    yield "8 MiB of quoted-printable", filled(typed(b"text/plain; charset=gb18030", b"", b"quoted-printable"), b"=CD=AC=D2=E2=\n")
    yield "8 MiB of base64", filled(typed(b"application/octet-stream; name=a.zip", b"", b"base64"), b"QUJDRA" * 12 + b"\n")
    yield "8 MiB of empty elements", with_form(b"<a xmlns=\"urn:countersign:form:1\">" + b"<b/>" * (1024 * 1024 * 5 // 4) + b"</a>")
    yield "1 MiB of form", with_form(b"<statusQuery xmlns=\"urn:countersign:form:1\"><requestId>" + b"&#65;" * 200000 +
                                     b"</requestId></statusQuery>")


def replies(folder, count):
    """Typical replies, every one a mail of its own."""
    models = [content(path) for path in sorted(glob.glob(os.path.join(ROOT, "tests/golden/messages/reply-*.eml")))]
    for number in range(count):
        text = re.sub(rb"^Message-ID: *<", b"Message-ID: <%d." % number, models[number % len(models)], count=1, flags=re.MULTILINE | re.IGNORECASE)
        yield store(folder, f"{number}.eml", text)


def read_replies(out, count):
    with tempfile.TemporaryDirectory() as folder:
        paths = list(replies(folder, count))
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([os.path.join(out, "countersign"), "read", "--json", *paths], cwd=ROOT, stdout=subprocess.PIPE, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = done.stdout.count(b"\n")
    print(f"{lines} of {count} replies through `countersign read --json`: {seconds:.2f} s CPU with its start, {lines / seconds:.0f} a second on one core")


def instructions(program, path):
    """Of message_read() alone; None without valgrind."""
    if not shutil.which("valgrind"):
        return None
    done = subprocess.run(["valgrind", "--tool=callgrind", "--toggle-collect=message_read", "--callgrind-out-file=/dev/null", program, path],
                          cwd=ROOT, capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", done.stderr)
    return int(found[1]) if found else None


def read_large(out):
    program = os.path.join(out, "bench", "read_message")
    print(f"\n{'message':42} {'bytes':>9} {'CPU ms':>8} {'peak MiB':>9} {'10^6 instructions':>18}  kind")
    with tempfile.TemporaryDirectory() as folder:
        for name, mail in large(3):
            path = store(folder, "mail", mail)
            done = subprocess.run([program, path], cwd=ROOT, capture_output=True, text=True, check=True)
            milliseconds, kilobytes, kind = done.stdout.split()
            count = instructions(program, path)
            shown = f"{count / 1e6:.1f}" if count is not None else "-"
            print(f"{name:42} {len(mail):9} {float(milliseconds):8.1f} {int(kilobytes) / 1024:9.1f} {shown:>18}  {kind}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Measure how fast mail is read.")
    parser.add_argument("--out", default="build")
    parser.add_argument("--replies", type=int, default=2000)
    arguments = parser.parse_args()
    out = os.path.join(ROOT, arguments.out)
    read_replies(out, arguments.replies)
    read_large(out)


main()
