"""Registrations by mail on real servers: what newcomers and reviewers see, from the form to the first login."""

import base64
import re

import pytest

from letter import form_mail
from people import ARCHIVE, form, plain

OWN_PASSWORD = "a password of their own 2026"


def refusal(people, newcomer, message=None, port="PROVEN"):
    """Send a form that is to be refused; the letter that says why. Nothing was begun for it."""
    before = len(people.requests(newcomer.mail))
    people.send(message or newcomer.registration(people.address), port=port)
    letter = people.letter(newcomer.mail, "N0")
    assert len(people.requests(newcomer.mail)) == before
    return letter


def codes(letter):
    """The codes of the findings, warnings too."""
    return re.findall(r"\b[EW]-[A-Z0-9-]+(?= )", letter.text)


def in_place(message, content, name="table5.xml", subtype="xml", **header):
    """The mail with other bytes as its form."""
    part = next(message.iter_attachments())
    part.set_content(content, maintype="application", subtype=subtype, filename=name, **header)
    return message


# Table 5


def test_from_the_form_to_the_first_login(people):
    newcomer = people.enterprise("370200")
    people.send(newcomer.registration(people.address))
    draft = people.letter(newcomer.mail, "N1D")
    for shown in (newcomer.name, newcomer.code, newcomer.login, "确认"):
        assert shown in draft.text
    assert people.state(draft.request) == "draft"
    assert people.told_about(draft.request) == [("N1D", newcomer.mail)]
    people.reply(draft, "确认")
    receipt = people.letter(newcomer.mail, "N1", draft.request)
    assert "待市初审" in receipt.text and "青岛市" in receipt.text
    tasks = people.tasks("370200", draft.request)
    assert len({task.answer_to for task in tasks.values()}) == 2
    assert not people.directory.logs_in(newcomer.dn, "whatever") and not people.entry(newcomer.login)
    people.reply(tasks["city-qingdao-1@example.com"], f"同意\n留档编号：{ARCHIVE}")
    letter = people.letter(newcomer.mail, "N5", draft.request)
    shown = people.show(draft.request)
    assert (shown["state"], shown["proof"]) == ("done", "confirmed")
    assert [(step["verdict"], step["name"], step["archive"]) for step in shown["steps"]] == [("approve", "青岛审核甲", ARCHIVE)]
    entry = people.entry(newcomer.login, "*").splitlines()
    for line in (f"csCreditCode: {newcomer.code}", f"mail: {newcomer.mail}", "csDivisionCode: 370200", "csAccountStatus: active"):
        assert line in entry
    assert letter.secret


def test_the_one_time_secret_is_good_for_one_thing(people):
    newcomer = people.enterprise()
    _, letter = people.activate(newcomer)
    run, dn = people.directory.run, newcomer.dn
    own_entry = ("-LLL", "-b", dn, "-s", "base", "uid")
    told = run("ldapwhoami", (dn, letter.secret), "-e", "ppolicy")
    assert told.returncode == 0 and "Password must be changed" in told.stderr
    assert run("ldapsearch", (dn, letter.secret), *own_entry).returncode == 50
    assert people.directory.change_password(dn, letter.secret, OWN_PASSWORD).returncode == 0
    assert f"uid: {newcomer.login}" in run("ldapsearch", (dn, OWN_PASSWORD), *own_entry).stdout
    assert not people.directory.logs_in(dn, letter.secret)
    assert letter.secret not in people.run_tool("show", letter.request).stdout + people.log()


def test_a_proven_sender_needs_no_confirmation(people):
    newcomer = people.enterprise("370600")
    receipt, tasks = people.submit(newcomer)
    assert people.state(receipt.request) == "cityReview"
    assert people.show(receipt.request)["proof"] == "dmarc"
    asked = [("N1", newcomer.mail)] + [("N2", address) for address in tasks]
    assert people.told_about(receipt.request) == sorted(asked)


def test_a_forged_proof_is_none(people):
    newcomer = people.enterprise()
    message = newcomer.registration(people.address)
    message["Authentication-Results"] = "mail.example.com; dmarc=pass header.from=applicant.test"
    people.send(message)
    assert people.letter(newcomer.mail, "N1D")
    message = newcomer.registration(people.address)
    message["Authentication-Results"] = "mx.applicant.test; dmarc=pass header.from=applicant.test"
    people.send(message)
    assert people.requests(newcomer.mail)[0]["state"] == "draft"


