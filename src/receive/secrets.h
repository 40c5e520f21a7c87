/*
 * secrets.h - who may send: apps, their paths, their secrets; read from a file, never shown.
 *
 *   secret APP LABEL VALUE    several of one app while a secret is changed
 *   path   APP TOKEN          bodies come to /hook/APP/TOKEN instead of /hook/APP
 *
 * A set is immutable and counted: who keeps one takes a reference.
 */
#ifndef RECTRACE_RECEIVE_SECRETS_H
#define RECTRACE_RECEIVE_SECRETS_H

#include <nettle/hmac.h>

#include "base/err.h"
#include "base/str.h"
#include "base/vec.h"

struct secret {
    rt_str label, value;
    struct hmac_sha256_ctx sha256; /* keyed; copied for use */
    struct hmac_sha1_ctx sha1;
};
struct secret_app {
    rt_str name;
    rt_str path;                   /* "/hook/NAME" or "/hook/NAME/TOKEN" */
    RT_VEC(struct secret) secrets; /* none: unsigned mode */
};
struct secrets {
    RT_VEC(struct secret_app) apps;
    struct secrets_memory *memory;
};

/* Refuses a file that others can read, and one without a secret. NULL: err names file and line. */
const struct secrets *secrets_load(const char *path, struct rt_err *err);
/* One app "default" without a secret. */
const struct secrets *secrets_none(struct rt_err *err);
const struct secrets *secrets_ref(const struct secrets *s);
void secrets_unref(const struct secrets **ps);
/* By the path as it was sent, compared in constant time. NULL: none. */
const struct secret_app *secrets_app(const struct secrets *s, const char *path);

#endif
