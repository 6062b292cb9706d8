"""What the end-to-end tests share: a world with its people, one for each file of tests."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "world"))

from people import People  # noqa: E402
from world import World  # noqa: E402

LOG_LINES = 60


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A running world whose data stands in memory: tests that are about durability start their own."""
    with World(tmp_path_factory.mktemp("world"), memory=True) as world:
        yield People(world)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows how the daemon's log ends."""
    report = (yield).get_result()
    people = item.funcargs.get("people") if hasattr(item, "funcargs") else None
    if report.failed and isinstance(people, People):
        report.sections.append(("countersignd", "\n".join(people.log().splitlines()[-LOG_LINES:])))
