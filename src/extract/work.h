/*
 * work.h - the insides of an extractor, shared by the files of this folder only.
 */
#ifndef RECTRACE_EXTRACT_WORK_H
#define RECTRACE_EXTRACT_WORK_H

#include "base/literals.h"
#include "extract/extract.h"
#include "extract/plan.h"
#include "extract/route.h"
#include "extract/zone.h"

/* What a JSON line may hold besides the parts of its format: a callback or a bare answer. */
enum line_slot {
    SLOT_ENVELOPE_TYPE = FORMAT__PARTS,
    SLOT_ENVELOPE_DETAILS,
    SLOT_ENVELOPE_NAME,
    SLOT_RID,
    SLOT_SID,
    SLOT_CODE,
    SLOT_REASON,
    SLOT_SERVER,
    SLOT_GATEWAY,
    SLOT__COUNT
};

enum answer_slot {
    ANSWER_CODE,
    ANSWER_REASON,
    ANSWER_MESSAGE,
    ANSWER_RID,
    ANSWER_SID,
    ANSWER_CNAME,
    ANSWER_UID,
    ANSWER_STATUS,
    ANSWER_INNER_CODE,
    ANSWER_SERVICES,
    ANSWER_EXTENSION,
    ANSWER_SERVER,
    ANSWER_UPLOADING,
    ANSWER__COUNT
};

enum { POLL_METHOD = 8 };
struct poll_before { /* a plain poll with a URL: what the next one most likely says again */
    bool known;
    bool answered; /* with the body of the slot; else without any */
    char method[POLL_METHOD];
    struct event like; /* slices of url, body and method */
};

struct
    route_slot { /* of the cache: an exact URL, its parts, and the last healthy answer seen with it */
    char *url;
    size_t url_n;
    struct route route; /* slices of url */
    char *body;
    size_t body_n, body_cap;
    struct scan_value answer[ANSWER__COUNT]; /* slices of body */
    struct poll_before poll;
};

struct reception { /* what a log line tells of a callback beside its body */
    rt_time at;    /* RT_TIME_NONE: nothing */
    bool zoned;
    int32_t http; /* the receiver's own answer; 0 = unknown */
    rt_dur took;  /* RT_DUR_NONE = unknown */
    rt_str headers;
};

enum { WRAPS_MOST = 4, THREADS_MOST = 32 };
struct wrapper { /* of every line; wrap.c */
    const struct format *format;
    const struct scan_plan *plan; /* of a JSON one */
    const struct zone *zone;      /* that it declares; or NULL */
    struct rt_buf text;           /* the inside, unescaped */
};
struct piece_cursor {     /* of a document: how far its lines were counted */
    const char *at, *end; /* NULL: no document */
    uint64_t line;
};
struct
    unnamed_request { /* of ours, without an id that ties it to its answer: its ids as a hash, its line */
    uint64_t call, line; /* call 0: nothing is said */
    uint8_t kind;        /* KIND_NONE: it has its answer */
};
struct outer_time { /* of the wrapper of the line being read */
    rt_time at;
    bool known, zoned, coarse;
};

struct extract {
    const struct rule_set *rules;
    struct reception reception; /* of the line being read */
    const struct rt_limits *limits;
    struct extract_options options;
    struct extract_sink sink;
    struct rt_arena arena;   /* plans, names */
    struct rt_arena told;    /* warnings */
    struct rt_arena scratch; /* of one line */
    struct rt_buf text[4];   /* unescaped: url, request, response, message */
    const struct zone *zone;
    const struct zone *format_zone;

