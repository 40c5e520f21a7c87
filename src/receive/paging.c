#include "config.h"

#include "receive/paging.h"

#include <inttypes.h>
#include <stdio.h>

#include "report/json.h"

enum { CURSOR_BYTES = 8192, TEXTS = 3 };
static const char bad_cursor[] = "after is the \"next\" of the page before";

const char *
paging_limit(const char *text, size_t *out)
{
    int64_t n = PAGING_USUAL;
    if (text != NULL && (!rt_str_int(rt_str_of(text), &n) || n < 1 || n > PAGING_MOST))
        return "limit is a number from 1 to 500";
    *out = (size_t)n;
    return NULL;
}

const char *
paging_row(const char *text, int64_t none, int64_t *out)
{
    *out = none;
    if (text != NULL && (!rt_str_int(rt_str_of(text), out) || *out < 1))
        return "a row is a number from 1 on";
    return NULL;
}

/* ---- places ---- */

/* What a list is sorted by; those of sessions have one text. */
struct place {
    int64_t rank; /* ascending */
    rt_time first;
    rt_str texts[TEXTS];
};

static int
compare(const struct place *a, const struct place *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->first != b->first) {
        if (a->first == RT_TIME_NONE || b->first == RT_TIME_NONE)
            return a->first == RT_TIME_NONE ? 1 : -1;
        return a->first < b->first ? -1 : 1;
    }
    int order = 0;
    for (size_t i = 0; order == 0 && i < TEXTS; i++)
        order = rt_str_cmp(a->texts[i], b->texts[i]);
    return order;
}

static void
place_of_session(const struct report *r, size_t i, struct place *out)
{
    *out = (struct place){0, r->sessions[i]->first, {r->sessions[i]->id, RT_NONE, RT_NONE}};
}

static void
place_of_finding(const struct report *r, size_t i, struct place *out)
{
    const struct finding *f = r->findings[i];
    *out = (struct place){-(int64_t)f->severity, f->first, {f->id, f->session, f->app_id}};
}

/* "rank first n:text n:text n:text", in hex: an id may hold any byte. */
static void
write_place(struct out *o, const struct place *p)
{
    struct rt_buf b;
    rt_buf_init(&b, CURSOR_BYTES / 2);
    rt_buf_addf(&b, "%" PRId64 " %" PRId64 " ", p->rank, p->first);
    for (size_t i = 0; i < TEXTS; i++) {
        rt_buf_addf(&b, "%zu:", p->texts[i].n);
        rt_buf_add(&b, p->texts[i]);
    }
    out_char(o, '"');
    for (size_t i = 0; i < b.n; i++)
        out_fmt(o, "%02x", (unsigned char)b.p[i]);
    out_char(o, '"');
    rt_buf_fini(&b);
}

static int
hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
unhex(const char *text, char *out, size_t room, size_t *n)
{
    for (*n = 0; text[0] != '\0'; text += 2) {
        int high = hex(text[0]), low = high < 0 ? -1 : hex(text[1]);
        if (low < 0 || *n + 1 >= room)
            return false;
        out[(*n)++] = (char)(high << 4 | low);
    }
    out[*n] = '\0';
    return true;
}

/* Its texts stand in `plain`. */
static bool
read_place(const char *text, char *plain, struct place *out)
{
    size_t n = 0, length = 0;
    int used = 0;
    *out = (struct place){0, 0, {RT_NONE, RT_NONE, RT_NONE}};
    if (!unhex(text, plain, CURSOR_BYTES / 2, &n) ||
        sscanf(plain, "%" SCNd64 " %" SCNd64 " %n", &out->rank, &out->first, &used) != 2 ||
        used == 0)
        return false;
    size_t at = (size_t)used;
    for (size_t i = 0; i < TEXTS; i++) {
        used = 0;
        if (sscanf(plain + at, "%zu:%n", &length, &used) != 1 || used == 0 ||
            length > n - at - (size_t)used)
            return false;
        at += (size_t)used;
        out->texts[i] = (rt_str){plain + at, length};
        at += length;
    }
    return at == n;
}

/* ---- pages ---- */

struct kind {
    size_t count;
    void (*place)(const struct report *r, size_t i, struct place *out);
    void (*write)(struct out *o, const struct report *r, size_t i);
};

static void
write_session(struct out *o, const struct report *r, size_t i)
{
    const size_t *indexes = NULL;
    size_t n = report_session_findings(r, r->sessions[i], &indexes);
    json_session(o, r, r->sessions[i], indexes, n);
}

static void
write_finding(struct out *o, const struct report *r, size_t i)
{
    json_finding(o, r, r->findings[i]);
}

/* The first item behind a place. */
static size_t
behind(const struct report *r, const struct kind *k, const struct place *p)
{
    size_t low = 0, high = k->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        struct place one;
        k->place(r, middle, &one);
        if (compare(&one, p) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const char *
write_page(const struct report *r, const struct live_facts *facts, const struct kind *k,
           const char *after, size_t limit, struct out *o)
{
    char plain[CURSOR_BYTES / 2];
    struct place p;
    if (after != NULL && !read_place(after, plain, &p))
        return bad_cursor;
    size_t from = after == NULL ? 0 : behind(r, k, &p), i = from;
    out_fmt(o,
            "{ \"total\": %zu, \"put_away\": %" PRIu64 ", \"callbacks\": %" PRId64
            ", \"lines\": %" PRId64 ", \"items\": [",
            k->count, facts->put_away, facts->extent.callbacks, facts->extent.lines);
    for (; i < k->count && i - from < limit; i++) {
        out_raw(o, i > from ? ",\n  " : "\n  ");
        k->write(o, r, i);
    }
    out_raw(o, " ], \"next\": ");
    if (i < k->count && i > from) {
        k->place(r, i - 1, &p);
        write_place(o, &p);
    } else {
        out_raw(o, "null");
    }
    out_raw(o, " }\n");
    return NULL;
}

const char *
paging_sessions(const struct report *r, const struct live_facts *facts, const char *after,
                size_t limit, struct out *o)
{
    const struct kind k = {r->session_count, place_of_session, write_session};
    return write_page(r, facts, &k, after, limit, o);
}

const char *
paging_findings(const struct report *r, const struct live_facts *facts, const char *after,
                size_t limit, struct out *o)
{
    const struct kind k = {r->finding_count, place_of_finding, write_finding};
    return write_page(r, facts, &k, after, limit, o);
}
