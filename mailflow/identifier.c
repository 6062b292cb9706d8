#include "mailflow/identifier.h"

#include <string.h>

#include "mailflow/text.h"

#define USCC_LENGTH 18
#define ORG_LENGTH 9
#define RESIDENT_LENGTH 18

const char *identifier_fault_name(enum identifier_fault fault)
{
    static const char *const names[] = {"ok", "LEN", "CHAR", "CHK", "ORGCHK", "DATE", "PROV", "RESERVED"};
    return names[fault];
}

/* GB 32100 leaves out I, O, S, V and Z and numbers what is left; GB 11714 counts A as 10 ... Z as 35. The two must not be mixed. */
static const char uscc_alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";

static int uscc_value(char c)
{
    const char *at = c ? strchr(uscc_alphabet, c) : NULL;
    return at ? (int)(at - uscc_alphabet) : -1;
}

static int org_value(char c)
{
    if (g_ascii_isdigit(c))
        return c - '0';
    return g_ascii_isupper(c) ? c - 'A' + 10 : -1;
}

static char org_check(const char *code)
{
    static const int weights[ORG_LENGTH - 1] = {3, 7, 9, 10, 5, 8, 4, 2};
    int sum = 0;
    for (int i = 0; i < ORG_LENGTH - 1; i++)
        sum += org_value(code[i]) * weights[i];
    return "0X987654321"[sum % 11];
}

enum identifier_fault identifier_uscc(const char *code, gboolean check_org)
{
    if (g_utf8_strlen(code, -1) != USCC_LENGTH)
        return IDENTIFIER_LEN;
    int sum = 0, weight = 1;
    for (int i = 0; i < USCC_LENGTH; i++) {
        int value = uscc_value(code[i]);
        if (value < 0 || (i >= 2 && i < 8 && value > 9))
            return IDENTIFIER_CHAR;
        if (i < USCC_LENGTH - 1)
            sum += value * weight;
        weight = weight * 3 % 31;
    }
    if (code[USCC_LENGTH - 1] != uscc_alphabet[(31 - sum % 31) % 31])
        return IDENTIFIER_CHK;
    if (check_org && org_check(code + 8) != code[16])
        return IDENTIFIER_ORGCHK;
    return IDENTIFIER_OK;
}

gboolean identifier_uscc_usual(const char *code)
{
    static const struct {
        char authority;
        const char *kinds;
    } known[] = {{'1', "1239"}, {'2', "19"}, {'3', "123459"}, {'4', "19"}, {'5', "1239"}, {'6', "129"},
                 {'7', "129"},  {'8', "19"}, {'9', "123"},    {'A', "19"}, {'N', "1239"}, {'Y', "1"}};
    for (gsize i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i].authority == code[0])
            return strchr(known[i].kinds, code[1]) != NULL;
    return FALSE;
}

enum identifier_fault identifier_org(const char *code)
{
    if (g_utf8_strlen(code, -1) != ORG_LENGTH)
        return IDENTIFIER_LEN;
    for (int i = 0; i < ORG_LENGTH - 1; i++)
        if (org_value(code[i]) < 0)
            return IDENTIFIER_CHAR;
    if (!g_ascii_isdigit(code[ORG_LENGTH - 1]) && code[ORG_LENGTH - 1] != 'X')
        return IDENTIFIER_CHAR;
    return org_check(code) == code[ORG_LENGTH - 1] ? IDENTIFIER_OK : IDENTIFIER_CHK;
}

static gboolean province_known(const char *number)
{
    static const char provinces[] =
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 ";
    char wanted[4] = {number[0], number[1], ' ', '\0'};
    return strstr(provinces, wanted) != NULL;
}

/* ISO 7064 MOD 11-2 */
static char resident_check(const char *number)
{
    int p = 0;
    for (int i = 0; i < RESIDENT_LENGTH - 1; i++)
        p = (p + number[i] - '0') * 2 % 11;
    return "0123456789X"[(12 - p) % 11];
}

static int two(const char *digits)
{
    return (digits[0] - '0') * 10 + digits[1] - '0';
}

