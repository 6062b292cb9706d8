#include "mailflow/render.h"

#include <string.h>

#include <libexslt/exslt.h>
#include <libxml/HTMLtree.h>
#include <libxml/parser.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>

#define MAIN_STYLESHEET "notice.xsl"
#define HIDDEN_SECRET "********"

G_DEFINE_QUARK(render - error - quark, render_error)

struct stylesheets {
    xsltStylesheet *compiled;
    xsltSecurityPrefs *nothing; /* what running may do to files and the network */
};

/* libxslt reports in pieces through a printf-like function; the pieces make one line. */
static void G_GNUC_PRINTF(2, 3) collect(void *context, const char *format, ...)
{
    GString *said = context;
    va_list arguments;
    va_start(arguments, format);
    g_string_append_vprintf(said, format, arguments);
    va_end(arguments);
}

static char *in_one_line(GString *said)
{
    for (char *at = said->str; *at != '\0'; at++)
        *at = *at == '\n' ? ' ' : *at;
    return g_strstrip(said->str);
}

static xsltSecurityPrefs *forbid_everything(void)
{
    static const xsltSecurityOption options[] = {XSLT_SECPREF_READ_FILE, XSLT_SECPREF_WRITE_FILE, XSLT_SECPREF_CREATE_DIRECTORY,
                                                 XSLT_SECPREF_READ_NETWORK, XSLT_SECPREF_WRITE_NETWORK};
    xsltSecurityPrefs *nothing = xsltNewSecurityPrefs();
    for (gsize i = 0; i < G_N_ELEMENTS(options); i++)
        xsltSetSecurityPrefs(nothing, options[i], xsltSecurityForbid);
    return nothing;
}

struct stylesheets *render_open(const char *directory, GError **error)
{
    g_autofree char *path = g_build_filename(directory, MAIN_STYLESHEET, NULL);
    g_autoptr(GString) said = g_string_new(NULL);
    xmlInitParser();
    exsltCommonRegister();
    exsltStrRegister();
    xmlSetGenericErrorFunc(said, collect);
    xsltSetGenericErrorFunc(said, collect);
    xsltStylesheet *compiled = xsltParseStylesheetFile(BAD_CAST path);
    xmlSetGenericErrorFunc(NULL, NULL);
    xsltSetGenericErrorFunc(NULL, NULL);
    if (compiled == NULL || compiled->errors > 0) {
        g_set_error(error, RENDER_ERROR, RENDER_STYLESHEETS, "Compiling %s: %s", path, in_one_line(said));
        xsltFreeStylesheet(compiled);
        return NULL;
    }
    struct stylesheets *stylesheets = g_new0(struct stylesheets, 1);
    stylesheets->compiled = compiled;
    stylesheets->nothing = forbid_everything();
    return stylesheets;
}

void render_close(struct stylesheets *stylesheets)
{
    if (stylesheets == NULL)
        return;
    xsltFreeStylesheet(stylesheets->compiled);
    xsltFreeSecurityPrefs(stylesheets->nothing);
    g_free(stylesheets);
}

static xmlDoc *transform(const struct stylesheets *stylesheets, const struct receipt *receipt, const char *secret, GError **error)
{
    g_autoptr(GString) said = g_string_new(NULL);
    xsltTransformContext *context = xsltNewTransformContext(stylesheets->compiled, receipt->tree);
    xsltSetTransformErrorFunc(context, said, collect);
    xsltSetCtxtSecurityPrefs(stylesheets->nothing, context);
    xsltQuoteOneUserParam(context, BAD_CAST "secret", BAD_CAST(secret != NULL ? secret : HIDDEN_SECRET));
    xmlDoc *result = xsltApplyStylesheetUser(stylesheets->compiled, receipt->tree, NULL, NULL, NULL, context);
    gboolean failed = result == NULL || context->state != XSLT_STATE_OK || xmlDocGetRootElement(result) == NULL;
    xsltFreeTransformContext(context);
    if (!failed)
        return result;
    g_set_error(error, RENDER_ERROR, RENDER_FAILED, "Rendering notice %s: %s", receipt->code, in_one_line(said));
    xmlFreeDoc(result);
    return NULL;
}

/* The bytes outside of ASCII stay themselves only in a document that names its encoding. */
static char *write_html(xmlDoc *result, xmlNode *html)
{
    if (result->encoding == NULL)
        result->encoding = xmlStrdup(BAD_CAST "UTF-8");
    xmlOutputBuffer *buffer = xmlAllocOutputBuffer(NULL);
    htmlNodeDumpFormatOutput(buffer, result, html, "UTF-8", 0);
    char *text = g_strconcat("<!DOCTYPE html>\n", (const char *)xmlOutputBufferGetContent(buffer), "\n", NULL);
    xmlOutputBufferClose(buffer);
    return text;
}

static char *content_of(const xmlNode *node)
{
    xmlChar *content = xmlNodeGetContent(node);
    char *copy = g_strdup((const char *)content);
    xmlFree(content);
    return copy;
}

gboolean render_receipt(const struct stylesheets *stylesheets, const struct receipt *receipt, const char *secret,
                        struct rendering *rendering, GError **error)
{
    memset(rendering, 0, sizeof *rendering);
    xmlDoc *result = transform(stylesheets, receipt, secret, error);
    if (result == NULL)
        return FALSE;
    for (xmlNode *node = xmlDocGetRootElement(result)->children; node != NULL; node = node->next) {
        if (xmlStrEqual(node->name, BAD_CAST "subject"))
            rendering->subject = content_of(node);
        else if (xmlStrEqual(node->name, BAD_CAST "text"))
            rendering->text = content_of(node);
        else if (xmlStrEqual(node->name, BAD_CAST "html"))
            rendering->html = write_html(result, node);
    }
    xmlFreeDoc(result);
    if (rendering->subject != NULL && rendering->text != NULL && rendering->html != NULL)
        return TRUE;
    g_set_error(error, RENDER_ERROR, RENDER_FAILED, "Rendering notice %s: the stylesheets leave out subject, text or HTML",
                receipt->code);
    rendering_clear(rendering);
    return FALSE;
}

gboolean render_notice(const struct stylesheets *stylesheets, const char *document, const char *secret, struct rendering *rendering,
                       GError **error)
{
    memset(rendering, 0, sizeof *rendering);
    struct receipt *read = receipt_open(document, error);
    if (read == NULL)
        return FALSE;
    gboolean good = render_receipt(stylesheets, read, secret, rendering, error);
    receipt_close(read);
    return good;
}

void rendering_clear(struct rendering *rendering)
{
    g_clear_pointer(&rendering->subject, g_free);
    g_clear_pointer(&rendering->text, g_free);
    g_clear_pointer(&rendering->html, g_free);
}
