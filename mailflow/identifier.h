/* The identifiers of people and enterprises and their check digits (domain.md 3.1-3.3, 3.6). Normalise first, then check. */
#ifndef MAILFLOW_IDENTIFIER_H
#define MAILFLOW_IDENTIFIER_H

#include <glib.h>

enum identifier_fault {
    IDENTIFIER_OK,
    IDENTIFIER_LEN,      /* too short or too long */
    IDENTIFIER_CHAR,     /* a character that cannot stand there */
    IDENTIFIER_CHK,      /* the last character does not fit the others */
    IDENTIFIER_ORGCHK,   /* credit code right, the organisation code inside it wrong */
    IDENTIFIER_DATE,     /* no such day, before 1900, or in the future */
    IDENTIFIER_PROV,     /* no such province */
    IDENTIFIER_RESERVED, /* a login name nobody may have */
};

/* "ok", "LEN", "CHAR", "CHK", "ORGCHK", "DATE", "PROV", "RESERVED". */
const char *identifier_fault_name(enum identifier_fault fault);

/* Unified social credit code, GB 32100-2015, of 18 characters as text_normalise_upper() gives them. `check_org` also demands a
 * right organisation code in positions 9-17. The region (positions 3-8) must be digits and is not looked up: it never says where
 * an enterprise is now. */
enum identifier_fault identifier_uscc(const char *code, gboolean check_org);

/* FALSE for a pair of authority and kind (positions 1-2) that GB 32100 does not name: worth telling the reviewer, no reason to
 * refuse. `code` is one identifier_uscc() accepts. */
gboolean identifier_uscc_usual(const char *code);

/* Organisation code, GB 11714-1997, of nine characters without a hyphen. */
enum identifier_fault identifier_org(const char *code);

/* Citizen identity number, GB 11643-1999, of 18 characters as text_normalise_upper() gives them; born 1900-01-01 ... `today`.
 * `foreign` also admits permanent residence cards of foreigners, which begin with 9. County codes are not checked. */
enum identifier_fault identifier_resident(const char *number, const GDate *today, gboolean foreign);

/* Of a number that identifier_resident() accepts: '1' male, '2' female; date of birth; whole years of age on `today`. */
char identifier_sex(const char *number);
void identifier_birth(const char *number, GDate *birth);
int identifier_age(const char *number, const GDate *today);

/* TRUE for the number of a travel permit of Hong Kong, Macao or Taiwan residents: H or M with 8 or 10 digits, or 8 or 10 digits. */
gboolean identifier_permit(const char *number);

/* Login name (domain.md 3.6 uidType): [A-Za-z][A-Za-z0-9_.-]{3,31}, not reserved. Compare login names without regard to case. */
enum identifier_fault identifier_uid(const char *uid);

/* Normal forms; the caller frees. They never fail: what is not one stays wrong and is refused by its check. */
char *identifier_org_normal(const char *text);    /* as text_normalise_upper(), the hyphen before the last character removed */
char *identifier_mobile_normal(const char *text); /* +86, 0086, spaces, hyphens removed */
char *identifier_phone_normal(
    const char *text); /* +86, 0086 replaced by the trunk 0, spaces and brackets removed, long dashes to hyphens */

#endif
