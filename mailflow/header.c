#include "mailflow/header.h"

#include <string.h>
#include <gmime/gmime.h>

#include "mailflow/encoding.h"
#include "mailflow/limits.h"
#include "mailflow/text.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC(InternetAddressList, g_object_unref)

/* The length of the field name that begins this line, 0 when none does. A boundary line is none, even with a colon in it. */
static gsize name_length(const char *line, gsize size)
{
    gsize length = 0;

    if (size >= 2 && line[0] == '-' && line[1] == '-')
        return 0;
    while (length < size && line[length] > ' ' && line[length] < 0x7f && line[length] != ':')
        length++;
    gsize name = length;
    while (length < size && (line[length] == ' ' || line[length] == '\t')) /* obs-optional */
        length++;
    return length < size && line[length] == ':' ? name : 0;
}

static void add_line(struct header *header, const char *line, gsize size, gsize name)
{
    struct header_field field = {.name = line, .name_size = (guint)name};

    field.value = (const char *)memchr(line + name, ':', size - name) + 1;
    field.value_size = (guint)(line + size - field.value);
    g_array_append_val(header->fields, field);
}

static gboolean is_empty_line(const char *line, gsize size)
{
    return size == 0 || *line == '\n' || (*line == '\r' && (size == 1 || line[1] == '\n'));
}

void header_read(const char *bytes, gsize size, gsize most_bytes, guint most_fields, struct header *header)
{
    gsize at = 0;

    *header = (struct header){.fields = g_array_sized_new(FALSE, FALSE, sizeof(struct header_field), 32)};
    while (at < size && !is_empty_line(bytes + at, size - at)) {
        const char *line = bytes + at;
        const char *newline = memchr(line, '\n', size - at);
        gsize length = newline ? (gsize)(newline - line) + 1 : size - at;
        gboolean continues = (*line == ' ' || *line == '\t') && header->fields->len > 0;
        gsize name = continues ? 0 : name_length(line, length);
        gboolean mbox = at == 0 && size > 5 && (memcmp(line, "From ", 5) == 0 || memcmp(line, ">From", 5) == 0);
        if (at + length > most_bytes || (!continues && header->fields->len >= most_fields)) {
            header->cut = TRUE;
            break;
        }
        if (continues)
            g_array_index(header->fields, struct header_field, header->fields->len - 1).value_size += (guint)length;
        else if (name > 0)
            add_line(header, line, length, name);
        else if (!mbox)
            break;
        at += length;
    }
    if (!header->cut && at < size && is_empty_line(bytes + at, size - at))
        at += bytes[at] == '\r' && at + 1 < size ? 2 : 1;
    header->size = MIN(at, size);
}

void header_clear(struct header *header)
{
    g_clear_pointer(&header->fields, g_array_unref);
}

static const struct header_field *find(const struct header *header, const char *name, guint nth)
{
    gsize length = strlen(name);

    for (guint i = 0; i < header->fields->len; i++) {
        const struct header_field *field = &g_array_index(header->fields, struct header_field, i);
        if (field->name_size == length && g_ascii_strncasecmp(field->name, name, length) == 0 && nth-- == 0)
            return field;
    }
    return NULL;
}

guint header_count(const struct header *header, const char *name)
{
    guint count = 0;

    while (find(header, name, count))
        count++;
    return count;
}

char *header_value(const struct header *header, const char *name, guint nth)
{
    const struct header_field *field = find(header, name, nth);

    if (!field)
        return NULL;
    char *value = g_malloc(MIN(field->value_size, LIMIT_HEADER_VALUE) + 1), *to = value;
    for (guint i = 0; i < field->value_size && to < value + LIMIT_HEADER_VALUE; i++) {
        char c = field->value[i];
        if (c == '\n' || (c == '\r' && i + 1 < field->value_size && field->value[i + 1] == '\n'))
            continue;
        *to++ = c == '\0' || c == '\r' || c == '\t' ? ' ' : c;
    }
    *to = '\0';
    return g_strstrip(value);
}

