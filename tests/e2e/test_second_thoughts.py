"""What reviewers do besides deciding: hand a task on to a colleague, take a decision back."""

import os
import sqlite3

import pytest

from people import ARCHIVE

APPROVE = f"同意\n留档编号：{ARCHIVE}"
FIRST, SECOND = "city-jinan-1@example.com", "city-jinan-2@example.com"


@pytest.fixture
def asked(people):
    """A registration that waits for Jinan: the newcomer, its request, the reviewers' letters."""
    newcomer = people.enterprise("370100")
    receipt, tasks = people.submit(newcomer)
    return newcomer, receipt.request, tasks


def events(people, request):
    return [event["event"] for event in people.show(request)["events"]]


def let_the_hour_come(people, request):
    """The time to take the decision back has passed: no test waits for a minute. The daemon is started anew and finds it so."""
    path = os.path.join(people.world.servers["countersignd"].state, "state.sqlite")
    with sqlite3.connect(path) as state:
        changed = state.execute("UPDATE held SET due = at WHERE request = ?", (request,)).rowcount
        changed += state.execute("UPDATE timer SET due = 1 WHERE request = ? AND kind = 'decision'", (request,)).rowcount
    assert changed == 2
    people.reload()


def test_a_task_is_handed_on(people, asked):
    newcomer, request, tasks = asked
    people.reply(tasks[FIRST], "转办：济南审核乙\n说明：我明天出差")
    task = people.letter(SECOND, "N2", request)
    assert "济南审核甲将此审核任务转办给您" in task.text and "我明天出差" in task.text
    assert "济南审核乙" in people.letter(FIRST, "ND", request).text
    people.reply(tasks[FIRST], APPROVE)
    assert "转办给济南审核乙" in people.letter(FIRST, "N9", request).text
    people.reply(tasks[SECOND], APPROVE)
    assert "取代" in people.letter(SECOND, "N9", request).text
    assert people.state(request) == "cityReview"
    people.reply(task, APPROVE)
    assert people.letter(newcomer.mail, "N5", request)
    assert [what for what in events(people, request) if what in ("delegate", "approve")] == ["delegate", "approve"]


def test_a_task_is_handed_on_to_nobody_but_a_colleague(people, asked):
    _, request, tasks = asked
    people.reply(tasks[FIRST], "DELEGATE province-1@example.com")
    assert "不是贵主管部门" in people.letter(FIRST, "N9", request).text
    people.reply(tasks[SECOND], "转办 张三")
    assert "没有找到" in people.letter(SECOND, "N9", request).text
    assert "delegate" not in events(people, request)


def test_a_decision_is_taken_back_and_made_anew(people, asked):
    newcomer, request, tasks = asked
    with people.reloaded(lambda text: text.replace("[countersign]", "[countersign]\nundo-minutes=1440")):
        people.reply(tasks[FIRST], "不同意\n原因：看错了")
        receipt = people.letter(FIRST, "NH", request)
        assert people.show(request)["held"]["verdict"] == "reject"
        people.reply(tasks[SECOND], APPROVE)
        assert "已由他人处理" in people.letter(SECOND, "N9", request).text
        people.reload()
        people.reply(receipt, "撤回")
        shown = people.show(request)
        assert (shown["state"], shown["held"]) == ("cityReview", None)
        assert "您此前的答复没有计入" in people.letter(SECOND, "N2", request).text
        people.reply(people.letter(FIRST, "N2", request), APPROVE)
        people.letter(FIRST, "NH", request)
        assert people.state(request) == "cityReview"
        let_the_hour_come(people, request)
        assert people.letter(newcomer.mail, "N5", request)
    told = events(people, request)
    assert [what for what in told if what in ("hold", "undo", "approve", "reject")] == ["hold", "undo", "hold", "approve"]
    step = people.show(request)["steps"][0]
    assert (step["verdict"], step["archive"]) == ("approve", ARCHIVE)
    assert len(step["mail"]) == 64
    assert "N6" not in people.told(newcomer.mail)
