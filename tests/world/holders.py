"""Enterprises with as many certificates as one likes, as LDIF; and what a directory was written, from its access log."""

import datetime

from identifier import resident_number
from process import Failed

WRITES = ("add", "delete", "modify", "modrdn")


def enterprise_entry(enterprise):
    return f"""dn: {enterprise.dn}
objectClass: csEnterprise
csCreditCode: {enterprise.code}
o: {enterprise.name}
uid: {enterprise.login}
mail: {enterprise.mail}
csDivisionCode: {enterprise.city}
csEnterpriseKind: construction
csAccountStatus: active
preferredLanguage: zh
"""


class Holder:
    """The trainee of that number in the whole directory, an employee of the enterprise."""

    def __init__(self, enterprise, number):
        born = datetime.date(1960, 1, 1) + datetime.timedelta(days=number // 400)
        self.number = resident_number("370199", f"{born:%Y%m%d}", number % 400 * 2 + 1)
        self.name = "测试持证"
        self.key = f"B-{number:06}"
        self.dn = f"csTraineeNumber={self.key},{enterprise.dn}"
        self.born = born

    def entries(self, certificates):
        """The trainee and their certificates."""
        yield f"""dn: {self.dn}
objectClass: csTrainee
csTraineeNumber: {self.key}
cn: {self.name}
sn: {self.name}
csTraineeKind: employee
csIdNumber: {self.number}
csSex: 1
csBirthDate: {self.born}
"""
        for serial in range(certificates):
            certificate = f"SD-{self.key}-{serial:03}"
            yield f"""dn: csCertificateNumber={certificate},{self.dn}
objectClass: csCertificate
csCertificateNumber: {certificate}
csPostCode: 011
csIssueDate: 2019-06-03
csCertificateStatus: valid
csCopyNumber: 1
csCopyState: inHand
"""


class Log:
    """The access log, as the administrator sees it."""

    def __init__(self, directory, env):
        self.directory = directory
        self.courier = f"cn=courier,ou=services,{env['WORLD_SUFFIX']}"
        self.before = len(self._writes())

    def writes(self):
        """The daemon's writes since this object was made, in order: (kind, DN)."""
        return self._writes()[self.before :]

    def _writes(self):
        wanted = ["reqType", "reqDN"]
        search = f"(&(objectClass=auditObject)(reqAuthzID={self.courier})(reqResult=0))"
        done = self.directory.run("ldapsearch", self.directory.administrator, "-LLL", "-o", "ldif-wrap=no", "-b", "cn=log", search, *wanted)
        if done.returncode:
            raise Failed(f"ldapsearch: {done.stderr.strip()}")
        records = [dict(line.split(": ", 1) for line in record.splitlines()) for record in done.stdout.strip().split("\n\n") if record]
        return [(one["reqType"], one["reqDN"]) for one in records if one["reqType"] in WRITES]
