#include "mailflow/roll.h"

#include <string.h>

#include "ldap-schema/names.h"
#include "mailflow/change.h"
#include "mailflow/division.h"
#include "mailflow/finding.h"
#include "mailflow/identifier.h"
#include "mailflow/rollcolumn.h"
#include "mailflow/text.h"

#define NUMBER_BYTES 6 /* of chance in a trainee's new number */

struct judging { /* one row on the table */
    const struct mind *mind;
    struct roll *roll;
    struct roll_row *row;
    const struct table_row *from;
    GHashTable *seen; /* "attribute value" of the rows before -> struct roll_row */
    GError *fault;    /* the directory could not be asked */
};

const char *roll_kind_name(enum roll_kind kind)
{
    static const char *const names[ROLL_KINDS] = {"certificates", "trainees", "reviewers"};

    return names[kind];
}

static void row_free(gpointer data)
{
    struct roll_row *row = data;

    g_free(row->dn);
    g_free(row->change);
    g_hash_table_unref(row->values);
    g_hash_table_unref(row->cells);
    g_free(row);
}

void roll_free(struct roll *roll)
{
    if (!roll)
        return;
    g_ptr_array_unref(roll->rows);
    g_ptr_array_unref(roll->problems);
    g_free(roll);
}

static const char *value(const struct judging *judging, const char *attribute)
{
    return g_hash_table_lookup(judging->row->values, attribute);
}

static void set(struct judging *judging, const char *attribute, char *taken)
{
    g_hash_table_insert(judging->row->values, (gpointer)attribute, taken);
}

static void wrong(struct judging *judging, const char *attribute, const char *code, const char *zh, const char *en)
{
    roll_wrong(judging->roll, judging->row, attribute, code, zh, en);
}

/* The directory's first entry with that value, archived ones too; NULL when there is none, the value was refused, or the directory could not be asked. */
static struct entry *find(struct judging *judging, const char *attribute, const char *wanted)
{
    const struct facts *facts = &judging->mind->facts;

    if (!wanted || judging->fault)
        return NULL;
    g_autoptr(GPtrArray) found = facts->find(facts->context, attribute, wanted, &judging->fault);
    return found && found->len ? g_ptr_array_steal_index(found, 0) : NULL;
}

/* The row before this one that has the same value; else this one is remembered. */
static struct roll_row *seen_before(struct judging *judging, const char *attribute)
{
    const char *own = value(judging, attribute);
    g_autofree char *folded = own ? g_utf8_casefold(own, -1) : NULL;
    g_autofree char *key = own ? g_strdup_printf("%s %s", attribute, folded) : NULL;
    struct roll_row *row = key ? g_hash_table_lookup(judging->seen, key) : NULL;

    if (key && !row)
        g_hash_table_insert(judging->seen, g_steal_pointer(&key), judging->row);
    return row;
}

static void once(struct judging *judging, const char *attribute)
{
    const struct roll_row *before = seen_before(judging, attribute);
    g_autofree char *zh = before ? g_strdup_printf("与第%d行重复", before->line) : NULL;
    g_autofree char *en = before ? g_strdup_printf("is the same as in line %d", before->line) : NULL;

    if (before)
        wrong(judging, attribute, "E-DUP-ITEM", zh, en);
}

static gboolean below(const struct entry *entry, const char *dn)
{
    g_autofree char *tail = g_strdup_printf(",%s", dn);
    gsize own = strlen(entry->dn), length = strlen(tail);

    return own > length && g_ascii_strcasecmp(entry->dn + own - length, tail) == 0;
}

/* The addition with the row's values. */
static struct change *addition(const struct judging *judging, const char *object_class, const char *dn)
{
    struct change *change = change_add(dn);

