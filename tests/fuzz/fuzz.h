/* What every fuzz target is: libFuzzer calls it with one input after another. A broken promise ends it with an assertion, which is a finding. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <glib.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#define FUZZ_DAY 6 /* 6 May 2026 is today, as in the golden files of messages */
#define FUZZ_MONTH G_DATE_MAY
#define FUZZ_YEAR 2026

#endif
