/*
 * rule_test.h - runs the tests that rules carry, and mutations of them.
 *
 * A log of an inline test: one event a line, '+'dur NAME cond*; 'END api|hook +dur' says where
 * that log stops (default: an hour after the last event, for both). rid=, sid=, cname=, uid=,
 * app=, code=, http= and every other field are set as written; `ok` and `fail` set the outcome,
 * otherwise it follows from http and code (an api event with neither is ok).
 */
#ifndef RECTRACE_DETECT_RULE_TEST_H
#define RECTRACE_DETECT_RULE_TEST_H

#include "base/out.h"
#include "rules/rule_set.h"

struct rule_test_result {
    uint32_t passed, failed, mutations;
};
enum rule_test_format { RULE_TEST_TAP, RULE_TEST_JUNIT };
/* `only`: id of one rule, or NULL. Failures are told in `o` with the place of the test. */
int rule_tests_run(const struct rule_set *set, const struct rt_limits *limits, const char *only,
                   enum rule_test_format format, struct out *o, struct rule_test_result *result,
                   struct rt_err *err);

#endif
