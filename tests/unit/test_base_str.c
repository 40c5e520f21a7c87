/*
 * test_base_str.c - text as pointer and length, and the growing buffer.
 */
#include "config.h"

#include "base/alloc.h"
#include "base/literals.h"
#include "base/str.h"
#include "check.h"

static int
sign(int n)
{
    return (n > 0) - (n < 0);
}

static const struct {
    const char *name, *a, *b;
    int order;
    bool same_nocase, a_starts_b, a_ends_b;
} pairs[] = {
    {"nothing and nothing", "", "", 0, true, true, true},
    {"nothing sorts first", "", "a", -1, false, false, false},
    {"equal", "acquire", "acquire", 0, true, true, true},
    {"a prefix sorts first", "start", "started", -1, false, false, false},
    {"longer than its beginning", "started", "start", 1, false, true, false},
    {"longer than its end", "restart", "start", -1, false, false, true},
    {"case matters for the order", "RID", "rid", -1, true, false, false},
    {"only letters fold", "a@", "a`", -1, false, false, false},
    {"bytes are unsigned", "\xc3\xa9", "z", 1, false, false, false},
};

static void
two_texts_compare(void)
{
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        rt_str a = rt_str_of(pairs[i].a), b = rt_str_of(pairs[i].b);
        CHECK_ROW(&pairs[i], sign(rt_str_cmp(a, b)) == pairs[i].order);
        CHECK_ROW(&pairs[i], sign(rt_str_cmp(b, a)) == -pairs[i].order);
        CHECK_ROW(&pairs[i], rt_str_eq(a, b) == (pairs[i].order == 0));
        CHECK_ROW(&pairs[i], rt_str_eq_nocase(a, b) == pairs[i].same_nocase);
        CHECK_ROW(&pairs[i], rt_str_starts(a, b) == pairs[i].a_starts_b);
        CHECK_ROW(&pairs[i], rt_str_ends(a, b) == pairs[i].a_ends_b);
    }
    CHECK(rt_str_eq(RT_NONE, RT_LIT("")));
    CHECK(rt_str_cmp(RT_NONE, RT_LIT("")) == 0);
}

static const struct {
    const char *name, *s, *needle;
    size_t at, at_nocase;
} finds[] = {
    {"at the begin", "code=2", "code", 0, 0},
    {"at the end", "errcode", "code", 3, 3},
    {"the first of two", "abab", "ab", 0, 0},
    {"only without case", "errCODE", "code", SIZE_MAX, 3},
    {"after a false start", "cocode", "code", 2, 2},
    {"absent", "coda", "code", SIZE_MAX, SIZE_MAX},
    {"longer than the text", "co", "code", SIZE_MAX, SIZE_MAX},
    {"nothing is everywhere", "abc", "", 0, 0},
    {"nothing in nothing", "", "", 0, 0},
};

static void
a_part_is_found(void)
{
    for (size_t i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
        rt_str s = rt_str_of(finds[i].s), needle = rt_str_of(finds[i].needle);
        CHECK_ROW(&finds[i], rt_str_find(s, needle) == finds[i].at);
        CHECK_ROW(&finds[i], rt_str_find_nocase(s, needle) == finds[i].at_nocase);
    }
    CHECK(rt_str_find((rt_str){"a\0b", 3}, RT_LIT("b")) == 2);
}

static const struct {
    const char *name, *s, *want;
} trims[] = {
    {"both ends", " \t x y\r\n", "x y"},
    {"nothing to do", "x", "x"},
    {"only blanks", " \r\n\t ", ""},
    {"nothing", "", ""},
    {"other white space stays", "\vx\f", "\vx\f"},
};

static void
blanks_are_trimmed(void)
{
    for (size_t i = 0; i < sizeof(trims) / sizeof(trims[0]); i++)
        CHECK_ROW(&trims[i], rt_str_is(rt_str_trim(rt_str_of(trims[i].s)), trims[i].want));
}

static const struct {
    const char *name, *s;
    bool good;
    int64_t value;
} ints[] = {
    {"zero", "0", true, 0},
    {"minus zero", "-0", true, 0},
    {"leading zeros", "007", true, 7},
    {"the largest", "9223372036854775807", true, INT64_MAX},
    {"one more", "9223372036854775808", false, 0},
    {"the smallest", "-9223372036854775808", true, INT64_MIN},
    {"one less", "-9223372036854775809", false, 0},
    {"far too large", "99999999999999999999999", false, 0},
    {"nothing", "", false, 0},
    {"only a sign", "-", false, 0},
    {"a plus", "+1", false, 0},
    {"a blank before", " 1", false, 0},
    {"a blank after", "1 ", false, 0},
    {"a fraction", "1.0", false, 0},
    {"two signs", "--1", false, 0},
    {"hexadecimal", "0x1", false, 0},
};

