/* What should be a CMS, as an opaque message and as a signature beside a text. Nothing that was changed is intact. */
#include <string.h>

#include "mailflow/certificate.h"
#include "mailflow/signature.h"
#include "mailflow/trust.h"
#include "tests/fuzz/fuzz.h"

static struct trust *trust;

int LLVMFuzzerInitialize(int *argc G_GNUC_UNUSED, char ***argv G_GNUC_UNUSED)
{
    signature_start();
    trust = trust_new(TRUST_LISTS);
    return 0;
}

static void assert_fits(const struct signature *signature)
{
    gboolean intact = signature->state == SIGNATURE_INTACT;

    g_assert_true(signature->why != NULL && signature->state != SIGNATURE_PARTIAL);
    g_assert_true(!intact || signature->certificate);
    g_assert_true(!signature->digest || (intact && signature->signed_at));
    if (!signature->certificate)
        return;
    g_autofree char *zh = NULL, *en = NULL;
    struct certificate *certificate = certificate_read(signature->certificate);
    g_assert_nonnull(certificate);
    g_autofree char *line = certificate_line(certificate);
    g_assert_true(g_utf8_validate(line, -1, NULL) && !strpbrk(line, "\r\n"));
    certificate_free(certificate);
    g_assert_cmpint(trust_ask(trust, signature->certificate, signature->chain, 1777000000, &zh, &en), !=, TRUST_YES);
    g_assert_true(zh && en);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    static const char entity[] = "Content-Type: text/plain\r\n\r\nnobody has signed this\r\n";
    GByteArray *inside = NULL;
    struct signature *opened = signature_open(data, size, &inside);
    struct signature *checked = signature_check(data, size, entity, strlen(entity));

    assert_fits(opened);
    assert_fits(checked);
    g_assert_true(checked->state != SIGNATURE_INTACT);
    g_clear_pointer(&inside, g_byte_array_unref);
    signature_free(opened);
    signature_free(checked);
    return 0;
}