    change_put(change, ATTRIBUTE_OBJECT_CLASS, NULL, object_class);
    for (const struct roll_column *column = roll_columns(judging->roll->kind); column->attribute; column++) {
        const char *own = value(judging, column->attribute);
        if (!own || column->about)
            continue;
        change_put(change, column->attribute, NULL, own);
        if (g_str_equal(column->attribute, ATTRIBUTE_CN)) /* where a Chinese name is to be cut cannot be told from the name */
            change_put(change, ATTRIBUTE_SN, NULL, own);
    }
    return change;
}

/* Same in the directory already: nothing to do, so that a load that was interrupted can be repeated. Other values there: wrong. */
static void conclude(struct judging *judging, struct change *change, const struct entry *present, const char *key)
{
    if (judging->from->dn && g_ascii_strcasecmp(judging->from->dn, change->dn) != 0)
        wrong(judging, NULL, "E-SCHEMA", "该条目不应位于此处", "the entry does not belong at that dn");
    if (present && !change_done(change, present))
        wrong(judging, key, "E-DUP-ITEM", "目录中已有，且内容不同", "is in the directory already, with other values");
    if (!judging->row->wrong) {
        judging->row->dn = g_strdup(change->dn);
        judging->row->change = present ? NULL : change_write(change);
    }
    change_free(change);
}

/* Certificates */

/* Whose certificate it is, by identity number or trainee's number; NULL with a problem noted. */
static struct entry *find_holder(struct judging *judging)
{
    const char *identity = value(judging, ATTRIBUTE_ID_NUMBER), *number = value(judging, ATTRIBUTE_TRAINEE_NUMBER);
    const char *by = identity ? ATTRIBUTE_ID_NUMBER : ATTRIBUTE_TRAINEE_NUMBER;
    struct entry *holder = find(judging, by, identity ? identity : number);

    if (holder && entry_is(holder, CLASS_TRAINEE) && !entry_archived(holder)) {
        if (!number || g_ascii_strcasecmp(entry_value(holder, ATTRIBUTE_TRAINEE_NUMBER), number) == 0)
            return holder;
        wrong(judging, ATTRIBUTE_TRAINEE_NUMBER, "E-NAME-MISMATCH", "与身份证号不是同一人",
              "is not the number of the person with that identity number");
    } else if (identity || number) {
        wrong(judging, by, "E-NOT-OWNER", "目录中没有此人", "the directory has no such person");
    } else if (!g_hash_table_contains(judging->row->values, ATTRIBUTE_ID_NUMBER)) {
        wrong(judging, ATTRIBUTE_ID_NUMBER, "E-REQ", "身份证号与学员编号须填写其一",
              "the holder's identity number or trainee number must be given");
    }
    entry_free(holder);
    return NULL;
}

static void judge_certificate(struct judging *judging)
{
    const char *number = value(judging, ATTRIBUTE_CERTIFICATE_NUMBER), *name = value(judging, ATTRIBUTE_CN);
    const char *code = value(judging, ATTRIBUTE_CREDIT_CODE);
    struct entry *holder = find_holder(judging);
    struct entry *present = find(judging, ATTRIBUTE_CERTIFICATE_NUMBER, number);

    once(judging, ATTRIBUTE_CERTIFICATE_NUMBER);
    if (holder && name) {
        g_autofree char *given = text_fold_name(name);
        g_autofree char *known = text_fold_name(entry_value(holder, ATTRIBUTE_CN));
        if (!g_str_equal(given, known))
            wrong(judging, ATTRIBUTE_CN, "E-NAME-MISMATCH", "与登记的姓名不符", "is not the holder's name on record");
    }
    if (holder && code) {
        g_autofree char *employer =
            g_strdup_printf("%s=%s,ou=enterprises,%s", ATTRIBUTE_CREDIT_CODE, code, judging->mind->policy->suffix);
        if (!below(holder, employer))
            wrong(judging, ATTRIBUTE_CREDIT_CODE, "E-NOT-OWNER", "持证人不属于该企业", "the holder is not of that enterprise");
    }
    if (holder && number) {
        g_autofree char *dn = g_strdup_printf("%s=%s,%s", ATTRIBUTE_CERTIFICATE_NUMBER, number, holder->dn);
        conclude(judging, addition(judging, CLASS_CERTIFICATE, dn), present, ATTRIBUTE_CERTIFICATE_NUMBER);
    }
    entry_free(holder);
    entry_free(present);
}

