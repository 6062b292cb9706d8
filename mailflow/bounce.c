#include "mailflow/bounce.h"

#include <string.h>

#include "mailflow/automatic.h"
#include "mailflow/idiom.h"
#include "mailflow/limits.h"

static char *folded(const char *text, gsize most)
{
    g_autofree char *head = g_utf8_make_valid(text, (gssize)MIN(strlen(text), most));

    return g_utf8_strdown(head, -1);
}

static gboolean is_from_daemon(const struct evidence *evidence)
{
    g_autofree char *raw = header_text(evidence->header, "From");
    g_autofree char *from = raw ? folded(raw, 500) : g_strdup("");

    if (idiom_within(IDIOM_SYSTEM, from))
        return TRUE;
    return evidence->envelope_sender && (g_str_has_prefix(evidence->envelope_sender, "mailer-daemon") ||
                                         g_str_has_prefix(evidence->envelope_sender, "postmaster@"));
}

static const struct part *find_part(const struct evidence *evidence, const char *const *types)
{
    for (guint i = 0; i < evidence->parts->len; i++) {
        const struct part *part = &g_array_index(evidence->parts, struct part, i);
        if (g_strv_contains(types, part->type))
            return part;
    }
    return NULL;
}

static const char *const status_types[] = {"message/delivery-status", "message/global-delivery-status", NULL};
static const char *const returned_types[] = {"message/rfc822",
                                             "text/rfc822-headers",
                                             "message/rfc822-headers",
                                             "text/rfc822",
                                             "message/global",
                                             "message/global-headers",
                                             NULL};

/* What may be looked at before a bounce is found, as lower-case words. */
struct looks {
    gboolean null_sender, daemon, robot, answers, named, told, failed, returned, formal;
};

static void look_at_text(const struct evidence *evidence, struct looks *looks)
{
    g_autofree char *text = folded(evidence->text, 20000);

    looks->failed = idiom_within(IDIOM_FAILURE, text);
    /* who answers a report quotes it */
    g_autofree char *first = folded(looks->answers ? evidence->own : evidence->text, 400);
    looks->formal = idiom_within(IDIOM_REPORT, first);
}

static void look(const struct evidence *evidence, struct looks *looks)
{
    g_autofree char *subject = folded(evidence->subject ? evidence->subject : "", LIMIT_SUBJECT);
    g_autofree char *from = header_value(evidence->header, "From", 0);

    looks->null_sender = (evidence->envelope_sender && *evidence->envelope_sender == '\0') || g_strcmp0(from, "<>") == 0;
    looks->daemon = is_from_daemon(evidence);
    looks->robot = automatic_is_robot(evidence->from);
    automatic_strip_subject(subject, &looks->answers);
    looks->named = idiom_within(IDIOM_FAILURE_SUBJECT, subject);
    looks->told = looks->named && !looks->answers;
    looks->returned = find_part(evidence, returned_types) != NULL;
    if (looks->named || looks->daemon || looks->null_sender || looks->robot) /* most mail is none of these */
        look_at_text(evidence, looks);
}

/* A postmaster is sometimes a person, and so is who is called an administrator of mail: they answer under Re: */
static gboolean may_be_person(const struct evidence *evidence, const struct looks *looks)
{
    return looks->answers && !looks->null_sender &&
           (!evidence->from || g_str_has_prefix(evidence->from, "postmaster@") || !idiom_within(IDIOM_SYSTEM, evidence->from));
}

const char *bounce_find(const struct evidence *evidence)
{
    const struct part *root = &g_array_index(evidence->parts, struct part, 0);
    gboolean reported = find_part(evidence, status_types) != NULL;
    struct looks looks = {0};

    if (part_is(root, "multipart/report") && (reported || g_strcmp0(root->report, "delivery-status") == 0))
        return "a delivery status report (RFC 3464)";
    if (header_count(evidence->header, "X-Failed-Recipients") > 0)
        return "X-Failed-Recipients names the address that failed";
    look(evidence, &looks);
    if (!looks.daemon && !looks.null_sender && !looks.robot) /* people forward and quote bounces */
        return looks.named && looks.formal && !evidence->token ? "the subject and the first words are a mail system's" : NULL;
    if (reported)
        return "a delivery status report from a mail system";
    if (looks.told && (!looks.robot || looks.failed))
        return "a mail system's subject tells of a failed delivery";
    if (looks.daemon && looks.failed && !may_be_person(evidence, &looks))
        return "a mail system tells of a failed delivery";
    if (looks.returned && looks.failed)
        return "a mail system returns a message";
    return NULL;
}

