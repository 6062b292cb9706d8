#include "mailflow/quote.h"

#include <string.h>

#include "mailflow/wording.h"

#define LONGEST_LINE 600        /* bytes of one line that are looked at */
#define LONGEST_ATTRIBUTION 900 /* bytes of all its lines together */
#define ATTRIBUTION_LINES 6
#define LONGEST_FLAT (32u << 10) /* of a line that may be a whole mail */
#define HEADER_LINES 14
#define LONGEST_NAME 100
#define WRAPPED 76 /* bytes from which clients wrap */
#define LONGEST_GLUED 250
#define LONGEST_TITLE 60 /* bytes between two rows of dashes */

static const char *line_at(const GArray *lines, gsize at)
{
    return g_array_index(lines, struct quote_line, at).text;
}

gboolean quote_is_marked(const char *line)
{
    while (*line == ' ' || *line == '\t')
        line++;
    if (*line == '>' || g_str_has_prefix(line, "＞"))
        return TRUE;
    gsize initials = 0;
    while (initials < 4 && g_ascii_isupper(line[initials]))
        initials++;
    return initials > 0 && line[initials] == '>';
}

/* The bytes of one character that rules are drawn with, 0 when `line` does not begin with one. */
static gsize rule_mark(const char *line)
{
    static const char *const marks[] = {"‐", "‑", "‒", "—", "－", "─", "━", "–", "＿", "＝", "﹣", "―", "═"};
    if (*line && strchr("-_=*~#+", *line))
        return 1;
    for (gsize i = 0; i < G_N_ELEMENTS(marks); i++)
        if (g_str_has_prefix(line, marks[i]))
            return strlen(marks[i]);
    return 0;
}

static const char *skip_rule(const char *line, gsize *count)
{
    *count = 0;
    for (gsize step; (step = rule_mark(line)) || *line == ' '; line += step ? step : 1)
        *count += step > 0;
    return line;
}

gboolean quote_is_rule(const char *line)
{
    gsize count;
    return !*skip_rule(line, &count) && count >= 5;
}

/* `----- Message transmis ----- De : A <a@example.com>À : b`: a title between dashes, and the headers behind it on the same line. */
static gboolean is_titled(const char *inner)
{
    const char *dashes = strstr(inner, "----");
    return dashes && dashes - inner < LONGEST_TITLE && strchr(dashes, '@') && strchr(dashes, ':');
}

/* `------------------ 原始邮件 ------------------`, `---Original---`, `-----NAME wrote: -----`; the words alone when they are as plain as `原始邮件`. */
static gboolean is_separator(const char *folded)
{
    gsize dashes;
    const char *inner = skip_rule(folded, &dashes);
    if (dashes < 2 || !*inner)
        return FALSE;
    gsize length = strlen(inner);
    gboolean closed = inner[length - 1] == '-';
    if ((closed && wording_has_wrote(inner)) || (dashes >= 4 && is_titled(inner)))
        return TRUE;
    while (length > 0 && strchr("-_=*~ <>", inner[length - 1]))
        length--;
    g_autofree char *words = g_strndup(inner, length);
    return wording_is_separator(words) || (dashes >= 5 && closed && strlen(inner) - length >= 5 && length < LONGEST_TITLE);
}

static gboolean is_begun(const char *folded)
{
    static const char *const whole[] = {"begin forwarded message:",
                                        "forwarded message:",
                                        "anfang der weitergeleiteten nachricht:",
                                        "début du message réexpédié :",
                                        "début du message transféré :",
                                        "inicio del mensaje reenviado:",
                                        "inizio messaggio inoltrato:",
                                        "下面是被转发的邮件：",
                                        "以下是转发的邮件：",
                                        "开始转发的邮件：",
                                        "开始转发邮件：",
                                        "開始轉寄郵件：",
                                        "転送されたメッセージ：",
                                        "以下是原始邮件：",
                                        "以下为原始邮件：",
                                        "原始邮件：",
                                        "原邮件：",
                                        "起始转发的邮件："};
    for (gsize i = 0; i < G_N_ELEMENTS(whole); i++)
        if (folded[0] == whole[i][0] && !strcmp(folded, whole[i]))
            return TRUE;
    return FALSE;
}