/* Trainees */

/* Kind of document, sex and date of birth: what the number says, and nothing else beside it. */
static void judge_identity(struct judging *judging)
{
    const char *number = value(judging, ATTRIBUTE_ID_NUMBER), *kind = value(judging, ATTRIBUTE_ID_KIND);
    const char *sex = value(judging, ATTRIBUTE_SEX), *birth = value(judging, ATTRIBUTE_BIRTH_DATE);
    char own[2] = {0};
    GDate born;

    if (!number)
        return;
    gboolean permit = identifier_permit(number);
    if (kind && permit != g_str_equal(kind, "hkMoTwPermit"))
        wrong(judging, ATTRIBUTE_ID_KIND, "E-ID", "与号码不符", "does not fit the number");
    if (permit) {
        set(judging, ATTRIBUTE_ID_KIND, g_strdup("hkMoTwPermit"));
        return;
    }
    own[0] = identifier_sex(number);
    identifier_birth(number, &born);
    g_autofree char *day =
        g_strdup_printf("%04d-%02d-%02d", g_date_get_year(&born), g_date_get_month(&born), g_date_get_day(&born));
    if (sex && !g_str_equal(sex, own))
        wrong(judging, ATTRIBUTE_SEX, "E-ID-SEX", NULL, NULL);
    if (birth && !g_str_equal(birth, day))
        wrong(judging, ATTRIBUTE_BIRTH_DATE, "E-ID-DATE", NULL, NULL);
    set(judging, ATTRIBUTE_SEX, g_strdup(own));
    set(judging, ATTRIBUTE_BIRTH_DATE, g_steal_pointer(&day));
}

/* Someone else has it: an entry that is not `present`. */
static void judge_taken(struct judging *judging, const char *attribute, const struct entry *present, const char *code)
{
    struct entry *other = find(judging, attribute, value(judging, attribute));

    if (other && (!present || g_strcmp0(other->dn, present->dn) != 0) && entry_value(other, ATTRIBUTE_UID))
        wrong(judging, attribute, code, "已被目录中其他条目使用", "another entry of the directory has it");
    entry_free(other);
}

/* With an employer there is no account; without one there must be. Gives the DN of the place, or NULL with a problem noted. */
static char *judge_place(struct judging *judging)
{
    static const char *const account[] = {ATTRIBUTE_UID, ATTRIBUTE_DIVISION_CODE, ATTRIBUTE_ACCOUNT_STATUS};
    static const char *const needed[] = {ATTRIBUTE_UID, ATTRIBUTE_DIVISION_CODE, ATTRIBUTE_MAIL};
    const char *code = value(judging, ATTRIBUTE_CREDIT_CODE), *kind = value(judging, ATTRIBUTE_TRAINEE_KIND);
    struct entry *employer = find(judging, ATTRIBUTE_CREDIT_CODE, code);
    const char *wanted = "individual";

    if (employer && entry_is(employer, CLASS_ENTERPRISE) && !entry_archived(employer)) {
        wanted = g_strcmp0(entry_value(employer, ATTRIBUTE_ENTERPRISE_KIND), "school") == 0 ? "student" : "employee";
        for (gsize i = 0; i < G_N_ELEMENTS(account); i++)
            if (value(judging, account[i]))
                wrong(judging, account[i], "E-VARIANT", "有所属企业的学员没有账号", "a trainee of an enterprise has no account");
    } else if (g_hash_table_contains(judging->row->values, ATTRIBUTE_CREDIT_CODE)) {
        if (code)
            wrong(judging, ATTRIBUTE_CREDIT_CODE, "E-RECEIVER", "目录中没有该企业", "the directory has no such enterprise");
        entry_free(employer);
        return NULL;
    } else {
        for (gsize i = 0; i < G_N_ELEMENTS(needed); i++)
            if (!g_hash_table_contains(judging->row->values, needed[i]))
                wrong(judging, needed[i], "E-REQ", "无所属企业的学员必须填写", "is needed of a trainee without an enterprise");
        if (!value(judging, ATTRIBUTE_ACCOUNT_STATUS))
            set(judging, ATTRIBUTE_ACCOUNT_STATUS, g_strdup("active"));
    }
    if (kind && !g_str_equal(kind, wanted))
        wrong(judging, ATTRIBUTE_TRAINEE_KIND, "E-VARIANT", "与所属单位不符", "does not fit the employer");
    set(judging, ATTRIBUTE_TRAINEE_KIND, g_strdup(wanted));
    char *place = employer ? g_strdup(employer->dn) : g_strdup_printf("ou=individuals,%s", judging->mind->policy->suffix);
    entry_free(employer);
    return place;
}

