#include "mailflow/announce.h"

#include "ldap-schema/names.h"
#include "mailflow/division.h"
#include "mailflow/proof.h"
#include "mailflow/question.h"
#include "mailflow/tell_rows.h"
#include "mailflow/update.h"

/* Whether there was a problem, which is the caller's then. */
static gboolean is_fault(GError *problem, GError **error)
{
    if (problem)
        g_propagate_error(error, problem);
    return problem != NULL;
}

/* Both addresses have to say yes: where nothing proves the form's sender, whoever can read the new address alone could have forged it. */
static void ask_both_addresses(const struct affair *affair, struct plan *plan, struct hearer hearer, const char *new_mail,
                               const struct occasion *occasion)
{
    struct occasion asked = *occasion;

    asked.problem_zh = "此申请变更联系邮箱：原邮箱与新邮箱都确认后才生效。如非本人操作，请回复“取消”，并联系主管部门。";
    asked.problem_en =
        "This request changes the mail address: it takes effect when both the old and the new address have confirmed. "
        "If this was not you, reply CANCEL and tell the authority.";
    tell(affair, plan, "N1D", &hearer, &asked);
    hearer.mail = new_mail;
    tell(affair, plan, "N1D", &hearer, &asked);
}

/* A change of the account's mail: the new address confirms itself, the old one hears of it or has to confirm too, so that nobody takes an account over unseen
 * (domain.md 5.7). */
static void tell_both_addresses(const struct affair *affair, struct plan *plan, const char *code, struct hearer hearer,
                                const char *new_mail, const struct occasion *occasion)
{
    gboolean proved = !g_str_equal(affair->request->proof, proof_name(PROOF_ADDRESS)) && !affair->mind->policy->confirm_always;
    struct occasion warning = *occasion;

    if (g_str_equal(code, "N1D") && !proved) {
        ask_both_addresses(affair, plan, hearer, new_mail, occasion);
        return;
    }
    if (g_str_equal(code, "N1D")) {
        warning.problem_zh = "我们收到了变更联系邮箱的申请，新邮箱确认后生效。如非本人操作，请立即联系主管部门。";
        warning.problem_en = "A change of your mail address was requested; it takes effect when the new address confirms. If this "
                             "was not you, tell the authority at once.";
        hearer.role = NULL;
        tell(affair, plan, "N1m", &hearer, &warning);
        hearer.role = "applicant";
        hearer.mail = new_mail;
        tell(affair, plan, code, &hearer, occasion);
        return;
    }
    tell(affair, plan, code, &hearer, occasion);
    if (g_str_equal(code, "N5")) {
        hearer.mail = new_mail;
        tell(affair, plan, code, &hearer, occasion);
    }
}

/* The account's address as the directory has it now; newcomers, and accounts that have gone, by the one that asked. */
static gboolean to_applicant(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                             GError **error)
{
    const struct request *request = affair->request;
    const char *new_mail = update_new_mail(affair->form);
    struct hearer hearer = {request->mail, request->name, request->language, request->applicant,
                            g_str_equal(code, "N1D") || g_str_equal(code, "N6r") ? "applicant" : NULL};
    GError *problem = NULL;

    if (new_mail && g_ascii_strcasecmp(new_mail, request->mail) != 0) {
        tell_both_addresses(affair, plan, code, hearer, new_mail, occasion);
        return TRUE;
    }
    struct entry *account = affair_account(affair, &problem);
    const char *mail = account ? entry_value(account, ATTRIBUTE_MAIL) : NULL;
    if (is_fault(problem, error))
        return FALSE;
    hearer.mail = mail ? mail : request->mail;
    tell(affair, plan, code, &hearer, occasion);
    entry_free(account);
    return TRUE;
}

static gboolean to_operator(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                            GError **error)
{
    struct hearer hearer = {affair->mind->policy->operator_mail, NULL, affair->mind->policy->language, NULL, NULL};

    (void)error;
    if (hearer.mail)
        tell(affair, plan, code, &hearer, occasion);
    return TRUE;
}

static gboolean told_already(const struct plan *plan, const char *code, const char *mail)
{
    for (guint i = 0; i < plan->mails->len; i++) {
        const struct plan_mail *sent = g_ptr_array_index(plan->mails, i);
        if (g_str_equal(sent->code, code) && g_ascii_strcasecmp(sent->recipient, mail) == 0)
            return TRUE;
    }
    return FALSE;
}

