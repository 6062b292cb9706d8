#include "daemon/imaptext.h"

#include <string.h>

static void literal_free(struct imaptext_literal *literal)
{
    g_free(literal->bytes);
    g_free(literal);
}

struct imaptext *imaptext_make(void)
{
    struct imaptext *text = g_new0(struct imaptext, 1);
    text->line = g_string_new(NULL);
    text->literals = g_ptr_array_new_with_free_func((GDestroyNotify)literal_free);
    return text;
}

void imaptext_free(struct imaptext *text)
{
    if (text == NULL)
        return;
    g_string_free(text->line, TRUE);
    g_ptr_array_unref(text->literals);
    g_free(text);
}

/* GString ends in a NUL of its own, so the octet at the end may always be looked at; ended() tells it from a literal's. */
static gboolean ended(const struct imaptext *text)
{
    return text->at >= text->line->len;
}

static char here(const struct imaptext *text)
{
    return text->line->str[text->at];
}

static void take_space(struct imaptext *text)
{
    if (here(text) == ' ')
        text->at++;
}

gboolean imaptext_word(struct imaptext *text, const char *word)
{
    gsize size = strlen(word);
    const char *rest = text->line->str + text->at;
    if (text->line->len - text->at < size || g_ascii_strncasecmp(rest, word, size) != 0)
        return FALSE;
    if (rest[size] != '\0' && strchr(" ()[]", rest[size]) == NULL)
        return FALSE;
    text->at += size;
    take_space(text);
    return TRUE;
}

gboolean imaptext_mark(struct imaptext *text, char mark)
{
    if (ended(text) || here(text) != mark)
        return FALSE;
    text->at++;
    take_space(text);
    return TRUE;
}

gboolean imaptext_number(struct imaptext *text, guint64 *number)
{
    const char *rest = text->line->str + text->at;
    gsize digits = strspn(rest, "0123456789");
    if (digits == 0 || digits > 19)
        return FALSE;
    *number = g_ascii_strtoull(rest, NULL, 10);
    text->at += digits;
    take_space(text);
    return TRUE;
}

static gsize atom_size(const struct imaptext *text)
{
    const char *rest = text->line->str + text->at;
    gsize size = strcspn(rest, " ()[\"");
    if (rest[size] != '[')
        return size;
    const char *close = strchr(rest + size, ']');
    if (close == NULL)
        return 0;
    size = (gsize)(close - rest) + 1;
    return size + strcspn(rest + size, " ()[\"");
}

gboolean imaptext_atom(struct imaptext *text, char **atom)
{
    gsize size = atom_size(text);
    if (size == 0)
        return FALSE;
    *atom = g_strndup(text->line->str + text->at, size);
    text->at += size;
    take_space(text);
    return TRUE;
}

static gboolean read_literal(struct imaptext *text, GBytes **bytes, guint64 *size)
{
    struct imaptext_literal *literal = text->literals->pdata[text->literal++];
    *bytes = g_bytes_new_take(g_steal_pointer(&literal->bytes), literal->kept);
    *size = literal->size;
    text->at++;
    take_space(text);
    return TRUE;
}

static gboolean read_quoted(struct imaptext *text, GBytes **bytes, guint64 *size)
{
    g_autoptr(GString) value = g_string_new(NULL);
    gsize at = text->at + 1;
    const char *line = text->line->str;
    for (; line[at] != '"'; at++) {
        if (line[at] == '\\')
            at++;
        if (line[at] == '\0')
            return FALSE;
        g_string_append_c(value, line[at]);
    }
    *size = value->len;
    *bytes = g_bytes_new(value->str, value->len);
    text->at = at + 1;
    take_space(text);
    return TRUE;
}

gboolean imaptext_string(struct imaptext *text, GBytes **bytes, guint64 *size)
{
    *bytes = NULL;
    *size = 0;
    if (ended(text))
        return FALSE;
    if (here(text) == '\0')
        return read_literal(text, bytes, size);
    if (here(text) == '"')
        return read_quoted(text, bytes, size);
    return imaptext_word(text, "NIL");
}