/* A separator in the middle of a line: the client lost the line end before it, or all of them. Returns the bytes before it, 0 when there is none. */
static gsize glued_separator(const char *folded)
{
    const char *dashes = strstr(folded, "---");
    if (!dashes || dashes == folded)
        return 0;
    const char *title = dashes + strspn(dashes, "- "), *end = strstr(title, "--");
    g_autofree char *whole = g_strndup(dashes, end ? (gsize)(end - dashes) + strspn(end, "-") : strlen(dashes));
    return is_separator(whole) ? (gsize)(dashes - folded) : 0;
}

/* Whether a block of quoted headers begins here: two labels at least, one of them the sender's or two of addressee, date and subject. */
static gsize header_block(const GArray *lines, gsize at)
{
    guint seen = 0;
    gsize count = 0, taken = 0;
    for (gsize i = at; i < lines->len && count < HEADER_LINES && i < at + 2 * HEADER_LINES; i++) {
        const struct quote_line *line = &g_array_index(lines, struct quote_line, i);
        if (!*line->text)
            continue;
        guint label = wording_label(line->text, NULL);
        if (label == WORDING_NO_LABEL && (seen == 0 || i - at >= taken + 4))
            break;
        count++;
        if (label != WORDING_NO_LABEL)
            taken = i - at + 1;
        seen |= label;
    }
    guint others = seen & (WORDING_DATE | WORDING_TO | WORDING_SUBJECT);
    gboolean several = (others & (others - 1)) != 0;
    return (seen & WORDING_FROM && others) || several ? taken : 0;
}

/* All labels on one line, as where a client flattened its HTML: the bytes before the first of them, G_MAXSIZE when there are not three. */
static gsize flat_headers(const char *folded)
{
    static const char *const froms[] = {"发件人", "寄件者", "from:", "von:", "de :", "差出人"};
    static const char *const rest[] = {"发送时间", "发送日期", "收件人",    "主题", "日期",     "sent:",  "date:",
                                       "to:",      "subject:", "gesendet:", "an:",  "betreff:", "收件者", "主旨"};
    for (gsize i = 0; i < G_N_ELEMENTS(froms); i++) {
        const char *start = strstr(folded, froms[i]);
        guint found = 0;
        for (gsize k = 0; start && k < G_N_ELEMENTS(rest); k++)
            found += strstr(start, rest[k]) != NULL;
        if (found >= 2)
            return (gsize)(start - folded);
    }
    return G_MAXSIZE;
}

static gboolean ends_with_colon(const char *line)
{
    gsize length = strlen(line);
    while (length > 0 && strchr(" \t*_>\"", line[length - 1]) && line[length - 1] != '>')
        length--;
    return length > 0 && (line[length - 1] == ':' || (length >= 3 && !memcmp(line + length - 3, "：", 3)) ||
                          (length > 6 && !memcmp(line + length - 6, " wrote", 6) && strchr(line, '@')));
}

static guint digits_outside_brackets(const char *text)
{
    guint digits = 0;
    for (gboolean inside = FALSE; *text; text++) {
        inside = *text == '<' || (inside && *text != '>');
        digits += !inside && g_ascii_isdigit(*text);
    }
    return digits;
}

/* Whether the words say who wrote and when or from which address; they end with a colon. */
static gboolean is_attribution(const char *folded)
{
    gboolean address = strchr(folded, '@') != NULL;
    guint digits = digits_outside_brackets(folded);
    if (wording_has_wrote(folded))
        return address || digits >= 2;
    /* Gmail in Japanese, Yandex and others write only a date and an address. */
    gsize length = strlen(folded);
    gboolean bracket =
        (length > 2 && folded[length - 2] == '>') || g_str_has_suffix(folded, ">：") || g_str_has_suffix(folded, "> :");
    gboolean stamped =
        length > 2 && folded[length - 2] == ']' && digits >= 8; /* mutt: `* A <a@example.com> [2024-01-01 10:00:00]:` */
    return address && ((bracket && digits >= 4) || stamped);
}

