/* `countersign entry`: an enterprise, a trainee or a certificate as people see it, what is derived included: whose a certificate is and whose name it shows is where
 * it stands (countersign-directory(5)). */
#include <stdio.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/site.h"
#include "daemon/view.h"
#include "ldap-schema/names.h"
#include "mailflow/division.h"
#include "mailflow/question.h"
#include "mailflow/text.h"

#define REQUESTS_MOST 200

struct look { /* at one entry */
    const struct command_call *call;
    struct site *site;
    struct view view;
};

static const struct shown enterprise_shown[] = {
    {"name", ATTRIBUTE_O},
    {"creditCode", ATTRIBUTE_CREDIT_CODE},
    {"login", ATTRIBUTE_UID},
    {"enterpriseKind", ATTRIBUTE_ENTERPRISE_KIND},
    {"status", ATTRIBUTE_ACCOUNT_STATUS},
    {"mail", ATTRIBUTE_MAIL},
    {"formerNames", ATTRIBUTE_FORMER_NAME},
    {"legalRepresentative", ATTRIBUTE_LEGAL_REPRESENTATIVE},
    {"contactName", ATTRIBUTE_CONTACT_NAME},
    {"mobile", ATTRIBUTE_MOBILE},
    {"address", ATTRIBUTE_POSTAL_ADDRESS},
};
static const struct shown trainee_shown[] = {
    {"name", ATTRIBUTE_CN},
    {"traineeNumber", ATTRIBUTE_TRAINEE_NUMBER},
    {"traineeKind", ATTRIBUTE_TRAINEE_KIND},
    {"login", ATTRIBUTE_UID},
    {"status", ATTRIBUTE_ACCOUNT_STATUS},
    {"mail", ATTRIBUTE_MAIL},
    {"mobile", ATTRIBUTE_MOBILE},
    {"education", ATTRIBUTE_EDUCATION},
    {"title", ATTRIBUTE_TITLE},
    {"birthDate", ATTRIBUTE_BIRTH_DATE},
};
static const struct shown certificate_shown[] = {
    {"number", ATTRIBUTE_CERTIFICATE_NUMBER},
    {"post", ATTRIBUTE_POST_CODE},
    {"issueDate", ATTRIBUTE_ISSUE_DATE},
    {"status", ATTRIBUTE_CERTIFICATE_STATUS},
    {"#copyNumber", ATTRIBUTE_COPY_NUMBER},
    {"copyState", ATTRIBUTE_COPY_STATE},
    {"handwrittenEmployer", ATTRIBUTE_HANDWRITTEN_EMPLOYER},
};
static void put_city(struct look *look, const struct entry *entry)
{
    const char *code = entry ? entry_value(entry, ATTRIBUTE_DIVISION_CODE) : NULL;
    const struct division *division = division_find(code);

    view_put(&look->view, "city", code);
    view_put(&look->view, "cityName", division ? division->zh : NULL);
}

static void put_identity(struct look *look, const struct entry *person)
{
    const char *number = entry_value(person, ATTRIBUTE_ID_NUMBER);
    g_autofree char *masked = number ? text_mask_id(number) : NULL;

    view_put(&look->view, "idNumber", command_flag(look->call, "--full") ? number : masked);
}

/* The entry above, or NULL when it cannot be read. */
static struct entry *above(const struct look *look, const struct entry *entry, GError **error)
{
    const struct facts *facts = &look->site->mind.facts;
    const char *dn = question_parent(entry->dn);

    return dn ? facts->read(facts->context, dn, error) : NULL;
}

static void note_request(struct look *look, struct request *request)
{
    if (request && state_find(look->site->procedures, request->state)->open &&
        !g_hash_table_contains(look->view.requests, request->id))
        g_hash_table_insert(look->view.requests, request->id, request);
    else
        request_free(request);
}

static void note_requests(struct look *look, GPtrArray *list)
{
    while (list->len)
        note_request(look, g_ptr_array_steal_index(list, list->len - 1));
    g_ptr_array_unref(list);
}

/* Whoever holds a lock on this key, whatever the procedures call the lock. */
static void note_locks(struct look *look, const char *key)
{
    const struct records *records = &look->site->mind.records;
    const GPtrArray *procedures = look->site->procedures->procedures;
    g_autofree char *folded = key ? g_ascii_strdown(key, -1) : NULL;

    for (guint i = 0; folded && i < procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures, i);
        for (guint k = 0; k < procedure->locks->len; k++) {
            const struct lock_rule *lock = g_ptr_array_index(procedure->locks, k);
            note_request(look, records->lock_holder(records->context, lock->kind, folded));
        }
    }
}

/* What an account has asked for, and what others have asked that concerns it. */
static void note_account(struct look *look, const struct entry *entry)
{
    const struct records *records = &look->site->mind.records;
    const char *code = entry_value(entry, ATTRIBUTE_CREDIT_CODE), *mail = entry_value(entry, ATTRIBUTE_MAIL);

    note_requests(look, records->requests_of(records->context, mail, entry->dn, REQUESTS_MOST));
    note_requests(look, records->open_requests(records->context, entry->dn, code));
    note_locks(look, code);
}

