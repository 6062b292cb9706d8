/* Rules of the certificate matters: lost certificates (T1), change of employer (T2), change of the enterprise (T3), correction of the holder (T4). */
#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/question.h"
#include "mailflow/rule_change.h"

/* Who acts for an enterprise or school says who they are (domain.md 4). */
gboolean rule_handler_named(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *account = affair_account(affair, error);

    if (!account)
        return !*error;
    if (entry_is(account, CLASS_ENTERPRISE)) {
        if (!form_value(affair->form, "head/handlerName"))
            question_find(affair, findings, "E-REQ", "head/handlerName", NULL, NULL);
        if (!form_value(affair->form, "head/handlerMobile"))
            question_find(affair, findings, "E-REQ", "head/handlerMobile", NULL, NULL);
    }
    entry_free(account);
    return TRUE;
}

/* T1, where the site leaves it to enterprises and schools: an individual is told so. */
gboolean rule_applicant_enterprise(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *account = affair_account(affair, error);

    if (account && !entry_is(account, CLASS_ENTERPRISE))
        question_find(affair, findings, "E-APPLICANT", "head/applicantUid", "该申请由企业提交，个人用户不能提交，请联系主管部门",
                      "enterprises file this, individuals do not; please ask the authority");
    entry_free(account);
    return !*error;
}

/* An earlier request may be quoted when it is one's own, of the same kind, and ended without effect or was returned for correction; while it is still under way it is
 * waited for (R-47, 7.17). */
gboolean rule_previous_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    static const char *const ended[] = {"rejected", "withdrawn", "expired", "void", "returned", NULL};
    const struct mind *mind = affair->mind;
    const char *id = form_value(affair->form, "head/previousRequestId");

    (void)error;
    if (!id)
        return TRUE;
    struct request *previous = mind->records.request(mind->records.context, id);
    gboolean own = previous && g_strcmp0(previous->applicant, affair->request->applicant) == 0 &&
                   (previous->applicant || g_ascii_strcasecmp(previous->mail, affair->request->mail) == 0);
    if (!own || strncmp(previous->type, affair->request->type, 2) != 0)
        question_find(affair, findings, "E-PREV", "head/previousRequestId", NULL, NULL);
    else if (!g_strv_contains(ended, previous->state))
        question_find(affair, findings, state_find(mind->procedures, previous->state)->open ? "E-BUSY" : "E-PREV",
                      "head/previousRequestId", NULL, NULL);
    request_free(previous);
    return TRUE;
}

/* T1: enterprise and code are the applicant's own; individuals leave them out. */
gboolean rule_enterprise_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const char *name = form_value(affair->form, "enterpriseName"), *code = form_value(affair->form, "uscc");
    struct entry *account = affair_account(affair, error);

    if (!account)
        return !*error;
    gboolean enterprise = entry_is(account, CLASS_ENTERPRISE);
    if (enterprise && !name)
        question_find(affair, findings, "E-REQ", "enterpriseName", NULL, NULL);
    else if (enterprise ? !question_same_name(name, entry_value(account, ATTRIBUTE_O)) : name != NULL)
        question_find(affair, findings, "E-NAME-MISMATCH", "enterpriseName", NULL, NULL);
    if (enterprise && !code)
        question_find(affair, findings, "E-REQ", "uscc", NULL, NULL);
    else if (enterprise ? g_strcmp0(code, entry_value(account, ATTRIBUTE_CREDIT_CODE)) != 0 : code != NULL)
        question_find(affair, findings, "E-NOT-OWNER", "uscc", NULL, NULL);
    entry_free(account);
    return TRUE;
}

