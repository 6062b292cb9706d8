#include "daemon/directory_session.h"

#include <string.h>

#include "ldap-schema/names.h"

char *directory_password(const char *file)
{
    char *password = NULL;

    if (!file || !g_file_get_contents(file, &password, NULL, NULL))
        return NULL;
    password[strcspn(password, "\r\n")] = '\0';
    if (!*password)
        g_clear_pointer(&password, g_free);
    return password;
}

G_DEFINE_QUARK(directory - error, directory_error)

gboolean directory_session_lost(int code)
{
    return code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR || code == LDAP_TIMEOUT || code == LDAP_DECODING_ERROR;
}

gboolean directory_session_busy(int code)
{
    static const int codes[] = {LDAP_BUSY, LDAP_UNAVAILABLE, LDAP_TIMELIMIT_EXCEEDED, LDAP_ADMINLIMIT_EXCEEDED, LDAP_OTHER,
                                /* A server set to read-only for maintenance says this. */
                                LDAP_UNWILLING_TO_PERFORM};
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i] == code)
            return TRUE;
    return FALSE;
}

gboolean directory_session_silent(int code)
{
    static const int codes[] = {LDAP_SIZELIMIT_EXCEEDED, LDAP_TIMELIMIT_EXCEEDED, LDAP_ADMINLIMIT_EXCEEDED, LDAP_REFERRAL,
                                LDAP_INVALID_DN_SYNTAX,  LDAP_INVALID_SYNTAX,     LDAP_FILTER_ERROR,        LDAP_ALIAS_PROBLEM};
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++)
        if (codes[i] == code)
            return TRUE;
    return FALSE;
}

char *directory_session_text(int code, const char *said)
{
    gboolean more = said && *said;
    return g_strdup_printf("%s (%d)%s%s", ldap_err2string(code), code, more ? ": " : "", more ? said : "");
}

/* The last failure on this connection, with what the server said; of its own failures the library has nothing more to say. */
static char *diagnosis(LDAP *ldap, int code)
{
    char *said = NULL;
    ldap_get_option(ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &said);
    char *text = directory_session_text(code, code > 0 ? said : NULL);
    ldap_memfree(said);
    return text;
}

void directory_session_drop(struct directory *directory)
{
    if (directory->ldap)
        ldap_unbind_ext_s(directory->ldap, NULL, NULL);
    directory->ldap = NULL;
}

static void options_set(struct directory *directory, LDAP *ldap)
{
    static const int version = LDAP_VERSION3, hard = LDAP_OPT_X_TLS_HARD, client = 0;
    ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
    ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
    ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
    ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &directory->timeout);
    ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &directory->timeout);
    if (g_str_has_prefix(directory->url, "ldapi:"))
        return;
    if (directory->ca_file)
        ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, directory->ca_file);
    ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &hard);
    ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client);
}

/* It may have been changed since: whoever changes it need not tell us. */
static void read_password(struct directory *directory)
{
    g_autofree char *password = directory_password(directory->password_file);

    if (!password)
        return;
    explicit_bzero(directory->password, strlen(directory->password));
    g_free(directory->password);
    directory->password = g_steal_pointer(&password);
}

static int login(struct directory *directory, LDAP *ldap)
{
    if (directory->dn)
        read_password(directory);
    /* EXTERNAL wants credentials that are there and empty: without any, the server asks for them first. */
    char *secret = directory->dn ? directory->password : (char *)"";
    struct berval password = {.bv_val = secret, .bv_len = strlen(secret)};
    return directory->dn ? ldap_sasl_bind_s(ldap, directory->dn, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL)
                         : ldap_sasl_bind_s(ldap, NULL, "EXTERNAL", &password, NULL, NULL, NULL);
}

gboolean directory_session_need(struct directory *directory, GError **error)
{
    if (directory->ldap)
        return TRUE;
    LDAP *ldap = NULL;
    const char *step = "address";
    int code = ldap_initialize(&ldap, directory->url);
    if (code == LDAP_SUCCESS) {
        options_set(directory, ldap);
        step = "StartTLS";
        code = directory->starttls ? ldap_start_tls_s(ldap, NULL, NULL) : LDAP_SUCCESS;
    }
    if (code == LDAP_SUCCESS) {
        step = "login";
        code = login(directory, ldap);
    }
    if (code == LDAP_SUCCESS) {
        directory->ldap = ldap;
        return TRUE;
    }
    g_autofree char *text = ldap ? diagnosis(ldap, code) : directory_session_text(code, NULL);
    gboolean away = directory_session_lost(code) || directory_session_busy(code);
    /* The library says the same of a server that is not there and of one whose certificate it does not believe. */
    gboolean verified = directory->starttls || g_str_has_prefix(directory->url, "ldaps:");
    g_set_error(error, DIRECTORY_ERROR, away ? DIRECTORY_AWAY : DIRECTORY_REFUSED, "directory %s, %s as %s: %s%s", directory->url,
                step, directory->dn ? directory->dn : "EXTERNAL", text,
                away && verified ? ", or its certificate is not trusted" : "");
    if (ldap)
        ldap_unbind_ext_s(ldap, NULL, NULL);
    return FALSE;
}

static void values_put(struct entry *entry, const char *description, struct berval **values)
{
    g_autofree char *name = g_strdup(description);
    char *option = strstr(name, ";binary");
    if (option)
        *option = '\0';
    for (gsize i = 0; values && values[i]; i++) {
        g_autofree char *value = entry_binary(name) ? g_base64_encode((const guchar *)values[i]->bv_val, values[i]->bv_len)
                                                    : g_strndup(values[i]->bv_val, values[i]->bv_len);
        entry_put(entry, name, value);
    }
}

