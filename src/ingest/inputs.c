#include "config.h"

#include "ingest/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "ingest/archive.h"
#include "ingest/reader.h"

void
input_list_init(struct input_list *l)
{
    *l = (struct input_list){0};
    rt_arena_init(&l->arena, 1024, 0);
    rt_map_init(&l->walked);
}

void
input_list_fini(struct input_list *l)
{
    RT_VEC_FREE(&l->inputs);
    RT_VEC_FREE(&l->problems);
    for (size_t i = 0; i < l->archives.n; i++)
        archive_close(&l->archives.v[i]);
    RT_VEC_FREE(&l->archives);
    RT_VEC_FREE(&l->spans);
    if (l->kept != NULL)
        spool_close(l->kept);
    rt_map_fini(&l->walked);
    rt_arena_fini(&l->arena);
}

static int
problem(struct input_list *l, const char *path, const char *why, bool fatal, struct rt_err *err)
{
    char *copy = rt_arena_strz(&l->arena, rt_str_of(path));
    char *text = rt_arena_strz(&l->arena, rt_str_of(why));
    struct input_problem *p = copy == NULL || text == NULL ? NULL : RT_VEC_PUSH(&l->problems);
    if (p == NULL)
        return rt_fail_mem(err);
    *p = (struct input_problem){copy, text, fatal};
    return 0;
}

/* ---- archives ---- */

static const struct manifest_log *
log_named(const struct manifest *m, const char *member)
{
    size_t n = strlen(MANIFEST_LOGS);
    for (size_t i = 0; strncmp(member, MANIFEST_LOGS, n) == 0 && i < m->logs.n; i++)
        if (strcmp(m->logs.v[i].name, member + n) == 0)
            return &m->logs.v[i];
    return NULL;
}

static int
add_member(struct input_list *l, const struct input *like, const char *path,
           const struct archive_content *c, const struct archive_member *m, struct rt_err *err)
{
    const struct manifest_log *log = c->bundle ? log_named(&c->manifest, m->name) : NULL;
    if (c->bundle && log == NULL)
        return 0;
    struct input *i = RT_VEC_PUSH(&l->inputs);
    const char *shown = log != NULL ? log->name
                        : c->single ? rt_arena_strz(&l->arena, rt_str_of(path))
                                    : rt_arena_printf(&l->arena, "%s:%s", path, m->name);
    if (i == NULL || shown == NULL)
        return rt_fail_mem(err);
    *i = (struct input){.path = shown,
                        .format =
                            like->format != NULL || log == NULL ? like->format : log->format,
                        .zone = like->zone != NULL || log == NULL ? like->zone : log->zone,
                        .size = m->part->bytes,
                        .walked = like->walked,
                        .cut = m->cut,
                        .source = &m->part->source};
    return 0;
}

static int
add_archive(struct input_list *l, const struct input *like, const char *path,
            const struct rt_limits *limits, struct rt_err *err)
{
    struct rt_err why = {0};
    struct archive_content *c = archive_open(path, limits, &why);
    struct archive_content **slot = c == NULL ? NULL : RT_VEC_PUSH(&l->archives);
    if (slot == NULL) {
        archive_close(&c);
        return why.code == RT_EIO ? problem(l, path, why.msg, !like->walked, err)
                                  : rt_fail_mem(err);
    }
    *slot = c;
    size_t before = l->inputs.n;
    for (size_t i = 0; i < c->members.n; i++)
        if (add_member(l, like, path, c, &c->members.v[i], err) < 0)
            return -1;
    for (size_t i = 0; i < c->manifest.spans.n; i++) {
        struct manifest_span *span = RT_VEC_PUSH(&l->spans);
        if (span == NULL)
            return rt_fail_mem(err);
        *span = c->manifest.spans.v[i];
    }
    if (c->damage != NULL && problem(l, path, c->damage, false, err) < 0)
        return -1;
    return l->inputs.n > before
               ? 0
               : problem(l, path, "the archive holds no file to read", !like->walked, err);
}

