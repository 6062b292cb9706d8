"""The administrator's tool beside a running daemon."""

import pytest

from letter import Enterprise
from people import ARCHIVE, plain


@pytest.fixture
def mail_file(people, tmp_path):
    """Writes a mail to a file; its path."""

    def write(message, name="message.eml"):
        path = tmp_path / name
        path.write_bytes(message.as_bytes())
        return str(path)

    return write


def test_list_shows_the_newest_first_and_takes_conditions(people):
    first, second = people.enterprise(), people.enterprise()
    people.submit(first)
    people.activate(second)
    listed = people.tool("list")
    assert [one["applicant"] for one in listed[:2]] == [second.mail, first.mail]
    assert [one["applicant"] for one in people.tool("list", "--most", "1")] == [second.mail]
    assert {one["state"] for one in people.tool("list", "--state", "cityReview")} == {"cityReview"}
    assert people.tool("list", "--type", "P1") == []
    assert second.mail in people.run_tool("list").stdout


def test_show_tells_the_whole_story(people):
    newcomer = people.enterprise()
    receipt, _ = people.activate(newcomer)
    shown = people.show(receipt.request)
    fields = {field["field"]: field["value"] for field in shown["fields"]}
    assert (fields["uscc"], fields["loginName"]) == (newcomer.code, newcomer.login)
    assert [event["event"] for event in shown["events"]] == ["submit", "approve", "applyOk"]
    told = [(mail["code"], mail["to"]) for mail in shown["outbox"] if mail["kind"] == "mail"]
    (reviewer,) = people.reviewers(newcomer.city)
    assert told == [("N1", newcomer.mail), ("N2", reviewer), ("N5", newcomer.mail)]
    for words in (newcomer.name, ARCHIVE, "统一社会信用代码"):
        assert words in people.run_tool("show", receipt.request).stdout


def test_an_unknown_request_and_an_unknown_command(people):
    assert people.run_tool("show", "T5-2026-999999").returncode == 1
    assert people.run_tool("frobnicate").returncode == 2
    assert people.run_tool("show").returncode == 2


@pytest.mark.parametrize("arguments, wrong", [
    ("list extra", "extra"),
    ("list --state", "--state"),
    ("list --state done --state draft", "--state"),
    ("show T5-2026-000001 T5-2026-000002", "T5-2026-000002"),
    ("show --full T5-2026-000001", "--full"),
    ("outbox now", "now"),
    ("retry 1 2", "2"),
    ("check all", "all"),
    ("load trainees people.csv --dryrun", "--dryrun"),
    ("load trainees people.csv more.csv", "more.csv"),
    ("decide T5-2026-000001 approve --archive --on-behalf-of city-jinan-1", "--archive"),
    ("withdraw T5-2026-000001 T5-2026-000002", "T5-2026-000002"),
    ("frobnicate", "frobnicate"),
])
def test_a_word_that_would_do_nothing_is_said(people, arguments, wrong):
    done = people.run_tool(*arguments.split())
    assert done.returncode == 2 and not done.stdout
    assert wrong in done.stderr.splitlines()[0]


@pytest.mark.parametrize("arguments", [("list", "--state", "bogus"), ("list", "--type", "T2"), ("list", "--most", "x"),
                                       ("list", "--most", "-1"), ("outbox", "--state", "nonsense")])
def test_a_filter_that_is_none_is_said(people, arguments):
    done = people.run_tool(*arguments)
    assert done.returncode == 2 and not done.stdout
    assert arguments[1] in done.stderr and arguments[2] in done.stderr.splitlines()[0]


def test_explain_tells_of_each_file_once(people, mail_file):
    form = mail_file(Enterprise(7301, "once@example.com", "once-login").registration(people.env["WORLD_ADDRESS"]))
    assert len(people.tool("explain", form)) == 1


def test_explain_says_what_would_happen_and_does_nothing(people, mail_file):
    newcomer = people.enterprise()
    form = mail_file(newcomer.registration(people.address))
    before = len(people.tool("list", "--most", "100000"))
    explained = people.tool("explain", form)
    assert explained and len(people.tool("list", "--most", "100000")) == before
    assert people.told(newcomer.mail) == []
    receipt, tasks = people.submit(newcomer)
    [task] = tasks.values()
    said = people.run_tool("explain", mail_file(task.answer(f"同意\n留档编号：{ARCHIVE}"), "answer.eml")).stdout
    assert receipt.request in said and "approve" in said
    assert people.state(receipt.request) == "cityReview"


def test_read_says_what_a_message_says_on_its_own(people, mail_file):
    newcomer = Enterprise(77, "new@applicant.test", "new-one")
    files = [
        mail_file(newcomer.registration(people.address), "form.eml"),
        mail_file(plain("a@applicant.test", people.address, "Re: review", f"同意\n留档编号：{ARCHIVE}\n"), "answer.eml"),
    ]
    form, answer = people.tool("read", *files)
    assert (form["kind"], form["form"], form["findings"]) == ("form", "enterpriseRegistration", [])
    assert (answer["verdict"], answer["archive"]) == ("approve", ARCHIVE)
    assert [form["file"], answer["file"]] == files


def test_a_reason_of_several_lines_stands_in_one_line_of_the_table(people):
    receipt, tasks = people.submit(people.enterprise())
    people.reply(next(iter(tasks.values())), "不同意\n原因：资料不全\n缺营业执照\n缺申请表")
    assert people.show(receipt.request)["steps"][0]["reason"].count("\n") >= 1
    shown = people.run_tool("show", receipt.request).stdout
    assert any("资料不全 缺营业执照 缺申请表" in line for line in shown.splitlines()), shown


def test_outbox_and_retry(people):
    people.send(plain("later@example.com", people.address, "hello", "hello"))
    [row] = [row for row in people.tool("outbox", "--state", "waiting") if row["to"] == "later@example.com"]
    assert row["code"] == "NX"
    assert people.tool("retry")[0]["rows"] >= 1
    assert people.tool("retry", "999999", status=1) == [{"rows": 0}]


def test_the_audit_chain(people):
    people.activate(people.enterprise())
    [verified] = people.tool("audit", "verify")
    assert verified["broken"] == 0 and verified["rows"] >= 3
    assert "all fit" in people.run_tool("audit", "verify").stdout


def test_check_finds_everything_in_order(people):
    done = people.run_tool("check")
    assert done.returncode == 0, done.stdout + done.stderr
    assert people.tool("check")
