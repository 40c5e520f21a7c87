/*
 * wrap.c - what a platform puts around a line: a container's JSON, a prefix with the time.
 *
 * The wrappers are chosen on the first lines, from outside to inside, and taken off each line; what is
 * inside is recognised anew. The time of the wrapper counts where the inside has none.
 */
#include "config.h"

#include <string.h>

#include "extract/choose.h"
#include "extract/work.h"

bool
wrap_is(const struct format *f)
{
    return f->path_count[FORMAT_INNER] > 0 || f->group[FORMAT_INNER] >= 0;
}

struct unwrapped {
    rt_str inner, time, join;
    bool partial; /* goes on in the next line */
};

static bool
take_json(struct extract *x, const struct wrapper *w, rt_str line, struct rt_buf *text,
          struct unwrapped *out)
{
    struct scan_value values[SLOT__COUNT];
    rt_str s = rt_str_trim(line);
    if (s.n == 0 || s.p[0] != '{' ||
        scan_plan_run(w->plan, s, (unsigned)x->limits->json_depth, NULL, values, SLOT__COUNT) ==
            0 ||
        values[FORMAT_INNER].type != SCAN_STRING)
        return false;
    const struct scan_value *inner = &values[FORMAT_INNER], *time = &values[FORMAT_TIME];
    out->time = time->type == SCAN_STRING || time->type == SCAN_NUMBER ? time->text : RT_NONE;
    out->inner = inner->text;
    if (!inner->escaped)
        return true;
    rt_buf_clear(text);
    if (scan_unescape(inner->text, text) < 0)
        return false;
    out->inner = rt_buf_str(text);
    return true;
}

static bool
take_regex(struct extract *x, const struct wrapper *w, rt_str line, struct unwrapped *out)
{
    const struct format *f = w->format;
    int rc = line.n == 0 ? -1 : regex_match(f->re, line, &x->regex);
    if (rc <= 0)
        return false;
    const PCRE2_SIZE *ovector = pcre2_get_ovector_pointer(x->regex.match);
    out->inner = line_group(ovector, rc, line, f->group[FORMAT_INNER]);
    out->time = line_group(ovector, rc, line, f->group[FORMAT_TIME]);
    out->join = line_group(ovector, rc, line, f->group[FORMAT_JOIN]);
    out->partial = line_group(ovector, rc, line, f->group[FORMAT_PARTIAL]).n > 0;
    return true;
}

static bool
take(struct extract *x, const struct wrapper *w, rt_str line, struct rt_buf *text,
     struct unwrapped *out)
{
    *out = (struct unwrapped){.inner = RT_NONE};
    if (!line_may_be_of(w->format, line))
        return false;
    return w->format->is_json ? take_json(x, w, line, text, out) : take_regex(x, w, line, out);
}

bool
wrap_fits(struct extract *x, const struct format *f, const struct scan_plan *plan, rt_str line)
{
    const struct wrapper w = {.format = f, .plan = plan};
    struct unwrapped u;
    return take(x, &w, line, &x->text[3], &u);
}

/* The stamp of the wrapper is that of all that stands inside. */
static void
note_outer(struct extract *x, const struct wrapper *w, rt_str time)
{
    struct rt_stamp stamp;
    if (call_stamp(x, w->format, time, &stamp) == 0)
        return;
    const struct zone *declared = x->format_zone;
    if (w->zone != NULL)
        x->format_zone = w->zone;
    work_note_time(x, &stamp);
    x->outer = (struct outer_time){.known = true, .coarse = stamp.digits == 0};
    x->outer.at = work_stamp_time(x, &stamp, &x->outer.zoned);
    x->format_zone = declared;
}

static rt_str
without_end(rt_str s)
{
    while (s.n > 0 && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == '\r'))
        s.n--;
    return s;
}

int
wrap_off(struct extract *x, rt_str line, rt_str *inner)
{
    x->outer.known = false;
    x->thread = 0;
    for (size_t i = 0; i < x->wrap_count; i++) {
        struct unwrapped u;
        if (!take(x, &x->wraps[i], line, &x->wraps[i].text, &u))
            break; /* a stack trace, a banner: as it is */
        if (u.time.n > 0)
            note_outer(x, &x->wraps[i], u.time);
        if (u.join.n > 0)
            x->thread = rt_str_hash(u.join);
        line = without_end(u.inner);
        if (u.partial) {
            rt_buf_add(&x->partial, line);
            return 0;
        }
        if (x->partial.n > 0) {
            rt_buf_add(&x->partial, line);
            line = rt_buf_str(&x->partial);
            x->partial_done = true;
        }
    }
    *inner = line;
    return 1;
}

