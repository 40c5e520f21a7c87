/*
 * join.c - request and answer, tied by request id.
 *
 *   by_id["r-17"] -> set -> half -> half      halves of one id, in order of arrival
 *   oldest -> ... -> newest                   all halves, in order of arrival
 *
 * Invariant: inside a set no request has an answer of its own input beside it.
 */
#include "config.h"

#include "session/join.h"

#include "base/alloc.h"

/* Halves of one id; more of them mean that it is no id. */
enum { SET_MAX = 64 };

struct half_set;
struct half {
    struct half *older, *newer; /* of all */
    struct half *next;          /* of the set */
    struct half_set *set;
    struct event *e;
    struct rt_arena arena;
};
struct half_set {
    rt_str id;
    struct half *first;
    size_t count;
    char text[];
};

void
join_init(struct join *j, size_t max, struct join_sink sink)
{
    *j = (struct join){.max = max == 0 ? 1 : max, .sink = sink};
    rt_map_init(&j->by_id);
}

static void
half_free(struct half *h)
{
    rt_arena_fini(&h->arena);
    rt_free(h);
}

void
join_fini(struct join *j)
{
    struct rt_map_slot *s;
    for (size_t i = 0; (s = rt_map_next(&j->by_id, &i)) != NULL;)
        rt_free(s->value);
    for (struct half *h = j->oldest, *newer = NULL; h != NULL; h = newer) {
        newer = h->newer;
        half_free(h);
    }
    rt_map_fini(&j->by_id);
    *j = (struct join){0};
}

static struct half_set *
set_of(struct join *j, rt_str id)
{
    struct half_set *set = rt_map_get(&j->by_id, id);
    if (set != NULL || (set = rt_malloc(sizeof(*set) + id.n)) == NULL)
        return set;
    memcpy(set->text, id.p, id.n);
    set->id = (rt_str){set->text, id.n};
    set->first = NULL;
    set->count = 0;
    if (rt_map_put(&j->by_id, set->id, set) == 0)
        return set;
    rt_free(set);
    return NULL;
}

static void
set_tidy(struct join *j, struct half_set *set)
{
    if (set->count > 0)
        return;
    rt_map_del(&j->by_id, set->id);
    rt_free(set);
}

/* Takes `h` out of all lists. */
static void
detach(struct join *j, struct half *h)
{
    struct half **at = &h->set->first;
    while (*at != h)
        at = &(*at)->next;
    *at = h->next;
    h->set->count--;
    *(h->older != NULL ? &h->older->newer : &j->oldest) = h->newer;
    *(h->newer != NULL ? &h->newer->older : &j->newest) = h->older;
    j->count--;
    set_tidy(j, h->set);
}

static int
attach(struct join *j, const struct event *e)
{
    struct half *h = rt_calloc(1, sizeof(*h));
    if (h == NULL)
        return -1;
    rt_arena_init(&h->arena, 512, 0);
    h->e = event_copy(&h->arena, e, NULL);
    h->set = h->e == NULL ? NULL : set_of(j, h->e->join);
    if (h->set == NULL) {
        half_free(h);
        return -1;
    }
    struct half **at = &h->set->first;
    while (*at != NULL)
        at = &(*at)->next;
    *at = h;
    h->set->count++;
    h->older = j->newest;
    *(j->newest != NULL ? &j->newest->newer : &j->oldest) = h;
    j->newest = h;
    j->count++;
    return 0;
}

/* ---- one event of two ---- */

static void
fill(rt_str *to, rt_str from)
{
    if (to->n == 0)
        *to = from;
}

static void
take_answer(struct event *e, const struct event *answer)
{
    e->half = e->is_answer = false;
    e->answer_line = answer->line;
    e->end = answer->end != RT_TIME_NONE ? answer->end : answer->begin;
    e->begin = e->begin == RT_TIME_NONE ? answer->begin : e->begin;
    e->last = e->begin;
    e->kind = e->kind == KIND_ANSWER || e->kind == KIND_NONE ? answer->kind : e->kind;
    e->outcome = answer->outcome;
    e->http = answer->http;
    e->code = answer->code;
    e->status = answer->status;
    fill(&e->reason, answer->reason);
    fill(&e->error, answer->error);
    fill(&e->rid, answer->rid);
    fill(&e->sid, answer->sid);
    fill(&e->app_id, answer->app_id);
    fill(&e->cname, answer->cname);
    fill(&e->uid, answer->uid);
    fill(&e->mode, answer->mode);
    fill(&e->method, answer->method);
    fill(&e->host, answer->host);
}

