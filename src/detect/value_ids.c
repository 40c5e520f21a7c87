#include "config.h"

#include "detect/value_ids.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/map.h"

enum { KEY_MOST = 1024 * 1024 };

/* One text for all values; each begins with its length, so that no two lists give one text. */
static bool
write_key(struct rt_buf *b, const struct event *e, const uint16_t *fields, size_t count)
{
    rt_buf_clear(b);
    for (size_t i = 0; i < count; i++) {
        int64_t number = 0;
        char digits[24];
        rt_str text = event_text(e, fields[i]);
        if (text.n == 0) {
            if (!event_num(e, fields[i], &number))
                return false;
            snprintf(digits, sizeof(digits), "%" PRId64, number);
            text = rt_str_of(digits);
        }
        rt_buf_add(b, (rt_str){(const char *)&text.n, sizeof(text.n)});
        rt_buf_add(b, text);
    }
    return true;
}

static int
give_id(struct rt_map *seen, rt_str key, uintptr_t *last, uint32_t *out, struct rt_arena *a)
{
    uintptr_t id = (uintptr_t)rt_map_get(seen, key);
    bool ok = true;
    if (id == 0) {
        id = ++*last;
        rt_str kept = rt_arena_str(a, key, &ok);
        if (!ok ||
            rt_map_put(seen, kept, (void *)id) < 0) /* NOLINT: a number, never followed */
            return -1;
    }
    *out = (uint32_t)id;
    return 0;
}

uint32_t *
value_ids(const struct scope *s, const uint16_t *fields, size_t count, struct rt_arena *a)
{
    uint32_t *ids = rt_arena_array(a, s->n + 1, sizeof(*ids));
    uintptr_t last = VALUE_UNKNOWN;
    struct rt_map seen;
    struct rt_buf key;
    rt_map_init(&seen);
    rt_buf_init(&key, KEY_MOST);
    for (size_t i = 0; ids != NULL && i < s->n; i++) {
        if (!write_key(&key, s->v[i].e, fields, count))
            continue;
        if (key.failed || give_id(&seen, rt_buf_str(&key), &last, &ids[i], a) < 0)
            ids = NULL;
    }
    rt_buf_fini(&key);
    rt_map_fini(&seen);
    return ids;
}
