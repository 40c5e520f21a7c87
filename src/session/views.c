/*
 * views.c - one call of which two logs tell: the application with its bodies, and a proxy, a client library or another logger
 * with a line that has the path and the status alone.
 *
 * Such a line is a copy of the record with bodies that is near in time and has the same ids and status. Two lines without
 * bodies are two calls, and so are two with bodies: nothing but the time would say otherwise.
 */
#include "config.h"

#include "session/fold.h"

enum { NEIGHBOURS = 64 };      /* of an event, in order of time */
#define CLOCKS_APART (2 * RT_SEC) /* with stamps of whole seconds */

/* The path, the method and the status are all that it tells. */
static bool
is_bare(const struct event *e)
{
    bool start_answered = e->kind == KIND_START && e->sid.n > 0;
    return e->value_count == 0 && e->cname.n == 0 && e->uid.n == 0 && e->code == EVENT_NO_CODE && e->reason.n == 0 &&
           e->error.n == 0 && e->status == EVENT_NO_CODE && !start_answered;
}

static bool
may_be_told_twice(const struct event *e)
{
    return e->source == SOURCE_API && e->kind > KIND_ACQUIRE && e->kind < KIND_ANSWER && e->rid.n > 0 && e->http != 0 &&
           e->begin != RT_TIME_NONE;
}

/* How far they lie apart. A record that is written with the answer may have the time of either end. */
static rt_dur
distance(const struct event *a, const struct event *b)
{
    rt_dur apart = a->begin > b->end ? a->begin - b->end : b->begin > a->end ? b->begin - a->end : 0;
    rt_dur took = b->end > b->begin ? b->end - b->begin : 0;
    return apart > took ? apart - took : 0;
}

static bool
same_call(const struct event *bare, const struct event *rich)
{
    return bare->kind == rich->kind && bare->http == rich->http && rt_str_eq(bare->rid, rich->rid) &&
           (bare->sid.n == 0 || rt_str_eq(bare->sid, rich->sid)) && distance(bare, rich) <= CLOCKS_APART;
}

/* The record with bodies that is nearest, of those of which the input has not told yet; SIZE_MAX: none. `v` is in order of time. */
static size_t
find_rich(struct event *const *v, const struct fold_view *views, size_t n, size_t bare)
{
    size_t best = SIZE_MAX, from = bare > NEIGHBOURS ? bare - NEIGHBOURS : 0, to = n - bare > NEIGHBOURS ? bare + NEIGHBOURS : n;
    for (size_t i = from; i < to; i++)
        if (views[i].rich && views[i].told_by != v[bare]->input + 1 && same_call(v[bare], v[i]) &&
            (best == SIZE_MAX || distance(v[bare], v[i]) < distance(v[bare], v[best])))
            best = i;
    return best;
}

size_t
fold_views(struct event **v, struct fold_view *views, size_t n, uint64_t *duplicates)
{
    size_t kept = 0, bare = 0, rich = 0;
    for (size_t i = 0; i < n; i++) {
        bool may = may_be_told_twice(v[i]), is = may && is_bare(v[i]);
        views[i] = (struct fold_view){.rich = may && !is, .bare = is};
        bare += views[i].bare;
        rich += views[i].rich;
    }
    for (size_t i = 0; i < n && bare > 0 && rich > 0; i++) {
        size_t at = views[i].bare ? find_rich(v, views, n, i) : SIZE_MAX;
        if (at == SIZE_MAX)
            continue;
        views[i].gone = true;
        views[at].told_by = v[i]->input + 1;
        v[at]->copies += v[i]->copies;
        *duplicates += v[i]->copies;
    }
    for (size_t i = 0; i < n; i++)
        if (!views[i].gone)
            v[kept++] = v[i];
    return kept;
}
