#include "mailflow/part.h"

#include <string.h>
#include <gmime/gmime.h>

#include "mailflow/encoding.h"
#include "mailflow/limits.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentType, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GMimeContentDisposition, g_object_unref)

static void part_clear(gpointer data)
{
    struct part *part = data;

    g_free(part->type);
    g_free(part->charset);
    g_free(part->name);
    g_free(part->report);
    g_free(part->boundary);
}

static char *folded(const char *text)
{
    return text ? g_ascii_strdown(text, -1) : NULL;
}

/* A file name on one line, without a path: nobody's folder matters. */
static char *clean_name(const char *name)
{
    if (!name || !*name)
        return NULL;
    g_autofree char *decoded = header_decode(name);
    const char *last = decoded;
    for (const char *c = decoded; *c; c++)
        if ((*c == '/' || *c == '\\') && c[1])
            last = c + 1;
    if (strlen(last) <= LIMIT_FILE_NAME)
        return *last ? g_strdup(last) : NULL;
    const char *tail =
        g_utf8_find_next_char(last + strlen(last) - LIMIT_FILE_NAME, NULL); /* the ending tells more than the beginning */
    return g_strdup(tail);
}

static void read_type(struct part *part, const char *value)
{
    g_autoptr(GMimeContentType) type = g_mime_content_type_parse(NULL, value);
    g_autofree char *name = g_mime_content_type_get_mime_type(type);
    const char *flowed = g_mime_content_type_get_parameter(type, "format");
    const char *report = g_mime_content_type_get_parameter(type, "report-type");

    if (!report)
        report = g_mime_content_type_get_parameter(type, "method");
    if (!report)
        report = g_mime_content_type_get_parameter(type, "smime-type");
    if (!report)
        report = g_mime_content_type_get_parameter(type, "protocol");
    part->type = g_ascii_strdown(name, -1);
    part->charset = g_strdup(g_mime_content_type_get_parameter(type, "charset"));
    part->report = folded(report);
    part->flowed = flowed && g_ascii_strcasecmp(flowed, "flowed") == 0;
    part->name = clean_name(g_mime_content_type_get_parameter(type, "name"));
    if (g_str_has_prefix(part->type, "multipart/"))
        part->boundary = g_strdup(g_mime_content_type_get_parameter(type, "boundary"));
}

static void read_disposition(struct part *part, const char *value)
{
    g_autoptr(GMimeContentDisposition) disposition = g_mime_content_disposition_parse(NULL, value);
    const char *name = g_mime_content_disposition_get_parameter(disposition, "filename");

    part->attachment = g_mime_content_disposition_is_attachment(disposition);
    if (name && *name) {
        g_free(part->name);
        part->name = clean_name(name);
    }
}

static struct part make_part(const struct header *header, int parent, guint depth, gboolean digest)
{
    g_autofree char *type = header_value(header, "Content-Type", 0);
    g_autofree char *disposition = header_value(header, "Content-Disposition", 0);
    g_autofree char *encoding = header_value(header, "Content-Transfer-Encoding", 0);
    struct part part = {.parent = parent, .depth = depth};

    if (type && strchr(type, '/'))
        read_type(&part, type);
    else
        part.type = g_strdup(digest ? "message/rfc822" : "text/plain"); /* RFC 2046, 5.1.5; RFC 2045, 5.2 */
    if (disposition)
        read_disposition(&part, disposition);
    part.encoding = encoding ? (int)g_mime_content_encoding_from_string(encoding) : GMIME_CONTENT_ENCODING_DEFAULT;
    return part;
}

struct walk {
    GArray *parts;
    int open[LIMIT_PART_DEPTH];  /* indexes of the multiparts we are in */
    int child[LIMIT_PART_DEPTH]; /* of each the part that has begun last and not ended, its epilogue included; or -1 */
    guint depth;
    int leaf; /* the part whose body we are in, or -1: a preamble or an epilogue */
    gboolean refused;
};

static struct part *part_at(struct walk *walk, int index)
{
    return &g_array_index(walk->parts, struct part, index);
}

/* The boundary of a multipart whose header lost it in folding: the first line of the body that looks like one. */
static char *guess_boundary(const char *body, const char *end)
{
    for (guint lines = 0; lines < 20 && body < end; lines++) {
        const char *newline = memchr(body, '\n', (gsize)(end - body));
        const char *stop = newline ? newline : end;
        while (stop > body && g_ascii_isspace(stop[-1]))
            stop--;
        if (stop - body > 4 && stop - body < 74 && body[0] == '-' && body[1] == '-')
            return g_strndup(body + 2, (gsize)(stop - body - 2));
        if (!newline)
            break;
        body = newline + 1;
    }
    return NULL;
}

/* Add the part whose header this is, from `whole` on; its body begins at `body` and ends at `end` at the latest. */
static void enter(struct walk *walk, const struct header *header, const char *whole, const char *body, const char *end)
{
    int parent = walk->depth > 0 ? walk->open[walk->depth - 1] : -1;
    gboolean digest = parent >= 0 && part_is(part_at(walk, parent), "multipart/digest");
    struct part part = make_part(header, parent, walk->depth, digest);
    int index = (int)walk->parts->len;

    part.whole = whole;
    part.bytes = body;
    if (g_str_has_prefix(part.type, "multipart/") && !part.boundary)
        part.boundary = guess_boundary(body, end);
    g_array_append_val(walk->parts, part);
    walk->leaf = index;
    if (walk->depth > 0)
        walk->child[walk->depth - 1] = index;
    if (!part.boundary || !*part.boundary)
        return;
    if (walk->depth == LIMIT_PART_DEPTH) {
        walk->refused = TRUE;
        return;
    }
    walk->child[walk->depth] = -1;
    walk->open[walk->depth++] = index;
    walk->leaf = -1;
}

