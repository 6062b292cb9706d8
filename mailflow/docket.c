#include "mailflow/docket.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/division.h"
#include "mailflow/limits.h"
#include "mailflow/token.h"

#define LINES_MOST 12 /* prefilled one by one: a link of many more is cut short by mail clients */

struct list { /* of one reviewer, while it grows */
    struct docket *docket;
    struct notice *notice;
    gboolean more; /* than it holds */
};

static void list_free(gpointer data)
{
    struct list *list = data;

    docket_free(list->docket);
    notice_free(list->notice);
    g_free(list);
}

char *docket_day(const struct mind *mind)
{
    const struct policy *policy = mind->policy;
    char *clock = mind_clock(mind->now); /* "2026-05-06 08:00" */
    guint hour = (guint)g_ascii_strtoull(clock + strlen("2026-05-06 "), NULL, 10);

    if (policy->list_daily && hour >= policy->list_hour && calendar_works(policy->calendar, mind->now)) {
        clock[strlen("2026-05-06")] = '\0';
        return clock;
    }
    g_free(clock);
    return NULL;
}

gboolean docket_handed_on(const struct affair *affair, int step, const char *person)
{
    for (guint i = 0; i < affair->tickets->len; i++) {
        const struct ticket *ticket = g_ptr_array_index(affair->tickets, i);
        if (ticket->step == step && g_strcmp0(ticket->person, person) == 0)
            return FALSE;
    }
    return affair_delegation(affair, step, person) != NULL;
}

/* The lists in the order in which their reviewers were come upon; the table finds them again. */
struct lists {
    const struct mind *mind;
    const char *day;
    GPtrArray *all;
    GHashTable *by_person;
};

static struct list *list_of(struct lists *lists, const struct entry *reviewer)
{
    struct list *list = g_hash_table_lookup(lists->by_person, reviewer->dn);
    struct hearer hearer = {entry_value(reviewer, ATTRIBUTE_MAIL), entry_value(reviewer, ATTRIBUTE_CN),
                            entry_value(reviewer, ATTRIBUTE_PREFERRED_LANGUAGE), reviewer->dn, NULL};

    if (list)
        return list;
    list = g_new0(struct list, 1);
    list->docket = docket_new();
    list->docket->day = g_strdup(lists->day);
    list->docket->person = g_strdup(reviewer->dn);
    list->docket->mail = g_strdup(hearer.mail);
    list->docket->name = g_strdup(hearer.name);
    list->docket->language = g_strdup(hearer.language);
    list->docket->made = lists->mind->now;
    list->notice = notice_new("NL");
    tell_mail(list->notice, lists->mind, &hearer);
    g_ptr_array_add(lists->all, list);
    g_hash_table_insert(lists->by_person, list->docket->person, list);
    return list;
}

/* One request into the lists of all who would be asked about it now. */
static gboolean list_request(struct lists *lists, const struct request *request, const GPtrArray *reviewers, GError **error)
{
    struct affair *affair = affair_open(lists->mind, request->id);
    const struct step *open = affair_open_step(affair);
    g_autoptr(GPtrArray) findings = finding_list();
    gboolean fine = announce_new_names(affair, findings, error);

    for (guint i = 0; fine && open && i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        gboolean asks = FALSE;
        fine = announce_asks(affair, reviewers, reviewer, &asks, error);
        if (!fine || !asks)
            continue;
        struct list *list = list_of(lists, reviewer);
        if (list->docket->items->len >= LIMIT_BALLOT_NUMBER) {
            list->more = TRUE;
            continue;
        }
        docket_add(list->docket, request->id, open->number, affair->request->digest);
        g_ptr_array_add(list->notice->items, tell_review(affair, findings));
    }
    affair_free(affair);
    return fine;
}

/* Where more waits in one division than was looked through, some of it may be for anybody who has a list. */
static void note_more(struct lists *lists, const GPtrArray *reviewers)
{
    for (guint i = 0; i < reviewers->len; i++) {
        const struct entry *reviewer = g_ptr_array_index(reviewers, i);
        struct list *list = g_hash_table_lookup(lists->by_person, reviewer->dn);
        if (list)
            list->more = TRUE;
    }
}

