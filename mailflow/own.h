/* The person's own words in a reply: without quotes, quoted headers, signatures, footers, disclaimers and banners (mail.md 1-4, 7, 10). */
#ifndef MAILFLOW_OWN_H
#define MAILFLOW_OWN_H

#include <glib.h>

/* `plain` is the decoded text/plain body (UTF-8) or NULL, `flowed` says it was format=flowed; `html` the decoded text/html body (UTF-8) or NULL. At least plain is
 * used when it holds words; HTML when plain is missing, empty or only markup. Returns UTF-8 text, lines ended by \n, no trailing white space, "" when the person
 * wrote nothing. `how`, unless NULL, gets one English line: which text was read, where it was cut, by which rule, what was left out. Caller frees both. Time linear in the input, memory bounded, on any input. */
char *own_words(const char *plain, gboolean flowed, const char *html, char **how);

#endif
