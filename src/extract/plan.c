/*
 * plan.c - one walk over an object for all that a format asks for.
 */
#include "config.h"

#include "extract/plan.h"

enum { BUCKETS = 32 };
struct plan_node {
    rt_str key;
    struct plan_node **children, *next; /* by bucket of the key; NULL: a leaf */
    int slot, second;                   /* -1: inner only; a key may fill two slots */
    bool scalar;                        /* no object or array fills the slot */
    unsigned rank;
    struct shape *shape; /* of the objects met last; NULL: not remembered */
};
struct scan_plan {
    struct rt_arena *arena;
    struct plan_node root;
    unsigned ranks;
};

/* One logger writes one order of keys: what stood before the n-th value of the last object, as in
 * ,"status": most likely stands there again. Comparing it costs less than finding the key's end and
 * looking it up. A string that nobody asks for, as in ,"level":"info" is part of it while it stays
 * the same. */
enum { STEP_WORDS = 4, STEP_BYTES = STEP_WORDS * 8, SHAPE_STEPS = 32 };
struct shape_step {
    uint64_t words[STEP_WORDS], last_mask; /* the last word counts as far as the mask says */
    unsigned count, n;                     /* words, bytes; 0: unknown */
    const struct plan_node *child;         /* that the key means; NULL: none */
    bool whole;                            /* the value is among the bytes */
    bool varies;                           /* the value was another one before */
};
struct shape {
    struct shape_step steps[SHAPE_STEPS];
};

static size_t
bucket_of(rt_str key)
{
    return key.n == 0
               ? 0
               : (key.n * 7 + (unsigned char)key.p[0] + 3u * (unsigned char)key.p[key.n - 1]) %
                     BUCKETS;
}

struct scan_plan *
scan_plan_new(struct rt_arena *a)
{
    struct scan_plan *p = rt_arena_alloc(a, sizeof(*p));
    if (p != NULL)
        *p = (struct scan_plan){.arena = a, .root = {.slot = -1, .second = -1}};
    return p;
}

static struct plan_node *
child_of(const struct plan_node *n, rt_str key)
{
    if (n->children == NULL)
        return NULL;
    for (struct plan_node *c = n->children[bucket_of(key)]; c != NULL; c = c->next)
        if (rt_str_eq(c->key, key))
            return c;
    return NULL;
}

static struct plan_node *
add_child(struct scan_plan *p, struct plan_node *n, rt_str key)
{
    if (n->children == NULL)
        n->children = rt_arena_array(p->arena, BUCKETS, sizeof(struct plan_node *));
    struct plan_node *c = n->children == NULL ? NULL : rt_arena_alloc(p->arena, sizeof(*c));
    if (c == NULL)
        return NULL;
    struct plan_node **bucket = &n->children[bucket_of(key)];
    *c = (struct plan_node){.key = key, .slot = -1, .second = -1, .next = *bucket};
    *bucket = c;
    return c;
}

int
scan_plan_add(struct scan_plan *p, const struct format_path *path, unsigned slot, bool scalar)
{
    struct plan_node *n = &p->root;
    for (size_t i = 0; i < path->count; i++) {
        struct plan_node *c = child_of(n, path->segments[i]);
        if (c == NULL && (c = add_child(p, n, path->segments[i])) == NULL)
            return -1;
        n = c;
    }
    if (n->slot < 0) {
        n->slot = (int)slot;
        n->scalar = scalar;
        n->rank = p->ranks++;
    } else if (n->slot != (int)slot && n->second < 0) {
        n->second = (int)slot;
    }
    return 0;
}

int
scan_plan_learn(struct scan_plan *p)
{
    p->root.shape = rt_arena_alloc(p->arena, sizeof(*p->root.shape));
    return p->root.shape == NULL ? -1 : 0;
}

static bool
step_fits(const struct shape_step *step, const char *p, size_t room)
{
    uint64_t word = 0;
    if (step->n == 0 || room < STEP_BYTES)
        return false;
    for (unsigned i = 0; i + 1 < step->count; i++) {
        memcpy(&word, p + 8 * i, 8);
        if (word != step->words[i])
            return false;
    }
    memcpy(&word, p + 8 * (step->count - 1), 8);
    return ((word ^ step->words[step->count - 1]) & step->last_mask) == 0;
}

static void
step_learn(struct shape_step *step, rt_str text, const struct plan_node *child)
{
    char bytes[STEP_BYTES] = {0}, mask[8] = {0};
    step->n = 0;
    step->whole = false;
    if (text.n == 0 || text.n > STEP_BYTES)
        return;
    memcpy(bytes, text.p, text.n);
    memcpy(step->words, bytes, STEP_BYTES);
    memset(mask, 0xff, (text.n - 1) % 8 + 1);
    memcpy(&step->last_mask, mask, sizeof(mask));
    step->count = (unsigned)(text.n + 7) / 8;
    step->n = (unsigned)text.n;
    step->child = child;
}

