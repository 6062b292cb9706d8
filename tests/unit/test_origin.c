/* Authentication-Results: ours only, topmost, aligned; forgeries in comments, quotes and other servers' headers prove nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mailflow/origin.h"

#define OURS "mx.example.com"

struct sample {
    const char *header;
    const char *proves; /* letters: s stamped, m dmarc, k dkim, f spf */
};

static const struct sample samples[] = {
    {OURS "; dmarc=pass header.from=city.example.com", "sm"},
    {OURS " 1; dmarc=pass header.from=city.example.com", "sm"},
    {"MX.Example.COM; DMARC=Pass Header.From=City.Example.COM", "sm"},
    {OURS "; dmarc=pass (p=none dis=none) header.from=city.example.com", "sm"},
    {OURS "; dmarc=pass", "s"},
    {OURS "; dmarc=pass header.from=example.com", "s"},
    {OURS "; dmarc=pass header.from=other.test", "s"},
    {OURS "; dmarc=fail header.from=city.example.com", "s"},
    {OURS "; dmarc=pass header.from=city.example.com; dmarc=fail header.from=city.example.com", "s"},
    {OURS "; dmarc = pass header.from = city.example.com", "sm"},
    {OURS ";dkim=pass header.d=city.example.com;spf=pass smtp.mailfrom=a@city.example.com", "skf"},
    {OURS "; dkim=pass header.i=@city.example.com", "sk"},
    {OURS "; dkim=pass header.d=example.com", "sk"},
    {OURS "; dkim=pass header.d=com", "s"},
    {OURS "; dkim=pass header.d=y.example.com", "s"},
    {OURS "; dkim=pass header.d=sub.city.example.com", "s"},
    {OURS "; dkim=pass header.d=evilcity.example.com", "s"},
    {OURS "; dkim=fail header.d=city.example.com; dkim=pass header.d=other.test", "s"},
    {OURS "; dkim=fail header.d=other.test; dkim=pass header.d=city.example.com", "sk"},
    {OURS "; dkim/1=pass reason=\"good signature; dmarc=pass\" header.d=\"city.example.com\"", "sk"},
    {OURS "; spf=pass smtp.mailfrom=city.example.com", "sf"},
    {OURS "; spf=pass smtp.helo=city.example.com", "s"},
    {OURS "; spf=softfail smtp.mailfrom=city.example.com", "s"},
    {OURS "; none", "s"},
    {OURS, "s"},
    {OURS "; dmarc=none (dmarc=pass header.from=city.example.com)", "s"},
    {OURS "; auth=pass smtp.auth=\"x; dmarc=pass header.from=city.example.com\"", "s"},
    {OURS "; dmarc=fail (a (nested \\) ; dmarc=pass header.from=city.example.com) b)", "s"},
    {OURS "; x=y (unclosed ; dmarc=pass header.from=city.example.com", "s"},
    {OURS "; \"dmarc=pass header.from=city.example.com\"", "s"},
    {OURS "; =pass header.from=city.example.com", "s"},
    {OURS ";;; = ;(; dmarc=pass header.from=city.example.com", "s"},
    {"(mx.example.com) other.test; dmarc=pass header.from=city.example.com", ""},
    {"other.test (" OURS "); dmarc=pass header.from=city.example.com", ""},
    {"other.test " OURS "; dmarc=pass header.from=city.example.com", ""},
    {"mx.example.com.other.test; dmarc=pass header.from=city.example.com", ""},
    {OURS " dmarc=pass header.from=city.example.com", "s"},
    {"", ""},
    /* a version is a number, and nothing else stands before the first semicolon */
    {OURS " 12 (v) ; dmarc=pass header.from=city.example.com", "sm"},
    {OURS " 1 1; dmarc=pass header.from=city.example.com", "s"},
    {OURS " 1x; dmarc=pass header.from=city.example.com", "s"},
    /* comments and folds wherever RFC 8601 has CFWS */
    {"(a) " OURS " (b) 1 (c) ; (d) dmarc (e) = (f) pass (g) header.from (h) = (i) city.example.com (j)", "sm"},
    {OURS ";\r\n\tdmarc=pass\r\n\t(p=reject)\r\n\theader.from=city.example.com", "sm"},
    {"\"" OURS "\"; dmarc=pass header.from=\"city.example.com\"", "sm"},
    {OURS "(c); dmarc=pass header.from=city.example.com", "sm"},
    /* more than one result: the others neither help nor harm, a second of DMARC that is none does */
    {OURS "; spf=fail smtp.mailfrom=x@other.test; dkim=none; dmarc=pass header.from=city.example.com; iprev=fail", "sm"},
    {OURS "; dmarc=pass header.from=city.example.com; dmarc=none header.from=city.example.com", "s"},
    {OURS "; dmarc=pass header.from=other.test; dmarc=pass header.from=city.example.com", "sm"},
    {OURS "; dmarc=passed header.from=city.example.com", "s"},
    {OURS "; dmarc=\"pass\" header.from=city.example.com", "sm"},
    {OURS "; dmarc=pass policy.from=city.example.com", "s"},
    {OURS "; dmarc=pass smtp.from=city.example.com", "s"},
    {OURS "; xdmarc=pass header.from=city.example.com", "s"},
    {OURS "; dmarc.x=pass header.from=city.example.com", "s"},
    /* what a chain of forwarders says, even in our name, is not what our server saw */
    {OURS "; arc=pass (i=2 dmarc=pass fromdomain=city.example.com) header.oldest-pass=0", "s"},
    {OURS "; arc=pass; dmarc=fail header.from=city.example.com", "s"},
    {"i=1; " OURS "; dmarc=pass header.from=city.example.com", ""},
    /* neighbours in name */
    {OURS "; dmarc=pass header.from=city.example.com.", "s"},
    {OURS "; dmarc=pass header.from=x.city.example.com", "s"},
    {OURS "; dmarc=pass header.from=city.example.com.other.test", "s"},
    {OURS "; dmarc=pass header.from=city.example.com\\", "s"},
    {OURS ".; dmarc=pass header.from=city.example.com", ""},
    {"xmx.example.com; dmarc=pass header.from=city.example.com", ""},
    {"mx.example.com\xe2\x80\x8b; dmarc=pass header.from=city.example.com", ""},
    {"\xef\xbd\x8dx.example.com; dmarc=pass header.from=city.example.com", ""},
};

