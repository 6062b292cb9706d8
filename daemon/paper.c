/* What comes to the office on paper and is entered by hand: decisions, withdrawals, and tokens sent anew. Each is one transaction beside the running daemon, whose
 * courier finds what follows in the outbox. */
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "ldap-schema/names.h"
#include "mailflow/decide.h"
#include "mailflow/reissue.h"

#define ARCHIVE_MOST 40 /* characters (domain.md 3.6) */
#define REASON_MOST 500

struct paper { /* one command at work, inside its transaction */
    const struct command_call *call;
    struct site *site;
    const char *request;
    char *actor;
    GPtrArray *plans;
    const char *zh, *en, *guard; /* why not; NULL when it is to be carried out */
};

static char *name_of(uid_t uid)
{
    const struct passwd *user = getpwuid(uid);

    return user ? g_strdup(user->pw_name) : g_strdup_printf("%u", (guint)uid);
}

/* "unix:root", and who had logged in when that is somebody else, as the kernel has it: "unix:root (login anna)". */
static char *actor_make(void)
{
    g_autofree char *user = name_of(getuid());
    g_autofree char *text = NULL;

    if (!g_file_get_contents("/proc/self/loginuid", &text, NULL, NULL))
        return g_strconcat("unix:", user, NULL);
    guint64 login = g_ascii_strtoull(text, NULL, 10);
    if (login >= G_MAXUINT32 || login == getuid())
        return g_strconcat("unix:", user, NULL);
    g_autofree char *person = name_of((uid_t)login);
    return g_strdup_printf("unix:%s (login %s)", user, person);
}

static gboolean state_exists(const struct command_call *call, GError **error)
{
    g_autofree char *path = site_state_path(call->config);

    if (g_file_test(path, G_FILE_TEST_EXISTS))
        return TRUE;
    g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no state file %s: the daemon has never run here", path);
    return FALSE;
}

/* From here to close() nobody else moves a request. */
static gboolean open_paper(struct paper *paper, const struct command_call *call, GError **error)
{
    *paper = (struct paper){.call = call, .request = command_argument(call, 0), .plans = plan_list()};
    if (!state_exists(call, error) || !(paper->site = site_open(call->config, FALSE, error))) {
        g_ptr_array_unref(paper->plans);
        return FALSE;
    }
    paper->actor = actor_make();
    site_begin(paper->site, clock_now());
    store_begin(paper->site->store);
    return TRUE;
}

static void close_paper(struct paper *paper)
{
    store_rollback(paper->site->store);
    site_close(paper->site);
    g_ptr_array_unref(paper->plans);
    g_free(paper->actor);
}

static void say(const struct paper *paper, const char *outcome, const char *state)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    if (!paper->call->json) {
        for (guint i = 0; i < paper->plans->len; i++)
            printf("%s\n", ((struct plan *)g_ptr_array_index(paper->plans, i))->line);
        if (paper->en)
            printf("%s: %s\n%s\n", outcome, paper->zh, paper->en);
        return;
    }
    json_builder_begin_object(builder);
    sheet_member(builder, "request", paper->request);
    sheet_member(builder, "outcome", outcome);
    sheet_member(builder, "state", state);
    sheet_member(builder, "guard", paper->guard);
    sheet_member(builder, "zh", paper->zh);
    sheet_member(builder, "en", paper->en);
    json_builder_end_object(builder);
    sheet_json(builder);
}

/* Commit what was planned and tell; nothing planned is a refusal. */
static enum command_exit carry(struct paper *paper)
{
    struct store *store = paper->site->store;
    GError *error = NULL;

    if (paper->plans->len) {
        enum store_taken taken = store_carry(store, paper->plans, paper->site->mind.now);
        if (!store_commit(store, &error))
            return command_fault(error);
        g_assert(taken == STORE_TAKEN); /* inside one transaction nothing can have moved */
    }
    struct request *request = paper->site->mind.records.request(store, paper->request);
    const struct plan *own = paper->plans->len ? g_ptr_array_index(paper->plans, paper->plans->len - 1) : NULL;
    say(paper, own ? own->outcome : "refused", request->state);
    request_free(request);
    return paper->en ? COMMAND_FOUND : COMMAND_FINE;
}

static enum command_exit nobody(const char *what, const char *name)
{
    fprintf(stderr, "countersign: no %s %s\n", what, name);
    return COMMAND_FOUND;
}

/* NULL without `error`: there is none of that name. */
static struct entry *find_reviewer(const struct paper *paper, const char *uid, GError **error)
{
    const struct facts *facts = &paper->site->mind.facts;
    g_autoptr(GPtrArray) found = facts->find(facts->context, ATTRIBUTE_UID, uid, error);

    for (guint i = 0; found && i < found->len; i++) {
        const struct entry *entry = g_ptr_array_index(found, i);
        if (entry_is(entry, CLASS_REVIEWER) && !entry_archived(entry))
            return g_ptr_array_steal_index(found, i);
    }
    return NULL;
}