/* The line end before a boundary is the boundary's. */
static const char *before_boundary(const char *start, const char *line)
{
    if (line > start && line[-1] == '\n')
        line--;
    if (line > start && line[-1] == '\r')
        line--;
    return line;
}

/* The part ends in which we are, and of every multipart as deep as `level` or deeper the one that was its last. */
static void leave(struct walk *walk, guint level, const char *line)
{
    for (guint depth = level; depth <= walk->depth; depth++) {
        struct part *child = walk->child[depth - 1] < 0 ? NULL : part_at(walk, walk->child[depth - 1]);
        if (child)
            child->whole_size = (gsize)(before_boundary(child->whole, line) - child->whole);
        walk->child[depth - 1] = -1;
    }
    if (walk->leaf < 0)
        return;
    struct part *part = part_at(walk, walk->leaf);
    part->size = (gsize)(before_boundary(part->bytes, line) - part->bytes);
    walk->leaf = -1;
}

/* Which open multipart this line divides, counted from 1 at the outermost; 0 when none. `*last` is set for its end. */
static guint divides(struct walk *walk, const char *line, gsize size, gboolean *last)
{
    while (size > 0 && g_ascii_isspace(line[size - 1]))
        size--;
    for (guint level = walk->depth; level > 0; level--) {
        const char *boundary = part_at(walk, walk->open[level - 1])->boundary;
        gsize length = strlen(boundary);
        if (size < length + 2 || memcmp(line + 2, boundary, length) != 0)
            continue;
        *last = size == length + 4 && line[size - 1] == '-' && line[size - 2] == '-';
        if (*last || size == length + 2)
            return level;
    }
    return 0;
}

static const char *divide(struct walk *walk, guint level, gboolean last, const char *line, const char *next, const char *end)
{
    struct header header;

    leave(walk, level, line);
    walk->depth = last ? level - 1 : level;
    if (last)
        return next;
    if (walk->parts->len >= LIMIT_PARTS) {
        walk->refused = TRUE;
        return next;
    }
    header_read(next, (gsize)(end - next), LIMIT_PART_HEADER_BYTES, LIMIT_PART_HEADERS, &header);
    walk->refused |= header.cut;
    enter(walk, &header, next, next + header.size, end);
    next += header.size;
    header_clear(&header);
    return next;
}

GArray *part_list(const struct header *header, const char *body, gsize size, gboolean *refused)
{
    struct walk walk = {.parts = g_array_new(FALSE, FALSE, sizeof(struct part)), .leaf = -1};
    const char *end = body + size;

    g_array_set_clear_func(walk.parts, part_clear);
    enter(&walk, header, NULL, body, end);
    for (const char *line = body; line < end && walk.depth > 0 && !walk.refused;) {
        const char *newline = memchr(line, '\n', (gsize)(end - line));
        const char *next = newline ? newline + 1 : end;
        gboolean last = FALSE;
        guint level = next - line > 2 && line[0] == '-' && line[1] == '-' ? divides(&walk, line, (gsize)(next - line), &last) : 0;
        line = level > 0 ? divide(&walk, level, last, line, next, end) : next;
    }
    part_at(&walk, 0)->size = size;
    if (walk.leaf >= 0)
        part_at(&walk, walk.leaf)->size = (gsize)(end - part_at(&walk, walk.leaf)->bytes);
    if (refused)
        *refused = walk.refused;
    return walk.parts;
}

gboolean part_graft(GArray *parts, int index, GArray *inner)
{
    struct part *graft = &g_array_index(parts, struct part, index);
    guint depth = graft->depth + 1;
    int first = (int)parts->len;

    for (guint i = 0; i < inner->len; i++)
        if (g_array_index(inner, struct part, i).depth + depth > LIMIT_PART_DEPTH)
            return FALSE;
    if (parts->len + inner->len > LIMIT_PARTS)
        return FALSE;
    for (guint i = 0; i < inner->len; i++) {
        struct part *part = &g_array_index(inner, struct part, i);
        part->parent = part->parent < 0 ? index : part->parent + first;
        part->depth += depth;
    }
    g_array_append_vals(parts, inner->data, inner->len);
    g_array_set_clear_func(inner, NULL); /* they are the other array's now */
    g_array_set_size(inner, 0);
    return TRUE;
}

gboolean part_is_below(const GArray *parts, int index, int root)
{
    while (index > root)
        index = g_array_index(parts, struct part, index).parent;
    return index == root;
}

GByteArray *part_bytes(const struct part *part, gsize most)
{
    GByteArray *bytes = g_byte_array_new();
    GMimeEncoding state;
    gsize size = MIN(part->size, most * 4); /* no encoding is wider than three bytes for one, line ends aside */

    g_mime_encoding_init_decode(&state, (GMimeContentEncoding)part->encoding);
    g_byte_array_set_size(bytes, (guint)g_mime_encoding_outlen(&state, size) + 16);
    gsize length = g_mime_encoding_flush(&state, part->bytes, size, (char *)bytes->data);
    g_byte_array_set_size(bytes, (guint)MIN(length, most));
    return bytes;
}

char *part_text(const struct part *part)
{
    g_autoptr(GByteArray) bytes = part_bytes(part, LIMIT_TEXT_BYTES);

    return encoding_text((const char *)bytes->data, bytes->len, part->charset);
}

gboolean part_is(const struct part *part, const char *type)
{
    gsize length = strlen(type);

    if (type[length - 1] == '/')
        return strncmp(part->type, type, length) == 0;
    return strcmp(part->type, type) == 0;
}
