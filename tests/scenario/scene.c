#include "tests/scenario/scene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "daemon/changes.h"
#include "mailflow/compose.h"
#include "mailflow/packet.h"
#include "mailflow/receipt.h"
#include "mailflow/workflow.h"

#define BEGINNING 1778032800000LL /* 2026-05-06 10:00 in Shanghai */
#define SECOND 1000LL
#define DAY (86400 * SECOND)
#define ROUNDS_MOST 50

/* Read once per program: rules, forms and stylesheets never change. */
static struct procedures *procedures;
static struct form_catalog *catalog;
static struct stylesheets *stylesheets;

/* As a site has them that lets holders be corrected (table 4), so that stories can be told of all procedures; the rest as it comes. */
static struct procedures *open_procedures(void)
{
    g_autoptr(GError) error = NULL;
    struct procedures *opened = procedures_open("templates", &error);

    if (!opened || !procedures_choose(opened, "holder-info-correction", "on", &error))
        g_error("%s", error->message);
    return opened;
}

static void open_templates(void)
{
    g_autoptr(GError) error = NULL;

    if (catalog)
        return;
    message_start();
    procedures = open_procedures();
    if (!workflow_check(procedures, &error) || !(stylesheets = render_open("templates/notices", &error)) ||
        !(catalog = form_catalog_open("templates/forms", &error)))
        g_error("%s", error->message);
}

static void mail_free(gpointer data)
{
    struct mail *mail = data;
    g_free(mail->code);
    g_free(mail->to);
    g_free(mail->request);
    g_free(mail->subject);
    g_free(mail->text);
    g_free(mail->html);
    g_free(mail->reply_to);
    g_free(mail->message_id);
    g_free(mail->document);
    g_free(mail->secret);
    g_free(mail);
}

/* Different every time, the same in every run. */
static void fixed_chance(void *context, guint8 *bytes, gsize size)
{
    struct scene *scene = context;

    scene->luck++;
    for (gsize i = 0; i < size; i++)
        bytes[i] = (guint8)(scene->luck >> (8 * (i % 4)));
}

struct scene *scene_new(void)
{
    struct scene *scene = g_new0(struct scene, 1);
    g_autoptr(GError) error = NULL;

    open_templates();
    scene->tree = tree_new(SCENE_SUFFIX);
    tree_learn(scene->tree, "ldap-schema/10-schema.ldif");
    tree_load(scene->tree, "ldap-schema/tree.ldif");
    tree_load(scene->tree, "tests/world/fixtures.ldif");
    scene->mails = g_ptr_array_new_with_free_func(mail_free);
    scene->lines = g_ptr_array_new_with_free_func(g_free);
    scene->now = BEGINNING;
    scene->stamped = TRUE;
    scene->site.policy = (struct policy){
        .address = SCENE_ADDRESS,
        .display_name = "会签",
        .operator_mail = SCENE_OPERATOR,
        .suffix = SCENE_SUFFIX,
        .language = "zh",
        .separator = '+',
        .draft_days = 7,
        .correction_days = 30,
        .secret_days = 7,
        .remind_days = 5,
        .remind_limit = 3,
    };
    scene->site.store = store_open(":memory:", &error);
    if (!scene->site.store)
        g_error("%s", error->message);
    scene->site.procedures = procedures;
    scene->site.catalog = catalog;
    scene->site.mind = (struct mind){.procedures = procedures,
                                     .catalog = catalog,
                                     .policy = &scene->site.policy,
                                     .chance = fixed_chance,
                                     .chance_context = scene};
    tree_facts(scene->tree, &scene->site.mind.facts);
    store_records(scene->site.store, &scene->site.mind.records);
    return scene;
}

void scene_connect(struct scene *scene, struct directory *desk, struct directory *courier)
{
    scene->courier = courier;
    directory_facts(desk, &scene->site.mind.facts);
}

void scene_check(struct scene *scene)
{
    struct store *store = scene->site.store;
    g_autoptr(GPtrArray) requests = store_requests(store, NULL, NULL, 10000);
    gint64 broken;

    store_audit_verify(store, &broken);
    assert_int_equal(broken, 0);
    for (guint i = 0; i < requests->len; i++) {
        const struct request *request = g_ptr_array_index(requests, i);
        if (state_find(procedures, request->state)->open)
            continue;
        const struct records *records = &scene->site.mind.records;
        g_autoptr(GPtrArray) tickets = records->tickets(records->context, request->id);
        g_autoptr(GPtrArray) steps = records->steps(records->context, request->id);
        for (guint k = 0; k < tickets->len; k++)
            if (!g_str_has_suffix(((struct ticket *)g_ptr_array_index(tickets, k))->role,
                                  "rchivist")) /* records surrenders later */
                fail_msg("%s is %s and has a living token", request->id, request->state);
        for (guint k = 0; k < steps->len; k++)
            assert_true(((struct step *)g_ptr_array_index(steps, k))->closed);
    }
}

