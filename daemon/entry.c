/* `countersign entry`: an enterprise, a trainee or a certificate as people see it, what is derived included: whose a certificate is and whose name it shows is where
 * it stands (countersign-directory(5)). */
#include <stdio.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "ldap-schema/names.h"
#include "mailflow/division.h"
#include "mailflow/question.h"
#include "mailflow/text.h"

#define REQUESTS_MOST 200

struct pair {
    const char *name; /* '#' before a number's */
    char *value;
};

struct view { /* one entry laid out */
    const struct command_call *call;
    struct site *site;
    GArray *pairs;           /* struct pair */
    GPtrArray *certificates; /* struct entry: its own, or of its trainees, as many as are shown */
    GHashTable *holders;     /* of an enterprise's: DN as the certificate has it -> name */
    GHashTable *requests;    /* id -> struct request: open ones about it */
};

static void pair_clear(gpointer data)
{
    g_free(((struct pair *)data)->value);
}

static void view_open(struct view *view, const struct command_call *call, struct site *site)
{
    *view = (struct view){.call = call,
                          .site = site,
                          .pairs = g_array_new(FALSE, FALSE, sizeof(struct pair)),
                          .certificates = entry_list(),
                          .holders = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
                          .requests = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)request_free)};
    g_array_set_clear_func(view->pairs, pair_clear);
}

static void view_close(struct view *view)
{
    g_array_unref(view->pairs);
    g_ptr_array_unref(view->certificates);
    g_hash_table_unref(view->holders);
    g_hash_table_unref(view->requests);
}

static void put(struct view *view, const char *name, const char *value)
{
    struct pair pair = {name, g_strdup(value)};

    g_array_append_val(view->pairs, pair);
}

struct shown { /* an attribute and what people call it */
    const char *name, *attribute;
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
/* Of each in a list of certificates. */
static const struct shown columns[] = {
    {"number", ATTRIBUTE_CERTIFICATE_NUMBER}, {"post", ATTRIBUTE_POST_CODE},       {"issueDate", ATTRIBUTE_ISSUE_DATE},
    {"status", ATTRIBUTE_CERTIFICATE_STATUS}, {"copyState", ATTRIBUTE_COPY_STATE}, {"copyNumber", ATTRIBUTE_COPY_NUMBER},
};

static void put_all(struct view *view, const struct entry *entry, const struct shown *shown, gsize count)
{
    for (gsize i = 0; i < count; i++) {
        const GPtrArray *values = entry_values(entry, shown[i].attribute);
        g_autoptr(GString) joined = g_string_new(NULL);
        for (guint k = 0; values && k < values->len; k++)
            g_string_append_printf(joined, "%s%s", k ? "; " : "", (char *)g_ptr_array_index(values, k));
        put(view, shown[i].name, values ? joined->str : NULL);
    }
}

static void put_city(struct view *view, const struct entry *entry)
{
    const char *code = entry ? entry_value(entry, ATTRIBUTE_DIVISION_CODE) : NULL;
    const struct division *division = division_find(code);

    put(view, "city", code);
    put(view, "cityName", division ? division->zh : NULL);
}

static void put_identity(struct view *view, const struct entry *person)
{
    const char *number = entry_value(person, ATTRIBUTE_ID_NUMBER);
    g_autofree char *masked = number ? text_mask_id(number) : NULL;

    put(view, "idNumber", command_flag(view->call, "--full") ? number : masked);
}

/* The entry above, or NULL when it cannot be read. */
static struct entry *above(const struct view *view, const struct entry *entry, GError **error)
{
    const struct facts *facts = &view->site->mind.facts;
    const char *dn = question_parent(entry->dn);

