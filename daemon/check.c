/* `countersign check`: is everything there that the daemon needs, and what do the procedures say. */
#include <stdio.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "mailflow/division.h"
#include "mailflow/proof.h"
#include "mailflow/render.h"
#include "mailflow/trust.h"
#include "mailflow/workflow.h"

struct check {
    const struct config *config;
    struct sheet *sheet;
    gboolean broken;
};

static void note(struct check *check, const char *what, const char *fine, GError *error)
{
    sheet_row(check->sheet, what, error ? "wrong" : "fine", error ? error->message : fine);
    check->broken |= error != NULL;
    g_clear_error(&error);
}

static void check_templates(struct check *check)
{
    GError *error = NULL;
    g_autofree char *forms = g_build_filename(check->config->templates, "forms", NULL);
    g_autofree char *notices = g_build_filename(check->config->templates, "notices", NULL);
    struct procedures *procedures = site_procedures(check->config, &error);

    if (procedures)
        workflow_check(procedures, &error);
    procedures_free(procedures);
    note(check, "procedures", check->config->templates, error);
    error = NULL;
    struct form_catalog *catalog = form_catalog_open(forms, &error);
    note(check, "forms", forms, error);
    if (catalog)
        form_catalog_free(catalog);
    error = NULL;
    struct stylesheets *stylesheets = render_open(notices, &error);
    note(check, "notices", notices, error);
    if (stylesheets)
        render_close(stylesheets);
}

static void check_signatures(struct check *check)
{
    GError *error = NULL;
    g_autofree char *problem = NULL;
    struct trust *trust = NULL;

    if (site_trust(check->config, &trust, &problem, &error) && problem)
        g_set_error_literal(&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, problem);
    g_autofree char *overdue = trust && !error ? trust_overdue(trust, clock_now() / 1000) : NULL;
    if (overdue)
        g_set_error_literal(&error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, overdue);
    if (trust || error)
        note(check, "S/MIME", check->config->smime_ca_file, error);
    trust_free(trust);
    error = NULL;
    site_check(check->config, &error);
    note(check, "review-proof", check->config->review_proof, error);
}

static void check_directory(struct check *check, const char *what, enum config_account account)
{
    struct directory_options options;
    GError *error = NULL;

    site_directory(check->config, account, &options);
    struct directory *directory = directory_open(&options, &error);
    if (directory) {
        directory_check(directory, &error);
        directory_close(directory);
    }
    note(check, what, check->config->directory_url, error);
}

/* The authorities in which nobody can decide: what comes to them waits. NULL with `error` when the directory could not be asked. */
static GPtrArray *find_vacant(const struct facts *facts, GError **error)
{
    gsize count;
    const struct division *all = division_all(&count);
    g_autoptr(GPtrArray) vacant = g_ptr_array_new();

    for (gsize i = 0; i < count; i++) {
        if (all[i].level == DIVISION_CITY && !division_settles(&all[i]))
            continue;
        g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, all[i].code, error);
        if (!reviewers)
            return NULL;
        if (!reviewers->len)
            g_ptr_array_add(vacant, (gpointer)all[i].code);
    }
    g_ptr_array_add(vacant, NULL);
    return g_steal_pointer(&vacant);
}

static void check_reviewers(struct check *check)
{
    struct directory_options options;
    struct facts facts;
    GError *error = NULL;
    g_autoptr(GPtrArray) vacant = NULL;
    g_autofree char *codes = NULL;
    g_autofree char *detail = NULL;

    site_directory(check->config, CONFIG_DESK, &options);
    struct directory *directory = directory_open(&options, &error);
    if (directory) {
        directory_facts(directory, &facts);
        vacant = find_vacant(&facts, &error);
        directory_close(directory);
    }
    codes = vacant ? g_strjoinv(", ", (char **)vacant->pdata) : g_strdup("");
    detail = g_strdup_printf("the province has active reviewers%s%s", *codes ? "; nobody decides in " : ", and so has every city",
                             codes);
    if (!error && g_str_has_prefix(codes, "370000"))
        error = g_error_new(DIRECTORY_ERROR, DIRECTORY_REFUSED, "the province (370000) has no active reviewer");
    note(check, "reviewers", detail, error);
}

static void check_mailbox(struct check *check)
{
    GError *error = NULL;
    struct mailbox *mailbox = mailbox_open(&check->config->mailbox, &error);

    note(check, "mailbox", check->config->mailbox.url, error);
    if (mailbox)
        mailbox_close(mailbox);
}