void scene_free(struct scene *scene)
{
    if (!scene->batch)
        scene_check(scene);
    if (scene->site.procedures != procedures)
        procedures_free(scene->site.procedures);
    store_close(scene->site.store);
    tree_free(scene->tree);
    g_ptr_array_unref(scene->mails);
    g_ptr_array_unref(scene->lines);
    g_free(scene->site.failing);
    g_free(scene->picture_name);
    g_bytes_unref(scene->picture);
    g_free(scene);
}

static void commit(struct scene *scene)
{
    g_autoptr(GError) error = NULL;

    if (!store_commit(scene->site.store, &error))
        fail_msg("%s", error->message);
}

/* Mail in. */

enum round_fate scene_receive(struct scene *scene, const char *bytes, gsize size)
{
    struct message_reader reader = {.catalog = catalog, .authserv_id = "mx.example.com"};
    g_autoptr(GBytes) raw = g_bytes_new(bytes, size);
    g_autoptr(GError) error = NULL;

    scene->now += SECOND;
    site_begin(&scene->site, scene->now);
    mind_day(scene->now, &reader.today);
    struct message *read = message_read(&reader, bytes, size);
    g_autoptr(GBytes) packet = packet_write(read);
    struct message *message = packet_read(packet);
    assert_non_null(message);
    if (!scene->batch)
        store_begin(scene->site.store);
    scene->fate = round_message(&scene->site, message, raw, scene->lines, &error);
    if (!scene->batch)
        commit(scene);
    message_free(message);
    message_free(read);
    return scene->fate;
}

static gboolean is_mail(const struct mail *mail, const char *code, const char *to)
{
    return (!code || g_str_equal(mail->code, code)) && (!to || g_str_equal(mail->to, to));
}

static const struct mail *last_mail(const struct scene *scene, guint from, const char *code, const char *to)
{
    for (guint i = scene->mails->len; i > from; i--) {
        const struct mail *mail = g_ptr_array_index(scene->mails, i - 1);
        if (is_mail(mail, code, to))
            return mail;
    }
    return NULL;
}

void scene_reply(struct scene *scene, const char *from, const char *code, const char *text)
{
    const struct mail *mail = last_mail(scene, 0, code, from);

    if (!mail)
        fail_msg("%s got no %s to answer", from, code);
    scene_answer(scene, mail, from, text);
    scene_deliver(scene);
}

/* Mail out. */

static void send_mail(struct scene *scene, const struct outbox_row *row)
{
    g_autoptr(GError) error = NULL;
    const char *secret = row->secret_for ? "aaaaa-bbbbb-ccccc-ddddd-eeeee-f" : NULL;
    const struct letter_files files = {scene->site.mind.records.context, scene->site.mind.records.picture};
    struct letter *letter = letter_make(stylesheets, row->payload, secret, &files, &error);
    struct rendering rendering;

    if (!letter || !render_notice(stylesheets, row->payload, secret, &rendering, &error))
        fail_msg("%s: %s", row->effect, error->message);
    if (scene->refused && g_str_equal(scene->refused, row->recipient)) {
        store_outbox_settle(scene->site.store, row->id, "failed", "550 no such user", scene->now);
    } else {
        struct receipt *receipt = receipt_open(row->payload, &error);
        struct mail *mail = g_new0(struct mail, 1);
        mail->code = g_strdup(row->code);
        mail->to = g_strdup(row->recipient);
        mail->request = g_strdup(row->request);
        mail->subject = g_strdup(rendering.subject);
        mail->text = g_strdup(rendering.text);
        mail->html = g_strdup(rendering.html);
        mail->reply_to = g_strdup(receipt->reply_to);
        mail->message_id = g_strdup(row->message_id);
        mail->document = g_strdup(row->payload);
        mail->secret = g_strdup(secret);
        g_ptr_array_add(scene->mails, mail);
        receipt_close(receipt);
        store_outbox_settle(scene->site.store, row->id, "sent", "250 ok", scene->now);
    }
    rendering_clear(&rendering);
    letter_free(letter);
}

