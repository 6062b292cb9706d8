/* A form as an applicant fills it in: fields by path in the schema's order, written as XML. */
#ifndef TESTS_SCENARIO_PAPER_H
#define TESTS_SCENARIO_PAPER_H

#include <glib.h>

struct paper;

/* A filled-in form of the people and enterprises of tests/world/fixtures.ldif, by procedure: "T5" (a new enterprise of Jinan), "P1" (a new
 * individual of Dongying), "T1" (H1's first certificate), "T2E" (H1 from E1 to E2), "T2P" (H4 to E2), "T2S" (H3 to E1), "T3N" (E1's new name), "T3C" (E2 to
 * Yantai), "T4" (H1's name), "P2" (H2's mobile), "P3" (P1's person, as a new employee of E1), "P4" (H1's first certificate), "P5", "P6" (by E1). */
struct paper *paper_new(const char *type);
void paper_free(struct paper *paper);

/* Fill in a field; "" leaves it out. A path that was not there comes behind its nearest relations: "certificates/certificate[2]/certNo". */
void paper_put(struct paper *paper, const char *path, const char *value);
const char *paper_value(const struct paper *paper, const char *path);
/* Who sends it unless said otherwise: the address of the account. */
const char *paper_sender(const struct paper *paper);

/* The XML, UTF-8. Caller frees. */
char *paper_write(const struct paper *paper);

#endif
