"""What the administrator does with the tool beside a running daemon: decisions on paper, withdrawals, tokens anew, entries, lists to load."""

import datetime
import os
import pwd
import re

import pytest

from environment import write_secret
from identifier import resident_number
from letter import CHINA, form_mail
from people import ARCHIVE, wait_until

ACTOR = f"unix:{pwd.getpwuid(os.getuid()).pw_name}"
QINGDAO = "uid=city-qingdao-1,ou=370200,ou=authorities,dc=example,dc=org"
VALID, OTHER = resident_number("370199", "19900101", 801), resident_number("370199", "19900101", 803)
H1, H2, H6 = "370199199001010019", "370299198812310024", "370599199309160090"


def paper(people, *arguments, status=0):
    """The one object a command on paper prints."""
    return people.tool(*arguments, status=status)[0]


def decide(people, request, *arguments, by="city-qingdao-1", status=0):
    return paper(people, "decide", request, *arguments, "--on-behalf-of", by, status=status)


@pytest.fixture
def asked(people):
    """A registration that waits for Qingdao: the newcomer, the request, the reviewers' letters."""
    newcomer = people.enterprise("370200")
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks


# Rules


def test_the_procedures_are_shown_as_a_table(people):
    rows = people.tool("check")
    assert {row["is"] for row in rows if "is" in row} == {"fine"}
    (table5,) = [row for row in rows if row.get("type") == "T5"]
    assert table5["stages"] == "cityReview by form cityCode +archive"
    (option,) = [row for row in rows if row.get("option") == "registration-review"]
    assert (option["chosen"], option["choices"]) == ("city", "city, city-province")
    assert "credit-code-new (void)" in table5["rules"] and table5["effects"] == "enterprise-add"


def test_the_procedures_shown_are_those_in_force(people):
    with people.configured(lambda text: f"{text}\n[procedures]\nregistration-review=city-province\nholder-info-correction=on\n"):
        rows = people.tool("check")
    (table5,) = [row for row in rows if row.get("type") == "T5"]
    assert table5["stages"] == "cityReview by form cityCode +archive, then provinceReview by province"
    (table4,) = [row for row in rows if row.get("type") == "T4"]
    assert table4["form"] == "holderInfoCorrection"
    (table4,) = [row for row in people.tool("check") if row.get("type") == "T4"]
    assert table4["form"] == "(off)"


# On paper


def test_an_approval_on_paper_is_like_one_by_mail(people, asked):
    newcomer, request, tasks = asked
    done = decide(people, request, "approve", "--archive", ARCHIVE)
    assert (done["outcome"], done["state"]) == ("approved", "applying")
    assert people.letter(newcomer.mail, "N5", request).secret
    shown = people.show(request)
    (step,) = shown["steps"]
    assert (step["verdict"], step["reviewer"], step["archive"], step["mail"]) == ("approve", QINGDAO, ARCHIVE, None)
    (event,) = [event for event in shown["events"] if event["event"] == "approve"]
    assert event["actor"].startswith(ACTOR) and event["actor"].endswith(f" on behalf of {QINGDAO}")
    assert "on paper" in event["detail"]
    assert people.tool("audit", "verify")[0]["broken"] == 0
    people.reply(tasks["city-qingdao-2@example.com"], "不同意\n原因：太晚")
    assert "他人" in people.letter("city-qingdao-2@example.com", "N9", request).text
    assert people.state(request) == "done"


def test_a_rejection_on_paper_tells_the_applicant_why(people, asked):
    newcomer, request, _ = asked
    assert decide(people, request, "reject", status=1)["guard"] == "reason"
    assert decide(people, request, "reject", "--reason", "材料不全")["outcome"] == "rejected"
    assert "材料不全" in people.letter(newcomer.mail, "N6", request).text


@pytest.mark.parametrize(
    "arguments, by, guard",
    [
        (["approve", "--archive", ARCHIVE], "city-jinan-1", "member"),
        (["approve", "--archive", ARCHIVE], "province-1", "member"),
        (["approve"], "city-qingdao-1", "evidence"),
    ],
)
def test_the_guards_say_no_on_paper_too(people, asked, arguments, by, guard):
    _, request, _ = asked
    before = people.show(request)
    refused = decide(people, request, *arguments, by=by, status=1)
    assert (refused["outcome"], refused["state"], refused["guard"]) == ("refused", "cityReview", guard)
    assert refused["zh"] and refused["en"]
    assert people.show(request) == before


