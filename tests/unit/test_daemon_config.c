/* The configuration as read from text, and its documentation held against it. */
#include "daemon/config.h"
#include "mailflow/procedure.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char least[] = "[countersign]\noperator=operator@example.com\n[mailbox]\nurl=maildir:///var/mail/countersign\n"
                            "[submission]\nurl=smtp://127.0.0.1:25\n[directory]\nsuffix=dc=example,dc=org\n";

static struct config *read_config(const char *text)
{
    g_autoptr(GError) error = NULL;
    struct config *config = config_read_text("file", text, strlen(text), &error);
    if (error)
        fail_msg("%s", error->message);
    return config;
}

/* What is wrong with the text; to be freed. */
static char *complaint(const char *text)
{
    g_autoptr(GError) error = NULL;
    assert_null(config_read_text("file", text, strlen(text), &error));
    assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_WRONG));
    return g_strdup(error->message);
}

static void assert_complaint(const char *more, const char *want)
{
    g_autofree char *text = g_strconcat(least, more, NULL);
    g_autofree char *message = complaint(text);
    assert_string_equal(message, want);
}

static char *printed(const struct config *config)
{
    char *text = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&text, &size);
    config_print(config, file);
    fclose(file);
    return text;
}

static void has_defaults(void **state)
{
    (void)state;
    struct config *config = read_config(least);
    assert_string_equal(config->address, "countersign@example.com");
    assert_string_equal(config->display_name, "会签");
    assert_string_equal(config->language, "zh");
    assert_int_equal(config->draft_days, 7);
    assert_int_equal(config->log_level, LOG_LEVEL_INFO);
    assert_true(config->mailbox.starttls);
    assert_string_equal(config->mailbox.processed, "Processed");
    assert_int_equal(config->submission.connections, 4);
    assert_null(config->submission.user);
    assert_null(config->authserv_id);
    assert_int_equal(config->draft_confirmation, CONFIG_DRAFT_UNLESS_DMARC);
    assert_string_equal(g_hash_table_lookup(config->choices, "enrolment-review"), "city");
    assert_true(config->check_organisation_code);
    config_free(config);
}

static void takes_values_as_they_stand(void **state)
{
    (void)state;
    struct config *config = read_config("[countersign]\noperator = Operator@Example.COM \ndisplay-name=会 签\nlog-level=debug\n"
                                        "[mailbox]\nurl=maildir:///m\nstarttls=off\n[submission]\nurl=smtps://mail.example.com\n"
                                        "[directory]\nsuffix=o=a\\, b,dc=example\n[identity]\nauthserv-id=\nseparator=-\n");
    assert_string_equal(config->operator_address, "operator@example.com");
    assert_string_equal(config->display_name, "会 签");
    assert_string_equal(config->directory_suffix, "o=a\\, b,dc=example");
    assert_int_equal(config->log_level, LOG_LEVEL_DEBUG);
    assert_false(config->mailbox.starttls);
    assert_null(config->authserv_id);
    assert_string_equal(config->separator, "-");
    config_free(config);
}

static void names_everything_that_is_wrong(void **state)
{
    (void)state;
    g_autofree char *message =
        complaint("[countersign]\nremind-days=0\nstate-directory=var\nlog-level=loud\ncolour=red\n"
                  "[mailbox]\nurl=pop3://example.com\nbatch=ten\nbatch=11\n[identity]\nseparator=*\n[poetry]\nrhyme=yes\n"
                  "[submission]\nurl=\n");
    assert_string_equal(message, "file:5: [countersign] colour: no such key\n"
                                 "file:9: [mailbox] batch: set more than once\n"
                                 "file:12: [poetry]: no such section\n"
                                 "file:3: [countersign] state-directory: must be an absolute path\n"
                                 "file: [countersign] operator: needs a value\n"
                                 "file:2: [countersign] remind-days: must be a number from 1 to 90\n"
                                 "file:4: [countersign] log-level: must be error or warning or info or debug\n"
                                 "file:7: [mailbox] url: must be a URL beginning with imap:// or imaps:// or maildir:///\n"
                                 "file:15: [submission] url: needs a value\n"
                                 "file: [directory] suffix: needs a value\n"
                                 "file:11: [identity] separator: must be + or - or = or _");
}

