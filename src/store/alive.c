/*
 * alive.c - until when the receiver was there for sure, and a row for each time in which it was not.
 *
 * The row stands among the callbacks: what reads them in order meets the hole where it was.
 */
#include "config.h"

#include <stdio.h>

#include "store/internal.h"

int
store_alive_until(struct store *s, rt_time *out, struct rt_err *err)
{
    int64_t mark = INT64_MIN, newest = INT64_MIN;
    *out = RT_TIME_NONE;
    if (store_number(s, "SELECT value FROM mark WHERE name = 'alive'", &mark, err) < 0 ||
        store_number(s, "SELECT received FROM callback ORDER BY id DESC LIMIT 1", &newest,
                     err) < 0)
        return -1;
    if (mark !=
        INT64_MIN) /* a store of an older program does not know it: then nothing is said */
        *out = newest > mark ? newest : mark;
    return 0;
}

int
store_set_alive(struct store *s, rt_time now, struct rt_err *err)
{
    char sql[120];
    snprintf(sql, sizeof(sql),
             "INSERT OR REPLACE INTO mark (name, value) VALUES ('alive', %lld)",
             (long long)now);
    return store_run(s, sql, "writing", err);
}

int
store_put_outage(struct store *s, rt_time from, rt_time to, struct rt_err *err)
{
    char when[RT_TIME_MAX], body[100], notice[60];
    enum store_put put;
    snprintf(body, sizeof(body), STORE_OUTAGE_BODY "\"%s\"}", rt_time_rfc3339(from, when));
    snprintf(notice, sizeof(notice), "receiver-down %s", rt_time_rfc3339(to, when));
    struct store_callback c = {
        .app = RT_LIT(""),
        .notice = rt_str_of(notice),
        .received = to,
        .last = to,
        .notify = RT_TIME_NONE,
        .label = STORE_OUTAGE,
        .body = rt_str_of(body),
    };
    return store_put(s, &c, &put, err);
}
