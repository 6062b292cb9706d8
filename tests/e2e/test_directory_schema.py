"""What an administrator notices of the directory: who can log in, who sees what, who may write what, what cannot exist twice."""

import base64
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import ldap
import ldap.controls.ppolicy
import pytest

from slapd import COURIER, DESK, ROOM, SUFFIX, Slapd

E1, E2, S1 = "91370102PDY00001XB", "91370202PDY000423P", "12370602PDY2024046"
PASSWORD = "a-password-of-a-person"


def enterprise_dn(code, below="enterprises"):
    return f"csCreditCode={code},ou={below},{SUFFIX}"


def enterprise(code, uid, name, city, kind="construction", **more):
    return {
        "objectClass": "csEnterprise", "csCreditCode": code, "uid": uid, "o": name, "mail": f"{uid}@example.com",
        "csDivisionCode": city, "csEnterpriseKind": kind, "csAccountStatus": "active", **more,
    }


def trainee(number, name, id_number, kind="employee", **more):
    return {"objectClass": "csTrainee", "csTraineeNumber": number, "cn": name, "sn": name, "csIdNumber": id_number, "csTraineeKind": kind, **more}


def certificate(number, **more):
    return {
        "objectClass": "csCertificate", "csCertificateNumber": number, "csPostCode": "011", "csIssueDate": "2020-05-01",
        "csCertificateStatus": "valid", "csCopyNumber": "1", "csCopyState": "inHand", **more,
    }


def reviewer(uid, name, **more):
    return {"objectClass": "csReviewer", "uid": uid, "cn": name, "sn": name, "mail": f"{uid}@example.com", "csActive": "TRUE", **more}


def reviewer_dn(uid, city):
    return f"uid={uid},ou={city},ou=authorities,{SUFFIX}"


def add(connection, dn, attributes):
    connection.add_s(dn, [(name, [value.encode() for value in ([values] if isinstance(values, str) else values)]) for name, values in attributes.items()])


def replace(connection, dn, **values):
    connection.modify_s(dn, [(ldap.MOD_REPLACE, name, [value.encode()]) for name, value in values.items()])


H1_DN = f"csTraineeNumber=T-0001,{enterprise_dn(E1)}"
C1_DN = f"csCertificateNumber=SD-2020-000001,{H1_DN}"
H5_DN = f"csTraineeNumber=T-0005,{enterprise_dn(E2)}"
C5_DN = f"csCertificateNumber=SD-2020-000005,{H5_DN}"
H4_DN = f"csTraineeNumber=T-0004,ou=individuals,{SUFFIX}"
C4_DN = f"csCertificateNumber=SD-2020-000004,{H4_DN}"
GONE_DN = enterprise_dn("91370102PDY0004660", "archive")
REVIEWER_JINAN, REVIEWER_QINGDAO, REVIEWER_PROVINCE = (reviewer_dn(*who) for who in [("jinan1", "370100"), ("qingdao1", "370200"), ("sheng1", "370000")])


@pytest.fixture
def slapd():
    with Slapd() as server:
        root = server.root()
        add(root, enterprise_dn(E1), enterprise(E1, "jiajian", "济南测试建设甲有限公司", "370100"))
        add(root, enterprise_dn(E2), enterprise(E2, "yijian", "青岛测试建设乙有限公司", "370200"))
        add(root, GONE_DN, enterprise("91370102PDY0004660", "dingjian", "济南测试建设丁有限公司", "370100"))
        add(root, H1_DN, trainee("T-0001", "测试甲", "370199199001010019"))
        add(root, C1_DN, certificate("SD-2020-000001"))
        add(root, f"csCertificateNumber=SD-2020-000002,{H1_DN}", certificate("SD-2020-000002", csPostCode="021"))
        add(root, H5_DN, trainee("T-0005", "测试戊", "37019919900101006X"))
        add(root, C5_DN, certificate("SD-2020-000005"))
        add(root, H4_DN, trainee("T-0004", "测试丁", "371399197506159989", "individual", uid="ceshiding", mail="h4@example.com", csDivisionCode="371300", csAccountStatus="active"))
        add(root, C4_DN, certificate("SD-2020-000004"))
        for uid, city in [("jinan1", "370100"), ("qingdao1", "370200"), ("sheng1", "370000")]:
            add(root, reviewer_dn(uid, city), reviewer(uid, f"审核{uid}"))
            root.modify_s(f"cn=reviewers,ou={city},ou=authorities,{SUFFIX}", [(ldap.MOD_ADD, "member", [reviewer_dn(uid, city).encode()])])
        for dn in [enterprise_dn(E1), enterprise_dn(E2), GONE_DN, H1_DN, H4_DN, REVIEWER_JINAN, REVIEWER_QINGDAO, REVIEWER_PROVINCE]:
            give_password(root, dn)
        yield server


