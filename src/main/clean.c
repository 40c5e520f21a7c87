#include "config.h"

#include "main/clean.h"

#include <fcntl.h>
#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/out.h"

#define UNREDACTED "UNREDACTED"

/* ---- names ---- */

/* report.html becomes report.UNREDACTED.html, unless it says so. */
static int
name_output(struct clean *c, const char *output)
{
    const char *base = output == NULL                 ? NULL
                       : strrchr(output, '/') != NULL ? strrchr(output, '/') + 1
                                                      : output;
    bool folder = base != NULL && *base == '\0'; /* whoever opens it says why not */
    if (c->profile != SCRUB_NONE || folder ||
        (base != NULL && strstr(base, UNREDACTED) != NULL)) {
        snprintf(c->output, sizeof(c->output), "%s", output == NULL ? "-" : output);
        return 0;
    }
    if (base == NULL || strcmp(base, "-") == 0) {
        log_error("--redact none needs -o FILE, whose name will say " UNREDACTED);
        return -1;
    }
    const char *dot = strchr(base + 1, '.');
    int stem = (int)(dot == NULL ? strlen(output) : (size_t)(dot - output));
    snprintf(c->output, sizeof(c->output), "%.*s." UNREDACTED "%s", stem, output,
             dot == NULL ? "" : dot);
    log_warn("%s: nothing is taken out of it", c->output);
    return 0;
}

static int
name_map(struct clean *c, const struct options *o)
{
    if (c->profile != SCRUB_PUBLIC)
        return 0;
    if (o->map == NULL && strcmp(c->output, "-") == 0) {
        log_error("--redact public needs -o FILE or --map FILE: who is meant is kept in a "
                  "private map");
        return -1;
    }
    if (o->map != NULL)
        snprintf(c->map, sizeof(c->map), "%s", o->map);
    else
        snprintf(c->map, sizeof(c->map), "%.4000s.map.json", c->output);
    return 0;
}

int
clean_init(struct clean *c, const struct options *o)
{
    struct rt_err err = {0};
    *c = (struct clean){.profile = SCRUB_VENDOR};
    rt_arena_init(&c->arena, 1024, 0);
    input_list_init(&c->copy.inputs);
    if (o->redact != NULL && !scrub_profile_find(o->redact, &c->profile)) {
        log_error("--redact %s: one of %s is meant", o->redact, scrub_profiles);
        return -1;
    }
    if (name_output(c, o->output) < 0 || name_map(c, o) < 0)
        return -1;
    if (c->profile == SCRUB_PUBLIC && aliases_open(&c->aliases, c->map, &err) < 0) {
        run_fail(&err);
        return -1;
    }
    return 0;
}

void
clean_fini(struct clean *c)
{
    batch_free(&c->batch);
    redaction_fini(&c->copy);
    choice_fini(&c->choice);
    likeness_fini(&c->likeness);
    scrub_fini(&c->scrub);
    aliases_fini(&c->aliases);
    rt_arena_fini(&c->arena);
}

int
clean_save(struct clean *c, struct rt_err *err)
{
    if (c->map[0] == '\0')
        return 0;
    log_info("who is meant by the aliases is in %s; keep it to yourself", c->map);
    return aliases_save(&c->aliases, c->map, err);
}

/* ---- the second analysis ---- */

static void
forget(struct clean *c)
{
    batch_free(&c->batch);
    redaction_fini(&c->copy);
    choice_fini(&c->choice);
    likeness_fini(&c->likeness);
    input_list_init(&c->copy.inputs);
}

static int
try_width(struct clean *c, struct run *r, const struct clean_want *want,
          enum choice_width width)
{
    const struct report *first = batch_report(r->batch);
    forget(c);
    if (choice_make(&c->choice, first, want->sessions, want->count, want->wide, width, r->from,
                    &rt_limits_default, &r->err) < 0 ||
        redaction_make(&c->copy, &c->scrub, &c->choice, first, r->from, &rt_limits_default,
                       &r->err) < 0)
        return -1;
    c->batch = run_batch(r, &c->copy.inputs, false, want->stream);
    if (c->batch == NULL)
        return -1;
    if (want->stream != NULL) /* gone already */
        return 0;
    if (likeness_make(&c->likeness, first, want->sessions, want->count, want->wide,
                      batch_report(c->batch), &c->arena) < 0)
        return rt_fail_mem(&r->err);
    return 0;
}