static gboolean note_certificates(struct look *look, const struct entry *entry, GError **error)
{
    const struct facts *facts = &look->site->mind.facts;
    GPtrArray *found = facts->below(facts->context, entry->dn, CLASS_CERTIFICATE, command_most(look->call), error);

    if (!found)
        return FALSE;
    g_ptr_array_unref(look->view.certificates);
    look->view.certificates = found;
    return TRUE;
}

/* Whose they are: only those that are shown are asked for, as an enterprise may have thousands. */
static gboolean note_holders(struct look *look, GError **error)
{
    GError *problem = NULL;

    for (guint i = 0; i < look->view.certificates->len && !problem; i++) {
        const struct entry *certificate = g_ptr_array_index(look->view.certificates, i);
        const char *dn = question_parent(certificate->dn);
        struct entry *holder = dn && !g_hash_table_contains(look->view.holders, dn) ? above(look, certificate, &problem) : NULL;
        if (holder)
            g_hash_table_insert(look->view.holders, g_strdup(dn), g_strdup(entry_value(holder, ATTRIBUTE_CN)));
        entry_free(holder);
    }
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static gboolean put_count(struct look *look, const char *name, const struct entry *entry, const char *object_class, GError **error)
{
    const struct facts *facts = &look->site->mind.facts;
    gint64 count = facts->count(facts->context, entry->dn, object_class, NULL, NULL, 0, error);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, count);

    view_put(&look->view, name, text);
    return count >= 0;
}

static gboolean look_at_enterprise(struct look *look, const struct entry *entry, GError **error)
{
    put_city(look, entry);
    note_account(look, entry);
    return put_count(look, "#trainees", entry, CLASS_TRAINEE, error) &&
           put_count(look, "#certificateCount", entry, CLASS_CERTIFICATE, error) && note_certificates(look, entry, error) &&
           note_holders(look, error);
}

/* Employer and city of a person: of the enterprise above, or the person's own. */
static gboolean put_employer(struct look *look, const struct entry *trainee, GError **error)
{
    GError *problem = NULL;
    struct entry *place = above(look, trainee, &problem);
    const struct entry *employer = place && entry_is(place, CLASS_ENTERPRISE) ? place : NULL;

    if (!problem) {
        view_put(&look->view, "employer", employer ? entry_value(employer, ATTRIBUTE_O) : NULL);
        view_put(&look->view, "employerCode", employer ? entry_value(employer, ATTRIBUTE_CREDIT_CODE) : NULL);
        put_city(look, employer ? employer : trainee);
    }
    entry_free(place);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static void note_person(struct look *look, const struct entry *trainee)
{
    note_locks(look, entry_value(trainee, ATTRIBUTE_ID_NUMBER));
    if (entry_value(trainee, ATTRIBUTE_UID))
        note_account(look, trainee);
}

/* Access follows the place an entry stands in (countersign-directory(5)): its csAccountStatus alone does not say it. */
static void put_may_log_in(struct look *look, const struct entry *trainee)
{
    const char *status = entry_value(trainee, ATTRIBUTE_ACCOUNT_STATUS), *parent = question_parent(trainee->dn);
    gboolean employed = parent && g_ascii_strncasecmp(parent, ATTRIBUTE_CREDIT_CODE "=", strlen(ATTRIBUTE_CREDIT_CODE "=")) == 0;
    gboolean shut = entry_archived(trainee) || (employed ? g_strcmp0(status, "kept") != 0 : g_strcmp0(status, "disabled") == 0);

    view_put(&look->view, "mayLogIn", entry_value(trainee, ATTRIBUTE_UID) && !shut ? "yes" : "no");
}

static gboolean look_at_trainee(struct look *look, const struct entry *entry, GError **error)
{
    put_may_log_in(look, entry);
    put_identity(look, entry);
    note_person(look, entry);
    return put_employer(look, entry, error) && note_certificates(look, entry, error);
}

static gboolean look_at_certificate(struct look *look, const struct entry *entry, GError **error)
{
    GError *problem = NULL;
    struct entry *holder = above(look, entry, &problem);
    gboolean fine = problem == NULL;

    if (holder) {
        view_put(&look->view, "holder", entry_value(holder, ATTRIBUTE_CN));
        view_put(&look->view, "traineeNumber", entry_value(holder, ATTRIBUTE_TRAINEE_NUMBER));
        put_identity(look, holder);
        note_person(look, holder);
        fine = put_employer(look, holder, &problem);
    }
    note_locks(look, entry_value(entry, ATTRIBUTE_CERTIFICATE_NUMBER));
    entry_free(holder);
    if (problem)
        g_propagate_error(error, problem);
    return fine;
}

static const struct {
    const char *object_class, *kind;
    const struct shown *shown;
    gsize count;
    gboolean (*look_at)(struct look *look, const struct entry *entry, GError **error);
} kinds[] = {
    {CLASS_ENTERPRISE, "enterprise", enterprise_shown, G_N_ELEMENTS(enterprise_shown), look_at_enterprise},
    {CLASS_TRAINEE, "trainee", trainee_shown, G_N_ELEMENTS(trainee_shown), look_at_trainee},
    {CLASS_CERTIFICATE, "certificate", certificate_shown, G_N_ELEMENTS(certificate_shown), look_at_certificate},
};

static gboolean show(const struct command_call *call, struct site *site, const struct entry *entry, GError **error)
{
    struct look look = {.call = call, .site = site};
    gboolean fine = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!entry_is(entry, kinds[i].object_class))
            continue;
        view_open(&look.view);
        view_put(&look.view, "kind", kinds[i].kind);
        view_put(&look.view, "dn", entry->dn);
        if (entry_archived(entry))
            view_put(&look.view, "archived", "yes");
        view_put_all(&look.view, entry, kinds[i].shown, kinds[i].count);
        fine = kinds[i].look_at(&look, entry, error);
        if (fine)
            view_print(&look.view, call->json);
        view_close(&look.view);
    }
    return fine;
}

