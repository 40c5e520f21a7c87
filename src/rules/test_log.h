/*
 * test_log.h - the little logs of inline tests: '+'dur NAME cond*, one event a line;
 * 'END api|hook +dur' and 'GAP api|hook +dur +dur'.
 */
#ifndef RECTRACE_RULES_TEST_LOG_H
#define RECTRACE_RULES_TEST_LOG_H

#include "rules/rule_set.h"

enum test_line_type { TEST_LINE_EVENT, TEST_LINE_END, TEST_LINE_GAP, TEST_LINE_EMPTY };
struct test_line {
    enum test_line_type type;
    rt_dur at, until;         /* until: of a gap */
    uint8_t kind;             /* event */
    enum event_source source; /* event, end, gap */
    bool ok, fail;
    struct { /* FIELD=VALUE in order; classes are resolved */
        uint16_t field;
        rt_str value;
    } sets[24];
    size_t set_count;
};
/* The text borrows from `line`. -1: err has the message and, in pos.col, the column in the line. */
int test_line_parse(const struct rule_set *set, rt_str line, struct test_line *out,
                    struct rt_err *err);

#endif
