"""What decides and what does not: replies of reviewers and of others, with every way a token can travel."""

import email.message
import email.policy
import email.utils
import re

import pytest

from letter import Letter
from people import ARCHIVE, plain

APPROVE = f"同意\n留档编号：{ARCHIVE}"
FIRST, SECOND, BOTH_SEATS = "city-jinan-1@example.com", "city-jinan-2@example.com", "city-and-province@example.com"
LINYI = "city-linyi-1@example.com"


@pytest.fixture
def asked(people):
    """A registration that waits for Jinan: the newcomer, its request, the reviewers' letters."""
    newcomer = people.enterprise("370100")
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks


@pytest.fixture
def asked_one(people):
    """The same for Linyi, which has one reviewer: the newcomer, its request, the letter."""
    newcomer = people.enterprise()
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks[LINYI]


def undecided(people, newcomer, request):
    """Nothing has changed: still open, every reviewer's token alive, no account."""
    shown = people.show(request)
    assert (shown["state"], shown["openTokens"]) == ("cityReview", len(people.reviewers(newcomer.city)))
    assert not people.entry(newcomer.login)
    return True


def token_of(letter):
    return re.search(r"\[cs:(\w+)\]", letter.subject)[1]


def bare(sender, to, subject, text, **header):
    """A mail that shows a token only where the test puts it."""
    message = plain(sender, to, subject, text)
    for name, value in header.items():
        message[name.replace("_", "-")] = value
    return message


# Verdicts


@pytest.mark.parametrize(
    "words",
    [f"通过。\n留档编号：{ARCHIVE}", f"APPROVE\nARCHIVE: {ARCHIVE}", f"审核通过 留档编号:{ARCHIVE}"],
    ids=["zh", "en", "one-line"],
)
def test_approved_in_either_language(people, asked_one, words):
    newcomer, request, task = asked_one
    people.reply(task, words)
    assert people.letter(newcomer.mail, "N5", request).secret
    assert people.show(request)["steps"][0]["archive"] == ARCHIVE
    assert people.entry(newcomer.login)


@pytest.mark.parametrize("words", ["不同意\n原因：材料不全", "REJECT\nREASON: 材料不全", "驳回，材料不全"], ids=["zh", "en", "bare"])
def test_rejected_in_either_language_frees_name_and_code(people, asked_one, words):
    newcomer, request, task = asked_one
    people.reply(task, words)
    letter = people.letter(newcomer.mail, "N6", request)
    assert "材料不全" in letter.text
    shown = people.show(request)
    assert (shown["state"], shown["openTokens"], shown["steps"][0]["reason"]) == ("rejected", 0, "材料不全")
    assert not people.entry(newcomer.login)
    again, _ = people.submit(newcomer)
    assert again.request != request and people.state(again.request) == "cityReview"


def test_a_rejection_needs_its_reason(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, "不同意")
    assert "缺少原因" in people.letter(LINYI, "N9", request).text
    assert undecided(people, newcomer, request)
    people.reply(task, "不同意\n原因：重复")
    assert people.letter(newcomer.mail, "N6", request)


def test_an_approval_needs_its_archive_number(people, asked):
    newcomer, request, tasks = asked
    people.reply(tasks[FIRST], "同意")
    answer = people.letter(FIRST, "N9", request)
    assert "缺少留档编号" in answer.text and "| 同意" in answer.text
    assert undecided(people, newcomer, request)
    people.reply(tasks[FIRST], f"留档编号：{ARCHIVE}")
    assert people.letter(FIRST, "N9", request)
    assert undecided(people, newcomer, request)
    people.reply(tasks[FIRST], APPROVE)
    assert people.letter(newcomer.mail, "N5", request)
    assert people.show(request)["steps"][0]["archive"] == ARCHIVE


def test_the_question_back_can_be_answered(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, "同意")
    people.reply(people.letter(LINYI, "N9", request), APPROVE)
    assert people.letter(newcomer.mail, "N5", request)


@pytest.mark.parametrize("words", ["再看看", "同意还是不同意，我再想想", "如果材料补齐就同意", "不是不同意", ""])
def test_what_is_not_clear_is_asked_back(people, asked_one, words):
    newcomer, request, task = asked_one
    people.reply(task, words)
    answer = people.letter(LINYI, "N9", request)
    assert words in answer.text and "状态" in answer.text
    assert undecided(people, newcomer, request)


# Several answers