def give_password(root, dn, password=PASSWORD):
    """As a person's own password stands there after its first change."""
    root.passwd_s(dn, None, password)
    root.modify_s(dn, [(ldap.MOD_DELETE, "pwdReset", None)])


def seen(connection, search="(objectClass=*)", base=SUFFIX):
    return {dn for dn, _ in connection.search_s(base, ldap.SCOPE_SUBTREE, search, ["1.1"])}


SUBJECTS = "(|(objectClass=csEnterprise)(objectClass=csTrainee)(objectClass=csCertificate)(objectClass=csReviewer))"


# What cannot exist twice.


@pytest.mark.parametrize("clash", [{"uid": "JIAJIAN"}, {"mail": "Jiajian@example.com"}, {"uid": "dingjian"}, {"uid": "jinan1"}, {"mail": "h4@example.com"}])
def test_login_name_and_trusted_address_belong_to_one_account_archive_included(slapd, clash):
    new = enterprise("91370000PDY01370XD", "bingqiao", "山东测试路桥丙（集团）有限公司", "370700") | clash
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(slapd.bind(COURIER), enterprise_dn("91370000PDY01370XD"), new)


def test_a_credit_code_stays_taken_in_the_archive(slapd):
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(slapd.bind(COURIER), enterprise_dn("91370102PDY0004660"), enterprise("91370102PDY0004660", "another", "济南测试建设丁有限公司", "370100"))


def test_one_person_is_one_trainee_wherever(slapd):
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(slapd.bind(COURIER), f"csTraineeNumber=T-0099,{enterprise_dn(E2)}", trainee("T-0099", "测试甲", "370199199001010019"))
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(slapd.root(), f"csCertificateNumber=SD-2020-000001,{H5_DN}", certificate("SD-2020-000001"))


def test_a_trainee_may_share_the_address_of_its_enterprise(slapd):
    add(slapd.bind(COURIER), f"csTraineeNumber=T-0099,{enterprise_dn(E1)}", trainee("T-0099", "测试乙", "370299198812310024", mail="jiajian@example.com"))


@pytest.mark.parametrize("bad", [{"csEnterpriseKind": "bakery"}, {"uid": "1abc"}, {"csDivisionCode": "37"}, {"csAccountStatus": "maybe"}, {"mail": ["a@example.com", "b@example.com"]}])
def test_shapes_are_checked(slapd, bad):
    new = enterprise("91370000PDY01370XD", "bingqiao", "山东测试路桥丙（集团）有限公司", "370700") | bad
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(slapd.root(), enterprise_dn("91370000PDY01370XD"), new)


# Who can log in.


def test_who_can_log_in(slapd):
    for dn in [enterprise_dn(E1), H4_DN, REVIEWER_JINAN]:
        assert slapd.bind(dn, PASSWORD).whoami_s() == f"dn:{dn}"
    for ended_or_employed in [GONE_DN, H1_DN]:
        with pytest.raises(ldap.INVALID_CREDENTIALS):
            slapd.bind(ended_or_employed, PASSWORD)


def test_who_joins_an_enterprise_logs_in_only_when_the_account_is_kept(slapd):
    courier, joined = slapd.bind(COURIER), H4_DN.replace(f"ou=individuals,{SUFFIX}", enterprise_dn(E2))
    courier.rename_s(H4_DN, "csTraineeNumber=T-0004", enterprise_dn(E2), delold=0)
    for closed in ["active", "disabled"]:
        replace(slapd.root(), joined, csAccountStatus=closed)
        with pytest.raises(ldap.INVALID_CREDENTIALS):
            slapd.bind(joined, PASSWORD)
    replace(courier, joined, csAccountStatus="kept")
    kept = slapd.bind(joined, PASSWORD)
    assert seen(kept, SUBJECTS) == {joined, C4_DN.replace(H4_DN, joined)}
    kept.passwd_s(joined, PASSWORD, "another-password-of-mine")
    slapd.bind(joined, "another-password-of-mine")
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        replace(kept, joined, csAccountStatus="active")


