#include "mailflow/reading.h"

#include <string.h>

#include "mailflow/limits.h"
#include "mailflow/text.h"

#define XSI "http://www.w3.org/2001/XMLSchema-instance"

static void slot_free(struct slot *slot)
{
    g_free(slot->path);
    g_free(slot->value);
    g_free(slot);
}

void reading_clear(struct reading *reading)
{
    g_clear_pointer(&reading->by_path, g_hash_table_unref);
    g_clear_pointer(&reading->slots, g_ptr_array_unref);
    g_clear_pointer(&reading->doc, xmlFreeDoc);
}

/* Findings */

static gboolean told_enough(const struct reading *reading)
{
    return reading->findings->len >= LIMIT_FORM_FINDINGS;
}

static struct finding *fault_of(struct reading *reading, const struct decl *decl, const char *path, const char *code,
                                const char *zh, const char *en)
{
    struct finding *finding = finding_add(reading->findings, code, zh, en);
    finding->field = g_strdup(path);
    finding->label_zh = g_strdup(decl->label_zh);
    finding->label_en = g_strdup(decl->label_en);
    return finding;
}

void reading_fault(struct reading *reading, const struct slot *slot, const char *code, const char *zh, const char *en)
{
    if (!told_enough(reading))
        fault_of(reading, slot->decl, slot->path, code, zh, en)->line = slot->line;
}

void reading_fault_at(struct reading *reading, const char *path, const char *code, const char *zh, const char *en)
{
    const struct slot *slot = reading_slot(reading, path);
    if (slot) {
        reading_fault(reading, slot, code, zh, en);
        return;
    }
    const struct decl *decl = catalog_decl(reading->schema, path);
    const char *slash = strrchr(path, '/');
    g_autofree char *parent = g_strndup(path, slash ? (gsize)(slash - path) : 0);
    const struct slot *nearest = reading_slot(reading, parent);
    for (guint i = 0; i < decl->parent->children->len && decl->parent->children->pdata[i] != decl; i++) {
        const struct decl *sibling = decl->parent->children->pdata[i];
        g_autofree char *before = g_strconcat(parent, slash ? "/" : "", sibling->name, sibling->max > 1 ? "[1]" : "", NULL);
        slot = reading_slot(reading, before);
        nearest = slot ? slot : nearest;
    }
    if (!told_enough(reading))
        fault_of(reading, decl, path, code, zh, en)->line = nearest ? nearest->line : 0;
}

static void stray(struct reading *reading, int line, const xmlChar *name, const char *zh, const char *en)
{
    if (told_enough(reading))
        return;
    g_autofree char *quoted = text_one_line((const char *)name, LIMIT_FORM_QUOTE_BYTES);
    g_autofree char *sentence_zh = g_strdup_printf("“%s”%s", quoted, zh), *sentence_en = g_strdup_printf("\"%s\" %s", quoted, en);
    finding_add(reading->findings, "E-SCHEMA", sentence_zh, sentence_en)->line = line;
}

/* Looking at elements */

static gboolean ours(const xmlNode *node)
{
    return node->ns && strcmp((const char *)node->ns->href, FORM_NAMESPACE) == 0;
}

static gboolean is_text(const xmlNode *node)
{
    return node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE;
}

static gboolean white(const xmlChar *text)
{
    return text == NULL || text[strspn((const char *)text, " \t\r\n")] == '\0';
}

static int line_of(const xmlNode *node)
{
    return (int)xmlGetLineNo(node);
}

/* Whether nothing was filled in below a node: every text blank, every attribute blank. */
static gboolean blank_below(const xmlNode *node)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next)
        if (attr->children && !text_blank((const char *)attr->children->content))
            return FALSE;
    for (const xmlNode *child = node->children; child; child = child->next)
        if (is_text(child) ? !text_blank((const char *)child->content) : !blank_below(child))
            return FALSE;
    return TRUE;
}

/* Slots */

