/* `countersign explain`: a message through the live code path, without effects. */
#include <stdio.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "daemon/transcript.h"
#include "mailflow/affair.h"
#include "mailflow/intake.h"
#include "mailflow/proof.h"

/* A request that will never be: nothing is counted up for an explanation. */
static char *no_id(void *context, const char *type, int year)
{
    (void)context;
    return g_strdup_printf("%.2s-%d-000000", type, year);
}

static void explain_plan(JsonBuilder *builder, const struct plan *plan)
{
    json_builder_begin_object(builder);
    sheet_member(builder, "outcome", plan->outcome);
    sheet_member(builder, "line", plan->line);
    sheet_member(builder, "request", plan->request);
    sheet_member(builder, "from", plan->move ? plan->move->from : NULL);
    sheet_member(builder, "to", plan->move ? plan->move->to : plan->create ? plan->create->state : NULL);
    json_builder_set_member_name(builder, "locks");
    json_builder_begin_array(builder);
    for (guint i = 0; i < plan->locks->len; i++) {
        const struct plan_lock *lock = g_ptr_array_index(plan->locks, i);
        json_builder_begin_object(builder);
        sheet_member(builder, "kind", lock->kind);
        sheet_member(builder, "key", lock->key);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "changes");
    json_builder_begin_array(builder);
    for (guint i = 0; i < plan->changes->len; i++)
        json_builder_add_string_value(builder, ((struct plan_change *)g_ptr_array_index(plan->changes, i))->ldif);
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "mails");
    json_builder_begin_array(builder);
    for (guint i = 0; i < plan->mails->len; i++) {
        const struct plan_mail *mail = g_ptr_array_index(plan->mails, i);
        json_builder_begin_object(builder);
        sheet_member(builder, "code", mail->code);
        sheet_member(builder, "to", mail->recipient);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
}

struct demanded { /* what the stage that a reviewer answers demands, and what the mail has of it */
    char *stage;  /* NULL: the mail answers none */
    enum proof proof;
    struct proof_found found;
    char *line;
};

static void demanded_clear(struct demanded *demanded)
{
    g_free(demanded->stage);
    g_free(demanded->line);
    proof_found_clear(&demanded->found);
}

/* FALSE when the directory could not be asked. */
static gboolean read_demanded(const struct mind *mind, const struct message *message, struct demanded *demanded, GError **error)
{
    gboolean disagree;
    const char *token = token_agreed(message->sightings, &disagree);
    g_autofree char *hash = token ? token_hash(token) : NULL;
    struct ticket *ticket = hash ? mind->records.ticket(mind->records.context, hash) : NULL;
    GError *problem = NULL;

    *demanded = (struct demanded){.stage = NULL};
    if (ticket && ticket->person && !g_str_equal(ticket->role, "applicant")) {
        struct affair *affair = affair_open(mind, ticket->request);
        struct entry *person = mind->facts.read(mind->facts.context, ticket->person, &problem);
        const char *state = affair->request->state;
        demanded->stage = g_strdup_printf("%s/%s", affair->request->type, state);
        demanded->proof = demand_at(mind->policy->proofs, affair->request->type, state);
        proof_find(mind, message, person, demanded->proof, affair_asked(affair), &demanded->found);
        demanded->line = proof_line(mind, message, person, affair_asked(affair));
        entry_free(person);
        affair_free(affair);
    }
    ticket_free(ticket);
    if (problem)
        g_propagate_error(error, problem);
    return !problem;
}

static void explain_json(const char *file, const struct message *message, const struct demanded *demanded, gboolean known,
                         const GPtrArray *plans)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    sheet_member(builder, "file", file);
    sheet_member(builder, "sender", message->from);
    sheet_member(builder, "origin", message->origin.says);
    sheet_member(builder, "signature", message->signature ? signature_state_name(message->signature->state) : NULL);
    sheet_member(builder, "proofDemanded", demanded->stage ? proof_name(demanded->proof) : NULL);
    sheet_member(builder, "proof", demanded->line);
    sheet_member(builder, "proofLacks", demanded->found.en);
    sheet_member(builder, "kind", kind_name(message->kind));
    sheet_member(builder, "why", message->why);
    sheet_member(builder, "own", message->own);
    sheet_member(builder, "ownWhy", message->own_why);
    sheet_member(builder, "verdict", verdict_name(message->verdict.word));
    sheet_member(builder, "verdictWhy", message->verdict.why);
    sheet_instruction(builder, &message->instruction);
    transcript_json(builder, message);
    json_builder_set_member_name(builder, "known");
    json_builder_add_boolean_value(builder, known);
    json_builder_set_member_name(builder, "plans");
    json_builder_begin_array(builder);
    for (guint i = 0; i < plans->len; i++)
        explain_plan(builder, g_ptr_array_index(plans, i));
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    sheet_json(builder);
}

