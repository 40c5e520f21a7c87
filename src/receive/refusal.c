/*
 * refusal.c - what was refused: copied for the writer, told, kept in the quarantine.
 */
#include "config.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/monotonic.h"
#include "receive/writer_internal.h"

/* Near misses looked for in one batch: each costs some digests. */
enum { NEAR_A_BATCH = 16, REFUSALS_LOGGED_A_SECOND = 10 };

struct refusal *
refusal_new(const struct store_refused *what, const struct secrets *secrets,
            const struct secret_app *app, int status)
{
    const rt_str *from[] = {&what->app,       &what->reason,       &what->from,
                            &what->signature, &what->signature_v1, &what->body};
    size_t n = 0;
    for (size_t i = 0; i < 6; i++)
        n += from[i]->n;
    struct refusal *r = rt_malloc(sizeof(*r) + n + 1);
    if (r == NULL)
        return NULL;
    *r = (struct refusal){.what = *what, .app = app, .status = status};
    r->secrets = secrets == NULL ? NULL : secrets_ref(secrets);
    rt_str *to[] = {&r->what.app,       &r->what.reason,       &r->what.from,
                    &r->what.signature, &r->what.signature_v1, &r->what.body};
    char *at = (char *)(r + 1);
    for (size_t i = 0; i < 6; i++) {
        if (from[i]->p == NULL)
            continue;
        if (from[i]->n > 0)
            memcpy(at, from[i]->p, from[i]->n);
        *to[i] = (rt_str){at, from[i]->n};
        at += from[i]->n;
    }
    return r;
}

void
refusal_free(struct refusal **pr)
{
    struct refusal *r = *pr;
    *pr = NULL;
    if (r == NULL)
        return;
    secrets_unref(&r->secrets);
    rt_free(r);
}

void
writer_log_unlogged(struct writer *w)
{
    if (w->unlogged > 0)
        log_warn("refused bodies not told one by one: %u", w->unlogged);
    w->unlogged = 0;
}

static void
log_refusal(struct writer *w, const struct refusal *r)
{
    rt_dur second = monotonic_now() / RT_SEC;
    if (second != w->log_second) {
        writer_log_unlogged(w);
        w->log_second = second;
        w->logged = 0;
    }
    if (w->logged++ >= REFUSALS_LOGGED_A_SECOND) {
        w->unlogged++;
        return;
    }
    log_warn("%d from %.*s: %.*s app=%.*s bytes=%llu%s%.*s", r->status, RT_FMT(r->what.from),
             RT_FMT(r->what.reason), RT_FMT(r->what.app), (unsigned long long)r->what.body.n,
             r->what.near.n > 0 ? ": " : "", RT_FMT(r->what.near));
}

void
writer_keep_refusals(struct writer *w, struct refusal *list, bool store_it)
{
    unsigned near = 0;
    struct rt_err ignored = {0};
    for (struct refusal *r = list, *next; r != NULL; r = next) {
        char text[NEAR_BYTES];
        struct signatures given = {r->what.signature, r->what.signature_v1};
        next = r->next;
        if (r->secrets != NULL && near++ < NEAR_A_BATCH &&
            signature_near(r->secrets, r->app, given, r->what.body, text))
            r->what.near = rt_str_of(text);
        log_refusal(w, r);
        if (store_it && store_refuse(w->store, &r->what, &ignored) == 0)
            count(w->counters, COUNT_QUARANTINED);
        else
            count(w->counters, COUNT_QUARANTINE_DROPPED);
        refusal_free(&r);
    }
}
