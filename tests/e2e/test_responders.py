"""Signed answers where responders (OCSP) say whether certificates are revoked: openssl's own, on loopback."""

import itertools
import threading

import pytest

from people import ARCHIVE, wait_until
from signing import Responder, Signing

APPROVE = f"同意\n留档编号：{ARCHIVE}"
LINYI = "city-linyi-1@example.com"
WAITING, WAITING_NOT = "smime-ocsp-minutes=30", "smime-ocsp-minutes=0"
NUMBERS = itertools.count(1)


@pytest.fixture(scope="module", params=["people", "imap_people"])
def people(request):
    """What waits stays in a Maildir, or on an IMAP server."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def signing(tmp_path_factory):
    made = Signing(str(tmp_path_factory.mktemp("signing")))
    made.issue("responder", kind="responder")
    return made


@pytest.fixture(scope="module")
def responder(signing):
    with Responder(signing, "responder") as started:
        yield started


@pytest.fixture
def signer(people, signing, responder):
    """A certificate of their own for each test, in the entry of Linyi's reviewer; it names the responder."""
    name = f"linyi-{next(NUMBERS)}"
    signing.issue(name, LINYI, responder=responder.url)
    done = people.change_directory(signing.for_directory(name, people.env["WORLD_CITY_LINYI_1_DN"]))
    assert done.returncode == 0, done.stderr
    return name


@pytest.fixture(scope="module")
def demanding(people, signing):
    """The site demands a signature of cities."""
    options = f"[identity]\nreview-proof=address, cityReview=smime\nsmime-ca-file={signing.authority}\nsmime-revocation=ocsp\n{WAITING}"
    with people.reloaded(lambda text: text.replace("[identity]", options)):
        yield people


def impatient(people):
    """No mail waits for the responder."""
    return people.reloaded(lambda text: text.replace(WAITING, WAITING_NOT))


@pytest.fixture
def task(people, demanding, signer):
    newcomer = people.enterprise()
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks[LINYI]


@pytest.fixture
def saying(responder):
    """Have the responder say something else."""
    before = responder.answer

    def say(answer):
        responder.answer = answer

    yield say
    responder.answer = before


def hand_in(people, signing, letter, name):
    return people.hand_in(signing.sign(letter.answer(APPROVE), name), sender=LINYI, to=letter.answer_to)


def answer(people, signing, letter, name):
    people.wait_filed(hand_in(people, signing, letter, name))


def test_who_is_not_revoked_decides(people, signing, responder, task, signer):
    newcomer, request, letter = task
    before = responder.asked
    answer(people, signing, letter, signer)
    assert people.letter(newcomer.mail, "N5", request)
    assert responder.asked == before + 1
    receipt, tasks = people.submit(people.enterprise())
    answer(people, signing, tasks[LINYI], signer)
    wait_until(lambda: people.state(receipt.request) == "done", "the second answer has decided nothing")
    assert responder.asked == before + 1


def test_who_is_revoked_does_not(people, signing, task, signer):
    _, request, letter = task
    signing.revoke(signer)
    answer(people, signing, letter, signer)
    assert "已被吊销" in people.letter(LINYI, "N9", request).text
    assert people.state(request) == "cityReview"


def test_explain_asks_as_the_daemon_does(people, signing, task, signer, tmp_path):
    _, _, letter = task
    file = tmp_path / "answer.eml"
    file.write_bytes(signing.sign(letter.answer(APPROVE), signer))
    told = people.tool("explain", str(file))[0]
    assert (told["signature"], told["proofLacks"]) == ("intact", None)
    assert told["proof"].startswith("smime ")


