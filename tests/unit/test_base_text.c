/* Text, numbers, hashes, edit distance, buffers, maps, arenas. */
#include "config.h"

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/str.h"
#include "check.h"

static void
integers_are_read_whole_or_not_at_all(void)
{
    static const struct {
        const char *name, *text;
        bool good;
        int64_t value;
    } rows[] = {
        {"zero", "0", true, 0},
        {"negative", "-17", true, -17},
        {"largest", "9223372036854775807", true, INT64_MAX},
        {"smallest", "-9223372036854775808", true, INT64_MIN},
        {"too large", "9223372036854775808", false, 0},
        {"far too large", "99999999999999999999999", false, 0},
        {"empty", "", false, 0},
        {"only a sign", "-", false, 0},
        {"plus is not taken", "+1", false, 0},
        {"a blank behind", "1 ", false, 0},
        {"a letter", "1x", false, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t n = 0;
        bool good = rt_str_int(rt_str_of(rows[i].text), &n);
        CHECK_ROW(&rows[i], good == rows[i].good);
        CHECK_ROW(&rows[i], !good || n == rows[i].value);
    }
}

static void
distance_counts_edits_and_swaps(void)
{
    static const struct {
        const char *name, *a, *b;
        unsigned want;
    } rows[] = {
        {"equal", "start", "start", 0}, {"a letter more", "start", "sttart", 1}, {"a letter less", "start", "stat", 1},
        {"two swapped", "start", "strat", 1}, {"another", "start", "stort", 1}, {"beyond the maximum", "start", "query", 4},
        {"empty", "", "abc", 3},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], rt_str_distance(rt_str_of(rows[i].a), rt_str_of(rows[i].b), 3) == rows[i].want);
}

static void
search_ignores_case_only_when_asked(void)
{
    CHECK(rt_str_find(RT_LIT("no Route matched"), RT_LIT("Route")) == 3);
    CHECK(rt_str_find(RT_LIT("no route matched"), RT_LIT("Route")) == SIZE_MAX);
    CHECK(rt_str_find_nocase(RT_LIT("NO ROUTE"), RT_LIT("route")) == 3);
    CHECK(rt_str_find_nocase(RT_LIT("no"), RT_LIT("route")) == SIZE_MAX);
    CHECK(rt_str_eq(rt_str_trim(RT_LIT(" \t x y\r\n")), RT_LIT("x y")));
    CHECK(rt_str_trim(RT_LIT("  ")).n == 0);
}

static void
long_texts_hash_by_their_ends_and_middle(void)
{
    char a[400], b[400];
    memset(a, 'x', sizeof(a));
    memcpy(b, a, sizeof(a));
    CHECK(rt_str_hash((rt_str){a, 400}) == rt_str_hash((rt_str){b, 400}));
    b[399] = 'y';
    CHECK(rt_str_hash((rt_str){a, 400}) != rt_str_hash((rt_str){b, 400}));
    CHECK(rt_str_hash((rt_str){a, 400}) != rt_str_hash((rt_str){a, 399}));
}

static void
a_buffer_stops_at_its_maximum_and_keeps_what_it_had(void)
{
    struct rt_buf b;
    rt_buf_init(&b, 8);
    CHECK(rt_buf_add(&b, RT_LIT("12345")) == 0);
    CHECK(rt_buf_add(&b, RT_LIT("6789")) < 0);
    CHECK(b.failed);
    CHECK(rt_str_is(rt_buf_str(&b), "12345"));
    rt_buf_clear(&b);
    CHECK(rt_buf_addf(&b, "%d-%s", 7, "ab") == 0);
    CHECK(strcmp(rt_buf_z(&b), "7-ab") == 0);
    rt_buf_fini(&b);
}

static void
a_map_finds_what_was_put_through_growth_and_deletion(void)
{
    enum { MANY = 2000 };
    static char keys[MANY][16];
    struct rt_map m;
    rt_map_init(&m);
    for (int i = 0; i < MANY; i++) {
        snprintf(keys[i], sizeof(keys[i]), "key-%d", i);
        CU_ASSERT_FATAL(rt_map_put(&m, rt_str_of(keys[i]), keys[i]) == 0);
    }
    for (int i = 0; i < MANY; i += 3)
        CHECK(rt_map_del(&m, rt_str_of(keys[i])) == keys[i]);
    unsigned wrong = 0;
    for (int i = 0; i < MANY; i++)
        wrong += rt_map_get(&m, rt_str_of(keys[i])) != (i % 3 == 0 ? NULL : keys[i]);
    CHECK(wrong == 0);
    size_t seen = 0;
    for (size_t i = 0; rt_map_next(&m, &i) != NULL;)
        seen++;
    CHECK(seen == m.n);
    CHECK(rt_map_del(&m, RT_LIT("nobody")) == NULL);
    rt_map_fini(&m);
}

static void
an_arena_gives_zeroed_memory_and_takes_it_back_to_a_mark(void)
{
    struct rt_arena a;
    rt_arena_init(&a, 64, 0);
    CHECK(rt_str_is(rt_arena_str(&a, RT_LIT("kept"), NULL), "kept"));
    struct rt_arena_mark mark = rt_arena_mark(&a);
    size_t held = a.held;
    for (int i = 0; i < 100; i++) {
        unsigned char *p = rt_arena_alloc(&a, 100);
        CU_ASSERT_FATAL(p != NULL);
        CHECK(p[0] == 0 && p[99] == 0);
        memset(p, 0xff, 100);
    }
    CHECK(a.held > held);
    rt_arena_reset(&a, mark);
    CHECK(a.held == held);
    CHECK(rt_arena_array(&a, SIZE_MAX / 2, 4) == NULL);
    rt_arena_fini(&a);
    rt_arena_init(&a, 64, 200);
    CHECK(rt_arena_alloc(&a, 4096) == NULL); /* its maximum */
    rt_arena_fini(&a);
}

static void
the_nth_allocation_fails_once_when_asked(void)
{
    rt_alloc_fail_at(1, 0);
    void *first = rt_malloc(8), *second = rt_malloc(8), *third = rt_malloc(8);
    CHECK(first != NULL && second == NULL && third != NULL);
    CHECK(rt_alloc_fail_at(-1, 0) == 3);
    rt_free(first);
    rt_free(third);
    CHECK(rt_realloc_array(NULL, SIZE_MAX, 2) == NULL);
}

static const struct check_test tests[] = {
    {"integers are read whole or not at all", integers_are_read_whole_or_not_at_all},
    {"distance counts edits and swaps", distance_counts_edits_and_swaps},
    {"search ignores case only when asked", search_ignores_case_only_when_asked},
    {"long texts hash by their ends and middle", long_texts_hash_by_their_ends_and_middle},
    {"a buffer stops at its maximum and keeps what it had", a_buffer_stops_at_its_maximum_and_keeps_what_it_had},
    {"a map finds what was put, through growth and deletion", a_map_finds_what_was_put_through_growth_and_deletion},
    {"an arena gives zeroed memory and takes it back to a mark", an_arena_gives_zeroed_memory_and_takes_it_back_to_a_mark},
    {"the n-th allocation fails once when asked", the_nth_allocation_fails_once_when_asked},
    {NULL, NULL},
};
CHECK_MAIN("base: text and memory", tests)
