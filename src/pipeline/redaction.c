#include "config.h"

#include "pipeline/redaction.h"

#include <stdio.h>

#include "base/alloc.h"
#include "ingest/reader.h"

/* ---- walking ---- */

typedef int line_fn(void *arg, const struct reader_line *line, struct rt_err *err);

static int
walk(const struct input *in, const struct rt_limits *limits, line_fn *take, void *arg,
     struct rt_err *err)
{
    struct reader_line line;
    struct rt_err unread = {0};
    struct reader *r = input_open(in, READ_ALONE, limits, &unread);
    int got = 1, rc = 0;
    while (r != NULL && rc == 0 && (got = reader_next(r, &line, err)) == 1)
        rc = take(arg, &line, err);
    reader_free(&r);
    return got < 0 || rc < 0 ? -1 : 0;
}

/* ---- learning ---- */

static int
learn_line(void *arg, const struct reader_line *line, struct rt_err *err)
{
    struct scrub *s = arg;
    scrub_line(s, line->text);
    return s->text.failed ? rt_fail_mem(err) : 0;
}

static const char *
word_for(const struct scrub *s, const char *field)
{
    for (size_t i = 0; i < s->rules->identities.n; i++)
        for (size_t k = 0; k < s->rules->identities.v[i].name_count; k++)
            if (rt_str_is(s->rules->identities.v[i].names[k], field) &&
                s->rules->identities.v[i].as.n > 0)
                return s->rules->identities.v[i]
                    .as.p; /* read from a file, where it ends in NUL */
    return NULL;
}

static void
learn_session(struct scrub *scrub, const struct session *s)
{
    static const uint16_t fields[] = {FIELD_APP,    FIELD_CNAME,  FIELD_UID,
                                      FIELD_RID,    FIELD_SID,    FIELD_REQUEST_ID,
                                      FIELD_NOTICE, FIELD_BUCKET, FIELD_BESIDE_SID};
    const char *channel = word_for(scrub, event_fields[FIELD_CNAME].name);
    for (size_t i = 0; i < s->event_count; i++)
        for (size_t k = 0; k < sizeof(fields) / sizeof(fields[0]); k++) {
            const char *bucket = fields[k] == FIELD_BUCKET
                                     ? word_for(scrub, event_fields[FIELD_BUCKET].name)
                                     : NULL;
            scrub_id(scrub, event_text(s->events[i], fields[k]),
                     fields[k] == FIELD_CNAME ? channel : bucket);
        }
}

int
redaction_learn(struct scrub *scrub, const struct report *r, const struct input_list *inputs,
                const struct rt_limits *limits, struct rt_err *err)
{
    for (size_t i = 0; scrub->profile == SCRUB_PUBLIC && i < r->session_count; i++)
        learn_session(scrub, r->sessions[i]);
    for (size_t i = 0; scrub->profile != SCRUB_NONE && i < inputs->inputs.n;
         i++, scrub_begin(scrub))
        if (walk(&inputs->inputs.v[i], limits, learn_line, scrub, err) < 0)
            return -1;
    return scrub_settle(scrub) < 0 ? rt_fail_mem(err) : 0;
}

/* ---- writing ---- */

struct copying {
    struct redaction *d;
    struct scrub *scrub;
    const struct choice *choice;
    size_t input;
    uint64_t next; /* line to be written */
    const char *shown;
};

static int
copy_line(void *arg, const struct reader_line *line, struct rt_err *err)
{
    struct copying *c = arg;
    for (; c->next < line->number; c->next++)
        if (spool_write(&c->d->spool, RT_LIT("\n"), err) < 0)
            return -1;
    c->next++;
    if (choice_has(c->choice, c->input, line->number)) {
        rt_str clean = scrub_line(c->scrub, line->text);
        if (c->scrub->text.failed)
            return rt_fail_mem(err);
        if (scrub_leak(c->scrub, clean))
            return rt_fail_here(
                err, RT_EIO,
                "%s:%llu: a secret of the input stands here in another encoding (base64, "
                "hexadecimal, percent or escapes); nothing is written. Take it out of "
                "the line, or leave the line out",
                c->shown, (unsigned long long)line->number);
        if (spool_write(&c->d->spool, clean, err) < 0)
            return -1;
        c->d->kept += line->text.n > 0;
    } else {
        scrub_skip(c->scrub, line->text);
    }
    return spool_write(&c->d->spool, RT_LIT("\n"), err);
}

