#include "daemon/read.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/clock.h"
#include "daemon/command.h"
#include "daemon/parser.h"
#include "daemon/sheet.h"
#include "daemon/transcript.h"
#include "mailflow/certificate.h"
#include "mailflow/limits.h"
#include "paths.h"

#define BATCH_FILES 64
#define BATCH_BYTES (16 * 1024 * 1024)

static gboolean has_forms(const char *templates)
{
    g_autofree char *forms = g_build_filename(templates, "forms", NULL);

    return g_file_test(forms, G_FILE_TEST_IS_DIR);
}

/* A program that was built and not installed finds its templates beside its build directory. */
static char *find_templates(void)
{
    const char *named = g_getenv("COUNTERSIGN_TEMPLATES");
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = g_path_get_dirname(self ? self : ".");
    g_autofree char *beside = g_build_filename(folder, "..", "templates", NULL);

    if (named)
        return g_strdup(named);
    return has_forms(beside) ? g_steal_pointer(&beside) : g_build_filename(PATHS_DATA, "templates", NULL);
}

/* The parser in a process of its own, and the next when that one has died. */
struct reading {
    char *templates;
    struct parser_client *client;
    int socket;
    pid_t parser;
    GDate today;
    gboolean json, failed;
};

static void end_parser(struct reading *reading)
{
    if (reading->parser <= 0)
        return;
    close(reading->socket);
    waitpid(reading->parser, NULL, 0);
    reading->parser = 0;
}

static int start_parser(void *context)
{
    struct reading *reading = context;
    const struct parser_options options = {.templates = reading->templates};
    int pair[2];

    if (reading->parser > 0)
        kill(reading->parser, SIGKILL);
    end_parser(reading);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
        return -1;
    fflush(stdout);
    reading->parser = fork();
    if (reading->parser == 0) {
        close(pair[0]);
        _exit(parser_run(pair[1], &options));
    }
    close(pair[1]);
    if (reading->parser < 0)
        close(pair[0]);
    return reading->socket = reading->parser > 0 ? pair[0] : -1;
}

struct file {
    const char *name;
    char *fault; /* why it could not be read; NULL */
};

static GBytes *load(const char *name, gsize most, gsize *size, GError **error)
{
    int file = open(name, O_RDONLY | O_CLOEXEC);
    struct stat status;

    if (file < 0 || fstat(file, &status) < 0 || S_ISDIR(status.st_mode)) {
        int code = file < 0 ? errno : EISDIR;
        g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(code), g_strerror(code));
        if (file >= 0)
            close(file);
        return NULL;
    }
    g_autoptr(GByteArray) bytes = g_byte_array_new();
    ssize_t got = 1;
    while (got > 0 && bytes->len <= most) {
        guint held = bytes->len;
        g_byte_array_set_size(bytes, held + 65536);
        got = read(file, bytes->data + held, 65536);
        g_byte_array_set_size(bytes, held + (guint)MAX(got, 0));
    }
    close(file);
    *size = MAX((gsize)status.st_size, bytes->len);
    if (got >= 0)
        return g_byte_array_free_to_bytes(g_steal_pointer(&bytes));
    g_set_error_literal(error, G_FILE_ERROR, (gint)g_file_error_from_errno(errno), g_strerror(errno));
    return NULL;
}

/* Of a message over the limit only the header goes to the parser, as the daemon does it. */
static GBytes *header_of(GBytes *bytes)
{
    gsize size;
    const char *data = g_bytes_get_data(bytes, &size);
    struct header header;

    header_read(data, size, LIMIT_HEADER_BYTES, LIMIT_HEADERS, &header);
    gsize end = header.cut ? MIN(size, LIMIT_HEADER_BYTES) : header.size;
    header_clear(&header);
    return g_bytes_new_from_bytes(bytes, 0, end);
}

