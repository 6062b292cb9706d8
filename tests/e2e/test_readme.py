"""The table of requirements names every requirement and only tests that exist."""

import pathlib
import re

TESTS = pathlib.Path(__file__).resolve().parent.parent


def rows():
    lines = (TESTS / "README.md").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if re.match(r"\| R-\d\d \|", line)]


def test_every_requirement_has_its_row():
    assert [row[2:6] for row in rows()] == [f"R-{number:02}" for number in range(1, 54)]


def test_every_test_named_exists():
    written = {}
    for path in [*TESTS.glob("scenario/*.c"), *TESTS.glob("e2e/*.py"), *TESTS.glob("unit/*.c")]:
        written[f"{path.parent.name}/{path.name}"] = path.read_text(encoding="utf-8")
    everything = "\n".join(written.values())
    for row in rows():
        shown = re.findall(r"`([^`]+)`", row.split("|")[3])
        assert shown, row
        for name in shown:
            known = name in written or re.search(rf"\b{name}\(", everything)
            assert known, f"{row[2:6]} names {name}, which is nowhere"
