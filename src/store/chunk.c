/*
 * chunk.c - keys as they stand in the file.
 */
#include "config.h"

#include <string.h>

#include "store/internal.h"
#include "store/run.h"

enum { ENTRY = SEEN_KEY + 8 };

static void
pack(const struct chunk *c, unsigned char *out)
{
    for (size_t i = 0; i < c->n; i++, out += ENTRY) {
        memcpy(out, c->v[i].key, SEEN_KEY);
        for (int k = 0; k < 8; k++)
            out[SEEN_KEY + k] = (unsigned char)((uint64_t)c->v[i].id >> (8 * k));
    }
}

static int64_t
id_at(const unsigned char *p)
{
    uint64_t id = 0;
    for (int k = 0; k < 8; k++)
        id |= (uint64_t)p[SEEN_KEY + k] << (8 * k);
    return (int64_t)id;
}

void
chunk_unpack(rt_str bytes, struct chunk *out)
{
    const unsigned char *p = (const unsigned char *)bytes.p;
    out->n = bytes.n / ENTRY < CHUNK_KEYS ? bytes.n / ENTRY : CHUNK_KEYS;
    for (size_t i = 0; i < out->n; i++, p += ENTRY) {
        memcpy(out->v[i].key, p, SEEN_KEY);
        out->v[i].id = id_at(p);
    }
}

int
chunk_write(struct store *s, int64_t id, int64_t run, int64_t no, const struct chunk *c,
            struct rt_err *err)
{
    unsigned char bytes[CHUNK_KEYS * ENTRY];
    pack(c, bytes);
    return store_chunk_put(s, id, run, no, (rt_str){(const char *)bytes, c->n * ENTRY}, err);
}

static int
unpack_all(void *arg, rt_str bytes)
{
    chunk_unpack(bytes, arg);
    return 1;
}

int
chunk_read(struct store *s, int64_t id, struct chunk *out, struct rt_err *err)
{
    out->n = 0;
    return store_chunk_get(s, id, unpack_all, out, err) < 0 ? -1 : 0;
}

struct wanted {
    const unsigned char *key;
    int64_t id;
};

static int
search(void *arg, rt_str bytes)
{
    struct wanted *w = arg;
    const unsigned char *p = (const unsigned char *)bytes.p;
    size_t low = 0, high = bytes.n / ENTRY;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(p + middle * ENTRY, w->key, SEEN_KEY);
        if (order == 0) {
            w->id = id_at(p + middle * ENTRY);
            return 1;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return 0;
}

int
chunk_find(struct store *s, int64_t chunk, const unsigned char *key, int64_t *id,
           struct rt_err *err)
{
    struct wanted w = {key, 0};
    int got = store_chunk_get(s, chunk, search, &w, err);
    *id = w.id;
    return got;
}
