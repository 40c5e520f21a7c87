/*
 * meter.h - how many calls of each app fall into one second.
 *
 * A run may have billions of calls, so little is kept of each, and only of an app's latest (cells.h): what was not
 * surely kept is not looked at, so the order of adding does not matter.
 */
#ifndef RECTRACE_SESSION_METER_H
#define RECTRACE_SESSION_METER_H

#include "base/map.h"
#include "base/vec.h"
#include "event/event.h"
#include "session/cells.h"

enum { METER_BEST = 32, METER_QUIET = 8 };

struct meter_second { /* one of the busiest of an app */
    uint32_t calls;
    rt_time begin;
    uint32_t input; /* of its first call */
    uint64_t line;
    bool coarse; /* the stamps are whole seconds */
};
struct meter_silence { /* one of the longest of an app */
    rt_dur length;
    rt_time end;
    uint64_t before, after; /* calls within as long a time on either side */
    uint32_t input;         /* of the first call behind it */
    uint64_t line;
};
struct meter_app {
    struct meter_app *next;
    rt_str id;
    char *text; /* of the id */
    struct cells cells;
    struct meter_second best[METER_BEST]; /* busiest first; they do not overlap */
    size_t best_count;
    struct meter_silence quiet[METER_QUIET]; /* longest first */
    size_t quiet_count;
};
struct meter_host { /* calls that were timed; stops, which wait for the upload, are left out */
    struct meter_host *next;
    rt_str id;
    char *text; /* of the id */
    uint64_t calls, slow;
    rt_time begin; /* of the first that was slow */
    uint32_t input;
    uint64_t line;
};
struct meter {
    struct rt_map by_app, by_host;
    struct meter_app *apps, *last;
    struct meter_host *hosts, *last_host;
    rt_dur slow; /* longer is slow; RT_DUR_NONE: hosts are not measured */
};

void meter_init(struct meter *m, rt_dur slow);
void meter_fini(struct meter *m);
/* Counts a call. 0, or -1: memory. */
int meter_add(struct meter *m, rt_str app, const struct event *e);
/* Adds all of `from`, and empties it. 0, or -1: memory. */
int meter_move(struct meter *m, struct meter *from);
/* Adds what `from` has from `since` on (RT_TIME_NONE: all), and leaves it. 0, or -1: memory. */
int meter_merge(struct meter *m, const struct meter *from, rt_time since);
/* Fills `best` and `quiet` of all apps; nothing may be added afterwards. */
void meter_settle(struct meter *m);

#endif
