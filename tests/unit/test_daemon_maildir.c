/* A Maildir with everything that people and programs leave in one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/mailbox.h"
#include "mailflow/limits.h"

struct place {
    char *root;
    struct mailbox *mailbox;
};

static char *inside(const struct place *place, const char *name)
{
    return g_build_filename(place->root, name, NULL);
}

static void make_directory(const struct place *place, const char *name)
{
    g_autofree char *path = inside(place, name);
    assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
}

static void deliver(const struct place *place, const char *name, const char *text)
{
    g_autofree char *path = inside(place, name);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static gboolean exists(const struct place *place, const char *name)
{
    g_autofree char *path = inside(place, name);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static guint count_files(const struct place *place, const char *name)
{
    guint count = 0;
    g_autofree char *path = inside(place, name);
    g_autoptr(GDir) directory = g_dir_open(path, 0, NULL);
    while (directory != NULL && g_dir_read_name(directory) != NULL)
        count++;
    return count;
}

static struct mailbox *open_mailbox(const struct place *place, const char *processed, GError **error)
{
    g_autofree char *url = g_strconcat("maildir://", place->root, NULL);
    struct mailbox_options options = {.url = url, .processed = (char *)processed, .quarantine = (char *)"Quarantine"};
    return mailbox_open(&options, error);
}

static void place_make(struct place *place)
{
    place->root = g_dir_make_tmp("maildir-XXXXXX", NULL);
    assert_non_null(place->root);
    make_directory(place, "new");
    make_directory(place, "cur");
    make_directory(place, "tmp");
    place->mailbox = open_mailbox(place, "Processed", NULL);
    assert_non_null(place->mailbox);
}

static void remove_tree(const char *path)
{
    g_autoptr(GDir) directory = g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;
    while (directory != NULL && (name = g_dir_read_name(directory)) != NULL) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    g_remove(path);
}

static void place_clear(struct place *place)
{
    mailbox_close(place->mailbox);
    remove_tree(place->root);
    g_free(place->root);
}

/* The ids of a fetch, "a b c". */
static char *fetch_ids(const struct place *place, guint most, gsize octets)
{
    GString *ids = g_string_new(NULL);
    g_autoptr(GPtrArray) items = mailbox_fetch(place->mailbox, most, octets, NULL);
    assert_non_null(items);
    for (guint i = 0; i < items->len; i++)
        g_string_append_printf(ids, "%s%s", i > 0 ? " " : "", ((struct mailbox_item *)items->pdata[i])->id);
    return g_string_free(ids, FALSE);
}

static void check_ids(const struct place *place, guint most, gsize octets, const char *want)
{
    g_autofree char *ids = fetch_ids(place, most, octets);
    assert_string_equal(ids, want);
}

static void file_id(const struct place *place, const char *id, enum mailbox_folder folder)
{
    g_autoptr(GPtrArray) items = mailbox_item_list();
    struct mailbox_item *item = g_new0(struct mailbox_item, 1);
    item->id = g_strdup(id);
    item->folder = folder;
    g_ptr_array_add(items, item);
    assert_true(mailbox_file(place->mailbox, items, NULL));
}

static void test_oldest_first_of_both(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    deliver(&place, "new/1700000003.M1.h", "c");
    deliver(&place, "cur/1700000001.M99.h:2,S", "a");
    deliver(&place, "new/1700000001.M100.h", "b");
    deliver(&place, "cur/1700000009.h:2,", "e");
    deliver(&place, "new/no-time-at-all", "0");
    deliver(&place, "new/1700000004.P1_1.h", "d");
    check_ids(&place, 3, 1000, "no-time-at-all 1700000001.M99.h 1700000001.M100.h");
    check_ids(&place, 50, 1000, "no-time-at-all 1700000001.M99.h 1700000001.M100.h 1700000003.M1.h 1700000004.P1_1.h 1700000009.h");
    check_ids(&place, 50, 2, "no-time-at-all 1700000001.M99.h");
    check_ids(&place, 50, 0, "no-time-at-all");
    check_ids(&place, 0, 0, "no-time-at-all");
    place_clear(&place);
}

