/* What is attached: the one XML form of a mail among everything else that mail programs attach. */
#ifndef MAILFLOW_ATTACHMENT_H
#define MAILFLOW_ATTACHMENT_H

#include <glib.h>

#include "mailflow/part.h"

/* The parts that are XML forms: of an XML type, or named .xml whatever their type; failing those, XML pasted as the body. Our own
 * notices, which come back with
 * answers, are none. Pointers into `parts`; caller unrefs. */
GPtrArray *attachment_forms(const GArray *parts);
/* Whether something other than a form is attached that somebody may have meant as one: a file with a name that is no picture in
 * the text, signature or card. */
gboolean attachment_meant(const GArray *parts);

#endif