/* "rfc822; a@example.com" or a bare address. */
static char *typed_address(const char *value)
{
    const char *semicolon = value ? strchr(value, ';') : NULL;

    return value ? header_address(semicolon ? semicolon + 1 : value) : NULL;
}

static gboolean is_status(const char *at, gsize *length)
{
    gsize i = 1;

    if (!strchr("245", *at) || at[i++] != '.')
        return FALSE;
    for (guint group = 0; group < 2; group++) {
        gsize digits = strspn(at + i, "0123456789");
        if (digits < 1 || digits > 3)
            return FALSE;
        i += digits;
        if (group == 0 && at[i++] != '.')
            return FALSE;
    }
    *length = i;
    return !(at[i] == '.' && g_ascii_isdigit(at[i + 1]));
}

/* The first RFC 3463 status in a text; an IP address is none. */
static char *find_status(const char *text)
{
    char previous = ' ';

    for (const char *at = text; *at; previous = *at++) {
        gsize length;
        if (!g_ascii_isalnum(previous) && previous != '.' && is_status(at, &length))
            return g_strndup(at, length);
    }
    return NULL;
}

static void read_group(const struct header *group, struct bounce *bounce, gboolean *acted)
{
    g_autofree char *action = header_value(group, "Action", 0);
    g_autofree char *status = header_value(group, "Status", 0);
    g_autofree char *final = header_value(group, "Final-Recipient", 0);
    g_autofree char *original = header_value(group, "Original-Recipient", 0);
    gboolean failed = action && g_ascii_strncasecmp(action, "fail", 4) == 0;

    if (bounce->permanent || (!final && !original && !action && !status) || (bounce->recipient && !failed))
        return;
    g_clear_pointer(&bounce->recipient, g_free);
    g_clear_pointer(&bounce->status, g_free);
    /* the original recipient is the address we wrote to */
    bounce->recipient = typed_address(original);
    if (!bounce->recipient)
        bounce->recipient = typed_address(final);
    bounce->status = status ? find_status(status) : NULL;
    bounce->permanent = failed;
    *acted |= action != NULL;
}

/* TRUE when the report says what was done: failed, delayed, delivered. */
static gboolean read_status_part(const struct part *part, struct bounce *bounce)
{
    g_autofree char *text = part_text(part);
    gsize size = strlen(text);
    gboolean acted = FALSE;

    for (gsize at = 0; at < size;) {
        struct header group;
        header_read(text + at, size - at, LIMIT_PART_HEADER_BYTES, LIMIT_PART_HEADERS, &group);
        read_group(&group, bounce, &acted);
        gsize step = group.size;
        header_clear(&group);
        if (step == 0) { /* a line that is no field */
            const char *newline = strchr(text + at, '\n');
            step = newline ? (gsize)(newline - text) - at + 1 : size - at;
        }
        at += step;
    }
    return acted;
}

/* "Message-ID: <...>" at the start of a line, quoted or indented: the header of our mail, pasted into the text. */
static char *find_message_id(const char *text)
{
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += strspn(line, "\n >|\t\r");
        if (g_ascii_strncasecmp(line, "Message-ID:", 11) != 0)
            continue;
        const char *open = line + 11 + strspn(line + 11, " \t\r\n>");
        gsize length = *open == '<' ? strcspn(open + 1, "> \r\n") : 0;
        g_autofree char *id = g_strndup(open + 1, length);
        if (length > 0 && open[1 + length] == '>' && header_is_message_id(id))
            return g_steal_pointer(&id);
    }
    return NULL;
}

/* Some return the header as an attached text, behind an empty line, or as the header of a part. */
static char *scattered_message_id(const struct evidence *evidence)
{
    const struct part *root = &g_array_index(evidence->parts, struct part, 0);
    g_autofree char *raw = g_strndup(root->bytes, MIN(root->size, LIMIT_TEXT_BYTES));

    return find_message_id(raw);
}

/* Coremail, which runs most Chinese mailboxes, names the mail in the report's own header. */
static char *stamped_message_id(const struct header *header)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);

    header_message_ids(header, "X-CM-Original-Message-ID", FALSE, ids, 1);
    return ids->len > 0 ? g_strdup(g_ptr_array_index(ids, 0)) : NULL;
}

