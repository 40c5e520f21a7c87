/*
 * credential.c - what token and storage settings of a request say, by rules/credentials.yaml.
 *
 * No text of a secret goes into an event: only words, times, and names that stand in the clear.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "extract/token.h"
#include "extract/work.h"

struct asked { /* a request; the first failure of memory stays in `rc` */
    struct extract *x;
    struct event *e;
    int rc;
};

static void
word(struct asked *q, uint16_t field, const char *z)
{
    q->rc |= work_add_text(q->x, q->e, field, rt_str_of(z));
}

static void
text(struct asked *q, uint16_t field, rt_str s)
{
    rt_str kept = work_keep(q->x, s);
    q->rc |= kept.p == NULL && s.n > 0 ? -1 : work_add_text(q->x, q->e, field, kept);
}

static void
number(struct asked *q, uint16_t field, int64_t n)
{
    q->rc |= work_add_int(q->x, q->e, field, n);
}

static bool
hidden(struct asked *q, rt_str s)
{
    return q->x->rules->hidden != NULL && derive_matches(q->x, q->x->rules->hidden, s);
}

static bool
unfilled(struct asked *q, rt_str s)
{
    return q->x->rules->template != NULL && derive_matches(q->x, q->x->rules->template, s);
}

/* How far `end` (Unix seconds) is from the request. Only a time with a zone can be compared. */
static bool
distance(const struct asked *q, int64_t end, int64_t *ms)
{
    const struct event *e = q->e;
    if (end < 0 || e->begin == RT_TIME_NONE || !e->zoned)
        return false;
    *ms = end * 1000 - e->begin / RT_MS;
    return true;
}

/* ---- tokens ---- */

/* What the recorder's service lets its holder do; of all services by name. */
static void
tell_services(struct asked *q, const struct token *t, const struct token_claim *ours)
{
    const rt_str only_sum = RT_LIT("only a checksum");
    for (size_t i = 0; i < t->claim_count; i++)
        if (t->claims[i].service != NULL)
            text(q, FIELD_TOKEN_SERVICE, t->claims[i].service->name);
    for (unsigned n = 0; ours != NULL && n < 64; n++)
        if ((ours->privileges >> n & 1) != 0)
            number(q, FIELD_TOKEN_RIGHT, n);
    if (ours == NULL)
        return;
    bool anybody = t->by_checksum ? t->account_sum == 0 : ours->account.n == 0;
    text(q, FIELD_TOKEN_CHANNEL, t->by_checksum ? only_sum : ours->channel);
    text(q, FIELD_TOKEN_UID,
         anybody          ? RT_LIT("any")
         : t->by_checksum ? only_sum
                          : ours->account);
}

static void
tell_times(struct asked *q, const struct token *t)
{
    int64_t ms = 0;
    if (t->issued >= 0)
        number(q, FIELD_TOKEN_ISSUED, t->issued);
    if (t->ends >= 0)
        number(q, FIELD_TOKEN_EXPIRES, t->ends);
    if (t->lifetime >= 0) {
        number(q, FIELD_TOKEN_EXPIRE, t->lifetime);
        number(q, FIELD_TOKEN_LIFE, t->lifetime * 1000);
    }
    if (distance(q, t->issued, &ms) && ms > 0)
        number(q, FIELD_TOKEN_AHEAD, ms);
    if (distance(q, t->ends, &ms))
        number(q, ms > 0 ? FIELD_TOKEN_LEFT : FIELD_TOKEN_LATE, ms > 0 ? ms : -ms);
}

static rt_str
unless_hidden(struct asked *q, rt_str s)
{
    return s.n == 0 || hidden(q, s) ? RT_NONE : s;
}

static void
tell_fit(struct asked *q, const struct token *t)
{
    static const struct {
        unsigned bit;
        const char *word;
    } rows[] = {{TOKEN_OTHER_APP, "wrong-app"},
                {TOKEN_OTHER_SERVICE, "wrong-service"},
                {TOKEN_OTHER_CHANNEL, "wrong-channel"},
                {TOKEN_OTHER_ACCOUNT, "wrong-uid"}};
    const struct token_table *table = &q->x->rules->tokens;
    const struct event *e = q->e;
    rt_str app = unless_hidden(q, e->app_id), cname = unless_hidden(q, e->cname),
           uid = unless_hidden(q, e->uid);
    unsigned lacks = token_fits(table, t, app, cname, uid);
    int64_t ms = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if ((lacks & rows[i].bit) != 0)
            word(q, FIELD_TOKEN, rows[i].word);
    bool late = distance(q, t->ends, &ms) && ms <= 0;
    if (late)
        word(q, FIELD_TOKEN, "expired");
    if (lacks == TOKEN_FITS && !late)
        word(q, FIELD_TOKEN, "fits");
    if ((lacks & TOKEN_OTHER_APP) != 0)
        text(q, FIELD_TOKEN_APP, t->app_id);
    tell_services(q, t, t->by_checksum ? &t->claims[0] : token_claim_for(table, t, cname, uid));
    tell_times(q, t);
}

