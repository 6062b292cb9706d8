/* Objections: answers that change nothing. Who is known hears why and what to write instead; nobody else hears anything. */
#ifndef MAILFLOW_OBJECTION_H
#define MAILFLOW_OBJECTION_H

#include "mailflow/workflow.h"

#define OBJECTION_SEALED_ZH "您的邮件已加密，无法阅读，申请状态未变。请不加密重新回复（可以签名）。"
#define OBJECTION_SEALED_EN                                                                                                        \
    "Your mail is encrypted and cannot be read; nothing has changed. Please answer again without encryption (signed is fine)."

/* Whether the message is encrypted. */
gboolean objection_is_sealed(const struct message *message);

/* Noted only: `why` is one English line, for the log and, where it is about a request (NULL: none), for the audit. */
void objection_log(const struct message *message, const char *request, const char *why, GPtrArray *plans);

/* N9: the sender is told what was read, what is missing and how to say it; limited per person and thread. FALSE with `error` when the world could not be asked. */
gboolean objection_tell(const struct affair *affair, const struct message *message, const char *zh, const char *en,
                        const char *language, GPtrArray *plans, GError **error);

#endif
