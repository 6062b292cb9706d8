#include "mailflow/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "mailflow/text.h"

#define XSD "http://www.w3.org/2001/XMLSchema"
#define RULES "urn:countersign:schema:1"

/* What is needed while one directory of schemas is read. `first` keeps the first thing that was wrong. */
struct loading {
    struct form_catalog *catalog;
    const char *directory;
    const char *file;
    xmlNode *shared; /* <xs:schema> of types.xsd */
    GError *first;
};

static void complain(struct loading *loading, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void complain(struct loading *loading, const char *format, ...)
{
    if (loading->first)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *words = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(&loading->first, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "%s/%s: %s", loading->directory, loading->file,
                words);
}

static void choice_free(struct choice *choice)
{
    g_free(choice->value);
    g_free(choice->label_zh);
    g_free(choice->label_en);
    g_free(choice->type);
    g_free(choice);
}

static void rule_free(struct rule *rule)
{
    g_free(rule->type);
    g_free(rule->hint_zh);
    g_free(rule->hint_en);
    g_ptr_array_unref(rule->choices);
    g_free(rule);
}

static void decl_free(struct decl *decl)
{
    g_free(decl->name);
    g_free(decl->label_zh);
    g_free(decl->label_en);
    g_free(decl->note_zh);
    g_free(decl->note_en);
    g_free(decl->fixed);
    g_free(decl->typed_by);
    g_ptr_array_unref(decl->attributes);
    g_ptr_array_unref(decl->children);
    g_free(decl);
}

static void schema_free(struct schema *schema)
{
    if (schema->root)
        decl_free(schema->root);
    xmlSchemaFree(schema->xsd);
    g_free(schema);
}

/* Reading schema documents */

static gboolean is_named(const xmlNode *node, const char *namespace, const char *name)
{
    return node->type == XML_ELEMENT_NODE && node->ns && strcmp((const char *)node->ns->href, namespace) == 0 &&
           strcmp((const char *)node->name, name) == 0;
}

static xmlNode *child_named(const xmlNode *node, const char *namespace, const char *name)
{
    for (xmlNode *child = node ? node->children : NULL; child; child = child->next)
        if (is_named(child, namespace, name))
            return child;
    return NULL;
}

/* An attribute's value for g_free(), or NULL. */
static char *attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = node ? xmlGetNoNsProp(node, (const xmlChar *)name) : NULL;
    char *copy = g_strdup((const char *)value);
    xmlFree(value);
    return copy;
}

static char *documentation(const xmlNode *node, const char *language)
{
    const xmlNode *annotation = child_named(node, XSD, "annotation");
    for (xmlNode *child = annotation ? annotation->children : NULL; child; child = child->next) {
        if (!is_named(child, XSD, "documentation"))
            continue;
        xmlChar *lang = xmlNodeGetLang(child), *text = xmlNodeGetContent(child);
        char *found = g_strcmp0((const char *)lang, language) == 0 ? text_trim((const char *)text) : NULL;
        xmlFree(lang);
        xmlFree(text);
        if (found)
            return found;
    }
    return NULL;
}

static const xmlNode *rule_element(const xmlNode *node)
{
    return child_named(child_named(child_named(node, XSD, "annotation"), XSD, "appinfo"), RULES, "rule");
}

/* A global definition by kind and name, in the form's own file or the shared one. */
static xmlNode *definition(const struct loading *loading, const xmlNode *form, const char *kind, const char *name)
{
    const xmlNode *places[] = {form, loading->shared};
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++)
        for (xmlNode *child = places[i] ? places[i]->children : NULL; child; child = child->next) {
            g_autofree char *found = is_named(child, XSD, kind) ? attribute(child, "name") : NULL;
            if (g_strcmp0(found, name) == 0)
                return child;
        }
    return NULL;
}

/* Rules of simple types */

static void read_choice(struct loading *loading, struct rule *rule, const xmlNode *node)
{
    struct choice *choice = g_new0(struct choice, 1);
    choice->value = attribute(node, "value");
    choice->label_zh = documentation(node, "zh");
    choice->label_en = documentation(node, "en");
    choice->type = attribute(rule_element(node), "type");
    g_ptr_array_add(rule->choices, choice);
    if (!choice->value || !choice->label_zh || !choice->label_en)
        complain(loading, "an enumeration of type %s lacks a value or a label", rule->type);
}

