/* One value of a form: its normal form and the checks a schema cannot express. The schema types name both
 * (templates/forms/types.xsd, <cs:rule>). */
#ifndef MAILFLOW_VALUE_H
#define MAILFLOW_VALUE_H

#include <glib.h>

/* What the checks depend on besides the value. */
struct value_setting {
    const GDate *today;     /* civil date in Asia/Shanghai */
    gboolean any_org_code;  /* do not demand a right organisation code inside a credit code (setting uscc.checkOrgCode off) */
    gboolean allow_foreign; /* admit permanent residence cards of foreigners (setting id.allowForeign on) */
};

/* What is wrong with a value. The sentences are NULL when the code's own says enough; value_fault_clear() frees them. */
struct value_fault {
    const char *code;
    char *zh;
    char *en;
};
void value_fault_clear(struct value_fault *fault);

/* The normal form of what was sent; caller frees. */
typedef char *(*value_normal)(const char *text);

/* TRUE and a filled fault when the value (normalised, not blank) is wrong. Any UTF-8 text may come. */
typedef gboolean (*value_check)(const char *value, const struct value_setting *setting, struct value_fault *fault);

/* By the name a schema uses: normal "trim", "half", "upper", "person", "org", "mobile", "phone", "boolean"; check "uscc", "org",
 * "resident", "person", "target", "city", "uid", "mail", "past". NULL when there is none of that name. */
value_normal value_normal_find(const char *name);
value_check value_check_find(const char *name);

#endif
