/*
 * spelling.c - a member of a request that nobody knows: which known one is meant.
 */
#include "config.h"

#include "extract/request.h"

enum { NAME_MOST = 64, NEAR_SHORT = 1, NEAR_LONG = 2, SHORT = 5 };

/* Small letters, without what joins words: max_idle_time and maxIdleTime are one. */
static rt_str
plain(rt_str s, char out[NAME_MOST])
{
    size_t n = 0;
    for (size_t i = 0; i < s.n && n < NAME_MOST; i++) {
        char c = s.p[i];
        if (c == '_' || c == '-')
            continue;
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    }
    return (rt_str){out, n};
}

static bool
is_name(rt_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    return s.n > 0 && s.n < NAME_MOST;
}

struct nearby {
    const struct parameter_node *node; /* NULL: nothing is near */
    unsigned distance;                 /* 0: but for letters' case */
};

/* Among the names of the same object; one that is there as well is not meant. */
static struct nearby
nearest_beside(struct request *q, uint32_t parent, rt_str name)
{
    char a[NAME_MOST], b[NAME_MOST];
    rt_str word = plain(name, a);
    struct nearby best = {NULL, (word.n < SHORT ? NEAR_SHORT : NEAR_LONG) + 1};
    const struct parameter_node *all = q->rules->nodes.v;
    for (uint32_t i = all[parent].child; i != 0; i = all[i].next) {
        if ((all[i].on >> q->kind & 1) == 0 || q->values[i].type != SCAN_NONE)
            continue;
        unsigned d = rt_str_distance(word, plain(all[i].name, b), best.distance);
        if (d < best.distance)
            best = (struct nearby){&all[i], d};
    }
    return best;
}

/* The same name in another object of this call's body. Items of lists have names of their own. */
static const struct parameter_node *
find_elsewhere(const struct request *q, rt_str name)
{
    const struct parameter_node *n, *found = NULL;
    RT_EACH (n, &q->rules->nodes) {
        bool known = (n->on >> q->kind & 1) != 0 && rt_str_eq(n->name, name);
        if (!known || parameter_row(q->rules, n, q->kind, q->mode, NULL) == NULL)
            continue;
        for (uint32_t up = n->parent; up != 0 && known; up = q->rules->nodes.v[up].parent)
            known = !rt_str_is(q->rules->nodes.v[up].name, "[]");
        if (!known)
            continue;
        if (found != NULL)
            return NULL; /* nobody can say which */
        found = n;
    }
    return found;
}

static rt_str
full_name(struct request *q, const struct parameter_node *n)
{
    const struct parameter_node *up = &q->rules->nodes.v[n->parent];
    if (n->parent == 0)
        return n->name;
    rt_str front = full_name(q, up);
    return request_words(q, "%.*s.%.*s", RT_FMT(front), RT_FMT(n->name));
}

static bool
known_to_others(const struct request *q, uint32_t parent, rt_str name)
{
    const struct parameter_node *all = q->rules->nodes.v;
    for (uint32_t i = all[parent].child; i != 0; i = all[i].next)
        if (rt_str_eq(all[i].name, name))
            return true;
    return false;
}

static rt_str
rule_of(const struct request *q, const struct parameter_node *n)
{
    const struct parameter *row =
        n == NULL ? NULL : parameter_row(q->rules, n, q->kind, RT_NONE, NULL);
    return row != NULL && rt_str_is(row->tells, "stop") ? row->tells : RT_LIT("key");
}

void
spelling_check(struct request *q, const struct place *at, uint32_t node)
{
    rt_str name = at->name;
    struct violation v = {.at = at, .of = RT_LIT("key"), .defect = "unknown"};
    if (!is_name(name))
        return;
    struct nearby near = nearest_beside(q, node, name);
    const struct parameter_node *moved = near.node == NULL ? find_elsewhere(q, name) : NULL;
    if (known_to_others(q, node, name)) {
        v.defect = "other-call";
        v.words = RT_LIT("belongs to another call");
    } else if (near.node != NULL) {
        v.defect = near.distance == 0 ? "miscased" : "misspelled";
        v.nearest = near.node->name;
        v.of = rule_of(q, near.node);
        v.words = request_words(q, "(%.*s is meant)", RT_FMT(v.nearest));
    } else if (moved != NULL) {
        v.defect = "misplaced";
        v.nearest = full_name(q, moved);
        v.of = rule_of(q, moved);
        v.words = request_words(q, "(its place is %.*s)", RT_FMT(v.nearest));
    } else {
        v.words = RT_LIT("is known to no manual");
    }
    violation_tell(q, &v);
}