static void check(const char *const *headers, const char *id, const char *expected)
{
    struct origin origin;
    char got[5] = "";
    guint at = 0;

    origin_read(headers, id, "city.example.com", &origin);
    if (origin.stamped)
        got[at++] = 's';
    if (origin.dmarc)
        got[at++] = 'm';
    if (origin.dkim)
        got[at++] = 'k';
    if (origin.spf)
        got[at++] = 'f';
    if (!g_str_equal(got, expected))
        fail_msg("%s: \"%s\", not \"%s\"", headers[0], got, expected);
    assert_int_equal(origin.stamped, origin.says != NULL);
    origin_clear(&origin);
    assert_null(origin.says);
}

static void test_samples(void **state)
{
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
        check((const char *const[]){samples[i].header, NULL}, OURS, samples[i].proves);
}

static void test_topmost_of_ours(void **state)
{
    (void)state;
    const char *pass = OURS "; dmarc=pass header.from=city.example.com";
    const char *fail = OURS "; dmarc=fail header.from=city.example.com";
    const char *other = "mail.other.test; dmarc=pass header.from=city.example.com";

    check((const char *const[]){fail, pass, NULL}, OURS, "s");
    check((const char *const[]){pass, fail, NULL}, OURS, "sm");
    check((const char *const[]){other, fail, pass, NULL}, OURS, "s");
    check((const char *const[]){other, NULL}, OURS, "");
    check((const char *const[]){pass, NULL}, NULL, "");
}

static void test_without_from(void **state)
{
    (void)state;
    struct origin origin;

    origin_read((const char *const[]){OURS "; dmarc=pass header.from=", NULL}, OURS, NULL, &origin);
    assert_true(origin.stamped);
    assert_false(origin.dmarc);
    origin_clear(&origin);
    origin_read(NULL, OURS, "example.com", &origin);
    assert_false(origin.stamped);
}

static void test_says_one_line(void **state)
{
    (void)state;
    struct origin origin;

    origin_read((const char *const[]){OURS ";\r\n\tspf=none\xff", NULL}, OURS, "example.com", &origin);
    assert_string_equal(origin.says, OURS ";   spf=none\xef\xbf\xbd");
    origin_clear(&origin);
}

/* Servers write names in other scripts as they are or as DNS has them. */
static void test_names_in_other_scripts(void **state)
{
    static const struct {
        const char *from, *stamped;
        gboolean same;
    } pairs[] = {
        {"xn--fsqu00a.xn--0zwm56d", "xn--fsqu00a.xn--0zwm56d", TRUE},
        {"xn--fsqu00a.xn--0zwm56d", "例子.测试", TRUE},
        {"xn--fsqu00a.xn--0zwm56d", "\"例子.测试\"", TRUE},
        {"xn--bcher-kva.test", "bücher.test", TRUE},
        {"xn--bcher-kva.test", "BÜCHER.test", TRUE},
        {"xn--bcher-kva.test",
         "bu\xcc\x88"
         "cher.test",
         TRUE}, /* ü in two characters */
        {"xn--bcher-kva.test", "bucher.test", FALSE},
        {"fass.test", "faß.test", FALSE}, /* ß is a letter of its own by now */
        {"xn--fa-hia.test", "faß.test", TRUE},
        {"city.example.com", "city。example.com", FALSE},
        {"city.example.com", "ｃity.example.com", FALSE},
        {"city.example.com", "cit\xd1\x83.example.com", FALSE}, /* Cyrillic */
        {"city.example.com", "ci\xe2\x80\x8dty.example.com", FALSE},
        {"city.example.com", "city.example.com\xff", FALSE},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(pairs); i++) {
        g_autofree char *header = g_strdup_printf(OURS "; dmarc=pass header.from=%s", pairs[i].stamped);
        struct origin origin;
        origin_read((const char *const[]){header, NULL}, OURS, pairs[i].from, &origin);
        if (origin.dmarc != pairs[i].same)
            fail_msg("%s, stamped %s", pairs[i].from, pairs[i].stamped);
        origin_clear(&origin);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples),       cmocka_unit_test(test_topmost_of_ours),        cmocka_unit_test(test_without_from),
        cmocka_unit_test(test_says_one_line), cmocka_unit_test(test_names_in_other_scripts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
