/* Changes made to the directory: sent many at once, answered in any order, settled one by one. The story is directory_apply() at the end. */
#include <string.h>
#include <sys/random.h>

#include "daemon/directory.h"
#include "daemon/directory_session.h"
#include "ldap-schema/names.h"
#include "mailflow/change.h"

enum {
    OUTSTANDING = 64, /* slapd works on sixteen at a time and refuses more than a thousand waiting */
    ATTEMPTS = 2,     /* a connection lost twice in one call is a server in trouble: later */
    SALT_BYTES = 16,
};

enum task_state { TASK_READY, TASK_SENT, TASK_ANSWERED, TASK_LOST, TASK_DONE };

/* A job under way. */
struct task {
    struct directory_job *job;
    struct change *change; /* NULL for a secret */
    char *hash;            /* secret: the value of userPassword */
    char *until;           /* secret: generalized time */
    enum task_state state;
    int code;   /* once answered */
    char *said; /* the server's words beside it, or NULL */
};

static void task_clear(gpointer data)
{
    struct task *task = data;
    change_free(task->change);
    g_free(task->hash);
    g_free(task->until);
    ldap_memfree(task->said);
}

static const char *task_dn(const struct task *task)
{
    return task->change ? task->change->dn : task->job->dn;
}

static const char *task_uuid(const struct task *task)
{
    return task->change ? task->change->uuid : task->job->uuid;
}

static void finish(struct task *task, enum directory_outcome outcome, char *reason)
{
    task->state = TASK_DONE;
    task->job->outcome = outcome;
    g_free(task->job->reason);
    task->job->reason = reason;
}

/* {SSHA} is what every slapd knows. A random secret of 128 bits needs no slow hash; the owner's own password gets one from the server. */
static char *secret_hash(const char *secret)
{
    guchar digest[20 + SALT_BYTES];
    gsize length = 20;
    while (getrandom(digest + 20, SALT_BYTES, 0) != SALT_BYTES)
        ;
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA1);
    g_checksum_update(sum, (const guchar *)secret, strlen(secret));
    g_checksum_update(sum, digest + 20, SALT_BYTES);
    g_checksum_get_digest(sum, digest, &length);
    g_autofree char *encoded = g_base64_encode(digest, sizeof digest);
    return g_strconcat("{SSHA}", encoded, NULL);
}

static void task_prepare(struct task *task, struct directory_job *job)
{
    g_autoptr(GError) error = NULL;
    *task = (struct task){.job = job};
    job->already = FALSE;
    job->zh = job->en = NULL;
    if (!job->change) {
        g_autoptr(GDateTime) until = g_date_time_new_from_unix_utc(job->until);
        task->hash = secret_hash(job->secret);
        task->until = g_date_time_format(until, "%Y%m%d%H%M%SZ");
        return;
    }
    task->change = change_read(job->change, &error);
    if (!task->change)
        finish(task, DIRECTORY_NEVER, g_strdup(error->message));
}

/* The guard of RFC 4528: this very entry, as it was seen. A secret only replaces nothing or an unused secret, never a password the owner has set.
 * slapo-unique hands the guard on to its own search, where it is put to the base of that search, the suffix: so it must hold there, too. */
static char *task_assertion(const struct directory *directory, const struct task *task)
{
    g_autofree char *uuid = task_uuid(task) ? g_strdup_printf("(" ATTRIBUTE_ENTRY_UUID "=%s)", task_uuid(task)) : NULL;
    const char *more =
        task->change ? task->change->assertion : "(|(!(" ATTRIBUTE_USER_PASSWORD "=*))(" ATTRIBUTE_PWD_RESET "=TRUE))";
    if (!uuid && !more)
        return NULL;
    g_autofree char *suffix = directory_escape(directory->suffix);
    return g_strdup_printf("(|(entryDN=%s)(&%s%s))", suffix, uuid ? uuid : "", more ? more : "");
}

