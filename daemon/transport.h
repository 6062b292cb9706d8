/* What IMAP and SMTP ask of libcurl alike: an address, verified TLS, credentials from a file, and nothing from the environment (no proxy, no .netrc). */
#ifndef DAEMON_TRANSPORT_H
#define DAEMON_TRANSPORT_H

#include <curl/curl.h>
#include <gio/gio.h>

struct transport_options {
    const char *url;           /* without user, password or query */
    const char *user;          /* NULL: no login */
    const char *password_file; /* its first line is the password */
    const char *ca_file;       /* NULL: the system's; otherwise no other certificate authority is trusted */
    gboolean starttls;         /* require it */
};

/* The scheme, host and port of `url` as "imap://host:port/", and in `path` (may be NULL) what follows, decoded, without its first slash. NULL and an error when
 * it is no URL or carries credentials, which would show in logs. Caller frees both. */
char *transport_address(const char *url, char **path, GError **error);

/* A handle with these options set, or NULL and an error that says what is wrong with them (G_IO_ERROR or G_FILE_ERROR). From the first call on the process ignores SIGPIPE.
 * Caller frees with curl_easy_cleanup(). */
CURL *transport_open(const struct transport_options *options, GError **error);

/* The last line that the server said while libcurl spoke with it; "" when it said nothing. */
struct transport_said {
    char line[300];
};
/* Have `said` follow the conversations of `curl`; it must live as long. */
void transport_listen(CURL *curl, struct transport_said *said);

/* Whether the failure stays until somebody acts (certificate, credentials, address) and is not the network's. */
gboolean transport_refused(CURLcode code);

#endif
