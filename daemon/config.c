#include "daemon/config.h"

#include <string.h>

#include "mailflow/demand.h"
#include "mailflow/text.h"
#include "paths.h"

G_DEFINE_QUARK(config - error - quark, config_error)

struct option;

/* How values of one type are read from text and printed. `read` gives NULL, or what is wrong, to be freed. */
struct type {
    char *(*read)(const struct option *option, const char *value, void *member);
    void (*print)(const struct option *option, const void *member, FILE *file);
    gboolean text; /* the member is a char * to be freed */
};

enum presence { OPTIONAL, REQUIRED };

struct option {
    const char *section;
    const char *key;
    const struct type *type;
    enum presence presence;
    const char *standard; /* value when the key is absent; NULL: none */
    gsize member;
    const char *const *words; /* the values allowed, or the URL's schemes */
    guint least, most;        /* of numbers */
    const char *explanation;
};

static char *read_text(const struct option *option, const char *value, void *member)
{
    (void)option;
    *(char **)member = g_strdup(value);
    return NULL;
}

static char *read_path(const struct option *option, const char *value, void *member)
{
    if (!g_path_is_absolute(value))
        return g_strdup("must be an absolute path");
    return read_text(option, value, member);
}

static char *read_address(const struct option *option, const char *value, void *member)
{
    (void)option;
    *(char **)member = text_mail(value);
    return *(char **)member ? NULL : g_strdup("must be one mail address");
}

static char *read_proofs(const struct option *option, const char *value, void *member)
{
    g_autoptr(GError) fault = NULL;
    struct demands *table = demands_read(value, &fault);
    if (!table)
        return g_strdup(fault->message);
    demands_free(table);
    return read_text(option, value, member);
}

static char *read_url(const struct option *option, const char *value, void *member)
{
    for (const char *const *scheme = option->words; *scheme; scheme++) {
        if (g_str_has_prefix(value, *scheme) && !strpbrk(value, " \t"))
            return read_text(option, value, member);
    }
    g_autofree char *schemes = g_strjoinv(" or ", (char **)option->words);
    return g_strdup_printf("must be a URL beginning with %s", schemes);
}

static char *read_number(const struct option *option, const char *value, void *member)
{
    guint64 number = 0;
    if (!g_ascii_string_to_unsigned(value, 10, option->least, option->most, &number, NULL))
        return g_strdup_printf("must be a number from %u to %u", option->least, option->most);
    *(guint *)member = (guint)number;
    return NULL;
}

static char *not_among_words(const struct option *option)
{
    g_autofree char *words = g_strjoinv(" or ", (char **)option->words);
    return g_strdup_printf("must be %s", words);
}

static char *read_word(const struct option *option, const char *value, void *member)
{
    for (guint i = 0; option->words[i]; i++) {
        if (g_str_equal(option->words[i], value)) {
            *(guint *)member = i;
            return NULL;
        }
    }
    return not_among_words(option);
}

static char *read_name(const struct option *option, const char *value, void *member)
{
    if (!g_strv_contains(option->words, value))
        return not_among_words(option);
    return read_text(option, value, member);
}

/* For the procedures: config.choices holds them all. */
static char *read_choice(const struct option *option, const char *value, void *member)
{
    GHashTable **choices = member;
    if (!g_strv_contains(option->words, value))
        return not_among_words(option);
    if (!*choices)
        *choices = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    g_hash_table_insert(*choices, (gpointer)option->key, g_strdup(value));
    return NULL;
}

static void print_choice(const struct option *option, const void *member, FILE *file)
{
    GHashTable *const *choices = member;
    fprintf(file, "%s=%s\n", option->key, (const char *)g_hash_table_lookup(*choices, option->key));
}

static void print_text(const struct option *option, const void *member, FILE *file)
{
    const char *value = *(char *const *)member;
    fprintf(file, "%s=%s\n", option->key, value ? value : "");
}

static void print_number(const struct option *option, const void *member, FILE *file)
{
    fprintf(file, "%s=%u\n", option->key, *(const guint *)member);
}

