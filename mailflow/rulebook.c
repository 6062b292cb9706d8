/* Reading templates/procedures.xml into the values of procedure.h. */
#include "mailflow/procedure.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchema, xmlSchemaFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt)

static enum event event_of(const char *name)
{
    for (int i = 0; i < EVENT_COUNT; i++)
        if (g_str_equal(event_name((enum event)i), name))
            return (enum event)i;
    g_assert_not_reached(); /* the schema lets no other name through */
}

static const struct {
    const char *name;
    enum applicant applicant;
} applicant_names[] = {
    {"newcomer", APPLICANT_NEWCOMER},
    {"enterprise", APPLICANT_ENTERPRISE},
    {"school", APPLICANT_SCHOOL},
    {"individual", APPLICANT_INDIVIDUAL},
};

/* Reading: one small function per element; the schema has settled what may be missing. */

static char *read_attribute(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, BAD_CAST name);
    char *copy = g_strdup((char *)value);

    xmlFree(value);
    return copy;
}

static gboolean read_flag(xmlNode *node, const char *name)
{
    g_autofree char *value = read_attribute(node, name);

    return value && (g_str_equal(value, "true") || g_str_equal(value, "1"));
}

static guint read_number(xmlNode *node, const char *name)
{
    g_autofree char *value = read_attribute(node, name);

    return value ? (guint)g_ascii_strtoull(value, NULL, 10) : 0;
}

static gboolean node_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && g_str_equal((const char *)node->name, name);
}

static xmlNode *child_named(xmlNode *node, const char *name)
{
    for (xmlNode *child = node->children; child; child = child->next)
        if (node_is(child, name))
            return child;
    return NULL;
}

static void state_free(gpointer data)
{
    struct state *state = data;
    g_free(state->name);
    g_free(state->zh);
    g_free(state->en);
    g_free(state);
}

static gpointer read_state(xmlNode *node)
{
    struct state *state = g_new0(struct state, 1);

    state->name = read_attribute(node, "name");
    state->zh = read_attribute(node, "zh");
    state->en = read_attribute(node, "en");
    state->open = read_flag(node, "open");
    return state;
}

static void material_free(gpointer data)
{
    struct material *material = data;
    g_free(material->code);
    g_free(material->zh);
    g_free(material->en);
    g_free(material->only);
    g_free(material);
}

static gpointer read_material(xmlNode *node)
{
    struct material *material = g_new0(struct material, 1);

    material->code = read_attribute(node, "code");
    material->zh = read_attribute(node, "zh");
    material->en = read_attribute(node, "en");
    material->only = read_attribute(node, "only");
    return material;
}

static void notice_rule_free(gpointer data)
{
    struct notice_rule *rule = data;
    g_free(rule->code);
    g_free(rule->to);
    g_free(rule);
}

static GPtrArray *read_notices(xmlNode *node)
{
    GPtrArray *notices = g_ptr_array_new_with_free_func(notice_rule_free);
    g_autofree char *list = read_attribute(node, "notices");
    g_auto(GStrv) words = g_strsplit_set(list ? list : "", " \t\n", -1);

    for (char **word = words; *word; word++) {
        g_auto(GStrv) halves = g_strsplit(*word, ":", 2);
        if (!**word)
            continue;
        struct notice_rule *rule = g_new0(struct notice_rule, 1);
        rule->code = g_strdup(halves[0]);
        rule->to = g_strdup(halves[1]);
        g_ptr_array_add(notices, rule);
    }
    return notices;
}

static char **read_words(xmlNode *node, const char *name)
{
    g_autofree char *list = read_attribute(node, name);
    g_auto(GStrv) words = g_strsplit_set(list ? list : "", " \t\n", -1);
    GPtrArray *kept = g_ptr_array_new();

    for (char **word = words; *word; word++)
        if (**word)
            g_ptr_array_add(kept, g_strdup(*word));
    g_ptr_array_add(kept, NULL);
    return (char **)g_ptr_array_free(kept, FALSE);
}

