/* Mail out by libcurl: several connections at once, each reused; one recipient per message (RFC 5321). */
#ifndef DAEMON_SMTP_H
#define DAEMON_SMTP_H

#include <gio/gio.h>

struct smtp_options {
    char *url;           /* smtp://host:port or smtps://host:port */
    char *user;          /* NULL: no AUTH */
    char *password_file; /* first line */
    char *ca_file;       /* NULL: the system's; otherwise no other certificate authority is trusted */
    gboolean starttls;   /* smtp://: require STARTTLS */
    guint connections;   /* 1-16 */
};

enum smtp_outcome {
    SMTP_ACCEPTED, /* 2xx after the final dot */
    SMTP_LATER,    /* 4xx, or the connection failed before the final dot: try again with back-off */
    SMTP_NEVER,    /* 5xx for this message, or an address that is none: report */
    SMTP_UNKNOWN,  /* the connection fell after the final dot: send again under the same Message-ID */
};

struct smtp_job {
    const char *sender;    /* envelope, "" for the null sender */
    const char *recipient; /* one addr-spec */
    GBytes *bytes;         /* line ends that are not CRLF become CRLF; dots are stuffed here. NULL: still to be made */
    enum smtp_outcome outcome;
    int code;   /* the server's reply code; 0 when there was none */
    char *said; /* the server's last line, or what went wrong; UTF-8, bounded; owned by the job */
};
void smtp_job_clear(struct smtp_job *job);

enum smtp_fault {
    SMTP_AWAY,    /* the server cannot be reached or is busy */
    SMTP_REFUSED, /* until somebody acts: credentials, certificate, a greeting or EHLO refused for good */
};
#define SMTP_ERROR (smtp_error_quark())
GQuark smtp_error_quark(void);

struct smtp;

/* Read the password and prepare the connections; none is made yet. NULL and SMTP_REFUSED when the options are wrong. */
struct smtp *smtp_open(const struct smtp_options *options, GError **error);
/* NULL is fine. */
void smtp_close(struct smtp *smtp);

/* Have `call` called several times a second while mails are on their way: a slow server is no reason to take this process for dead. */
void smtp_meanwhile(struct smtp *smtp, void (*call)(void *context), void *context);

/* Fill in sender, recipient and bytes of a job, which must live until smtp_send() returns. FALSE when there will be no message: SMTP_NEVER. */
typedef gboolean (*smtp_make)(void *context, struct smtp_job *job);

/* Send all of them and set every outcome; returns when all are settled, each within minutes. FALSE and `error` when a fault of the server or of our login ended the
 * sending: what was not settled by then is SMTP_LATER, what was keeps its outcome (so every outcome counts either way). Connections stay open for the next call. A job
 * without bytes is made (`make`, NULL when all have them) when a connection is free for it, so that others are on their way meanwhile. */
gboolean smtp_send(struct smtp *smtp, struct smtp_job *jobs, guint count, smtp_make make, void *context, GError **error);

#endif
