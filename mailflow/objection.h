/* Objections: answers that change nothing. Who is known hears why and what to write instead; anybody else one neutral line. */
#ifndef MAILFLOW_OBJECTION_H
#define MAILFLOW_OBJECTION_H

#include "mailflow/guard.h"
#include "mailflow/workflow.h"

#define OBJECTION_SEALED_ZH "您的邮件已加密，无法阅读，申请状态未变。请不加密重新回复（可以签名）。"
#define OBJECTION_SEALED_EN                                                                                                        \
    "Your mail is encrypted and cannot be read; nothing has changed. Please answer again without encryption (signed is fine)."

/* Whether the message is encrypted. */
gboolean objection_is_sealed(const struct message *message);

/* Answered from an address that is not the mail's own: NX, which says so and nothing about any request. `why` is one English line for the log and the audit, `request` the
 * one it is about or NULL. */
void objection_stranger(const struct mind *mind, const struct message *message, const char *request, const char *why,
                        GPtrArray *plans);

/* N9: the sender is told what was read, what is missing and how to say it; limited per person and thread. FALSE with `error` when the world could not be asked. */
gboolean objection_tell(const struct affair *affair, const struct message *message, const char *zh, const char *en,
                        const char *language, GPtrArray *plans, GError **error);

/* The same to a reviewer with what the guards have said. Who comes too late for a colleague's decision is noted, to hear when that does not stand (undo.h). */
gboolean objection_refuse(const struct attempt *attempt, const struct guard_result *result, GPtrArray *plans, GError **error);

#endif