static void print_word(const struct option *option, const void *member, FILE *file)
{
    fprintf(file, "%s=%s\n", option->key, option->words[*(const guint *)member]);
}

static const struct type text = {read_text, print_text, TRUE};
static const struct type path = {read_path, print_text, TRUE};
static const struct type address = {read_address, print_text, TRUE};
static const struct type proofs = {read_proofs, print_text, TRUE};
static const struct type url = {read_url, print_text, TRUE};
static const struct type name = {read_name, print_text, TRUE};
static const struct type choice = {read_choice, print_choice, FALSE};
static const struct type number = {read_number, print_number, FALSE};
static const struct type word = {read_word, print_word, FALSE}; /* the member is the index: an enum, or a gboolean */

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#define AT(member) G_STRUCT_OFFSET(struct config, member)
/* An option of the procedures: its words as procedures.xml has them, the first is the standard. */
#define CHOICE(key, first, other, explanation)                                                                                     \
    {                                                                                                                              \
        "procedures", key, &choice, REQUIRED, first, AT(choices), WORDS(first, other), 0, 0, explanation                           \
    }

/* Words in the order of the enum they are read into. */
static const struct option options[] = {
    {"countersign", "state-directory", &path, REQUIRED, "/var/lib/countersign", AT(state_directory), NULL, 0, 0,
     "Where requests, audit and outbox are kept; one daemon per directory."},
    {"countersign", "templates", &path, REQUIRED, PATHS_DATA "/templates", AT(templates), NULL, 0, 0,
     "Where the procedures, forms and texts of mails are."},
    {"countersign", "address", &address, REQUIRED, "countersign@example.com", AT(address), NULL, 0, 0,
     "Our own mail address: mails come from it, answers go to it."},
    {"countersign", "display-name", &text, REQUIRED, "会签", AT(display_name), NULL, 0, 0,
     "The name beside our address in the mails we send."},
    {"countersign", "operator", &address, REQUIRED, NULL, AT(operator_address), NULL, 0, 0,
     "Who is told by mail of what the daemon cannot settle."},
    {"countersign", "language", &name, REQUIRED, "zh", AT(language), WORDS("zh", "en"), 0, 0,
     "Language of mails to people whose preferredLanguage is unknown."},
    {"countersign", "draft-days", &number, REQUIRED, "7", AT(draft_days), NULL, 1, 90,
     "Days until a draft that its sender did not confirm ends."},
    {"countersign", "correction-days", &number, REQUIRED, "30", AT(correction_days), NULL, 1, 365,
     "Days until a request that was returned to its applicant for correction ends."},
    {"countersign", "secret-days", &number, REQUIRED, "7", AT(secret_days), NULL, 1, 90,
     "Days until a one-time secret that was not used ends."},
    {"countersign", "remind-days", &number, REQUIRED, "5", AT(remind_days), NULL, 1, 90,
     "Working days between reminders to reviewers who have not decided."},
    {"countersign", "remind-limit", &number, REQUIRED, "3", AT(remind_limit), NULL, 0, 100,
     "Reminders after which the province and the operator are told too; 0: never."},
    {"countersign", "undo-minutes", &number, REQUIRED, "0", AT(undo_minutes), NULL, 0, 10080,
     "Minutes in which a reviewer may take a decision back, and after which it takes effect; 0: at once."},
    {"countersign", "expire-days", &number, REQUIRED, "0", AT(expire_days), NULL, 0, 3650,
     "Days after which a request that nobody has decided expires; 0: never."},
    {"countersign", "digest", &word, REQUIRED, "off", AT(digest), WORDS("off", "daily"), 0, 0,
     "Whether each reviewer gets a list of all that waits, on working days, besides the review mails; several are decided by one "
     "answer."},
    {"countersign", "digest-hour", &number, REQUIRED, "8", AT(digest_hour), NULL, 0, 23,
     "The hour, in Asia/Shanghai, from which that list is sent."},
    {"countersign", "holidays-file", &path, OPTIONAL, NULL, AT(holidays_file), NULL, 0, 0,
     "File of days off and days worked instead; empty: Monday to Friday are working days."},
    {"countersign", "log-level", &word, REQUIRED, "info", AT(log_level), WORDS("error", "warning", "info", "debug"), 0, 0,
     "The least important lines that are logged."},

    {"mailbox", "url", &url, REQUIRED, NULL, AT(mailbox.url), WORDS("imap://", "imaps://", "maildir:///"), 0, 0,
     "Where mails to us arrive."},
    {"mailbox", "user", &text, OPTIONAL, NULL, AT(mailbox.user), NULL, 0, 0, "IMAP login name."},
    {"mailbox", "password-file", &path, OPTIONAL, NULL, AT(mailbox.password_file), NULL, 0, 0,
     "File whose first line is the IMAP password."},
    {"mailbox", "starttls", &word, REQUIRED, "required", AT(mailbox.starttls), WORDS("off", "required"), 0, 0,
     "Whether imap:// must turn to TLS before the login."},
    {"mailbox", "ca-file", &path, OPTIONAL, NULL, AT(mailbox.ca_file), NULL, 0, 0,
     "Certificates that the server's must lead to; empty: the system's."},
    {"mailbox", "processed-folder", &text, REQUIRED, "Processed", AT(mailbox.processed), NULL, 0, 0,
     "Folder for messages that were dealt with."},
    {"mailbox", "quarantine-folder", &text, REQUIRED, "Quarantine", AT(mailbox.quarantine), NULL, 0, 0,
     "Folder for messages that a person must look at."},
    {"mailbox", "batch", &number, REQUIRED, "100", AT(mailbox_batch), NULL, 1, 1000,
     "The most messages that are decided in one transaction."},

    {"submission", "url", &url, REQUIRED, NULL, AT(submission.url), WORDS("smtp://", "smtps://"), 0, 0,
     "The server that takes our mails."},
    {"submission", "user", &text, OPTIONAL, NULL, AT(submission.user), NULL, 0, 0, "SMTP login name; empty: no login."},
    {"submission", "password-file", &path, OPTIONAL, NULL, AT(submission.password_file), NULL, 0, 0,
     "File whose first line is the SMTP password."},
    {"submission", "starttls", &word, REQUIRED, "required", AT(submission.starttls), WORDS("off", "required"), 0, 0,
     "Whether smtp:// must turn to TLS before anything else."},
    {"submission", "ca-file", &path, OPTIONAL, NULL, AT(submission.ca_file), NULL, 0, 0,
     "Certificates that the server's must lead to; empty: the system's."},
    {"submission", "connections", &number, REQUIRED, "4", AT(submission.connections), NULL, 1, 16,
     "The most connections at the same time."},

    {"directory", "url", &url, REQUIRED, "ldapi:///", AT(directory_url), WORDS("ldapi://", "ldap://", "ldaps://"), 0, 0,
     "The directory server that holds the accounts."},
    {"directory", "starttls", &word, REQUIRED, "required", AT(directory_starttls), WORDS("off", "required"), 0, 0,
     "Whether ldap:// must turn to TLS before the bind."},
    {"directory", "ca-file", &path, OPTIONAL, NULL, AT(directory_ca_file), NULL, 0, 0,
     "Certificates that the server's must lead to; empty: the system's."},
    {"directory", "suffix", &text, REQUIRED, NULL, AT(directory_suffix), NULL, 0, 0,
     "The entry that ou=enterprises and its sisters stand under."},
    {"directory", "desk-dn", &text, OPTIONAL, NULL, AT(desk_dn), NULL, 0, 0,
     "Account that reads; empty: SASL EXTERNAL over ldapi://."},
    {"directory", "desk-password-file", &path, OPTIONAL, NULL, AT(desk_password_file), NULL, 0, 0,
     "File whose first line is its password."},
    {"directory", "courier-dn", &text, OPTIONAL, NULL, AT(courier_dn), NULL, 0, 0,
     "Account that writes; empty: SASL EXTERNAL over ldapi://."},
    {"directory", "courier-password-file", &path, OPTIONAL, NULL, AT(courier_password_file), NULL, 0, 0,
     "File whose first line is its password."},

    {"identity", "authserv-id", &text, OPTIONAL, NULL, AT(authserv_id), NULL, 0, 0,
     "Name in the Authentication-Results headers of our own mail server; empty: none is trusted."},
    {"identity", "separator", &name, REQUIRED, "+", AT(separator), WORDS("+", "-", "=", "_"), 0, 0,
     "Character between our local part and a token, as the mail server has it."},
    {"identity", "draft-confirmation", &word, REQUIRED, "unless-dmarc", AT(draft_confirmation), WORDS("always", "unless-dmarc"), 0,
     0, "Whose forms wait for a confirmation by reply: everybody's, or those without an aligned DMARC pass."},
    {"identity", "review-proof", &proofs, REQUIRED, "address", AT(review_proof), NULL, 0, 0,
     "What a reviewer's reply needs besides its token: address, dmarc or smime; then STAGE=PROOF or TYPE/STAGE=PROOF for others."},
    {"identity", "smime-ca-file", &path, OPTIONAL, NULL, AT(smime_ca_file), NULL, 0, 0,
     "Certificates (PEM) of the authorities that signers' certificates must lead to; empty: S/MIME proves nothing."},
    {"identity", "smime-revocation", &word, REQUIRED, "crl", AT(smime_revocation), WORDS("off", "crl", "ocsp"), 0, 0,
     "What must say that such certificates are not revoked: a list (crl), their responder (ocsp), or nothing (off)."},
    {"identity", "smime-crl-file", &path, OPTIONAL, NULL, AT(smime_crl_file), NULL, 0, 0,
     "Revocation lists (PEM or DER), a file or a directory of files."},
    {"identity", "smime-ocsp-url", &url, OPTIONAL, NULL, AT(smime_ocsp_url), WORDS("http://", "https://"), 0, 0,
     "Responder that is asked about all certificates; empty: the one that each certificate names."},
    {"identity", "smime-ocsp-minutes", &number, REQUIRED, "30", AT(smime_ocsp_minutes), NULL, 0, 1440,
     "Minutes that a signed mail waits for a responder that is away, until its sender is asked to answer again."},

    CHOICE("registration-review", "city", "city-province", "Who reviews registrations: the city alone, or the province after it."),
    CHOICE("registration-archive", "required", "optional",
           "Whether the approval of an enterprise's registration needs an archive number."),
    CHOICE("lost-certificate-applicants", "all", "enterprises",
           "Who may have lost certificates replaced: individuals too, or enterprises and schools alone."),
    CHOICE("lost-certificate-review", "city-province", "city",
           "Who reviews the replacement of lost certificates: the city and then the province, or the city alone."),
    CHOICE("lost-certificate-archive", "required", "optional",
           "Whether the city's approval of a replacement needs an archive number."),
    CHOICE("city-change-review", "cities", "cities-province",
           "Who reviews the move of an enterprise: both cities, or the province after them."),
    CHOICE("enrolment-review", "city", "none", "Who reviews enrolments: the city or nobody."),
    CHOICE("holder-info-correction", "off", "on", "Whether holders may have their particulars corrected (table 4)."),
    CHOICE("rejection", "closes", "returns",
           "What a rejection does: closes the request, or returns it to its applicant for correction."),
    CHOICE("joining-account", "disabled", "kept", "What becomes of the account of an individual who joins an enterprise."),
    CHOICE("uncertified-city-change", "direct", "procedure",
           "How an enterprise without certificates changes its city: directly, or by table 3."),
    CHOICE("no-certificate", "person", "account",
           "Whose certificates bar direct changes of a trainee's data: the trainee's own, or those of all trainees of the "
           "enterprise."),
    CHOICE("surrender-record", "archiving-city", "province", "Who records surrendered certificates."),
    {"procedures", "allow-foreign-id", &word, REQUIRED, "no", AT(allow_foreign_id), WORDS("no", "yes"), 0, 0,
     "Whether documents other than resident identity cards are taken."},
    {"procedures", "check-organisation-code", &word, REQUIRED, "yes", AT(check_organisation_code), WORDS("no", "yes"), 0, 0,
     "Whether the check character of the organisation code within a credit code is verified."},
    {"procedures", "closed-posts", &text, OPTIONAL, NULL, AT(closed_posts), NULL, 0, 0,
     "Post codes that nobody can enrol for, separated by commas."},
    {"procedures", "open-periods", &text, OPTIONAL, NULL, AT(open_periods), NULL, 0, 0,
     "Training periods that are open for enrolment, separated by commas; empty: any."},
};

