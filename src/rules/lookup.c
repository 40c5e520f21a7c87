/*
 * lookup.c - questions to a loaded set.
 */
#include "config.h"

#include "base/literals.h"
#include "rules/rule_set.h"

static const char *const severities[] = {"none", "info", "warning", "error", "critical"};

const char *
severity_name(enum severity s)
{
    return severities[s];
}

const char *
confidence_name(enum confidence c)
{
    static const char *const names[] = {"low", "medium", "high", "certain"};
    return names[c];
}

bool
severity_parse(rt_str s, enum severity *out)
{
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        if (rt_str_is(s, severities[i])) {
            *out = (enum severity)i;
            return true;
        }
    return false;
}

rt_str
rule_set_kind_name(const struct rule_set *set, uint8_t kind)
{
    if (kind < KIND_HOOK)
        return rt_str_of(event_kinds[kind].name);
    if ((size_t)(kind - KIND_HOOK) < set->hooks.n)
        return set->hooks.v[kind - KIND_HOOK].name;
    return RT_LIT("unknown");
}

uint8_t
rule_set_kind(const struct rule_set *set, rt_str name)
{
    uint8_t kind = event_kind_find(name);
    for (size_t i = 0; kind == KIND_NONE && i < set->hooks.n; i++)
        if (rt_str_eq_nocase(set->hooks.v[i].name, name))
            kind = set->hooks.v[i].kind;
    return kind;
}

static bool
listed(const rt_str *list, size_t count, rt_str word)
{
    for (size_t i = 0; i < count; i++)
        if (rt_str_eq(list[i], word))
            return true;
    return false;
}

bool
rule_set_is_probe(const struct rule_set *set, rt_str cname, rt_str uid)
{
    const struct hook_envelope *d = &set->envelope;
    return listed(d->probe_cnames, d->probe_cname_count, cname) ||
           listed(d->probe_uids, d->probe_uid_count, uid);
}

const struct hook_type *
rule_set_hook(const struct rule_set *set, int64_t event_type)
{
    for (size_t i = 0; i < set->hooks.n; i++)
        if (set->hooks.v[i].number == event_type)
            return &set->hooks.v[i];
    return NULL;
}

static bool
has_mode(const struct hook_type *h, rt_str mode)
{
    if (mode.n == 0 || h->mode_count == 0)
        return true;
    for (size_t i = 0; i < h->mode_count; i++)
        if (rt_str_eq(h->modes[i], mode))
            return true;
    return false;
}

const struct hook_type *
rule_set_expected(const struct rule_set *set, uint8_t after, rt_str mode)
{
    const struct hook_type *h;
    RT_EACH (h, &set->hooks)
        if ((h->expected_after >> after & 1) != 0 && has_mode(h, mode))
            return h;
    return NULL;
}

const struct parameter *
rule_set_parameter(const struct rule_set *set, const char *path, uint8_t kind)
{
    const struct parameter *p;
    RT_EACH (p, &set->parameters)
        if (rt_str_is(p->path, path) &&
            (kind == KIND_NONE || p->on == 0 || (p->on >> kind & 1) != 0))
            return p;
    return NULL;
}

const struct rule *
rule_set_rule(const struct rule_set *set, rt_str id)
{
    for (size_t i = 0; i < set->rules.n; i++)
        if (rt_str_eq(set->rules.v[i].id, id))
            return &set->rules.v[i];
    return NULL;
}

rt_str
rule_set_field_name(const struct rule_set *set, uint16_t field)
{
    if (field < FIELD__COUNT)
        return rt_str_of(event_fields[field].name);
    size_t i = (size_t)(field - FIELD__COUNT);
    return i < set->x_fields.n ? set->x_fields.v[i] : RT_NONE;
}

bool
rule_set_id(const struct rule_set *set, rt_str id)
{
    if (rule_set_rule(set, id) != NULL || rt_str_is(id, "unknown-code"))
        return true;
    const struct code_entry *e;
    RT_EACH (e, &set->codes)
        if (rt_str_eq(e->id, id))
            return true;
    return false;
}

bool
rule_set_field(const struct rule_set *set, rt_str name, uint16_t *out)
{
    enum event_field_id id = event_field_find(name);
    *out = (uint16_t)id;
    for (size_t i = 0; id == FIELD__COUNT && i < set->x_fields.n; i++)
        if (rt_str_eq(set->x_fields.v[i], name)) {
            *out = (uint16_t)(FIELD__COUNT + i);
            return true;
        }
    return id != FIELD__COUNT;
}

