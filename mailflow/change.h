/* A change of the directory as a wanted state with a guard: what shall stand there, and what stood there when people decided.
 *
 * Applied twice it changes nothing more; applied to data that is no longer what was reviewed it stops (domain.md 7.3). It travels as one LDIF change
 * record (RFC 2849) that an administrator can read, and apply by hand with ldapmodify. */
#ifndef MAILFLOW_CHANGE_H
#define MAILFLOW_CHANGE_H

#include <glib.h>

#include "mailflow/facts.h"

enum change_kind {
    CHANGE_ADD,    /* an entry that shall exist with these values */
    CHANGE_MODIFY, /* values that shall go, values that shall come */
    CHANGE_MOVE,   /* an entry that shall stand below another parent, under the same name, with all that stands below it */
};

/* One attribute's share of the change: the values seen by the reviewers that go, the values that come. Never both empty. */
struct change_part {
    char *attribute;
    GPtrArray *old; /* of char *; may be empty; always empty with CHANGE_ADD and with bytes */
    GPtrArray *new; /* of char *; may be empty; bytes (entry_binary()) stand in base64, and take the place of all that were there */
};

struct change {
    enum change_kind kind;
    char *dn;
    /* The entryUUID the entry had when people decided: another entry of the same name is not touched; NULL with CHANGE_ADD. */
    char *uuid;
    GPtrArray *parts; /* of struct change_part, one per attribute, in the order given; empty with CHANGE_MOVE */
    char *parent;     /* CHANGE_MOVE: DN of the new parent; else NULL */
    char *assertion;  /* a filter (RFC 4515) the entry must match for the change to be made, or NULL */
};

struct change *change_add(const char *dn);
struct change *change_modify(const char *dn, const char *uuid);
struct change *change_move(const char *dn, const char *uuid, const char *parent);
void change_free(struct change *change);

/* Of `attribute`, the value `old` goes (NULL: nothing goes) and `new` comes (NULL: nothing comes). A stale `old` stops the whole change. Equal values are
 * left out: nothing goes or comes. Bytes (entry_binary()) come in base64 and without `old`: servers do not compare them, so they take the place of all that are
 * there, and change_assert() is their guard. A counter is set the same way, from the number seen to the next: then a repetition is noticed. */
void change_put(struct change *change, const char *attribute, const char *old, const char *new);
/* Make the change only if the entry matches `filter` (CHANGE_MODIFY and CHANGE_MOVE). */
void change_assert(struct change *change, const char *filter);

/* Whether `entry`, as read from the directory, already is what the change wants. */
gboolean change_done(const struct change *change, const struct entry *entry);
/* The DN under which the entry stands after the change. Caller frees. */
char *change_dn_after(const struct change *change);

/* One LDIF change record, lines ended by \n, unfolded, values that are not printable ASCII in base64. The guards that LDIF has no words for travel as comments
 * before it ("# entryUUID: ...", "# only if: ..."). Caller frees. */
char *change_write(const struct change *change);
/* Read such a record back. NULL and `error` when it is anything else: it is written by change_write(), never by a person. */
struct change *change_read(const char *ldif, GError **error);

#define CHANGE_ERROR (change_error_quark())
GQuark change_error_quark(void);
enum change_error { CHANGE_ERROR_MALFORMED };

#endif
