#include "mailflow/origin.h"

#include <string.h>

#include "mailflow/limits.h"
#include "mailflow/text.h"

static const char *skip_comment(const char *at)
{
    guint depth = 0;

    for (; *at; at++) {
        if (*at == '\\' && at[1])
            at++;
        else if (*at == '(')
            depth++;
        else if (*at == ')' && --depth == 0)
            return at + 1;
    }
    return at;
}

/* Comments are a forger's place: everything in them is skipped, never searched. */
static const char *skip_space(const char *at)
{
    while (*at) {
        if (*at == '(')
            at = skip_comment(at);
        else if (g_ascii_isspace(*at))
            at++;
        else
            break;
    }
    return at;
}

/* A value up to white space, comment or semicolon, or a quoted string. Appended to `text`. */
static const char *read_value(const char *at, GString *text)
{
    if (*at != '"') {
        for (; *at && !g_ascii_isspace(*at) && *at != ';' && *at != '('; at++)
            g_string_append_c(text, *at);
        return at;
    }
    for (at++; *at && *at != '"'; at++) {
        if (*at == '\\' && at[1])
            at++;
        g_string_append_c(text, *at);
    }
    return *at ? at + 1 : at;
}

static const char *read_key(const char *at, GString *text)
{
    for (; *at && !g_ascii_isspace(*at) && !strchr("=;(\"", *at); at++)
        g_string_append_c(text, g_ascii_tolower(*at));
    return at;
}

/* RFC 7489, 3.1 relaxed, without a list of public suffixes: the same domain or a parent of at least two labels, for which nobody
 * but its owner can sign. */
static gboolean is_aligned(const char *value, const char *from_domain)
{
    const char *at = strrchr(value, '@');
    g_autofree char *domain = text_domain(at ? at + 1 : value);
    gsize length = strlen(domain), whole = strlen(from_domain);

    if (!strchr(domain, '.') || *domain == '.' || length > whole)
        return FALSE;
    if (g_ascii_strcasecmp(from_domain + whole - length, domain) != 0)
        return FALSE;
    return length == whole || from_domain[whole - length - 1] == '.';
}

static const struct proof {
    const char *method, *property;
    gboolean exact;
} proofs[] = {
    {"dmarc", "header.from", TRUE},
    {"dkim", "header.d", FALSE},
    {"dkim", "header.i", FALSE},
    {"spf", "smtp.mailfrom", FALSE},
};

static gboolean proves(const char *method, const char *property, const char *value, const char *from_domain)
{
    g_autofree char *domain = text_domain(value);

    for (guint i = 0; i < G_N_ELEMENTS(proofs); i++) {
        if (strcmp(proofs[i].method, method) != 0 || strcmp(proofs[i].property, property) != 0)
            continue;
        if (proofs[i].exact ? g_ascii_strcasecmp(domain, from_domain) == 0 : is_aligned(value, from_domain))
            return TRUE;
    }
    return FALSE;
}

/* One `method=result property=value ...` up to its semicolon. What does not fit the grammar proves nothing. */
static const char *read_result(const char *at, const char *from_domain, GString *method, GString *outcome, gboolean *proven)
{
    g_autoptr(GString) key = g_string_new(NULL);
    g_autoptr(GString) value = g_string_new(NULL);

    g_string_truncate(method, 0);
    *proven = FALSE;
    for (at = skip_space(at); *at && *at != ';'; at = skip_space(at)) {
        const char *before = at;
        g_string_truncate(key, 0);
        g_string_truncate(value, 0);
        at = skip_space(read_key(at, key));
        if (*at != '=') {
            at = at == before ? read_value(at, value) : at;
            at = at == before ? at + 1 : at;
            continue;
        }
        at = read_value(skip_space(at + 1), value);
        if (method->len == 0) {
            g_string_assign(method, key->str);
            g_string_truncate(method, strcspn(method->str, "/"));
            g_string_assign(outcome, value->str);
        } else if (proves(method->str, key->str, value->str, from_domain)) {
            *proven = TRUE;
        }
    }
    return *at ? at + 1 : at;
}

static void read_results(const char *at, const char *from_domain, struct origin *origin)
{
    g_autoptr(GString) method = g_string_new(NULL);
    g_autoptr(GString) outcome = g_string_new(NULL);
    gboolean dmarc_failed = FALSE;

    while (*at) {
        gboolean proven;
        at = read_result(at, from_domain, method, outcome, &proven);
        gboolean pass = g_ascii_strcasecmp(outcome->str, "pass") == 0;
        if (strcmp(method->str, "dmarc") == 0) {
            dmarc_failed |= !pass;
            origin->dmarc |= pass && proven;
        } else if (strcmp(method->str, "dkim") == 0) {
            origin->dkim |= pass && proven;
        } else if (strcmp(method->str, "spf") == 0) {
            origin->spf |= pass && proven;
        }
    }
    origin->dmarc &= !dmarc_failed;
}

static char *one_line(const char *value)
{
    g_autofree char *valid = g_utf8_make_valid(value, (gssize)MIN(strlen(value), LIMIT_STAMP));

    for (char *c = valid; *c; c++)
        if (g_ascii_iscntrl(*c))
            *c = ' ';
    return g_strdup(g_strstrip(valid));
}

void origin_read(const char *const *headers, const char *authserv_id, const char *from_domain, struct origin *origin)
{
    *origin = (struct origin){0};
    for (; headers && *headers && authserv_id; headers++) {
        g_autoptr(GString) id = g_string_new(NULL);
        const char *at = read_value(skip_space(*headers), id);
        if (g_ascii_strcasecmp(id->str, authserv_id) != 0)
            continue;
        at = skip_space(at);
        if (g_ascii_isdigit(*at)) /* the version */
            at = skip_space(at + strspn(at, "0123456789"));
        origin->stamped = TRUE;
        origin->says = one_line(*headers);
        if (*at == ';' && from_domain)
            read_results(at + 1, from_domain, origin);
        return;
    }
}

void origin_clear(struct origin *origin)
{
    g_clear_pointer(&origin->says, g_free);
    *origin = (struct origin){0};
}