static void test_what_is_no_mail(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    deliver(&place, "tmp/1700000000.h", "half");
    deliver(&place, "new/.hidden", "x");
    make_directory(&place, "new/1700000001.directory");
    g_autofree char *link = inside(&place, "new/1700000002.link");
    assert_int_equal(symlink("/etc/passwd", link), 0);
    g_autofree char *fifo = inside(&place, "new/1700000003.fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    check_ids(&place, 50, 1000, "");
    deliver(&place, "new/1700000004.mail", "x");
    check_ids(&place, 50, 1000, "1700000004.mail");
    place_clear(&place);
}

static void test_bodies(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    g_autoptr(GString) large = g_string_new("Subject: large\r\n\r\n");
    g_string_set_size(large, LIMIT_MESSAGE_BYTES + 1);
    memset(large->str + 18, 'x', LIMIT_MESSAGE_BYTES + 1 - 18);
    deliver(&place, "new/1.large", large->str);
    deliver(&place, "new/2.empty", "");
    deliver(&place, "new/3.small", "Subject: small\n\n.\nA001 OK\n");
    g_autoptr(GPtrArray) items = mailbox_fetch(place.mailbox, 50, 100, NULL);
    assert_int_equal(items->len, 3);
    const struct mailbox_item *first = items->pdata[0], *second = items->pdata[1], *third = items->pdata[2];
    assert_true(first->header_only);
    assert_int_equal(first->size, LIMIT_MESSAGE_BYTES + 1);
    assert_int_equal(g_bytes_get_size(first->bytes), 18);
    assert_false(second->header_only);
    assert_int_equal(g_bytes_get_size(second->bytes), 0);
    assert_int_equal(third->size, g_bytes_get_size(third->bytes));
    assert_memory_equal(g_bytes_get_data(third->bytes, NULL), "Subject: small\n\n.\nA001 OK\n", third->size);
    place_clear(&place);
}

static void test_filing(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    assert_true(exists(&place, ".Processed/maildirfolder") && exists(&place, ".Quarantine/new") &&
                exists(&place, ".Quarantine/tmp"));
    deliver(&place, "new/1.a", "a");
    deliver(&place, "cur/2.b:2,FS", "b");
    deliver(&place, "new/3.c", "c");
    deliver(&place, "new/4.d", "d");
    check_ids(&place, 50, 1000, "1.a 2.b 3.c 4.d");
    file_id(&place, "1.a", MAILBOX_PROCESSED);
    file_id(&place, "2.b", MAILBOX_QUARANTINE);
    assert_true(exists(&place, ".Processed/cur/1.a:2,") && exists(&place, ".Quarantine/cur/2.b:2,FS"));
    check_ids(&place, 50, 1000, "3.c 4.d");
    /* Meanwhile a mail program looked at one and a person took the other away. */
    g_autofree char *before = inside(&place, "new/3.c"), *after = inside(&place, "cur/3.c:2,S"), *gone = inside(&place, "new/4.d");
    assert_int_equal(g_rename(before, after), 0);
    assert_int_equal(g_remove(gone), 0);
    file_id(&place, "3.c", MAILBOX_PROCESSED);
    file_id(&place, "4.d", MAILBOX_PROCESSED);
    file_id(&place, "5.never-seen", MAILBOX_PROCESSED);
    assert_true(exists(&place, ".Processed/cur/3.c:2,S"));
    check_ids(&place, 50, 1000, "");
    place_clear(&place);
}

static void test_names_used_twice(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    for (int i = 0; i < 3; i++) {
        deliver(&place, "new/1.a", "another");
        check_ids(&place, 50, 1000, "1.a");
        file_id(&place, "1.a", MAILBOX_PROCESSED);
    }
    assert_int_equal(count_files(&place, ".Processed/cur"), 3);
    place_clear(&place);
}

static void test_thousands_waiting(void **state)
{
    (void)state;
    enum { MANY = 9000, BATCH = 500 };
    struct place place;
    place_make(&place);
    for (guint i = 0; i < MANY; i++) {
        g_autofree char *name = g_strdup_printf("new/%u.x", 1700000000 + (i * 7919) % MANY);
        deliver(&place, name, "m");
    }
    guint expected = 1700000000;
    for (guint filed = 0; filed < MANY; filed += BATCH) {
        g_autoptr(GPtrArray) items = mailbox_fetch(place.mailbox, BATCH, 1 << 20, NULL);
        /* A look at the directories keeps 4,096 names: a batch may end there. */
        assert_in_range(items->len, 1, BATCH);
        for (guint i = 0; i < items->len; i++)
            assert_int_equal(strtoul(((struct mailbox_item *)items->pdata[i])->id, NULL, 10), expected++);
        assert_true(mailbox_file(place.mailbox, items, NULL));
        filed -= BATCH - items->len;
    }
    check_ids(&place, 50, 1000, "");
    assert_int_equal(count_files(&place, ".Processed/cur"), MANY);
    place_clear(&place);
}

static gboolean readable(int fd)
{
    struct pollfd waiting = {.fd = fd, .events = POLLIN};
    return poll(&waiting, 1, 0) == 1;
}

static void test_watch(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    check_ids(&place, 50, 1000, "");
    /* Between the look and the watch. */
    deliver(&place, "new/1.a", "a");
    int fd = mailbox_watch(place.mailbox, NULL);
    assert_true(readable(fd));
    assert_true(mailbox_stirred(place.mailbox, NULL));
    check_ids(&place, 50, 1000, "1.a");
    file_id(&place, "1.a", MAILBOX_PROCESSED);
    check_ids(&place, 50, 1000, "");
    fd = mailbox_watch(place.mailbox, NULL);
    assert_false(readable(fd));
    /* As a delivery agent does, and by hand into cur/. */
    deliver(&place, "tmp/2.b", "b");
    assert_false(readable(fd));
    g_autofree char *half = inside(&place, "tmp/2.b"), *whole = inside(&place, "new/2.b");
    assert_int_equal(g_rename(half, whole), 0);
    assert_true(readable(fd) && mailbox_stirred(place.mailbox, NULL));
    assert_false(readable(fd));
    deliver(&place, "cur/3.c:2,", "c");
    assert_true(readable(fd) && mailbox_stirred(place.mailbox, NULL));
    g_autofree char *hidden = inside(&place, "new/.hidden");
    assert_int_equal(symlink("/", hidden), 0);
    assert_true(readable(fd));
    assert_false(mailbox_stirred(place.mailbox, NULL));
    place_clear(&place);
}

static void test_taken_away(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    g_autofree char *new = inside(&place, "new"), *elsewhere = inside(&place, "elsewhere");
    int fd = mailbox_watch(place.mailbox, NULL);
    assert_int_equal(g_rename(new, elsewhere), 0);
    g_autoptr(GError) moved = NULL, removed = NULL;
    assert_true(readable(fd));
    assert_false(mailbox_stirred(place.mailbox, &moved));
    assert_true(g_error_matches(moved, MAILBOX_ERROR, MAILBOX_AWAY));
    assert_int_equal(g_rmdir(elsewhere), 0);
    assert_null(mailbox_fetch(place.mailbox, 50, 1000, &removed));
    assert_true(g_error_matches(removed, MAILBOX_ERROR, MAILBOX_AWAY));
    place_clear(&place);
}

static void check_refused(const struct place *place, const char *processed)
{
    g_autoptr(GError) error = NULL;
    assert_null(open_mailbox(place, processed, &error));
    assert_true(g_error_matches(error, MAILBOX_ERROR, MAILBOX_REFUSED));
}

static void test_refused(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    check_refused(&place, "../outside");
    check_refused(&place, ".hidden");
    check_refused(&place, "");
    deliver(&place, ".File", "in the way");
    check_refused(&place, "File");
    g_autofree char *link = inside(&place, ".Link");
    assert_int_equal(symlink("/tmp", link), 0);
    check_refused(&place, "Link");
    g_autofree char *new = inside(&place, "new");
    assert_int_equal(g_rmdir(new), 0);
    check_refused(&place, "Processed");
    place_clear(&place);
    static const char *const urls[] = {"maildir://relative/path", "maildir:///nowhere/at/all", "pop3://127.0.0.1/", ""};
    for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(GError) error = NULL;
        struct mailbox_options options = {.url = (char *)urls[i], .processed = (char *)"P", .quarantine = (char *)"Q"};
        assert_null(mailbox_open(&options, &error));
        assert_true(g_error_matches(error, MAILBOX_ERROR, MAILBOX_REFUSED));
    }
}

static void test_chinese_folder(void **state)
{
    (void)state;
    struct place place;
    place_make(&place);
    struct mailbox *mailbox = open_mailbox(&place, "已处理", NULL);
    assert_non_null(mailbox);
    assert_true(exists(&place, ".&XfJZBHQG-/cur"));
    mailbox_close(mailbox);
    place_clear(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oldest_first_of_both),
        cmocka_unit_test(test_what_is_no_mail),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_filing),
        cmocka_unit_test(test_names_used_twice),
        cmocka_unit_test(test_thousands_waiting),
        cmocka_unit_test(test_watch),
        cmocka_unit_test(test_taken_away),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_chinese_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
