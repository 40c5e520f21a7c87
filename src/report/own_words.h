/*
 * own_words.h - the words of our own documents, rules and of the API that these tell of. One of them may be somebody's
 * secret all the same; it stands everywhere, and can only be taken out where a name says what it is.
 */
#ifndef RECTRACE_REPORT_OWN_WORDS_H
#define RECTRACE_REPORT_OWN_WORDS_H

#include "base/str.h"

extern const rt_str
    own_words; /* made at build time: one a line, with a line end in front of the first */

static inline bool
is_own_word(rt_str s)
{
    for (rt_str rest = own_words; rest.n > s.n;) {
        size_t at = rt_str_find(rest, s);
        if (at == SIZE_MAX)
            return false;
        if (at > 0 && rest.p[at - 1] == '\n' && at + s.n < rest.n && rest.p[at + s.n] == '\n')
            return true;
        rest = rt_str_from(rest, at + 1);
    }
    return false;
}

#endif
