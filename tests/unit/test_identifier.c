/* Identifiers and divisions against the tables in tests/data, and the small borders of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/division.h"
#include "mailflow/identifier.h"
#include "mailflow/text.h"

static void set_today(GDate *today)
{
    g_date_clear(today, 1);
    g_date_set_dmy(today, 1, 4, 2024);
}

static const char *fault_of(const char *type, const char *value)
{
    GDate today;
    set_today(&today);
    g_autofree char *upper = text_normalise_upper(value), *org = identifier_org_normal(value);
    if (strcmp(type, "uscc") == 0)
        return identifier_fault_name(identifier_uscc(upper, TRUE));
    if (strcmp(type, "org") == 0)
        return identifier_fault_name(identifier_org(org));
    assert_string_equal(type, "rid");
    return identifier_fault_name(identifier_resident(upper, &today, FALSE));
}

/* Calls `row` with the columns of each line of a table that is no comment; returns how many there were. */
static guint each_row(const char *path, guint columns, void (*row)(char **))
{
    g_autofree char *table = NULL;
    assert_true(g_file_get_contents(path, &table, NULL, NULL));
    g_auto(GStrv) lines = g_strsplit(table, "\n", -1);
    guint count = 0;
    for (char **line = lines; *line; line++) {
        if (**line == '#' || **line == '\0')
            continue;
        g_auto(GStrv) cells = g_strsplit(*line, "\t", -1);
        assert_true(g_strv_length(cells) >= columns);
        row(cells);
        count++;
    }
    return count;
}

static void identifier_row(char **cells)
{
    const char *found = fault_of(cells[0], cells[1]);
    if (strcmp(found, cells[2]) != 0)
        fail_msg("%s %s: expected %s, found %s", cells[0], cells[1], cells[2], found);
}

static void test_every_identifier_of_the_table(void **state G_GNUC_UNUSED)
{
    assert_int_equal(each_row("tests/data/identifiers.tsv", 3, identifier_row), 39);
}

static void division_row(char **cells)
{
    const struct division *division = division_find(cells[0]);
    assert_non_null(division);
    assert_string_equal(division->zh, cells[1]);
    assert_int_equal(g_ascii_strcasecmp(division->en, cells[2]), 0);
    assert_int_equal(division->level, strcmp(cells[3], "city") == 0 ? DIVISION_CITY : DIVISION_PROVINCE);
    gboolean abolished = g_str_has_prefix(cells[4], "abolished-");
    assert_int_equal(division_settles(division), strcmp(cells[3], "city") == 0 && !abolished);
    if (abolished) {
        assert_string_equal(division->abolished, cells[4] + strlen("abolished-"));
        assert_string_equal(division->successor, cells[5]);
    } else {
        assert_null(division->abolished);
        assert_null(division->successor);
    }
}

static void test_every_division_of_the_table(void **state G_GNUC_UNUSED)
{
    gsize count;
    division_all(&count);
    assert_int_equal(each_row("tests/data/divisions.tsv", 6, division_row), count);
    assert_null(division_find("371800"));
    assert_null(division_find("济南市"));
    assert_null(division_find(NULL));
    assert_false(division_settles(NULL));
}

static void test_normalised_first(void **state G_GNUC_UNUSED)
{
    assert_string_equal(fault_of("uscc", "91370102pdy00001xb"), "ok");
    assert_string_equal(fault_of("rid", " 37019919900101006x\xe3\x80\x80"), "ok");
    assert_string_equal(fault_of("rid", "３７０１９９１９９００１０１００１９"), "ok");
    assert_string_equal(fault_of("rid", "\xef\xbb\xbf"
                                        "370199199001010019"),
                        "ok");
    assert_string_equal(fault_of("org", "pdy00001-x"), "ok");
}