/* A file being read, and everything found wrong with it. */
struct reading {
    const char *source;
    char **lines;
    GKeyFile *keys;
    GString *problems;
};

/* The number of the last line that sets `key` (NULL: that begins the section), 0 when none does; `times` counts them. */
static guint line_of(const struct reading *reading, const char *section, const char *key, guint *times)
{
    g_autofree char *head = g_strdup_printf("[%s]", section);
    gboolean inside = FALSE;
    guint found = 0;
    *times = 0;
    for (guint i = 0; reading->lines[i]; i++) {
        g_autofree char *line = g_strstrip(g_strdup(reading->lines[i]));
        gsize length = strcspn(line, "=");
        gboolean begins = g_str_equal(line, head);
        if (*line == '[')
            inside = begins;
        g_autofree char *left = g_strchomp(g_strndup(line, length));
        if (key ? inside && line[length] == '=' && g_str_equal(left, key) : begins) {
            found = i + 1;
            ++*times;
        }
    }
    return found;
}

static void G_GNUC_PRINTF(4, 5) put_problem(struct reading *reading, const char *section, const char *key, const char *format, ...)
{
    guint times = 0;
    guint line = line_of(reading, section, key, &times);
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);

    if (reading->problems->len)
        g_string_append_c(reading->problems, '\n');
    g_string_append(reading->problems, reading->source);
    if (line)
        g_string_append_printf(reading->problems, ":%u", line);
    g_string_append_printf(reading->problems, ": [%s]%s%s: %s", section, key ? " " : "", key ? key : "", what);
}