static gboolean list_division(struct lists *lists, const char *division, GError **error)
{
    const struct records *records = &lists->mind->records;
    const struct facts *facts = &lists->mind->facts;
    g_autoptr(GPtrArray) waiting = records->waiting(records->context, division, LIMIT_BALLOT_NUMBER + 1);
    gboolean fine = TRUE;

    if (!waiting->len)
        return TRUE;
    g_autoptr(GPtrArray) reviewers = facts->reviewers(facts->context, division, error);
    for (guint i = 0; reviewers && fine && i < waiting->len; i++)
        fine = list_request(lists, g_ptr_array_index(waiting, i), reviewers, error);
    if (reviewers && waiting->len > LIMIT_BALLOT_NUMBER)
        note_more(lists, reviewers);
    return fine && reviewers;
}

/* Both words on every line: a line that was left as it is says nothing clear. */
static void put_answers(struct notice *notice)
{
    gboolean english = g_str_equal(notice->language, "en"), archive = FALSE;
    const char *word = english ? "APPROVE/REJECT" : "同意/不同意", *label = english ? " ARCHIVE: " : " 留档编号：";
    g_autoptr(GString) body = g_string_new(NULL);

    for (guint i = 0; i < notice->items->len; i++) {
        const struct notice *item = g_ptr_array_index(notice->items, i);
        archive = archive || item->archive_required;
        if (notice->items->len <= LINES_MOST)
            g_string_append_printf(body, "%s%u %s%s", i ? "\n" : "", i + 1, word, item->archive_required ? label : "");
    }
    if (!body->len)
        g_string_append_printf(body, "1-%u %s%s", notice->items->len, word, archive ? label : "");
    notice_add_answer(notice, "逐项答复", "Answer each", body->str);
    notice_add_answer(notice, "全部同意", "Approve all",
                      english   ? archive ? "APPROVE ALL\nARCHIVE: " : "APPROVE ALL"
                      : archive ? "全部同意\n留档编号："
                                : "全部同意");
}

static struct plan *list_post(const struct mind *mind, struct list *list)
{
    struct docket *docket = list->docket;
    struct plan *plan = plan_new("listed", NULL);
    g_autofree char *effect = g_strdup_printf("list/%s/%s", docket->day, docket->person);
    g_autoptr(GString) detail = g_string_new(docket->person);
    char text[TOKEN_CHARACTERS + 1];
    guint8 random[TOKEN_RANDOM_BYTES];

    mind->chance(mind->chance_context, random, sizeof random);
    token_make(random, text);
    docket->hash = token_hash(text);
    put_answers(list->notice);
    list->notice->audit = mind->records.audit_head(mind->records.context);
    if (list->more) {
        list->notice->problem_zh = g_strdup("还有更多申请未列入本清单，请回复各自的审核邮件。");
        list->notice->problem_en = g_strdup("More requests wait than this list holds; please answer their review mails.");
    }
    tell_post(mind, plan, list->notice, effect, text);
    docket->message_id = g_strdup(list->notice->message_id);
    for (guint i = 0; i < docket->items->len; i++)
        g_string_append_printf(detail, "%s%s", i ? ", " : ": ",
                               ((const struct docket_item *)g_ptr_array_index(docket->items, i))->request);
    plan_event(plan, "system", "listed", NULL, NULL, detail->str);
    plan_log(plan, "%u waiting requests listed for %s", docket->items->len, docket->mail);
    plan->docket = g_steal_pointer(&list->docket);
    return plan;
}

GPtrArray *docket_plans(const struct mind *mind, const char *day, GError **error)
{
    struct lists lists = {mind, day, g_ptr_array_new_with_free_func(list_free), g_hash_table_new(g_str_hash, g_str_equal)};
    g_autoptr(GPtrArray) plans = plan_list();
    gboolean fine = TRUE;
    gsize count;
    const struct division *divisions = division_all(&count);

    for (gsize i = 0; fine && i < count; i++)
        fine = list_division(&lists, divisions[i].code, error);
    for (guint i = 0; fine && i < lists.all->len; i++)
        g_ptr_array_add(plans, list_post(mind, g_ptr_array_index(lists.all, i)));
    g_hash_table_unref(lists.by_person);
    g_ptr_array_unref(lists.all);
    return fine ? g_steal_pointer(&plans) : NULL;
}
