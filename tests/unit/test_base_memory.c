/*
 * test_base_memory.c - allocation, arenas, growing arrays, maps; with and without memory.
 */
#include "config.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/map.h"
#include "base/slices.h"
#include "base/vec.h"
#include "check.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* ---- allocation ---- */

static const struct {
    const char *name;
    int64_t at;
    int sticky;
    const char *want; /* of six allocations: y it came, n it failed */
    uint64_t asked;
} failures[] = {
    {"the next", 0, 0, "nyyyyy", 6},
    {"the third", 2, 0, "yynyyy", 6},
    {"all from the third", 2, 1, "yynnnn", 6},
    {"one later than all", 6, 1, "yyyyyy", 6},
    {"off", -1, 0, "yyyyyy", 0},
};

static void
the_nth_allocation_fails(void)
{
    for (size_t i = 0; i < COUNT(failures); i++) {
        char got[7] = "";
        rt_alloc_fail_at(failures[i].at, failures[i].sticky);
        for (size_t k = 0; k < 6; k++) {
            void *p = k % 3 == 0   ? rt_malloc(8)
                      : k % 3 == 1 ? rt_calloc(2, 4)
                                   : rt_strdup("text");
            got[k] = p != NULL ? 'y' : 'n';
            rt_free(p);
        }
        CHECK_ROW(&failures[i], strcmp(got, failures[i].want) == 0);
        CHECK_ROW(&failures[i], rt_alloc_fail_at(-1, 0) == failures[i].asked);
    }
}

static void
sizes_that_overflow_are_refused(void)
{
    size_t huge = SIZE_MAX / 2 + 2;
    char *p = rt_malloc(4);
    if (p == NULL) {
        CU_FAIL("no memory");
        return;
    }
    memcpy(p, "abc", 4);
    CHECK(rt_realloc_array(p, huge, 2) == NULL);
    CHECK(strcmp(p, "abc") == 0);
    rt_alloc_fail_at(0, 0);
    CHECK(rt_realloc_array(p, 8, 1) == NULL);
    rt_alloc_fail_at(-1, 0);
    CHECK(strcmp(p, "abc") == 0);
    rt_free(p);
    void *none = rt_malloc(0);
    CHECK(none != NULL);
    none = rt_realloc_array(none, 0, 8);
    CHECK(none != NULL);
    rt_free(none);
    rt_free(NULL);
}

/* ---- arena ---- */

