/* Effects of the certificate matters and of people's data: T1-T4, P2, P3, printing (domain.md 6.2, 6.6). */
#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/change.h"
#include "mailflow/effect_change.h"
#include "mailflow/question.h"
#include "mailflow/tell_rows.h"
#include "mailflow/update.h"

static void finish(struct effects *effects, const char *effect, struct change *change)
{
    if (change->kind != CHANGE_MODIFY || change->parts->len)
        plan_change(effects->plan, effect, change->uuid, change_write(change));
    change_free(change);
}

static gboolean reprint_wanted(const struct affair *affair)
{
    return g_strcmp0(form_value(affair->form, "reprintRequested"), "true") == 0;
}

/* A new copy of a certificate: its number goes up by one, guarded by the number people saw. */
void effect_new_copy(struct effects *effects, const struct entry *certificate, const char *state, const char *name)
{
    struct change *change = change_modify(certificate->dn, certificate->uuid);
    const char *copy = entry_value(certificate, ATTRIBUTE_COPY_NUMBER);
    g_autofree char *next = g_strdup_printf("%" G_GINT64_FORMAT, g_ascii_strtoll(copy, NULL, 10) + 1);
    g_autofree char *effect = g_strdup_printf("%s/%s/%s", name, entry_value(certificate, ATTRIBUTE_CERTIFICATE_NUMBER), next);

    change_put(change, ATTRIBUTE_COPY_NUMBER, copy, next);
    change_put(change, ATTRIBUTE_COPY_STATE, entry_value(certificate, ATTRIBUTE_COPY_STATE), state);
    finish(effects, effect, change);
}

/* T1: the old copies are lost, the new ones can be printed; number and post stay (R-41 ... R-46). */
gboolean effect_certificates_reissue(const struct affair *affair, struct effects *effects, GError **error)
{
    guint count = form_count(affair->form, "certificates/certificate");

    for (guint i = 1; i <= count; i++) {
        g_autoptr(GPtrArray) found =
            question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER,
                             form_item(affair->form, "certificates/certificate[%u]/certNo", i), CLASS_CERTIFICATE, error);
        if (!found)
            return FALSE;
        if (found->len)
            effect_new_copy(effects, g_ptr_array_index(found, 0), "printable", "reissue");
    }
    return TRUE;
}

/* Every valid certificate below an entry gets one change. `under` is where the entry will stand by then. */
static gboolean mark_certificates(const struct affair *affair, struct effects *effects, const char *dn, const char *under,
                                  gboolean handwritten, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) certificates = facts->below(facts->context, dn, CLASS_CERTIFICATE, 0, error);

    for (guint i = 0; certificates && i < certificates->len; i++) {
        const struct entry *certificate = g_ptr_array_index(certificates, i);
        gsize own = strlen(certificate->dn) - strlen(dn);
        g_autofree char *after = g_strdup_printf("%.*s%s", (int)own, certificate->dn, under);
        struct change *change = change_modify(after, certificate->uuid);
        g_autofree char *effect = g_strdup_printf("mark/%s", entry_value(certificate, ATTRIBUTE_CERTIFICATE_NUMBER));
        if (handwritten)
            change_put(change, ATTRIBUTE_HANDWRITTEN_EMPLOYER, entry_value(certificate, ATTRIBUTE_HANDWRITTEN_EMPLOYER), "TRUE");
        else if (g_strcmp0(entry_value(certificate, ATTRIBUTE_CERTIFICATE_STATUS), "valid") == 0)
            change_put(change, ATTRIBUTE_COPY_STATE, entry_value(certificate, ATTRIBUTE_COPY_STATE), "toPrint");
        finish(effects, effect, change);
    }
    return certificates != NULL;
}

/* An individual becomes an employee: the kind, no city of their own; login ends with the place. */
static void become_employee(struct effects *effects, const struct entry *holder, const char *after)
{
    struct change *change = change_modify(after, holder->uuid);

    change_put(change, ATTRIBUTE_TRAINEE_KIND, entry_value(holder, ATTRIBUTE_TRAINEE_KIND), "employee");
    if (entry_value(holder, ATTRIBUTE_DIVISION_CODE))
        change_put(change, ATTRIBUTE_DIVISION_CODE, entry_value(holder, ATTRIBUTE_DIVISION_CODE), NULL);
    finish(effects, "employee", change);
}

