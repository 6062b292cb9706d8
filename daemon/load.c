/* `countersign load`: certificates, trainees and reviewers out of a file into the directory, in the administrator's name. Every problem is listed before anything is
 * written; what stands there already is left alone, so that a load that was interrupted is simply repeated. */
#include <stdio.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/sheet.h"
#include "daemon/site.h"
#include "mailflow/finding.h"
#include "mailflow/roll.h"

#define FILE_MOST (64u << 20)
#define JOBS_MOST 200 /* of one call of the directory's */

struct load {
    const struct command_call *call;
    const char *file;
    struct sheet *sheet; /* problems */
    struct site *site;
    struct roll *roll;
    struct directory *directory; /* the administrator's */
    guint wrong, present, fresh; /* rows; fresh ones are to be added */
    guint added, members, failed;
};

static enum table_kind kind_of(const char *file)
{
    g_autofree char *folded = g_ascii_strdown(file, -1);

    return g_str_has_suffix(folded, ".ldif") ? TABLE_LDIF : TABLE_CSV;
}

static struct table *read_file(const char *file, GError **error)
{
    g_autofree char *bytes = NULL;
    gsize size;

    if (!g_file_get_contents(file, &bytes, &size, error))
        return NULL;
    if (size > FILE_MOST) {
        g_set_error(error, TABLE_ERROR, TABLE_ERROR_MALFORMED, "%s is larger than %u MiB: load it in parts", file, FILE_MOST >> 20);
        return NULL;
    }
    struct table *table = table_read(kind_of(file), bytes, size, error);
    if (!table)
        g_prefix_error(error, "%s: ", file);
    return table;
}

/* One problem a line. Values are not shown: they may be identity numbers. */
static void list_problems(struct load *load)
{
    for (guint i = 0; i < load->roll->problems->len; i++) {
        const struct finding *finding = g_ptr_array_index(load->roll->problems, i);
        g_autofree char *line = g_strdup_printf("%d", finding->line);
        sheet_row(load->sheet, line, finding->field, finding->code, finding->zh, finding->en);
    }
    for (guint i = 0; i < load->roll->rows->len; i++) {
        const struct roll_row *row = g_ptr_array_index(load->roll->rows, i);
        load->wrong += row->wrong;
        load->present += !row->wrong && !row->change;
        load->fresh += !row->wrong && row->change;
    }
}

/* Without a login of its own: root over the server's local socket. */
static gboolean log_in(struct load *load, GError **error)
{
    const struct config *config = load->call->config;
    struct directory_options options;

    site_directory(config, CONFIG_COURIER, &options);
    options.dn = command_option(load->call, "--administrator-dn");
    options.password_file = command_option(load->call, "--password-file");
    if (!options.dn && !g_str_has_prefix(options.url, "ldapi:")) {
        options.url = "ldapi:///";
        options.starttls = FALSE;
    }
    load->directory = directory_open(&options, error);
    return load->directory && directory_check(load->directory, error);
}

static void note_failure(struct load *load, int line, const char *reason)
{
    g_autofree char *text = g_strdup_printf("%d", line);

    load->failed++;
    sheet_row(load->sheet, line ? text : NULL, NULL, NULL, "目录未接受", reason);
}

/* Add the entries of these rows. FALSE when the directory went away: the rest is not tried. */
static gboolean add_rows(struct load *load, struct roll_row *const *rows, guint count)
{
    struct directory_job jobs[JOBS_MOST] = {0};
    gboolean there = TRUE;

    for (guint i = 0; i < count; i++)
        jobs[i].change = rows[i]->change;
    directory_apply(load->directory, jobs, count);
    for (guint i = 0; i < count; i++) {
        there &= jobs[i].outcome != DIRECTORY_LATER;
        if (jobs[i].outcome == DIRECTORY_APPLIED) {
            load->added++;
        } else {
            note_failure(load, rows[i]->line, jobs[i].reason);
            rows[i]->wrong = TRUE; /* and so becomes no member of a group */
        }
        directory_job_clear(&jobs[i]);
    }
    return there;
}

