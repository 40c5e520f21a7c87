/*
 * views.c - one call of which several records tell.
 *
 *   bare     a proxy, a client library or another logger: path and status alone. A copy of the record with bodies that is near
 *            in time and has the same ids and status. Two lines without bodies are two calls, and so are two with bodies:
 *            nothing but the time would say otherwise.
 *   hearsay  what the application says of an answer: ids that it stores, a result that it hands on, without path or status.
 *            No second acquire returns the same resource id and no second start the same sid, whenever it is said.
 */
#include "config.h"

#include "session/fold.h"

enum { NEIGHBOURS = 64, FIRST_MOST = 256 }; /* of an event, in order of time */
#define CLOCKS_APART (2 * RT_SEC)           /* with stamps of whole seconds */

/* The path, the method and the status are all that it tells. */
static bool
is_bare(const struct event *e)
{
    bool start_answered = e->kind == KIND_START && e->sid.n > 0;
    return e->value_count == 0 && e->cname.n == 0 && e->uid.n == 0 &&
           e->code == EVENT_NO_CODE && e->reason.n == 0 && e->error.n == 0 &&
           e->status == EVENT_NO_CODE && !start_answered;
}

static bool
may_be_told_twice(const struct event *e)
{
    return e->source == SOURCE_API && e->kind > KIND_ACQUIRE && e->kind < KIND_ANSWER &&
           e->rid.n > 0 && e->http != 0 && e->begin != RT_TIME_NONE;
}

static rt_time
end_of(const struct event *e)
{
    return e->end == RT_TIME_NONE ? e->begin : e->end;
}

/* How far they lie apart. A record that is written with the answer may have the time of either end. */
static rt_dur
distance(const struct event *a, const struct event *b)
{
    rt_dur apart = a->begin > end_of(b)   ? a->begin - end_of(b)
                   : b->begin > end_of(a) ? b->begin - end_of(a)
                                          : 0;
    rt_dur took = end_of(b) > b->begin ? end_of(b) - b->begin : 0;
    return apart > took ? apart - took : 0;
}

static bool
same_call(const struct event *bare, const struct event *rich)
{
    return bare->kind == rich->kind && bare->http == rich->http &&
           rt_str_eq(bare->rid, rich->rid) &&
           (bare->sid.n == 0 || rt_str_eq(bare->sid, rich->sid)) &&
           distance(bare, rich) <= CLOCKS_APART;
}

static bool
is_hearsay(const struct event *e)
{
    return e->source == SOURCE_API && e->kind < KIND_ANSWER && e->outcome == OUTCOME_OK &&
           e->http == 0 && e->method.n == 0 && e->host.n == 0 && (e->rid.n > 0 || e->sid.n > 0);
}

static bool
is_said_of(const struct event *hearsay, const struct event *call)
{
    bool ids = (hearsay->rid.n == 0 || rt_str_eq(hearsay->rid, call->rid)) &&
               rt_str_eq(hearsay->sid, call->sid);
    if (!ids || call->kind != hearsay->kind || call->http == 0 || call->outcome != OUTCOME_OK)
        return false;
    if (call->kind == KIND_ACQUIRE || call->kind == KIND_START)
        return true;
    return hearsay->begin != RT_TIME_NONE && call->begin != RT_TIME_NONE &&
           distance(hearsay, call) <= CLOCKS_APART;
}

/* The record with bodies that is nearest, of those of which the input has not told yet; SIZE_MAX: none. `v` is in order of time. */
static size_t
find_rich(struct event *const *v, const struct fold_view *views, size_t n, size_t bare)
{
    size_t best = SIZE_MAX, from = bare > NEIGHBOURS ? bare - NEIGHBOURS : 0,
           to = n - bare > NEIGHBOURS ? bare + NEIGHBOURS : n;
    for (size_t i = from; i < to; i++)
        if (views[i].rich && views[i].told_by != v[bare]->input + 1 &&
            same_call(v[bare], v[i]) &&
            (best == SIZE_MAX || distance(v[bare], v[i]) < distance(v[bare], v[best])))
            best = i;
    return best;
}

/* The first acquire or start, the nearest of the others; SIZE_MAX: none. */
static size_t
find_call(struct event *const *v, size_t n, size_t hearsay)
{
    bool first = v[hearsay]->kind == KIND_ACQUIRE || v[hearsay]->kind == KIND_START;
    size_t from = !first && hearsay > NEIGHBOURS ? hearsay - NEIGHBOURS : 0,
           to = n - hearsay > NEIGHBOURS ? hearsay + NEIGHBOURS : n;
    for (size_t i = from; i < to && i < from + FIRST_MOST; i++)
        if (is_said_of(v[hearsay], v[i]))
            return i;
    return SIZE_MAX;
}

static void
take_copies(struct event *into, const struct event *e, uint64_t *duplicates)
{
    into->copies += e->copies;
    *duplicates += e->copies;
}

size_t
views_fold(struct event **v, struct fold_view *views, size_t n, uint64_t *duplicates)
{
    size_t kept = 0, bare = 0, rich = 0;
    for (size_t i = 0; i < n; i++) {
        bool may = may_be_told_twice(v[i]), is = may && is_bare(v[i]);
        size_t call = is_hearsay(v[i]) ? find_call(v, n, i) : SIZE_MAX;
        views[i] = (struct fold_view){.rich = may && !is, .bare = is, .gone = call != SIZE_MAX};
        bare += views[i].bare;
        rich += views[i].rich;
        if (call != SIZE_MAX)
            take_copies(v[call], v[i], duplicates);
    }
    for (size_t i = 0; i < n && bare > 0 && rich > 0; i++) {
        size_t at = views[i].bare ? find_rich(v, views, n, i) : SIZE_MAX;
        if (at == SIZE_MAX)
            continue;
        views[i].gone = true;
        views[at].told_by = v[i]->input + 1;
        take_copies(v[at], v[i], duplicates);
    }
    for (size_t i = 0; i < n; i++)
        if (!views[i].gone)
            v[kept++] = v[i];
    return kept;
}