static void test_every_single_mistype_of_a_credit_code_is_seen(void **state G_GNUC_UNUSED)
{
    static const char right[] = "91370102PDY00001XB", alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    for (gsize i = 0; i < sizeof right - 1; i++)
        for (const char *c = alphabet; *c; c++) {
            char code[sizeof right];
            memcpy(code, right, sizeof right);
            code[i] = *c;
            if (*c != right[i])
                assert_int_not_equal(identifier_uscc(code, FALSE), IDENTIFIER_OK);
        }
    assert_int_equal(identifier_uscc("91370102PDY000011L", FALSE), IDENTIFIER_OK);
}

static void test_unusual_credit_codes_are_known(void **state G_GNUC_UNUSED)
{
    assert_true(identifier_uscc_usual("91370102PDY00001XB"));
    assert_true(identifier_uscc_usual("12370602PDY2024046"));
    assert_true(identifier_uscc_usual("52371302PDY999994Y"));
    assert_false(identifier_uscc_usual("97370102PDY00001XB"));
    assert_false(identifier_uscc_usual("B1370102PDY00001XB"));
}

static void test_resident_number_tells_sex_birth_and_age(void **state G_GNUC_UNUSED)
{
    GDate birth, day;
    assert_int_equal(identifier_sex("370199199001010019"), '1');
    assert_int_equal(identifier_sex("370299198812310024"), '2');
    identifier_birth("370699200002290035", &birth);
    assert_int_equal(g_date_get_year(&birth), 2000);
    assert_int_equal(g_date_get_month(&birth), 2);
    assert_int_equal(g_date_get_day(&birth), 29);
    g_date_clear(&day, 1);
    g_date_set_dmy(&day, 30, 12, 2024);
    assert_int_equal(identifier_age("370299198812310024", &day), 35);
    g_date_add_days(&day, 1);
    assert_int_equal(identifier_age("370299198812310024", &day), 36);
}

static void test_born_today_but_not_tomorrow(void **state G_GNUC_UNUSED)
{
    GDate day;
    g_date_clear(&day, 1);
    g_date_set_dmy(&day, 1, 1, 1990);
    assert_int_equal(identifier_resident("370199199001010019", &day, FALSE), IDENTIFIER_OK);
    g_date_subtract_days(&day, 1);
    assert_int_equal(identifier_resident("370199199001010019", &day, FALSE), IDENTIFIER_DATE);
}

static void test_foreign_residence_cards_by_setting(void **state G_GNUC_UNUSED)
{
    GDate today;
    set_today(&today);
    const char *card = "911199199001010010"; /* check character by the rule of GB 11643 */
    assert_int_equal(identifier_resident(card, &today, FALSE), IDENTIFIER_PROV);
    assert_int_equal(identifier_resident(card, &today, TRUE), IDENTIFIER_OK);
}

static void test_login_names(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *uid;
        enum identifier_fault fault;
    } rows[] = {{"jinan-jia", IDENTIFIER_OK},
                {"A_b.9", IDENTIFIER_OK},
                {"abc", IDENTIFIER_LEN},
                {"9abc", IDENTIFIER_CHAR},
                {"济南测试", IDENTIFIER_CHAR},
                {"ab cd", IDENTIFIER_CHAR},
                {"ab*(uid=x)", IDENTIFIER_CHAR},
                {"Root", IDENTIFIER_RESERVED},
                {"city", IDENTIFIER_RESERVED},
                {"cities", IDENTIFIER_OK},
                {"PROVINCE", IDENTIFIER_RESERVED},
                {"a1234567890123456789012345678901", IDENTIFIER_OK},
                {"a12345678901234567890123456789012", IDENTIFIER_LEN}};
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        assert_int_equal(identifier_uid(rows[i].uid), rows[i].fault);
}

