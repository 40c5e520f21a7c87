#include "config.h"

#include "pipeline/accept.h"

#include <fnmatch.h>
#include <stdio.h>

/* The property of a session that `where` names. */
static rt_str
property(const struct session *s, rt_str name)
{
    const struct {
        const char *name;
        rt_str value;
    } rows[] = {
        {"cname", s->cname}, {"uid", s->uid}, {"app_id", s->app_id}, {"sid", s->sid},
        {"rid", s->rid},     {"id", s->id},   {"mode", s->mode},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rt_str_is(name, rows[i].name))
            return rows[i].value;
    return RT_NONE;
}

static bool
glob(rt_str pattern, rt_str value)
{
    char p[256], v[1100];
    snprintf(p, sizeof(p), "%.*s", RT_FMT(pattern));
    snprintf(v, sizeof(v), "%.*s", RT_FMT(value));
    return fnmatch(p, v, 0) == 0;
}

/* NAME=GLOB, blank-separated, all of them. */
static bool
fits(rt_str where, const struct session *s)
{
    while ((where = rt_str_trim(where)).n > 0) {
        size_t end = rt_str_find(where, RT_LIT(" "));
        rt_str term = {where.p, end == SIZE_MAX ? where.n : end};
        where = rt_str_from(where, term.n);
        size_t eq = rt_str_find(term, RT_LIT("="));
        if (eq == SIZE_MAX || s == NULL)
            return false;
        if (!glob(rt_str_from(term, eq + 1), property(s, (rt_str){term.p, eq})))
            return false;
    }
    return true;
}

bool
accept_hides(const struct rule_set *rules, const struct finding *f, const struct session *s,
             rt_time now)
{
    const struct rule_accept *a;
    RT_EACH (a, &rules->accepts)
        if (rt_str_eq(a->rule, f->id) && (a->until == RT_TIME_NONE || now <= a->until) &&
            fits(a->where, s))
            return true;
    return false;
}
