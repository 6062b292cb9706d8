/* The directory's door against a private slapd with the whole schema, all overlays and access rules. Run from the root of the repository. */
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

static void shell(const struct world *world, const char *script, const char *argument)
{
    const char *const command[] = {"sh", "-ec", script, "sh", world->root, argument, NULL};
    int status = -1;
    g_autoptr(GError) error = NULL;
    assert_true(g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, &error));
    assert_int_equal(status, 0);
}

/* A door as `dn` with the password `password`, or as the machine's administrator. */
static struct directory *door(const struct world *world, const char *dn, const char *password)
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

static void slapd_start_at(struct world *world, const char *urls)
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

static void slapd_start(struct world *world)
{
    slapd_start_at(world, world->url);
}

static guint free_port(void)
{
    g_autoptr(GSocketListener) probe = g_socket_listener_new();
    guint port = g_socket_listener_add_any_inet_port(probe, NULL, NULL);
    g_socket_listener_close(probe);
    assert_int_not_equal(port, 0);
    return port;
}

static void slapd_end(struct world *world, int signal_number)
{
    kill(world->slapd, signal_number);
    waitpid(world->slapd, NULL, 0);
    world->slapd = 0;
}

static int setup(void **state)
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

static int teardown(void **state)
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

static struct change *enterprise(const char *code, const char *uid, const char *name, const char *division)
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

/* Apply one change and free it. */
static struct directory_job applied(struct directory *directory, struct change *change)
{
    g_autofree char *ldif = change_write(change);
    struct directory_job job = {.change = ldif};
    directory_apply(directory, &job, 1);
    job.change = NULL;
    change_free(change);
    return job;
}

static void assert_outcome(struct directory *directory, struct change *change, enum directory_outcome outcome, gboolean already)
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

static char *uuid_of(struct directory *directory, const char *dn)
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

static guint count_of(struct directory *directory, const char *attribute, const char *value)
{
    struct facts facts;
    directory_facts(directory, &facts);
    g_autoptr(GPtrArray) found = facts.find(facts.context, attribute, value, NULL);
    assert_non_null(found);
    return found->len;
}

