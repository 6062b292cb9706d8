#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/change.h"

#define BASE ",ou=enterprises,dc=example,dc=org"
#define E1 "csCreditCode=91370102PDY00001XB" BASE
#define E2 "csCreditCode=91370202PDY000423P" BASE
#define UUID "0b6ff1c2-5d0e-103f-9c60-0123456789ab"

static void assert_written(struct change *change, const char *want)
{
    g_autofree char *ldif = change_write(change);
    assert_string_equal(ldif, want);
    g_autoptr(GError) error = NULL;
    struct change *again = change_read(ldif, &error);
    assert_non_null(again);
    g_autofree char *second = change_write(again);
    assert_string_equal(second, want);
    assert_int_equal(again->kind, change->kind);
    change_free(again);
    change_free(change);
}

static void an_entry_is_added(void **state)
{
    (void)state;
    struct change *change = change_add(E1);
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_ENTERPRISE);
    change_put(change, ATTRIBUTE_UID, NULL, "jiajian");
    change_put(change, ATTRIBUTE_O, NULL, "济南测试建设甲有限公司");
    assert_written(change, "dn: " E1 "\nchangetype: add\nobjectClass: csEnterprise\nuid: jiajian\n"
                           "o:: 5rWO5Y2X5rWL6K+V5bu66K6+55Sy5pyJ6ZmQ5YWs5Y+4\n");
}

static void a_rename_names_what_goes_and_what_comes(void **state)
{
    (void)state;
    struct change *change = change_modify(E1, UUID);
    change_put(change, ATTRIBUTE_O, "Old Ltd", "New Ltd");
    change_put(change, ATTRIBUTE_FORMER_NAME, NULL, "Old Ltd");
    change_put(change, ATTRIBUTE_MOBILE, "13800000000", NULL);
    change_put(change, ATTRIBUTE_POSTAL_CODE, "250000", "250000");
    change_assert(change, "(csAccountStatus=active)");
    assert_written(change, "# entryUUID: " UUID "\n# only if: (csAccountStatus=active)\ndn: " E1 "\nchangetype: modify\n"
                           "delete: o\no: Old Ltd\n-\nadd: o\no: New Ltd\n-\nadd: csFormerName\ncsFormerName: Old Ltd\n-\n"
                           "delete: mobile\nmobile: 13800000000\n-\n");
}

static void a_picture_takes_the_place_of_all_that_were_there(void **state)
{
    (void)state;
    struct change *change = change_modify(E1, UUID);
    change_put(change, ATTRIBUTE_CN, "Old", "New");
    change_put(change, ATTRIBUTE_JPEG_PHOTO, NULL, "/9j/4AA=");
    change_assert(change, "(jpegPhoto=*)");
    struct entry *entry = entry_make(E1, UUID);
    entry_put(entry, ATTRIBUTE_CN, "New");
    assert_false(change_done(change, entry));
    entry_put(entry, ATTRIBUTE_JPEG_PHOTO, "/9j/4AA=");
    assert_true(change_done(change, entry));
    entry_put(entry, ATTRIBUTE_JPEG_PHOTO, "/9j/");
    assert_false(change_done(change, entry));
    entry_free(entry);
    assert_written(change, "# entryUUID: " UUID "\n# only if: (jpegPhoto=*)\ndn: " E1 "\nchangetype: modify\n"
                           "delete: cn\ncn: Old\n-\nadd: cn\ncn: New\n-\n"
                           "replace: jpegPhoto\njpegPhoto:: /9j/4AA=\n-\n");
}

static void a_trainee_moves_under_its_own_name(void **state)
{
    (void)state;
    struct change *change = change_move("csTraineeNumber=T\\,1," E1, UUID, E2);
    g_autofree char *after = change_dn_after(change);
    assert_string_equal(after, "csTraineeNumber=T\\,1," E2);
    assert_written(change, "# entryUUID: " UUID "\ndn: csTraineeNumber=T\\,1," E1 "\nchangetype: modrdn\n"
                           "newrdn: csTraineeNumber=T\\,1\ndeleteoldrdn: 0\nnewsuperior: " E2 "\n");
}

static void any_text_survives_the_record(void **state)
{
    (void)state;
    static const char *const values[] = {
        "", " space before", "space after ", ":colon", "<url", "two\nlines: x\n-\n", "a: b", "·测试", "-", "#", "\r"};
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        struct change *change = change_modify("uid=测试," E1, UUID);
        change_put(change, ATTRIBUTE_CN, values[i], "new");
        change_assert(change, values[i]);
        g_autofree char *ldif = change_write(change);
        struct change *again = change_read(ldif, NULL);
        assert_non_null(again);
        struct change_part *part = g_ptr_array_index(again->parts, 0);
        assert_string_equal(g_ptr_array_index(part->old, 0), values[i]);
        assert_string_equal(again->assertion, values[i]);
        assert_string_equal(again->dn, "uid=测试," E1);
        change_free(again);
        change_free(change);
    }
}

