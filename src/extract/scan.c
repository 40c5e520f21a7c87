#include "config.h"

#include "extract/scan.h"

/* What a byte means outside of strings. */
enum { PLAIN, QUOTE, OPEN, CLOSE };
static const uint8_t classes[256] = {
    ['"'] = QUOTE, ['{'] = OPEN, ['['] = OPEN, ['}'] = CLOSE, [']'] = CLOSE,
};

static bool
blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t
skip_blanks(rt_str s, size_t i)
{
    while (i < s.n && blank(s.p[i]))
        i++;
    return i;
}

/* `i` is behind the opening quote; gives the offset of the closing one, or SIZE_MAX. */
static size_t
string_end(rt_str s, size_t i)
{
    size_t begin = i;
    while (i < s.n) {
        const char *q = memchr(s.p + i, '"', s.n - i);
        if (q == NULL)
            return SIZE_MAX;
        size_t at = (size_t)(q - s.p), slashes = 0;
        while (at - slashes > begin && s.p[at - slashes - 1] == '\\')
            slashes++;
        if (slashes % 2 == 0)
            return at;
        i = at + 1;
    }
    return SIZE_MAX;
}

/* `i` is at the bracket; gives the offset behind its partner, or SIZE_MAX. */
static size_t
nested_end(rt_str s, size_t i, unsigned most)
{
    unsigned depth = 0;
    while (i < s.n) {
        switch (classes[(unsigned char)s.p[i]]) {
        case PLAIN: i++; break;
        case QUOTE:
            i = string_end(s, i + 1);
            if (i == SIZE_MAX)
                return SIZE_MAX;
            i++;
            break;
        case OPEN:
            if (++depth > most)
                return SIZE_MAX;
            i++;
            break;
        default:
            i++;
            if (--depth == 0)
                return i;
            break;
        }
    }
    return SIZE_MAX;
}

static const bool ends_word[256] = {
    [','] = true, ['}'] = true, [']'] = true,  [':'] = true,
    [' '] = true, ['\t'] = true, ['\n'] = true, ['\r'] = true,
};

static bool
holds_escape(rt_str s)
{
    return s.n > 0 && memchr(s.p, '\\', s.n) != NULL;
}

/* scan_value() that leaves `escaped` open: most values are not wanted. */
static bool
scan_raw(rt_str s, size_t *at, unsigned depth, struct scan_value *out)
{
    size_t i = skip_blanks(s, *at), end = 0;
    if (i >= s.n)
        return false;
    char c = s.p[i];
    switch (classes[(unsigned char)c]) {
    case QUOTE:
        end = string_end(s, i + 1);
        if (end == SIZE_MAX)
            return false;
        out->type = SCAN_STRING;
        out->text = (rt_str){s.p + i + 1, end - i - 1};
        *at = end + 1;
        return true;
    case OPEN:
        end = nested_end(s, i, depth);
        if (end == SIZE_MAX)
            return false;
        out->type = c == '{' ? SCAN_OBJECT : SCAN_ARRAY;
        break;
    case CLOSE: return false;
    default:
        end = i;
        while (end < s.n && !ends_word[(unsigned char)s.p[end]])
            end++;
        if (end == i)
            return false;
        out->type = (c >= '0' && c <= '9') || c == '-' ? SCAN_NUMBER : SCAN_WORD;
        break;
    }
    out->text = (rt_str){s.p + i, end - i};
    *at = end;
    return true;
}

/* scan_raw() of what most values are. */
static inline bool
scan_string(rt_str s, size_t *at, struct scan_value *out)
{
    size_t i = *at + 1;
    const char *q = i < s.n && s.p[i - 1] == '"' ? memchr(s.p + i, '"', s.n - i) : NULL;
    if (q == NULL || q[-1] == '\\')
        return false;
    out->type = SCAN_STRING;
    out->text = (rt_str){s.p + i, (size_t)(q - s.p) - i};
    *at = (size_t)(q - s.p) + 1;
    return true;
}

bool
scan_value(rt_str s, size_t *at, unsigned depth, struct scan_value *out)
{
    out->escaped = false;
    if (!scan_raw(s, at, depth, out))
        return false;
    out->escaped = out->type == SCAN_STRING && holds_escape(out->text);
    return true;
}