static struct slot *slot_make(struct reading *reading, const struct decl *decl, const struct slot *parent, guint index, int line)
{
    struct slot *slot = g_new0(struct slot, 1);
    slot->decl = decl;
    slot->rule = decl->rule;
    slot->line = line;
    const char *above = parent ? parent->path : "", *slash = *above ? "/" : "", *mark = decl->attribute ? "@" : "";
    if (!parent)
        slot->path = g_strdup("");
    else if (decl->max > 1)
        slot->path = g_strdup_printf("%s%s%s[%u]", above, slash, decl->name, index);
    else
        slot->path = g_strconcat(above, slash, mark, decl->name, NULL);
    g_ptr_array_add(reading->slots, slot);
    g_hash_table_insert(reading->by_path, slot->path, slot);
    return slot;
}

/* Bytes a value of this type can have at most: so that the validator's patterns meet nothing long. */
static gsize most_bytes(const struct rule *rule)
{
    if (!rule)
        return LIMIT_FORM_VALUE_BYTES;
    return rule->max_length > 0 ? 4 * (gsize)rule->max_length + 4 : LIMIT_FORM_CODE_BYTES;
}

/* The text as the slot's value; returns what the schema is to judge. */
static const char *slot_fill(struct slot *slot, const char *text)
{
    if (text_blank(text)) {
        slot->missing = TRUE;
        return "";
    }
    slot->too_long = strlen(text) > LIMIT_FORM_VALUE_BYTES;
    if (!slot->too_long) {
        slot->value = slot->rule ? slot->rule->normal(text) : text_trim(text);
        slot->too_long = strlen(slot->value) > most_bytes(slot->rule);
    }
    if (slot->too_long)
        g_clear_pointer(&slot->value, g_free);
    return slot->value ? slot->value : "";
}

static void match_fixed(struct reading *reading, xmlNode *node, const struct decl *decl)
{
    xmlChar *value = xmlGetNoNsProp(node, (const xmlChar *)decl->name);
    if (g_strcmp0((const char *)value, decl->fixed) != 0) {
        g_autofree char *zh = g_strdup_printf("的属性%s应为\"%s\"", decl->name, decl->fixed);
        g_autofree char *en = g_strdup_printf("must have the attribute %s=\"%s\"", decl->name, decl->fixed);
        stray(reading, line_of(node), node->name, zh, en);
    }
    xmlFree(value);
}

static void match_attribute(struct reading *reading, xmlNode *node, const struct decl *decl, const struct slot *owner)
{
    if (decl->fixed) {
        match_fixed(reading, node, decl);
        return;
    }
    xmlAttr *attr = xmlHasProp(node, (const xmlChar *)decl->name);
    if (!attr && decl->min == 0)
        return;
    struct slot *slot = slot_make(reading, decl, owner, 0, owner->line);
    xmlChar *text = attr ? xmlNodeListGetString(node->doc, attr->children, 1) : NULL;
    const char *judged = slot_fill(slot, text ? (const char *)text : "");
    attr = xmlSetProp(node, (const xmlChar *)decl->name, (const xmlChar *)judged);
    attr->_private = slot;
    slot->refused = slot->value && !rule_choice(slot->rule, slot->value);
    xmlFree(text);
}

static void match_attributes(struct reading *reading, xmlNode *node, const struct slot *slot)
{
    for (xmlAttr *attr = node->properties, *next; attr; attr = next) {
        next = attr->next;
        if (attr->ns && strcmp((const char *)attr->ns->href, XSI) == 0 &&
            (strcmp((const char *)attr->name, "schemaLocation") == 0 ||
             strcmp((const char *)attr->name, "noNamespaceSchemaLocation") == 0))
            xmlRemoveProp(attr); /* the validator would go and look there */
        else if (attr->ns || !decl_attribute(slot->decl, (const char *)attr->name))
            stray(reading, line_of(node), attr->name, "不是本表格的属性", "is not an attribute of this form");
    }
    for (guint i = 0; i < slot->decl->attributes->len; i++)
        match_attribute(reading, node, slot->decl->attributes->pdata[i], slot);
}

