/* What a reviewer's own words decide (domain.md 6.4). Whole words at the start of what the person wrote; unsure is asked back, never guessed. */
#ifndef MAILFLOW_VERDICT_H
#define MAILFLOW_VERDICT_H

#include <glib.h>

enum verdict_word {
    VERDICT_NONE,    /* nothing said: empty, or words with no verdict in them */
    VERDICT_APPROVE, /* 同意, 通过, 批准, 审核通过, APPROVE ... */
    VERDICT_REJECT,  /* 不同意, 不通过, 驳回, 退回, 不批准, REJECT ... */
    VERDICT_UNCLEAR, /* a condition, a question, both words, a negation we cannot place */
};

struct verdict {
    enum verdict_word word;
    char *reason;  /* 原因/REASON or the words after a rejection; NULL when none */
    char *archive; /* 留档编号/ARCHIVE, as written (domain.md 3.6 archiveNoType); NULL when none */
    char *why;     /* one English line for `countersign read` and the audit: which words led to this */
};

/* Read the person's own words (UTF-8, as own_words() gives them; NULL is empty). Fills `verdict`, which verdict_clear() empties. Linear time. */
void verdict_read(const char *words, struct verdict *verdict);
void verdict_clear(struct verdict *verdict);

/* "none", "approve", "reject", "unclear". */
const char *verdict_name(enum verdict_word word);

#endif
