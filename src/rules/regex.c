/*
 * regex.c - PCRE2 with JIT on demand, and within limits.
 */
#include "config.h"

#include "rules/regex.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/alloc.h"

enum { GROUPS_MOST = 64, STACK_FIRST = 32 * 1024, STACK_MOST = 512 * 1024 };

struct regex {
    pcre2_code *code;
    atomic_bool ready; /* JIT was tried */
};

struct regex *
regex_new(rt_str pattern, pcre2_compile_context *compile, int *number, size_t *where)
{
    /* Bytes, never UTF: a log may hold anything, and a pattern must not change that for itself. */
    const uint32_t how =
        PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;
    struct regex *r = rt_calloc(1, sizeof(*r));
    *number = PCRE2_ERROR_HEAP_FAILED;
    *where = 0;
    if (r == NULL)
        return NULL;
    r->code = pcre2_compile((PCRE2_SPTR)(pattern.p == NULL ? "" : pattern.p), pattern.n, how,
                            number, where, compile);
    if (r->code == NULL) {
        rt_free(r);
        return NULL;
    }
    atomic_init(&r->ready, false);
    return r;
}

void
regex_free(struct regex *r)
{
    if (r == NULL)
        return;
    pcre2_code_free(r->code);
    rt_free(r);
}

const pcre2_code *
regex_code(const struct regex *r)
{
    return r->code;
}

int
regex_memory_init(struct regex_memory *m, const struct rt_limits *limits, struct rt_err *err)
{
    *m = (struct regex_memory){
        .match = pcre2_match_data_create(GROUPS_MOST, NULL),
        .context = pcre2_match_context_create(NULL),
        .stack = pcre2_jit_stack_create(STACK_FIRST, STACK_MOST, NULL),
    };
    if (m->match == NULL || m->context == NULL || m->stack == NULL)
        return rt_fail_mem(err);
    pcre2_set_match_limit(m->context, (uint32_t)limits->match_steps);
    pcre2_set_depth_limit(m->context, (uint32_t)limits->match_depth);
    pcre2_set_heap_limit(m->context, (uint32_t)limits->match_heap_kib);
    pcre2_jit_stack_assign(m->context, NULL, m->stack);
    return 0;
}

void
regex_memory_fini(struct regex_memory *m)
{
    pcre2_match_data_free(m->match);
    pcre2_match_context_free(m->context);
    pcre2_jit_stack_free(m->stack);
    *m = (struct regex_memory){.match = NULL};
}

static void
make_ready(struct regex *r)
{
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&one);
    if (!atomic_load_explicit(&r->ready, memory_order_relaxed)) {
        (void)pcre2_jit_compile(r->code,
                                PCRE2_JIT_COMPLETE); /* without JIT it works all the same */
        atomic_store_explicit(&r->ready, true, memory_order_release);
    }
    pthread_mutex_unlock(&one);
}

bool
regex_is_limit(int rc)
{
    return rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
           rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_JIT_STACKLIMIT;
}

int
regex_match(struct regex *r, rt_str s, const struct regex_memory *m)
{
    if (!atomic_load_explicit(&r->ready, memory_order_acquire))
        make_ready(r);
    int rc = pcre2_match(r->code, (PCRE2_SPTR)(s.p == NULL ? "" : s.p), s.n, 0, 0, m->match,
                         m->context);
    if (m->limited != NULL && regex_is_limit(rc))
        ++*m->limited;
    return rc;
}

size_t
regex_reaches(const struct regex *r, rt_str s, const struct regex_memory *m)
{
    /* The longest beginning that could still become a match, by halves: JIT has no partial matches. */
    size_t low = 0, high = s.n;
    while (low < high) {
        size_t middle = low + (high - low + 1) / 2;
        int rc = pcre2_match(r->code, (PCRE2_SPTR)s.p, middle, 0,
                             PCRE2_PARTIAL_HARD | PCRE2_NO_JIT, m->match, m->context);
        if (rc == PCRE2_ERROR_PARTIAL || rc >= 0)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}
