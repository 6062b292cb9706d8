#include "daemon/command.h"

#include <stdio.h>
#include <stdlib.h>

#include "daemon/clock.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "mailflow/text.h"

#define MOST 200

const char *command_option(const struct command_call *call, const char *name)
{
    for (int i = 0; i + 1 < call->argc; i++)
        if (g_str_equal(call->argv[i], name))
            return call->argv[i + 1];
    return NULL;
}

const char *command_argument(const struct command_call *call, guint place)
{
    for (int i = 0; i < call->argc; i++) {
        if (g_strv_contains(call->valued, call->argv[i]))
            i++;
        else if (!g_str_has_prefix(call->argv[i], "--") && !place--)
            return call->argv[i];
    }
    return NULL;
}

gboolean command_flag(const struct command_call *call, const char *name)
{
    for (int i = 0; i < call->argc; i++)
        if (g_str_equal(call->argv[i], name))
            return TRUE;
    return FALSE;
}

guint command_most(const struct command_call *call)
{
    const char *text = command_option(call, "--most");
    guint64 number = MOST;

    return !text || g_ascii_string_to_unsigned(text, 10, 1, G_MAXINT, &number, NULL) ? (guint)number : 0;
}

/* An option that is none of the words it may be answers nothing by a list of nothing: it is said. */
static gboolean option_known(const struct command_call *call, const char *name, const char *const *words)
{
    const char *value = command_option(call, name);

    if (!value || g_strv_contains(words, value))
        return TRUE;
    g_autofree char *all = g_strjoinv(" ", (char **)words);
    fprintf(stderr, "countersign: %s %s is none of: %s\n", name, value, all);
    return FALSE;
}

gboolean command_most_known(const struct command_call *call)
{
    if (!command_most(call))
        fprintf(stderr, "countersign: --most %s is no number from 1\n", command_option(call, "--most"));
    return command_most(call) > 0;
}

static const char *const outbox_states[] = {"waiting", "sent", "applied", "conflict", "done", "failed", "dropped", NULL};

enum command_exit command_fault(GError *error)
{
    fprintf(stderr, "countersign: %s\n", error->message);
    g_error_free(error);
    return COMMAND_FAULT;
}

static struct store *open_state(const struct command_call *call, gboolean look, GError **error)
{
    g_autofree char *path = site_state_path(call->config);

    return look ? store_open_to_read(path, error) : store_open(path, error);
}

/* The states and types of the procedures file are what a request can have; `known` is FALSE when a filter names another. */
static gboolean filters_known(const struct command_call *call, gboolean *known, GError **error)
{
    struct procedures *procedures = procedures_open(call->config->templates, error);

    if (!procedures)
        return FALSE;
    g_autoptr(GPtrArray) states = g_ptr_array_new();
    g_autoptr(GPtrArray) types = g_ptr_array_new();
    for (guint i = 0; i < procedures->states->len; i++)
        g_ptr_array_add(states, ((struct state *)g_ptr_array_index(procedures->states, i))->name);
    for (guint i = 0; i < procedures->procedures->len; i++)
        g_ptr_array_add(types, ((struct procedure *)g_ptr_array_index(procedures->procedures, i))->type);
    g_ptr_array_add(states, NULL);
    g_ptr_array_add(types, NULL);
    *known = option_known(call, "--state", (const char *const *)states->pdata) &&
             option_known(call, "--type", (const char *const *)types->pdata) && command_most_known(call);
    procedures_free(procedures);
    return TRUE;
}

enum command_exit command_list(const struct command_call *call)
{
    static const char *const columns[] = {"id", "type", "state", "division", "subject", "applicant", "submitted", "changed", NULL};
    GError *error = NULL;
    gboolean known;

    if (!filters_known(call, &known, &error))
        return command_fault(error);
    if (!known)
        return COMMAND_USAGE;
    struct store *store = open_state(call, TRUE, &error);

