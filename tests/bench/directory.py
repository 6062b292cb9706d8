#!/usr/bin/python3
"""What it costs the directory when an enterprise is renamed, with ten certificates and with a hundred thousand.

    directory.py [CERTIFICATES] [--renames N]

Two enterprises, one with ten certificates and one with CERTIFICATES, stand in a slapd of their own (slapadd loads them). Each is renamed N times, in turn, by the real
daemon: table 3, the city's answer, the province's answer. The directory's access log says what was written; the clock says how long it is from the province's answer until the new name stands there, and until the applicant's mail that says so, with the number of certificates counted, has arrived.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
for room in ("world", "e2e"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), room))

from conftest import MaildirWorld  # noqa: E402
from holders import Holder, Log, enterprise_entry  # noqa: E402
from letter import form_mail  # noqa: E402
from openldap import SUFFIX  # noqa: E402
from people import ARCHIVE, People, form, wait_until  # noqa: E402
from process import Failed  # noqa: E402

FEW = 10
OF_ONE = 100  # certificates of one trainee
CITY = "370100"
PATIENCE = 60


def load(world, enterprises):
    """Enterprises with so many certificates, by slapadd, while slapd is down."""
    slapd = world.servers["slapd"]
    path = os.path.join(world.directory, "holders.ldif")
    number = 0
    with open(path, "w", encoding="utf-8") as file:
        for enterprise, certificates in enterprises:
            print(enterprise_entry(enterprise), file=file)
            for rest in range(certificates, 0, -OF_ONE):
                number += 1
                for entry in Holder(enterprise, number).entries(min(rest, OF_ONE)):
                    print(entry, file=file)
    world.stop_server("slapd")
    command = ["/usr/sbin/slapd", "-Tadd", "-q", "-b", SUFFIX, "-F", slapd.configuration, "-l", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failed(f"slapadd: {done.stderr.strip()[-400:]}")
    os.unlink(path)
    world.start_server("slapd")


class Rename:
    """One rename from its form to its end: what was written, and the three times."""

    def __init__(self, people, enterprise, name):
        self.people = people
        self.enterprise = enterprise
        self.log = Log(people.directory, people.env)
        task = self._bring(name)
        began = time.perf_counter()
        people.hand_in(task.answer("同意"), to=str(task.answer("同意")["To"]))
        search = f"(&(csCreditCode={enterprise.code})(o={name}))"
        wait_until(lambda: people.directory.find(search, "1.1"), "no new name", PATIENCE)
        self.visible = time.perf_counter() - began
        self.told = people.letter(enterprise.mail, "N5", task.request, PATIENCE).text
        self.mailed = time.perf_counter() - began
        self.writes = self.log.writes()
        enterprise.name = name

    def _bring(self, name):
        """The form is filed and the city has said yes: the province's task."""
        people, enterprise = self.people, self.enterprise
        fields = {"uscc": enterprise.code, "currentName": enterprise.name, "currentCityCode": CITY, "newName": name, "newCityCode": "——",
                  "reason": "名称变更", "registrationChangeDate": "2026-01-05"}
        handler = "</formDate>\n    <handlerName>测试经办</handlerName>\n    <handlerMobile>13800000099</handlerMobile>"
        source = form("enterpriseChange", fields, {"applicantUid": enterprise.login}).replace("</formDate>", handler)
        people.send(form_mail(enterprise.mail, people.address, "企业名称变更", source, "form.xml"), port="PROVEN", seconds=PATIENCE)
        request = people.letter(enterprise.mail, "N1").request
        people.reply(people.letter(people.reviewers(CITY)[0], "N2", request), f"同意\n留档编号：{ARCHIVE}")
        return people.letter(people.reviewers("370000")[0], "N4", request)


def row(what, few, many, unit):
    print(f"  {what:<58} {few:10.2f} {many:10.2f} {unit}, ratio {many / few:.2f}", flush=True)


def measure(people, enterprises, renames):
    done = {certificates: [] for _, certificates in enterprises}
    for turn in range(renames + 1):
        for enterprise, certificates in enterprises:
            one = Rename(people, enterprise, f"测试更名第{turn}次{certificates}有限公司")
            if f"共 {certificates} 本" not in one.told:
                raise Failed(f"not {certificates} certificates are told of: {one.told}")
            if turn:  # everything has been used once
                done[certificates].append(one)
    few, many = done[enterprises[0][1]], done[enterprises[1][1]]

    def median(of, what):
        return 1000 * statistics.median(what(one) for one in of)

    row("writes the directory was sent, each", statistics.mean(len(one.writes) for one in few),
        statistics.mean(len(one.writes) for one in many), "writes")
    for what, take in (("from the last approval to the new name", lambda one: one.visible),
                       ("from the last approval to the mail with the number", lambda one: one.mailed)):
        row(what, median(few, take), median(many, take), "ms")


def main():
    parser = argparse.ArgumentParser(description="Measure the rename of an enterprise with few and with many certificates.")
    parser.add_argument("certificates", nargs="?", type=int, default=100000)
    parser.add_argument("--renames", type=int, default=9, help="of each enterprise (default 9)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as directory:
        os.chmod(directory, 0o755)
        with MaildirWorld(directory) as world:
            people = People(world)
            enterprises = [(people.enterprise(CITY), FEW), (people.enterprise(CITY), given.certificates)]
            load(world, enterprises)
            print(f"An enterprise with {FEW} certificates, and one with {given.certificates}:")
            try:
                measure(people, enterprises, given.renames)
            except Failed as fault:
                sys.exit(f"bench: {fault}")


if __name__ == "__main__":
    main()