/* The trainee an employer change is about, and the enterprise that receives them; NULL with `error` on a fault, without when they are gone. The caller frees both. */
static struct entry *moving_holder(const struct affair *affair, char **employer, GError **error)
{
    const char *suffix = affair->mind->policy->suffix;
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_ID_NUMBER, form_value(affair->form, "idNumber"), CLASS_TRAINEE, error);

    *employer = g_strdup_printf("%s=%s,ou=enterprises,%s", ATTRIBUTE_CREDIT_CODE, form_value(affair->form, "toUscc"), suffix);
    return found && found->len ? g_ptr_array_steal_index(found, 0) : NULL;
}

/* T2: the trainee moves below the receiving enterprise with all certificates, in one operation (R-20 ... ... R-40). */
gboolean effect_employer_change(const struct affair *affair, struct effects *effects, GError **error)
{
    g_autofree char *employer = NULL;
    struct entry *holder = moving_holder(affair, &employer, error);
    gboolean fine = TRUE;

    if (!holder)
        return !*error;
    struct change *move = change_move(holder->dn, holder->uuid, employer);
    g_autofree char *after = change_dn_after(move);
    g_autofree char *from = g_strdup_printf("(%s=%s)", ATTRIBUTE_ID_NUMBER, form_value(affair->form, "idNumber"));
    change_assert(move, from);
    finish(effects, "move", move);
    become_employee(effects, holder, after);
    if (g_strcmp0(affair->form->variant, "student") == 0)
        fine = mark_certificates(affair, effects, holder->dn, after, TRUE, error);
    else if (reprint_wanted(affair))
        fine = mark_certificates(affair, effects, holder->dn, after, FALSE, error);
    entry_free(holder);
    return fine;
}

/* T2 of an individual, where the site lets the login go on: access follows the place an entry stands in, so this one says that it may (countersign-directory(5)). */
gboolean effect_account_keep(const struct affair *affair, struct effects *effects, GError **error)
{
    g_autofree char *employer = NULL;
    struct entry *holder = moving_holder(affair, &employer, error);

    if (!holder)
        return !*error;
    struct change *move = change_move(holder->dn, holder->uuid, employer);
    g_autofree char *after = change_dn_after(move);
    struct change *change = change_modify(after, holder->uuid);
    change_put(change, ATTRIBUTE_ACCOUNT_STATUS, entry_value(holder, ATTRIBUTE_ACCOUNT_STATUS), "kept");
    finish(effects, "keep", change);
    change_free(move);
    entry_free(holder);
    return TRUE;
}

/* A name that was had before is kept once. */
static void keep_name(struct change *change, const struct entry *entry)
{
    const char *name = entry_value(entry, ATTRIBUTE_O);
    const GPtrArray *kept = entry_values(entry, ATTRIBUTE_FORMER_NAME);

    for (guint i = 0; kept && i < kept->len; i++)
        if (question_same_name(g_ptr_array_index(kept, i), name))
            return;
    change_put(change, ATTRIBUTE_FORMER_NAME, NULL, name);
}

/* T3 rename: one write however many certificates there are; the old name is kept. */
gboolean effect_enterprise_rename(const struct affair *affair, struct effects *effects, GError **error)
{
    struct entry *account = affair_account(affair, error);

    if (!account)
        return !*error;
    struct change *change = change_modify(account->dn, account->uuid);
    change_put(change, ATTRIBUTE_O, entry_value(account, ATTRIBUTE_O), form_value(affair->form, "newName"));
    keep_name(change, account);
    finish(effects, "rename", change);
    gboolean fine = !reprint_wanted(affair) || mark_certificates(affair, effects, account->dn, account->dn, FALSE, error);
    entry_free(account);
    return fine;
}