/* The type of a value that depends on which field it is for; told to the validator as xsi:type. */
static void match_type(struct reading *reading, xmlNode *node, struct slot *slot)
{
    const struct decl *names = decl_attribute(slot->decl->parent, slot->decl->typed_by);
    xmlChar *name = xmlGetNoNsProp(node->parent, (const xmlChar *)slot->decl->typed_by);
    const struct choice *choice = name ? rule_choice(names->rule, (const char *)name) : NULL;
    xmlFree(name);
    if (!choice)
        return;
    slot->rule = catalog_rule(reading->catalog, choice->type);
    const char *prefix = (const char *)node->ns->prefix;
    g_autofree char *type = g_strconcat(prefix ? prefix : "", prefix ? ":" : "", choice->type, NULL);
    xmlNs *xsi = xmlNewNs(node, (const xmlChar *)XSI, (const xmlChar *)"type-of-value");
    xmlNewNsProp(node, xsi, (const xmlChar *)"type", (const xmlChar *)type);
}

static void match_leaf(struct reading *reading, xmlNode *node, struct slot *slot)
{
    for (const xmlNode *child = node->children; child; child = child->next)
        if (!is_text(child)) {
            stray(reading, line_of(child), child->name, "不能出现在此处", "cannot stand here");
            return;
        }
    if (slot->decl->typed_by)
        match_type(reading, node, slot);
    xmlChar *text = xmlNodeGetContent(node);
    const char *judged = slot_fill(slot, (const char *)text);
    if (strcmp(judged, (const char *)text) != 0) {
        xmlNodeSetContent(node, NULL);
        xmlNodeAddContent(node, (const xmlChar *)judged);
    }
    xmlFree(text);
}

static void match_element(struct reading *reading, xmlNode *node, const struct decl *decl, const struct slot *parent, guint index,
                          int line);

/* Where a missing element is told to be: at the element it should come after, or else at its parent. */
static int missing_line(const xmlNode *after, const struct slot *owner)
{
    const struct slot *before = after ? after->_private : NULL;
    return before ? before->line : owner->line;
}

/* Of one declaration: the nodes found for it are numbered, blank ones taken out unless one is needed, a missing one put in after
 * `*after`. */
static void match_occurrences(struct reading *reading, GPtrArray *nodes, const struct decl *decl, xmlNode *parent,
                              const struct slot *owner, xmlNode **after)
{
    guint filled = 0, index = 0;
    for (guint i = 0; i < nodes->len; i++)
        filled += !blank_below(nodes->pdata[i]);
    guint wanted_blank = filled < decl->min ? 1 : 0;
    for (guint i = 0; i < nodes->len; i++) {
        xmlNode *node = nodes->pdata[i];
        gboolean blank = filled < nodes->len && blank_below(node);
        if (blank && wanted_blank == 0) {
            xmlUnlinkNode(node);
            xmlFreeNode(node);
            continue;
        }
        wanted_blank -= blank;
        if (++index == decl->max + 1 && decl->max != G_MAXUINT) {
            g_autofree char *zh = g_strdup_printf("最多填写%u项", decl->max),
                            *en = g_strdup_printf("may be given at most %u times", decl->max);
            stray(reading, line_of(node), node->name, decl->max == 1 ? "只能填写一次" : zh,
                  decl->max == 1 ? "may be given only once" : en);
        }
        match_element(reading, node, decl, owner, index, line_of(node));
        *after = node;
    }
    if (wanted_blank) {
        xmlNode *node = xmlNewDocNode(parent->doc, parent->ns, (const xmlChar *)decl->name, NULL);
        if (*after)
            xmlAddNextSibling(*after, node);
        else if (parent->children)
            xmlAddPrevSibling(parent->children, node);
        else
            xmlAddChild(parent, node);
        match_element(reading, node, decl, owner, 1, missing_line(*after, owner));
        *after = node;
    }
}

