#include "mailflow/tell_way.h"

#include "mailflow/division.h"

static void put(char **place, const char *value)
{
    g_free(*place);
    *place = g_strdup(value);
}

/* How a stage ended, or ends just now. */
static void tell_ending(struct notice_stage *told, const struct affair *affair, const struct step *step,
                        const struct plan_verdict *verdict)
{
    const struct plan_verdict *now = step->closed ? NULL : verdict;
    const char *word = now ? now->verdict : step->verdict;

    if (!now && !(step->closed && step->reviewer))
        return;
    put(&told->progress, g_strcmp0(word, "approve") == 0 ? "passed" : "rejected");
    put(&told->reviewer, now ? now->reviewer_name : step->reviewer_name);
    put(&told->archive, now ? now->archive : step->archive);
    g_free(told->at);
    told->at = mind_clock(now ? affair->mind->now : step->closed);
}

/* Who will be asked when the request gets there, by what the directory and the form say today; NULL where that is not to be had: it is only a name. Caller frees. */
static char *foreseen(const struct affair *affair, const struct stage *stage)
{
    g_autoptr(GError) unknown = NULL;

    return affair_division(affair, stage, &unknown);
}

void tell_way(struct notice *notice, const struct affair *affair, const char *here, const char *state,
              const struct plan_verdict *verdict)
{
    for (guint i = 0; i < affair->procedure->stages->len; i++) {
        const struct stage *stage = g_ptr_array_index(affair->procedure->stages, i);
        gboolean now = g_strcmp0(state, stage->state) == 0;
        const char *division = NULL;
        struct notice_stage *told = NULL;

        if (!stage->behind.off || now)
            told = notice_add_stage(notice, stage->state, stage->zh, stage->en);
        for (guint k = affair_round(affair); k < affair->steps->len; k++) {
            const struct step *step = g_ptr_array_index(affair->steps, k);
            if (!g_str_equal(step->state, stage->state))
                continue;
            told = told ? told : notice_add_stage(notice, stage->state, stage->zh, stage->en);
            division = step->division;
            tell_ending(told, affair, step, verdict);
        }
        if (!told)
            continue;
        if (!told->progress)
            put(&told->progress, now ? "now" : "waiting");
        if (here && now)
            division = here;
        g_autofree char *ahead = division ? NULL : foreseen(affair, stage);
        division = division ? division : ahead;
        const struct division *known = division_find(division);
        put(&told->authority_zh, known ? known->zh : division);
        put(&told->authority_en, known ? known->en : division);
    }
}
