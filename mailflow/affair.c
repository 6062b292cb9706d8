#include "mailflow/affair.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/picture.h"

struct affair *affair_begin(const struct mind *mind, const struct procedure *procedure, struct request *request)
{
    struct affair *affair = g_new0(struct affair, 1);

    affair->mind = mind;
    affair->procedure = procedure;
    affair->request = request;
    affair->form = form_reopen(mind->catalog, request->form);
    affair->steps = step_list();
    affair->tickets = ticket_list();
    affair->delegations = delegation_list();
    return affair;
}

struct affair *affair_open(const struct mind *mind, const char *id)
{
    const struct records *records = &mind->records;
    struct request *request = records->request(records->context, id);

    if (!request)
        return NULL;
    struct affair *affair = g_new0(struct affair, 1);
    affair->mind = mind;
    affair->procedure = procedure_for_type(mind->procedures, request->type);
    g_assert(affair->procedure); /* start refuses a state file whose types the procedures do not know */
    affair->request = request;
    affair->form = form_reopen(mind->catalog, request->form);
    affair->steps = records->steps(records->context, id);
    affair->tickets = records->tickets(records->context, id);
    affair->delegations = records->delegations(records->context, id);
    affair->held = records->held(records->context, id);
    return affair;
}

void affair_free(struct affair *affair)
{
    if (!affair)
        return;
    request_free(affair->request);
    form_free(affair->form);
    g_ptr_array_unref(affair->steps);
    g_ptr_array_unref(affair->tickets);
    g_ptr_array_unref(affair->delegations);
    g_bytes_unref(affair->picture);
    held_free(affair->held);
    g_free(affair);
}

GBytes *affair_picture(const struct affair *affair, const char *path)
{
    const struct records *records = &affair->mind->records;
    const struct field *field = picture_is_named(affair->form, path) ? form_field(affair->form, path) : NULL;

    if (!field)
        return NULL;
    if (affair->picture)
        return g_bytes_ref(affair->picture);
    /* Mails are kept by their digest as well, and a form from before pictures were looked at may name anything. */
    GBytes *kept = records->picture(records->context, picture_digest(field));
    gsize size;
    const guint8 *bytes = kept ? g_bytes_get_data(kept, &size) : NULL;
    if (kept && !picture_is_jpeg(bytes, size))
        g_clear_pointer(&kept, g_bytes_unref);
    return kept;
}

const struct step *affair_open_step(const struct affair *affair)
{
    for (guint i = affair->steps->len; i > 0; i--) {
        const struct step *step = g_ptr_array_index(affair->steps, i - 1);
        if (!step->closed)
            return step;
    }
    return NULL;
}

const struct delegation *affair_delegation(const struct affair *affair, int step, const char *person)
{
    for (guint i = 0; i < affair->delegations->len; i++) {
        const struct delegation *delegation = g_ptr_array_index(affair->delegations, i);
        if (delegation->step == step && g_strcmp0(delegation->person, person) == 0)
            return delegation;
    }
    return NULL;
}

guint affair_round(const struct affair *affair)
{
    guint first = 0;

    for (guint i = 0; i < affair->steps->len; i++)
        if (g_strcmp0(((struct step *)g_ptr_array_index(affair->steps, i))->verdict, "reject") == 0)
            first = i + 1;
    /* A rejection that ended the request ends its last round. */
    return first == affair->steps->len && g_strcmp0(affair->request->state, "rejected") == 0 ? 0 : first;
}

const struct step *affair_first_step(const struct affair *affair)
{
    guint first = affair_round(affair);

    return first < affair->steps->len ? g_ptr_array_index(affair->steps, first) : NULL;
}

gboolean affair_awaits_applicant(const struct affair *affair)
{
    const struct state *state = affair->request->state ? state_find(affair->mind->procedures, affair->request->state) : NULL;

    return state && state->awaits_applicant;
}

gint64 affair_asked(const struct affair *affair)
{
    const struct step *open = affair_open_step(affair);

    return open ? open->opened : 0;
}

static char *division_of_enterprise(const struct affair *affair, const char *code, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) found = facts->find(facts->context, ATTRIBUTE_CREDIT_CODE, code, error);

    if (!found)
        return NULL;
    return g_strdup(found->len ? entry_value(g_ptr_array_index(found, 0), ATTRIBUTE_DIVISION_CODE) : NULL);
}

static char *division_of_applicant(const struct affair *affair, GError **error)
{
    struct entry *entry = affair_account(affair, error);
    char *division = entry ? g_strdup(entry_value(entry, ATTRIBUTE_DIVISION_CODE)) : NULL;

    entry_free(entry);
    return division;
}

char *affair_division(const struct affair *affair, const struct stage *stage, GError **error)
{
    if (g_str_equal(stage->authority, "province"))
        return g_strdup("370000");
    if (g_str_equal(stage->authority, "form"))
        return g_strdup(form_value(affair->form, stage->field));
    if (g_str_equal(stage->authority, "receiver"))
        return division_of_enterprise(affair, form_value(affair->form, "toUscc"), error);
    return division_of_applicant(affair, error);
}

static void key_free(gpointer data)
{
    struct affair_key *key = data;

    g_free(key->value);
    g_free(key);
}

