"""The demo's second act: what happens to people and their certificates. A trainee changes employer through two authorities,
an enterprise is renamed and every certificate shows it, a lost certificate is replaced, and somebody asks how things stand.
"""

import datetime
import json
import subprocess
import time

from client import TICK, Mailbox, readable, send
from letter import CHINA, form_mail
from process import Failed

FORM = """<?xml version="1.0" encoding="UTF-8"?>
<{root} xmlns="urn:countersign:form:1" version="1"{variant}>
  <head>
    <applicantUid>{uid}</applicantUid>
    <formDate>{today}</formDate>
    <handlerName>测试经办</handlerName>
    <handlerMobile>13800000099</handlerMobile>
  </head>
{fields}
</{root}>
"""
E1 = {"uid": "e1-jinan", "mail": "e1@example.com", "code": "91370102PDY00001XB", "name": "济南测试建设甲有限公司"}
E2 = {"uid": "e2-qingdao", "mail": "e2@example.com", "code": "91370202PDY000423P", "name": "青岛测试建设乙有限公司"}
H1 = {"name": "测试甲", "number": "370199199001010019", "certificates": ["SD-011-2019-000001", "SD-030-2018-000002"]}
NEW_NAME = "青岛测试建设乙集团有限公司"


def check(true, what):
    if not true:
        raise Failed(what)


def form(who, root, variant=None, **values):
    fields = "\n".join(f"  <{name}>{value}</{name}>" for name, value in values.items())
    kind = f' variant="{variant}"' if variant else ""
    return FORM.format(root=root, variant=kind, uid=who["uid"], today=datetime.datetime.now(CHINA).date(), fields=fields)


class Changes:
    def __init__(self, world, story, directory):
        self.env = world.env()
        self.story = story
        self.directory = directory
        self.boxes = {}

    def tell(self):
        self.change_employer()
        self.rename()
        self.lose()
        self.ask()

    def box(self, address):
        if address not in self.boxes:
            self.boxes[address] = Mailbox(self.env, address)
        return self.boxes[address]

    def file(self, who, what, source):
        """Mail a form and confirm the receipt; the request's number."""
        self.box(who["mail"])
        send(self.env, form_mail(who["mail"], self.env["WORLD_ADDRESS"], what, source, "form.xml"))
        draft = self.box(who["mail"]).wait("N1D")
        return draft

    def decide(self, reviewer, code, words):
        task = self.box(reviewer).wait(code)
        self.story.letter(task, 24)
        answer = task.answer(words)
        self.story.answer(answer)
        send(self.env, answer)

    def entry(self, key):
        done = subprocess.run([self.env["WORLD_COUNTERSIGN"], "-c", self.env["WORLD_CONF"], "--json", "entry", key],
                              capture_output=True, text=True)
        check(done.returncode == 0, f"countersign entry {key}: {done.stderr.strip()}")
        return json.loads(done.stdout.splitlines()[0])

    def shows(self, certificate, name, seconds=10):
        """Wait until the certificate shows this employer."""
        deadline = time.monotonic() + seconds
        while name not in json.dumps(self.entry(certificate), ensure_ascii=False):
            if time.monotonic() > deadline:
                raise Failed(f"{certificate} does not show {name}")
            time.sleep(TICK)
        self.story.say(f"countersign entry {certificate}: the employer shown is {name}")

    def change_employer(self):
        story = self.story
        story.step(f"{E1['name']} files table 2: its employee {H1['name']} goes to {E2['name']}, with two certificates.")
        draft = self.file(E1, "持证人所属企业变更", form(
            E1, "employerChange", "employee", holderName=H1["name"], idNumber=H1["number"], fromEnterpriseName=E1["name"],
            fromUscc=E1["code"], toEnterpriseName=E2["name"], toUscc=E2["code"], reason="工作调动"))
        for address in ("city-qingdao-1@example.com", "province-1@example.com", E2["mail"]):
            self.box(address)
        send(self.env, draft.answer("确认"))
        story.step("Not its own city decides but the receiving enterprise's, Qingdao; the receiver is told which papers to bring.")
        story.letter(self.box(E2["mail"]).wait("N2b"), 14)
        self.decide("city-qingdao-1@example.com", "N2", "同意，留档编号：青建留档〔2026〕0007号")
        story.step("Then the province countersigns.")
        self.decide("province-1@example.com", "N4", "同意。")
        story.letter(self.box(E1["mail"]).wait("N5"), 14)
        for number in H1["certificates"]:
            self.shows(number, E2["name"])

    def rename(self):
        story = self.story
        story.step(f"{E2['name']} is renamed to {NEW_NAME}: table 3, Qingdao with an archive number, then the province.")
        draft = self.file(E2, "企业名称变更", form(
            E2, "enterpriseChange", uscc=E2["code"], currentName=E2["name"], currentCityCode="370200", newName=NEW_NAME,
            newCityCode="——", reason="集团化经营", registrationChangeDate="2026-01-05"))
        send(self.env, draft.answer("确认"))
        self.decide("city-qingdao-1@example.com", "N2", "同意 留档编号：青建留档〔2026〕0008号")
        self.decide("province-1@example.com", "N4", "APPROVE")
        self.box(E2["mail"]).wait("N5")
        story.step("One entry was written, and both certificates show the new name:")
        for number in H1["certificates"]:
            self.shows(number, NEW_NAME)
        found = readable(self.directory.find(f"(csCreditCode={E2['code']})", "o", "csFormerName"))
        story.say(found)
        check(f"csFormerName: {E2['name']}" in found, "the old name is not kept")

    def lose(self):
        story = self.story
        story.step("A certificate is lost: table 1 without naming any. The receipt lists them, the reply picks one.")
        draft = self.file(E2, "证书遗失补证", form(
            E2, "lostCertificateReissue", enterpriseName=NEW_NAME, uscc=E2["code"], statement="施工现场搬迁时遗失。"))
        story.letter(draft, 24)
        answer = draft.answer("1")
        story.answer(answer)
        send(self.env, answer)
        self.decide("city-qingdao-1@example.com", "N2", "同意\n留档编号：青建留档〔2026〕0009号")
        self.decide("province-1@example.com", "N4", "同意")
        self.box(E2["mail"]).wait("N5")
        first = sorted(H1["certificates"] + ["SD-040-2020-000005"])[0]
        found = self.directory.find(f"(csCertificateNumber={first})", "csCopyNumber", "csCopyState")
        story.step(f"{first} has its second copy, ready to be printed:")
        story.say(found)
        check("csCopyNumber: 2" in found and "csCopyState: printable" in found, "the certificate has no new copy")

    def ask(self):
        self.story.step("How do things stand? A status query by mail; it needs no confirmation.")
        self.box(E2["mail"])
        send(self.env, form_mail(E2["mail"], self.env["WORLD_ADDRESS"], "状态查询", form(E2, "statusQuery"), "form.xml"))
        report = self.box(E2["mail"]).wait("NS")
        self.story.letter(report, 24)
        check("T1-" in report.text and "T3-" in report.text, "the report lacks the enterprise's requests")