/* Nothing has it, but a request may have reserved it: a registration that waits is not in the directory. */
static void show_reserved(const struct command_call *call, struct site *site, const char *key)
{
    struct look look = {.call = call, .site = site};

    view_open(&look.view);
    note_locks(&look, key);
    if (g_hash_table_size(look.view.requests) && call->json)
        view_put(&look.view, "kind", "reserved");
    if (g_hash_table_size(look.view.requests))
        view_print(&look.view, call->json);
    else
        fprintf(stderr, "countersign: no entry, and no request reserves it\n");
    view_close(&look.view);
}

static const char *const keys[] = {ATTRIBUTE_CREDIT_CODE,        ATTRIBUTE_UID, ATTRIBUTE_TRAINEE_NUMBER, ATTRIBUTE_ID_NUMBER,
                                   ATTRIBUTE_CERTIFICATE_NUMBER, ATTRIBUTE_O};

/* Everything of ours with that key; an entry that several keys find comes once. NULL and `error` when the directory could not be asked. */
static GPtrArray *find_all(struct site *site, const char *key, GError **error)
{
    const struct facts *facts = &site->mind.facts;
    g_autofree char *normal = text_normalise(key);
    g_autofree char *name = text_trim(key);
    g_autoptr(GPtrArray) all = entry_list();
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_autoptr(GPtrArray) found = facts->find(facts->context, keys[i], g_str_equal(keys[i], ATTRIBUTE_O) ? name : normal, error);
        if (!found)
            return NULL;
        while (found->len) {
            struct entry *entry = g_ptr_array_steal_index(found, 0);
            gboolean ours = FALSE;
            for (gsize k = 0; k < G_N_ELEMENTS(kinds); k++)
                ours |= entry_is(entry, kinds[k].object_class);
            if (ours && g_hash_table_add(seen, entry->dn))
                g_ptr_array_add(all, entry);
            else
                entry_free(entry);
        }
    }
    return g_steal_pointer(&all);
}

/* All that is shown, or is needed to show it: no photo, of which an entry's is most. */
static void want(struct directory *directory)
{
    g_autoptr(GPtrArray) wanted = g_ptr_array_new();

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        for (gsize k = 0; k < kinds[i].count; k++)
            g_ptr_array_add(wanted, (char *)kinds[i].shown[k].attribute);
    view_wanted(wanted);
    g_ptr_array_add(wanted, (char *)ATTRIBUTE_OBJECT_CLASS);
    g_ptr_array_add(wanted, (char *)ATTRIBUTE_DIVISION_CODE);
    g_ptr_array_add(wanted, (char *)ATTRIBUTE_ID_NUMBER);
    g_ptr_array_add(wanted, NULL);
    directory_want(directory, (const char *const *)wanted->pdata);
}

enum command_exit command_entry(const struct command_call *call)
{
    const char *key = command_argument(call, 0);
    GError *error = NULL;

    if (!*key || !g_utf8_validate(key, -1, NULL) || !command_most_known(call))
        return COMMAND_USAGE;
    struct site *site = site_open(call->config, TRUE, &error);
    if (!site)
        return command_fault(error);
    want(site->directory);
    site_begin(site, clock_now());
    g_autoptr(GPtrArray) found = find_all(site, key, &error);
    for (guint i = 0; found && !error && i < found->len; i++)
        show(call, site, g_ptr_array_index(found, i), &error);
    if (found && !found->len)
        show_reserved(call, site, key);
    site_close(site);
    if (error)
        return command_fault(error);
    return found->len ? COMMAND_FINE : COMMAND_FOUND;
}