def test_who_has_a_part_in_it_cannot_decide_on_paper(people):
    newcomer = people.individual("371300", identity="371399198001019213")  # the only reviewer of Linyi
    people.send(newcomer.registration(people.address), port="PROVEN")
    request = people.letter(newcomer.mail, "N1").request
    assert decide(people, request, "approve", by="city-linyi-1", status=1)["guard"] == "uninvolved"
    refused = paper(people, "reissue-token", request, status=1)
    assert refused["outcome"] == "refused" and people.show(request)["openTokens"] == 0


def test_facts_that_have_gone_end_the_request_on_paper_too(people, asked):
    newcomer, request, _ = asked
    entry = (
        f"dn: {newcomer.dn}\nchangetype: add\nobjectClass: csEnterprise\ncsCreditCode: {newcomer.code}\no: somebody\n"
        f"uid: other-{newcomer.login}\nmail: other-{newcomer.mail}\ncsDivisionCode: 370200\ncsEnterpriseKind: other\n"
        "csAccountStatus: active\n"
    )
    assert people.change_directory(entry).returncode == 0
    done = decide(people, request, "approve", "--archive", ARCHIVE, status=1)
    assert (done["outcome"], done["state"], done["guard"]) == ("void", "void", "facts")
    assert people.letter(newcomer.mail, "N6v", request)


def test_a_closed_request_cannot_be_decided_or_withdrawn(people, asked):
    _, request, _ = asked
    assert paper(people, "withdraw", request)["state"] == "withdrawn"
    assert "已撤回" in decide(people, request, "approve", "--archive", ARCHIVE, status=1)["zh"]
    assert paper(people, "withdraw", request, status=1)["outcome"] == "refused"


def test_what_cannot_be_meant_is_not_done(people, asked):
    _, request, _ = asked
    for arguments in (
        ["decide", request, "approve"],
        ["decide", request, "maybe", "--on-behalf-of", "city-qingdao-1"],
        ["decide", request, "approve", "--archive", "a\nb", "--on-behalf-of", "city-qingdao-1"],
        ["decide", request, "approve", "--archive", "九" * 41, "--on-behalf-of", "city-qingdao-1"],
        ["withdraw"],
        ["reissue-token"],
    ):
        assert people.run_tool(*arguments).returncode == 2
    for arguments in (
        ["decide", "T5-2020-999999", "approve", "--on-behalf-of", "city-qingdao-1"],
        ["decide", request, "approve", "--on-behalf-of", "nobody-here"],
        ["decide", request, "approve", "--on-behalf-of", "e1-jinan"],
        ["withdraw", "T5-2020-999999"],
        ["reissue-token", request, "nobody-here"],
    ):
        assert people.run_tool(*arguments).returncode == 1
    assert people.state(request) == "cityReview"


def test_a_withdrawal_on_paper_is_told_to_all(people, asked):
    newcomer, request, tasks = asked
    assert paper(people, "withdraw", request, "--reason", "不办了")["outcome"] == "withdrawn"
    for address in (newcomer.mail, *tasks):
        assert people.letter(address, "N7", request)
    (event,) = [event for event in people.show(request)["events"] if event["event"] == "withdraw"]
    assert event["actor"].startswith(ACTOR) and event["detail"] == "不办了"


