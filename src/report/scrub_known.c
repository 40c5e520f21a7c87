/*
 * scrub_known.c - the secrets and ids that were seen, and the search for them in what was made.
 */
#include "config.h"

#include <string.h>

#include "report/disguise.h"
#include "report/own_words.h"
#include "report/scrub_parts.h"

enum { WORD_MOST = 11 };

/* A short plain word may follow the name of a secret in prose, and a word of our own documents stands everywhere: these are
 * taken out where they are named, and searched nowhere. */
static bool
searched(rt_str value)
{
    bool plain = true;
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == ' ')
            return false;
        plain &=
            (value.p[i] >= 'a' && value.p[i] <= 'z') || value.p[i] == '_' || value.p[i] == '-';
    }
    return value.n >= SCRUB_SEARCHED_LEAST && value.p[0] != '[' &&
           !(plain && value.n <= WORD_MOST) && !is_own_word(value);
}

void
scrub_remember(struct scrub *s, struct rt_map *in, rt_str value, rt_str put)
{
    bool ok = true;
    if (s->settled || rt_map_get(in, value) != NULL)
        return;
    rt_str *copy = rt_arena_alloc(&s->arena, sizeof(*copy));
    rt_str key = rt_arena_str(&s->arena, value, &ok);
    if (copy != NULL)
        *copy = rt_arena_str(&s->arena, put, &ok);
    if (copy == NULL || !ok || rt_map_put(in, key, copy) < 0)
        s->text.failed = true;
}

/* As it is written here, and what it means without its escapes. */
void
scrub_remember_secret(struct scrub *s, rt_str value, rt_str put)
{
    struct rt_buf b[2];
    if (s->settled)
        return;
    rt_buf_init(&b[0], value.n * 4 + 16);
    rt_buf_init(&b[1], value.n * 4 + 16);
    for (unsigned layer = 0; layer <= DISGUISE_LAYERS; layer++) {
        if (searched(value))
            scrub_remember(s, &s->secrets, value, put);
        rt_str less = disguise_off(value, &b[layer % 2]);
        if (rt_str_eq(less, value))
            break;
        value = less;
    }
    rt_buf_fini(&b[0]);
    rt_buf_fini(&b[1]);
}

/* Few digits, or a plain word, could be anything; only behind a name do they mean an id. */
static bool
stands_alone(rt_str id)
{
    bool digits = true, word = true;
    for (size_t i = 0; i < id.n; i++) {
        digits &= id.p[i] >= '0' && id.p[i] <= '9';
        word &= id.p[i] >= 'a' && id.p[i] <= 'z';
    }
    return !word && id.n >= (digits ? SCRUB_SEARCHED_LEAST : NEEDLE_LEAST) && !is_own_word(id);
}

void
scrub_id(struct scrub *s, rt_str id, const char *as)
{
    if (s->profile != SCRUB_PUBLIC || id.n == 0)
        return;
    rt_str alias = alias_of(s->aliases, id, as);
    if (alias.n == 0)
        s->text.failed = true;
    else if (stands_alone(id))
        scrub_remember(s, &s->ids, id, alias);
}

/* The text, and what no taking off of layers would bring back. */
static int
forbid(struct scrub *s, rt_str text)
{
    int rc = needles_add(&s->forbidden, text, RT_NONE);
    for (unsigned which = 0; which < DISGUISES; which++) {
        bool ok = true;
        struct rt_buf b;
        rt_buf_init(&b, text.n * 4 + 16);
        disguise_put(&b, text, which);
        if (b.n >= SCRUB_SEARCHED_LEAST)
            rc |= needles_add(&s->forbidden, rt_arena_str(&s->arena, rt_buf_str(&b), &ok),
                              RT_NONE);
        rc |= b.failed || !ok ? -1 : 0;
        rt_buf_fini(&b);
    }
    return rc;
}

/* An id is told by its alias in all its spellings. */
static int
know_id(struct scrub *s, rt_str id, rt_str alias)
{
    int rc = needles_add(&s->known, id, alias);
    for (unsigned which = 0; which < SPELLINGS; which++) {
        bool ok = true;
        struct rt_buf b;
        rt_buf_init(&b, id.n * 6 + 16);
        disguise_spell(&b, id, which);
        if (!rt_str_eq(rt_buf_str(&b), id))
            rc |= needles_add(&s->known, rt_arena_str(&s->arena, rt_buf_str(&b), &ok), alias);
        rc |= b.failed || !ok ? -1 : 0;
        rt_buf_fini(&b);
    }
    return id.n >= 2 * NEEDLE_LEAST ? rc | forbid(s, id) : rc;
}

int
scrub_settle(struct scrub *s)
{
    struct rt_map_slot *slot;
    int rc = s->text.failed ? -1 : 0;
    for (size_t i = 0; (slot = rt_map_next(&s->secrets, &i)) != NULL;)
        rc |= needles_add(&s->known, slot->key, *(rt_str *)slot->value) | forbid(s, slot->key);
    for (size_t i = 0; (slot = rt_map_next(&s->ids, &i)) != NULL;)
        rc |= know_id(s, slot->key, *(rt_str *)slot->value);
    needles_settle(&s->known);
    needles_settle(&s->forbidden);
    memset(s->counts, 0, sizeof(s->counts));
    s->settled = true;
    scrub_begin(s);
    return rc;
}

bool
scrub_leak(const struct scrub *s, rt_str text)
{
    struct rt_buf b[2];
    bool found = needles_in(&s->forbidden, text) != NULL;
    rt_buf_init(&b[0], SIZE_MAX / 2);
    rt_buf_init(&b[1], SIZE_MAX / 2);
    for (unsigned layer = 0; !found && s->forbidden.v.n > 0 && layer < DISGUISE_LAYERS;
         layer++) {
        rt_str less = disguise_off(text, &b[layer % 2]);
        if (b[layer % 2].failed)
            found = true; /* not known to be clean */
        else if (rt_str_eq(less, text))
            break;
        else
            found = needles_in(&s->forbidden, less) != NULL;
        text = less;
    }
    rt_buf_fini(&b[0]);
    rt_buf_fini(&b[1]);
    return found;
}
