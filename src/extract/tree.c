#include "config.h"

#include "extract/tree.h"

struct tree
tree_of(rt_str object)
{
    return (struct tree){.value = {SCAN_OBJECT, object, false}};
}

int
tree_open(struct tree *t, struct rt_arena *a, unsigned depth)
{
    struct tree **last = &t->first;
    struct scan_value value;
    rt_str key;
    size_t at = 0;
    if (t->open)
        return 0;
    t->open = true;
    while (scan_member(t->value.text, &at, depth, &key, &value) == 1) {
        struct tree *member = rt_arena_alloc(a, sizeof(*member));
        if (member == NULL)
            return -1;
        *member = (struct tree){.key = key, .value = value};
        *last = member;
        last = &member->next;
    }
    return 0;
}
