/*
 * derive.c - fields that follow from others, by the tables of the rule set.
 */
#include "config.h"

#include "extract/work.h"
#include "rules/condition.h"

/* Failing: an error, a code, a status that the table does not call healthy. */
void
derive_outcome(const struct extract *x, struct event *e, bool answered)
{
    if (e->error.n > 0 || (e->code != EVENT_NO_CODE && e->code != 0)) {
        e->outcome = OUTCOME_FAIL;
        return;
    }
    if (e->http == 200) {
        e->outcome = OUTCOME_OK; /* the most of all lines */
        return;
    }
    if (e->http != 0) {
        const struct code_entry *entry = rule_set_http(x->rules, e->http, e->kind);
        bool good = e->http >= 200 && e->http < 300 &&
                    (entry == NULL || entry->severity == SEVERITY_NONE);
        e->outcome = good ? OUTCOME_OK : OUTCOME_FAIL;
        return;
    }
    if (e->reason.n > 0 && rule_set_string(x->rules, e->reason) != NULL)
        e->outcome = OUTCOME_FAIL;
    else
        e->outcome = answered ? OUTCOME_OK : OUTCOME_UNKNOWN;
}

bool
derive_matches(struct extract *x, struct regex *re, rt_str s)
{
    return regex_match(re, s, &x->regex) >= 0;
}

static const char *
rid_defect(struct extract *x, rt_str rid)
{
    const struct parameter *p = rule_set_parameter(x->rules, "path/resourceid", KIND_NONE);
    if (route_is_placeholder(rid))
        return "placeholder";
    if (route_is_masked(rid))
        return NULL; /* not what the caller sent */
    if (p == NULL || p->pattern == NULL || derive_matches(x, p->pattern, rid))
        return NULL;
    return memchr(rid.p, '%', rid.n) != NULL ? "percent-encoding" : "characters";
}

static const char *
app_defect(struct extract *x, rt_str app)
{
    const struct parameter *p = rule_set_parameter(x->rules, "path/appid", KIND_NONE);
    if (route_is_placeholder(app))
        return "placeholder";
    if (route_is_masked(app))
        return "masked";
    if (p == NULL || p->pattern == NULL || derive_matches(x, p->pattern, app))
        return NULL;
    return p->max_bytes > 0 && app.n != (size_t)p->max_bytes ? "length" : "characters";
}

static const char *
cname_defect(struct extract *x, const struct event *e)
{
    const struct parameter *p = rule_set_parameter(x->rules, "cname", e->kind);
    if (p == NULL || condition_fits(p->free, p->free_count, e, NULL))
        return NULL;
    if (e->cname.n == 0)
        return "empty";
    if (p->max_bytes > 0 && e->cname.n > (size_t)p->max_bytes)
        return "too-long";
    if (p->pattern != NULL && !derive_matches(x, p->pattern, e->cname))
        return "character";
    return p->max_bytes > 0 && e->cname.n == (size_t)p->max_bytes ? "edge-length" : NULL;
}

static const char *
uid_defect(struct extract *x, const struct event *e)
{
    int64_t n = 0;
    const struct parameter *p = rule_set_parameter(x->rules, "uid", e->kind);
    if (p == NULL || memchr(e->uid.p, '*', e->uid.n) != NULL)
        return NULL;
    if (rt_str_is(e->uid, "0"))
        return "zero";
    if (p->pattern != NULL && !derive_matches(x, p->pattern, e->uid))
        return "not-decimal";
    if (!rt_str_int(e->uid, &n) || (p->has_max && (double)n > p->max) ||
        (p->has_min && (double)n < p->min))
        return "out-of-range";
    return NULL;
}

static int
say(struct extract *x, struct event *e, uint16_t field, const char *word)
{
    return word == NULL ? 0 : work_add_text(x, e, field, rt_str_of(word));
}

/* "*" as it is, anything else by its number. */
static int
say_byte(struct extract *x, struct event *e, uint16_t field, uint16_t at_field, rt_str s,
         size_t at)
{
    unsigned char c = (unsigned char)s.p[at];
    char *name = c > ' ' && c < 0x7f ? rt_arena_printf(&x->scratch, "%c", c)
                                     : rt_arena_printf(&x->scratch, "0x%02x", c);
    if (name == NULL || work_add_text(x, e, field, rt_str_of(name)) < 0)
        return -1;
    return work_add_int(x, e, at_field, (int64_t)at + 1);
}