    bool decided;
    bool pasted;                      /* the whole input is but a few lines */
    const struct format *forced;      /* by name; NULL: chosen by content */
    struct wrapper wraps[WRAPS_MOST]; /* from outside to inside */
    size_t wrap_count;
    struct outer_time outer;
    struct rt_minute minute; /* of the last stamp */
    struct rt_buf partial;   /* a line that comes in pieces */
    bool partial_done;
    const struct format *format; /* NULL: text */
    const char *format_name;     /* with its wrappers */
    const struct scan_plan *line_plan, *answer_plan, *secret_plan;
    /* by format: of exchanges inside of text; made when needed */
    const struct scan_plan **object_plans;
    rt_str table_header; /* text mode: the names of the columns */
    bool table_tried, reading_deep;
    bool rewritten; /* what is read was no JSON: of its values only the text is known */
    bool mended;    /* what is read was cut: nothing is known of what is not there */
    struct piece_cursor piece;
    uint32_t masked;                 /* calls whose path holds an id that stands for another */
    const struct literals *literals; /* a line without any does not matter; NULL: all do */
    size_t literal_near;             /* where the last one stood */
    struct regex_memory regex;
    struct route_cache *cache;
    bool own_cache;
    struct scan_hint hint;        /* of the line being read */
    struct route_slot *hint_slot; /* of its URL, which stands at hint_url */
    const char *hint_url;

    RT_VEC(struct rt_str) held; /* lines before the decision, in `held_arena` */
    RT_VEC(uint64_t) held_numbers;
    struct rt_arena held_arena;

    struct document *documents[THREADS_MOST]; /* text mode: what is open, by thread */
    /* hashes of their names; of the line being read; 0: none */
    uint64_t threads[THREADS_MOST], thread;
    RT_VEC(uint64_t) requests; /* hashes of the join ids of our requests, as they came */
    RT_VEC(struct unnamed_request) unnamed;
    uint64_t line;  /* being read */
    uint32_t order; /* events of this line so far */

    uint64_t counts[LINE__COUNT];
    rt_time first_time, last_time;
    bool unzoned, undated; /* stamps without a zone, without a date */
    rt_time clock;         /* of the latter: the last one, days counted from the first */
    uint64_t first_unread, first_too_long;
    char first_unread_text[120];
    uint32_t first_unread_stop, limit_hits, foreign, probes, nameless;
    char limit_pattern[160];
    RT_VEC(const char *) warnings;
};

/* ---- work.c ---- */

/* Text of a value, unescaped into x->text[which] when needed. */
rt_str work_text(struct extract *x, const struct scan_value *v, unsigned which);
/* Likewise a body: an object, or a string that holds one. Empty: it is neither. */
rt_str work_body(struct extract *x, const struct scan_value *v, unsigned which);
/* A copy for an event, in the scratch arena, cut at limits.field_bytes. */
rt_str work_keep(struct extract *x, rt_str s);
/* The whole of it, for what is read further. Empty: memory. */
rt_str work_keep_whole(struct extract *x, rt_str s);
/* A code or status of an event; a number that none can be leaves it as it is. */
void work_take_number(int32_t *to, int64_t n);
int work_add_int(struct extract *x, struct event *e, uint16_t field, int64_t n);
int work_add_text(struct extract *x, struct event *e, uint16_t field, rt_str s);
/* Of `n` things that are kept, at most `most`: the older half goes when they are as many. How many stay. */
size_t work_forget_older(void *v, size_t n, size_t size, size_t most);
/* Hands the event on, with place and order filled in. */
int work_emit(struct extract *x, struct event *e, struct rt_err *err);
void work_note_time(struct extract *x, const struct rt_stamp *stamp);
/* The instant of a stamp, its zone applied; sets x->unzoned when there is none. */
rt_time work_stamp_time(struct extract *x, const struct rt_stamp *stamp, bool *zoned);

/* facts.c: the warnings that sum up, told anew each time. 0, or -1: memory. */
int facts_sum_up(struct extract *x, struct rt_err *err);

