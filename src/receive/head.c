/*
 * head.c - what a head says, and whether its length can be trusted.
 */
#include "config.h"

#include <string.h>

#include "receive/http_internal.h"

static enum MHD_Result
see_header(void *arg, enum MHD_ValueKind kind, const char *key, const char *value)
{
    struct head *h = arg;
    rt_str name = rt_str_of(key);
    (void)kind;
    if (value == NULL)
        value = "";
    if (rt_str_eq_nocase(name, RT_LIT("Host"))) {
        h->hosts++;
    } else if (rt_str_eq_nocase(name, RT_LIT("Content-Length"))) {
        h->lengths++;
        h->length = value;
    } else if (rt_str_eq_nocase(name, RT_LIT("Transfer-Encoding"))) {
        h->encodings++;
        h->encoding = value;
    } else if (rt_str_eq_nocase(name, RT_LIT("Content-Encoding"))) {
        h->content_encodings++;
        h->content_encoding = value;
    } else if (h->rules->delivery.sha256.n > 0 &&
               rt_str_eq_nocase(name, h->rules->delivery.sha256)) {
        h->v2s++;
        h->given.v2 = rt_str_of(value);
    } else if (h->rules->delivery.sha1.n > 0 &&
               rt_str_eq_nocase(name, h->rules->delivery.sha1)) {
        h->v1s++;
        h->given.v1 = rt_str_of(value);
    }
    return MHD_YES;
}

struct head
http_head_read(const struct http *h, struct MHD_Connection *m)
{
    struct head head = {.rules = h->options.rules};
    mhd.get_connection_values(m, MHD_HEADER_KIND, see_header, &head);
    return head;
}

/* libmicrohttpd 0.9.75 takes a body whose length is told in two ways, and so can be led to see a
 * second request inside of it. ANSWER_STORED: nothing is wrong. */
enum answer
http_head_check(const struct http *h, const struct head *head, const char *version)
{
    int64_t length = 0;
    if (strncmp(version, "HTTP/1.", 7) != 0 || head->hosts > 1 || head->lengths > 1 ||
        head->encodings > 1 || (head->encodings > 0 && head->lengths > 0))
        return ANSWER_BAD_REQUEST;
    if (head->encodings > 0 && !rt_str_eq_nocase(rt_str_of(head->encoding), RT_LIT("chunked")))
        return ANSWER_BAD_REQUEST;
    if (head->content_encodings > 0 &&
        !rt_str_eq_nocase(rt_str_of(head->content_encoding), RT_LIT("identity")))
        return ANSWER_UNSUPPORTED;
    if (head->lengths > 0 && (!rt_str_int(rt_str_of(head->length), &length) || length < 0))
        return ANSWER_BAD_REQUEST;
    return length > (int64_t)h->options.limits->serve_body_bytes ? ANSWER_TOO_LARGE
                                                                 : ANSWER_STORED;
}

bool
http_head_is_short(const struct head *head)
{
    enum { SHORT = 65536 };
    int64_t length = 0;
    return head->lengths == 1 && rt_str_int(rt_str_of(head->length), &length) &&
           length <= SHORT;
}
