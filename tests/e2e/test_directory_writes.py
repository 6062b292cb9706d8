"""How much is written: an enterprise is renamed, and a trainee moves, by one operation, however many certificates there are."""

import pytest
from holders import Holder, Log, enterprise_entry
from letter import form_mail
from people import ARCHIVE, form

APPROVAL = f"同意\n留档编号：{ARCHIVE}"
CERTIFICATES = 20


@pytest.fixture(scope="module")
def two(people):
    """An enterprise with two holders of twenty certificates each, and one without any; the holders."""
    one, other = people.enterprise("370100", name="济南测试持证有限公司"), people.enterprise("370200", name="青岛测试接收有限公司")
    holders = [Holder(one, 1), Holder(one, 2)]
    entries = [enterprise_entry(one), enterprise_entry(other), *(entry for holder in holders for entry in holder.entries(CERTIFICATES))]
    done = people.directory.run("ldapadd", people.directory.administrator, "-f", _file(people, "\n".join(entries)))
    assert done.returncode == 0, done.stderr
    return one, other, holders


def _file(people, ldif):
    path = f"{people.world.directory}/holders.ldif"
    with open(path, "w", encoding="utf-8") as file:
        file.write(ldif)
    return path


def approved(people, applicant, source, city):
    """The form through the city and the province; the applicant's N5, and what was written meanwhile."""
    log = Log(people.directory, people.env)
    people.send(form_mail(applicant.mail, people.address, "申请", source, "form.xml"), port="PROVEN")
    request = people.letter(applicant.mail, "N1").request
    people.reply(people.letter(people.reviewers(city)[0], "N2", request), APPROVAL)
    people.reply(people.letter(people.reviewers("370000")[0], "N4", request), "同意")
    told = people.letter(applicant.mail, "N5", request)
    return told, log.writes()


def signed(root, fields, applicant):
    """A form with its applicant's login and the person who acts for them."""
    handler = "</formDate>\n    <handlerName>测试经办</handlerName>\n    <handlerMobile>13800000099</handlerMobile>"
    return form(root, fields, {"applicantUid": applicant.login}).replace("</formDate>", handler)


def test_a_rename_is_one_write(people, two):
    one, _, holders = two
    fields = {"uscc": one.code, "currentName": one.name, "currentCityCode": one.city, "newName": "济南测试持证集团有限公司",
              "newCityCode": "——", "reason": "名称变更", "registrationChangeDate": "2026-01-05"}
    told, writes = approved(people, one, signed("enterpriseChange", fields, one), one.city)
    assert writes == [("modify", one.dn)]
    assert f"共 {CERTIFICATES * len(holders)} 本" in told.text
    one.name = "济南测试持证集团有限公司"
    (shown,) = people.tool("entry", f"SD-{holders[0].key}-000")
    assert one.name in str(shown)


def test_an_employer_change_with_twenty_certificates_is_one_operation(people, two):
    one, other, holders = two
    fields = {"holderName": holders[0].name, "idNumber": holders[0].number, "fromEnterpriseName": one.name, "fromUscc": one.code,
              "toEnterpriseName": other.name, "toUscc": other.code, "reason": "工作调动"}
    source = signed("employerChange", fields, one).replace('form:1" version="1"', 'form:1" version="1" variant="employee"')
    _, writes = approved(people, one, source, other.city)
    assert writes == [("modrdn", holders[0].dn)]
    below = people.directory.find("(objectClass=csCertificate)", "1.1")
    assert below.count(f"csTraineeNumber={holders[0].key},{other.dn}") == CERTIFICATES
    assert below.count(f"csTraineeNumber={holders[1].key},{one.dn}") == CERTIFICATES