static void put_key(GPtrArray *keys, const struct lock_rule *lock, const struct field *field)
{
    g_autofree char *value = g_ascii_strdown(field->value, -1);

    for (guint i = 0; i < keys->len; i++) {
        const struct affair_key *other = g_ptr_array_index(keys, i);
        if (g_str_equal(other->lock->kind, lock->kind) && g_str_equal(other->value, value))
            return;
    }
    struct affair_key *key = g_new(struct affair_key, 1);
    *key = (struct affair_key){lock, g_steal_pointer(&value), field->path};
    g_ptr_array_add(keys, key);
}

GPtrArray *affair_keys(const struct affair *affair)
{
    GPtrArray *keys = g_ptr_array_new_with_free_func(key_free);

    for (guint i = 0; i < affair->procedure->locks->len; i++) {
        const struct lock_rule *lock = g_ptr_array_index(affair->procedure->locks, i);
        for (guint k = 0; k < affair->form->fields->len; k++) {
            const struct field *field = g_ptr_array_index(affair->form->fields, k);
            g_autofree char *plain = affair_plain_path(field->path);
            if (g_str_equal(plain, lock->field))
                put_key(keys, lock, field);
        }
    }
    return keys;
}

char *affair_plain_path(const char *path)
{
    GString *plain = g_string_new(NULL);
    gboolean inside = FALSE;

    for (const char *at = path; *at; at++) {
        if (*at == '[' || *at == ']')
            inside = *at == '[';
        else if (!inside)
            g_string_append_c(plain, *at);
    }
    return g_string_free(plain, FALSE);
}

struct entry *affair_account(const struct affair *affair, GError **error)
{
    const struct facts *facts = &affair->mind->facts;

    return affair->request->applicant ? facts->read(facts->context, affair->request->applicant, error) : NULL;
}

char *affair_account_dn(const struct affair *affair)
{
    const char *suffix = affair->mind->policy->suffix;

    if (g_str_equal(affair->procedure->form, "enterpriseRegistration"))
        return g_strdup_printf("%s=%s,ou=enterprises,%s", ATTRIBUTE_CREDIT_CODE, form_value(affair->form, "uscc"), suffix);
    if (g_str_equal(affair->procedure->form, "individualRegistration"))
        return g_strdup_printf("%s=%s,ou=individuals,%s", ATTRIBUTE_TRAINEE_NUMBER, affair->request->id, suffix);
    return NULL;
}

/* The form's fields that name a person, and what of a reviewer's entry they would equal. */
static const struct {
    const char *suffix; /* of the field's path */
    const char *attribute;
} involvements[] = {
    {"idNumber", ATTRIBUTE_ID_NUMBER},   {"holderIdNumber", ATTRIBUTE_ID_NUMBER}, {"contactMobile", ATTRIBUTE_MOBILE},
    {"handlerMobile", ATTRIBUTE_MOBILE}, {"holderMobile", ATTRIBUTE_MOBILE},      {"teacherMobile", ATTRIBUTE_MOBILE},
    {"mobile", ATTRIBUTE_MOBILE},        {"contactMail", ATTRIBUTE_MAIL},         {"mail", ATTRIBUTE_MAIL},
    {"loginName", ATTRIBUTE_UID},        {"applicantUid", ATTRIBUTE_UID},
};

static gboolean has_value(const struct entry *entry, const char *attribute, const char *value)
{
    const GPtrArray *values = entry_values(entry, attribute);

    for (guint i = 0; values && i < values->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(values, i), value) == 0)
            return TRUE;
    return FALSE;
}

gboolean affair_is_person(const struct affair *affair, const struct entry *reviewer, const char *dn, GError **error)
{
    static const char *const attributes[] = {ATTRIBUTE_MAIL, ATTRIBUTE_ID_NUMBER};
    const struct facts *facts = &affair->mind->facts;
    gboolean same = g_strcmp0(dn, reviewer->dn) == 0;

    if (same || !dn)
        return same;
    struct entry *entry = facts->read(facts->context, dn, error);
    for (guint i = 0; entry && i < G_N_ELEMENTS(attributes) && !same; i++) {
        const char *value = entry_value(entry, attributes[i]);
        same = value && has_value(reviewer, attributes[i], value);
    }
    entry_free(entry);
    return same;
}

enum proof affair_proof(const struct affair *affair, const struct stage *stage)
{
    const GPtrArray *stages = affair->procedure->stages;
    const struct stage *asked = stage ? stage : stages->len ? g_ptr_array_index(stages, 0) : NULL;

    return demand_at(affair->mind->policy->proofs, affair->procedure->type, asked ? asked->state : NULL);
}

gboolean affair_has_decided(const struct affair *affair, const struct entry *reviewer, GError **error)
{
    GError *problem = NULL;
    gboolean decided = FALSE;

    for (guint i = affair_round(affair); i < affair->steps->len && !decided && !problem; i++) {
        const struct step *step = g_ptr_array_index(affair->steps, i);
        decided = affair_is_person(affair, reviewer, step->reviewer, &problem);
    }
    if (problem)
        g_propagate_error(error, problem);
    return decided;
}

gboolean affair_involves(const struct affair *affair, const struct entry *reviewer)
{
    if (g_strcmp0(affair->request->applicant, reviewer->dn) == 0 || has_value(reviewer, ATTRIBUTE_MAIL, affair->request->mail))
        return TRUE;
    for (guint i = 0; i < affair->form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(affair->form->fields, i);
        const char *name = strrchr(field->path, '/');
        name = name ? name + 1 : field->path;
        for (guint k = 0; k < G_N_ELEMENTS(involvements); k++)
            if (g_str_equal(name, involvements[k].suffix) && has_value(reviewer, involvements[k].attribute, field->value))
                return TRUE;
    }
    return FALSE;
}
