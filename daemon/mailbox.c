#include "daemon/mailbox.h"

#include "daemon/imap.h"
#include "daemon/maildir.h"

struct mailbox {
    const struct mailbox_kind *kind;
    void *self;
};

static const struct mailbox_kind *const kinds[] = {&imap_kind, &maildir_kind};

static const struct mailbox_kind *find_kind(const char *url)
{
    for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++)
        for (const char *const *scheme = kinds[i]->schemes; *scheme != NULL; scheme++)
            if (g_str_has_prefix(url, *scheme))
                return kinds[i];
    return NULL;
}

struct mailbox *mailbox_open(const struct mailbox_options *options, GError **error)
{
    const struct mailbox_kind *kind = find_kind(options->url);
    if (kind == NULL) {
        g_set_error_literal(error, MAILBOX_ERROR, MAILBOX_REFUSED,
                            "the mailbox's URL is neither imap:// nor imaps:// nor maildir://");
        return NULL;
    }
    void *self = kind->open(options, error);
    if (self == NULL)
        return NULL;
    struct mailbox *mailbox = g_new(struct mailbox, 1);
    *mailbox = (struct mailbox){.kind = kind, .self = self};
    return mailbox;
}

void mailbox_close(struct mailbox *mailbox)
{
    if (mailbox == NULL)
        return;
    mailbox->kind->close(mailbox->self);
    g_free(mailbox);
}

GPtrArray *mailbox_fetch(struct mailbox *mailbox, guint most, gsize octets, GError **error)
{
    return mailbox->kind->fetch(mailbox->self, most, octets, error);
}

gboolean mailbox_file(struct mailbox *mailbox, const GPtrArray *items, GError **error)
{
    return mailbox->kind->file(mailbox->self, items, error);
}

void mailbox_leave(struct mailbox *mailbox, const struct mailbox_item *item)
{
    mailbox->kind->leave(mailbox->self, item);
}

void mailbox_look_again(struct mailbox *mailbox)
{
    mailbox->kind->look_again(mailbox->self);
}

int mailbox_watch(struct mailbox *mailbox, GError **error)
{
    return mailbox->kind->watch(mailbox->self, error);
}

guint mailbox_watch_seconds(const struct mailbox *mailbox)
{
    return mailbox->kind->watch_seconds;
}

gboolean mailbox_stirred(struct mailbox *mailbox, GError **error)
{
    return mailbox->kind->stirred(mailbox->self, error);
}
