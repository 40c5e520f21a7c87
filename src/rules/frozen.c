#include "config.h"

#include "rules/frozen.h"

#include <assert.h>

enum { QUOTED = 4, LITERAL = 8, FOLDED = 16, TYPE = 3 };

static void
put_number(size_t n, struct rt_buf *out)
{
    while (n >= 0x80) {
        rt_buf_add(out, (rt_str){&(char){(char)(0x80 | (n & 0x7f))}, 1});
        n >>= 7;
    }
    rt_buf_add(out, (rt_str){&(char){(char)n}, 1});
}

/* Of a map: a key and its value by turns. */
static bool
folds(const struct yaml_node *n, size_t i)
{
    return n->type == YAML_MAP && i % 2 == 1 && rt_str_is(n->items[i - 1]->text, "tests");
}

static void
fold(const struct yaml_node *n, struct rt_buf *out)
{
    struct rt_buf inside;
    rt_buf_init(&inside, SIZE_MAX);
    frozen_write(n, &inside);
    put_number(FOLDED, out);
    put_number(inside.n, out);
    rt_buf_add(out, rt_buf_str(&inside));
    out->failed |= inside.failed;
    rt_buf_fini(&inside);
}

void
frozen_write(const struct yaml_node *n, struct rt_buf *out)
{
    put_number((unsigned)n->type | (n->quoted ? QUOTED : 0u) | (n->literal ? LITERAL : 0u),
               out);
    put_number(n->line, out);
    put_number(n->col, out);
    if (n->type == YAML_SCALAR) {
        put_number(n->text.n, out);
        rt_buf_add(out, n->text);
        return;
    }
    put_number(n->count, out);
    for (size_t i = 0; i < n->count; i++)
        (folds(n, i) ? fold : frozen_write)(n->items[i], out);
}

struct cursor {
    const char *p, *end;
    bool untested;
    struct rt_arena *arena;
};

static size_t
number(struct cursor *c)
{
    size_t n = 0;
    unsigned shift = 0;
    while (c->p < c->end && (*c->p & 0x80) != 0) {
        n |= (size_t)(*c->p++ & 0x7f) << shift;
        shift += 7;
    }
    assert(c->p < c->end && shift < 56);
    return n | (size_t)*c->p++ << shift;
}

static struct yaml_node *
read_node(struct cursor *c)
{
    size_t kind = number(c), bytes = kind == FOLDED ? number(c) : 0;
    assert(bytes <= (size_t)(c->end - c->p));
    if (kind == FOLDED && !c->untested)
        return read_node(c);
    struct yaml_node *n = rt_arena_alloc(c->arena, sizeof(*n));
    if (n == NULL)
        return NULL;
    if (kind == FOLDED) {
        n->type = YAML_LIST;
        c->p += bytes;
        return n;
    }
    n->type = (enum yaml_type)(kind & TYPE);
    n->quoted = (kind & QUOTED) != 0;
    n->literal = (kind & LITERAL) != 0;
    n->line = (uint32_t)number(c);
    n->col = (uint32_t)number(c);
    size_t count = number(c);
    assert(count <= (size_t)(c->end - c->p)); /* bytes of text, or items of at least one */
    if (n->type == YAML_SCALAR) {
        n->text = (rt_str){c->p, count};
        c->p += count;
        return n;
    }
    n->count = n->cap = count;
    n->items = rt_arena_array(c->arena, count == 0 ? 1 : count, sizeof(struct yaml_node *));
    for (size_t i = 0; n->items != NULL && i < count; i++)
        if ((n->items[i] = read_node(c)) == NULL)
            return NULL;
    return n->items == NULL ? NULL : n;
}

struct yaml_node *
frozen_read(rt_str bytes, bool untested, struct rt_arena *a)
{
    struct cursor c = {bytes.p, bytes.p + bytes.n, untested, a};
    struct yaml_node *root = read_node(&c);
    assert(root == NULL || c.p == c.end);
    return root;
}