    if (!store)
        return command_fault(error);
    g_autoptr(GPtrArray) requests =
        store_requests(store, command_option(call, "--state"), command_option(call, "--type"), command_most(call));
    struct sheet *sheet = sheet_open(call->json, columns);
    for (guint i = 0; i < requests->len; i++) {
        const struct request *request = g_ptr_array_index(requests, i);
        g_autofree char *submitted = mind_clock(request->submitted);
        g_autofree char *changed = mind_clock(request->changed);
        sheet_row(sheet, request->id, request->type, request->state, request->division, request->subject, request->mail, submitted,
                  changed);
    }
    sheet_close(sheet);
    store_close(store);
    return COMMAND_FINE;
}

static void show_fields(JsonBuilder *builder, const struct form *form)
{
    json_builder_set_member_name(builder, "fields");
    json_builder_begin_array(builder);
    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(form->fields, i);
        json_builder_begin_object(builder);
        sheet_member(builder, "field", field->path);
        sheet_member(builder, "label", field->label_zh);
        sheet_member(builder, "value", field->value);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void show_steps(JsonBuilder *builder, const GPtrArray *steps)
{
    json_builder_set_member_name(builder, "steps");
    json_builder_begin_array(builder);
    for (guint i = 0; i < steps->len; i++) {
        const struct step *step = g_ptr_array_index(steps, i);
        g_autofree char *opened = mind_clock(step->opened);
        g_autofree char *closed = mind_clock(step->closed);
        json_builder_begin_object(builder);
        sheet_member(builder, "state", step->state);
        sheet_member(builder, "division", step->division);
        sheet_member(builder, "opened", opened);
        sheet_member(builder, "closed", closed);
        sheet_member(builder, "verdict", step->verdict);
        sheet_member(builder, "reviewer", step->reviewer);
        sheet_member(builder, "name", step->reviewer_name);
        sheet_member(builder, "reason", step->reason);
        sheet_member(builder, "archive", step->archive);
        sheet_member(builder, "mail", step->message);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void show_mails(JsonBuilder *builder, const GPtrArray *rows)
{
    json_builder_set_member_name(builder, "outbox");
    json_builder_begin_array(builder);
    for (guint i = rows->len; i > 0; i--) {
        const struct outbox_row *row = g_ptr_array_index(rows, i - 1);
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "id");
        json_builder_add_int_value(builder, row->id);
        sheet_member(builder, "kind", row->kind);
        sheet_member(builder, "code", row->code);
        sheet_member(builder, "to", row->recipient);
        sheet_member(builder, "state", row->state);
        sheet_member(builder, "messageId", row->message_id);
        sheet_member(builder, "said", row->said);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void show_events(JsonBuilder *builder, const GPtrArray *events)
{
    json_builder_set_member_name(builder, "events");
    json_builder_begin_array(builder);
    for (guint i = 0; i < events->len; i++) {
        const struct event_row *event = g_ptr_array_index(events, i);
        g_autofree char *at = clock_stamp(event->at);
        json_builder_begin_object(builder);
        sheet_member(builder, "at", at);
        sheet_member(builder, "actor", event->actor);
        sheet_member(builder, "event", event->event);
        sheet_member(builder, "from", event->from);
        sheet_member(builder, "to", event->to);
        sheet_member(builder, "detail", event->detail);
        sheet_member(builder, "hash", event->hash);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

struct dossier { /* everything the state file holds of one request */
    struct request *request;
    struct form *form;
    struct held *held; /* NULL */
    GPtrArray *steps, *tickets, *rows, *events;
};

/* A decision that can still be taken back. */
static void show_held(JsonBuilder *builder, const struct held *held)
{
    json_builder_set_member_name(builder, "held");
    if (!held) {
        json_builder_add_null_value(builder);
        return;
    }
    g_autofree char *at = mind_clock(held->at);
    g_autofree char *due = mind_clock(held->due);
    json_builder_begin_object(builder);
    sheet_member(builder, "verdict", held->verdict);
    sheet_member(builder, "reviewer", held->reviewer);
    sheet_member(builder, "name", held->name);
    sheet_member(builder, "reason", held->reason);
    sheet_member(builder, "archive", held->archive);
    sheet_member(builder, "mail", held->message);
    sheet_member(builder, "decided", at);
    sheet_member(builder, "due", due);
    json_builder_end_object(builder);
}

static void tabulate_held(const struct held *held)
{
    static const char *const columns[] = {"decision that waits", "by", "archive", "reason", "decided", "due", NULL};

    if (!held)
        return;
    struct sheet *sheet = sheet_open(FALSE, columns);
    g_autofree char *at = mind_clock(held->at);
    g_autofree char *due = mind_clock(held->due);
    sheet_row(sheet, held->verdict, held->name, held->archive, held->reason, at, due);
    sheet_close(sheet);
    putchar('\n');
}

static void show_json(const struct dossier *dossier)
{
    const struct request *request = dossier->request;
    g_autoptr(JsonBuilder) builder = json_builder_new();
    g_autofree char *created = mind_clock(request->created);
    g_autofree char *submitted = mind_clock(request->submitted);

    json_builder_begin_object(builder);
    sheet_member(builder, "id", request->id);
    sheet_member(builder, "type", request->type);
    sheet_member(builder, "state", request->state);
    sheet_member(builder, "division", request->division);
    sheet_member(builder, "subject", request->subject);
    sheet_member(builder, "applicant", request->mail);
    sheet_member(builder, "account", request->applicant);
    sheet_member(builder, "proof", request->proof);
    sheet_member(builder, "digest", request->digest);
    sheet_member(builder, "created", created);
    sheet_member(builder, "submitted", submitted);
    json_builder_set_member_name(builder, "openTokens");
    json_builder_add_int_value(builder, dossier->tickets->len);
    show_held(builder, dossier->held);
    show_fields(builder, dossier->form);
    show_steps(builder, dossier->steps);
    show_mails(builder, dossier->rows);
    show_events(builder, dossier->events);
    json_builder_end_object(builder);
    sheet_json(builder);
}

static void show_table(const struct dossier *dossier)
{
    static const char *const heads[] = {"request", "type", "state", "division", "subject", "applicant", "proof", NULL};
    static const char *const fields[] = {"field", "label", "value", NULL};
    static const char *const steps[] = {"stage", "division", "opened", "closed", "verdict", "by", "archive", "reason", NULL};
    static const char *const mails[] = {"outbox", "code", "to", "state", "said", NULL};
    static const char *const events[] = {"when", "who", "event", "from", "to", "detail", NULL};
    const struct request *request = dossier->request;
    struct sheet *sheet = sheet_open(FALSE, heads);

    sheet_row(sheet, request->id, request->type, request->state, request->division, request->subject, request->mail,
              request->proof);
    sheet_close(sheet);
    putchar('\n');
    sheet = sheet_open(FALSE, fields);
    for (guint i = 0; i < dossier->form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(dossier->form->fields, i);
        sheet_row(sheet, field->path, field->label_zh, field->value);
    }
    sheet_close(sheet);
    putchar('\n');
    sheet = sheet_open(FALSE, steps);
    for (guint i = 0; i < dossier->steps->len; i++) {
        const struct step *step = g_ptr_array_index(dossier->steps, i);
        g_autofree char *opened = mind_clock(step->opened);
        g_autofree char *closed = mind_clock(step->closed);
        sheet_row(sheet, step->state, step->division, opened, closed, step->verdict, step->reviewer_name, step->archive,
                  step->reason);
    }
    sheet_close(sheet);
    putchar('\n');
    tabulate_held(dossier->held);
    sheet = sheet_open(FALSE, mails);
    for (guint i = dossier->rows->len; i > 0; i--) {
        const struct outbox_row *row = g_ptr_array_index(dossier->rows, i - 1);
        sheet_row(sheet, row->kind, row->code, row->recipient, row->state, row->said);
    }
    sheet_close(sheet);
    putchar('\n');
    sheet = sheet_open(FALSE, events);
    for (guint i = 0; i < dossier->events->len; i++) {
        const struct event_row *event = g_ptr_array_index(dossier->events, i);
        g_autofree char *at = mind_clock(event->at);
        sheet_row(sheet, at, event->actor, event->event, event->from, event->to, event->detail);
    }
    sheet_close(sheet);
}

enum command_exit command_show(const struct command_call *call)
{
    GError *error = NULL;
    struct records records;

    struct site *site = site_open(call->config, TRUE, &error);
    if (!site)
        return command_fault(error);
    store_records(site->store, &records);
    struct dossier dossier = {.request = records.request(records.context, call->argv[0])};
    if (!dossier.request) {
        fprintf(stderr, "countersign: no request %s\n", call->argv[0]);
        site_close(site);
        return COMMAND_FOUND;
    }
    dossier.form = form_reopen(site->catalog, dossier.request->form);
    dossier.steps = records.steps(records.context, dossier.request->id);
    dossier.tickets = records.tickets(records.context, dossier.request->id);
    dossier.held = records.held(records.context, dossier.request->id);
    dossier.rows = store_outbox(site->store, NULL, dossier.request->id, MOST);
    dossier.events = store_events(site->store, dossier.request->id, MOST);
    if (call->json)
        show_json(&dossier);
    else
        show_table(&dossier);
    held_free(dossier.held);
    g_ptr_array_unref(dossier.steps);
    g_ptr_array_unref(dossier.tickets);
    g_ptr_array_unref(dossier.rows);
    g_ptr_array_unref(dossier.events);
    form_free(dossier.form);
    request_free(dossier.request);
    site_close(site);
    return COMMAND_FINE;
}

enum command_exit command_outbox(const struct command_call *call)
{
    static const char *const columns[] = {"#id",       "request", "kind", "code",   "to",        "state",
                                          "#attempts", "due",     "said", "effect", "messageId", NULL};
    const char *state = command_option(call, "--state");
    GError *error = NULL;

    if (!option_known(call, "--state", outbox_states) || !command_most_known(call))
        return COMMAND_USAGE;
    struct store *store = open_state(call, TRUE, &error);

    if (!store)
        return command_fault(error);
    g_autoptr(GPtrArray) rows = store_outbox(store, state ? state : call->json ? NULL : "open", NULL, command_most(call));
    struct sheet *sheet = sheet_open(call->json, columns);
    for (guint i = 0; i < rows->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(rows, i);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, row->id);
        g_autofree char *attempts = g_strdup_printf("%d", row->attempts);
        g_autofree char *due = mind_clock(row->due);
        sheet_row(sheet, id, row->request, row->kind, row->code, row->recipient, row->state, attempts, due, row->said, row->effect,
                  row->message_id);
    }
    sheet_close(sheet);
    store_close(store);
    return COMMAND_FINE;
}

enum command_exit command_retry(const struct command_call *call)
{
    gint64 id = call->argc ? g_ascii_strtoll(call->argv[0], NULL, 10) : 0;
    GError *error = NULL;

    if (call->argc && id <= 0)
        return COMMAND_USAGE;
    struct store *store = open_state(call, FALSE, &error);
    if (!store)
        return command_fault(error);
    store_begin(store);
    guint count = store_outbox_retry(store, id, clock_now());
    gboolean kept = store_commit(store, &error);
    store_close(store);
    if (!kept)
        return command_fault(error);
    printf(call->json ? "{\"rows\":%u}\n" : "%u rows are due now\n", count);
    return count || !id ? COMMAND_FINE : COMMAND_FOUND;
}

enum command_exit command_audit(const struct command_call *call)
{
    GError *error = NULL;
    gint64 broken;

    if (!g_str_equal(call->argv[0], "verify"))
        return COMMAND_USAGE;
    struct store *store = open_state(call, TRUE, &error);
    if (!store)
        return command_fault(error);
    gint64 rows = store_audit_verify(store, &broken);
    struct records records;
    store_records(store, &records);
    g_autofree char *head = records.audit_head(records.context);
    store_close(store);
    if (call->json)
        printf("{\"rows\":%" G_GINT64_FORMAT ",\"broken\":%" G_GINT64_FORMAT ",\"head\":\"%s\"}\n", rows, broken, head ? head : "");
    else if (broken)
        printf("the chain is broken at row %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT "\n", broken, rows);
    else
        printf("%" G_GINT64_FORMAT " rows, all fit; head %s\n", rows, head ? head : "-");
    return broken ? COMMAND_FOUND : COMMAND_FINE;
}