def test_two_stages_on_paper_need_two_people(people):
    """A rename through city and province, whose second stage is sent anew before it is decided."""
    code, both = "91370102PDY00001XB", "city-and-province"
    today = datetime.datetime.now(CHINA).date()
    rename = f"""<enterpriseChange xmlns="urn:countersign:form:1" version="1">
  <head><applicantUid>e1-jinan</applicantUid><formDate>{today}</formDate>
    <handlerName>测试经办</handlerName><handlerMobile>13800000091</handlerMobile></head>
  <uscc>{code}</uscc><currentName>济南测试建设甲有限公司</currentName><currentCityCode>370100</currentCityCode>
  <newName>济南测试建设新有限公司</newName><reason>公司改名</reason><registrationChangeDate>2026-01-05</registrationChangeDate>
</enterpriseChange>"""
    people.send(form_mail("e1@example.com", people.address, "企业名称变更", rename), port="PROVEN")
    request = people.letter("e1@example.com", "N1").request
    assert [one["id"] for one in people.tool("entry", code)[0]["requests"]] == [request]
    assert decide(people, request, "approve", "--archive", ARCHIVE, by=both)["state"] == "provinceReview"
    assert decide(people, request, "approve", by=both, status=1)["guard"] == "four-eyes"
    paper(people, "reissue-token", request, both, status=1)
    old = people.letter("province-1@example.com", "N4", request)
    paper(people, "reissue-token", request, "province-1")
    assert people.letter("province-1@example.com", "N4", request).answer_to != old.answer_to
    assert decide(people, request, "approve", by="province-1")["state"] == "applying"
    assert people.letter("e1@example.com", "N5", request)
    assert people.tool("entry", "SD-011-2019-000001")[0]["employer"] == "济南测试建设新有限公司"
    (seen,) = people.tool("entry", "济南测试建设新有限公司")
    assert (seen["formerNames"], seen["requests"]) == ("济南测试建设甲有限公司", [])


# Tokens


def test_a_reviewer_gets_a_new_token_and_the_old_one_dies(people, asked):
    _, request, tasks = asked
    address = "city-qingdao-1@example.com"
    assert paper(people, "reissue-token", request, "city-qingdao-1")["outcome"] == "reissued"
    fresh = people.letter(address, "N2", request)
    assert fresh.answer_to != tasks[address].answer_to
    assert people.show(request)["openTokens"] == 2
    people.reply(tasks[address], f"同意\n留档编号：{ARCHIVE}")
    assert "取代" in people.letter(address, "N9", request).text
    assert people.state(request) == "cityReview"
    people.reply(fresh, f"同意\n留档编号：{ARCHIVE}")
    wait_until(lambda: people.state(request) == "done", "the new token does not decide")


def test_all_reviewers_get_new_tokens(people, asked):
    _, request, tasks = asked
    paper(people, "reissue-token", request)
    for address, old in tasks.items():
        assert people.letter(address, "N2", request).answer_to != old.answer_to
    assert people.show(request)["openTokens"] == 2


def test_only_who_may_decide_gets_a_token(people, asked):
    _, request, _ = asked
    assert paper(people, "reissue-token", request, "city-jinan-1", status=1)["outcome"] == "refused"
    assert people.show(request)["openTokens"] == 2


def test_the_receipt_of_a_draft_is_sent_again(people):
    newcomer = people.enterprise("370200")
    people.send(newcomer.registration(people.address))
    old = people.letter(newcomer.mail, "N1D")
    paper(people, "reissue-token", old.request)
    fresh = people.letter(newcomer.mail, "N1D", old.request)
    people.reply(old, "确认")
    assert people.state(old.request) == "draft"
    people.reply(fresh, "确认")
    assert people.letter(newcomer.mail, "N1", old.request)


# Entries


def test_an_enterprise_as_people_see_it(people):
    for key in ("91370202PDY000423P", "91370202pdy000423p", "e2-qingdao", "青岛测试建设乙有限公司"):
        (seen,) = people.tool("entry", key)
        assert (seen["kind"], seen["name"], seen["cityName"]) == ("enterprise", "青岛测试建设乙有限公司", "青岛市")
    assert {"测试戊"} <= {one["holder"] for one in seen["certificates"]}


def test_a_trainee_shows_the_employer_and_hides_the_number(people):
    (seen,) = people.tool("entry", H1)
    assert (seen["kind"], seen["name"], seen["employerCode"]) == ("trainee", "测试甲", "91370102PDY00001XB")
    assert seen["idNumber"] == "370199********0019" and H1 not in people.run_tool("entry", H1).stdout
    assert len(seen["certificates"]) == 2
    assert people.tool("entry", "T-000001", "--full")[0]["idNumber"] == H1


