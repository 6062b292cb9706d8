/* A sheet: what a command of the administrator's tool prints, as an aligned table for people or one JSON object per line for programs. */
#ifndef DAEMON_SHEET_H
#define DAEMON_SHEET_H

#include <glib.h>
#include <json-glib/json-glib.h>

#include "mailflow/instruction.h"

struct sheet;

/* `columns` NULL-terminated; a name that begins with '#' is a number. */
struct sheet *sheet_open(gboolean json, const char *const *columns);
/* One row: a const char * per column, NULL for none. Copied. */
void sheet_row(struct sheet *sheet, ...);
/* Print what is left and free. */
void sheet_close(struct sheet *sheet);

/* Print a builder's object on one line; takes nothing. */
void sheet_json(JsonBuilder *builder);
/* Add a member, null when `value` is NULL. */
void sheet_member(JsonBuilder *builder, const char *name, const char *value);
/* Add what words ask for besides a decision: the members delegate, note and undo. NULL: nothing. */
void sheet_instruction(JsonBuilder *builder, const struct instruction *instruction);

/* How many columns of a terminal the text takes: Chinese characters take two. */
gsize sheet_width(const char *text);

#endif