static void test_numbers_to_call(void **state G_GNUC_UNUSED)
{
    static const struct {
        char *(*normal)(const char *);
        const char *given, *wanted;
    } rows[] = {
        {identifier_mobile_normal, "13800000001", "13800000001"},
        {identifier_mobile_normal, "+86 138-0000-0001", "13800000001"},
        {identifier_mobile_normal, "0086 138 0000 0001", "13800000001"},
        {identifier_mobile_normal, "（＋８６）１３８００００００１０", "13800000010"},
        {identifier_phone_normal, "0531-86000000", "0531-86000000"},
        {identifier_phone_normal, "(0531) 86000000", "053186000000"},
        {identifier_phone_normal, "+86-531-86000000", "0531-86000000"},
        {identifier_phone_normal, "0531—86000000", "0531-86000000"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *found = rows[i].normal(rows[i].given);
        assert_string_equal(found, rows[i].wanted);
    }
}

static void test_permits(void **state G_GNUC_UNUSED)
{
    assert_true(identifier_permit("H1234567800"));
    assert_true(identifier_permit("M12345678"));
    assert_true(identifier_permit("12345678"));
    assert_false(identifier_permit("H123"));
    assert_false(identifier_permit("370199199001010019"));
    assert_false(identifier_permit(""));
}

/* text.h */

struct pair {
    const char *given, *wanted;
};

static void assert_pairs(char *(*function)(const char *), const struct pair *pairs, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        g_autofree char *found = function(pairs[i].given);
        if (g_strcmp0(found, pairs[i].wanted) != 0)
            fail_msg("\"%s\" became \"%s\" instead of \"%s\"", pairs[i].given, found ? found : "NULL",
                     pairs[i].wanted ? pairs[i].wanted : "NULL");
    }
}

static void test_blank_is_empty_white_or_dashes(void **state G_GNUC_UNUSED)
{
    static const char *const blank[] = {"", " ", "\t\n", "\xe3\x80\x80", "-", "—", "——", "―", "－", " — — ", "\xef\xbb\xbf", "--"};
    static const char *const filled[] = {"0", "-1", "无", "_", "a—"};
    assert_true(text_blank(NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(blank); i++)
        assert_true(text_blank(blank[i]));
    for (gsize i = 0; i < G_N_ELEMENTS(filled); i++)
        assert_false(text_blank(filled[i]));
}

static void test_names(void **state G_GNUC_UNUSED)
{
    static const struct pair folded[] = {{"山东测试路桥丙（集团）有限公司", "山东测试路桥丙(集团)有限公司"},
                                         {"山东测试路桥丙 (集团) 有限公司", "山东测试路桥丙(集团)有限公司"},
                                         {"ＡＢ c\xe3\x80\x80", "abc"}};
    static const struct pair trimmed[] = {
        {"\xe3\x80\x80（甲） 乙 \n", "（甲） 乙"}, {"  ", ""}, {"\xe2\x80\x8b甲\xe2\x80\x8b", "甲"}};
    static const struct pair persons[] = {{" 测试己•阿依", "测试己·阿依"}, {"测试己・阿依", "测试己·阿依"}, {"𠮷野", "𠮷野"}};
    assert_pairs(text_fold_name, folded, G_N_ELEMENTS(folded));
    assert_pairs(text_trim, trimmed, G_N_ELEMENTS(trimmed));
    assert_pairs(text_person_name, persons, G_N_ELEMENTS(persons));
}

static void test_identity_numbers_are_masked(void **state G_GNUC_UNUSED)
{
    static const struct pair one[] = {{"370199199001010019", "370199********0019"},
                                      {"37019919900101006X", "370199********006X"},
                                      {"H123456789", "H1******89"},
                                      {"12345678", "********"},
                                      {"", ""}};
    static const struct pair all[] = {
        {"身份证370199199001010019，测试甲", "身份证370199********0019，测试甲"},
        {"37019919900101006x/370299198812310024", "370199********006x/370299********0024"},
        {"370199199001010019370299198812310024", "370199********0019370299********0024"},
        {"３７０１９９１９９００１０１００１９", "３７０１９９********００１９"},
        {"91370102PDY00001XB 13800000001 2024-03-15", "91370102PDY00001XB 13800000001 2024-03-15"},
        {"1234567890123456789012345", "1234567890123456789012345"},
        {"no.370199199001010019.", "no.370199********0019."},
        {"\xff\xfe 370199199001010019", "\xff\xfe 370199********0019"},
    };
    assert_pairs(text_mask_id, one, G_N_ELEMENTS(one));
    assert_pairs(text_mask_all, all, G_N_ELEMENTS(all));
}

static void test_one_line(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *given;
        gsize max;
        const char *wanted;
    } rows[] = {
        {NULL, 10, ""},
        {"a\r\nBcc: x@example.com", 80, "a Bcc: x@example.com"},
        {"  a\t\tb  ", 80, "a b"},
        {"a\xe2\x80\xae"
         "b\xe2\x81\xa6"
         "c",
         80, "abc"},
        {"a\x1b[31mb\x7f", 80, "a [31mb"},
        {"\xff"
         "a\xc3",
         80,
         "\xef\xbf\xbd"
         "a\xef\xbf\xbd"},
        {"济南测试建设", 18, "济南测试建设"},
        {"济南测试建设", 17, "济南测试…"},
        {"abcdef", 3, "…"},
        {"abcdef", 2, ""},
        {"甲\xe2\x80\xa8乙", 80, "甲 乙"},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *found = text_one_line(rows[i].given, rows[i].max);
        assert_string_equal(found, rows[i].wanted);
        assert_true(strlen(found) <= rows[i].max);
        assert_true(g_utf8_validate(found, -1, NULL));
    }
}