/* T3 city change: the trainees' city follows by itself (R-32 ... R-35). */
gboolean effect_enterprise_city(const struct affair *affair, struct effects *effects, GError **error)
{
    const char *address = form_value(affair->form, "newAddress");
    struct entry *account = affair_account(affair, error);

    if (!account)
        return !*error;
    struct change *change = change_modify(account->dn, account->uuid);
    change_put(change, ATTRIBUTE_DIVISION_CODE, form_value(affair->form, "currentCityCode"),
               form_value(affair->form, "newCityCode"));
    if (address)
        change_put(change, ATTRIBUTE_POSTAL_ADDRESS, entry_value(account, ATTRIBUTE_POSTAL_ADDRESS), address);
    finish(effects, "city", change);
    entry_free(account);
    return TRUE;
}

/* After a move: open requests that the enterprise's city decides may belong to another now (7.4). */
gboolean effect_requests_reroute(const struct affair *affair, struct effects *effects, GError **error)
{
    const struct records *records = &affair->mind->records;
    const char *code = form_value(affair->form, "uscc");
    g_autofree char *self = NULL;

    if (!code) { /* basic data of an enterprise: its own code */
        struct entry *account = affair_account(affair, error);
        if (!account)
            return !*error;
        code = self = g_strdup(entry_value(account, ATTRIBUTE_CREDIT_CODE));
        entry_free(account);
    }
    g_autoptr(GPtrArray) open = records->open_requests(records->context, affair->request->applicant, code ? code : "");
    for (guint i = 0; i < open->len; i++) {
        const struct request *request = g_ptr_array_index(open, i);
        if (g_strcmp0(request->state, "cityReview") == 0 && g_strcmp0(request->id, affair->request->id) != 0)
            g_ptr_array_add(effects->rerouted, g_strdup(request->id));
    }
    return TRUE;
}

static void put_name(struct change *change, const struct entry *target, const char *old, const char *value)
{
    change_put(change, ATTRIBUTE_CN, old, value);
    change_put(change, ATTRIBUTE_SN, entry_value(target, ATTRIBUTE_SN), value);
}

/* One field of an enterprise or trainee, from its old value to the form's. */
static void put_field(struct change *change, const struct entry *target, const struct update_field *field, const char *old,
                      const char *value)
{
    if (g_str_equal(field->attribute, ATTRIBUTE_CN))
        put_name(change, target, old, value);
    else
        change_put(change, field->attribute, old, value);
    if (g_str_equal(field->attribute, ATTRIBUTE_O))
        keep_name(change, target);
}

/* A picture takes the place of the one that was there: the directory cannot compare them, so the guard is only whether there was any. */
static gboolean put_picture(const struct affair *affair, struct change *change, const char *path, const char *attribute,
                            GString *guards, gboolean present, GError **error)
{
    g_autoptr(GBytes) picture = affair_picture(affair, path);

    if (!picture) {
        g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT, "the picture that came with %s is not there", affair->request->id);
        return FALSE;
    }
    gsize size;
    const guint8 *bytes = g_bytes_get_data(picture, &size);
    g_autofree char *value = g_base64_encode(bytes, size);
    change_put(change, attribute, NULL, value);
    g_string_append_printf(guards, present ? "(%s=*)" : "(!(%s=*))", attribute);
    return TRUE;
}

/* One item of a list of changes; what was not there has no old value to guard it (7.3). */
static gboolean put_item(const struct affair *affair, struct change *change, const struct entry *target, const char *item,
                         gboolean reviewed, GString *guards, GError **error)
{
    const struct update_field *field = update_field_find(target, form_item(affair->form, "%s/@field", item));
    g_autofree char *path = g_strdup_printf("%s/newValue", item);
    g_autofree char *seen = reviewed ? tell_recorded(affair->request, path) : NULL;
    const char *value = form_value(affair->form, path);
    const char *old = field && !seen ? entry_value(target, field->attribute) : seen && *seen ? seen : NULL;

    if (!field || !value)
        return TRUE;
    if (entry_binary(field->attribute))
        return put_picture(affair, change, path, field->attribute, guards, old != NULL, error);
    if (g_strcmp0(old, value) == 0)
        return TRUE;
    put_field(change, target, field, old, value);
    if (!old)
        g_string_append_printf(guards, "(!(%s=*))", field->attribute);
    return TRUE;
}

