/* The directory's door while slapd is killed: every change is made once. */
#include "tests/unit/slapd.h"

enum { BATCH = 600 };

/* How far a batch is. */
typedef guint progress(struct directory *directory, const char *what);

static guint named(struct directory *directory, const char *name)
{
    return count_of(directory, ATTRIBUTE_O, name);
}

static guint employed(struct directory *directory, const char *enterprise_dn)
{
    struct facts facts;
    directory_facts(directory, &facts);
    g_autoptr(GPtrArray) below = facts.below(facts.context, enterprise_dn, CLASS_TRAINEE, 0, NULL);
    assert_non_null(below);
    return below->len;
}

/* Kill slapd as soon as the batch is so far. */
struct killer {
    struct world *world;
    progress *so_far;
    const char *what;
    guint when;
};

static gpointer kill_in_the_middle(gpointer data)
{
    struct killer *killer = data;
    struct directory *root = door(killer->world, NULL, NULL);
    while (killer->so_far(root, killer->what) < killer->when)
        ;
    slapd_end(killer->world, SIGKILL);
    directory_close(root);
    return NULL;
}

/* Carry out the batch while slapd is killed once, and again until nothing is left for later: all is applied, and was so exactly once. */
static void assert_batch_survives(GPtrArray *changes, struct killer killer)
{
    struct directory_job jobs[BATCH] = {0};
    g_autoptr(GPtrArray) ldif = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < BATCH; i++) {
        g_ptr_array_add(ldif, change_write(g_ptr_array_index(changes, i)));
        jobs[i].change = g_ptr_array_index(ldif, i);
    }
    GThread *thread = g_thread_new("killer", kill_in_the_middle, &killer);
    directory_apply(killer.world->courier, jobs, BATCH);
    g_thread_join(thread);
    slapd_start(killer.world);
    guint left = 0;
    for (guint i = 0; i < BATCH; i++) {
        if (jobs[i].outcome == DIRECTORY_LATER) {
            left++;
            directory_apply(killer.world->courier, &jobs[i], 1);
        }
        if (jobs[i].outcome != DIRECTORY_APPLIED)
            print_message("%s\n", jobs[i].reason);
        assert_int_equal(jobs[i].outcome, DIRECTORY_APPLIED);
        directory_job_clear(&jobs[i]);
    }
    assert_in_range(left, 1, BATCH);
    assert_int_equal(killer.so_far(killer.world->courier, killer.what), BATCH);
}

static GPtrArray *change_list(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
}

enum { ROUNDS = 3 };

static void a_killed_server_makes_every_addition_and_rename_once(void **state)
{
    struct world *world = *state;
    for (guint round = 0; round < ROUNDS; round++) {
        g_autofree char *before = g_strdup_printf("测试建设%u号", round);
        g_autofree char *after = g_strdup_printf("测试新建设%u号", round);
        g_autoptr(GPtrArray) adds = change_list();
        g_autoptr(GPtrArray) renames = change_list();
        for (guint i = 0; i < BATCH; i++) {
            g_autofree char *code = g_strdup_printf("91370102PDY%05uAA", round * 1000 + i);
            g_autofree char *uid = g_strdup_printf("user%u-%u", round, i);
            g_ptr_array_add(adds, enterprise(code, uid, before, "370100"));
        }
        assert_batch_survives(adds, (struct killer){world, named, before, 20 + 40 * round});
        struct facts facts;
        directory_facts(world->courier, &facts);
        g_autoptr(GPtrArray) entries = facts.find(facts.context, ATTRIBUTE_O, before, NULL);
        for (guint i = 0; i < BATCH; i++) {
            const struct entry *entry = g_ptr_array_index(entries, i);
            struct change *change = change_modify(entry->dn, entry->uuid);
            change_put(change, ATTRIBUTE_O, before, after);
            change_put(change, ATTRIBUTE_FORMER_NAME, NULL, before);
            g_ptr_array_add(renames, change);
        }
        assert_batch_survives(renames, (struct killer){world, named, after, 20 + 40 * round});
        assert_int_equal(count_of(world->courier, ATTRIBUTE_FORMER_NAME, before), BATCH);
    }
}

static void a_killed_server_makes_every_move_once(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autoptr(GPtrArray) adds = change_list();
    g_autoptr(GPtrArray) moves = change_list();
    for (guint i = 0; i < BATCH; i++) {
        g_autofree char *number = g_strdup_printf("MOVER-%04u", i);
        g_autofree char *dn = g_strdup_printf("csTraineeNumber=%s,ou=individuals," SUFFIX, number);
        g_autofree char *id_number = g_strdup_printf("HK%06u", i);
        g_ptr_array_add(adds, trainee(dn, number, id_number, "individual"));
    }
    for (guint i = 0; i < BATCH; i++) {
        struct change *add = g_ptr_array_index(adds, i);
        g_autofree char *dn = g_strdup(add->dn);
        assert_outcome(world->courier, add, DIRECTORY_APPLIED, FALSE);
        adds->pdata[i] = NULL;
        g_autofree char *uuid = uuid_of(world->courier, dn);
        g_ptr_array_add(moves, change_move(dn, uuid, E2));
    }
    assert_batch_survives(moves, (struct killer){world, employed, E2, 50});
}

static void a_killed_server_back_at_once_is_settled_in_the_same_call(void **state)
{
    struct world *world = *state;
    furnish(world);
    slapd_end(world, SIGKILL);
    slapd_start(world);
    g_autofree char *e1 = uuid_of(world->courier, E1);
    slapd_end(world, SIGKILL);
    slapd_start(world);
    struct change *rename = change_modify(E1, e1);
    change_put(rename, ATTRIBUTE_O, "济南测试建设甲有限公司", "济南测试建设新甲有限公司");
    assert_outcome(world->courier, rename, DIRECTORY_APPLIED, FALSE);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        ON_SLAPD(a_killed_server_makes_every_addition_and_rename_once),
        ON_SLAPD(a_killed_server_makes_every_move_once),
        ON_SLAPD(a_killed_server_back_at_once_is_settled_in_the_same_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
