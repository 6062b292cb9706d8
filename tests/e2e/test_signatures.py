"""A site that demands signed answers (S/MIME), on real servers: the certificate is loaded as an administrator loads it, the list of what was revoked is read at SIGHUP."""

import pytest

from people import ARCHIVE
from signing import Signing

APPROVE = f"同意\n留档编号：{ARCHIVE}"
LINYI = "city-linyi-1@example.com"


@pytest.fixture(scope="module")
def signing(people, tmp_path_factory):
    """An authority, and a certificate of it in the entry of Linyi's reviewer."""
    made = Signing(str(tmp_path_factory.mktemp("signing")))
    made.issue("linyi", LINYI)
    made.issue("other", LINYI)
    done = people.change_directory(made.for_directory("linyi", people.env["WORLD_CITY_LINYI_1_DN"]))
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture
def demanding(people, signing):
    """The site demands a signature of cities, and trusts that authority."""
    options = f"[identity]\nreview-proof=address, cityReview=smime\nsmime-ca-file={signing.authority}\nsmime-crl-file={signing.list}"
    with people.reloaded(lambda text: text.replace("[identity]", options)):
        yield people


@pytest.fixture
def task(people, demanding):
    newcomer = people.enterprise()
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks[LINYI]


def answer(people, signing, letter, name, opaque=False):
    people.send(signing.sign(letter.answer(APPROVE), name, opaque), sender=LINYI, to=letter.answer_to)


@pytest.mark.parametrize("opaque", [False, True], ids=["detached", "opaque"])
def test_a_signed_answer_decides(people, signing, task, opaque):
    newcomer, request, letter = task
    answer(people, signing, letter, "linyi", opaque)
    assert people.letter(newcomer.mail, "N5", request)
    details = [event["detail"] or "" for event in people.show(request)["events"]]
    assert any("proof smime CN=linyi <city-linyi-1@example.com>" in detail for detail in details)


def test_an_unsigned_answer_is_asked_back(people, task):
    _, request, letter = task
    people.reply(letter, APPROVE)
    assert "没有签名" in people.letter(LINYI, "N9", request).text
    assert people.state(request) == "cityReview"


def test_another_certificate_of_the_same_name_is_refused(people, signing, task):
    _, request, letter = task
    answer(people, signing, letter, "other")
    assert "不是目录中登记的您的证书" in people.letter(LINYI, "N9", request).text
    assert people.state(request) == "cityReview"


def test_explain_says_what_is_demanded(people, signing, task, tmp_path):
    _, request, letter = task
    file = tmp_path / "answer.eml"
    file.write_bytes(letter.answer(APPROVE).as_bytes())
    told = people.tool("explain", str(file))[0]
    assert (told["proofDemanded"], told["proof"]) == ("smime", "address")
    assert "not signed" in told["proofLacks"]
    file.write_bytes(signing.sign(letter.answer(APPROVE), "linyi"))
    told = people.tool("explain", str(file))[0]
    assert (told["signature"], told["proofLacks"]) == ("intact", None)
    assert told["proof"].startswith("smime CN=linyi ")


def test_a_stage_that_is_not_there_is_named_at_start(people):
    with people.configured(lambda text: text.replace("[identity]", "[identity]\nreview-proof=address, countyReview=dmarc")):
        assert "no stage countyReview" in people.reload("countyReview")


def test_a_revoked_certificate_is_refused(people, signing, task):
    """Last: it stays revoked."""
    _, request, letter = task
    signing.revoke("linyi")
    people.reload()
    answer(people, signing, letter, "linyi")
    assert "已被吊销" in people.letter(LINYI, "N9", request).text
    assert people.state(request) == "cityReview"
