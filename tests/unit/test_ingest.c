/* Lines from anything: members, damage, limits; and both inflates alike. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "check.h"
#include "ingest/inflate.h"
#include "ingest/inputs.h"
#include "ingest/reader.h"

static size_t
gzip(const void *text, size_t n, unsigned char *out, size_t room)
{
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    z.next_in = text;
    z.avail_in = (uInt)n;
    z.next_out = out;
    z.avail_out = (uInt)room;
    deflate(&z, Z_FINISH);
    size_t made = room - z.avail_out;
    deflateEnd(&z);
    return made;
}

struct got {
    struct rt_buf text; /* lines, each with LF */
    uint64_t lines, too_long;
    bool complete;
    size_t warnings;
    uint64_t members;
    char warning[200];
};

static void
drain(const void *p, size_t n, const char *inflate, const struct rt_limits *limits,
      struct got *g)
{
    struct rt_err err = {0};
    struct reader_line line;
    *g = (struct got){0};
    rt_buf_init(&g->text, 1 << 24);
    struct reader *r = reader_open_memory(p, n, inflate, limits, &err);
    CU_ASSERT_FATAL(r != NULL);
    while (reader_next(r, &line, &err) == 1) {
        g->lines++;
        g->too_long += line.too_long;
        rt_buf_add(&g->text, line.text);
        rt_buf_addc(&g->text, '\n');
    }
    struct reader_facts f;
    reader_facts(r, &f);
    g->complete = f.complete;
    g->warnings = f.warning_count;
    g->members = f.members;
    if (f.warning_count > 0)
        snprintf(g->warning, sizeof(g->warning), "%s", f.warnings[0]);
    CHECK(f.lines == g->lines);
    reader_free(&r);
}

static void
lines_end_where_they_end(void)
{
    static const struct {
        const char *name;
        rt_str text;
        uint64_t lines;
        const char *want;
        /* clang-format off */
    } rows[] = {
        {"no end at the end", RT_INIT("a\nb"), 2, "a\nb\n"},    {"an end at the end", RT_INIT("a\nb\n"), 2, "a\nb\n"},
        {"CRLF", RT_INIT("a\r\nb\r\n"), 2, "a\nb\n"},           {"a BOM", RT_INIT("\xef\xbb\xbf" "a\n"), 1, "a\n"},
        {"blank lines count", RT_INIT("\n\n"), 2, "\n\n"},      {"nothing", RT_INIT(""), 0, ""},
        {"a BOM of the first line only", RT_INIT("\xef\xbb\xbf" "a\n\xef\xbb\xbf" "b\n"), 2, "a\n\xef\xbb\xbf" "b\n"},
        {"a CR within a line stays", RT_INIT("a\rb\n"), 1, "a\rb\n"},
        {"two bytes, of which one begins a gzip", RT_INIT("\x1f" "a"), 1, "\x1f" "a\n"},
        {"one byte", RT_INIT("a"), 1, "a\n"},
        {"two bytes, of which the second is of a gzip", RT_INIT("a\x8b"), 1, "a\x8b\n"},
        {"a mark of gzip with another method", RT_INIT("\x1f\x8b\x09" "a\n"), 1, "\x1f\x8b\x09" "a\n"},
        {"invalid UTF-8 passes", RT_INIT("\xff\n"), 1, "\xff\n"},
    };
    /* clang-format on */
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct got g;
        drain(rows[i].text.p, rows[i].text.n, NULL, &rt_limits_default, &g);
        CHECK_ROW(&rows[i],
                  g.lines == rows[i].lines && rt_str_is(rt_buf_str(&g.text), rows[i].want));
        CHECK_ROW(&rows[i], g.complete);
        rt_buf_fini(&g.text);
    }
}

static void
a_line_beyond_the_limit_is_counted_and_the_rest_intact(void)
{
    struct rt_limits small = rt_limits_default;
    struct got g;
    char text[3000];
    memset(text, 'x', sizeof(text));
    memcpy(text, "a\n", 2);
    memcpy(text + 2990, "\nb\n", 3);
    small.line_bytes = 1000;
    drain(text, 2993, NULL, &small, &g);
    CHECK(g.lines == 3 && g.too_long == 1);
    CHECK(rt_str_is(rt_buf_str(&g.text), "a\n\nb\n"));
    rt_buf_fini(&g.text);
}

