/* Rules of what people do without a certificate changing: basic data (P2), training (P3), continuing education (P4). */
#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/question.h"
#include "mailflow/rule_change.h"
#include "mailflow/rule_people.h"
#include "mailflow/update.h"

static gboolean has_valid_certificate(const GPtrArray *certificates, const char *post)
{
    for (guint i = 0; i < certificates->len; i++) {
        const struct entry *certificate = g_ptr_array_index(certificates, i);
        if (g_strcmp0(entry_value(certificate, ATTRIBUTE_CERTIFICATE_STATUS), "valid") == 0 &&
            g_strcmp0(entry_value(certificate, ATTRIBUTE_POST_CODE), post) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Whether anybody below that entry has a valid certificate: 0, 1, or -1 with `error`. */
static gint64 valid_certificates(const struct affair *affair, const char *dn, GError **error)
{
    const struct facts *facts = &affair->mind->facts;

    return facts->count(facts->context, dn, CLASS_CERTIFICATE, ATTRIBUTE_CERTIFICATE_STATUS, "valid", 1, error);
}

/* P2: the one whose data it is: oneself, or an own trainee. */
gboolean rule_target_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *target = update_target(affair, error);

    if (!target && !*error)
        question_find(affair, findings, "E-NOT-OWNER", "target", NULL, NULL);
    entry_free(target);
    return !*error;
}

/* A name, number or city that stands on certificates changes by procedure once there are any. */
static gboolean check_direct(const struct affair *affair, const struct entry *target, const struct update_field *field,
                             const char *path, gboolean certified, GPtrArray *findings)
{
    if (!field || field->never || (field->on_certificate && certified)) {
        question_find(affair, findings, "E-DIRECT", path, NULL, NULL);
        return FALSE;
    }
    const char *old = form_item(affair->form, "%.*s/oldValue", (int)(strrchr(path, '/') - path), path);
    const char *now = entry_value(target, field->attribute);
    if (old && !question_same_name(old, now)) {
        question_find(affair, findings, "E-VALUE", path, "原值与登记不符，可能已被修改",
                      "the old value is not the one on record; it may have been changed meanwhile");
        return FALSE;
    }
    return TRUE;
}

/* A number or address that somebody else has; a city or a name that an open request rests on (7.29). */
static gboolean check_free(const struct affair *affair, const struct entry *target, const struct update_field *field,
                           const char *path, GPtrArray *findings, GError **error)
{
    const struct mind *mind = affair->mind;
    const char *value = form_value(affair->form, path);
    const char *code = entry_value(target, ATTRIBUTE_CREDIT_CODE);

    if (field->unique) {
        g_autoptr(GPtrArray) others = mind->facts.find(mind->facts.context, field->attribute, value, error);
        if (!others)
            return FALSE;
        for (guint i = 0; i < others->len; i++)
            if (g_strcmp0(((struct entry *)g_ptr_array_index(others, i))->uuid, target->uuid) != 0) {
                gboolean mail = g_str_equal(field->attribute, ATTRIBUTE_MAIL);
                question_find(affair, findings, mail ? "E-MAIL" : "E-DUP-ID", path,
                              mail ? "该电子邮箱不能使用，请换用其他邮箱" : NULL,
                              mail ? "this address cannot be used; please use another one" : NULL);
                return TRUE;
            }
    }
    if (field->on_certificate || g_str_equal(field->attribute, ATTRIBUTE_DIVISION_CODE)) {
        g_autoptr(GPtrArray) open = mind->records.open_requests(mind->records.context, target->dn, code ? code : "");
        g_autofree char *key = g_ascii_strdown(code ? code : entry_value(target, ATTRIBUTE_ID_NUMBER), -1);
        struct request *holder = mind->records.lock_holder(mind->records.context, code ? "enterprise" : "trainee", key);
        if (open->len || holder)
            question_find(affair, findings, "E-BUSY", path, NULL, NULL);
        request_free(holder);
    }
    return TRUE;
}

/* P2: each change by the table of domain.md 5.7. */
gboolean rule_updates_direct(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *target = update_target(affair, error);
    guint count = form_count(affair->form, "changes/change");

    if (!target)
        return !*error;
    gint64 certified = valid_certificates(affair, target->dn, error);
    for (guint i = 1; certified >= 0 && i <= count; i++) {
        const struct update_field *field = update_field_find(target, form_item(affair->form, "changes/change[%u]/@field", i));
        g_autofree char *path = g_strdup_printf("changes/change[%u]/newValue", i);
        if (!check_direct(affair, target, field, path, certified > 0, findings))
            continue;
        question_note_value(affair, path, target, field->attribute);
        question_picture(affair, path, findings);
        if (!check_free(affair, target, field, path, findings, error))
            break;
    }
    entry_free(target);
    return certified >= 0 && !*error;
}

/* P2, where the site wants the move of an enterprise without certificates reviewed too: it goes the way of table 3. */
gboolean rule_city_by_procedure(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *target = update_target(affair, error);
    guint count = form_count(affair->form, "changes/change");

    if (!target)
        return !*error;
    gint64 certified = entry_is(target, CLASS_ENTERPRISE) ? valid_certificates(affair, target->dn, error) : 0;
    for (guint i = 1; entry_is(target, CLASS_ENTERPRISE) && certified == 0 && i <= count; i++) {
        g_autofree char *path = g_strdup_printf("changes/change[%u]/newValue", i);
        if (g_strcmp0(form_item(affair->form, "changes/change[%u]/@field", i), "cityCode") == 0)
            question_find(affair, findings, "E-DIRECT", path, NULL, NULL);
    }
    entry_free(target);
    return certified >= 0;
}

/* P2, where the site takes R-17's "user without a certificate" for the whole account: as soon as one of its trainees has a certificate, what a certificate would show
 * of the others is not changed directly either. */
gboolean rule_account_uncertified(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *target = update_target(affair, error);
    guint count = form_count(affair->form, "changes/change");

    if (!target)
        return !*error;
    gint64 own = valid_certificates(affair, target->dn, error);
    gint64 all = own < 0 ? -1 : valid_certificates(affair, affair->request->applicant, error);
    for (guint i = 1; own == 0 && all > 0 && i <= count; i++) {
        const struct update_field *field = update_field_find(target, form_item(affair->form, "changes/change[%u]/@field", i));
        g_autofree char *path = g_strdup_printf("changes/change[%u]/newValue", i);
        if (field && field->on_certificate)
            question_find(affair, findings, "E-DIRECT", path, NULL, NULL);
    }
    entry_free(target);
    return own >= 0 && all >= 0;
}

/* P3, an item whose person the directory does not know: only enterprises and schools bring new trainees. */
static void check_new_trainee(const struct affair *affair, guint i, gboolean enterprise, GPtrArray *findings)
{
    static const char *const needed[] = {"education", "mobile"};
    g_autofree char *number = g_strdup_printf("trainee[%u]/idNumber", i);

    if (!enterprise) {
        question_find(affair, findings, "E-NOT-OWNER", number, NULL, NULL);
        return;
    }
    for (guint k = 0; k < G_N_ELEMENTS(needed); k++) {
        g_autofree char *path = g_strdup_printf("trainee[%u]/%s", i, needed[k]);
        if (!form_value(affair->form, path))
            question_find(affair, findings, "E-REQ", path, NULL, NULL);
    }
}

/* P3, an item whose person is there: one's own, as said, and without a valid certificate of the post (7.22). */
static gboolean check_known_trainee(const struct affair *affair, guint i, const struct entry *trainee, GPtrArray *findings,
                                    GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autofree char *item = g_strdup_printf("trainee[%u]", i);
    g_autofree char *number = g_strdup_printf("%s/idNumber", item);
    g_autofree char *name = g_strdup_printf("%s/name", item);
    g_autofree char *posts = g_strdup_printf("%s/postCode", item);

    if (!question_owned(affair, trainee)) {
        question_find(affair, findings, "E-NOT-OWNER", number, NULL, NULL);
        return TRUE;
    }
    if (!question_same_name(form_value(affair->form, name), entry_value(trainee, ATTRIBUTE_CN)))
        question_find(affair, findings, "E-NAME-MISMATCH", name, NULL, NULL);
    g_autoptr(GPtrArray) certificates = facts->below(facts->context, trainee->dn, CLASS_CERTIFICATE, 0, error);
    guint count = form_count(affair->form, posts);
    for (guint k = 1; certificates && k <= count; k++) {
        g_autofree char *path = g_strdup_printf("%s[%u]", posts, k);
        if (has_valid_certificate(certificates, form_value(affair->form, path)))
            question_find(affair, findings, "E-HAS-CERT", path, NULL, NULL);
    }
    return certificates != NULL;
}

static void check_posts_open(const struct affair *affair, guint i, GPtrArray *findings)
{
    const char *const *closed = affair->mind->policy->closed_posts;
    guint count;
    g_autofree char *posts = g_strdup_printf("trainee[%u]/postCode", i);

    count = form_count(affair->form, posts);
    for (guint k = 1; closed && k <= count; k++) {
        g_autofree char *path = g_strdup_printf("%s[%u]", posts, k);
        if (g_strv_contains(closed, form_value(affair->form, path)))
            question_find(affair, findings, "E-POST", path, "该岗位暂不接受培训报名", "enrolment for this post is closed");
    }
}

/* P3: every item (domain.md 5.8); a mistake in one refuses the form. */
gboolean rule_trainees_enrollable(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *account = affair_account(affair, error);
    guint count = form_count(affair->form, "trainee");
    gboolean fine = TRUE;

    if (!account)
        return !*error;
    gboolean enterprise = entry_is(account, CLASS_ENTERPRISE);
    gboolean school = g_strcmp0(entry_value(account, ATTRIBUTE_ENTERPRISE_KIND), "school") == 0;
    if (!enterprise && count != 1)
        question_find(affair, findings, "E-SCHEMA", "trainee", "个人用户只能为本人报名",
                      "an individual enrols nobody but themselves");
    for (guint i = 1; fine && i <= count; i++) {
        g_autofree char *student = g_strdup_printf("trainee[%u]/student", i);
        if ((g_strcmp0(form_value(affair->form, student), "true") == 0) != school)
            question_find(affair, findings, "E-VARIANT", student, NULL, NULL);
        check_posts_open(affair, i, findings);
        g_autoptr(GPtrArray) found =
            question_entries(affair, ATTRIBUTE_ID_NUMBER, form_item(affair->form, "trainee[%u]/idNumber", i), CLASS_TRAINEE, error);
        fine = found != NULL;
        if (fine && !found->len)
            check_new_trainee(affair, i, enterprise, findings);
        else if (fine)
            fine = check_known_trainee(affair, i, g_ptr_array_index(found, 0), findings, error);
    }
    entry_free(account);
    return fine;
}

/* P3: the period, where the site lists open ones. */
gboolean rule_period_open(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const char *const *periods = affair->mind->policy->open_periods;
    const char *period = form_value(affair->form, "periodId");

    (void)error;
    if (!periods || !*periods)
        return TRUE;
    if (!period)
        question_find(affair, findings, "E-REQ", "periodId", NULL, NULL);
    else if (!g_strv_contains(periods, period))
        question_find(affair, findings, "E-VALUE", "periodId", "该培训期次不在报名期", "this training period is not open");
    return TRUE;
}

/* P4: every certificate valid and one's own. */
gboolean rule_items_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    guint count = form_count(affair->form, "item");

    for (guint i = 1; i <= count; i++) {
        g_autofree char *item = g_strdup_printf("item[%u]", i);
        if (!rule_check_certificate(affair, item, "idNumber", findings, error))
            return FALSE;
    }
    return TRUE;
}
