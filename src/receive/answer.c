/*
 * answer.c - the rows of answers.def as libmicrohttpd wants them.
 */
#include "config.h"

#include <string.h>

#include "receive/http_internal.h"

static const struct answer_row {
    unsigned status;
    const char *body, *header, *value;
} answer_rows[ANSWER__COUNT] = {
#define ANSWER(id, status, body, header, value) {status, body, header, value},
#include "receive/answers.def"
#undef ANSWER
};

enum MHD_Result
http_answer_queue(struct http *h, struct MHD_Connection *m, enum answer a, bool ends)
{
    return mhd.queue_response(m, answer_rows[a].status, h->responses[a][ends || h->draining]);
}

int
http_responses_make(struct http *h)
{
    for (int a = 0; a < ANSWER__COUNT; a++)
        for (int ends = 0; ends < 2; ends++) {
            const struct answer_row *row = &answer_rows[a];
            char *body = (char *)(uintptr_t)row->body;
            struct MHD_Response *r =
                mhd.create_response_from_buffer(strlen(body), body, MHD_RESPMEM_PERSISTENT);
            h->responses[a][ends] = r;
            if (r == NULL ||
                mhd.add_response_header(r, "Content-Type", "application/json") != MHD_YES ||
                (row->header != NULL &&
                 mhd.add_response_header(r, row->header, row->value) != MHD_YES) ||
                (ends && mhd.add_response_header(r, "Connection", "close") != MHD_YES))
                return -1;
        }
    return 0;
}

void
http_responses_free(struct http *h)
{
    for (int a = 0; a < ANSWER__COUNT; a++)
        for (int ends = 0; ends < 2; ends++)
            if (h->responses[a][ends] != NULL)
                mhd.destroy_response(h->responses[a][ends]);
}
