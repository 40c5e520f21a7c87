/*
 * event.h - one thing that happened: a call with its answer, or a callback.
 *
 * Events are what flows between the stages. They are plain values: extract fills them,
 * session sorts and groups them, detect reads them. All text is borrowed from the batch or
 * the session's arena that holds the event. Times are rt_time, RT_TIME_NONE when unknown.
 */
#ifndef RECTRACE_EVENT_EVENT_H
#define RECTRACE_EVENT_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/time.h"

enum event_kind {
#define KIND(id, name, doc) KIND_##id,
#include "event/kinds.def"
#undef KIND
    KIND_HOOK,      /* first of the callbacks of rules/webhooks.yaml; kinds go on from here */
    KIND__MAX = 64, /* kinds fit one 64-bit mask */
};
#define KIND_NONE 0xff
/* The kinds of API calls, as a mask; the other kinds are callbacks, or come from no log line. */
#define KIND_CALLS ((UINT64_C(1) << KIND_OTHER_HOOK) - 1)

enum event_source { SOURCE_API, SOURCE_HOOK, SOURCE__COUNT };

enum event_field_id {
#define FIELD(id, name, type, part, pointer, doc) FIELD_##id,
#define CLASS(of, derived, values)
#include "event/fields.def"
#undef FIELD
#undef CLASS
    FIELD__COUNT, /* fields named x_… of formats are numbered from here, by the rule set */
};
enum event_field_type {
    TYPE_INT,
    TYPE_STR,
    TYPE_DUR /* a number of ms */,
    TYPE_TIME /* of Unix seconds */
};
enum event_field_part {
    PART_CORE,
    PART_ANSWER,
    PART_REQUEST,
    PART_HOOK,
    PART_DERIVED,
    PART_SET,
    PART_INNER
};

struct event_field_row {
    const char *name;
    enum event_field_type type;
    enum event_field_part part;
    const char *pointer;
    const char *doc;
};
extern const struct event_field_row event_fields[FIELD__COUNT];

struct event_kind_row {
    const char *name;
    const char *doc;
};
extern const struct event_kind_row event_kinds[KIND_HOOK];

/* A word that `of` can be compared with and that means a derived field. */
struct event_class_row {
    enum event_field_id of, derived;
    const char *values; /* blank-separated */
};
extern const struct event_class_row event_classes[]; /* ends with values == NULL */

/* FIELD__COUNT when no field has that name. */
enum event_field_id event_field_find(rt_str name);
/* KIND_NONE when no call has that name ("call", "any" and "hook" are no kinds). */
uint8_t event_kind_find(rt_str name);
/* The derived field that `of` compared with `word` means, or `of` itself. */
enum event_field_id event_field_class(enum event_field_id of, rt_str word);

struct event_marks { /* what is in an event, as bits that may be shared: rules/condition.h */
    uint64_t has, says;
};

struct event_value { /* one further field; several with one id are several values */
    uint16_t field;
    uint8_t is_text;
    uint8_t set; /* of PART_SET: values with one number belong together; from 1 */
    int64_t num;
    rt_str text;
};

enum event_outcome {
    OUTCOME_UNKNOWN, /* no answer is in the log, and no error either */
    OUTCOME_OK,      /* 2xx (or no status) and no failing code */
    OUTCOME_FAIL,
};

/* What tells of no recording belongs to no session. */
static inline bool
event_is_aside(uint8_t kind)
{
    return kind == KIND_FOREIGN_CALL || kind == KIND_FOREIGN_HOOK || kind == KIND_PROBE_HOOK ||
           kind == KIND_NAMELESS_HOOK || kind == KIND_CLOCKS;
}

#define EVENT_NO_CODE INT32_MIN

struct event {
    rt_time begin, end; /* end: of the answer; equals begin for callbacks and one-stamp lines */
    uint64_t line;      /* evidence: 1-based line of `input` */
    uint64_t answer_line; /* of a split form, else 0 */
    uint32_t input;       /* index of the input, in the order of the command line */
    uint32_t order;       /* breaks ties inside a line (several events of one line) */
    uint8_t kind;
    uint8_t source;
    uint8_t outcome;
    bool zoned;     /* the time had a zone, or one was given */
    bool coarse;    /* the time has no fraction: equal stamps may be different calls */
    bool half;      /* only request or only answer; wants its other half by `join` */
    bool is_answer; /* of a half */
    bool plain;     /* a poll with nothing but core fields: may be run-length stored */
    int32_t http;   /* 0 = unknown */
    int32_t code;   /* EVENT_NO_CODE = none */
    int32_t status; /* EVENT_NO_CODE = none */
    rt_str rid, sid, app_id, cname, uid, mode, method, host, reason, error;
    rt_str join; /* request id that ties halves together; empty = none */
    const struct event_value *values;
    uint32_t value_count;
    uint32_t copies; /* >= 1: how often the same event was read */
    /* >= 1: of a callback, how often it was sent, as far as the copies tell */
    uint32_t deliveries;
    uint32_t repeated; /* >= 1: how many identical polls this stands for */
    rt_time last;      /* begin of the last of them; equals begin when repeated == 1 */
    uint32_t label;    /* tests only: number of the line in an inline test */
    /* of a plain poll: those of one thread with the same number differ in time and
     * place only; 0: unknown */
    uint32_t twin;
};

/* An event with nothing known, ready to be filled. */
void event_init(struct event *e);
/* First value of a field that is not CORE, or NULL. */
const struct event_value *event_get(const struct event *e, uint16_t field);
/* The text of a CORE or further field; RT_NONE when absent. Integers are not rendered. */
rt_str event_text(const struct event *e, uint16_t field);
/* The number of a CORE or further field. False: absent or not a number. */
bool event_num(const struct event *e, uint16_t field, int64_t *out);
/* A deep copy into `a`; text that equals that of `like` (may be NULL) shares its memory. */
struct event *event_copy(struct rt_arena *a, const struct event *e, const struct event *like);
/* How many sets of values it has. */
unsigned event_sets(const struct event *e);
/* Appends a value, copying the array (not the text) into `a`. 0, or -1: memory. */
int event_add(struct rt_arena *a, struct event *e, const struct event_value *v);
/* Sorting order of report and rules: begin (unknown last, in input order), source, input,
 * line, order. Callbacks with one begin go by sequence. */
int event_compare(const struct event *a, const struct event *b);
/* The same thing told twice: callbacks by noticeId or (sid, uid, sequence, eventType), calls by
 * all they say when the time is finer than a second. */
bool event_same(const struct event *a, const struct event *b);
/* Two polls that differ in nothing but their time. */
bool event_alike(const struct event *a, const struct event *b);

#endif
