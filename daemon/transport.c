#include "daemon/transport.h"

#include <signal.h>
#include <string.h>

enum { CONNECT_SECONDS = 20, PASSWORD_BYTES = 4096 };

static void transport_begin(void)
{
    static gsize begun;
    if (!g_once_init_enter(&begun))
        return;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    /* A peer that hangs up is an error code: OpenSSL writes without MSG_NOSIGNAL. */
    signal(SIGPIPE, SIG_IGN);
    g_once_init_leave(&begun, 1);
}

static char *url_part(CURLU *parsed, CURLUPart part, guint flags)
{
    char *text = NULL;
    if (curl_url_get(parsed, part, &text, flags) != CURLUE_OK)
        return NULL;
    char *copy = g_strdup(text);
    curl_free(text);
    return copy;
}

char *transport_address(const char *url, char **path, GError **error)
{
    CURLU *parsed = curl_url();
    g_autofree char *address = NULL;
    if (curl_url_set(parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) == CURLUE_OK) {
        g_autofree char *decoded = url_part(parsed, CURLUPART_PATH, CURLU_URLDECODE);
        if (path != NULL)
            *path = g_strdup(decoded == NULL || *decoded == '\0' ? "" : decoded + 1);
        curl_url_set(parsed, CURLUPART_PATH, "/", 0);
        curl_url_set(parsed, CURLUPART_QUERY, NULL, 0);
        curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
        address = url_part(parsed, CURLUPART_URL, 0);
    }
    curl_url_cleanup(parsed);
    if (address == NULL)
        g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                            "the server's URL is none, or has a user or password in it");
    return g_steal_pointer(&address);
}

/* libcurl keeps its own copy; ours is wiped as soon as it has that. */
static gboolean set_password(CURL *curl, const char *path, GError **error)
{
    char line[PASSWORD_BYTES];
    g_autoptr(GFile) file = g_file_new_for_path(path);
    g_autoptr(GFileInputStream) stream = g_file_read(file, NULL, error);
    gsize size = 0;
    if (stream == NULL || !g_input_stream_read_all(G_INPUT_STREAM(stream), line, sizeof line - 1, &size, NULL, error)) {
        g_prefix_error(error, "password file: ");
        return FALSE;
    }
    line[size] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    gboolean some = *line != '\0';
    if (some)
        curl_easy_setopt(curl, CURLOPT_PASSWORD, line);
    else
        g_set_error(error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "password file %s: its first line is empty", path);
    explicit_bzero(line, sizeof line);
    return some;
}

CURL *transport_open(const struct transport_options *options, GError **error)
{
    transport_begin();
    CURL *curl = curl_easy_init();
    g_assert(curl != NULL);
    curl_easy_setopt(curl, CURLOPT_URL, options->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "imap,imaps,smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TCP_NODELAY, 1L);
    curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(curl, CURLOPT_SASL_IR, 1L);
    curl_easy_setopt(curl, CURLOPT_USE_SSL, options->starttls ? (long)CURLUSESSL_ALL : (long)CURLUSESSL_NONE);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca_file != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, options->ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (options->user != NULL) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, options->user);
        if (options->password_file == NULL || !set_password(curl, options->password_file, error)) {
            if (options->password_file == NULL)
                g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "a user without a password file");
            curl_easy_cleanup(curl);
            return NULL;
        }
    }
    return curl;
}

static size_t hear(char *bytes, size_t one, size_t size, void *context)
{
    struct transport_said *said = context;
    /* The answer to the goodbye that libcurl says after a refusal would hide the refusal. */
    if (one * size >= 3 && memcmp(bytes, "221", 3) == 0)
        return one * size;
    gsize length = MIN(one * size, sizeof said->line - 1);
    memcpy(said->line, bytes, length);
    said->line[length] = '\0';
    said->line[strcspn(said->line, "\r\n")] = '\0';
    return one * size;
}

void transport_listen(CURL *curl, struct transport_said *said)
{
    said->line[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, said);
}

gboolean transport_refused(CURLcode code)
{
    static const CURLcode lasting[] = {
        CURLE_UNSUPPORTED_PROTOCOL, CURLE_URL_MALFORMAT,
        CURLE_LOGIN_DENIED,         CURLE_AUTH_ERROR,
        CURLE_USE_SSL_FAILED,       CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER,           CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_ISSUER_ERROR,     CURLE_PEER_FAILED_VERIFICATION,
    };
    for (gsize i = 0; i < G_N_ELEMENTS(lasting); i++)
        if (code == lasting[i])
            return TRUE;
    return FALSE;
}
