"""The daily digest on real servers: one mail a day lists what waits, one answer decides several by number."""

import datetime

import pytest

from letter import CHINA
from people import ARCHIVE

REVIEWER = "city-linyi-1@example.com"


@pytest.fixture
def daily(people, tmp_path):
    """The site has switched the digest on, from midnight on, and these days are working days."""
    holidays = tmp_path / "holidays"
    today = datetime.datetime.now(CHINA).date()
    holidays.write_text("".join(f"{today + datetime.timedelta(days=i)} work\n" for i in range(3)))
    holidays.chmod(0o644)
    lines = f"[countersign]\ndigest=daily\ndigest-hour=0\nholidays-file={holidays}"
    return lambda: people.reloaded(lambda text: text.replace("[countersign]", lines))


def test_three_requests_and_one_answer(people, daily):
    waiting = [people.enterprise() for _ in range(3)]
    requests = [people.submit(newcomer)[0].request for newcomer in waiting]
    with daily():
        digest = people.letter(REVIEWER, "NL")
        numbers = [1 + [line.split()[2] for line in digest.text.splitlines() if line.startswith("【第")].index(id) for id in requests]
        people.reply(digest, f"{numbers[0]} 同意 留档编号：{ARCHIVE}\n{numbers[1]} 再看看")
        refused = people.letter(REVIEWER, "NR")
        assert "没有办理" in refused.text and "再看看" in refused.text
        assert [people.state(request) for request in requests] == ["cityReview"] * 3
        people.reply(digest, f"{numbers[0]} 同意 留档编号：{ARCHIVE}\n{numbers[1]} 驳回 材料不全\n\n谢谢")
        receipt = people.letter(REVIEWER, "NR")
        assert "已办理 2 项" in receipt.text and ARCHIVE in receipt.text
        assert people.letter(waiting[0].mail, "N5", requests[0]).secret
        assert "材料不全" in people.letter(waiting[1].mail, "N6", requests[1]).text
        assert people.show(requests[0])["steps"][0]["archive"] == ARCHIVE
        assert [people.state(request) for request in requests[1:]] == ["rejected", "cityReview"]
    with daily():  # started anew, the daemon sends no second list on the same day
        people.reply(digest, f"{numbers[2]} 驳回 重复")
        people.letter(waiting[2].mail, "N6", requests[2])
        assert people.told(REVIEWER).count("NL") == 1
    people.tool("audit", "verify")