static void
an_integer_is_the_whole_text(void)
{
    for (size_t i = 0; i < sizeof(ints) / sizeof(ints[0]); i++) {
        int64_t value = 0;
        bool good = rt_str_int(rt_str_of(ints[i].s), &value);
        CHECK_ROW(&ints[i], good == ints[i].good);
        CHECK_ROW(&ints[i], !good || value == ints[i].value);
    }
}

static const struct {
    const char *name, *a, *b;
    unsigned max, want;
} distances[] = {
    {"equal", "uid", "uid", 2, 0},
    {"one more", "uidd", "uid", 2, 1},
    {"one less", "ud", "uid", 2, 1},
    {"another", "uit", "uid", 2, 1},
    {"neighbours swapped", "cnaem", "cname", 2, 1},
    {"the end swapped", "acquier", "acquire", 2, 1},
    {"at the maximum", "abc", "axy", 2, 2},
    {"beyond the maximum", "abc", "xyz", 2, 3},
    {"from nothing", "", "ab", 5, 2},
    {"to nothing", "ab", "", 1, 2},
    {"too long to look, equal",
     "0123456789012345678901234567890123456789012345678901234567890123456789",
     "0123456789012345678901234567890123456789012345678901234567890123456789", 3, 0},
    {"too long to look",
     "0123456789012345678901234567890123456789012345678901234567890123456789", "0", 3, 4},
};

static void
a_slip_of_the_pen_is_near(void)
{
    for (size_t i = 0; i < sizeof(distances) / sizeof(distances[0]); i++) {
        rt_str a = rt_str_of(distances[i].a), b = rt_str_of(distances[i].b);
        CHECK_ROW(&distances[i], rt_str_distance(a, b, distances[i].max) == distances[i].want);
        CHECK_ROW(&distances[i], rt_str_distance(b, a, distances[i].max) == distances[i].want);
    }
}

/* Texts of every length that differ in their last byte, and copies at other addresses. */
static void
equal_texts_hash_equally_and_others_differ(void)
{
    char one[300], other[301];
    for (size_t n = 1; n < sizeof(one); n++) {
        for (size_t i = 0; i < n; i++)
            one[i] = other[i + 1] = (char)('a' + i % 26);
        uint64_t hash = rt_str_hash((rt_str){one, n});
        CHECK(hash == rt_str_hash((rt_str){other + 1, n}));
        CHECK(hash != rt_str_hash((rt_str){one, n - 1}));
        other[n] = '#';
        CHECK(hash != rt_str_hash((rt_str){other + 1, n}));
    }
    CHECK(rt_str_hash(RT_NONE) == rt_str_hash(RT_LIT("")));
}

/* Wherever two texts of one length differ: nothing compares what a hash calls equal. */
static void
every_byte_counts(void)
{
    char text[400];
    memset(text, 'x', sizeof(text));
    for (size_t n = 1; n < sizeof(text); n += n < 40 ? 1 : 37) {
        uint64_t hash = rt_str_hash((rt_str){text, n});
        for (size_t i = 0; i < n; i++) {
            text[i] = 'y';
            CHECK(rt_str_hash((rt_str){text, n}) != hash);
            text[i] = 'x';
        }
        CHECK(rt_str_hash_seeded((rt_str){text, n}, 1) != hash);
    }
}

/* Of numbered names, as logs have them, every value of the low bits is met about equally. */
static void
numbered_names_spread(void)
{
    unsigned met[64] = {0};
    for (int i = 0; i < 64 * 64; i++) {
        char name[32];
        int n = snprintf(name, sizeof(name), "channel-%d", i);
        met[rt_str_hash((rt_str){name, (size_t)n}) & 63]++;
    }
    for (size_t i = 0; i < 64; i++)
        CHECK(met[i] > 16 && met[i] < 160);
}