static void
tell_token(struct asked *q, rt_str s)
{
    struct token t;
    if (hidden(q, s)) {
        word(q, FIELD_TOKEN, "masked");
        return;
    }
    if (token_read(&q->x->rules->tokens, s, (size_t)q->x->limits->token_bytes, &q->x->scratch,
                   &t) < 0) {
        q->rc = -1;
        return;
    }
    if (t.version != NULL)
        text(q, FIELD_TOKEN_VERSION, t.version->prefix);
    switch (t.state) {
    case TOKEN_READ: tell_fit(q, &t); break;
    case TOKEN_OBSOLETE: word(q, FIELD_TOKEN, "obsolete"); break;
    case TOKEN_APP_ID: word(q, FIELD_TOKEN, "app-id"); break;
    case TOKEN_BROKEN:
        word(q, FIELD_TOKEN, strcmp(t.defect, "cut") == 0 ? "cut" : "malformed");
        word(q, FIELD_TOKEN_DEFECT, t.defect);
        break;
    }
}

static bool
is_mode(const struct rule_set *rules, rt_str mode)
{
    const struct parameter *p = rule_set_parameter(rules, "path/mode", KIND_NONE);
    for (size_t i = 0; p != NULL && i < p->value_count; i++)
        if (rt_str_eq(p->values[i], mode))
            return true;
    return false;
}

/* Pages are recorded without one; where the mode is not known, its absence says nothing. */
static void
look_at_token(struct asked *q, rt_str client)
{
    const struct event *e = q->e;
    const struct parameter *p =
        rule_set_parameter(q->x->rules, "clientRequest/token", KIND_START);
    struct scan_value v = scan_get(client, "token");
    bool null = v.type == SCAN_WORD || (v.type == SCAN_STRING && v.text.n == 0);
    bool known = is_mode(q->x->rules, e->mode);
    if (p == NULL || (known && !parameter_has_mode(p->modes, e->mode)) ||
        (e->kind != KIND_START && v.type == SCAN_NONE))
        return;
    if (v.type == SCAN_NONE || null) {
        if (e->kind == KIND_START && known)
            word(q, FIELD_TOKEN, "missing");
    } else if (v.type == SCAN_STRING) {
        tell_token(q, work_text(q->x, &v, 3));
    } else {
        word(q, FIELD_TOKEN, "malformed");
        word(q, FIELD_TOKEN_DEFECT, "type");
    }
}

/* ---- storage ---- */

static void
complain(struct asked *q, const char *what, rt_str at)
{
    word(q, FIELD_STORAGE, what);
    if (event_get(q->e, FIELD_STORAGE_AT) == NULL)
        text(q, FIELD_STORAGE_AT, at);
}

static const struct storage_vendor *
look_at_vendor(struct asked *q, rt_str config)
{
    struct scan_value v = scan_get(config, "vendor");
    const struct storage_vendor *vendor = NULL;
    int64_t n = 0;
    bool known = scan_int(&v, &n) && (vendor = rule_set_vendor(q->x->rules, n)) != NULL;
    if (v.type == SCAN_NONE)
        complain(q, "vendor-missing", RT_LIT("vendor"));
    else if (!known && !hidden(q, v.text))
        complain(q, "vendor", v.text);
    if (known || v.type == SCAN_NUMBER)
        text(q, FIELD_STORAGE_VENDOR, known ? vendor->name : v.text);
    struct scan_value extra = scan_get(config, "extensionParams");
    struct scan_value endpoint =
        extra.type == SCAN_OBJECT ? scan_get(extra.text, "endpoint") : extra;
    if (known && vendor->endpoint && endpoint.type != SCAN_STRING)
        complain(q, "endpoint", RT_LIT("extensionParams.endpoint"));
    return vendor;
}

static void
look_at_region(struct asked *q, rt_str config, const struct storage_vendor *vendor)
{
    struct scan_value v = scan_get(config, "region");
    int64_t n = 0;
    if (vendor == NULL || vendor->region_count == 0 || !scan_int(&v, &n))
        return;
    const struct storage_region *region = storage_region_of(vendor, n);
    text(q, FIELD_STORAGE_REGION, region != NULL ? region->name : v.text);
    if (region == NULL)
        complain(q, "region", v.text);
    rt_str host = rule_set_host_area(q->x->rules, q->e->host);
    if (region == NULL || region->area.n == 0)
        return;
    text(q, FIELD_STORAGE_AREA, region->area);
    if (host.n > 0)
        word(q, FIELD_HOST_AREA_IS, rt_str_eq(host, region->area) ? "same" : "differs");
}