/* E1 and E2, a trainee of E1 and a certificate; no certificate is ours to add, so an administrator does. */
static void furnish(struct world *world)
{
    assert_outcome(world->courier, enterprise("91370102PDY00001XB", "jiajian", "济南测试建设甲有限公司", "370100"),
                   DIRECTORY_APPLIED, FALSE);
    assert_outcome(world->courier, enterprise("91370202PDY000423P", "yijian", "青岛测试建设乙有限公司", "370200"),
                   DIRECTORY_APPLIED, FALSE);
    struct change *trainee = change_add(TRAINEE "," E1);
    change_put(trainee, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_TRAINEE);
    change_put(trainee, ATTRIBUTE_TRAINEE_NUMBER, NULL, "T-0001");
    change_put(trainee, ATTRIBUTE_CN, NULL, "测试甲");
    change_put(trainee, ATTRIBUTE_SN, NULL, "测试甲");
    change_put(trainee, ATTRIBUTE_ID_NUMBER, NULL, "370199199001010019");
    change_put(trainee, ATTRIBUTE_TRAINEE_KIND, NULL, "employee");
    assert_outcome(world->courier, trainee, DIRECTORY_APPLIED, FALSE);
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

static void questions_are_answered(void **state)
{
    struct world *world = *state;
    furnish(world);
    struct facts facts;
    directory_facts(world->courier, &facts);
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = facts.find(facts.context, ATTRIBUTE_UID, "JIAJIAN", &error);
    assert_int_equal(found->len, 1);
    const struct entry *entry = g_ptr_array_index(found, 0);
    assert_string_equal(entry->dn, E1);
    assert_string_equal(entry_value(entry, ATTRIBUTE_O), "济南测试建设甲有限公司");
    assert_true(entry_is(entry, CLASS_ENTERPRISE));
    assert_int_equal(count_of(world->courier, ATTRIBUTE_UID, "*"), 0);
    assert_int_equal(count_of(world->courier, ATTRIBUTE_UID, "x)(uid=*"), 0);
    g_autoptr(GPtrArray) below = facts.below(facts.context, E1, CLASS_CERTIFICATE, &error);
    assert_int_equal(below->len, 1);
    g_autoptr(GPtrArray) nothing = facts.below(facts.context, "csCreditCode=none" ENTERPRISES, CLASS_CERTIFICATE, &error);
    assert_int_equal(nothing->len, 0);
    assert_null(facts.read(facts.context, "csCreditCode=none" ENTERPRISES, &error));
    assert_null(error);
}

static void only_active_present_members_review(void **state)
{
    struct world *world = *state;
    struct facts facts;
    directory_facts(world->courier, &facts);
    g_autoptr(GPtrArray) jinan = facts.reviewers(facts.context, "370100", NULL);
    assert_int_equal(jinan->len, 1);
    assert_string_equal(entry_value(g_ptr_array_index(jinan, 0), ATTRIBUTE_MAIL), "jinan1@example.com");
    g_autoptr(GPtrArray) qingdao = facts.reviewers(facts.context, "370200", NULL);
    assert_int_equal(qingdao->len, 0);
    g_autoptr(GPtrArray) nowhere = facts.reviewers(facts.context, "37,ou=x", NULL);
    assert_int_equal(nowhere->len, 0);
}

static void every_effect_is_made_once_and_found_made(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autofree char *e1 = uuid_of(world->courier, E1), *trainee = uuid_of(world->courier, TRAINEE "," E1);
    g_autofree char *certificate = uuid_of(world->courier, CERTIFICATE "," TRAINEE "," E1);
    for (gboolean already = FALSE; already <= TRUE; already++) {
        assert_outcome(world->courier, enterprise("91370202PDY000423P", "yijian", "青岛测试建设乙有限公司", "370200"),
                       DIRECTORY_APPLIED, TRUE);
        struct change *rename = change_modify(E1, e1);
        change_put(rename, ATTRIBUTE_O, "济南测试建设甲有限公司", "济南测试建设新甲有限公司");
        change_put(rename, ATTRIBUTE_FORMER_NAME, NULL, "济南测试建设甲有限公司");
        assert_outcome(world->courier, rename, DIRECTORY_APPLIED, already);
        struct change *address = change_modify(E1, e1);
        change_put(address, ATTRIBUTE_MAIL, "jiajian@example.com", "new@example.com");
        assert_outcome(world->courier, address, DIRECTORY_APPLIED, already);
        struct change *reissue =
            change_modify(already ? CERTIFICATE "," TRAINEE "," E2 : CERTIFICATE "," TRAINEE "," E1, certificate);
        change_put(reissue, ATTRIBUTE_COPY_NUMBER, "1", "2");
        change_put(reissue, ATTRIBUTE_COPY_STATE, "inHand", "printable");
        assert_outcome(world->courier, reissue, DIRECTORY_APPLIED, already);
        assert_outcome(world->courier, change_move(TRAINEE "," E1, trainee, E2), DIRECTORY_APPLIED, already);
    }
    g_autofree char *moved = uuid_of(world->courier, CERTIFICATE "," TRAINEE "," E2);
    assert_string_equal(moved, certificate);
}

static void what_is_no_longer_as_reviewed_is_a_conflict(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autofree char *e1 = uuid_of(world->courier, E1), *trainee = uuid_of(world->courier, TRAINEE "," E1);
    struct change *stale = change_modify(E1, e1);
    change_put(stale, ATTRIBUTE_O, "一个旧名称", "一个新名称");
    assert_outcome(world->courier, stale, DIRECTORY_CONFLICT, FALSE);
    struct change *other = change_modify(E1, trainee);
    change_put(other, ATTRIBUTE_O, "济南测试建设甲有限公司", "一个新名称");
    assert_outcome(world->courier, other, DIRECTORY_CONFLICT, FALSE);
    struct change *asserted = change_modify(E1, e1);
    change_put(asserted, ATTRIBUTE_O, "济南测试建设甲有限公司", "一个新名称");
    change_assert(asserted, "(csAccountStatus=disabled)");
    assert_outcome(world->courier, asserted, DIRECTORY_CONFLICT, FALSE);
    struct change *gone = change_modify("csCreditCode=91370000PDY01370XD" ENTERPRISES, "00000000-0000-103f-8000-000000000000");
    change_put(gone, ATTRIBUTE_O, "a", "b");
    assert_outcome(world->courier, gone, DIRECTORY_CONFLICT, FALSE);
    assert_outcome(world->courier, change_move(TRAINEE "," E1, trainee, "csCreditCode=91370000PDY01370XD" ENTERPRISES),
                   DIRECTORY_CONFLICT, FALSE);
    struct change *orphan = change_add("csTraineeNumber=T-0002,csCreditCode=91370000PDY01370XD" ENTERPRISES);
    change_put(orphan, ATTRIBUTE_OBJECT_CLASS, NULL, CLASS_TRAINEE);
    change_put(orphan, ATTRIBUTE_TRAINEE_NUMBER, NULL, "T-0002");
    change_put(orphan, ATTRIBUTE_CN, NULL, "测试乙");
    change_put(orphan, ATTRIBUTE_SN, NULL, "测试乙");
    change_put(orphan, ATTRIBUTE_ID_NUMBER, NULL, "370299198812310024");
    change_put(orphan, ATTRIBUTE_TRAINEE_KIND, NULL, "employee");
    assert_outcome(world->courier, orphan, DIRECTORY_CONFLICT, FALSE);
    assert_outcome(world->courier, enterprise("91370000PDY01370XD", "JIAJIAN", "山东测试路桥丙（集团）有限公司", "370700"),
                   DIRECTORY_CONFLICT, FALSE);
    assert_outcome(world->courier, enterprise("91370102PDY00001XB", "jiajian", "另一个名称有限公司", "370100"), DIRECTORY_CONFLICT,
                   FALSE);
    assert_int_equal(count_of(world->courier, ATTRIBUTE_O, "济南测试建设甲有限公司"), 1);
}

static void what_the_server_forbids_is_never(void **state)
{
    struct world *world = *state;
    struct change *authority = change_modify("ou=370100,ou=authorities," SUFFIX, NULL);
    change_put(authority, ATTRIBUTE_O, "济南市", "x");
    assert_outcome(world->courier, authority, DIRECTORY_NEVER, FALSE);
    struct change *unknown = enterprise("91370000PDY01370XD", "bingqiao", "丙丙丙丙", "370700");
    change_put(unknown, "noSuchAttribute", NULL, "x");
    assert_outcome(world->courier, unknown, DIRECTORY_NEVER, FALSE);
    struct directory_job job = {.change = "not a change\n"};
    directory_apply(world->courier, &job, 1);
    assert_int_equal(job.outcome, DIRECTORY_NEVER);
    directory_job_clear(&job);
}

static void a_server_that_is_away_is_asked_later(void **state)
{
    struct world *world = *state;
    furnish(world);
    slapd_end(world, SIGTERM);
    g_autoptr(GError) error = NULL;
    struct facts facts;
    directory_facts(world->courier, &facts);
    assert_null(facts.find(facts.context, ATTRIBUTE_UID, "jiajian", &error));
    assert_true(g_error_matches(error, DIRECTORY_ERROR, DIRECTORY_AWAY));
    assert_outcome(world->courier, enterprise("91370000PDY01370XD", "bingqiao", "丙丙丙丙", "370700"), DIRECTORY_LATER, FALSE);
    slapd_start(world);
    assert_outcome(world->courier, enterprise("91370000PDY01370XD", "bingqiao", "丙丙丙丙", "370700"), DIRECTORY_APPLIED, FALSE);
    slapd_end(world, SIGTERM);
    slapd_start(world);
    assert_int_equal(count_of(world->courier, ATTRIBUTE_UID, "jiajian"), 1);
    slapd_end(world, SIGTERM);
    slapd_start(world);
    struct change *reached = change_modify(E1, NULL);
    change_put(reached, ATTRIBUTE_MOBILE, NULL, "13800000000");
    assert_outcome(world->courier, reached, DIRECTORY_APPLIED, FALSE);
}

static void a_refused_login_is_said_and_changes_wait(void **state)
{
    struct world *world = *state;
    struct directory *wrong = door(world, COURIER, "wrong");
    g_autoptr(GError) error = NULL;
    assert_false(directory_check(wrong, &error));
    assert_true(g_error_matches(error, DIRECTORY_ERROR, DIRECTORY_REFUSED));
    assert_outcome(wrong, enterprise("91370000PDY01370XD", "bingqiao", "丙丙丙丙", "370700"), DIRECTORY_LATER, FALSE);
    directory_close(wrong);
    struct directory_options empty = {
        .url = world->url, .dn = COURIER, .password_file = "/dev/null", .suffix = SUFFIX, .timeout = 20};
    assert_null(directory_open(&empty, NULL));
}

static struct directory_job secret_set(struct world *world, const char *uuid, const char *secret, gint64 until)
{
    struct directory_job job = {.dn = E1, .uuid = uuid, .secret = secret, .until = until};
    directory_apply(world->courier, &job, 1);
    return job;
}

static void a_secret_serves_until_its_owner_has_a_password(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autofree char *uuid = uuid_of(world->courier, E1);
    gint64 tomorrow = g_get_real_time() / G_USEC_PER_SEC + 86400;
    static const char *const secrets[] = {"first-secret-0123456789abcdef", "second-secret-0123456789abcdef"};
    for (gsize i = 0; i < G_N_ELEMENTS(secrets); i++) {
        struct directory_job job = secret_set(world, i ? uuid : NULL, secrets[i], tomorrow);
        assert_int_equal(job.outcome, DIRECTORY_APPLIED);
        assert_false(job.already);
    }
    assert_int_equal(directory_release(world->courier, NULL), 0);
    g_autofree char *change =
        g_strdup_printf("ldappasswd -x -H '%s' -D " E1 " -w %s -s a-password-of-my-own >/dev/null", world->url, secrets[1]);
    shell(world, change, NULL);
    assert_int_equal(directory_release(world->courier, NULL), 1);
    assert_int_equal(directory_release(world->courier, NULL), 0);
    struct directory_job again = secret_set(world, uuid, "third-secret-0123456789abcdef", tomorrow);
    assert_int_equal(again.outcome, DIRECTORY_APPLIED);
    assert_true(again.already);
    struct directory *owner = door(world, E1, "a-password-of-my-own");
    assert_int_equal(count_of(owner, ATTRIBUTE_UID, "jiajian"), 1);
    directory_close(owner);
    struct directory_job other = secret_set(world, "00000000-0000-103f-8000-000000000000", "x", tomorrow);
    assert_int_equal(other.outcome, DIRECTORY_CONFLICT);
    directory_job_clear(&other);
}

static void an_end_set_by_an_administrator_stays(void **state)
{
    struct world *world = *state;
    furnish(world);
    struct directory_job job = secret_set(world, NULL, "first-secret-0123456789abcdef", g_get_real_time() / G_USEC_PER_SEC + 86400);
    assert_int_equal(job.outcome, DIRECTORY_APPLIED);
    g_autofree char *change =
        g_strdup_printf("ldappasswd -x -H '%s' -D " E1 " -w first-secret-0123456789abcdef -s a-password-of-my-own >/dev/null; "
                        "printf 'dn: " E1 "\\nchangetype: modify\\nreplace: pwdEndTime\\npwdEndTime: 20200101000000Z\\n' | "
                        "ldapmodify -Q -Y EXTERNAL -H '%s' >/dev/null",
                        world->url, world->url);
    shell(world, change, NULL);
    assert_int_equal(directory_release(world->courier, NULL), 1);
    struct directory *owner = door(world, E1, "a-password-of-my-own");
    assert_false(directory_check(owner, NULL));
    directory_close(owner);
}

/* TLS from the start and by StartTLS, with the authority that signed the server's certificate and with another. */
static void a_door_over_the_network_is_verified(void **state)
{
    struct world *world = *state;
    slapd_end(world, SIGTERM);
    shell(
        world,
        "cd $1; for name in right wrong; do openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "
        "$name.key -out $name.pem "
        "-days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 2>/dev/null; done; "
        "printf 'dn: cn=config\nchangetype: modify\nreplace: olcTLSCertificateFile\nolcTLSCertificateFile: %s/right.pem\n-\n"
        "replace: olcTLSCertificateKeyFile\nolcTLSCertificateKeyFile: %s/right.key\n' $1 $1 | $1/slapd -Tmodify -n0 -F $1/slapd.d",
        NULL);
    g_autofree char *urls = g_strdup_printf("%s ldap://127.0.0.1:%u ldaps://127.0.0.1:%u", world->url, free_port(), free_port());
    g_auto(GStrv) each = g_strsplit(urls, " ", -1);
    slapd_start_at(world, urls);
    g_autofree char *right = g_build_filename(world->root, "right.pem", NULL),
                    *wrong = g_build_filename(world->root, "wrong.pem", NULL);
    const struct {
        const char *url;
        gboolean starttls;
        const char *ca_file;
        gboolean opens;
    } cases[] = {
        {each[2], FALSE, right, TRUE}, {each[2], FALSE, wrong, FALSE}, {each[1], TRUE, right, TRUE}, {each[1], TRUE, wrong, FALSE}};
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        struct directory_options options = {.url = cases[i].url,
                                            .starttls = cases[i].starttls,
                                            .ca_file = cases[i].ca_file,
                                            .dn = COURIER,
                                            .password_file = world->passwords,
                                            .suffix = SUFFIX,
                                            .timeout = 20};
        assert_true(g_file_set_contents(world->passwords, "secret-of-a-service", -1, NULL));
        struct directory *directory = directory_open(&options, NULL);
        g_autoptr(GError) error = NULL;
        assert_int_equal(directory_check(directory, &error), cases[i].opens);
        assert_true(cases[i].opens || strstr(error->message, "certificate"));
        directory_close(directory);
    }
}

