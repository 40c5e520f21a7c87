#include "config.h"

#include "receive/deliveries.h"

#include <inttypes.h>

#include "base/arena.h"
#include "receive/envelope.h"
#include "report/json.h"
#include "report/redact.h"

struct writing {
    const struct deliveries *d;
    struct envelope_reader *reader;
    struct out *o;
    bool whole; /* with the body */
};

static void
number_or_null(struct out *o, rt_str text)
{
    int64_t n = 0;
    if (rt_str_int(text, &n))
        out_fmt(o, "%" PRId64, n);
    else
        out_raw(o, "null");
}

static rt_str
name_of(const struct rule_set *rules, const rt_str *parts)
{
    int64_t type = 0;
    const struct hook_type *h =
        rt_str_int(parts[ENVELOPE_TYPE], &type) ? rule_set_hook(rules, type) : NULL;
    return h != NULL ? h->name : parts[ENVELOPE_NAME];
}

/* What the body says of itself; a refused one may say anything. */
static int
write_parts(struct writing *w, rt_str body)
{
    static const struct {
        const char *name;
        enum envelope_part part;
    } texts[] = {{"cname", ENVELOPE_CNAME}, {"uid", ENVELOPE_UID}, {"sid", ENVELOPE_SID}};
    rt_str parts[ENVELOPE__PARTS];
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    int rc = envelope_parts(w->reader, body, &a, parts);
    if (rc == 0) {
        out_raw(w->o, ", \"type\": ");
        number_or_null(w->o, parts[ENVELOPE_TYPE]);
        out_raw(w->o, ", \"name\": ");
        json_text(w->o, name_of(w->d->rules, parts));
        out_raw(w->o, ", \"sequence\": ");
        number_or_null(w->o, parts[ENVELOPE_SEQUENCE]);
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            out_fmt(w->o, ", \"%s\": ", texts[i].name);
            json_text(w->o, parts[texts[i].part]);
        }
    }
    rt_arena_fini(&a);
    return rc;
}

static int
write_stored(struct writing *w, const struct store_callback *c)
{
    struct out *o = w->o;
    out_fmt(o, "{ \"id\": %" PRId64 ", \"received\": ", c->id);
    json_time(o, c->received);
    out_raw(o, ", \"app\": ");
    json_text(o, c->app);
    out_fmt(o, ", \"label\": \"%s\", \"copies\": %" PRId64 ", \"last\": ",
            store_label_names[c->label], c->copies);
    json_time(o, c->last);
    out_raw(o, ", \"copy_of\": ");
    if (c->of > 0)
        out_fmt(o, "%" PRId64, c->of);
    else
        out_raw(o, "null");
    out_fmt(o, ", \"bytes\": %zu, \"secret\": ", c->body.n);
    json_text(o, c->secret);
    out_raw(o, ", \"notice\": ");
    json_text(o, c->notice);
    out_raw(o, ", \"notified\": ");
    json_time(o, c->notify);
    if (write_parts(w, c->body) < 0)
        return -1;
    if (w->whole) {
        out_raw(o, ", \"body\": ");
        json_text(o, c->body);
    }
    out_raw(o, " }");
    return 0;
}

static int
write_refused(struct writing *w, const struct store_refused *r)
{
    struct out *o = w->o;
    out_fmt(o, "{ \"id\": %" PRId64 ", \"received\": ", r->id);
    json_time(o, r->received);
    const struct {
        const char *name;
        rt_str text;
    } texts[] = {{"app", r->app}, {"reason", r->reason}, {"near", r->near}, {"from", r->from}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        out_fmt(o, ", \"%s\": ", texts[i].name);
        json_text(o, texts[i].text);
    }
    out_fmt(o, ", \"bytes\": %" PRIu64 ", \"kept\": %zu, \"has_v2\": %s, \"has_v1\": %s",
            r->body_bytes, r->body.n, r->signature.n > 0 ? "true" : "false",
            r->signature_v1.n > 0 ? "true" : "false");
    if (write_parts(w, r->body) < 0)
        return -1;
    if (w->whole) {
        out_raw(o, ", \"body\": ");
        json_text(o, r->body);
    }
    out_raw(o, " }");
    return 0;
}

/* ---- rows ---- */

/* Writes the next row. 1, 0 at the end, -1. */
static int
next(struct writing *w, struct store_cursor *c, bool refused, int64_t *id, struct rt_err *err)
{
    struct store_callback stored;
    struct store_refused other;
    int rc =
        refused ? store_next_refusal(c, &other, err) : store_next_callback(c, &stored, err);
    if (rc <= 0)
        return rc;
    *id = refused ? other.id : stored.id;
    rc = refused ? write_refused(w, &other) : write_stored(w, &stored);
    return rc < 0 ? rt_fail_mem(err) : 1;
}

static int
list(struct writing *w, struct store_cursor *c, bool refused, size_t limit, struct rt_err *err)
{
    int rc = 1;
    int64_t id = 0;
    out_raw(w->o, "{ \"items\": [");
    for (size_t i = 0; rc == 1 && i < limit; i++) {
        struct out *whole = w->o, *one = out_memory(err);
        w->o = one;
        rc = one == NULL ? -1 : next(w, c, refused, &id, err);
        w->o = whole;
        if (rc == 1) {
            out_raw(whole, i > 0 ? ",\n  " : "\n  ");
            out_rawn(whole, out_text(one));
        }
        if (one != NULL)
            out_abort(&one);
    }
    if (rc == 1 && id > 1)
        out_fmt(w->o, " ], \"next\": %" PRId64 " }\n", id);
    else
        out_raw(w->o, " ], \"next\": null }\n");
    return rc < 0 ? -1 : 0;
}

