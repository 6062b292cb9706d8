/* A photo of a holder: named by a form, carried by its mail, shown to who decides, and put into the entry (domain.md 5.4, 5.7). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ldap-schema/names.h"
#include "mailflow/limits.h"
#include "tests/scenario/story.h"

#define E1_MAIL "e1@example.com"
#define JINAN "city-jinan-1@example.com"
#define PROVINCE "province-1@example.com"

/* Table 4 for H1's name and photo. Caller frees the id, NULL when it began no request. */
static char *file(struct scene *scene, const char *photo)
{
    return scene_form(scene, "T4", "corrections/correction[2]/@field", "photo", "corrections/correction[2]/newValue", photo, NULL);
}

static char *base64_of(GBytes *picture)
{
    return g_base64_encode(g_bytes_get_data(picture, NULL), g_bytes_get_size(picture));
}

static void assert_photo(struct scene *scene, const char *dn, GBytes *picture)
{
    struct entry *entry = tree_entry(scene->tree, dn);
    const GPtrArray *values = entry_values(entry, ATTRIBUTE_JPEG_PHOTO);
    g_autofree char *wanted = base64_of(picture);

    assert_non_null(values);
    assert_int_equal(values->len, 1);
    assert_string_equal(g_ptr_array_index(values, 0), wanted);
}

/* Whether the last such mail has the file with it. */
static gboolean carries(const struct scene *scene, const char *code, const char *to, const char *photo)
{
    const struct mail *mail = scene_mail(scene, code, to);
    g_autofree char *attribute = g_strdup_printf("type=\"image/jpeg\" sha256=\"%s\"", strrchr(photo, ' ') + 1);

    if (!mail)
        fail_msg("%s got no %s", to, code);
    return strstr(mail->document, attribute) != NULL;
}

static void assert_compared(const struct scene *scene, const char *old, const char *new)
{
    g_autofree char *shown = g_strdup_printf("\n照片\n　　原：%s\n　　新：%s\n", old, new);

    assert_true(scene_told(scene, "N2", JINAN, shown));
}

static void test_a_photo_is_corrected_with_the_name(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
    g_autofree char *id = file(scene, photo);

    assert_string_equal(scene_state(scene, id), "cityReview");
    assert_true(carries(scene, "N2", JINAN, photo));
    assert_compared(scene, "（无）", photo);
    assert_false(carries(scene, "N1", E1_MAIL, photo));
    story_decide(scene, id, STORY_APPROVE);
    assert_true(carries(scene, "N4", PROVINCE, photo));
    assert_null(scene_value(scene, H1, ATTRIBUTE_JPEG_PHOTO));
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "done");
    assert_photo(scene, H1, scene->picture);
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试贾");
    assert_true(carries(scene, "N5", E1_MAIL, photo));
    assert_false(carries(scene, "N5", JINAN, photo));
    scene_free(scene);
}

static void test_a_photo_takes_the_place_of_the_old_one(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    tree_set(scene->tree, H1, ATTRIBUTE_JPEG_PHOTO, "/9j/4AA=");
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
    g_autofree char *id = file(scene, photo);
    assert_compared(scene, "有", photo);
    story_approve_all(scene, id);
    assert_photo(scene, H1, scene->picture);
    scene_free(scene);
}

/* None was on record when it was reviewed. */
static void test_7_03_a_photo_came_by_another_path(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
    g_autofree char *id = file(scene, photo);

    story_decide(scene, id, STORY_APPROVE);
    tree_set(scene->tree, H1, ATTRIBUTE_JPEG_PHOTO, "/9j/4AA=");
    story_decide(scene, id, "同意");
    assert_string_equal(scene_state(scene, id), "void");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_JPEG_PHOTO), "/9j/4AA=");
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试甲");
    scene_free(scene);
}

/* The mail that confirms it and those that decide bring no picture. */
static void test_a_draft_keeps_its_photo(void **state)
{
    struct scene *scene = scene_new();
    (void)state;

    scene->stamped = FALSE;
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
    g_autofree char *id = file(scene, photo);
    g_autoptr(GBytes) picture = g_bytes_ref(scene->picture);
    assert_string_equal(scene_state(scene, id), "draft");
    scene_picture(scene, NULL, NULL);
    scene_forward(scene, 3);
    scene_reply(scene, E1_MAIL, "N1D", "确认");
    assert_true(carries(scene, "N2", JINAN, photo));
    scene_forward(scene, 20);
    assert_true(carries(scene, "N8", JINAN, photo));
    story_approve_all(scene, id);
    assert_photo(scene, H1, picture);
    scene_free(scene);
}

/* As it was, or corrected with the picture attached again. */
static void test_a_returned_form_keeps_its_photo(void **state)
{
    (void)state;
    for (guint corrected = 0; corrected < 2; corrected++) {
        struct scene *scene = scene_new();
        scene_choose(scene, "rejection", "returns");
        g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
        g_autofree char *id = file(scene, photo);
        story_decide(scene, id, STORY_REJECT);
        assert_string_equal(scene_state(scene, id), "returned");
        scene_forget(scene);
        if (corrected) {
            g_autofree char *better = scene_picture(scene, "zhao.jpg", "better");
            g_free(id);
            id = file(scene, better);
            assert_true(carries(scene, "N2", JINAN, better));
        } else {
            scene_reply(scene, E1_MAIL, "N6r", "确认");
            assert_true(carries(scene, "N2", JINAN, photo));
        }
        story_approve_all(scene, id);
        assert_photo(scene, H1, scene->picture);
        scene_free(scene);
    }
}

