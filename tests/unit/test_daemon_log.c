/* Lines of the log and times of the clock. */
#include "daemon/log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemon/clock.h"

/* Standard error led into a pipe. */
struct captured {
    int kept;
    int pipe[2];
};

static void capture(struct captured *captured)
{
    assert_int_equal(pipe2(captured->pipe, O_CLOEXEC), 0);
    captured->kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    dup2(captured->pipe[1], STDERR_FILENO);
}

static char *release(struct captured *captured)
{
    char text[16384] = "";
    dup2(captured->kept, STDERR_FILENO);
    close(captured->kept);
    close(captured->pipe[1]);
    assert_true(read(captured->pipe[0], text, sizeof text - 1) >= 0);
    close(captured->pipe[0]);
    return g_strdup(text);
}

static void stamps_lines_for_people(void **state)
{
    struct captured captured;
    (void)state;
    g_unsetenv("JOURNAL_STREAM");
    capture(&captured);
    log_open("desk", LOG_LEVEL_INFO);
    log_line(LOG_LEVEL_WARNING, "the mailbox is %s", "away");
    log_line(LOG_LEVEL_DEBUG, "nobody reads this");
    g_autofree char *text = release(&captured);
    assert_true(g_regex_match_simple("^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z desk: warning: the mailbox is away\n$",
                                     text, 0, 0));
}

static void marks_lines_for_the_journal(void **state)
{
    struct captured captured;
    struct stat status;
    (void)state;
    capture(&captured);
    fstat(STDERR_FILENO, &status);
    g_autofree char *stream = g_strdup_printf("%lu:%lu", (gulong)status.st_dev, (gulong)status.st_ino);
    g_setenv("JOURNAL_STREAM", stream, TRUE);
    log_open("courier", LOG_LEVEL_ERROR);
    log_line(LOG_LEVEL_ERROR, "no login");
    log_line(LOG_LEVEL_WARNING, "nobody reads this");
    g_autofree char *text = release(&captured);
    g_unsetenv("JOURNAL_STREAM");
    assert_string_equal(text, "<3>courier: no login\n");
}

static void tames_what_strangers_write(void **state)
{
    struct captured captured;
    (void)state;
    capture(&captured);
    log_open("desk", LOG_LEVEL_INFO);
    log_line(LOG_LEVEL_INFO, "form from %s: %s", "a@b\n<0>parent: all is well\x1b[2J", "370199199001010019");
    g_autofree char *text = release(&captured);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
    assert_null(strchr(text, '\x1b'));
    assert_null(strstr(text, "370199199001010019"));
    assert_non_null(strstr(text, "370199********0019"));
}

static void knows_the_day_in_shanghai(void **state)
{
    static const struct {
        gint64 at;
        int year, month, day;
    } days[] = {
        {0, 1970, 1, 1},
        {1772294399999, 2026, 2, 28}, /* 2026-02-28T15:59:59.999Z, the last moment of that day there */
        {1772294400000, 2026, 3, 1},
        {-8 * 3600 * CLOCK_SECOND, 1970, 1, 1},
        {-8 * 3600 * CLOCK_SECOND - 1, 1969, 12, 31},
    };
    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(days); i++) {
        GDate date;
        clock_date(days[i].at, &date);
        assert_int_equal(g_date_get_year(&date), days[i].year);
        assert_int_equal(g_date_get_month(&date), days[i].month);
        assert_int_equal(g_date_get_day(&date), days[i].day);
    }
}

static void writes_stamps(void **state)
{
    (void)state;
    g_autofree char *after = clock_stamp(1772294400007);
    g_autofree char *before = clock_stamp(-1);
    assert_string_equal(after, "2026-02-28T16:00:00.007Z");
    assert_string_equal(before, "1969-12-31T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stamps_lines_for_people),
        cmocka_unit_test(marks_lines_for_the_journal),
        cmocka_unit_test(tames_what_strangers_write),
        cmocka_unit_test(knows_the_day_in_shanghai),
        cmocka_unit_test(writes_stamps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