/* An opaque number where none is given: the present entry's, or a new one. */
static void number_trainee(struct judging *judging, const struct entry *present)
{
    guint8 chance[NUMBER_BYTES];

    if (g_hash_table_contains(judging->row->values, ATTRIBUTE_TRAINEE_NUMBER))
        return;
    if (present && entry_value(present, ATTRIBUTE_TRAINEE_NUMBER)) {
        set(judging, ATTRIBUTE_TRAINEE_NUMBER, g_strdup(entry_value(present, ATTRIBUTE_TRAINEE_NUMBER)));
        return;
    }
    judging->mind->chance(judging->mind->chance_context, chance, sizeof chance);
    GString *number = g_string_new("L-");
    for (gsize i = 0; i < sizeof chance; i++)
        g_string_append_printf(number, "%02x", chance[i]);
    set(judging, ATTRIBUTE_TRAINEE_NUMBER, g_string_free(number, FALSE));
}

static gboolean is_trainee(const struct entry *entry)
{
    return entry && entry_is(entry, CLASS_TRAINEE);
}

static void judge_trainee(struct judging *judging)
{
    struct entry *found = find(judging, ATTRIBUTE_ID_NUMBER, value(judging, ATTRIBUTE_ID_NUMBER));
    const struct entry *present = is_trainee(found) ? found : NULL;
    g_autofree char *place = NULL;

    once(judging, ATTRIBUTE_ID_NUMBER);
    once(judging, ATTRIBUTE_TRAINEE_NUMBER);
    judge_identity(judging);
    place = judge_place(judging);
    number_trainee(judging, present);
    if (g_str_equal(value(judging, ATTRIBUTE_TRAINEE_KIND) ? value(judging, ATTRIBUTE_TRAINEE_KIND) : "", "individual")) {
        once(judging, ATTRIBUTE_UID);
        once(judging, ATTRIBUTE_MAIL);
        judge_taken(judging, ATTRIBUTE_UID, present, "E-UID-TAKEN");
        judge_taken(judging, ATTRIBUTE_MAIL, present, "E-MAIL");
    }
    struct entry *numbered = find(judging, ATTRIBUTE_TRAINEE_NUMBER, value(judging, ATTRIBUTE_TRAINEE_NUMBER));
    if (numbered && (!present || g_strcmp0(numbered->dn, present->dn) != 0))
        wrong(judging, ATTRIBUTE_TRAINEE_NUMBER, "E-DUP-ITEM", "目录中已有此编号", "another trainee has this number");
    entry_free(numbered);
    if (place && value(judging, ATTRIBUTE_TRAINEE_NUMBER) && value(judging, ATTRIBUTE_ID_NUMBER)) {
        g_autofree char *dn =
            g_strdup_printf("%s=%s,%s", ATTRIBUTE_TRAINEE_NUMBER, value(judging, ATTRIBUTE_TRAINEE_NUMBER), place);
        conclude(judging, addition(judging, CLASS_TRAINEE, dn), present, ATTRIBUTE_ID_NUMBER);
    }
    entry_free(found);
}

