#include "mailflow/wish.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/automatic.h"
#include "mailflow/catalog.h"
#include "mailflow/phrase.h"
#include "mailflow/submit.h"

#define LINES_MOST 5 /* people say what they want at once */
#define LINE_BYTES 200
#define ID_BYTES 40
#define REPORT_LINES 50

/* As key() writes them. */
static const struct {
    const char *says;
    enum wish_word word;
} words[] = {
    {"状态", WISH_STATUS},   {"状态查询", WISH_STATUS}, {"查询状态", WISH_STATUS}, {"申请状态", WISH_STATUS},
    {"进度", WISH_STATUS},   {"进度查询", WISH_STATUS}, {"查询进度", WISH_STATUS}, {"办理进度", WISH_STATUS},
    {"查询", WISH_STATUS},   {"status", WISH_STATUS},   {"帮助", WISH_HELP},       {"使用帮助", WISH_HELP},
    {"使用说明", WISH_HELP}, {"办事指南", WISH_HELP},   {"help", WISH_HELP},
};

/* A table's number may be named so. */
static const struct {
    const char *says, *means;
} tables[] = {
    {"formno", "表"}, {"tableno", "表"}, {"form", "表"},  {"table", "表"}, {"表格", "表"},  {"表单", "表"},
    {"附表", "表"},   {"表一", "表1"},   {"表二", "表2"}, {"表三", "表3"}, {"表四", "表4"}, {"表五", "表5"},
};

/* Only letters, digits, ideographs and the hyphens within a number, folded. */
static char *key(const char *text)
{
    GString *out = g_string_new(NULL);
    gunichar before = 0;

    for (const char *p = text; *p; p = g_utf8_next_char(p)) {
        gunichar c = phrase_fold(g_utf8_get_char(p)), next = phrase_fold(g_utf8_get_char(g_utf8_next_char(p)));
        gboolean within = c == '-' && before < 0x80 && g_unichar_isalnum(before) && next < 0x80 && g_unichar_isalnum(next);
        if (g_unichar_isalnum(c) || within)
            g_string_append_unichar(out, c);
        before = c;
    }
    return g_string_free(out, FALSE);
}

/* "table5" as "表5". */
static char *with_table(const char *said)
{
    char *plain = g_strdup(said);

    for (guint i = 0; i < G_N_ELEMENTS(tables); i++)
        if (g_str_has_prefix(plain, tables[i].says)) {
            char *shorter = g_strconcat(tables[i].means, plain + strlen(tables[i].says), NULL);
            g_free(plain);
            plain = shorter;
        }
    return plain;
}

static gboolean is_named(const char *said, const char *name)
{
    g_autofree char *folded = name ? key(name) : NULL;

    return folded && *folded && g_str_equal(said, folded);
}

/* "企业账号初次申请表（表5）": the name alone, too, and with its number in front. */
static gboolean is_labelled(const char *said, const char *table, const char *label)
{
    const char *bracket = strstr(label, "（");
    g_autofree char *name = bracket ? g_strndup(label, (gsize)(bracket - label)) : g_strdup(label);
    g_autofree char *numbered = table ? g_strconcat(table, name, NULL) : NULL;

    return is_named(said, label) || is_named(said, name) || is_named(said, numbered);
}

static const char *find_form(const struct mind *mind, const char *said)
{
    g_autofree char *number = with_table(said);

    for (guint i = 0; i < mind->procedures->procedures->len; i++) {
        const struct procedure *procedure = g_ptr_array_index(mind->procedures->procedures, i);
        const struct decl *root = catalog_schema(mind->catalog, procedure->form)->root;
        if (!procedure->behind.off && (is_named(number, procedure->table) || is_named(said, procedure->zh) ||
                                       is_named(said, procedure->en) || is_named(said, procedure->form) ||
                                       is_labelled(said, procedure->table, root->label_zh) || is_named(said, root->label_en)))
            return procedure->form;
    }
    return NULL;
}

