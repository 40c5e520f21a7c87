/*
 * scrub_value.h - the value that stands behind a name, in whatever way it was written down.
 */
#ifndef RECTRACE_REPORT_SCRUB_VALUE_H
#define RECTRACE_REPORT_SCRUB_VALUE_H

#include "base/str.h"

struct value_place {
    size_t begin, end;
    bool quoted;
    bool open;  /* the line ends before it does: it goes on, or begins, in the next one */
    bool apart; /* with `open`: the next line names it "value" */
};
/* Letters, digits, '_' and '-'. */
bool scrub_value_is_word(char c);
/* Bytes of an escape that begins at `i` (\n, \u0022, %3A); 0: none. A word may begin behind one. */
size_t scrub_value_escape(rt_str s, size_t i);
/* The value of the name that ends at `at`. `header`: it may hold blanks, or stand behind a comma.
 * False, with out->open: it may be in the next line. */
bool scrub_value_behind(rt_str line, size_t at, bool header, struct value_place *out);
/* The one that goes on at the beginning of this line. */
bool scrub_value_goes_on(rt_str line, const struct value_place *before, bool header,
                         struct value_place *out);
/* "value": "this", "name": "the name that begins at `at`". */
bool scrub_value_before(rt_str line, size_t at, struct value_place *out);

#endif