static void read_facets(struct loading *loading, struct rule *rule, const xmlNode *restriction)
{
    for (xmlNode *facet = restriction->children; facet; facet = facet->next) {
        if (facet->type != XML_ELEMENT_NODE)
            continue;
        g_autofree char *value = attribute(facet, "value");
        if (is_named(facet, XSD, "minLength") && value)
            rule->min_length = atoi(value);
        else if (is_named(facet, XSD, "maxLength") && value)
            rule->max_length = atoi(value);
        else if (is_named(facet, XSD, "enumeration"))
            read_choice(loading, rule, facet);
    }
}

static void read_rule(struct loading *loading, const xmlNode *node)
{
    const xmlNode *element = rule_element(node);
    struct rule *rule = g_new0(struct rule, 1);
    rule->type = attribute(node, "name");
    rule->hint_zh = documentation(node, "zh");
    rule->hint_en = documentation(node, "en");
    rule->choices = g_ptr_array_new_with_free_func((GDestroyNotify)choice_free);
    g_autofree char *code = attribute(element, "code"), *normal = attribute(element, "normal"),
                    *check = attribute(element, "check");
    rule->code = code ? g_intern_string(code) : NULL;
    rule->normal = normal ? value_normal_find(normal) : NULL;
    rule->check = check ? value_check_find(check) : NULL;
    if (!rule->type || !rule->hint_zh || !rule->hint_en || !rule->code || !rule->normal || (check && !rule->check))
        complain(loading, "simple type %s lacks documentation, a finding's code, or a known normal form or check",
                 rule->type ? rule->type : "without name");
    const xmlNode *restriction = child_named(node, XSD, "restriction");
    if (restriction)
        read_facets(loading, rule, restriction);
    if (rule->type)
        g_hash_table_replace(loading->catalog->rules, rule->type, rule);
    else
        rule_free(rule);
}

/* Declarations of elements and attributes */

static struct decl *decl_make(struct loading *loading, const xmlNode *node, const struct decl *parent)
{
    struct decl *decl = g_new0(struct decl, 1);
    decl->name = attribute(node, "name");
    decl->label_zh = documentation(node, "zh");
    decl->label_en = documentation(node, "en");
    decl->note_zh = attribute(rule_element(node), "note-zh");
    decl->note_en = attribute(rule_element(node), "note-en");
    decl->parent = parent;
    decl->min = decl->max = 1;
    decl->attributes = g_ptr_array_new_with_free_func((GDestroyNotify)decl_free);
    decl->children = g_ptr_array_new_with_free_func((GDestroyNotify)decl_free);
    if (!decl->name)
        complain(loading, "line %d: a declaration without a name", node->line);
    return decl;
}

static void read_attribute(struct loading *loading, struct decl *owner, const xmlNode *node)
{
    struct decl *decl = decl_make(loading, node, owner);
    decl->attribute = TRUE;
    g_autofree char *use = attribute(node, "use"), *type = attribute(node, "type");
    decl->min = g_strcmp0(use, "required") == 0;
    decl->fixed = attribute(node, "fixed");
    decl->rule = type ? catalog_rule(loading->catalog, type) : NULL;
    if (!decl->fixed && (!decl->rule || decl->rule->choices->len == 0 || !decl->label_zh || !decl->label_en))
        complain(loading, "attribute %s lacks an enumerated type or its labels", decl->name);
    g_ptr_array_add(owner->attributes, decl);
}

static void read_particles(struct loading *loading, struct decl *owner, const xmlNode *form, const xmlNode *sequence);

static void read_content(struct loading *loading, struct decl *owner, const xmlNode *form, const xmlNode *complex)
{
    const xmlNode *sequence = child_named(complex, XSD, "sequence");
    if (!sequence)
        complain(loading, "%s is not a sequence of elements", owner->name);
    else
        read_particles(loading, owner, form, sequence);
    for (const xmlNode *child = complex->children; child; child = child->next)
        if (is_named(child, XSD, "attribute"))
            read_attribute(loading, owner, child);
}

static guint occurs(const xmlNode *node, const char *name)
{
    g_autofree char *value = attribute(node, name);
    if (!value)
        return 1;
    return strcmp(value, "unbounded") == 0 ? G_MAXUINT : (guint)atoi(value);
}

