/*
 * cmd_bundle.c - the evidence as an archive that can be analysed again: lines, reports, manifest.
 */
#include "config.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/out.h"
#include "main/clean.h"
#include "report/pack.h"
#include "report/writer.h"

enum { BLOCK = 64 * 1024 };

struct bundle {
    struct run run;
    struct clean clean;
    RT_VEC(const struct session *) sessions; /* wanted */
    RT_VEC(char *) ids;
    RT_VEC(char *) files;
    struct out *json, *html; /* the reports */
    struct manifest manifest;
    struct rt_buf manifest_text;
    struct rt_arena arena;
};

/* ---- what is wanted ---- */

static bool
is_file(const char *operand)
{
    struct stat st;
    char path[4096];
    const char *at = strrchr(operand, '@');
    if (strcmp(operand, "-") == 0 || stat(operand, &st) == 0)
        return true;
    if (at == NULL || (size_t)(at - operand) >= sizeof(path))
        return false;
    memcpy(path, operand, (size_t)(at - operand));
    path[at - operand] = '\0';
    return stat(path, &st) == 0;
}

/* What is no file is an id, as long as there are files. */
static int
sort_operands(struct bundle *b, const struct options *o)
{
    for (int i = 0; i < o->operand_count; i++) {
        char **slot = is_file(o->operands[i]) ? RT_VEC_PUSH(&b->files) : RT_VEC_PUSH(&b->ids);
        if (slot == NULL)
            return rt_fail_mem(&b->run.err);
        *slot = o->operands[i];
    }
    if (b->files.n > 0)
        return 0;
    return rt_fail_here(&b->run.err, RT_EUSAGE,
                        b->ids.n > 0 ? "%s: no such file" : "no file to read",
                        b->ids.n > 0 ? b->ids.v[b->ids.n - 1] : "");
}

static int
want(struct bundle *b, const struct session *s)
{
    const struct session **slot = RT_VEC_PUSH(&b->sessions);
    if (slot == NULL)
        return rt_fail_mem(&b->run.err);
    *slot = s;
    return 0;
}

static bool
proves(const struct session *s, const struct finding *f)
{
    for (size_t i = 0; i < s->event_count; i++)
        for (size_t k = 0; k < f->evidence_count; k++)
            if (f->evidence[k].input == s->events[i]->input &&
                (f->evidence[k].line == s->events[i]->line ||
                 f->evidence[k].line == s->events[i]->answer_line))
                return true;
    return false;
}

/* Of what is found about no session the proofs are wanted; each with all of its session, since a part of one
 * would tell something else. */
static bool
proves_any(const struct report *r, const struct session *s)
{
    for (size_t i = 0; i < r->finding_count; i++)
        if (report_session(r, r->findings[i]->session) == NULL && proves(s, r->findings[i]))
            return true;
    return false;
}

/* Without ids: the sessions with findings, or all when there are none. */
static int
choose_sessions(struct bundle *b)
{
    const struct report *r = batch_report(b->run.batch);
    const size_t *of = NULL;
    for (size_t i = 0; i < b->ids.n; i++) {
        const struct session *s = run_find_session(&b->run, b->ids.v[i]);
        if (s == NULL)
            return 1;
        if (want(b, s) < 0)
            return -1;
    }
    for (size_t i = 0; b->ids.n == 0 && i < r->session_count; i++)
        if ((report_session_findings(r, r->sessions[i], &of) > 0 ||
             proves_any(r, r->sessions[i])) &&
            want(b, r->sessions[i]) < 0)
            return -1;
    for (size_t i = 0; b->sessions.n == 0 && i < r->session_count; i++)
        if (want(b, r->sessions[i]) < 0)
            return -1;
    return 0;
}

/* ---- the members ---- */

