/* The token: what ties an answer to one request, one stage and one person (architecture, "Mail identity").
 *
 * 128 random bits, written as 26 characters of RFC 4648 base32 in lower case without padding, so that it survives case-folding
 * mail systems. Only its SHA-256 is
 * kept. It travels three times, and any one place suffices; two places that disagree make the mail unusable:
 *
 *   Reply-To    local part, after the separator:   countersign+TOKEN@example.com      (RFC 5233 subaddress, under 60 characters)
 *   Message-ID  first part of the left side:       <TOKEN.EFFECT@example.com>         (so in In-Reply-To and References of the answer)
 *   Subject     at its end:                        [cs:TOKEN]
 */
#ifndef MAILFLOW_TOKEN_H
#define MAILFLOW_TOKEN_H

#include <glib.h>

#define TOKEN_CHARACTERS 26
#define TOKEN_RANDOM_BYTES 16

enum token_place { TOKEN_IN_ADDRESS, TOKEN_IN_MESSAGE_ID, TOKEN_IN_SUBJECT };

struct token_sighting {
    enum token_place place;
    char text[TOKEN_CHARACTERS + 1];
};

/* Write 16 random bytes as a token. */
void token_make(const guint8 random[TOKEN_RANDOM_BYTES], char text[TOKEN_CHARACTERS + 1]);
/* SHA-256 of the token's text as 64 lower-case hex digits; caller frees. */
char *token_hash(const char *text);

/* Look for a token; each appends struct token_sighting to `sightings` (a GArray of them), without repeats of place and text.
 * NULL is nothing. Upper case is folded. */
void token_find_in_address(const char *address, GArray *sightings);       /* one addr-spec, any separator out of + - = _ */
void token_find_in_message_id(const char *message_id, GArray *sightings); /* with or without <> */
void token_find_in_subject(const char *subject, GArray *sightings);       /* also wrapped or prefixed by gateways */

/* The one token all sightings agree on, or NULL when there is none; `*disagree` is set when there are two. */
const char *token_agreed(const GArray *sightings, gboolean *disagree);

#endif
