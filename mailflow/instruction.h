/* What a reviewer's own words ask for besides a decision: to hand the task on, or to take a decision back.
 *
 *   转办 NAME, DELEGATE NAME    NAME is a colleague's name, login name or mail address; what else is said is a note to them
 *   撤回, UNDO                  nothing else is said
 *
 * As with verdicts, unsure is asked back, never guessed: a negation, a question, a condition, a verdict beside it. */
#ifndef MAILFLOW_INSTRUCTION_H
#define MAILFLOW_INSTRUCTION_H

#include "mailflow/verdict.h"

enum instruction_word {
    INSTRUCTION_NONE,     /* nothing of the kind is said */
    INSTRUCTION_DELEGATE, /* 转办, 转交, DELEGATE ... and to whom */
    INSTRUCTION_UNDO,     /* 撤回, UNDO */
    INSTRUCTION_UNCLEAR,  /* such a word stands there, but not by itself */
};

struct instruction {
    enum instruction_word word;
    char *whom; /* with DELEGATE: as written, one line */
    char *note; /* with DELEGATE: what else was said, one line; NULL when nothing */
    char *why;  /* one English line: which words led to this; NULL with NONE */
};

/* Read the person's own words (as own_words() gives them; NULL is empty). A verdict beside the word for handing on becomes unclear: `verdict`, read from the same
 * words. Fills `instruction`, which instruction_clear() empties. Linear time. */
void instruction_read(const char *words, struct verdict *verdict, struct instruction *instruction);
void instruction_clear(struct instruction *instruction);

/* "none", "delegate", "undo", "unclear". */
const char *instruction_name(enum instruction_word word);

#endif
