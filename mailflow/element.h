/* Elements of an XML document, written: any text comes back from a parser as it was given, but for what XML cannot carry. Characters outside of XML are dropped at this
 * border, bytes that are no UTF-8 become U+FFFD. A NULL value writes nothing. */
#ifndef MAILFLOW_ELEMENT_H
#define MAILFLOW_ELEMENT_H

#include <glib.h>

/* ` name="value"`, within a start tag that is open. */
void element_attribute(GString *out, const char *name, const char *value);
/* The end of an open start tag, with the text and the end tag; NULL: the element is empty. */
void element_content(GString *out, const char *name, const char *value);
/* A whole element without attributes. */
void element_put(GString *out, const char *name, const char *value);
/* A whole element that says one thing in both languages. */
void element_pair(GString *out, const char *name, const char *zh, const char *en);

#endif
