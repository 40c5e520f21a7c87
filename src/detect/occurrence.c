/*
 * occurrence.c - the verdict on a rule: the events that complete it, and the paths to them.
 */
#include "config.h"

#include "detect/attempt.h"

/* Further paths are only counted: the evidence of a finding is a few lines. */
static size_t
most_shown(const struct attempt *t, const struct matched *m)
{
    size_t most = (size_t)t->m->limits->evidence_lines + 1;
    return m->count < most ? m->count : most;
}

/* What never decides is looked for from the see before it on, itself included, up to the next. */
static void
find_maybes(const struct attempt *t, uint32_t *steps)
{
    uint32_t from = 0;
    for (size_t k = 0; k < t->r->when_count; k++) {
        if (t->r->when[k].type == STEP_SEE)
            from = steps[k];
        if (t->r->when[k].type != STEP_MAYBE)
            continue;
        uint32_t to = (uint32_t)t->s->n;
        for (size_t n = k + 1; n < t->r->when_count && to == t->s->n; n++)
            if (t->r->when[n].type == STEP_SEE)
                to = steps[n];
        uint32_t found = t->columns[k].next[from];
        steps[k] = found < to ? found : MATCH_NOTHING;
    }
}

static void
path_of(const struct attempt *t, uint32_t end, uint32_t *steps)
{
    attempt_path(t, &t->joints[t->joint_count - 1], end, steps);
    find_maybes(t, steps);
}

static int
show(const struct attempt *t, struct matched *m, struct rt_arena *a)
{
    size_t most = most_shown(t, m);
    m->shown = rt_arena_array(a, most, sizeof(*m->shown));
    if (m->shown == NULL)
        return -1;
    for (; m->shown_count < most; m->shown_count++) {
        size_t n = m->shown_count, which = n == 1 ? m->count - 1 : n > 1 ? n - 1 : 0;
        struct occurrence *o = &m->shown[n];
        o->steps = rt_arena_array(a, t->r->when_count, sizeof(*o->steps));
        if (o->steps == NULL)
            return -1;
        path_of(t, m->ends[which], o->steps);
    }
    return 0;
}

/* ---- covers ---- */

static void
mark_run(const struct joint *j, const uint8_t *ends, size_t n, uint8_t *covered)
{
    for (uint32_t i = 0; i < n; i++) {
        if (!ends[i])
            continue;
        covered[i] = 1;
        for (uint32_t k = i; j->begin != NULL && k > j->begin[i];) {
            k = j->previous[k];
            covered[k] = 1;
        }
    }
}

/* The evidence that never decides, of each occurrence. */
static int
mark_maybes(const struct attempt *t, struct matched *m, uint8_t *covered)
{
    uint32_t *steps = rt_arena_array(t->a, t->r->when_count, sizeof(*steps));
    if (steps == NULL)
        return -1;
    bool any = false;
    for (size_t k = 0; k < t->r->when_count; k++)
        any |= t->r->when[k].type == STEP_MAYBE && t->columns[k].count > 0;
    for (size_t i = 0; any && i < m->count; i++) {
        path_of(t, m->ends[i], steps);
        for (size_t k = 0; k < t->r->when_count; k++) {
            if (t->r->when[k].type != STEP_MAYBE || steps[k] == MATCH_NOTHING)
                continue;
            covered[steps[k]] = 1;
            m->certain |= k == t->r->certain_with;
        }
    }
    return 0;
}