enum { BATCH = 200 };

/* Kill slapd as soon as the batch is so far. */
struct killer {
    struct world *world;
    const char *name;
    guint when;
};

static gpointer kill_in_the_middle(gpointer data)
{
    struct killer *killer = data;
    struct directory *root = door(killer->world, NULL, NULL);
    while (count_of(root, ATTRIBUTE_O, killer->name) < killer->when)
        ;
    slapd_end(killer->world, SIGKILL);
    directory_close(root);
    return NULL;
}

/* Carry out the batch while slapd is killed once, and again until nothing is left for later. Gives how many were left after the kill. */
static guint batch_survives(struct world *world, GPtrArray *ldif, const char *name, guint when)
{
    struct directory_job jobs[BATCH] = {0};
    for (guint i = 0; i < BATCH; i++)
        jobs[i].change = g_ptr_array_index(ldif, i);
    struct killer killer = {world, name, when};
    GThread *thread = g_thread_new("killer", kill_in_the_middle, &killer);
    directory_apply(world->courier, jobs, BATCH);
    g_thread_join(thread);
    guint left = 0;
    slapd_start(world);
    for (guint i = 0; i < BATCH; i++) {
        if (jobs[i].outcome == DIRECTORY_LATER) {
            left++;
            directory_apply(world->courier, &jobs[i], 1);
        }
        assert_int_equal(jobs[i].outcome, DIRECTORY_APPLIED);
        directory_job_clear(&jobs[i]);
    }
    return left;
}