/* The next key of an object (empty for an array), up to the value. 1, 0 at the end, -1: broken. */
static int
next_key(rt_str object, size_t *at, rt_str *key)
{
    size_t i = *at;
    bool is_object = object.n > 0 && object.p[0] == '{';
    /* The usual look, ,"key": without blanks or escapes, in one go. */
    if (is_object && i + 1 < object.n && (i == 0 || object.p[i] == ',') && object.p[i + 1] == '"') {
        size_t begin = i + 2, end = begin;
        while (end < object.n && object.p[end] != '"' && object.p[end] != '\\')
            end++;
        if (end + 1 < object.n && object.p[end] == '"' && object.p[end + 1] == ':') {
            *key = (rt_str){object.p + begin, end - begin};
            *at = end + 2;
            return 1;
        }
    }
    if (i == 0)
        i = 1;
    else if ((i = skip_blanks(object, i)) < object.n && object.p[i] == ',')
        i++;
    i = skip_blanks(object, i);
    if (i >= object.n)
        return -1;
    if (object.p[i] == '}' || object.p[i] == ']')
        return 0;
    *key = RT_NONE;
    if (is_object) {
        if (object.p[i] != '"')
            return -1;
        size_t end = string_end(object, i + 1);
        if (end == SIZE_MAX)
            return -1;
        *key = (rt_str){object.p + i + 1, end - i - 1};
        i = skip_blanks(object, end + 1);
        if (i >= object.n || object.p[i] != ':')
            return -1;
        i++;
    }
    *at = i;
    return 1;
}

int
scan_member(rt_str object, size_t *at, unsigned depth, rt_str *key, struct scan_value *value)
{
    size_t i = *at;
    int got = next_key(object, &i, key);
    if (got != 1)
        return got;
    if (!scan_value(object, &i, depth, value))
        return -1;
    *at = i;
    return 1;
}

struct scan_value
scan_get(rt_str object, const char *name)
{
    struct scan_value value;
    rt_str key;
    size_t at = 0;
    while (object.n > 0 && object.p[0] == '{' && scan_member(object, &at, 64, &key, &value) == 1)
        if (rt_str_is(key, name))
            return value;
    return (struct scan_value){SCAN_NONE, RT_NONE, false};
}

/* ---- strings ---- */

