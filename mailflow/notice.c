#include "mailflow/notice.h"

#include <string.h>

#include "mailflow/finding.h"

static void row_free(struct notice_row *row)
{
    g_free(row->name);
    g_free(row->label_zh);
    g_free(row->label_en);
    g_free(row->old_value);
    g_free(row->new_value);
    g_free(row);
}

static void material_free(struct notice_material *material)
{
    g_free(material->code);
    g_free(material->zh);
    g_free(material->en);
    g_free(material);
}

static void answer_free(struct notice_answer *answer)
{
    g_free(answer->zh);
    g_free(answer->en);
    g_free(answer->body);
    g_free(answer);
}

static void stage_free(struct notice_stage *stage)
{
    g_free(stage->state);
    g_free(stage->zh);
    g_free(stage->en);
    g_free(stage->authority_zh);
    g_free(stage->authority_en);
    g_free(stage->progress);
    g_free(stage->reviewer);
    g_free(stage->archive);
    g_free(stage->at);
    g_free(stage);
}

static void report_free(struct notice_report *report)
{
    g_free(report->request);
    g_free(report->procedure_zh);
    g_free(report->procedure_en);
    g_free(report->state_zh);
    g_free(report->state_en);
    g_free(report->submitted);
    g_free(report->changed);
    g_free(report);
}

static void consequence_free(struct notice_consequence *consequence)
{
    g_free(consequence->zh);
    g_free(consequence->en);
    g_free(consequence);
}

static void attachment_free(struct notice_attachment *attachment)
{
    g_free(attachment->name);
    g_free(attachment->type);
    g_free(attachment->text);
    g_free(attachment);
}

/* Every string of struct notice, so that none is forgotten when it is freed. */
static const gsize strings[] = {
    G_STRUCT_OFFSET(struct notice, from),         G_STRUCT_OFFSET(struct notice, from_name),
    G_STRUCT_OFFSET(struct notice, to),           G_STRUCT_OFFSET(struct notice, to_name),
    G_STRUCT_OFFSET(struct notice, reply_to),     G_STRUCT_OFFSET(struct notice, message_id),
    G_STRUCT_OFFSET(struct notice, in_reply_to),  G_STRUCT_OFFSET(struct notice, token),
    G_STRUCT_OFFSET(struct notice, language),     G_STRUCT_OFFSET(struct notice, code),
    G_STRUCT_OFFSET(struct notice, request),      G_STRUCT_OFFSET(struct notice, procedure),
    G_STRUCT_OFFSET(struct notice, procedure_zh), G_STRUCT_OFFSET(struct notice, procedure_en),
    G_STRUCT_OFFSET(struct notice, table),        G_STRUCT_OFFSET(struct notice, state),
    G_STRUCT_OFFSET(struct notice, state_zh),     G_STRUCT_OFFSET(struct notice, state_en),
    G_STRUCT_OFFSET(struct notice, submitted),    G_STRUCT_OFFSET(struct notice, applicant),
    G_STRUCT_OFFSET(struct notice, expires),      G_STRUCT_OFFSET(struct notice, login),
    G_STRUCT_OFFSET(struct notice, login_dn),     G_STRUCT_OFFSET(struct notice, said),
    G_STRUCT_OFFSET(struct notice, problem_zh),   G_STRUCT_OFFSET(struct notice, problem_en),
    G_STRUCT_OFFSET(struct notice, decided_by),   G_STRUCT_OFFSET(struct notice, authority_zh),
    G_STRUCT_OFFSET(struct notice, authority_en), G_STRUCT_OFFSET(struct notice, reason),
    G_STRUCT_OFFSET(struct notice, archive),      G_STRUCT_OFFSET(struct notice, decided_at),
    G_STRUCT_OFFSET(struct notice, digest),       G_STRUCT_OFFSET(struct notice, audit),
};

struct notice *notice_new(const char *code)
{
    struct notice *notice = g_new0(struct notice, 1);
    notice->code = g_strdup(code);
    notice->language = g_strdup("zh");
    notice->references = g_ptr_array_new_with_free_func(g_free);
    notice->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
    notice->materials = g_ptr_array_new_with_free_func((GDestroyNotify)material_free);
    notice->answers = g_ptr_array_new_with_free_func((GDestroyNotify)answer_free);
    notice->stages = g_ptr_array_new_with_free_func((GDestroyNotify)stage_free);
    notice->reports = g_ptr_array_new_with_free_func((GDestroyNotify)report_free);
    notice->consequences = g_ptr_array_new_with_free_func((GDestroyNotify)consequence_free);
    notice->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)attachment_free);
    notice->findings = finding_list();
    return notice;
}

