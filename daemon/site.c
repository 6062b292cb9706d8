#include "daemon/site.h"

#include <sys/random.h>

#include "mailflow/proof.h"
#include "mailflow/trust.h"
#include "mailflow/workflow.h"

#define DIRECTORY_SECONDS 10

void site_policy(const struct config *config, struct policy *policy)
{
    *policy = (struct policy){
        .address = config->address,
        .display_name = config->display_name,
        .operator_mail = config->operator_address,
        .suffix = config->directory_suffix,
        .language = config->language,
        .separator = config->separator[0],
        .confirm_always = config->draft_confirmation == CONFIG_DRAFT_ALWAYS,
        .draft_days = config->draft_days,
        .correction_days = config->correction_days,
        .secret_days = config->secret_days,
        .remind_days = config->remind_days,
        .undo_minutes = config->undo_minutes,
        .remind_limit = config->remind_limit,
        .expire_days = config->expire_days,
        .list_daily = config->digest,
        .list_hour = config->digest_hour,
    };
}

void site_directory(const struct config *config, enum config_account account, struct directory_options *options)
{
    *options = (struct directory_options){
        .url = config->directory_url,
        .starttls = config->directory_starttls,
        .ca_file = config->directory_ca_file,
        .suffix = config->directory_suffix,
        .dn = account == CONFIG_DESK ? config->desk_dn : config->courier_dn,
        .password_file = account == CONFIG_DESK ? config->desk_password_file : config->courier_password_file,
        .timeout = DIRECTORY_SECONDS,
    };
}

char *site_state_path(const struct config *config)
{
    return g_build_filename(config->state_directory, "state.sqlite", NULL);
}

/* Not every file of a directory is a list; one that is and cannot be read is told of. */
static void read_lists(struct trust *trust, const char *path, GString *problems)
{
    g_autoptr(GError) fault = NULL;
    g_autofree char *bytes = NULL;
    gsize size;

    if (!g_file_get_contents(path, &bytes, &size, &fault) || !trust_add_lists(trust, bytes, size, &fault))
        g_string_append_printf(problems, "%s%s: %s", problems->len ? "; " : "", path, fault->message);
}

static void read_list_directory(struct trust *trust, const char *path, GString *problems)
{
    g_autoptr(GError) fault = NULL;
    GDir *directory = g_dir_open(path, 0, &fault);
    guint count = 0;

    for (const char *name = directory ? g_dir_read_name(directory) : NULL; name; name = g_dir_read_name(directory)) {
        g_autofree char *file = g_build_filename(path, name, NULL);
        if (!g_str_has_suffix(name, ".crl") && !g_str_has_suffix(name, ".pem"))
            continue;
        read_lists(trust, file, problems);
        count++;
    }
    if (count == 0)
        g_string_append_printf(problems, "%s: %s", path, fault ? fault->message : "there is no *.crl or *.pem");
    if (directory)
        g_dir_close(directory);
}

gboolean site_trust(const struct config *config, struct trust **trust, char **problem, GError **error)
{
    static const enum trust_revocation revocations[] = {
        [CONFIG_REVOCATION_OFF] = TRUST_UNASKED,
        [CONFIG_REVOCATION_CRL] = TRUST_LISTS,
        [CONFIG_REVOCATION_OCSP] = TRUST_RESPONDERS,
    };
    const char *lists = config->smime_revocation == CONFIG_REVOCATION_OFF ? NULL : config->smime_crl_file;
    g_autoptr(GString) problems = g_string_new(NULL);
    g_autofree char *anchors = NULL;
    gsize size;

    *trust = NULL;
    *problem = NULL;
    if (!config->smime_ca_file)
        return TRUE;
    if (!g_file_get_contents(config->smime_ca_file, &anchors, &size, error))
        return FALSE;
    struct trust *made = trust_new(revocations[config->smime_revocation]);
    if (!trust_add_anchors(made, anchors, size, error)) {
        g_prefix_error(error, "%s: ", config->smime_ca_file);
        trust_free(made);
        return FALSE;
    }
    trust_ask_at(made, config->smime_ocsp_url);
    if (lists && g_file_test(lists, G_FILE_TEST_IS_DIR))
        read_list_directory(made, lists, problems);
    else if (lists)
        read_lists(made, lists, problems);
    *problem = problems->len ? g_strdup(problems->str) : NULL;
    *trust = made;
    return TRUE;
}

static gboolean check_names(const struct config *config, const struct demands *table, GError **error)
{
    struct procedures *procedures = demands_name_stages(table) ? site_procedures(config, error) : NULL;
    gboolean fine = !demands_name_stages(table) || (procedures && demands_fit(table, procedures, error));

    procedures_free(procedures);
    return fine;
}

gboolean site_check(const struct config *config, GError **error)
{
    struct demands *table = demands_read(config->review_proof, error);
    struct trust *trust = NULL;
    g_autofree char *problem = NULL;
    gboolean fine = table && check_names(config, table, error) && site_trust(config, &trust, &problem, error);

    trust_free(trust);
    demands_free(table);
    return fine;
}