/* What follows the word of a status query: nothing, or something like a number. */
static gboolean read_status(const char *said, struct wish *wish)
{
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        const char *rest = g_str_has_prefix(said, words[i].says) ? said + strlen(words[i].says) : NULL;
        if (!rest || words[i].word != WISH_STATUS || (*rest && !strpbrk(rest, "0123456789")) || strlen(rest) > ID_BYTES ||
            rest[strspn(rest, "abcdefghijklmnopqrstuvwxyz0123456789-")])
            continue;
        rest += *rest == '-'; /* status-T5-... */
        wish->request = *rest ? g_ascii_strup(rest, -1) : NULL;
        wish->word = WISH_STATUS;
        return TRUE;
    }
    return FALSE;
}

/* What people say around a wish, as key() writes it; longer before shorter. */
static const char *const before_wish[] = {
    "您好",   "你好",   "老师好", "老师",   "领导",   "请问",  "烦请", "麻烦您", "麻烦",     "劳驾",   "请",
    "我想",   "想",     "我要",   "我需要", "需要",   "要",    "帮我", "给我",   "发一下",   "发一份", "发送",
    "发给我", "发我",   "发",     "索取",   "索要",   "领取",  "下载", "申领",   "查询一下", "查一下", "查看",
    "看一下", "查询",   "一下",   "一份",   "空白的", "空白",  "我的", "hello",  "hi",       "dear",   "please",
    "pls",    "kindly", "send",   "me",     "ineed",  "iwant", "get",  "the",    "blank",    "my",     "a",
};
static const char *const after_wish[] = {
    "谢谢您",           "谢谢",     "多谢",   "感谢",   "辛苦了", "一下", "一份", "空白表格", "空白表",
    "thankyouverymuch", "thankyou", "thanks", "please", "pls",
};

/* Takes one such phrase from the beginning or the end; FALSE when there is none. */
static gboolean strip_courtesy(char *said)
{
    gsize length = strlen(said);

    for (guint i = 0; i < G_N_ELEMENTS(after_wish); i++)
        if (length > strlen(after_wish[i]) && g_str_has_suffix(said, after_wish[i])) {
            said[length - strlen(after_wish[i])] = '\0';
            return TRUE;
        }
    for (guint i = 0; i < G_N_ELEMENTS(before_wish); i++)
        if (length > strlen(before_wish[i]) && g_str_has_prefix(said, before_wish[i])) {
            memmove(said, said + strlen(before_wish[i]), length - strlen(before_wish[i]) + 1);
            return TRUE;
        }
    return FALSE;
}

static gboolean read_said(const struct mind *mind, const char *said, struct wish *wish)
{
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_str_equal(said, words[i].says) && words[i].word == WISH_HELP)
            return TRUE;
    if (!*said || read_status(said, wish))
        return *said != '\0';
    wish->form = find_form(mind, said);
    wish->word = wish->form ? WISH_FORM : WISH_HELP;
    return wish->form != NULL;
}

/* The line as it is, and then without the courtesies around it. */
static gboolean read_line(const struct mind *mind, const char *line, struct wish *wish)
{
    g_autofree char *said = strlen(line) <= LINE_BYTES ? key(line) : g_strdup("");

    do
        if (read_said(mind, said, wish))
            return TRUE;
    while (strip_courtesy(said));
    return FALSE;
}

void wish_read(const struct mind *mind, const char *own, const char *subject, struct wish *wish)
{
    g_auto(GStrv) lines = g_strsplit(own ? own : "", "\n", LINES_MOST + 1);
    gboolean answers = FALSE;
    const char *stripped = subject ? automatic_strip_subject(subject, &answers) : NULL;

    *wish = (struct wish){.word = WISH_HELP};
    for (guint i = 0; lines[i] && i < LINES_MOST; i++)
        if (read_line(mind, lines[i], wish))
            return;
    if (stripped && !answers)
        read_line(mind, stripped, wish);
}

void wish_clear(struct wish *wish)
{
    g_free(wish->request);
    *wish = (struct wish){.word = WISH_HELP};
}