/* The items of a list of changes, as one modification. The old values are those that were `reviewed` (7.3), or those that stand there. */
static gboolean put_items(const struct affair *affair, struct effects *effects, const char *items, const struct entry *target,
                          const char *effect, gboolean reviewed, GError **error)
{
    struct change *change = change_modify(target->dn, target->uuid);
    g_autoptr(GString) guards = g_string_new(NULL);
    guint count = form_count(affair->form, items);
    gboolean fine = TRUE;

    for (guint i = 1; i <= count && fine; i++) {
        g_autofree char *item = g_strdup_printf("%s[%u]", items, i);
        fine = put_item(affair, change, target, item, reviewed, guards, error);
    }
    if (!fine) {
        change_free(change);
        return FALSE;
    }
    if (guards->len) {
        g_autofree char *filter = g_strdup_printf("(&%s)", guards->str);
        change_assert(change, filter);
    }
    finish(effects, effect, change);
    return TRUE;
}

/* T4: the corrected fields; the certificates keep their holder. */
gboolean effect_holder_correct(const struct affair *affair, struct effects *effects, GError **error)
{
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_ID_NUMBER, form_value(affair->form, "idNumber"), CLASS_TRAINEE, error);

    if (!found || !found->len)
        return found != NULL;
    const struct entry *holder = g_ptr_array_index(found, 0);
    if (!put_items(affair, effects, "corrections/correction", holder, "correct", TRUE, error))
        return FALSE;
    return !reprint_wanted(affair) || mark_certificates(affair, effects, holder->dn, holder->dn, FALSE, error);
}

/* P2. */
gboolean effect_data_update(const struct affair *affair, struct effects *effects, GError **error)
{
    struct entry *target = update_target(affair, error);

    gboolean fine = target ? put_items(affair, effects, "changes/change", target, "update", FALSE, error) : !*error;
    entry_free(target);
    return fine;
}

static const struct {
    const char *field, *attribute;
} enrolled[] = {
    {"name", ATTRIBUTE_CN},
    {"name", ATTRIBUTE_SN},
    {"idNumber", ATTRIBUTE_ID_NUMBER},
    {"sex", ATTRIBUTE_SEX},
    {"education", ATTRIBUTE_EDUCATION},
    {"major", ATTRIBUTE_MAJOR},
    {"title", ATTRIBUTE_TITLE},
    {"workYears", ATTRIBUTE_WORK_YEARS},
    {"mobile", ATTRIBUTE_MOBILE},
    {"mail", ATTRIBUTE_MAIL},
};

/* P3: people the directory does not know become trainees of the applicant; the enrolment itself is the request (domain.md 5.8). */
gboolean effect_trainees_add(const struct affair *affair, struct effects *effects, GError **error)
{
    struct entry *account = affair_account(affair, error);
    guint count = form_count(affair->form, "trainee");
    gboolean fine = account || !*error;

    for (guint i = 1; account && fine && i <= count; i++) {
        g_autoptr(GPtrArray) found =
            question_entries(affair, ATTRIBUTE_ID_NUMBER, form_item(affair->form, "trainee[%u]/idNumber", i), CLASS_TRAINEE, error);
        fine = found != NULL;
        if (!fine || found->len)
            continue;
        g_autofree char *number = g_strdup_printf("%s-%u", affair->request->id, i);
        g_autofree char *dn = g_strdup_printf("%s=%s,%s", ATTRIBUTE_TRAINEE_NUMBER, number, account->dn);
        g_autofree char *effect = g_strdup_printf("trainee/%u", i);
        struct change *change = change_add(dn);
        change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_TRAINEE);
        change_put(change, ATTRIBUTE_TRAINEE_NUMBER, NULL, number);
        change_put(change, ATTRIBUTE_TRAINEE_KIND, NULL,
                   g_strcmp0(entry_value(account, ATTRIBUTE_ENTERPRISE_KIND), "school") == 0 ? "student" : "employee");
        for (guint k = 0; k < G_N_ELEMENTS(enrolled); k++) {
            const char *value = form_item(affair->form, "trainee[%u]/%s", i, enrolled[k].field);
            if (value)
                change_put(change, enrolled[k].attribute, NULL, value);
        }
        finish(effects, effect, change);
    }
    entry_free(account);
    return fine;
}
