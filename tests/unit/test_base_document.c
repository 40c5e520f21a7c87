/*
 * test_base_document.c - what leaves the program: escapes, files, errors, messages; the limits.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/out.h"
#include "check.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define TEXT(lit)               \
    {                           \
        "" lit, sizeof(lit) - 1 \
    }
#define BAD "\xef\xbf\xbd"

/* ---- escapes ---- */

static const struct {
    const char *name;
    rt_str in;
    const char *tty, *json, *html;
} escapes[] = {
    {"plain", TEXT("start 200"), "start 200", "\"start 200\"", "start 200"},
    {"nothing", TEXT(""), "", "\"\"", ""},
    {"quotes, backslash", TEXT("a\"b\\c'"), "a\"b\\c'", "\"a\\\"b\\\\c'\"", "a&quot;b\\c&#39;"},
    {"markup", TEXT("<b>&"), "<b>&", "\"<b>&\"", "&lt;b&gt;&amp;"},
    {"line ends", TEXT("a\r\n\tb"), "a\\x0d\\x0a\\x09b", "\"a\\u000d\\n\\tb\"",
     "a\\x0d\\x0a\\x09b"},
    {"NUL", TEXT("a\0b"), "a\\x00b", "\"a\\u0000b\"", "a\\x00b"},
    {"a colour", TEXT("\x1b[31mred"), "\\x1b[31mred", "\"\\u001b[31mred\"", "\\x1b[31mred"},
    {"delete", TEXT("\x7f"), "\\x7f", "\"\\u007f\"", "\\x7f"},
    {"two bytes", TEXT("\xc3\xa9"), "\xc3\xa9", "\"\xc3\xa9\"", "\xc3\xa9"},
    {"four bytes", TEXT("\xf0\x9f\x8e\xa5"), "\xf0\x9f\x8e\xa5", "\"\xf0\x9f\x8e\xa5\"",
     "\xf0\x9f\x8e\xa5"},
    {"a C1 control", TEXT("\xc2\x9b"), "\\u{009b}", "\"\\u009b\"", "\\u{009b}"},
    {"a bidi override", TEXT("a\xe2\x80\xaez"), "a\\u{202e}z", "\"a\\u202ez\"", "a\\u{202e}z"},
    {"a bidi isolate", TEXT("\xe2\x81\xa6"), "\\u{2066}", "\"\\u2066\"", "\\u{2066}"},
    {"zero width", TEXT("\xe2\x80\x8b\xef\xbb\xbf"), "\\u{200b}\\u{feff}", "\"\\u200b\\ufeff\"",
     "\\u{200b}\\u{feff}"},
    {"a filler", TEXT("\xe3\x85\xa4"), "\\u{3164}", "\"\\u3164\"", "\\u{3164}"},
    {"a tag character", TEXT("\xf3\xa0\x81\x81"), "\\u{e0041}", "\"\\udb40\\udc41\"",
     "\\u{e0041}"},
    {"a line separator", TEXT("\xe2\x80\xa8"), "\\u{2028}", "\"\\u2028\"", "\\u{2028}"},
    {"a stray continuation", TEXT("a\x80z"), "a\\x80z", "\"a" BAD "z\"", "a\\x80z"},
    {"overlong", TEXT("\xc0\xaf"), "\\xc0\\xaf", "\"" BAD BAD "\"", "\\xc0\\xaf"},
    {"overlong of three", TEXT("\xe0\x80\xaf"), "\\xe0\\x80\\xaf", "\"" BAD BAD BAD "\"",
     "\\xe0\\x80\\xaf"},
    {"a surrogate", TEXT("\xed\xa0\x80"), "\\xed\\xa0\\x80", "\"" BAD BAD BAD "\"",
     "\\xed\\xa0\\x80"},
    {"beyond Unicode", TEXT("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80",
     "\"" BAD BAD BAD BAD "\"", "\\xf4\\x90\\x80\\x80"},
    {"the last of Unicode", TEXT("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf",
     "\"\xf4\x8f\xbf\xbf\"", "\xf4\x8f\xbf\xbf"},
    {"cut inside a character", TEXT("ab\xe2\x82"), "ab\\xe2\\x82", "\"ab" BAD BAD "\"",
     "ab\\xe2\\x82"},
};

static bool
writes(void (*write)(struct out *, rt_str), rt_str in, const char *want)
{
    struct out *o = out_memory(NULL);
    if (o == NULL)
        return false;
    write(o, in);
    bool equal = rt_str_is(out_text(o), want);
    return out_close(&o, NULL) == 0 && equal;
}

static void
text_from_outside_is_escaped(void)
{
    for (size_t i = 0; i < COUNT(escapes); i++) {
        CHECK_ROW(&escapes[i], writes(out_tty, escapes[i].in, escapes[i].tty));
        CHECK_ROW(&escapes[i], writes(out_json, escapes[i].in, escapes[i].json));
        CHECK_ROW(&escapes[i], writes(out_html, escapes[i].in, escapes[i].html));
    }
}

static const struct {
    const char *name;
    rt_str in;
    const char *md, *code;
} markdown[] = {
    {"plain", TEXT("stop 206"), "stop 206", "`stop 206`"},
    {"nothing", TEXT(""), "", "` `"},
    {"emphasis", TEXT("*a* _b_"), "\\*a\\* \\_b\\_", "`*a* _b_`"},
    {"a link", TEXT("[x](http://y)"), "\\[x\\](http://y)", "`[x](http://y)`"},
    {"a tag", TEXT("<img>"), "\\<img\\>", "`<img>`"},
    {"a mention", TEXT("a@b"), "a\\@b", "`a@b`"},
    {"a list", TEXT("- x"), "\\- x", "`- x`"},
    {"a dash inside", TEXT("a-b"), "a-b", "`a-b`"},
    {"a table", TEXT("a|b"), "a\\|b", "`a\\|b`"},
    {"line ends", TEXT("a\nb"), "a b", "`a\\x0ab`"},
    {"a backtick", TEXT("a`b"), "a\\`b", "`` a`b ``"},
    {"two backticks", TEXT("``"), "\\`\\`", "``` `` ```"},
    {"control bytes", TEXT("\x1b"), "\\\\x1b", "`\\x1b`"},
    {"not UTF-8", TEXT("\xff"), "\\\\xff", "`\\xff`"},
};

static void
markdown_is_escaped(void)
{
    for (size_t i = 0; i < COUNT(markdown); i++) {
        CHECK_ROW(&markdown[i], writes(out_md, markdown[i].in, markdown[i].md));
        CHECK_ROW(&markdown[i], writes(out_md_code, markdown[i].in, markdown[i].code));
    }
}

static const struct {
    const char *name;
    rt_str in;
    size_t width, columns, cut; /* cut: bytes that fit `columns` */
} widths[] = {
    {"plain", TEXT("abc"), 3, 2, 2},
    {"all fits", TEXT("abc"), 3, 3, 3},
    {"nothing fits", TEXT("abc"), 3, 0, 0},
    {"nothing", TEXT(""), 0, 5, 0},
    {"wide characters", TEXT("\xe5\xbd\x95\xe5\x88\xb6"), 4, 3, 3},
    {"two bytes, one column", TEXT("\xc3\xa9x"), 2, 1, 2},
    {"a mark stays with its letter", TEXT("e\xcc\x81x"), 2, 1, 3},
    {"an escape is not cut", TEXT("a\x1bz"), 6, 4, 1},
    {"an escape that fits", TEXT("a\x1bz"), 6, 5, 2},
    {"a long escape", TEXT("\xe2\x80\xae"), 8, 7, 0},
};

static void
columns_are_counted(void)
{
    for (size_t i = 0; i < COUNT(widths); i++) {
        CHECK_ROW(&widths[i], out_tty_width(widths[i].in) == widths[i].width);
        CHECK_ROW(&widths[i], out_tty_cut(widths[i].in, widths[i].columns).n == widths[i].cut);
    }
}

static void
raw_text_is_collected(void)
{
    struct out *o = out_memory(NULL);
    char long_text[3000];
    memset(long_text, 'x', sizeof(long_text) - 1);
    long_text[sizeof(long_text) - 1] = '\0';
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    CHECK(out_text(o).p != NULL && out_text(o).n == 0);
    out_raw(o, "a");
    out_char(o, 'b');
    out_rawn(o, RT_LIT("c\0d"));
    out_fmt(o, "%d", 12);
    out_pad(o, '.', 3);
    CHECK(rt_str_eq(out_text(o), RT_LIT("abc\0d12...")));
    out_fmt(o, "%s", long_text);
    out_pad(o, ' ', 1000);
    CHECK(out_text(o).n == 10 + sizeof(long_text) - 1 + 1000);
    CHECK(out_close(&o, NULL) == 0 && o == NULL);
}

/* ---- files ---- */

struct place {
    char folder[64], file[96];
};

static bool
make_place(struct place *p)
{
    snprintf(p->folder, sizeof(p->folder), "/tmp/rectrace-test-XXXXXX");
    if (mkdtemp(p->folder) == NULL)
        return false;
    snprintf(p->file, sizeof(p->file), "%s/report", p->folder);
    return true;
}

static size_t
read_place(const struct place *p, char *buf, size_t n)
{
    FILE *f = fopen(p->file, "rb");
    size_t got = f == NULL ? 0 : fread(buf, 1, n - 1, f);
    if (f != NULL)
        fclose(f);
    buf[got] = '\0';
    return got;
}

/* Fails when anything but the report is left in the folder. */
static bool
remove_place(const struct place *p)
{
    unlink(p->file);
    return rmdir(p->folder) == 0;
}

static void
a_file_appears_when_it_is_whole(void)
{
    struct place p;
    struct rt_err err = {0};
    char buf[64];
    CU_ASSERT_FATAL(make_place(&p));
    struct out *o = out_file(p.file, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    out_raw(o, "first");
    CHECK(out_flush(o) == 0 && access(p.file, F_OK) != 0);
    CHECK(out_close(&o, &err) == 0 && o == NULL);
    CHECK(read_place(&p, buf, sizeof(buf)) == 5 && strcmp(buf, "first") == 0);

    o = out_file(p.file, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    out_raw(o, "second, thrown away");
    out_abort(&o);
    CHECK(o == NULL && read_place(&p, buf, sizeof(buf)) == 5);

    o = out_file(p.file, &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    out_raw(o, "3");
    CHECK(out_close(&o, &err) == 0 && read_place(&p, buf, sizeof(buf)) == 1);
    CHECK(remove_place(&p));
}

static void
a_large_file_is_written_whole(void)
{
    struct place p;
    struct stat st = {0};
    CU_ASSERT_FATAL(make_place(&p));
    struct out *o = out_file(p.file, NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    for (int i = 0; i < 50000; i++)
        out_fmt(o, "%09d\n", i);
    CHECK(out_close(&o, NULL) == 0);
    CHECK(stat(p.file, &st) == 0 && st.st_size == 500000);
    CHECK(remove_place(&p));
}

static void
a_place_that_does_not_exist_is_named(void)
{
    struct rt_err err = {0};
    CHECK(out_file("/nowhere/at/all/report", &err) == NULL);
    CHECK(err.code == RT_EIO && strstr(err.msg, "/nowhere/at/all/report") != NULL);
    CHECK(strstr(err.msg, strerror(ENOENT)) != NULL);
}

static void
a_full_disk_is_told_once_at_the_end(void)
{
    struct rt_err err = {0};
    if (access("/dev/full", W_OK) != 0)
        return;
    struct out *o = out_file("/dev/full", &err);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    out_pad(o, 'x', 200000);
    CHECK(err.code == RT_OK);
    CHECK(out_close(&o, &err) < 0 && o == NULL);
    CHECK(err.code == RT_EIO && strstr(err.msg, "/dev/full") != NULL);
    CHECK(strstr(err.msg, strerror(ENOSPC)) != NULL);
}

static void
a_reader_that_went_away_is_an_error(void)
{
    int ends[2], kept = dup(STDOUT_FILENO);
    struct rt_err err = {0};
    fflush(stdout);
    CU_ASSERT_FATAL(kept >= 0 && pipe(ends) == 0);
    signal(SIGPIPE, SIG_IGN);
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    struct out *o = out_file("-", &err);
    int closed = 0;
    if (o != NULL) {
        out_raw(o, "nobody reads this");
        closed = out_close(&o, &err);
    }
    dup2(kept, STDOUT_FILENO);
    close(kept);
    CHECK(closed < 0 && err.code == RT_EIO && strstr(err.msg, strerror(EPIPE)) != NULL);
}

static void
without_memory_a_document_fails(void)
{
    struct rt_err err = {0};
    rt_alloc_fail_at(0, 1);
    CHECK(out_memory(&err) == NULL && err.code == RT_ENOMEM);
    err = (struct rt_err){0};
    CHECK(out_file("-", &err) == NULL && err.code == RT_ENOMEM);
    rt_alloc_fail_at(-1, 0);
    struct out *o = out_memory(NULL);
    CU_ASSERT_PTR_NOT_NULL_FATAL(o);
    rt_alloc_fail_at(0, 0);
    out_raw(o, "lost");
    rt_alloc_fail_at(-1, 0);
    out_raw(o, "kept");
    err = (struct rt_err){0};
    CHECK(out_close(&o, &err) < 0 && err.code == RT_ENOMEM);
}

static unsigned removed; /* files, by whomever */

int
unlink(const char *path)
{
    removed++;
    return unlinkat(AT_FDCWD, path, 0);
}

/* Before the temporary file is there, its name may be anything. */
static void
what_was_never_made_is_not_removed(void)
{
    for (int64_t n = 0; n < 3; n++) {
        struct rt_err err = {0};
        removed = 0;
        rt_alloc_fail_at(n, 0);
        struct out *o = out_file("/tmp/rectrace-never-made", &err);
        rt_alloc_fail_at(-1, 0);
        CHECK(o == NULL && err.code == RT_ENOMEM && removed == 0);
        out_abort(&o);
    }
}

/* Whatever allocation fails, no half file stays behind. */
static void
without_memory_a_file_leaves_nothing(void)
{
    struct place p;
    CU_ASSERT_FATAL(make_place(&p));
    bool whole = false;
    for (int64_t n = 0; !whole && n < 20; n++) {
        struct rt_err err = {0};
        rt_alloc_fail_at(n, 1);
        struct out *o = out_file(p.file, &err);
        if (o != NULL)
            out_raw(o, "text");
        whole = o != NULL && out_close(&o, &err) == 0;
        rt_alloc_fail_at(-1, 0);
        CHECK(whole || (err.code == RT_ENOMEM && access(p.file, F_OK) != 0));
    }
    CHECK(whole && remove_place(&p));
}

/* ---- errors ---- */

static void
the_first_error_wins(void)
{
    struct rt_err err = {0};
    struct rt_pos at = {"rules/x.yaml", 41, 17};
    CHECK(rt_fail(&err, RT_ESYNTAX, at, "unknown field \"%s\"", "uidd") == -1);
    CHECK(rt_fail_here(&err, RT_EIO, "later") == -1);
    CHECK(rt_fail_mem(&err) == -1);
    CHECK(err.code == RT_ESYNTAX && err.pos.line == 41 && err.pos.col == 17);
    CHECK(strcmp(err.msg, "unknown field \"uidd\"") == 0);
    rt_err_prefix(&err, "loading rules");
    CHECK(strcmp(err.msg, "loading rules: unknown field \"uidd\"") == 0);
    CHECK(rt_fail_mem(NULL) == -1);
}

static void
a_long_error_is_cut_and_none_gets_no_prefix(void)
{
    struct rt_err err = {0};
    rt_err_prefix(&err, "loading");
    rt_err_prefix(NULL, "loading");
    CHECK(err.msg[0] == '\0');
    char text[1000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    rt_fail_here(&err, RT_EIO, "%s", text);
    CHECK(strlen(err.msg) == sizeof(err.msg) - 1);
    rt_err_prefix(&err, text);
    CHECK(strlen(err.msg) < sizeof(err.msg) && strstr(err.msg, "x: x") != NULL);
}

/* ---- messages ---- */

static int asides;

static void
step_aside(void *arg)
{
    asides += *(int *)arg;
}

static void
stderr_of(enum log_level level, char *buf, size_t n)
{
    int kept = dup(STDERR_FILENO), one = 1;
    FILE *f = tmpfile();
    CU_ASSERT_FATAL(kept >= 0 && f != NULL);
    fflush(stderr);
    dup2(fileno(f), STDERR_FILENO);
    log_set_level(level);
    log_set_before(step_aside, &one);
    log_error("cannot read %s", "a\x1b[0m\nb");
    log_warn("slow");
    log_info("done");
    log_debug("detail n=%d", 3);
    log_set_before(NULL, NULL);
    log_set_level(LOG_WARN);
    fflush(stderr);
    dup2(kept, STDERR_FILENO);
    close(kept);
    rewind(f);
    buf[fread(buf, 1, n - 1, f)] = '\0';
    fclose(f);
}

#define ERROR_LINE "rectrace: cannot read a\\x1b[0m\\x0ab\n"
static const struct {
    const char *name;
    enum log_level level;
    const char *want;
    int lines;
} levels[] = {
    {"errors", LOG_ERROR, ERROR_LINE, 1},
    {"warnings", LOG_WARN, ERROR_LINE "rectrace: warning: slow\n", 2},
    {"progress", LOG_INFO, ERROR_LINE "rectrace: warning: slow\nrectrace: done\n", 3},
    {"everything", LOG_DEBUG,
     ERROR_LINE "rectrace: warning: slow\nrectrace: done\nrectrace: debug: detail n=3\n", 4},
};

static void
a_message_is_one_harmless_line(void)
{
    for (size_t i = 0; i < COUNT(levels); i++) {
        char buf[1000];
        asides = 0;
        stderr_of(levels[i].level, buf, sizeof(buf));
        CHECK_ROW(&levels[i], strcmp(buf, levels[i].want) == 0);
        CHECK_ROW(&levels[i], asides == levels[i].lines);
    }
    CHECK(log_get_level() == LOG_WARN);
}

/* ---- limits ---- */

static void
every_limit_is_explained_and_has_its_default(void)
{
    uint64_t values[sizeof(rt_limits_default) / sizeof(uint64_t)];
    size_t n = 0;
    memcpy(values, &rt_limits_default, sizeof(values));
    for (const struct rt_limit_row *r = rt_limit_rows; r->name != NULL; r++, n++) {
        CHECK_ROW(r, n < COUNT(values) && r->value == values[n] && r->value > 0);
        CHECK_ROW(r, r->unit[0] != '\0' && strlen(r->doc) > 10);
        for (const struct rt_limit_row *other = rt_limit_rows; other != r; other++)
            CHECK_ROW(r, strcmp(r->name, other->name) != 0);
    }
    CHECK(n == COUNT(values));
}

static const struct check_test tests[] = {
    {"text from outside is escaped", text_from_outside_is_escaped},
    {"markdown is escaped", markdown_is_escaped},
    {"columns are counted", columns_are_counted},
    {"raw text is collected", raw_text_is_collected},
    {"a file appears when it is whole", a_file_appears_when_it_is_whole},
    {"a large file is written whole", a_large_file_is_written_whole},
    {"a place that does not exist is named", a_place_that_does_not_exist_is_named},
    {"a full disk is told once, at the end", a_full_disk_is_told_once_at_the_end},
    {"a reader that went away is an error", a_reader_that_went_away_is_an_error},
    {"without memory a document fails", without_memory_a_document_fails},
    {"what was never made is not removed", what_was_never_made_is_not_removed},
    {"without memory a file leaves nothing", without_memory_a_file_leaves_nothing},
    {"the first error wins", the_first_error_wins},
    {"a long error is cut and none gets no prefix",
     a_long_error_is_cut_and_none_gets_no_prefix},
    {"a message is one harmless line", a_message_is_one_harmless_line},
    {"every limit is explained and has its default",
     every_limit_is_explained_and_has_its_default},
    {NULL, NULL},
};
CHECK_MAIN("base: documents", tests)