static void test_mail_addresses(void **state G_GNUC_UNUSED)
{
    static const struct pair pairs[] = {{"Jia@Example.COM", "jia@example.com"},
                                        {" jia＠example.com ", "jia@example.com"},
                                        {"a.b+c@mail.example.com", "a.b+c@mail.example.com"},
                                        {"jia@localhost", NULL},
                                        {"jia", NULL},
                                        {"@example.com", NULL},
                                        {"a..b@example.com", NULL},
                                        {".a@example.com", NULL},
                                        {"a@example..com", NULL},
                                        {"a@-example.com", NULL},
                                        {"\"a b\"@example.com", NULL},
                                        {"测试 <a@example.com>", NULL},
                                        {"a@b@example.com", NULL},
                                        {"测试@example.com", NULL},
                                        {NULL, NULL},
                                        {"a@example.com\r\nBcc: b@example.com", NULL}};
    assert_pairs(text_mail, pairs, G_N_ELEMENTS(pairs));
}

static char *mailbox_of(const char *mail)
{
    return text_mailbox(mail, "+-");
}

static void test_mailboxes(void **state G_GNUC_UNUSED)
{
    static const struct pair pairs[] = {{"Jia+1@Example.com", "jia@example.com"},
                                        {"jia+1+2@example.com", "jia@example.com"},
                                        {"jia-1+2@example.com", "jia@example.com"},
                                        {"jia+@example.com", "jia@example.com"},
                                        {"jia@example.com", "jia@example.com"},
                                        {"+jia@example.com", "+jia@example.com"}, /* no address is left */
                                        {"jia@a-b.example.com", "jia@a-b.example.com"},
                                        {"jia=1@example.com", "jia=1@example.com"},
                                        {"jia+1", "jia+1"},
                                        {"", ""}};
    assert_pairs(mailbox_of, pairs, G_N_ELEMENTS(pairs));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_identifier_of_the_table),
        cmocka_unit_test(test_every_division_of_the_table),
        cmocka_unit_test(test_normalised_first),
        cmocka_unit_test(test_every_single_mistype_of_a_credit_code_is_seen),
        cmocka_unit_test(test_unusual_credit_codes_are_known),
        cmocka_unit_test(test_resident_number_tells_sex_birth_and_age),
        cmocka_unit_test(test_born_today_but_not_tomorrow),
        cmocka_unit_test(test_foreign_residence_cards_by_setting),
        cmocka_unit_test(test_login_names),
        cmocka_unit_test(test_numbers_to_call),
        cmocka_unit_test(test_permits),
        cmocka_unit_test(test_blank_is_empty_white_or_dashes),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_identity_numbers_are_masked),
        cmocka_unit_test(test_one_line),
        cmocka_unit_test(test_mail_addresses),
        cmocka_unit_test(test_mailboxes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