def test_a_disabled_account_cannot_log_in_until_it_is_active_again(slapd):
    replace(slapd.root(), enterprise_dn(E1), csAccountStatus="disabled")
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        slapd.bind(enterprise_dn(E1), PASSWORD)
    replace(slapd.root(), enterprise_dn(E1), csAccountStatus="active")
    slapd.bind(enterprise_dn(E1), PASSWORD)


def test_moving_to_the_archive_ends_the_account_and_whatever_group_it_was_in(slapd):
    slapd.root().rename_s(REVIEWER_JINAN, "uid=jinan1", f"ou=archive,{SUFFIX}")
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        slapd.bind(f"uid=jinan1,ou=archive,{SUFFIX}", PASSWORD)


def test_a_person_changes_the_own_password_and_it_is_hashed_slowly(slapd):
    slapd.bind(enterprise_dn(E1), PASSWORD).passwd_s(enterprise_dn(E1), PASSWORD, "another-password-of-mine")
    slapd.bind(enterprise_dn(E1), "another-password-of-mine")
    stored = slapd.root().search_s(enterprise_dn(E1), ldap.SCOPE_BASE, attrlist=["userPassword"])[0][1]["userPassword"]
    assert len(stored) == 1 and stored[0].startswith(b"{ARGON2}")
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        slapd.bind(enterprise_dn(E1), "another-password-of-mine").passwd_s(enterprise_dn(E2), None, "a-password-for-another")


# Who sees what.


def test_nobody_sees_anything_without_logging_in(slapd):
    with pytest.raises(ldap.NO_SUCH_OBJECT):
        seen(ldap.initialize(slapd.ldapi))


def test_an_enterprise_sees_itself_and_below(slapd):
    below = {enterprise_dn(E1), H1_DN, C1_DN, f"csCertificateNumber=SD-2020-000002,{H1_DN}"}
    connection = slapd.bind(enterprise_dn(E1), PASSWORD)
    assert seen(connection, SUBJECTS) == below
    assert seen(connection, "(csIdNumber=370199199001010019)") == {H1_DN}
    assert seen(connection, "(csIdNumber=37019919900101006X)") == set()
    assert seen(connection, f"(csCreditCode={E2})") == set()
    assert f"ou=370100,ou=authorities,{SUFFIX}" in seen(connection, "(objectClass=csAuthority)")
    assert seen(connection, "(member=*)") == set()
    assert "userPassword" not in connection.search_s(enterprise_dn(E1), ldap.SCOPE_BASE)[0][1]


def test_an_individual_sees_itself_and_below(slapd):
    assert seen(slapd.bind(H4_DN, PASSWORD), SUBJECTS) == {H4_DN, C4_DN}


def test_a_city_sees_its_own_enterprises_and_the_view_follows_a_city_change(slapd):
    jinan, qingdao = slapd.bind(REVIEWER_JINAN, PASSWORD), slapd.bind(REVIEWER_QINGDAO, PASSWORD)
    own = {enterprise_dn(E1), H1_DN, C1_DN, f"csCertificateNumber=SD-2020-000002,{H1_DN}"}
    other = {enterprise_dn(E2), H5_DN, C5_DN}
    assert seen(jinan, SUBJECTS) == own | {REVIEWER_JINAN}
    assert seen(qingdao, SUBJECTS) == other | {REVIEWER_QINGDAO}
    replace(slapd.bind(COURIER), enterprise_dn(E1), csDivisionCode="370200")
    assert seen(jinan, SUBJECTS) == {REVIEWER_JINAN}
    assert seen(qingdao, SUBJECTS) == own | other | {REVIEWER_QINGDAO}


def test_the_province_sees_all_and_the_archive(slapd):
    province = slapd.bind(REVIEWER_PROVINCE, PASSWORD)
    assert {enterprise_dn(E1), C5_DN, C4_DN, GONE_DN, REVIEWER_JINAN} <= seen(province, SUBJECTS)


def test_an_inactive_reviewer_or_a_former_member_sees_no_enterprise(slapd):
    replace(slapd.root(), REVIEWER_JINAN, csActive="FALSE")
    assert seen(slapd.bind(REVIEWER_JINAN, PASSWORD), SUBJECTS) == {REVIEWER_JINAN}
    slapd.root().modify_s(f"cn=reviewers,ou=370200,ou=authorities,{SUFFIX}", [(ldap.MOD_DELETE, "member", [REVIEWER_QINGDAO.encode()])])
    assert seen(slapd.bind(REVIEWER_QINGDAO, PASSWORD), SUBJECTS) == {REVIEWER_QINGDAO}


