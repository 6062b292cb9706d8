"""A photo goes from the applicant's mail, by the reviewers', into the directory: the bytes that came."""

import base64
import json
import resource

import pytest
from client import readable
from holders import Holder, enterprise_entry
from letter import form_mail
from people import ARCHIVE, form
from picture import jpeg, named

APPROVE = f"同意\n留档编号：{ARCHIVE}"
OLD, NEW = jpeg("old"), jpeg("as large as can be " * 10700)
FILE = "照片 1.jpg"
EMPLOYEES = 200  # 40 MB of photos
LITTLE = 32 << 20  # octets of data in memory


def add(people, *entries):
    path = f"{people.world.directory}/holder.ldif"
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(entries))
    done = people.directory.run("ldapadd", people.directory.administrator, "-f", path)
    assert done.returncode == 0, done.stderr


def with_photo(trainee, photo):
    return f"{trainee}jpegPhoto:: {base64.b64encode(photo).decode()}\n"


@pytest.fixture
def holder(people):
    """An enterprise with a holder whose photo is on record: the enterprise, the holder."""
    enterprise = people.enterprise("370100")
    holder = Holder(enterprise, 1)
    trainee, certificate = holder.entries(1)
    add(people, enterprise_entry(enterprise), with_photo(trainee, OLD), certificate)
    return enterprise, holder


def correction(people, enterprise, holder, photo, attached):
    """The mail that asks for the holder's name and photo to be corrected."""
    corrections = f"""<corrections>
    <correction field="name"><newValue>测试更正</newValue></correction>
    <correction field="photo"><newValue>{photo}</newValue></correction>
  </corrections>
  <reason>"""
    handler = "</formDate>\n    <handlerName>测试经办</handlerName>\n    <handlerMobile>13800000099</handlerMobile>"
    fields = {"holderName": holder.name, "idNumber": holder.number, "reason": "登记有误"}
    source = form("holderInfoCorrection", fields, {"applicantUid": enterprise.login})
    source = source.replace("</formDate>", handler).replace("<reason>", corrections)
    message = form_mail(enterprise.mail, people.address, "信息更正", source, "table4.xml")
    message.add_attachment(attached, maintype="image", subtype="jpeg", filename=FILE)
    return message


def pictures(letter):
    """The JPEG files that come with a letter: name and content."""
    return [(part.get_filename(), part.get_content()) for part in letter.message.iter_attachments() if part.get_content_type() == "image/jpeg"]


def photos(people, holder):
    entry = people.directory.find(f"(csIdNumber={holder.number})", "jpegPhoto")
    return [base64.b64decode(line.partition(":: ")[2]) for line in entry.splitlines() if line.startswith("jpegPhoto")]


def test_a_photo_by_mail(people, holder):
    enterprise, person = holder
    city, province = people.reviewers("370100")[0], people.reviewers("370000")[0]
    assert 200_000 < len(NEW) <= 200 * 1024
    with people.reloaded(lambda text: f"{text}\n[procedures]\nholder-info-correction=on\n"):
        people.send(correction(people, enterprise, person, named(FILE, OLD), NEW))
        refused = people.letter(enterprise.mail, "N0")
        assert "E-ATTACH" in refused.text and f"所附照片“{FILE}”的内容与填写的SHA-256不一致" in refused.text
        people.send(correction(people, enterprise, person, named(FILE, NEW), NEW))
        draft = people.letter(enterprise.mail, "N1D")
        people.reply(draft, "确认")
        task = people.letter(city, "N2", draft.request)
        assert pictures(task) == [(FILE, NEW)]
        assert f"照片\n　　原：有\n　　新：{named(FILE, NEW)}\n" in task.text
        people.reload()
        people.reply(task, APPROVE)
        task = people.letter(province, "N4", draft.request)
        assert pictures(task) == [(FILE, NEW)]
        assert photos(people, person) == [OLD]
        people.reply(task, "同意")
        assert pictures(people.letter(enterprise.mail, "N5", draft.request)) == [(FILE, NEW)]
    assert photos(people, person) == [NEW]
    assert "cn: 测试更正" in readable(people.directory.find(f"(csIdNumber={person.number})", "cn"))
    assert people.state(draft.request) == "done"


def test_the_tool_shows_an_enterprise_without_its_photos(people):
    """In less memory than they would take: as an enterprise may have thousands."""
    enterprise = people.enterprise("370200")
    entries = [enterprise_entry(enterprise)]
    for number in range(1000, 1000 + EMPLOYEES):
        trainee, *certificates = Holder(enterprise, number).entries(2)
        entries += [with_photo(trainee, NEW), *certificates]
    add(people, *entries)
    bound = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_DATA, (LITTLE, LITTLE))}
    for most, shown in (((), 200), (("--most", "5"), 5), (("--most", "1000"), 2 * EMPLOYEES)):
        done = people.run_tool("--json", "entry", enterprise.code, *most, **bound)
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        assert (seen["trainees"], seen["certificateCount"]) == (EMPLOYEES, 2 * EMPLOYEES)
        assert [one["holder"] for one in seen["certificates"]] == ["测试持证"] * shown
    assert people.run_tool("entry", enterprise.code, "--most", "many").returncode == 2
