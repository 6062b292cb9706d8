/* One form while it is read: its elements matched with the schema's declarations, what is wrong with them, and where.
 *
 * Inside mailflow only. The schema validator has the last word on every value; but it stops at the first missing child, so the
 * structure is examined here first and repaired (blank optional fields taken out, missing ones put in) so that the validator
 * sees every field. */
#ifndef MAILFLOW_READING_H
#define MAILFLOW_READING_H

#include <glib.h>
#include <libxml/tree.h>

#include "mailflow/catalog.h"
#include "mailflow/finding.h"

/* An element or attribute of the form that the schema declares. Also in the `_private` of its libxml2 node. */
struct slot {
    const struct decl *decl;
    const struct rule *rule; /* of its value; NULL when it holds elements or its type is unknown */
    char *path;              /* as in form.h; "" for the root */
    char *value;             /* normalised; NULL when blank, missing, too long, or when it holds elements */
    int line;                /* of the start tag; of the parent's when missing */
    gboolean missing;        /* mandatory, and blank or absent */
    gboolean too_long;       /* over LIMIT_FORM_VALUE_BYTES */
    gboolean refused;        /* by the schema */
    gboolean refused_length; /* by its length facets */
};

struct reading {
    const struct form_catalog *catalog;
    const struct schema *schema;
    struct value_setting setting;
    xmlDoc *doc;
    GPtrArray *findings; /* the caller's */
    GPtrArray *slots;    /* of struct slot, in the schema's order, parents before children */
    GHashTable *by_path; /* path -> struct slot */
};

/* Match the document, whose root element is the schema's, with the declarations; what the schema does not know, or not there, is
 * an E-SCHEMA finding. */
void reading_match(struct reading *reading);
/* Have the schema judge every value. To be called only when reading_match() found nothing. */
void reading_validate(struct reading *reading);
/* Add a finding for every slot that is missing or wrong in itself. */
void reading_judge(struct reading *reading);
void reading_clear(struct reading *reading);

/* The slot at a path, or NULL; its value, or NULL. */
const struct slot *reading_slot(const struct reading *reading, const char *path);
const char *reading_value(const struct reading *reading, const char *path);
/* The slot `name` in the same parent as `slot` ("../name"), or NULL. */
const struct slot *reading_sibling(const struct reading *reading, const struct slot *slot, const char *name);

/* Add a finding about a slot, or about a declared path that the form lacks. */
void reading_fault(struct reading *reading, const struct slot *slot, const char *code, const char *zh, const char *en);
void reading_fault_at(struct reading *reading, const char *path, const char *code, const char *zh, const char *en);

#endif
