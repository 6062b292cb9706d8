#include "mailflow/form.h"

#include <string.h>

#include "mailflow/catalog.h"
#include "mailflow/charset.h"
#include "mailflow/division.h"
#include "mailflow/document.h"
#include "mailflow/fieldrule.h"
#include "mailflow/limits.h"
#include "mailflow/reading.h"
#include "mailflow/text.h"

void field_free(struct field *field)
{
    g_free(field->path);
    g_free(field->label_zh);
    g_free(field->label_en);
    g_free(field->value);
    g_free(field->shown_zh);
    g_free(field->shown_en);
    g_free(field);
}

void form_free(struct form *form)
{
    if (!form)
        return;
    g_free(form->root);
    g_free(form->label_zh);
    g_free(form->label_en);
    g_free(form->variant);
    g_clear_pointer(&form->by_path, g_hash_table_unref);
    g_ptr_array_unref(form->fields);
    g_free(form->canonical);
    g_free(form->digest);
    g_free(form);
}

const struct field *form_field(const struct form *form, const char *path)
{
    if (form->by_path)
        return g_hash_table_lookup(form->by_path, path);
    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = form->fields->pdata[i];
        if (strcmp(field->path, path) == 0)
            return field;
    }
    return NULL;
}

const char *form_value(const struct form *form, const char *path)
{
    const struct field *field = form_field(form, path);
    return field ? field->value : NULL;
}

const char *form_item(const struct form *form, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *path = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return form_value(form, path);
}

guint form_count(const struct form *form, const char *path)
{
    gsize length = strlen(path);
    guint64 count = 0;
    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = form->fields->pdata[i];
        if (strncmp(field->path, path, length) == 0 && field->path[length] == '[')
            count = MAX(count, g_ascii_strtoull(field->path + length + 1, NULL, 10));
    }
    return (guint)count;
}

static const char *meaning_of(const struct rule *rule, const char *value, gboolean english)
{
    const struct choice *choice = rule ? rule_choice(rule, value) : NULL;
    const struct division *division = rule && strcmp(rule->type, "cityCodeType") == 0 ? division_find(value) : NULL;

    if (choice)
        return english ? choice->label_en : choice->label_zh;
    if (division)
        return english ? division->en : division->zh;
    return NULL;
}

/* A value whose type stands beside it: "changes/change[1]/newValue" by the choice in "changes/change[1]/@field". */
static const struct rule *rule_beside(const struct form_catalog *catalog, const struct form *form, const struct decl *decl,
                                      const char *path)
{
    const struct decl *names = decl_attribute(decl->parent, decl->typed_by);
    g_autofree char *beside = g_strdup_printf("%.*s/@%s", (int)(strrchr(path, '/') - path), path, decl->typed_by);
    const char *named = form_value(form, beside);
    const struct choice *choice = named ? rule_choice(names->rule, named) : NULL;

    return choice ? catalog_rule(catalog, choice->type) : NULL;
}

const char *form_meaning(const struct form_catalog *catalog, const struct form *form, const char *path, const char *value,
                         gboolean english)
{
    const struct decl *decl = catalog_decl(catalog_schema(catalog, form->root), path);

    return meaning_of(decl->typed_by ? rule_beside(catalog, form, decl, path) : decl->rule, value, english);
}

/* From slots to fields */

static void add_field(struct form *form, const struct slot *slot)
{
    struct field *field = g_new0(struct field, 1);
    field->path = g_strdup(slot->path);
    field->label_zh = g_strdup(slot->decl->label_zh);
    field->label_en = g_strdup(slot->decl->label_en);
    field->value = g_strdup(slot->value);
    field->line = slot->line;
    field->shown_zh = g_strdup(meaning_of(slot->rule, field->value, FALSE));
    field->shown_en = g_strdup(meaning_of(slot->rule, field->value, TRUE));
    g_ptr_array_add(form->fields, field);
    g_hash_table_insert(form->by_path, field->path, field);
}

/* Text for an element or a quoted attribute; a line break becomes a reference, so that a field is a line. */
static void append_escaped(GString *out, const char *text)
{
    for (const char *p = text; *p;) {
        gsize plain = strcspn(p, "&<>\"\t\n\r");
        g_string_append_len(out, p, (gssize)plain);
        p += plain;
        if (*p)
            g_string_append_printf(out, "&#%d;", *p++);
    }
}