/* call_time.c: a stamp as the format (or NULL) writes it, else as any logger does, since many let it be set. Bytes, or 0. */
size_t call_stamp(struct extract *x, const struct format *f, rt_str text, struct rt_stamp *out);
/* When it was sent, by `v` or by the wrapper; then its end. call_took(): 0 is unknown. */
void call_time(struct extract *x, const struct scan_value *v, struct event *e);
rt_dur call_took(struct extract *x, const struct scan_value *v);
void call_duration(struct extract *x, const struct scan_value *parts, struct event *e);

/* poll_again.c: keeps a plain poll with its URL, if all its text lives there. */
void poll_note(struct extract *x, struct route_slot *slot, struct event *e, rt_str response);
/* Does the line say what the last poll of its URL said? Only its time is new then. */
bool poll_repeats(const struct extract *x, const struct scan_value *parts,
                  const struct route_slot *slot, rt_str response);
int poll_again(struct extract *x, const struct scan_value *parts, const struct route_slot *slot,
               struct rt_err *err);

/* The parts of a URL, valid until the next one is asked for. NULL: no URL of the API. */
struct route_slot *route_cache_get(struct route_cache *c, rt_str url);
/* A number for polls that are alike. */
uint32_t route_cache_twin(struct route_cache *c);

/* body.c: the answer and the request of a call. `slot` may be NULL. 0, -1: memory. */
struct body_look {
    bool is_object;
    bool vendor; /* has the shape of an answer of this API */
};
int body_answer(struct extract *x, struct event *e, rt_str body, struct route_slot *slot,
                struct body_look *look, struct rt_err *err);
int body_request(struct extract *x, struct event *e, rt_str body, struct rt_err *err);
/* request.c: its members against the table of parameters. 0, -1: memory. */
int request_parameters(struct extract *x, struct event *e, rt_str body, struct rt_err *err);
/* One field by its pointer into an object. 0, -1: memory. */
int body_field(struct extract *x, struct event *e, uint16_t field, rt_str pointer,
               rt_str object);
/* An id as an event keeps it; a slice of the value, or kept. */
rt_str body_id(struct extract *x, const struct scan_value *v);
/* Does the object look like an answer of this API? */
bool body_is_vendor(struct extract *x, rt_str object);
/* Like one that is sent to it? */
bool body_is_request(const struct extract *x, rt_str object);
/* Is it a code of another program, as far as can be told: a reason that nobody knows, no id, and `said` beside it is about
 * something else? */
bool body_is_foreign(const struct extract *x, rt_str object, rt_str said);

/* call_build.c: did a request of ours have this id? */
bool call_asked(const struct extract *x, rt_str join);

/* unnamed.c: as call_build.c does for records with an id. 0, -1: memory. */
int unnamed_halves(struct extract *x, const struct scan_value *parts, struct event *e,
                   bool asks, bool answers, struct rt_err *err);

/* derive.c */
void derive_outcome(const struct extract *x, struct event *e, bool answered);
int derive_fields(struct extract *x, struct event *e, const struct route *route,
                  struct rt_err *err);
/* Is the pattern in the text? */
bool derive_matches(struct extract *x, struct regex *re, rt_str s);

/* foreign.c: a call of another product. LINE_IGNORED when it was told, LINE_UNMATCHED: none, or -1. */
int foreign_call(struct extract *x, struct event *e, rt_str url, rt_str method, rt_str body,
                 struct rt_err *err);
/* Services of other products that a start asks for. 0, -1: memory, or the sink stopped. */
int foreign_services(struct extract *x, const struct event *start, struct rt_err *err);

/* exposed.c: kinds of secrets that stand there in clear. 0, -1: memory. */
struct scan_plan *exposed_plan_new(const struct rule_set *rules, struct rt_arena *a);
int exposed_headers(struct extract *x, struct event *e, rt_str headers, struct rt_err *err);
int exposed_members(struct extract *x, struct event *e, rt_str body, struct rt_err *err);

/* header.c: what is wrong with the headers of a request. 0, -1: memory. */
int header_fields(struct extract *x, struct event *e, rt_str headers, struct rt_err *err);