static struct entry *entry_take(LDAP *ldap, LDAPMessage *message)
{
    char *dn = ldap_get_dn(ldap, message);
    struct entry *entry = entry_make(dn, NULL);
    ldap_memfree(dn);
    BerElement *place = NULL;
    for (char *name = ldap_first_attribute(ldap, message, &place); name; name = ldap_next_attribute(ldap, message, place)) {
        struct berval **values = ldap_get_values_len(ldap, message, name);
        if (g_ascii_strcasecmp(name, ATTRIBUTE_ENTRY_UUID) == 0 && values && values[0])
            entry->uuid = g_strndup(values[0]->bv_val, values[0]->bv_len);
        else
            values_put(entry, name, values);
        ldap_value_free_len(values);
        ldap_memfree(name);
    }
    ber_free(place, 0);
    return entry;
}

/* That as many have come as were asked for is no failure; fewer are the server's own limit. */
static int search(struct directory *directory, const char *base, int scope, const char *filter, guint most, LDAPMessage **found)
{
    static char *const all[] = {(char *)LDAP_ALL_USER_ATTRIBUTES, (char *)ATTRIBUTE_ENTRY_UUID, NULL};
    char **attributes = directory->wanted ? directory->wanted : (char **)all;
    int code = ldap_search_ext_s(directory->ldap, base, scope, filter, attributes, 0, NULL, NULL, NULL,
                                 most ? (int)most : LDAP_NO_LIMIT, found);
    gboolean enough = code == LDAP_SIZELIMIT_EXCEEDED && most && ldap_count_entries(directory->ldap, *found) == (int)most;
    return enough ? LDAP_SUCCESS : code;
}

static void search_failed(struct directory *directory, const char *base, int code, GError **error)
{
    g_autofree char *text = directory->ldap ? diagnosis(directory->ldap, code) : directory_session_text(code, NULL);
    gboolean away = directory_session_lost(code) || directory_session_busy(code);
    g_set_error(error, DIRECTORY_ERROR,
                directory_session_silent(code) ? DIRECTORY_SILENT
                : away                         ? DIRECTORY_AWAY
                                               : DIRECTORY_REFUSED,
                "directory %s, search below %s: %s", directory->url, base, text);
}

GPtrArray *directory_session_search(struct directory *directory, const char *base, int scope, const char *filter, guint most,
                                    GError **error)
{
    LDAPMessage *found = NULL;
    int code = LDAP_SERVER_DOWN;
    for (int attempt = 0; attempt < 2 && directory_session_lost(code); attempt++) {
        if (!directory_session_need(directory, error))
            return NULL;
        g_clear_pointer(&found, ldap_msgfree);
        code = search(directory, base, scope, filter, most, &found);
        if (directory_session_lost(code))
            directory_session_drop(directory);
    }
    GPtrArray *entries = NULL;
    if (code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT) {
        entries = entry_list();
        if (code == LDAP_SUCCESS)
            for (LDAPMessage *one = ldap_first_entry(directory->ldap, found); one; one = ldap_next_entry(directory->ldap, one))
                g_ptr_array_add(entries, entry_take(directory->ldap, one));
    } else {
        search_failed(directory, base, code, error);
    }
    ldap_msgfree(found);
    return entries;
}

/* One answer of a search after the other; the code the last one bears. */
static int count_answers(struct directory *directory, int id, gint64 *count)
{
    for (;;) {
        LDAPMessage *message = NULL;
        int type = ldap_result(directory->ldap, id, LDAP_MSG_ONE, &directory->timeout, &message);
        int code = LDAP_OTHER;
        if (type == LDAP_RES_SEARCH_RESULT)
            ldap_parse_result(directory->ldap, message, &code, NULL, NULL, NULL, NULL, 0);
        else if (type == 0)
            code = LDAP_TIMEOUT;
        else if (type < 0)
            ldap_get_option(directory->ldap, LDAP_OPT_RESULT_CODE, &code);
        *count += type == LDAP_RES_SEARCH_ENTRY;
        ldap_msgfree(message);
        if (type == LDAP_RES_SEARCH_ENTRY || type == LDAP_RES_SEARCH_REFERENCE)
            continue;
        if (type == 0)
            ldap_abandon_ext(directory->ldap, id, NULL, NULL);
        return code;
    }
}

gint64 directory_session_count(struct directory *directory, const char *base, int scope, const char *filter, guint most,
                               GError **error)
{
    static char *const none[] = {(char *)LDAP_NO_ATTRS, NULL};
    int code = LDAP_SERVER_DOWN;
    gint64 count = 0;
    for (int attempt = 0; attempt < 2 && directory_session_lost(code); attempt++) {
        int id;
        if (!directory_session_need(directory, error))
            return -1;
        count = 0;
        code = ldap_search_ext(directory->ldap, base, scope, filter, (char **)none, 0, NULL, NULL, NULL,
                               most ? (int)most : LDAP_NO_LIMIT, &id);
        if (code == LDAP_SUCCESS)
            code = count_answers(directory, id, &count);
        if (directory_session_lost(code))
            directory_session_drop(directory);
    }
    if (code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT || code == LDAP_SIZELIMIT_EXCEEDED)
        return count;
    search_failed(directory, base, code, error);
    return -1;
}
