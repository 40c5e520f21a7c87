/*
 * test_detect_kit.h - rules and a log in a few lines, and what is found in a few words.
 *
 *   found:     ID xCOUNT CONFIDENCE[ NAME=VALUE]...[ codes=1,2][ folded=A,B][ @SESSION]
 *   undecided: ?ID pending|no-data
 */
#ifndef RECTRACE_TEST_DETECT_KIT_H
#define RECTRACE_TEST_DETECT_KIT_H

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "check.h"
#include "detect/trial.h"
#include "rules/load.h"
#include "rules/pack.h"

#define KIT_HEAD                                                                                                  \
    "rectrace: 1\nfamily: f\nparams: { ttl: 5m }\n"                                                               \
    "webhooks:\n"                                                                                                 \
    "  - { type: 40, name: recorder_started, means: x }\n"                                                        \
    "  - { type: 41, name: recorder_leave, means: x }\n"                                                          \
    "  - { type: 1, name: cloud_recording_error, means: x, details: { errorCode: errorCode, module: module } }\n" \
    "codes:\n"                                                                                                    \
    "  - { code: 433, severity: error, means: expired, fix: x, say: '{name} came late.' }\n"                      \
    "  - { code: 404, severity: error, means: gone, fix: x }\n"                                                   \
    "  - { code: 404, on: [stop], severity: warning, title: nothing to stop, means: gone, fix: x }\n"             \
    "  - { http: 504, severity: warning, title: too slow, means: x, fix: x }\n"                                   \
    "  - { http: 206, severity: warning, title: not yet, means: x, fix: x }\n"                                    \
    "  - { string: no Route matched, severity: error, means: x, fix: x }\n"                                       \
    "  - { state: serviceAbnormal, severity: error, means: x, fix: x }\n"                                         \
    "  - { state: serviceInProgress, severity: none, means: x, fix: x }\n"                                        \
    "  - { error: 32, module: 1, severity: error, title: bad storage, means: x, fix: x }\n"
#define KIT_TEXTS "    say: said\n    why: because\n    fix: mend\n"

/* One rule `r` with these steps. */
#define KIT_RULE(steps)                                                                  \
    KIT_HEAD                                                                             \
    "rules:\n  - id: r\n    rev: 1\n    severity: error\n    confidence: medium\n" steps \
        KIT_TEXTS

/* Between the files of a set that has two. */
#define KIT_FILE "---\n"

static inline struct rule_set *
kit_rules(const char *yaml)
{
    rt_str first = rt_str_of(yaml), second = RT_NONE;
    size_t end = rt_str_find(first, RT_LIT(KIT_FILE));
    if (end != SIZE_MAX) {
        second = rt_str_from(first, end + sizeof(KIT_FILE) - 1);
        first.n = end;
    }
    const struct pack_file files[] = {{.name = "a.yaml", .text = first},
                                      {.name = second.n > 0 ? "b.yaml" : NULL, .text = second},
                                      {.name = NULL}};
    struct rule_sources from = {.memory = files};
    struct rule_messages m;
    struct rt_err err = {0};
    rule_messages_init(&m);
    struct rule_set *set = rule_set_load(&from, &rt_limits_default, &m, &err);
    for (size_t i = 0; i < m.list.n; i++)
        if (m.list.v[i].level == RULE_ERROR)
            printf("\n%u:%u: %s\n%s\n", m.list.v[i].pos.line, m.list.v[i].pos.col,
                   m.list.v[i].text, yaml);
    CHECK(set != NULL && m.errors == 0);
    rule_messages_fini(&m);
    return set;
}

static inline void
kit_list(struct rt_buf *b, const char *what, const rt_str *ids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        rt_buf_addf(b, "%s%.*s", i == 0 ? what : ",", RT_FMT(ids[i]));
}

static inline void
kit_finding(struct rt_buf *b, const struct finding *f, bool sessions)
{
    char text[RT_TIME_MAX];
    rt_buf_addf(b, "%s%.*s x%u %s", b->n > 0 ? "; " : "", RT_FMT(f->id), f->count,
                confidence_name(f->confidence));
    for (size_t i = 0; i < f->value_count; i++)
        rt_buf_addf(b, " %.*s=%s", RT_FMT(f->values[i].name),
                    rt_dur_human(f->values[i].value, text));
    for (size_t i = 0; i < f->code_count; i++)
        rt_buf_addf(b, "%s%d", i == 0 ? " codes=" : ",", f->codes[i]);
    kit_list(b, " folded=", f->folded, f->folded_count);
    if (sessions)
        rt_buf_addf(b, " @%.*s", RT_FMT(f->session));
}

static inline void
kit_describe(struct rt_buf *b, const struct finding_list *l, bool sessions)
{
    for (size_t i = 0; i < l->findings.n; i++)
        kit_finding(b, &l->findings.v[i], sessions);
    for (size_t i = 0; i < l->unchecked.n; i++)
        rt_buf_addf(b, "%s?%.*s %s", b->n > 0 ? "; " : "", RT_FMT(l->unchecked.v[i].rule->id),
                    l->unchecked.v[i].verdict == VERDICT_PENDING ? "pending" : "no-data");
}

struct kit_run {
    struct rule_set *set;
    struct trial_log log;
    struct finding_list found;
    struct rt_buf text;
    struct rt_err err;
};

/* What is found; borrowed until kit_end(). */
static inline const char *
kit_run(struct kit_run *k, const char *yaml, const char *log, bool sessions)
{
    *k = (struct kit_run){.set = kit_rules(yaml)};
    rt_buf_init(&k->text, 64 * 1024);
    CHECK(trial_read(k->set, rt_str_of(log), &k->log, &k->err) == 0);
    if (k->err.code != RT_OK)
        printf("\n%s\n", k->err.msg);
    CHECK(trial_run(k->set, &rt_limits_default, &k->log, TRIAL_AS_WRITTEN, &k->found,
                    &k->err) == 0);
    kit_describe(&k->text, &k->found, sessions);
    return rt_buf_z(&k->text);
}

static inline void
kit_end(struct kit_run *k)
{
    finding_list_fini(&k->found);
    trial_free(&k->log);
    rt_buf_fini(&k->text);
    rule_set_free(&k->set);
}

#define CHECK_FOUND(row, got, want)                                               \
    do {                                                                          \
        if (strcmp(got, want) != 0)                                               \
            printf("\n  %s\n    got  %s\n    want %s\n", (row)->name, got, want); \
        CHECK_ROW(row, strcmp(got, want) == 0);                                   \
    } while (0)

#endif
