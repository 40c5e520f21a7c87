#include "config.h"

#include "receive/secrets.h"

#include <nettle/memops.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "receive/private.h"

enum { FILE_BYTES = 65536, NAME_BYTES = 64, VALUE_BYTES = 512 };

struct secrets_memory {
    struct rt_arena arena;
    atomic_uint users;
};

static struct secrets *
new_set(struct rt_err *err)
{
    struct secrets *s = rt_calloc(1, sizeof(*s));
    struct secrets_memory *m = rt_calloc(1, sizeof(*m));
    if (s == NULL || m == NULL) {
        rt_free(s);
        rt_free(m);
        rt_fail_mem(err);
        return NULL;
    }
    rt_arena_init(&m->arena, 4096, 0);
    atomic_init(&m->users, 1);
    s->memory = m;
    return s;
}

const struct secrets *
secrets_ref(const struct secrets *s)
{
    atomic_fetch_add_explicit(&s->memory->users, 1, memory_order_relaxed);
    return s;
}

static void
free_set(struct secrets *s)
{
    struct secret_app *a;
    RT_EACH (a, &s->apps)
        RT_VEC_FREE(&a->secrets);
    RT_VEC_FREE(&s->apps);
    rt_arena_fini(&s->memory->arena);
    rt_free(s->memory);
    rt_free(s);
}

void
secrets_unref(const struct secrets **ps)
{
    const struct secrets *s = *ps;
    *ps = NULL;
    if (s != NULL && atomic_fetch_sub_explicit(&s->memory->users, 1, memory_order_acq_rel) == 1)
        free_set((struct secrets *)(uintptr_t)s);
}

/* Names go into paths, logs and metrics: no byte in them needs care. */
static bool
is_name(rt_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
                   s.p[i]) == NULL ||
            s.p[i] == '\0')
            return false;
    return s.n > 0 && s.n <= NAME_BYTES && s.p[0] != '.';
}

static struct secret_app *
app_of(struct secrets *s, rt_str name, struct rt_err *err)
{
    struct secret_app *a;
    RT_EACH (a, &s->apps)
        if (rt_str_eq(a->name, name))
            return a;
    char *path = rt_arena_printf(&s->memory->arena, "/hook/%.*s", RT_FMT(name));
    a = path == NULL ? NULL : RT_VEC_PUSH(&s->apps);
    if (a == NULL) {
        rt_fail_mem(err);
        return NULL;
    }
    a->path = rt_str_of(path);
    a->name = rt_str_from(a->path, strlen("/hook/"));
    return a;
}

static rt_str
next_word(rt_str *line)
{
    *line = rt_str_trim(*line);
    size_t n = 0;
    while (n < line->n && line->p[n] != ' ' && line->p[n] != '\t')
        n++;
    rt_str word = {line->p, n};
    *line = rt_str_from(*line, n);
    return word;
}

static int
add_secret(struct secrets *s, rt_str app, rt_str label, rt_str value, struct rt_pos at,
           struct rt_err *err)
{
    if (!is_name(label) || value.n == 0 || value.n > VALUE_BYTES)
        return rt_fail(err, RT_ESYNTAX, at,
                       "secret APP LABEL VALUE is meant (the value without blanks)");
    struct secret_app *a = app_of(s, app, err);
    if (a == NULL)
        return -1;
    const struct secret *other;
    RT_EACH (other, &a->secrets)
        if (rt_str_eq(other->label, label))
            return rt_fail(err, RT_ESYNTAX, at, "the label \"%.*s\" is there already",
                           RT_FMT(label));
    struct secret *new = RT_VEC_PUSH(&a->secrets);
    bool ok = new != NULL;
    if (ok) {
        new->label = rt_arena_str(&s->memory->arena, label, &ok);
        new->value = rt_arena_str(&s->memory->arena, value, &ok);
        hmac_sha256_set_key(&new->sha256, value.n, (const uint8_t *)value.p);
        hmac_sha1_set_key(&new->sha1, value.n, (const uint8_t *)value.p);
    }
    return ok ? 0 : rt_fail_mem(err);
}

static int
add_path(struct secrets *s, rt_str app, rt_str token, struct rt_pos at, struct rt_err *err)
{
    if (!is_name(token))
        return rt_fail(
            err, RT_ESYNTAX, at,
            "path APP TOKEN is meant; a token has letters, digits, '.', '_' and '-'");
    struct secret_app *a = app_of(s, app, err);
    if (a == NULL)
        return -1;
    char *path =
        rt_arena_printf(&s->memory->arena, "/hook/%.*s/%.*s", RT_FMT(a->name), RT_FMT(token));
    if (path == NULL)
        return rt_fail_mem(err);
    a->path = rt_str_of(path);
    return 0;
}

static int
read_line(struct secrets *s, rt_str line, struct rt_pos at, struct rt_err *err)
{
    rt_str what = next_word(&line);
    if (what.n == 0 || what.p[0] == '#')
        return 0;
    rt_str app = next_word(&line), third = next_word(&line), fourth = next_word(&line);
    bool is_secret = rt_str_is(what, "secret"), is_path = rt_str_is(what, "path");
    if ((!is_secret && !is_path) || !is_name(app) || next_word(&line).n > 0 ||
        (is_path && fourth.n > 0))
        return rt_fail(err, RT_ESYNTAX, at,
                       "a line is: secret APP LABEL VALUE, or: path APP TOKEN");
    return is_secret ? add_secret(s, app, third, fourth, at, err)
                     : add_path(s, app, third, at, err);
}

static int
read_lines(struct secrets *s, const char *path, rt_str text, struct rt_err *err)
{
    struct rt_pos at = {path, 0, 1};
    while (text.n > 0) {
        size_t end = rt_str_find(text, RT_LIT("\n"));
        rt_str line = {text.p, end == SIZE_MAX ? text.n : end};
        text = rt_str_from(text, line.n + 1);
        at.line++;
        if (read_line(s, line, at, err) < 0)
            return -1;
    }
    const struct secret_app *a;
    RT_EACH (a, &s->apps)
        if (a->secrets.n == 0)
            return rt_fail_here(err, RT_ESYNTAX, "%s: app \"%.*s\" has a path but no secret",
                                path, RT_FMT(a->name));
    return s->apps.n > 0 ? 0 : rt_fail_here(err, RT_ESYNTAX, "%s: holds no secret", path);
}

const struct secrets *
secrets_load(const char *path, struct rt_err *err)
{
    struct secrets *s = new_set(err);
    size_t n = 0;
    char *text = s == NULL ? NULL : private_read(path, FILE_BYTES, false, &n, err);
    int rc = text == NULL ? -1 : read_lines(s, path, (rt_str){text, n}, err);
    private_free(&text, n);
    const struct secrets *set = s;
    if (rc < 0)
        secrets_unref(&set);
    return set;
}

const struct secrets *
secrets_none(struct rt_err *err)
{
    struct secrets *s = new_set(err);
    const struct secrets *set = s;
    if (s != NULL && app_of(s, RT_LIT("default"), err) == NULL)
        secrets_unref(&set);
    return set;
}

const struct secret_app *
secrets_app(const struct secrets *s, const char *path)
{
    const struct secret_app *found = NULL, *a;
    size_t n = strlen(path);
    RT_EACH (a, &s->apps)
        if (a->path.n == n && memeql_sec(a->path.p, path, n))
            found = a;
    return found;
}