void notice_free(struct notice *notice)
{
    if (notice == NULL)
        return;
    for (gsize i = 0; i < G_N_ELEMENTS(strings); i++)
        g_free(G_STRUCT_MEMBER(char *, notice, strings[i]));
    g_ptr_array_unref(notice->references);
    g_ptr_array_unref(notice->rows);
    g_ptr_array_unref(notice->materials);
    g_ptr_array_unref(notice->answers);
    g_ptr_array_unref(notice->stages);
    g_ptr_array_unref(notice->reports);
    g_ptr_array_unref(notice->consequences);
    g_ptr_array_unref(notice->attachments);
    g_ptr_array_unref(notice->findings);
    g_free(notice);
}

void notice_add_row(struct notice *notice, const char *name, const char *label_zh, const char *label_en, const char *old_value,
                    const char *new_value)
{
    struct notice_row *row = g_new0(struct notice_row, 1);
    row->name = g_strdup(name);
    row->label_zh = g_strdup(label_zh);
    row->label_en = g_strdup(label_en);
    row->old_value = g_strdup(old_value);
    row->new_value = g_strdup(new_value);
    g_ptr_array_add(notice->rows, row);
}

void notice_add_material(struct notice *notice, const char *code, const char *zh, const char *en)
{
    struct notice_material *material = g_new0(struct notice_material, 1);
    material->code = g_strdup(code);
    material->zh = g_strdup(zh);
    material->en = g_strdup(en);
    g_ptr_array_add(notice->materials, material);
}

void notice_add_consequence(struct notice *notice, const char *zh, const char *en)
{
    struct notice_consequence *consequence = g_new0(struct notice_consequence, 1);
    consequence->zh = g_strdup(zh);
    consequence->en = g_strdup(en);
    g_ptr_array_add(notice->consequences, consequence);
}

void notice_add_answer(struct notice *notice, const char *zh, const char *en, const char *body)
{
    struct notice_answer *answer = g_new0(struct notice_answer, 1);
    answer->zh = g_strdup(zh);
    answer->en = g_strdup(en);
    answer->body = g_strdup(body);
    g_ptr_array_add(notice->answers, answer);
}

struct notice_stage *notice_add_stage(struct notice *notice, const char *state, const char *zh, const char *en)
{
    struct notice_stage *stage = g_new0(struct notice_stage, 1);
    stage->state = g_strdup(state);
    stage->zh = g_strdup(zh);
    stage->en = g_strdup(en);
    g_ptr_array_add(notice->stages, stage);
    return stage;
}

struct notice_report *notice_add_report(struct notice *notice)
{
    struct notice_report *report = g_new0(struct notice_report, 1);
    g_ptr_array_add(notice->reports, report);
    return report;
}

void notice_add_attachment(struct notice *notice, const char *name, const char *type, const char *text)
{
    struct notice_attachment *attachment = g_new0(struct notice_attachment, 1);
    attachment->name = g_strdup(name);
    attachment->type = g_strdup(type);
    attachment->text = g_strdup(text);
    g_ptr_array_add(notice->attachments, attachment);
}

/* Writing. A NULL value writes nothing, so each line below reads like the schema. */

/* White space other than a blank is written by number: a parser would fold it in attributes and turn CR LF into LF in text. */
static const char *escape_of(char byte, gboolean attribute)
{
    switch (byte) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '\r':
        return "&#13;";
    case '"':
        return attribute ? "&quot;" : NULL;
    case '\n':
        return attribute ? "&#10;" : NULL;
    case '\t':
        return attribute ? "&#9;" : NULL;
    default:
        return NULL;
    }
}

/* XML 1.0 production [2]: no control characters but tab, LF and CR; no U+FFFE and U+FFFF. Surrogates are no valid UTF-8. */
static gboolean unwritable(const guchar *at)
{
    if (at[0] < 0x20)
        return at[0] != '\t' && at[0] != '\n' && at[0] != '\r';
    return at[0] == 0xEF && at[1] == 0xBF && (at[2] == 0xBE || at[2] == 0xBF);
}

static void put_text(GString *out, const char *text, gboolean attribute)
{
    g_autofree char *repaired = g_utf8_validate(text, -1, NULL) ? NULL : g_utf8_make_valid(text, -1);
    const char *from = repaired != NULL ? repaired : text;
    for (const char *at = from;; at++) {
        gboolean drop = *at != '\0' && unwritable((const guchar *)at);
        const char *escape = drop ? "" : escape_of(*at, attribute);
        if (*at != '\0' && escape == NULL)
            continue;
        g_string_append_len(out, from, at - from);
        if (*at == '\0')
            return;
        g_string_append(out, escape);
        if (drop && (guchar)*at == 0xEF)
            at += 2;
        from = at + 1;
    }
}

