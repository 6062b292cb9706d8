"""The commands that world.env names do what it says, as it says them."""

import re
import subprocess

import pytest

from people import People
from world import World


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """What `make world` starts."""
    with World(tmp_path_factory.mktemp("world"), signing=True) as world:
        yield People(world)


def commands(people, about, **words):
    """What stands below a line of world.env's comments, with these words in place of what is to be filled in."""
    with open(people.world.environment_file, encoding="utf-8") as file:
        found = re.search(rf"^# {re.escape(about)}.*\n((?:#   .*\n)+)", file.read(), re.MULTILINE)
    text = re.sub(r"^#   ", "", found[1], flags=re.MULTILINE)
    for name, value in words.items():
        text = text.replace(name, value)
    return text


def run(people, text):
    script = f"set -e; . {people.world.environment_file}\n{text}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_signed_answer(people):
    newcomer = people.enterprise("370100")
    receipt, tasks = people.submit(newcomer)
    letter = tasks["city-jinan-1@example.com"]
    said = run(people, commands(people, "The same signed (S/MIME)", **{"countersign+TOKEN@example.com": letter.answer_to}))
    assert "the mail has smime CN=city-jinan-1" in said
    assert people.letter(newcomer.mail, "N5", receipt.request)
    assert any("proof smime" in (event["detail"] or "") for event in people.show(receipt.request)["events"])


def test_the_daemon_is_asked(people):
    receipt, _ = people.submit(people.enterprise("370100"))
    assert receipt.request in run(people, commands(people, "Ask the daemon:"))


def test_a_stopped_world_can_still_sign(people):
    """Last: the certificates of the last time are the directory's still."""
    certificate = people.env["WORLD_CITY_JINAN_1_CERTIFICATE"]
    with open(certificate, encoding="ascii") as file:
        before = file.read()
    people.world.stop()
    people.world.start()
    with open(certificate, encoding="ascii") as file:
        assert file.read() == before