@pytest.mark.parametrize("city", ["370100", "370200", "370600", "370700", "371300"])
def test_the_reviewers_of_the_city_and_nobody_else_are_asked(people, city):
    receipt, tasks = people.submit(people.enterprise(city))
    asked = [address for code, address in people.told_about(receipt.request) if code != "N1"]
    assert asked == sorted(people.reviewers(city)) == sorted(tasks)
    for task in tasks.values():
        for material in ("M01", "M08", "留档编号"):
            assert material in task.text


def test_a_city_without_reviewers_waits_and_the_operator_hears(people):
    newcomer = people.enterprise("370500")
    people.send(newcomer.registration(people.address), port="PROVEN")
    receipt = people.letter(newcomer.mail, "N1")
    assert "没有可以审核" in people.letter(people.operator, "N11", receipt.request).text
    assert people.state(receipt.request) == "cityReview"


def test_a_reviewer_reads_the_language_of_their_entry(people):
    dn = people.env["WORLD_CITY_LINYI_1_DN"]
    change = f"dn: {dn}\nchangetype: modify\nreplace: preferredLanguage\npreferredLanguage: {{}}\n"

    def set_language(language):
        done = people.change_directory(change.format(language))
        assert done.returncode == 0, done.stderr

    set_language("en")
    try:
        _, tasks = people.submit(people.enterprise())
    finally:
        set_language("zh")
    task = tasks["city-linyi-1@example.com"]
    assert "Please review" in task.subject
    for words in ("ARCHIVE:", "Legal representative:", "the form, printed, signed and sealed", "[中文]"):
        assert words.casefold() in task.text.casefold()


def test_a_draft_is_cancelled(people):
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address))
    draft = people.letter(newcomer.mail, "N1D")
    people.reply(draft, "取消")
    assert people.letter(newcomer.mail, "N7", draft.request)
    assert people.state(draft.request) == "withdrawn"
    people.reply(draft, "确认")
    assert "已撤回" in people.letter(newcomer.mail, "N9", draft.request).text
    receipt, _ = people.submit(newcomer)
    assert receipt.request != draft.request


def test_a_draft_is_replaced_by_a_corrected_form(people):
    newcomer = people.enterprise()
    newcomer.name = "测试建设同名有限公司"
    people.send(newcomer.registration(people.address))
    first = people.letter(newcomer.mail, "N1D")
    corrected = newcomer.registration(people.address)
    in_place(corrected, newcomer.form().replace("测试路9号", "测试路10号").encode())
    people.send(corrected)
    second = people.letter(newcomer.mail, "N1D")
    assert second.request != first.request and "测试路10号" in second.text
    assert people.state(first.request) == "withdrawn"
    people.reply(first, "确认")
    assert people.letter(newcomer.mail, "N9", first.request)
    people.reply(second, "确认")
    assert people.letter(newcomer.mail, "N1", second.request)


def test_an_unclear_confirmation_is_asked_back(people):
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address))
    draft = people.letter(newcomer.mail, "N1D")
    people.reply(draft, "请问什么时候能办好？")
    assert "仍为草稿" in people.letter(newcomer.mail, "N9", draft.request).text
    assert people.state(draft.request) == "draft"


def test_only_its_sender_confirms_a_draft(people):
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address))
    draft = people.letter(newcomer.mail, "N1D")
    people.reply(draft, "确认", "somebody@elsewhere.test")
    assert people.state(draft.request) == "draft"
    letter = people.letter("somebody@elsewhere.test", "NX")
    assert "收到该邮件的邮箱" in letter.text and newcomer.name not in letter.text
    assert people.told("somebody@elsewhere.test") == ["NX"]


def test_the_same_form_twice_is_one_draft(people):
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address))
    first = people.letter(newcomer.mail, "N1D")
    people.send(newcomer.registration(people.address))
    again = people.letter(newcomer.mail, "N1D")
    assert again.request == first.request and again.subject != first.subject  # a token of its own
    people.reply(first, "确认")
    people.letter(newcomer.mail, "N1", first.request)
    assert people.state(first.request) == "cityReview"
    assert people.told(newcomer.mail) == ["N1", "N1D", "N1D"]


