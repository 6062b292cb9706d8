/* A finding: one mistake of a sender, told in Chinese and English (domain.md 8).
 *
 * Findings are collected, never thrown: a form is answered with all of them at once. Three kinds of failure never mix;
 * a finding is the sender's mistake, a fault (GError) is the world's, a bug aborts. */
#ifndef MAILFLOW_FINDING_H
#define MAILFLOW_FINDING_H

#include <glib.h>

struct finding {
    const char *code; /* "E-USCC"; static string out of the table in finding.c */
    char *field;      /* element path, "head/handlerName", "certificates/certificate[2]/certNo"; NULL when of the whole form */
    char *label_zh;   /* the field's label; NULL when field is NULL */
    char *label_en;
    int line; /* 1-based line in the form as sent; 0 when unknown */
    char *zh; /* one sentence */
    char *en;
    gboolean warning; /* shown to the reviewer, does not refuse the form */
};

/* Free one finding and what it owns. NULL is fine. */
void finding_free(struct finding *finding);

/* A new array that frees its findings. */
GPtrArray *finding_list(void);

/* The code at that place of the table; NULL behind the last. */
const char *finding_code(guint place);

/* The table's own copy of a code, or NULL when it has no such code. */
const char *finding_known(const char *code);

/* Add a finding with the table's sentence for `code` (asserts that the code exists). `detail_zh`/`detail_en` may be NULL; when
 * given they replace the table's sentence. Returns the finding, owned by the list, so that field, labels and line can be set. */
struct finding *finding_add(GPtrArray *list, const char *code, const char *detail_zh, const char *detail_en);

/* The whole line as people read it: "E-USCC 接收单位代码 toUscc（第14行）：第18位校验码错误", "E-USCC receiver's code toUscc (line 14): the 18th
 * character does not fit the others". Caller frees. */
char *finding_text_zh(const struct finding *finding);
char *finding_text_en(const struct finding *finding);

/* How many findings of the list are not warnings. */
guint finding_errors(const GPtrArray *list);
/* The first that is no warning; NULL when there is none. */
const struct finding *finding_first_error(const GPtrArray *list);

/* Whether it refuses the form although nothing in it is wrong: another request is in the way and the same form can come again. */
gboolean finding_waits(const struct finding *finding);

/* The class a code belongs to, in the order of domain.md 8: a later class is not examined once an earlier one has failed. */
enum finding_class {
    FINDING_SIZE,
    FINDING_MIME,
    FINDING_XML,
    FINDING_SCHEMA,
    FINDING_FIELD,
    FINDING_LOGIC,
    FINDING_DIRECTORY,
    FINDING_STATE
};
enum finding_class finding_class_of(const char *code);

#endif
