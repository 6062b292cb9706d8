#include "mailflow/form.h"

#include <string.h>

#include "mailflow/catalog.h"
#include "mailflow/division.h"

/* A form being written for people: what is filled in, and what was wrong with it. */
struct writing {
    GString *out;
    const struct form *values; /* or NULL */
    const GPtrArray *findings; /* or NULL */
};

static const struct finding *finding_at(const struct writing *writing, const char *path)
{
    for (guint i = 0; writing->findings && i < writing->findings->len; i++) {
        const struct finding *finding = writing->findings->pdata[i];
        if (!finding->warning && g_strcmp0(finding->field, path) == 0)
            return finding;
    }
    return NULL;
}

static const char *value_at(const struct writing *writing, const char *path)
{
    const struct finding *finding = finding_at(writing, path);

    return writing->values && (!finding || finding_waits(finding)) ? form_value(writing->values, path) : NULL;
}

static void append_value(GString *out, const char *value)
{
    g_autofree char *escaped = value ? g_markup_escape_text(value, -1) : NULL;
    g_string_append(out, escaped ? escaped : "");
}

/* Inside a comment two hyphens may not meet. */
static void append_comment(GString *out, const char *text)
{
    for (const char *p = text; *p; p++)
        g_string_append(out, p[0] == '-' && p[1] == '-' ? "- " : (const char[]){*p, '\0'});
}

static void append_choices(GString *out, const struct rule *rule)
{
    for (guint i = 0; i < rule->choices->len; i++) {
        const struct choice *choice = rule->choices->pdata[i];
        g_string_append_printf(out, "%s%s %s", i ? "、" : "：", choice->value, choice->label_zh);
    }
}

static void append_cities(GString *out)
{
    gsize count;
    const struct division *divisions = division_all(&count);
    const char *separator = "：";
    for (gsize i = 0; i < count; i++)
        if (division_settles(&divisions[i])) {
            g_string_append_printf(out, "%s%s %s", separator, divisions[i].code, divisions[i].zh);
            separator = "、";
        }
}

/* " <!-- ★ 性别 sex：1 男、2 女 ✗ E-VALUE ... -->" */
static void write_note(const struct writing *writing, const struct decl *decl, const char *path)
{
    GString *out = writing->out;
    const struct rule *rule = decl->rule;
    g_autoptr(GString) note = g_string_new(decl->min > 0 ? "★ " : "");
    g_string_append_printf(note, "%s %s", decl->label_zh, decl->label_en);
    if (rule && rule->choices->len > 0)
        append_choices(note, rule);
    else if (rule && strcmp(rule->type, "cityCodeType") == 0)
        append_cities(note);
    else if (rule && strstr(rule->hint_zh, "："))
        g_string_append(note, strstr(rule->hint_zh, "：")); /* before the colon stands the type's name */
    if (decl->note_zh)
        g_string_append_printf(note, " ☆ %s %s", decl->note_zh, decl->note_en);
    const struct finding *finding = finding_at(writing, path);
    if (finding)
        g_string_append_printf(note, " ✗ %s %s", finding->code, finding->zh);
    g_string_append(out, " <!-- ");
    append_comment(out, note->str);
    g_string_append(out, " -->");
}

static char *path_of(const char *parent, const struct decl *decl, guint index)
{
    g_autofree char *plain = g_strconcat(parent, *parent ? "/" : "", decl->attribute ? "@" : "", decl->name, NULL);
    return decl->max > 1 ? g_strdup_printf("%s[%u]", plain, index) : g_steal_pointer(&plain);
}

static void write_start(const struct writing *writing, const struct decl *decl, const char *path)
{
    GString *out = writing->out;
    g_string_append_printf(out, "<%s", decl->name);
    if (!decl->parent)
        g_string_append(out, " xmlns=\"" FORM_NAMESPACE "\"");
    for (guint i = 0; i < decl->attributes->len; i++) {
        const struct decl *attribute = decl->attributes->pdata[i];
        g_autofree char *at = path_of(path, attribute, 0);
        g_string_append_printf(out, " %s=\"", attribute->name);
        append_value(out, attribute->fixed ? attribute->fixed : value_at(writing, at));
        g_string_append_c(out, '"');
    }
    g_string_append_c(out, '>');
    for (guint i = 0; i < decl->attributes->len; i++) {
        const struct decl *attribute = decl->attributes->pdata[i];
        g_autofree char *at = path_of(path, attribute, 0);
        if (!attribute->fixed)
            write_note(writing, attribute, at);
    }
}

static void write_element(const struct writing *writing, const struct decl *decl, const char *path, int depth)
{
    GString *out = writing->out;
    g_string_append_printf(out, "%*s", depth * 2, "");
    write_start(writing, decl, path);
    if (decl->children->len == 0) {
        append_value(out, value_at(writing, path));
        g_string_append_printf(out, "</%s>", decl->name);
        write_note(writing, decl, path);
        g_string_append_c(out, '\n');
        return;
    }
    if (depth > 0)
        write_note(writing, decl, path);
    g_string_append_c(out, '\n');
    for (guint i = 0; i < decl->children->len; i++) {
        const struct decl *child = decl->children->pdata[i];
        g_autofree char *all = g_strconcat(path, *path ? "/" : "", child->name, NULL);
        guint rows = child->max > 1 && writing->values ? MAX(form_count(writing->values, all), 1) : 1;
        for (guint row = 1; row <= rows; row++) {
            g_autofree char *at = path_of(path, child, row);
            write_element(writing, child, at, depth + 1);
        }
    }
    g_string_append_printf(out, "%*s</%s>\n", depth * 2, "", decl->name);
}

static char *write_form(const struct form_catalog *catalog, const char *root, const struct form *values, const GPtrArray *findings)
{
    const struct decl *decl = catalog_schema(catalog, root)->root;
    struct writing writing = {g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"), values, findings};
    g_string_append_printf(
        writing.out,
        "<!-- %s\n"
        "     ★ 必须填写；☆ 按说明填写；其他项目可以留空。填好后作为附件寄回。\n"
        "     %s: fill in what is marked ★, and ☆ as noted; the rest may stay empty. Send it back as an attachment. -->\n",
        decl->label_zh, decl->label_en);
    write_element(&writing, decl, "", 0);
    return g_string_free(writing.out, FALSE);
}

char *form_blank(const struct form_catalog *catalog, const char *root, const struct form *values)
{
    return write_form(catalog, root, values, NULL);
}

char *form_corrected(const struct form_catalog *catalog, const struct form *values, const GPtrArray *findings)
{
    return write_form(catalog, values->root, values, findings);
}