def test_the_receipt_of_a_replaced_draft_leads_to_the_new_one(people):
    newcomer = people.enterprise()
    people.send(newcomer.registration(people.address))
    first = people.letter(newcomer.mail, "N1D")
    text = newcomer.form().replace("</head>", "<remark>地址已更正</remark></head>")
    people.send(in_place(newcomer.registration(people.address), text.encode()))
    second = people.letter(newcomer.mail, "N1D")
    assert second.request != first.request and people.state(first.request) == "withdrawn"
    people.reply(first, "确认")
    assert second.request in people.letter(newcomer.mail, "N9", first.request).text
    people.reply(second, "确认")
    people.letter(newcomer.mail, "N1", second.request)
    assert people.state(second.request) == "cityReview"


# What is not accepted


def test_every_fault_of_a_form_is_told_at_once(people):
    newcomer = people.enterprise()
    wrong = newcomer.form().replace(newcomer.code, newcomer.code[:-1] + ("1" if newcomer.code[-1] != "1" else "2"))
    wrong = wrong.replace("<contactMobile>13800000098", "<contactMobile>23800000098").replace("371300", "371200")
    wrong = wrong.replace("<contactName>测试联系</contactName>", "<contactName/>")
    letter = refusal(people, newcomer, in_place(newcomer.registration(people.address), wrong.encode()))
    assert {"E-USCC", "E-MOBILE", "E-CITY-ABOLISHED", "E-REQ"} <= set(codes(letter))
    for label in ("统一社会信用代码", "联系人手机", "所属地市"):
        assert label in letter.text
    assert newcomer.code[-1:] + "位" not in letter.text


def test_a_code_that_is_registered(people):
    newcomer = people.enterprise()
    newcomer.code = "91370102PDY00001XB"
    letter = refusal(people, newcomer)
    assert codes(letter) == ["E-DUP-REG"] * codes(letter).count("E-DUP-REG") != []
    assert "e1-jinan" not in letter.text and "e1@" not in letter.text


def test_a_code_whose_registration_is_pending(people):
    first = people.enterprise()
    people.submit(first)
    second = people.enterprise()
    second.code = first.code
    letter = refusal(people, second)
    assert "E-DUP-REG" in codes(letter)
    assert first.login not in letter.text and first.mail not in letter.text


@pytest.mark.parametrize("login", ["E1-Jinan", "CITY-JINAN-1", "h6-dongying"])
def test_a_login_name_of_somebody_in_another_case(people, login):
    newcomer = people.enterprise(login=login)
    assert "E-UID-TAKEN" in codes(refusal(people, newcomer))


def test_a_login_name_that_is_reserved(people):
    first = people.enterprise()
    people.submit(first)
    assert "E-UID-TAKEN" in codes(refusal(people, people.enterprise(login=first.login.upper())))
    assert "E-UID-TAKEN" in codes(refusal(people, people.individual(login=first.login)))


def test_the_mail_address_must_be_the_senders(people):
    newcomer = people.enterprise()
    message = newcomer.registration(people.address)
    message.replace_header("From", "another@applicant.test")
    people.send(message, port="PROVEN")
    assert "E-MAIL" in codes(people.letter("another@applicant.test", "N0"))
    assert people.told(newcomer.mail) == []


@pytest.mark.parametrize("mail", ["E1@example.com", "city-jinan-1@example.com", "h6@example.com"])
def test_a_mail_address_in_use(people, mail):
    letter_box = mail.lower()
    newcomer = people.enterprise(mail=mail)
    people.send(newcomer.registration(people.address), port="PROVEN")
    assert "E-MAIL" in codes(people.letter(letter_box, "N0"))
    assert people.requests(letter_box) == []


def test_a_mail_address_of_a_pending_registration(people):
    first = people.enterprise()
    people.submit(first)
    assert "E-MAIL" in codes(refusal(people, people.enterprise(mail=first.mail)))


def test_an_enterprise_of_a_known_name_is_pointed_out_to_the_reviewer(people):
    newcomer = people.enterprise(name="济南测试建设甲有限公司")
    _, tasks = people.submit(newcomer)
    assert "同名" in tasks["city-linyi-1@example.com"].text


def test_two_forms_in_one_mail(people):
    newcomer = people.enterprise()
    message = newcomer.registration(people.address)
    message.add_attachment(people.enterprise().form().encode(), maintype="application", subtype="xml", filename="second.xml")
    assert codes(refusal(people, newcomer, message)) == ["E-ATTACH"]


