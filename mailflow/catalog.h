/* The form schemas as this program sees them: which fields a form has, their labels, types and rules. Read once out of
 * templates/forms.
 *
 * Inside mailflow only: others use the functions of form.h. */
#ifndef MAILFLOW_CATALOG_H
#define MAILFLOW_CATALOG_H

#include <glib.h>
#include <libxml/xmlschemas.h>

#include "mailflow/charset.h"
#include "mailflow/form.h"
#include "mailflow/value.h"

/* One allowed value of an enumerated type. */
struct choice {
    char *value;
    char *label_zh;
    char *label_en;
    char *type; /* for the name of a field: the type its value has; else NULL */
};

/* What a named simple type of types.xsd says of its values. */
struct rule {
    char *type;
    char *hint_zh; /* the type's documentation: what to write there */
    char *hint_en;
    const char *code; /* the finding when the schema refuses a value */
    value_normal normal;
    value_check check; /* or NULL */
    int min_length;    /* in characters, 0 when open */
    int max_length;
    GPtrArray *choices; /* of struct choice, empty unless enumerated */
};

/* An element or attribute of a form. */
struct decl {
    char *name;
    char *label_zh;
    char *label_en;
    char *note_zh; /* when it is to be filled, if that depends; or NULL */
    char *note_en;
    const struct decl *parent; /* NULL for the root */
    gboolean attribute;
    guint min;               /* 0 or 1 */
    guint max;               /* G_MAXUINT when unbounded */
    char *fixed;             /* the only value an attribute may have, or NULL */
    char *typed_by;          /* the parent's attribute whose choice names the type of the value, or NULL */
    const struct rule *rule; /* NULL when it holds elements, or typed_by is set */
    GPtrArray *attributes;   /* of struct decl */
    GPtrArray *children;     /* of struct decl, in the schema's order; empty for a field */
};

struct schema {
    struct decl *root;
    xmlSchema *xsd;
};

struct form_catalog {
    GPtrArray *schemas; /* of struct schema */
    GPtrArray *roots;   /* their root names, then NULL */
    GHashTable *rules;  /* type name -> struct rule */
    struct charset *charset;
    gboolean any_org_code;
    gboolean allow_foreign;
};

/* NULL when there is none. */
const struct schema *catalog_schema(const struct form_catalog *catalog, const char *root);
const struct rule *catalog_rule(const struct form_catalog *catalog, const char *type);

/* The declaration at a path of form.h, indexes ignored: "trainee[2]/idNumber". NULL when there is none. */
const struct decl *catalog_decl(const struct schema *schema, const char *path);

/* The child or attribute of `decl` with this name, or NULL; `*index` (may be NULL) is its place. */
const struct decl *decl_child(const struct decl *decl, const char *name, guint *index);
const struct decl *decl_attribute(const struct decl *decl, const char *name);

/* The choice of an enumerated rule for this value, or NULL. */
const struct choice *rule_choice(const struct rule *rule, const char *value);

#endif