static int
take_values(struct event *e, const struct event *answer, struct rt_arena *a)
{
    for (uint32_t i = 0; i < answer->value_count; i++) {
        const struct event_value *v = &answer->values[i];
        /* Both lines tend to carry some, the request id above all. */
        const struct event_value *own = event_get(e, v->field);
        if (own != NULL && own->is_text == v->is_text && own->num == v->num &&
            rt_str_eq(own->text, v->text))
            continue;
        if (event_add(a, e, v) < 0)
            return -1;
    }
    return 0;
}

static int
pass_whole(struct join *j, const struct event *request, const struct event *answer,
           struct rt_err *err)
{
    struct rt_arena scratch;
    rt_arena_init(&scratch, 1024, 0);
    struct event e = *request;
    take_answer(&e, answer);
    int rc = take_values(&e, answer, &scratch);
    if (rc < 0)
        rt_fail_mem(err);
    e.plain = e.kind == KIND_QUERY && e.value_count == 0;
    /* The id has served; without it equal polls are equal. */
    if (e.plain)
        e.join = RT_NONE;
    rc = rc < 0 ? -1 : j->sink.event(j->sink.arg, &e, err);
    rt_arena_fini(&scratch);
    return rc;
}

static int
pass_pair(struct join *j, const struct event *a, const struct event *b, struct rt_err *err)
{
    return a->is_answer ? pass_whole(j, b, a, err) : pass_whole(j, a, b, err);
}

/* ---- who belongs to whom ---- */

/* Whether `a` fits `e` better than `b` does: the nearest on the right side, an answer stands
 * behind its request. */
static bool
nearer(const struct event *e, const struct event *a, const struct event *b)
{
    bool a_right = e->is_answer ? a->line <= e->line : a->line >= e->line;
    bool b_right = e->is_answer ? b->line <= e->line : b->line >= e->line;
    if (a_right != b_right)
        return a_right;
    return a_right == e->is_answer ? a->line > b->line : a->line < b->line;
}

static struct half *
other_half(const struct half_set *set, const struct event *e)
{
    struct half *best = NULL;
    for (struct half *h = set->first; h != NULL; h = h->next)
        if (h->e->is_answer != e->is_answer && h->e->input == e->input &&
            (best == NULL || nearer(e, h->e, best->e)))
            best = h;
    return best;
}

/* The first of the requests, or of the answers, of a set. */
static struct half *
first_of(const struct half_set *set, bool is_answer)
{
    struct half *best = NULL;
    for (struct half *h = set->first; h != NULL; h = h->next)
        if (h->e->is_answer == is_answer && (best == NULL || event_compare(h->e, best->e) < 0))
            best = h;
    return best;
}

/* Lets go of one half of the set, or of two that fit across inputs. */
static int
release_from(struct join *j, struct half_set *set, struct half *alone, struct rt_err *err)
{
    struct half *request = first_of(set, false), *answer = first_of(set, true);
    if (request == NULL || answer == NULL) {
        detach(j, alone);
        int rc = j->sink.event(j->sink.arg, alone->e, err);
        half_free(alone);
        return rc;
    }
    detach(j, request);
    detach(j, answer);
    int rc = pass_whole(j, request->e, answer->e, err);
    half_free(request);
    half_free(answer);
    return rc;
}

int
join_release(struct join *j, rt_time clock, struct rt_err *err)
{
    while (j->oldest != NULL) {
        struct half *h = j->oldest;
        if (clock != RT_TIME_NONE && (h->e->begin == RT_TIME_NONE || h->e->begin >= clock))
            return 0;
        if (release_from(j, h->set, h, err) < 0)
            return -1;
    }
    return 0;
}

int
join_feed(struct join *j, const struct event *half, struct rt_err *err)
{
    struct half_set *set = rt_map_get(&j->by_id, half->join);
    struct half *other = set == NULL ? NULL : other_half(set, half);
    if (other != NULL) {
        detach(j, other);
        int rc = pass_pair(j, other->e, half, err);
        half_free(other);
        return rc;
    }
    if (set != NULL && set->count >= SET_MAX && release_from(j, set, set->first, err) < 0)
        return -1;
    if (j->count >= j->max && release_from(j, j->oldest->set, j->oldest, err) < 0)
        return -1;
    return attach(j, half) < 0 ? rt_fail_mem(err) : 0;
}
