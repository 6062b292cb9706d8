#include "mailflow/receipt.h"

#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "mailflow/notice.h"

G_DEFINE_QUARK(receipt - error - quark, receipt_error)

static void attachment_free(struct receipt_attachment *attachment)
{
    g_free(attachment->name);
    g_free(attachment->type);
    g_free(attachment->text);
    g_free(attachment->digest);
    g_free(attachment);
}

/* libxml2's allocator is its own: everything kept is copied into GLib's. */
static char *kept(xmlChar *text)
{
    char *copy = g_strdup((const char *)text);
    xmlFree(text);
    return copy;
}

static char *content_of(const xmlNode *node)
{
    return kept(xmlNodeGetContent(node));
}

static char *attribute_of(const xmlNode *node, const char *name)
{
    return kept(xmlGetNoNsProp(node, BAD_CAST name));
}

static gboolean is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

/* What of <mail> goes where: element, where its text goes, where its name attribute goes (0: nowhere). */
static const struct {
    const char *element;
    gsize text, name;
} head[] = {
    {"from", G_STRUCT_OFFSET(struct receipt, from), G_STRUCT_OFFSET(struct receipt, from_name)},
    {"to", G_STRUCT_OFFSET(struct receipt, to), G_STRUCT_OFFSET(struct receipt, to_name)},
    {"replyTo", G_STRUCT_OFFSET(struct receipt, reply_to), 0},
    {"messageId", G_STRUCT_OFFSET(struct receipt, message_id), 0},
    {"inReplyTo", G_STRUCT_OFFSET(struct receipt, in_reply_to), 0},
};

static void read_head(struct receipt *receipt, const xmlNode *node)
{
    for (gsize i = 0; i < G_N_ELEMENTS(head); i++) {
        char **text = G_STRUCT_MEMBER_P(receipt, head[i].text);
        if (!is(node, head[i].element) || *text != NULL)
            continue;
        *text = content_of(node);
        if (head[i].name != 0)
            G_STRUCT_MEMBER(char *, receipt, head[i].name) = attribute_of(node, "name");
    }
    if (is(node, "reference"))
        g_ptr_array_add(receipt->references, content_of(node));
    if (is(node, "date")) {
        g_autofree char *text = content_of(node);
        g_autoptr(GDateTime) date = g_date_time_new_from_iso8601(text, NULL);
        receipt->date = date != NULL ? g_date_time_to_unix(date) : -1;
    }
}

static void read_body(struct receipt *receipt, const xmlNode *node)
{
    if (is(node, "mail")) {
        for (const xmlNode *child = node->children; child != NULL; child = child->next)
            read_head(receipt, child);
    } else if (is(node, "request")) {
        g_free(receipt->request);
        receipt->request = attribute_of(node, "id");
    } else if (is(node, "oneTimeSecret")) {
        receipt->secret = TRUE;
    } else if (is(node, "attachment")) {
        struct receipt_attachment *attachment = g_new0(struct receipt_attachment, 1);
        attachment->name = attribute_of(node, "name");
        attachment->type = attribute_of(node, "type");
        attachment->text = content_of(node);
        attachment->digest = attribute_of(node, "sha256");
        g_ptr_array_add(receipt->attachments, attachment);
    }
}

static xmlDoc *read_tree(const char *text, GError **error)
{
    gsize size = strlen(text);
    if (size > RECEIPT_BYTES) {
        g_set_error(error, RECEIPT_ERROR, RECEIPT_UNREADABLE, "The notice's document has %" G_GSIZE_FORMAT " bytes, more than %d",
                    size, RECEIPT_BYTES);
        return NULL;
    }
    /* Text never holds a bare "<", so wherever this stands, something is wrong. */
    if (strstr(text, "<!DOCTYPE") != NULL) {
        g_set_error_literal(error, RECEIPT_ERROR, RECEIPT_UNREADABLE, "The notice's document has a DOCTYPE");
        return NULL;
    }
    xmlDoc *tree =
        xmlReadMemory(text, (int)size, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_COMPACT);
    if (tree == NULL) {
        const xmlError *last = xmlGetLastError();
        g_autofree char *why = g_strchomp(g_strdup(last != NULL && last->message != NULL ? last->message : "unknown"));
        g_set_error(error, RECEIPT_ERROR, RECEIPT_UNREADABLE, "The notice's document is not well formed: line %d: %s",
                    last != NULL ? last->line : 0, why);
    }
    return tree;
}

struct receipt *receipt_open(const char *text, GError **error)
{
    xmlDoc *tree = read_tree(text, error);
    if (tree == NULL)
        return NULL;
    struct receipt *receipt = g_new0(struct receipt, 1);
    receipt->tree = tree;
    receipt->text = text;
    receipt->date = -1;
    receipt->references = g_ptr_array_new_with_free_func(g_free);
    receipt->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)attachment_free);

    const xmlNode *root = xmlDocGetRootElement(tree);
    if (is(root, "notice") && root->ns != NULL && strcmp((const char *)root->ns->href, NOTICE_NAMESPACE) == 0) {
        receipt->code = attribute_of(root, "code");
        for (const xmlNode *node = root->children; node != NULL; node = node->next)
            read_body(receipt, node);
    }
    if (receipt->code == NULL || receipt->from == NULL || receipt->to == NULL || receipt->message_id == NULL || receipt->date < 0) {
        g_set_error_literal(error, RECEIPT_ERROR, RECEIPT_UNREADABLE,
                            "The document is no notice: its code, from, to, message id or date is missing");
        receipt_close(receipt);
        return NULL;
    }
    return receipt;
}

void receipt_close(struct receipt *receipt)
{
    if (receipt == NULL)
        return;
    xmlFreeDoc(receipt->tree);
    g_free(receipt->code);
    g_free(receipt->request);
    for (gsize i = 0; i < G_N_ELEMENTS(head); i++) {
        g_free(G_STRUCT_MEMBER(char *, receipt, head[i].text));
        if (head[i].name != 0)
            g_free(G_STRUCT_MEMBER(char *, receipt, head[i].name));
    }
    g_ptr_array_unref(receipt->references);
    g_ptr_array_unref(receipt->attachments);
    g_free(receipt);
}