    return dn ? facts->read(facts->context, dn, error) : NULL;
}

static void note_request(struct view *view, struct request *request)
{
    if (request && state_find(view->site->procedures, request->state)->open && !g_hash_table_contains(view->requests, request->id))
        g_hash_table_insert(view->requests, request->id, request);
    else
        request_free(request);
}

static void note_requests(struct view *view, GPtrArray *list)
{
    while (list->len)
        note_request(view, g_ptr_array_steal_index(list, list->len - 1));
    g_ptr_array_unref(list);
}

/* Whoever holds a lock on this key, whatever the procedures call the lock. */
static void note_locks(struct view *view, const char *key)
{
    const struct records *records = &view->site->mind.records;
    const GPtrArray *procedures = view->site->procedures->procedures;
    g_autofree char *folded = key ? g_ascii_strdown(key, -1) : NULL;

    for (guint i = 0; folded && i < procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(procedures, i);
        for (guint k = 0; k < procedure->locks->len; k++) {
            const struct lock_rule *lock = g_ptr_array_index(procedure->locks, k);
            note_request(view, records->lock_holder(records->context, lock->kind, folded));
        }
    }
}

/* What an account has asked for, and what others have asked that concerns it. */
static void note_account(struct view *view, const struct entry *entry)
{
    const struct records *records = &view->site->mind.records;
    const char *code = entry_value(entry, ATTRIBUTE_CREDIT_CODE), *mail = entry_value(entry, ATTRIBUTE_MAIL);

    note_requests(view, records->requests_of(records->context, mail, entry->dn, REQUESTS_MOST));
    note_requests(view, records->open_requests(records->context, entry->dn, code));
    note_locks(view, code);
}

static gboolean note_certificates(struct view *view, const struct entry *entry, GError **error)
{
    const struct facts *facts = &view->site->mind.facts;
    GPtrArray *found = facts->below(facts->context, entry->dn, CLASS_CERTIFICATE, command_most(view->call), error);

    if (!found)
        return FALSE;
    g_ptr_array_unref(view->certificates);
    view->certificates = found;
    return TRUE;
}

/* Whose they are: only those that are shown are asked for, as an enterprise may have thousands. */
static gboolean note_holders(struct view *view, GError **error)
{
    GError *problem = NULL;

    for (guint i = 0; i < view->certificates->len && !problem; i++) {
        const struct entry *certificate = g_ptr_array_index(view->certificates, i);
        const char *dn = question_parent(certificate->dn);
        struct entry *holder = dn && !g_hash_table_contains(view->holders, dn) ? above(view, certificate, &problem) : NULL;
        if (holder)
            g_hash_table_insert(view->holders, g_strdup(dn), g_strdup(entry_value(holder, ATTRIBUTE_CN)));
        entry_free(holder);
    }
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static gboolean put_count(struct view *view, const char *name, const struct entry *entry, const char *object_class, GError **error)
{
    const struct facts *facts = &view->site->mind.facts;
    gint64 count = facts->count(facts->context, entry->dn, object_class, NULL, NULL, 0, error);
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, count);

    put(view, name, text);
    return count >= 0;
}

static gboolean view_enterprise(struct view *view, const struct entry *entry, GError **error)
{
    put_city(view, entry);
    note_account(view, entry);
    return put_count(view, "#trainees", entry, CLASS_TRAINEE, error) &&
           put_count(view, "#certificateCount", entry, CLASS_CERTIFICATE, error) && note_certificates(view, entry, error) &&
           note_holders(view, error);
}

/* Employer and city of a person: of the enterprise above, or the person's own. */
static gboolean put_employer(struct view *view, const struct entry *trainee, GError **error)
{
    GError *problem = NULL;
    struct entry *place = above(view, trainee, &problem);
    const struct entry *employer = place && entry_is(place, CLASS_ENTERPRISE) ? place : NULL;

    if (!problem) {
        put(view, "employer", employer ? entry_value(employer, ATTRIBUTE_O) : NULL);
        put(view, "employerCode", employer ? entry_value(employer, ATTRIBUTE_CREDIT_CODE) : NULL);
        put_city(view, employer ? employer : trainee);
    }
    entry_free(place);
    if (problem)
        g_propagate_error(error, problem);
    return problem == NULL;
}

static void note_person(struct view *view, const struct entry *trainee)
{
    note_locks(view, entry_value(trainee, ATTRIBUTE_ID_NUMBER));
    if (entry_value(trainee, ATTRIBUTE_UID))
        note_account(view, trainee);
}

/* Access follows the place an entry stands in (countersign-directory(5)): its csAccountStatus alone does not say it. */
static void put_may_log_in(struct view *view, const struct entry *trainee)
{
    const char *status = entry_value(trainee, ATTRIBUTE_ACCOUNT_STATUS), *parent = question_parent(trainee->dn);
    gboolean employed = parent && g_ascii_strncasecmp(parent, ATTRIBUTE_CREDIT_CODE "=", strlen(ATTRIBUTE_CREDIT_CODE "=")) == 0;
    gboolean shut = entry_archived(trainee) || (employed ? g_strcmp0(status, "kept") != 0 : g_strcmp0(status, "disabled") == 0);

    put(view, "mayLogIn", entry_value(trainee, ATTRIBUTE_UID) && !shut ? "yes" : "no");
}

static gboolean view_trainee(struct view *view, const struct entry *entry, GError **error)
{
    put_may_log_in(view, entry);
    put_identity(view, entry);
    note_person(view, entry);
    return put_employer(view, entry, error) && note_certificates(view, entry, error);
}

static gboolean view_certificate(struct view *view, const struct entry *entry, GError **error)
{
    GError *problem = NULL;
    struct entry *holder = above(view, entry, &problem);
    gboolean fine = problem == NULL;

    if (holder) {
        put(view, "holder", entry_value(holder, ATTRIBUTE_CN));
        put(view, "traineeNumber", entry_value(holder, ATTRIBUTE_TRAINEE_NUMBER));
        put_identity(view, holder);
        note_person(view, holder);
        fine = put_employer(view, holder, &problem);
    }
    note_locks(view, entry_value(entry, ATTRIBUTE_CERTIFICATE_NUMBER));
    entry_free(holder);
    if (problem)
        g_propagate_error(error, problem);
    return fine;
}

static const struct {
    const char *object_class, *kind;
    const struct shown *shown;
    gsize count;
    gboolean (*view)(struct view *view, const struct entry *entry, GError **error);
} kinds[] = {
    {CLASS_ENTERPRISE, "enterprise", enterprise_shown, G_N_ELEMENTS(enterprise_shown), view_enterprise},
    {CLASS_TRAINEE, "trainee", trainee_shown, G_N_ELEMENTS(trainee_shown), view_trainee},
    {CLASS_CERTIFICATE, "certificate", certificate_shown, G_N_ELEMENTS(certificate_shown), view_certificate},
};

/* The name of a certificate's holder in an enterprise's list; NULL where the entry shown is the holder. */
static const char *holder_of(const struct view *view, const struct entry *certificate)
{
    const char *dn = question_parent(certificate->dn);

    return dn ? g_hash_table_lookup(view->holders, dn) : NULL;
}

static void print_json(const struct view *view)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    GHashTableIter at;
    gpointer each;