def test_one_person_may_review_for_two_authorities(slapd):
    slapd.root().modify_s(f"cn=reviewers,ou=371300,ou=authorities,{SUFFIX}", [(ldap.MOD_ADD, "member", [REVIEWER_JINAN.encode()])])
    assert {enterprise_dn(E1), H4_DN, C4_DN} <= seen(slapd.bind(REVIEWER_JINAN, PASSWORD), SUBJECTS)


# Who may write.


@pytest.mark.parametrize("who", [REVIEWER_JINAN, REVIEWER_PROVINCE, enterprise_dn(E1), DESK])
def test_only_the_courier_and_administrators_write(slapd, who):
    connection = slapd.bind(who) if who == DESK else slapd.bind(who, PASSWORD)
    for attempt in [
        lambda: replace(connection, enterprise_dn(E1), o="另一个名称有限公司"),
        lambda: replace(connection, enterprise_dn(E1), csDivisionCode="370200"),
        lambda: replace(connection, C1_DN, csCopyState="lost"),
        lambda: connection.delete_s(C1_DN),
        lambda: connection.rename_s(H1_DN, "csTraineeNumber=T-0001", enterprise_dn(E2)),
        lambda: add(connection, enterprise_dn("91370000PDY01370XD"), enterprise("91370000PDY01370XD", "bingqiao", "丙", "370700")),
    ]:
        with pytest.raises((ldap.INSUFFICIENT_ACCESS, ldap.NO_SUCH_OBJECT)):
            attempt()


def test_the_desk_reads_everything_but_passwords(slapd):
    desk = slapd.bind(DESK)
    assert {enterprise_dn(E1), C5_DN, GONE_DN, REVIEWER_JINAN, f"cn=reviewers,ou=370100,ou=authorities,{SUFFIX}"} <= seen(desk)
    assert all("userPassword" not in attributes for _, attributes in desk.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["*", "userPassword", "pwdHistory"]))


def test_the_courier_makes_every_effect(slapd):
    courier = slapd.bind(COURIER)
    add(courier, enterprise_dn("91370000PDY01370XD"), enterprise("91370000PDY01370XD", "bingqiao", "山东测试路桥丙（集团）有限公司", "370700"))
    add(courier, f"csTraineeNumber=T-0006,ou=individuals,{SUFFIX}", trainee("T-0006", "测试己·阿依", "370599199309160090", "individual", uid="ceshiji", mail="h6@example.com", csDivisionCode="370500", csAccountStatus="active"))
    courier.modify_s(enterprise_dn(E1), [
        (ldap.MOD_DELETE, "o", ["济南测试建设甲有限公司".encode()]), (ldap.MOD_ADD, "o", ["济南测试建设新甲有限公司".encode()]),
        (ldap.MOD_ADD, "csFormerName", ["济南测试建设甲有限公司".encode()]),
    ])
    courier.modify_s(enterprise_dn(E2), [(ldap.MOD_DELETE, "csDivisionCode", [b"370200"]), (ldap.MOD_ADD, "csDivisionCode", [b"370600"])])
    courier.rename_s(H1_DN, "csTraineeNumber=T-0001", enterprise_dn(E2), delold=0)
    moved = C1_DN.replace(E1, E2)
    assert moved in seen(courier)
    courier.modify_s(moved, [(ldap.MOD_INCREMENT, "csCopyNumber", [b"1"]), (ldap.MOD_REPLACE, "csCopyState", [b"printable"]), (ldap.MOD_REPLACE, "csHandwrittenEmployer", [b"TRUE"])])
    assert courier.search_s(moved, ldap.SCOPE_BASE)[0][1]["csCopyNumber"] == [b"2"]
    courier.rename_s(H4_DN, "csTraineeNumber=T-0004", enterprise_dn(E2), delold=0)
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        slapd.bind(H4_DN.replace(f"ou=individuals,{SUFFIX}", enterprise_dn(E2)), PASSWORD)