static void read_returned(const struct evidence *evidence, struct bounce *bounce)
{
    const struct part *returned = find_part(evidence, returned_types);

    if (returned) {
        g_autoptr(GByteArray) bytes = part_bytes(returned, LIMIT_HEADER_BYTES);
        g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
        struct header header;
        header_read((const char *)bytes->data, bytes->len, LIMIT_HEADER_BYTES, LIMIT_HEADERS, &header);
        header_message_ids(&header, "Message-ID", FALSE, ids, 1);
        if (ids->len > 0)
            bounce->message_id = g_strdup(g_ptr_array_index(ids, 0));
        if (!bounce->recipient) {
            g_autofree char *to = header_value(&header, "To", 0);
            bounce->recipient = to ? header_address(to) : NULL;
        }
        header_clear(&header);
    }
    if (!bounce->message_id)
        bounce->message_id = stamped_message_id(evidence->header);
    if (!bounce->message_id)
        bounce->message_id = find_message_id(evidence->text);
    if (!bounce->message_id)
        bounce->message_id = scattered_message_id(evidence);
    if (!bounce->message_id && evidence->answers->len > 0)
        bounce->message_id = g_strdup(g_ptr_array_index(evidence->answers, 0));
}

static gboolean is_address_character(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("!#$%&*+-/=?^_.~", c) != NULL);
}

static gboolean is_candidate(const struct evidence *evidence, const char *address)
{
    if (g_str_has_prefix(address, "postmaster@") || g_str_has_prefix(address, "mailer-daemon@") ||
        g_strcmp0(address, evidence->from) == 0)
        return FALSE;
    return !g_ptr_array_find_with_equal_func((GPtrArray *)evidence->recipients, address, g_str_equal, NULL);
}

/* The first address in the text that is neither ours nor the mail system's. */
static char *find_recipient(const struct evidence *evidence)
{
    guint tries = 0;

    for (const char *at = strchr(evidence->text, '@'); at && tries++ < 50; at = strchr(at + 1, '@')) {
        const char *start = at, *end = at + 1;
        while (start > evidence->text && at - start < 64 && is_address_character(start[-1]))
            start--;
        while (end - at < 190 && (g_ascii_isalnum(*end) || *end == '-' || *end == '.'))
            end++;
        while (end > at && !g_ascii_isalnum(end[-1]))
            end--;
        g_autofree char *candidate = g_strndup(start, (gsize)(end - start));
        g_autofree char *address = memchr(candidate, '.', strlen(candidate)) ? header_address(candidate) : NULL;
        if (address && is_candidate(evidence, address))
            return g_steal_pointer(&address);
    }
    return NULL;
}

/* A system that does not say that it goes on trying has given up. */
static gboolean has_given_up(const struct evidence *evidence)
{
    g_autofree char *text = folded(evidence->text, 20000);
    g_autofree char *subject = folded(evidence->subject ? evidence->subject : "", LIMIT_SUBJECT);

    return !idiom_within(IDIOM_DELAY, text) && !idiom_within(IDIOM_DELAY, subject);
}

/* A report in prose: what the standard's fields would have said is looked for in the text. */
static void read_prose(const struct evidence *evidence, struct bounce *bounce)
{
    g_autofree char *failed = header_value(evidence->header, "X-Failed-Recipients", 0);
    g_autofree char *text = folded(evidence->text, 20000);

    if (failed) {
        failed[strcspn(failed, ",")] = '\0';
        bounce->recipient = header_address(failed);
    }
    if (!bounce->recipient)
        bounce->recipient = find_recipient(evidence);
    bounce->status = find_status(text);
    if (bounce->status && *bounce->status == '2') /* a version, a part of a date */
        g_clear_pointer(&bounce->status, g_free);
}

/* By its status where there is one (RFC 3463, 3.3), else by its words. */
static gboolean is_full(const struct evidence *evidence, const struct bounce *bounce)
{
    if (bounce->status)
        return g_str_has_suffix(bounce->status, ".2.2");
    g_autofree char *text = folded(evidence->text, 20000);
    return idiom_within(IDIOM_FULL, text);
}

struct bounce *bounce_read(const struct evidence *evidence)
{
    struct bounce *bounce = g_new0(struct bounce, 1);
    const struct part *status = find_part(evidence, status_types);
    gboolean acted = status && read_status_part(status, bounce);

    if (!bounce->recipient && !bounce->status)
        read_prose(evidence, bounce);
    if (!acted)
        bounce->permanent = has_given_up(evidence);
    bounce->full = bounce->permanent && is_full(evidence, bounce);
    bounce->permanent &= !bounce->full;
    read_returned(evidence, bounce);
    return bounce;
}

void bounce_free(struct bounce *bounce)
{
    if (!bounce)
        return;
    g_free(bounce->recipient);
    g_free(bounce->status);
    g_free(bounce->message_id);
    g_free(bounce);
}
