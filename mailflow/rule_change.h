/* The rules of the certificate matters, for the table in rule.c. */
#ifndef MAILFLOW_RULE_CHANGE_H
#define MAILFLOW_RULE_CHANGE_H

#include "mailflow/question.h"

rule_function rule_applicant_enterprise, rule_handler_named, rule_previous_own, rule_enterprise_own, rule_certificates_own,
    rule_holder_own, rule_holder_as_said, rule_sender_enterprise, rule_receiver_exists, rule_receiver_active, rule_receiver_as_said,
    rule_certificates_of_holder, rule_enterprise_as_said, rule_new_name_twin, rule_corrections_possible;

/* One item of a list of certificates (T1, P4): `item` is its path, `number_field` the name of the field with the holder's identity number. */
gboolean rule_check_certificate(const struct affair *affair, const char *item, const char *number_field, GPtrArray *findings,
                                GError **error);

#endif
