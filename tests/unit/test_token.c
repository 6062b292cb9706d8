/* The token: written, folded by mail systems, found again in three places. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "mailflow/token.h"

#define ONE "abcdefghijklmnopqrstuvwxy4"
#define TWO "zyxwvutsrqponmlkjihgfedcbe"

static GArray *sightings(void)
{
    return g_array_new(FALSE, FALSE, sizeof(struct token_sighting));
}

static void test_make(void **state)
{
    (void)state;
    guint8 random[TOKEN_RANDOM_BYTES] = {0};
    char text[TOKEN_CHARACTERS + 1];

    token_make(random, text);
    assert_string_equal(text, "aaaaaaaaaaaaaaaaaaaaaaaaaa");
    memset(random, 0xff, sizeof random);
    token_make(random, text);
    assert_string_equal(text, "77777777777777777777777774");
    for (guint i = 0; i < TOKEN_RANDOM_BYTES; i++)
        random[i] = (guint8)(i * 17);
    token_make(random, text);
    assert_string_equal(text, "aaisem2ekvthpcezvk54zxpo74"); /* coreutils' base32 of 00 11 22 ... ff, lower case, no padding */
}

static void test_hash(void **state)
{
    (void)state;
    g_autofree char *hash = token_hash("abc");

    assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

typedef void (*finder)(const char *text, GArray *sightings);

static void test_find(void **state)
{
    (void)state;
    static const struct {
        finder find;
        const char *text;
        const char *found;
    } table[] = {
        {token_find_in_address, "countersign+" ONE "@example.com", ONE},
        {token_find_in_address, "countersign-" ONE "@example.com", ONE},
        {token_find_in_address, "countersign=" ONE "@example.com", ONE},
        {token_find_in_address, "countersign_" ONE "@example.com", ONE},
        {token_find_in_address, "COUNTERSIGN+ABCDEFGHIJKLMNOPQRSTUVWXY4@EXAMPLE.COM", ONE},
        {token_find_in_address, "countersign+bounce-" ONE "@example.com", ONE},
        {token_find_in_address, "prvs=1234567890=countersign+" ONE "@example.com", ONE},
        {token_find_in_address, "countersign+" ONE "=owner@example.com", ONE},
        {token_find_in_address, ONE "@example.com", NULL},
        {token_find_in_address, "countersign+a" ONE "@example.com", NULL},
        {token_find_in_address, "countersign+abcdefghijklmnopqrstuvwxyz@example.com", NULL}, /* no 128 bits end in z */
        {token_find_in_address, "countersign+short@example.com", NULL},
        {token_find_in_address, "countersign+" ONE, NULL},
        {token_find_in_address, "", NULL},
        {token_find_in_address, NULL, NULL},
        {token_find_in_message_id, "<" ONE ".7@example.com>", ONE},
        {token_find_in_message_id, ONE ".7@example.com", ONE},
        {token_find_in_message_id, "ABCDEFGHIJKLMNOPQRSTUVWXY4.12.3@EXAMPLE.COM", ONE},
        {token_find_in_message_id, ONE "@example.com", NULL},
        {token_find_in_message_id, ONE ".7", NULL},
        {token_find_in_message_id, "x" ONE ".7@example.com", NULL},
        {token_find_in_message_id, NULL, NULL},
        {token_find_in_subject, "请审核 [cs:" ONE "]", ONE},
        {token_find_in_subject, "Re: [EXTERNAL] 请审核 [CS:ABCDEFGHIJKLMNOPQRSTUVWXY4]", ONE},
        {token_find_in_subject, "[cs:abcdefghijk lmnopqr\tstuvwxy4]", ONE},
        {token_find_in_subject, "【cs：" ONE "】", ONE},
        {token_find_in_subject, "[cs: " ONE "] 外部邮件", ONE},
        {token_find_in_subject, "docs:" ONE, NULL},
        {token_find_in_subject, "[cs:" ONE "a]", NULL},
        {token_find_in_subject, "[cs:" ONE "9]", NULL},
        {token_find_in_subject, "[cs:abc]", NULL},
        {token_find_in_subject, ONE, NULL},
        {token_find_in_subject, NULL, NULL},
    };

    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        g_autoptr(GArray) found = sightings();
        table[i].find(table[i].text, found);
        table[i].find(table[i].text, found);
        if (found->len != (table[i].found ? 1 : 0))
            fail_msg("%s: %u sightings", table[i].text, found->len);
        if (table[i].found)
            assert_string_equal(g_array_index(found, struct token_sighting, 0).text, table[i].found);
    }
}

static void test_agreed(void **state)
{
    (void)state;
    g_autoptr(GArray) found = sightings();
    gboolean disagree = TRUE;

    assert_null(token_agreed(found, &disagree));
    assert_false(disagree);
    token_find_in_subject("[cs:" ONE "]", found);
    token_find_in_address("c+" ONE "@example.com", found);
    assert_string_equal(token_agreed(found, &disagree), ONE);
    assert_false(disagree);
    token_find_in_message_id(TWO ".1@example.com", found);
    assert_null(token_agreed(found, &disagree));
    assert_true(disagree);
    assert_int_equal(found->len, 3);
}

static void test_two_in_one_subject(void **state)
{
    (void)state;
    g_autoptr(GArray) found = sightings();
    gboolean disagree = FALSE;

    token_find_in_subject("[cs:" ONE "] [cs:" TWO "]", found);
    assert_int_equal(found->len, 2);
    assert_null(token_agreed(found, &disagree));
    assert_true(disagree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_make),
        cmocka_unit_test(test_hash),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_agreed),
        cmocka_unit_test(test_two_in_one_subject),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