/* The pattern allows the same bytes everywhere, so each can be asked alone. */
static int
explain_cname(struct extract *x, struct event *e, const char *defect)
{
    const struct parameter *p = rule_set_parameter(x->rules, "cname", e->kind);
    if (defect == NULL || strcmp(defect, "empty") == 0)
        return 0;
    if (strcmp(defect, "character") != 0)
        return work_add_int(x, e, FIELD_CNAME_LENGTH, (int64_t)e->cname.n);
    for (size_t i = 0; i < e->cname.n; i++)
        if (!derive_matches(x, p->pattern, (rt_str){e->cname.p + i, 1}))
            return say_byte(x, e, FIELD_CNAME_BYTE, FIELD_CNAME_AT, e->cname, i);
    return 0;
}

static int
explain_uid(struct extract *x, struct event *e, const char *defect)
{
    size_t digits = 0;
    while (digits < e->uid.n && e->uid.p[digits] >= '0' && e->uid.p[digits] <= '9')
        digits++;
    if (defect != NULL && strcmp(defect, "out-of-range") == 0)
        return work_add_int(x, e, FIELD_UID_DIGITS, (int64_t)digits);
    if (defect == NULL || strcmp(defect, "not-decimal") != 0)
        return 0;
    return say_byte(x, e, FIELD_UID_BYTE, FIELD_UID_AT, e->uid, digits < e->uid.n ? digits : 0);
}

static int
derive_names(struct extract *x, struct event *e)
{
    int rc = 0;
    if (e->cname.p != NULL) {
        const char *defect = cname_defect(x, e);
        rc |= say(x, e, FIELD_CNAME_DEFECT, defect) | explain_cname(x, e, defect);
    }
    if (e->uid.n > 0) {
        const char *defect = uid_defect(x, e);
        rc |= say(x, e, FIELD_UID_DEFECT, defect) | explain_uid(x, e, defect);
    }
    return rc;
}

/* Which known string the reason holds; its id without the prefix. */
static int
derive_text(struct extract *x, struct event *e)
{
    const struct code_entry *entry =
        e->reason.n == 0 ? NULL : rule_set_string(x->rules, e->reason);
    rt_str prefix = RT_LIT("string-");
    if (entry == NULL)
        return 0;
    return work_add_text(x, e, FIELD_TEXT,
                         rt_str_starts(entry->id, prefix) ? rt_str_from(entry->id, prefix.n)
                                                          : entry->id);
}

int
derive_fields(struct extract *x, struct event *e, const struct route *route, struct rt_err *err)
{
    int rc = derive_text(x, e);
    if (e->code != EVENT_NO_CODE && e->code != 0)
        rc |=
            work_add_text(x, e, FIELD_KNOWN,
                          rule_set_code(x->rules, e->code, e->kind, e->http, e->reason) != NULL
                              ? RT_LIT("yes")
                              : RT_LIT("no"));
    const char *defect = route == NULL ? NULL : route->defect;
    if (route != NULL && (defect == NULL || strcmp(defect, "placeholder") == 0) &&
        route_method_wrong(e->kind, e->method))
        defect = "method";
    rc |= say(x, e, FIELD_ROUTE, defect);
    if (route != NULL && route->placeholder)
        rc |= say(x, e, FIELD_HOST_PART, "yes");
    if (route != NULL && route->rid.n > 0)
        rc |= say(x, e, FIELD_RID_DEFECT, rid_defect(x, route->rid));
    if (route != NULL && route->app_id.n > 0)
        rc |= say(x, e, FIELD_APP_DEFECT, app_defect(x, route->app_id));
    rc |= derive_names(x, e);
    rt_str area = rule_set_host_area(x->rules, e->host);
    if (area.n > 0)
        rc |= work_add_text(x, e, FIELD_HOST_AREA, area);
    return rc < 0 ? rt_fail_mem(err) : 0;
}