static int
cover(const struct attempt *t, struct matched *m, struct rt_arena *a)
{
    size_t n = t->s->n;
    uint8_t *covered = rt_arena_array(t->a, n + 1, 1);
    uint8_t *ends = rt_arena_array(t->a, n + 1, 1);
    if (covered == NULL || ends == NULL)
        return -1;
    for (size_t i = 0; i < m->count; i++)
        ends[m->ends[i]] = 1;
    for (size_t k = t->joint_count; k-- > 0;) {
        mark_run(&t->joints[k], ends, n, covered);
        if (k == 0)
            break;
        uint8_t *before = rt_arena_array(t->a, n + 1, 1);
        if (before == NULL || attempt_mark(t, k, ends, before) < 0)
            return -1;
        ends = before;
    }
    if (mark_maybes(t, m, covered) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        m->cover_count += covered[i];
    m->covers = rt_arena_array(a, m->cover_count, sizeof(*m->covers));
    for (size_t i = 0, k = 0; m->covers != NULL && i < n; i++)
        if (covered[i])
            m->covers[k++] = (uint32_t)i;
    return m->covers == NULL ? -1 : 0;
}

/* ---- the verdict ---- */

/* Where polls must be absent behind it, of polls that are alike only the last can be meant. */
static bool
is_last_of_its_kind(const struct attempt *t, uint32_t i)
{
    for (size_t k = t->joints[t->joint_count - 1].at + 1; k < t->r->when_count; k++) {
        const struct rule_step *step = &t->r->when[k];
        if (step->type == STEP_NO &&
            match_event(t->m, step->alts, step->alt_count, attempt_event(t, i)))
            return true;
    }
    return false;
}

static void
complete(const struct attempt *t, uint32_t i, struct matched *m)
{
    const struct joint *last = &t->joints[t->joint_count - 1];
    m->ends[m->count++] = i;
    m->total += last->weight != NULL        ? last->weight[i]
                : is_last_of_its_kind(t, i) ? 1
                                            : attempt_event(t, i)->repeated;
}

/* All that is not sure about the path that ends at i. */
static void
doubts_of(const struct attempt *t, uint32_t i, struct doubt *d)
{
    for (const struct joint *j = &t->joints[t->joint_count - 1];; j--) {
        attempt_doubts(t, j, i, d);
        if (j == t->joints)
            break;
        i = j->from[i];
    }
}

/* Decides each event at which the last joint can stand. */
static void
decide(const struct attempt *t, struct matched *m, struct doubt *open)
{
    const struct joint *last = &t->joints[t->joint_count - 1];
    for (uint32_t i = 0; i < t->s->n; i++) {
        struct doubt d = {.verdict = TRI_YES};
        if (last->can[i] == TRI_NO)
            continue;
        enum tri excused = unless_holds(t, i, &d);
        if (excused == TRI_YES || absence_tail(t, i, &d) == TRI_NO)
            continue;
        if (last->can[i] != TRI_YES)
            doubts_of(t, i, &d);
        if (d.verdict == TRI_YES)
            complete(t, i, m);
        /* One that only waits outweighs one that nobody will ever know. */
        else if (open->verdict == TRI_YES ||
                 (open->verdict == TRI_NO_DATA && d.verdict == TRI_PENDING))
            *open = d;
    }
}

static int
settle(const struct attempt *t, struct matched *m, const struct doubt *open, struct rt_arena *a)
{
    if (m->count > 0) {
        m->verdict = VERDICT_FOUND;
        return show(t, m, a) < 0 ? -1 : cover(t, m, a);
    }
    if (open->verdict == TRI_YES)
        return 0;
    m->verdict = open->verdict == TRI_PENDING ? VERDICT_PENDING : VERDICT_NO_DATA;
    m->unsubscribed = open->unsubscribed;
    if (open->verdict == TRI_PENDING && open->missing > 0) {
        m->due = open->due;
        m->awaits = condition_kinds(open->step->alts, open->step->alt_count);
    }
    m->needs = doubt_text(open, a);
    return m->needs == NULL ? -1 : 0;
}

int
match_rule(struct matcher *m, const struct rule *r, const struct scope *s, struct rt_arena *a,
           struct matched *out, struct rt_err *err)
{
    struct attempt t;
    struct doubt open = {.verdict = TRI_YES};
    *out = (struct matched){.verdict = VERDICT_CLEAR, .due = RT_TIME_NONE};
    if (s->n == 0 || !match_possible(r, s->kinds, s->marks))
        return 0;
    struct rt_arena_mark mark = rt_arena_mark(&m->scratch);
    int rc = attempt_open(&t, m, r, s, false, &m->scratch);
    if (rc > 0)
        rc = attempt_run(&t);
    if (rc == 0 && t.joint_count > 0) {
        out->ends = rt_arena_array(a, t.columns[t.joints[t.joint_count - 1].at].count,
                                   sizeof(*out->ends));
        rc = out->ends == NULL ? -1 : 0;
        if (rc == 0)
            decide(&t, out, &open);
        if (rc == 0)
            rc = settle(&t, out, &open, a);
    }
    rt_arena_reset(&m->scratch, mark);
    return rc < 0 ? rt_fail_mem(err) : 0;
}