/* Sort a child element to its declaration's nodes, or say why it has none. `*last` is the furthest place reached so far. */
static void place_child(struct reading *reading, xmlNode *child, const struct decl *decl, GPtrArray **nodes, guint *last)
{
    guint place = 0;
    const struct decl *found = decl_child(decl, (const char *)child->name, &place);
    if (!found) {
        stray(reading, line_of(child), child->name, "不是本表格的项目", "is not an element of this form");
        return;
    }
    if (!ours(child)) {
        stray(reading, line_of(child), child->name, "的命名空间应为 " FORM_NAMESPACE, "must be in the namespace " FORM_NAMESPACE);
        return;
    }
    if (place < *last) {
        g_autofree char *zh = g_strdup_printf("应在“%s”之前", ((const struct decl *)decl->children->pdata[*last])->name);
        g_autofree char *en = g_strdup_printf("must come before \"%s\"", ((const struct decl *)decl->children->pdata[*last])->name);
        stray(reading, line_of(child), child->name, zh, en);
    }
    *last = MAX(*last, place);
    if (!nodes[place])
        nodes[place] = g_ptr_array_new();
    g_ptr_array_add(nodes[place], child);
}

static void match_children(struct reading *reading, xmlNode *node, const struct slot *slot)
{
    const GPtrArray *children = slot->decl->children;
    g_autofree GPtrArray **nodes = g_new0(GPtrArray *, children->len);
    guint last = 0;
    for (xmlNode *child = node->children, *next; child; child = next) {
        next = child->next;
        if (child->type == XML_ELEMENT_NODE) {
            place_child(reading, child, slot->decl, nodes, &last);
        } else if (!white(child->content)) {
            if (!text_blank((const char *)child->content))
                stray(reading, line_of(node), node->name, "内不能直接填写文字", "cannot hold text itself");
            xmlUnlinkNode(child);
            xmlFreeNode(child);
        }
    }
    xmlNode *after = NULL;
    g_autoptr(GPtrArray) none = g_ptr_array_new();
    for (guint i = 0; i < children->len; i++) {
        match_occurrences(reading, nodes[i] ? nodes[i] : none, children->pdata[i], node, slot, &after);
        g_clear_pointer(&nodes[i], g_ptr_array_unref);
    }
}

static void match_element(struct reading *reading, xmlNode *node, const struct decl *decl, const struct slot *parent, guint index,
                          int line)
{
    struct slot *slot = slot_make(reading, decl, parent, index, line);
    node->_private = slot;
    match_attributes(reading, node, slot);
    if (decl->children->len > 0)
        match_children(reading, node, slot);
    else
        match_leaf(reading, node, slot);
}

void reading_match(struct reading *reading)
{
    xmlNode *root = xmlDocGetRootElement(reading->doc);
    reading->slots = g_ptr_array_new_with_free_func((GDestroyNotify)slot_free);
    reading->by_path = g_hash_table_new(g_str_hash, g_str_equal);
    match_element(reading, root, reading->schema->root, NULL, 0, line_of(root));
}

/* The validator's word */

/* The validator tells what is wrong with an attribute as of its element. The attributes of forms are all enumerated:
 * match_attribute() knows already. */
static gboolean told_by_attribute(const xmlNode *node)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        const struct slot *slot = attr->_private;
        if (slot && (slot->missing || slot->too_long || slot->refused))
            return TRUE;
    }
    return FALSE;
}

static void mark_refused(void *context, xmlError *error)
{
    struct reading *reading = context;
    const xmlNode *node = error->node;
    struct slot *slot = node ? node->_private : NULL;
    if (slot && (slot->missing || slot->too_long || told_by_attribute(node)))
        return;
    if (slot && slot->value) {
        slot->refused = TRUE;
        slot->refused_length |= error->code == XML_SCHEMAV_CVC_MINLENGTH_VALID || error->code == XML_SCHEMAV_CVC_MAXLENGTH_VALID;
        return;
    }
    g_autofree char *en = text_one_line(error->message, 2 * LIMIT_FORM_QUOTE_BYTES);
    if (!told_enough(reading))
        finding_add(reading->findings, "E-SCHEMA", NULL, en)->line = slot ? slot->line : error->line;
}

