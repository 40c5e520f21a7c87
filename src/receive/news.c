#include "config.h"

#include "receive/news.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "report/json.h"

static int
by_key(const void *a, const void *b)
{
    const struct finding *x = *(const struct finding *const *)a,
                         *y = *(const struct finding *const *)b;
    int order = rt_str_cmp(x->id, y->id);
    order = order != 0 ? order : rt_str_cmp(x->session, y->session);
    return order != 0 ? order : rt_str_cmp(x->app_id, y->app_id);
}

static const struct finding **
sorted(const struct report *r)
{
    const struct finding **v = rt_calloc(r->finding_count + 1, sizeof(*v));
    if (v == NULL)
        return NULL;
    for (size_t i = 0; i < r->finding_count; i++)
        v[i] = r->findings[i];
    if (r->finding_count > 1)
        qsort(v, r->finding_count, sizeof(*v), by_key);
    return v;
}

static void
tell(struct changes *to, struct counters *c, const struct report *r, const struct finding *f,
     bool appears)
{
    struct out *o = out_memory(NULL);
    if (o != NULL) {
        json_finding(o, r, f);
        changes_tell(to, appears ? "appeared" : "withdrawn", out_text(o));
    }
    out_abort(&o);
    count(c, appears ? COUNT_FINDINGS_APPEARED : COUNT_FINDINGS_WITHDRAWN);
    log_info("finding %s: %.*s session=%.*s", appears ? "appeared" : "withdrawn", RT_FMT(f->id),
             RT_FMT(f->session));
}

void
news_findings(struct changes *to, struct counters *c, const struct report *old,
              const struct report *new)
{
    const struct finding **a = sorted(old), **b = sorted(new);
    size_t i = 0, k = 0;
    while (a != NULL && b != NULL && (i < old->finding_count || k < new->finding_count)) {
        int order = i == old->finding_count   ? 1
                    : k == new->finding_count ? -1
                                              : by_key(&a[i], &b[k]);
        if (order < 0)
            tell(to, c, old, a[i], false);
        if (order > 0)
            tell(to, c, new, b[k], true);
        i += order <= 0;
        k += order >= 0;
    }
    rt_free(a);
    rt_free(b);
}

void
news_counters(struct changes *to, struct counters *c)
{
    struct rt_buf b;
    rt_buf_init(&b, 8192);
    for (int i = 0; i < COUNT__COUNT; i++)
        rt_buf_addf(&b, "%s\"%s\":%llu", i == 0 ? "{" : ",", counter_rows[i].name,
                    (unsigned long long)counted(c, (enum counter)i));
    rt_buf_addc(&b, '}');
    changes_tell(to, "view", b.failed ? RT_LIT("{}") : rt_buf_str(&b));
    rt_buf_fini(&b);
}
