/* A picture that a form names: "FILENAME SHA-256" of a JPEG file in the same mail, as the new value of a field "photo" (domain.md 5.4).
 *
 * Nothing of it is decoded: its bytes go to whoever reviews it and into the directory as they came, named by their SHA-256. */
#ifndef MAILFLOW_PICTURE_H
#define MAILFLOW_PICTURE_H

#include "mailflow/form.h"
#include "mailflow/part.h"

/* The field by which the form names its picture, well written; NULL when it names none. */
const struct field *picture_field(const struct form *form);
/* Whether the field at `path` is the new value of a photo. */
gboolean picture_is_named(const struct form *form, const char *path);

/* The two halves of that field's value: the file's name (caller frees) and the SHA-256, 64 lower-case hex digits (points into the value). */
char *picture_name(const struct field *field);
const char *picture_digest(const struct field *field);

/* Whether the bytes are small enough (LIMIT_PICTURE_BYTES), begin and end as a JPEG file does and say a size in pixels somewhere between (ITU-T T.81, B). */
gboolean picture_is_jpeg(const guint8 *bytes, gsize size);

/* The picture the form names, out of its mail's parts: of that name and that SHA-256. NULL when it names none; NULL and a finding about the field (E-ATTACH, E-SIZE)
 * when it is not there, is another one, too large, or no JPEG. Caller unrefs. */
GBytes *picture_take(const struct form_catalog *catalog, const struct form *form, const GArray *parts, GPtrArray *findings);

#endif