/* One encoded word as its bytes are collected: neighbours of one character set are decoded together, as some senders split them
 * inside a character. */
struct word {
    char charset[64];
    char encoding;
    const char *text;
    gsize size;
    const char *end; /* after the closing ?= */
};

static gboolean read_word(const char *at, struct word *word)
{
    const char *mark, *text, *end;
    gsize length;

    if (at[0] != '=' || at[1] != '?' || !(mark = strchr(at + 2, '?')) || mark[1] == '\0' || mark[2] != '?')
        return FALSE;
    length = (gsize)(mark - at - 2);
    text = mark + 3;
    end = strstr(text, "?=");
    word->encoding = g_ascii_toupper(mark[1]);
    if (length == 0 || length >= sizeof word->charset || !end || (word->encoding != 'B' && word->encoding != 'Q'))
        return FALSE;
    memcpy(word->charset, at + 2, length);
    word->charset[length] = '\0';
    word->charset[strcspn(word->charset, "*")] = '\0'; /* RFC 2231: a language may follow */
    word->text = text;
    word->size = (gsize)(end - text);
    word->end = end + 2;
    return TRUE;
}

/* What is being put together: the decoded text so far, and the bytes of the words just read. */
struct assembly {
    GString *text;
    GByteArray *bytes;
    char charset[64];
    char encoding;
    int state; /* of base64, as a word may end inside a group of four */
    guint32 save;
};

static void flush(struct assembly *assembly)
{
    if (assembly->bytes->len == 0)
        return;
    g_autofree char *decoded =
        encoding_text((char *)assembly->bytes->data, assembly->bytes->len, assembly->charset[0] ? assembly->charset : NULL);
    g_string_append(assembly->text, decoded);
    g_byte_array_set_size(assembly->bytes, 0);
}

static void begin(struct assembly *assembly, const char *charset, char encoding)
{
    if (assembly->encoding == encoding && g_ascii_strcasecmp(assembly->charset, charset) == 0)
        return;
    if (g_ascii_strcasecmp(assembly->charset, charset) != 0)
        flush(assembly);
    g_strlcpy(assembly->charset, charset, sizeof assembly->charset);
    assembly->encoding = encoding;
    assembly->state = 0;
    assembly->save = 0;
}

static void add_word(struct assembly *assembly, const struct word *word)
{
    begin(assembly, word->charset, word->encoding);
    guint before = assembly->bytes->len;
    g_byte_array_set_size(assembly->bytes, before + (guint)word->size + 4);
    guint8 *out = assembly->bytes->data + before;
    gsize length = 0;
    if (word->encoding == 'B') {
        length = g_mime_encoding_base64_decode_step((const unsigned char *)word->text, word->size, out, &assembly->state,
                                                    &assembly->save);
        if (memchr(word->text, '=', word->size)) /* padded: the next word begins a new group */
            assembly->state = 0;
    } else {
        for (gsize i = 0; i < word->size; i++) {
            char c = word->text[i];
            gboolean hex =
                c == '=' && i + 2 < word->size && g_ascii_isxdigit(word->text[i + 1]) && g_ascii_isxdigit(word->text[i + 2]);
            out[length++] = hex ? (guint8)(g_ascii_xdigit_value(word->text[i + 1]) << 4 | g_ascii_xdigit_value(word->text[i + 2]))
                            : c == '_' ? ' '
                                       : (guint8)c;
            i += hex ? 2 : 0;
        }
    }
    g_byte_array_set_size(assembly->bytes, before + (guint)length);
}

