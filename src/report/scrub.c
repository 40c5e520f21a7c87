/*
 * scrub.c - one walk over a line; a secret is known by its name (scrub_value.c), its form (scrub_form.c), or
 * from another line (scrub_known.c).
 */
#include "config.h"

#include "report/scrub.h"

#include <stdio.h>
#include <string.h>

#include "report/scrub_parts.h"

enum { TAIL = 160 };

const rt_str scrub_mark = RT_INIT("[redacted]");

static const struct {
    const char *one, *many;
} kinds[] = {
#define KIND(id, one, many) {one, many},
#include "report/scrub_kinds.def"
#undef KIND
};

static const char *const profile_names[] = {"vendor", "public", "none"};
const char *const scrub_profiles = "vendor, public, none";

bool
scrub_profile_find(const char *name, enum scrub_profile *out)
{
    for (size_t i = 0; i < sizeof(profile_names) / sizeof(profile_names[0]); i++)
        if (strcmp(profile_names[i], name) == 0) {
            *out = (enum scrub_profile)i;
            return true;
        }
    return false;
}

const char *
scrub_profile_name(enum scrub_profile p)
{
    return profile_names[p];
}

int
scrub_init(struct scrub *s, const struct rule_set *rules, enum scrub_profile profile,
           struct aliases *aliases)
{
    *s = (struct scrub){.rules = rules, .profile = profile, .aliases = aliases};
    rt_arena_init(&s->arena, 1024, 0);
    rt_buf_init(&s->text, SIZE_MAX / 2);
    rt_map_init(&s->names);
    rt_map_init(&s->secrets);
    rt_map_init(&s->ids);
    scrub_names_init(s);
    return s->text.failed ? -1 : 0;
}

void
scrub_fini(struct scrub *s)
{
    RT_VEC_FREE(&s->all);
    RT_VEC_FREE(&s->ends);
    rt_map_fini(&s->names);
    rt_map_fini(&s->secrets);
    rt_map_fini(&s->ids);
    needles_fini(&s->known);
    needles_fini(&s->forbidden);
    rt_buf_fini(&s->text);
    rt_arena_fini(&s->arena);
}

/* In prose a blank is enough between a name and an id that is known. */
static bool
told_id(const struct scrub *s, rt_str line, size_t at, struct value_place *out)
{
    size_t end = at + 1;
    if (at >= line.n || line.p[at] != ' ')
        return false;
    while (end < line.n && scrub_value_is_word(line.p[end]))
        end++;
    *out = (struct value_place){.begin = at + 1, .end = end};
    return end > at + 1 &&
           rt_map_get(&s->aliases->by_real, (rt_str){line.p + at + 1, end - at - 1}) != NULL;
}

/* "secret key: ..." of a sentence is one name. */
static const struct scrub_name *
name_at(const struct scrub *s, rt_str line, size_t i, size_t *end)
{
    size_t at = i;
    while (at < line.n && scrub_value_is_word(line.p[at]))
        at++;
    *end = at;
    if (at >= line.n ? s->depth > 0 : strchr("\"'\\:= %&[],|\t>", line.p[at]) == NULL)
        return NULL;
    return scrub_find_name(s, (rt_str){line.p + i, at - i});
}

static size_t
next_word(rt_str line, size_t at)
{
    size_t end = at + 1;
    if (at >= line.n || line.p[at] != ' ')
        return 0;
    while (end < line.n && scrub_value_is_word(line.p[end]))
        end++;
    return end > at + 1 && end < line.n && (line.p[end] == ':' || line.p[end] == '=') ? end : 0;
}

/* The value behind the name that begins at `i`: where it ends, after it was written; 0: there is none. */
static size_t
put_named(struct scrub *s, rt_str line, size_t i)
{
    struct value_place q;
    size_t end = 0, more;
    const struct scrub_name *name = name_at(s, line, i, &end);
    if ((more = next_word(line, end)) > 0) {
        const struct scrub_name *two = scrub_find_name(s, (rt_str){line.p + i, more - i});
        if (two != NULL && two->kind == SCRUB_SECRET) {
            name = two;
            end = more;
        }
    }
    if (name == NULL)
        return 0;
    if (name->kind != SCRUB_ID && !s->settled && scrub_value_before(line, i, &q))
        scrub_remember_secret(s, (rt_str){line.p + q.begin, q.end - q.begin}, name->put);
    if (scrub_value_behind(line, end, name->header, &q) ||
        (name->kind == SCRUB_ID && told_id(s, line, end, &q)))
        return scrub_put_value(s, line, i, name, &q);
    if (q.open) {
        s->pending = name;
        s->place = q;
    }
    return 0;
}