static struct out *
document(struct bundle *b, const char *format)
{
    struct writer_options w = {.unicode = true,
                               .columns = 80,
                               .all = true,
                               .scrub = &b->clean.scrub,
                               .digests = clean_digests(&b->clean, &b->clean.copy.inputs),
                               .status = run_status(&b->run)};
    struct out *o = out_memory(&b->run.err);
    if (o != NULL &&
        writer_find(format)->write(batch_report(b->clean.batch), &w, o, &b->run.err) == 0 &&
        clean_check(&b->clean, out_text(o), "report", &b->run.err) == 0)
        return o;
    out_abort(&o);
    return NULL;
}

typedef int block_fn(void *arg, rt_str block, struct rt_err *err);

static int
each_block(const struct input *in, block_fn *take, void *arg, struct rt_err *err)
{
    static char block[BLOCK];
    void *state = in->source->open(in->source->arg, err);
    ssize_t n = 0;
    int rc = state == NULL ? -1 : 0;
    while (rc == 0 && (n = in->source->read(state, block, sizeof(block))) > 0)
        rc = take(arg, (rt_str){block, (size_t)n}, err);
    if (state != NULL)
        in->source->close(state);
    return n < 0 ? rt_fail_here(err, RT_EIO, "the temporary file cannot be read") : rc;
}

static int
hash_block(void *arg, rt_str block, struct rt_err *err)
{
    (void)err;
    sha256_update(arg, block.n, (const uint8_t *)block.p);
    return 0;
}

static int
pack_block(void *arg, rt_str block, struct rt_err *err)
{
    return pack_write(arg, block, err);
}

static int
list_file(struct bundle *b, const char *name, uint64_t bytes, struct sha256_ctx *hash)
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    struct manifest_file *f = name == NULL ? NULL : RT_VEC_PUSH(&b->manifest.files);
    if (f == NULL)
        return rt_fail_mem(&b->run.err);
    *f = (struct manifest_file){.name = name, .bytes = bytes};
    sha256_digest(hash, sizeof(digest), digest);
    base16_encode_update(f->sha256, sizeof(digest), digest);
    return 0;
}

static int
list_text(struct bundle *b, const char *name, rt_str text)
{
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, text.n, (const uint8_t *)text.p);
    return list_file(b, name, text.n, &hash);
}

static int
list_logs(struct bundle *b)
{
    const struct input_list *l = &b->clean.copy.inputs;
    for (size_t i = 0; i < l->inputs.n; i++) {
        const struct input *in = &l->inputs.v[i];
        struct sha256_ctx hash;
        sha256_init(&hash);
        struct manifest_log *log = RT_VEC_PUSH(&b->manifest.logs);
        if (log == NULL)
            return rt_fail_mem(&b->run.err);
        *log = (struct manifest_log){in->path, in->format != NULL ? in->format : b->run.o->as,
                                     in->zone != NULL ? in->zone : b->run.o->tz};
        if (each_block(in, hash_block, &hash, &b->run.err) < 0 ||
            list_file(b, rt_arena_printf(&b->arena, MANIFEST_LOGS "%s", in->path), in->size,
                      &hash) < 0)
            return -1;
    }
    return 0;
}

/* ---- the manifest ---- */

static int
list_sessions(struct bundle *b)
{
    for (size_t i = 0; i < b->sessions.n; i++) {
        const struct session *s =
            likeness_session(batch_report(b->clean.batch), b->sessions.v[i]);
        const char *id = s == NULL ? NULL : rt_arena_strz(&b->arena, s->id);
        const char **slot = id == NULL ? NULL : RT_VEC_PUSH(&b->manifest.sessions);
        if (s != NULL && slot == NULL)
            return rt_fail_mem(&b->run.err);
        if (slot != NULL)
            *slot = id;
    }
    return 0;
}