/* Only that row: what comes first may be an older one. */
static int
one(struct writing *w, struct store_cursor *c, bool refused, int64_t wanted, struct rt_err *err)
{
    struct out *whole = w->o, *text = out_memory(err);
    int64_t id = 0;
    w->o = text;
    int rc = text == NULL ? -1 : next(w, c, refused, &id, err);
    w->o = whole;
    if (rc == 1 && id == wanted) {
        out_rawn(whole, out_text(text));
        out_char(whole, '\n');
    }
    if (text != NULL)
        out_abort(&text);
    return rc == 1 ? id == wanted : rc;
}

static int
run(const struct deliveries *d, bool refused, bool whole, int64_t before, size_t limit,
    struct out *o, struct rt_err *err)
{
    struct writing w = {d, envelope_reader_new(d->rules, d->limits, err), o, whole};
    struct store *s =
        w.reader == NULL ? NULL : store_open(d->store, STORE_READ, d->limits, err);
    struct store_cursor *c = s == NULL ? NULL
                             : refused ? store_refusals_back(s, before, err)
                                       : store_callbacks_back(s, before, err);
    int rc = c == NULL ? -1
             : whole   ? one(&w, c, refused, before - 1, err)
                       : list(&w, c, refused, limit, err);
    store_cursor_free(&c);
    store_close(&s);
    envelope_reader_free(&w.reader);
    return rc;
}

int
deliveries_stored(const struct deliveries *d, int64_t before, size_t limit, struct out *o,
                  struct rt_err *err)
{
    return run(d, false, false, before, limit, o, err);
}

int
deliveries_refused(const struct deliveries *d, int64_t before, size_t limit, struct out *o,
                   struct rt_err *err)
{
    return run(d, true, false, before, limit, o, err);
}

int
deliveries_one(const struct deliveries *d, int64_t id, struct out *o, struct rt_err *err)
{
    return run(d, false, true, id + 1, 1, o, err);
}

int
deliveries_refusal(const struct deliveries *d, int64_t id, struct out *o, struct rt_err *err)
{
    return run(d, true, true, id + 1, 1, o, err);
}

/* ---- without scripts ---- */

static int
item_begin(struct writing *w, rt_time received, rt_str body, rt_str app)
{
    char when[RT_TIME_MAX];
    rt_str parts[ENVELOPE__PARTS];
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    int rc = envelope_parts(w->reader, body, &a, parts);
    if (rc == 0) {
        rt_str name = name_of(w->d->rules, parts);
        out_fmt(w->o, "<li><span class=\"time quiet\">%s</span> ",
                rt_time_clock(received, when));
        redact_write(w->o, parts[ENVELOPE_TYPE].n > 0 ? parts[ENVELOPE_TYPE] : RT_LIT("?"),
                     out_html);
        out_char(w->o, ' ');
        redact_write(w->o, name, out_html);
        out_raw(w->o, " <strong>");
        redact_write(w->o, parts[ENVELOPE_CNAME].n > 0 ? parts[ENVELOPE_CNAME] : app, out_html);
        out_raw(w->o, "</strong> ");
    }
    rt_arena_fini(&a);
    return rc;
}

static int
next_item(struct writing *w, struct store_cursor *c, bool refused, struct rt_err *err)
{
    struct store_callback s;
    struct store_refused r;
    int rc = refused ? store_next_refusal(c, &r, err) : store_next_callback(c, &s, err);
    if (rc <= 0)
        return rc;
    if (!refused && s.label == STORE_OUTAGE) {
        char when[RT_TIME_MAX];
        out_fmt(
            w->o,
            "<li><span class=\"time quiet\">%s</span> receiver: callbacks were not taken until then</li>",
            rt_time_clock(s.received, when));
        return 1;
    }
    if (item_begin(w, refused ? r.received : s.received, refused ? r.body : s.body,
                   refused ? r.app : s.app) < 0)
        return rt_fail_mem(err);
    if (refused) {
        out_html(w->o, r.reason);
    } else {
        out_raw(w->o, s.label == STORE_EVENT ? "accepted" : store_label_names[s.label]);
        if (s.copies > 1)
            out_fmt(w->o, ", duplicate x%" PRId64, s.copies - 1);
    }
    out_raw(w->o, "</li>");
    return 1;
}

int
deliveries_html(const struct deliveries *d, size_t limit, struct out *o, struct rt_err *err)
{
    struct writing w = {d, envelope_reader_new(d->rules, d->limits, err), o, false};
    struct store *s =
        w.reader == NULL ? NULL : store_open(d->store, STORE_READ, d->limits, err);
    int rc = s == NULL ? -1 : 0;
    for (int refused = 1; rc >= 0 && refused >= 0; refused--) {
        struct store_cursor *c = refused ? store_refusals_back(s, INT64_MAX, err)
                                         : store_callbacks_back(s, INT64_MAX, err);
        rc = c == NULL ? -1 : 1;
        for (size_t i = 0; rc == 1 && i < (refused ? limit / 4 : limit); i++)
            rc = next_item(&w, c, refused, err);
        store_cursor_free(&c);
    }
    store_close(&s);
    envelope_reader_free(&w.reader);
    return rc < 0 ? -1 : 0;
}