static void
a_slice_ends_with_its_text(void)
{
    rt_str s = RT_LIT("abc");
    CHECK(rt_str_is(rt_str_from(s, 0), "abc"));
    CHECK(rt_str_is(rt_str_from(s, 2), "c"));
    CHECK(rt_str_from(s, 3).n == 0);
    CHECK(rt_str_from(s, 99).n == 0);
    CHECK(rt_str_of(NULL).n == 0);
}

static const struct {
    const char *name;
    size_t max, times;
    bool fits;
} growths[] = {
    {"a little", 1000, 3, true},
    {"to the last byte", 1000, 100, true},
    {"one byte too many", 999, 100, false},
    {"nothing may be kept", 0, 1, false},
    {"nothing is added", 0, 0, true},
    {"much", 1 << 20, 100000, true},
};

static void
a_buffer_keeps_to_its_maximum(void)
{
    for (size_t i = 0; i < sizeof(growths) / sizeof(growths[0]); i++) {
        struct rt_buf b;
        int worst = 0;
        rt_buf_init(&b, growths[i].max);
        for (size_t k = 0; k < growths[i].times; k++)
            worst |= rt_buf_add(&b, RT_LIT("0123456789"));
        CHECK_ROW(&growths[i], (worst == 0) == growths[i].fits);
        CHECK_ROW(&growths[i], b.failed == !growths[i].fits);
        CHECK_ROW(&growths[i], b.n <= growths[i].max && b.cap <= growths[i].max + 1);
        CHECK_ROW(&growths[i], strlen(rt_buf_z(&b)) == b.n);
        CHECK_ROW(&growths[i], !growths[i].fits || b.n == 10 * growths[i].times);
        rt_buf_fini(&b);
    }
}

static void
a_failed_buffer_keeps_what_it_had(void)
{
    struct rt_buf b;
    rt_buf_init(&b, 5);
    CHECK(rt_buf_addf(&b, "%d-%s", 12, "x") == 0);
    CHECK(rt_buf_addf(&b, "%s", "yz") < 0);
    CHECK(rt_buf_addc(&b, '!') < 0); /* it would fit, but a hole would be worse than an end */
    CHECK(rt_str_is(rt_buf_str(&b), "12-x"));
    CHECK(rt_buf_room(&b, 1) == NULL);
    rt_buf_clear(&b);
    CHECK(!b.failed && rt_buf_add(&b, RT_LIT("12345")) == 0);
    CHECK(strcmp(rt_buf_z(&b), "12345") == 0);
    CHECK(rt_buf_room(&b, SIZE_MAX) == NULL);
    rt_buf_fini(&b);
    CHECK(strcmp(rt_buf_z(&b), "") == 0);
}

static void
a_buffer_without_memory_fails(void)
{
    struct rt_buf b;
    rt_buf_init(&b, 1000);
    rt_alloc_fail_at(0, 0);
    CHECK(rt_buf_add(&b, RT_LIT("x")) < 0);
    rt_alloc_fail_at(-1, 0);
    CHECK(b.failed && b.n == 0 && strcmp(rt_buf_z(&b), "") == 0);
    rt_buf_clear(&b);
    for (int i = 0; i < 6; i++)
        rt_buf_add(&b, RT_LIT("0123456789"));
    rt_alloc_fail_at(0, 1);
    CHECK(rt_buf_add(&b, RT_LIT("0123456789")) < 0);
    rt_alloc_fail_at(-1, 0);
    CHECK(b.n == 60 && strlen(rt_buf_z(&b)) == 60);
    rt_buf_fini(&b);
}

/* More windows than 16 bits count, as a large rule file may bring. */
static void
of_many_words_none_is_lost(void)
{
    enum { MANY = 12000, LONG = 16 };
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    rt_str *words = rt_arena_array(&a, MANY, sizeof(*words));
    for (size_t i = 0; words != NULL && i < MANY; i++)
        words[i] = (rt_str){rt_arena_printf(&a, "word-%011zu", i), LONG};
    struct literals *l = words == NULL ? NULL : literals_new(words, MANY, &a);
    CU_ASSERT_FATAL(l != NULL);
    CHECK(literals_in(l, words[0]) && literals_in(l, words[MANY / 2]) &&
          literals_in(l, words[MANY - 1]));
    CHECK(!literals_in(l, RT_LIT("word-00000099999")));
    rt_arena_fini(&a);
}