static gboolean section_known(const char *section)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (g_str_equal(options[i].section, section))
            return TRUE;
    }
    return FALSE;
}

static gboolean key_known(const char *section, const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (g_str_equal(options[i].section, section) && g_str_equal(options[i].key, key))
            return TRUE;
    }
    return FALSE;
}

static void check_names(struct reading *reading)
{
    g_auto(GStrv) sections = g_key_file_get_groups(reading->keys, NULL);
    for (char **section = sections; *section; section++) {
        if (!section_known(*section)) {
            put_problem(reading, *section, NULL, "no such section");
            continue;
        }
        g_auto(GStrv) keys = g_key_file_get_keys(reading->keys, *section, NULL, NULL);
        for (char **key = keys; *key; key++) {
            guint times = 0;
            line_of(reading, *section, *key, &times);
            if (!key_known(*section, *key))
                put_problem(reading, *section, *key, "no such key");
            else if (times > 1 && !g_strv_contains((const char *const *)key + 1, *key))
                put_problem(reading, *section, *key, "set more than once");
        }
    }
}

static void read_option(struct reading *reading, const struct option *option, struct config *config)
{
    /* The value as it stands, not g_key_file_get_string(): a backslash in a DN is a backslash. */
    g_autofree char *set = g_key_file_get_value(reading->keys, option->section, option->key, NULL);
    const char *value = set ? g_strchomp(set) : option->standard;
    if (!value || !*value) {
        if (option->presence == REQUIRED)
            put_problem(reading, option->section, option->key, "needs a value");
        return;
    }
    g_autofree char *problem = option->type->read(option, value, (char *)config + option->member);
    if (problem)
        put_problem(reading, option->section, option->key, "%s", problem);
}

