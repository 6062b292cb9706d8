/* `countersign read --json`: a line for every file, in order, whatever the file is. */
#include "daemon/read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>

#include "daemon/command.h"

#define GOLDEN "tests/golden/messages/"

/* What the command prints for these arguments, as lines. */
static char **lines_of(char **arguments, int *code)
{
    g_autofree char *path = NULL, *text = NULL;
    int file = g_file_open_tmp("read-XXXXXX", &path, NULL), kept = dup(STDOUT_FILENO);

    fflush(stdout);
    dup2(file, STDOUT_FILENO);
    *code = read_command((int)g_strv_length(arguments), arguments, TRUE);
    fflush(stdout);
    dup2(kept, STDOUT_FILENO);
    close(kept);
    close(file);
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_unlink(path);
    return g_strsplit(g_strchomp(text), "\n", -1);
}

static JsonNode *parse(const char *line)
{
    JsonNode *node = json_from_string(line, NULL);

    assert_non_null(node);
    return node;
}

static const char *member(JsonNode *node, const char *name)
{
    JsonNode *value = json_object_get_member(json_node_get_object(node), name);

    assert_non_null(value);
    return json_node_is_null(value) ? NULL : json_node_get_string(value);
}

static void test_members(void **state)
{
    (void)state;
    static const char *const names[] = {"file",    "kind",     "why",  "own",  "ownWhy", "verdict",  "verdictWhy", "reason",
                                        "archive", "delegate", "note", "undo", "form",   "findings", "signature"};
    char *arguments[] = {"--templates",
                         "templates",
                         GOLDEN "reply-qq-web.eml",
                         GOLDEN "form-twice.eml",
                         GOLDEN "reply-delegates-163-web.eml",
                         GOLDEN "reply-undo-iphone.eml",
                         NULL};
    int code;
    g_auto(GStrv) lines = lines_of(arguments, &code);

    assert_int_equal(code, COMMAND_FINE);
    assert_int_equal(g_strv_length(lines), 4);
    g_autoptr(JsonNode) reply = parse(lines[0]);
    g_autoptr(GList) members = json_object_get_members(json_node_get_object(reply));
    assert_int_equal(g_list_length(members), G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        assert_string_equal(g_list_nth_data(members, i), names[i]);
    assert_string_equal(member(reply, "file"), GOLDEN "reply-qq-web.eml");
    assert_string_equal(member(reply, "kind"), "reply");
    assert_string_equal(member(reply, "verdict"), "approve");
    assert_string_equal(member(reply, "archive"), "济建〔2026〕12号");
    assert_null(member(reply, "reason"));
    assert_string_equal(member(reply, "ownWhy"), "text/plain, cut before line 5 by a separator");
    assert_string_equal(member(reply, "verdictWhy"), "'同意' is the first statement");
    assert_null(member(reply, "signature"));
    g_autoptr(JsonNode) form = parse(lines[1]);
    JsonArray *findings = json_object_get_array_member(json_node_get_object(form), "findings");
    assert_int_equal(json_array_get_length(findings), 1);
    assert_string_equal(json_object_get_string_member(json_array_get_object_element(findings, 0), "code"), "E-ATTACH");
    g_autoptr(JsonNode) delegation = parse(lines[2]), undo = parse(lines[3]);
    assert_string_equal(member(delegation, "verdict"), "none");
    assert_string_equal(member(delegation, "delegate"), "王五");
    assert_string_equal(member(delegation, "note"), "我明天出差");
    assert_false(json_object_get_boolean_member(json_node_get_object(delegation), "undo"));
    assert_null(member(undo, "delegate"));
    assert_true(json_object_get_boolean_member(json_node_get_object(undo), "undo"));
}

static void test_signature(void **state)
{
    (void)state;
    char *arguments[] = {"--templates", "templates", GOLDEN "smime-opaque.eml", GOLDEN "smime-nocerts-broken.eml", NULL};
    int code;
    g_auto(GStrv) lines = lines_of(arguments, &code);
    g_autoptr(JsonNode) intact = parse(lines[0]);
    g_autoptr(JsonNode) broken = parse(lines[1]);
    JsonObject *signature = json_object_get_object_member(json_node_get_object(intact), "signature");

    assert_string_equal(json_object_get_string_member(signature, "state"), "intact");
    assert_string_equal(json_object_get_string_member(signature, "mail"), "reviewer@jinan.example.com");
    assert_string_equal(json_object_get_string_member(signature, "issuer"), "CN=Test CA, O=Example");
    assert_int_equal(strlen(json_object_get_string_member(signature, "fingerprint")), 64);
    assert_true(json_object_get_int_member(signature, "signed") > 0);
    signature = json_object_get_object_member(json_node_get_object(broken), "signature");
    assert_string_equal(json_object_get_string_member(signature, "state"), "broken");
    assert_true(json_object_get_null_member(signature, "subject"));
}

/* An answer to the daily list: a line each; the verdict of the whole is what it would be in any other mail. */
static void test_lines(void **state)
{
    (void)state;
    static const char *const names[] = {"numbers", "all", "verdict", "reason", "archive", "problem"};
    char *arguments[] = {"--templates", "templates", GOLDEN "reply-numbered-lines.eml", NULL};
    int code;
    g_auto(GStrv) lines = lines_of(arguments, &code);

    assert_int_equal(g_strv_length(lines), 1);
    g_autoptr(JsonNode) reply = parse(lines[0]);
    assert_string_equal(member(reply, "verdict"), "unclear");
    JsonArray *read = json_object_get_array_member(json_node_get_object(reply), "lines");
    assert_int_equal(json_array_get_length(read), 3);
    JsonObject *line = json_array_get_object_element(read, 0);
    g_autoptr(GList) members = json_object_get_members(line);
    assert_int_equal(g_list_length(members), G_N_ELEMENTS(names));
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        assert_string_equal(g_list_nth_data(members, i), names[i]);
    JsonArray *numbers = json_object_get_array_member(line, "numbers");
    assert_int_equal(json_array_get_length(numbers), 4);
    assert_int_equal(json_array_get_int_element(numbers, 3), 4);
    assert_string_equal(json_object_get_string_member(line, "verdict"), "approve");
    assert_string_equal(json_object_get_string_member(line, "archive"), "济建〔2026〕1号");
    line = json_array_get_object_element(read, 1);
    assert_string_equal(json_object_get_string_member(line, "reason"), "材料不全，\n劳动合同已过期");
    assert_true(json_object_get_null_member(line, "problem"));
    line = json_array_get_object_element(read, 2);
    assert_string_equal(json_object_get_string_member(line, "verdict"), "none");
    assert_non_null(json_object_get_string_member(line, "problem"));
}

/* More files than a batch, some that cannot be opened, one larger than is taken. */
static void test_order(void **state)
{
    (void)state;
    g_autofree char *big = g_build_filename(g_get_tmp_dir(), "countersign-read-big.eml", NULL);
    g_autofree char *text = g_strnfill(9 << 20, 'x');
    g_autoptr(GPtrArray) arguments = g_ptr_array_new();
    int code;

    memcpy(text, "From: a@example.com\nSubject: x\n\n", 32);
    assert_true(g_file_set_contents(big, text, 9 << 20, NULL));
    g_ptr_array_add(arguments, "--templates");
    g_ptr_array_add(arguments, "templates");
    for (guint i = 0; i < 200; i++)
        g_ptr_array_add(arguments, i % 50 == 7 ? "/nonexistent"
                                   : i == 150  ? big
                                   : i % 2     ? GOLDEN "bounce-qmail.eml"
                                               : GOLDEN "reply-iphone.eml");
    g_ptr_array_add(arguments, NULL);
    g_auto(GStrv) lines = lines_of((char **)arguments->pdata, &code);
    g_unlink(big);
    assert_int_equal(code, COMMAND_FOUND);
    assert_int_equal(g_strv_length(lines), 200);
    for (guint i = 0; i < 200; i++) {
        g_autoptr(JsonNode) node = parse(lines[i]);
        assert_string_equal(member(node, "file"), arguments->pdata[i + 2]);
        assert_string_equal(member(node, "kind"), i % 50 == 7 ? "unknown" : i == 150 ? "question" : i % 2 ? "bounce" : "reply");
    }
}

static void test_usage(void **state)
{
    (void)state;
    char *none[] = {NULL}, *nowhere[] = {"--templates", "/nonexistent", "x.eml", NULL};

    assert_int_equal(read_command(0, none, TRUE), COMMAND_USAGE);
    assert_int_equal(read_command(3, nowhere, TRUE), COMMAND_FAULT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members), cmocka_unit_test(test_signature), cmocka_unit_test(test_lines),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_usage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