static void check_submission(struct check *check)
{
    GError *error = NULL;
    struct smtp *smtp = smtp_open(&check->config->submission, &error);

    note(check, "submission", check->config->submission.url, error);
    if (smtp)
        smtp_close(smtp);
}

static void check_state(struct check *check)
{
    g_autofree char *path = site_state_path(check->config);
    GError *error = NULL;
    struct store *store = store_open_to_read(path, &error);

    note(check, "state", path, error);
    store_close(store);
}

static char *join_stages(const struct procedure *procedure, const struct demands *demands)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < procedure->stages->len; i++) {
        const struct stage *stage = g_ptr_array_index(procedure->stages, i);
        if (stage->behind.off)
            continue;
        g_string_append_printf(text, "%s%s by %s%s%s%s", text->len ? ", then " : "", stage->state, stage->authority,
                               stage->field ? " " : "", stage->field ? stage->field : "", stage_archives(stage) ? " +archive" : "");
        enum proof proof = demand_at(demands, procedure->type, stage->state);
        if (proof != PROOF_ADDRESS)
            g_string_append_printf(text, " +%s", proof_name(proof));
    }
    return g_string_free(text, FALSE);
}

/* A rule that is asked again before an approval stands with what follows from its no: "credit-code-new (void)". */
static char *join_rules(const struct procedure *procedure)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < procedure->rules->len; i++) {
        const struct rule_ref *rule = g_ptr_array_index(procedure->rules, i);
        if (rule->behind.off)
            continue;
        g_string_append_printf(text, "%s%s", text->len ? ", " : "", rule->name);
        if (rule->again)
            g_string_append_printf(text, " (%s)", rule->again);
    }
    return g_string_free(text, FALSE);
}

static char *join_effects(const struct procedure *procedure)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < procedure->effects->len; i++) {
        const struct effect_ref *effect = g_ptr_array_index(procedure->effects, i);
        if (!effect->behind.off)
            g_string_append_printf(text, "%s%s", text->len ? ", " : "", effect->name);
    }
    return g_string_free(text, FALSE);
}

/* The rules in force as a table; people compare it with the guide. */
static void print_procedures(const struct command_call *call, const struct procedures *procedures)
{
    static const char *const columns[] = {"type", "procedure", "form", "stages", "rules", "effects", NULL};

    if (!call->json)
        putchar('\n');
    struct sheet *sheet = sheet_open(call->json, columns);
    struct demands *demands = demands_read(call->config->review_proof, NULL);
    for (guint i = 0; i < procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures->procedures, i);
        g_autofree char *stages = join_stages(procedure, demands);
        g_autofree char *rules = join_rules(procedure);
        g_autofree char *effects = join_effects(procedure);
        sheet_row(sheet, procedure->type, procedure->zh, procedure->behind.off ? "(off)" : procedure->form, *stages ? stages : NULL,
                  *rules ? rules : NULL, *effects ? effects : NULL);
    }
    demands_free(demands);
    sheet_close(sheet);
}

/* What the site has chosen, beside what it could choose. */
static void print_options(const struct command_call *call, const struct procedures *procedures)
{
    static const char *const columns[] = {"option", "chosen", "choices", "about", NULL};

    if (!call->json)
        putchar('\n');
    struct sheet *sheet = sheet_open(call->json, columns);
    for (guint i = 0; i < procedures->options->len; i++) {
        const struct option *option = g_ptr_array_index(procedures->options, i);
        g_autofree char *values = g_strjoinv(", ", option->values);
        sheet_row(sheet, option->name, option->chosen, values, option->en);
    }
    sheet_close(sheet);
}

enum command_exit command_check(const struct command_call *call)
{
    static const char *const columns[] = {"what", "is", "detail", NULL};
    struct check check = {.config = call->config, .sheet = sheet_open(call->json, columns)};

    sheet_row(check.sheet, "configuration", "fine", call->config->source);
    check_templates(&check);
    check_signatures(&check);
    check_state(&check);
    check_directory(&check, "directory (desk)", CONFIG_DESK);
    check_directory(&check, "directory (courier)", CONFIG_COURIER);
    check_reviewers(&check);
    check_mailbox(&check);
    check_submission(&check);
    sheet_close(check.sheet);
    struct procedures *procedures = site_procedures(call->config, NULL);
    if (procedures) {
        print_options(call, procedures);
        print_procedures(call, procedures);
    }
    procedures_free(procedures);
    return check.broken ? COMMAND_FOUND : COMMAND_FINE;
}