static void transition_free(gpointer data)
{
    struct transition *transition = data;
    g_free(transition->from);
    g_free(transition->to);
    g_free(transition->actor);
    g_free(transition->when);
    g_strfreev(transition->guards);
    g_ptr_array_unref(transition->notices);
    g_free(transition);
}

static gpointer read_transition(xmlNode *node)
{
    struct transition *transition = g_new0(struct transition, 1);
    g_autofree char *event = read_attribute(node, "event");

    transition->from = read_attribute(node, "from");
    transition->to = read_attribute(node, "to");
    transition->actor = read_attribute(node, "actor");
    transition->when = read_attribute(node, "when");
    transition->event = event_of(event);
    transition->guards = read_words(node, "guards");
    transition->notices = read_notices(node);
    return transition;
}

static void refusal_free(gpointer data)
{
    struct refusal *refusal = data;
    g_free(refusal->from);
    g_free(refusal->event);
    g_free(refusal->zh);
    g_free(refusal->en);
    g_free(refusal);
}

static gpointer read_refusal(xmlNode *node)
{
    struct refusal *refusal = g_new0(struct refusal, 1);

    refusal->from = read_attribute(node, "from");
    refusal->event = read_attribute(node, "event");
    refusal->zh = read_attribute(node, "zh");
    refusal->en = read_attribute(node, "en");
    return refusal;
}

static void lock_rule_free(gpointer data)
{
    struct lock_rule *lock = data;
    g_free(lock->kind);
    g_free(lock->field);
    g_free(lock->refusal);
    g_free(lock);
}

static gpointer read_lock(xmlNode *node)
{
    struct lock_rule *lock = g_new0(struct lock_rule, 1);

    lock->kind = read_attribute(node, "kind");
    lock->field = read_attribute(node, "field");
    lock->refusal = read_attribute(node, "refusal");
    return lock;
}

static void rule_ref_free(gpointer data)
{
    struct rule_ref *rule = data;
    g_free(rule->name);
    g_free(rule->again);
    g_free(rule);
}

static gpointer read_rule_ref(xmlNode *node)
{
    struct rule_ref *rule = g_new0(struct rule_ref, 1);

    rule->name = read_attribute(node, "name");
    rule->again = read_attribute(node, "again");
    return rule;
}

static void effect_ref_free(gpointer data)
{
    struct effect_ref *effect = data;
    g_free(effect->name);
    g_free(effect->on);
    g_free(effect);
}

static gpointer read_effect_ref(xmlNode *node)
{
    struct effect_ref *effect = g_new0(struct effect_ref, 1);

    effect->name = read_attribute(node, "name");
    effect->on = read_attribute(node, "on");
    if (!effect->on)
        effect->on = g_strdup("applying");
    return effect;
}

static void extra_notice_free(gpointer data)
{
    struct extra_notice *notice = data;
    g_free(notice->rule.code);
    g_free(notice->rule.to);
    g_free(notice);
}

static gpointer read_extra_notice(xmlNode *node)
{
    struct extra_notice *notice = g_new0(struct extra_notice, 1);
    g_autofree char *event = read_attribute(node, "on");

    notice->event = event_of(event);
    notice->rule.code = read_attribute(node, "code");
    notice->rule.to = read_attribute(node, "to");
    return notice;
}

static void stage_free(gpointer data)
{
    struct stage *stage = data;
    g_free(stage->state);
    g_free(stage->zh);
    g_free(stage->en);
    g_free(stage->authority);
    g_free(stage->field);
    g_ptr_array_unref(stage->materials);
    g_free(stage);
}

static gpointer read_guide(xmlNode *node)
{
    g_autofree char *reference = read_attribute(node, "ref");
    xmlChar *sentence = xmlNodeGetContent(node);
    char *guide = g_strdup_printf("%s %s", reference, (char *)sentence);

    xmlFree(sentence);
    return guide;
}

static struct stage *read_stage(const struct procedures *procedures, xmlNode *node, GPtrArray *guides, GError **error)
{
    struct stage *stage = g_new0(struct stage, 1);

