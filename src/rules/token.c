/*
 * token.c - layouts of access tokens, and what stands in a log instead of a secret.
 */
#include "config.h"

#include "rules/loader.h"

static bool
load_word(struct loader *l, const struct yaml_node *at, const char *const *words,
          const char *what, unsigned *out)
{
    char near[80];
    for (unsigned i = 0; at->type == YAML_SCALAR && words[i] != NULL; i++)
        if (rt_str_is(at->text, words[i])) {
            *out = i;
            return true;
        }
    return load_error(l, at, 0, load_near(at->text, words, near), "unknown %s '%.*s'", what,
                      RT_FMT(at->text));
}

static bool
load_version(struct loader *l, const struct yaml_node *map, void *out)
{
    static const char *const keys[] = {"prefix", "layout", "source", NULL};
    static const char *const layouts[] = {"packed", "checksums", "opaque", NULL};
    struct token_version *v = out;
    rt_str layout = RT_NONE;
    unsigned word = 0;
    v->pos = load_pos(l, map);
    if (!load_keys(l, map, keys) || !load_text(l, map, "prefix", true, &v->prefix) ||
        !load_text(l, map, "layout", true, &layout) ||
        !load_word(l, yaml_get(map, "layout"), layouts, "layout", &word))
        return false;
    v->layout = (enum token_layout)word;
    return true;
}

static bool
load_tail(struct loader *l, const struct yaml_node *list, struct token_service *s)
{
    static const char *const parts[] = {"channel", "account", "text", "number", "rights", NULL};
    if (list->type != YAML_LIST)
        return load_error(l, list, 0, "[] when nothing follows",
                          "'tail' must be a list of parts");
    uint8_t *tail = load_alloc(l, list->count, sizeof(*tail));
    for (size_t i = 0; tail != NULL && i < list->count; i++) {
        unsigned part = 0;
        if (!load_word(l, list->items[i], parts, "part", &part))
            return false;
        tail[i] = (uint8_t)part;
    }
    s->tail = tail;
    s->tail_count = list->count;
    return tail != NULL;
}

static bool
load_service(struct loader *l, const struct yaml_node *map, void *out)
{
    static const char *const keys[] = {"type", "name", "tail", "source", NULL};
    struct token_service *s = out;
    s->pos = load_pos(l, map);
    if (!load_keys(l, map, keys) || !load_int(l, map, "type", true, 0, UINT16_MAX, &s->type) ||
        !load_text(l, map, "name", true, &s->name))
        return false;
    if (yaml_get(map, "tail") == NULL)
        return load_missing(l, map, "tail", "[] when nothing follows");
    return load_tail(l, yaml_get(map, "tail"), s);
}

/* A list of maps, each read by `one` into an item of `size`. NULL: an error was told. */
static void *
load_list(struct loader *l, const struct yaml_node *map, const char *key, size_t size,
          bool (*one)(struct loader *, const struct yaml_node *, void *), size_t *count)
{
    const struct yaml_node *list = yaml_get(map, key);
    if (list == NULL || list->type != YAML_LIST) {
        load_error(l, list == NULL ? map : list, 0, NULL, "'%s' must be a list", key);
        return NULL;
    }
    char *items = load_alloc(l, list->count, size);
    bool good = items != NULL;
    for (size_t i = 0; items != NULL && i < list->count; i++)
        good &= one(l, list->items[i], items + i * size);
    *count = list->count;
    return good ? items : NULL;
}

void
load_tokens(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"recorder", "join",     "any-channel",
                                       "versions", "services", NULL};
    struct token_table t = {0};
    if (!load_keys(l, map, keys))
        return;
    t.versions = load_list(l, map, "versions", sizeof(struct token_version), load_version,
                           &t.version_count);
    t.services = load_list(l, map, "services", sizeof(struct token_service), load_service,
                           &t.service_count);
    bool good = t.versions != NULL && t.services != NULL;
    good &= load_text(l, map, "recorder", true, &t.recorder);
    good &= load_int(l, map, "join", true, 0, UINT16_MAX, &t.join);
    good &= load_text(l, map, "any-channel", false, &t.any_channel);
    bool known = false;
    for (size_t i = 0; good && i < t.service_count; i++)
        known |= rt_str_eq(t.services[i].name, t.recorder);
    if (good && !known)
        load_error(l, yaml_get(map, "recorder"), 0, NULL, "no service is called '%.*s'",
                   RT_FMT(t.recorder));
    if (good && known)
        l->set->tokens = t;
}

void
load_masks(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"hidden", "template", NULL};
    if (!load_keys(l, map, keys))
        return;
    (void)load_regex_key(l, map, "hidden", &l->set->hidden);
    (void)load_regex_key(l, map, "template", &l->set->template);
}

static bool
load_secret(struct loader *l, const struct yaml_node *map, struct secret_place *s)
{
    static const char *const keys[] = {"kind", "at", "header", NULL};
    const struct yaml_node *at = yaml_get(map, "at");
    if (!load_keys(l, map, keys) || !load_text(l, map, "kind", true, &s->kind) ||
        !load_text(l, map, "header", false, &s->header))
        return false;
    return at == NULL || load_paths(l, at, &s->paths, &s->path_count);
}

void
load_secrets(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'secrets' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct secret_place s = {0};
        if (!load_secret(l, list->items[i], &s))
            continue;
        if (l->set->secrets.n == SECRETS_MOST) {
            load_error(l, list->items[i], 0, NULL, "at most %d secrets are possible",
                       SECRETS_MOST);
            return;
        }
        struct secret_place *slot = RT_VEC_PUSH(&l->set->secrets);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = s;
    }
}