def test_a_trainee_shows_whether_the_login_is_open(people):
    """An account that has come to an enterprise is shut though its own status says active."""
    assert people.tool("entry", "T-000004")[0]["mayLogIn"] == "yes"
    assert people.tool("entry", "T-000001")[0]["mayLogIn"] == "no"
    change = "dn: csTraineeNumber=T-000001,csCreditCode=91370102PDY00001XB,ou=enterprises,dc=example,dc=org\nchangetype: modify\n"
    account = "add: uid\nuid: joined-1\n-\nadd: mail\nmail: joined-1@applicant.test\n-\nadd: csAccountStatus\ncsAccountStatus: active\n"
    assert people.change_directory(change + account).returncode == 0
    (seen,) = people.tool("entry", "T-000001")
    assert (seen["status"], seen["mayLogIn"]) == ("active", "no")
    people.change_directory(change + "replace: csAccountStatus\ncsAccountStatus: kept\n")
    assert people.tool("entry", "T-000001")[0]["mayLogIn"] == "yes"
    people.change_directory(change + "delete: uid\n-\ndelete: mail\n-\ndelete: csAccountStatus\n")


def test_who_is_in_the_archive_cannot_log_in(people):
    def move(number, here, there):
        rdn = f"csTraineeNumber={number}"
        change = f"dn: {rdn},{here},dc=example,dc=org\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 0\nnewsuperior: {there},dc=example,dc=org\n"
        done = people.change_directory(change)
        assert done.returncode == 0, done.stderr

    assert people.tool("entry", "T-000006")[0]["mayLogIn"] == "yes"
    move("T-000006", "ou=individuals", "ou=archive")
    (seen,) = people.tool("entry", "T-000006")
    assert (seen["archived"], seen["status"], seen["mayLogIn"]) == ("yes", "active", "no")
    move("T-000006", "ou=archive", "ou=individuals")


def test_a_certificate_shows_the_name_its_enterprise_has_now(people):
    (seen,) = people.tool("entry", "SD-040-2020-000005")
    assert (seen["holder"], seen["employer"], seen["copyState"]) == ("测试戊", "青岛测试建设乙有限公司", "inHand")
    rename = "dn: csCreditCode=91370202PDY000423P,ou=enterprises,dc=example,dc=org\nchangetype: modify\nreplace: o\no: {}\n"
    people.change_directory(rename.format("Qingdao Renamed"))
    assert people.tool("entry", "SD-040-2020-000005")[0]["employer"] == "Qingdao Renamed"
    people.change_directory(rename.format("青岛测试建设乙有限公司"))


def test_open_requests_are_shown_also_of_who_is_not_there_yet(people, asked):
    newcomer, request, _ = asked
    (seen,) = people.tool("entry", newcomer.code, status=1)
    assert (seen["kind"], [one["id"] for one in seen["requests"]]) == ("reserved", [request])
    assert people.tool("entry", "nothing has this", status=1) == []


# Lists


@pytest.fixture
def load(people, tmp_path):
    """Load a list as the directory's administrator: gives the problems and the sum."""
    secret = tmp_path / "administrator.password"
    write_secret(str(secret), people.directory.administrator[1])

    def run(what, content, *options, name="list.csv", status=0):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        login = ["--administrator-dn", people.directory.administrator[0], "--password-file", str(secret)]
        *problems, total = people.tool("load", what, str(path), *login, *options, status=status)
        return problems, total

    return run


def codes(problems):
    return [(one["line"], one["column"], one["code"]) for one in problems]


CERTIFICATES = """证书编号,holderIdNumber,holderName,postCode,issueDate
{0}-1,{H2},测试乙,011,2024-03-15
{0}-2,{H6},"测试己·阿依",012,2024-03-15
"""


@pytest.mark.parametrize("charset, number", [("utf-8", "LA-2024"), ("gb18030", "LB-2024")])
def test_certificates_are_loaded_once(people, load, charset, number):
    content = CERTIFICATES.format(number, H2=H2, H6=H6).encode(charset)
    assert load("certificates", content, "--dry-run")[1]["new"] == 2
    assert people.tool("entry", f"{number}-1", status=1) == []
    problems, total = load("certificates", content)
    assert not problems and total["added"] == 2 and total["written"]
    (seen,) = people.tool("entry", f"{number}-1")
    assert (seen["holder"], seen["post"], seen["status"], seen["copyState"]) == ("测试乙", "011", "valid", "inHand")
    problems, total = load("certificates", content)
    assert not problems and (total["present"], total["added"]) == (2, 0)