static int
hex4(rt_str s, size_t i)
{
    int value = 0;
    if (s.n < 4 || i > s.n - 4)
        return -1;
    for (size_t k = 0; k < 4; k++) {
        char c = s.p[i + k];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

static char *
put_utf8(char *o, uint32_t cp)
{
    if (cp < 0x80) {
        *o++ = (char)cp;
    } else if (cp < 0x800) {
        *o++ = (char)(0xc0 | cp >> 6);
        *o++ = (char)(0x80 | (cp & 0x3f));
    } else if (cp < 0x10000) {
        *o++ = (char)(0xe0 | cp >> 12);
        *o++ = (char)(0x80 | (cp >> 6 & 0x3f));
        *o++ = (char)(0x80 | (cp & 0x3f));
    } else {
        *o++ = (char)(0xf0 | cp >> 18);
        *o++ = (char)(0x80 | (cp >> 12 & 0x3f));
        *o++ = (char)(0x80 | (cp >> 6 & 0x3f));
        *o++ = (char)(0x80 | (cp & 0x3f));
    }
    return o;
}

/* \uXXXX at `*i` (behind the u), a pair of surrogates included. */
static uint32_t
unicode(rt_str s, size_t *i)
{
    int high = hex4(s, *i);
    if (high < 0)
        return 0xfffd;
    *i += 4;
    if (high < 0xd800 || high > 0xdfff)
        return (uint32_t)high;
    int low = high < 0xdc00 && *i + 1 < s.n && s.p[*i] == '\\' && s.p[*i + 1] == 'u' ? hex4(s, *i + 2) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return 0xfffd;
    *i += 6;
    return 0x10000u + (((uint32_t)high - 0xd800u) << 10) + ((uint32_t)low - 0xdc00u);
}

int
scan_unescape(rt_str s, struct rt_buf *out)
{
    /* At worst two bytes, a \u without its digits, stand for three. */
    char *begin = rt_buf_room(out, s.n + s.n / 2 + 3), *o = begin;
    if (begin == NULL)
        return -1;
    size_t i = 0;
    while (i < s.n) {
        const char *slash = memchr(s.p + i, '\\', s.n - i);
        size_t plain = slash == NULL ? s.n - i : (size_t)(slash - s.p) - i;
        memcpy(o, s.p + i, plain);
        o += plain;
        i += plain;
        if (i + 1 >= s.n)
            break;
        char c = s.p[i + 1];
        i += 2;
        switch (c) {
        case 'n': *o++ = '\n'; break;
        case 't': *o++ = '\t'; break;
        case 'r': *o++ = '\r'; break;
        case 'b': *o++ = '\b'; break;
        case 'f': *o++ = '\f'; break;
        case 'u': o = put_utf8(o, unicode(s, &i)); break;
        default: *o++ = c; break;
        }
    }
    out->n += (size_t)(o - begin);
    return 0;
}

/* ---- plan ---- */

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
    return key.n == 0 ? 0 : (key.n * 7 + (unsigned char)key.p[0] + 3u * (unsigned char)key.p[key.n - 1]) % BUCKETS;
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

/* The next key that `n` may know, as next_key(). `*step` is what is remembered of it, or NULL. */
static int
next_child(const struct plan_node *n, unsigned number, rt_str object, size_t *at, const struct plan_node **child,
           struct shape_step **step)
{
    size_t before = *at;
    rt_str key;
    *step = n->shape != NULL && number < SHAPE_STEPS ? &n->shape->steps[number] : NULL;
    if (*step != NULL && step_fits(*step, object.p + before, object.n - before)) {
        *child = (*step)->child;
        *at = before + (*step)->n;
        return 1;
    }
    int got = next_key(object, at, &key);
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
win(const struct plan_run *run, const struct plan_node *c, rt_str object, size_t *at, struct scan_value *value)
{
    struct scan_hint *h = run->hint;
    if (h == NULL || h->expected.n == 0 || c->slot != (int)h->value_slot)
        return false;
    size_t i = skip_blanks(object, *at);
    if (object.n - i < h->expected.n || memcmp(object.p + i, h->expected.p, h->expected.n) != 0)
        return false;
    *value = (struct scan_value){SCAN_OBJECT, {object.p + i, h->expected.n}, false};
    *at = i + h->expected.n;
    h->won = true;
    return true;
}

static void
fill(struct plan_run *run, const struct plan_node *c, const struct scan_value *value)
{
    if (value->type == SCAN_WORD && value->text.p[0] == 'n')
        return; /* null is nothing */
    bool compound = value->type == SCAN_OBJECT || value->type == SCAN_ARRAY;
    if (c->slot >= 0 && !(compound && c->scalar) && (run->values[c->slot].type == SCAN_NONE || c->rank < run->ranks[c->slot])) {
        run->values[c->slot] = *value;
        run->ranks[c->slot] = c->rank;
        if (run->hint != NULL && c->slot == (int)run->hint->key_slot) {
            run->hint->expected = run->hint->expect(run->hint->arg, value);
            run->hint->won = false; /* a bet on another key */
        }
    }
    if (c->second >= 0 && run->values[c->second].type == SCAN_NONE)
        run->values[c->second] = *value;
}

static size_t
run_node(const struct plan_node *n, rt_str object, struct plan_run *run)
{
    const struct plan_node *c = NULL;
    struct shape_step *step = NULL;
    struct scan_value value;
    size_t at = 0, before = 0;
    int got = 0;
    for (unsigned number = 0; (got = next_child(n, number, object, &at, &c, &step)) == 1; number++, before = at) {
        if (step != NULL && step->whole)
            continue;
        bool won = c != NULL && win(run, c, object, &at, &value);
        if (!won && !scan_string(object, &at, &value) && !scan_raw(object, &at, run->depth, &value))
            return 0;
        if (c == NULL) {
            learn_value(step, (rt_str){object.p + before, at - before}, &value);
            continue;
        }
        value.escaped = value.type == SCAN_STRING && holds_escape(value.text);
        fill(run, c, &value);
        if (c->children != NULL && value.type == SCAN_OBJECT && !won)
            run_node(c, value.text, run);
    }
    if (got < 0)
        return 0;
    at = skip_blanks(object, at);
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
    size_t at = skip_blanks(text, 0);
    if (at >= text.n || text.p[at] != '{')
        return 0;
    size_t n = run_node(&p->root, rt_str_from(text, at), &run);
    return n == 0 ? 0 : at + n;
}
