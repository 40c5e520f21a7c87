/*
 * bodies.c - what the bodies of a session's requests are to each other: what start announced in acquire
 * and then sent, how long a page may be recorded against how long it can be controlled, and what of a
 * layout the next one leaves out.
 *
 * Only bodies that are in the log are compared.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "event/leaf.h"
#include "session/draft.h"

enum { PATH_MOST = 300, LAYOUT_MOST = 16 };

struct bodies {
    struct session *s;
    const struct terms *terms;
    const struct event *acquire; /* the last one whose body is known */
    rt_str layout[LAYOUT_MOST];  /* what the layout in force sets */
    size_t set;
    bool known; /* a layout is in force whose body is known */
};

static int
put_text(struct bodies *b, struct event *e, uint16_t field, rt_str s)
{
    return event_add(&b->s->arena, e,
                     &(struct event_value){.field = field, .is_text = 1, .text = s});
}

static int
put_number(struct bodies *b, struct event *e, uint16_t field, int64_t n)
{
    return event_add(&b->s->arena, e, &(struct event_value){.field = field, .num = n});
}

/* ---- hours ---- */

static int
tell_hours(struct bodies *b, struct event *e)
{
    int64_t most = 0, control = 0;
    if (b->acquire == NULL || !event_num(e, FIELD_MAX_HOURS, &most))
        return 0;
    if (!event_num(b->acquire, FIELD_EXPIRED_HOUR, &control))
        control = b->terms->control == RT_DUR_NONE ? INT64_MAX : b->terms->control / RT_HOUR;
    if (control <= 0 || most <= control)
        return 0;
    if (put_number(b, e, FIELD_HOURS_OVER, most - control) < 0)
        return -1;
    return put_number(b, e, FIELD_CONTROL_HOURS, control);
}

/* ---- what was announced ---- */

struct leaf_list {
    const unsigned char *p; /* need not be aligned */
    size_t n;
};

static bool
leaves_of(const struct event *e, struct leaf_list *out)
{
    const struct event_value *v = event_get(e, FIELD_LEAVES);
    if (v == NULL)
        return false;
    *out =
        (struct leaf_list){(const unsigned char *)v->text.p, v->text.n / sizeof(struct leaf)};
    return true;
}

static struct leaf
leaf_at(const struct leaf_list *l, size_t i)
{
    struct leaf leaf;
    memcpy(&leaf, l->p + i * sizeof(leaf), sizeof(leaf));
    return leaf;
}

static int
compare_places(const struct leaf *a, const struct leaf *b)
{
    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    return (a->item > b->item) - (a->item < b->item);
}

static size_t
put_path(const struct rule_set *set, uint32_t node, uint32_t item, char *out)
{
    const struct parameter_node *n = &set->nodes.v[node];
    bool list = rt_str_is(n->name, "[]");
    size_t at = n->parent == 0 ? 0 : put_path(set, n->parent, list ? item >> 16 : item, out);
    int more = 0;
    if (at >= PATH_MOST - 1)
        return at;
    if (list)
        more = snprintf(out + at, PATH_MOST - at, "[%u]", item & 0xffff);
    else
        more = snprintf(out + at, PATH_MOST - at, "%s%.*s", at > 0 ? "." : "", RT_FMT(n->name));
    return at + (size_t)(more < 0 ? 0 : more);
}

/* A default that only one side writes down makes no difference, as far as anybody knows. */
static bool
may_be_default(const struct bodies *b, const struct leaf *leaf)
{
    const struct parameter_node *n = &b->terms->rules->nodes.v[leaf->node];
    const struct parameter *p =
        leaf->node == 0 ? NULL : parameter_row(b->terms->rules, n, KIND_START, RT_NONE, NULL);
    return leaf->value == LEAF_MASKED || (p != NULL && (p->secret || p->fallback.n > 0));
}

