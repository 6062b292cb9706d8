#include "mailflow/picture.h"

#include <string.h>

#include "mailflow/limits.h"

#define DIGEST_LENGTH 64

gboolean picture_is_named(const struct form *form, const char *path)
{
    if (!g_str_has_suffix(path, "/newValue"))
        return FALSE;
    const char *field = form_item(form, "%.*s/@field", (int)(strlen(path) - strlen("/newValue")), path);
    return g_strcmp0(field, "photo") == 0;
}

const char *picture_digest(const struct field *field)
{
    return field->value + strlen(field->value) - DIGEST_LENGTH;
}

char *picture_name(const struct field *field)
{
    return g_strndup(field->value, strlen(field->value) - DIGEST_LENGTH - 1);
}

/* What is written otherwise is a mistake of its own, which the form's schema tells. */
static gboolean is_well_written(const struct field *field)
{
    if (strlen(field->value) < DIGEST_LENGTH + 2)
        return FALSE;
    const char *digest = picture_digest(field);
    return digest[-1] == ' ' && strspn(digest, "0123456789abcdef") == DIGEST_LENGTH;
}

const struct field *picture_field(const struct form *form)
{
    for (guint i = 0; i < form->fields->len; i++) {
        const struct field *field = g_ptr_array_index(form->fields, i);
        if (picture_is_named(form, field->path) && is_well_written(field))
            return field;
    }
    return NULL;
}

/* SOF0 to SOF15, which say the size, but for the three of these codes that are other things (T.81, table B.1). */
static gboolean is_frame(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static gboolean is_frame_plausible(const guint8 *segment, gsize length)
{
    guint height = length >= 8 ? (guint)segment[3] << 8 | segment[4] : 0;
    guint width = length >= 8 ? (guint)segment[5] << 8 | segment[6] : 0;

    return height > 0 && height <= LIMIT_PICTURE_SIDE && width > 0 && width <= LIMIT_PICTURE_SIDE;
}

gboolean picture_is_jpeg(const guint8 *bytes, gsize size)
{
    static const guint8 start[] = {0xff, 0xd8, 0xff}, end[] = {0xff, 0xd9};
    gsize at = 2;

    if (size > LIMIT_PICTURE_BYTES || size < 32 || memcmp(bytes, start, sizeof start) != 0 ||
        memcmp(bytes + size - sizeof end, end, sizeof end) != 0)
        return FALSE;
    while (at + 4 <= size && bytes[at] == 0xff) {
        guint8 marker = bytes[at + 1];
        if (marker == 0xff) { /* fill bytes */
            at++;
            continue;
        }
        gsize length = (gsize)bytes[at + 2] << 8 | bytes[at + 3];
        if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda) || length < 2 || at + 2 + length > size)
            return FALSE; /* no segment, or the picture itself before its frame */
        if (is_frame(marker))
            return is_frame_plausible(bytes + at + 2, length);
        at += 2 + length;
    }
    return FALSE;
}

static gboolean is_called(const struct part *part, const char *name)
{
    if (!part->name || part_is(part, "multipart/"))
        return FALSE;
    g_autofree char *one = g_utf8_normalize(part->name, -1, G_NORMALIZE_NFC); /* some systems write accents apart */
    g_autofree char *other = g_utf8_normalize(name, -1, G_NORMALIZE_NFC);
    return g_strcmp0(one, other) == 0;
}

/* What is the matter, from the best that was found to nothing. */
enum match { MATCH_NONE, MATCH_NAME, MATCH_LARGE, MATCH_OTHER_KIND, MATCH_ALL };

static enum match match(const struct part *part, const struct field *field, const char *name, GByteArray **content)
{
    if (!is_called(part, name))
        return MATCH_NONE;
    g_autoptr(GByteArray) bytes = part_bytes(part, LIMIT_PICTURE_BYTES + 1);
    if (bytes->len > LIMIT_PICTURE_BYTES)
        return MATCH_LARGE;
    g_autofree char *digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, bytes->data, bytes->len);
    if (!g_str_equal(digest, picture_digest(field)))
        return MATCH_NAME;
    if (!picture_is_jpeg(bytes->data, bytes->len))
        return MATCH_OTHER_KIND;
    *content = g_steal_pointer(&bytes);
    return MATCH_ALL;
}

static void refuse(const struct form_catalog *catalog, const struct form *form, const struct field *field, enum match found,
                   const char *name, GPtrArray *findings)
{
    static const struct {
        const char *code, *zh, *en;
    } refusals[] = {
        [MATCH_NONE] = {"E-ATTACH", "照片“%s”没有附在本邮件中；请与申请表附在同一封邮件里重新发送",
                        "the picture “%s” is not attached to this mail: send it together with the form"},
        [MATCH_NAME] = {"E-ATTACH", "所附照片“%s”的内容与填写的SHA-256不一致",
                        "the attached picture “%s” has another content than the SHA-256 says"},
        [MATCH_LARGE] = {"E-SIZE", "照片“%s”超过" G_STRINGIFY(LIMIT_PICTURE_KB) "KB，请缩小后重新发送",
                         "the picture “%s” is larger than " G_STRINGIFY(LIMIT_PICTURE_KB) " KB: send a smaller one"},
        [MATCH_OTHER_KIND] = {"E-ATTACH", "所附“%s”不是完整的JPEG照片，或边长超过" G_STRINGIFY(LIMIT_PICTURE_SIDE) "像素",
                              "the attached “%s” is no complete JPEG picture, or a side has more than " G_STRINGIFY(
                                  LIMIT_PICTURE_SIDE) " pixels"},
    };
    g_auto(GStrv) zh = g_strsplit(refusals[found].zh, "%s", 2);
    g_auto(GStrv) en = g_strsplit(refusals[found].en, "%s", 2);
    g_autofree char *said_zh = g_strconcat(zh[0], name, zh[1], NULL);
    g_autofree char *said_en = g_strconcat(en[0], name, en[1], NULL);

    form_finding_add(catalog, form, findings, refusals[found].code, field->path, said_zh, said_en);
}

GBytes *picture_take(const struct form_catalog *catalog, const struct form *form, const GArray *parts, GPtrArray *findings)
{
    const struct field *field = picture_field(form);
    enum match best = MATCH_NONE;
    GByteArray *content = NULL;

    if (!field)
        return NULL;
    g_autofree char *name = picture_name(field);
    for (guint i = 0; i < parts->len && best != MATCH_ALL; i++) {
        enum match found = match(&g_array_index(parts, struct part, i), field, name, &content);
        best = MAX(best, found);
    }
    if (best == MATCH_ALL)
        return g_byte_array_free_to_bytes(content);
    refuse(catalog, form, field, best, name, findings);
    return NULL;
}