/* The next key that `n` may know, as scan_key(). `*step` is what is remembered of it, or NULL. */
static int
next_child(const struct plan_node *n, unsigned number, rt_str object, size_t *at,
           const struct plan_node **child, struct shape_step **step)
{
    size_t before = *at;
    rt_str key;
    *step = n->shape != NULL && number < SHAPE_STEPS ? &n->shape->steps[number] : NULL;
    if (*step != NULL && step_fits(*step, object.p + before, object.n - before)) {
        *child = (*step)->child;
        *at = before + (*step)->n;
        return 1;
    }
    int got = scan_key(object, at, &key);
    if (got != 1)
        return got;
    *child = child_of(n, key);
    if (*step != NULL) {
        (*step)->varies |= (*step)->whole;
        step_learn(*step, (rt_str){object.p + before, *at - before}, *child);
    }
    return 1;
}

/* A value of no interest: `text` is key and value. */
static void
learn_value(struct shape_step *step, rt_str text, const struct scan_value *value)
{
    if (step == NULL || step->varies || value->type != SCAN_STRING)
        return;
    step_learn(step, text, NULL);
    step->whole = step->n > 0;
    step->varies = step->n == 0; /* too long to be remembered; its key is learnt again */
}

struct plan_run {
    struct scan_value *values;
    unsigned ranks[64]; /* of what stands in values */
    unsigned depth;
    struct scan_hint *hint;
};

/* The bet is won when the expected bytes are there; a bracket ends them, so nothing can follow. */
static bool
win(const struct plan_run *run, const struct plan_node *c, rt_str object, size_t *at,
    struct scan_value *value)
{
    struct scan_hint *h = run->hint;
    if (h == NULL || h->expected.n == 0 || c->slot != (int)h->value_slot)
        return false;
    size_t i = scan_blanks(object, *at);
    if (object.n - i < h->expected.n || memcmp(object.p + i, h->expected.p, h->expected.n) != 0)
        return false;
    *value = (struct scan_value){SCAN_OBJECT, {object.p + i, h->expected.n}, false};
    *at = i + h->expected.n;
    h->won = true;
    return true;
}

/* Where the value of a child is read to: at once where it belongs, if nothing stands there. A value that was just
 * written member by member is not copied as a whole without waiting for these writes. */
static struct scan_value *
place_of(struct plan_run *run, const struct plan_node *c, struct scan_value *spare)
{
    bool empty = c != NULL && c->slot >= 0 && run->values[c->slot].type == SCAN_NONE;
    return empty ? &run->values[c->slot] : spare;
}

static void
fill(struct plan_run *run, const struct plan_node *c, struct scan_value *value)
{
    struct scan_value *place = c->slot < 0 ? NULL : &run->values[c->slot];
    bool null = value->type == SCAN_WORD && value->text.p[0] == 'n'; /* which is nothing */
    bool compound = value->type == SCAN_OBJECT || value->type == SCAN_ARRAY;
    bool taken = place != NULL && !null && !(compound && c->scalar) &&
                 (place == value || place->type == SCAN_NONE || c->rank < run->ranks[c->slot]);
    if (taken) {
        if (place != value)
            *place = *value;
        run->ranks[c->slot] = c->rank;
        if (run->hint != NULL && c->slot == (int)run->hint->key_slot) {
            run->hint->expected = run->hint->expect(run->hint->arg, value);
            run->hint->won = false; /* a bet on another key */
        }
    }
    if (!null && c->second >= 0 && run->values[c->second].type == SCAN_NONE)
        run->values[c->second] = *value;
    if (!taken && place == value)
        place->type = SCAN_NONE;
}

static size_t
run_node(const struct plan_node *n, rt_str object, struct plan_run *run)
{
    const struct plan_node *c = NULL;
    struct shape_step *step = NULL;
    struct scan_value spare;
    size_t at = 0, before = 0;
    int got = 0;
    for (unsigned number = 0; (got = next_child(n, number, object, &at, &c, &step)) == 1;
         number++, before = at) {
        if (step != NULL && step->whole)
            continue;
        struct scan_value *value = place_of(run, c, &spare);
        bool won = c != NULL && win(run, c, object, &at, value);
        if (!won && !scan_string(object, &at, value) &&
            !scan_raw(object, &at, run->depth, value)) {
            value->type = SCAN_NONE;
            return 0;
        }
        if (c == NULL) {
            learn_value(step, (rt_str){object.p + before, at - before}, value);
            continue;
        }
        bool deeper = c->children != NULL && value->type == SCAN_OBJECT && !won;
        rt_str inside = value->text;
        value->escaped = value->type == SCAN_STRING && scan_escaped(inside);
        fill(run, c, value);
        if (deeper)
            run_node(c, inside, run);
    }
    if (got < 0)
        return 0;
    at = scan_blanks(object, at);
    while (at < object.n && object.p[at] != '}')
        at++;
    return at < object.n ? at + 1 : 0;
}

size_t
scan_plan_run(const struct scan_plan *p, rt_str text, unsigned depth, struct scan_hint *hint,
              struct scan_value *values, unsigned slots)
{
    struct plan_run run;
    run.values = values; /* ranks are read only where a value stands */
    run.depth = depth;
    run.hint = hint;
    for (unsigned i = 0; i < slots; i++)
        values[i].type = SCAN_NONE;
    size_t at = scan_blanks(text, 0);
    if (at >= text.n || text.p[at] != '{')
        return 0;
    size_t n = run_node(&p->root, rt_str_from(text, at), &run);
    return n == 0 ? 0 : at + n;
}