static void explain_text(const char *file, const struct message *message, const struct demanded *demanded, gboolean known,
                         const GPtrArray *plans)
{
    printf("%s\n", file);
    printf("  sender   %s\n", message->from ? message->from : "-");
    printf("  origin   %s%s\n", message->origin.dmarc ? "aligned DMARC pass: " : "not proved: ",
           message->origin.says ? message->origin.says : "no stamp of our server");
    if (message->signature)
        printf("  signed   %s: %s\n", signature_state_name(message->signature->state), message->signature->why);
    if (demanded->stage)
        printf("  proof    %s demands %s, the mail has %s%s%s\n", demanded->stage, proof_name(demanded->proof), demanded->line,
               demanded->found.given ? "" : ": ", demanded->found.given ? "" : demanded->found.en);
    printf("  kind     %s: %s\n", kind_name(message->kind), message->why);
    printf("  words    %s\n", message->own);
    if (message->own_why)
        printf("           %s\n", message->own_why);
    printf("  verdict  %s: %s\n", verdict_name(message->verdict.word), message->verdict.why ? message->verdict.why : "-");
    if (message->instruction.word != INSTRUCTION_NONE)
        printf("  asks     %s%s%s: %s\n", instruction_name(message->instruction.word), message->instruction.whom ? " to " : "",
               message->instruction.whom ? message->instruction.whom : "", message->instruction.why);
    g_autofree char *lines = transcript_text(message);
    g_auto(GStrv) each = g_strsplit(lines ? lines : "", "\n", -1);
    for (guint i = 0; each[i]; i++)
        printf("  %-9s%s\n", i ? "" : "lines", each[i]);
    if (known)
        puts("  known    this message has been dealt with already: it would change nothing");
    for (guint i = 0; i < plans->len; i++) {
        const struct plan *plan = g_ptr_array_index(plans, i);
        printf("  would be %s: %s\n", plan->outcome, plan->line ? plan->line : "-");
        if (plan->move)
            printf("           %s moves from %s to %s\n", plan->request, plan->move->from, plan->move->to);
        for (guint k = 0; k < plan->locks->len; k++) {
            const struct plan_lock *lock = g_ptr_array_index(plan->locks, k);
            printf("           lock %s %s\n", lock->kind, lock->key);
        }
        for (guint k = 0; k < plan->changes->len; k++)
            printf("           directory %s\n", ((struct plan_change *)g_ptr_array_index(plan->changes, k))->effect);
        for (guint k = 0; k < plan->mails->len; k++) {
            const struct plan_mail *mail = g_ptr_array_index(plan->mails, k);
            printf("           mail %s to %s\n", mail->code, mail->recipient);
        }
    }
}

/* As the desk does before it thinks. */
static void ask_responders(struct site *site, struct message *message)
{
    g_autoptr(GPtrArray) messages = g_ptr_array_new();

    g_ptr_array_add(messages, message);
    if (site->responders)
        responders_ask(site->responders, messages, site->mind.now);
}

static enum command_exit explain_file(const struct command_call *call, struct site *site, const char *file)
{
    struct message_reader reader = {.catalog = site->catalog, .authserv_id = call->config->authserv_id};
    g_autoptr(GError) error = NULL;
    g_autofree char *bytes = NULL;
    gsize size;

    if (!g_file_get_contents(file, &bytes, &size, &error)) {
        fprintf(stderr, "countersign: %s\n", error->message);
        return COMMAND_FOUND;
    }
    clock_today(&reader.today);
    struct message *message = message_read(&reader, bytes, size);
    ask_responders(site, message);
    struct demanded demanded;
    g_autoptr(GPtrArray) plans = NULL;
    if (read_demanded(&site->mind, message, &demanded, &error))
        plans = intake(&site->mind, message, &error);
    gboolean known = store_knows(site->store, message);
    if (plans)
        (call->json ? explain_json : explain_text)(file, message, &demanded, known, plans);
    else
        fprintf(stderr, "countersign: %s: %s\n", file, error->message);
    demanded_clear(&demanded);
    message_free(message);
    return plans ? COMMAND_FINE : COMMAND_FAULT;
}

enum command_exit command_explain(const struct command_call *call)
{
    enum command_exit worst = COMMAND_FINE;
    GError *error = NULL;

    if (!call->argc)
        return COMMAND_USAGE;
    struct site *site = site_open(call->config, TRUE, &error);
    if (!site) {
        fprintf(stderr, "countersign: %s\n", error->message);
        g_error_free(error);
        return COMMAND_FAULT;
    }
    message_start();
    site_begin(site, clock_now());
    site->mind.records.next_id = no_id;
    for (int i = 0; i < call->argc; i++) {
        enum command_exit result = explain_file(call, site, call->argv[i]);
        worst = MAX(worst, result);
    }
    site_close(site);
    return worst;
}