static void
walk_from(struct scrub *s, rt_str line, size_t i)
{
    size_t from = i; /* what is not yet copied */
    bool starts = true;
    while (i < line.n) {
        size_t n = 0, escape = scrub_value_escape(line, i);
        bool known = s->settled && needles_at(&s->known, line, i) != NULL;
        if (escape > 0 && !known &&
            !(s->settled && escape == 2 && needles_at(&s->known, line, i + 1) != NULL)) {
            i += escape;
            starts = true;
            continue;
        }
        if (starts || known) {
            rt_buf_add(&s->text, (rt_str){line.p + from, i - from});
            from = i;
            if (starts && (n = put_named(s, line, i)) > 0)
                from = i = n;
            else if ((n = known ? scrub_put_known(s, line, i) : 0) > 0 ||
                     (n = starts ? scrub_put_formed(s, line, i) : 0) > 0)
                from = i += n;
            if (n > 0) {
                starts = true;
                continue;
            }
        }
        starts = !scrub_value_is_word(line.p[i]);
        i++;
    }
    rt_buf_add(&s->text, (rt_str){line.p + from, line.n - from});
}

void
scrub_walk(struct scrub *s, rt_str line)
{
    walk_from(s, line, 0);
}

/* The rest of a secret whose line was cut: up to a quote, behind what wraps a piece of a line. */
static size_t
put_rest(struct scrub *s, rt_str line)
{
    size_t i = rt_str_starts(line, RT_LIT("{\"log\":\"")) ? 8 : 0;
    size_t std = i > 0 || line.n == 0
                     ? SIZE_MAX
                     : rt_str_find((rt_str){line.p, line.n < 60 ? line.n : 60}, RT_LIT(" std"));
    if (std != SIZE_MAX && rt_str_starts(rt_str_from(line, std), RT_LIT(" stdout ")))
        i = std + 10;
    else if (std != SIZE_MAX && rt_str_starts(rt_str_from(line, std), RT_LIT(" stderr ")))
        i = std + 10;
    size_t end = i;
    while (end < line.n &&
           (scrub_value_is_word(line.p[end]) || strchr("+/=.~", line.p[end]) != NULL) &&
           line.p[end] != '\0')
        end++;
    if (end == i || end >= line.n ||
        (line.p[end] != '"' && line.p[end] != '\\' && line.p[end] != '\''))
        return 0;
    rt_buf_add(&s->text, (rt_str){line.p, i});
    scrub_put_secret(s, SCRUB_SECRET, (rt_str){line.p + i, end - i}, scrub_mark);
    return end;
}

void
scrub_begin(struct scrub *s)
{
    s->pending = NULL;
    s->cut = false;
}

rt_str
scrub_line(struct scrub *s, rt_str line)
{
    struct value_place q;
    size_t from = 0;
    if (s->profile == SCRUB_NONE || line.n == 0)
        return line;
    rt_buf_clear(&s->text);
    const struct scrub_name *name = s->pending;
    bool cut = s->cut;
    s->pending = NULL;
    s->cut = false;
    if (name != NULL && scrub_value_goes_on(line, &s->place, name->header, &q))
        from = scrub_put_value(s, line, 0, name, &q);
    else if (cut)
        from = put_rest(s, line);
    walk_from(s, line, from);
    return s->text.failed ? RT_NONE : s->text.n > 0 ? rt_buf_str(&s->text) : RT_LIT("");
}

void
scrub_skip(struct scrub *s, rt_str line)
{
    uint64_t counts[SCRUB__KINDS];
    memcpy(counts, s->counts, sizeof(counts));
    scrub_line(s, line.n > TAIL ? rt_str_from(line, line.n - TAIL) : line);
    memcpy(s->counts, counts, sizeof(counts));
}

rt_str
scrub_text(struct scrub *s, rt_str text)
{
    s->prose = true;
    scrub_begin(s);
    text = scrub_line(s, text);
    s->prose = false;
    return text;
}

const char *
scrub_kind_name(enum scrub_kind k)
{
    return kinds[k].many;
}

const char *
scrub_summary(const struct scrub *s, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (int k = 0; k < SCRUB__KINDS; k++)
        if (s->counts[k] > 0 && n < room)
            n += (size_t)snprintf(out + n, room - n, "%s%llu %s", n > 0 ? ", " : "",
                                  (unsigned long long)s->counts[k],
                                  s->counts[k] == 1 ? kinds[k].one : kinds[k].many);
    return out;
}
