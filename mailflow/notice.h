/* A notice: what a mail of ours says, as plain data, and its one XML document (namespace NOTICE_NAMESPACE).
 *
 * The document is everything: its <mail> head says who gets it under which Message-ID, its body what it says, its <attachment>s what travels along. It is
 * what the outbox keeps, what XSLT renders to text and HTML, and what is attached to the mail as the machine-readable receipt. */
#ifndef MAILFLOW_NOTICE_H
#define MAILFLOW_NOTICE_H

#include "mailflow/demand.h"

#define NOTICE_NAMESPACE "urn:countersign:notice:1"

struct notice_row { /* one field: `old` NULL when it is simply stated, both when it changes */
    char *name, *label_zh, *label_en, *old_value, *new_value;
};
struct notice_material { /* domain.md 6.7 */
    char *code, *zh, *en;
    char *from; /* "applicant": who gives it to the receiving enterprise, which hands all papers in; NULL */
};
struct notice_consequence { /* N5: what the approval means */
    char *zh, *en;
};
struct notice_answer { /* one way to answer, becomes a mailto: link with subject and body prefilled */
    char *zh, *en;     /* what the link is called: 同意 / Approve */
    char *body;        /* the text to send: "同意\n留档编号：" */
};
struct notice_stage {                  /* the request's way, in order */
    char *state;                       /* "cityReview" */
    char *zh, *en;                     /* 市初审 */
    char *authority_zh, *authority_en; /* 济南市 */
    char *progress;                    /* "passed", "now", "waiting", "rejected" */
    char *reviewer, *archive, *at; /* of a passed or rejecting stage: name, 留档编号, "2024-05-06 10:20" in Asia/Shanghai; NULL */
};
struct notice_report { /* a line of a status report, P6 */
    char *request, *procedure_zh, *procedure_en, *state_zh, *state_en;
    char *submitted, *received; /* when it was submitted, or came in where it never was; one of them is NULL */
    char *changed;
};
struct notice_outcome { /* NR: a line of an answer to the daily list */
    char *numbers;      /* "3", "1-4"; "-" where none was read */
    char *request;      /* NULL where the line is not about one */
    char *said;         /* what was read of it; NULL */
    gboolean done;      /* decided now */
    char *zh, *en;      /* what became of it */
};
struct notice_attachment {
    char *name, *type, *text; /* "table5.xml", "application/xml", UTF-8 */
    char *digest;             /* instead of `text`: SHA-256 of the file, which is found as the mail leaves; NULL */
};

struct notice {
    /* the mail */
    char *from, *from_name; /* our address */
    char *to, *to_name;     /* one recipient */
    char *reply_to;         /* with the token as subaddress; NULL: no answer is expected */
    char *message_id;       /* without <>; fixed per effect */
    char *in_reply_to;      /* without <>; NULL */
    GPtrArray *references;  /* char * without <>, oldest first; may be empty */
    char *token;            /* for the subject's [cs:TOKEN]; NULL */
    char *language;         /* "zh" or "en": which rendering */
    gint64 date;            /* seconds since 1970 */
    /* what it says */
    /* N0 invalid, N1D receipt of a draft (asks to confirm), N1 accepted, N2 please decide, N2b receiving enterprise, N3 progress, N3a a reviewer is away, N4 next authority
     * decides, N5 approved and in effect, N6 rejected, N6r returned for correction, N6x expired, N6v void, N7 withdrawn, N8 reminder, N9 unusable reply, N10 re-routed,
     * N11 operator, ND the task was handed on, NH a decision is recorded, NL daily list of what waits, NR receipt of an answer to it, NS status report, NX one neutral line. */
    char *code;
    char *request;                                         /* "T5-2026-000001"; NULL before there is one */
    char *procedure, *procedure_zh, *procedure_en, *table; /* "T5", 企业注册, "Enterprise registration", 表5 */
    char *state, *state_zh, *state_en;
    char *submitted; /* "2026-05-06 10:20" in Asia/Shanghai; NULL */
    char *applicant; /* who asks, as people call them */
    char *expires;   /* when the draft (N1D), the stage (N2, N4, N8) or the secret (N5) ends; NULL */
    char *login;     /* N5 of a registration: the login name */
    char *login_dn;  /* N5 of a registration: the account's DN, for whoever logs in with a plain LDAP client; NULL: not told */
    gboolean secret; /* N5 of a registration: the courier adds a one-time secret as it mails; never in the document */
    char *said;      /* N9: what was read, quoted back, bounded */
    char *problem_zh,
        *problem_en; /* the one sentence that explains: N6 reason's stage, N7 why, N9 what is missing, N11 what happened, NX the line */
    char *decided_by, *authority_zh, *authority_en, *reason, *archive, *decided_at; /* the decision this is about; NULL */
    char *digest;               /* of the form that is under review: first 16 hex digits shown */
    char *audit;                /* head of the audit chain at that moment; NULL */
    gboolean archive_required;  /* N2, N4, N8: an approval needs 留档编号 */
    gboolean rejection_returns; /* N2, N4, N8: a rejection gives the request back to its applicant */
    enum proof proof;           /* what the answer's origin has to be proved by */
    /* Rows with an old value are shown as changes, the others as the form's content. The stage whose progress is "now" is who decides: N1, N2, N2b, N3, N4, N8 and
     * N10 name its authority. Findings: N0's errors; warnings with N2, N4 and N8. Attachments: N0 says that the first one is the form, pre-filled. */
    /* NL: struct notice, numbered from 1; of each only request, findings, rows, materials, what the answers need, and stages are told. */
    GPtrArray *items;
    GPtrArray *outcomes; /* NR: struct notice_outcome */
    GPtrArray *rows, *materials, *answers, *stages, *reports, *consequences, *attachments,
        *findings /* struct finding; warnings too */;
};

/* Arrays empty, language "zh". */
struct notice *notice_new(const char *code);
void notice_free(struct notice *notice);
/* Append to the arrays (strings are copied; NULL allowed where the struct says so). A stage, report or outcome comes back empty, owned by the notice, to be filled. */
void notice_add_row(struct notice *notice, const char *name, const char *label_zh, const char *label_en, const char *old_value,
                    const char *new_value);
void notice_add_material(struct notice *notice, const char *code, const char *zh, const char *en, const char *from);
void notice_add_consequence(struct notice *notice, const char *zh, const char *en);
void notice_add_answer(struct notice *notice, const char *zh, const char *en, const char *body);
struct notice_stage *notice_add_stage(struct notice *notice, const char *state, const char *zh, const char *en);
struct notice_report *notice_add_report(struct notice *notice);
struct notice_outcome *notice_add_outcome(struct notice *notice);
void notice_add_attachment(struct notice *notice, const char *name, const char *type, const char *text);
/* A file that is known by its SHA-256, and no text. */
void notice_add_file(struct notice *notice, const char *name, const char *type, const char *digest);

/* The document, UTF-8, as templates/notices/notice.xsd says. Caller frees. Text crosses the border of element.h. The same notice gives the same bytes. `code`, `language`, `from`, `to` and `message_id` must be set. */
char *notice_write(const struct notice *notice);

#endif