const struct rule_text *
rule_set_text(const struct rule_set *set, const char *name)
{
    for (size_t i = 0; i < set->texts.n; i++)
        if (set->texts.v[i].name == name)
            return &set->texts.v[i];
    return NULL;
}

/* How well an entry fits; -1: not at all. More exact qualifiers weigh more. */
static int
fit(const struct code_entry *e, uint8_t kind, int32_t http, rt_str reason)
{
    int score = 0;
    if (e->on != 0) {
        /* A call whose name is not known fits, but loosely. */
        if (kind < KIND__MAX && kind != KIND_ANSWER && (e->on >> kind & 1) == 0)
            return -1;
        score += kind < KIND__MAX && kind != KIND_ANSWER ? 4 : 0;
    }
    if (e->http != 0 && e->subject != SUBJECT_HTTP) {
        if (http != 0 && e->http != http)
            return -1;
        score += http != 0 ? 2 : 0;
    }
    if (e->reason.n > 0) {
        if (rt_str_find_nocase(reason, e->reason) == SIZE_MAX)
            return -1;
        score += 1;
    }
    return score;
}

static const struct code_entry *
best(const struct rule_set *set, enum code_subject subject, int64_t number, uint8_t kind,
     int32_t http, rt_str reason)
{
    const struct code_entry *e, *found = NULL;
    int most = -1;
    RT_EACH (e, &set->codes) {
        if (e->subject != subject || e->number != number)
            continue;
        int score = fit(e, kind, http, reason);
        if (score > most) {
            most = score;
            found = e;
        }
    }
    return found;
}

const struct code_entry *
rule_set_code(const struct rule_set *set, int64_t code, uint8_t kind, int32_t http,
              rt_str reason)
{
    const struct code_entry *e = best(set, SUBJECT_CODE, code, kind, http, reason);
    if (e == NULL && http != 0)
        e = best(set, SUBJECT_CODE, code, kind, 0, reason);
    return e != NULL ? e : best(set, SUBJECT_CODE, code, KIND_ANSWER, 0, reason);
}

bool
rule_set_code_is_met(const struct rule_set *set, int64_t code, uint8_t kind)
{
    const struct code_entry *e;
    RT_EACH (e, &set->codes)
        if (e->subject == SUBJECT_CODE && e->number == code &&
            (e->on == 0 || (e->on & UINT64_C(1) << kind) != 0))
            return true;
    return false;
}

const struct code_entry *
rule_set_http(const struct rule_set *set, int32_t http, uint8_t kind)
{
    return best(set, SUBJECT_HTTP, http, kind, http, RT_NONE);
}

const struct code_entry *
rule_set_string(const struct rule_set *set, rt_str text)
{
    const struct code_entry *e, *found = NULL;
    if (set->strings != NULL && !literals_in(set->strings, text))
        return NULL;
    RT_EACH (e, &set->codes)
        if (e->subject == SUBJECT_STRING && (found == NULL || e->text.n > found->text.n) &&
            rt_str_find_nocase(text, e->text) != SIZE_MAX)
            found = e;
    return found;
}

const struct code_entry *
rule_set_state(const struct rule_set *set, enum code_subject subject, rt_str text)
{
    const struct code_entry *e;
    RT_EACH (e, &set->codes)
        if (e->subject == subject && rt_str_eq_nocase(e->text, text))
            return e;
    return NULL;
}

const struct code_entry *
rule_set_network(const struct rule_set *set, rt_str word, uint8_t kind)
{
    const struct code_entry *e, *found = NULL;
    int most = -1;
    RT_EACH (e, &set->codes) {
        int score = e->subject == SUBJECT_NETWORK && rt_str_eq(e->text, word)
                        ? fit(e, kind, 0, RT_NONE)
                        : -1;
        if (score > most) {
            most = score;
            found = e;
        }
    }
    return found;
}

const struct code_entry *
rule_set_number(const struct rule_set *set, enum code_subject subject, int64_t number,
                int32_t module)
{
    const struct code_entry *e, *loose = NULL;
    RT_EACH (e, &set->codes) {
        if (e->subject != subject || e->number != number)
            continue;
        if (e->module == module)
            return e;
        if (e->module < 0)
            loose = e;
    }
    return loose;
}
