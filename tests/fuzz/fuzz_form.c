/* Forms in whatever encoding. The size settles the mail's charset, so that an input is a file as it is. What is kept of a good form must read back as the same. */
#include <string.h>

#include "mailflow/document.h"
#include "mailflow/form.h"
#include "tests/fuzz/fuzz.h"

static struct form_catalog *catalog;
static GDate today;

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;

    catalog = form_catalog_open("templates/forms", &error);
    g_assert_no_error(error);
    g_date_clear(&today, 1);
    g_date_set_dmy(&today, FUZZ_DAY, FUZZ_MONTH, FUZZ_YEAR);
    return 0;
}

static void assert_well_formed(const char *text)
{
    g_autoptr(GPtrArray) findings = finding_list();
    xmlDoc *doc = document_read(text, strlen(text), findings);

    g_assert_nonnull(doc);
    xmlFreeDoc(doc);
}

static void assert_same(const struct form *form, struct form *again)
{
    g_assert_nonnull(again);
    g_assert_cmpstr(again->canonical, ==, form->canonical);
    g_assert_cmpstr(again->digest, ==, form->digest);
    form_free(again);
}

static void read_document(const guint8 *data, gsize size)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct document_seal saved;

    if (!g_utf8_validate((const char *)data, (gssize)size, NULL) || (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0))
        return;
    g_autofree char *text = g_strndup((const char *)data, size);
    document_seal(&saved);
    xmlDoc *doc = document_read(text, size, findings);
    document_unseal(&saved);
    g_assert_cmpuint(findings->len, ==, doc ? 0 : 1);
    g_assert_true(!doc || !doc->intSubset);
    xmlFreeDoc(doc);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const char *const charsets[] = {NULL, "utf-8", "gb18030", "utf-16"};
    g_autoptr(GPtrArray) findings = finding_list(), later = finding_list();

    read_document(data, size);
    struct form *form = form_read(catalog, (const char *)data, size, charsets[size % G_N_ELEMENTS(charsets)], &today, findings);
    g_assert_true(form || finding_errors(findings) > 0);
    if (!form)
        return 0;
    if (finding_errors(findings) == 0) {
        assert_same(form, form_reopen(catalog, form->canonical));
        assert_same(form, form_read(catalog, form->canonical, strlen(form->canonical), NULL, &today, later));
        g_assert_cmpuint(finding_errors(later), ==, 0);
    }
    g_autofree char *blank = form_blank(catalog, form->root, form);
    g_autofree char *corrected = form_corrected(catalog, form, findings);
    assert_well_formed(blank);
    assert_well_formed(corrected);
    form_free(form);
    return 0;
}
