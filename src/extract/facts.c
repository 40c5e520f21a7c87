/*
 * facts.c - what reading an input told beside its events: counts, times, warnings.
 */
#include "config.h"

#include <string.h>

#include "extract/work.h"

static int
tell(struct extract *x, const char *text, struct rt_err *err)
{
    const char **slot = text == NULL ? NULL : RT_VEC_PUSH(&x->warnings);
    if (slot == NULL)
        return rt_fail_mem(err);
    *slot = text;
    return 0;
}

int
facts_sum_up(struct extract *x, struct rt_err *err)
{
    char lines[RT_GROUPED_MAX], most[RT_GROUPED_MAX], first[RT_GROUPED_MAX];
    bool one = x->counts[LINE_TOO_LONG] == 1;
    x->warnings.n = 0;
    rt_arena_fini(&x->told);
    rt_arena_init(&x->told, 512, 0);
    if (x->undated &&
        tell(
            x,
            "times have no date: they are shown as of 1970-01-01, and only what lies between them counts",
            err) < 0)
        return -1;
    if (x->foreign > 0 &&
        tell(x,
             rt_arena_printf(&x->told, "callbacks of other products, left out: %u", x->foreign),
             err) < 0)
        return -1;
    if (x->probes > 0 &&
        tell(x,
             rt_arena_printf(&x->told, "tests of the callback receiver, left out: %u",
                             x->probes),
             err) < 0)
        return -1;
    if (x->nameless > 0 &&
        tell(x,
             rt_arena_printf(&x->told, "callbacks that name no recording, left out: %u",
                             x->nameless),
             err) < 0)
        return -1;
    if (x->masked > 0 &&
        tell(x,
             rt_arena_printf(&x->told,
                             "ids look masked or are templates in %u call%s; they join nothing",
                             x->masked, rt_plural(x->masked)),
             err) < 0)
        return -1;
    if (x->counts[LINE_TOO_LONG] > 0 &&
        tell(x,
             rt_arena_printf(&x->told, "%s %s longer than %s bytes and %s skipped (%sline %s)",
                             rt_grouped(x->counts[LINE_TOO_LONG], lines),
                             one ? "line is" : "lines are",
                             rt_grouped(x->limits->line_bytes, most), one ? "was" : "were",
                             one ? "" : "the first is ", rt_grouped(x->first_too_long, first)),
             err) < 0)
        return -1;
    return 0;
}

bool
extract_settled(const struct extract *x)
{
    return x->decided && x->format != NULL && x->documents[0] == NULL && x->partial.n == 0;
}

bool
extract_tally(const struct extract *x, struct extract_tally *out)
{
    *out = (struct extract_tally){
        .first_time = x->first_time,
        .last_time = x->last_time,
        .clock = x->clock,
        .unzoned = x->unzoned,
        .undated = x->undated,
        .first_unread = x->first_unread,
        .first_too_long = x->first_too_long,
        .first_unread_stop = x->first_unread_stop,
        .foreign = x->foreign,
        .probes = x->probes,
        .nameless = x->nameless,
        .masked = x->masked,
        .limit_hits = x->limit_hits,
    };
    memcpy(out->counts, x->counts, sizeof(out->counts));
    memcpy(out->first_unread_text, x->first_unread_text, sizeof(out->first_unread_text));
    memcpy(out->limit_pattern, x->limit_pattern, sizeof(out->limit_pattern));
    return extract_settled(x) && x->requests.n == 0;
}

void
extract_go_on(struct extract *x, const struct extract_tally *from)
{
    memcpy(x->counts, from->counts, sizeof(x->counts));
    memcpy(x->first_unread_text, from->first_unread_text, sizeof(x->first_unread_text));
    memcpy(x->limit_pattern, from->limit_pattern, sizeof(x->limit_pattern));
    x->first_time = from->first_time;
    x->last_time = from->last_time;
    x->clock = from->clock;
    x->unzoned = from->unzoned;
    x->undated = from->undated;
    x->first_unread = from->first_unread;
    x->first_too_long = from->first_too_long;
    x->first_unread_stop = from->first_unread_stop;
    x->foreign = from->foreign;
    x->probes = from->probes;
    x->nameless = from->nameless;
    x->masked = from->masked;
    x->limit_hits = from->limit_hits;
}

void
extract_facts(const struct extract *x, struct extract_facts *out)
{
    *out = (struct extract_facts){
        .format = x->format_name != NULL ? x->format_name
                  : x->format != NULL    ? x->format->name.p
                                         : "text",
        .bare = x->decided && x->wrap_count == 0 && x->forced == NULL ? x->format : NULL,
        .first_time = x->first_time,
        .last_time = x->last_time,
        .unzoned = x->unzoned,
        .first_unread = x->first_unread,
        .first_unread_stop = x->first_unread_stop,
        .limit_hits = x->limit_hits,
        .foreign = x->foreign,
        .warnings = x->warnings.v,
        .warning_count = x->warnings.n,
    };
    memcpy(out->counts, x->counts, sizeof(out->counts));
    memcpy(out->first_unread_text, x->first_unread_text, sizeof(out->first_unread_text));
    memcpy(out->limit_pattern, x->limit_pattern, sizeof(out->limit_pattern));
}