/* One certificate of a list: exists, valid, not lost, its holder as said, and the applicant's (R-44, 7.19). */
gboolean rule_check_certificate(const struct affair *affair, const char *item, const char *number_field, GPtrArray *findings,
                                GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autofree char *path = g_strdup_printf("%s/certNo", item);
    const char *name = form_item(affair->form, "%s/holderName", item),
               *number = form_item(affair->form, "%s/%s", item, number_field);
    const char *post = form_item(affair->form, "%s/postCode", item);
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, form_value(affair->form, path), CLASS_CERTIFICATE, error);

    if (!found)
        return FALSE;
    const struct entry *certificate = found->len ? g_ptr_array_index(found, 0) : NULL;
    if (!certificate || !question_owned(affair, certificate) ||
        g_strcmp0(entry_value(certificate, ATTRIBUTE_CERTIFICATE_STATUS), "valid") != 0 ||
        g_strcmp0(entry_value(certificate, ATTRIBUTE_COPY_STATE), "lost") == 0) {
        g_autofree char *zh = g_strdup_printf("证书 %s 不存在、已失效、已报遗失或不属于申请人", form_value(affair->form, path));
        g_autofree char *en = g_strdup_printf("certificate %s does not exist, is no longer valid, has been reported lost or is not "
                                              "the applicant's",
                                              form_value(affair->form, path));
        question_find(affair, findings, "E-CERT", path, zh, en);
        return TRUE;
    }
    GError *problem = NULL;
    struct entry *holder = facts->read(facts->context, question_parent(certificate->dn), &problem);
    gboolean same = holder && question_same_name(name, entry_value(holder, ATTRIBUTE_CN)) &&
                    g_strcmp0(number, entry_value(holder, ATTRIBUTE_ID_NUMBER)) == 0;
    entry_free(holder);
    if (problem) {
        g_propagate_error(error, problem);
        return FALSE;
    }
    if (!same || (post && g_strcmp0(post, entry_value(certificate, ATTRIBUTE_POST_CODE)) != 0))
        question_find(affair, findings, "E-CERT", path, "持证人姓名、身份证号或岗位与该证书不符",
                      "the holder or the post given is not the certificate's");
    return TRUE;
}

/* A form without certificates has them chosen by reply (domain.md 0): there must be some to choose from. */
static gboolean some_to_choose(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) certificates = facts->below(facts->context, affair->request->applicant, CLASS_CERTIFICATE, 0, error);

    for (guint i = 0; certificates && i < certificates->len; i++) {
        const struct entry *certificate = g_ptr_array_index(certificates, i);
        if (g_strcmp0(entry_value(certificate, ATTRIBUTE_CERTIFICATE_STATUS), "valid") == 0 &&
            g_strcmp0(entry_value(certificate, ATTRIBUTE_COPY_STATE), "lost") != 0)
            return TRUE;
    }
    if (certificates)
        question_find(affair, findings, "E-CERT", "certificates/certificate", "申请人没有可以申请补证的有效证书",
                      "the applicant has no valid certificate that could be replaced");
    return certificates != NULL;
}

gboolean rule_certificates_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    guint count = form_count(affair->form, "certificates/certificate");

    if (!count)
        return some_to_choose(affair, findings, error);
    for (guint i = 1; i <= count; i++) {
        g_autofree char *item = g_strdup_printf("certificates/certificate[%u]", i);
        if (!rule_check_certificate(affair, item, "holderIdNumber", findings, error))
            return FALSE;
    }
    return TRUE;
}

/* The one trainee a form is about, when they are the applicant's. */
static gboolean own_holder(const struct affair *affair, GPtrArray *findings, struct entry **holder, GError **error)
{
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_ID_NUMBER, form_value(affair->form, "idNumber"), CLASS_TRAINEE, error);

    *holder = NULL;
    if (!found)
        return FALSE;
    if (found->len && question_owned(affair, g_ptr_array_index(found, 0)))
        *holder = g_ptr_array_steal_index(found, 0);
    else
        question_find(affair, findings, "E-NOT-OWNER", "idNumber", NULL, NULL);
    return TRUE;
}

/* Asked again before an approval: the holder is still the applicant's (7.3, 7.36). */
gboolean rule_holder_own(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *holder;

    if (!own_holder(affair, findings, &holder, error))
        return FALSE;
    entry_free(holder);
    return TRUE;
}

/* T2, T4: the holder's name, and that the variant fits what the directory says of them. */
gboolean rule_holder_as_said(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) ignored = finding_list();
    struct entry *holder;

    if (!own_holder(affair, ignored, &holder, error))
        return FALSE;
    if (!holder)
        return TRUE;
    if (!question_same_name(form_value(affair->form, "holderName"), entry_value(holder, ATTRIBUTE_CN)))
        question_find(affair, findings, "E-NAME-MISMATCH", "holderName", NULL, NULL);
    if (affair->form->variant && g_strcmp0(affair->form->variant, entry_value(holder, ATTRIBUTE_TRAINEE_KIND)) != 0)
        question_find(affair, findings, "E-VARIANT", "@variant", NULL, NULL);
    gboolean fine = question_note_prints(affair, holder->dn, error);
    entry_free(holder);
    return fine;
}

