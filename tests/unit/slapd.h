/* A private slapd with the whole schema, all overlays and access rules, for tests in C. They run from the root of the repository. */
#ifndef TESTS_UNIT_SLAPD_H
#define TESTS_UNIT_SLAPD_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "daemon/directory.h"
#include "ldap-schema/names.h"
#include "mailflow/change.h"

#define SUFFIX "dc=example,dc=org"
#define ENTERPRISES ",ou=enterprises," SUFFIX
#define E1 "csCreditCode=91370102PDY00001XB" ENTERPRISES
#define E2 "csCreditCode=91370202PDY000423P" ENTERPRISES
#define TRAINEE "csTraineeNumber=T-0001"
#define CERTIFICATE "csCertificateNumber=SD-2020-000001"
#define COURIER "cn=courier,ou=services," SUFFIX
#define PEOPLE                                                                                                                     \
    "\n\ndn: uid=jinan1,ou=370100,ou=authorities," SUFFIX                                                                          \
    "\nobjectClass: csReviewer\nuid: jinan1\ncn: one\nsn: one\nmail: jinan1@example.com\n"                                         \
    "csActive: TRUE\n\ndn: uid=jinan2,ou=370100,ou=authorities," SUFFIX                                                            \
    "\nobjectClass: csReviewer\nuid: jinan2\ncn: two\nsn: two\nmail: jinan2@example.com\ncsActive: FALSE\n"                        \
    "\ndn: uid=jinan3,ou=archive," SUFFIX                                                                                          \
    "\nobjectClass: csReviewer\nuid: jinan3\ncn: three\nsn: three\nmail: jinan3@example.com\ncsActive: TRUE\n"

struct world {
    char *root;
    char *url;
    char *passwords;
    GPid slapd;
    struct directory *courier;
};

static inline void shell(const struct world *world, const char *script, const char *argument)
{
    const char *const command[] = {"sh", "-ec", script, "sh", world->root, argument, NULL};
    int status = -1;
    g_autoptr(GError) error = NULL;
    assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error));
    assert_int_equal(status, 0);
}

/* A door as `dn` with the password `password`, or as the machine's administrator. */
static inline struct directory *door(const struct world *world, const char *dn, const char *password)
{
    if (dn)
        assert_true(g_file_set_contents(world->passwords, password, -1, NULL));
    struct directory_options options = {
        .url = world->url, .dn = dn, .password_file = world->passwords, .suffix = SUFFIX, .timeout = 20};
    g_autoptr(GError) error = NULL;
    struct directory *directory = directory_open(&options, &error);
    assert_non_null(directory);
    return directory;
}

static inline void slapd_start_at(struct world *world, const char *urls)
{
    g_autofree char *config = g_build_filename(world->root, "slapd.d", NULL);
    g_autofree char *program = g_build_filename(world->root, "slapd", NULL);
    const char *const command[] = {program, "-d0", "-F", config, "-h", urls, NULL};
    assert_true(g_spawn_async(NULL, (char **)command, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                              &world->slapd, NULL));
    struct directory *root = door(world, NULL, NULL);
    gboolean up = FALSE;
    for (int i = 0; i < 2000 && !(up = directory_check(root, NULL)); i++)
        g_usleep(10000);
    directory_close(root);
    assert_true(up);
}

static inline void slapd_start(struct world *world)
{
    slapd_start_at(world, world->url);
}

static inline guint free_port(void)
{
    g_autoptr(GSocketListener) probe = g_socket_listener_new();
    guint port = g_socket_listener_add_any_inet_port(probe, NULL, NULL);
    g_socket_listener_close(probe);
    assert_int_not_equal(port, 0);
    return port;
}

static inline void slapd_end(struct world *world, int signal_number)
{
    kill(world->slapd, signal_number);
    waitpid(world->slapd, NULL, 0);
    world->slapd = 0;
}

static inline int setup(void **state)
{
    struct world *world = g_new0(struct world, 1);
    /* In memory where there is such a place: these tests ask whether a change is made once, not whether a disk keeps it. */
    world->root = g_mkdtemp(g_strdup(g_file_test("/dev/shm", G_FILE_TEST_IS_DIR) ? "/dev/shm/slapd-XXXXXX" : "/tmp/slapd-XXXXXX"));
    /* AppArmor confines the installed program to the package's own folders; a copy is not confined. */
    shell(world, "cp /usr/sbin/slapd $1/slapd", NULL);
    g_autofree char *socket = g_uri_escape_string(world->root, NULL, FALSE);
    world->url = g_strdup_printf("ldapi://%s%%2Fldapi", socket);
    world->passwords = g_build_filename(world->root, "password", NULL);
    shell(world, "mkdir $1/slapd.d; ldap-schema/for-slapadd " SUFFIX " $1 | $1/slapd -Tadd -n0 -F $1/slapd.d", NULL);
    shell(world,
          "(sed 's/^cn: courier$/&\\nuserPassword: secret-of-a-service/; s/^member: ou=370100.*/&\\nmember: "
          "uid=jinan1,ou=370100,ou=authorities," SUFFIX "\\nmember: uid=jinan2,ou=370100,ou=authorities," SUFFIX
          "\\nmember: uid=jinan3,ou=archive," SUFFIX
          "/' ldap-schema/tree-suffix.ldif ldap-schema/tree.ldif; echo \"$2\") | $1/slapd -Tadd -n1 -F $1/slapd.d",
          PEOPLE);
    slapd_start(world);
    world->courier = door(world, COURIER, "secret-of-a-service\n");
    *state = world;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *world = *state;
    directory_close(world->courier);
    slapd_end(world, SIGTERM);
    shell(world, "rm -r \"$1\"", NULL);
    g_free(world->root);
    g_free(world->url);
    g_free(world->passwords);
    g_free(world);
    return 0;
}

