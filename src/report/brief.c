/*
 * brief.c - an event's outcome and a session's name in few words, as all documents have them.
 */
#include "config.h"

#include "report/brief.h"

#include "report/layout.h"
#include "report/redact.h"

void
brief_result(const struct event *e, struct rt_buf *b)
{
    int64_t n = 0;
    if (e->http != 0)
        rt_buf_addf(b, "%d", e->http);
    if (e->code != EVENT_NO_CODE)
        rt_buf_addf(b, "%scode %d", b->n > 0 ? " " : "", e->code);
    if (e->status != EVENT_NO_CODE)
        rt_buf_addf(b, "%sstatus %d", b->n > 0 ? " " : "", e->status);
    for (uint32_t i = 0; i < e->value_count; i++) {
        uint16_t f = e->values[i].field;
        if (f == FIELD_ERROR_CODE || f == FIELD_LEAVE_CODE || f == FIELD_EXIT_STATUS ||
            f == FIELD_WARN_CODE) {
            event_num(e, f, &n);
            rt_buf_addf(b, "%s%s %lld", b->n > 0 ? " " : "", event_fields[f].name,
                        (long long)n);
        } else if (f == FIELD_UPLOADING || f == FIELD_SERVICE || f == FIELD_ROUTE) {
            rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->values[i].text));
        }
    }
    if (e->error.n > 0)
        rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->error));
    if (e->reason.n > 0)
        rt_buf_addf(b, "%s%.*s", b->n > 0 ? " " : "", RT_FMT(e->reason));
    if (b->n == 0)
        rt_buf_add(b, e->source == SOURCE_HOOK ? RT_LIT("") : RT_LIT("no answer"));
}

/* What is escaped for a terminal is another name in a shell. One that looks like an option goes behind "--". */
void
brief_name(struct out *o, const struct session *s)
{
    bool fits = s->cname.n > 0 && s->cname.n <= 40 && out_tty_is_plain(s->cname);
    /* Only its end tells it from others. */
    bool numbered =
        rt_str_find(s->id, RT_LIT("#")) != SIZE_MAX && s->id.n <= 80 && out_tty_is_plain(s->id);
    rt_str name = fits ? s->cname : numbered ? s->id : layout_short_id(s->id);
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    if (name.p[0] == '-')
        rt_buf_add(&b, RT_LIT("-- "));
    rt_buf_add_word(&b, name);
    redact_write(o, rt_buf_str(&b), out_tty);
    rt_buf_fini(&b);
}