static void sees_what_belongs_together(void **state)
{
    (void)state;
    assert_complaint("[mailbox]\nurl=imaps://mail.example.com/INBOX\n", "file:10: [mailbox] url: set more than once\n"
                                                                        "file: [mailbox] user: IMAP needs one\n"
                                                                        "file: [mailbox] password-file: IMAP needs one");
    assert_complaint("[submission]\nuser=me\n", "file:10: [submission] user: goes together with password-file");
    assert_complaint("[directory]\nurl=ldaps://ldap.example.com\n",
                     "file:10: [directory] url: without desk-dn and courier-dn it must be ldapi://");
    assert_complaint("[directory]\ndesk-dn=cn=desk\n", "file:10: [directory] desk-dn: goes together with desk-password-file");
    assert_complaint("[countersign]\naddress=counter+sign@example.com\n",
                     "file:10: [countersign] address: its local part must not hold the separator +");
    assert_complaint("[identity]\nreview-proof=address, cityReview=smime\n",
                     "file:10: [identity] review-proof: smime needs smime-ca-file");
    assert_complaint("[identity]\nreview-proof=address, cityReview=pgp\n",
                     "file:10: [identity] review-proof: \"cityReview=pgp\" must end in address, dmarc or smime");
    assert_complaint("[identity]\nsmime-ca-file=/etc/ca.pem\n", "file: [identity] smime-crl-file: smime-revocation=crl needs one");
    assert_complaint("[identity]\nsmime-ca-file=/etc/ca.pem\nsmime-crl-file=/etc/crl\nsmime-ocsp-url=http://ocsp.example.com/\n",
                     "file:12: [identity] smime-ocsp-url: goes together with smime-revocation=ocsp");
    assert_complaint("[identity]\nsmime-ocsp-url=ldap://ca.example.com\n",
                     "file:10: [identity] smime-ocsp-url: must be a URL beginning with http:// or https://");
}

static void refuses_what_is_no_configuration(void **state)
{
    (void)state;
    g_autofree char *latin = complaint("[countersign]\ndisplay-name=\xe9\n");
    g_autofree char *loose = complaint("address=a@example.com\n");
    assert_string_equal(latin, "file: is not UTF-8 text");
    assert_true(g_str_has_prefix(loose, "file: "));
    g_autoptr(GError) error = NULL;
    assert_null(config_read("/nonexistent/countersign.conf", &error));
    assert_true(g_error_matches(error, CONFIG_ERROR, CONFIG_UNREADABLE));
}

static void prints_what_it_reads(void **state)
{
    (void)state;
    struct config *config = read_config(least);
    g_autofree char *first = printed(config);
    struct config *again = read_config(first);
    g_autofree char *second = printed(again);
    assert_string_equal(first, second);
    config_free(config);
    config_free(again);
}

/* etc/countersign.conf with its comment signs before options taken away, and what must be filled in. */
static char *explained_file(void)
{
    static const struct {
        const char *empty, *filled;
    } blanks[] = {{"\noperator=\n", "\noperator=operator@example.com\n"},
                  {"[mailbox]\n", "[mailbox]\nurl=maildir:///var/mail/countersign\n"},
                  {"[submission]\n", "[submission]\nurl=smtp://127.0.0.1:25\n"},
                  {"\nsuffix=\n", "\nsuffix=dc=example,dc=org\n"},
                  {"\nurl=\n", "\n"}};
    g_autofree char *text = NULL;
    assert_true(g_file_get_contents("etc/countersign.conf", &text, NULL, NULL));
    g_autoptr(GRegex) option = g_regex_new("^#(?=[a-z-]+=)", G_REGEX_MULTILINE, 0, NULL);
    g_autofree char *bare = g_regex_replace_literal(option, text, -1, 0, "", 0, NULL);
    g_autoptr(GString) filled = g_string_new(bare);
    for (guint i = 0; i < G_N_ELEMENTS(blanks); i++)
        assert_true(g_string_replace(filled, blanks[i].empty, blanks[i].filled, 0) > 0);
    return g_string_free(g_steal_pointer(&filled), FALSE);
}