/* One line of at most `most` characters, or nothing. */
static gboolean fits(const char *text, glong most)
{
    if (!text)
        return TRUE;
    gboolean fine = g_utf8_validate(text, -1, NULL) && *text && g_utf8_strlen(text, -1) <= most;
    for (const char *at = text; fine && *at; at = g_utf8_next_char(at))
        fine = !g_unichar_iscntrl(g_utf8_get_char(at));
    if (!fine)
        fprintf(stderr, "countersign: not one line of 1 to %ld characters: \"%s\"\n", most, text);
    return fine;
}

static enum command_exit decide_for(struct paper *paper, const struct entry *reviewer, enum event event)
{
    const struct paper_decision decision = {.request = paper->request,
                                            .reviewer = reviewer,
                                            .event = event,
                                            .reason = command_option(paper->call, "--reason"),
                                            .archive = command_option(paper->call, "--archive"),
                                            .vouched = paper->actor};
    struct guard_result result;
    GError *error = NULL;
    gboolean asked = decide_on_paper(&paper->site->mind, &decision, &result, paper->plans, &error);

    paper->zh = result.zh;
    paper->en = result.en;
    paper->guard = result.answer == GUARD_YES ? NULL : result.guard;
    enum command_exit status = asked ? carry(paper) : command_fault(error);
    guard_result_clear(&result);
    return status;
}

enum command_exit command_decide(const struct command_call *call)
{
    const char *verdict = command_argument(call, 1), *uid = command_option(call, "--on-behalf-of");
    gboolean approve = g_strcmp0(verdict, "approve") == 0;
    GError *error = NULL;
    struct paper paper;

    if (!uid || (!approve && g_strcmp0(verdict, "reject") != 0) || !fits(command_option(call, "--archive"), ARCHIVE_MOST) ||
        !fits(command_option(call, "--reason"), REASON_MOST))
        return COMMAND_USAGE;
    if (!open_paper(&paper, call, &error))
        return command_fault(error);
    struct entry *reviewer = find_reviewer(&paper, uid, &error);
    struct request *request = paper.site->mind.records.request(paper.site->store, paper.request);
    enum command_exit status = error       ? command_fault(error)
                               : !reviewer ? nobody("reviewer", uid)
                               : !request  ? nobody("request", paper.request)
                                           : decide_for(&paper, reviewer, approve ? EVENT_APPROVE : EVENT_REJECT);
    request_free(request);
    entry_free(reviewer);
    close_paper(&paper);
    return status;
}

static enum command_exit withdraw(struct paper *paper, const struct affair *affair)
{
    const struct procedures *procedures = paper->site->procedures;
    const char *state = affair->request->state, *reason = command_option(paper->call, "--reason");
    struct occasion occasion = {.problem_zh = reason, .problem_en = reason};
    GError *error = NULL;

    if (!transition_find(procedures, affair->procedure, state, EVENT_WITHDRAW)) {
        const struct refusal *refusal = refusal_find(procedures, affair->procedure, state, EVENT_WITHDRAW);
        paper->zh = refusal->zh;
        paper->en = refusal->en;
        return carry(paper);
    }
    struct plan *plan = plan_new("withdrawn", paper->request);
    plan_log(plan, "%s withdrawn on paper, by %s", paper->request, paper->actor);
    gboolean fine =
        workflow_advance(affair, plan, EVENT_WITHDRAW, &occasion, paper->actor, reason ? reason : "on paper", paper->plans, &error);
    g_ptr_array_add(paper->plans, plan);
    return fine ? carry(paper) : command_fault(error);
}

enum command_exit command_withdraw(const struct command_call *call)
{
    GError *error = NULL;
    struct paper paper;

    if (!fits(command_option(call, "--reason"), REASON_MOST))
        return COMMAND_USAGE;
    if (!open_paper(&paper, call, &error))
        return command_fault(error);
    struct affair *affair = affair_open(&paper.site->mind, paper.request);
    enum command_exit status = affair ? withdraw(&paper, affair) : nobody("request", paper.request);
    affair_free(affair);
    close_paper(&paper);
    return status;
}

static enum command_exit send_again(struct paper *paper, const struct affair *affair, const struct entry *reviewer)
{
    GError *error = NULL;
    gboolean asked = reissue(affair, reviewer ? reviewer->dn : NULL, paper->actor, paper->plans, &paper->zh, &paper->en, &error);

    return asked ? carry(paper) : command_fault(error);
}

enum command_exit command_reissue(const struct command_call *call)
{
    const char *uid = command_argument(call, 1);
    GError *error = NULL;
    struct paper paper;

    if (!open_paper(&paper, call, &error))
        return command_fault(error);
    struct entry *reviewer = uid ? find_reviewer(&paper, uid, &error) : NULL;
    struct affair *affair = affair_open(&paper.site->mind, paper.request);
    enum command_exit status = error              ? command_fault(error)
                               : uid && !reviewer ? nobody("reviewer", uid)
                               : !affair          ? nobody("request", paper.request)
                                                  : send_again(&paper, affair, reviewer);
    affair_free(affair);
    entry_free(reviewer);
    close_paper(&paper);
    return status;
}
