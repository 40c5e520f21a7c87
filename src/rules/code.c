/*
 * code.c - codes, statuses, strings and states: what they mean, most exact entry by entry.
 */
#include "config.h"

#include <stdio.h>

#include "rules/loader.h"

const char *const code_subject_names[SUBJECT__COUNT] = {
    [SUBJECT_CODE] = "code",     [SUBJECT_HTTP] = "http",       [SUBJECT_STRING] = "string",
    [SUBJECT_STATE] = "state",   [SUBJECT_STATUS] = "status",   [SUBJECT_LEAVE] = "leave",
    [SUBJECT_EXIT] = "exit",     [SUBJECT_UPLOAD] = "upload",   [SUBJECT_STREAM] = "stream",
    [SUBJECT_ERROR] = "error",   [SUBJECT_WARNING] = "warning", [SUBJECT_WEB_STOP] = "web-stop",
    [SUBJECT_HEALTH] = "health", [SUBJECT_NETWORK] = "network",
};

enum { LONGEST_ID = 200 };

bool
code_subject_is_text(enum code_subject s)
{
    return s == SUBJECT_STRING || s == SUBJECT_STATE || s == SUBJECT_UPLOAD ||
           s == SUBJECT_NETWORK;
}

/* The subject is the first of its keys that is there; http alone is one too, else a qualifier. */
static bool
find_subject(struct loader *l, const struct yaml_node *map, struct code_entry *e)
{
    e->subject = SUBJECT__COUNT;
    for (int s = 0; s < SUBJECT__COUNT; s++) {
        const struct yaml_node *n =
            s == SUBJECT_HTTP ? NULL : yaml_get(map, code_subject_names[s]);
        if (n != NULL && e->subject != SUBJECT__COUNT)
            return load_error(l, n, 0, "write two entries", "an entry is about '%s' or '%s'",
                              code_subject_names[e->subject], code_subject_names[s]);
        if (n != NULL)
            e->subject = (enum code_subject)s;
    }
    if (e->subject != SUBJECT__COUNT)
        return true;
    if (yaml_get(map, "http") == NULL)
        return load_error(l, map, 0, "code, http, string, state, status, …",
                          "an entry needs its subject");
    e->subject = SUBJECT_HTTP;
    return true;
}

/* kebab-case of words and of camelCase. */
static rt_str
slug(struct loader *l, const char *prefix, rt_str text)
{
    struct rt_buf b;
    rt_buf_init(&b, 256);
    rt_buf_add(&b, rt_str_of(prefix));
    rt_buf_addc(&b, '-');
    bool gap = false;
    for (size_t i = 0; i < text.n && b.n < LONGEST_ID; i++) {
        char c = text.p[i];
        bool upper = c >= 'A' && c <= 'Z',
             word = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        bool hump = upper && i > 0 && text.p[i - 1] >= 'a' && text.p[i - 1] <= 'z';
        if ((gap || hump) && word && b.n > 0 && b.p != NULL && b.p[b.n - 1] != '-')
            rt_buf_addc(&b, '-');
        gap = !word;
        if (word)
            rt_buf_addc(&b, upper ? (char)(c + ('a' - 'A')) : c);
    }
    rt_str id = load_str(l, rt_buf_str(&b));
    l->memory |= b.failed;
    rt_buf_fini(&b);
    return id;
}

static void
name_entry(struct loader *l, struct code_entry *e)
{
    char text[60];
    if (code_subject_is_text(e->subject)) {
        e->id = slug(l, code_subject_names[e->subject], e->text);
        return;
    }
    snprintf(text, sizeof(text), "%s-%lld", code_subject_names[e->subject],
             (long long)e->number);
    e->id = load_str(l, rt_str_of(text));
}