    json_builder_begin_object(builder);
    for (guint i = 0; i < view->pairs->len; i++) {
        const struct pair *pair = &g_array_index(view->pairs, struct pair, i);
        if (*pair->name == '#' && pair->value) {
            json_builder_set_member_name(builder, pair->name + 1);
            json_builder_add_int_value(builder, g_ascii_strtoll(pair->value, NULL, 10));
        } else {
            sheet_member(builder, pair->name, pair->value);
        }
    }
    json_builder_set_member_name(builder, "certificates");
    json_builder_begin_array(builder);
    for (guint i = 0; i < view->certificates->len; i++) {
        const struct entry *certificate = g_ptr_array_index(view->certificates, i);
        json_builder_begin_object(builder);
        for (gsize k = 0; k < G_N_ELEMENTS(columns); k++)
            sheet_member(builder, columns[k].name, entry_value(certificate, columns[k].attribute));
        sheet_member(builder, "holder", holder_of(view, certificate));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "requests");
    json_builder_begin_array(builder);
    g_hash_table_iter_init(&at, view->requests);
    while (g_hash_table_iter_next(&at, NULL, &each)) {
        const struct request *request = each;
        json_builder_begin_object(builder);
        sheet_member(builder, "id", request->id);
        sheet_member(builder, "type", request->type);
        sheet_member(builder, "state", request->state);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    sheet_json(builder);
}

static void print_tables(const struct view *view)
{
    static const char *const heads[] = {"what", "is", NULL};
    static const char *const papers[] = {"certificate", "post", "issued", "status", "copy", "number", "holder", NULL};
    static const char *const asked[] = {"open request", "type", "state", "division", "applicant", NULL};
    struct sheet *sheet = sheet_open(FALSE, heads);
    GHashTableIter at;
    gpointer each;

    for (guint i = 0; i < view->pairs->len; i++) {
        const struct pair *pair = &g_array_index(view->pairs, struct pair, i);
        if (pair->value)
            sheet_row(sheet, *pair->name == '#' ? pair->name + 1 : pair->name, pair->value);
    }
    sheet_close(sheet);
    if (view->certificates->len)
        putchar('\n');
    sheet = sheet_open(FALSE, papers);
    for (guint i = 0; i < view->certificates->len; i++) {
        const struct entry *paper = g_ptr_array_index(view->certificates, i);
        const char *cells[G_N_ELEMENTS(columns)];
        for (gsize k = 0; k < G_N_ELEMENTS(columns); k++)
            cells[k] = entry_value(paper, columns[k].attribute);
        sheet_row(sheet, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], holder_of(view, paper));
    }
    sheet_close(sheet);
    if (g_hash_table_size(view->requests))
        putchar('\n');
    sheet = sheet_open(FALSE, asked);
    g_hash_table_iter_init(&at, view->requests);
    while (g_hash_table_iter_next(&at, NULL, &each)) {
        const struct request *request = each;
        sheet_row(sheet, request->id, request->type, request->state, request->division, request->mail);
    }
    sheet_close(sheet);
}

static gboolean show(const struct command_call *call, struct site *site, const struct entry *entry, GError **error)
{
    struct view view;
    gboolean fine = TRUE;

    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
        if (!entry_is(entry, kinds[i].object_class))
            continue;
        view_open(&view, call, site);
        put(&view, "kind", kinds[i].kind);
        put(&view, "dn", entry->dn);
        if (entry_archived(entry))
            put(&view, "archived", "yes");
        put_all(&view, entry, kinds[i].shown, kinds[i].count);
        fine = kinds[i].view(&view, entry, error);
        if (fine)
            (call->json ? print_json : print_tables)(&view);
        view_close(&view);
    }
    return fine;
}

/* Nothing has it, but a request may have reserved it: a registration that waits is not in the directory. */
static void show_reserved(const struct command_call *call, struct site *site, const char *key)
{
    struct view view;

    view_open(&view, call, site);
    note_locks(&view, key);
    if (g_hash_table_size(view.requests) && call->json)
        put(&view, "kind", "reserved");
    if (g_hash_table_size(view.requests))
        (call->json ? print_json : print_tables)(&view);
    else
        fprintf(stderr, "countersign: no entry, and no request reserves it\n");
    view_close(&view);
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
    for (gsize i = 0; i < G_N_ELEMENTS(columns); i++)
        g_ptr_array_add(wanted, (char *)columns[i].attribute);
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
