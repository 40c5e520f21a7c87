/*
 * header.c - what the headers of a request must be.
 */
#include "config.h"

#include "rules/loader.h"

static bool
load_header(struct loader *l, const struct yaml_node *map, struct header_rule *h)
{
    static const char *const keys[] = {"header", "must", "decoded", "says", "absent", NULL};
    return load_keys(l, map, keys) && load_text(l, map, "header", true, &h->header) &&
           load_text(l, map, "says", false, &h->says) &&
           load_text(l, map, "absent", false, &h->absent) &&
           load_regex_key(l, map, "must", &h->must) &&
           load_regex_key(l, map, "decoded", &h->decoded);
}

void
load_headers(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'headers' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct header_rule h = {0};
        if (!load_header(l, list->items[i], &h))
            continue;
        struct header_rule *slot = RT_VEC_PUSH(&l->set->headers);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = h;
    }
}