static void mod_put(GPtrArray *mods, int operation, const char *attribute, const GPtrArray *values)
{
    if (!values->len)
        return;
    LDAPMod *mod = g_new0(LDAPMod, 1);
    mod->mod_op = operation;
    mod->mod_type = (char *)attribute;
    mod->mod_values = g_new0(char *, values->len + 1);
    memcpy(mod->mod_values, values->pdata, values->len * sizeof(char *));
    g_ptr_array_add(mods, mod);
}

static void mod_free(gpointer data)
{
    LDAPMod *mod = data;
    if (mod)
        g_free(mod->mod_values);
    g_free(mod);
}

static GPtrArray *task_mods(const struct task *task)
{
    GPtrArray *mods = g_ptr_array_new_with_free_func(mod_free);
    for (guint i = 0; task->change && i < task->change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(task->change->parts, i);
        mod_put(mods, LDAP_MOD_DELETE, part->attribute, part->old);
        mod_put(mods, LDAP_MOD_ADD, part->attribute, part->new);
    }
    if (!task->change) {
        const char *const values[][2] = {{ATTRIBUTE_USER_PASSWORD, task->hash},
                                         {ATTRIBUTE_PWD_RESET, "TRUE"},
                                         {ATTRIBUTE_PWD_END_TIME, task->until},
                                         {ATTRIBUTE_SECRET_UNTIL, task->until}};
        for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
            g_autoptr(GPtrArray) value = g_ptr_array_new();
            g_ptr_array_add(value, (gpointer)values[i][1]);
            mod_put(mods, LDAP_MOD_REPLACE, values[i][0], value);
        }
    }
    g_ptr_array_add(mods, NULL);
    return mods;
}

static int move_send(LDAP *ldap, const struct change *change, LDAPControl **controls, int *id)
{
    g_autofree char *after = change_dn_after(change);
    after[strlen(after) - strlen(change->parent) - 1] = '\0';
    return ldap_rename(ldap, change->dn, after, change->parent, 0, controls, NULL, id);
}

static int task_send(const struct directory *directory, const struct task *task, int *id)
{
    LDAP *ldap = directory->ldap;
    g_autoptr(GPtrArray) mods = task_mods(task);
    if (task->change && task->change->kind == CHANGE_ADD)
        return ldap_add_ext(ldap, task->change->dn, (LDAPMod **)mods->pdata, NULL, NULL, id);
    g_autofree char *assertion = task_assertion(directory, task);
    LDAPControl *control = NULL;
    int code = assertion ? ldap_create_assertion_control(ldap, assertion, 1, &control) : LDAP_SUCCESS;
    LDAPControl *controls[] = {control, NULL};
    if (code != LDAP_SUCCESS)
        return code;
    if (task->change && task->change->kind == CHANGE_MOVE)
        code = move_send(ldap, task->change, controls, id);
    else
        code = ldap_modify_ext(ldap, task_dn(task), (LDAPMod **)mods->pdata, controls, NULL, id);
    if (control)
        ldap_control_free(control);
    return code;
}

/* Take one answer. FALSE when the connection is gone. */
static gboolean answer_take(struct directory *directory, GHashTable *sent)
{
    LDAPMessage *message = NULL;
    struct timeval timeout = directory->timeout;
    int type = ldap_result(directory->ldap, LDAP_RES_ANY, LDAP_MSG_ONE, &timeout, &message);
    /* Nothing in time, an error, or message 0: the server's notice that it is about to hang up (RFC 4511, 4.4.1). */
    struct task *task = type > 0 ? g_hash_table_lookup(sent, GINT_TO_POINTER(ldap_msgid(message))) : NULL;
    if (!task) {
        ldap_msgfree(message);
        return FALSE;
    }
    g_hash_table_remove(sent, GINT_TO_POINTER(ldap_msgid(message)));
    g_clear_pointer(&task->said, ldap_memfree);
    int parsed = ldap_parse_result(directory->ldap, message, &task->code, NULL, &task->said, NULL, NULL, 1);
    if (parsed != LDAP_SUCCESS)
        task->code = parsed;
    task->state = directory_session_lost(task->code) ? TASK_LOST : TASK_ANSWERED;
    return TRUE;
}

