/* The words that verdicts are read from, by what they do in a sentence (domain.md 6.4). */
#ifndef MAILFLOW_VOCABULARY_H
#define MAILFLOW_VOCABULARY_H

#include "mailflow/phrase.h"

enum vocabulary_class {
    WORD_APPROVE = PHRASE_FIRST,
    WORD_REJECT,
    WORD_VERGE,    /* 赞成, agreed: nearly a verdict; people say it of remarks, too */
    WORD_COURTESY, /* greetings, thanks, `OK`: says nothing, wherever it stands */
    WORD_GREETING, /* `Dear`, `尊敬的`: the whole clause says nothing */
    WORD_BEFORE,   /* 我局, 经审核, hereby: may stand before a verdict */
    WORD_AFTER,    /* 上报, 请, the request: may stand behind a verdict */
    WORD_EITHER,   /* 审核, 材料: before or behind */
    WORD_OBJECT,   /* 变更, 申请: ends what a verdict is about */
    WORD_OF,       /* 的: ends a verdict, or makes it the attribute of something else (退回的材料) */
    WORD_LACK,     /* 不全, 缺, missing: what a rejection is for */
    WORD_NOT,      /* 不, 没, not: turns a verdict into we do not know what */
    WORD_DOUBT,    /* 如果, 但, 暂, if, but: a condition, a reserve, a delay */
    WORD_HEDGE,    /* 会, 先, 只, should: a doubt only in the clause of the verdict */
    WORD_SAID,     /* 他, 领导, 说: another's words */
    WORD_ASK,      /* 吗, 是否 */
    WORD_RETRACT,  /* 发错, disregard */
    WORD_ARCHIVE,  /* 留档编号 */
    WORD_REASON,   /* 原因 */
};

const struct phrase_table *vocabulary_verdict(void);

#endif
