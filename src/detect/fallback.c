/*
 * fallback.c - what answers and callbacks said and no finding explains, by its own id: so that no
 * code can pass unseen.
 */
#include "config.h"

#include <stdio.h>

#include "base/alloc.h"
#include "detect/internal.h"

struct said { /* one thing that one event says */
    rt_str id;
    const struct code_entry *entry; /* NULL: no table lists it */
    int32_t number;
};
enum { SAID_MOST = 8 };

static void
add(struct said *list, size_t *n, const struct code_entry *entry, int32_t number)
{
    if (entry == NULL || entry->severity == SEVERITY_NONE || *n == SAID_MOST)
        return;
    for (size_t i = 0; i < *n; i++)
        if (rt_str_eq(list[i].id, entry->id))
            return;
    list[(*n)++] = (struct said){entry->id, entry, number};
}

static bool
status_speaks(const struct rule_set *rules, const struct event *e)
{
    const struct code_entry *entry = rule_set_http(rules, e->http, e->kind);
    return e->http >= 400 || (entry != NULL && entry->severity != SEVERITY_NONE);
}

/* The most exact of code, string and status; and every state. */
static size_t
what_call_says(const struct rule_set *rules, const struct event *e, struct said *list)
{
    size_t n = 0;
    if (e->code != EVENT_NO_CODE && e->code != 0) {
        const struct code_entry *entry = rule_set_code(rules, e->code, e->kind, e->http, e->reason);
        if (entry == NULL)
            list[n++] = (struct said){RT_LIT("unknown-code"), NULL, e->code};
        else
            add(list, &n, entry, e->code);
    } else if (e->reason.n > 0 && rule_set_string(rules, e->reason) != NULL) {
        add(list, &n, rule_set_string(rules, e->reason), EVENT_NO_CODE);
    } else if (e->http != 0 && status_speaks(rules, e)) {
        add(list, &n, rule_set_http(rules, e->http, e->kind), EVENT_NO_CODE);
    }
    for (uint32_t i = 0; i < e->value_count; i++)
        if (e->values[i].field == FIELD_SERVICE)
            add(list, &n, rule_set_state(rules, SUBJECT_STATE, e->values[i].text), EVENT_NO_CODE);
    return n;
}

static size_t
what_hook_says(const struct rule_set *rules, const struct event *e, struct said *list)
{
    size_t n = 0;
    int64_t number = 0, module = -1;
    event_num(e, FIELD_MODULE, &module);
    if (event_num(e, FIELD_ERROR_CODE, &number) && number != 0) {
        number = number < 0 ? -number : number; /* logged with either sign */
        const struct code_entry *entry = rule_set_number(rules, SUBJECT_ERROR, number, (int32_t)module);
        add(list, &n, entry, (int32_t)number);
    }
    if (event_num(e, FIELD_WARN_CODE, &number))
        add(list, &n, rule_set_number(rules, SUBJECT_WARNING, number, (int32_t)module), (int32_t)number);
    return n;
}

static bool
explained(struct claims *d, const struct session *s, const struct event *e, rt_str id, size_t drafts, bool *memory)
{
    for (size_t i = 0; i < drafts; i++) {
        struct claim *one = &d->list.v[i];
        const struct finding *f = &one->f;
        if (f->rule == NULL || !rule_explains(f->rule, id))
            continue;
        bool after = rt_str_eq(f->session, s->id) && f->first != RT_TIME_NONE && e->begin != RT_TIME_NONE &&
                     e->begin >= f->first;
        if (!claim_covers(one, e) && !after)
            continue;
        *memory |= fold_note(one, id) < 0;
        return true;
    }
    return false;
}

