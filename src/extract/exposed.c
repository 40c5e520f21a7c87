/*
 * exposed.c - which secrets of a call the log holds in clear. Their kind is told, never their text.
 */
#include "config.h"

#include "extract/work.h"

enum { LEAST = 4 }; /* bytes of a secret */

struct scan_plan *
exposed_plan_new(const struct rule_set *rules, struct rt_arena *a)
{
    struct scan_plan *p = scan_plan_new(a);
    for (size_t i = 0; p != NULL && i < rules->secrets.n; i++)
        for (size_t k = 0; k < rules->secrets.v[i].path_count; k++)
            if (scan_plan_add(p, &rules->secrets.v[i].paths[k], (unsigned)i, false) < 0)
                return NULL;
    return p;
}

static bool
in_clear(struct extract *x, rt_str s)
{
    const struct rule_set *r = x->rules;
    return s.n >= LEAST && (r->hidden == NULL || !derive_matches(x, r->hidden, s)) &&
           (r->template == NULL || !derive_matches(x, r->template, s));
}

/* What follows the name of a header, in JSON or as it is sent: without the scheme before it. */
static rt_str
header_value(rt_str headers, rt_str name)
{
    size_t at = rt_str_find_nocase(headers, name), n = 0;
    rt_str rest = at == SIZE_MAX ? RT_NONE : rt_str_from(headers, at + name.n);
    while (rest.n > 0 && strchr("\": \\[", rest.p[0]) != NULL && rest.p[0] != '\0')
        rest = rt_str_from(rest, 1);
    while (n < rest.n && rest.p[n] != '"' && rest.p[n] != '\\' && rest.p[n] != '\n' &&
           rest.p[n] != '\r')
        n++;
    rt_str value = {rest.p, n};
    size_t blank = rt_str_find(value, RT_LIT(" "));
    return blank == SIZE_MAX ? value : rt_str_trim(rt_str_from(value, blank));
}

int
exposed_headers(struct extract *x, struct event *e, rt_str headers, struct rt_err *err)
{
    for (size_t i = 0; headers.n > 0 && i < x->rules->secrets.n; i++) {
        const struct secret_place *s = &x->rules->secrets.v[i];
        if (s->header.n > 0 && in_clear(x, header_value(headers, s->header)) &&
            work_add_text(x, e, FIELD_EXPOSED, s->kind) < 0)
            return rt_fail_mem(err);
    }
    return 0;
}

int
exposed_members(struct extract *x, struct event *e, rt_str body, struct rt_err *err)
{
    struct scan_value v[SECRETS_MOST];
    unsigned n = (unsigned)x->rules->secrets.n;
    if (scan_plan_run(x->secret_plan, body, (unsigned)x->limits->json_depth, NULL, v, n) == 0)
        return 0;
    for (unsigned i = 0; i < n; i++)
        if (v[i].type == SCAN_STRING && in_clear(x, work_text(x, &v[i], 3)) &&
            work_add_text(x, e, FIELD_EXPOSED, x->rules->secrets.v[i].kind) < 0)
            return rt_fail_mem(err);
    return 0;
}