def test_an_answer_waits_for_a_responder_that_is_away_and_no_other_mail_does(people, signing, responder, saying, task, signer):
    newcomer, request, letter = task
    answered, since = responder.answer, len(people.log())
    saying(lambda _request: b"")
    mark = hand_in(people, signing, letter, signer)
    people.wait_logged(f"the responder {responder.url} is away", since)
    other, _ = people.submit(people.enterprise("370200"))
    asked = responder.asked
    wait_until(lambda: responder.asked > asked, "the responder is not asked again")
    assert mark not in people.filed and people.state(request) == "cityReview"
    assert people.log()[since:].count("is away") == 1
    saying(answered)
    people.wait_filed(mark, 30)
    assert people.letter(newcomer.mail, "N5", request)
    assert f"the responder {responder.url} is back" in people.log()[since:]


def unbelieved(people, signing, letter, request, signer, why):
    """Nothing is decided, the reviewer is asked to answer again later, and the log says why."""
    since = len(people.log())
    with impatient(people):
        answer(people, signing, letter, signer)
        assert "请稍后重新回复" in people.letter(LINYI, "N9", request).text
        assert people.state(request) == "cityReview"
        assert why in people.log()[since:]


@pytest.mark.parametrize("said, why", [(b"", "HTTP status 503"), (b"<html>hello</html>", "no answer of OCSP"), (b"0" * 70000, "larger than allowed")],
                         ids=["nothing", "a page", "too much"])
def test_nobody_waits_for_ever(people, signing, saying, task, signer, said, why):
    _, request, letter = task
    saying(lambda _request: said)
    unbelieved(people, signing, letter, request, signer, why)
    assert ("N11", people.operator) in [(row["code"], row["to"]) for row in people.tool("outbox", "--most", "1000") if row["kind"] == "mail"]


def test_a_responder_that_hangs_holds_up_nobody_else(people, signing, responder, saying, task, signer):
    _, request, letter = task
    answered, asked, go_on = responder.answer, threading.Event(), threading.Event()

    def hang(request):
        asked.set()
        go_on.wait(60)
        return answered(request)

    saying(hang)
    mark = hand_in(people, signing, letter, signer)
    assert asked.wait(10)
    people.submit(people.enterprise("370200"))
    assert mark not in people.filed and people.state(request) == "cityReview"
    saying(answered)
    go_on.set()
    people.wait_filed(mark, 30)
    wait_until(lambda: people.state(request) == "done", "the answer has decided nothing")


def test_a_stranger_answers_for_nobody(people, signing, saying, task, signer, tmp_path_factory):
    _, request, letter = task
    stranger = Signing(str(tmp_path_factory.mktemp("stranger")))
    with open(f"{signing.folder}/stranger.pem", "wb") as file, open(stranger.authority, "rb") as own:
        file.write(own.read())
    with open(f"{signing.folder}/stranger.key", "wb") as file, open(f"{stranger.folder}/authority.key", "rb") as own:
        file.write(own.read())
    saying(lambda asked: signing.answer_ocsp(asked, "stranger", "-nmin", "5"))
    unbelieved(people, signing, letter, request, signer, "not signed by the certificate's issuer")


def test_an_answer_of_before_is_not_taken_for_a_new_one(people, signing, saying, task, signer):
    """A replayed answer bears the nonce of another question."""
    _, request, letter = task
    first = []
    saying(lambda asked: (first or first.append(signing.answer_ocsp(asked, "responder", "-nmin", "5")) or first)[0])
    people.hand_in(signing.sign(letter.answer("同意"), signer), sender=LINYI, to=letter.answer_to)
    people.letter(LINYI, "N9", request)
    unbelieved(people, signing, letter, request, signer, "another question")


def test_a_certificate_that_the_responder_does_not_know_is_not_believed(people, signing, task, signer):
    _, request, letter = task
    with open(f"{signing.folder}/index.txt", encoding="utf-8") as file:
        kept = [line for line in file if f"/CN={signer}" not in line]
    with open(f"{signing.folder}/index.txt", "w", encoding="utf-8") as file:
        file.writelines(kept)
    with impatient(people):
        answer(people, signing, letter, signer)
        assert "不认识该证书" in people.letter(LINYI, "N9", request).text
        assert people.state(request) == "cityReview"
