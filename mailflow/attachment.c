#include "mailflow/attachment.h"

#include <string.h>

#include "mailflow/form.h"
#include "mailflow/limits.h"
#include "mailflow/notice.h"

#define LOOK_BYTES 4096 /* how far into a document its namespace is looked for */

static gboolean is_xml(const struct part *part)
{
    static const char *const types[] = {"application/xml", "text/xml", "application/x-xml", NULL};
    gsize length = part->name ? strlen(part->name) : 0;

    if (part_is(part, "multipart/") || part_is(part, "message/"))
        return FALSE;
    return g_strv_contains(types, part->type) || (length > 4 && g_ascii_strcasecmp(part->name + length - 4, ".xml") == 0);
}

/* The document's beginning as a plain string: without the zero bytes of UTF-16. */
static char *beginning(const struct part *part)
{
    g_autoptr(GByteArray) bytes = part_bytes(part, LOOK_BYTES);
    char *text = g_malloc(bytes->len + 1), *to = text;

    for (guint i = 0; i < bytes->len; i++)
        if (bytes->data[i] != 0)
            *to++ = (char)bytes->data[i];
    *to = '\0';
    return text;
}

/* The namespace stands in the root element's tag, not somewhere below it. */
static gboolean is_notice(const struct part *part)
{
    g_autofree char *text = beginning(part);

    for (char *tag = strchr(text, '<'); tag; tag = strchr(tag + 1, '<')) {
        if (!g_ascii_isalpha(tag[1]))
            continue;
        tag[strcspn(tag, ">")] = '\0';
        return strstr(tag, NOTICE_NAMESPACE) != NULL;
    }
    return FALSE;
}

static gboolean is_pasted(const struct part *part)
{
    g_autofree char *text = NULL;

    if (!part_is(part, "text/plain") || part->attachment || part->name)
        return FALSE;
    text = beginning(part);
    g_strchug(text);
    const char *start = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text;
    return *start == '<' && strstr(start, FORM_NAMESPACE) != NULL;
}

GPtrArray *attachment_forms(const GArray *parts)
{
    GPtrArray *forms = g_ptr_array_new();
    struct part *pasted = NULL;

    for (guint i = 0; i < parts->len; i++) {
        struct part *part = &g_array_index(parts, struct part, i);
        if (is_xml(part) && !is_notice(part))
            g_ptr_array_add(forms, part);
        else if (!pasted && is_pasted(part))
            pasted = part;
    }
    if (forms->len == 0 && pasted)
        g_ptr_array_add(forms, pasted);
    return forms;
}

gboolean attachment_meant(const GArray *parts)
{
    static const char *const harmless[] = {
        "text/calendar",
        "text/vcard",
        "text/x-vcard",
        "text/directory",
        "application/pgp-signature",
        "application/pgp-keys",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pkcs7-mime",
        "application/x-pkcs7-mime",
        "application/ms-tnef",
        "application/vnd.ms-tnef",
        NULL,
    };

    for (guint i = 0; i < parts->len; i++) {
        const struct part *part = &g_array_index(parts, struct part, i);
        gboolean picture = part_is(part, "image/") && !part->attachment;
        if (!part->name || picture || is_xml(part) || part_is(part, "message/") || part_is(part, "multipart/") ||
            g_strv_contains(harmless, part->type))
            continue;
        return TRUE;
    }
    return FALSE;
}