def test_the_courier_makes_nothing_else(slapd):
    courier = slapd.bind(COURIER)
    group = f"cn=reviewers,ou=370100,ou=authorities,{SUFFIX}"
    for attempt in [
        lambda: courier.delete_s(C1_DN),
        lambda: courier.delete_s(enterprise_dn(E1)),
        lambda: add(courier, f"csCertificateNumber=SD-2024-000009,{H1_DN}", certificate("SD-2024-000009")),
        lambda: replace(courier, C1_DN, csCertificateStatus="ceased"),
        lambda: replace(courier, C1_DN, csPostCode="030"),
        lambda: courier.rename_s(C1_DN, "csCertificateNumber=SD-2020-000001", H5_DN),
        lambda: courier.rename_s(enterprise_dn(E1), "csCreditCode=91370000PDY01370XD"),
        lambda: courier.rename_s(H1_DN, "csTraineeNumber=T-9999"),
        lambda: courier.rename_s(enterprise_dn(E1), f"csCreditCode={E1}", f"ou=archive,{SUFFIX}"),
        lambda: replace(courier, enterprise_dn(E1), uid="another"),
        lambda: replace(courier, enterprise_dn(E1), csAccountStatus="disabled"),
        lambda: courier.modify_s(group, [(ldap.MOD_ADD, "member", [enterprise_dn(E1).encode()])]),
        lambda: add(courier, reviewer_dn("jinan9", "370100"), reviewer("jinan9", "自己")),
        lambda: replace(courier, REVIEWER_JINAN, mail="other@example.com"),
        lambda: courier.passwd_s(REVIEWER_JINAN, None, PASSWORD),
        lambda: courier.passwd_s(GONE_DN, None, PASSWORD),
        lambda: courier.passwd_s(COURIER, None, PASSWORD),
        lambda: replace(courier, f"cn=default,ou=policies,{SUFFIX}", pwdMinLength="1"),
        lambda: add(courier, f"uid=thing,ou=services,{SUFFIX}", reviewer("thing", "thing")),
    ]:
        with pytest.raises(ldap.INSUFFICIENT_ACCESS):
            attempt()
    assert all("userPassword" not in attributes for _, attributes in courier.search_s(SUFFIX, ldap.SCOPE_SUBTREE, attrlist=["userPassword"]))


def test_an_administrator_by_membership_writes_everything_but_is_bound_by_uniqueness(slapd):
    slapd.root().modify_s(f"cn=administrators,ou=groups,{SUFFIX}", [(ldap.MOD_ADD, "member", [REVIEWER_PROVINCE.encode()])])
    administrator = slapd.bind(REVIEWER_PROVINCE, PASSWORD)
    add(administrator, f"csCertificateNumber=SD-2024-000009,{H1_DN}", certificate("SD-2024-000009"))
    administrator.rename_s(enterprise_dn(E2), f"csCreditCode={E2}", f"ou=archive,{SUFFIX}")
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        add(administrator, reviewer_dn("jiajian", "370100"), reviewer("jiajian", "同名"))
    administrator.passwd_s(enterprise_dn(E1), None, "set-by-an-administrator")
    assert must_change(slapd, enterprise_dn(E1), "set-by-an-administrator")


def test_a_removed_reviewer_leaves_the_group(slapd):
    root = slapd.root()
    group = f"cn=reviewers,ou=370100,ou=authorities,{SUFFIX}"
    root.delete_s(REVIEWER_JINAN)
    for _ in range(500):
        members = root.search_s(group, ldap.SCOPE_BASE)[0][1]["member"]
        if REVIEWER_JINAN.encode() not in members:
            break
    assert members == [f"ou=370100,ou=authorities,{SUFFIX}".encode()]


# The one-time secret.


def set_secret(courier, dn, secret, until):
    salt = os.urandom(16)
    value = b"{SSHA}" + base64.b64encode(hashlib.sha1(secret.encode() + salt).digest() + salt)
    courier.modify_s(dn, [
        (ldap.MOD_REPLACE, "userPassword", [value]), (ldap.MOD_REPLACE, "pwdReset", [b"TRUE"]),
        (ldap.MOD_REPLACE, "pwdEndTime", [until.encode()]), (ldap.MOD_REPLACE, "csSecretUntil", [until.encode()]),
    ])


def must_change(slapd, dn, secret):
    connection = ldap.initialize(slapd.ldapi)
    answer = connection.result3(connection.simple_bind(dn, secret, serverctrls=[ldap.controls.ppolicy.PasswordPolicyControl()]))
    return answer[3][0].error == 2  # changeAfterReset