/* Reviewers */

static gboolean same_person(const struct judging *judging, const struct roll_row *other)
{
    for (const struct roll_column *column = roll_columns(ROLL_REVIEWERS); column->attribute; column++)
        if (!column->about &&
            g_strcmp0(value(judging, column->attribute), g_hash_table_lookup(other->values, column->attribute)) != 0)
            return FALSE;
    return TRUE;
}

/* One person is one entry, also in several rows for several authorities: where it stands is the directory's to say, else the first row's. */
static char *reviewer_dn(const struct judging *judging, const struct entry *present, const struct roll_row *before)
{
    if (present)
        return g_strdup(present->dn);
    if (before && before->dn)
        return g_strdup(before->dn);
    return g_strdup_printf("%s=%s,ou=%s,ou=authorities,%s", ATTRIBUTE_UID, value(judging, ATTRIBUTE_UID),
                           value(judging, ATTRIBUTE_OU), judging->mind->policy->suffix);
}

static void judge_reviewer(struct judging *judging)
{
    const char *authority = value(judging, ATTRIBUTE_OU), *uid = value(judging, ATTRIBUTE_UID);
    const struct division *division = division_find(authority);
    const struct roll_row *before = seen_before(judging, ATTRIBUTE_UID);
    struct entry *found = find(judging, ATTRIBUTE_UID, uid);
    const struct entry *present = found && entry_is(found, CLASS_REVIEWER) && !entry_archived(found) ? found : NULL;

    if (authority && (!division || division->abolished))
        wrong(judging, ATTRIBUTE_OU, "E-CITY", "没有该主管部门", "there is no such authority");
    if (found && !present)
        wrong(judging, ATTRIBUTE_UID, "E-UID-TAKEN", NULL, NULL);
    judge_taken(judging, ATTRIBUTE_MAIL, present, "E-MAIL");
    if (before && !same_person(judging, before))
        wrong(judging, ATTRIBUTE_UID, "E-DUP-ITEM", "与前面同名行的内容不同",
              "is the same as in an earlier line with other values");
    if (!before)
        once(judging, ATTRIBUTE_MAIL);
    if (uid && authority) {
        g_autofree char *member = g_strdup_printf("%s %s", authority, uid);
        g_autofree char *dn = reviewer_dn(judging, present, before);
        if (!g_hash_table_add(judging->seen, g_steal_pointer(&member)))
            wrong(judging, ATTRIBUTE_UID, "E-DUP-ITEM", NULL, NULL);
        conclude(judging, addition(judging, CLASS_REVIEWER, dn), present, ATTRIBUTE_UID);
        if (before && !before->wrong)
            g_clear_pointer(&judging->row->change, g_free);
    }
    entry_free(found);
}

/* Once all rows are read: a deputy may stand below who names them. */
static void judge_deputy(struct judging *judging)
{
    const char *deputy = value(judging, ATTRIBUTE_DEPUTY), *from = value(judging, ATTRIBUTE_DEPUTY_FROM);
    const char *until = value(judging, ATTRIBUTE_DEPUTY_UNTIL), *uid = value(judging, ATTRIBUTE_UID);
    g_autofree char *folded = deputy ? g_utf8_casefold(deputy, -1) : NULL;
    g_autofree char *key = g_strdup_printf("%s %s", ATTRIBUTE_UID, folded ? folded : "");

    if (from && until && strcmp(until, from) < 0)
        wrong(judging, ATTRIBUTE_DEPUTY_UNTIL, "E-DATE", "不能早于代理起始", "is before the first day");
    if (deputy && uid && g_ascii_strcasecmp(deputy, uid) == 0)
        wrong(judging, ATTRIBUTE_DEPUTY, "E-VALUE", "不能是本人", "is the reviewer themselves");
    else if (deputy && !g_hash_table_contains(judging->seen, key)) {
        struct entry *found = find(judging, ATTRIBUTE_UID, deputy);
        if (!judging->fault && (!found || !entry_is(found, CLASS_REVIEWER) || entry_archived(found)))
            wrong(judging, ATTRIBUTE_DEPUTY, "E-VALUE", "不是审核人员的登录用户名", "is no reviewer's login name");
        entry_free(found);
    }
}