static void add_findings(JsonBuilder *builder, const GPtrArray *findings)
{
    json_builder_set_member_name(builder, "findings");
    json_builder_begin_array(builder);
    for (guint i = 0; findings && i < findings->len; i++) {
        const struct finding *finding = g_ptr_array_index(findings, i);
        json_builder_begin_object(builder);
        sheet_member(builder, "code", finding->code);
        sheet_member(builder, "field", finding->field);
        json_builder_set_member_name(builder, "line");
        if (finding->line > 0)
            json_builder_add_int_value(builder, finding->line);
        else
            json_builder_add_null_value(builder);
        sheet_member(builder, "zh", finding->zh);
        sheet_member(builder, "en", finding->en);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

/* Whose signature it is, as far as it says so itself: there is no directory here to ask. */
static void add_signature(JsonBuilder *builder, const struct signature *signature)
{
    json_builder_set_member_name(builder, "signature");
    if (!signature) {
        json_builder_add_null_value(builder);
        return;
    }
    struct certificate *signer = signature->certificate ? certificate_read(signature->certificate) : NULL;
    json_builder_begin_object(builder);
    sheet_member(builder, "state", signature_state_name(signature->state));
    sheet_member(builder, "why", signature->why);
    sheet_member(builder, "subject", signer ? signer->subject : NULL);
    sheet_member(builder, "mail", signer && signer->mails->len ? g_ptr_array_index(signer->mails, 0) : NULL);
    sheet_member(builder, "issuer", signer ? signer->issuer : NULL);
    sheet_member(builder, "serial", signer ? signer->serial : NULL);
    sheet_member(builder, "fingerprint", signer ? signer->fingerprint : NULL);
    json_builder_set_member_name(builder, "signed");
    if (signature->signed_at)
        json_builder_add_int_value(builder, signature->signed_at);
    else
        json_builder_add_null_value(builder);
    json_builder_end_object(builder);
    certificate_free(signer);
}

static void print_json(const char *name, const struct message *message, const char *fault)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();

    json_builder_begin_object(builder);
    sheet_member(builder, "file", name);
    sheet_member(builder, "kind", kind_name(message ? message->kind : KIND_UNKNOWN));
    sheet_member(builder, "why", message ? message->why : fault);
    sheet_member(builder, "own", message ? message->own : "");
    sheet_member(builder, "ownWhy", message ? message->own_why : NULL);
    sheet_member(builder, "verdict", verdict_name(message ? message->verdict.word : VERDICT_NONE));
    sheet_member(builder, "verdictWhy", message ? message->verdict.why : NULL);
    sheet_member(builder, "reason", message ? message->verdict.reason : NULL);
    sheet_member(builder, "archive", message ? message->verdict.archive : NULL);
    sheet_instruction(builder, message ? &message->instruction : NULL);
    sheet_member(builder, "form", message && message->form ? message->form->root : NULL);
    add_findings(builder, message ? message->findings : NULL);
    add_signature(builder, message ? message->signature : NULL);
    if (message)
        transcript_json(builder, message);
    json_builder_end_object(builder);
    sheet_json(builder);
}

static void print_line(const char *name, const char *value)
{
    g_auto(GStrv) lines = g_strsplit(value ? value : "", "\n", -1);

    if (!value || !*value)
        return;
    for (guint i = 0; lines[i]; i++)
        printf("  %-10s%s\n", i == 0 ? name : "", lines[i]);
}

static void print_signature(const struct signature *signature)
{
    struct certificate *signer = signature && signature->certificate ? certificate_read(signature->certificate) : NULL;
    g_autofree char *line = signer ? certificate_line(signer) : NULL;
    g_autofree char *state = signature ? g_strdup_printf("%s: %s", signature_state_name(signature->state), signature->why) : NULL;

    print_line("signature", state);
    print_line("", line);
    certificate_free(signer);
}

static void print_text(const char *name, const struct message *message, const char *fault)
{
    printf("%s\n", name);
    if (!message) {
        print_line("kind", kind_name(KIND_UNKNOWN));
        print_line("why", fault);
        return;
    }
    print_line("kind", kind_name(message->kind));
    print_line("why", message->why);
    print_line("own", message->own);
    print_line(*message->own ? "" : "own", message->own_why);
    print_line("verdict", verdict_name(message->verdict.word));
    print_line("", message->verdict.why);
    print_line("reason", message->verdict.reason);
    print_line("archive", message->verdict.archive);
    if (message->instruction.word != INSTRUCTION_NONE)
        print_line("asks", instruction_name(message->instruction.word));
    print_line("", message->instruction.why);
    print_line("delegate", message->instruction.whom);
    print_line("note", message->instruction.note);
    g_autofree char *lines = transcript_text(message);
    print_line("lines", lines);
    print_line("form", message->form ? message->form->root : NULL);
    print_signature(message->signature);
    for (guint i = 0; i < message->findings->len; i++) {
        g_autofree char *zh = finding_text_zh(message->findings->pdata[i]);
        g_autofree char *en = finding_text_en(message->findings->pdata[i]);
        print_line(i == 0 ? "findings" : "", zh);
        print_line("", en);
    }
}

static void print_item(struct reading *reading, const struct file *file, const struct parser_item *item)
{
    g_autofree char *name = g_filename_display_name(file->name);
    const char *fault = file->fault ? file->fault : "the parser died at it";

    (reading->json ? print_json : print_text)(name, item->message, fault);
    reading->failed |= item->message == NULL;
}

/* Read as many of the files as make a batch. Returns how many; 0 when there is no parser to be had. */
static guint read_batch(struct reading *reading, char **names, guint count)
{
    struct file files[BATCH_FILES] = {{0}};
    struct parser_item items[BATCH_FILES] = {{0}}, sent[BATCH_FILES];
    guint taken = 0, going = 0;

    for (gsize total = 0; taken < MIN(count, BATCH_FILES) && total < BATCH_BYTES; taken++) {
        g_autoptr(GError) error = NULL;
        struct parser_item *item = &items[taken];
        files[taken].name = names[taken];
        item->bytes = load(names[taken], LIMIT_MESSAGE_BYTES, &item->size, &error);
        if (!item->bytes) {
            files[taken].fault = g_strdup(error->message);
            continue;
        }
        if (item->size > LIMIT_MESSAGE_BYTES) {
            GBytes *header = header_of(item->bytes);
            g_bytes_unref(item->bytes);
            item->bytes = header;
            item->header_only = TRUE;
        }
        total += g_bytes_get_size(item->bytes);
        sent[going++] = *item;
    }
    gboolean good = parser_read_many(reading->client, sent, going, &reading->today);
    for (guint i = 0, from = 0; i < taken; i++) {
        if (items[i].bytes)
            items[i].message = sent[from++].message;
        if (good)
            print_item(reading, &files[i], &items[i]);
        message_free(items[i].message);
        g_bytes_unref(items[i].bytes);
        g_free(files[i].fault);
    }
    return good ? taken : 0;
}

int read_command(int argc, char **argv, gboolean json)
{
    struct reading reading = {.socket = -1, .json = json};
    int at = 0;

    if (argc >= 2 && strcmp(argv[0], "--templates") == 0) {
        reading.templates = g_strdup(argv[1]);
        at = 2;
    }
    if (at == argc) {
        fputs("usage: countersign read [--json] [--templates DIR] FILE...\n", stderr);
        return COMMAND_USAGE;
    }
    if (!reading.templates)
        reading.templates = find_templates();
    if (!has_forms(reading.templates)) {
        fprintf(stderr, "countersign: %s: no forms there\n", reading.templates);
        g_free(reading.templates);
        return COMMAND_FAULT;
    }
    g_date_clear(&reading.today, 1);
    clock_today(&reading.today);
    reading.client = parser_client_open(-1, start_parser, &reading);
    guint step = 1;
    for (; step > 0 && at < argc; at += (int)step)
        step = read_batch(&reading, argv + at, (guint)(argc - at));
    parser_client_close(reading.client);
    end_parser(&reading);
    g_free(reading.templates);
    return step == 0 ? COMMAND_FAULT : reading.failed ? COMMAND_FOUND : COMMAND_FINE;
}
