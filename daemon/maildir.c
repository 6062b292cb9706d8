#include "daemon/maildir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/log.h"
#include "mailflow/limits.h"

enum {
    BACKLOG = 4096,     /* names that one look at the directories keeps: the oldest */
    WATCH_SECONDS = 60, /* inotify hears nothing of what other machines put into a shared directory */
};

enum place { PLACE_NEW, PLACE_CUR, PLACES };
static const char *const place_names[PLACES] = {"new", "cur"};

struct letter {
    char *name; /* as it stands in the directory */
    char *id;   /* the name without what a mail program marked (":2,S") */
    enum place place;
    guint64 time; /* microseconds, by the name */
};

struct maildir {
    int places[PLACES];
    int folders[2]; /* cur/ of each, by enum mailbox_folder */
    int inotify;
    GPtrArray *backlog;   /* of struct letter, oldest first; filed ones leave it */
    GHashTable *withheld; /* ids of files that cannot be read */
    GHashTable *left;     /* ids of those that are passed over for now */
};

static void letter_free(struct letter *letter)
{
    g_free(letter->name);
    g_free(letter->id);
    g_free(letter);
}

static gboolean fail(GError **error, const char *what)
{
    static const int lasting[] = {ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, EROFS};
    int cause = errno;
    enum mailbox_fault fault = MAILBOX_AWAY;
    for (gsize i = 0; i < G_N_ELEMENTS(lasting); i++)
        if (cause == lasting[i])
            fault = MAILBOX_REFUSED;
    g_set_error(error, MAILBOX_ERROR, (int)fault, "Maildir: %s: %s", what, g_strerror(cause));
    return FALSE;
}

