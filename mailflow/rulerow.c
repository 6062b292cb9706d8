#include "mailflow/rulerow.h"

#include <string.h>

static enum event event_of(const char *name)
{
    for (int i = 0; i < EVENT_COUNT; i++)
        if (g_str_equal(event_name((enum event)i), name))
            return (enum event)i;
    g_assert_not_reached(); /* the schema lets no other name through */
}

char *rulerow_attribute(xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp(node, BAD_CAST name);
    char *copy = g_strdup((char *)value);

    xmlFree(value);
    return copy;
}

char **rulerow_words(xmlNode *node, const char *name)
{
    g_autofree char *list = rulerow_attribute(node, name);
    g_auto(GStrv) words = g_strsplit_set(list ? list : "", " \t\n", -1);
    GPtrArray *kept = g_ptr_array_new();

    for (char **word = words; *word; word++)
        if (**word)
            g_ptr_array_add(kept, g_strdup(*word));
    g_ptr_array_add(kept, NULL);
    return (char **)g_ptr_array_free(kept, FALSE);
}

gboolean rulerow_flag(xmlNode *node, const char *name)
{
    g_autofree char *value = rulerow_attribute(node, name);

    return value && (g_str_equal(value, "true") || g_str_equal(value, "1"));
}

guint rulerow_number(xmlNode *node, const char *name)
{
    g_autofree char *value = rulerow_attribute(node, name);

    return value ? (guint)g_ascii_strtoull(value, NULL, 10) : 0;
}

gboolean rulerow_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && g_str_equal((const char *)node->name, name);
}

void rulerow_behind(xmlNode *node, const char *name, struct behind *behind)
{
    g_autofree char *condition = rulerow_attribute(node, name);
    const char *equals = condition ? strchr(condition, '=') : NULL;

    *behind = (struct behind){.off = condition && g_str_equal(condition, "false")};
    if (!equals)
        return;
    behind->option = g_strndup(condition, (gsize)(equals - condition));
    behind->value = g_strdup(equals + 1);
}

void rulerow_behind_clear(struct behind *behind)
{
    g_free(behind->option);
    g_free(behind->value);
}

char *rulerow_guide(xmlNode *node)
{
    g_autofree char *reference = rulerow_attribute(node, "ref");
    xmlChar *sentence = xmlNodeGetContent(node);
    char *guide = g_strdup_printf("%s %s", reference, (char *)sentence);

    xmlFree(sentence);
    return guide;
}

GPtrArray *rulerow_all(xmlNode *parent, const struct rulerow_kind *kind)
{
    GPtrArray *list = g_ptr_array_new_with_free_func(kind->free);

    for (xmlNode *child = parent ? parent->children : NULL; child; child = child->next)
        if (rulerow_is(child, kind->element))
            g_ptr_array_add(list, kind->read(child));
    return list;
}

/* One pair of small functions per element. */

static void option_free(gpointer data)
{
    struct option *option = data;
    g_free(option->name);
    g_free(option->zh);
    g_free(option->en);
    g_strfreev(option->values);
    g_free(option);
}

static gpointer read_option(xmlNode *node)
{
    struct option *option = g_new0(struct option, 1);

    option->name = rulerow_attribute(node, "name");
    option->zh = rulerow_attribute(node, "zh");
    option->en = rulerow_attribute(node, "en");
    option->values = rulerow_words(node, "values");
    option->chosen = option->values[0];
    return option;
}

const struct rulerow_kind rulerow_option = {"option", read_option, option_free};

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

    state->name = rulerow_attribute(node, "name");
    state->zh = rulerow_attribute(node, "zh");
    state->en = rulerow_attribute(node, "en");
    state->open = rulerow_flag(node, "open");
    state->awaits_applicant = rulerow_flag(node, "awaitsApplicant");
    return state;
}

const struct rulerow_kind rulerow_state = {"state", read_state, state_free};

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

    material->code = rulerow_attribute(node, "code");
    material->zh = rulerow_attribute(node, "zh");
    material->en = rulerow_attribute(node, "en");
    material->only = rulerow_attribute(node, "only");
    return material;
}

const struct rulerow_kind rulerow_material = {"material", read_material, material_free};

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
    g_autofree char *list = rulerow_attribute(node, "notices");
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