/* T2: the enterprise left is the applicant's own. */
gboolean rule_sender_enterprise(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *account = affair_account(affair, error);

    if (!account)
        return !*error;
    if (entry_is(account, CLASS_ENTERPRISE)) {
        if (g_strcmp0(form_value(affair->form, "fromUscc"), entry_value(account, ATTRIBUTE_CREDIT_CODE)) != 0)
            question_find(affair, findings, "E-NOT-OWNER", "fromUscc", NULL, NULL);
        else if (!question_same_name(form_value(affair->form, "fromEnterpriseName"), entry_value(account, ATTRIBUTE_O)))
            question_find(affair, findings, "E-NAME-MISMATCH", "fromEnterpriseName", NULL, NULL);
    }
    entry_free(account);
    return TRUE;
}

static gboolean receiver(const struct affair *affair, struct entry **entry, GError **error)
{
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_CREDIT_CODE, form_value(affair->form, "toUscc"), CLASS_ENTERPRISE, error);

    *entry = found && found->len ? g_ptr_array_steal_index(found, 0) : NULL;
    return found != NULL;
}

/* Asked again: gone for good ends the request, closed for now holds it up (7.2). */
gboolean rule_receiver_exists(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *entry;

    if (!receiver(affair, &entry, error))
        return FALSE;
    if (!entry)
        question_find(affair, findings, "E-RECEIVER", "toUscc", NULL, NULL);
    entry_free(entry);
    return TRUE;
}

gboolean rule_receiver_active(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *entry;

    if (!receiver(affair, &entry, error))
        return FALSE;
    if (entry && g_strcmp0(entry_value(entry, ATTRIBUTE_ACCOUNT_STATUS), "active") != 0)
        question_find(affair, findings, "E-RECEIVER", "toUscc", NULL, NULL);
    entry_free(entry);
    return TRUE;
}

static gboolean former_name(const struct entry *entry, const char *name)
{
    const GPtrArray *names = entry_values(entry, ATTRIBUTE_FORMER_NAME);

    for (guint i = 0; names && i < names->len; i++)
        if (question_same_name(name, g_ptr_array_index(names, i)))
            return TRUE;
    return FALSE;
}

/* T2: name, kind and city of the receiving enterprise (7.5, 7.24, 7.32). */
gboolean rule_receiver_as_said(const struct affair *affair, GPtrArray *findings, GError **error)
{
    const char *name = form_value(affair->form, "toEnterpriseName"), *city = form_value(affair->form, "toCityCode");
    struct entry *entry;

    if (!receiver(affair, &entry, error))
        return FALSE;
    if (!entry)
        return TRUE;
    if (g_strcmp0(entry_value(entry, ATTRIBUTE_ENTERPRISE_KIND), "school") == 0)
        question_find(affair, findings, "E-TO-SCHOOL", "toUscc", NULL, NULL);
    if (!question_same_name(name, entry_value(entry, ATTRIBUTE_O))) {
        if (former_name(entry, name))
            question_warn(affair, findings, "W-NAME", "toEnterpriseName", "所填为该企业曾用名称",
                          "this is a former name of that enterprise");
        else
            question_find(affair, findings, "E-NAME-MISMATCH", "toEnterpriseName", NULL, NULL);
    }
    if (city && g_strcmp0(city, entry_value(entry, ATTRIBUTE_DIVISION_CODE)) != 0)
        question_find(affair, findings, "E-CITY-MISMATCH", "toCityCode", NULL, NULL);
    entry_free(entry);
    return TRUE;
}

/* T2: certificates named are the holder's; all of them move anyway. Of a person who is not the applicant's the same is asked, and nothing said (7.21). */
gboolean rule_certificates_of_holder(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) ignored = finding_list();
    guint count = form_count(affair->form, "certNo");
    struct entry *holder;
    gboolean fine = own_holder(affair, ignored, &holder, error);

    for (guint i = 1; i <= count && fine; i++) {
        g_autofree char *path = g_strdup_printf("certNo[%u]", i);
        g_autoptr(GPtrArray) found =
            question_entries(affair, ATTRIBUTE_CERTIFICATE_NUMBER, form_value(affair->form, path), CLASS_CERTIFICATE, error);
        const struct entry *certificate = found && found->len ? g_ptr_array_index(found, 0) : NULL;
        fine = found != NULL;
        if (fine && holder && (!certificate || g_ascii_strcasecmp(question_parent(certificate->dn), holder->dn) != 0))
            question_find(affair, findings, "E-CERT", path, NULL, NULL);
    }
    entry_free(holder);
    return fine;
}

