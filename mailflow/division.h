/* The province's division codes, GB/T 2260 (domain.md 3.4): who decides where. */
#ifndef MAILFLOW_DIVISION_H
#define MAILFLOW_DIVISION_H

#include <glib.h>

enum division_level { DIVISION_PROVINCE, DIVISION_CITY };

struct division {
    const char *code; /* "370100" */
    const char *zh;   /* "济南市" */
    const char *en;   /* pinyin as in the national table, "Jinan" */
    enum division_level level;
    const char *successor; /* where an abolished city's matters go now; NULL while it exists */
    const char *abolished; /* month, "2019-01"; NULL while it exists */
};

/* The division with exactly this code, abolished ones too; NULL when unknown or `code` is NULL. Static. */
const struct division *division_find(const char *code);

/* TRUE when an enterprise or individual can belong to it: a city that exists. The province is an authority only. */
gboolean division_settles(const struct division *division);

/* All divisions in ascending order of code, for menus and checks. */
const struct division *division_all(gsize *count);

#endif