static void
words_are_found_wherever_they_stand(void)
{
    static const rt_str words[] = {RT_INIT("cloud_recording"), RT_INIT("noticeId"),
                                   RT_INIT("agora.io")};
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    struct literals *l = literals_new(words, 3, &a);
    CU_ASSERT_FATAL(l != NULL);
    for (size_t w = 0; w < 3; w++)
        for (size_t before = 0; before < 40; before++) {
            char line[100];
            memset(line, 'r', sizeof(line));
            memcpy(line + before, words[w].p, words[w].n);
            line[before] = (char)(line[before] - 32); /* case is ignored */
            size_t end = before + words[w].n;
            CHECK(literals_in(l, (rt_str){line, end}));
            CHECK(literals_in(l, (rt_str){line, end + 30}));
            CHECK(!literals_in(l, (rt_str){line, end - 1}));
            CHECK(!literals_in(l, (rt_str){line + before + 1, end - before - 1}));
        }
    CHECK(!literals_in(l, RT_NONE) && !literals_in(l, RT_LIT("cl")));
    rt_arena_fini(&a);
}

/* Where the last one stood is no more than a guess. */
static void
a_word_elsewhere_is_found_too(void)
{
    static const rt_str words[] = {RT_INIT("cloud_recording"), RT_INIT("noticeId")};
    static const struct {
        const char *name, *line;
        bool want;
    } rows[] = {
        {"first", "GET /v1/apps/x/cloud_recording/acquire", true},
        {"the same place", "GET /v1/apps/y/cloud_recording/acquire", true},
        {"another word there", "GET /v1/apps/y/clown_recording/acquire", false},
        {"further left", "GET /cloud_recording/acquire and much text", true},
        {"none", "GET /healthz and much text that says nothing", false},
        {"shorter than the place", "noticeId", true},
        {"nothing", "", false},
    };
    struct rt_arena a;
    rt_arena_init(&a, 1024, 0);
    struct literals *l = literals_new(words, 2, &a);
    size_t near = 0;
    CU_ASSERT_FATAL(l != NULL);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], literals_near(l, rt_str_of(rows[i].line), &near) == rows[i].want);
    rt_arena_fini(&a);
}

static void
a_number_is_grouped(void)
{
    static const struct {
        const char *name;
        uint64_t n;
    } rows[] = {{"0", 0},
                {"999", 999},
                {"1 000", 1000},
                {"41 208", 41208},
                {"18 446 744 073 709 551 615", UINT64_MAX}};
    char buf[RT_GROUPED_MAX];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        CHECK_ROW(&rows[i], strcmp(rt_grouped(rows[i].n, buf), rows[i].name) == 0);
}

static void
a_word_survives_a_shell(void)
{
    static const struct {
        const char *name, *want;
    } rows[] = {
        {"logs/api-2026.log.gz@json-lines,tz=UTC", "logs/api-2026.log.gz@json-lines,tz=UTC"},
        {"two words", "'two words'"},
        {"it's", "'it'\\''s'"},
        {"$HOME;`x`", "'$HOME;`x`'"},
        {"", "''"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_buf b;
        rt_buf_init(&b, 100);
        rt_buf_add_word(&b, rt_str_of(rows[i].name));
        CHECK_ROW(&rows[i], rt_str_is(rt_buf_str(&b), rows[i].want));
        rt_buf_fini(&b);
    }
}

static const struct check_test tests[] = {
    {"a number is grouped", a_number_is_grouped},
    {"a word survives a shell", a_word_survives_a_shell},
    {"two texts compare", two_texts_compare},
    {"a part is found", a_part_is_found},
    {"blanks are trimmed", blanks_are_trimmed},
    {"an integer is the whole text", an_integer_is_the_whole_text},
    {"a slip of the pen is near", a_slip_of_the_pen_is_near},
    {"equal texts hash equally and others differ", equal_texts_hash_equally_and_others_differ},
    {"every byte counts", every_byte_counts},
    {"numbered names spread", numbered_names_spread},
    {"a slice ends with its text", a_slice_ends_with_its_text},
    {"a buffer keeps to its maximum", a_buffer_keeps_to_its_maximum},
    {"a failed buffer keeps what it had", a_failed_buffer_keeps_what_it_had},
    {"a buffer without memory fails", a_buffer_without_memory_fails},
    {"of many words none is lost", of_many_words_none_is_lost},
    {"words are found wherever they stand", words_are_found_wherever_they_stand},
    {"a word elsewhere is found too", a_word_elsewhere_is_found_too},
    {NULL, NULL},
};
CHECK_MAIN("base: text", tests)