    stage->state = read_attribute(node, "state");
    stage->zh = read_attribute(node, "zh");
    stage->en = read_attribute(node, "en");
    stage->authority = read_attribute(node, "authority");
    stage->field = read_attribute(node, "field");
    stage->archive = read_flag(node, "archive");
    stage->remind_days = read_number(node, "remindDays");
    stage->expire_days = read_number(node, "expireDays");
    stage->materials = g_ptr_array_new();
    for (xmlNode *child = node->children; child; child = child->next) {
        if (node_is(child, "guide"))
            g_ptr_array_add(guides, read_guide(child));
        if (!node_is(child, "material"))
            continue;
        g_autofree char *code = read_attribute(child, "code");
        const struct material *found = NULL;
        for (guint i = 0; i < procedures->materials->len && !found; i++) {
            const struct material *material = g_ptr_array_index(procedures->materials, i);
            found = g_str_equal(material->code, code) ? material : NULL;
        }
        if (!found && error && !*error)
            g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "line %ld: no material %s", xmlGetLineNo(child),
                        code);
        if (found)
            g_ptr_array_add(stage->materials, (gpointer)found);
    }
    return stage;
}

static void procedure_free(gpointer data)
{
    struct procedure *procedure = data;
    g_free(procedure->type);
    g_free(procedure->form);
    g_free(procedure->variant);
    g_free(procedure->table);
    g_free(procedure->zh);
    g_free(procedure->en);
    g_free(procedure->with);
    g_free(procedure->option);
    g_free(procedure->sender);
    g_free(procedure->subject);
    g_ptr_array_unref(procedure->notices);
    g_ptr_array_unref(procedure->locks);
    g_ptr_array_unref(procedure->rules);
    g_ptr_array_unref(procedure->stages);
    g_ptr_array_unref(procedure->effects);
    g_ptr_array_unref(procedure->guides);
    g_free(procedure);
}

static void read_procedure_attributes(struct procedure *procedure, xmlNode *node)
{
    g_autofree char *draft = read_attribute(node, "draft");
    g_auto(GStrv) applicants = read_words(node, "applicants");

    procedure->type = read_attribute(node, "type");
    procedure->form = read_attribute(node, "form");
    procedure->variant = read_attribute(node, "variant");
    procedure->with = read_attribute(node, "with");
    procedure->option = read_attribute(node, "option");
    procedure->table = read_attribute(node, "table");
    procedure->zh = read_attribute(node, "zh");
    procedure->en = read_attribute(node, "en");
    procedure->sender = read_attribute(node, "sender");
    procedure->subject = read_attribute(node, "subject");
    procedure->draft = g_str_equal(draft, "policy");
    procedure->immediate = read_flag(node, "immediate");
    for (char **word = applicants; *word; word++)
        for (guint i = 0; i < G_N_ELEMENTS(applicant_names); i++)
            if (g_str_equal(*word, applicant_names[i].name))
                procedure->applicants |= applicant_names[i].applicant;
}

static gpointer read_procedure(const struct procedures *procedures, xmlNode *node, GError **error)
{
    struct procedure *procedure = g_new0(struct procedure, 1);

    procedure->locks = g_ptr_array_new_with_free_func(lock_rule_free);
    procedure->rules = g_ptr_array_new_with_free_func(rule_ref_free);
    procedure->notices = g_ptr_array_new_with_free_func(extra_notice_free);
    procedure->stages = g_ptr_array_new_with_free_func(stage_free);
    procedure->effects = g_ptr_array_new_with_free_func(effect_ref_free);
    procedure->guides = g_ptr_array_new_with_free_func(g_free);
    read_procedure_attributes(procedure, node);
    for (xmlNode *child = node->children; child; child = child->next) {
        if (node_is(child, "guide"))
            g_ptr_array_add(procedure->guides, read_guide(child));
        else if (node_is(child, "lock"))
            g_ptr_array_add(procedure->locks, read_lock(child));
        else if (node_is(child, "rule"))
            g_ptr_array_add(procedure->rules, read_rule_ref(child));
        else if (node_is(child, "stage"))
            g_ptr_array_add(procedure->stages, read_stage(procedures, child, procedure->guides, error));
        else if (node_is(child, "effect"))
            g_ptr_array_add(procedure->effects, read_effect_ref(child));
        else if (node_is(child, "notice"))
            g_ptr_array_add(procedure->notices, read_extra_notice(child));
    }
    return procedure;
}