static size_t
differences(const struct clean *c)
{
    return c->likeness.lost.names.n + c->likeness.gained.names.n;
}

int
clean_make(struct clean *c, struct run *r, const struct clean_want *want)
{
    const struct report *first = batch_report(r->batch);
    enum choice_width width = want->all ? CHOICE_ALL : CHOICE_IDS;
    if (scrub_init(&c->scrub, r->rules, c->profile, &c->aliases) < 0)
        return rt_fail_mem(&r->err);
    if (redaction_learn(&c->scrub, first, r->from, &rt_limits_default, &r->err) < 0 ||
        try_width(c, r, want, width) < 0)
        return -1;
    size_t least = differences(c);
    enum choice_width best = width;
    while (least > 0 && width < CHOICE_ALL && want->stream == NULL) {
        if (try_width(c, r, want, ++width) < 0)
            return -1;
        if (differences(c) < least) {
            least = differences(c);
            best = width;
        }
    }
    return best == width ? 0 : try_width(c, r, want, best);
}

/* ---- documents of the first analysis ---- */

static rt_str
filter(void *arg, rt_str s)
{
    return scrub_text(arg, s);
}

int
clean_filter(struct clean *c, struct run *r, struct out *to)
{
    if (scrub_init(&c->scrub, r->rules, c->profile, NULL) < 0)
        return rt_fail_mem(&r->err);
    if (redaction_learn(&c->scrub, batch_report(r->batch), r->from, &rt_limits_default,
                        &r->err) < 0)
        return -1;
    out_set_filter(to, filter, &c->scrub);
    return 0;
}

int
clean_check(const struct clean *c, rt_str document, const char *what, struct rt_err *err)
{
    if (c->scrub.text.failed)
        return rt_fail_mem(err);
    return !scrub_leak(&c->scrub, document)
               ? 0
               : rt_fail_here(
                     err, RT_EIO,
                     "a secret of the input would be in the %s (as it is, or in base64, hexadecimal, percent or "
                     "escapes); nothing is written",
                     what);
}

/* ---- digests ---- */

struct bytes { /* of a file as it lies there, or of what stands for one */
    int fd;
    const struct feed_source *source;
    void *state;
};

static bool
bytes_open(struct bytes *b, const struct input *in)
{
    struct rt_err err = {0};
    *b = (struct bytes){.fd = -1, .source = in->source};
    if (b->source != NULL)
        b->state = b->source->open(b->source->arg, &err);
    else if (strcmp(in->path, "-") != 0)
        b->fd = open(in->path, O_RDONLY | O_CLOEXEC);
    return b->state != NULL || b->fd >= 0;
}

static void
bytes_close(struct bytes *b)
{
    if (b->state != NULL)
        b->source->close(b->state);
    if (b->fd >= 0)
        close(b->fd);
}

static void
digest(const struct input *in, char out[65])
{
    static uint8_t block[64 * 1024];
    struct sha256_ctx sha;
    uint8_t sum[SHA256_DIGEST_SIZE];
    struct bytes b;
    ssize_t n = -1;
    out[0] = '\0';
    if (!bytes_open(&b, in))
        return;
    sha256_init(&sha);
    while ((n = b.state != NULL ? b.source->read(b.state, block, sizeof(block))
                                : read(b.fd, block, sizeof(block))) > 0)
        sha256_update(&sha, (size_t)n, block);
    bytes_close(&b);
    if (n < 0)
        return;
    sha256_digest(&sha, sizeof(sum), sum);
    base16_encode_update(out, sizeof(sum), sum);
    out[64] = '\0';
}

const char (*clean_digests(struct clean *c, const struct input_list *inputs))[65]
{
    char(*all)[65] = rt_arena_alloc(&c->arena, (inputs->inputs.n + 1) * sizeof(*all));
    for (size_t i = 0; all != NULL && i < inputs->inputs.n; i++)
        digest(&inputs->inputs.v[i], all[i]);
    return (const char(*)[65])all;
}
