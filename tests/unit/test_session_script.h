/*
 * test_session_script.h - events in a few words, and sessions back as text.
 *
 *   one event a line: '+'SECONDS NAME word*      '-' instead of '+'SECONDS: no time is known
 *   word: ok fail plain coarse, req answer (halves), in=INPUT line=LINE dur=SECONDS join=ID, FIELD=VALUE
 *
 *   dumped: [app|cname] of a group, then a line a session:
 *   id cname/uid phase: name@SECONDS(what is notable), ...
 */
#ifndef RECTRACE_TEST_SESSION_SCRIPT_H
#define RECTRACE_TEST_SESSION_SCRIPT_H

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "check.h"
#include "rules/load.h"
#include "session/engine.h"

#define SCRIPT_EPOCH (INT64_C(1767600000) * RT_SEC)

/* ---- the rules: the pack itself ---- */

struct script_rules {
    struct rule_set set; /* a view: a test may take parts out */
};

static inline void
script_rules_init(struct script_rules *r)
{
    static struct rule_set *pack; /* loaded once, for all tests of a program */
    struct rule_sources from = {.builtin = true};
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    if (pack == NULL)
        pack = rule_set_load(&from, &rt_limits_default, &messages, &err);
    rule_messages_fini(&messages);
    if (pack == NULL)
        abort();
    r->set = *pack;
}

/* ---- script to events ---- */

struct script {
    const struct rule_set *rules;
    struct rt_arena arena;
    RT_VEC(struct event *) events;
};

static inline rt_time
script_time(rt_str s)
{
    char text[40];
    snprintf(text, sizeof(text), "%.*s", RT_FMT(s));
    double us = strtod(text, NULL) * 1e6;
    return (rt_time)(us < 0 ? us - 0.5 : us + 0.5);
}

static inline void
script_field(struct script *s, struct event *e, rt_str name, rt_str value)
{
    enum event_field_id id = event_field_find(name);
    struct event_value v = {.field = (uint16_t)id, .text = value};
    int64_t number = 0;
    bool is_num = rt_str_int(value, &number);
    rt_str *const core[FIELD__COUNT] = {
        [FIELD_REASON] = &e->reason, [FIELD_METHOD] = &e->method, [FIELD_HOST] = &e->host,
        [FIELD_MODE] = &e->mode,     [FIELD_APP] = &e->app_id,    [FIELD_RID] = &e->rid,
        [FIELD_SID] = &e->sid,       [FIELD_CNAME] = &e->cname,   [FIELD_UID] = &e->uid,
        [FIELD_ERROR] = &e->error,
    };
    if (rt_str_is(name, "in"))
        e->input = (uint32_t)number;
    else if (rt_str_is(name, "line"))
        e->line = (uint64_t)number;
    else if (rt_str_is(name, "join"))
        e->join = value;
    else if (rt_str_is(name, "app"))
        e->app_id = value;
    else if (id == FIELD_HTTP)
        e->http = (int32_t)number;
    else if (id == FIELD_CODE)
        e->code = (int32_t)number;
    else if (id == FIELD_STATUS)
        e->status = (int32_t)number;
    else if (id != FIELD__COUNT && core[id] != NULL)
        *core[id] = value;
    else if (id != FIELD__COUNT) {
        v.is_text = event_fields[id].type == TYPE_STR || !is_num;
        v.num = v.is_text ? 0 : number;
        v.text = v.is_text ? value : RT_NONE;
        event_add(&s->arena, e, &v);
    } else {
        printf("script: no field %.*s\n", RT_FMT(name));
        abort();
    }
}

static inline void
script_word(struct script *s, struct event *e, rt_str w)
{
    size_t eq = rt_str_find(w, RT_LIT("="));
    if (eq != SIZE_MAX && rt_str_is((rt_str){w.p, eq}, "dur"))
        e->end = e->begin + script_time(rt_str_from(w, eq + 1));
    else if (eq != SIZE_MAX)
        script_field(s, e, (rt_str){w.p, eq}, rt_str_from(w, eq + 1));
    else if (rt_str_is(w, "plain"))
        e->plain = true;
    else if (rt_str_is(w, "coarse"))
        e->coarse = true;
    else if (rt_str_is(w, "req") || rt_str_is(w, "answer")) {
        e->half = true;
        e->is_answer = rt_str_is(w, "answer");
    } else
        e->outcome = rt_str_is(w, "ok")     ? OUTCOME_OK
                     : rt_str_is(w, "fail") ? OUTCOME_FAIL
                                            : OUTCOME_UNKNOWN;
}

static inline rt_str
script_next(rt_str *line)
{
    size_t n = 0;
    *line = rt_str_trim(*line);
    while (n < line->n && line->p[n] != ' ')
        n++;
    rt_str w = {line->p, n};
    *line = rt_str_from(*line, n);
    return w;
}

