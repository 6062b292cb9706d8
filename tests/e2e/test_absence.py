"""Mailboxes that are dead and reviewers who are away: real bounces of a real mail server, real notes of absence."""

import contextlib

import pytest

from people import ARCHIVE, plain

LINYI, DEPUTY = "city-linyi-1@example.com", "city-linyi-2@example.com"
LINYI_UID = "uid=city-linyi-1,ou=371300"
DEPUTY_UID = "uid=city-linyi-2,ou=371300"
RETURNED = "returned@example.com"  # the mail server accepts it and sends a bounce


def modified(people, uid, *changes):
    done = people.change_directory(f"dn: {uid},ou=authorities,{people.env['WORLD_SUFFIX']}\nchangetype: modify\n" + "\n-\n".join(changes))
    assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def reached_at(people, mail):
    """While the reviewer of Linyi has that address."""
    modified(people, LINYI_UID, f"replace: mail\nmail: {mail}")
    try:
        yield
    finally:
        modified(people, LINYI_UID, f"replace: mail\nmail: {LINYI}")


@pytest.fixture
def deputy(people):
    """A second reviewer of Linyi, who comes and goes with the test."""
    suffix = people.env["WORLD_SUFFIX"]
    person = f"{DEPUTY_UID},ou=authorities,{suffix}"
    added = people.change_directory(
        f"dn: {person}\nchangetype: add\nobjectClass: csReviewer\nuid: city-linyi-2\ncn: Linyi Two\nsn: Two\n"
        f"mail: {DEPUTY}\ncsActive: TRUE\ncsIdNumber: 371399198001019219\n"
    )
    assert added.returncode == 0, added.stderr
    yield lambda: modified(people, "cn=reviewers,ou=371300", f"add: member\nmember: {person}")
    modified(people, "cn=reviewers,ou=371300", f"delete: member\nmember: {person}")
    people.change_directory(f"dn: {person}\nchangetype: delete\n")


def test_a_bounce_from_the_mail_server_is_reported(people):
    newcomer = people.enterprise()
    with reached_at(people, RETURNED):
        people.send(newcomer.registration(people.address), port="PROVEN")
        request = people.letter(newcomer.mail, "N1").request
        told = [people.letter(people.operator, "N11", request, seconds=20).text for _ in range(2)]  # the address, and that nobody is left
        assert any(RETURNED in text for text in told)
        assert people.letter("province-1@example.com", "N11", request)
    shown = people.show(request)
    assert (shown["state"], shown["openTokens"]) == ("cityReview", 0)
    assert "N9" not in people.told(RETURNED)


def test_a_deputy_decides_for_who_is_away(people, deputy):
    newcomer = people.enterprise()
    receipt, tasks = people.submit(newcomer)
    deputy()
    modified(people, LINYI_UID, "replace: csDeputy\ncsDeputy: city-linyi-2")
    try:
        note = plain(LINYI, people.address, "自动回复: 出差", "同意")
        note["Auto-Submitted"] = "auto-replied"
        note["In-Reply-To"] = tasks[LINYI].message["Message-ID"]
        people.send(note)
        task = people.letter(DEPUTY, "N2", receipt.request)
    finally:
        modified(people, LINYI_UID, "delete: csDeputy")
    assert people.letter(newcomer.mail, "N3a", receipt.request)
    people.reply(task, f"同意\n留档编号：{ARCHIVE}")
    assert people.letter(newcomer.mail, "N5", receipt.request)
    assert not [code for code in people.told(LINYI) if code == "N9"]


def test_the_state_is_told_for_a_word(people):
    newcomer = people.enterprise()
    receipt, _ = people.submit(newcomer)
    people.send(plain(newcomer.mail, people.address, "STATUS", f"状态 {receipt.request}"))
    assert receipt.request in people.letter(newcomer.mail, "NS").text