static int
add_file(struct input_list *l, const struct input *like, const char *path, uint64_t size,
         bool walked, const struct rt_limits *limits, struct rt_err *err)
{
    if (l->full)
        return 0;
    l->full = l->inputs.n >= limits->inputs;
    if (l->full)
        return problem(l, path, "too many files; this and all further ones are left out", true,
                       err);
    if (!like->once && archive_is(path)) { /* "-" may be the name of a file as well */
        struct input how = *like;
        how.walked = walked;
        return add_archive(l, &how, path, limits, err);
    }
    char *copy = rt_arena_strz(&l->arena, rt_str_of(path));
    struct input *i = copy == NULL ? NULL : RT_VEC_PUSH(&l->inputs);
    if (i == NULL)
        return rt_fail_mem(err);
    *i = *like;
    i->path = copy;
    i->size = size;
    i->walked = walked;
    return 0;
}

/* ---- directories ---- */

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int
visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

/* Each directory is read once, so that links in a circle have an end: 1 it is new, 0 not, -1 memory. */
static int
enter(struct input_list *l, const struct stat *st, struct rt_err *err)
{
    struct place {
        dev_t dev;
        ino_t ino;
    } *place =
        rt_arena_alloc(&l->arena, sizeof(*place)); /* zeroed: its padding is part of the key */
    if (place == NULL)
        return rt_fail_mem(err);
    place->dev = st->st_dev;
    place->ino = st->st_ino;
    rt_str key = {(const char *)place, sizeof(*place)};
    if (rt_map_get(&l->walked, key) != NULL)
        return 0;
    return rt_map_put(&l->walked, key, place) < 0 ? rt_fail_mem(err) : 1;
}

static int walk(struct input_list *l, const struct input *like, const char *path,
                unsigned depth, const struct rt_limits *limits, struct rt_err *err);

static int
add_entry(struct input_list *l, const struct input *like, const char *path, unsigned depth,
          const struct rt_limits *limits, struct rt_err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return problem(l, path, strerror(errno), false, err);
    if (S_ISDIR(st.st_mode)) {
        int fresh = enter(l, &st, err);
        if (fresh <= 0)
            return fresh < 0
                       ? -1
                       : problem(l, path,
                                 "leads to a directory that is read anyway, and was left out",
                                 false, err);
        return walk(l, like, path, depth + 1, limits, err);
    }
    if (!S_ISREG(st.st_mode))
        return problem(l, path, "is no regular file and was left out", false, err);
    if (access(path, R_OK) < 0)
        return problem(l, path, strerror(errno), false, err);
    return add_file(l, like, path, (uint64_t)st.st_size, true, limits, err);
}

static int
walk(struct input_list *l, const struct input *like, const char *path, unsigned depth,
     const struct rt_limits *limits, struct rt_err *err)
{
    if (depth > limits->directory_depth)
        return problem(l, path, "lies too deep and was left out", false, err);
    struct dirent **names = NULL;
    int count = scandir(path, &names, visible, by_name);
    if (count < 0)
        return problem(l, path, strerror(errno), depth == 0, err);
    int rc = 0;
    bool slash = path[0] != '\0' && path[strlen(path) - 1] == '/';
    for (int i = 0; i < count; i++) {
        char *full = rc < 0 ? NULL
                            : rt_arena_printf(&l->arena, "%s%s%s", path, slash ? "" : "/",
                                              names[i]->d_name);
        if (rc == 0)
            rc = full == NULL ? rt_fail_mem(err) : add_entry(l, like, full, depth, limits, err);
        free(names[i]); /* scandir's own */
    }
    free(names);
    return rc;
}