static void read_type(struct loading *loading, struct decl *decl, const xmlNode *form, const xmlNode *node)
{
    g_autofree char *type = attribute(node, "type");
    const xmlNode *complex = child_named(node, XSD, "complexType");
    if (!complex && type)
        complex = definition(loading, form, "complexType", type);
    if (complex) {
        read_content(loading, decl, form, complex);
        return;
    }
    decl->typed_by = attribute(rule_element(node), "typed-by");
    decl->rule = type ? catalog_rule(loading->catalog, type) : NULL;
    if (!decl->rule && !decl->typed_by)
        complain(loading, "element %s has no type of types.xsd", decl->name);
}

static struct decl *read_element(struct loading *loading, const struct decl *parent, const xmlNode *form, const xmlNode *node)
{
    struct decl *decl = decl_make(loading, node, parent);
    decl->min = occurs(node, "minOccurs");
    decl->max = occurs(node, "maxOccurs");
    if (!decl->label_zh || !decl->label_en)
        complain(loading, "element %s lacks a label in Chinese or English", decl->name);
    read_type(loading, decl, form, node);
    return decl;
}

static void read_particles(struct loading *loading, struct decl *owner, const xmlNode *form, const xmlNode *sequence)
{
    for (const xmlNode *child = sequence->children; child; child = child->next) {
        if (child->type != XML_ELEMENT_NODE || is_named(child, XSD, "annotation"))
            continue;
        if (is_named(child, XSD, "element")) {
            g_ptr_array_add(owner->children, read_element(loading, owner, form, child));
            continue;
        }
        g_autofree char *name = is_named(child, XSD, "group") ? attribute(child, "ref") : NULL;
        const xmlNode *group = name ? definition(loading, form, "group", name) : NULL;
        if (group)
            read_particles(loading, owner, form, child_named(group, XSD, "sequence"));
        else
            complain(loading, "%s holds <%s>, which this program does not know", owner->name, (const char *)child->name);
    }
}

/* Files */

static void first_error(void *context, xmlError *error)
{
    g_autofree char *words = text_one_line(error->message, 200);
    complain(context, "line %d: %s", error->line, words);
}

static xmlSchema *compile(struct loading *loading, const char *path)
{
    xmlSchemaParserCtxt *parser = xmlSchemaNewParserCtxt(path);
    g_assert(parser);
    xmlSchemaSetParserStructuredErrors(parser, first_error, loading);
    xmlSchema *xsd = xmlSchemaParse(parser);
    xmlSchemaFreeParserCtxt(parser);
    if (!xsd)
        complain(loading, "does not compile as a schema");
    return xsd;
}

static xmlDoc *load(struct loading *loading, const char *file)
{
    loading->file = file;
    g_autofree char *path = g_build_filename(loading->directory, file, NULL);
    xmlDoc *doc = xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS);
    xmlNode *root = doc ? xmlDocGetRootElement(doc) : NULL;
    if (root && is_named(root, XSD, "schema"))
        return doc;
    complain(loading, "cannot be read as a schema");
    xmlFreeDoc(doc);
    return NULL;
}

static void load_form(struct loading *loading, const char *file)
{
    xmlDoc *doc = load(loading, file);
    if (!doc)
        return;
    const xmlNode *form = xmlDocGetRootElement(doc), *element = child_named(form, XSD, "element");
    if (element) {
        g_autofree char *path = g_build_filename(loading->directory, file, NULL);
        struct schema *schema = g_new0(struct schema, 1);
        g_ptr_array_add(loading->catalog->schemas, schema);
        schema->xsd = compile(loading, path);
        schema->root = read_element(loading, NULL, form, element);
        g_ptr_array_add(loading->catalog->roots, schema->root->name);
    } else {
        complain(loading, "declares no form");
    }
    xmlFreeDoc(doc);
}

static int by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names of the schemas in the directory but the shared one, sorted so that faults are told in the same order everywhere. */
static GPtrArray *schema_files(const char *directory, GError **error)
{
    GDir *dir = g_dir_open(directory, 0, error);
    if (!dir)
        return NULL;
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    for (const char *name = g_dir_read_name(dir); name; name = g_dir_read_name(dir))
        if (g_str_has_suffix(name, ".xsd") && strcmp(name, "types.xsd") != 0)
            g_ptr_array_add(files, g_strdup(name));
    g_dir_close(dir);
    g_ptr_array_sort(files, by_name);
    return files;
}

