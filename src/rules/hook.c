/*
 * hook.c - the envelope of a callback, and every type with its details.
 */
#include "config.h"

#include "rules/pattern.h"

const char *const envelope_part_names[ENVELOPE__PARTS] = {
    [ENVELOPE_TYPE] = "type",
    [ENVELOPE_NOTICE] = "notice",
    [ENVELOPE_PRODUCT] = "product",
    [ENVELOPE_NOTIFY] = "notify",
    [ENVELOPE_SID] = "sid",
    [ENVELOPE_CNAME] = "cname",
    [ENVELOPE_UID] = "uid",
    [ENVELOPE_TIME] = "time",
    [ENVELOPE_SEQUENCE] = "sequence",
    [ENVELOPE_SERVICE_TYPE] = "service-type",
    [ENVELOPE_SERVICE_SCENE] = "service-scene",
    [ENVELOPE_DETAILS] = "details",
    [ENVELOPE_NAME] = "name",
    [ENVELOPE_LEGACY] = "legacy",
};

static void
load_required(struct loader *l, const struct yaml_node *map, struct hook_envelope *e)
{
    const rt_str *words = NULL;
    size_t count = 0;
    const struct yaml_node *list = yaml_get(map, "required");
    if (!load_texts(l, map, "required", &words, &count))
        return;
    for (size_t i = 0; i < count; i++) {
        int part = 0;
        while (part < ENVELOPE__PARTS && !rt_str_is(words[i], envelope_part_names[part]))
            part++;
        if (part == ENVELOPE__PARTS)
            load_error(l, list->type == YAML_LIST ? list->items[i] : list, 0, NULL,
                       "no part of a callback is called '%.*s'", RT_FMT(words[i]));
        else
            e->required |= UINT32_C(1) << part;
    }
}

void
load_envelope(struct loader *l, const struct yaml_node *map)
{
    const char *keys[ENVELOPE__PARTS + 5] = {NULL};
    for (int i = 0; i < ENVELOPE__PARTS; i++)
        keys[i] = envelope_part_names[i];
    keys[ENVELOPE__PARTS] = "ours";
    keys[ENVELOPE__PARTS + 1] = "probe-cnames";
    keys[ENVELOPE__PARTS + 2] = "probe-uids";
    keys[ENVELOPE__PARTS + 3] = "required";
    if (!load_keys(l, map, keys))
        return;
    struct hook_envelope *e = &l->set->envelope;
    for (int i = 0; i < ENVELOPE__PARTS && !l->memory; i++) {
        const struct yaml_node *n = yaml_get(map, envelope_part_names[i]);
        if (n != NULL)
            load_paths(l, n, &e->paths[i], &e->path_count[i]);
    }
    load_texts(l, map, "probe-cnames", &e->probe_cnames, &e->probe_cname_count);
    load_texts(l, map, "probe-uids", &e->probe_uids, &e->probe_uid_count);
    load_required(l, map, e);
    const rt_str *words = NULL;
    size_t count = 0;
    if (!load_texts(l, map, "ours", &words, &count) || count == 0)
        return;
    int64_t *ours = load_alloc(l, count, sizeof(*ours));
    for (size_t i = 0; ours != NULL && i < count; i++)
        if (!rt_str_int(words[i], &ours[i]))
            load_error(l, yaml_get(map, "ours"), 0, NULL, "product numbers are meant");
    e->ours = ours;
    e->our_count = ours == NULL ? 0 : count;
}

void
load_delivery(struct loader *l, const struct yaml_node *map)
{
    static const char *const keys[] = {"signature-sha256", "signature-sha1", "replay-after",
                                       "test-types",       "test-within",    NULL};
    if (!load_keys(l, map, keys))
        return;
    struct hook_delivery *d = &l->set->delivery;
    rt_str after = RT_NONE, within = RT_NONE;
    if (!load_text(l, map, "signature-sha256", false, &d->sha256) ||
        !load_text(l, map, "signature-sha1", false, &d->sha1) ||
        !load_text(l, map, "replay-after", false, &after) ||
        !load_text(l, map, "test-within", false, &within) ||
        !load_int(l, map, "test-types", false, 0, 64, &d->test_types))
        return;
    if (within.n > 0 && !rt_dur_parse(within, &d->test_within))
        load_error(l, yaml_get(map, "test-within"), 0, NULL, "a duration is meant, like 5s");
    if (after.n > 0 && !rt_dur_parse(after, &d->replay_after))
        load_error(l, yaml_get(map, "replay-after"), 0, NULL, "a duration is meant, like 15m");
}

/* details: { leaveCode: leaveCode } */
static bool
load_details(struct loader *l, const struct yaml_node *map, struct hook_type *h)
{
    if (map->type != YAML_MAP)
        return load_error(l, map, 0, NULL, "'details' must be a map of keys to fields");
    struct hook_detail *list = load_alloc(l, map->count / 2, sizeof(*list));
    bool good = list != NULL;
    for (size_t i = 0; list != NULL && i + 1 < map->count; i += 2) {
        const struct yaml_node *value = map->items[i + 1];
        list[i / 2].name = load_str(l, map->items[i]->text);
        good &= load_field(l, value, 0, value->text, &list[i / 2].field);
    }
    h->details = list;
    h->detail_count = list == NULL ? 0 : map->count / 2;
    return good;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct hook_type *h)
{
    static const char *const keys[] = {"type",         "name",    "sender",         "means",
                                       "source",       "details", "expected-after", "modes",
                                       "legacy-shift", NULL};
    if (!load_keys(l, map, keys))
        return false;
    bool good = load_int(l, map, "type", true, 0, INT32_MAX, &h->number);
    good &= load_text(l, map, "name", true, &h->name);
    good &= load_text(l, map, "sender", false, &h->sender);
    good &= load_text(l, map, "means", true, &h->means);
    good &= load_text(l, map, "source", false, &h->source);
    good &= load_kinds(l, map, "expected-after", &h->expected_after);
    good &= load_texts(l, map, "modes", &h->modes, &h->mode_count);
    const struct yaml_node *details = yaml_get(map, "details");
    h->pos = load_pos(l, map);
    if (event_kind_find(h->name) != KIND_NONE)
        good = load_error(l, yaml_get(map, "name"), 0, NULL, "'%.*s' is the name of a call",
                          RT_FMT(h->name));
    const struct yaml_node *shifted = yaml_get(map, "legacy-shift");
    if (shifted != NULL)
        good &= load_fields(l, shifted, &h->shifted, &h->shifted_count);
    return (details == NULL || load_details(l, details, h)) && good;
}

void
load_hooks(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'webhooks' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct hook_type h = {0};
        if (!load_one(l, list->items[i], &h))
            continue;
        struct hook_type *slot = NULL, *old;
        RT_EACH (old, &l->set->hooks)
            if (old->number == h.number)
                slot = old;
        if (slot != NULL && slot->pos.file == h.pos.file) {
            load_error(l, list->items[i], 0, NULL, "type %lld stands in line %u already",
                       (long long)h.number, slot->pos.line);
            continue;
        }
        if (slot == NULL && KIND_HOOK + l->set->hooks.n >= KIND__MAX) {
            load_error(l, list->items[i], 0, NULL, "at most %d types of callbacks are possible",
                       KIND__MAX - KIND_HOOK);
            continue;
        }
        h.kind = slot != NULL ? slot->kind : (uint8_t)(KIND_HOOK + l->set->hooks.n);
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->hooks);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = h;
    }
}
