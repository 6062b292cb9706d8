/* Blank forms: what they ask for, and what the manual says of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/form.h"

static struct form_catalog *catalog;
static GDate today;

static int open_catalog(void **state G_GNUC_UNUSED)
{
    g_date_clear(&today, 1);
    g_date_set_dmy(&today, 1, 4, 2024);
    catalog = form_catalog_open("templates/forms", NULL);
    return catalog ? 0 : -1;
}

static int close_catalog(void **state G_GNUC_UNUSED)
{
    form_catalog_free(catalog);
    return 0;
}

static void test_blank_forms_ask_for_what_is_mandatory(void **state G_GNUC_UNUSED)
{
    for (const char *const *root = form_catalog_roots(catalog); *root; root++) {
        g_autofree char *blank = form_blank(catalog, *root, NULL);
        g_autoptr(GPtrArray) findings = finding_list();
        struct form *form = form_read(catalog, blank, strlen(blank), NULL, &today, findings);
        assert_non_null(form);
        assert_true(findings->len >= 2);
        assert_int_equal(form->fields->len, 0);
        for (guint i = 0; i < findings->len; i++)
            assert_string_equal(((struct finding *)findings->pdata[i])->code, "E-REQ");
        form_free(form);
    }
}

static void test_manual_lists_every_field(void **state G_GNUC_UNUSED)
{
    g_autofree char *page = NULL;
    assert_true(g_file_get_contents("templates/countersign-forms.5", &page, NULL, NULL));
    for (const char *const *root = form_catalog_roots(catalog); *root; root++) {
        g_autofree char *blank = form_blank(catalog, *root, NULL), *heading = g_strdup_printf("\n.Ss %s\n", *root);
        const char *section = strstr(page, heading);
        assert_non_null(section);
        g_auto(GStrv) lines = g_strsplit(strstr(blank, "</head>"), "\n", -1);
        for (char **line = lines + 1; *line; line++) {
            const char *name = strchr(*line, '<');
            if (!name || name[1] == '/')
                continue;
            g_autofree char *field = g_strndup(name + 1, strcspn(name + 1, " >")), *listed = g_strconcat(field, " ", NULL);
            const char *at = strstr(section, listed), *end = strstr(section + 1, "\n.S");
            if (!at || at > end)
                fail_msg("the manual does not list %s of %s", field, *root);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blank_forms_ask_for_what_is_mandatory),
        cmocka_unit_test(test_manual_lists_every_field),
    };
    return cmocka_run_group_tests(tests, open_catalog, close_catalog);
}