static gboolean skip_one(struct imaptext *text)
{
    g_autoptr(GBytes) bytes = NULL;
    guint64 size;
    if (imaptext_string(text, &bytes, &size))
        return TRUE;
    gsize atom = atom_size(text);
    text->at += atom;
    take_space(text);
    return atom > 0;
}

gboolean imaptext_skip(struct imaptext *text)
{
    guint depth = 0;
    do {
        if (imaptext_mark(text, '('))
            depth++;
        else if (depth > 0 && imaptext_mark(text, ')'))
            depth--;
        else if (!skip_one(text))
            return FALSE;
    } while (depth > 0);
    return TRUE;
}

static gboolean fetch_uid(struct imaptext *text, struct imaptext_fetch *fetch)
{
    guint64 uid;
    if (!imaptext_number(text, &uid) || uid == 0 || uid > G_MAXUINT32)
        return FALSE;
    fetch->uid = (guint32)uid;
    return TRUE;
}

static gboolean fetch_size(struct imaptext *text, struct imaptext_fetch *fetch)
{
    return imaptext_number(text, &fetch->size);
}

static gboolean fetch_flags(struct imaptext *text, struct imaptext_fetch *fetch)
{
    if (!imaptext_mark(text, '('))
        return FALSE;
    while (!imaptext_mark(text, ')')) {
        g_autofree char *flag = NULL;
        if (!imaptext_atom(text, &flag))
            return FALSE;
        if (g_ascii_strcasecmp(flag, "\\Deleted") == 0)
            fetch->deleted = TRUE;
    }
    return TRUE;
}

static gboolean fetch_body(struct imaptext *text, struct imaptext_fetch *fetch)
{
    g_clear_pointer(&fetch->body, g_bytes_unref);
    return imaptext_string(text, &fetch->body, &fetch->body_size);
}

static const struct {
    const char *name;
    gboolean (*read)(struct imaptext *text, struct imaptext_fetch *fetch);
} fetch_items[] = {
    {"UID", fetch_uid},     {"RFC822.SIZE", fetch_size},     {"FLAGS", fetch_flags},
    {"BODY[]", fetch_body}, {"BODY[HEADER]<0>", fetch_body}, {"BODY[HEADER]", fetch_body}, /* so some servers */
};

static gboolean fetch_item(struct imaptext *text, struct imaptext_fetch *fetch)
{
    g_autofree char *name = NULL;
    if (!imaptext_atom(text, &name))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(fetch_items); i++)
        if (g_ascii_strcasecmp(name, fetch_items[i].name) == 0)
            return fetch_items[i].read(text, fetch);
    return imaptext_skip(text);
}

gboolean imaptext_fetch(struct imaptext *text, struct imaptext_fetch *fetch)
{
    *fetch = (struct imaptext_fetch){0};
    gboolean fine = imaptext_mark(text, '(');
    while (fine && !imaptext_mark(text, ')'))
        fine = fetch_item(text, fetch);
    if (!fine)
        imaptext_fetch_clear(fetch);
    return fine;
}

void imaptext_fetch_clear(struct imaptext_fetch *fetch)
{
    g_clear_pointer(&fetch->body, g_bytes_unref);
}

char *imaptext_quote(const char *string)
{
    GString *quoted = g_string_new("\"");
    for (; *string != '\0'; string++) {
        g_assert(!g_ascii_iscntrl(*string));
        if (*string == '"' || *string == '\\')
            g_string_append_c(quoted, '\\');
        g_string_append_c(quoted, *string);
    }
    return g_string_free(g_string_append_c(quoted, '"'), FALSE);
}

char *imaptext_set(const GArray *numbers, guint from, guint count)
{
    GString *set = g_string_new(NULL);
    guint end = from + count;
    for (guint i = from; i < end; i++) {
        guint32 first = g_array_index(numbers, guint32, i), last = first;
        while (i + 1 < end && g_array_index(numbers, guint32, i + 1) == last + 1)
            last = g_array_index(numbers, guint32, ++i);
        g_string_append_printf(set, first == last ? "%s%u" : "%s%u:%u", set->len > 0 ? "," : "", first, last);
    }
    return g_string_free(set, FALSE);
}
