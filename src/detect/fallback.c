/*
 * fallback.c - what answers and callbacks said and no finding explains, by its own id: so that no
 * code can pass unseen.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "detect/internal.h"
#include "detect/moment.h"

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
        const struct code_entry *entry =
            rule_set_code(rules, e->code, e->kind, e->http, e->reason);
        if (entry == NULL)
            list[n++] = (struct said){RT_LIT("unknown-code"), NULL, e->code};
        else
            add(list, &n, entry, e->code);
    } else if (e->reason.n > 0 && rule_set_string(rules, e->reason) != NULL) {
        add(list, &n, rule_set_string(rules, e->reason), EVENT_NO_CODE);
    } else if (e->http != 0 && status_speaks(rules, e)) {
        add(list, &n, rule_set_http(rules, e->http, e->kind), EVENT_NO_CODE);
    } else if (e->http == 0 && e->outcome == OUTCOME_FAIL && e->error.n > 0) {
        add(list, &n, rule_set_network(rules, e->error, e->kind), EVENT_NO_CODE);
    }
    for (uint32_t i = 0; i < e->value_count; i++)
        if (e->values[i].field == FIELD_SERVICE)
            add(list, &n, rule_set_state(rules, SUBJECT_STATE, e->values[i].text),
                EVENT_NO_CODE);
    return n;
}

static void
add_number(const struct rule_set *rules, enum code_subject subject, const struct event *e,
           uint16_t field, struct said *list, size_t *n)
{
    int64_t number = 0, module = -1;
    if (!event_num(e, field, &number) || number == 0)
        return;
    /* Logged with either sign. */
    if (number < 0 && number > INT32_MIN)
        number = -number;
    if (number < 0 || number > INT32_MAX)
        return;
    if (event_num(e, FIELD_MODULE, &module) && (module < 0 || module > INT32_MAX))
        module = -1;
    add(list, n, rule_set_number(rules, subject, number, (int32_t)module), (int32_t)number);
}

static size_t
what_hook_says(const struct rule_set *rules, const struct event *e, struct said *list)
{
    size_t n = 0;
    add_number(rules, SUBJECT_ERROR, e, FIELD_ERROR_CODE, list, &n);
    add_number(rules, SUBJECT_WARNING, e, FIELD_WARN_CODE, list, &n);
    return n;
}

/* A state on the way to another: what matters is where it leads. */
static bool
is_passing(const struct said *what)
{
    return what->entry != NULL && what->entry->subject == SUBJECT_STATE &&
           what->entry->severity == SEVERITY_INFO;
}

/* Did a state follow that is as it should be? */
static bool
has_passed(const struct rule_set *rules, const struct session *s, uint32_t number)
{
    for (size_t i = number; i < s->event_count; i++)
        for (uint32_t k = 0; k < s->events[i]->value_count; k++) {
            const struct event_value *v = &s->events[i]->values[k];
            const struct code_entry *state = v->field == FIELD_SERVICE
                                                 ? rule_set_state(rules, SUBJECT_STATE, v->text)
                                                 : NULL;
            if (state != NULL && state->severity == SEVERITY_NONE)
                return true;
        }
    return false;
}

/* The finding nearest to the root that explains it: it rests on the event, or came before. */
static struct claim *
explained(const struct claims *d, const struct session *s, const struct event *e,
          const struct said *what)
{
    rt_str id = what->id;
    const struct claim_refs *refs = claims_at(d, s->id);
    struct claim *best = NULL;
    for (size_t i = 0; refs != NULL && i < refs->v.n; i++) {
        struct claim *one = &d->list.v[refs->v.v[i]];
        const struct finding *f = &one->f;
        if (f->rule == NULL || !rule_explains(f->rule, id) ||
            (best != NULL && best->f.rule->rank <= f->rule->rank))
            continue;
        bool known = rt_str_eq(one->place, s->id) && f->first != RT_TIME_NONE &&
                     e->begin != RT_TIME_NONE;
        if ((known && (is_passing(what) || e->begin >= f->first)) || claim_covers(one, e))
            best = one;
    }
    return best;
}

/* ---- words ---- */