static void
arena_memory_is_zeroed_aligned_and_apart(void)
{
    static const size_t sizes[] = {1, 7, 16, 17, 0, 300, 5000, 300000, 3};
    struct rt_arena a;
    unsigned char *all[COUNT(sizes)];
    rt_arena_init(&a, 64, 0);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        all[i] = rt_arena_alloc(&a, sizes[i]);
        CHECK(all[i] != NULL && (uintptr_t)all[i] % alignof(max_align_t) == 0);
        for (size_t k = 0; k < sizes[i]; k++)
            if (all[i][k] != 0) {
                CU_FAIL("not zeroed, or not apart");
                break;
            }
        memset(all[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT(sizes); i++)
        CHECK(sizes[i] == 0 || (all[i][0] == i + 1 && all[i][sizes[i] - 1] == i + 1));
    CHECK(a.held >= 305000);
    rt_arena_fini(&a);
    CHECK(a.held == 0);
}

static const struct {
    const char *name;
    size_t first, max, ask;
    bool good;
} maxima[] = {
    {"no limit", 64, 0, 1 << 20, true},
    {"far below", 64, 4096, 100, true},
    {"no opinion about the first chunk", 0, 0, 10, true},
    {"more than there may be", 64, 4096, 4096, false},
    {"all there is", 64, 4096, SIZE_MAX, false},
    {"all but the alignment", 64, 0, SIZE_MAX - 20, false},
    {"less than a first chunk is allowed", 4096, 1024, 10, false},
};

static void
an_arena_keeps_to_its_maximum(void)
{
    for (size_t i = 0; i < COUNT(maxima); i++) {
        struct rt_arena a;
        rt_arena_init(&a, maxima[i].first, maxima[i].max);
        CHECK_ROW(&maxima[i], (rt_arena_alloc(&a, maxima[i].ask) != NULL) == maxima[i].good);
        CHECK_ROW(&maxima[i], maxima[i].max == 0 || a.held <= maxima[i].max);
        rt_arena_fini(&a);
    }
    struct rt_arena a;
    rt_arena_init(&a, 64, 8192);
    size_t got = 0;
    while (rt_arena_alloc(&a, 100) != NULL)
        got += 100;
    CHECK(got > 2000 && a.held <= 8192);
    CHECK(rt_arena_array(&a, SIZE_MAX / 2, 3) == NULL);
    rt_arena_fini(&a);
}

static void
an_arena_copies_text(void)
{
    struct rt_arena a;
    bool ok = true;
    char source[] = "sid-1";
    rt_arena_init(&a, 64, 0);
    rt_str copy = rt_arena_str(&a, rt_str_of(source), &ok);
    char *z = rt_arena_strz(&a, (rt_str){source, 3});
    source[0] = '#';
    CHECK(ok && rt_str_is(copy, "sid-1"));
    CHECK(z != NULL && strcmp(z, "sid") == 0);
    char *made = rt_arena_printf(&a, "%d/%s", 7, "seven");
    CHECK(made != NULL && strcmp(made, "7/seven") == 0);
    CHECK(rt_arena_str(&a, RT_NONE, &ok).n == 0 && ok);
    rt_arena_fini(&a);
}

static void
what_was_taken_last_grows_in_place(void)
{
    struct rt_arena a;
    rt_arena_init(&a, 256, 0);
    char *p = rt_arena_extend(&a, NULL, 0, 32), *longer = NULL, *moved = NULL;
    CHECK(p != NULL);
    memset(p, 'a', 32);
    longer = rt_arena_extend(&a, p, 32, 32);
    CHECK(longer == p);
    memset(longer + 32, 'b', 32);
    char *after = rt_arena_strz(&a, RT_LIT("after"));
    moved = rt_arena_extend(&a, longer, 64, 32);
    CHECK(moved != NULL && moved != longer && memcmp(moved, longer, 64) == 0);
    memset(moved + 64, 'c', 32);
    CHECK(strcmp(after, "after") == 0);
    /* No room in its chunk, or bytes that do not end where the next would begin: elsewhere, with what was there. */
    char *large = rt_arena_extend(&a, moved, 96, 4096), *odd = rt_arena_extend(&a, large, 5, 3);
    CHECK(large != NULL && large != moved && memcmp(large, moved, 96) == 0);
    CHECK(odd != NULL && odd != large && memcmp(odd, large, 5) == 0);
    CHECK(rt_arena_extend(&a, odd, 8, SIZE_MAX) == NULL);
    rt_arena_fini(&a);
}

static void
a_mark_gives_back_what_came_after(void)
{
    struct rt_arena a;
    rt_arena_init(&a, 128, 0);
    struct rt_arena_mark empty = rt_arena_mark(&a);
    rt_str kept = rt_arena_str(&a, RT_LIT("kept"), NULL);
    struct rt_arena_mark mark = rt_arena_mark(&a);
    size_t held = a.held;
    char *first = rt_arena_alloc(&a, 16);
    if (first != NULL)
        memset(first, 'x', 16);
    for (int i = 0; i < 100; i++)
        rt_arena_alloc(&a, 1000);
    CHECK(a.held > held);
    rt_arena_reset(&a, mark);
    CHECK(a.held == held && rt_str_is(kept, "kept"));
    char *again = rt_arena_alloc(&a, 16);
    CHECK(again == first && again != NULL && again[0] == 0 && again[15] == 0);
    rt_arena_reset(&a, empty);
    CHECK(a.held == 0);
    CHECK(rt_arena_alloc(&a, 8) != NULL);
    rt_arena_fini(&a);
}

static void
an_arena_without_memory_says_so(void)
{
    struct rt_arena a;
    bool ok = true;
    rt_arena_init(&a, 64, 0);
    rt_alloc_fail_at(0, 1);
    CHECK(rt_arena_alloc(&a, 8) == NULL);
    CHECK(rt_arena_array(&a, 2, 8) == NULL);
    CHECK(rt_arena_strz(&a, RT_LIT("x")) == NULL);
    CHECK(rt_arena_printf(&a, "%s", "x") == NULL);
    CHECK(rt_arena_str(&a, RT_LIT("x"), NULL).n == 0 && ok);
    CHECK(rt_arena_str(&a, RT_LIT("x"), &ok).n == 0 && !ok);
    rt_alloc_fail_at(-1, 0);
    CHECK(a.held == 0 && rt_arena_alloc(&a, 8) != NULL);
    rt_arena_fini(&a);
}

/* ---- growing array ---- */

struct number {
    int n, square;
};

static void
an_array_grows(void)
{
    RT_VEC(struct number) numbers = {0};
    struct number *each = NULL;
    int sum = 0;
    RT_EACH (each, &numbers)
        sum++;
    CHECK(sum == 0);
    for (int i = 0; i < 1000; i++) {
        struct number *n = RT_VEC_PUSH(&numbers);
        if (n == NULL || n->n != 0 || n->square != 0) {
            CU_FAIL("a new element is zeroed");
            break;
        }
        *n = (struct number){i, i * i};
    }
    CHECK(numbers.n == 1000 && numbers.v[999].square == 998001);
    RT_EACH (each, &numbers)
        sum += each->n;
    CHECK(sum == 499500);
    RT_VEC_FREE(&numbers);
    CHECK(numbers.v == NULL && numbers.n == 0 && numbers.cap == 0);
}

static void
an_array_without_memory_keeps_what_it_had(void)
{
    RT_VEC(int) v = {0};
    rt_alloc_fail_at(0, 1);
    CHECK(RT_VEC_PUSH(&v) == NULL && v.n == 0);
    rt_alloc_fail_at(1, 1);
    int pushed = 0;
    for (int *p = NULL; (p = RT_VEC_PUSH(&v)) != NULL; pushed++)
        *p = pushed;
    rt_alloc_fail_at(-1, 0);
    CHECK(pushed > 0 && v.n == (size_t)pushed && v.v[pushed - 1] == pushed - 1);
    CHECK(RT_VEC_PUSH(&v) != NULL);
    RT_VEC_FREE(&v);
}

/* ---- map ---- */

enum { MANY = 3000 };

struct name {
    char z[16];
    rt_str s;
};

static struct name *
make_names(void)
{
    struct name *names = calloc(MANY, sizeof(*names));
    for (size_t i = 0; names != NULL && i < MANY; i++) {
        int n = snprintf(names[i].z, sizeof(names[i].z), "name-%zu", i);
        names[i].s = (rt_str){names[i].z, (size_t)n};
    }
    return names;
}

static void
a_map_grows_and_forgets(void)
{
    struct name *names = make_names();
    struct rt_map m;
    if (names == NULL) {
        CU_FAIL("no memory");
        return;
    }
    rt_map_init(&m);
    CHECK(rt_map_get(&m, RT_LIT("x")) == NULL && rt_map_del(&m, RT_LIT("x")) == NULL);
    size_t wrong = 0;
    for (size_t i = 0; i < MANY; i++)
        wrong += rt_map_put(&m, names[i].s, &names[i]) != 0;
    CHECK(wrong == 0 && m.n == MANY && m.n < m.cap);
    for (size_t i = 0; i < MANY; i++)
        wrong += rt_map_get(&m, names[i].s) != &names[i];
    CHECK(wrong == 0);
    /* Holes everywhere: every run of neighbours is shifted. */
    for (size_t i = 0; i < MANY; i += 3)
        wrong += rt_map_del(&m, names[i].s) != &names[i];
    for (size_t i = 0; i < MANY; i++)
        wrong += rt_map_get(&m, names[i].s) != (i % 3 == 0 ? NULL : &names[i]);
    for (size_t i = 0; i < MANY; i += 3)
        wrong += rt_map_del(&m, names[i].s) != NULL;
    CHECK(wrong == 0 && m.n == MANY - MANY / 3);
    rt_map_fini(&m);
    CHECK(m.n == 0 && rt_map_get(&m, names[1].s) == NULL);
    free(names);
}

static const struct {
    const char *name;
    uint64_t homes[5]; /* where each key would go in a table of 16 */
} clusters[] = {
    {"all in one place", {3, 3, 3, 3, 3}},
    {"over the end of the table", {15, 15, 15, 15, 15}},
    {"two runs that touch", {4, 4, 5, 5, 4}},
    {"one at home between others", {14, 14, 0, 15, 14}},
    {"each at home", {1, 2, 3, 4, 5}},
};

/* The next number whose hash leads to that slot of the map. */
static rt_str
key_at_home(const struct rt_map *m, size_t home, unsigned *number, char out[16])
{
    do
        snprintf(out, 16, "%u", (*number)++);
    while ((rt_str_hash_seeded(rt_str_of(out), m->seed) & (m->cap - 1)) != home);
    return rt_str_of(out);
}

/* Deletes each of five keys that crowd together: the others must still be found. */
static void
neighbours_survive_a_deletion(void)
{
    int values[5] = {0};
    for (size_t row = 0; row < COUNT(clusters); row++)
        for (size_t gone = 0; gone < 5; gone++) {
            struct rt_map m;
            rt_str keys[5];
            char texts[5][16];
            unsigned number = 0;
            rt_map_init(&m);
            CHECK(rt_map_put(&m, RT_LIT("first"), &m) == 0 &&
                  rt_map_del(&m, RT_LIT("first")) == &m && m.cap == 16);
            for (size_t i = 0; i < 5; i++) {
                keys[i] = key_at_home(&m, clusters[row].homes[i], &number, texts[i]);
                CHECK(rt_map_put(&m, keys[i], &values[i]) == 0);
            }
            CHECK_ROW(&clusters[row], rt_map_del(&m, keys[gone]) == &values[gone]);
            for (size_t i = 0; i < 5; i++)
                CHECK_ROW(&clusters[row],
                          rt_map_get(&m, keys[i]) == (i == gone ? NULL : (void *)&values[i]));
            rt_map_fini(&m);
        }
}

static void
a_map_replaces_and_is_walked(void)
{
    struct rt_map m;
    int one = 1, two = 2, three = 3;
    rt_map_init(&m);
    rt_map_put(&m, RT_LIT("a"), &one);
    rt_map_put(&m, RT_LIT("a"), &two);
    rt_map_put(&m, RT_NONE, &three); /* the empty text is a key like others */
    CHECK(m.n == 2 && rt_map_get(&m, RT_LIT("a")) == &two &&
          rt_map_get(&m, RT_LIT("")) == &three);
    int sum = 0, slots = 0;
    struct rt_map_slot *s = NULL;
    for (size_t i = 0; (s = rt_map_next(&m, &i)) != NULL; slots++)
        sum += *(int *)s->value;
    CHECK(slots == 2 && sum == 5);
    /* One hash, two keys. */
    char text[16];
    unsigned number = 0;
    rt_str like_a =
        key_at_home(&m, rt_str_hash_seeded(RT_LIT("a"), m.seed) & (m.cap - 1), &number, text);
    for (size_t i = 0; (s = rt_map_next(&m, &i)) != NULL;)
        if (rt_str_is(s->key, "a"))
            s->hash = rt_str_hash_seeded(like_a, m.seed);
    CHECK(rt_map_get(&m, like_a) == NULL);
    rt_map_fini(&m);
}

static void
a_map_without_memory_keeps_what_it_had(void)
{
    struct name *names = make_names();
    struct rt_map m;
    rt_map_init(&m);
    rt_alloc_fail_at(2, 1);
    size_t n = 0, wrong = 0;
    while (names != NULL && n < MANY && rt_map_put(&m, names[n].s, &names[n]) == 0)
        n++;
    rt_alloc_fail_at(-1, 0);
    CHECK(n > 0 && n < MANY && m.n == n);
    for (size_t i = 0; i < n; i++)
        wrong += rt_map_get(&m, names[i].s) != &names[i];
    CHECK(wrong == 0 && names != NULL && rt_map_put(&m, names[n].s, &names[n]) == 0);
    rt_map_fini(&m);
    free(names);
}

static void
an_arena_takes_over_another(void)
{
    struct rt_arena a, b;
    rt_arena_init(&a, 64, 0);
    rt_arena_init(&b, 64, 0);
    CHECK(rt_arena_strz(&a, RT_LIT("own")) != NULL);
    char *taken = rt_arena_strz(&b, RT_LIT("taken over"));
    size_t held = a.held + b.held;
    rt_arena_move(&a, &b);
    CHECK(a.held == held && b.held == 0 && b.head == NULL);
    rt_arena_fini(&b);
    CHECK(taken != NULL && strcmp(taken, "taken over") == 0);
    CHECK(rt_arena_strz(&a, RT_LIT("more")) != NULL);
    rt_arena_fini(&a);
}

struct visits {
    int of[100];
    bool by[8];   /* threads that came */
    size_t fails; /* this slice; SIZE_MAX: none */
};

static int
visit(void *arg, size_t thread, size_t slice, size_t from, size_t to)
{
    struct visits *v = arg;
    v->by[thread] = true;
    for (size_t i = from; i < to; i++)
        v->of[i]++;
    return slice == v->fails ? -1 : 0;
}

static void
slices_cover_everything_once(void)
{
    static const struct row {
        const char *name;
        size_t threads, slices, n, fails;
        int rc, memory; /* allocations that still succeed; -1: all */
    } rows[] = {
        {"one", 1, 1, 100, SIZE_MAX, 0, -1},
        {"none is one", 0, 0, 100, SIZE_MAX, 0, -1},
        {"several", 7, 7, 100, SIZE_MAX, 0, -1},
        {"several a thread", 2, 23, 100, SIZE_MAX, 0, -1},
        {"more than there is", 4, 30, 3, SIZE_MAX, 0, -1},
        {"of nothing", 4, 4, 0, SIZE_MAX, 0, -1},
        {"the first fails", 3, 3, 100, 0, -1, -1},
        {"the last fails", 2, 3, 100, 2, -1, -1},
        {"without memory for threads", 7, 7, 100, SIZE_MAX, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct visits v = {.fails = rows[i].fails};
        rt_alloc_fail_at(rows[i].memory, 1);
        CHECK_ROW(&rows[i], rt_slices(rows[i].threads, rows[i].slices, rows[i].n, visit, &v) ==
                                rows[i].rc);
        rt_alloc_fail_at(-1, 0);
        for (size_t k = 0; k < 100; k++)
            CHECK_ROW(&rows[i], v.of[k] == (k < rows[i].n));
        for (size_t k = rows[i].threads > 0 ? rows[i].threads : 1; k < 8; k++)
            CHECK_ROW(&rows[i], !v.by[k]);
    }
}

static const struct check_test tests[] = {
    {"the n-th allocation fails", the_nth_allocation_fails},
    {"sizes that overflow are refused", sizes_that_overflow_are_refused},
    {"arena memory is zeroed, aligned and apart", arena_memory_is_zeroed_aligned_and_apart},
    {"an arena keeps to its maximum", an_arena_keeps_to_its_maximum},
    {"an arena copies text", an_arena_copies_text},
    {"what was taken last grows in place", what_was_taken_last_grows_in_place},
    {"a mark gives back what came after", a_mark_gives_back_what_came_after},
    {"an arena without memory says so", an_arena_without_memory_says_so},
    {"an array grows", an_array_grows},
    {"an array without memory keeps what it had", an_array_without_memory_keeps_what_it_had},
    {"a map grows and forgets", a_map_grows_and_forgets},
    {"neighbours survive a deletion", neighbours_survive_a_deletion},
    {"a map replaces and is walked", a_map_replaces_and_is_walked},
    {"a map without memory keeps what it had", a_map_without_memory_keeps_what_it_had},
    {"an arena takes over another", an_arena_takes_over_another},
    {"slices cover everything once", slices_cover_everything_once},
    {NULL, NULL},
};
CHECK_MAIN("base: memory", tests)
