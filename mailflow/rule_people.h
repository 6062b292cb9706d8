/* The rules of P2, P3 and P4, for the table in rule.c. */
#ifndef MAILFLOW_RULE_PEOPLE_H
#define MAILFLOW_RULE_PEOPLE_H

#include "mailflow/question.h"

rule_function rule_target_own, rule_updates_direct, rule_city_by_procedure, rule_account_uncertified, rule_trainees_enrollable,
    rule_period_open, rule_items_own;

#endif
