/* The fixed words that mail clients, gateways and signatures put around what a person wrote, in the languages their users run them in (mail.md 1-3, 7, 10).
 * Every function takes one line, lower case (wording_fold()), and is a bounded look through a table. */
#ifndef MAILFLOW_WORDING_H
#define MAILFLOW_WORDING_H

#include <glib.h>

/* The labels of a quoted header block, by what they label; bits, so that a block can be told by the labels it has. */
enum wording_label {
    WORDING_NO_LABEL = 0,
    WORDING_FROM = 1,
    WORDING_DATE = 2,
    WORDING_TO = 4,
    WORDING_SUBJECT = 8,
    WORDING_OTHER_LABEL = 16, /* Cc, Reply-To, Importance ... */
};

/* The line in lower case, full-width ASCII as ASCII, at most `limit` bytes of it (cut between characters); one character for one. Caller frees. */
char *wording_fold(const char *line, gsize limit);

/* The label a line begins with (`label:`; white space, U+3000, `*`, `|` inside the label do not count), and, when `value` is not NULL, where its value begins. */
enum wording_label wording_label(const char *line, const char **value);

/* `原始邮件`, `original message`, `ursprüngliche nachricht` ...: what clients write between two rows of dashes. */
gboolean wording_is_separator(const char *words);

/* The line says, in some language, that somebody wrote something. */
gboolean wording_has_wrote(const char *line);

/* The line begins as an attribution does: On, Am, Le, 在, a weekday, a date ... */
gboolean wording_opens_attribution(const char *line);

/* `发自我的iPhone`, `sent from my ...`, `获取 outlook for ios` ... */
gboolean wording_is_footer(const char *line);

/* `此致`, `祝好`, `best regards` ...: a whole line that begins a signature. */
gboolean wording_is_closing(const char *line);

/* `您好，`, `Hi all,`: a short line that only greets. */
gboolean wording_is_greeting(const char *line);

/* The first line of a legal notice appended by a gateway. */
gboolean wording_is_disclaimer(const char *line);

/* The first line of a warning prefixed by a gateway. */
gboolean wording_is_banner(const char *line);

/* `电话：`, `tel.`, `地址` ...: a line of contact data. */
gboolean wording_is_contact(const char *line);

/* The length in bytes of a tag such as `[外部邮件]` or `[external]` that the line begins with; 0 when there is none. */
gsize wording_tag(const char *line);

#endif
