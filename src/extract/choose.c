#include "config.h"

#include "extract/choose.h"

#include <string.h>

bool
choose_matches(struct extract *x, const struct format *f, const struct scan_plan *plan,
               rt_str line, size_t *stop)
{
    if (!f->is_json) {
        int rc = line.n == 0 ? -1 : regex_match(f->re, line, &x->regex);
        if (rc < 0 && stop != NULL && line.n > 0 && line.n < 4096)
            *stop = regex_reaches(f->re, line, &x->regex);
        return rc >= 0;
    }
    struct scan_value values[SLOT__COUNT];
    rt_str text = rt_str_trim(line);
    if (wrap_is(f) ? wrap_fits(x, f, plan, text)
                   : line_fits_json(plan, text, values, x->limits, NULL))
        return true;
    if (stop == NULL)
        return false;
    /* Where the members stop being readable. */
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    while (text.n > 0 && text.p[0] == '{' &&
           scan_member(text, &at, (unsigned)x->limits->json_depth, &key, &v) == 1)
        *stop = at;
    return false;
}

/* The words of the format; for JSON also the vendor's strings, which may stand in a message alone. */
static int
learn_literals(struct extract *x, const struct format *f)
{
    const struct code_entry *c;
    size_t n = f->literal_count;
    if (n == 0)
        return 0;
    rt_str *words = rt_arena_array(&x->arena, n + x->rules->codes.n, sizeof(*words));
    if (words == NULL)
        return -1;
    memcpy(words, f->literals, n * sizeof(*words));
    RT_EACH (c, &x->rules->codes)
        if (f->is_json && c->subject == SUBJECT_STRING && c->text.n >= LITERAL_LEAST)
            words[n++] = c->text;
    x->literals = literals_new(words, n, &x->arena);
    return x->literals == NULL ? -1 : 0;
}

int
choose_fix(struct extract *x, const struct format *f, struct rt_err *err)
{
    x->format = f;
    x->decided = true;
    if (f == NULL)
        return 0;
    if (learn_literals(x, f) < 0)
        return rt_fail_mem(err);
    if (f->is_json && (x->line_plan = line_plan_new(x->rules, f, &x->arena)) == NULL)
        return rt_fail_mem(err);
    if (f->zone.n > 0) {
        struct rt_err why = {0};
        x->format_zone = zone_new(f->zone.p, &x->arena, &why);
        if (x->format_zone == NULL && why.code == RT_ENOMEM)
            return rt_fail_mem(err);
    }
    return 0;
}

static size_t
count_filled(const rt_str *lines, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        n += rt_str_trim(lines[i]).n > 0;
    return n;
}

int
choose_count(struct extract *x, const struct format *f, const rt_str *lines, size_t count,
             size_t least, size_t *filled)
{
    struct rt_arena_mark mark = rt_arena_mark(&x->scratch);
    const struct scan_plan *plan = f->is_json ? line_plan_new(x->rules, f, &x->scratch) : NULL;
    size_t read = 0, left = *filled = count_filled(lines, count);
    if (f->is_json && plan == NULL)
        return -1;
    for (size_t i = 0; i < count && read + left >= least; i++) {
        if (rt_str_trim(lines[i]).n == 0)
            continue;
        left--;
        read += choose_matches(x, f, plan, lines[i], NULL);
    }
    rt_arena_reset(&x->scratch, mark);
    return (int)read;
}

/* What a client prints: a status line, headers, and a body that may be a JSON line. */
static bool
is_printed_answer(const struct extract *x)
{
    for (size_t i = 0; x->pasted && i < x->held.n; i++) {
        rt_str line = rt_str_trim(x->held.v[i]);
        if (rt_str_starts(line, RT_LIT("HTTP/")) || rt_str_starts(line, RT_LIT("< HTTP/")))
            return true;
    }
    return false;
}

/* The format that reads most of the lines, at least half of those that are not blank. */
int
choose_format(struct extract *x, struct rt_err *err)
{
    if (is_printed_answer(x))
        return choose_fix(x, NULL, err);
    const struct format *f, *best = NULL;
    size_t most = 0, filled = count_filled(x->held.v, x->held.n);
    RT_EACH (f, &x->rules->formats) {
        if (wrap_is(f))
            continue;
        size_t least = choose_least(most, filled);
        int read = choose_count(x, f, x->held.v, x->held.n, least, &filled);
        if (read < 0)
            return rt_fail_mem(err);
        if ((size_t)read >= least) {
            most = (size_t)read;
            best = f;
        }
    }
    return choose_fix(x, most > 0 ? best : NULL, err);
}
