/*
 * document.h - a text that no format reads, while it is read; shared by the files about prose only.
 */
#ifndef RECTRACE_EXTRACT_DOCUMENT_H
#define RECTRACE_EXTRACT_DOCUMENT_H

#include "extract/lenient.h"
#include "extract/work.h"

enum { WAITING_MOST = 16, URL_MOST = ROUTE_URL_MOST, METHOD_MOST = 8 };
struct waiting_call { /* that has no answer yet, while others are told; waiting.c */
    char url[URL_MOST], method[METHOD_MOST];
    rt_time time;
    uint64_t line, words; /* line 0: the place is free */
    uint32_t order;
    int32_t http;
    struct rt_buf request; /* as in struct document */
    bool rewritten, mended;
};

struct document {
    /* WAITING_MOST of them, and one more to change places; NULL: there were none */
    struct waiting_call *waiting;
    struct rt_buf text; /* of the piece that is open */
    uint64_t first_line, lines;
    int depth;
    /* What was said before and may belong to the next answer. */
    uint8_t kind;
    uint64_t kind_line;
    struct route route; /* text in `url` */
    bool has_route;
    char url[URL_MOST], method[METHOD_MOST];
    int32_t http;
    uint64_t http_line;
    uint64_t route_line; /* with the place among the events of it */
    uint32_t route_order;
    uint64_t route_words;   /* before the URL; retold.c */
    rt_str piece;           /* that is searched */
    const char *behind_url; /* in the piece; NULL: none was there */
    uint64_t summed_line;   /* where the answer that is held was told once more */
    rt_time time, route_time;
    bool zoned, coarse, dated; /* dated: by a header, which is that of one answer */
    struct labels { /* ids that a label gives, of the piece that `line` began; empty: none */
        char rid[600], sid[72], cname[72], uid[24];
        uint64_t line;
        bool any; /* a label was there, be its value none at all */
    } ids;
    bool part;             /* the piece tells a part of a call */
    struct rt_buf request; /* the body that was sent; empty: not told */
    uint64_t request_line;
    bool request_rewritten, request_mended; /* as in struct extract */
    uint64_t done_line; /* where a word said that the call of this line went well */
    struct {            /* an answer whose status may stand in a line to come */
        struct rt_arena arena;
        struct event *e; /* NULL: none */
        char url[URL_MOST];
        bool has_route;
        uint64_t line, words;
        uint32_t order;
    } held;
    struct rt_buf json;       /* an object rewritten */
    struct lenient_past past; /* of the text that is searched */
    /* What was told last, so that a log that repeats itself counts once. */
    struct told {
        uint64_t line, hash; /* of the body; 0: it had none */
        uint8_t kind;
        int32_t code;
    } last;
};

enum { REPEAT_LINES = 3 }; /* within so many a logger repeats itself, or tells the status */

/* label.c: is the word, which ends at `end`, the label of an id? Then it is kept. */
bool label_found(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end);
void label_forget(struct document *d);
/* Fills what the event does not know itself. */
void label_take(const struct document *d, struct event *e);

/* answer.c: an event with what is known of the call before its answer. Those that give an int: how much
 * of a call was found, 0 for nothing, or -1. */
void answer_begin(struct extract *x, struct document *d, struct event *e);
int answer_end(struct extract *x, struct document *d, struct event *e, bool answered,
               struct rt_err *err);
/* Nothing more can belong to the answer that is held. */
int answer_flush(struct extract *x, struct document *d, struct rt_err *err);
/* A URL whose answer did not follow is a call of its own. */
int answer_flush_route(struct extract *x, struct document *d, struct rt_err *err);
/* An answer, a callback, a request, or something around them. */
int answer_object(struct extract *x, struct document *d, rt_str object, struct rt_err *err);
/* The status of the answer that is held, if it has none. */
void answer_status(struct document *d, int32_t http);
/* The answer that is held is of the URL held.url. 0, or -1: memory, or the sink stopped. */
int answer_of_route(struct extract *x, struct document *d, rt_str method, struct rt_err *err);
/* The call that knows most of a body's members; KIND_NONE. */
uint8_t answer_kind_of_request(const struct extract *x, rt_str body);
/* At the end of a text: a body that was sent, and is not used up. */
int answer_last_request(struct extract *x, struct document *d, struct rt_err *err);
/* A logger that sums up in words what it has just told. */
bool answer_told_lately(const struct extract *x, const struct document *d);

/* retold.c: is the URL that of a call which the text has begun to tell? 1: yes, and that is noted; 0; -1: memory. */
int retold_url(struct extract *x, struct document *d, rt_str text, rt_str url, rt_str method,
               struct rt_err *err);
/* The words of the line before its URL, as a number. */
uint64_t retold_words(rt_str text, size_t url);
bool retold_same(const struct route *a, const struct route *b);
/* Is it soon enough after `before` to be of the same call? */
bool retold_follows(const struct document *d, rt_time before);
enum { STAGE_LINES = 40 }; /* headers and a body stand between the two */

/* waiting.c: the call that was named last makes room for another. 0, or -1: memory, or the sink stopped. */
int waiting_put(struct extract *x, struct document *d, struct rt_err *err);
/* Makes the call to which the answer belongs the one that was named last, or none. As above. */
int waiting_choose(struct extract *x, struct document *d, rt_str answer, struct rt_err *err);
/* Likewise the one with this path that was told in other words. False: there was none. */
bool waiting_recall(struct extract *x, struct document *d, const struct route *r,
                    uint64_t words);
/* Was this sent for another channel or by another recorder than the answer speaks of? */
bool waiting_differs(const struct event *answer, rt_str request);
/* None of them had an answer: how many there were, or -1. */
int waiting_flush(struct extract *x, struct document *d, struct rt_err *err);
void waiting_free(struct document *d);

/* mention.c: likewise. `end`: where to go on. */
/* Behind the URL of something else that begins at `at`, or `at`. */
size_t mention_other_url(const struct extract *x, rt_str text, size_t at);
int mention_url(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
                struct rt_err *err);
int mention_number(struct extract *x, struct document *d, rt_str text, size_t begin, size_t end,
                   struct rt_err *err);
/* A call, a label, or that all went well. */
void mention_word(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end);
/* "acquire ok resourceId=...": a call that is told in words and ids alone. */
int mention_success(struct extract *x, struct document *d, struct rt_err *err);
/* A known string of the vendor standing free in the piece. */
int mention_string(struct extract *x, struct document *d, rt_str text, struct rt_err *err);
int mention_state(struct extract *x, struct document *d, rt_str text, struct rt_err *err);

/* braces.c: likewise. */
int braces_object(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
                  struct rt_err *err);
/* "[123 34 99 ...": the bytes of a body, as Go prints them. */
int braces_bytes(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
                 struct rt_err *err);

static inline bool
letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

#endif
