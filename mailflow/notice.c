#include "mailflow/notice.h"

#include <string.h>

#include "mailflow/element.h"
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
    g_free(material->from);
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
    g_free(report->received);
    g_free(report->changed);
    g_free(report);
}

static void consequence_free(struct notice_consequence *consequence)
{
    g_free(consequence->zh);
    g_free(consequence->en);
    g_free(consequence);
}

static void outcome_free(struct notice_outcome *outcome)
{
    g_free(outcome->numbers);
    g_free(outcome->request);
    g_free(outcome->said);
    g_free(outcome->zh);
    g_free(outcome->en);
    g_free(outcome);
}

static void attachment_free(struct notice_attachment *attachment)
{
    g_free(attachment->name);
    g_free(attachment->type);
    g_free(attachment->text);
    g_free(attachment->digest);
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
    notice->items = g_ptr_array_new_with_free_func((GDestroyNotify)notice_free);
    notice->outcomes = g_ptr_array_new_with_free_func((GDestroyNotify)outcome_free);
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
    g_ptr_array_unref(notice->items);
    g_ptr_array_unref(notice->outcomes);
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

void notice_add_material(struct notice *notice, const char *code, const char *zh, const char *en, const char *from)
{
    struct notice_material *material = g_new0(struct notice_material, 1);
    material->code = g_strdup(code);
    material->zh = g_strdup(zh);
    material->en = g_strdup(en);
    material->from = g_strdup(from);
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

struct notice_outcome *notice_add_outcome(struct notice *notice)
{
    struct notice_outcome *outcome = g_new0(struct notice_outcome, 1);
    g_ptr_array_add(notice->outcomes, outcome);
    return outcome;
}

static void add_attachment(struct notice *notice, const char *name, const char *type, const char *text, const char *digest)
{
    struct notice_attachment *attachment = g_new0(struct notice_attachment, 1);
    attachment->name = g_strdup(name);
    attachment->type = g_strdup(type);
    attachment->text = g_strdup(text);
    attachment->digest = g_strdup(digest);
    g_ptr_array_add(notice->attachments, attachment);
}

void notice_add_attachment(struct notice *notice, const char *name, const char *type, const char *text)
{
    add_attachment(notice, name, type, text, NULL);
}

void notice_add_file(struct notice *notice, const char *name, const char *type, const char *digest)
{
    add_attachment(notice, name, type, "", digest);
}

/* Writing. A NULL value writes nothing, so each line below reads like the schema. */

static void put_mailbox(GString *out, const char *element, const char *name, const char *address)
{
    g_string_append_printf(out, "<%s", element);
    element_attribute(out, "name", name);
    element_content(out, element, address);
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
    element_put(out, "replyTo", notice->reply_to);
    element_put(out, "messageId", notice->message_id);
    element_put(out, "inReplyTo", notice->in_reply_to);
    for (guint i = 0; i < notice->references->len; i++)
        element_put(out, "reference", g_ptr_array_index(notice->references, i));
    element_put(out, "token", notice->token);
    element_put(out, "date", date);
    g_string_append(out, "</mail>\n");
}

static void put_request(GString *out, const struct notice *notice)
{
    g_string_append(out, "<request");
    element_attribute(out, "id", notice->request);
    element_attribute(out, "procedure", notice->procedure);
    element_attribute(out, "zh", notice->procedure_zh);
    element_attribute(out, "en", notice->procedure_en);
    element_attribute(out, "table", notice->table);
    g_string_append(out, ">\n");
    if (notice->state != NULL) {
        g_string_append(out, "<state");
        element_attribute(out, "name", notice->state);
        element_attribute(out, "zh", notice->state_zh);
        element_attribute(out, "en", notice->state_en);
        g_string_append(out, "/>\n");
    }
    element_put(out, "submitted", notice->submitted);
    element_put(out, "applicant", notice->applicant);
    element_put(out, "digest", notice->digest);
    g_string_append(out, "</request>\n");
}

static void put_decision(GString *out, const struct notice *notice)
{
    if (notice->decided_by == NULL && notice->authority_zh == NULL && notice->authority_en == NULL && notice->reason == NULL &&
        notice->archive == NULL && notice->decided_at == NULL)
        return;
    g_string_append(out, "<decision");
    element_attribute(out, "by", notice->decided_by);
    element_attribute(out, "zh", notice->authority_zh);
    element_attribute(out, "en", notice->authority_en);
    element_attribute(out, "archive", notice->archive);
    element_attribute(out, "at", notice->decided_at);
    element_content(out, "decision", notice->reason);
}

static void put_rows(GString *out, const GPtrArray *rows)
{
    for (guint i = 0; i < rows->len; i++) {
        const struct notice_row *row = g_ptr_array_index(rows, i);
        g_string_append(out, "<row");
        element_attribute(out, "name", row->name);
        element_attribute(out, "zh", row->label_zh);
        element_attribute(out, "en", row->label_en);
        g_string_append(out, ">\n");
        element_put(out, "old", row->old_value);
        element_put(out, "new", row->new_value);
        g_string_append(out, "</row>\n");
    }
}

static void put_findings(GString *out, const GPtrArray *findings)
{
    for (guint i = 0; i < findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(findings, i);
        g_autofree char *line = finding->line > 0 ? g_strdup_printf("%d", finding->line) : NULL;
        g_string_append(out, "<finding");
        element_attribute(out, "code", finding->code);
        element_attribute(out, "field", finding->field);
        element_attribute(out, "labelZh", finding->label_zh);
        element_attribute(out, "labelEn", finding->label_en);
        element_attribute(out, "line", line);
        element_attribute(out, "warning", finding->warning ? "true" : NULL);
        element_attribute(out, "waits", finding_waits(finding) ? "true" : NULL);
        element_attribute(out, "zh", finding->zh);
        element_attribute(out, "en", finding->en);
        g_string_append(out, "/>\n");
    }
}

static void put_stages(GString *out, const GPtrArray *stages)
{
    for (guint i = 0; i < stages->len; i++) {
        const struct notice_stage *stage = g_ptr_array_index(stages, i);
        g_string_append(out, "<stage");
        element_attribute(out, "state", stage->state);
        element_attribute(out, "zh", stage->zh);
        element_attribute(out, "en", stage->en);
        element_attribute(out, "authorityZh", stage->authority_zh);
        element_attribute(out, "authorityEn", stage->authority_en);
        element_attribute(out, "progress", stage->progress);
        element_attribute(out, "reviewer", stage->reviewer);
        element_attribute(out, "archive", stage->archive);
        element_attribute(out, "at", stage->at);
        g_string_append(out, "/>\n");
    }
}

static void put_reports(GString *out, const GPtrArray *reports)
{
    for (guint i = 0; i < reports->len; i++) {
        const struct notice_report *report = g_ptr_array_index(reports, i);
        g_string_append(out, "<report");
        element_attribute(out, "request", report->request);
        element_attribute(out, "zh", report->procedure_zh);
        element_attribute(out, "en", report->procedure_en);
        element_attribute(out, "stateZh", report->state_zh);
        element_attribute(out, "stateEn", report->state_en);
        element_attribute(out, "submitted", report->submitted);
        element_attribute(out, "received", report->received);
        element_attribute(out, "changed", report->changed);
        g_string_append(out, "/>\n");
    }
}

static void put_evidence(GString *out, const struct notice *notice)
{
    for (guint i = 0; i < notice->materials->len; i++) {
        const struct notice_material *material = g_ptr_array_index(notice->materials, i);
        g_string_append(out, "<material");
        element_attribute(out, "code", material->code);
        element_attribute(out, "from", material->from);
        element_attribute(out, "zh", material->zh);
        element_attribute(out, "en", material->en);
        g_string_append(out, "/>\n");
    }
    if (notice->archive_required)
        g_string_append(out, "<archiveRequired/>\n");
    if (notice->rejection_returns)
        g_string_append(out, "<rejectionReturns/>\n");
    if (notice->proof != PROOF_ADDRESS)
        g_string_append_printf(out, "<proof by=\"%s\"/>\n", proof_name(notice->proof));
}

/* What a review mail says of a request, as one of several. */
static void put_items(GString *out, const GPtrArray *items)
{
    for (guint i = 0; i < items->len; i++) {
        const struct notice *item = g_ptr_array_index(items, i);
        g_string_append_printf(out, "<item number=\"%u\">\n", i + 1);
        put_request(out, item);
        put_findings(out, item->findings);
        put_rows(out, item->rows);
        put_evidence(out, item);
        put_stages(out, item->stages);
        g_string_append(out, "</item>\n");
    }
}

static void put_outcomes(GString *out, const GPtrArray *outcomes)
{
    for (guint i = 0; i < outcomes->len; i++) {
        const struct notice_outcome *outcome = g_ptr_array_index(outcomes, i);
        g_string_append(out, "<outcome");
        element_attribute(out, "numbers", outcome->numbers);
        element_attribute(out, "request", outcome->request);
        element_attribute(out, "done", outcome->done ? "true" : "false");
        element_attribute(out, "zh", outcome->zh);
        element_attribute(out, "en", outcome->en);
        element_content(out, "outcome", outcome->said);
    }
}

static void put_answers(GString *out, const GPtrArray *answers)
{
    for (guint i = 0; i < answers->len; i++) {
        const struct notice_answer *answer = g_ptr_array_index(answers, i);
        g_string_append(out, "<answer");
        element_attribute(out, "zh", answer->zh);
        element_attribute(out, "en", answer->en);
        element_content(out, "answer", answer->body);
    }
}

static void put_attachments(GString *out, const GPtrArray *attachments)
{
    for (guint i = 0; i < attachments->len; i++) {
        const struct notice_attachment *attachment = g_ptr_array_index(attachments, i);
        g_string_append(out, "<attachment");
        element_attribute(out, "name", attachment->name);
        element_attribute(out, "type", attachment->type);
        element_attribute(out, "sha256", attachment->digest);
        element_content(out, "attachment", attachment->text);
    }
}

char *notice_write(const struct notice *notice)
{
    GString *out = g_string_sized_new(8192);
    g_string_append(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<notice xmlns=\"" NOTICE_NAMESPACE "\"");
    element_attribute(out, "code", notice->code);
    element_attribute(out, "language", notice->language);
    g_string_append(out, ">\n");
    put_mail(out, notice);
    put_request(out, notice);
    element_put(out, "expires", notice->expires);
    element_put(out, "login", notice->login);
    element_put(out, "loginDn", notice->login_dn);
    if (notice->secret)
        g_string_append(out, "<oneTimeSecret/>\n");
    element_pair(out, "problem", notice->problem_zh, notice->problem_en);
    for (guint i = 0; i < notice->consequences->len; i++) {
        const struct notice_consequence *consequence = g_ptr_array_index(notice->consequences, i);
        element_pair(out, "consequence", consequence->zh, consequence->en);
    }
    element_put(out, "said", notice->said);
    put_decision(out, notice);
    put_findings(out, notice->findings);
    put_rows(out, notice->rows);
    put_evidence(out, notice);
    put_stages(out, notice->stages);
    put_reports(out, notice->reports);
    put_items(out, notice->items);
    put_outcomes(out, notice->outcomes);
    put_answers(out, notice->answers);
    element_put(out, "audit", notice->audit);
    put_attachments(out, notice->attachments);
    g_string_append(out, "</notice>\n");
    return g_string_free(out, FALSE);
}