struct asker {       /* whose requests the sender may ask after */
    char *dn;        /* under which their account filed them: there is one at most with that address; NULL */
    gboolean joined; /* an enterprise, which may have changed the address: they ask after what came from the present one alone */
    char *uid;       /* their login name */
    char *language;
};

static void asker_clear(struct asker *asker)
{
    g_free(asker->dn);
    g_free(asker->uid);
    g_free(asker->language);
}

/* A person with a login name below an enterprise was an individual when they filed; their number is still the same. */
static gboolean has_joined(const struct entry *entry)
{
    return entry_is(entry, CLASS_TRAINEE) && entry_value(entry, ATTRIBUTE_UID) &&
           g_strcmp0(entry_value(entry, ATTRIBUTE_TRAINEE_KIND), "employee") == 0;
}

/* Where their entry stood then. */
static char *dn_of_individual(const struct mind *mind, const struct entry *entry)
{
    return g_strdup_printf("%s=%s,ou=individuals,%s", ATTRIBUTE_TRAINEE_NUMBER, entry_value(entry, ATTRIBUTE_TRAINEE_NUMBER),
                           mind->policy->suffix);
}

static gboolean may_ask(const struct entry *entry)
{
    const char *status = entry_value(entry, ATTRIBUTE_ACCOUNT_STATUS);

    return !entry_archived(entry) && (g_strcmp0(status, "active") == 0 || g_strcmp0(status, "kept") == 0);
}

static gboolean find_asker(const struct mind *mind, const char *mail, struct asker *asker, GError **error)
{
    g_autoptr(GPtrArray) found = mind->facts.find(mind->facts.context, ATTRIBUTE_MAIL, mail, error);

    *asker = (struct asker){.dn = NULL};
    for (guint i = 0; found && i < found->len && !asker->dn; i++) {
        const struct entry *entry = g_ptr_array_index(found, i);
        if (!may_ask(entry))
            continue;
        asker->joined = has_joined(entry);
        asker->dn = asker->joined ? dn_of_individual(mind, entry) : g_strdup(entry->dn);
        asker->uid = g_strdup(entry_value(entry, ATTRIBUTE_UID));
        asker->language = g_strdup(entry_value(entry, ATTRIBUTE_PREFERRED_LANGUAGE));
    }
    return found != NULL;
}

static gboolean is_theirs(const struct request *request, const char *mail, const struct asker *asker)
{
    gboolean same_mail = g_ascii_strcasecmp(request->mail, mail) == 0;

    if (!request->applicant)
        return same_mail;
    return g_strcmp0(request->applicant, asker->dn) == 0 && (same_mail || !asker->joined);
}

/* The sender's own requests, without those that only asked. */
static GPtrArray *own_requests(const struct mind *mind, const char *mail, const struct asker *asker)
{
    g_autoptr(GPtrArray) all = mind->records.requests_of(mind->records.context, mail, asker->dn, REPORT_LINES);
    GPtrArray *own = request_list();

    while (all->len) {
        struct request *request = g_ptr_array_steal_index(all, 0);
        if (procedure_for_type(mind->procedures, request->type)->immediate || !is_theirs(request, mail, asker))
            request_free(request);
        else
            g_ptr_array_add(own, request);
    }
    return own;
}

/* The one asked for, and nothing else: an unknown number and somebody else's find nothing. */
static GPtrArray *own_request(const struct mind *mind, const char *mail, const struct asker *asker, const char *id)
{
    struct request *request = mind->records.request(mind->records.context, id);
    GPtrArray *own = request_list();

    if (request && is_theirs(request, mail, asker))
        g_ptr_array_add(own, request);
    else
        request_free(request);
    return own;
}

static struct plan *plan_answer(const char *outcome, const struct message *message)
{
    struct plan *plan = plan_new(outcome, NULL);

    plan_log(plan, "question from %s: %s", message->from ? message->from : "nobody", outcome);
    return plan;
}