static void put_attribute(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_c(out, ' ');
    g_string_append(out, name);
    g_string_append(out, "=\"");
    put_text(out, value, TRUE);
    g_string_append_c(out, '"');
}

static void put_content(GString *out, const char *name, const char *value)
{
    if (value == NULL) {
        g_string_append(out, "/>\n");
        return;
    }
    g_string_append_c(out, '>');
    put_text(out, value, FALSE);
    g_string_append_printf(out, "</%s>\n", name);
}

static void put_element(GString *out, const char *name, const char *value)
{
    if (value == NULL)
        return;
    g_string_append_printf(out, "<%s", name);
    put_content(out, name, value);
}

static void put_pair(GString *out, const char *name, const char *zh, const char *en)
{
    if (zh == NULL && en == NULL)
        return;
    g_string_append_printf(out, "<%s", name);
    put_attribute(out, "zh", zh);
    put_attribute(out, "en", en);
    g_string_append(out, "/>\n");
}

static void put_mailbox(GString *out, const char *element, const char *name, const char *address)
{
    g_string_append_printf(out, "<%s", element);
    put_attribute(out, "name", name);
    put_content(out, element, address);
}

static void put_mail(GString *out, const struct notice *notice)
{
    g_autoptr(GTimeZone) zone = g_time_zone_new_offset(8 * 3600);
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(notice->date);
    g_autoptr(GDateTime) local = g_date_time_to_timezone(utc, zone);
    g_autofree char *date = g_date_time_format(local, "%Y-%m-%dT%H:%M:%S+08:00");

    g_string_append(out, "<mail>\n");
    put_mailbox(out, "from", notice->from_name, notice->from);
    put_mailbox(out, "to", notice->to_name, notice->to);
    put_element(out, "replyTo", notice->reply_to);
    put_element(out, "messageId", notice->message_id);
    put_element(out, "inReplyTo", notice->in_reply_to);
    for (guint i = 0; i < notice->references->len; i++)
        put_element(out, "reference", g_ptr_array_index(notice->references, i));
    put_element(out, "token", notice->token);
    put_element(out, "date", date);
    g_string_append(out, "</mail>\n");
}

static void put_request(GString *out, const struct notice *notice)
{
    g_string_append(out, "<request");
    put_attribute(out, "id", notice->request);
    put_attribute(out, "procedure", notice->procedure);
    put_attribute(out, "zh", notice->procedure_zh);
    put_attribute(out, "en", notice->procedure_en);
    put_attribute(out, "table", notice->table);
    g_string_append(out, ">\n");
    if (notice->state != NULL) {
        g_string_append(out, "<state");
        put_attribute(out, "name", notice->state);
        put_attribute(out, "zh", notice->state_zh);
        put_attribute(out, "en", notice->state_en);
        g_string_append(out, "/>\n");
    }
    put_element(out, "submitted", notice->submitted);
    put_element(out, "applicant", notice->applicant);
    put_element(out, "digest", notice->digest);
    g_string_append(out, "</request>\n");
}

static void put_decision(GString *out, const struct notice *notice)
{
    if (notice->decided_by == NULL && notice->authority_zh == NULL && notice->authority_en == NULL && notice->reason == NULL &&
        notice->archive == NULL && notice->decided_at == NULL)
        return;
    g_string_append(out, "<decision");
    put_attribute(out, "by", notice->decided_by);
    put_attribute(out, "zh", notice->authority_zh);
    put_attribute(out, "en", notice->authority_en);
    put_attribute(out, "archive", notice->archive);
    put_attribute(out, "at", notice->decided_at);
    put_content(out, "decision", notice->reason);
}

static void put_rows(GString *out, const GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const struct notice_row *row = g_ptr_array_index(rows, i);
        g_string_append(out, "<row");
        put_attribute(out, "name", row->name);
        put_attribute(out, "zh", row->label_zh);
        put_attribute(out, "en", row->label_en);
        g_string_append(out, ">\n");
        put_element(out, "old", row->old_value);
        put_element(out, "new", row->new_value);
        g_string_append(out, "</row>\n");
    }
}