static int open_directory(int at, const char *path)
{
    return openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static gboolean make_directory(int at, const char *path)
{
    return mkdirat(at, path, 0700) == 0 || errno == EEXIST;
}

/* A Maildir++ folder with its parts and its mark; gives its cur/, or -1. */
static int make_folder(int root, const char *name)
{
    static const char *const parts[] = {"tmp", "new", "cur"};
    int cur = -1;
    if (!make_directory(root, name))
        return -1;
    int folder = open_directory(root, name);
    if (folder < 0)
        return -1;
    gboolean fine = TRUE;
    for (gsize i = 0; fine && i < G_N_ELEMENTS(parts); i++)
        fine = make_directory(folder, parts[i]);
    int mark = fine ? openat(folder, "maildirfolder", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
    if (mark >= 0) {
        close(mark);
        cur = open_directory(folder, "cur");
        if (fsync(folder) != 0 || fsync(root) != 0) {
            close(cur);
            cur = -1;
        }
    }
    close(folder);
    return cur;
}

static gboolean open_folder(struct maildir *maildir, int root, enum mailbox_folder folder, const char *name, GError **error)
{
    g_autofree char *encoded = mailbox_folder_name(name, error);
    if (encoded == NULL)
        return FALSE;
    if (strchr(encoded, '/') != NULL || *encoded == '.') {
        g_set_error(error, MAILBOX_ERROR, MAILBOX_REFUSED, "\"%s\" cannot name a Maildir folder", name);
        return FALSE;
    }
    g_autofree char *dotted = g_strconcat(".", encoded, NULL);
    maildir->folders[folder] = make_folder(root, dotted);
    return maildir->folders[folder] >= 0 || fail(error, dotted);
}

/* Watching begins with the mailbox, so that nothing that comes between a look and mailbox_watch() is missed. */
static gboolean open_place(struct maildir *maildir, int root, const char *path, enum place place, GError **error)
{
    g_autofree char *full = g_build_filename(path, place_names[place], NULL);
    maildir->places[place] = open_directory(root, place_names[place]);
    guint32 events = IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_DONT_FOLLOW;
    return (maildir->places[place] >= 0 && inotify_add_watch(maildir->inotify, full, events) >= 0) || fail(error, full);
}

static gboolean open_all(struct maildir *maildir, int root, const char *path, const struct mailbox_options *options, GError **error)
{
    maildir->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (maildir->inotify < 0)
        return fail(error, "inotify");
    return open_place(maildir, root, path, PLACE_NEW, error) && open_place(maildir, root, path, PLACE_CUR, error) &&
           open_folder(maildir, root, MAILBOX_PROCESSED, options->processed, error) &&
           open_folder(maildir, root, MAILBOX_QUARANTINE, options->quarantine, error);
}

static void close_descriptor(int fd)
{
    if (fd >= 0)
        close(fd);
}

static void maildir_close(void *self)
{
    struct maildir *maildir = self;
    close_descriptor(maildir->places[PLACE_NEW]);
    close_descriptor(maildir->places[PLACE_CUR]);
    close_descriptor(maildir->folders[MAILBOX_PROCESSED]);
    close_descriptor(maildir->folders[MAILBOX_QUARANTINE]);
    close_descriptor(maildir->inotify);
    g_ptr_array_unref(maildir->backlog);
    g_hash_table_unref(maildir->withheld);
    g_hash_table_unref(maildir->left);
    g_free(maildir);
}

static void *maildir_open(const struct mailbox_options *options, GError **error)
{
    g_autofree char *path = g_uri_unescape_string(options->url + strlen(maildir_kind.schemes[0]), NULL);
    if (path == NULL || *path != '/') {
        g_set_error(error, MAILBOX_ERROR, MAILBOX_REFUSED, "%s: after maildir:// stands an absolute path", options->url);
        return NULL;
    }
    int root = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0) {
        fail(error, path);
        return NULL;
    }
    struct maildir *maildir = g_new0(struct maildir, 1);
    *maildir = (struct maildir){.places = {-1, -1}, .folders = {-1, -1}, .inotify = -1};
    maildir->backlog = g_ptr_array_new_with_free_func((GDestroyNotify)letter_free);
    maildir->withheld = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    maildir->left = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    gboolean fine = open_all(maildir, root, path, options, error);
    close(root);
    if (fine)
        return maildir;
    maildir_close(maildir);
    return NULL;
}

/* "1732412345.M678P9.host" or "1732412345.9_1.host": seconds, and microseconds behind an M. */
static guint64 name_time(const char *name)
{
    char *rest = NULL;
    guint64 seconds = g_ascii_strtoull(name, &rest, 10), micros = 0;
    if (rest[0] == '.' && rest[1] == 'M')
        micros = g_ascii_strtoull(rest + 2, NULL, 10);
    return MIN(seconds, G_MAXUINT32) * G_USEC_PER_SEC + MIN(micros, G_USEC_PER_SEC - 1);
}

static int compare_letters(gconstpointer left, gconstpointer right)
{
    const struct letter *first = *(struct letter *const *)left, *second = *(struct letter *const *)right;
    if (first->time != second->time)
        return first->time < second->time ? -1 : 1;
    return strcmp(first->name, second->name);
}

static void note_letter(struct maildir *maildir, enum place place, const struct dirent *entry)
{
    if (entry->d_name[0] == '.' || (entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN))
        return;
    g_autofree char *id = g_strndup(entry->d_name, strcspn(entry->d_name, ":"));
    if (g_hash_table_contains(maildir->withheld, id) || g_hash_table_contains(maildir->left, id))
        return;
    struct letter *letter = g_new(struct letter, 1);
    *letter = (struct letter){.name = g_strdup(entry->d_name), .place = place, .time = name_time(id)};
    letter->id = g_steal_pointer(&id);
    g_ptr_array_add(maildir->backlog, letter);
}

static void cut_backlog(struct maildir *maildir)
{
    g_ptr_array_sort(maildir->backlog, compare_letters);
    if (maildir->backlog->len > BACKLOG)
        g_ptr_array_set_size(maildir->backlog, BACKLOG);
}

static gboolean taken_away(GError **error)
{
    g_set_error_literal(error, MAILBOX_ERROR, MAILBOX_AWAY, "Maildir: its directory was taken away");
    return FALSE;
}

/* Take what inotify has told. TRUE when there was anything about mail. */
static gboolean drain(struct maildir *maildir, GError **error)
{
    _Alignas(struct inotify_event) char buffer[4096];
    gboolean news = FALSE;
    gssize size;
    while ((size = read(maildir->inotify, buffer, sizeof buffer)) > 0) {
        for (gssize at = 0; at < size;) {
            const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
            if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))
                return taken_away(error);
            news |= (event->mask & IN_Q_OVERFLOW) || (event->len > 0 && event->name[0] != '.');
            at += (gssize)(sizeof *event + event->len);
        }
    }
    return news;
}

static gboolean scan_place(struct maildir *maildir, enum place place, GError **error)
{
    struct stat stat;
    /* A directory that we hold open and somebody removed is just empty, and inotify is silent about it. */
    if (fstat(maildir->places[place], &stat) != 0 || stat.st_nlink == 0)
        return taken_away(error);
    int fd = open_directory(maildir->places[place], ".");
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    if (directory == NULL) {
        fail(error, place_names[place]);
        close_descriptor(fd);
        return FALSE;
    }
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        note_letter(maildir, place, entry);
        if (maildir->backlog->len >= 2 * BACKLOG)
            cut_backlog(maildir);
    }
    closedir(directory);
    return TRUE;
}