static inline struct change *enterprise(const char *code, const char *uid, const char *name, const char *division)
{
    g_autofree char *dn = g_strdup_printf("csCreditCode=%s" ENTERPRISES, code);
    g_autofree char *mail = g_strdup_printf("%s@example.com", uid);
    struct change *change = change_add(dn);
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_ENTERPRISE);
    change_put(change, ATTRIBUTE_CREDIT_CODE, NULL, code);
    change_put(change, ATTRIBUTE_UID, NULL, uid);
    change_put(change, ATTRIBUTE_O, NULL, name);
    change_put(change, ATTRIBUTE_MAIL, NULL, mail);
    change_put(change, ATTRIBUTE_DIVISION_CODE, NULL, division);
    change_put(change, ATTRIBUTE_ENTERPRISE_KIND, NULL, "construction");
    change_put(change, ATTRIBUTE_ACCOUNT_STATUS, NULL, "active");
    return change;
}

static inline struct change *trainee(const char *dn, const char *number, const char *id_number, const char *kind)
{
    struct change *change = change_add(dn);
    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_TRAINEE);
    change_put(change, ATTRIBUTE_TRAINEE_NUMBER, NULL, number);
    change_put(change, ATTRIBUTE_CN, NULL, "测试甲");
    change_put(change, ATTRIBUTE_SN, NULL, "测试甲");
    change_put(change, ATTRIBUTE_ID_NUMBER, NULL, id_number);
    change_put(change, ATTRIBUTE_TRAINEE_KIND, NULL, kind);
    return change;
}

/* Apply one change and free it. */
static inline struct directory_job applied(struct directory *directory, struct change *change)
{
    g_autofree char *ldif = change_write(change);
    struct directory_job job = {.change = ldif};
    directory_apply(directory, &job, 1);
    job.change = NULL;
    change_free(change);
    return job;
}

static inline void assert_outcome(struct directory *directory, struct change *change, enum directory_outcome outcome,
                                  gboolean already)
{
    struct directory_job job = applied(directory, change);
    if (job.outcome != outcome)
        print_message("%s\n", job.reason ? job.reason : "applied");
    assert_int_equal(job.outcome, outcome);
    assert_int_equal(job.already, already);
    assert_int_equal(job.reason == NULL, outcome == DIRECTORY_APPLIED);
    assert_int_equal(job.zh != NULL && job.en != NULL, outcome == DIRECTORY_CONFLICT);
    directory_job_clear(&job);
}

static inline char *uuid_of(struct directory *directory, const char *dn)
{
    struct facts facts;
    directory_facts(directory, &facts);
    struct entry *entry = facts.read(facts.context, dn, NULL);
    assert_non_null(entry);
    char *uuid = g_strdup(entry->uuid);
    assert_non_null(uuid);
    entry_free(entry);
    return uuid;
}

static inline guint count_of(struct directory *directory, const char *attribute, const char *value)
{
    struct facts facts;
    directory_facts(directory, &facts);
    g_autoptr(GPtrArray) found = facts.find(facts.context, attribute, value, NULL);
    assert_non_null(found);
    return found->len;
}

/* E1 and E2, a trainee of E1 and a certificate; no certificate is ours to add, so an administrator does. */
static inline void furnish(struct world *world)
{
    assert_outcome(world->courier, enterprise("91370102PDY00001XB", "jiajian", "济南测试建设甲有限公司", "370100"),
                   DIRECTORY_APPLIED, FALSE);
    assert_outcome(world->courier, enterprise("91370202PDY000423P", "yijian", "青岛测试建设乙有限公司", "370200"),
                   DIRECTORY_APPLIED, FALSE);
    assert_outcome(world->courier, trainee(TRAINEE "," E1, "T-0001", "370199199001010019", "employee"), DIRECTORY_APPLIED, FALSE);
    struct directory *root = door(world, NULL, NULL);
    struct change *certificate = change_add(CERTIFICATE "," TRAINEE "," E1);
    change_put(certificate, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_CERTIFICATE);
    change_put(certificate, ATTRIBUTE_CERTIFICATE_NUMBER, NULL, "SD-2020-000001");
    change_put(certificate, ATTRIBUTE_POST_CODE, NULL, "011");
    change_put(certificate, ATTRIBUTE_ISSUE_DATE, NULL, "2020-05-01");
    change_put(certificate, ATTRIBUTE_CERTIFICATE_STATUS, NULL, "valid");
    change_put(certificate, ATTRIBUTE_COPY_NUMBER, NULL, "1");
    change_put(certificate, ATTRIBUTE_COPY_STATE, NULL, "inHand");
    assert_outcome(root, certificate, DIRECTORY_APPLIED, FALSE);
    directory_close(root);
}

/* A test on such a server of its own; its state is the struct world. */
#define ON_SLAPD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
