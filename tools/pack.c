/*
 * pack.c - writes C to standard output: the named rule files as byte arrays, in the given order.
 *
 *   pack NAME HEADER SRCDIR FILE...        `const struct pack NAME`, declared in HEADER
 *
 * The arrays are numbers, so that no compiler's limit on strings and no character of a rule matters.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "rules/digest.h"
#include "rules/frozen.h"

static void
fail(const char *path, const char *why)
{
    fprintf(stderr, "pack: %s: %s\n", path, why);
    exit(1);
}

static void
read_file(const char *dir, const char *name, struct rt_buf *out)
{
    char path[4096];
    size_t n = 1;
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *in = fopen(path, "rb");
    if (in == NULL)
        fail(path, "cannot be opened");
    while (n > 0) {
        char *room = rt_buf_room(out, 65536);
        n = room == NULL ? 0 : fread(room, 1, 65536, in);
        out->n += n;
    }
    if (ferror(in) || out->failed)
        fail(path, "cannot be read");
    fclose(in);
}

static void
write_array(const char *kind, int number, rt_str bytes)
{
    printf("\nstatic const unsigned char %s_%d[] = {", kind, number);
    for (size_t i = 0; i < bytes.n; i++)
        printf("%s%d,", i % 24 == 0 ? "\n" : "", (unsigned char)bytes.p[i]);
    printf("\n};\n");
}

/* A mistake in the file is told as at run time; it stops the build. */
static void
write_tree(const char *name, int number, rt_str text)
{
    struct rt_arena arena;
    struct rule_messages messages;
    struct rt_err err = {0};
    struct rt_buf tree;
    struct yaml_file f = {.name = name, .text = text};
    rt_arena_init(&arena, 65536, 0);
    rule_messages_init(&messages);
    rt_buf_init(&tree, (size_t)1 << 26);
    if (yaml_parse(&f, &arena, &rt_limits_default, &messages, &err) < 0)
        fail(name, err.msg);
    for (size_t i = 0; i < messages.list.n; i++)
        fprintf(stderr, "%s:%u:%u: %s\n", name, messages.list.v[i].pos.line,
                messages.list.v[i].pos.col, messages.list.v[i].text);
    if (f.root == NULL)
        fail(name, "is no rule file");
    frozen_write(f.root, &tree);
    if (tree.failed)
        fail(name, "out of memory");
    write_array("tree", number, rt_buf_str(&tree));
    rt_buf_fini(&tree);
    rule_messages_fini(&messages);
    rt_arena_fini(&arena);
}

int
main(int argc, char **argv)
{
    struct rule_digest digest;
    char hex[RULE_DIGEST_HEX];
    if (argc < 4)
        fail("usage", "pack NAME HEADER SRCDIR FILE...");
    printf(
        "/* Made from rules/ by tools/pack.c; do not edit. */\n#include \"config.h\"\n\n#include \"%s\"\n",
        argv[2]);
    rule_digest_begin(&digest);
    for (int i = 4; i < argc; i++) {
        struct rt_buf text;
        rt_buf_init(&text, (size_t)1 << 26);
        read_file(argv[3], argv[i], &text);
        write_array("file", i - 4, rt_buf_str(&text));
        write_tree(argv[i], i - 4, rt_buf_str(&text));
        rule_digest_add(&digest, argv[i], rt_buf_str(&text));
        rt_buf_fini(&text);
    }
    rule_digest_end(&digest, hex);
    printf(
        "\n#define BYTES(array) {(const char *)(array), sizeof(array)}\nstatic const struct pack_file files[] = {\n");
    for (int i = 4; i < argc; i++)
        printf("    {\"%s\", BYTES(file_%d), BYTES(tree_%d)},\n", argv[i], i - 4, i - 4);
    printf("    {NULL, {NULL, 0}, {NULL, 0}},\n};\nconst struct pack %s = {files, \"%s\"};\n",
           argv[1], hex);
    if (fflush(stdout) != 0 || ferror(stdout))
        fail("standard output", "cannot be written");
    return 0;
}