static void write_tag(GString *out, const xmlNode *node, const struct slot *slot)
{
    g_string_append_printf(out, "<%s", slot->decl->name);
    if (!slot->decl->parent)
        g_string_append(out, " xmlns=\"" FORM_NAMESPACE "\"");
    for (guint i = 0; i < slot->decl->attributes->len; i++) {
        const struct decl *decl = slot->decl->attributes->pdata[i];
        const xmlAttr *attr = xmlHasProp((xmlNode *)node, (const xmlChar *)decl->name);
        const struct slot *value = attr ? attr->_private : NULL;
        const char *text = decl->fixed ? decl->fixed : value ? value->value : NULL;
        if (!text)
            continue;
        g_string_append_printf(out, " %s=\"", decl->name);
        append_escaped(out, text);
        g_string_append_c(out, '"');
    }
    g_string_append_c(out, '>');
}

static gboolean worth_writing(const xmlNode *node)
{
    const struct slot *slot = node->type == XML_ELEMENT_NODE ? node->_private : NULL;
    return slot && (slot->value || slot->decl->children->len > 0);
}

static void write_canonical(GString *out, const xmlNode *node, int depth)
{
    const struct slot *slot = node->_private;
    g_string_append_printf(out, "%*s", depth * 2, "");
    write_tag(out, node, slot);
    if (slot->value) {
        append_escaped(out, slot->value);
    } else {
        g_string_append_c(out, '\n');
        for (const xmlNode *child = node->children; child; child = child->next)
            if (worth_writing(child))
                write_canonical(out, child, depth + 1);
        g_string_append_printf(out, "%*s", depth * 2, "");
    }
    g_string_append_printf(out, "</%s>\n", slot->decl->name);
}

static struct form *form_make(const struct reading *reading)
{
    struct form *form = g_new0(struct form, 1);
    const struct decl *root = reading->schema->root;
    form->root = g_strdup(root->name);
    form->label_zh = g_strdup(root->label_zh);
    form->label_en = g_strdup(root->label_en);
    form->variant = g_strdup(reading_value(reading, "@variant"));
    form->fields = g_ptr_array_new_with_free_func((GDestroyNotify)field_free);
    form->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < reading->slots->len; i++) {
        const struct slot *slot = reading->slots->pdata[i];
        if (slot->value && !g_hash_table_contains(form->by_path, slot->path)) /* a second one is a finding, and no value */
            add_field(form, slot);
    }
    GString *canonical = g_string_sized_new(2048);
    write_canonical(canonical, xmlDocGetRootElement(reading->doc), 0);
    form->digest = g_compute_checksum_for_string(G_CHECKSUM_SHA256, canonical->str, (gssize)canonical->len);
    form->canonical = g_string_free(canonical, FALSE);
    return form;
}

/* The door */

static const struct schema *schema_of(const struct form_catalog *catalog, const xmlDoc *doc, GPtrArray *findings)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    const struct schema *schema = catalog_schema(catalog, (const char *)root->name);
    gboolean ours = root->ns && strcmp((const char *)root->ns->href, FORM_NAMESPACE) == 0;
    if (schema && ours)
        return schema;
    g_autofree char *name = text_one_line((const char *)root->name, LIMIT_FORM_QUOTE_BYTES);
    g_autofree char *zh = g_strconcat("“", name, schema ? "”的命名空间应为 " FORM_NAMESPACE : "”不是本系统的表格", NULL);
    g_autofree char *en =
        g_strconcat("\"", name, schema ? "\" must be in the namespace " FORM_NAMESPACE : "\" is not a form of this system", NULL);
    finding_add(findings, "E-SCHEMA", zh, en)->line = (int)xmlGetLineNo(root);
    return NULL;
}

static int by_line(gconstpointer a, gconstpointer b)
{
    const struct finding *one = *(const struct finding *const *)a, *other = *(const struct finding *const *)b;
    return (one->line > other->line) - (one->line < other->line);
}

/* Class by class: a later one is not examined once an earlier one has failed. */
static void examine(struct reading *reading, guint before)
{
    reading_match(reading);
    if (finding_errors(reading->findings) > before)
        return;
    reading_validate(reading);
    if (finding_errors(reading->findings) > before)
        return;
    reading_judge(reading);
    fieldrule_fields(reading);
    if (finding_errors(reading->findings) > before)
        return;
    fieldrule_logic(reading);
}

