/*
 * foreign.c - calls of other products that share hosts and paths with this one. They make no session.
 */
#include "config.h"

#include "extract/work.h"

enum {
    ID_LEAST = 16,
    SHOWN_MOST = 120
}; /* bytes: of a segment that is an id; of what is told */

static bool
is_listed(const rt_str *list, size_t count, rt_str s)
{
    for (size_t i = 0; i < count; i++)
        if (rt_str_eq(list[i], s))
            return true;
    return false;
}

static bool
is_vendor_host(const struct host_table *t, rt_str host)
{
    for (size_t i = 0; i < t->vendor_count; i++) {
        rt_str name = t->vendor[i];
        if (rt_str_ends(host, name) && (host.n == name.n || host.p[host.n - name.n - 1] == '.'))
            return true;
    }
    return false;
}

/* False: no URL of the vendor, or one that belongs to recording. */
static bool
split(const struct host_table *t, rt_str url, rt_str *host, rt_str *path)
{
    size_t scheme = rt_str_find(url, RT_LIT("://"));
    rt_str rest = scheme == SIZE_MAX ? RT_NONE : rt_str_from(url, scheme + 3);
    size_t n = 0;
    while (n < rest.n && strchr("/:?#", rest.p[n]) == NULL)
        n++;
    *host = (rt_str){rest.p, n};
    size_t slash = rt_str_find(rest, RT_LIT("/"));
    *path = slash == SIZE_MAX ? RT_NONE : rt_str_from(rest, slash);
    for (n = 0; n < path->n && path->p[n] != '?' && path->p[n] != '#';)
        n++;
    path->n = n;
    return path->n > 1 && is_vendor_host(t, *host) &&
           !is_listed(t->paths, t->path_count, *path);
}

/* The path with "*" for each segment that is an id: they are no words, and some are secrets. */
static rt_str
shown_path(struct extract *x, rt_str path)
{
    struct rt_buf b;
    rt_buf_init(&b, path.n + SHOWN_MOST);
    for (size_t at = 0; at < path.n && b.n < SHOWN_MOST;) {
        size_t n = 1;
        bool digits = false;
        while (at + n < path.n && path.p[at + n] != '/')
            digits |= path.p[at + n] >= '0' && path.p[at + n] <= '9', n++;
        bool id = n > ID_LEAST || (digits && !(n == 3 && path.p[at + 1] == 'v'));
        rt_buf_add(&b, id ? RT_LIT("/*") : (rt_str){path.p + at, n});
        at += n;
    }
    rt_str out = work_keep(x, rt_buf_str(&b));
    rt_buf_fini(&b);
    return out;
}

static int
tell(struct extract *x, struct event *e, rt_str what, struct rt_err *err)
{
    e->kind = KIND_FOREIGN_CALL;
    if (what.p == NULL || work_add_text(x, e, FIELD_OTHER, what) < 0)
        return rt_fail_mem(err);
    return work_emit(x, e, err);
}

static rt_str
member(struct extract *x, rt_str body, rt_str name)
{
    struct scan_value v = scan_get(body, name.p);
    return body_id(x, &v);
}

/* A user was removed from a channel, and the body tells which. */
static bool
is_kick(struct extract *x, struct event *e, rt_str path, rt_str method, rt_str body)
{
    const struct host_table *t = &x->rules->hosts;
    if (!is_listed(t->kicks.paths, t->kicks.path_count, path) || e->http / 100 != 2 ||
        body.n == 0 || body.p[0] != '{' || (method.n > 0 && !rt_str_is(method, "POST")))
        return false;
    struct scan_value rights = scan_get(body, t->kicks.rights.p);
    if (rights.type != SCAN_NONE && rt_str_find(rights.text, t->kicks.right) == SIZE_MAX)
        return false;
    e->app_id = member(x, body, t->kicks.app);
    e->cname = member(x, body, t->kicks.channel);
    e->uid = member(x, body, t->kicks.user);
    return e->cname.n > 0 && e->uid.n > 0 && !rt_str_is(e->uid, "0");
}

int
foreign_call(struct extract *x, struct event *e, rt_str url, rt_str method, rt_str body,
             struct rt_err *err)
{
    rt_str host, path;
    if (!split(&x->rules->hosts, url, &host, &path))
        return LINE_UNMATCHED;
    e->host = work_keep(x, host);
    if (is_kick(x, e, path, method, body)) {
        e->kind = KIND_KICK;
        e->outcome = OUTCOME_OK;
        return work_emit(x, e, err) < 0 ? -1 : LINE_EVENT;
    }
    e->app_id = e->cname = e->uid = RT_NONE;
    return tell(x, e, shown_path(x, path), err) < 0 ? -1 : LINE_IGNORED;
}

int
foreign_services(struct extract *x, const struct event *start, struct rt_err *err)
{
    const struct host_table *t = &x->rules->hosts;
    for (uint32_t i = 0; t->service_count > 0 && i < start->value_count; i++) {
        const struct event_value *v = &start->values[i];
        struct event e;
        if (v->field != FIELD_EXTENSION_NAME ||
            is_listed(t->services, t->service_count, v->text))
            continue;
        event_init(&e);
        e.begin = start->begin;
        e.end = start->end;
        e.zoned = start->zoned;
        e.coarse = start->coarse;
        e.host = start->host;
        if (tell(x, &e, v->text, err) < 0)
            return -1;
    }
    return 0;
}
