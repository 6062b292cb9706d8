#include "mailflow/division.h"

#include <string.h>

/* 371200 is kept so that its people are told where to turn: announced 2019-01-09, now the districts 370116 and 370117 of Jinan. */
static const struct division divisions[] = {
    {"370000", "山东省", "Shandong", DIVISION_PROVINCE, NULL, NULL},   {"370100", "济南市", "Jinan", DIVISION_CITY, NULL, NULL},
    {"370200", "青岛市", "Qingdao", DIVISION_CITY, NULL, NULL},        {"370300", "淄博市", "Zibo", DIVISION_CITY, NULL, NULL},
    {"370400", "枣庄市", "Zaozhuang", DIVISION_CITY, NULL, NULL},      {"370500", "东营市", "Dongying", DIVISION_CITY, NULL, NULL},
    {"370600", "烟台市", "Yantai", DIVISION_CITY, NULL, NULL},         {"370700", "潍坊市", "Weifang", DIVISION_CITY, NULL, NULL},
    {"370800", "济宁市", "Jining", DIVISION_CITY, NULL, NULL},         {"370900", "泰安市", "Taian", DIVISION_CITY, NULL, NULL},
    {"371000", "威海市", "Weihai", DIVISION_CITY, NULL, NULL},         {"371100", "日照市", "Rizhao", DIVISION_CITY, NULL, NULL},
    {"371200", "莱芜市", "Laiwu", DIVISION_CITY, "370100", "2019-01"}, {"371300", "临沂市", "Linyi", DIVISION_CITY, NULL, NULL},
    {"371400", "德州市", "Dezhou", DIVISION_CITY, NULL, NULL},         {"371500", "聊城市", "Liaocheng", DIVISION_CITY, NULL, NULL},
    {"371600", "滨州市", "Binzhou", DIVISION_CITY, NULL, NULL},        {"371700", "菏泽市", "Heze", DIVISION_CITY, NULL, NULL},
};

const struct division *division_find(const char *code)
{
    for (gsize i = 0; code && i < G_N_ELEMENTS(divisions); i++)
        if (strcmp(divisions[i].code, code) == 0)
            return &divisions[i];
    return NULL;
}

gboolean division_settles(const struct division *division)
{
    return division && division->level == DIVISION_CITY && !division->successor;
}

const struct division *division_all(gsize *count)
{
    *count = G_N_ELEMENTS(divisions);
    return divisions;
}