static char *
say_unknown(const struct event *e, rt_str name, int32_t number, struct rt_arena *a)
{
    char status[40] = "";
    if (e->http != 0)
        snprintf(status, sizeof(status), "; its HTTP status was %d", e->http);
    return rt_arena_printf(a, "%.*s answered code %d%s%.*s%s, which no table lists%s.",
                           RT_FMT(name), number, e->reason.n > 0 ? " (" : "", RT_FMT(e->reason),
                           e->reason.n > 0 ? ")" : "", status);
}

/* The sentence of the table, with the name of the call put in. */
static char *
say_listed(rt_str say, rt_str name, struct rt_arena *a)
{
    size_t at = rt_str_find(say, RT_LIT("{name}"));
    if (at == SIZE_MAX)
        return rt_arena_strz(a, say);
    rt_str rest = rt_str_from(say, at + strlen("{name}"));
    return rt_arena_printf(a, "%.*s%.*s%.*s", RT_FMT(((rt_str){say.p, at})), RT_FMT(name),
                           RT_FMT(rest));
}

static char *
say_entry(const struct code_entry *c, rt_str name, struct rt_arena *a)
{
    rt_str title = c->title.n > 0 ? c->title : c->means;
    long long number = c->number;
    if (c->say.n > 0)
        return say_listed(c->say, name, a);
    if (c->subject == SUBJECT_HTTP)
        return rt_arena_printf(a, "%.*s answered HTTP %lld: %.*s.", RT_FMT(name), number,
                               RT_FMT(title));
    if (c->subject == SUBJECT_CODE)
        return rt_arena_printf(a, "%.*s answered code %lld: %.*s.", RT_FMT(name), number,
                               RT_FMT(title));
    if (c->subject == SUBJECT_ERROR || c->subject == SUBJECT_WARNING)
        return rt_arena_printf(a, "%.*s reported code %lld: %.*s.", RT_FMT(name), number,
                               RT_FMT(title));
    return rt_arena_printf(a, "%.*s answered \"%.*s\": %.*s.", RT_FMT(name), RT_FMT(c->text),
                           RT_FMT(title));
}

static int
words(struct finding *f, const struct rule_set *rules, const struct event *e,
      const struct said *what, struct rt_arena *a)
{
    rt_str name = template_name(rules, e->kind);
    const struct code_entry *c = what->entry;
    char *say = c == NULL ? say_unknown(e, name, what->number, a) : say_entry(c, name, a);
    if (say == NULL)
        return -1;
    f->say = rt_str_of(say);
    f->why = c != NULL ? c->means
                       : RT_LIT("The number stands in no table of this rule pack; its HTTP "
                                "status tells its class.");
    f->fix = c != NULL ? c->fix
                       : RT_LIT("Send the number, the reason and the time to the vendor's "
                                "support.");
    return 0;
}

/* ---- findings ---- */

struct fallback { /* a claim, and its lists while they grow */
    size_t claim;
    struct finding_evidence *evidence;
    int32_t *codes;
};
struct fallbacks {
    RT_VEC(struct fallback) list; /* of one session: one an id */
    struct claims *claims;
    struct detector *det;
    const struct session *session;
};

static struct fallback *
find_id(const struct fallbacks *all, rt_str id)
{
    struct fallback *one;
    RT_EACH (one, &all->list)
        if (rt_str_eq(all->claims->list.v[one->claim].f.id, id))
            return one;
    return NULL;
}

/* A rule that explains it waits for the log to go on: until then nobody is accused. */
static bool
is_awaited(const struct fallbacks *all, rt_str id)
{
    const struct finding_list *out = all->claims->out;
    for (size_t i = all->claims->unchecked_from; i < out->unchecked.n; i++) {
        const struct unchecked *u = &out->unchecked.v[i];
        if (u->verdict == VERDICT_PENDING && rt_str_eq(u->session, all->session->id) &&
            rule_explains(u->rule, id))
            return true;
    }
    return false;
}

/* No answer came, and the same call worked when it was sent again. */
static bool
worked_later(const struct session *s, const struct event *e, uint32_t number,
             const struct said *what)
{
    if (what->entry->subject != SUBJECT_NETWORK || !what->entry->retryable)
        return false;
    for (size_t i = number; i < s->event_count; i++)
        if (s->events[i]->kind == e->kind && s->events[i]->outcome == OUTCOME_OK)
            return true;
    return false;
}

