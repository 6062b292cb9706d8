/* Authentication-Results, a header a line. Nobody but our own server proves anything, whatever it writes. */
#include <string.h>

#include "mailflow/origin.h"
#include "tests/fuzz/fuzz.h"

#define OURS "mx.example.com"
#define DOMAIN "city.example.com"

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    return 0;
}

static guint proofs_of(const char *const *headers, const char *id)
{
    struct origin origin;

    origin_read(headers, id, DOMAIN, &origin);
    guint proofs = (origin.stamped ? 8u : 0) | (origin.dmarc ? 4u : 0) | (origin.dkim ? 2u : 0) | (origin.spf ? 1u : 0);
    g_assert_true(origin.stamped == (origin.says != NULL));
    g_assert_true(origin.stamped || proofs == 0);
    g_assert_true(!origin.says || (g_utf8_validate(origin.says, -1, NULL) && !strchr(origin.says, '\n')));
    origin_clear(&origin);
    return proofs;
}

/* Inside a comment or a quoted string it is nobody's word. */
static void assert_wrapped_is_silent(const char *text)
{
    g_autofree char *inner = g_strdup(text);
    g_strdelimit(inner, "()\\\"", '_');
    g_autofree char *comment = g_strconcat(OURS "; dmarc=none (", inner, ") dkim=none", NULL);
    g_autofree char *string = g_strconcat(OURS "; auth=pass smtp.auth=\"", inner, "\"", NULL);
    const char *const headers[][2] = {{comment, NULL}, {string, NULL}};

    for (guint i = 0; i < G_N_ELEMENTS(headers); i++)
        g_assert_cmpuint(proofs_of(headers[i], OURS), ==, 8);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autofree char *above = g_strconcat("other.test; dmarc=pass header.from=" DOMAIN "\n", text, NULL);
    g_autofree char *below = g_strconcat(OURS "; none\n", text, NULL);
    g_auto(GStrv) headers = g_strsplit(text, "\n", -1);
    g_auto(GStrv) forged = g_strsplit(above, "\n", -1);
    g_auto(GStrv) covered = g_strsplit(below, "\n", -1);

    guint proofs = proofs_of((const char *const *)headers, OURS);
    g_assert_cmpuint(proofs_of((const char *const *)headers, NULL), ==, 0);
    g_assert_cmpuint(proofs_of((const char *const *)forged, OURS), ==, proofs);
    g_assert_cmpuint(proofs_of((const char *const *)covered, OURS), ==, 8);
    assert_wrapped_is_silent(text);
    return 0;
}