void reading_validate(struct reading *reading)
{
    xmlSchemaValidCtxt *validator = xmlSchemaNewValidCtxt(reading->schema->xsd);
    g_assert(validator);
    xmlSchemaSetValidStructuredErrors(validator, mark_refused, reading);
    int result = xmlSchemaValidateDoc(validator, reading->doc);
    if (result < 0)
        finding_add(reading->findings, "E-SCHEMA", NULL, NULL);
    xmlSchemaFreeValidCtxt(validator);
}

/* Judging slot by slot */

static void judge_length(struct reading *reading, const struct slot *slot)
{
    const struct rule *rule = slot->rule;
    if (!rule || rule->max_length == 0) {
        reading_fault(reading, slot, "E-LEN", NULL, NULL);
        return;
    }
    g_autofree char *zh = rule->min_length > 1 ? g_strdup_printf("应为%d至%d个字符", rule->min_length, rule->max_length)
                                               : g_strdup_printf("不能超过%d个字符", rule->max_length);
    g_autofree char *en = rule->min_length > 1
                              ? g_strdup_printf("must have %d to %d characters", rule->min_length, rule->max_length)
                              : g_strdup_printf("must not have more than %d characters", rule->max_length);
    reading_fault(reading, slot, "E-LEN", zh, en);
}

static void judge_choice(struct reading *reading, const struct slot *slot)
{
    g_autoptr(GString) zh = g_string_new("应为"), en = g_string_new("must be");
    for (guint i = 0; i < slot->rule->choices->len; i++) {
        const struct choice *choice = slot->rule->choices->pdata[i];
        g_string_append_printf(zh, "%s%s（%s）", i ? "、" : "", choice->value, choice->label_zh);
        g_string_append_printf(en, "%s %s (%s)", i ? "," : "", choice->value, choice->label_en);
    }
    reading_fault(reading, slot, slot->rule->code, zh->str, en->str);
}

static void judge_refused(struct reading *reading, const struct slot *slot)
{
    const struct rule *rule = slot->rule;
    if (slot->refused_length || !rule) {
        judge_length(reading, slot);
    } else if (rule->choices->len > 0 && rule->choices->len <= 8) {
        judge_choice(reading, slot);
    } else if (strcmp(rule->code, "E-VALUE") == 0 || strcmp(rule->code, "E-DATE") == 0) {
        g_autofree char *zh = g_strdup_printf("不符合规定（%s）", rule->hint_zh),
                        *en = g_strdup_printf("is not of the right form (%s)", rule->hint_en);
        reading_fault(reading, slot, rule->code, zh, en);
    } else {
        reading_fault(reading, slot, rule->code, NULL, NULL);
    }
}

void reading_judge(struct reading *reading)
{
    for (guint i = 0; i < reading->slots->len; i++) {
        const struct slot *slot = reading->slots->pdata[i];
        struct value_fault fault = {0};
        if (slot->missing)
            reading_fault(reading, slot, "E-REQ", NULL, NULL);
        else if (slot->too_long)
            judge_length(reading, slot);
        else if (slot->value && slot->rule && slot->rule->check && slot->rule->check(slot->value, &reading->setting, &fault))
            reading_fault(reading, slot, fault.code, fault.zh, fault.en);
        else if (slot->refused)
            judge_refused(reading, slot);
        value_fault_clear(&fault);
    }
}

/* Finding slots */

const struct slot *reading_slot(const struct reading *reading, const char *path)
{
    return g_hash_table_lookup(reading->by_path, path);
}

const char *reading_value(const struct reading *reading, const char *path)
{
    const struct slot *slot = reading_slot(reading, path);
    return slot ? slot->value : NULL;
}

const struct slot *reading_sibling(const struct reading *reading, const struct slot *slot, const char *name)
{
    const char *slash = strrchr(slot->path, '/');
    g_autofree char *path = g_strdup_printf("%.*s%s", slash ? (int)(slash - slot->path) + 1 : 0, slot->path, name);
    return reading_slot(reading, path);
}
