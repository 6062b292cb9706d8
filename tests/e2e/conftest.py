"""What the end-to-end tests share: a world with its people, one for each file of tests."""

import os
import sys

import pytest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "world"))

from people import People  # noqa: E402
from world import ADDRESS, World  # noqa: E402

LOG_LINES = 60


class MaildirWorld(World):
    """The daemon reads the folder into which Dovecot delivers: no IMAP server that holds its notices back for half a second."""

    def _configuration(self):
        sections = super()._configuration()
        return sections | {"mailbox": {"url": f"maildir://{self.maildir(ADDRESS)}", "batch": 100}}


def _play(kind, directory):
    with kind(directory, memory=True) as world:
        yield People(world)


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """A running world whose data stands in memory: tests that are about durability start their own."""
    yield from _play(MaildirWorld, tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def imap_people(tmp_path_factory):
    """The same with the daemon as an IMAP client."""
    yield from _play(World, tmp_path_factory.mktemp("world"))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    """A failed test shows how the daemon's log ends."""
    report = (yield).get_result()
    found = [value for value in getattr(item, "funcargs", {}).values() if isinstance(value, People)]
    if report.failed and found:
        report.sections.append(("countersignd", "\n".join(found[0].log().splitlines()[-LOG_LINES:])))