/* credential.c: what token and storage of a request say. 0, -1: memory. */
int credential_fields(struct extract *x, struct event *e, rt_str body, struct rt_err *err);

/* callback.c: LINE_EVENT, LINE_IGNORED (another product, a test), LINE_UNMATCHED (no callback), or -1. */
int callback_read(struct extract *x, rt_str object, struct rt_err *err);
/* All callbacks inside of a value, under any key, in lists and in strings that hold JSON. As above. */
int callback_search(struct extract *x, rt_str object, struct rt_err *err);
/* Could the text hold a callback? */
bool callback_likely(const struct extract *x, rt_str text);

/* call_build.c: the event of a call, from its URL (`slot`) or of a known kind, with its answer. */
int call_build(struct extract *x, const struct scan_value *parts, struct route_slot *slot,
               uint8_t kind, rt_str response, struct rt_err *err);

/* unlabelled.c: fills the parts of bodies that are missing, with what has their shape in the record `whole`. */
void unlabelled_bodies(struct extract *x, struct scan_value *parts, uint8_t kind, rt_str whole);

/* call.c: the parts of a record to an event. A line_fate, or -1. */
int call_read(struct extract *x, const struct scan_value *parts, rt_str whole,
              struct rt_err *err);

/* wrap.c: is the format a wrapper; which ones these lines have, taken off them; the inside of one line:
 * 1, or 0 when it goes on in the next. */
bool wrap_is(const struct format *f);
bool wrap_fits(struct extract *x, const struct format *f, const struct scan_plan *plan,
               rt_str line);
int wrap_choose(struct extract *x, rt_str *lines, size_t count, struct rt_err *err);
int wrap_off(struct extract *x, rt_str line, rt_str *inner);
void wrap_line_done(struct extract *x);

/* exchange.c: calls inside of an object or array; a row of the table whose header came first. The number
 * of events, or -1. */
int exchange_search(struct extract *x, rt_str value, struct rt_err *err);
int exchange_row(struct extract *x, rt_str line, struct rt_err *err);

/* line.c: one record by the chosen format. A line_fate, or -1. */
int line_json(struct extract *x, rt_str line, struct rt_err *err);
int line_regex(struct extract *x, rt_str line, struct rt_err *err);
bool line_fits_json(const struct scan_plan *plan, rt_str line, struct scan_value *values,
                    const struct rt_limits *limits, struct scan_hint *hint);
/* Does one of the format's words stand in the text? Without any it cannot be a record of it. */
bool line_may_be_of(const struct format *f, rt_str text);
/* What a group of a match took; `rc`: of regex_match(). p NULL: nothing. */
rt_str line_group(const PCRE2_SIZE *ovector, int rc, rt_str line, int number);
struct scan_plan *line_plan_new(const struct rule_set *rules, const struct format *f,
                                struct rt_arena *a);

/* prose.c: prose and everything that no format reads. */
struct document;
/* 0, -1; the fates of the line and of those before it are counted when they are known. */
int prose_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err);
int prose_end(struct extract *x, struct rt_err *err);
void prose_free(struct extract *x);
/* Searches one piece of text now; the number of events found, or -1. */
int prose_search(struct extract *x, rt_str text, struct rt_err *err);
/* Likewise an object, answered with `http` (0: not told), that is all there is. */
int prose_object(struct extract *x, rt_str object, int32_t http, struct rt_err *err);
/* A body that was sent, and nothing else: it waits for the answer in a line to come. False: memory. */
bool prose_keep_body(struct extract *x, rt_str object);
/* The one that waits, in the scratch; *kind: the call that it is of. Empty: none. */
rt_str prose_take_body(struct extract *x, uint8_t *kind);
/* Could the text hold a shape of the vendor at all? */
bool prose_could_matter(const struct extract *x, rt_str s);

#endif
