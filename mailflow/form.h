/* A form as the product understands it: read from XML, validated, normalised (domain.md 3, 4, 5).
 *
 * This is libxml2's door for what arrives: no DOCTYPE, no entity, no network, bounded size, depth and fields. */
#ifndef MAILFLOW_FORM_H
#define MAILFLOW_FORM_H

#include <glib.h>

#include "mailflow/finding.h"

#define FORM_NAMESPACE "urn:countersign:form:1"

struct field {
    char *path;     /* "loginName", "head/applicantUid", "trainee[2]/idNumber" (indexes 1-based, only where the schema lets it repeat) */
    char *label_zh; /* from the schema's annotation */
    char *label_en;
    char *value;    /* normalised; never NULL, never blank: a blank field (absent, empty, white space, dashes: R-27) is not listed */
    int line;       /* 1-based line in the form as sent */
};

struct form {
    char *root;        /* local name of the root element, "enterpriseRegistration" */
    char *variant;     /* root's variant attribute, or NULL */
    GPtrArray *fields; /* of struct field, in document order; attributes as "correction[1]/@field" */
    char *canonical;   /* the normalised form as XML, UTF-8, one field per line, in schema order: what is shown, kept and digested */
    char *digest;      /* SHA-256 of canonical, 64 lower-case hex digits */
};

void form_free(struct form *form);

/* The value at `path`, or NULL when blank. Owned by the form. */
const char *form_value(const struct form *form, const char *path);
/* The field at `path`, or NULL. */
const struct field *form_field(const struct form *form, const char *path);
/* How many items `path` has: form_count(form, "trainee") is 3 when trainee[1] ... trainee[3] exist. */
guint form_count(const struct form *form, const char *path);

/* All forms' schemas with their labels, compiled once. */
struct form_catalog;

/* Load every `*.xsd` form schema below `directory` (templates/forms). After this no file is ever opened again: the parser calls it before it
 * gives up the right to. NULL and `error` when a schema does not compile. */
struct form_catalog *form_catalog_open(const char *directory, GError **error);
void form_catalog_free(struct form_catalog *catalog);
/* The root elements the catalog knows, NULL-terminated, owned by the catalog. */
const char *const *form_catalog_roots(const struct form_catalog *catalog);

/* Read one form. `bytes` in UTF-8, GB18030/GBK/GB2312 or UTF-16 by BOM or XML declaration; `charset` is the MIME charset or NULL (a declaration in the document wins,
 * bytes decide when both are wrong). `today` is the civil date in Asia/Shanghai for the "not in the future" rules.
 * Findings of classes SIZE, XML, SCHEMA, FIELD and LOGIC (as far as the form alone can tell) are appended; all of a class, then it stops.
 * Returns the form when it is well formed and of a known root, even with findings of fields (so that a corrected form can be
 * offered); NULL otherwise. Never fails for any other reason. */
struct form *form_read(const struct form_catalog *catalog, const char *bytes, gsize size, const char *charset, const GDate *today, GPtrArray *findings);

/* Read a canonical form back (from the state file): no validation. Asserts that it is one. */
struct form *form_reopen(const struct form_catalog *catalog, const char *canonical);

/* A blank form of `root` with Chinese comments beside each field, or one filled with `values` (may be NULL): UTF-8 XML for attaching to a mail. Caller frees. */
char *form_blank(const struct form_catalog *catalog, const char *root, const struct form *values);

#endif
