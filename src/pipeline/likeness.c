#include "config.h"

#include "pipeline/likeness.h"

#include "base/alloc.h"

static bool
holds(const struct session *s, const struct event *e)
{
    for (size_t i = 0; i < s->event_count; i++)
        if (s->events[i]->input == e->input && s->events[i]->line == e->line)
            return true;
    return false;
}

/* Sessions are sorted by their first time, unknown last. */
static size_t
first_at(const struct report *r, rt_time first)
{
    size_t low = 0, high = r->session_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        rt_time there = r->sessions[middle]->first;
        if (there != RT_TIME_NONE && (first == RT_TIME_NONE || there < first))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct session *
likeness_session(const struct report *r, const struct session *s)
{
    if (s->event_count == 0)
        return NULL;
    for (size_t i = first_at(r, s->first);
         i < r->session_count && r->sessions[i]->first == s->first; i++)
        if (holds(r->sessions[i], s->events[0]))
            return r->sessions[i];
    return NULL;
}

static bool
found(const struct report *r, const struct session *s, rt_str id)
{
    const size_t *of = NULL;
    size_t n = s == NULL ? 0 : report_session_findings(r, s, &of);
    for (size_t i = 0; i < n; i++)
        if (rt_str_eq(r->findings[of[i]]->id, id))
            return true;
    return false;
}

static int
tell(struct likeness_list *out, rt_str id, rt_str where, struct rt_arena *a)
{
    const char *text = where.n > 0
                           ? rt_arena_printf(a, "%.*s in %.*s", RT_FMT(id), RT_FMT(where))
                           : rt_arena_printf(a, "%.*s", RT_FMT(id));
    const char **slot = text == NULL ? NULL : RT_VEC_PUSH(&out->names);
    if (slot == NULL)
        return -1;
    *slot = text;
    return 0;
}

/* Findings of `s` in `a` that are none of `t` in `b`; told with the id of `shown`. */
static int
compare(const struct report *a, const struct session *s, const struct report *b,
        const struct session *t, rt_str shown, struct likeness_list *out,
        struct rt_arena *arena)
{
    const size_t *of = NULL;
    size_t n = report_session_findings(a, s, &of);
    for (size_t i = 0; i < n; i++)
        if (!found(b, t, a->findings[of[i]]->id) &&
            tell(out, a->findings[of[i]]->id, shown, arena) < 0)
            return -1;
    return 0;
}

static bool
is_wide(const struct report *r, const struct finding *f)
{
    return report_session(r, f->session) == NULL;
}

static int
compare_wide(const struct report *a, const struct report *b, struct likeness_list *out,
             struct rt_arena *arena)
{
    for (size_t i = 0; i < a->finding_count; i++) {
        bool same = !is_wide(a, a->findings[i]);
        for (size_t k = 0; k < b->finding_count && !same; k++)
            same =
                is_wide(b, b->findings[k]) && rt_str_eq(a->findings[i]->id, b->findings[k]->id);
        if (!same && tell(out, a->findings[i]->id, RT_NONE, arena) < 0)
            return -1;
    }
    return 0;
}

int
likeness_make(struct likeness *l, const struct report *first,
              const struct session *const *sessions, size_t n, bool wide,
              const struct report *second, struct rt_arena *a)
{
    *l = (struct likeness){0};
    for (size_t i = 0; i < n; i++) {
        const struct session *s = sessions[i], *t = likeness_session(second, s);
        rt_str shown = t != NULL ? t->id : RT_LIT("a session that is not there");
        if (compare(first, s, second, t, shown, &l->lost, a) < 0)
            return -1;
    }
    /* Of a session that nobody wanted some lines may be there, and tell something that all of them do not. */
    for (size_t i = 0; i < second->session_count; i++) {
        const struct session *t = second->sessions[i];
        if (compare(second, t, first, likeness_session(first, t), t->id, &l->gained, a) < 0)
            return -1;
    }
    if (!wide)
        return 0;
    return compare_wide(first, second, &l->lost, a) < 0 ||
                   compare_wide(second, first, &l->gained, a) < 0
               ? -1
               : 0;
}

void
likeness_fini(struct likeness *l)
{
    RT_VEC_FREE(&l->lost.names);
    RT_VEC_FREE(&l->gained.names);
}
