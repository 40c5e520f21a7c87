/*
 * load.c - files to a rule set, in passes: what names things comes before what uses the names.
 *
 *   read all -> callbacks, codes -> formats, parameters -> overrides -> rules -> cross-checks
 */
#include "config.h"

#include "rules/load.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/literals.h"
#include "rules/digest.h"
#include "rules/loader.h"
#include "rules/pack.h"

enum { READ_BYTES = 16384, DEEPEST = 8 };

struct files {
    RT_VEC(struct yaml_file) list;
};

static int
add_text(struct rule_set *set, struct files *files, const struct pack_file *from, bool builtin,
         bool untested, struct rt_err *err)
{
    struct yaml_file *f = RT_VEC_PUSH(&files->list);
    struct rule_text *kept = f == NULL ? NULL : RT_VEC_PUSH(&set->texts);
    if (kept == NULL)
        return rt_fail_mem(err);
    *f = (struct yaml_file){.name = from->name,
                            .text = from->text,
                            .tree = from->tree,
                            .builtin = builtin,
                            .untested = untested};
    *kept = (struct rule_text){from->name, from->text, builtin};
    return 0;
}

/* The whole of a file, NUL-terminated, into the set's arena. */
static int
read_all(struct rule_set *set, FILE *in, const char *path, rt_str *out, struct rt_err *err)
{
    size_t most = (size_t)set->limits->rule_file_bytes, n = 1;
    struct rt_buf b;
    int rc = 0;
    rt_buf_init(&b, most + READ_BYTES);
    while (n > 0 && b.n <= most) {
        char *room = rt_buf_room(&b, READ_BYTES);
        n = room == NULL ? 0 : fread(room, 1, READ_BYTES, in);
        b.n += n;
    }
    char *text = rt_arena_strz(&set->arena, rt_buf_str(&b));
    if (b.failed || text == NULL)
        rc = rt_fail_mem(err);
    else if (ferror(in))
        rc = rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    else if (b.n > most)
        rc = rt_fail_here(err, RT_ELIMIT, "%s: larger than %zu bytes", path, most);
    *out = (rt_str){text, b.n};
    rt_buf_fini(&b);
    return rc;
}

static int
read_file(struct rule_set *set, struct files *files, const char *path, struct rt_err *err)
{
    FILE *in = fopen(path, "rb");
    rt_str text = RT_NONE;
    if (in == NULL)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    int rc = read_all(set, in, path, &text, err);
    fclose(in);
    char *name = rc < 0 ? NULL : rt_arena_strz(&set->arena, rt_str_of(path));
    if (rc == 0 && name == NULL)
        return rt_fail_mem(err);
    return rc < 0 ? rc
                  : add_text(set, files, &(struct pack_file){name, text, RT_NONE}, false, false,
                             err);
}

static bool
is_yaml(const char *path)
{
    rt_str name = rt_str_of(path);
    return rt_str_ends(name, RT_LIT(".yaml")) || rt_str_ends(name, RT_LIT(".yml"));
}

