/* Mail out: libcurl's multi interface, several connections at once, each reused; one recipient per message. */
#ifndef DAEMON_SMTP_H
#define DAEMON_SMTP_H

#include <gio/gio.h>

struct smtp_options {
    char *url;           /* smtp://host:port or smtps://host:port */
    char *user;          /* NULL: no AUTH */
    char *password_file; /* first line */
    char *ca_file;       /* NULL: the system's */
    gboolean starttls;   /* smtp://: require STARTTLS */
    guint connections;   /* 1-16 */
};

enum smtp_outcome {
    SMTP_ACCEPTED, /* 2xx after the final dot */
    SMTP_LATER,    /* 4xx, or the connection failed before the final dot: try again with back-off */
    SMTP_NEVER,    /* 5xx for this message: report */
    SMTP_UNKNOWN,  /* the connection fell after the final dot: send again under the same Message-ID */
};

struct smtp_job {
    const char *sender;    /* envelope, "" for the null sender */
    const char *recipient; /* one addr-spec */
    GBytes *bytes;         /* CRLF */
    enum smtp_outcome outcome;
    int code;              /* the server's reply code; 0 when there was none */
    char *said;            /* one line of explanation for the log and the operator; owned by the job */
};
void smtp_job_clear(struct smtp_job *job);

struct smtp;
struct smtp *smtp_open(const struct smtp_options *options, GError **error);
void smtp_close(struct smtp *smtp);
/* Send all of them and set every outcome; returns when all are settled, each within bounded time. TRUE when the server was reached at all;
 * FALSE with every outcome SMTP_LATER when it was not or refused our login (a configuration fault is in `error` either way). */
gboolean smtp_send(struct smtp *smtp, struct smtp_job *jobs, guint count, GError **error);

#endif