static void put_findings(GString *out, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(findings, i);
        g_autofree char *line = finding->line > 0 ? g_strdup_printf("%d", finding->line) : NULL;
        g_string_append(out, "<finding");
        put_attribute(out, "code", finding->code);
        put_attribute(out, "field", finding->field);
        put_attribute(out, "labelZh", finding->label_zh);
        put_attribute(out, "labelEn", finding->label_en);
        put_attribute(out, "line", line);
        put_attribute(out, "warning", finding->warning ? "true" : NULL);
        put_attribute(out, "zh", finding->zh);
        put_attribute(out, "en", finding->en);
        g_string_append(out, "/>\n");
    }
}

static void put_stages(GString *out, const GPtrArray *stages)
{
    for (guint i = 0; i < stages->len; i++) {
        const struct notice_stage *stage = g_ptr_array_index(stages, i);
        g_string_append(out, "<stage");
        put_attribute(out, "state", stage->state);
        put_attribute(out, "zh", stage->zh);
        put_attribute(out, "en", stage->en);
        put_attribute(out, "authorityZh", stage->authority_zh);
        put_attribute(out, "authorityEn", stage->authority_en);
        put_attribute(out, "progress", stage->progress);
        put_attribute(out, "reviewer", stage->reviewer);
        put_attribute(out, "archive", stage->archive);
        put_attribute(out, "at", stage->at);
        g_string_append(out, "/>\n");
    }
}

static void put_reports(GString *out, const GPtrArray *reports)
{
    for (guint i = 0; i < reports->len; i++) {
        const struct notice_report *report = g_ptr_array_index(reports, i);
        g_string_append(out, "<report");
        put_attribute(out, "request", report->request);
        put_attribute(out, "zh", report->procedure_zh);
        put_attribute(out, "en", report->procedure_en);
        put_attribute(out, "stateZh", report->state_zh);
        put_attribute(out, "stateEn", report->state_en);
        put_attribute(out, "submitted", report->submitted);
        put_attribute(out, "changed", report->changed);
        g_string_append(out, "/>\n");
    }
}

static void put_evidence(GString *out, const struct notice *notice)
{
    for (guint i = 0; i < notice->materials->len; i++) {
        const struct notice_material *material = g_ptr_array_index(notice->materials, i);
        g_string_append(out, "<material");
        put_attribute(out, "code", material->code);
        put_attribute(out, "zh", material->zh);
        put_attribute(out, "en", material->en);
        g_string_append(out, "/>\n");
    }
    if (notice->archive_required)
        g_string_append(out, "<archiveRequired/>\n");
    if (notice->rejection_returns)
        g_string_append(out, "<rejectionReturns/>\n");
}

static void put_answers(GString *out, const GPtrArray *answers)
{
    for (guint i = 0; i < answers->len; i++) {
        const struct notice_answer *answer = g_ptr_array_index(answers, i);
        g_string_append(out, "<answer");
        put_attribute(out, "zh", answer->zh);
        put_attribute(out, "en", answer->en);
        put_content(out, "answer", answer->body);
    }
}

static void put_attachments(GString *out, const GPtrArray *attachments)
{
    for (guint i = 0; i < attachments->len; i++) {
        const struct notice_attachment *attachment = g_ptr_array_index(attachments, i);
        g_string_append(out, "<attachment");
        put_attribute(out, "name", attachment->name);
        put_attribute(out, "type", attachment->type);
        put_content(out, "attachment", attachment->text);
    }
}

char *notice_write(const struct notice *notice)
{
    GString *out = g_string_sized_new(8192);
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<notice xmlns=\"" NOTICE_NAMESPACE "\"");
    put_attribute(out, "code", notice->code);
    put_attribute(out, "language", notice->language);
    g_string_append(out, ">\n");
    put_mail(out, notice);
    put_request(out, notice);
    put_element(out, "expires", notice->expires);
    put_element(out, "login", notice->login);
    put_element(out, "loginDn", notice->login_dn);
    if (notice->secret)
        g_string_append(out, "<oneTimeSecret/>\n");
    put_pair(out, "problem", notice->problem_zh, notice->problem_en);
    for (guint i = 0; i < notice->consequences->len; i++) {
        const struct notice_consequence *consequence = g_ptr_array_index(notice->consequences, i);
        put_pair(out, "consequence", consequence->zh, consequence->en);
    }
    put_element(out, "said", notice->said);
    put_decision(out, notice);
    put_findings(out, notice->findings);
    put_rows(out, notice->rows);
    put_evidence(out, notice);
    put_stages(out, notice->stages);
    put_reports(out, notice->reports);
    put_answers(out, notice->answers);
    put_element(out, "audit", notice->audit);
    put_attachments(out, notice->attachments);
    g_string_append(out, "</notice>\n");
    return g_string_free(out, FALSE);
}