def test_every_problem_is_listed_before_anything_is_written(people, load):
    content = f"""certNo,holderIdNumber,holderName,postCode,issueDate
LC-2024-1,{H2[:-1]}5,测试乙,099,2024-02-30
LC-2024-2,{H2},测试丙,011,2999-01-01
LC-2024-2,371299198507030115,,011,2024-01-01
SD-011-2019-000001,{H2},,011,2024-01-01
LC-2024-5,{H2},测试乙,,2024-01-01
LC-2024-6,{H2},测试乙,013,2024-01-01
"""
    problems, total = load("certificates", content, status=1)
    assert codes(problems) == [
        (2, "holderIdNumber", "E-ID"),
        (2, "postCode", "E-POST"),
        (2, "issueDate", "E-DATE"),
        (3, "issueDate", "E-DATE"),
        (3, "holderName", "E-NAME-MISMATCH"),
        (4, "holderIdNumber", "E-NOT-OWNER"),
        (4, "certNo", "E-DUP-ITEM"),
        (5, "certNo", "E-DUP-ITEM"),
        (6, "postCode", "E-REQ"),
    ]
    assert (total["wrong"], total["written"]) == (5, False)
    assert people.tool("entry", "LC-2024-6", status=1) == []
    assert load("certificates", content, "--skip-wrong", status=1)[1]["added"] == 1
    assert people.tool("entry", "LC-2024-6")


def test_a_column_nobody_knows_stops_the_load(people, load):
    content = CERTIFICATES.replace("holderName", "colour").format("LD-2024", H2=H2, H6=H6)
    problems, total = load("certificates", content, "--skip-wrong", status=1)
    assert codes(problems) == [(1, "colour", "E-SCHEMA")] and not total["written"]


def test_trainees_are_placed_below_their_enterprise_or_get_an_account(people, load):
    content = """name,idNumber,uscc,mobile,education,loginName,mail,cityCode
测试庚,371299198507030115,91370202PDY000423P,+86 138 0000 0021,21,,,
测试辛,810000199205100032,,13800000022,31,h8-weihai,h8@example.com,371000
"""
    assert load("trainees", content)[1]["added"] == 2
    (employee,) = people.tool("entry", "371299198507030115")
    assert (employee["traineeKind"], employee["employerCode"], employee["login"]) == ("employee", "91370202PDY000423P", None)
    (individual,) = people.tool("entry", "h8-weihai")
    assert (individual["traineeKind"], individual["cityName"], individual["status"]) == ("individual", "威海市", "active")
    assert load("trainees", content)[1]["present"] == 2


def test_trainees_that_contradict_themselves_or_the_directory(load):
    content = f"""name,idNumber,uscc,sex,birthDate,loginName,mail,cityCode,kind
测试一,370199199001010019,91370202PDY000423P,,,,,,
测试二,370599199309160090,,,,,,,
测试三,371299198507030115x,91370102PDY00001XB,,,,,,
测试壬,{VALID},12370602PDY2024046,2,1990-01-02,,,,employee
测试癸,{OTHER},,,,e1-jinan,e1@example.com,371200,
"""
    problems, _ = load("trainees", content, "--dry-run", status=1)
    assert {(2, "name", "E-NAME"), (4, "name", "E-NAME")}.isdisjoint(codes(problems))
    assert {
        (2, "idNumber", "E-DUP-ITEM"),
        (3, "loginName", "E-REQ"),
        (4, "idNumber", "E-ID"),
        (5, "sex", "E-ID-SEX"),
        (5, "birthDate", "E-ID-DATE"),
        (5, "kind", "E-VARIANT"),
        (6, "loginName", "E-UID-TAKEN"),
        (6, "mail", "E-MAIL"),
        (6, "cityCode", "E-CITY-ABOLISHED"),
    } <= set(codes(problems))


