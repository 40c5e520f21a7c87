/*
 * page.h - the page: its style and scripts, made from page/ at build time by tools/page.sh.
 */
#ifndef RECTRACE_REPORT_PAGE_H
#define RECTRACE_REPORT_PAGE_H

#include "base/str.h"

extern const rt_str page_style, page_script, page_live, page_live_style;

struct report;
struct out;
struct rt_err;
struct page_live_facts {
    bool unsigned_mode;  /* bodies of anybody are taken */
    const char *trouble; /* a sentence of ours: why none is taken now; NULL: they are */
    /* Writes what was delivered lately as list items, for a reader without scripts; or NULL. */
    void (*deliveries)(void *arg, struct out *o);
    void *arg;
};
/* The page of a running receiver: the report as it is now, which follows /api/v1/changes. */
int page_write_live(const struct report *r, const struct page_live_facts *facts, struct out *o,
                    struct rt_err *err);
/* The report as the script of the page reads it. */
int page_json(const struct report *r, struct out *o, struct rt_err *err);
/* What the page may do, for the header of an answer. */
void page_policy(bool live, char *out, size_t room);

#endif
