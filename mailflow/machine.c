#include "mailflow/machine.h"

#include <string.h>
#include <wchar.h>

#include "mailflow/idiom.h"

#define LOOK_BYTES 400     /* of a text: further down it may be a quote that was not recognised */
#define COURTESY_BYTES 600 /* a longer text says more */
#define NAME_LETTERS 4     /* what may be left of a courteous text: a name; three Latin letters count as one */

/* Lower case; what is on the lines of a mail to set a sentence off is white space. */
static char *plain(const char *text, gsize most)
{
    g_autofree char *head = g_utf8_make_valid(text, (gssize)MIN(strlen(text), most));
    char *lower = g_utf8_strdown(head, -1);

    return g_strdelimit(lower, "*_=#>\"|\t\r", ' ');
}

static gboolean ends_sentence(gunichar c)
{
    return c == '\n' || (c < 0x10000 && wcschr(L"。！？!?", (wchar_t)c));
}

static gboolean ends_clause(gunichar c)
{
    return ends_sentence(c) || (c < 0x10000 && wcschr(L",，;；:：()（）[]【】“”「」※—", (wchar_t)c));
}

/* How many bytes end a clause here: a mark, a full stop before a space, a joining word; 0 when none. */
static gsize clause_end(const char *at)
{
    static const char *const joins[] = {" and ", " und ", " et ", " y "};
    gunichar c = g_utf8_get_char(at);

    if (ends_clause(c))
        return (gsize)(g_utf8_next_char(at) - at);
    if (c == '.' && (at[1] == ' ' || at[1] == '\n' || at[1] == '\0'))
        return 1;
    for (guint i = 0; i < G_N_ELEMENTS(joins); i++)
        if (g_str_has_prefix(at, joins[i]))
            return strlen(joins[i]);
    return 0;
}

/* Whether the sentence that goes on here is a question. */
static gboolean is_asked(const char *at)
{
    while (*at && !ends_sentence(g_utf8_get_char(at)))
        at = g_utf8_next_char(at);
    return g_str_has_prefix(at, "?") || g_str_has_prefix(at, "？");
}

/* Whether a clause fits that is no question. */
static gboolean any_clause(const char *text, gsize most, gboolean (*fits)(const char *clause))
{
    g_autofree char *lower = plain(text, most);

    for (const char *start = lower; *start;) {
        const char *end = start;
        gsize mark = 0;
        while (*end && !(mark = clause_end(end)))
            end = g_utf8_next_char(end);
        g_autofree char *clause = g_strstrip(g_strndup(start, (gsize)(end - start)));
        if (*clause && fits(clause) && !is_asked(end))
            return TRUE;
        start = end + mark;
    }
    return FALSE;
}

static gboolean is_of_itself(const char *clause)
{
    gboolean said = idiom_is(IDIOM_MACHINE_ALONE, clause) || idiom_begins(IDIOM_MACHINE_OPENING, clause) ||
                    (idiom_begins(IDIOM_SELF, clause) && idiom_within(IDIOM_MACHINE, clause));

    return said && !idiom_within(IDIOM_DENIAL, clause);
}

gboolean machine_says_so(const char *text)
{
    return any_clause(text, LOOK_BYTES, is_of_itself);
}

static gboolean is_absence(const char *clause)
{
    return idiom_begins(IDIOM_AWAY, clause) != NULL;
}

gboolean machine_is_away(const char *text)
{
    return any_clause(text, LOOK_BYTES, is_absence);
}

gboolean machine_is_courteous(const char *text)
{
    g_autofree char *lower = plain(text, COURTESY_BYTES + 1);
    guint letters = 0, latin = 0;

    if (strlen(text) > COURTESY_BYTES || !idiom_within(IDIOM_RECEIVED, lower) || !idiom_within(IDIOM_PROMISE, lower))
        return FALSE;
    for (const char *at = lower; *at;) {
        const char *rest = idiom_begins(IDIOM_COURTESY, at);
        gunichar c = g_utf8_get_char(at);
        if (!rest && g_unichar_isalnum(c)) {
            letters += c >= 0x80;
            latin += c < 0x80;
        }
        at = rest ? rest : g_utf8_next_char(at);
    }
    return letters + latin / 3 <= NAME_LETTERS;
}