static gboolean open_proofs(struct site *site, const struct config *config, GError **error)
{
    g_autofree char *problem = NULL;

    site->proofs = demands_read(config->review_proof, error);
    if (!site->proofs || !demands_fit(site->proofs, site->procedures, error) || !site_trust(config, &site->trust, &problem, error))
        return FALSE;
    if (problem)
        log_line(LOG_LEVEL_WARNING, "revocation lists: %s", problem);
    site->policy.proofs = site->proofs;
    site->policy.trust = site->trust;
    /* where a signature decides nothing more than the address does, none waits */
    gboolean counts = demands_have(site->proofs, PROOF_SMIME) || demands_have(site->proofs, PROOF_DMARC);
    if (site->trust && config->smime_revocation == CONFIG_REVOCATION_OCSP)
        site->responders = responders_open(site->trust, counts ? config->smime_ocsp_minutes : 0);
    return TRUE;
}

static void chance(void *context, guint8 *bytes, gsize size)
{
    (void)context;
    if (getrandom(bytes, size, 0) != (gssize)size)
        g_error("the system has no random bytes");
}

/* Requests of a type that the rules no longer know cannot be handled: better not to start. */
static gboolean check_types(struct site *site, GError **error)
{
    g_autoptr(GPtrArray) types = store_types(site->store);

    for (guint i = 0; i < types->len; i++) {
        const char *type = g_ptr_array_index(types, i);
        if (!procedure_for_type(site->procedures, type)) {
            g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                        "there are requests of type %s, which the procedures do not know", type);
            return FALSE;
        }
    }
    return TRUE;
}

static char **split_list(const char *list)
{
    char **items = g_strsplit(list ? list : "", ",", -1);

    for (char **item = items; *item; item++)
        g_strstrip(*item);
    return items;
}

/* What the policy takes from lists and files. */
static gboolean open_lists(struct site *site, const struct config *config, GError **error)
{
    g_autofree char *text = NULL;

    if (config->holidays_file && !g_file_get_contents(config->holidays_file, &text, NULL, error))
        return FALSE;
    site->calendar = calendar_read(text, error);
    site->closed_posts = split_list(config->closed_posts);
    site->open_periods = split_list(config->open_periods);
    site->policy.calendar = site->calendar;
    site->policy.closed_posts = (const char *const *)site->closed_posts;
    site->policy.open_periods = (const char *const *)site->open_periods;
    return site->calendar != NULL;
}

struct procedures *site_procedures(const struct config *config, GError **error)
{
    struct procedures *procedures = procedures_open(config->templates, error);
    GHashTableIter iterator;
    gpointer option, value;

    g_hash_table_iter_init(&iterator, config->choices);
    while (procedures && g_hash_table_iter_next(&iterator, &option, &value))
        if (!procedures_choose(procedures, option, value, error))
            g_clear_pointer(&procedures, procedures_free);
    return procedures;
}

struct site *site_open(const struct config *config, gboolean look, GError **error)
{
    struct site *site = g_new0(struct site, 1);
    g_autofree char *forms = g_build_filename(config->templates, "forms", NULL);
    g_autofree char *path = site_state_path(config);
    struct directory_options options;

    site_policy(config, &site->policy);
    site_directory(config, CONFIG_DESK, &options);
    site->procedures = site_procedures(config, error);
    if (!site->procedures || !open_lists(site, config, error) || !open_proofs(site, config, error) ||
        !workflow_check(site->procedures, error) || !(site->catalog = form_catalog_open(forms, error)) ||
        !(site->store = look ? store_open_to_read(path, error) : store_open(path, error)) ||
        !(site->directory = directory_open(&options, error)) || !check_types(site, error)) {
        site_close(site);
        return NULL;
    }
    form_catalog_set(site->catalog, !config->check_organisation_code, config->allow_foreign_id);
    site->mind = (struct mind){.procedures = site->procedures, .catalog = site->catalog, .policy = &site->policy, .chance = chance};
    struct facts asked;
    directory_facts(site->directory, &asked);
    site->recall = recall_open(&asked);
    recall_facts(site->recall, &site->mind.facts);
    store_records(site->store, &site->mind.records);
    return site;
}

void site_close(struct site *site)
{
    if (!site)
        return;
    recall_close(site->recall);
    directory_close(site->directory);
    store_close(site->store);
    form_catalog_free(site->catalog);
    procedures_free(site->procedures);
    calendar_free(site->calendar);
    demands_free(site->proofs);
    responders_close(site->responders);
    trust_free(site->trust);
    g_strfreev(site->closed_posts);
    g_strfreev(site->open_periods);
    g_free(site->failing);
    g_free(site);
}

void site_begin(struct site *site, gint64 now)
{
    site->mind.now = now;
    if (site->recall)
        recall_forget(site->recall);
}
