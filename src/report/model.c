#include "config.h"

#include "report/model.h"

size_t
report_session_findings(const struct report *r, const struct session *s, size_t *out)
{
    size_t n = 0;
    for (size_t i = 0; i < r->finding_count; i++)
        if (rt_str_eq(r->findings[i]->session, s->id))
            out[n++] = i;
    return n;
}