static gboolean add_members(struct load *load, GError **error)
{
    g_autoptr(GPtrArray) changes = roll_memberships(&load->site->mind, load->roll, error);

    for (guint i = 0; changes && i < changes->len; i++) {
        struct directory_job job = {.change = g_ptr_array_index(changes, i)};
        directory_apply(load->directory, &job, 1);
        if (job.outcome == DIRECTORY_APPLIED)
            load->members++;
        else
            note_failure(load, 0, job.reason);
        directory_job_clear(&job);
    }
    return changes != NULL;
}

static gboolean write_all(struct load *load, GError **error)
{
    struct roll_row *batch[JOBS_MOST];
    guint count = 0;
    gboolean there = TRUE;

    if (!log_in(load, error))
        return FALSE;
    for (guint i = 0; i < load->roll->rows->len && there; i++) {
        struct roll_row *row = g_ptr_array_index(load->roll->rows, i);
        if (row->wrong || !row->change)
            continue;
        batch[count++] = row;
        if (count < JOBS_MOST)
            continue;
        there = add_rows(load, batch, count);
        count = 0;
    }
    if (there && count)
        there = add_rows(load, batch, count);
    return !there || add_members(load, error);
}

static void summarise(const struct load *load, gboolean written)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    const struct {
        const char *name;
        guint count;
    } counts[] = {{"rows", load->roll->rows->len},
                  {"problems", load->roll->problems->len},
                  {"wrong", load->wrong},
                  {"present", load->present},
                  {"new", load->fresh},
                  {"added", load->added},
                  {"groups", load->members},
                  {"failed", load->failed}};

    if (!load->call->json) {
        for (gsize i = 0; i < G_N_ELEMENTS(counts); i++)
            printf("%s%s %u", i ? ", " : "", counts[i].name, counts[i].count);
        puts(written ? "" : "; nothing was written");
        return;
    }
    json_builder_begin_object(builder);
    sheet_member(builder, "file", load->file);
    sheet_member(builder, "what", roll_kind_name(load->roll->kind));
    json_builder_set_member_name(builder, "written");
    json_builder_add_boolean_value(builder, written);
    for (gsize i = 0; i < G_N_ELEMENTS(counts); i++) {
        json_builder_set_member_name(builder, counts[i].name);
        json_builder_add_int_value(builder, counts[i].count);
    }
    json_builder_end_object(builder);
    sheet_json(builder);
}

static gboolean carry_out(struct load *load, enum roll_kind kind, GError **error)
{
    static const char *const columns[] = {"#line", "column", "code", "zh", "en", NULL};
    gboolean dry = command_flag(load->call, "--dry-run"), skip = command_flag(load->call, "--skip-wrong");
    struct table *table = read_file(load->file, error);

    if (table)
        load->roll = roll_judge(&load->site->mind, kind, table, error);
    if (!load->roll) {
        table_free(table);
        return FALSE;
    }
    load->sheet = sheet_open(load->call->json, columns);
    list_problems(load);
    gboolean write = !dry && !load->roll->unusable && (skip || !load->roll->problems->len);
    gboolean fine = !write || write_all(load, error);
    sheet_close(load->sheet);
    summarise(load, write && fine);
    table_free(table);
    return fine;
}

/* -1 when there is none of that name. */
static int find_kind(const char *name)
{
    for (int kind = 0; name && kind < ROLL_KINDS; kind++)
        if (g_str_equal(roll_kind_name((enum roll_kind)kind), name))
            return kind;
    return -1;
}

enum command_exit command_load(const struct command_call *call)
{
    struct load load = {.call = call, .file = command_argument(call, 1)};
    int kind = find_kind(command_argument(call, 0));
    GError *error = NULL;

    if (kind < 0 || !command_option(call, "--administrator-dn") != !command_option(call, "--password-file"))
        return COMMAND_USAGE;
    load.site = site_open(call->config, TRUE, &error);
    if (!load.site)
        return command_fault(error);
    site_begin(load.site, clock_now());
    gboolean fine = carry_out(&load, (enum roll_kind)kind, &error);
    gboolean found = load.roll && (load.roll->problems->len || load.failed);
    roll_free(load.roll);
    directory_close(load.directory);
    site_close(load.site);
    return !fine ? command_fault(error) : found ? COMMAND_FOUND : COMMAND_FINE;
}
