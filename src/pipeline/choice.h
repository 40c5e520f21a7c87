/*
 * choice.h - which lines of the inputs tell of some sessions.
 *
 * A line is chosen when it names an id of one of them, or is the place of an event or of a proof. A
 * wider choice also takes lines by channel, and their neighbours; the widest takes all.
 */
#ifndef RECTRACE_PIPELINE_CHOICE_H
#define RECTRACE_PIPELINE_CHOICE_H

#include "ingest/inputs.h"
#include "report/model.h"

enum choice_width { CHOICE_IDS, CHOICE_NEAR, CHOICE_ALL, CHOICE__COUNT };

struct choice_lines {
    RT_VEC(uint64_t) bits; /* bit n: line n + 1 */
};
struct choice {
    enum choice_width width; /* CHOICE_ALL: no lines are listed */
    RT_VEC(struct choice_lines) inputs;
};
/* `sessions`: of the report; `wide`: the proofs of what is found about none as well. 
 * An input that cannot be opened again gives no line by its ids. -1: memory. */
int choice_make(struct choice *c, const struct report *r, const struct session *const *sessions,
                size_t n, bool wide, enum choice_width width, const struct input_list *inputs,
                const struct rt_limits *limits, struct rt_err *err);
bool choice_has(const struct choice *c, size_t input, uint64_t line);
void choice_fini(struct choice *c);

#endif
