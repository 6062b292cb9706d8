"""Mails as people see and write them: forms sent in, what the daemon sends out, answers to it."""

import datetime
import email
import email.message
import email.policy
import email.utils
import re
from xml.sax.saxutils import escape

from identifier import credit_code

CHINA = datetime.timezone(datetime.timedelta(hours=8))
SECRET = re.compile(r"^(?:一次性密码：|One-time password:)\s*(\S+)$", re.MULTILINE)
REGISTRATION = """<?xml version="1.0" encoding="UTF-8"?>
<enterpriseRegistration xmlns="urn:countersign:form:1" version="1">
  <head>
    <formDate>{today}</formDate>
    <handlerName>测试经办</handlerName>
    <handlerMobile>13800000099</handlerMobile>
  </head>
  <loginName>{login}</loginName>
  <enterpriseName>{name}</enterpriseName>
  <uscc>{code}</uscc>
  <enterpriseKind>construction</enterpriseKind>
  <cityCode>{city}</cityCode>
  <address>测试路9号</address>
  <legalRepresentative>测试法人</legalRepresentative>
  <contactName>测试联系</contactName>
  <contactMobile>13800000098</contactMobile>
  <contactMail>{mail}</contactMail>
</enterpriseRegistration>
"""


class Enterprise:
    """A newcomer that registers: number is that of its organisation code PDY<number>."""

    def __init__(self, number, mail, login, city="371300", name=None):
        self.city = city
        self.code = credit_code("91", f"{city[:4]}02", number)
        self.mail = mail
        self.login = login
        self.name = name or f"测试建设第{number}号有限公司"
        self.dn = f"csCreditCode={self.code},ou=enterprises,dc=example,dc=org"

    def form(self):
        """Table 5 as XML."""
        values = {name: escape(value) for name, value in vars(self).items()}
        return REGISTRATION.format(today=datetime.datetime.now(CHINA).date(), **values)

    def registration(self, to):
        """The mail that brings the form."""
        return form_mail(self.mail, to, "企业注册", self.form())


def form_mail(sender, to, subject, form, filename="table5.xml"):
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = email.utils.make_msgid(domain=sender.rpartition("@")[2])
    message.set_content("申请表见附件。\n")
    message.add_attachment(form.encode(), maintype="application", subtype="xml", filename=filename)
    return message


class Letter:
    """A mail of the daemon's, as received."""

    def __init__(self, source):
        self.message = email.message_from_bytes(source, policy=email.policy.default)
        self.code, _, self.request = (self.message["X-Countersign-Notice"] or "").partition(" ")
        self.subject = self.message["Subject"]
        self.to = self.message["To"].addresses[0].addr_spec
        self.identity = self.message["Message-ID"]
        addresses = self.message["Reply-To"] or self.message["From"]
        self.answer_to = addresses.addresses[0].addr_spec

    @property
    def text(self):
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def notice(self):
        """The XML document that the letter was made from."""
        parts = self.message.iter_attachments()
        return next(part.get_content() for part in parts if part.get_filename() == "notice.xml").decode()

    @property
    def secret(self):
        """The one-time secret it brings, or None."""
        found = SECRET.search(self.text)
        return found and found[1]

    def answer(self, words, sender=None):
        """The reply a mail client would send: the words on top, the letter quoted below."""
        reply = email.message.EmailMessage(policy=email.policy.SMTP)
        reply["From"] = sender or self.to
        reply["To"] = self.answer_to
        reply["Subject"] = f"Re: {self.subject}"
        reply["Date"] = email.utils.localtime()
        reply["Message-ID"] = email.utils.make_msgid(domain=reply["From"].rpartition("@")[2])
        reply["In-Reply-To"] = self.identity
        reply["References"] = " ".join(filter(None, [self.message["References"], self.identity]))
        sender = self.message["From"].addresses[0].addr_spec
        quoted = "".join(f"> {line}\n" for line in self.text.splitlines())
        reply.set_content(f"{words}\n\n在 2026-05-06 10:20，会签 <{sender}> 写道：\n{quoted}")
        return reply