/* Send what is ready and take the answers, until all are answered or the connection is gone: then what was sent is lost, and what was not is still ready. */
static void tasks_carry_out(struct directory *directory, struct task *tasks, guint n)
{
    g_autoptr(GHashTable) sent = g_hash_table_new(NULL, NULL);
    gboolean alive = TRUE;
    for (guint next = 0; alive && (next < n || g_hash_table_size(sent));) {
        if (next == n || g_hash_table_size(sent) == OUTSTANDING) {
            alive = answer_take(directory, sent);
            continue;
        }
        struct task *task = &tasks[next++];
        int id = 0;
        if (task->state != TASK_READY)
            continue;
        task->code = task_send(directory, task, &id);
        alive = !directory_session_lost(task->code);
        task->state = task->code == LDAP_SUCCESS || !alive ? TASK_SENT : TASK_ANSWERED;
        if (task->code == LDAP_SUCCESS)
            g_hash_table_insert(sent, GINT_TO_POINTER(id), task);
    }
    if (alive)
        return;
    directory_session_drop(directory);
    for (guint i = 0; i < n; i++)
        if (tasks[i].state == TASK_SENT)
            tasks[i].state = TASK_LOST;
}

/* The entry the task is about: by its entryUUID wherever it stands, by name where there is none. An array of none or one, or NULL. */
static GPtrArray *task_read_back(struct directory *directory, const struct task *task, GError **error)
{
    if (!task_uuid(task))
        return directory_session_search(directory, task_dn(task), LDAP_SCOPE_BASE, "(objectClass=*)", error);
    g_autofree char *uuid = directory_escape(task_uuid(task));
    g_autofree char *filter = g_strdup_printf("(" ATTRIBUTE_ENTRY_UUID "=%s)", uuid);
    return directory_session_search(directory, directory->suffix, LDAP_SCOPE_SUBTREE, filter, error);
}

static const struct conflict {
    const char *zh, *en, *operator_text;
} GONE = {"该账号或人员在目录中已不存在，未作变更。",
          "The account or person no longer exists in the directory; nothing was changed.", "the entry is gone"},
  NO_PARENT = {"所属单位在目录中已不存在，未作变更。",
               "The enterprise it shall belong to no longer exists in the directory; nothing was changed.",
               "the entry it shall stand below is gone"},
  CHANGED = {"目录中的资料已与审核时不同，未作变更。",
             "The data in the directory is no longer what was reviewed; nothing was changed.",
             "the directory is not what was reviewed"},
  TAKEN = {"所填资料与目录中已有的登记冲突，未作变更。", "The data clashes with what is registered already; nothing was changed.",
           "a value is taken or not allowed"};

static void conflict(struct task *task, const struct conflict *what)
{
    g_autofree char *text = directory_session_text(task->code, task->said);
    task->job->zh = what->zh;
    task->job->en = what->en;
    finish(task, DIRECTORY_CONFLICT, g_strdup_printf("%s: %s: %s", task_dn(task), what->operator_text, text));
}

static const struct conflict *conflict_of(const struct task *task, const struct entry *entry)
{
    gboolean adds = task->change && task->change->kind == CHANGE_ADD;
    gboolean moves = task->change && task->change->kind == CHANGE_MOVE;
    gboolean in_place = entry && g_ascii_strcasecmp(entry->dn, task_dn(task)) == 0;
    if (task->code == LDAP_NO_SUCH_OBJECT && (adds || (moves && in_place)))
        return &NO_PARENT;
    if (task->code == LDAP_CONSTRAINT_VIOLATION || task->code == LDAP_ALREADY_EXISTS)
        return &TAKEN;
    return entry || adds ? &CHANGED : &GONE;
}