static gboolean wants_smime(const struct config *config)
{
    struct demands *table = config->review_proof ? demands_read(config->review_proof, NULL) : NULL;
    gboolean wants = table && demands_have(table, PROOF_SMIME);

    demands_free(table);
    return wants;
}

/* What one option demands of another. */
static void check_together(struct reading *reading, const struct config *config)
{
    if (config->mailbox.url && !g_str_has_prefix(config->mailbox.url, "maildir:")) {
        if (!config->mailbox.user)
            put_problem(reading, "mailbox", "user", "IMAP needs one");
        if (!config->mailbox.password_file)
            put_problem(reading, "mailbox", "password-file", "IMAP needs one");
    }
    if (!config->submission.user != !config->submission.password_file)
        put_problem(reading, "submission", "user", "goes together with password-file");
    if (!config->desk_dn != !config->desk_password_file)
        put_problem(reading, "directory", "desk-dn", "goes together with desk-password-file");
    if (!config->courier_dn != !config->courier_password_file)
        put_problem(reading, "directory", "courier-dn", "goes together with courier-password-file");
    if (config->directory_url && !g_str_has_prefix(config->directory_url, "ldapi:") && (!config->desk_dn || !config->courier_dn))
        put_problem(reading, "directory", "url", "without desk-dn and courier-dn it must be ldapi://");
    if (config->smime_ca_file && config->smime_revocation == CONFIG_REVOCATION_CRL && !config->smime_crl_file)
        put_problem(reading, "identity", "smime-crl-file", "smime-revocation=crl needs one");
    if (config->smime_ocsp_url && config->smime_revocation != CONFIG_REVOCATION_OCSP)
        put_problem(reading, "identity", "smime-ocsp-url", "goes together with smime-revocation=ocsp");
    if (wants_smime(config) && !config->smime_ca_file)
        put_problem(reading, "identity", "review-proof", "smime needs smime-ca-file");
    const char *at = config->address ? strchr(config->address, '@') : NULL;
    if (at && config->separator && memchr(config->address, *config->separator, (gsize)(at - config->address)))
        put_problem(reading, "countersign", "address", "its local part must not hold the separator %s", config->separator);
}