char *header_decode(const char *value)
{
    struct assembly assembly = {.text = g_string_new(NULL), .bytes = g_byte_array_new()};
    struct word word;

    while (*value) {
        if (read_word(value, &word)) {
            add_word(&assembly, &word);
            value = word.end;
            const char *next = value + strspn(value, " \t\r\n");
            struct word following;
            value = read_word(next, &following) ? next : value;
            continue;
        }
        begin(&assembly, "", ' ');
        g_byte_array_append(assembly.bytes, (const guint8 *)value++, 1);
    }
    flush(&assembly);
    g_byte_array_unref(assembly.bytes);
    for (char *c = assembly.text->str; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    return g_strstrip(g_string_free(assembly.text, FALSE));
}

char *header_text(const struct header *header, const char *name)
{
    g_autofree char *value = header_value(header, name, 0);

    return value ? header_decode(value) : NULL;
}

static char *clean_address(const char *address)
{
    const char *at = address ? strrchr(address, '@') : NULL;

    if (!at || at == address || !at[1] || strlen(address) > LIMIT_ADDRESS || !g_utf8_validate(address, -1, NULL))
        return NULL;
    for (const char *c = address; *c; c++)
        if ((guint8)*c <= ' ' || *c == 0x7f || strchr("<>()[],;:\\\"", *c))
            return NULL;
    g_autofree char *local = g_ascii_strdown(address, at - address);
    g_autofree char *domain = text_domain(at + 1);
    return g_strconcat(local, "@", domain, NULL);
}

static gboolean collect(InternetAddressList *list, GPtrArray *addresses, guint most)
{
    gboolean clean = TRUE;

    for (int i = 0; i < internet_address_list_length(list); i++) {
        InternetAddress *item = internet_address_list_get_address(list, i);
        char *address = INTERNET_ADDRESS_IS_MAILBOX(item)
                            ? clean_address(internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(item)))
                            : NULL;
        clean &= address != NULL;
        if (address && addresses->len < most)
            g_ptr_array_add(addresses, address);
        else
            g_free(address);
    }
    return clean;
}

static gboolean collect_from(const char *value, GPtrArray *addresses, guint most)
{
    g_autoptr(InternetAddressList) list = internet_address_list_parse(NULL, value);

    return list ? collect(list, addresses, most) : *value == '\0';
}

gboolean header_addresses(const struct header *header, const char *name, GPtrArray *addresses, guint most)
{
    gboolean clean = TRUE;

    for (guint i = 0; addresses->len < most; i++) {
        g_autofree char *value = header_value(header, name, i);
        if (!value)
            break;
        clean &= collect_from(value, addresses, most);
    }
    return clean;
}

char *header_address(const char *text)
{
    g_autoptr(GPtrArray) addresses = g_ptr_array_new_with_free_func(g_free);

    return collect_from(text, addresses, 2) && addresses->len == 1 ? g_strdup(g_ptr_array_index(addresses, 0)) : NULL;
}

gboolean header_is_message_id(const char *id)
{
    const char *at = strchr(id, '@');

    if (!at || at == id || !at[1] || strlen(id) > LIMIT_MESSAGE_ID)
        return FALSE;
    for (const char *c = id; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || *c == '<' || *c == '>')
            return FALSE;
    return TRUE;
}

static void find_message_ids(const char *value, GPtrArray *ids)
{
    for (const char *open = strchr(value, '<'); open; open = strchr(open + 1, '<')) {
        const char *close = open + 1 + strcspn(open + 1, "<>");
        if (*close != '>')
            continue;
        g_autofree char *id = g_strndup(open + 1, (gsize)(close - open - 1));
        /* folded inside by a gateway */
        char *to = id;
        for (char *from = id; *from; from++)
            if (*from != ' ')
                *to++ = *from;
        *to = '\0';
        if (header_is_message_id(id))
            g_ptr_array_add(ids, g_steal_pointer(&id));
    }
}

void header_message_ids(const struct header *header, const char *name, gboolean backwards, GPtrArray *ids, guint most)
{
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

    for (guint i = 0; i < 5; i++) { /* one is allowed, some senders write two */
        g_autofree char *value = header_value(header, name, i);
        if (value)
            find_message_ids(value, found);
    }
    for (guint i = 0; i < found->len && ids->len < most; i++) {
        const char *id = g_ptr_array_index(found, backwards ? found->len - 1 - i : i);
        if (!g_ptr_array_find_with_equal_func(ids, id, g_str_equal, NULL))
            g_ptr_array_add(ids, g_strdup(id));
    }
}