static inline void
script_push(struct script *s, struct event *e)
{
    struct event **slot = RT_VEC_PUSH(&s->events);
    if (slot == NULL)
        abort();
    *slot = e;
}

static inline void
script_line(struct script *s, rt_str line)
{
    rt_str at = script_next(&line), name = script_next(&line), w;
    struct event *e = rt_arena_alloc(&s->arena, sizeof(*e));
    event_init(e);
    if (at.p[0] == '+')
        e->begin = e->end = e->last = SCRIPT_EPOCH + script_time(rt_str_from(at, 1));
    e->zoned = true;
    e->line = s->events.n + 1;
    e->kind = rule_set_kind(s->rules, name);
    e->source = e->kind >= KIND_HOOK ? SOURCE_HOOK : SOURCE_API;
    while ((w = script_next(&line)).n > 0)
        script_word(s, e, w);
    script_push(s, e);
}

static inline void
script_read(struct script *s, const struct rule_set *rules, const char *text)
{
    *s = (struct script){.rules = rules};
    rt_arena_init(&s->arena, 4096, 0);
    for (rt_str rest = rt_str_of(text); rest.n > 0;) {
        size_t n = rt_str_find(rest, RT_LIT("\n"));
        rt_str line = rt_str_trim((rt_str){rest.p, n == SIZE_MAX ? rest.n : n});
        rest = n == SIZE_MAX ? RT_NONE : rt_str_from(rest, n + 1);
        if (line.n > 0)
            script_line(s, line);
    }
}

static inline void
script_fini(struct script *s)
{
    rt_arena_fini(&s->arena);
    RT_VEC_FREE(&s->events);
}

/* ---- sessions to text ---- */

struct dump {
    const struct rule_set *rules;
    struct rt_buf text;
    bool brief; /* no names of groups, no relations */
    bool no_copies;
};

static inline void
dump_time(struct rt_buf *b, rt_time t)
{
    if (t == RT_TIME_NONE)
        rt_buf_addc(b, '?');
    else
        rt_buf_addf(b, "%g", (double)(t - SCRIPT_EPOCH) / 1e6);
}

static inline void
dump_event(struct dump *d, const struct event *e)
{
    struct rt_buf *b = &d->text;
    rt_buf_add(b, rule_set_kind_name(d->rules, e->kind));
    rt_buf_addc(b, '@');
    dump_time(b, e->begin);
    if (e->repeated > 1) {
        rt_buf_addf(b, "..");
        dump_time(b, e->last);
        rt_buf_addf(b, "x%u", e->repeated);
    }
    if (e->copies > 1 && !d->no_copies)
        rt_buf_addf(b, " copies=%u", e->copies);
    if (e->deliveries > 1 && !d->no_copies)
        rt_buf_addf(b, " deliveries=%u", e->deliveries);
    if (e->code != EVENT_NO_CODE)
        rt_buf_addf(b, " code=%d", e->code);
    const uint16_t told[] = {FIELD_CNAME_IS, FIELD_UID_IS, FIELD_PAIR, FIELD_OWNER};
    for (size_t i = 0; !d->brief && i < sizeof(told) / sizeof(told[0]); i++) {
        rt_str word = event_text(e, told[i]);
        if (word.n > 0)
            rt_buf_addf(b, " %s=%.*s", event_fields[told[i]].name, RT_FMT(word));
    }
}

static inline void
dump_session(struct dump *d, const struct session *s)
{
    struct rt_buf *b = &d->text;
    rt_buf_addf(b, "%.*s %.*s/%.*s %s%s", RT_FMT(s->id), RT_FMT(s->cname), RT_FMT(s->uid),
                session_phase_name(s->phase), s->inferred ? " inferred" : "");
    rt_buf_addf(b, s->mode.n > 0 ? " mode=%.*s:" : ":", RT_FMT(s->mode));
    for (size_t i = 0; i < s->event_count; i++) {
        rt_buf_addf(b, i == 0 ? " " : ", ");
        dump_event(d, s->events[i]);
    }
    if (s->dropped > 0)
        rt_buf_addf(b, " dropped=%llu", (unsigned long long)s->dropped);
    rt_buf_addc(b, '\n');
}

static inline int
dump_group(void *arg, const struct session_group *g, struct rt_err *err)
{
    struct dump *d = arg;
    (void)err;
    if (!d->brief)
        rt_buf_addf(&d->text, "[%.*s|%.*s]\n", RT_FMT(g->app_id), RT_FMT(g->cname));
    for (size_t i = 0; i < g->count; i++) {
        dump_session(d, g->sessions[i]);
        session_free(&g->sessions[i]);
    }
    return 0;
}

static inline void
dump_init(struct dump *d, const struct rule_set *rules)
{
    *d = (struct dump){.rules = rules};
    rt_buf_init(&d->text, 1 << 24);
}

static inline struct session_sink
dump_sink(struct dump *d)
{
    return (struct session_sink){dump_group, d};
}

#endif