static gboolean birth_read(const char *number, GDate *birth)
{
    int year = two(number + 6) * 100 + two(number + 8), month = two(number + 10), day = two(number + 12);
    if (year < 1900 || month < 1 || month > 12 || !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    g_date_set_dmy(birth, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    return TRUE;
}

enum identifier_fault identifier_resident(const char *number, const GDate *today, gboolean foreign)
{
    if (g_utf8_strlen(number, -1) != RESIDENT_LENGTH)
        return IDENTIFIER_LEN;
    for (int i = 0; i < RESIDENT_LENGTH; i++)
        if (!g_ascii_isdigit(number[i]) && !(i == RESIDENT_LENGTH - 1 && number[i] == 'X'))
            return IDENTIFIER_CHAR;
    if (resident_check(number) != number[RESIDENT_LENGTH - 1])
        return IDENTIFIER_CHK;
    if (!province_known(number) && !(foreign && number[0] == '9'))
        return IDENTIFIER_PROV;
    GDate birth;
    g_date_clear(&birth, 1);
    if (!birth_read(number, &birth) || g_date_compare(&birth, today) > 0)
        return IDENTIFIER_DATE;
    return IDENTIFIER_OK;
}

char identifier_sex(const char *number)
{
    return (number[16] - '0') % 2 ? '1' : '2';
}

void identifier_birth(const char *number, GDate *birth)
{
    g_date_clear(birth, 1);
    gboolean read = birth_read(number, birth);
    g_assert(read);
}

int identifier_age(const char *number, const GDate *today)
{
    GDate birth;
    identifier_birth(number, &birth);
    int years = g_date_get_year(today) - g_date_get_year(&birth);
    gboolean before = g_date_get_month(today) < g_date_get_month(&birth) ||
                      (g_date_get_month(today) == g_date_get_month(&birth) && g_date_get_day(today) < g_date_get_day(&birth));
    return years - (before ? 1 : 0);
}

gboolean identifier_permit(const char *number)
{
    const char *digits = number + (*number == 'H' || *number == 'M' ? 1 : 0);
    gsize count = strspn(digits, "0123456789");
    return digits[count] == '\0' && (count == 8 || count == 10);
}

enum identifier_fault identifier_uid(const char *uid)
{
    static const char *const reserved[] = {"root",          "admin",   "administrator", "postmaster", "abuse",
                                           "mailer-daemon", "noreply", "system",        "province",   "city"};
    glong length = g_utf8_strlen(uid, -1);
    if (length < 4 || length > 32)
        return IDENTIFIER_LEN;
    if (!g_ascii_isalpha(uid[0]))
        return IDENTIFIER_CHAR;
    for (const char *p = uid; *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("_.-", *p))
            return IDENTIFIER_CHAR;
    for (gsize i = 0; i < G_N_ELEMENTS(reserved); i++)
        if (g_ascii_strcasecmp(uid, reserved[i]) == 0)
            return IDENTIFIER_RESERVED;
    return IDENTIFIER_OK;
}

char *identifier_org_normal(const char *text)
{
    char *code = text_normalise_upper(text);
    if (strlen(code) == ORG_LENGTH + 1 && code[ORG_LENGTH - 1] == '-')
        memmove(code + ORG_LENGTH - 1, code + ORG_LENGTH, 2);
    return code;
}

/* Without white space and `drop`, long dashes as hyphens. */
static char *squeezed(const char *text, const char *drop)
{
    g_autofree char *half = text_normalise(text);
    GString *out = g_string_sized_new(strlen(half));
    for (const char *p = half; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        if (c >= 0x2010 && c <= 0x2015)
            c = '-';
        if (!g_unichar_isspace(c) && !(c < 0x80 && strchr(drop, (char)c)))
            g_string_append_unichar(out, c);
    }
    return g_string_free(out, FALSE);
}

static gsize country_prefix(const char *number)
{
    if (g_str_has_prefix(number, "+86"))
        return 3;
    return g_str_has_prefix(number, "0086") ? 4 : 0;
}

char *identifier_mobile_normal(const char *text)
{
    char *number = squeezed(text, "-()");
    gsize prefix = country_prefix(number);
    memmove(number, number + prefix, strlen(number + prefix) + 1);
    return number;
}

char *identifier_phone_normal(const char *text)
{
    g_autofree char *number = squeezed(text, "()");
    gsize prefix = country_prefix(number);
    if (prefix == 0)
        return g_steal_pointer(&number);
    const char *rest = number + prefix;
    if (*rest == '-')
        rest++;
    return g_strconcat(*rest == '0' ? "" : "0", rest, NULL);
}