void
wrap_line_done(struct extract *x)
{
    if (x->partial_done)
        rt_buf_clear(&x->partial);
    x->partial_done = false;
}

/* ---- choosing ---- */

/* How many lines have it; fewer than `least`: not all were asked. */
static size_t
matches(struct extract *x, const struct wrapper *w, const rt_str *lines, size_t count,
        size_t least)
{
    size_t n = 0;
    struct unwrapped u;
    for (size_t i = 0; i < count && n + count - i >= least; i++)
        n += lines[i].n > 0 && take(x, w, lines[i], &x->text[3], &u) &&
             rt_str_trim(u.inner).n > 0;
    return n;
}

/* The wrapper that most lines have, at least half of those that are not blank. False: none. */
static int
choose_one(struct extract *x, const rt_str *lines, size_t count, struct wrapper *out)
{
    const struct format *f;
    size_t most = 0, filled = 0;
    for (size_t i = 0; i < count; i++)
        filled += rt_str_trim(lines[i]).n > 0;
    RT_EACH (f, &x->rules->formats) {
        if (!wrap_is(f))
            continue;
        struct wrapper w = {.format = f};
        if (f->is_json && (w.plan = line_plan_new(x->rules, f, &x->arena)) == NULL)
            return -1;
        size_t n = matches(x, &w, lines, count, choose_least(most, filled));
        if (n > most) {
            most = n;
            *out = w;
        }
    }
    return most > 0 && most * 2 >= filled;
}

/* Does the format read most of these lines? 1, 0, -1: memory. */
static int
fits(struct extract *x, const struct format *f, const rt_str *lines, size_t count)
{
    size_t filled = 0;
    int read = choose_count(x, f, lines, count, 0, &filled);
    return read < 0 ? -1 : read > 0 && (size_t)read * 2 >= filled;
}

/* Is nothing to be taken off? The format that is given by name says so, or one whose lines are whole records: they may
 * begin with a stamp, as Envoy's do. */
static int
bare_fits(struct extract *x, const rt_str *lines, size_t count)
{
    const struct format *f;
    int rc = 0;
    if (x->forced != NULL)
        return fits(x, x->forced, lines, count);
    RT_EACH (f, &x->rules->formats)
        if (!f->is_json && !wrap_is(f) && (rc = fits(x, f, lines, count)) != 0)
            break;
    return rc;
}

/* It fits at no depth: the lines are what they are. */
static void
take_back(struct extract *x)
{
    for (; x->wrap_count > 0; x->wrap_count--)
        rt_buf_fini(&x->wraps[x->wrap_count - 1].text);
}

int
wrap_choose(struct extract *x, rt_str *lines, size_t count, struct rt_err *err)
{
    struct rt_err why = {0};
    while (x->wrap_count < WRAPS_MOST) {
        struct wrapper *w = &x->wraps[x->wrap_count];
        int bare = bare_fits(x, lines, count);
        if (bare != 0)
            return bare < 0 ? rt_fail_mem(err) : 0;
        int found = choose_one(x, lines, count, w);
        if (found < 0)
            return rt_fail_mem(err);
        if (found == 0)
            break;
        if (w->format->zone.n > 0 &&
            (w->zone = zone_new(w->format->zone.p, &x->arena, &why)) == NULL &&
            why.code == RT_ENOMEM)
            return rt_fail_mem(err);
        rt_buf_init(&w->text, (size_t)x->limits->line_bytes * 2);
        x->wrap_count++;
        for (size_t i = 0; i < count; i++) {
            struct unwrapped u;
            bool ok = true;
            if (!take(x, w, lines[i], &x->text[3], &u))
                continue;
            lines[i] = rt_arena_str(&x->held_arena, without_end(u.inner), &ok);
            if (!ok)
                return rt_fail_mem(err);
        }
    }
    int found = x->forced == NULL ? 1 : fits(x, x->forced, lines, count);
    if (found == 0)
        take_back(x);
    return found < 0 ? rt_fail_mem(err) : 0;
}
