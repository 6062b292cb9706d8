#include "daemon/transcript.h"

#include "daemon/sheet.h"
#include "mailflow/ballot.h"
#include "mailflow/limits.h"
#include "mailflow/text.h"

/* NULL when there is nothing to be told; ballot_free() it. */
static struct ballot *read_lines(const struct message *message)
{
    struct ballot *ballot = message->kind == KIND_REPLY || message->kind == KIND_QUESTION ? ballot_read(message->own) : NULL;

    if (!ballot || ballot_speaks(ballot))
        return ballot;
    ballot_free(ballot);
    return NULL;
}

static void line_json(JsonBuilder *builder, const struct ballot_line *line)
{
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "numbers");
    json_builder_begin_array(builder);
    for (guint i = 0; i < line->numbers->len; i++)
        json_builder_add_int_value(builder, g_array_index(line->numbers, guint, i));
    json_builder_end_array(builder);
    json_builder_set_member_name(builder, "all");
    json_builder_add_boolean_value(builder, line->all);
    sheet_member(builder, "verdict", verdict_name(line->verdict.word));
    sheet_member(builder, "reason", line->verdict.reason);
    sheet_member(builder, "archive", line->verdict.archive);
    sheet_member(builder, "problem", line->problem ? line->problem->en : NULL);
    json_builder_end_object(builder);
}

void transcript_json(JsonBuilder *builder, const struct message *message)
{
    struct ballot *ballot = read_lines(message);

    if (!ballot)
        return;
    json_builder_set_member_name(builder, "lines");
    json_builder_begin_array(builder);
    for (guint i = 0; i < ballot->lines->len; i++)
        line_json(builder, g_ptr_array_index(ballot->lines, i));
    json_builder_end_array(builder);
    ballot_free(ballot);
}

static void put_line(GString *out, const struct ballot_line *line)
{
    g_autofree char *numbers = ballot_numbers(line);
    g_autofree char *reason = line->verdict.reason ? text_one_line(line->verdict.reason, LIMIT_BALLOT_QUOTE) : NULL;

    g_string_append_printf(out, "%s%-6s %s", out->len ? "\n" : "", numbers, verdict_name(line->verdict.word));
    if (line->verdict.archive)
        g_string_append_printf(out, ", archive %s", line->verdict.archive);
    if (reason)
        g_string_append_printf(out, ", reason %s", reason);
    if (line->problem)
        g_string_append_printf(out, " - %s", line->problem->en);
}

char *transcript_text(const struct message *message)
{
    struct ballot *ballot = read_lines(message);

    if (!ballot)
        return NULL;
    GString *out = g_string_new(NULL);
    for (guint i = 0; i < ballot->lines->len; i++)
        put_line(out, g_ptr_array_index(ballot->lines, i));
    ballot_free(ballot);
    return g_string_free(out, FALSE);
}