static void what_is_not_a_record_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "\n",
        "dn: " E1 "\n",
        "dn: " E1 "\nchangetype: delete\n",
        "dn: " E1 "\nchangetype: add\n",
        "dn: " E1 "\nchangetype: modify\n",
        "changetype: add\no: x\n",
        "dn: " E1 "\nchangetype: add\no x\n",
        "dn: " E1 "\nchangetype: add\no:: ****gA==\n",
        "dn: " E1 "\nchangetype: add\no: \xc5x\n",
        "dn: " E1 "\nchangetype: modify\nreplace: o\no: x\n-\n",
        "dn: " E1 "\nchangetype: modify\nadd: o\no: x\n",
        "dn: " E1 "\nchangetype: modify\nadd: o\n-\n",
        "dn: " E1 "\nchangetype: modify\nadd: o\nuid: x\n-\n",
        "dn: " E1 "\nchangetype: modify\nadd: o\no: x\n-\nadd: o\no: y\n-\n",
        "dn: a=b," E1 "\nchangetype: modrdn\nnewrdn: a=c\ndeleteoldrdn: 0\nnewsuperior: " E2 "\n",
        "dn: a=b," E1 "\nchangetype: modrdn\nnewrdn: a=b\ndeleteoldrdn: 1\nnewsuperior: " E2 "\n",
        "dn: a=b," E1 "\nchangetype: modrdn\nnewrdn: a=b\ndeleteoldrdn: 0\n",
        "dn: " E1 "\nchangetype: add\no: x\n\ndn: " E2 "\nchangetype: add\no: x\n",
        "dn: " E1 "\nchangetype: add\no: x\n y\n",
    };
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(change_read(bad[i], &error));
        assert_true(g_error_matches(error, CHANGE_ERROR, CHANGE_ERROR_MALFORMED));
    }
}

static void an_addition_is_done_when_its_values_stand_there(void **state)
{
    (void)state;
    struct change *change = change_add(E1);
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_ENTERPRISE);
    change_put(change, ATTRIBUTE_UID, NULL, "jiajian");
    struct entry *entry = entry_make("csCreditCode=91370102pdy00001xb,ou=enterprises,dc=example,dc=org", UUID);
    entry_put(entry, "objectclass", "CSENTERPRISE");
    assert_false(change_done(change, entry));
    entry_put(entry, "UID", "jiajian");
    entry_put(entry, ATTRIBUTE_MAIL, "set-later@example.com");
    assert_true(change_done(change, entry));
    change_put(change, ATTRIBUTE_O, NULL, "x");
    assert_false(change_done(change, entry));
    entry_free(entry);
    change_free(change);
}

static void a_modification_is_done_when_the_old_has_gone_and_the_new_has_come(void **state)
{
    (void)state;
    struct change *change = change_modify(E1, UUID);
    change_put(change, ATTRIBUTE_COPY_NUMBER, "1", "2");
    struct entry *entry = entry_make(E1, UUID);
    assert_false(change_done(change, entry));
    entry_put(entry, ATTRIBUTE_COPY_NUMBER, "2");
    assert_true(change_done(change, entry));
    entry_put(entry, ATTRIBUTE_COPY_NUMBER, "1");
    assert_false(change_done(change, entry));
    struct entry *other = entry_make(E1, "another");
    entry_put(other, ATTRIBUTE_COPY_NUMBER, "2");
    assert_false(change_done(change, other));
    entry_free(other);
    entry_free(entry);
    change_free(change);
}

static void a_move_is_done_when_the_entry_stands_below_its_new_parent(void **state)
{
    (void)state;
    struct change *change = change_move("csTraineeNumber=T-1," E1, UUID, E2);
    struct entry *before = entry_make("csTraineeNumber=T-1," E1, UUID), *after = entry_make("csTraineeNumber=t-1," E2, UUID);
    assert_false(change_done(change, before));
    assert_true(change_done(change, after));
    entry_free(before);
    entry_free(after);
    change_free(change);
}

static void an_entry_below_the_archive_has_ended(void **state)
{
    (void)state;
    static const struct {
        const char *dn;
        gboolean archived;
    } cases[] = {{"csCreditCode=9,ou=archive,dc=example,dc=org", TRUE},
                 {"csTraineeNumber=1,csCreditCode=9,OU=Archive,dc=example", TRUE},
                 {E1, FALSE},
                 {"ou=archive,dc=example", FALSE},
                 {"uid=x,ou=archives,dc=example", FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct entry *entry = entry_make(cases[i].dn, NULL);
        assert_int_equal(entry_archived(entry), cases[i].archived);
        entry_free(entry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_added),
        cmocka_unit_test(a_rename_names_what_goes_and_what_comes),
        cmocka_unit_test(a_picture_takes_the_place_of_all_that_were_there),
        cmocka_unit_test(a_trainee_moves_under_its_own_name),
        cmocka_unit_test(any_text_survives_the_record),
        cmocka_unit_test(what_is_not_a_record_is_refused),
        cmocka_unit_test(an_addition_is_done_when_its_values_stand_there),
        cmocka_unit_test(a_modification_is_done_when_the_old_has_gone_and_the_new_has_come),
        cmocka_unit_test(a_move_is_done_when_the_entry_stands_below_its_new_parent),
        cmocka_unit_test(an_entry_below_the_archive_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