def test_the_second_reviewer_is_late(people, asked):
    newcomer, request, tasks = asked
    people.reply(tasks[FIRST], APPROVE)
    people.letter(newcomer.mail, "N5", request)
    people.reply(tasks[SECOND], "不同意\n原因：太晚")
    late = people.letter(SECOND, "N9", request)
    assert "已由他人处理" in late.text and "济南审核甲" in late.text
    people.reply(tasks[BOTH_SEATS], APPROVE)
    assert "已由他人处理" in people.letter(BOTH_SEATS, "N9", request).text
    shown = people.show(request)
    assert (shown["state"], len(shown["steps"]), shown["steps"][0]["name"]) == ("done", 1, "济南审核甲")
    assert people.told(newcomer.mail) == ["N1", "N5"]


def test_two_reviewers_contradict_each_other_at_once(people, asked):
    newcomer, request, tasks = asked
    mails = [tasks[FIRST].answer(APPROVE), tasks[SECOND].answer("不同意\n原因：材料不全")]
    for mark in [people.hand_in(mail, to=str(mail["To"])) for mail in mails]:
        people.wait_filed(mark)
    verdict = people.show(request)["steps"][0]["verdict"]
    winner, loser, told = {"approve": (FIRST, SECOND, "N5"), "reject": (SECOND, FIRST, "N6")}[verdict]
    people.letter(newcomer.mail, told, request)
    assert "已由他人处理" in people.letter(loser, "N9", request).text
    assert "N9" not in [code for code, address in people.told_about(request) if address == winner]
    assert bool(people.entry(newcomer.login)) == (verdict == "approve")


def test_a_reviewer_contradicts_himself(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, APPROVE)
    people.letter(newcomer.mail, "N5", request)
    people.reply(task, "不同意\n原因：后悔")
    assert "以第一次的决定为准" in people.letter(LINYI, "N9", request).text
    assert people.state(request) == "done" and people.entry(newcomer.login)


def test_the_same_mail_again_changes_nothing(people, asked_one):
    newcomer, request, task = asked_one
    answer = task.answer(APPROVE)
    people.send(answer, to=task.answer_to)
    people.letter(newcomer.mail, "N5", request)
    before = people.show(request)
    assert people.send(answer, to=task.answer_to) == "Processed"
    assert people.show(request) == before


# Who answers


def test_a_stranger_with_the_right_token_is_nobody(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, APPROVE, "assistant@elsewhere.test")
    people.reply(task, "不同意\n原因：资料不全", "assistant@elsewhere.test")
    letter = people.letter("assistant@elsewhere.test", "NX")
    assert "收到该邮件的邮箱" in letter.text and request not in letter.text + letter.subject and newcomer.name not in letter.text
    assert people.told("assistant@elsewhere.test") == ["NX"]
    assert undecided(people, newcomer, request)


def test_a_display_name_is_no_proof(people, asked_one):
    newcomer, request, task = asked_one
    answer = task.answer(APPROVE)
    answer.replace_header("From", f'"{LINYI}" <fake@elsewhere.test>')
    answer["Reply-To"] = LINYI
    answer["Sender"] = LINYI
    people.send(answer, sender=LINYI, to=task.answer_to)
    assert people.told("fake@elsewhere.test") == ["NX"]
    assert undecided(people, newcomer, request)


def test_a_reviewer_of_another_city_with_a_forwarded_token(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, APPROVE, "city-qingdao-1@example.com")
    assert "另一位审核人员" in people.letter("city-qingdao-1@example.com", "N9", request).text
    assert undecided(people, newcomer, request)


def test_a_colleague_with_somebody_elses_token(people, asked):
    newcomer, request, tasks = asked
    people.reply(tasks[FIRST], APPROVE, SECOND)
    assert "另一位审核人员" in people.letter(SECOND, "N9", request).text
    assert undecided(people, newcomer, request)


def test_the_applicant_with_a_reviewers_token(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, APPROVE, newcomer.mail)
    assert undecided(people, newcomer, request)
    assert people.told(newcomer.mail) == ["N1", "NX"]


def test_a_reviewer_in_other_letters(people, asked_one):
    newcomer, request, task = asked_one
    people.reply(task, APPROVE, "City-Linyi-1@Example.COM")
    assert people.letter(newcomer.mail, "N5", request)


def test_a_reviewer_who_has_left_since(people, asked):
    newcomer, request, tasks = asked
    group = "dn: cn=reviewers,ou=370100,ou=authorities,dc=example,dc=org\nchangetype: modify\n{}: member\nmember: {}\n"
    member = people.env["WORLD_CITY_JINAN_1_DN"]
    assert people.change_directory(group.format("delete", member)).returncode == 0
    try:
        people.reply(tasks[FIRST], APPROVE)
        assert "不是该主管部门的审核人员" in people.letter(FIRST, "N9", request).text
        assert people.state(request) == "cityReview"
    finally:
        assert people.change_directory(group.format("add", member)).returncode == 0
    people.reply(tasks[SECOND], APPROVE)
    assert people.letter(newcomer.mail, "N5", request)


