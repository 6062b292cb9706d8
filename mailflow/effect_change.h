/* The effects of the certificate matters and of people's data, for the table in effect.c. */
#ifndef MAILFLOW_EFFECT_CHANGE_H
#define MAILFLOW_EFFECT_CHANGE_H

#include "mailflow/effect.h"

effect_function effect_certificates_reissue, effect_employer_change, effect_account_keep, effect_enterprise_rename,
    effect_enterprise_city, effect_requests_reroute, effect_holder_correct, effect_data_update, effect_trainees_add;

/* A certificate's next copy, in `state`; the effect is named "NAME/number/copy". */
void effect_new_copy(struct effects *effects, const struct entry *certificate, const char *state, const char *name);

#endif