static int
is_visible(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* A file that was named is read, whatever its name; in a directory only YAML files are. */
static int
read_path(struct rule_set *set, struct files *files, const char *path, unsigned depth,
          struct rt_err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return depth > 0 && !is_yaml(path) ? 0 : read_file(set, files, path, err);
    struct dirent **names = NULL;
    int count = depth > DEEPEST ? 0 : scandir(path, &names, is_visible, by_name);
    if (count < 0)
        return rt_fail_here(err, RT_EIO, "%s: %s", path, strerror(errno));
    int rc = 0;
    for (int i = 0; i < count; i++) {
        char *full = rt_arena_printf(&set->arena, "%s/%s", path, names[i]->d_name);
        if (rc == 0)
            rc = full == NULL ? rt_fail_mem(err) : read_path(set, files, full, depth + 1, err);
        free(names[i]);
    }
    free(names);
    return rc;
}

static int
gather(struct rule_set *set, struct files *files, const struct rule_sources *from,
       struct rt_err *err)
{
    const struct pack_file *f;
    for (f = rule_pack.files; from->builtin && f->name != NULL; f++)
        if (add_text(set, files, f, true, from->untested, err) < 0)
            return -1;
    for (f = from->memory; f != NULL && f->name != NULL; f++)
        if (add_text(set, files, f, false, false, err) < 0)
            return -1;
    for (size_t i = 0; i < from->path_count; i++)
        if (read_path(set, files, from->paths[i], 0, err) < 0)
            return -1;
    return 0;
}

/* That of the pack alone is known since it was made. */
static void
digest(struct rule_set *set, const struct files *files)
{
    struct rule_digest d;
    size_t own = 0;
    for (size_t i = 0; i < files->list.n; i++)
        own += !files->list.v[i].builtin;
    if (own == 0 && files->list.n > 0) {
        memcpy(set->sha256, rule_pack.sha256, sizeof(set->sha256));
        return;
    }
    rule_digest_begin(&d);
    for (size_t i = 0; i < files->list.n; i++)
        rule_digest_add(&d, files->list.v[i].name, files->list.v[i].text);
    rule_digest_end(&d, set->sha256);
}

/* Head of a file: the version first, since an unknown one may mean anything. Other mistakes in it are told, and the rest
 * of the file is read for its own. */
static bool
good_head(struct loader *l, const struct yaml_node *root)
{
    static const char *const keys[] = {
        "rectrace",   "family",   "about",    "source",     "rank",       "params",
        "rules",      "codes",    "webhooks", "parameters", "formats",    "accept",
        "envelope",   "delivery", "signs",    "causes",     "tokens",     "masks",
        "secrets",    "storage",  "areas",    "hosts",      "words",      "relations",
        "identities", "headers",  "polls",    "withheld",   "beginnings", NULL};
    int64_t version = 0;
    rt_str family = RT_NONE;
    if (root->type != YAML_MAP)
        return load_error(l, root, 0, "begin with 'rectrace: 1'", "a rule file is a map");
    const struct yaml_node *rules = yaml_get(root, "rules");
    bool is_override = rules != NULL && rules->type == YAML_MAP;
    if (yaml_get(root, "rectrace") == NULL && is_override) {
        load_keys(l, root, keys);
        return true;
    }
    if (!load_int(l, root, "rectrace", true, 0, 1000000, &version))
        return false;
    if (version != 1)
        return load_error(l, yaml_get(root, "rectrace"), 0, "this program knows version 1",
                          "version %lld of the rule language is not known", (long long)version);
    bool named = is_override || yaml_get(root, "accept") != NULL;
    load_keys(l, root, keys);
    load_text(l, root, "family", !named, &family);
    return true;
}

static void
pass(struct loader *l, const struct files *files,
     void (*visit)(struct loader *, const struct yaml_node *root))
{
    for (size_t i = 0; i < files->list.n && !l->memory; i++) {
        l->file = &files->list.v[i];
        if (l->file->root != NULL)
            visit(l, l->file->root);
    }
}

/* What stands under a key of a file, in the order in which it is read. */
struct section {
    const char *key;
    void (*load)(struct loader *, const struct yaml_node *);
};
static const struct section names[] = {
    {"envelope", load_envelope},
    {"delivery", load_delivery},
    {"webhooks", load_hooks},
    {"codes", load_codes},
    {NULL, NULL},
};
static const struct section shapes[] = {
    {"formats", load_formats},   {"parameters", load_parameters},
    {"tokens", load_tokens},     {"masks", load_masks},
    {"secrets", load_secrets},   {"headers", load_headers},
    {"polls", load_polls},       {"storage", load_storage},
    {"areas", load_areas},       {"hosts", load_hosts},
    {"words", load_vocabulary},  {"identities", load_identities},
    {"withheld", load_withheld}, {"beginnings", load_beginnings},
    {"signs", load_signs},       {"causes", load_causes},
    {"accept", load_accepts},    {NULL, NULL},
};

static void
load_sections(struct loader *l, const struct yaml_node *root, const struct section *s)
{
    for (; s->key != NULL; s++)
        if (yaml_get(root, s->key) != NULL)
            s->load(l, yaml_get(root, s->key));
}

static void
visit_names(struct loader *l, const struct yaml_node *root)
{
    load_sections(l, root, names);
}

static void
visit_shapes(struct loader *l, const struct yaml_node *root)
{
    const struct yaml_node *rules = yaml_get(root, "rules");
    load_sections(l, root, shapes);
    if (rules != NULL && rules->type == YAML_MAP)
        load_overrides(l, rules);
    else if (rules != NULL && rules->type == YAML_SCALAR)
        load_error(l, rules, 0, NULL, "'rules' must be a list of rules, or a map of changes");
}

static void
visit_relations(struct loader *l, const struct yaml_node *root)
{
    if (yaml_get(root, "relations") != NULL && l->set->nodes.n > 0)
        load_relations(l, yaml_get(root, "relations"));
}

static int
parse_all(struct loader *l, struct files *files)
{
    for (size_t i = 0; i < files->list.n; i++) {
        struct yaml_file *f = &files->list.v[i];
        l->file = f;
        if (yaml_parse(f, &l->set->arena, l->set->limits, l->messages, l->err) < 0)
            return -1;
        if (f->root != NULL && !good_head(l, f->root))
            f->root = NULL;
    }
    return 0;
}

static void *
pcre_malloc(size_t n, void *unused)
{
    (void)unused;
    return rt_malloc(n);
}

static void
pcre_free(void *p, void *unused)
{
    (void)unused;
    rt_free(p);
}

/* So that PCRE2 allocates through base; the patterns remember it on their own. */
static pcre2_compile_context *
compile_context(void)
{
    pcre2_general_context *general = pcre2_general_context_create(pcre_malloc, pcre_free, NULL);
    if (general == NULL)
        return NULL;
    pcre2_compile_context *c = pcre2_compile_context_create(general);
    pcre2_general_context_free(general);
    return c;
}

/* Most texts hold no string of the vendor: a look that is cheap says so. One that is too short for
 * such a look makes every text be searched. */
static void
learn_strings(struct loader *l)
{
    const struct code_entry *c;
    rt_str *words = load_alloc(l, l->set->codes.n, sizeof(*words));
    size_t n = 0;
    RT_EACH (c, &l->set->codes) {
        if (words == NULL || c->subject != SUBJECT_STRING)
            continue;
        if (c->text.n < LITERAL_LEAST)
            return;
        words[n++] = c->text;
    }
    if (n > 0 && (l->set->strings = literals_new(words, n, &l->set->arena)) == NULL)
        l->memory = true;
}

static int
load_all(struct loader *l, struct files *files, const struct rule_sources *from)
{
    if (gather(l->set, files, from, l->err) < 0 || parse_all(l, files) < 0)
        return -1;
    digest(l->set, files);
    pass(l, files, visit_names);
    learn_strings(l);
    pass(l, files, visit_shapes);
    parameter_tree_build(l);
    pass(l, files, visit_relations);
    pass(l, files, load_rules);
    check_overrides(l);
    check_accepts(l, files->list.v, files->list.n, from->today);
    message_sort(l->messages);
    return l->memory ? rt_fail_mem(l->err) : 0;
}

struct rule_set *
rule_set_load(const struct rule_sources *from, const struct rt_limits *limits,
              struct rule_messages *messages, struct rt_err *err)
{
    struct files files = {0};
    struct rule_set *set = rt_calloc(1, sizeof(*set));
    pcre2_compile_context *compile = set == NULL ? NULL : compile_context();
    if (compile == NULL) {
        rt_free(set);
        rt_fail_mem(err);
        return NULL;
    }
    rt_arena_init(&set->arena, 64 * 1024, 0);
    set->limits = limits;
    set->version = RT_LIT(PACKAGE_VERSION);
    struct loader l = {.set = set, .messages = messages, .err = err, .compile = compile};
    rt_map_init(&l.overrides);
    if (load_all(&l, &files, from) < 0)
        rule_set_free(&set);
    RT_VEC_FREE(&l.mistyped);
    rt_map_fini(&l.overrides);
    RT_VEC_FREE(&files.list);
    pcre2_compile_context_free(compile);
    return set;
}

void
rule_set_free(struct rule_set **pset)
{
    struct rule_set *set = *pset;
    *pset = NULL;
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->regexes.n; i++)
        regex_free(set->regexes.v[i]);
    RT_VEC_FREE(&set->regexes);
    RT_VEC_FREE(&set->rules);
    RT_VEC_FREE(&set->codes);
    RT_VEC_FREE(&set->hooks);
    RT_VEC_FREE(&set->signs);
    RT_VEC_FREE(&set->causes);
    RT_VEC_FREE(&set->parameters);
    RT_VEC_FREE(&set->nodes);
    RT_VEC_FREE(&set->relations);
    RT_VEC_FREE(&set->secrets);
    RT_VEC_FREE(&set->headers);
    RT_VEC_FREE(&set->identities);
    RT_VEC_FREE(&set->withheld);
    RT_VEC_FREE(&set->beginnings);
    RT_VEC_FREE(&set->storage);
    RT_VEC_FREE(&set->areas);
    RT_VEC_FREE(&set->formats);
    RT_VEC_FREE(&set->accepts);
    RT_VEC_FREE(&set->x_fields);
    RT_VEC_FREE(&set->texts);
    rt_arena_fini(&set->arena);
    rt_free(set);
}
