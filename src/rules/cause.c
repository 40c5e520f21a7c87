/*
 * cause.c - what else could be behind a finding, and how a session shows that it is not.
 */
#include "config.h"

#include "rules/loader.h"

static bool
load_one(struct loader *l, const struct yaml_node *map, struct rule_cause *c)
{
    static const char *const keys[] = {"cause", "of", "see", "lacks", "shows", NULL};
    *c = (struct rule_cause){0};
    if (!load_keys(l, map, keys))
        return false;
    const struct yaml_node *see = yaml_get(map, "see");
    c->pos = load_pos(l, map);
    bool good = load_text(l, map, "cause", true, &c->name);
    good &= load_texts(l, map, "of", &c->of, &c->of_count);
    good &= load_text(l, map, "lacks", false, &c->lacks);
    good &= load_text(l, map, "shows", false, &c->shows);
    if (see == NULL)
        return load_missing(l, map, "see", "like 'see: recorder_leave leaveCode&4'");
    good &= load_matches(l, see, &c->see, &c->see_count);
    if (good && (c->lacks.n > 0) == (c->shows.n > 0))
        good =
            load_error(l, map, 0, NULL, "either 'lacks' or 'shows' says why the cause is out");
    return good;
}

void
load_causes(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'causes' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct rule_cause c;
        if (!load_one(l, list->items[i], &c))
            continue;
        struct rule_cause *slot = RT_VEC_PUSH(&l->set->causes);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = c;
    }
}