def test_reviewers_become_members_and_get_mails(people, load):
    content = """登录用户名,姓名,mail,主管部门
city-weihai-1,威海审核甲,city-weihai-1@example.com,371000
city-weihai-1,威海审核甲,city-weihai-1@example.com,370300
"""
    _, total = load("reviewers", content)
    assert (total["added"], total["groups"]) == (1, 2)
    assert load("reviewers", content)[1]["groups"] == 0
    for city in ("371000", "370300"):
        newcomer = people.enterprise(city)
        people.send(newcomer.registration(people.address), port="PROVEN")
        receipt = people.letter(newcomer.mail, "N1")
        people.reply(people.letter("city-weihai-1@example.com", "N2", receipt.request), f"同意\n留档编号：{ARCHIVE}")
        assert people.letter(newcomer.mail, "N5", receipt.request)


def test_reviewers_that_cannot_be(load):
    content = """loginName,name,mail,cityCode
e1-jinan,测试甲甲,new-1@example.com,370100
new-2,测试乙乙,city-jinan-2@example.com,370100
new-3,测试丙丙,new-3@example.com,371200
city-jinan-1,别的名字,city-jinan-1@example.com,370100
"""
    problems, _ = load("reviewers", content, status=1)
    assert codes(problems) == [
        (2, "loginName", "E-UID-TAKEN"),
        (3, "mail", "E-MAIL"),
        (4, "cityCode", "E-CITY"),
        (5, "loginName", "E-DUP-ITEM"),
    ]


def vacant(people):
    (row,) = [one for one in people.tool("check") if one.get("what") == "reviewers"]
    assert row["is"] == "fine"
    return re.findall(r"37\d{4}", row["detail"])


def test_check_names_the_cities_where_nobody_decides(people, load):
    *others, city = vacant(people)
    assert not {"370000", "370100", "371200"} & {city, *others}
    load("reviewers", f"loginName,name,mail,cityCode\nfirst-{city},测试首位,first-{city}@example.com,{city}\n")
    assert vacant(people) == others


def test_deputies_that_cannot_be(load):
    content = """loginName,name,mail,cityCode,deputy,deputyFrom,deputyUntil
heze-1,菏泽甲,heze-1@example.com,371700,heze-2,2026-11-01,2026-10-01
heze-2,菏泽乙,heze-2@example.com,371700,heze-2,,
heze-3,菏泽丙,heze-3@example.com,371700,nobody-here,,
heze-4,菏泽丁,heze-4@example.com,371700,e1-jinan,,
heze-5,菏泽戊,heze-5@example.com,371700,heze-6,2026-11-01,2026-11-01
heze-6,菏泽己,heze-6@example.com,371700,city-jinan-1,2026-11-01,
"""
    problems, total = load("reviewers", content, "--dry-run", status=1)
    assert codes(problems) == [
        (2, "deputyUntil", "E-DATE"),
        (3, "deputy", "E-VALUE"),
        (4, "deputy", "E-VALUE"),
        (5, "deputy", "E-VALUE"),
    ]
    assert total["new"] == 2


def test_ldif_is_loaded_too(people, load):
    entry = """dn: csCertificateNumber=LE-2024-7,csTraineeNumber={},csCreditCode=91370202PDY000423P,ou=enterprises,dc=example,dc=org
objectClass: csCertificate
csPostCode: 050
csIssueDate: 2024-05-06
"""
    assert load("certificates", entry.format("T-000005"), name="list.ldif")[1]["added"] == 1
    assert people.tool("entry", "LE-2024-7")[0]["holder"] == "测试戊"
    problems, _ = load("certificates", entry.format("T-000001").replace("-7", "-8"), name="list.ldif", status=1)
    assert [one["code"] for one in problems] == ["E-NOT-OWNER", "E-SCHEMA"]


def test_files_that_are_no_lists(people, tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b'certNo\n"open\n')
    done = people.run_tool("load", "certificates", str(path))
    assert done.returncode == 3 and "line 2" in done.stderr
    assert people.run_tool("load", "certificates", str(tmp_path / "none.csv")).returncode == 3
    assert people.run_tool("load", "nothing", str(path)).returncode == 2


def test_only_the_administrator_may_load(people, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(CERTIFICATES.format("LF-2024", H2=H2, H6=H6))
    desk = os.path.join(people.world.directory, "desk.password")
    dn = "cn=desk,ou=services,dc=example,dc=org"
    *problems, total = people.tool("load", "certificates", str(path), "--administrator-dn", dn, "--password-file", desk, status=1)
    assert (total["added"], total["failed"]) == (0, 2) and len(problems) == 2
