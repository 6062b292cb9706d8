"""What hostile or broken mail does to the daemon, through real SMTP and IMAP: it is refused within limits, said in one line
of the log, and the next good mail is served by the same processes.
"""

import base64
import os
import re

import pytest

from people import wait_until

QUARANTINE, PROCESSED = "Quarantine", "Processed"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.fixture(scope="module")
def people(imap_people):
    return imap_people


def mail(body, sender="hostile@elsewhere.test", to="countersign@example.com", extra="", kind="application/xml", name="form.xml"):
    """A mail with these octets as its one attachment."""
    coded = base64.encodebytes(body).replace(b"\n", b"\r\n")
    head = (
        f"From: {sender}\r\nTo: {to}\r\nSubject: form\r\nMessage-ID: <{os.urandom(8).hex()}@elsewhere.test>\r\n{extra}"
        f'MIME-Version: 1.0\r\nContent-Type: {kind}; name="{name}"\r\nContent-Disposition: attachment; filename="{name}"\r\n'
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + coded


def words(head, body=b"hello\r\n"):
    return head.replace("\n", "\r\n").encode() + b"\r\n" + body


def pids(people):
    return people.world.pids("countersignd")


def memory(people):
    """Kilobytes of the biggest process, at its biggest."""

    def peak(pid):
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1])

    return max(map(peak, pids(people)))


def endure(people, octets, sender="hostile@elsewhere.test", seconds=20):
    """Send it. The folder it ends up in, and the one line that the desk says about it; nothing else has changed."""
    before, since = pids(people), len(people.log())
    requests = len(people.tool("list", "--most", "100000"))
    folder = people.send(octets, sender=sender, seconds=seconds)
    wait_until(lambda: "desk: " in people.log()[since:], "nothing is logged")
    lines = people.log()[since:].splitlines()
    assert pids(people) == before
    assert len(people.tool("list", "--most", "100000")) == requests
    assert len(lines) == 1 and len(lines[0]) < 1000, lines
    return folder, lines[0]


@pytest.fixture(autouse=True)
def the_next_good_mail_works(people):
    yield
    newcomer = people.enterprise()
    receipt, _ = people.submit(newcomer)
    assert people.state(receipt.request) == "cityReview"


def refused(people, octets, sender, code, seconds=20):
    """It is refused with this code, told to its sender."""
    folder, line = endure(people, octets, sender, seconds)
    assert folder == PROCESSED and code in line
    letter = people.letter(sender, "N0")
    assert code in letter.text
    return letter


def test_thirty_megabytes(people):
    noise = os.urandom(22 << 20)
    letter = refused(people, mail(noise, "big@elsewhere.test"), "big@elsewhere.test", "E-SIZE", 60)
    assert len(letter.text) < 5000
    assert memory(people) < 60000


def test_a_thousand_levels_of_mime(people):
    head = "From: deep@elsewhere.test\r\nSubject: deep\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b0\r\n\r\n"
    inner = "".join(f"--b{level}\r\nContent-Type: multipart/mixed; boundary=b{level + 1}\r\n\r\n" for level in range(1000))
    folder, line = endure(people, (head + inner + "--b1000\r\n\r\nhello\r\n").encode(), "deep@elsewhere.test")
    assert folder == QUARANTINE, line


def test_a_thousand_messages_in_messages(people):
    head = "From: nested@elsewhere.test\r\nSubject: nested\r\nMIME-Version: 1.0\r\n"
    inner = "Content-Type: message/rfc822\r\n\r\n" * 1000
    endure(people, (head + inner + "Subject: x\r\n\r\nhello\r\n").encode(), "nested@elsewhere.test")


def test_ten_thousand_parts(people):
    head = "From: many@elsewhere.test\r\nSubject: many\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    endure(people, (head + "--b\r\n\r\nx\r\n" * 10000 + "--b--\r\n").encode(), "many@elsewhere.test")


BOMB = DECLARATION + "<!DOCTYPE a [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{level} '{f'&a{level - 1};' * 10}'>" for level in range(1, 30)
) + "]>\n<enterpriseRegistration xmlns='urn:countersign:form:1' version='1'>&a29;</enterpriseRegistration>"
OUTSIDE = DECLARATION + '<!DOCTYPE a [<!ENTITY x SYSTEM "{}">]>\n<enterpriseRegistration xmlns="urn:countersign:form:1" version="1">&x;' \
    "</enterpriseRegistration>"
