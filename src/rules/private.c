/*
 * private.c - names behind which ids, credentials and personal data stand: rules/identities.yaml, withheld.yaml.
 */
#include "config.h"

#include "rules/loader.h"

static bool
load_identity(struct loader *l, const struct yaml_node *map, struct identity *out)
{
    static const char *const keys[] = {"as", "names", "keep", NULL};
    return load_keys(l, map, keys) && load_text(l, map, "as", false, &out->as) &&
           load_texts(l, map, "names", &out->names, &out->name_count) &&
           load_texts(l, map, "keep", &out->keep, &out->keep_count);
}

void
load_identities(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'identities' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct identity id = {0};
        if (!load_identity(l, list->items[i], &id))
            continue;
        struct identity *slot = RT_VEC_PUSH(&l->set->identities);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = id;
    }
}

static bool
load_withheld_names(struct loader *l, const struct yaml_node *map, struct withheld *out)
{
    static const char *const keys[] = {"as", "header", "alone", "names", NULL};
    bool good = load_keys(l, map, keys) && load_text(l, map, "as", true, &out->as) &&
                load_bool(l, map, "header", &out->header) &&
                load_bool(l, map, "alone", &out->alone) &&
                load_texts(l, map, "names", &out->names, &out->name_count);
    for (size_t i = 0; good && i < out->name_count; i++)
        for (size_t k = 0; k < out->names[i].n; k++)
            if (strchr("abcdefghijklmnopqrstuvwxyz0123456789", out->names[i].p[k]) == NULL)
                return load_error(l, map, 0, "write it as it is compared: secretkey",
                                  "'%.*s' has other signs than a-z and 0-9",
                                  RT_FMT(out->names[i]));
    return good;
}

void
load_withheld(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'withheld' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct withheld w = {0};
        if (!load_withheld_names(l, list->items[i], &w))
            continue;
        struct withheld *slot = RT_VEC_PUSH(&l->set->withheld);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = w;
    }
}

void
load_beginnings(struct loader *l, const struct yaml_node *list)
{
    static const char *const keys[] = {"word", "least", NULL};
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'beginnings' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct withheld_word w = {0};
        if (!load_keys(l, list->items[i], keys) ||
            !load_text(l, list->items[i], "word", true, &w.word) ||
            !load_int(l, list->items[i], "least", true, 8, 1000, &w.least))
            continue;
        struct withheld_word *slot = RT_VEC_PUSH(&l->set->beginnings);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = w;
    }
}