def test_the_same_form_again_with_its_own_number(people):
    newcomer = people.enterprise()
    text = newcomer.form().replace("<formDate>", "<clientRef>our-2026-1</clientRef>\n    <formDate>")
    for _ in range(15):
        people.hand_in(in_place(newcomer.registration(people.address), text.encode()), port="PROVEN")
    receipts = [people.letter(newcomer.mail, "N1") for _ in range(15)]
    assert len({receipt.request for receipt in receipts}) == 1
    assert len(people.requests(newcomer.mail)) == 1
    assert [code for code, _ in people.told_about(receipts[0].request)].count("N2") == 1


def test_a_form_in_gb18030_with_a_chinese_file_name(people):
    newcomer = people.enterprise(name="临沂测试建设䶮有限公司")
    message = newcomer.registration(people.address)
    part = next(message.iter_attachments())
    part.set_content(newcomer.form().replace("UTF-8", "GB18030").encode("gb18030"), "application", "octet-stream", disposition="attachment")
    name = "表5申请表.xml".encode("gb2312")
    quoted = "".join(f"%{octet:02X}" for octet in name)
    source = message.as_bytes().replace(
        b"Content-Disposition: attachment", f"Content-Disposition: attachment; filename*=GB2312''{quoted}".encode(), 1
    )
    assert b"GB2312''" in source
    people.send(source, sender=newcomer.mail, port="PROVEN")
    assert newcomer.name in people.letter(newcomer.mail, "N1").text


def test_a_form_in_gbk_with_an_encoded_word_as_its_name(people):
    newcomer = people.enterprise()
    name = base64.b64encode("表5.xml".encode("gb2312")).decode()
    message = newcomer.registration(people.address)
    part = next(message.iter_attachments())
    part.set_content(newcomer.form().replace("UTF-8", "GBK").encode("gbk"), "application", "octet-stream", disposition="attachment")
    source = message.as_bytes().replace(
        b"Content-Disposition: attachment", f'Content-Disposition: attachment; filename="=?GB2312?B?{name}?="'.encode(), 1
    )
    people.send(source, sender=newcomer.mail, port="PROVEN")
    assert newcomer.name in people.letter(newcomer.mail, "N1").text


def test_a_form_in_utf_16(people):
    newcomer = people.enterprise()
    message = in_place(newcomer.registration(people.address), newcomer.form().replace("UTF-8", "UTF-16").encode("utf-16"))
    people.send(message, port="PROVEN")
    assert newcomer.name in people.letter(newcomer.mail, "N1").text


# Individuals


def test_an_individual_from_the_form_to_the_first_login(people):
    newcomer = people.individual("370700")
    people.send(newcomer.registration(people.address))
    draft = people.letter(newcomer.mail, "N1D")
    people.reply(draft, "确认")
    people.letter(newcomer.mail, "N1", draft.request)
    tasks = people.tasks("370700", draft.request)
    assert not people.entry(newcomer.login)
    people.reply(tasks["city-weifang-2@example.com"], "同意")
    letter = people.letter(newcomer.mail, "N5", draft.request)
    entry = people.entry(newcomer.login, "*")
    dn = re.match(r"dn: (.*)", entry)[1]
    assert dn.endswith("ou=individuals,dc=example,dc=org") and newcomer.identity not in dn
    for line in (f"csIdNumber: {newcomer.identity}", "csTraineeKind: individual", "csDivisionCode: 370700"):
        assert line in entry.splitlines()
    assert people.directory.change_password(dn, letter.secret, OWN_PASSWORD).returncode == 0
    assert people.directory.logs_in(dn, OWN_PASSWORD)
    assert newcomer.identity not in people.log()


def test_a_known_identity_number_gets_one_answer_whoever_has_it(people):
    texts = []
    pending = people.individual()
    people.submit(pending)
    for identity in ("370199199001010019", "370699200002290035", "371399197506159989", pending.identity):
        newcomer = people.individual(identity=identity, city="370100")
        letter = refusal(people, newcomer)
        assert codes(letter) == ["E-DUP-ID"] * len(codes(letter)) != []
        texts.append(letter.text)
        assert letter.text == texts[0]


def test_no_declaration_no_registration(people):
    newcomer = people.individual()
    text = newcomer.form().replace("<noEmployerDeclaration>true", "<noEmployerDeclaration>false")
    assert "E-REQ" in codes(refusal(people, newcomer, in_place(newcomer.registration(people.address), text.encode())))


# Withdrawals and questions about the state


def withdrawal(people, sender, login, request, reason="资料有误"):
    text = form("requestWithdrawal", {"requestId": request, "reason": reason}, {"applicantUid": login})
    people.send(form_mail(sender, people.address, "撤回", text, "p5.xml"), port="PROVEN")