static int
list_rest(struct bundle *b)
{
    struct manifest *m = &b->manifest;
    for (size_t i = 0; i < b->clean.copy.inputs.spans.n; i++) {
        struct manifest_span *slot = RT_VEC_PUSH(&m->spans);
        if (slot == NULL)
            return rt_fail_mem(&b->run.err);
        *slot = b->clean.copy.inputs.spans.v[i];
    }
    for (int k = 0; k < SCRUB__KINDS; k++) {
        struct manifest_count *slot = RT_VEC_PUSH(&m->removed);
        if (slot == NULL)
            return rt_fail_mem(&b->run.err);
        *slot = (struct manifest_count){scrub_kind_name((enum scrub_kind)k),
                                        b->clean.scrub.counts[k]};
    }
    for (size_t i = 0; i < b->clean.likeness.lost.names.n; i++) {
        const char **slot = RT_VEC_PUSH(&m->lost);
        if (slot == NULL)
            return rt_fail_mem(&b->run.err);
        *slot = b->clean.likeness.lost.names.v[i];
    }
    return 0;
}

static int
make_manifest(struct bundle *b)
{
    const struct report *r = batch_report(b->clean.batch);
    b->manifest.tool = rt_arena_printf(&b->arena, "rectrace %s", r->version);
    b->manifest.rules = rt_arena_strz(&b->arena, r->rules->version);
    b->manifest.rules_sha256 = r->rules->sha256;
    b->manifest.profile = scrub_profile_name(b->clean.profile);
    b->manifest.lines = b->clean.copy.lines;
    b->manifest.lines_kept = b->clean.copy.kept;
    if (b->manifest.tool == NULL || b->manifest.rules == NULL)
        return rt_fail_mem(&b->run.err);
    if (list_sessions(b) < 0 || list_rest(b) < 0 ||
        list_text(b, "report.json", out_text(b->json)) < 0 ||
        list_text(b, "report.html", out_text(b->html)) < 0 || list_logs(b) < 0)
        return -1;
    if (manifest_write(&b->manifest, &b->manifest_text, &b->run.err) < 0)
        return -1;
    return clean_check(&b->clean, rt_buf_str(&b->manifest_text), "manifest", &b->run.err);
}

/* ---- writing ---- */

static int
pack_text(struct pack *p, const char *name, rt_str text, struct rt_err *err)
{
    return pack_member(p, name, text.n, err) < 0 ? -1 : pack_write(p, text, err);
}

static int
pack_all(struct bundle *b, struct out *to)
{
    struct rt_err *err = &b->run.err;
    struct pack *p = pack_open(to, err);
    int rc = p == NULL ? -1 : pack_text(p, MANIFEST_NAME, rt_buf_str(&b->manifest_text), err);
    if (rc == 0)
        rc = pack_text(p, "report.json", out_text(b->json), err);
    if (rc == 0)
        rc = pack_text(p, "report.html", out_text(b->html), err);
    for (size_t i = 0; rc == 0 && i < b->clean.copy.inputs.inputs.n; i++) {
        const struct input *in = &b->clean.copy.inputs.inputs.v[i];
        const char *name = rt_arena_printf(&b->arena, MANIFEST_LOGS "%s", in->path);
        rc = name == NULL ? rt_fail_mem(err) : pack_member(p, name, in->size, err);
        if (rc == 0)
            rc = each_block(in, pack_block, p, err);
    }
    if (rc == 0)
        rc = pack_close(&p, err);
    pack_abort(&p);
    return rc;
}

static int
write_bundle(struct bundle *b)
{
    b->json = document(b, "json");
    b->html = b->json == NULL ? NULL : document(b, "html");
    struct out *to =
        b->html == NULL || make_manifest(b) < 0 ? NULL : out_file(b->clean.output, &b->run.err);
    int rc = to == NULL || pack_all(b, to) < 0 ? -1 : out_close(&to, &b->run.err);
    out_abort(&to);
    return rc < 0 ? -1 : clean_save(&b->clean, &b->run.err);
}

