/* A draft that two addresses have to confirm: an account's mail is to change and nothing proves that its owner asked (domain.md 5.7). Each has a token of its own. */
#ifndef MAILFLOW_CONSENT_H
#define MAILFLOW_CONSENT_H

#include "mailflow/affair.h"

#define CONSENT_NOTED_ZH "已收到您的确认；还需另一邮箱确认后，申请才提交。"
#define CONSENT_NOTED_EN "You have confirmed; the request is submitted when the other address has confirmed, too."

/* Whether somebody at another address than the ticket's has been asked to confirm as well and has not yet. A mail that came back is no yes. */
gboolean consent_awaited(const struct affair *affair, const struct ticket *ticket);

/* One of two addresses has said yes: its tokens are used up, the draft stays. */
gboolean consent_note(const struct affair *affair, const struct ticket *ticket, const struct message *message, GPtrArray *plans,
                      GError **error);

#endif
