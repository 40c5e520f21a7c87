/*
 * unnamed.c - records of a request and of its answer that no id ties: by the ids of the call itself.
 *
 * The answer is that of the newest request with its ids which had none yet. The pair gets an id of its own, and is joined
 * like any other.
 */
#include "config.h"

#include "base/alloc.h"
#include "extract/work.h"

enum { LINES_LONGEST = 2000 }; /* between the two */

/* Who is to record, or the ids of the path; 0: nothing is said. */
static uint64_t
call_hash(struct extract *x, const struct scan_value *parts, const struct event *e, bool asks)
{
    rt_str one = e->rid, other = e->kind == KIND_START ? RT_NONE : e->sid;
    if (e->kind == KIND_ACQUIRE) {
        rt_str body = asks && scan_present(&parts[FORMAT_REQUEST])
                          ? work_body(x, &parts[FORMAT_REQUEST], 1)
                          : RT_NONE;
        one = body.n > 0 ? scan_get(body, "cname").text : e->cname;
        other = body.n > 0 ? scan_get(body, "uid").text : e->uid;
    }
    return one.n == 0 || (e->kind != KIND_START && other.n == 0)
               ? 0
               : rt_str_hash(one) * 31 + rt_str_hash(other);
}

/* The newest of the same ids. Only acquire knows none yet: where one side does not say for whom, the newest that does not
 * either, or the only one. */
static struct unnamed_request *
find(struct extract *x, uint8_t kind, uint64_t call)
{
    struct unnamed_request *nameless = NULL, *any = NULL;
    size_t count = 0;
    for (size_t i = x->unnamed.n; i > 0 && x->unnamed.v[i - 1].line + LINES_LONGEST >= x->line;
         i--) {
        struct unnamed_request *r = &x->unnamed.v[i - 1];
        if (r->kind != kind)
            continue;
        if (r->call == call && call != 0)
            return r;
        nameless = nameless == NULL && r->call == 0 ? r : nameless;
        any = r;
        count++;
    }
    if (kind != KIND_ACQUIRE)
        return NULL;
    return nameless != NULL || call != 0 || count != 1 ? nameless : any;
}

static int
tie(struct extract *x, struct event *e, uint64_t line, bool is_answer, struct rt_err *err)
{
    const char *id = rt_arena_printf(&x->scratch, "line %llu of %u", (unsigned long long)line,
                                     x->options.input);
    if (id == NULL)
        return rt_fail_mem(err);
    e->join = rt_str_of(id);
    e->half = true;
    e->is_answer = is_answer;
    return 0;
}

int
unnamed_halves(struct extract *x, const struct scan_value *parts, struct event *e, bool asks,
               bool answers, struct rt_err *err)
{
    bool alone = asks && !answers && !scan_present(&parts[FORMAT_DURATION]);
    if (e->kind >= KIND_ANSWER || (!alone && (!answers || x->unnamed.n == 0)))
        return 0;
    uint64_t call = call_hash(x, parts, e, alone);
    if (call == 0 && e->kind != KIND_ACQUIRE)
        return 0;
    struct unnamed_request *r = alone ? NULL : find(x, e->kind, call);
    if (r != NULL) {
        r->kind = KIND_NONE;
        return tie(x, e, r->line, true, err);
    }
    if (!alone)
        return 0;
    x->unnamed.n = work_forget_older(x->unnamed.v, x->unnamed.n, sizeof(*x->unnamed.v),
                                     x->limits->pending_calls);
    if ((r = RT_VEC_PUSH(&x->unnamed)) == NULL)
        return rt_fail_mem(err);
    *r = (struct unnamed_request){.call = call, .line = x->line, .kind = e->kind};
    return tie(x, e, x->line, false, err);
}