/* All reviewers of a division, for their information: no token. */
static gboolean inform_division(const struct affair *affair, struct plan *plan, const char *code, const char *division,
                                const struct occasion *occasion, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, division, error);

    for (guint i = 0; reviewers && i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        struct hearer hearer = {entry_value(reviewer, ATTRIBUTE_MAIL), entry_value(reviewer, ATTRIBUTE_CN),
                                entry_value(reviewer, ATTRIBUTE_PREFERRED_LANGUAGE), reviewer->dn, NULL};
        if (hearer.mail && !told_already(plan, code, hearer.mail))
            tell(affair, plan, code, &hearer, occasion);
    }
    return reviewers != NULL;
}

/* The province's copy of what it does not decide. */
static gboolean to_province(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                            GError **error)
{
    return inform_division(affair, plan, code, "370000", occasion, error);
}

static gboolean deciding_now(const struct occasion *occasion, const char *reviewer)
{
    return occasion->verdict && g_strcmp0(occasion->verdict->reviewer, reviewer) == 0;
}

/* Names that have changed since the form was filed: the reviewers see both (7.5). */
gboolean announce_new_names(const struct affair *affair, GPtrArray *findings, GError **error)
{
    static const struct {
        const char *name, *code;
    } named[] = {{"toEnterpriseName", "toUscc"}, {"fromEnterpriseName", "fromUscc"}, {"enterpriseName", "uscc"}};
    const struct facts *facts = &affair->mind->facts;

    for (guint i = 0; i < G_N_ELEMENTS(named); i++) {
        const char *name = form_value(affair->form, named[i].name), *code = form_value(affair->form, named[i].code);
        g_autoptr(GPtrArray) found = name && code ? facts->find(facts->context, ATTRIBUTE_CREDIT_CODE, code, error) : entry_list();
        if (!found)
            return FALSE;
        const char *now = found->len ? entry_value(g_ptr_array_index(found, 0), ATTRIBUTE_O) : NULL;
        if (!now || question_same_name(name, now))
            continue;
        g_autofree char *zh = g_strdup_printf("企业现名称为：%s", now);
        g_autofree char *en = g_strdup_printf("the enterprise is now called %s", now);
        question_warn(affair, findings, "W-NAME", named[i].name, zh, en);
    }
    return TRUE;
}

/* Whether the reviewer has a part in the request, or has decided an earlier stage of it, or the stage that ends just now. FALSE with `error` on a fault. */
static gboolean left_out(const struct affair *affair, const struct occasion *occasion, const struct entry *reviewer, GError **error)
{
    const char *deciding = occasion->verdict ? occasion->verdict->reviewer : NULL;
    GError *problem = NULL;
    gboolean out = affair_involves(affair, reviewer) || affair_has_decided(affair, reviewer, &problem) ||
                   (!problem && affair_is_person(affair, reviewer, deciding, &problem));

    if (problem)
        g_propagate_error(error, problem);
    return out;
}

static gboolean is_meant(const struct occasion *occasion, const struct hearer *hearer)
{
    if (!hearer->mail || (occasion->only && g_strcmp0(occasion->only, hearer->person) != 0))
        return FALSE;
    for (guint i = 0; occasion->without && i < occasion->without->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(occasion->without, i), hearer->mail) == 0)
            return FALSE;
    return TRUE;
}

/* Whether the task was handed on to somebody who can be reached as a reviewer of the authority: they are asked instead. */
static gboolean has_handed_on(const struct affair *affair, const struct occasion *occasion, const GPtrArray *reviewers,
                              const char *person)
{
    const struct delegation *delegation = affair_delegation(affair, occasion->step, person);

    for (guint i = 0; delegation && !occasion->only && i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        struct hearer hearer = {.mail = entry_value(reviewer, ATTRIBUTE_MAIL), .person = reviewer->dn};
        if (g_strcmp0(reviewer->dn, delegation->delegate) == 0 && is_meant(occasion, &hearer))
            return TRUE;
    }
    return FALSE;
}

