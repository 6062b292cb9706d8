/* Reading templates/procedures.xml into the values of procedure.h. */
#include "mailflow/rulerow.h"

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlDoc, xmlFreeDoc)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchema, xmlSchemaFree)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchemaParserCtxt, xmlSchemaFreeParserCtxt)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(xmlSchemaValidCtxt, xmlSchemaFreeValidCtxt)

static const struct {
    const char *name;
    enum applicant applicant;
} applicant_names[] = {
    {"newcomer", APPLICANT_NEWCOMER},
    {"enterprise", APPLICANT_ENTERPRISE},
    {"school", APPLICANT_SCHOOL},
    {"individual", APPLICANT_INDIVIDUAL},
};

static xmlNode *child_named(xmlNode *node, const char *name)
{
    for (xmlNode *child = node->children; child; child = child->next)
        if (rulerow_is(child, name))
            return child;
    return NULL;
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
    g_ptr_array_unref(stage->given);
    rulerow_behind_clear(&stage->archive);
    rulerow_behind_clear(&stage->behind);
    g_free(stage);
}

/* A stage's paper, and whether the applicant gives it to who hands it in. */
static void read_material(const struct procedures *procedures, xmlNode *node, struct stage *stage, GError **error)
{
    g_autofree char *code = rulerow_attribute(node, "code"), *from = rulerow_attribute(node, "from");
    const struct material *found = NULL;

    for (guint i = 0; i < procedures->materials->len && !found; i++) {
        const struct material *material = g_ptr_array_index(procedures->materials, i);
        found = g_str_equal(material->code, code) ? material : NULL;
    }
    if (!found && error && !*error)
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "line %ld: no material %s", xmlGetLineNo(node), code);
    if (found)
        g_ptr_array_add(stage->materials, (gpointer)found);
    if (found && from)
        g_ptr_array_add(stage->given, (gpointer)found);
}

static struct stage *read_stage(const struct procedures *procedures, xmlNode *node, GPtrArray *guides, GError **error)
{
    struct stage *stage = g_new0(struct stage, 1);

    stage->state = rulerow_attribute(node, "state");
    stage->zh = rulerow_attribute(node, "zh");
    stage->en = rulerow_attribute(node, "en");
    stage->authority = rulerow_attribute(node, "authority");
    stage->field = rulerow_attribute(node, "field");
    rulerow_behind(node, "archive", &stage->archive);
    rulerow_behind(node, "if", &stage->behind);
    stage->remind_days = rulerow_number(node, "remindDays");
    stage->expire_days = rulerow_number(node, "expireDays");
    stage->materials = g_ptr_array_new();
    stage->given = g_ptr_array_new();
    for (xmlNode *child = node->children; child; child = child->next) {
        if (rulerow_is(child, "guide"))
            g_ptr_array_add(guides, rulerow_guide(child));
        if (!rulerow_is(child, "material"))
            continue;
        read_material(procedures, child, stage, error);
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
    rulerow_behind_clear(&procedure->behind);
    g_free(procedure->sender);
    g_free(procedure->subject);
    g_ptr_array_unref(procedure->consequences);
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
    g_autofree char *draft = rulerow_attribute(node, "draft");
    g_auto(GStrv) applicants = rulerow_words(node, "applicants");

    procedure->type = rulerow_attribute(node, "type");
    procedure->form = rulerow_attribute(node, "form");
    procedure->variant = rulerow_attribute(node, "variant");
    procedure->with = rulerow_attribute(node, "with");
    rulerow_behind(node, "if", &procedure->behind);
    procedure->table = rulerow_attribute(node, "table");
    procedure->zh = rulerow_attribute(node, "zh");
    procedure->en = rulerow_attribute(node, "en");
    procedure->sender = rulerow_attribute(node, "sender");
    procedure->subject = rulerow_attribute(node, "subject");
    procedure->draft = g_str_equal(draft, "policy");
    procedure->immediate = rulerow_flag(node, "immediate");
    for (char **word = applicants; *word; word++)
        for (guint i = 0; i < G_N_ELEMENTS(applicant_names); i++)
            if (g_str_equal(*word, applicant_names[i].name))
                procedure->applicants |= applicant_names[i].applicant;
}

static gpointer read_procedure(const struct procedures *procedures, xmlNode *node, GError **error)
{
    struct procedure *procedure = g_new0(struct procedure, 1);

    procedure->locks = rulerow_all(node, &rulerow_lock);
    procedure->rules = rulerow_all(node, &rulerow_rule);
    procedure->effects = rulerow_all(node, &rulerow_effect);
    procedure->consequences = rulerow_all(node, &rulerow_consequence);
    procedure->notices = rulerow_all(node, &rulerow_notice);
    procedure->stages = g_ptr_array_new_with_free_func(stage_free);
    procedure->guides = g_ptr_array_new_with_free_func(g_free);
    read_procedure_attributes(procedure, node);
    for (xmlNode *child = node->children; child; child = child->next) {
        if (rulerow_is(child, "guide"))
            g_ptr_array_add(procedure->guides, rulerow_guide(child));
        else if (rulerow_is(child, "stage"))
            g_ptr_array_add(procedure->stages, read_stage(procedures, child, procedure->guides, error));
    }
    return procedure;
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

struct unknown { /* what stands behind an option or value that there is not */
    const struct procedures *procedures;
    GError **error;
};

static void find_unknown(struct behind *behind, gpointer data)
{
    const struct unknown *unknown = data;

    if (behind->option && !*unknown->error)
        option_find(unknown->procedures, behind->option, behind->value, unknown->error);
}

/* Each option has its first value until the site chooses. */
static void choose_first_values(struct procedures *procedures, GError **error)
{
    struct unknown unknown = {procedures, error};

    procedures_visit(procedures, find_unknown, &unknown);
    for (guint i = 0; i < procedures->options->len && !*error; i++) {
        const struct option *option = g_ptr_array_index(procedures->options, i);
        procedures_choose(procedures, option->name, option->values[0], error);
    }
}

struct procedures *procedures_open(const char *directory, GError **error)
{
    g_autoptr(xmlDoc) document = open_valid(directory, error);
    GError *problem = NULL;

    if (!document)
        return NULL;
    xmlNode *root = xmlDocGetRootElement(document);
    struct procedures *procedures = g_new0(struct procedures, 1);
    procedures->options = rulerow_all(child_named(root, "options"), &rulerow_option);
    procedures->states = rulerow_all(child_named(root, "states"), &rulerow_state);
    procedures->transitions = rulerow_all(child_named(root, "transitions"), &rulerow_transition);
    procedures->refusals = rulerow_all(child_named(root, "refusals"), &rulerow_refusal);
    procedures->materials = rulerow_all(child_named(root, "materials"), &rulerow_material);
    procedures->procedures = g_ptr_array_new_with_free_func(procedure_free);
    for (xmlNode *child = root->children; child; child = child->next)
        if (rulerow_is(child, "procedure"))
            g_ptr_array_add(procedures->procedures, read_procedure(procedures, child, &problem));
    if (!problem)
        choose_first_values(procedures, &problem);
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
    g_ptr_array_unref(procedures->options);
    g_free(procedures);
}
