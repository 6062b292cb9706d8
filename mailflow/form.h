/* A form as the product understands it: read from XML, validated, normalised (domain.md 3, 4, 5).
 *
 * This is libxml2's door for what arrives: no DOCTYPE, no entity, no network, bounded size, depth and fields. */
#ifndef MAILFLOW_FORM_H
#define MAILFLOW_FORM_H

#include <glib.h>

#include "mailflow/finding.h"

#define FORM_NAMESPACE "urn:countersign:form:1"

/* Paths are "loginName", "head/applicantUid", "trainee[2]/idNumber", "corrections/correction[1]/@field": indexes count from 1
 * and stand only where the schema lets an element repeat. */
struct field {
    char *path;
    char *label_zh; /* from the schema's annotation */
    char *label_en;
    char *value; /* normalised; never NULL, never blank: a blank field (absent, empty, white space, dashes: R-27) is not listed */
    char *shown_zh; /* what a code means, "男", "济南市"; NULL when the value speaks for itself */
    char *shown_en;
    int line; /* 1-based line in the form as sent */
};

struct form {
    char *root;     /* local name of the root element, "enterpriseRegistration" */
    char *label_zh; /* the form's name, "企业账号初次申请表（表5）" */
    char *label_en;
    char *variant;       /* root's variant attribute, or NULL; also the field "@variant" */
    GPtrArray *fields;   /* of struct field, in schema order */
    GHashTable *by_path; /* path -> field, for form_field(); NULL makes it search */
    char *canonical;     /* the normalised form as XML, UTF-8, a field a line, in schema order: what is shown, kept and digested */
    char *digest;        /* SHA-256 of canonical, 64 lower-case hex digits: whatever encoding, white space, prefixes were sent */
};

void field_free(struct field *field);
void form_free(struct form *form);

/* The value at `path`, or NULL when blank. Owned by the form. */
const char *form_value(const struct form *form, const char *path);
/* The field at `path`, or NULL. */
const struct field *form_field(const struct form *form, const char *path);
/* How many items `path` has: form_count(form, "trainee") is 3 when trainee[1] ... trainee[3] exist. */
guint form_count(const struct form *form, const char *path);
/* The value at `format`'s path: form_item(form, "trainee[%u]/idNumber", i). */
const char *form_item(const struct form *form, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* All forms' schemas with their labels, compiled once. */
struct form_catalog;

/* What another value would mean at the field `path` of the form, "济南市" for 370100; NULL when it speaks for itself. Owned by the catalog. */
const char *form_meaning(const struct form_catalog *catalog, const struct form *form, const char *path, const char *value,
                         gboolean english);

/* Load every `*.xsd` form schema below `directory` (templates/forms). After this no file is ever opened again: the parser calls
 * it before it gives up the right to. NULL and `error` when a schema does not compile. */
struct form_catalog *form_catalog_open(const char *directory, GError **error);
void form_catalog_free(struct form_catalog *catalog);
/* The settings uscc.checkOrgCode (off: `any_org_code`) and id.allowForeign (on: `allow_foreign`); both FALSE at first. */
void form_catalog_set(struct form_catalog *catalog, gboolean any_org_code, gboolean allow_foreign);
/* The root elements the catalog knows, NULL-terminated, owned by the catalog. */
const char *const *form_catalog_roots(const struct form_catalog *catalog);

/* Read one form. `bytes` in UTF-8, GB18030/GBK/GB2312 or UTF-16 by BOM or XML declaration; `charset` is the MIME charset or NULL
 * (a declaration in the document wins, bytes decide when both are wrong: charset.h). `today` is the civil date in Asia/Shanghai
 * for the "not in the future" rules. Findings of classes XML (too large is one), SCHEMA, FIELD and LOGIC (as far as the form
 * alone can tell) are appended; all of a class, then it stops. Returns the form when it is well formed and of a known root, even
 * with findings of fields (so that a corrected form can be offered); NULL otherwise. Never fails for any other reason. */
struct form *form_read(const struct form_catalog *catalog, const char *bytes, gsize size, const char *charset, const GDate *today,
                       GPtrArray *findings);

/* Read a canonical form back (from the state file): no validation. Asserts that it is one. */
struct form *form_reopen(const struct form_catalog *catalog, const char *canonical);

/* Add a finding about the field at `path` (which may be absent from the form) with its labels and line: for what only the
 * directory or the workflow can tell. The sentences may be NULL, as in finding_add(). A path the form's schema does not know is
 * one of the form as a whole. */
struct finding *form_finding_add(const struct form_catalog *catalog, const struct form *form, GPtrArray *findings, const char *code,
                                 const char *path, const char *zh, const char *en);

/* The name a form of this root travels under, by what people call it: "表5-企业账号初次申请表-enterpriseRegistration.xml". Caller frees. */
char *form_file_name(const struct form_catalog *catalog, const char *root);

/* The field's label out of the schema, in `zh` and `en`; FALSE when `root` has no such path. Owned by the catalog. */
gboolean form_label(const struct form_catalog *catalog, const char *root, const char *path, const char **zh, const char **en);

/* A blank form of `root` with Chinese comments beside each field, or one filled with `values` (may be NULL): UTF-8 XML for
 * attaching to a mail. Caller frees. */
char *form_blank(const struct form_catalog *catalog, const char *root, const struct form *values);

/* The form to send back after mistakes: as form_blank() with `values`, but a field that is wrong is left empty; the
 * finding stands in the comment beside it. */
char *form_corrected(const struct form_catalog *catalog, const struct form *values, const GPtrArray *findings);

#endif