def test_a_one_time_secret_lets_its_owner_set_a_password_and_nothing_else(slapd):
    dn = enterprise_dn(E1)
    set_secret(slapd.bind(COURIER), dn, "secret-0123456789", "20991231000000Z")
    assert must_change(slapd, dn, "secret-0123456789")
    owner = slapd.bind(dn, "secret-0123456789")
    with pytest.raises(ldap.INSUFFICIENT_ACCESS):
        owner.search_s(dn, ldap.SCOPE_BASE)
    with pytest.raises(ldap.CONSTRAINT_VIOLATION):
        owner.passwd_s(dn, "secret-0123456789", "short")
    owner.passwd_s(dn, "secret-0123456789", "a-password-of-my-own")
    assert seen(slapd.bind(dn, "a-password-of-my-own"), f"(csCreditCode={E1})") == {dn}
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        slapd.bind(dn, "secret-0123456789")


def test_an_unused_secret_ends(slapd):
    set_secret(slapd.bind(COURIER), enterprise_dn(E1), "secret-0123456789", "20200101000000Z")
    with pytest.raises(ldap.INVALID_CREDENTIALS):
        slapd.bind(enterprise_dn(E1), "secret-0123456789")


def test_the_courier_finds_accounts_that_have_outgrown_their_secret(slapd):
    courier = slapd.bind(COURIER)
    for code in (E1, E2):
        set_secret(courier, enterprise_dn(code), "secret-0123456789", "20991231000000Z")
    slapd.bind(enterprise_dn(E1), "secret-0123456789").passwd_s(enterprise_dn(E1), "secret-0123456789", "a-password-of-my-own")
    assert seen(courier, "(&(csSecretUntil=*)(!(pwdReset=TRUE)))") == {enterprise_dn(E1)}
    courier.modify_s(enterprise_dn(E1), [(ldap.MOD_DELETE, "pwdEndTime", [b"20991231000000Z"]), (ldap.MOD_DELETE, "csSecretUntil", None)])
    assert seen(courier, "(&(csSecretUntil=*)(!(pwdReset=TRUE)))") == set()
    slapd.bind(enterprise_dn(E1), "a-password-of-my-own")


# The administrator's way: a stock server, ldapadd as root.


def stock_configuration(directory):
    """What Debian's package makes on installation, in another place."""
    base = pathlib.Path("/usr/share/slapd/slapd.init.ldif").read_text()
    for place, ours in [("@SUFFIX@", SUFFIX), ("@PASSWORD@", "administrator"), ("/var/lib/ldap", f"{directory}/data"), ("/var/run/slapd", str(directory))]:
        base = base.replace(place, ours)
    return base.replace("gidNumber=0+uidNumber=0", f"gidNumber={os.getgid()}+uidNumber={os.getuid()}")


@pytest.mark.skipif(os.getuid() != 0, reason="the files name root as the machine's administrator")
def test_the_files_load_into_a_stock_server_and_load_again():
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        directory = pathlib.Path(name)
        for folder in ("data", "log", "slapd.d"):
            (directory / folder).mkdir()
        stock = Slapd.__new__(Slapd)
        stock.program = shutil.copy("/usr/sbin/slapd", directory / "slapd")
        stock.directory, stock.ldapi, stock.url = directory, f"ldapi://{name.replace('/', '%2F')}%2Fldapi", ""
        stock._slapadd(0, stock_configuration(directory).encode())
        stock._slapadd(1, (ROOM / "tree-suffix.ldif").read_bytes())
        stock.start()
        try:
            files = sorted(ROOM.glob("[1-5]0-*.ldif")) + [ROOM / "tree.ldif"]
            for batch in (files, [ROOM / "40-database.ldif"]):
                text = subprocess.run([ROOM / "for-suffix", SUFFIX, "-l", directory / "log", *batch], check=True, capture_output=True).stdout
                subprocess.run(["ldapadd", "-Q", "-Y", "EXTERNAL", "-H", stock.ldapi], input=text, check=True, capture_output=True)
            stock.stop()
            stock.start()
            root = stock.root()
            add(root, enterprise_dn(E1), enterprise(E1, "jiajian", "济南测试建设甲有限公司", "370100"))
            give_password(root, enterprise_dn(E1))
            assert seen(stock.bind(enterprise_dn(E1), PASSWORD), SUBJECTS) == {enterprise_dn(E1)}
        finally:
            stock.stop()