static void transition_free(gpointer data)
{
    struct transition *transition = data;
    rulerow_behind_clear(&transition->behind);
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
    g_autofree char *event = rulerow_attribute(node, "event");

    transition->from = rulerow_attribute(node, "from");
    transition->to = rulerow_attribute(node, "to");
    transition->actor = rulerow_attribute(node, "actor");
    transition->when = rulerow_attribute(node, "when");
    transition->event = event_of(event);
    transition->guards = rulerow_words(node, "guards");
    transition->notices = read_notices(node);
    rulerow_behind(node, "if", &transition->behind);
    return transition;
}

const struct rulerow_kind rulerow_transition = {"transition", read_transition, transition_free};

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

    refusal->from = rulerow_attribute(node, "from");
    refusal->event = rulerow_attribute(node, "event");
    refusal->zh = rulerow_attribute(node, "zh");
    refusal->en = rulerow_attribute(node, "en");
    return refusal;
}

const struct rulerow_kind rulerow_refusal = {"refusal", read_refusal, refusal_free};

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

    lock->kind = rulerow_attribute(node, "kind");
    lock->field = rulerow_attribute(node, "field");
    lock->refusal = rulerow_attribute(node, "refusal");
    return lock;
}

const struct rulerow_kind rulerow_lock = {"lock", read_lock, lock_rule_free};

static void rule_ref_free(gpointer data)
{
    struct rule_ref *rule = data;
    rulerow_behind_clear(&rule->behind);
    g_free(rule->name);
    g_free(rule->again);
    g_free(rule);
}

static gpointer read_rule_ref(xmlNode *node)
{
    struct rule_ref *rule = g_new0(struct rule_ref, 1);

    rule->name = rulerow_attribute(node, "name");
    rule->again = rulerow_attribute(node, "again");
    rulerow_behind(node, "if", &rule->behind);
    return rule;
}

const struct rulerow_kind rulerow_rule = {"rule", read_rule_ref, rule_ref_free};

static void effect_ref_free(gpointer data)
{
    struct effect_ref *effect = data;
    rulerow_behind_clear(&effect->behind);
    g_free(effect->name);
    g_free(effect->on);
    g_free(effect);
}

static gpointer read_effect_ref(xmlNode *node)
{
    struct effect_ref *effect = g_new0(struct effect_ref, 1);

    effect->name = rulerow_attribute(node, "name");
    effect->on = rulerow_attribute(node, "on");
    if (!effect->on)
        effect->on = g_strdup("applying");
    rulerow_behind(node, "if", &effect->behind);
    return effect;
}

const struct rulerow_kind rulerow_effect = {"effect", read_effect_ref, effect_ref_free};

static void consequence_free(gpointer data)
{
    struct consequence *consequence = data;
    rulerow_behind_clear(&consequence->behind);
    g_free(consequence->zh);
    g_free(consequence->en);
    g_free(consequence->only);
    g_free(consequence);
}

static gpointer read_consequence(xmlNode *node)
{
    struct consequence *consequence = g_new0(struct consequence, 1);

    consequence->zh = rulerow_attribute(node, "zh");
    consequence->en = rulerow_attribute(node, "en");
    consequence->only = rulerow_attribute(node, "only");
    rulerow_behind(node, "if", &consequence->behind);
    return consequence;
}

const struct rulerow_kind rulerow_consequence = {"consequence", read_consequence, consequence_free};

static void extra_notice_free(gpointer data)
{
    struct extra_notice *notice = data;
    rulerow_behind_clear(&notice->behind);
    g_free(notice->rule.code);
    g_free(notice->rule.to);
    g_free(notice);
}

static gpointer read_extra_notice(xmlNode *node)
{
    struct extra_notice *notice = g_new0(struct extra_notice, 1);
    g_autofree char *event = rulerow_attribute(node, "on");

    notice->event = event_of(event);
    notice->rule.code = rulerow_attribute(node, "code");
    notice->rule.to = rulerow_attribute(node, "to");
    rulerow_behind(node, "if", &notice->behind);
    return notice;
}

const struct rulerow_kind rulerow_notice = {"notice", read_extra_notice, extra_notice_free};
