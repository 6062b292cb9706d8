/* The configuration: one file in GLib's key-file syntax, read through one table of options. countersign.conf(5) explains each.
 *
 * Nothing here opens a file that an option names; secrets stay in their files and are read by whoever logs in with them. */
#ifndef DAEMON_CONFIG_H
#define DAEMON_CONFIG_H

#include <gio/gio.h>
#include <stdio.h>

#include "daemon/log.h"
#include "daemon/mailbox.h"
#include "daemon/smtp.h"

enum config_draft { CONFIG_DRAFT_ALWAYS, CONFIG_DRAFT_UNLESS_DMARC };
enum config_revocation { CONFIG_REVOCATION_OFF, CONFIG_REVOCATION_CRL, CONFIG_REVOCATION_OCSP };
enum config_account { CONFIG_DESK, CONFIG_COURIER };

/* Texts are never "", but NULL where an option may be absent and is. URLs have the schemes that the option allows. */
struct config {
    char *source; /* the file's name, for messages */

    /* [countersign] */
    char *state_directory;  /* absolute path */
    char *templates;        /* absolute path */
    char *address;          /* our own addr-spec, lower case: letters come from it and answers go to it */
    char *display_name;     /* beside our address in From */
    char *operator_address; /* addr-spec that faults are reported to */
    char *language;         /* "zh" or "en": for those whose preferredLanguage is unknown */
    guint draft_days;       /* until an unconfirmed draft ends */
    guint correction_days;  /* until a request that was returned to its applicant ends */
    guint secret_days;      /* until a one-time secret ends */
    guint undo_minutes;     /* in which a reviewer may take a decision back; 0: it takes effect at once */
    guint remind_days;      /* working days between reminders of a waiting step */
    guint remind_limit;     /* reminders after which the province and the operator are told too */
    guint expire_days;      /* until an undecided step expires; 0: never */
    gboolean digest;        /* reviewers get a daily list of what waits for them */
    guint digest_hour;      /* from which hour on, in Asia/Shanghai */
    char *holidays_file;    /* days off and days worked instead; NULL: Monday to Friday */
    enum log_level log_level;

    /* [mailbox] */
    struct mailbox_options mailbox;
    guint mailbox_batch; /* messages of one round */

    /* [submission] */
    struct smtp_options submission;

    /* [directory] */
    char *directory_url; /* ldapi://, ldap:// or ldaps:// */
    gboolean directory_starttls;
    char *directory_ca_file; /* NULL: the system's */
    char *directory_suffix;
    char *desk_dn; /* NULL: SASL EXTERNAL over ldapi:// */
    char *desk_password_file;
    char *courier_dn; /* NULL: SASL EXTERNAL over ldapi:// */
    char *courier_password_file;

    /* [identity] */
    char *authserv_id; /* NULL: no Authentication-Results header is trusted */
    char *separator;   /* one character between our local part and a token */
    enum config_draft draft_confirmation;
    char *review_proof;  /* a table that demands_read() reads */
    char *smime_ca_file; /* who says whose a signer's certificate is; NULL: nobody */
    enum config_revocation smime_revocation;
    char *smime_crl_file;     /* a file or a directory of them; NULL */
    char *smime_ocsp_url;     /* who is asked about all certificates; NULL: whom each names */
    guint smime_ocsp_minutes; /* that a signed answer waits for a responder */

    /* [procedures] */
    GHashTable *choices; /* option of procedures.xml -> the site's word (char *), for all of them */
    gboolean allow_foreign_id;
    gboolean check_organisation_code;
    char *closed_posts; /* post codes nobody can enrol for, separated by commas; NULL */
    char *open_periods; /* training periods that are open, separated by commas; NULL: any */
};

/* Faults of the file. Its message holds every problem found, one per line, each with file, section and key. */
#define CONFIG_ERROR (config_error_quark())
GQuark config_error_quark(void);
enum config_fault { CONFIG_UNREADABLE, CONFIG_WRONG };

/* Read the file; NULL and `error` when it cannot be read or anything in it is wrong: unknown sections and keys, bad or missing values. */
struct config *config_read(const char *path, GError **error);
/* The same from `size` bytes of text; `source` names it in messages. */
struct config *config_read_text(const char *source, const char *text, gsize size, GError **error);
void config_free(struct config *config);

/* Print the values in effect in the syntax of the file, each below its explanation. */
void config_print(const struct config *config, FILE *file);

#endif
