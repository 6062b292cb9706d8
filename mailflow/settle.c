#include "mailflow/settle.h"

/* Changes after the end: old copies have been handed in, the new ones can be printed (6.6), by whoever acts for the holder now. */
static gboolean tell_printable(const struct affair *affair, const char *detail, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new("printable", affair->request->id);
    g_autofree char *serial = g_strdup_printf("%" G_GINT64_FORMAT, affair->mind->now);
    static const struct notice_rule rules[] = {{"N5p", "applicant"}, {"N5p", "receiver"}};
    struct occasion occasion = {.problem_zh = "旧证书已登记上缴，新证书可以打印。",
                                .problem_en = "The old certificates have been handed in; the new ones can be printed.",
                                .state = affair->request->state,
                                .names_holder = TRUE,
                                .serial = serial};

    plan_log(plan, "%s: new copies can be printed", affair->request->id);
    plan_event(plan, "system", "printable", affair->request->state, affair->request->state, detail);
    gboolean fine = TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(rules) && fine; i++)
        fine = announce(affair, plan, &rules[i], &occasion, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

/* Handed-in copies were to be recorded, but the directory's data has changed since: the operator hears that nothing was. */
static gboolean tell_unrecorded(const struct affair *affair, const char *detail, GPtrArray *plans, GError **error)
{
    struct plan *plan = plan_new("unrecorded", affair->request->id);
    g_autofree char *serial = g_strdup_printf("%" G_GINT64_FORMAT, affair->mind->now);
    struct notice_rule rule = {"N11", "operator"};
    struct occasion occasion = {
        .problem_zh = "登记旧证书上缴时，目录中的数据已变化，未能登记，请核对。",
        .problem_en = "The directory's data had changed when old certificates were to be recorded as handed in; please check them.",
        .state = affair->request->state,
        .serial = serial};

    plan_log(plan, "%s: handed-in certificates could not be recorded: %s", affair->request->id, detail ? detail : "-");
    plan_event(plan, "system", event_name(EVENT_APPLY_CONFLICT), affair->request->state, affair->request->state, detail);
    gboolean fine = announce(affair, plan, &rule, &occasion, error);
    g_ptr_array_add(plans, plan);
    return fine;
}

/* The operator hears which part of a request could not be made. */
static gboolean tell_rest(const struct affair *affair, struct plan *plan, const char *detail, GError **error)
{
    struct notice_rule rule = {"N11", "operator"};
    g_autofree char *zh =
        g_strdup_printf("该申请已经生效，但其中部分变更因目录数据已变化未能写入，请核对：%s", detail ? detail : "-");
    g_autofree char *en =
        g_strdup_printf("The request is in effect, but a part of it met data that had changed and was not written; "
                        "please check: %s",
                        detail ? detail : "-");
    struct occasion occasion = {.problem_zh = zh, .problem_en = en, .state = affair->request->state, .serial = "rest"};

    return announce(affair, plan, &rule, &occasion, error);
}

/* The request leaves applying: done, or void when nothing was made. */
static gboolean end_applying(const struct affair *affair, enum settle_outcome outcome, const char *detail, GPtrArray *plans,
                             GError **error)
{
    static const struct occasion notes[] = {
        [SETTLE_PARTLY] = {.problem_zh = "其中部分内容因目录中的数据已变化未能生效，管理员已获悉并将核对。",
                           .problem_en = "A part of it could not take effect because the directory's data had changed; the "
                                         "administrator knows and will check."},
        [SETTLE_CONFLICT] = {.problem_zh = "目录中的数据已与审核时不同，申请未生效，已作废。",
                             .problem_en = "The directory's data is no longer what was reviewed; the request did not take effect "
                                           "and is void."},
    };
    static const char *const words[] = {"in effect", "in effect, but for a part of it", "void"};
    const char *id = affair->request->id;
    gboolean made = outcome != SETTLE_CONFLICT;
    struct plan *plan = plan_new(made ? "done" : "void", id);

    plan_log(plan, "%s %s: %s", id, words[outcome], detail ? detail : affair->request->subject);
    gboolean fine = workflow_advance(affair, plan, made ? EVENT_APPLY_OK : EVENT_APPLY_CONFLICT, &notes[outcome], "system", detail,
                                     plans, error) &&
                    (outcome != SETTLE_PARTLY || tell_rest(affair, plan, detail, error));
    g_ptr_array_add(plans, plan);
    return fine;
}

GPtrArray *settle(const struct mind *mind, const char *request, enum settle_outcome outcome, const char *detail, GError **error)
{
    g_autoptr(GPtrArray) plans = plan_list();
    struct affair *affair = affair_open(mind, request);
    gboolean fine = TRUE;

    if (affair && g_str_equal(affair->request->state, "done"))
        fine = (outcome == SETTLE_CONFLICT || tell_printable(affair, detail, plans, error)) &&
               (outcome == SETTLE_APPLIED || tell_unrecorded(affair, detail, plans, error));
    else if (affair && g_str_equal(affair->request->state, "applying"))
        fine = end_applying(affair, outcome, detail, plans, error);
    affair_free(affair);
    return fine ? g_steal_pointer(&plans) : NULL;
}