static void a_killed_server_makes_every_change_once(void **state)
{
    struct world *world = *state;
    for (guint round = 0; round < 3; round++) {
        g_autofree char *before = g_strdup_printf("测试建设%u号", round), *after = g_strdup_printf("测试新建设%u号", round);
        g_autoptr(GPtrArray) adds = g_ptr_array_new_with_free_func(g_free);
        g_autoptr(GPtrArray) renames = g_ptr_array_new_with_free_func(g_free);
        for (guint i = 0; i < BATCH; i++) {
            g_autofree char *code = g_strdup_printf("91370102PDY%05uAA", round * 1000 + i),
                            *uid = g_strdup_printf("user%u-%u", round, i);
            struct change *change = enterprise(code, uid, before, "370100");
            g_ptr_array_add(adds, change_write(change));
            change_free(change);
        }
        assert_in_range(batch_survives(world, adds, before, 20 + 40 * round), 1, BATCH);
        assert_int_equal(count_of(world->courier, ATTRIBUTE_O, before), BATCH);
        struct facts facts;
        directory_facts(world->courier, &facts);
        g_autoptr(GPtrArray) entries = facts.find(facts.context, ATTRIBUTE_O, before, NULL);
        for (guint i = 0; i < BATCH; i++) {
            const struct entry *entry = g_ptr_array_index(entries, i);
            struct change *change = change_modify(entry->dn, entry->uuid);
            change_put(change, ATTRIBUTE_O, before, after);
            change_put(change, ATTRIBUTE_FORMER_NAME, NULL, before);
            g_ptr_array_add(renames, change_write(change));
            change_free(change);
        }
        assert_in_range(batch_survives(world, renames, after, 20 + 40 * round), 1, BATCH);
        assert_int_equal(count_of(world->courier, ATTRIBUTE_O, after), BATCH);
        assert_int_equal(count_of(world->courier, ATTRIBUTE_FORMER_NAME, before), BATCH);
    }
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
#define ON_SLAPD(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
    const struct CMUnitTest tests[] = {
        ON_SLAPD(questions_are_answered),
        ON_SLAPD(only_active_present_members_review),
        ON_SLAPD(every_effect_is_made_once_and_found_made),
        ON_SLAPD(what_is_no_longer_as_reviewed_is_a_conflict),
        ON_SLAPD(what_the_server_forbids_is_never),
        ON_SLAPD(a_server_that_is_away_is_asked_later),
        ON_SLAPD(a_refused_login_is_said_and_changes_wait),
        ON_SLAPD(a_secret_serves_until_its_owner_has_a_password),
        ON_SLAPD(an_end_set_by_an_administrator_stays),
        ON_SLAPD(a_door_over_the_network_is_verified),
        ON_SLAPD(a_killed_server_makes_every_change_once),
        ON_SLAPD(a_killed_server_back_at_once_is_settled_in_the_same_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