/* FILE@format,tz=ZONE: -1 memory, 0 no options there, 1 split. */
static int
split_options(struct input_list *l, const char *argument, char **path, struct input *out,
              struct rt_err *err)
{
    const char *at = strrchr(argument, '@');
    if (at == NULL || at == argument)
        return 0;
    *path = rt_arena_strz(&l->arena, (rt_str){argument, (size_t)(at - argument)});
    char *rest = rt_arena_strz(&l->arena, rt_str_of(at + 1));
    if (*path == NULL || rest == NULL)
        return rt_fail_mem(err);
    char *save = NULL;
    for (char *word = strtok_r(rest, ",", &save); word != NULL;
         word = strtok_r(NULL, ",", &save)) {
        if (strncmp(word, "tz=", 3) == 0)
            out->zone = word + 3;
        else
            out->format = word;
    }
    return 1;
}

int
input_list_add(struct input_list *l, const char *argument, const struct rt_limits *limits,
               struct rt_err *err)
{
    struct input like = {0};
    struct stat st;
    if (strcmp(argument, "-") == 0) {
        like.once = true;
        return add_file(l, &like, "-", 0, false, limits, err);
    }
    const char *path = argument;
    if (stat(argument, &st) < 0) {
        char *shorter = NULL;
        int split = split_options(l, argument, &shorter, &like, err);
        if (split < 0)
            return -1;
        if (split == 0 || stat(shorter, &st) < 0)
            return problem(l, argument, strerror(errno), true, err);
        path = shorter;
    }
    if (S_ISDIR(st.st_mode)) {
        size_t before = l->inputs.n;
        rt_map_fini(&l->walked);
        rt_map_init(&l->walked);
        if (enter(l, &st, err) < 0 || walk(l, &like, path, 0, limits, err) < 0)
            return -1;
        return l->inputs.n > before || l->full
                   ? 0
                   : problem(l, path,
                             "the directory holds no readable file (hidden ones are left out)",
                             true, err);
    }
    if (access(path, R_OK) < 0)
        return problem(l, path, strerror(errno), true, err);
    like.once = !S_ISREG(st.st_mode);
    return add_file(l, &like, path, like.once ? 0 : (uint64_t)st.st_size, false, limits, err);
}

static int
copy_stream(int fd, const char *path, struct spool *to, struct spool_part *part,
            struct rt_err *err)
{
    char block[64 * 1024];
    ssize_t n = 0;
    spool_begin(to, part);
    while ((n = read(fd, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && spool_write(to, (rt_str){block, (size_t)n}, err) < 0)
            return -1;
    return n < 0 ? rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno))
                 : spool_end(to, part, err);
}

static int
keep_input(struct input_list *l, struct input *in, struct rt_err *err)
{
    struct spool_part *part = rt_arena_alloc(&l->arena, sizeof(*part));
    l->kept =
        part == NULL || l->kept != NULL ? l->kept : rt_arena_alloc(&l->arena, sizeof(*l->kept));
    if (part == NULL || l->kept == NULL)
        return rt_fail_mem(err);
    if (l->kept->file == NULL && spool_open(l->kept, err) < 0)
        return -1;
    int fd =
        strcmp(in->path, "-") == 0 ? dup(STDIN_FILENO) : open(in->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) /* whoever reads it says why */
        return 0;
    int rc = copy_stream(fd, in->path, l->kept, part, err);
    close(fd);
    if (rc == 0)
        in->source = &part->source;
    return rc;
}

int
input_list_keep(struct input_list *l, struct rt_err *err)
{
    for (size_t i = 0; i < l->inputs.n; i++)
        if (!input_stays(&l->inputs.v[i]) && keep_input(l, &l->inputs.v[i], err) < 0)
            return -1;
    return 0;
}

struct reader *
input_open(const struct input *in, enum reader_way way, const struct rt_limits *limits,
           struct rt_err *err)
{
    return in->source != NULL ? reader_open_source(in->source, way, limits, err)
                              : reader_open(in->path, way, limits, err);
}
