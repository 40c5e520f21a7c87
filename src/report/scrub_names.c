/*
 * scrub_names.c - the names behind which secrets, personal data and ids stand, in any spelling.
 */
#include "config.h"

#include <stdlib.h>

#include "report/scrub_parts.h"

enum { NAME_MOST = 64 };

/* Lower case, letters and digits only; the end of a name that is too long. */
static rt_str
plain_name(rt_str name, char *room)
{
    size_t n = 0;
    for (size_t i = name.n > NAME_MOST ? name.n - NAME_MOST : 0; i < name.n; i++) {
        char c = name.p[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            room[n++] = c;
    }
    return (rt_str){room, n};
}

/* The first that is told counts. */
static struct scrub_name *
add_name(struct scrub *s, rt_str name, enum scrub_kind kind)
{
    char room[NAME_MOST];
    bool ok = true;
    rt_str plain = plain_name(name, room);
    struct scrub_name **slot = plain.n == 0 ? NULL : RT_VEC_PUSH(&s->all);
    struct scrub_name *one = slot == NULL ? NULL : rt_arena_alloc(&s->arena, sizeof(*one));
    if (one == NULL) {
        s->text.failed |= plain.n > 0;
        if (slot != NULL)
            s->all.n--;
        return NULL;
    }
    *slot = one;
    *one = (struct scrub_name){
        .name = rt_arena_str(&s->arena, plain, &ok), .kind = kind, .put = scrub_mark};
    if (!ok ||
        (rt_map_get(&s->names, one->name) == NULL && rt_map_put(&s->names, one->name, one) < 0))
        s->text.failed = true;
    return one;
}

static int
by_last_byte(const void *a, const void *b)
{
    const struct scrub_name *const *x = a, *const *y = b;
    rt_str p = (*x)->name, q = (*y)->name;
    int order = (unsigned char)p.p[p.n - 1] - (unsigned char)q.p[q.n - 1];
    return order != 0 ? order : p.n != q.n ? (p.n < q.n) - (p.n > q.n) : rt_str_cmp(p, q);
}

static void
index_ends(struct scrub *s)
{
    size_t k = 0;
    if (s->ends.n > 1)
        qsort(s->ends.v, s->ends.n, sizeof(*s->ends.v), by_last_byte);
    for (unsigned c = 0; c < 256; c++) {
        s->from[c] = (uint16_t)k;
        while (k < s->ends.n &&
               (unsigned char)s->ends.v[k]->name.p[s->ends.v[k]->name.n - 1] == c)
            k++;
    }
    s->from[256] = (uint16_t)k;
}

static void
add_identities(struct scrub *s)
{
    for (size_t i = 0; s->profile == SCRUB_PUBLIC && i < s->rules->identities.n; i++) {
        const struct identity *id = &s->rules->identities.v[i];
        for (size_t k = 0; k < id->name_count; k++) {
            struct scrub_name *n = add_name(s, id->names[k], SCRUB_ID);
            if (n != NULL) {
                n->id = id;
                n->as = id->as.n > 0 ? rt_arena_strz(&s->arena, id->as) : NULL;
            }
        }
    }
}

static void
add_withheld(struct scrub *s, const struct withheld *w)
{
    bool secret = rt_str_is(w->as, "redacted");
    const char *put = rt_arena_printf(&s->arena, "[%.*s]", RT_FMT(w->as));
    for (size_t i = 0; i < w->name_count; i++) {
        struct scrub_name *n = add_name(s, w->names[i], secret ? SCRUB_SECRET : SCRUB_PERSONAL);
        const struct scrub_name **slot = n == NULL || w->alone ? NULL : RT_VEC_PUSH(&s->ends);
        if (n == NULL || put == NULL || (!w->alone && slot == NULL)) {
            s->text.failed = true;
            return;
        }
        n->header = w->header;
        n->put = secret ? scrub_mark : rt_str_of(put);
        if (slot != NULL)
            *slot = n;
    }
}

static void
add_header(struct scrub *s, rt_str name)
{
    struct scrub_name *n = add_name(s, name, SCRUB_SECRET);
    if (n != NULL)
        n->header = true;
}

void
scrub_names_init(struct scrub *s)
{
    const struct rule_set *rules = s->rules;
    add_header(s, rules->delivery.sha256);
    add_header(s, rules->delivery.sha1);
    for (size_t i = 0; i < rules->secrets.n; i++) {
        const struct secret_place *p = &rules->secrets.v[i];
        add_header(s, p->header);
        for (size_t k = 0; k < p->path_count; k++)
            if (p->paths[k].count > 0)
                add_name(s, p->paths[k].segments[p->paths[k].count - 1], SCRUB_SECRET);
    }
    add_identities(s);
    for (size_t i = 0; i < rules->withheld.n; i++)
        add_withheld(s, &rules->withheld.v[i]);
    index_ends(s);
}

const struct scrub_name *
scrub_find_name(const struct scrub *s, rt_str word)
{
    char room[NAME_MOST];
    rt_str plain = plain_name(word, room);
    if (plain.n == 0)
        return NULL;
    const struct scrub_name *exact = rt_map_get(&s->names, plain);
    if (exact != NULL)
        return exact;
    unsigned char last = (unsigned char)plain.p[plain.n - 1];
    for (size_t k = s->from[last]; k < s->from[last + 1]; k++)
        if (rt_str_ends(plain, s->ends.v[k]->name))
            return s->ends.v[k];
    return NULL;
}