static void load_all(struct loading *loading, const GPtrArray *files)
{
    xmlDoc *types = load(loading, "types.xsd");
    if (!types)
        return;
    loading->shared = xmlDocGetRootElement(types);
    for (xmlNode *child = loading->shared->children; child; child = child->next)
        if (is_named(child, XSD, "simpleType"))
            read_rule(loading, child);
    for (guint i = 0; i < files->len; i++)
        load_form(loading, files->pdata[i]);
    if (files->len == 0)
        complain(loading, "no form schema beside it");
    xmlFreeDoc(types);
}

struct form_catalog *form_catalog_open(const char *directory, GError **error)
{
    g_autoptr(GPtrArray) files = schema_files(directory, error);
    struct charset *charset = files ? charset_open(error) : NULL;
    if (!charset)
        return NULL;
    xmlInitParser();
    struct form_catalog *catalog = g_new0(struct form_catalog, 1);
    catalog->charset = charset;
    catalog->schemas = g_ptr_array_new_with_free_func((GDestroyNotify)schema_free);
    catalog->roots = g_ptr_array_new();
    catalog->rules = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)rule_free);
    struct loading loading = {.catalog = catalog, .directory = directory};
    load_all(&loading, files);
    g_ptr_array_add(catalog->roots, NULL);
    if (loading.first) {
        g_propagate_error(error, loading.first);
        g_clear_pointer(&catalog, form_catalog_free);
    }
    return catalog;
}

void form_catalog_free(struct form_catalog *catalog)
{
    if (!catalog)
        return;
    g_ptr_array_unref(catalog->schemas);
    g_ptr_array_unref(catalog->roots);
    g_hash_table_unref(catalog->rules);
    charset_close(catalog->charset);
    g_free(catalog);
}

const char *const *form_catalog_roots(const struct form_catalog *catalog)
{
    return (const char *const *)catalog->roots->pdata;
}

void form_catalog_set(struct form_catalog *catalog, gboolean any_org_code, gboolean allow_foreign)
{
    catalog->any_org_code = any_org_code;
    catalog->allow_foreign = allow_foreign;
}

/* Looking up */

const struct schema *catalog_schema(const struct form_catalog *catalog, const char *root)
{
    for (guint i = 0; i < catalog->schemas->len; i++) {
        const struct schema *schema = catalog->schemas->pdata[i];
        if (strcmp(schema->root->name, root) == 0)
            return schema;
    }
    return NULL;
}

const struct rule *catalog_rule(const struct form_catalog *catalog, const char *type)
{
    return g_hash_table_lookup(catalog->rules, type);
}

static const struct decl *decl_named(const GPtrArray *list, const char *name, gsize length, guint *index)
{
    for (guint i = 0; i < list->len; i++) {
        const struct decl *decl = list->pdata[i];
        if (strncmp(decl->name, name, length) == 0 && decl->name[length] == '\0') {
            if (index)
                *index = i;
            return decl;
        }
    }
    return NULL;
}

const struct decl *decl_child(const struct decl *decl, const char *name, guint *index)
{
    return decl_named(decl->children, name, strlen(name), index);
}

const struct decl *decl_attribute(const struct decl *decl, const char *name)
{
    return decl_named(decl->attributes, name, strlen(name), NULL);
}

const struct decl *catalog_decl(const struct schema *schema, const char *path)
{
    const struct decl *decl = schema->root;
    while (decl && *path) {
        gboolean is_attribute = *path == '@';
        path += is_attribute;
        decl = decl_named(is_attribute ? decl->attributes : decl->children, path, strcspn(path, "[/"), NULL);
        path += strcspn(path, "/");
        path += *path == '/';
    }
    return decl;
}

const struct choice *rule_choice(const struct rule *rule, const char *value)
{
    for (guint i = 0; i < rule->choices->len; i++) {
        const struct choice *choice = rule->choices->pdata[i];
        if (strcmp(choice->value, value) == 0)
            return choice;
    }
    return NULL;
}