/* An attribution behind the person's words on one line, or in the middle of a mail that lost all its line ends. Returns the bytes before it, 0 when there is none. */
static gsize glued_attribution(const char *folded)
{
    static const char *const ends[] = {" wrote:", "写道：", "写道:", "寫道：", "寫道:"};
    static const char *const starts[] = {"在 20",   "在20",    " on mon", " on tue", " on wed", " on thu", " on fri", " on sat",
                                         " on sun", " at 20",  " on 20",  " on jan", " on feb", " on mar", " on apr", " on may",
                                         " on jun", " on jul", " on aug", " on sep", " on oct", " on nov", " on dec"};
    const char *end = NULL, *found = NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
        const char *here = strstr(folded, ends[i]);
        end = here && (!end || here < end) ? here : end;
    }
    if (!end)
        return 0;
    const char *from = end - folded > LONGEST_GLUED ? end - LONGEST_GLUED : folded;
    g_autofree char *window = g_strndup(from, (gsize)(end - from));
    for (gsize i = 0; i < G_N_ELEMENTS(starts); i++) {
        const char *start = g_strrstr(window, starts[i]);
        found = start && start > found && digits_outside_brackets(start) >= 4 ? start : found;
    }
    if (!found || memchr(window, '@', (gsize)(found - window)))
        return 0;
    return (gsize)(from - folded) + (gsize)(found - window);
}

/* The bracket of an address is open: `<reply+...@` broken at its end, whose `>` then looks like a quote mark. */
static gboolean is_open(const GString *joined)
{
    const char *open = strrchr(joined->str, '<'), *close = strrchr(joined->str, '>');
    return open && (!close || close < open);
}

static gboolean ends_sentence(const char *line)
{
    gsize length = strlen(line);
    return length > 2 && (strchr("!?", line[length - 1]) ||
                          (line[length - 1] == '.' && !g_ascii_isdigit(line[length - 2]) && strchr(line, ' ')) ||
                          g_str_has_suffix(line, "。") || g_str_has_suffix(line, "！") || g_str_has_suffix(line, "？"));
}

/* Joins the next line of a possible attribution; FALSE where it cannot go on. */
static gboolean join_next(const GArray *lines, gsize at, gsize i, GString *joined)
{
    const struct quote_line *line = &g_array_index(lines, struct quote_line, i);
    gboolean tail = line->text[0] == '>' && strlen(line->text) < 40 && is_open(joined);
    if (!*line->text)
        return i > at && i + 1 < lines->len && line_at(lines, i + 1)[0] == '<';
    if ((line->quoted && !tail) || strlen(line->text) > LONGEST_LINE || joined->len > LONGEST_ATTRIBUTION)
        return FALSE;
    if (i > at && (ends_sentence(line_at(lines, i - 1)) || !strncmp(line->text, line_at(lines, at), 3)))
        return FALSE;
    if (i > at)
        g_string_append_c(joined, ' ');
    g_string_append(joined, line->text);
    return TRUE;
}

/* `2013/7/20 Test A <a@example.com>`, `2016-03-03 17:21 GMT+01:00 Test A`: old Gmail, the whole line and no colon. */
static gboolean is_dated_name(const char *line)
{
    if (strspn(line, "0123456789") != 4 || !strchr("-/", line[4]) || strlen(line) > 200)
        return FALSE;
    gsize length = strlen(line);
    return (line[length - 1] == '>' && strchr(line, '@')) || strstr(line, " GMT+") || strstr(line, " GMT-");
}

/* `Test A wrote:` alone is an attribution only where a quotation follows. */
static gboolean quotation_follows(const GArray *lines, gsize at)
{
    for (at++; at < lines->len; at++) {
        const struct quote_line *line = &g_array_index(lines, struct quote_line, at);
        if (*line->text)
            return line->quoted;
    }
    return FALSE;
}

