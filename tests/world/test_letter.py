"""What tests send is what the schemas say, and what they read is what the daemon writes."""

import email
import os

from lxml import etree

from letter import Enterprise, Letter
from openldap import SCHEMA

FORMS = os.path.join(os.path.dirname(SCHEMA), "templates", "forms")

RECEIPT = """From: countersign@example.com
Reply-To: =?utf-8?b?5Lya562+?= <countersign+aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com>
To: d@example.com
Subject: =?utf-8?b?44CQ5Lya562+44CR?= [cs:aaaaaaaaaaaaaaaaaaaaaaaaaa]
Message-ID: <aaaaaaaaaaaaaaaaaaaaaaaaaa.1@example.com>
X-Countersign-Notice: N5 T5-2026-000001
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

【登录信息】
一次性密码：abc-def
1. 一次性密码只用于首次登录。
"""


def test_a_registration_is_a_valid_form():
    schema = etree.XMLSchema(etree.parse(os.path.join(FORMS, "enterpriseRegistration.xsd")))
    schema.assertValid(etree.fromstring(Enterprise(7, "n7@example.com", "bench-7").form().encode()))


def test_the_pending_enterprise_has_its_code():
    assert Enterprise(46, "d@example.com", "ding", "370100").code == "91370102PDY0004660"


def test_a_registration_mail_carries_its_form():
    enterprise = Enterprise(7, "n7@example.com", "bench-7")
    message = email.message_from_bytes(enterprise.registration("to@example.com").as_bytes())
    assert message.get_payload()[1].get_payload(decode=True).decode() == enterprise.form()


def test_a_letter_is_read_and_answered():
    letter = Letter(RECEIPT.encode())
    assert (letter.code, letter.request, letter.secret) == ("N5", "T5-2026-000001", "abc-def")
    answer = letter.answer("同意")
    assert answer["To"] == "countersign+aaaaaaaaaaaaaaaaaaaaaaaaaa@example.com"
    assert answer["In-Reply-To"] == "<aaaaaaaaaaaaaaaaaaaaaaaaaa.1@example.com>"
    assert answer["From"] == "d@example.com"
    assert answer["Subject"].endswith("[cs:aaaaaaaaaaaaaaaaaaaaaaaaaa]")
    assert answer.get_content().startswith("同意\n")