static void file_explains_every_option_and_its_default(void **state)
{
    (void)state;
    g_autofree char *file = explained_file();
    struct config *explained = read_config(file);
    struct config *standard = read_config(least);
    g_autofree char *got = printed(explained);
    g_autofree char *want = printed(standard);
    assert_string_equal(got, want);
    g_auto(GStrv) lines = g_strsplit(want, "\n", -1);
    for (char **line = lines; *line; line++) {
        g_autofree char *key = g_strdup_printf("\n%.*s=", (int)strcspn(*line, "="), *line);
        if (strchr(*line, '=') && **line != '#' && !strstr(file, key))
            fail_msg("etc/countersign.conf does not explain %s", *line);
    }
    config_free(explained);
    config_free(standard);
}

static void manual_explains_every_option(void **state)
{
    (void)state;
    g_autofree char *manual = NULL;
    assert_true(g_file_get_contents("etc/countersign.conf.5", &manual, NULL, NULL));
    struct config *config = read_config(least);
    g_autofree char *all = printed(config);
    g_auto(GStrv) lines = g_strsplit(all, "\n", -1);
    const char *part = manual;
    for (char **line = lines; *line; line++) {
        g_autofree char *key = g_strndup(*line, strcspn(*line, "="));
        g_autofree char *first = g_strdup_printf("\n.It Cm %s", key);
        g_autofree char *second = g_strdup_printf(" , %s\n", key);
        g_autofree char *section = g_strdup_printf("\n.Ss Section %s\n", *line);
        if (**line == '[')
            part = strstr(manual, section);
        else if (**line && **line != '#' && !strstr(part, first) && !strstr(part, second))
            fail_msg("countersign.conf(5) does not explain %s", *line);
        assert_non_null(part);
    }
    config_free(config);
}

/* The options of procedures.xml are those of the file, with the same words, the same one coming first. */
static void agrees_with_the_procedures(void **state)
{
    (void)state;
    struct procedures *procedures = procedures_open("templates", NULL);
    struct config *standard = read_config(least);
    assert_non_null(procedures);
    assert_int_equal(g_hash_table_size(standard->choices), procedures->options->len);
    for (guint i = 0; i < procedures->options->len; i++) {
        const struct option *option = g_ptr_array_index(procedures->options, i);
        assert_string_equal(g_hash_table_lookup(standard->choices, option->name), option->values[0]);
        for (char **value = option->values; *value; value++) {
            g_autofree char *file = g_strdup_printf("%s\n[procedures]\n%s=%s\n", least, option->name, *value);
            struct config *chosen = read_config(file);
            assert_string_equal(g_hash_table_lookup(chosen->choices, option->name), *value);
            assert_true(procedures_choose(procedures, option->name, g_hash_table_lookup(chosen->choices, option->name), NULL));
            config_free(chosen);
        }
    }
    config_free(standard);
    procedures_free(procedures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(takes_values_as_they_stand),
        cmocka_unit_test(names_everything_that_is_wrong),
        cmocka_unit_test(sees_what_belongs_together),
        cmocka_unit_test(refuses_what_is_no_configuration),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(file_explains_every_option_and_its_default),
        cmocka_unit_test(manual_explains_every_option),
        cmocka_unit_test(agrees_with_the_procedures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
