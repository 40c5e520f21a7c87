/*
 * model.c - findings and sessions of a report, tied to each other once; and what all writers say alike.
 */
#include "config.h"

#include "report/model.h"

#include "base/alloc.h"
#include "base/map.h"

struct report_links {
    struct rt_map sessions; /* id -> session */
    size_t *from;           /* by session: where its findings begin in `of`; one more ends it */
    size_t *of;             /* indexes of findings, by session */
    size_t count;           /* of sessions; none when they were streamed */
};

const struct session *
report_session(const struct report *r, rt_str id)
{
    return id.n == 0 || r->links == NULL ? NULL : rt_map_get(&r->links->sessions, id);
}

static int
put_sessions(struct report_links *l, const struct report *r)
{
    for (size_t i = 0; i < l->count; i++)
        if (rt_map_get(&l->sessions, r->sessions[i]->id) == NULL &&
            rt_map_put(&l->sessions, r->sessions[i]->id, r->sessions[i]) < 0)
            return -1;
    return 0;
}

/* Counted, summed, filled in the order of the findings. */
static void
tie(struct report_links *l, const struct report *r)
{
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct session *s = rt_map_get(&l->sessions, r->findings[i]->session);
        if (s != NULL)
            l->from[s->tag + 2]++;
    }
    for (size_t i = 2; i < l->count + 2; i++)
        l->from[i] += l->from[i - 1];
    for (size_t i = 0; i < r->finding_count; i++) {
        const struct session *s = rt_map_get(&l->sessions, r->findings[i]->session);
        if (s != NULL)
            l->of[l->from[s->tag + 1]++] = i;
    }
}

struct report_links *
report_links_new(const struct report *r, struct rt_err *err)
{
    struct report_links *l = rt_calloc(1, sizeof(*l));
    if (l == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    rt_map_init(&l->sessions);
    l->count = r->sessions == NULL ? 0 : r->session_count;
    l->from = rt_calloc(l->count + 2, sizeof(*l->from));
    l->of = rt_calloc(r->finding_count + 1, sizeof(*l->of));
    if (l->from == NULL || l->of == NULL || put_sessions(l, r) < 0) {
        rt_fail_mem(err);
        report_links_free(&l);
        return NULL;
    }
    tie(l, r);
    return l;
}

void
report_links_free(struct report_links **pl)
{
    struct report_links *l = *pl;
    *pl = NULL;
    if (l == NULL)
        return;
    rt_map_fini(&l->sessions);
    rt_free(l->from);
    rt_free(l->of);
    rt_free(l);
}

size_t
report_session_findings(const struct report *r, const struct session *s, const size_t **out)
{
    *out = NULL;
    if (r->links == NULL || s->tag >= r->links->count || r->sessions[s->tag] != s)
        return 0;
    *out = r->links->of + r->links->from[s->tag];
    return r->links->from[s->tag + 1] - r->links->from[s->tag];
}

bool
report_is_zoned(const struct report *r)
{
    bool zoned = false, unzoned = false;
    for (size_t i = 0; i < r->input_count; i++) {
        zoned |= r->inputs[i].first != RT_TIME_NONE && !r->inputs[i].unzoned;
        unzoned |= r->inputs[i].first != RT_TIME_NONE && r->inputs[i].unzoned;
    }
    return zoned || !unzoned;
}

const char *
report_zone(const struct report *r)
{
    return report_is_zoned(r) ? "UTC" : "no zone";
}
