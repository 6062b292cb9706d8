/* The directory's door: questions, changes, conflicts, one-time secrets, TLS. */
#include "tests/unit/slapd.h"

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
    g_autoptr(GPtrArray) below = facts.below(facts.context, E1, CLASS_CERTIFICATE, 0, &error);
    assert_int_equal(below->len, 1);
    g_autoptr(GPtrArray) nothing = facts.below(facts.context, "csCreditCode=none" ENTERPRISES, CLASS_CERTIFICATE, 0, &error);
    assert_int_equal(nothing->len, 0);
    assert_null(facts.read(facts.context, "csCreditCode=none" ENTERPRISES, &error));
    assert_null(error);
}

/* Of many, as many and as much of each as is wanted. */
static void who_looks_at_many_takes_a_part(void **state)
{
    static const char *const wanted[] = {ATTRIBUTE_O, NULL};
    static const guint asked[] = {0, 1, 2, 3}, come[] = {2, 1, 2, 2};
    struct world *world = *state;
    g_autoptr(GError) error = NULL;
    struct facts facts;
    furnish(world);
    directory_want(world->courier, wanted);
    directory_facts(world->courier, &facts);
    for (gsize i = 0; i < G_N_ELEMENTS(asked); i++) {
        g_autoptr(GPtrArray) below = facts.below(facts.context, "ou=enterprises," SUFFIX, CLASS_ENTERPRISE, asked[i], &error);
        assert_int_equal(below->len, come[i]);
        const struct entry *entry = g_ptr_array_index(below, 0);
        assert_int_equal(g_hash_table_size(entry->attributes), 1);
        assert_non_null(entry_value(entry, ATTRIBUTE_O));
        assert_non_null(entry->uuid);
    }
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
    g_autofree char *e1 = uuid_of(world->courier, E1), *person = uuid_of(world->courier, TRAINEE "," E1);
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
        assert_outcome(world->courier, change_move(TRAINEE "," E1, person, E2), DIRECTORY_APPLIED, already);
    }
    g_autofree char *moved = uuid_of(world->courier, CERTIFICATE "," TRAINEE "," E2);
    assert_string_equal(moved, certificate);
}

static void what_is_no_longer_as_reviewed_is_a_conflict(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autofree char *e1 = uuid_of(world->courier, E1), *person = uuid_of(world->courier, TRAINEE "," E1);
    struct change *stale = change_modify(E1, e1);
    change_put(stale, ATTRIBUTE_O, "一个旧名称", "一个新名称");
    assert_outcome(world->courier, stale, DIRECTORY_CONFLICT, FALSE);
    struct change *other = change_modify(E1, person);
    change_put(other, ATTRIBUTE_O, "济南测试建设甲有限公司", "一个新名称");
    assert_outcome(world->courier, other, DIRECTORY_CONFLICT, FALSE);
    struct change *asserted = change_modify(E1, e1);
    change_put(asserted, ATTRIBUTE_O, "济南测试建设甲有限公司", "一个新名称");
    change_assert(asserted, "(csAccountStatus=disabled)");
    assert_outcome(world->courier, asserted, DIRECTORY_CONFLICT, FALSE);
    struct change *gone = change_modify("csCreditCode=91370000PDY01370XD" ENTERPRISES, "00000000-0000-103f-8000-000000000000");
    change_put(gone, ATTRIBUTE_O, "a", "b");
    assert_outcome(world->courier, gone, DIRECTORY_CONFLICT, FALSE);
    assert_outcome(world->courier, change_move(TRAINEE "," E1, person, "csCreditCode=91370000PDY01370XD" ENTERPRISES),
                   DIRECTORY_CONFLICT, FALSE);
    struct change *orphan =
        trainee("csTraineeNumber=T-0002,csCreditCode=91370000PDY01370XD" ENTERPRISES, "T-0002", "370299198812310024", "employee");
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

static void a_changed_password_is_read_again(void **state)
{
    struct world *world = *state;
    furnish(world);
    g_autofree char *change = g_strdup_printf("ldappasswd -Q -Y EXTERNAL -H '%s' -s another-secret " COURIER, world->url);
    shell(world, change, NULL);
    assert_true(g_file_set_contents(world->passwords, "another-secret\n", -1, NULL));
    slapd_end(world, SIGTERM);
    slapd_start(world);
    assert_int_equal(count_of(world->courier, ATTRIBUTE_UID, "jiajian"), 1);
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
        {each[2], FALSE, right, TRUE}, {each[2], FALSE, wrong, FALSE}, {each[1], TRUE, right, TRUE},
        {each[1], TRUE, wrong, FALSE}, {each[0], TRUE, NULL, TRUE}, /* the option's default: no TLS on this machine's own socket, as with ldaps:// */
        {each[2], TRUE, right, TRUE}};
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

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        ON_SLAPD(questions_are_answered),
        ON_SLAPD(who_looks_at_many_takes_a_part),
        ON_SLAPD(only_active_present_members_review),
        ON_SLAPD(every_effect_is_made_once_and_found_made),
        ON_SLAPD(what_is_no_longer_as_reviewed_is_a_conflict),
        ON_SLAPD(what_the_server_forbids_is_never),
        ON_SLAPD(a_server_that_is_away_is_asked_later),
        ON_SLAPD(a_refused_login_is_said_and_changes_wait),
        ON_SLAPD(a_changed_password_is_read_again),
        ON_SLAPD(a_secret_serves_until_its_owner_has_a_password),
        ON_SLAPD(an_end_set_by_an_administrator_stays),
        ON_SLAPD(a_door_over_the_network_is_verified),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