def test_a_reviewer_who_is_inactive(people, asked):
    newcomer, request, tasks = asked
    change = f"dn: {people.env['WORLD_CITY_JINAN_2_DN']}\nchangetype: modify\nreplace: csActive\ncsActive: {{}}\n"
    assert people.change_directory(change.format("FALSE")).returncode == 0
    try:
        people.reply(tasks[SECOND], APPROVE)
        assert "不是该主管部门的审核人员" in people.letter(SECOND, "N9", request).text
        assert people.state(request) == "cityReview"
    finally:
        assert people.change_directory(change.format("TRUE")).returncode == 0


def test_a_reviewer_does_not_decide_what_he_filed(people):
    """The newcomer's contact is a reviewer by his mobile: he is not asked."""
    mobile = "13900000077"
    change = f"dn: {people.env['WORLD_CITY_YANTAI_1_DN']}\nchangetype: modify\n{{}}: mobile\nmobile: {mobile}\n"
    newcomer = people.enterprise("370600")
    message = newcomer.registration(people.address)
    text = newcomer.form().replace("13800000098", mobile)
    next(message.iter_attachments()).set_content(text.encode(), "application", "xml", filename="table5.xml")
    assert people.change_directory(change.format("add")).returncode == 0
    try:
        people.send(message, port="PROVEN")
        receipt = people.letter(newcomer.mail, "N1")
        asked = [address for code, address in people.told_about(receipt.request) if code == "N2"]
        assert asked == ["city-yantai-2@example.com"]
    finally:
        people.change_directory(change.format("delete"))


# What a site may demand besides


def test_a_site_that_wants_the_origin_proved(people, asked_one):
    newcomer, request, task = asked_one
    with people.reloaded(lambda text: text.replace("[identity]", "[identity]\nreview-proof=dmarc")):
        people.reply(task, APPROVE)
        assert "DMARC" in people.letter(LINYI, "N9", request).text
        assert people.state(request) == "cityReview"
        people.send(task.answer(APPROVE), port="PROVEN", to=task.answer_to)
        assert people.letter(newcomer.mail, "N5", request)


def test_a_site_that_wants_every_form_confirmed(people):
    newcomer = people.enterprise()
    with people.reloaded(lambda text: text.replace("[identity]", "[identity]\ndraft-confirmation=always")):
        people.send(newcomer.registration(people.address), port="PROVEN")
        assert people.state(people.letter(newcomer.mail, "N1D").request) == "draft"


# Where the token travels


def test_only_in_the_subject(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bare(LINYI, people.address, f"答复：{task.subject}", APPROVE))
    assert people.letter(newcomer.mail, "N5", request)


def test_only_in_in_reply_to(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bare(LINYI, people.address, "答复", APPROVE, In_Reply_To=task.identity))
    assert people.letter(newcomer.mail, "N5", request)


def test_only_in_references(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bare(LINYI, people.address, "答复", APPROVE, References=f"<first@example.com> {task.identity}"))
    assert people.letter(newcomer.mail, "N5", request)


def test_only_in_the_address(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bare(LINYI, task.answer_to, "答复", APPROVE), to=task.answer_to)
    assert people.letter(newcomer.mail, "N5", request)


def test_nowhere(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bare(LINYI, people.address, "答复", APPROVE))
    assert undecided(people, newcomer, request)


def test_two_that_disagree(people, asked):
    newcomer, request, tasks = asked
    other = people.enterprise("370100")
    _, others = people.submit(other)
    people.send(bare(FIRST, tasks[FIRST].answer_to, f"Re: {others[FIRST].subject}", APPROVE), to=tasks[FIRST].answer_to)
    assert "不一致" in people.letter(FIRST, "NX").text
    assert undecided(people, newcomer, request)
    assert not people.entry(other.login)


def test_one_that_nobody_has_given_out(people, asked_one):
    newcomer, request, task = asked_one
    token = token_of(task)
    invented = token[1:-1] + "a" + "a"
    people.send(bare(SECOND, people.address, f"Re: [cs:{invented}]", APPROVE))
    assert "无法识别" in people.letter(SECOND, "NX").text
    assert undecided(people, newcomer, request)