struct config *config_read_text(const char *source, const char *bytes, gsize size, GError **error)
{
    g_autoptr(GKeyFile) keys = g_key_file_new();
    g_autoptr(GError) fault = NULL;
    if (!g_utf8_validate(bytes, (gssize)size, NULL)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_WRONG, "%s: is not UTF-8 text", source);
        return NULL;
    }
    if (!g_key_file_load_from_data(keys, bytes, size, G_KEY_FILE_NONE, &fault)) {
        g_set_error(error, CONFIG_ERROR, CONFIG_WRONG, "%s: %s", source, fault->message);
        return NULL;
    }
    g_autofree char *whole = g_strndup(bytes, size);
    g_auto(GStrv) lines = g_strsplit(whole, "\n", -1);
    g_autoptr(GString) problems = g_string_new(NULL);
    struct reading reading = {source, lines, keys, problems};
    struct config *config = g_new0(struct config, 1);
    config->source = g_strdup(source);

    check_names(&reading);
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        read_option(&reading, &options[i], config);
    check_together(&reading, config);
    if (problems->len) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_WRONG, problems->str);
        config_free(config);
        return NULL;
    }
    return config;
}

struct config *config_read(const char *file, GError **error)
{
    g_autofree char *bytes = NULL;
    g_autoptr(GError) fault = NULL;
    gsize size = 0;
    if (!g_file_get_contents(file, &bytes, &size, &fault)) {
        g_set_error_literal(error, CONFIG_ERROR, CONFIG_UNREADABLE, fault->message);
        return NULL;
    }
    return config_read_text(file, bytes, size, error);
}

void config_free(struct config *config)
{
    if (!config)
        return;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (options[i].type->text)
            g_free(*(char **)((char *)config + options[i].member));
    }
    g_clear_pointer(&config->choices, g_hash_table_unref);
    g_free(config->source);
    g_free(config);
}

void config_print(const struct config *config, FILE *file)
{
    const char *section = NULL;
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const struct option *option = &options[i];
        if (!section || !g_str_equal(section, option->section))
            fprintf(file, "%s[%s]\n", section ? "\n" : "", option->section);
        section = option->section;
        fprintf(file, "# %s\n", option->explanation);
        option->type->print(option, (const char *)config + option->member, file);
    }
}