static int
tell_differs(struct bodies *b, struct event *e, const struct leaf *leaf, const char *how)
{
    char path[PATH_MOST] = "a member that no table lists";
    bool ok = true;
    if (leaf->node != 0)
        put_path(b->terms->rules, leaf->node, leaf->item, path);
    rt_str kept = rt_arena_str(&b->s->arena, rt_str_of(path), &ok);
    if (!ok || put_text(b, e, FIELD_ANNOUNCED, RT_LIT("differs")) < 0 ||
        put_text(b, e, FIELD_ANNOUNCED_AT, kept) < 0)
        return -1;
    return put_text(b, e, FIELD_ANNOUNCED_HOW, rt_str_of(how));
}

static int
tell_announced(struct bodies *b, struct event *e)
{
    struct leaf_list was, is;
    size_t i = 0, k = 0;
    if (b->acquire == NULL || !leaves_of(b->acquire, &was) || !leaves_of(e, &is))
        return 0;
    while (i < was.n || k < is.n) {
        struct leaf x = i < was.n ? leaf_at(&was, i) : (struct leaf){UINT32_MAX, UINT32_MAX, 0};
        struct leaf y = k < is.n ? leaf_at(&is, k) : (struct leaf){UINT32_MAX, UINT32_MAX, 0};
        int order = compare_places(&x, &y);
        i += order <= 0;
        k += order >= 0;
        if (order == 0 &&
            (x.value == y.value || x.value == LEAF_MASKED || y.value == LEAF_MASKED))
            continue;
        const struct leaf *one = order <= 0 ? &x : &y;
        if (order != 0 && may_be_default(b, one))
            continue;
        return tell_differs(b, e, one,
                            order == 0  ? "is another value"
                            : order < 0 ? "stands in startParameter only"
                                        : "stands in start only");
    }
    return put_text(b, e, FIELD_ANNOUNCED, RT_LIT("same"));
}

/* The body of acquire, sent once more. */
static int
tell_client(struct bodies *b, struct event *e)
{
    int64_t was = 0, is = 0;
    if (b->acquire == NULL || !event_num(b->acquire, FIELD_CLIENT_PRINT, &was) ||
        !event_num(e, FIELD_CLIENT_PRINT, &is) || was != is)
        return 0;
    return put_text(b, e, FIELD_CLIENT_IS, RT_LIT("acquired"));
}

/* ---- layouts ---- */

static bool
sets(const struct event *e, rt_str name)
{
    for (uint32_t i = 0; i < e->value_count; i++)
        if (e->values[i].field == FIELD_LAYOUT_SETS && rt_str_eq(e->values[i].text, name))
            return true;
    return false;
}

static int
tell_layout(struct bodies *b, struct event *e)
{
    if (!b->known || event_get(e, FIELD_LAYOUT_SETS) == NULL)
        return 0;
    for (size_t i = 0; i < b->set; i++)
        if (!sets(e, b->layout[i]) && put_text(b, e, FIELD_LAYOUT_DROPS, b->layout[i]) < 0)
            return -1;
    return 0;
}

/* Every layout that is accepted replaces all of the one before. */
static void
learn_layout(struct bodies *b, const struct event *e)
{
    if (e->outcome != OUTCOME_OK)
        return;
    b->set = 0;
    b->known = event_get(e, FIELD_LAYOUT_SETS) != NULL;
    for (uint32_t i = 0; i < e->value_count && b->set < LAYOUT_MOST; i++)
        if (e->values[i].field == FIELD_LAYOUT_SETS && !rt_str_is(e->values[i].text, "none"))
            b->layout[b->set++] = e->values[i].text;
}

int
bodies_relate(struct session *s, const struct terms *terms)
{
    struct bodies b = {.s = s, .terms = terms};
    for (size_t i = 0; i < s->event_count; i++) {
        struct event *e = s->events[i];
        if (e->kind == KIND_ACQUIRE && event_get(e, FIELD_START_PARAM) != NULL)
            b.acquire = e;
        if (e->kind == KIND_START &&
            (tell_hours(&b, e) < 0 || tell_announced(&b, e) < 0 || tell_client(&b, e) < 0))
            return -1;
        if (e->kind == KIND_UPDATE_LAYOUT && tell_layout(&b, e) < 0)
            return -1;
        if (e->kind == KIND_START || e->kind == KIND_UPDATE_LAYOUT)
            learn_layout(&b, e);
    }
    return 0;
}