/* T3: the enterprise is the applicant's, its name and city as the form says; asked again before an approval. Whoever decides on a move sees the address it gives up. */
gboolean rule_enterprise_as_said(const struct affair *affair, GPtrArray *findings, GError **error)
{
    struct entry *account = affair_account(affair, error);

    if (!account) {
        if (!*error)
            question_find(affair, findings, "E-APPLICANT", "uscc", NULL, NULL);
        return !*error;
    }
    if (g_strcmp0(form_value(affair->form, "uscc"), entry_value(account, ATTRIBUTE_CREDIT_CODE)) != 0)
        question_find(affair, findings, "E-NOT-OWNER", "uscc", NULL, NULL);
    if (!question_same_name(form_value(affair->form, "currentName"), entry_value(account, ATTRIBUTE_O)))
        question_find(affair, findings, "E-NAME-MISMATCH", "currentName", NULL, NULL);
    if (g_strcmp0(form_value(affair->form, "currentCityCode"), entry_value(account, ATTRIBUTE_DIVISION_CODE)) != 0)
        question_find(affair, findings, "E-CITY-MISMATCH", "currentCityCode", NULL, NULL);
    if (form_value(affair->form, "newAddress"))
        question_note(affair, "newAddress", entry_value(account, ATTRIBUTE_POSTAL_ADDRESS));
    gboolean fine = question_note_prints(affair, account->dn, error);
    entry_free(account);
    return fine;
}

/* T3 rename: another enterprise has that name: a word to the reviewer. */
gboolean rule_new_name_twin(const struct affair *affair, GPtrArray *findings, GError **error)
{
    g_autoptr(GPtrArray) found =
        question_entries(affair, ATTRIBUTE_O, form_value(affair->form, "newName"), CLASS_ENTERPRISE, error);

    if (!found)
        return FALSE;
    for (guint i = 0; i < found->len; i++)
        if (!question_owned(affair, g_ptr_array_index(found, i))) {
            question_warn(affair, findings, "W-NAME", "newName", NULL, NULL);
            break;
        }
    return TRUE;
}

/* What of a trainee's entry a correction or update names. */
static const struct {
    const char *field, *attribute;
} trainee_fields[] = {
    {"name", ATTRIBUTE_CN},          {"sex", ATTRIBUTE_SEX}, {"birthDate", ATTRIBUTE_BIRTH_DATE}, {"idNumber", ATTRIBUTE_ID_NUMBER},
    {"photo", ATTRIBUTE_JPEG_PHOTO},
};

/* T4: a new identity number is nobody else's, in the directory or - at submission: what comes later finds the number taken in its turn (7.23) - in an open registration (7.42); what stands now is noted for the reviewers. Of a person who is not the
 * applicant's the same is asked, and nothing said (7.21). */
gboolean rule_corrections_possible(const struct affair *affair, GPtrArray *findings, GError **error)
{
    guint count = form_count(affair->form, "corrections/correction");
    g_autoptr(GPtrArray) ignored = finding_list();
    struct entry *holder;
    gboolean fine = own_holder(affair, ignored, &holder, error);

    for (guint i = 1; i <= count && fine; i++) {
        const char *field = form_item(affair->form, "corrections/correction[%u]/@field", i);
        g_autofree char *path = g_strdup_printf("corrections/correction[%u]/newValue", i);
        const char *value = form_value(affair->form, path);
        for (guint k = 0; holder && k < G_N_ELEMENTS(trainee_fields); k++)
            if (g_strcmp0(field, trainee_fields[k].field) == 0)
                question_note_value(affair, path, holder, trainee_fields[k].attribute);
        question_picture(affair, path, findings);
        if (g_strcmp0(field, "idNumber") != 0 || !value)
            continue;
        g_autoptr(GPtrArray) others = question_entries(affair, ATTRIBUTE_ID_NUMBER, value, CLASS_TRAINEE, error);
        fine = others != NULL;
        if (fine && holder && (others->len || (!affair->request->submitted && question_waited_for(affair, value))))
            question_find(affair, findings, "E-DUP-ID", path, NULL, NULL);
    }
    entry_free(holder);
    return fine;
}
