/*
 * signature.h - is a body from the one who knows the secret? And if not: what nearly fitted?
 */
#ifndef RECTRACE_RECEIVE_SIGNATURE_H
#define RECTRACE_RECEIVE_SIGNATURE_H

#include "receive/secrets.h"

/* As sent in the headers; p NULL: absent. */
struct signatures {
    rt_str v2, v1;
};

enum signature_verdict {
#define VERDICT(id, name, doc) SIGNATURE_##id,
#include "receive/verdicts.def"
#undef VERDICT
    SIGNATURE__COUNT
};
extern const char *const signature_verdicts[SIGNATURE__COUNT]; /* sentences */

/* V2 decides when it is there; V1 alone counts only with `accept_v1`. All secrets are tried, in
 * constant time. `which` (may be NULL) is set to the secret that fits. */
enum signature_verdict signature_check(const struct secret_app *app, bool accept_v1,
                                       struct signatures given, rt_str body,
                                       const struct secret **which);

/* Why it does not fit, as a sentence without digest or secret: another app's secret, a body that was
 * changed on its way (line end, layout, order, escapes), a digest of the other kind or otherwise written.
 * False: nothing near was found. `out` is NUL-terminated. */
enum { NEAR_BYTES = 300 };
bool signature_near(const struct secrets *all, const struct secret_app *app,
                    struct signatures given, rt_str body, char out[NEAR_BYTES]);

#endif