def query(people, sender, login, request=None):
    text = form("statusQuery", {"requestId": request}, {"applicantUid": login})
    people.send(form_mail(sender, people.address, "查询", text, "p6.xml"))


def test_a_newcomer_withdraws_and_registers_anew(people):
    newcomer = people.enterprise("370600")
    receipt, tasks = people.submit(newcomer)
    withdrawal(people, newcomer.mail, newcomer.login, receipt.request)
    assert "已撤回" in people.letter(newcomer.mail, "N7", receipt.request).text
    for address in tasks:
        assert "资料有误" in people.letter(address, "N7", receipt.request).text
    assert people.state(receipt.request) == "withdrawn"
    people.reply(tasks["city-yantai-1@example.com"], f"同意\n留档编号：{ARCHIVE}")
    assert "已撤回" in people.letter("city-yantai-1@example.com", "N9", receipt.request).text
    assert not people.entry(newcomer.login)
    again, _ = people.submit(newcomer)
    assert again.request != receipt.request


def test_a_withdrawal_from_an_unproven_sender_is_confirmed_first(people):
    newcomer = people.enterprise()
    receipt, _ = people.submit(newcomer)
    text = form("requestWithdrawal", {"requestId": receipt.request}, {"applicantUid": newcomer.login})
    people.send(form_mail(newcomer.mail, people.address, "撤回", text, "p5.xml"))
    draft = people.letter(newcomer.mail, "N1D")
    assert people.state(receipt.request) == "cityReview"
    people.reply(draft, "确认")
    people.letter(newcomer.mail, "N7", receipt.request)
    assert (people.state(receipt.request), people.state(draft.request)) == ("withdrawn", "done")


def test_what_is_approved_cannot_be_withdrawn(people):
    newcomer = people.enterprise()
    receipt, _ = people.activate(newcomer)
    withdrawal(people, newcomer.mail, newcomer.login, receipt.request)
    assert "E-CLOSED" in codes(people.letter(newcomer.mail, "N0"))
    assert people.state(receipt.request) == "done"


def test_somebody_elses_request_looks_like_none(people):
    first, second = people.enterprise(), people.enterprise()
    receipt, _ = people.submit(first)
    people.submit(second)
    texts = set()
    for request in (receipt.request, "T5-2026-999999"):
        withdrawal(people, second.mail, second.login, request)
        letter = people.letter(second.mail, "N0")
        assert "E-NOT-OWNER" in codes(letter)
        texts.add(letter.text.replace(request, "ID"))
        query(people, second.mail, second.login, request)
        letter = people.letter(second.mail, "N0")
        texts.add(letter.text.replace(request, "ID"))
    assert len(texts) == 2
    assert people.state(receipt.request) == "cityReview"


def test_a_newcomer_asks_after_the_state(people):
    newcomer, other = people.enterprise(), people.enterprise()
    people.submit(other)
    receipt, _ = people.submit(newcomer)
    query(people, newcomer.mail, newcomer.login)
    report = people.letter(newcomer.mail, "NS").text
    assert receipt.request in report and "待市初审" in report
    assert set(re.findall(r"T5-\d+-\d+", report)) == {receipt.request}


def test_an_account_asks_after_the_state(people):
    newcomer = people.enterprise()
    receipt, _ = people.activate(newcomer)
    query(people, newcomer.mail, newcomer.login, receipt.request)
    report = people.letter(newcomer.mail, "NS").text
    assert receipt.request in report and "审批通过" in report


def test_strangers_get_one_neutral_line_a_day(people):
    stranger = "stranger@elsewhere.test"
    for _ in range(3):
        query(people, stranger, "e1-jinan")
    assert "无法办理" in people.letter(stranger, "NX").text
    assert people.told(stranger) == ["NX"]


def test_a_question_gets_the_blank_forms(people):
    people.send(plain("asks@elsewhere.test", people.address, "怎么注册", "请问怎么注册企业账号？\n"))
    letter = people.letter("asks@elsewhere.test", "NX")
    names = [part.get_filename() for part in letter.message.iter_attachments()]
    assert {"表5-企业账号初次申请表-enterpriseRegistration.xml", "个人注册表-individualRegistration.xml"} <= set(names)
    assert b"filename*0*=UTF-8''%E8%A1%A85-" in letter.message.as_bytes()  # RFC 2231
