/*
 * ticket_style.h - how a ticket system writes; for ticket.c and ticket_style.c.
 */
#ifndef RECTRACE_REPORT_TICKET_STYLE_H
#define RECTRACE_REPORT_TICKET_STYLE_H

#include "base/out.h"

struct ticket_style {
    const char *name;
    const char *head, *head_end;      /* around the title */
    const char *table, *table_end;    /* around the rows of identity */
    const char *row, *cell, *row_end; /* name and value between */
    const char *strong, *strong_end;
    const char *fold, *fold_middle,
        *fold_end;               /* around a heading, before and behind its text */
    const char *code, *code_end; /* lines as they stand */
    const char *indent;          /* of each such line */
    const char *never;           /* what would end the code early; NULL: nothing */
    void (*text)(struct out *o, rt_str s);
    void (*id)(struct out *o, rt_str s); /* of an id, which is copied rather than read */
};

#endif