gboolean announce_asks(const struct affair *affair, const GPtrArray *reviewers, const struct entry *reviewer, gboolean *asks,
                       GError **error)
{
    const struct step *open = affair_open_step(affair);
    struct occasion occasion = {.state = affair->request->state, .step = open ? open->number : 0};
    struct hearer hearer = {.mail = entry_value(reviewer, ATTRIBUTE_MAIL), .person = reviewer->dn};
    GError *problem = NULL;

    *asks = open && !affair->held && is_meant(&occasion, &hearer) && !has_handed_on(affair, &occasion, reviewers, reviewer->dn) &&
            !left_out(affair, &occasion, reviewer, &problem) && !problem;
    return !is_fault(problem, error);
}

/* Nobody there may decide, or nobody whom mail reaches: operator and province hear which authority it is, and which addresses failed. */
static gboolean miss_reviewers(const struct affair *affair, struct plan *plan, const char *code, const char *authority,
                               const struct occasion *occasion, GError **error)
{
    const struct division *division = division_find(authority);
    g_autoptr(GPtrArray) failed = g_ptr_array_new();
    struct occasion nobody = *occasion;

    for (guint i = 0; occasion->without && i < occasion->without->len; i++)
        g_ptr_array_add(failed, g_ptr_array_index(occasion->without, i));
    g_ptr_array_add(failed, NULL);
    g_autofree char *zh = g_strjoinv("、", (char **)failed->pdata), *en = g_strjoinv(", ", (char **)failed->pdata);
    g_autofree char *problem_zh =
        g_strdup_printf("%s主管部门（%s）目前没有可以审核此申请的审核人员%s%s%s，申请将等待。", division ? division->zh : "",
                        authority, *zh ? "（邮件被退回：" : "", zh, *zh ? "）" : "");
    g_autofree char *problem_en = g_strdup_printf(
        "The authority of %s (%s) has no active reviewer who may decide this request%s%s; it waits.",
        division ? division->en : "this division", authority, *en ? " and whom mail reaches; it came back from " : "", en);
    nobody.problem_zh = problem_zh;
    nobody.problem_en = problem_en;
    nobody.serial = code;
    return to_operator(affair, plan, "N11", &nobody, error) && to_province(affair, plan, "N11", &nobody, error);
}

/* The reviewers of the open stage, each with a token; who is involved or has decided an earlier stage is left out. */
static gboolean invite_reviewers(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                                 GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    const char *division = plan->move ? plan->move->division : affair->request->division;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, division, error);
    g_autoptr(GPtrArray) since = finding_list();
    struct occasion now = *occasion;
    GError *problem = NULL;
    guint told = 0;

    if (!reviewers || !announce_new_names(affair, since, error))
        return FALSE;
    now.findings = occasion->findings ? occasion->findings : since;
    for (guint i = 0; i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        struct hearer hearer = {entry_value(reviewer, ATTRIBUTE_MAIL), entry_value(reviewer, ATTRIBUTE_CN),
                                entry_value(reviewer, ATTRIBUTE_PREFERRED_LANGUAGE), reviewer->dn, "reviewer"};
        if (!is_meant(occasion, &hearer) || has_handed_on(affair, occasion, reviewers, reviewer->dn) ||
            left_out(affair, occasion, reviewer, &problem))
            continue;
        if (is_fault(problem, error))
            return FALSE;
        tell(affair, plan, code, &hearer, &now);
        told++;
    }
    if (told || occasion->only)
        return TRUE;
    return miss_reviewers(affair, plan, code, division, occasion, error);
}

/* Those who hold a living token of the request: they need not answer any more. */
static gboolean release_reviewers(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                                  GError **error)
{
    (void)error;
    for (guint i = 0; i < affair->tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(affair->tickets, i);
        struct hearer hearer = {ticket->mail, ticket->name, ticket->language, ticket->person, NULL};
        if (g_str_equal(ticket->role, "reviewer") && !told_already(plan, code, ticket->mail))
            tell(affair, plan, code, &hearer, occasion);
    }
    return TRUE;
}

static gboolean to_reviewers(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                             GError **error)
{
    if (g_str_equal(code, "N2") || g_str_equal(code, "N4") || g_str_equal(code, "N8"))
        return invite_reviewers(affair, plan, code, occasion, error);
    return release_reviewers(affair, plan, code, occasion, error);
}