/* Compare what stands there with what is wanted: it is as wanted, or somebody must be told, or it was lost on the way and is sent again. */
static void task_compare(struct directory *directory, struct task *task)
{
    gboolean lost = task->state == TASK_LOST;
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = task_read_back(directory, task, &error);
    if (!found) {
        finish(task, DIRECTORY_LATER, g_strdup_printf("%s: outcome unknown: %s", task_dn(task), error->message));
        return;
    }
    const struct entry *entry = found->len ? g_ptr_array_index(found, 0) : NULL;
    gboolean own_password = !task->change && entry && task->code == LDAP_ASSERTION_FAILED;
    if (entry && (own_password || (task->change && change_done(task->change, entry)))) {
        task->job->already = !lost;
        finish(task, DIRECTORY_APPLIED, NULL);
    } else if (lost) {
        task->state = TASK_READY;
    } else {
        conflict(task, conflict_of(task, entry));
    }
}

/* Answers that say: look at the entry. A secret's values can be refused only by a wrong configuration. */
static gboolean task_must_compare(const struct task *task)
{
    static const int codes[] = {LDAP_NO_SUCH_ATTRIBUTE, LDAP_CONSTRAINT_VIOLATION, LDAP_TYPE_OR_VALUE_EXISTS,
                                LDAP_ALREADY_EXISTS,    LDAP_NO_SUCH_OBJECT,       LDAP_ASSERTION_FAILED};
    if (task->state == TASK_LOST)
        return TRUE;
    /* Not our guard failed but the search of slapo-unique: its base is not our suffix. */
    if (task->code == LDAP_ASSERTION_FAILED && task->said && strstr(task->said, "unique_search"))
        return FALSE;
    if (!task->change)
        return task->code == LDAP_NO_SUCH_OBJECT || task->code == LDAP_ASSERTION_FAILED;
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i] == task->code)
            return TRUE;
    return FALSE;
}

static void task_settle(struct directory *directory, struct task *task)
{
    if (task->state != TASK_ANSWERED && task->state != TASK_LOST)
        return;
    if (task_must_compare(task)) {
        task_compare(directory, task);
    } else if (task->code == LDAP_SUCCESS) {
        finish(task, DIRECTORY_APPLIED, NULL);
    } else {
        g_autofree char *text = directory_session_text(task->code, task->said);
        finish(task, directory_session_busy(task->code) ? DIRECTORY_LATER : DIRECTORY_NEVER,
               g_strdup_printf("%s: %s", task_dn(task), text));
    }
}

static guint tasks_ready(const struct task *tasks, guint n)
{
    guint ready = 0;
    for (guint i = 0; i < n; i++)
        ready += tasks[i].state == TASK_READY;
    return ready;
}

void directory_apply(struct directory *directory, struct directory_job *jobs, guint n)
{
    g_autoptr(GError) error = NULL;
    g_autofree struct task *tasks = g_new0(struct task, n);
    for (guint i = 0; i < n; i++)
        task_prepare(&tasks[i], &jobs[i]);
    for (guint attempt = 0; attempt < ATTEMPTS && tasks_ready(tasks, n) && !error; attempt++) {
        if (!directory_session_need(directory, &error))
            break;
        tasks_carry_out(directory, tasks, n);
        for (guint i = 0; i < n; i++)
            task_settle(directory, &tasks[i]);
    }
    for (guint i = 0; i < n; i++) {
        /* A refused login waits too: it is the configuration that is wrong, not the change. */
        if (tasks[i].state == TASK_READY)
            finish(&tasks[i], DIRECTORY_LATER,
                   g_strdup_printf("%s: %s", task_dn(&tasks[i]), error ? error->message : "the connection was lost twice"));
        task_clear(&tasks[i]);
    }
}

void directory_job_clear(struct directory_job *job)
{
    g_clear_pointer(&job->reason, g_free);
}