static GPtrArray *read_children(xmlNode *root, const char *group, const char *name, gpointer (*read)(xmlNode *),
                                GDestroyNotify free_item)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(free_item);
    xmlNode *parent = child_named(root, group);

    for (xmlNode *child = parent ? parent->children : NULL; child; child = child->next)
        if (node_is(child, name))
            g_ptr_array_add(list, read(child));
    return list;
}

static void collect_problem(void *data, xmlErrorPtr problem)
{
    GString *problems = data;

    g_string_append_printf(problems, "%s%s:%d: %s", problems->len ? "\n" : "", problem->file ? problem->file : "procedures.xml",
                           problem->line, g_strchomp(problem->message));
}

/* The document, valid by the schema beside it. */
static xmlDoc *open_valid(const char *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory, "procedures.xml", NULL);
    g_autofree char *schema_path = g_build_filename(directory, "procedures.xsd", NULL);
    g_autoptr(GString) problems = g_string_new(NULL);
    g_autoptr(xmlSchemaParserCtxt) parser = xmlSchemaNewParserCtxt(schema_path);
    g_autoptr(xmlDoc) document = NULL;

    xmlSetStructuredErrorFunc(problems, collect_problem);
    xmlSchemaSetParserStructuredErrors(parser, collect_problem, problems);
    g_autoptr(xmlSchema) schema = xmlSchemaParse(parser);
    document = schema ? xmlReadFile(path, NULL, XML_PARSE_NONET | XML_PARSE_NOBLANKS) : NULL;
    if (document) {
        g_autoptr(xmlSchemaValidCtxt) validity = xmlSchemaNewValidCtxt(schema);
        xmlSchemaSetValidStructuredErrors(validity, collect_problem, problems);
        if (xmlSchemaValidateDoc(validity, document) != 0)
            g_clear_pointer(&document, xmlFreeDoc);
    }
    xmlSetStructuredErrorFunc(NULL, NULL);
    if (!document)
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "the procedures cannot be used: %s", problems->str);
    return g_steal_pointer(&document);
}

struct procedures *procedures_open(const char *directory, GError **error)
{
    g_autoptr(xmlDoc) document = open_valid(directory, error);
    GError *problem = NULL;

    if (!document)
        return NULL;
    xmlNode *root = xmlDocGetRootElement(document);
    struct procedures *procedures = g_new0(struct procedures, 1);
    procedures->states = read_children(root, "states", "state", read_state, state_free);
    procedures->transitions = read_children(root, "transitions", "transition", read_transition, transition_free);
    procedures->refusals = read_children(root, "refusals", "refusal", read_refusal, refusal_free);
    procedures->materials = read_children(root, "materials", "material", read_material, material_free);
    procedures->procedures = g_ptr_array_new_with_free_func(procedure_free);
    for (xmlNode *child = root->children; child; child = child->next)
        if (node_is(child, "procedure"))
            g_ptr_array_add(procedures->procedures, read_procedure(procedures, child, &problem));
    if (problem) {
        g_propagate_prefixed_error(error, problem, "the procedures cannot be used: ");
        g_clear_pointer(&procedures, procedures_free);
    }
    return procedures;
}

void procedures_free(struct procedures *procedures)
{
    if (!procedures)
        return;
    g_ptr_array_unref(procedures->procedures);
    g_ptr_array_unref(procedures->transitions);
    g_ptr_array_unref(procedures->refusals);
    g_ptr_array_unref(procedures->materials);
    g_ptr_array_unref(procedures->states);
    g_free(procedures);
}
