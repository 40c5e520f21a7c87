#include "config.h"

#include "receive/shipped.h"

#include "base/alloc.h"
#include "extract/scan.h"
#include "ingest/feed.h"

enum { DEPTH = 64 };

static const struct
    wrapper { /* a member that holds the line, and one that tells who wrapped it */
    const char *line, *sign;
} wrappers[] = {
    {"log", NULL},
    {"message", "source_type"},
};

static int
add_line(rt_str line, struct rt_buf *out)
{
    line = rt_str_trim(line);
    if (line.n == 0)
        return 0;
    size_t from = out->n;
    rt_buf_add(out, line);
    for (size_t i = from; i < out->n; i++)
        if (out->p[i] == '\n' || out->p[i] == '\r')
            out->p[i] = ' ';
    return rt_buf_addc(out, '\n');
}

static int
add_record(rt_str record, struct rt_buf *out)
{
    for (size_t i = 0; i < sizeof(wrappers) / sizeof(wrappers[0]); i++) {
        const struct wrapper *w = &wrappers[i];
        struct scan_value v = scan_get(record, w->line);
        if (v.type != SCAN_STRING ||
            (w->sign != NULL && scan_get(record, w->sign).type == SCAN_NONE))
            continue;
        struct rt_buf plain;
        rt_buf_init(&plain, out->max);
        int rc = scan_unescape(v.text, &plain) < 0 ? -1 : add_line(rt_buf_str(&plain), out);
        rt_buf_fini(&plain);
        return rc;
    }
    return add_line(record, out);
}

static int
add_array(rt_str text, struct rt_buf *out, struct rt_err *err)
{
    size_t at = 1;
    struct scan_value v;
    for (;;) {
        while (at < text.n && (text.p[at] == ',' || text.p[at] == ' ' || text.p[at] == '\n' ||
                               text.p[at] == '\r' || text.p[at] == '\t'))
            at++;
        if (at < text.n && text.p[at] == ']')
            return 0;
        if (at >= text.n || !scan_value(text, &at, DEPTH, &v))
            return rt_fail_here(err, RT_ESYNTAX, "the JSON array is broken at byte %zu", at);
        if (add_record(v.text, out) < 0)
            return rt_fail_here(err, RT_ELIMIT, "too much text");
    }
}

/* Objects one behind the other, as a stream of JSON has them; what is no object is a line as it stands. */
static int
add_objects(rt_str line, struct rt_buf *out)
{
    size_t at = 0, from = 0;
    struct scan_value v;
    while (from < line.n && line.p[from] == '{') {
        at = from;
        if (!scan_value(line, &at, DEPTH, &v) || v.type != SCAN_OBJECT)
            break;
        if (add_record((rt_str){line.p + from, at - from}, out) < 0)
            return -1;
        while (at < line.n && (line.p[at] == ' ' || line.p[at] == '\t'))
            at++;
        from = at;
    }
    return add_line(rt_str_from(line, from), out);
}

static int
add_all(rt_str text, struct rt_buf *out, struct rt_err *err)
{
    text = rt_str_trim(text);
    if (text.n > 0 && text.p[0] == '[')
        return add_array(text, out, err);
    while (text.n > 0) {
        size_t end = rt_str_find(text, RT_LIT("\n"));
        rt_str line = rt_str_trim((rt_str){text.p, end == SIZE_MAX ? text.n : end});
        text = rt_str_from(text, end == SIZE_MAX ? text.n : end + 1);
        if (add_objects(line, out) < 0)
            return rt_fail_here(err, RT_ELIMIT, "too much text");
    }
    return 0;
}

int
shipped_lines(rt_str body, const struct rt_limits *limits, struct rt_buf *out,
              struct rt_err *err)
{
    struct rt_limits small = *limits;
    small.inflate_bytes = limits->serve_log_bytes * 4;
    struct feed f;
    struct rt_buf text;
    size_t got = 0;
    rt_buf_init(&text, (size_t)small.inflate_bytes + 65536);
    int rc = feed_open_memory(&f, body.p, body.n, NULL, &small, err);
    do {
        char *room = rc < 0 ? NULL : rt_buf_room(&text, 65536);
        rc = room == NULL ? -1 : feed_fill(&f, (uint8_t *)room, 65536, &got, err);
        text.n += rc < 0 ? 0 : got;
    } while (rc == 0 && got > 0);
    if (rc == 0 && f.damage != FEED_WELL)
        rc = rt_fail_here(err, RT_ESYNTAX, "the gzip data is broken, or holds too much");
    if (rc == 0)
        rc = add_all(rt_buf_str(&text), out, err);
    feed_close(&f);
    rt_buf_fini(&text);
    return rc;
}
