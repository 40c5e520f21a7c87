#include "config.h"

#include "receive/envelope.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/plan.h"

struct envelope_reader {
    const struct rule_set *rules;
    const struct rt_limits *limits;
    struct rt_arena arena;
    struct scan_plan *plan;
};

struct envelope_reader *
envelope_reader_new(const struct rule_set *rules, const struct rt_limits *limits,
                    struct rt_err *err)
{
    struct envelope_reader *r = rt_calloc(1, sizeof(*r));
    if (r == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    r->rules = rules;
    r->limits = limits;
    rt_arena_init(&r->arena, 4096, 0);
    r->plan = scan_plan_new(&r->arena);
    int rc = r->plan == NULL ? -1 : 0;
    for (unsigned part = 0; rc == 0 && part < ENVELOPE__PARTS; part++)
        for (size_t i = 0; rc == 0 && i < rules->envelope.path_count[part]; i++)
            rc = scan_plan_add(r->plan, &rules->envelope.paths[part][i], part, false);
    if (rc < 0) {
        rt_fail_mem(err);
        envelope_reader_free(&r);
    }
    return r;
}

void
envelope_reader_free(struct envelope_reader **pr)
{
    struct envelope_reader *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    rt_arena_fini(&r->arena);
    rt_free(r);
}

static rt_str
text_of(const struct scan_value *v)
{
    return v->type == SCAN_STRING || v->type == SCAN_NUMBER ? v->text : RT_NONE;
}

static bool
number_of(const struct scan_value *v, int64_t *out)
{
    return rt_str_int(text_of(v), out);
}

static bool
ours(const struct rule_set *rules, int64_t product)
{
    for (size_t i = 0; i < rules->envelope.our_count; i++)
        if (rules->envelope.ours[i] == product)
            return true;
    return rules->envelope.our_count == 0;
}

static enum store_label
label_of(const struct rule_set *rules, const struct scan_value *v)
{
    int64_t n = 0;
    if (number_of(&v[ENVELOPE_PRODUCT], &n) && !ours(rules, n))
        return STORE_FOREIGN;
    if (rule_set_is_probe(rules, text_of(&v[ENVELOPE_CNAME]), text_of(&v[ENVELOPE_UID])))
        return STORE_PROBE;
    return number_of(&v[ENVELOPE_TYPE], &n) ? STORE_EVENT : STORE_UNKNOWN;
}

static void
digest_parts(const struct scan_value *v, const enum envelope_part *parts, size_t count,
             size_t n, unsigned char *out)
{
    struct sha256_ctx c;
    sha256_init(&c);
    for (size_t i = 0; i < count; i++) {
        rt_str s = text_of(&v[parts[i]]);
        sha256_update(&c, s.n, (const uint8_t *)s.p);
        sha256_update(&c, 1, (const uint8_t *)"");
    }
    sha256_digest(&c, n, out);
}

/* Half a digest of who sends, then what counts up: the twins of one recording stand side by side in
 * their index, and a batch touches few of its pages. */
static void
set_twin(struct envelope *e, const struct scan_value *v)
{
    static const enum envelope_part who[] = {ENVELOPE_SID, ENVELOPE_UID},
                                    what[] = {ENVELOPE_SEQUENCE, ENVELOPE_TYPE};
    enum { HALF = STORE_TWIN / 2 };
    int64_t sequence = 0, type = 0;
    e->has_twin = text_of(&v[ENVELOPE_SID]).n > 0 && text_of(&v[ENVELOPE_SEQUENCE]).n > 0 &&
                  text_of(&v[ENVELOPE_TYPE]).n > 0;
    digest_parts(v, who, 2, HALF, e->twin);
    if (!number_of(&v[ENVELOPE_SEQUENCE], &sequence) || sequence < 0 || sequence > INT32_MAX ||
        !number_of(&v[ENVELOPE_TYPE], &type) || type < 0 || type > INT32_MAX) {
        digest_parts(v, what, 2, HALF, e->twin + HALF);
        return;
    }
    for (int i = 0; i < 4; i++) {
        e->twin[HALF + i] = (unsigned char)(sequence >> (24 - 8 * i) & 0xff);
        e->twin[HALF + 4 + i] = (unsigned char)(type >> (24 - 8 * i) & 0xff);
    }
}

static void
set_notice(struct envelope *e, rt_str notice, rt_str body)
{
    static const char prefix[] = "body-";
    if (notice.n > 0 && notice.n <= ENVELOPE_NOTICE_BYTES) {
        memcpy(e->notice, notice.p, notice.n);
        e->notice_n = notice.n;
        return;
    }
    struct sha256_ctx c;
    uint8_t digest[16];
    sha256_init(&c);
    sha256_update(&c, body.n, (const uint8_t *)body.p);
    sha256_digest(&c, sizeof(digest), digest);
    memcpy(e->notice, prefix, sizeof(prefix));
    e->notice_n = sizeof(prefix) - 1;
    for (size_t i = 0; i < sizeof(digest); i++)
        e->notice_n += (size_t)snprintf(e->notice + e->notice_n, 3, "%02x", digest[i]);
}

int
envelope_parts(const struct envelope_reader *r, rt_str body, struct rt_arena *a,
               rt_str out[ENVELOPE__PARTS])
{
    struct scan_value values[ENVELOPE__PARTS] = {{SCAN_NONE, RT_NONE, false}};
    struct rt_buf plain;
    bool ok = true;
    rt_buf_init(&plain, body.n + 1);
    scan_plan_run(r->plan, rt_str_trim(body), (unsigned)r->limits->json_depth, NULL, values,
                  ENVELOPE__PARTS);
    for (int i = 0; i < ENVELOPE__PARTS; i++) {
        out[i] = RT_NONE;
        rt_str text = text_of(&values[i]);
        if (text.n == 0)
            continue;
        rt_buf_clear(&plain);
        if (values[i].escaped && scan_unescape(text, &plain) == 0)
            text = rt_buf_str(&plain);
        out[i] = rt_arena_str(a, text, &ok);
    }
    rt_buf_fini(&plain);
    return ok ? 0 : -1;
}

static bool
only_blanks(rt_str s)
{
    return rt_str_trim(s).n == 0;
}

/* The scanner takes any bare word for a value. */
static bool
is_json(const struct scan_value *v)
{
    return v->type != SCAN_NONE && (v->type != SCAN_WORD || rt_str_is(v->text, "true") ||
                                    rt_str_is(v->text, "false") || rt_str_is(v->text, "null"));
}

bool
envelope_read(const struct envelope_reader *r, rt_str body, struct envelope *out)
{
    struct scan_value values[ENVELOPE__PARTS] = {{SCAN_NONE, RT_NONE, false}}, other;
    unsigned depth = (unsigned)r->limits->json_depth;
    rt_str text = rt_str_from(body, scan_blanks(body, 0));
    *out = (struct envelope){.label = STORE_UNKNOWN, .notify = RT_TIME_NONE};
    size_t n = scan_plan_run(r->plan, text, depth, NULL, values, ENVELOPE__PARTS), at = 0;
    if (n == 0) {
        /* Other JSON is no callback, but evidence. */
        if (!scan_value(text, &at, depth, &other) || !is_json(&other) ||
            !only_blanks(rt_str_from(text, at)))
            return false;
        set_notice(out, RT_NONE, body);
        return true;
    }
    if (!only_blanks(rt_str_from(text, n)))
        return false;
    int64_t notify = 0;
    if (number_of(&values[ENVELOPE_NOTIFY], &notify) && notify > 0 &&
        notify < INT64_MAX / RT_MS)
        out->notify = notify * RT_MS;
    out->label = label_of(r->rules, values);
    set_notice(out, text_of(&values[ENVELOPE_NOTICE]), body);
    set_twin(out, values);
    if (out->label != STORE_EVENT)
        out->has_twin = false;
    return true;
}