/* What a fallback says when the file does not: healthy numbers are no finding. */
static enum severity
usual_severity(const struct code_entry *e)
{
    switch (e->subject) {
    case SUBJECT_CODE:
    case SUBJECT_STRING: return SEVERITY_ERROR;
    case SUBJECT_HTTP: return e->number >= 400 ? SEVERITY_ERROR : SEVERITY_NONE;
    case SUBJECT_STATE:
    case SUBJECT_STATUS:
    case SUBJECT_LEAVE:
    case SUBJECT_EXIT:
    case SUBJECT_UPLOAD:
    case SUBJECT_STREAM:
    case SUBJECT_ERROR:
    case SUBJECT_WARNING:
    case SUBJECT_WEB_STOP:
    case SUBJECT_HEALTH:
    case SUBJECT_NETWORK:
    case SUBJECT__COUNT: break;
    }
    return SEVERITY_NONE;
}

static bool
load_words(struct loader *l, const struct yaml_node *map, struct code_entry *e)
{
    bool good = load_text(l, map, "title", false, &e->title);
    good &= load_text(l, map, "means", true, &e->means);
    good &= load_text(l, map, "check", false, &e->check);
    good &= load_text(l, map, "fix", false, &e->fix);
    good &= load_text(l, map, "note", false, &e->note);
    good &= load_text(l, map, "say", false, &e->say);
    good &= load_text(l, map, "source", false, &e->source);
    return load_texts(l, map, "causes", &e->causes, &e->cause_count) && good;
}

static bool
load_one(struct loader *l, const struct yaml_node *map, struct code_entry *e)
{
    static const char *const keys[] = {
        "code",   "http",     "string",  "state",    "status", "leave",   "exit",   "upload",
        "stream", "error",    "warning", "web-stop", "health", "network", "on",     "module",
        "reason", "severity", "seed",    "retry",    "title",  "means",   "causes", "check",
        "fix",    "note",     "say",     "source",   "id",     NULL,
    };
    int64_t http = 0, module = -1;
    if (!load_keys(l, map, keys) || !find_subject(l, map, e))
        return false;
    const char *subject = code_subject_names[e->subject];
    bool good = code_subject_is_text(e->subject)
                    ? load_text(l, map, subject, true, &e->text)
                    : load_int(l, map, subject, true, INT32_MIN + 1, INT32_MAX, &e->number);
    if (e->subject != SUBJECT_HTTP)
        good &= load_int(l, map, "http", false, 100, 999, &http);
    good &= load_int(l, map, "module", false, 0, 1000, &module);
    good &= load_kinds(l, map, "on", &e->on);
    good &= load_text(l, map, "reason", false, &e->reason);
    good &= load_bool(l, map, "seed", &e->seed);
    good &= load_bool(l, map, "retry", &e->retryable);
    e->http = (int32_t)http;
    e->module = (int32_t)module;
    e->pos = load_pos(l, map);
    if (!good || !load_words(l, map, e))
        return false;
    e->severity = usual_severity(e);
    name_entry(l, e);
    return load_severity(l, map, SEVERITY_NONE, &e->severity) &&
           load_text(l, map, "id", false, &e->id);
}

static bool
same_place(const struct code_entry *a, const struct code_entry *b)
{
    return a->subject == b->subject && a->number == b->number && rt_str_eq(a->text, b->text) &&
           a->on == b->on && a->http == b->http && a->module == b->module &&
           rt_str_eq(a->reason, b->reason);
}

void
load_codes(struct loader *l, const struct yaml_node *list)
{
    if (list->type != YAML_LIST) {
        load_error(l, list, 0, NULL, "'codes' must be a list");
        return;
    }
    for (size_t i = 0; i < list->count && !l->memory; i++) {
        struct code_entry e = {.module = -1};
        if (!load_one(l, list->items[i], &e))
            continue;
        struct code_entry *slot = NULL, *old;
        RT_EACH (old, &l->set->codes)
            if (same_place(old, &e))
                slot = old;
        if (slot != NULL && slot->pos.file == e.pos.file) {
            load_error(l, list->items[i], 0, NULL, "the same entry stands in line %u already",
                       slot->pos.line);
            continue;
        }
        if (slot == NULL)
            slot = RT_VEC_PUSH(&l->set->codes);
        if (slot == NULL)
            l->memory = true;
        else
            *slot = e;
    }
}
