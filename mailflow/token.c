#include "mailflow/token.h"

#include <string.h>

#include "mailflow/limits.h"

static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

void token_make(const guint8 random[TOKEN_RANDOM_BYTES], char text[TOKEN_CHARACTERS + 1])
{
    guint32 bits = 0;
    guint held = 0, at = 0;

    for (guint i = 0; i < TOKEN_RANDOM_BYTES; i++) {
        bits = (bits << 8) | random[i];
        held += 8;
        while (held >= 5) {
            held -= 5;
            text[at++] = alphabet[(bits >> held) & 31];
        }
    }
    text[at++] = alphabet[(bits << (5 - held)) & 31];
    text[at] = '\0';
    g_assert(at == TOKEN_CHARACTERS);
}

char *token_hash(const char *text)
{
    return g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
}

static gboolean is_token_character(char c)
{
    return g_ascii_isalpha(c) || (c >= '2' && c <= '7');
}

/* 128 bits leave two bits of the last character empty: a word of 26 letters is a token only by a chance of one in four, and an
 * address with such a word is rare. */
static gboolean is_last_character(char c)
{
    return strchr("aeimquy4", g_ascii_tolower(c)) != NULL;
}

static void sight(GArray *sightings, enum token_place place, const char text[TOKEN_CHARACTERS])
{
    struct token_sighting sighting = {.place = place};

    if (!is_last_character(text[TOKEN_CHARACTERS - 1]) || sightings->len >= LIMIT_SIGHTINGS)
        return;
    for (guint i = 0; i < TOKEN_CHARACTERS; i++)
        sighting.text[i] = g_ascii_tolower(text[i]);
    for (guint i = 0; i < sightings->len; i++) {
        const struct token_sighting *known = &g_array_index(sightings, struct token_sighting, i);
        if (known->place == place && strcmp(known->text, sighting.text) == 0)
            return;
    }
    g_array_append_val(sightings, sighting);
}

static gsize token_span(const char *text)
{
    gsize length = 0;

    while (is_token_character(text[length]))
        length++;
    return length;
}

void token_find_in_address(const char *address, GArray *sightings)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    /* the first piece is the mailbox's own name; what a forwarder puts before it (prvs=1234=) only adds pieces */
    for (const char *c = address; at && c < at; c++) {
        if (!strchr("+-=_", *c))
            continue;
        gsize length = token_span(c + 1);
        if (length == TOKEN_CHARACTERS && strchr("+-=_@", c[1 + length]))
            sight(sightings, TOKEN_IN_ADDRESS, c + 1);
    }
}

void token_find_in_message_id(const char *message_id, GArray *sightings)
{
    if (!message_id)
        return;
    if (*message_id == '<')
        message_id++;
    if (token_span(message_id) == TOKEN_CHARACTERS && message_id[TOKEN_CHARACTERS] == '.' && strchr(message_id, '@'))
        sight(sightings, TOKEN_IN_MESSAGE_ID, message_id);
}

/* The 26 characters after "cs:", where white space may have been folded in. FALSE when there are more or fewer. */
static gboolean read_marked(const char *text, char token[TOKEN_CHARACTERS])
{
    guint length = 0;

    for (; *text; text++) {
        if (*text == ' ' || *text == '\t')
            continue;
        if (!is_token_character(*text))
            break;
        if (length == TOKEN_CHARACTERS)
            return FALSE;
        token[length++] = *text;
    }
    return length == TOKEN_CHARACTERS && !g_ascii_isdigit(*text);
}

void token_find_in_subject(const char *subject, GArray *sightings)
{
    static const char *const colons[] = {":", "："};
    const char *previous = "";

    for (const char *c = subject; c && *c; previous = c++) {
        char token[TOKEN_CHARACTERS];
        if (g_ascii_strncasecmp(c, "cs", 2) != 0 || g_ascii_isalnum(*previous))
            continue;
        for (guint i = 0; i < G_N_ELEMENTS(colons); i++)
            if (g_str_has_prefix(c + 2, colons[i]) && read_marked(c + 2 + strlen(colons[i]), token))
                sight(sightings, TOKEN_IN_SUBJECT, token);
    }
}

const char *token_agreed(const GArray *sightings, gboolean *disagree)
{
    const char *agreed = NULL;

    *disagree = FALSE;
    for (guint i = 0; i < sightings->len; i++) {
        const char *text = g_array_index(sightings, struct token_sighting, i).text;
        if (agreed && strcmp(agreed, text) != 0)
            *disagree = TRUE;
        agreed = agreed ? agreed : text;
    }
    return *disagree ? NULL : agreed;
}