static enum severity
severity_of(const struct fallbacks *all, const struct event *e, uint32_t number,
            const struct said *what)
{
    if (what->entry == NULL || is_awaited(all, what->id) ||
        worked_later(all->session, e, number, what))
        return SEVERITY_INFO;
    return what->entry->severity;
}

static struct fallback *
begin(struct fallbacks *all, const struct event *e, const struct said *what)
{
    struct rt_arena *a = &all->claims->out->arena;
    size_t most = (size_t)all->det->limits->evidence_lines;
    bool ok = true;
    struct claim *c = claim_new(all->claims, all->session->id);
    struct fallback *one = c == NULL ? NULL : RT_VEC_PUSH(&all->list);
    if (one == NULL)
        return NULL;
    one->claim = all->claims->list.n - 1;
    one->evidence = rt_arena_array(a, most, sizeof(*one->evidence));
    one->codes = rt_arena_array(a, most, sizeof(*one->codes));
    c->f = (struct finding){
        .id = what->id,
        .severity = SEVERITY_INFO,
        .confidence = what->entry != NULL ? CONFIDENCE_MEDIUM : CONFIDENCE_CERTAIN,
        .entry = what->entry,
        .session = c->place,
        .app_id = claims_text(all->claims, all->session->app_id, &ok),
        .first = RT_TIME_NONE,
        .last = RT_TIME_NONE,
        .evidence = one->evidence,
        .codes = one->codes,
    };
    bool good = ok && one->evidence != NULL && one->codes != NULL;
    return good && words(&c->f, all->det->rules, e, what, a) == 0 ? one : NULL;
}

static void
note_code(struct finding *f, int32_t *codes, int32_t number, size_t most)
{
    for (size_t i = 0; i < f->code_count; i++)
        if (codes[i] == number)
            return;
    if (number != EVENT_NO_CODE && f->code_count < most)
        codes[f->code_count++] = number;
}

static void
count(struct fallbacks *all, struct fallback *one, const struct event *e, uint32_t number,
      const struct said *what)
{
    struct finding *f = &all->claims->list.v[one->claim].f;
    size_t most = (size_t)all->det->limits->evidence_lines;
    enum severity severity = severity_of(all, e, number, what);
    f->severity = severity > f->severity ? severity : f->severity;
    f->count += e->repeated;
    note_code(f, one->codes, what->number, most);
    if (f->evidence_count < most)
        one->evidence[f->evidence_count++] =
            (struct finding_evidence){e->input, e->line, number, f->session};
    if (!moment_known(e))
        return;
    if (f->first == RT_TIME_NONE || e->begin < f->first)
        f->first = e->begin;
    if (f->last == RT_TIME_NONE || moment_last(e) > f->last)
        f->last = moment_last(e);
}

/* What one event says goes under the finding that explains it, or is counted by its own id. */
static int
hear(struct fallbacks *all, const struct event *e, uint32_t number)
{
    const struct rule_set *rules = all->det->rules;
    struct said list[SAID_MOST];
    size_t n = e->source == SOURCE_HOOK ? what_hook_says(rules, e, list)
                                        : what_call_says(rules, e, list);
    for (size_t k = 0; k < n; k++) {
        struct claim *cause = explained(all->claims, all->session, e, &list[k]);
        if (cause == NULL && is_passing(&list[k]) && has_passed(rules, all->session, number))
            continue;
        if (cause != NULL) {
            if (fold_note(cause, list[k].id) < 0)
                return -1;
            continue;
        }
        struct fallback *one = find_id(all, list[k].id);
        if (one == NULL)
            one = begin(all, e, &list[k]);
        if (one == NULL)
            return -1;
        count(all, one, e, number, &list[k]);
    }
    return 0;
}

/* A healthy poll. */
static bool
is_silent(const struct event *e)
{
    return e->outcome == OUTCOME_OK && e->source == SOURCE_API && e->value_count == 0 &&
           e->http <= 200;
}

int
fallback_add(struct claims *d, struct detector *det, const struct session *s,
             struct rt_err *err)
{
    struct fallbacks all = {.claims = d, .det = det, .session = s};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < s->event_count; i++)
        if (!is_silent(s->events[i]))
            rc = hear(&all, s->events[i], (uint32_t)(i + 1));
    RT_VEC_FREE(&all.list);
    return rc < 0 ? rt_fail_mem(err) : 0;
}
