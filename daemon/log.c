#include "daemon/log.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "mailflow/text.h"

/* Under the 8 kB that a pipe of a supervisor takes in one piece, and enough for any sentence. */
#define LINE_BYTES 4000

/* sd-daemon(3) */
static const char *const priorities[] = {
    [LOG_LEVEL_ERROR] = "<3>", [LOG_LEVEL_WARNING] = "<4>", [LOG_LEVEL_INFO] = "<6>", [LOG_LEVEL_DEBUG] = "<7>"};
static const char *const words[] = {
    [LOG_LEVEL_ERROR] = "error: ", [LOG_LEVEL_WARNING] = "warning: ", [LOG_LEVEL_INFO] = "", [LOG_LEVEL_DEBUG] = "debug: "};

static char process[32] = "countersign";
static enum log_level least = LOG_LEVEL_INFO;
static gboolean journal;

/* systemd.exec(5): JOURNAL_STREAM is "device:inode" of the stream; a redirected standard error is another one. */
static gboolean leads_to_journal(void)
{
    struct stat status;
    const char *stream = g_getenv("JOURNAL_STREAM");
    if (!stream || fstat(STDERR_FILENO, &status) < 0)
        return FALSE;
    g_autofree char *here =
        g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT, (guint64)status.st_dev, (guint64)status.st_ino);
    return g_str_equal(stream, here);
}

void log_open(const char *role, enum log_level level)
{
    g_strlcpy(process, role, sizeof process);
    least = level;
    journal = leads_to_journal();
}

void log_line(enum log_level level, const char *format, ...)
{
    if (level > least)
        return;
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *raw = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    g_autofree char *tame = text_one_line(raw, LINE_BYTES);
    g_autofree char *masked = text_mask_all(tame);
    g_autofree char *stamp = journal ? g_strdup(priorities[level]) : clock_stamp(clock_now());
    g_autofree char *line =
        g_strdup_printf("%s%s%s: %s%s\n", stamp, journal ? "" : " ", process, journal ? "" : words[level], masked);

    /* One write, so that lines of four processes do not mix. Where the log cannot be written there is nobody to tell. */
    gssize written = write(STDERR_FILENO, line, strlen(line));
    (void)written;
    errno = saved;
}