static gsize attribution(const GArray *lines, gsize at)
{
    g_autoptr(GString) joined = g_string_new(NULL);
    if (is_dated_name(line_at(lines, at)))
        return 1;
    for (gsize i = at; i < lines->len && i < at + ATTRIBUTION_LINES && join_next(lines, at, i, joined); i++) {
        if (!ends_with_colon(line_at(lines, i)))
            continue;
        g_autofree char *folded = wording_fold(joined->str, LONGEST_ATTRIBUTION + LONGEST_LINE);
        if (!is_attribution(folded))
            return wording_has_wrote(folded) && joined->len < LONGEST_NAME && quotation_follows(lines, i) ? i - at + 1 : 0;
        gboolean opens = wording_opens_attribution(folded);
        if (!opens && glued_attribution(folded) > 0)
            return 0;
        /* Without an opening word only one line is sure to be the client's, or more when the first ends with the address, or was too long for it. */
        gboolean sure = i == at || (opens && digits_outside_brackets(folded) > 0) || strchr(line_at(lines, at), '<') ||
                        (line_at(lines, at + 1)[0] == '<' && joined->len > WRAPPED);
        return sure ? i - at + 1 : 0;
    }
    return 0;
}

/* What is glued to the person's words: bytes of the line before a separator, an attribution or headers; G_MAXSIZE when nothing is. */
static gsize glued(const char *line)
{
    g_autofree char *folded = wording_fold(line, LONGEST_FLAT);
    gsize keep = glued_separator(folded);
    if (keep == 0)
        keep = glued_attribution(folded);
    if (keep == 0)
        keep = flat_headers(folded);
    if (keep == G_MAXSIZE)
        return keep;
    glong characters = g_utf8_strlen(folded, (gssize)keep);
    return (gsize)(g_utf8_offset_to_pointer(line, characters) - line);
}

static gsize next_worded(const GArray *lines, gsize at)
{
    for (at++; at < lines->len && !*line_at(lines, at);)
        at++;
    return at;
}

/* `原始邮件` without dashes is a separator where headers follow. */
static gsize bare_separator(const GArray *lines, gsize at, const char *folded)
{
    gsize length = strlen(folded), next = next_worded(lines, at);
    while (length > 0 && strchr(": ", folded[length - 1]))
        length--;
    if (length >= 3 && !memcmp(folded + length - 3, "：", 3))
        length -= 3;
    g_autofree char *words = g_strndup(folded, length);
    if (length == 0 || length > LONGEST_TITLE || !wording_is_separator(words) || next - at > 4 || next >= lines->len)
        return 0;
    gsize count = header_block(lines, next);
    return count > 0 ? next - at + count : 0;
}

/* Notes lays the headers out as a table: the sender, the date, and labels without colons; or as boxes drawn with `|---->`. */
static gsize notes_headers(const GArray *lines, gsize at, const char *folded)
{
    if (g_str_has_prefix(folded, "|-----"))
        return 1;
    gsize date = next_worded(lines, at), label = date < lines->len ? next_worded(lines, date) : date;
    if (!strchr(folded, '@') || label >= lines->len || label - at > 8 || !g_ascii_isdigit(line_at(lines, date)[0]) ||
        digits_outside_brackets(line_at(lines, date)) < 6)
        return 0;
    g_autofree char *labelled = g_strconcat(line_at(lines, label), ":", NULL);
    return wording_label(labelled, NULL) == WORDING_TO ? label - at + 1 : 0;
}

struct quote_opening quote_opens(const GArray *lines, gsize at)
{
    struct quote_opening none = {0, 0, NULL};
    const char *line = line_at(lines, at);
    if (!*line)
        return none;
    g_autofree char *folded = wording_fold(line, LONGEST_LINE);
    if (is_separator(folded) || is_begun(folded))
        return (struct quote_opening){1, 0, "a separator"};
    gsize count = header_block(lines, at);
    if (count == 0)
        count = bare_separator(lines, at, folded);
    if (count == 0)
        count = notes_headers(lines, at, folded);
    if (count > 0)
        return (struct quote_opening){count, 0, "quoted headers"};
    if (quote_is_rule(line)) {
        gsize next = at + 1;
        while (next < lines->len && next < at + 3 && !*line_at(lines, next))
            next++;
        count = next < lines->len ? header_block(lines, next) : 0;
        return count > 0 ? (struct quote_opening){next - at + count, 0, "a rule and quoted headers"} : none;
    }
    count = attribution(lines, at);
    if (count > 0)
        return (struct quote_opening){count, 0, "who wrote when"};
    gsize keep = glued(line);
    return keep == G_MAXSIZE ? none : (struct quote_opening){1, keep, "a separator within the line"};
}