static int
words(struct finding *f, const struct rule_set *rules, const struct event *e, const struct said *what, struct rt_arena *a)
{
    rt_str name = rule_set_kind_name(rules, e->kind);
    const struct code_entry *c = what->entry;
    char *say = NULL;
    if (c == NULL)
        say = rt_arena_printf(a, "%.*s answered code %d%s%.*s%s, which no table lists%s.", RT_FMT(name), what->number,
                              e->reason.n > 0 ? " (" : "", RT_FMT(e->reason), e->reason.n > 0 ? ")" : "",
                              e->http != 0 ? rt_arena_printf(a, "; its HTTP status was %d", e->http) : "");
    else if (c->say.n > 0) {
        struct rt_buf b;
        rt_buf_init(&b, 4096);
        size_t at = rt_str_find(c->say, RT_LIT("{name}"));
        rt_buf_add(&b, (rt_str){c->say.p, at == SIZE_MAX ? c->say.n : at});
        if (at != SIZE_MAX) {
            rt_buf_add(&b, name);
            rt_buf_add(&b, rt_str_from(c->say, at + 6));
        }
        say = rt_arena_strz(a, rt_buf_str(&b));
        rt_buf_fini(&b);
    } else if (c->subject == SUBJECT_HTTP)
        say = rt_arena_printf(a, "%.*s answered HTTP %lld: %.*s.", RT_FMT(name), (long long)c->number,
                              RT_FMT(c->title.n > 0 ? c->title : c->means));
    else if (c->subject == SUBJECT_CODE || c->subject == SUBJECT_ERROR || c->subject == SUBJECT_WARNING)
        say = rt_arena_printf(a, "%.*s %s code %lld: %.*s.", RT_FMT(name), c->subject == SUBJECT_CODE ? "answered" : "reported",
                              (long long)c->number, RT_FMT(c->title.n > 0 ? c->title : c->means));
    else
        say = rt_arena_printf(a, "%.*s answered \"%.*s\": %.*s.", RT_FMT(name), RT_FMT(c->text),
                              RT_FMT(c->title.n > 0 ? c->title : c->means));
    if (say == NULL)
        return -1;
    f->say = rt_str_of(say);
    f->why = c != NULL ? c->means : RT_LIT("The number stands in no table of this rule pack; its HTTP status tells its class.");
    f->fix = c != NULL ? c->fix : RT_LIT("Send the number, the reason and the time to the vendor's support.");
    return 0;
}

static struct claim *
find_claim(struct claims *d, size_t from, rt_str id)
{
    for (size_t i = from; i < d->list.n; i++)
        if (rt_str_eq(d->list.v[i].f.id, id))
            return &d->list.v[i];
    return NULL;
}

static int
begin_claim(struct claims *d, struct detector *det, const struct session *s, const struct event *e,
            const struct said *what, struct claim **out)
{
    struct rt_arena *a = &d->out->arena;
    struct claim *slot = RT_VEC_PUSH(&d->list);
    struct finding_evidence *evidence = rt_arena_array(a, (size_t)det->limits->evidence_lines, sizeof(*evidence));
    int32_t *codes = rt_arena_array(a, 1, sizeof(*codes));
    if (slot == NULL || evidence == NULL || codes == NULL)
        return -1;
    slot->f = (struct finding){
        .id = what->id,
        .severity = what->entry != NULL ? what->entry->severity : SEVERITY_INFO,
        .confidence = what->entry != NULL ? CONFIDENCE_MEDIUM : CONFIDENCE_CERTAIN,
        .entry = what->entry,
        .session = s->id,
        .app_id = s->app_id,
        .first = RT_TIME_NONE,
        .last = RT_TIME_NONE,
        .evidence = evidence,
        .codes = codes,
    };
    if (what->number != EVENT_NO_CODE) {
        codes[0] = what->number;
        slot->f.code_count = 1;
    }
    *out = slot;
    return words(&slot->f, det->rules, e, what, a);
}

static void
count_event(struct claim *d, const struct detector *det, const struct session *s, const struct event *e, uint32_t number)
{
    struct finding *f = &d->f;
    rt_time end = e->repeated > 1 ? e->last : e->begin;
    f->count += e->repeated;
    if (e->begin != RT_TIME_NONE && (f->first == RT_TIME_NONE || e->begin < f->first))
        f->first = e->begin;
    if (end != RT_TIME_NONE && (f->last == RT_TIME_NONE || end > f->last))
        f->last = end;
    if (f->evidence_count < det->limits->evidence_lines) {
        /* The list was made in this file and is ours to fill. */
        union {
            const struct finding_evidence *from;
            struct finding_evidence *to;
        } list = {f->evidence};
        list.to[f->evidence_count++] = (struct finding_evidence){e->input, e->line, number, s->id};
    }
}

int
fallback_add(struct claims *d, struct detector *det, const struct session *s, struct rt_err *err)
{
    size_t before = d->list.n;
    bool memory = false;
    for (size_t i = 0; i < s->event_count; i++) {
        const struct event *e = s->events[i];
        struct said list[SAID_MOST];
        /* A healthy poll says nothing. */
        if (e->outcome == OUTCOME_OK && e->source == SOURCE_API && e->value_count == 0 && e->http <= 200)
            continue;
        size_t n = e->source == SOURCE_HOOK ? what_hook_says(det->rules, e, list) : what_call_says(det->rules, e, list);
        for (size_t k = 0; k < n; k++) {
            if (explained(d, s, e, list[k].id, before, &memory))
                continue;
            struct claim *one = find_claim(d, before, list[k].id);
            if (one == NULL && begin_claim(d, det, s, e, &list[k], &one) < 0)
                return rt_fail_mem(err);
            count_event(one, det, s, e, (uint32_t)(i + 1));
        }
    }
    return memory ? rt_fail_mem(err) : 0;
}
