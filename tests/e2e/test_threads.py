"""No endless correspondence: the same is said at most twice in a thread before somebody decides, whoever answers, and after a restart."""

import email.utils

from letter import form_mail
from people import ARCHIVE, plain

FIRST = "city-jinan-1@example.com"
SECOND = "city-jinan-2@example.com"


def asked_back(people, address, request):
    return sum(row == ("N9", address) for row in people.told_about(request))


def ticket_system(letter, to, number):
    """What a machine that says of nothing that it is one sends to whoever writes to it."""
    message = plain(letter.to, to, f"Re: {letter.subject}", f"您好，我们已收到您的来信，工单号 {number}。")
    message["In-Reply-To"] = letter.identity
    message["References"] = letter.identity
    return message


def test_a_machine_that_answers_every_answer_is_answered_twice(people):
    receipt, tasks = people.submit(people.enterprise("370100"))
    letter = tasks[FIRST]
    for number in range(2):
        people.send(ticket_system(letter, letter.answer_to, number), sender=FIRST, to=letter.answer_to)
        letter = people.letter(FIRST, "N9", receipt.request)
    people.reload()
    for number in range(2, 5):
        people.send(ticket_system(letter, letter.answer_to, number), sender=FIRST, to=letter.answer_to)
    assert asked_back(people, FIRST, receipt.request) == 2
    assert people.state(receipt.request) == "cityReview"


def test_a_decision_begins_it_anew(people):
    newcomer = people.enterprise("370100")
    receipt, tasks = people.submit(newcomer)
    for _ in range(3):
        people.reply(tasks[SECOND], "请问材料在哪里？")
    assert asked_back(people, SECOND, receipt.request) == 2
    people.reply(tasks[FIRST], f"同意\n留档编号：{ARCHIVE}")
    people.letter(newcomer.mail, "N5", receipt.request)
    for _ in range(3):
        people.reply(tasks[SECOND], "请问材料在哪里？")
    assert asked_back(people, SECOND, receipt.request) == 4


def test_a_form_that_is_sent_again_and_again_with_the_same_mistake(people):
    """In one thread; the form put right is another matter."""
    newcomer = people.enterprise("371300")
    root = email.utils.make_msgid(domain="applicant.test")

    def send(form):
        message = form_mail(newcomer.mail, people.address, "Re: 企业注册", form)
        message["References"] = root
        people.send(message, port="PROVEN")

    for _ in range(4):
        send(newcomer.form().replace("13800000098", "23800000098"))
    assert people.told(newcomer.mail) == ["N0", "N0"]
    send(newcomer.form())
    people.letter(newcomer.mail, "N1")
    assert people.told(newcomer.mail) == ["N0", "N0", "N1"]
