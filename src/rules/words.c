/*
 * words.c - what is written around the API's JSON.
 */
#include "config.h"

#include <stdio.h>

#include "rules/loader.h"

static const struct {
    const char *key;
    enum word_use use;
} uses[] = {
    {"hints", WORDS_HINT},
    {"callback", WORDS_CALLBACK},
    {"request", WORDS_REQUEST},
    {"status", WORDS_STATUS},
    {"status-as-written", WORDS_STATUS_EXACT},
    {"code", WORDS_CODE},
    {"code-behind", WORDS_CODE_BEHIND},
    {"well", WORDS_WELL},
    {"topic", WORDS_TOPIC},
    {"nothing", WORDS_NOTHING},
};
static const char *const ids[] = {"rid", "sid", "cname", "uid", NULL};

/* A list of a later file goes behind that of an earlier one. */
static void
add_words(struct loader *l, struct word_list *list, const rt_str *more, size_t count)
{
    rt_str *all = load_alloc(l, list->n + count, sizeof(*all));
    if (all == NULL || count == 0)
        return;
    if (list->n > 0)
        memcpy(all, list->v, list->n * sizeof(*all));
    memcpy(all + list->n, more, count * sizeof(*all));
    *list = (struct word_list){all, list->n + count};
}

static void
load_calls(struct loader *l, const struct yaml_node *map)
{
    if (map->type != YAML_MAP) {
        load_error(l, map, 0, "like 'query: [querying]'", "'calls' must be a map");
        return;
    }
    for (size_t i = 0; i + 1 < map->count && !l->memory; i += 2) {
        const struct yaml_node *name = map->items[i];
        char key[64];
        const rt_str *words = NULL;
        size_t count = 0;
        uint8_t kind = rule_set_kind(l->set, name->text);
        if (kind >= KIND_ANSWER) {
            load_error(l, name, 0, NULL, "'%.*s' is no call", RT_FMT(name->text));
            continue;
        }
        snprintf(key, sizeof(key), "%.*s", RT_FMT(name->text));
        if (load_texts(l, map, key, &words, &count))
            add_words(l, &l->set->words.calls[kind], words, count);
    }
}

static void
load_label(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"id", "least", "words", NULL};
    rt_str id = RT_NONE;
    const rt_str *words = NULL;
    size_t count = 0;
    int64_t least = 1;
    if (!load_keys(l, map, keys) || !load_text(l, map, "id", true, &id) ||
        !load_int(l, map, "least", false, 1, 1000, &least) ||
        !load_texts(l, map, "words", &words, &count))
        return;
    for (size_t i = 0; i < WORD_IDS; i++)
        if (rt_str_is(id, ids[i])) {
            add_words(l, &l->set->words.labels[i].words, words, count);
            l->set->words.labels[i].least = (size_t)least;
            return;
        }
    char hint[80];
    load_error(l, yaml_get(map, "id"), 0, load_near(id, ids, hint),
               "'%.*s' is none of rid, sid, cname, uid", RT_FMT(id));
}

static void
load_client_error(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"is", "words", NULL};
    struct word_table *t = &l->set->words;
    struct word_error e = {.is = RT_NONE};
    const rt_str *words = NULL;
    size_t count = 0;
    if (!load_keys(l, map, keys) || !load_text(l, map, "is", true, &e.is) ||
        !load_texts(l, map, "words", &words, &count))
        return;
    struct word_error *all = load_alloc(l, t->error_count + 1, sizeof(*all));
    if (all == NULL)
        return;
    if (t->error_count > 0)
        memcpy(all, t->errors, t->error_count * sizeof(*all));
    e.words = (struct word_list){words, count};
    all[t->error_count++] = e;
    t->errors = all;
}

/* Each of a list of maps. */
static void
load_each(struct loader *l, const struct yaml_node *map, const char *key,
          void (*load)(struct loader *l, const struct yaml_node *one))
{
    const struct yaml_node *list = yaml_get(map, key);
    if (list != NULL && list->type != YAML_LIST)
        load_error(l, list, 0, NULL, "'%s' must be a list", key);
    for (size_t i = 0; list != NULL && list->type == YAML_LIST && i < list->count; i++)
        load(l, list->items[i]);
}

void
load_vocabulary(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {
        "hints",  "callback",    "request", "calls", "status",  "status-as-written",
        "code",   "code-behind", "well",    "topic", "nothing", "labels",
        "errors", NULL};
    if (!load_keys(l, map, keys))
        return;
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        const rt_str *words = NULL;
        size_t count = 0;
        if (load_texts(l, map, uses[i].key, &words, &count))
            add_words(l, &l->set->words.of[uses[i].use], words, count);
    }
    const struct yaml_node *calls = yaml_get(map, "calls");
    if (calls != NULL)
        load_calls(l, calls);
    load_each(l, map, "labels", load_label);
    load_each(l, map, "errors", load_client_error);
}

bool
word_is_of(const struct word_list *list, rt_str word)
{
    for (size_t i = 0; i < list->n; i++)
        if (rt_str_eq_nocase(word, list->v[i]))
            return true;
    return false;
}

bool
word_ends(const struct word_list *list, rt_str text)
{
    for (size_t i = 0; i < list->n; i++) {
        rt_str w = list->v[i];
        if (text.n >= w.n && rt_str_eq_nocase((rt_str){text.p + text.n - w.n, w.n}, w))
            return true;
    }
    return false;
}

bool
word_begins(const struct word_list *list, rt_str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (text.n >= list->v[i].n &&
            rt_str_eq_nocase((rt_str){text.p, list->v[i].n}, list->v[i]))
            return true;
    return false;
}

bool
word_within_nocase(const struct word_list *list, rt_str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (rt_str_find_nocase(text, list->v[i]) != SIZE_MAX)
            return true;
    return false;
}

rt_str
word_of_error(const struct word_table *words, rt_str text)
{
    for (size_t i = 0; i < words->error_count; i++)
        if (word_within_nocase(&words->errors[i].words, text))
            return words->errors[i].is;
    return RT_NONE;
}

bool
word_within(const struct word_list *list, rt_str text)
{
    for (size_t i = 0; i < list->n; i++)
        if (rt_str_find(text, list->v[i]) != SIZE_MAX)
            return true;
    return false;
}
