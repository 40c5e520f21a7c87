/*
 * scrub_parts.h - what the files of the redactor have of each other.
 */
#ifndef RECTRACE_REPORT_SCRUB_PARTS_H
#define RECTRACE_REPORT_SCRUB_PARTS_H

#include "report/scrub.h"

enum { SCRUB_SEARCHED_LEAST = 6 }; /* bytes of what is searched for everywhere */
extern const rt_str scrub_mark;    /* "[redacted]" */

/* ---- scrub_names.c: behind which names secrets and ids stand ---- */

void scrub_names_init(struct scrub *s);
/* NULL: behind that stands nothing to take out. */
const struct scrub_name *scrub_find_name(const struct scrub *s, rt_str word);

/* ---- scrub_known.c: what was seen ---- */

void scrub_remember(struct scrub *s, struct rt_map *in, rt_str value, rt_str put);
/* As it is written here, and what it means without its escapes. */
void scrub_remember_secret(struct scrub *s, rt_str value, rt_str put);

/* ---- scrub_put.c: what is put in its place ---- */

void scrub_put_secret(struct scrub *s, enum scrub_kind kind, rt_str value, rt_str put);
/* Where the value ends, which is not copied before its name is. */
size_t scrub_put_value(struct scrub *s, rt_str line, size_t copied,
                       const struct scrub_name *name, const struct value_place *q);
/* What other lines told: a secret anywhere, an id where it is a word of its own. How much of the line it was. */
size_t scrub_put_known(struct scrub *s, rt_str line, size_t i);
/* Something that is known by its form; likewise. */
size_t scrub_put_formed(struct scrub *s, rt_str line, size_t i);

/* ---- scrub.c ---- */

/* Cleans a line, or what stands for one, into s->text. */
void scrub_walk(struct scrub *s, rt_str line);

#endif