FORMS = {
    "bomb": BOMB.encode(),
    "file": OUTSIDE.format("file:///etc/passwd").encode(),
    "network": OUTSIDE.format("http://127.0.0.1:9/x").encode(),
    "utf-16-doctype": OUTSIDE.format("file:///etc/passwd").replace("UTF-8", "UTF-16").encode("utf-16"),
    "parameter-entity": (DECLARATION + '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]><a/>').encode(),
    "nul": (DECLARATION + "<enterpriseRegistration xmlns='urn:countersign:form:1' version='1'>\0</enterpriseRegistration>").encode(),
    "deep": (DECLARATION + "<a>" * 100000).encode(),
    "cut": (DECLARATION + "<enterpriseRegistration xmlns='urn:countersign:form:1' version='1'><head>").encode(),
    "bytes": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", FORMS)
def test_a_form_that_is_an_attack(people, name):
    sender = f"{name}@elsewhere.test"
    letter = refused(people, mail(FORMS[name], sender), sender, "E-XML")
    assert "root:" not in letter.message.as_string()


def test_a_form_of_two_megabytes(people):
    text = DECLARATION + "<enterpriseRegistration xmlns='urn:countersign:form:1' version='1'>" + "<a>x</a>" * 260000
    refused(people, mail(text.encode(), "long@elsewhere.test"), "long@elsewhere.test", "E-XML")


def test_an_unknown_form(people):
    text = DECLARATION + "<somethingElse xmlns='urn:countersign:form:1' version='1'/>"
    refused(people, mail(text.encode(), "other@elsewhere.test"), "other@elsewhere.test", "E-SCHEMA")


def test_names_that_mean_something_to_a_directory(people):
    """They are names like any other, or refused: never a filter, never a DN."""
    newcomer = people.enterprise()
    newcomer.name = "测试*)(uid=*))(|(o=建设,ou=enterprises+x\"公司"
    people.send(newcomer.registration(people.address), port="PROVEN")
    letters = wait_until(lambda: people.letters(newcomer.mail), "no answer")
    assert [letter.code for letter in letters] in (["N1"], ["N0"])
    letters.clear()


def test_nul_octets_in_the_body_and_the_header(people):
    head = "From: nul@elsewhere.test\nSubject: a\0b\nMessage-ID: <nul@elsewhere.test>\n"
    folder, line = endure(people, words(head, b"he\0llo\0\r\n"), "nul@elsewhere.test")
    assert folder in (PROCESSED, QUARANTINE) and "\0" not in line


def test_a_header_of_a_megabyte(people):
    head = "From: head@elsewhere.test\nSubject: x\n" + "".join(f"X-Long-{number}: {'y' * 900}\n" for number in range(1100))
    folder, line = endure(people, words(head), "head@elsewhere.test")
    assert folder == QUARANTINE, line


def test_one_header_field_of_a_megabyte(people):
    head = "From: field@elsewhere.test\nSubject: " + ("x" * 900 + "\n ") * 1100 + "y\n"
    endure(people, words(head), "field@elsewhere.test")


def test_ten_thousand_recipients(people):
    people_named = ",\n ".join(f"somebody-{number}@elsewhere.test" for number in range(10000))
    endure(people, words(f"From: list@elsewhere.test\nTo: {people_named}\nSubject: x\n"), "list@elsewhere.test")


def test_nothing_at_all(people):
    folder, line = endure(people, b"", "empty@elsewhere.test")
    assert folder == QUARANTINE, line
    assert people.told("empty@elsewhere.test") == []


def test_nobody_wrote_it(people):
    folder, line = endure(people, words("Subject: hello\nTo: countersign@example.com\n"), "nofrom@elsewhere.test")
    assert people.told("nofrom@elsewhere.test") == []
    assert folder in (PROCESSED, QUARANTINE), line


@pytest.mark.parametrize(
    "head",
    ["From: a@two.test\nFrom: city-linyi-1@example.com\n", "From: a@two.test, city-linyi-1@example.com\n"],
    ids=["fields", "addresses"],
)
def test_two_people_wrote_it(people, head):
    newcomer = people.enterprise()
    receipt, tasks = people.submit(newcomer)
    [task] = tasks.values()
    told = len(people.told("city-linyi-1@example.com"))
    octets = words(head + f"Subject: Re: {task.subject}\nTo: {task.answer_to}\n", "同意\r\n留档编号：1-2\r\n".encode())
    endure(people, octets, "a@two.test")
    assert people.state(receipt.request) == "cityReview"
    assert people.told("a@two.test") == [] and len(people.told("city-linyi-1@example.com")) == told


def test_a_name_made_to_begin_a_header_of_its_own(people):
    """A line break in what we quote must not become one in what we send."""
    newcomer = people.enterprise()
    text = newcomer.form().replace(newcomer.name, "测试&#13;&#10;Bcc: victim@example.com&#10;公司")
    people.send(mail(text.encode(), newcomer.mail), sender=newcomer.mail, port="PROVEN")
    letters = list(wait_until(lambda: people.letters(newcomer.mail), "no answer"))
    people.letters(newcomer.mail).clear()
    assert letters[0].message["Bcc"] is None
    assert people.told("victim@example.com") == []


def test_lines_that_look_like_imap_and_smtp(people):
    body = b"A005 OK FETCH completed\r\n* BYE\r\n)\r\n.\r\n.\r\nQUIT\r\n* 1 EXPUNGE\r\n"
    folder, _ = endure(people, words("From: lines@elsewhere.test\nSubject: hello\n", body.replace(b"\r\n.\r\n", b"\r\n..\r\n")), "lines@elsewhere.test")
    assert folder == PROCESSED


def test_our_own_mail_is_not_answered(people):
    people.send(words(f"From: {people.address}\nSubject: hello\n"), sender=people.address)
    assert people.told(people.address) == []


def test_a_hundred_hostile_mails_hold_nobody_up(people):
    """They all wait when a good one comes."""
    bomb = mail(FORMS["bomb"], "flood@elsewhere.test")
    flood = [bomb.replace(b"Message-ID: <", f"Message-ID: <{number}.".encode()) for number in range(100)]
    marks = [people.hand_in(octets, sender="flood@elsewhere.test") for octets in flood]
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address), port="PROVEN")
    assert people.letter(newcomer.mail, "N1")
    assert {people.wait_filed(mark, 20) for mark in marks} == {PROCESSED}
