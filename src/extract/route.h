/*
 * route.h - a URL of the API as its parts, or what is wrong with it.
 *
 *   /v1/apps/{app}/cloud_recording/acquire
 *   /v1/apps/{app}/cloud_recording/resourceid/{rid}/mode/{mode}/start
 *   /v1/apps/{app}/cloud_recording/resourceid/{rid}/sid/{sid}/mode/{mode}/{query|update|updateLayout|stop}
 *
 * Source: REST reference of the vendor, 2026; route.def holds the templates.
 */
#ifndef RECTRACE_EXTRACT_ROUTE_H
#define RECTRACE_EXTRACT_ROUTE_H

#include "event/event.h"

/* The segment that all paths of the API have. */
#define ROUTE_PRODUCT "/cloud_recording"
enum { ROUTE_URL_MOST = 1024 }; /* bytes; a longer URL is none of the API's */

struct route {
    uint8_t kind;                        /* KIND_ANSWER: the operation cannot be told */
    rt_str host, app_id, rid, sid, mode; /* slices of the URL; empty = not there */
    const char *defect;                  /* a word of route-defect, or NULL */
    bool placeholder;                    /* template text in the path */
    bool masked;                         /* an id of the path is masked */
};
/* False: no URL of this API. */
bool route_parse(rt_str url, struct route *out);
/* The method that the operation takes, or NULL when it is not known; is `method` another one? */
const char *route_method(uint8_t kind);
bool route_method_wrong(uint8_t kind, rt_str method);
/* The path of an operation in `b`, from its parts; empty parts by their names in braces. False: the kind has none. */
bool route_path(uint8_t kind, rt_str app_id, rt_str rid, rt_str sid, rt_str mode,
                struct rt_buf *b);
/* Does the product stand in the text, whatever is around it? */
bool route_mentioned(rt_str text);
/* The URL that stands around the API's path in free text: `at` is an offset inside. What is longer than ROUTE_URL_MOST may
 * be cut at its beginning. */
rt_str route_around(rt_str text, size_t at);
/* Text that stands for an id but is none: {{rid}}, <sid>, %s, ${x}, :sid, undefined, null. */
bool route_is_placeholder(rt_str s);
bool route_is_masked(rt_str s);
/* Either of these: it joins nothing. */
bool route_is_no_id(rt_str s);

#endif