static struct form *read_document(const struct form_catalog *catalog, xmlDoc *doc, const GDate *today, GPtrArray *findings)
{
    struct reading reading = {
        .catalog = catalog,
        .setting = {today, catalog->any_org_code, catalog->allow_foreign},
        .doc = doc,
        .findings = findings,
    };
    struct form *form = NULL;
    reading.schema = schema_of(catalog, doc, findings);
    if (reading.schema) {
        examine(&reading, finding_errors(findings));
        g_ptr_array_sort(findings, by_line);
        form = form_make(&reading);
    }
    reading_clear(&reading);
    return form;
}

static struct form *read_bytes(const struct form_catalog *catalog, const char *bytes, gsize size, const char *charset,
                               const GDate *today, GPtrArray *findings)
{
    gsize length;
    if (size > LIMIT_FORM_BYTES) {
        finding_add(findings, "E-XML", "文件超过1 MiB", "the file is larger than 1 MiB");
        return NULL;
    }
    g_autofree char *text = charset_read_xml(catalog->charset, bytes, size, charset, &length);
    if (!text) {
        finding_add(findings, "E-XML", "无法确定文字编码，或与文件声明的编码不符（请使用UTF-8或GB18030）",
                    "the encoding of the text is not clear, or not the one the file declares (use UTF-8 or GB18030)");
        return NULL;
    }
    xmlDoc *doc = document_read(text, length, findings);
    return doc ? read_document(catalog, doc, today, findings) : NULL;
}

struct form *form_read(const struct form_catalog *catalog, const char *bytes, gsize size, const char *charset, const GDate *today,
                       GPtrArray *findings)
{
    struct document_seal saved;
    document_seal(&saved);
    struct form *form = read_bytes(catalog, bytes, size, charset, today, findings);
    document_unseal(&saved);
    return form;
}

struct form *form_reopen(const struct form_catalog *catalog, const char *canonical)
{
    g_autoptr(GPtrArray) findings = finding_list();
    struct reading reading = {.catalog = catalog, .findings = findings};
    struct document_seal saved;
    document_seal(&saved);
    reading.doc = document_read(canonical, strlen(canonical), findings);
    g_assert(reading.doc);
    reading.schema = schema_of(catalog, reading.doc, findings);
    g_assert(reading.schema);
    reading_match(&reading);
    document_unseal(&saved);
    struct form *form = form_make(&reading);
    reading_clear(&reading);
    return form;
}

/* Labels for others */

gboolean form_label(const struct form_catalog *catalog, const char *root, const char *path, const char **zh, const char **en)
{
    const struct schema *schema = catalog_schema(catalog, root);
    const struct decl *decl = schema ? catalog_decl(schema, path) : NULL;
    if (!decl)
        return FALSE;
    *zh = decl->label_zh;
    *en = decl->label_en;
    return TRUE;
}

char *form_file_name(const struct form_catalog *catalog, const char *root)
{
    static const char open[] = "（", table[] = "（表";
    const struct schema *schema = catalog_schema(catalog, root);
    const char *label = schema ? schema->root->label_zh : "";
    const char *bracket = strstr(label, open), *number = strstr(label, table);
    int title = (int)(bracket ? bracket - label : (gssize)strlen(label));

    if (!title)
        return g_strdup_printf("%s.xml", root);
    if (!number)
        return g_strdup_printf("%.*s-%s.xml", title, label, root);
    number += strlen(open);
    return g_strdup_printf("%.*s-%.*s-%s.xml", (int)strcspn(number, "：）"), number, title, label, root);
}

struct finding *form_finding_add(const struct form_catalog *catalog, const struct form *form, GPtrArray *findings, const char *code,
                                 const char *path, const char *zh, const char *en)
{
    struct finding *finding = finding_add(findings, code, zh, en);
    const struct field *field = form_field(form, path);
    const char *label_zh, *label_en;
    if (form_label(catalog, form->root, path, &label_zh, &label_en)) {
        finding->field = g_strdup(path);
        finding->label_zh = g_strdup(label_zh);
        finding->label_en = g_strdup(label_en);
        finding->line = field ? field->line : 0;
    }
    return finding;
}