struct roll *roll_judge(const struct mind *mind, enum roll_kind kind, const struct table *table, GError **error)
{
    static void (*const judges[ROLL_KINDS])(struct judging *) = {judge_certificate, judge_trainee, judge_reviewer};
    struct roll *roll = g_new0(struct roll, 1);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct judging judging = {.mind = mind, .roll = roll, .seen = seen};

    roll->kind = kind;
    roll->rows = g_ptr_array_new_with_free_func(row_free);
    roll->problems = finding_list();
    roll_check_names(roll, table);
    for (guint i = 0; i < table->rows->len && !judging.fault; i++) {
        judging.from = g_ptr_array_index(table->rows, i);
        judging.row = roll_row_read(roll, mind, judging.from);
        g_ptr_array_add(roll->rows, judging.row);
        judges[kind](&judging);
    }
    for (guint i = 0; kind == ROLL_REVIEWERS && i < roll->rows->len && !judging.fault; i++) {
        judging.row = g_ptr_array_index(roll->rows, i);
        judge_deputy(&judging);
    }
    if (!judging.fault)
        return roll;
    g_propagate_error(error, judging.fault);
    roll_free(roll);
    return NULL;
}

static gboolean has_member(const struct entry *group, const char *dn)
{
    const GPtrArray *members = entry_values(group, ATTRIBUTE_MEMBER);

    for (guint i = 0; members && i < members->len; i++)
        if (g_ascii_strcasecmp(g_ptr_array_index(members, i), dn) == 0)
            return TRUE;
    return FALSE;
}

/* The change of one authority's group; NULL when it has all of them, or with `error`. */
static char *membership(const struct mind *mind, const struct roll *roll, const char *authority, GError **error)
{
    g_autofree char *dn = g_strdup_printf("cn=reviewers,ou=%s,ou=authorities,%s", authority, mind->policy->suffix);
    GError *fault = NULL;
    struct entry *group = mind->facts.read(mind->facts.context, dn, &fault);
    char *ldif = NULL;

    if (!group) {
        if (!fault)
            g_set_error(&fault, TABLE_ERROR, TABLE_ERROR_MALFORMED, "the directory has no %s", dn);
        g_propagate_error(error, fault);
        return NULL;
    }
    struct change *change = change_modify(dn, group->uuid);
    for (guint i = 0; i < roll->rows->len; i++) {
        const struct roll_row *row = g_ptr_array_index(roll->rows, i);
        if (!row->wrong && g_strcmp0(g_hash_table_lookup(row->values, ATTRIBUTE_OU), authority) == 0 && !has_member(group, row->dn))
            change_put(change, ATTRIBUTE_MEMBER, NULL, row->dn);
    }
    if (change->parts->len)
        ldif = change_write(change);
    change_free(change);
    entry_free(group);
    return ldif;
}

GPtrArray *roll_memberships(const struct mind *mind, const struct roll *roll, GError **error)
{
    g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GHashTable) done = g_hash_table_new(g_str_hash, g_str_equal);
    GError *fault = NULL;

    for (guint i = 0; i < roll->rows->len && roll->kind == ROLL_REVIEWERS && !fault; i++) {
        const struct roll_row *row = g_ptr_array_index(roll->rows, i);
        char *authority = row->wrong ? NULL : g_hash_table_lookup(row->values, ATTRIBUTE_OU);
        if (!authority || !g_hash_table_add(done, authority))
            continue;
        char *change = membership(mind, roll, authority, &fault);
        if (change)
            g_ptr_array_add(changes, change);
    }
    if (!fault)
        return g_steal_pointer(&changes);
    g_propagate_error(error, fault);
    return NULL;
}
