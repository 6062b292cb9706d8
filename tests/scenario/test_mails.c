/* What the mails say, read with the eyes of those who get them: true, once, and with what is to be done next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"

static guint count(const char *text, const char *words)
{
    guint number = 0;

    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words))
        number++;
    return number;
}

/* Fails unless the last such mail's text says `words` that often. */
static void assert_says(const struct scene *scene, const char *code, const char *to, const char *words, guint times)
{
    const struct mail *mail = scene_mail(scene, code, to);

    if (!mail)
        fail_msg("no %s to %s", code, to);
    if (count(mail->text, words) != times)
        fail_msg("%s to %s says \"%s\" %u times:\n%s", code, to, words, count(mail->text, words), mail->text);
}

static void test_a_report_says_received_of_what_was_never_submitted(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *submitted = scene_form(scene, "T3N", NULL);

    scene->stamped = FALSE;
    g_autofree char *draft = scene_form(scene, "T2E", NULL);
    assert_string_equal(scene_state(scene, submitted), "cityReview");
    scene_write(scene, E1_MAIL, "hello", "状态");
    assert_says(scene, "NS", E1_MAIL, "提交时间", 1);
    assert_says(scene, "NS", E1_MAIL, "收到时间", 1);
    scene_reply(scene, E1_MAIL, "N1D", "取消");
    g_autofree char *words = g_strdup_printf("状态 %s", draft);
    scene_write(scene, E1_MAIL, "hello", words);
    assert_says(scene, "NS", E1_MAIL, "提交时间", 0);
    assert_says(scene, "NS", E1_MAIL, "收到时间", 1);
    scene_free(scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_report_says_received_of_what_was_never_submitted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
