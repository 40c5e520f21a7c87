/*
 * envelope.h - what a body says of itself: enough to know a copy, a test, another product. One scan,
 * nothing is parsed before the answer is sent.
 */
#ifndef RECTRACE_RECEIVE_ENVELOPE_H
#define RECTRACE_RECEIVE_ENVELOPE_H

#include "rules/rule_set.h"
#include "store/store.h"

struct envelope_reader;
/* `rules` and `limits` are borrowed. One thread. */
struct envelope_reader *envelope_reader_new(const struct rule_set *rules,
                                            const struct rt_limits *limits, struct rt_err *err);
void envelope_reader_free(struct envelope_reader **pr);

enum { ENVELOPE_NOTICE_BYTES = 200 };
struct envelope {
    enum store_label label;
    char notice
        [ENVELOPE_NOTICE_BYTES]; /* key of resends: its id, or else a digest of the body */
    size_t notice_n;
    unsigned char twin[STORE_TWIN];
    bool has_twin;
    rt_time notify; /* RT_TIME_NONE */
};
/* What the parts of a body say, as text in `a`; RT_NONE what is not there. 0, or -1: memory. */
int envelope_parts(const struct envelope_reader *r, rt_str body, struct rt_arena *a,
                   rt_str out[ENVELOPE__PARTS]);
/* False: the body is not JSON. */
bool envelope_read(const struct envelope_reader *r, rt_str body, struct envelope *out);

#endif