static void carry_change(struct scene *scene, const struct outbox_row *row)
{
    g_autofree char *reason = NULL;
    enum tree_outcome outcome = tree_apply(scene->tree, row->payload, &reason);

    if (outcome == TREE_AWAY)
        store_outbox_later(scene->site.store, row->id, reason, scene->now + SECOND);
    else
        store_outbox_settle(scene->site.store, row->id, outcome == TREE_APPLIED ? "applied" : "conflict", reason, scene->now);
}

/* As the courier does it, into the real directory, which has an answer to each. */
static gboolean carry_changes_really(struct scene *scene)
{
    struct changes *changes = changes_begin(scene->site.store, scene->courier, scene->now, 1000);

    if (!changes)
        return FALSE;
    changes_finish(changes);
    store_begin(scene->site.store);
    changes_settle(changes, scene->site.store, scene->now);
    commit(scene);
    changes_free(changes);
    g_autoptr(GPtrArray) waiting = store_outbox(scene->site.store, "waiting", NULL, 1000);
    for (guint i = 0; i < waiting->len; i++) {
        const struct outbox_row *row = g_ptr_array_index(waiting, i);
        if (g_str_equal(row->kind, "change") && row->attempts)
            fail_msg("the directory refuses\n%s%s", row->payload, row->said);
    }
    return TRUE;
}

static guint carry_changes(struct scene *scene)
{
    if (scene->courier)
        return carry_changes_really(scene);
    g_autoptr(GPtrArray) changes = store_outbox_due(scene->site.store, "change", scene->now, 1000);
    store_begin(scene->site.store);
    for (guint i = 0; i < changes->len; i++)
        carry_change(scene, g_ptr_array_index(changes, i));
    commit(scene);
    return changes->len;
}

static guint carry_out(struct scene *scene)
{
    g_autoptr(GError) error = NULL;
    guint changed = carry_changes(scene);

    store_begin(scene->site.store);
    int told = round_outcomes(&scene->site, scene->lines, &error);
    int due = told < 0 ? -1 : round_timers(&scene->site, scene->lines, &error);
    commit(scene);
    g_autoptr(GPtrArray) mails = store_outbox_due(scene->site.store, "mail", scene->now, 1000);
    store_begin(scene->site.store);
    for (guint i = 0; i < mails->len; i++)
        send_mail(scene, g_ptr_array_index(mails, i));
    commit(scene);
    return changed + (guint)MAX(told, 0) + (guint)MAX(due, 0) + mails->len;
}

void scene_deliver(struct scene *scene)
{
    guint rounds = 0;

    if (scene->batch)
        commit(scene);
    scene->batch = FALSE;
    site_begin(&scene->site, scene->now);
    while (carry_out(scene))
        assert_true(++rounds < ROUNDS_MOST);
}

void scene_forward(struct scene *scene, guint days)
{
    for (guint i = 0; i < days; i++) {
        scene->now += DAY;
        scene_deliver(scene);
    }
}

/* Questions. */

const struct mail *scene_mail(const struct scene *scene, const char *code, const char *to)
{
    return last_mail(scene, scene->forgotten, code, to);
}

guint scene_mails(const struct scene *scene, const char *code, const char *to)
{
    guint count = 0;

    for (guint i = scene->forgotten; i < scene->mails->len; i++)
        count += is_mail(g_ptr_array_index(scene->mails, i), code, to);
    return count;
}

void scene_forget(struct scene *scene)
{
    scene->forgotten = scene->mails->len;
}

gboolean scene_told(const struct scene *scene, const char *code, const char *to, const char *words)
{
    const struct mail *mail = scene_mail(scene, code, to);
    gboolean told = mail && strstr(mail->text, words);

    if (!told)
        print_error("%s to %s should say \"%s\":\n%s\n", code, to, words, mail ? mail->text : "(no such mail)");
    return told;
}

void scene_choose(struct scene *scene, const char *option, const char *value)
{
    g_autoptr(GError) error = NULL;

    if (scene->site.procedures == procedures) {
        scene->site.procedures = open_procedures();
        scene->site.mind.procedures = scene->site.procedures;
    }
    if (!procedures_choose(scene->site.procedures, option, value, &error))
        g_error("%s", error->message);
}

void scene_directory_down(struct scene *scene, gboolean down)
{
    tree_away(scene->tree, down);
}