static gboolean to_approvers(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                             GError **error)
{
    const struct facts *facts = &affair->mind->facts;

    for (guint i = 0; i < affair->steps->len; i++) {
        const struct step *step = g_ptr_array_index(affair->steps, i);
        GError *problem = NULL;
        if (g_strcmp0(step->verdict, "approve") != 0 || deciding_now(occasion, step->reviewer))
            continue;
        struct entry *entry = facts->read(facts->context, step->reviewer, &problem);
        const char *mail = entry ? entry_value(entry, ATTRIBUTE_MAIL) : NULL;
        if (mail && !told_already(plan, code, mail)) {
            struct hearer hearer = {mail, step->reviewer_name, entry_value(entry, ATTRIBUTE_PREFERRED_LANGUAGE), step->reviewer,
                                    NULL};
            tell(affair, plan, code, &hearer, occasion);
        }
        entry_free(entry);
        if (is_fault(problem, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean to_sender(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                          GError **error)
{
    struct hearer hearer = {occasion->to, NULL, occasion->language, NULL, NULL};

    (void)error;
    if (occasion->message && tell_answerable(affair->mind, occasion->message))
        tell(affair, plan, code, &hearer, occasion);
    return TRUE;
}

/* The reviewer whose decision it is, where they wrote from. Who has just made it takes it back by answering, whatever mail they decided by. */
static gboolean to_decider(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                           GError **error)
{
    const char *person = occasion->message ? occasion->only : NULL;
    struct hearer hearer = {occasion->to, NULL, occasion->language, person, person ? "reviewer" : NULL};

    (void)error;
    tell(affair, plan, code, &hearer, occasion);
    return TRUE;
}

/* The receiving enterprise of an employer change. */
static gboolean to_receiver(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                            GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    const char *uscc = form_value(affair->form, "toUscc");
    struct occasion naming = *occasion;

    if (!uscc)
        return TRUE;
    g_autoptr(GPtrArray) found = facts->find(facts->context, ATTRIBUTE_CREDIT_CODE, uscc, error);
    if (!found)
        return FALSE;
    const struct entry *receiver = found->len ? g_ptr_array_index(found, 0) : NULL;
    const char *mail = receiver ? entry_value(receiver, ATTRIBUTE_MAIL) : NULL;
    if (mail) {
        struct hearer hearer = {mail, entry_value(receiver, ATTRIBUTE_O), entry_value(receiver, ATTRIBUTE_PREFERRED_LANGUAGE),
                                receiver->dn, NULL};
        naming.names_holder = TRUE;
        tell(affair, plan, code, &hearer, &naming);
    }
    return TRUE;
}

/* The holder of the certificates when it is not the applicant. */
static gboolean to_holder(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                          GError **error)
{
    GError *problem = NULL;

    if (!form_value(affair->form, "idNumber") || !affair->request->applicant)
        return TRUE;
    struct entry *holder = question_holder(affair, &problem);
    const char *mail = holder ? entry_value(holder, ATTRIBUTE_MAIL) : NULL;
    if (mail && !told_already(plan, code, mail)) {
        struct hearer hearer = {mail, entry_value(holder, ATTRIBUTE_CN), entry_value(holder, ATTRIBUTE_PREFERRED_LANGUAGE),
                                holder->dn, NULL};
        tell(affair, plan, code, &hearer, occasion);
    }
    entry_free(holder);
    return !is_fault(problem, error);
}

/* Both cities of an enterprise that has moved without a review (7.29). */
static gboolean to_cities(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                          GError **error)
{
    guint count = form_count(affair->form, "changes/change");

    for (guint i = 1; i <= count; i++) {
        g_autofree char *path = g_strdup_printf("changes/change[%u]/newValue", i);
        g_autofree char *old = tell_recorded(affair->request, path);
        if (g_strcmp0(form_item(affair->form, "changes/change[%u]/@field", i), "cityCode") != 0)
            continue;
        const char *new = form_value(affair->form, path);
        const struct division *from = division_find(old), *to = division_find(new);
        g_autofree char *zh = g_strdup_printf("所属地市由%s变更为%s。", from ? from->zh : "", to ? to->zh : new);
        g_autofree char *en = g_strdup_printf("Moved from %s to %s.", from ? from->en : "elsewhere", to ? to->en : new);
        struct occasion moved = *occasion;
        moved.problem_zh = zh;
        moved.problem_en = en;
        if ((old && !inform_division(affair, plan, code, old, &moved, error)) ||
            !inform_division(affair, plan, code, new, &moved, error))
            return FALSE;
    }
    return TRUE;
}

/* Who acts for a division in what is over: `person` (a DN) while they are a reviewer there, else all who are. Nobody is told twice. */
static gboolean tell_division(const struct affair *affair, struct plan *plan, const char *code, const char *division,
                              const char *person, const char *role, const struct occasion *occasion, GError **error)
{
    const struct facts *facts = &affair->mind->facts;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, division, error);
    struct occasion naming = *occasion;
    gboolean there = FALSE;

    naming.names_holder = TRUE;
    for (guint i = 0; reviewers && i < reviewers->len; i++)
        there |= g_strcmp0(((struct entry *)g_ptr_array_index(reviewers, i))->dn, person) == 0;
    for (guint i = 0; reviewers && i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        struct hearer hearer = {entry_value(reviewer, ATTRIBUTE_MAIL), entry_value(reviewer, ATTRIBUTE_CN),
                                entry_value(reviewer, ATTRIBUTE_PREFERRED_LANGUAGE), reviewer->dn, role};
        if (hearer.mail && (!there || g_strcmp0(reviewer->dn, person) == 0) && !told_already(plan, code, hearer.mail))
            tell(affair, plan, code, &hearer, &naming);
    }
    return reviewers != NULL;
}

/* Who reviewed the first of several stages hears of the end (N5); whoever decided the last one knows. */
static gboolean to_first_reviewers(const struct affair *affair, struct plan *plan, const char *code,
                                   const struct occasion *occasion, GError **error)
{
    const struct step *first = affair_first_step(affair);

    if (!first || first == g_ptr_array_index(affair->steps, affair->steps->len - 1))
        return TRUE;
    return tell_division(affair, plan, code, first->division, first->reviewer, NULL, occasion, error);
}

/* Where new copies are to be printed the old ones are handed in, and who is asked here records it (6.6). */
static gboolean ask_archivist(const struct affair *affair, struct plan *plan, const char *code, const struct step *step,
                              const char *role, const struct occasion *occasion, GError **error)
{
    struct occasion asked = *occasion;
    GError *problem = NULL;

    if (!step || !question_awaits_old_copies(affair, &problem))
        return !is_fault(problem, error);
    asked.problem_zh = "旧证书上缴后，请回复本邮件，第一行写“已上缴”和证书编号（可写多个），新证书即可打印。";
    asked.problem_en = "When the old certificates have been handed in, reply with SURRENDERED and their numbers; the new ones can "
                       "then be printed.";
    return tell_division(affair, plan, code, g_str_equal(role, "archivist") ? step->division : "370000", step->reviewer, role,
                         &asked, error);
}

static gboolean to_archivist(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                             GError **error)
{
    return ask_archivist(affair, plan, code, affair_first_step(affair), "archivist", occasion, error);
}

static gboolean to_province_archivist(const struct affair *affair, struct plan *plan, const char *code,
                                      const struct occasion *occasion, GError **error)
{
    const struct step *last = affair->steps->len ? g_ptr_array_index(affair->steps, affair->steps->len - 1) : NULL;

    return ask_archivist(affair, plan, code, last, "provinceArchivist", occasion, error);
}

static const struct {
    const char *to;
    gboolean (*tell)(const struct affair *affair, struct plan *plan, const char *code, const struct occasion *occasion,
                     GError **error);
} audiences[] = {
    {"applicant", to_applicant},
    {"reviewers", to_reviewers},
    {"approvers", to_approvers},
    {"sender", to_sender},
    {"operator", to_operator},
    {"receiver", to_receiver},
    {"holder", to_holder},
    {"province", to_province},
    {"cities", to_cities},
    {"archivist", to_archivist},
    {"provinceArchivist", to_province_archivist},
    {"firstReviewers", to_first_reviewers},
    {"decider", to_decider},
};

gboolean announce(const struct affair *affair, struct plan *plan, const struct notice_rule *rule, const struct occasion *occasion,
                  GError **error)
{
    if (g_str_equal(rule->code, "NS") && !occasion->reports)
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(audiences); i++)
        if (g_str_equal(audiences[i].to, rule->to))
            return audiences[i].tell(affair, plan, rule->code, occasion, error);
    return TRUE; /* "target": the withdrawn request tells its own people, see effect.c */
}