/* Lines of LIMIT and more bytes, within a block and across the end of one. */
static void
the_limit_holds_wherever_a_block_ends(void)
{
    enum { BLOCK = 256 * 1024, LIMIT = 1000 };
    static char text[3 * BLOCK];
    static const struct {
        const char *name;
        size_t from, n;
        bool too_long;
    } rows[] = {
        {"just the limit", 10, LIMIT, false},
        {"one more", 10, LIMIT + 1, true},
        {"just the limit, over two blocks", BLOCK - 500, LIMIT, false},
        {"one more, over two blocks", BLOCK - 500, LIMIT + 1, true},
        {"two blocks and more", BLOCK - 500, 2 * BLOCK, true},
    };
    struct rt_limits small = rt_limits_default;
    small.line_bytes = LIMIT;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct got g;
        size_t lines = rows[i].from / 2, end = rows[i].from + rows[i].n;
        for (size_t k = 0; k < rows[i].from; k++)
            text[k] = k % 2 == 0 ? 'a' : '\n';
        memset(text + rows[i].from, 'x', rows[i].n);
        memcpy(text + end, "\nb\nc\n", 5);
        drain(text, end + 5, NULL, &small, &g);
        CHECK_ROW(&rows[i], g.lines == lines + 3 && g.too_long == rows[i].too_long);
        CHECK_ROW(&rows[i], g.text.n == rows[i].from + (rows[i].too_long ? 0 : rows[i].n) + 5);
        CHECK_ROW(&rows[i], memcmp(g.text.p + g.text.n - 5, "\nb\nc\n", 5) == 0);
        rt_buf_fini(&g.text);
    }
}

/* A text of many lines, in two members and some padding. */
static size_t
sample(unsigned char *out, size_t room, size_t *lines)
{
    static char text[40000];
    size_t n = 0;
    *lines = 0;
    for (unsigned i = 0; n < sizeof(text) - 80; i++, (*lines)++)
        n += (size_t)snprintf(text + n, 80, "{\"line\":%u,\"word\":\"%08x\"}\n", i,
                              i * 2654435761u);
    size_t half = n / 2, used = gzip(text, half, out, room);
    used += gzip(text + half, n - half, out + used, room - used);
    memset(out + used, 0, 7);
    return used + 7;
}

static void
a_cut_anywhere_gives_what_was_before_with_one_warning(void)
{
    static unsigned char packed[60000];
    size_t lines = 0, n = sample(packed, sizeof(packed), &lines);
    struct got whole;
    drain(packed, n, NULL, &rt_limits_default, &whole);
    CHECK(whole.complete && whole.lines == lines && whole.warnings == 0);
    unsigned wrong = 0, between = 0;
    for (size_t cut = 1; cut < n - 7; cut++) {
        struct got g;
        drain(packed, cut, cut % 2 == 0 ? "zlib" : NULL, &rt_limits_default, &g);
        /* What came out is a beginning of the whole; the last line may be half. */
        size_t same = g.text.n == 0 ? 0 : g.text.n - 1;
        bool prefix = same <= whole.text.n &&
                      memcmp(g.text.p == NULL ? "" : g.text.p, whole.text.p, same) == 0;
        bool ends_between = g.complete && g.warnings == 0; /* exactly between the members */
        between += ends_between;
        wrong +=
            !prefix || (!ends_between && (g.complete || g.warnings != 1 ||
                                          strstr(g.warning, "ends in the middle") == NULL));
        rt_buf_fini(&g.text);
    }
    CHECK(wrong == 0);
    CHECK(between == 1);
    rt_buf_fini(&whole.text);
}