def test_the_tool_and_the_log_do_not_know_the_token(people, asked_one):
    _, request, task = asked_one
    people.reply(task, APPROVE)
    token = token_of(task)
    shown = people.run_tool("show", request).stdout
    assert token not in shown and token not in people.log()


# What nobody has written


@pytest.mark.parametrize(
    "header, subject",
    [({"Auto_Submitted": "auto-replied"}, None), ({}, "自动回复：{}"), ({"X_Autoreply": "yes"}, None)],
    ids=["rfc3834", "subject", "x-autoreply"],
)
def test_an_automatic_reply_decides_nothing_and_is_not_answered(people, asked_one, header, subject):
    newcomer, request, task = asked_one
    answer = task.answer(f"{APPROVE}\n我正在休假。")
    if subject:
        answer.replace_header("Subject", subject.format(task.subject))
    for name, value in header.items():
        answer[name.replace("_", "-")] = value
    told = people.told(LINYI)
    people.send(answer, to=task.answer_to)
    assert undecided(people, newcomer, request)
    assert people.told(LINYI) == told


def bounce(task, action="failed", status="5.1.1"):
    """The delivery report a mail server sends about the letter (RFC 3464)."""
    report = email.message.EmailMessage(policy=email.policy.SMTP)
    report["From"] = "MAILER-DAEMON@mail.example.com"
    report["To"] = task.answer_to
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = email.utils.localtime()
    report["Message-ID"] = email.utils.make_msgid(domain="mail.example.com")
    report["In-Reply-To"] = task.identity
    status = f"Reporting-MTA: dns; mail.example.com\r\n\r\nFinal-Recipient: rfc822; {task.to}\r\nAction: {action}\r\nStatus: {status}\r\n"
    boundary = "=_report"
    report["MIME-Version"] = "1.0"
    report["Content-Type"] = f'multipart/report; report-type=delivery-status; boundary="{boundary}"'
    parts = [
        ("text/plain; charset=utf-8", f"{APPROVE}\r\nhis mailbox is gone\r\n"),
        ("message/delivery-status", status),
        ("message/rfc822", f"Message-ID: {task.identity}\r\nSubject: x\r\n\r\n{APPROVE}\r\n"),
    ]
    body = "".join(f"--{boundary}\r\nContent-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{text}\r\n" for kind, text in parts)
    return report.as_bytes() + (body + f"--{boundary}--\r\n").encode()


def test_a_bounce_decides_nothing_and_is_not_answered(people, asked_one):
    newcomer, request, task = asked_one
    people.send(bounce(task), sender="", to=task.answer_to)
    told = [people.letter(people.operator, "N11", request).text for _ in range(2)]  # the address, and that nobody is left
    assert any(LINYI in text for text in told)
    shown = people.show(request)
    assert (shown["state"], shown["openTokens"]) == ("cityReview", 0)
    assert not people.entry(newcomer.login)
    assert people.told("mailer-daemon@mail.example.com") == []


def test_a_null_sender_is_not_answered(people):
    people.send(bare("robot@elsewhere.test", people.address, "hello", "hello"), sender="")
    assert people.told("robot@elsewhere.test") == []


def test_every_letter_says_that_it_is_automatic_and_carries_its_document(people, asked_one):
    newcomer, request, task = asked_one
    for letter in (task, *people.letters(newcomer.mail)):
        assert isinstance(letter, Letter)
        assert letter.message["Auto-Submitted"] in ("auto-generated", "auto-replied")
        assert f"<request>{request}" in letter.notice or request in letter.notice
        assert letter.message.get_body(("html",)) is not None
        assert len(letter.answer_to) < 60


# A newcomer with a second way in


def test_an_individual_who_has_come_to_be_another_way(people):
    """The administrator adds the person while the registration waits: it ends, nothing is written over (7.23)."""
    newcomer = people.individual()
    receipt, tasks = people.submit(newcomer)
    entry = (
        "dn: csTraineeNumber=T-900001,csCreditCode=91370202PDY000423P,ou=enterprises,dc=example,dc=org\nchangetype: add\n"
        "objectClass: csTrainee\ncsTraineeNumber: T-900001\ncn: other\nsn: other\ncsTraineeKind: employee\n"
        f"csIdNumber: {newcomer.identity}\ncsSex: 1\ncsBirthDate: 1990-01-01\n"
    )
    done = people.change_directory(entry)
    assert done.returncode == 0, done.stderr
    people.reply(tasks[LINYI], "同意")
    assert people.letter(newcomer.mail, "N6v", receipt.request)
    assert people.state(receipt.request) == "void"
    assert not people.entry(newcomer.login)
