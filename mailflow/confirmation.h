/* What an applicant's own words say to a receipt: confirm the draft, take it back, or choose from a numbered list (domain.md 0). */
#ifndef MAILFLOW_CONFIRMATION_H
#define MAILFLOW_CONFIRMATION_H

#include <glib.h>

enum confirmation_word {
    CONFIRMATION_NONE,
    CONFIRMATION_YES,    /* 确认, 确认提交, 提交, 是, 同意, OK, CONFIRM, YES, SUBMIT */
    CONFIRMATION_NO,     /* 取消, 撤回, 不确认, 不提交, CANCEL, NO, WITHDRAW */
    CONFIRMATION_CHOICE, /* 1,3 / 2-4 / 1、3 / 全部 / all */
    CONFIRMATION_UNCLEAR,
};

struct confirmation {
    enum confirmation_word word;
    gboolean all;   /* with CHOICE: 全部 / all */
    GArray *chosen; /* with CHOICE: guint, ascending, without repeats, at most 200; NULL otherwise */
};

void confirmation_read(const char *words, struct confirmation *confirmation);
void confirmation_clear(struct confirmation *confirmation);
const char *confirmation_name(enum confirmation_word word);

#endif
