/* The table of which stage demands which proof, as an administrator writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mailflow/demand.h"
#include "mailflow/procedure.h"

static void test_the_table_is_read(void **state)
{
    static const struct {
        const char *text, *type, *stage;
        enum proof proof;
    } rows[] = {
        {"address", "T5", "cityReview", PROOF_ADDRESS},
        {"dmarc", "T5", "cityReview", PROOF_DMARC},
        {"address, provinceReview=dmarc, T3C/inCityReview=smime", "T1", "provinceReview", PROOF_DMARC},
        {"address, provinceReview=dmarc, T3C/inCityReview=smime", "T3C", "inCityReview", PROOF_SMIME},
        {"address, provinceReview=dmarc, T3C/inCityReview=smime", "T3C", "outCityReview", PROOF_ADDRESS},
        {"smime,T5/*=address , cityReview = dmarc", "T5", "cityReview", PROOF_DMARC},
        {"smime,T5/*=address , T5/cityReview = dmarc, cityReview=smime", "T5", "cityReview", PROOF_DMARC},
        {"smime, T3C/*=address", "T3C", "outCityReview", PROOF_ADDRESS},
        {"provinceReview=smime", "T5", "cityReview", PROOF_ADDRESS},
    };

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        struct demands *table = demands_read(rows[i].text, NULL);
        assert_non_null(table);
        assert_int_equal(demand_at(table, rows[i].type, rows[i].stage), rows[i].proof);
        demands_free(table);
    }
    assert_int_equal(demand_at(NULL, "T5", "cityReview"), PROOF_ADDRESS);
}

static void test_what_is_no_table_is_refused(void **state)
{
    static const char *const wrong[] = {"pgp",
                                        "",
                                        "address, dmarc",
                                        "address, =dmarc",
                                        "address, /x=dmarc",
                                        "address, cityReview=pgp",
                                        "address, cityReview=dmarc, cityReview=smime",
                                        "address,",
                                        "address, *=dmarc"};

    (void)state;
    for (guint i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(demands_read(wrong[i], &error));
        assert_non_null(error);
    }
}

/* Names that the procedures do not have are all told. */
static void test_strange_stages_are_named(void **state)
{
    g_autoptr(GError) error = NULL;
    struct procedures *procedures = procedures_open("templates", NULL);
    struct demands *table = demands_read(
        "address, countyReview=smime, T9/cityReview=dmarc, T5/outCityReview=smime, cityReview=dmarc, applying=dmarc", NULL);

    (void)state;
    assert_non_null(procedures);
    assert_false(demands_fit(table, procedures, &error));
    assert_non_null(strstr(error->message, "countyReview, T9/cityReview, T5/outCityReview, applying"));
    demands_free(table);
    procedures_free(procedures);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_is_read),
        cmocka_unit_test(test_what_is_no_table_is_refused),
        cmocka_unit_test(test_strange_stages_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