static void
a_cut_tells_what_can_be_used(void)
{
    static const struct {
        const char *name, *text;
        size_t cut; /* bytes from the end */
        const char *want;
    } rows[] = {
        {"nothing", "a\n", 13,
         "ends in the middle of a block after 0 lines; nothing of it can be used"},
        {"a line", "a\n", 4, "ends in the middle of a block after 1 line; that line is used"},
        {"lines", "a\nb\n", 4,
         "ends in the middle of a block after 2 lines; those lines are used"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char packed[100];
        struct got g;
        size_t n = gzip(rows[i].text, strlen(rows[i].text), packed, sizeof(packed));
        drain(packed, n - rows[i].cut, NULL, &rt_limits_default, &g);
        CHECK_ROW(&rows[i], g.warnings == 1 && strcmp(g.warning, rows[i].want) == 0);
        rt_buf_fini(&g.text);
    }
}

static void
both_inflates_say_the_same_of_flipped_bits(void)
{
    static unsigned char packed[60000], broken[60000];
    size_t lines = 0, n = sample(packed, sizeof(packed), &lines);
    unsigned silent = 0, differ = 0;
    uint32_t seed = 1;
    struct got whole;
    drain(packed, n, "zlib", &rt_limits_default, &whole);
    for (int i = 0; i < 300; i++) {
        struct got a, b;
        memcpy(broken, packed, n);
        seed = seed * 1664525u + 1013904223u;
        size_t bit = 24 + seed % ((n - 40) * 8 - 24);
        broken[bit / 8] ^= (unsigned char)(1u << bit % 8);
        drain(broken, n, "zlib", &rt_limits_default, &a);
        drain(broken, n, inflate_backends[0]->name, &rt_limits_default, &b);
        bool same_text = rt_str_eq(rt_buf_str(&a.text), rt_buf_str(&whole.text));
        silent += !same_text && a.warnings == 0;
        silent += !rt_str_eq(rt_buf_str(&b.text), rt_buf_str(&whole.text)) && b.warnings == 0;
        differ += (a.warnings == 0) != (b.warnings == 0);
        rt_buf_fini(&a.text);
        rt_buf_fini(&b.text);
    }
    CHECK(silent == 0);
    CHECK(differ == 0);
    rt_buf_fini(&whole.text);
}

static void
garbage_and_bombs_are_named(void)
{
    static unsigned char packed[60000];
    size_t lines = 0, n = sample(packed, sizeof(packed), &lines);
    struct got g;
    memcpy(packed + n, "not gzip", 8);
    drain(packed, n + 8, NULL, &rt_limits_default, &g);
    char where[60];
    snprintf(where, sizeof(where), "bytes after the gzip data at byte %zu are not gzip", n);
    CHECK(g.lines == lines && g.members == 2 && g.warnings == 1 &&
          strstr(g.warning, where) == g.warning);
    rt_buf_fini(&g.text);
    for (size_t i = 0; inflate_backends[i] != NULL;
         i++) { /* two members, the first with a wrong checksum */
        unsigned char one[200];
        size_t m = gzip("a\nb\n", 4, one, sizeof(one) / 2);
        memcpy(one + m, one, m);
        one[m - 8] ^= 1;
        drain(one, m, inflate_backends[i]->name, &rt_limits_default, &g);
        CHECK(g.lines == 2 && !g.complete && strstr(g.warning, "left out") == NULL);
        rt_buf_fini(&g.text);
        drain(one, 2 * m, inflate_backends[i]->name, &rt_limits_default, &g);
        CHECK(g.lines == 2 && !g.complete &&
              strstr(g.warning, "what follows was left out") != NULL);
        rt_buf_fini(&g.text);
    }
    drain("\xfe\xff\0{\0}\0\n", 8, NULL, &rt_limits_default, &g);
    CHECK(g.warnings == 1 && strstr(g.warning, "is UTF-16") == g.warning);
    rt_buf_fini(&g.text);
    struct rt_limits small = rt_limits_default;
    small.inflate_bytes = 1000;
    drain(packed, n, NULL, &small, &g);
    CHECK(!g.complete && g.warnings == 1 &&
          strstr(g.warning, "more than 1 000 bytes") != NULL && g.text.n <= 1001);
    rt_buf_fini(&g.text);
}

static void
what_grows_as_no_log_does_is_a_bomb(void)
{
    static unsigned char packed[60000], text[2 << 20];
    struct rt_limits small = rt_limits_default;
    struct got g;
    memset(text, '\n', sizeof(text));
    size_t n = gzip(text, sizeof(text), packed, sizeof(packed)); /* about a thousand times */
    for (size_t i = 0; inflate_backends[i] != NULL; i++) {
        small.inflate_bomb_bytes = 2 << 20;
        drain(packed, n, inflate_backends[i]->name, &small, &g);
        CHECK(g.complete && g.lines == sizeof(text)); /* too small to matter */
        rt_buf_fini(&g.text);
        small.inflate_bomb_bytes = 1 << 20;
        drain(packed, n, inflate_backends[i]->name, &small, &g);
        CHECK(!g.complete && g.lines < sizeof(text) && g.lines >= 1 << 20 && g.warnings == 1 &&
              strstr(g.warning, "more than 500 times its size") != NULL);
        rt_buf_fini(&g.text);
    }
    small.inflate_bomb_bytes = small.inflate_times = 1;
    drain(text, sizeof(text), NULL, &small, &g);
    CHECK(g.complete && g.lines == sizeof(text)); /* what is not packed is what it is */
    rt_buf_fini(&g.text);
}

static void
what_cannot_be_read_says_so(void)
{
    struct rt_err err = {0};
    CHECK(reader_open("/no/such/file", READ_ALONE, &rt_limits_default, &err) == NULL &&
          err.code == RT_EIO);
    struct rt_err dir = {0};
    CHECK(reader_open("/", READ_ALONE, &rt_limits_default, &dir) == NULL &&
          strstr(dir.msg, "directory") != NULL);
}

/* That is no line beyond the limit. */
static void
a_line_that_memory_has_no_room_for_is_an_error(void)
{
    enum { LONG = 300 * 1024 };
    char *text = malloc(LONG);
    struct rt_err err = {0};
    struct reader_line line;
    CU_ASSERT_PTR_NOT_NULL_FATAL(text);
    memset(text, 'x', LONG);
    struct reader *r = reader_open_memory(text, LONG, NULL, &rt_limits_default, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(r);
    rt_alloc_fail_at(0, 1);
    CHECK(reader_next(r, &line, &err) < 0 && err.code == RT_ENOMEM);
    rt_alloc_fail_at(-1, 0);
    reader_free(&r);
    free(text);
}

static void
files_beyond_the_limit_are_told_once(void)
{
    char folder[] = "/tmp/rectrace-test-XXXXXX", path[64];
    struct rt_limits small = rt_limits_default;
    struct rt_err err = {0};
    struct input_list l;
    small.inputs = 2;
    CU_ASSERT_PTR_NOT_NULL_FATAL(mkdtemp(folder));
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s/%d.log", folder, i);
        FILE *f = fopen(path, "w");
        if (f != NULL)
            fclose(f);
    }
    input_list_init(&l);
    CHECK(input_list_add(&l, folder, &small, &err) == 0 && l.inputs.n == 2);
    CHECK(l.problems.n == 1 && strstr(l.problems.v[0].path, "/2.log") != NULL);
    CHECK(input_list_add(&l, folder, &small, &err) == 0 && l.problems.n == 1);
    input_list_fini(&l);
    for (int i = 0; i < 6; i++) {
        snprintf(path, sizeof(path), "%s/%d.log", folder, i);
        unlink(path);
    }
    rmdir(folder);
}

static const struct check_test tests[] = {
    {"lines end where they end", lines_end_where_they_end},
    {"a line beyond the limit is counted and the rest intact",
     a_line_beyond_the_limit_is_counted_and_the_rest_intact},
    {"the limit holds wherever a block ends", the_limit_holds_wherever_a_block_ends},
    {"a cut anywhere gives what was before, with one warning",
     a_cut_anywhere_gives_what_was_before_with_one_warning},
    {"a cut tells what can be used", a_cut_tells_what_can_be_used},
    {"both inflates say the same of flipped bits", both_inflates_say_the_same_of_flipped_bits},
    {"garbage and bombs are named", garbage_and_bombs_are_named},
    {"what grows as no log does is a bomb", what_grows_as_no_log_does_is_a_bomb},
    {"what cannot be read says so", what_cannot_be_read_says_so},
    {"a line that memory has no room for is an error",
     a_line_that_memory_has_no_room_for_is_an_error},
    {"files beyond the limit are told once", files_beyond_the_limit_are_told_once},
    {NULL, NULL},
};
CHECK_MAIN("ingest", tests)