/* What can be sent, with the blank forms; once a day. */
static void guide(const struct mind *mind, const struct message *message, GPtrArray *plans)
{
    struct plan *plan = plan_answer("guided", message);
    struct occasion occasion = {
        .message = message,
        .blanks = TRUE,
        .problem_zh =
            "如需办理，请填写表格（XML 文件）并作为附件发送到本邮箱；审核人员请直接回复审核邮件。空白表格见附件。"
            "也可以在邮件正文中只写一行：“状态”（查询本邮箱提交的申请，可加办理编号）、“表5”（索取一份空白表格）或“帮助”。",
        .problem_en = "To apply, fill in a form (XML file) and send it to this address as an attachment; reviewers answer the "
                      "review mail. Blank forms are attached. A mail may also say one thing alone: STATUS (of your own requests; a "
                      "request's number may follow), FORM 5 (to get that blank form) or HELP.",
    };

    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit_thread(plan, mind, message, NULL, "NX/question");
    submit_limit(plan, mind, message, "NX/question", SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

static void send_form(const struct mind *mind, const struct message *message, const char *root, GPtrArray *plans)
{
    struct plan *plan = plan_answer("form sent", message);
    g_autofree char *class = g_strdup_printf("NX/%s", root);
    struct occasion occasion = {
        .message = message,
        .blank = root,
        .problem_zh = "空白表格见附件，填好后请作为附件寄回本邮箱。",
        .problem_en = "The blank form is attached. Fill it in and send it back to this address as an attachment.",
    };

    tell_answer(mind, plan, "NX", NULL, &occasion);
    submit_limit(plan, mind, message, class, SUBMIT_STRANGERS_MOST);
    g_ptr_array_add(plans, plan);
}

/* `id` NULL: all of them. */
static void report(const struct mind *mind, const struct message *message, const struct asker *asker, const char *id,
                   GPtrArray *plans)
{
    g_autoptr(GPtrArray) own = own_requests(mind, message->from, asker);

    if (!asker->dn && !own->len) {
        guide(mind, message, plans);
        return;
    }
    g_autoptr(GPtrArray) one = id ? own_request(mind, message->from, asker, id) : NULL;
    const struct request *newest = own->len ? g_ptr_array_index(own, 0) : NULL;
    struct plan *plan = plan_answer("reported", message);
    struct occasion occasion = {.message = message,
                                .reports = one ? one : own,
                                .language = asker->language ? asker->language
                                            : newest        ? newest->language
                                                            : NULL};
    tell_answer(mind, plan, "NS", NULL, &occasion);
    submit_limit(plan, mind, message, "NS", SUBMIT_QUESTIONS_MOST);
    g_ptr_array_add(plans, plan);
}

static gboolean answer_status(const struct mind *mind, const struct message *message, const char *id, GPtrArray *plans,
                              GError **error)
{
    struct asker asker;

    if (!find_asker(mind, message->from, &asker, error))
        return FALSE;
    report(mind, message, &asker, id, plans);
    asker_clear(&asker);
    return TRUE;
}

gboolean wish_answer_query(const struct mind *mind, const struct message *message, gboolean *answered, GPtrArray *plans,
                           GError **error)
{
    const struct form *form = message->form;
    const char *uid = form ? form_value(form, "head/applicantUid") : NULL;
    struct asker asker;

    *answered = FALSE;
    if (!uid || !g_str_equal(form->root, "statusQuery") || !message->from || finding_errors(message->findings))
        return TRUE;
    if (!find_asker(mind, message->from, &asker, error))
        return FALSE;
    *answered = asker.joined && g_ascii_strcasecmp(uid, asker.uid) == 0;
    if (*answered)
        report(mind, message, &asker, form_value(form, "requestId"), plans);
    asker_clear(&asker);
    return TRUE;
}

gboolean wish_answer(const struct mind *mind, const struct message *message, GPtrArray *plans, GError **error)
{
    struct wish wish;
    gboolean fine = TRUE;

    wish_read(mind, message->own, message->subject, &wish);
    if (wish.word == WISH_STATUS && message->from)
        fine = answer_status(mind, message, wish.request, plans, error);
    else if (wish.word == WISH_FORM)
        send_form(mind, message, wish.form, plans);
    else
        guide(mind, message, plans);
    wish_clear(&wish);
    return fine;
}
