#include "mailflow/cover.h"

#include <string.h>

#include "mailflow/limits.h"

static const char *const signatures[] = {"application/pkcs7-signature", "application/x-pkcs7-signature", NULL};

static gboolean is_named(const struct part *part, const char *ending)
{
    gsize length = part->name ? strlen(part->name) : 0;

    return length > strlen(ending) && g_ascii_strcasecmp(part->name + length - strlen(ending), ending) == 0;
}

static gboolean is_opaque(const struct part *part)
{
    if (part_is(part, "application/pkcs7-mime") || part_is(part, "application/x-pkcs7-mime"))
        return g_strcmp0(part->report, "certs-only") != 0;
    return part_is(part, "application/octet-stream") && is_named(part, ".p7m");
}

/* The two parts of a multipart/signed; FALSE when it has not just two, or is not S/MIME's. */
static gboolean is_detached(const GArray *parts, int index, int *entity, int *signature)
{
    const struct part *whole = &g_array_index(parts, struct part, index);
    int children = 0;

    if (!part_is(whole, "multipart/signed"))
        return FALSE;
    for (int i = index + 1; i < (int)parts->len; i++) {
        if (g_array_index(parts, struct part, i).parent != index)
            continue;
        *(children++ == 0 ? entity : signature) = i;
    }
    if (children != 2)
        return FALSE;
    const struct part *last = &g_array_index(parts, struct part, *signature);
    gboolean meant = whole->report && g_strv_contains(signatures, whole->report);
    return g_strv_contains(signatures, last->type) || (meant && is_named(last, ".p7s"));
}

/* The signature of the part at `index`, and the part it covers; NULL when that part is nothing of S/MIME's. */
static struct signature *check(GArray *parts, int index, int *root, struct cover *cover)
{
    int entity = -1, detached = -1;
    const struct part *part = &g_array_index(parts, struct part, index);

    *root = -1;
    if (part_is(part, "multipart/encrypted"))
        return signature_sealed("it is encrypted by OpenPGP");
    if (is_detached(parts, index, &entity, &detached)) {
        const struct part *text = &g_array_index(parts, struct part, entity);
        g_autoptr(GByteArray) cms = part_bytes(&g_array_index(parts, struct part, detached), LIMIT_SIGNATURE_BYTES + 1);
        *root = entity;
        return signature_check(cms->data, cms->len, text->whole, text->whole_size);
    }
    if (!is_opaque(part))
        return NULL;
    GByteArray *inside = NULL;
    g_autoptr(GByteArray) cms = part_bytes(part, LIMIT_MESSAGE_BYTES);
    struct signature *signature = signature_open(cms->data, cms->len, &inside);
    if (!inside)
        return signature;
    struct header header;
    g_ptr_array_add(cover->opened, inside);
    header_read((const char *)inside->data, inside->len, LIMIT_PART_HEADER_BYTES, LIMIT_PART_HEADERS, &header);
    g_autoptr(GArray) inner = part_list(&header, (const char *)inside->data + header.size, inside->len - header.size, NULL);
    if (!header.cut && part_graft(parts, index, inner))
        *root = index;
    header_clear(&header);
    return signature;
}

static gboolean is_better(const struct cover *cover, const GArray *parts, int index, const struct signature *signature)
{
    if (!cover->signature)
        return TRUE;
    if (!cover_holds(cover, parts, index))
        return FALSE;
    return signature->state == SIGNATURE_INTACT || signature->state == SIGNATURE_SEALED ||
           cover->signature->state != SIGNATURE_INTACT;
}

void cover_find(GArray *parts, struct cover *cover)
{
    *cover = (struct cover){.root = -1, .opened = g_ptr_array_new_with_free_func((GDestroyNotify)g_byte_array_unref)};
    for (int i = 0, looked = 0; i < (int)parts->len && looked < LIMIT_SIGNATURES; i++) {
        int root;
        struct signature *signature = check(parts, i, &root, cover);
        if (!signature)
            continue;
        looked++;
        if (!is_better(cover, parts, i, signature)) {
            signature_free(signature);
            continue;
        }
        signature_free(cover->signature);
        cover->signature = signature;
        cover->root = root;
    }
}

void cover_clear(struct cover *cover)
{
    signature_free(cover->signature);
    g_ptr_array_unref(cover->opened);
}

gboolean cover_holds(const struct cover *cover, const GArray *parts, int index)
{
    return cover->root >= 0 && part_is_below(parts, index, cover->root);
}

void cover_is_partial(struct cover *cover, const char *why)
{
    if (cover->signature->state != SIGNATURE_INTACT)
        return;
    cover->signature->state = SIGNATURE_PARTIAL;
    g_free(cover->signature->why);
    cover->signature->why = g_strdup(why);
}
