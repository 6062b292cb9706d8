/* Changes made to the directory: sent many at once, answered in any order, settled one by one. The story is directory_begin() to directory_finish() at the end. */
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

/* Jobs under way together, over the one connection. */
struct directory_batch {
    struct directory *directory;
    struct task *tasks;
    guint n, next;    /* the first not looked at for sending */
    GHashTable *sent; /* message id -> struct task, not answered */
    GError *error;    /* why there is no connection */
};

static void task_clear(struct task *task)
{
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

/* Bytes, which stand in base64 in a change. */
static void mod_put_bytes(GPtrArray *mods, const char *attribute, const GPtrArray *values)
{
    LDAPMod *mod = g_new0(LDAPMod, 1);
    mod->mod_op = LDAP_MOD_REPLACE | LDAP_MOD_BVALUES;
    mod->mod_type = (char *)attribute;
    mod->mod_bvalues = g_new0(struct berval *, values->len + 1);
    for (guint i = 0; i < values->len; i++) {
        gsize length;
        mod->mod_bvalues[i] = g_new0(struct berval, 1);
        mod->mod_bvalues[i]->bv_val = (char *)g_base64_decode(g_ptr_array_index(values, i), &length);
        mod->mod_bvalues[i]->bv_len = length;
    }
    g_ptr_array_add(mods, mod);
}

static void mod_free(gpointer data)
{
    LDAPMod *mod = data;
    for (gsize i = 0; mod && (mod->mod_op & LDAP_MOD_BVALUES) && mod->mod_bvalues[i]; i++) {
        g_free(mod->mod_bvalues[i]->bv_val);
        g_free(mod->mod_bvalues[i]);
    }
    if (mod)
        g_free(mod->mod_values); /* of either kind */
    g_free(mod);
}

static GPtrArray *task_mods(const struct task *task)
{
    GPtrArray *mods = g_ptr_array_new_with_free_func(mod_free);
    for (guint i = 0; task->change && i < task->change->parts->len; i++) {
        const struct change_part *part = g_ptr_array_index(task->change->parts, i);
        if (entry_binary(part->attribute)) {
            mod_put_bytes(mods, part->attribute, part->new);
            continue;
        }
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

enum answer { ANSWER_TAKEN, ANSWER_NONE, ANSWER_LOST };

/* Take one answer, which must come within `timeout`: 0 takes only what is there. ANSWER_LOST when the connection is gone. */
static enum answer answer_take(struct directory_batch *batch, struct timeval timeout)
{
    struct directory *directory = batch->directory;
    gboolean waits = timeout.tv_sec > 0 || timeout.tv_usec > 0;
    LDAPMessage *message = NULL;
    int type = ldap_result(directory->ldap, LDAP_RES_ANY, LDAP_MSG_ONE, &timeout, &message);
    if (type == 0 && !waits)
        return ANSWER_NONE;
    /* Nothing in time, an error, or message 0: the server's notice that it is about to hang up (RFC 4511, 4.4.1). */
    struct task *task = type > 0 ? g_hash_table_lookup(batch->sent, GINT_TO_POINTER(ldap_msgid(message))) : NULL;
    if (!task) {
        ldap_msgfree(message);
        return ANSWER_LOST;
    }
    g_hash_table_remove(batch->sent, GINT_TO_POINTER(ldap_msgid(message)));
    g_clear_pointer(&task->said, ldap_memfree);
    int parsed = ldap_parse_result(directory->ldap, message, &task->code, NULL, &task->said, NULL, NULL, 1);
    if (parsed != LDAP_SUCCESS)
        task->code = parsed;
    task->state = directory_session_lost(task->code) ? TASK_LOST : TASK_ANSWERED;
    return ANSWER_TAKEN;
}

/* Send what is ready, as far as it may be outstanding at once. FALSE when the connection is gone. */
static gboolean tasks_send(struct directory_batch *batch)
{
    while (batch->next < batch->n && g_hash_table_size(batch->sent) < OUTSTANDING) {
        struct task *task = &batch->tasks[batch->next++];
        int id = 0;
        if (task->state != TASK_READY)
            continue;
        task->code = task_send(batch->directory, task, &id);
        gboolean lost = directory_session_lost(task->code);
        task->state = task->code == LDAP_SUCCESS || lost ? TASK_SENT : TASK_ANSWERED;
        if (lost)
            return FALSE;
        if (task->code == LDAP_SUCCESS)
            g_hash_table_insert(batch->sent, GINT_TO_POINTER(id), task);
    }
    return TRUE;
}

/* The connection is gone: what was sent is lost, and what was not is still ready. */
static void tasks_lose(struct directory_batch *batch)
{
    directory_session_drop(batch->directory);
    for (guint i = 0; i < batch->n; i++)
        if (batch->tasks[i].state == TASK_SENT)
            batch->tasks[i].state = TASK_LOST;
    g_hash_table_remove_all(batch->sent);
    batch->next = batch->n;
}

/* Go on sending and taking answers, each within `timeout`. TRUE once all are answered or lost. */
static gboolean tasks_carry_out(struct directory_batch *batch, struct timeval timeout)
{
    while (batch->next < batch->n || g_hash_table_size(batch->sent)) {
        enum answer answer = tasks_send(batch) ? ANSWER_TAKEN : ANSWER_LOST;
        if (answer == ANSWER_TAKEN && g_hash_table_size(batch->sent))
            answer = answer_take(batch, timeout);
        if (answer == ANSWER_NONE)
            return FALSE;
        if (answer == ANSWER_LOST)
            tasks_lose(batch);
    }
    return TRUE;
}

/* The entry the task is about: by its entryUUID wherever it stands, by name where there is none. An array of none or one, or NULL. */
static GPtrArray *task_read_back(struct directory *directory, const struct task *task, GError **error)
{
    if (!task_uuid(task))
        return directory_session_search(directory, task_dn(task), LDAP_SCOPE_BASE, "(objectClass=*)", 0, error);
    g_autofree char *uuid = directory_escape(task_uuid(task));
    g_autofree char *filter = g_strdup_printf("(" ATTRIBUTE_ENTRY_UUID "=%s)", uuid);
    return directory_session_search(directory, directory->suffix, LDAP_SCOPE_SUBTREE, filter, 0, error);
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

static gboolean any_ready(const struct directory_batch *batch)
{
    for (guint i = 0; i < batch->n; i++)
        if (batch->tasks[i].state == TASK_READY)
            return TRUE;
    return FALSE;
}

/* Send from the first again, if there is anything to send and a connection. */
static void batch_start(struct directory_batch *batch)
{
    batch->next = batch->n;
    if (!any_ready(batch) || !directory_session_need(batch->directory, &batch->error))
        return;
    batch->next = 0;
    if (!tasks_send(batch))
        tasks_lose(batch);
}

struct directory_batch *directory_begin(struct directory *directory, struct directory_job *jobs, guint n)
{
    struct directory_batch *batch = g_new0(struct directory_batch, 1);

    batch->directory = directory;
    batch->tasks = g_new0(struct task, n);
    batch->n = n;
    batch->sent = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < n; i++)
        task_prepare(&batch->tasks[i], &jobs[i]);
    batch_start(batch);
    return batch;
}

gboolean directory_answered(struct directory_batch *batch)
{
    return tasks_carry_out(batch, (struct timeval){0});
}

void directory_finish(struct directory_batch *batch)
{
    for (guint attempt = 1; attempt <= ATTEMPTS; attempt++) {
        tasks_carry_out(batch, batch->directory->timeout);
        for (guint i = 0; i < batch->n; i++)
            task_settle(batch->directory, &batch->tasks[i]);
        if (attempt < ATTEMPTS && !batch->error)
            batch_start(batch);
    }
    for (guint i = 0; i < batch->n; i++) {
        struct task *task = &batch->tasks[i];
        /* A refused login waits too: it is the configuration that is wrong, not the change. */
        if (task->state == TASK_READY)
            finish(
                task, DIRECTORY_LATER,
                g_strdup_printf("%s: %s", task_dn(task), batch->error ? batch->error->message : "the connection was lost twice"));
        task_clear(task);
    }
    g_clear_error(&batch->error);
    g_hash_table_unref(batch->sent);
    g_free(batch->tasks);
    g_free(batch);
}

void directory_apply(struct directory *directory, struct directory_job *jobs, guint n)
{
    directory_finish(directory_begin(directory, jobs, n));
}

void directory_job_clear(struct directory_job *job)
{
    g_clear_pointer(&job->reason, g_free);
}
