/*
 * request.h - a request body held against the table of parameters; for the files of this folder only.
 *
 * Members are looked at in one walk; what each says is kept by its node, so that relations can be
 * asked where their object ends. Nothing is remembered of a healthy body.
 */
#ifndef RECTRACE_EXTRACT_REQUEST_H
#define RECTRACE_EXTRACT_REQUEST_H

#include "extract/work.h"

struct place { /* where the walk stands; frames on the stack */
    const struct place *up;
    rt_str name;   /* of a member */
    uint32_t item; /* of a list: index, when `name` is empty */
};

struct request {
    struct extract *x;
    struct event *e;
    const struct rule_set *rules;
    uint8_t kind;              /* whose rows count: startParameter is read as start's */
    rt_str mode;               /* empty: not known */
    struct scan_value *values; /* by node: what was met last */
    unsigned told;             /* groups of values added */
    int rc;                    /* -1: memory */
};

/* What is wrong with one member. */
struct violation {
    const struct place *at;
    const char *defect; /* a word of param-defect */
    rt_str of;          /* which rule speaks of it */
    rt_str value, limit, nearest;
    rt_str words; /* behind the path */
};
void violation_tell(struct request *q, const struct violation *v);
/* "clientRequest.layoutConfig[2].x_axis", in the scratch arena. */
rt_str place_text(struct request *q, const struct place *at);
/* Formatted, in the scratch arena. */
rt_str request_words(struct request *q, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* A value against its row. */
void value_check(struct request *q, const struct place *at, const struct parameter *p,
                 const struct scan_value *v);
/* Something a log's filter put there, or that stands for nothing: it proves nothing. */
bool value_is_masked(struct request *q, const struct scan_value *v);
/* Not null, nor an empty text or list. */
bool value_is_there(const struct request *q, const struct scan_value *v);
/* What the node's member says, or its default when it is not there. */
struct scan_value relation_value(const struct request *q, uint32_t node);
/* The number that a value or a text says. */
bool value_number(const struct scan_value *v, double *out);

/* A member that no row has: the name that is meant. `node`: of the object that it stands in. */
void spelling_check(struct request *q, const struct place *at, uint32_t node);

/* All relations that are asked at the node, whose members are in `values`. */
void relation_check(struct request *q, const struct place *at, uint32_t node);
/* Does the term hold below the node? */
bool relation_holds(struct request *q, const struct parameter_term *t);

/* What the clientRequest of acquire or start holds, to be compared: FIELD_LEAVES, FIELD_CLIENT_PRINT. 0, -1. */
int leaves_add(struct request *q, rt_str client);

#endif
