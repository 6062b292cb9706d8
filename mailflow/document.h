/* XML from strangers into a libxml2 tree: no DOCTYPE, no entity, no network, no file, everything bounded (limits.h). */
#ifndef MAILFLOW_DOCUMENT_H
#define MAILFLOW_DOCUMENT_H

#include <glib.h>
#include <libxml/parser.h>

/* Parse `text` (UTF-8 without byte order mark, no U+0000, whatever its XML declaration says), well formed with namespaces.
 * Comments and processing instructions are dropped, CDATA becomes text. NULL and one E-XML finding otherwise. The caller frees
 * with xmlFreeDoc(). Time linear in the length. */
xmlDoc *document_read(const char *text, gsize length, GPtrArray *findings);

/* While sealed, libxml2 loads nothing and prints nothing, whatever it is asked to. The saved state goes back by
 * document_unseal(). */
struct document_seal {
    xmlExternalEntityLoader loader;
    xmlGenericErrorFunc generic;
    void *generic_context;
    xmlStructuredErrorFunc structured;
    void *structured_context;
};
void document_seal(struct document_seal *saved);
void document_unseal(const struct document_seal *saved);

#endif