/* A name or key that is empty, or was never filled in. What a log's filter put there says nothing. */
static void
look_at_name(struct asked *q, rt_str config, const char *key, const char *empty,
             const char *template)
{
    struct scan_value v = scan_get(config, key);
    rt_str s = v.type == SCAN_STRING ? work_text(q->x, &v, 3) : RT_NONE;
    if (v.type == SCAN_WORD || (v.type == SCAN_STRING && rt_str_trim(s).n == 0))
        complain(q, empty, rt_str_of(key));
    else if (v.type == SCAN_STRING && !hidden(q, s) && unfilled(q, s))
        complain(q, template, rt_str_of(key));
}

static void
look_at_prefix(struct asked *q, rt_str config)
{
    const struct parameter *p = rule_set_parameter(
        q->x->rules, "clientRequest/storageConfig/fileNamePrefix[]", q->e->kind);
    struct scan_value v = scan_get(config, "fileNamePrefix"), item;
    size_t at = 0, bytes = 0;
    rt_str key;
    if (v.type == SCAN_NONE || p == NULL)
        return;
    if (v.type != SCAN_ARRAY) {
        complain(q, "prefix-type", RT_LIT("fileNamePrefix"));
        return;
    }
    while (scan_member(v.text, &at, (unsigned)q->x->limits->json_depth, &key, &item) == 1) {
        rt_str s = item.type == SCAN_STRING ? work_text(q->x, &item, 3) : item.text;
        bytes += s.n + (bytes > 0);
        if (item.type == SCAN_STRING && p->pattern != NULL && !hidden(q, s) &&
            !derive_matches(q->x, p->pattern, s))
            complain(q, "prefix-character", s);
    }
    if (p->max_bytes > 0 && bytes > (size_t)p->max_bytes)
        complain(q, "prefix-length", RT_LIT("fileNamePrefix"));
}

static void
look_at_sts(struct asked *q, rt_str config, const struct storage_vendor *vendor)
{
    struct scan_value token = scan_get(config, "stsToken"),
                      end = scan_get(config, "stsExpiration");
    int64_t seconds = 0, ms = 0;
    if (token.type != SCAN_STRING || token.text.n == 0)
        return;
    word(q, FIELD_STS, "yes");
    if (vendor != NULL && !vendor->sts)
        complain(q, "sts-vendor", RT_LIT("stsToken"));
    if (!scan_int(&end, &seconds) || seconds <= 0 || seconds > RT_UNIX_MAX)
        return;
    number(q, FIELD_STS_EXPIRES, seconds);
    if (distance(q, seconds, &ms))
        number(q, ms > 0 ? FIELD_STS_LEFT : FIELD_STS_LATE, ms > 0 ? ms : -ms);
}

static void
look_at_key(struct asked *q, rt_str config)
{
    char hash[20];
    struct scan_value v = scan_get(config, "accessKey");
    rt_str s = v.type == SCAN_STRING ? work_text(q->x, &v, 3) : RT_NONE;
    if (s.n == 0 || hidden(q, s) || unfilled(q, s))
        return;
    snprintf(hash, sizeof(hash), "%016" PRIx64, rt_str_hash(s));
    text(q, FIELD_KEY_HASH, rt_str_of(hash));
}

static void
look_at_storage(struct asked *q, rt_str config)
{
    const struct storage_vendor *vendor = look_at_vendor(q, config);
    look_at_region(q, config, vendor);
    look_at_name(q, config, "bucket", "bucket-empty", "bucket-template");
    look_at_name(q, config, "accessKey", "key-empty", "key-template");
    look_at_name(q, config, "secretKey", "key-empty", "key-template");
    look_at_prefix(q, config);
    look_at_sts(q, config, vendor);
    look_at_key(q, config);
}

int
credential_fields(struct extract *x, struct event *e, rt_str body, struct rt_err *err)
{
    struct asked q = {x, e, 0};
    struct scan_value client = scan_get(body, "clientRequest");
    if ((e->kind != KIND_START && e->kind != KIND_UPDATE) || client.type != SCAN_OBJECT)
        return 0;
    look_at_token(&q, client.text);
    struct scan_value storage = scan_get(client.text, "storageConfig");
    if (storage.type == SCAN_OBJECT)
        look_at_storage(&q, storage.text);
    return q.rc < 0 ? rt_fail_mem(err) : 0;
}
