/*
 * cmd_replay.c - what serve has stored, as the files that analyze reads: the callbacks as records,
 * each API log as its lines.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/out.h"
#include "ingest/feed.h"
#include "main/run.h"
#include "pipeline/recall.h"

/* The last part of a source's name; a path of another machine is no path here. */
static const char *
file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static int
write_part(const char *folder, const struct input *in, struct rt_err *err)
{
    char path[4096], block[65536];
    snprintf(path, sizeof(path), "%s/%s", folder, file_name(in->path));
    struct stat st;
    if (stat(path, &st) == 0)
        return rt_fail_here(err, RT_EUSAGE, "%s: is there already", path);
    struct out *out = out_file(path, err);
    void *state = out == NULL ? NULL : in->source->open(in->source->arg, err);
    ssize_t n = 0;
    while (state != NULL && (n = in->source->read(state, block, sizeof(block))) > 0)
        out_rawn(out, (rt_str){block, (size_t)n});
    if (state != NULL)
        in->source->close(state);
    if (state != NULL && n == 0)
        return out_close(&out, err);
    if (out != NULL)
        out_abort(&out);
    return rt_fail_here(err, RT_EIO, "%s: the store cannot be read", path);
}

static int
write_all(const struct run *r, const char *folder, struct rt_err *err)
{
    struct recall *recall = recall_new(r->o->store, r->rules, &rt_limits_default, err);
    int rc = recall == NULL ? -1 : 0;
    if (rc == 0 && mkdir(folder, 0777) < 0 && errno != EEXIST)
        rc = rt_fail_here(err, RT_EIO, "%s: %s", folder, strerror(errno));
    for (size_t i = 0; rc == 0 && i < recall_inputs(recall)->inputs.n; i++)
        rc = write_part(folder, &recall_inputs(recall)->inputs.v[i], err);
    recall_free(&recall);
    return rc;
}

static int
run_replay(const struct options *o)
{
    struct run r;
    int status = EXIT_RULES;
    if (o->store == NULL || o->operand_count > 0 || strcmp(o->output, "-") == 0) {
        log_error("replay writes a store as files: give --store FILE and --output DIRECTORY");
        return EXIT_USAGE;
    }
    if (run_load_rules(&r, o) == 0)
        status = write_all(&r, o->output, &r.err) < 0 ? run_fail(&r.err) : EXIT_RAN;
    run_fini(&r);
    return status;
}

const struct command cmd_replay = {
    .name = "replay",
    .arguments = "--store FILE -o DIR",
    .group = "Receive callbacks",
    .doc = "all that serve has stored, as files for analyze",
    .about =
        "Writes the stored callbacks and log lines as files, in the order of their arrival, with nothing left "
        "out; analyze reads them to the same findings.",
    .examples = "rectrace replay --store calls.db --output today && rectrace analyze today",
    .takes = TAKES_RULES | TAKES_OUTPUT | TAKES_STORE,
    .run = run_replay,
};