static void test_a_photo_that_is_not_there_or_another_is_refused(void **state)
{
    static const struct {
        const char *name; /* of the file that goes along; NULL: none does */
        gboolean other;
        const char *says;
    } rows[] = {
        {NULL, FALSE, "照片“zhao.jpg”没有附在本邮件中"},
        {"lisi.jpg", FALSE, "照片“zhao.jpg”没有附在本邮件中"},
        {"zhao.jpg", TRUE, "所附照片“zhao.jpg”的内容与填写的SHA-256不一致"},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = scene_new();
        g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
        g_free(scene_picture(scene, rows[i].name, rows[i].other ? "other" : "new"));
        assert_null(file(scene, photo));
        assert_true(scene_told(scene, "N0", E1_MAIL, "E-ATTACH"));
        assert_true(scene_told(scene, "N0", E1_MAIL, rows[i].says));
        scene_free(scene);
    }
}

static void test_a_photo_of_another_kind_or_too_large_is_refused(void **state)
{
    static const struct {
        gsize size; /* zero bytes behind the picture up to here; less than it has: cut off there */
        const char *code, *says;
    } rows[] = {
        {60, "E-ATTACH", "所附“zhao.jpg”不是完整的JPEG照片"},
        {LIMIT_PICTURE_BYTES, "E-ATTACH", "所附“zhao.jpg”不是完整的JPEG照片"},
        {LIMIT_PICTURE_BYTES + 1, "E-SIZE", "照片“zhao.jpg”超过200KB"},
    };
    (void)state;

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct scene *scene = scene_new();
        g_free(scene_picture(scene, "zhao.jpg", "new"));
        GByteArray *bytes = g_bytes_unref_to_array(g_steal_pointer(&scene->picture));
        gsize before = bytes->len;
        g_byte_array_set_size(bytes, (guint)rows[i].size);
        if (rows[i].size > before)
            memset(bytes->data + before, 0, rows[i].size - before);
        scene->picture = g_byte_array_free_to_bytes(bytes);
        g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, scene->picture);
        g_autofree char *photo = g_strdup_printf("zhao.jpg %s", digest);
        assert_null(file(scene, photo));
        assert_true(scene_told(scene, "N0", E1_MAIL, rows[i].code));
        assert_true(scene_told(scene, "N0", E1_MAIL, rows[i].says));
        scene_free(scene);
    }
}

/* Without a certificate it is direct, with one it is not. */
static void test_a_photo_without_and_with_a_certificate(void **state)
{
    struct scene *scene = scene_new();
    (void)state;
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");

    g_autofree char *id = scene_form(scene, "P2", "changes/change[1]/@field", "photo", "changes/change[1]/newValue", photo, NULL);
    assert_string_equal(scene_state(scene, id), "done");
    assert_photo(scene, H2, scene->picture);
    assert_true(carries(scene, "N5", E1_MAIL, photo));
    story_refuse(scene, "P2", "E-DIRECT", "target", "370199199001010019", "changes/change[1]/@field", "photo",
                 "changes/change[1]/newValue", photo, NULL);
    scene_free(scene);
}

static GBytes *lost(void *context, const char *digest)
{
    (void)context;
    (void)digest;
    return NULL;
}

static GBytes *a_mail(void *context, const char *digest)
{
    static const char mail[] = "From: somebody@example.com\r\n\r\nsomething private\r\n";

    (void)context;
    (void)digest;
    return g_bytes_new_static(mail, sizeof mail - 1);
}

/* Approved once what is kept under the photo's digest is what `kept` gives: nothing is announced that cannot be done, and it goes to nobody. */
static void assert_void_with(GBytes *(*kept)(void *context, const char *digest))
{
    struct scene *scene = scene_new();
    g_autofree char *photo = scene_picture(scene, "zhao.jpg", "new");
    g_autofree char *id = file(scene, photo);

    scene->site.mind.records.picture = kept;
    story_decide(scene, id, STORY_APPROVE);
    assert_string_equal(scene_state(scene, id), "void");
    assert_true(scene_told(scene, "N6v", E1_MAIL, "照片没有留存"));
    assert_null(scene_mail(scene, "N4", PROVINCE));
    assert_string_equal(scene_value(scene, H1, ATTRIBUTE_CN), "测试甲");
    scene_free(scene);
}

/* Such as a form that came before pictures were kept. */
static void test_a_photo_that_was_not_kept_ends_the_request(void **state)
{
    (void)state;
    assert_void_with(lost);
}

/* Mails are kept by their digest, too; a form from before pictures were looked at could name one. */
static void test_what_is_kept_and_no_photo_ends_the_request(void **state)
{
    (void)state;
    assert_void_with(a_mail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_photo_is_corrected_with_the_name),
        cmocka_unit_test(test_a_photo_takes_the_place_of_the_old_one),
        cmocka_unit_test(test_7_03_a_photo_came_by_another_path),
        cmocka_unit_test(test_a_draft_keeps_its_photo),
        cmocka_unit_test(test_a_returned_form_keeps_its_photo),
        cmocka_unit_test(test_a_photo_that_is_not_there_or_another_is_refused),
        cmocka_unit_test(test_a_photo_of_another_kind_or_too_large_is_refused),
        cmocka_unit_test(test_a_photo_without_and_with_a_certificate),
        cmocka_unit_test(test_a_photo_that_was_not_kept_ends_the_request),
        cmocka_unit_test(test_what_is_kept_and_no_photo_ends_the_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