/* Without its folder and what is secret in it; for the public without its name. A name that is taken gets a number. */
static const char *
shown_name(struct redaction *d, const struct input *in, struct scrub *scrub)
{
    enum scrub_profile profile = scrub->profile;
    const char *slash = strrchr(in->path, '/'), *base = slash == NULL ? in->path : slash + 1;
    struct rt_arena *a = &d->inputs.arena;
    const char *name =
        profile == SCRUB_PUBLIC      ? rt_arena_printf(a, "log-%zu", d->inputs.inputs.n + 1)
        : strcmp(in->path, "-") == 0 ? "stdin"
                                     : rt_arena_strz(a, scrub_text(scrub, rt_str_of(base)));
    size_t n = name == NULL ? 0 : strlen(name);
    if (n > 3 && strcmp(name + n - 3, ".gz") == 0) /* the copy is plain */
        name = rt_arena_strz(a, (rt_str){name, n - 3});
    for (size_t i = 0; name != NULL && i < d->inputs.inputs.n; i++)
        if (strcmp(d->inputs.inputs.v[i].path, name) == 0)
            return rt_arena_printf(a, "%zu-%s", d->inputs.inputs.n + 1, name);
    return name;
}

static int
copy_input(struct redaction *d, struct scrub *scrub, const struct choice *choice,
           const struct input *in, const struct rt_limits *limits, struct rt_err *err)
{
    struct spool_part *part = rt_arena_alloc(&d->inputs.arena, sizeof(*part));
    const char *name = shown_name(d, in, scrub);
    size_t index = d->inputs.inputs.n;
    struct input *copy = part == NULL || name == NULL ? NULL : RT_VEC_PUSH(&d->inputs.inputs);
    struct copying c = {d, scrub, choice, index, 1, in->path};
    if (copy == NULL)
        return rt_fail_mem(err);
    spool_begin(&d->spool, part);
    scrub_begin(scrub);
    if (walk(in, limits, copy_line, &c, err) < 0 || spool_end(&d->spool, part, err) < 0)
        return -1;
    d->lines += c.next - 1;
    d->inputs.inputs.v[index] = (struct input){.path = name,
                                               .format = in->format,
                                               .zone = in->zone,
                                               .size = part->bytes,
                                               .source = &part->source};
    return 0;
}

static int
copy_spans(struct redaction *d, const struct coverage *cover, struct rt_err *err)
{
    for (int source = 0; source < SOURCE__COUNT; source++)
        for (size_t i = 0; i < cover->spans[source].n; i++) {
            struct manifest_span *slot = RT_VEC_PUSH(&d->inputs.spans);
            if (slot == NULL)
                return rt_fail_mem(err);
            *slot =
                (struct manifest_span){source == SOURCE_HOOK, cover->spans[source].v[i].from,
                                       cover->spans[source].v[i].to};
        }
    return 0;
}

int
redaction_make(struct redaction *d, struct scrub *scrub, const struct choice *choice,
               const struct report *r, const struct input_list *inputs,
               const struct rt_limits *limits, struct rt_err *err)
{
    *d = (struct redaction){.lines = 0};
    input_list_init(&d->inputs);
    memset(scrub->counts, 0, sizeof(scrub->counts));
    if (spool_open(&d->spool, err) < 0)
        return -1;
    for (size_t i = 0; i < inputs->inputs.n; i++)
        if (copy_input(d, scrub, choice, &inputs->inputs.v[i], limits, err) < 0)
            return -1;
    return copy_spans(d, r->coverage, err);
}

void
redaction_fini(struct redaction *d)
{
    spool_close(&d->spool);
    input_list_fini(&d->inputs);
}