static gboolean scan(struct maildir *maildir, GError **error)
{
    g_autoptr(GError) gone = NULL;
    drain(maildir, &gone);
    if (gone != NULL) {
        g_propagate_error(error, g_steal_pointer(&gone));
        return FALSE;
    }
    gboolean fine = scan_place(maildir, PLACE_NEW, error) && scan_place(maildir, PLACE_CUR, error);
    cut_backlog(maildir);
    return fine;
}

/* At most `room` octets of the file; NULL with errno. */
static GBytes *read_file(int fd, gsize room)
{
    g_autofree char *bytes = g_malloc(room + 1);
    gsize size = 0;
    while (size < room) {
        gssize got = read(fd, bytes + size, room - size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return NULL;
        if (got == 0)
            break;
        size += (gsize)got;
    }
    return g_bytes_new_take(g_steal_pointer(&bytes), size);
}

static struct mailbox_item *make_item(const struct letter *letter, int fd, gsize size)
{
    gboolean header_only = size > LIMIT_MESSAGE_BYTES;
    g_autoptr(GBytes) bytes = read_file(fd, header_only ? MAILBOX_HEADER_BYTES : size);
    if (bytes == NULL)
        return NULL;
    gsize kept;
    const char *start = g_bytes_get_data(bytes, &kept);
    struct mailbox_item *item = g_new0(struct mailbox_item, 1);
    item->id = g_strdup(letter->id);
    item->size = size;
    item->header_only = header_only;
    item->bytes = header_only ? g_bytes_new(start, mailbox_header_size(start, kept)) : g_steal_pointer(&bytes);
    return item;
}

/* Read the letter, or find out why not: then `withhold` says whether it is there and cannot be read. NULL without `withhold` when it is gone or does not fit. */
static struct mailbox_item *read_letter(const struct maildir *maildir, const struct letter *letter, gsize room, gboolean *full,
                                        gboolean *withhold)
{
    struct stat stat;
    int fd = openat(maildir->places[letter->place], letter->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) {
        *withhold = errno != ENOENT;
        return NULL;
    }
    struct mailbox_item *item = NULL;
    if (fstat(fd, &stat) != 0 || !S_ISREG(stat.st_mode)) {
        *withhold = TRUE;
    } else {
        gsize size = (gsize)stat.st_size;
        *full = (size > LIMIT_MESSAGE_BYTES ? MAILBOX_HEADER_BYTES : size) > room;
        item = *full ? NULL : make_item(letter, fd, size);
        *withhold = !*full && item == NULL;
    }
    close(fd);
    return item;
}

static void withhold_letter(struct maildir *maildir, const struct letter *letter)
{
    log_line(LOG_LEVEL_WARNING, "mailbox: %s/%s cannot be read and stays where it is", place_names[letter->place], letter->name);
    g_hash_table_add(maildir->withheld, g_strdup(letter->id));
}

/* Add letters of the backlog to `items`; those that are gone or cannot be read leave it. */
static void read_backlog(struct maildir *maildir, GPtrArray *items, guint most, gsize octets)
{
    gsize room = G_MAXSIZE;
    gboolean full = FALSE;
    for (guint i = 0; !full && i < maildir->backlog->len && items->len < MAX(most, 1);) {
        const struct letter *letter = maildir->backlog->pdata[i];
        gboolean withhold = FALSE;
        struct mailbox_item *item = read_letter(maildir, letter, room, &full, &withhold);
        if (withhold)
            withhold_letter(maildir, letter);
        if (item != NULL) {
            gsize size = g_bytes_get_size(item->bytes);
            room = MIN(room, octets);
            room -= MIN(size, room);
            g_ptr_array_add(items, item);
            i++;
        } else if (!full) {
            g_ptr_array_remove_index(maildir->backlog, i);
        }
    }
}

static GPtrArray *maildir_fetch(void *self, guint most, gsize octets, GError **error)
{
    struct maildir *maildir = self;
    g_autoptr(GPtrArray) items = mailbox_item_list();
    /* When all that a look found was gone or unreadable there may be others behind. */
    do {
        if (maildir->backlog->len == 0 && !scan(maildir, error))
            return NULL;
        if (maildir->backlog->len == 0)
            break;
        read_backlog(maildir, items, most, octets);
    } while (items->len == 0);
    return g_steal_pointer(&items);
}

/* Where the letter is now: a mail program may have marked it or moved it from new/ to cur/. NULL when it is gone; caller frees. */
static char *find_name(const struct maildir *maildir, const char *id, enum place *place)
{
    gsize size = strlen(id);
    char *name = NULL;
    for (*place = PLACE_NEW; name == NULL && *place < PLACES; (*place)++) {
        int fd = open_directory(maildir->places[*place], ".");
        DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
        if (directory == NULL) {
            close_descriptor(fd);
            continue;
        }
        const struct dirent *entry;
        while (name == NULL && (entry = readdir(directory)) != NULL)
            if (strncmp(entry->d_name, id, size) == 0 && (entry->d_name[size] == '\0' || entry->d_name[size] == ':'))
                name = g_strdup(entry->d_name);
        closedir(directory);
        if (name != NULL)
            break;
    }
    return name;
}

/* Into the folder's cur/, under another name when a letter of that name lies there already. */
static gboolean move_letter(const struct maildir *maildir, enum place place, const char *name, int folder)
{
    gsize id = strcspn(name, ":");
    const char *marks = name[id] == ':' ? name + id : ":2,";
    g_autofree char *target = g_strdup_printf("%.*s%s", (int)id, name, marks);
    if (renameat2(maildir->places[place], name, folder, target, RENAME_NOREPLACE) == 0)
        return TRUE;
    if (errno != EEXIST)
        return FALSE;
    g_autofree char *uuid = g_uuid_string_random();
    g_autofree char *other = g_strdup_printf("%.*s,%s%s", (int)id, name, uuid, marks);
    return renameat2(maildir->places[place], name, folder, other, RENAME_NOREPLACE) == 0;
}

/* Its place in the backlog, or the backlog's length. */
static guint find_letter(const struct maildir *maildir, const struct mailbox_item *item)
{
    guint at = 0;
    while (at < maildir->backlog->len && strcmp(((struct letter *)maildir->backlog->pdata[at])->id, item->id) != 0)
        at++;
    return at;
}

static void maildir_leave(void *self, const struct mailbox_item *item)
{
    struct maildir *maildir = self;
    guint at = find_letter(maildir, item);
    if (at < maildir->backlog->len)
        g_ptr_array_remove_index(maildir->backlog, at);
    g_hash_table_add(maildir->left, g_strdup(item->id));
}

static void maildir_look_again(void *self)
{
    g_hash_table_remove_all(((struct maildir *)self)->left);
}

static gboolean file_item(struct maildir *maildir, const struct mailbox_item *item, GError **error)
{
    int folder = maildir->folders[item->folder];
    guint at = find_letter(maildir, item);
    gboolean moved = FALSE;
    if (at < maildir->backlog->len) {
        const struct letter *letter = maildir->backlog->pdata[at];
        moved = move_letter(maildir, letter->place, letter->name, folder);
        if (!moved && errno != ENOENT)
            return fail(error, letter->name);
        g_ptr_array_remove_index(maildir->backlog, at);
    }
    enum place place;
    g_autofree char *name = moved ? NULL : find_name(maildir, item->id, &place);
    return name == NULL || move_letter(maildir, place, name, folder) || errno == ENOENT || fail(error, name);
}

static gboolean maildir_file(void *self, const GPtrArray *items, GError **error)
{
    struct maildir *maildir = self;
    gboolean fine = TRUE;
    for (guint i = 0; fine && i < items->len; i++)
        fine = file_item(maildir, items->pdata[i], error);
    /* Where it went first: a crash in between leaves two names rather than none. */
    const int directories[] = {maildir->folders[MAILBOX_PROCESSED], maildir->folders[MAILBOX_QUARANTINE],
                               maildir->places[PLACE_NEW], maildir->places[PLACE_CUR]};
    for (gsize i = 0; fine && items->len > 0 && i < G_N_ELEMENTS(directories); i++)
        fine = fsync(directories[i]) == 0 || fail(error, "fsync");
    return fine;
}

static int maildir_watch(void *self, GError **error)
{
    (void)error;
    return ((struct maildir *)self)->inotify;
}

static gboolean maildir_stirred(void *self, GError **error)
{
    return drain(self, error);
}

const struct mailbox_kind maildir_kind = {
    .schemes = {"maildir://"},
    .open = maildir_open,
    .close = maildir_close,
    .fetch = maildir_fetch,
    .file = maildir_file,
    .leave = maildir_leave,
    .look_again = maildir_look_again,
    .watch = maildir_watch,
    .stirred = maildir_stirred,
    .watch_seconds = WATCH_SECONDS,
};
