/* An answer to the daily list: lines that begin with the numbers of requests and say what is decided about them.
 *
 *   1-4 同意 留档编号：济建〔2026〕1号       several at once: ranges, and 、 ， 和 AND between numbers
 *   第5项 驳回 材料不全                      #5, 5), 5．, item 5 and full-width digits are the same
 *   全部同意 / APPROVE ALL                   all that are listed
 *
 * What stands in the lines below a number, up to the next one, belongs to it: a reason goes on, a 留档编号： has its own line. The verdict behind the numbers is read as
 * in any other answer (verdict.h). A line is understood whole or not at all; whoever decides takes all lines or none. */
#ifndef MAILFLOW_BALLOT_H
#define MAILFLOW_BALLOT_H

#include "mailflow/verdict.h"

struct ballot_problem {
    const char *zh, *en; /* a sentence each */
};

struct ballot_line {
    char *words;     /* as written, one line, bounded */
    GArray *numbers; /* guint, as written; empty with `all` and where there is none */
    gboolean all;    /* of all that are listed */
    struct verdict verdict;
    const struct ballot_problem *problem; /* why it is not understood; NULL: it is. Static */
};

struct ballot {
    GPtrArray *lines; /* struct ballot_line, as they stand in the answer; words that say nothing are none */
};

/* Read a person's own words (UTF-8, NULL is empty). Never NULL; linear time, bounded by LIMIT_BALLOT_*. */
struct ballot *ballot_read(const char *words);
void ballot_free(struct ballot *ballot);

/* Whether any line names numbers, or all, and a verdict. */
gboolean ballot_speaks(const struct ballot *ballot);

/* Hold it against a list of `count` requests: what is not there, or named twice, is a problem of its line. TRUE when there is a line and none has a problem. */
gboolean ballot_check(struct ballot *ballot, guint count);

/* "1-4, 6", "all", "-": the numbers for people. Caller frees. */
char *ballot_numbers(const struct ballot_line *line);

#endif