static void
tell(const struct bundle *b)
{
    char removed[300];
    scrub_summary(&b->clean.scrub, removed, sizeof(removed));
    log_more("%s: %llu of %llu lines, %zu session%s; taken out: %s", b->clean.output,
             (unsigned long long)b->clean.copy.kept, (unsigned long long)b->clean.copy.lines,
             b->sessions.n, rt_plural(b->sessions.n), removed[0] != '\0' ? removed : "nothing");
    for (size_t i = 0; i < b->clean.likeness.lost.names.n; i++)
        log_warn("not found in the bundle, as it rests on what was taken out: %s",
                 b->clean.likeness.lost.names.v[i]);
    for (size_t i = 0; i < b->clean.likeness.gained.names.n; i++)
        log_warn("found in the bundle only, as something was taken out: %s",
                 b->clean.likeness.gained.names.v[i]);
}

static int
run_either(const struct options *o, bool all)
{
    struct bundle b = {0};
    int status = EXIT_RULES;
    rt_arena_init(&b.arena, 4096, 0);
    rt_buf_init(&b.manifest_text, SIZE_MAX / 2);
    manifest_init(&b.manifest);
    if (clean_init(&b.clean, o) < 0) {
        status = EXIT_USAGE;
    } else if (strcmp(b.clean.output, "-") == 0) {
        log_error("%s needs -o FILE", o->command);
        status = EXIT_USAGE;
    } else if (run_load_rules(&b.run, o) == 0) {
        b.run.again = true;
        if (sort_operands(&b, o) < 0)
            status = run_fail(&b.run.err);
        else if (run_read(&b.run, b.files.v, (int)b.files.n, NULL, &status) == 0) {
            int rc = choose_sessions(&b);
            struct clean_want w = {b.sessions.v, b.sessions.n, b.ids.n == 0, all, NULL};
            if (rc == 0)
                rc = clean_make(&b.clean, &b.run, &w) < 0 || write_bundle(&b) < 0 ? -1 : 0;
            if (rc == 0)
                tell(&b);
            status = rc == 0 ? run_status(&b.run) : rc > 0 ? EXIT_USAGE : run_fail(&b.run.err);
        }
    }
    out_abort(&b.json);
    out_abort(&b.html);
    manifest_fini(&b.manifest);
    rt_buf_fini(&b.manifest_text);
    RT_VEC_FREE(&b.sessions);
    RT_VEC_FREE(&b.ids);
    RT_VEC_FREE(&b.files);
    clean_fini(&b.clean);
    run_fini(&b.run);
    rt_arena_fini(&b.arena);
    return status;
}

static int
run_bundle(const struct options *o)
{
    return run_either(o, false);
}

static int
run_redact(const struct options *o)
{
    return run_either(o, true);
}

const struct command cmd_bundle = {
    .name = "bundle",
    .arguments = "[ID]... FILE...",
    .group = "Pass it on",
    .doc = "the lines that matter and the report, as an archive to analyse again",
    .about =
        "The lines that tell of these sessions, the report of them as JSON and HTML, and a manifest with "
        "hashes, rules and what was taken out. Without an ID: of all sessions with findings. Every command "
        "takes the archive as FILE; the same lines give the same bytes.",
    .examples = "rectrace bundle room-117 api.log.gz hooks.jsonl -o evidence.tgz\n"
                "rectrace bundle api.log.gz --redact public -o evidence.tgz",
    .takes = TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REDACT,
    .formats = "tgz",
    .run = run_bundle,
};

const struct command cmd_redact = {
    .name = "redact",
    .arguments = "FILE...",
    .group = "Pass it on",
    .doc = "logs or a bundle, every line redacted, as an archive",
    .about =
        "An archive like that of bundle, of all lines. Given a bundle it takes out more of it.",
    .examples = "rectrace redact evidence.tgz --redact public -o public.tgz\n"
                "rectrace redact logs/ -o logs.tgz",
    .takes = TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REDACT,
    .formats = "tgz",
    .run = run_redact,
};
