/* Escaping for each kind of document: hostile text stays text. */
#include "config.h"

#include <unistd.h>

#include "base/out.h"
#include "check.h"

static void
every_format_escapes_what_would_harm_it(void)
{
    static const struct {
        const char *name;
        void (*write)(struct out *, rt_str);
        rt_str text;
        const char *want;
    } rows[] = {
        {"terminal escape", out_tty, RT_INIT("a\033[31mb"), "a\\x1b[31mb"},
        {"NUL", out_tty, RT_INIT("a\0b"), "a\\x00b"},
        {"invalid UTF-8", out_tty, RT_INIT("\xff\xc3("), "\\xff\\xc3("},
        {"right-to-left override", out_tty, RT_INIT("a\xe2\x80\xae z"), "a\\u{202e} z"},
        {"C1 control in UTF-8", out_tty, RT_INIT("\xc2\x9b"), "\\u{009b}"},
        {"plain UTF-8", out_tty, RT_INIT("caf\xc3\xa9 \xe4\xbd\xa0"),
         "caf\xc3\xa9 \xe4\xbd\xa0"},
        {"JSON string", out_json, RT_INIT("a\"b\\c\n\x01\xff"),
         "\"a\\\"b\\\\c\\n\\u0001\xef\xbf\xbd\""},
        {"JSON line separator", out_json, RT_INIT("\xe2\x80\xa8"), "\"\\u2028\""},
        {"overlong UTF-8", out_json, RT_INIT("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\""},
        {"surrogate in UTF-8", out_json, RT_INIT("\xed\xa0\x80"),
         "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {"Markdown", out_md, RT_INIT("*a* [x](y) |b\n<i>"), "\\*a\\* \\[x\\](y) \\|b \\<i\\>"},
        {"code span", out_md_code, RT_INIT("a`b|c"), "`` a`b\\|c ``"},
        {"HTML", out_html, RT_INIT("<b a=\"1\">&'"), "&lt;b a=&quot;1&quot;&gt;&amp;&#39;"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct out *o = out_memory(NULL);
        CU_ASSERT_FATAL(o != NULL);
        rows[i].write(o, rows[i].text);
        CHECK_ROW(&rows[i], rt_str_is(out_text(o), rows[i].want));
        out_abort(&o);
    }
}

static void
widths_count_what_is_shown(void)
{
    CHECK(out_tty_width(RT_LIT("abc")) == 3);
    CHECK(out_tty_width(RT_LIT("\xe4\xbd\xa0\xe5\xa5\xbd")) == 4);
    CHECK(out_tty_width(RT_LIT("\033")) == 4);
    CHECK(out_tty_cut(RT_LIT("\xe4\xbd\xa0\xe5\xa5\xbd"), 3).n == 3);
    CHECK(out_tty_cut(RT_LIT("abc"), 9).n == 3);
}

static void
a_failed_write_is_told_and_leaves_no_file(void)
{
    struct rt_err err = {0};
    struct out *o = out_file("/dev/full", &err);
    CU_ASSERT_FATAL(o != NULL);
    out_raw(o, "text");
    CHECK(out_close(&o, &err) < 0 && err.code == RT_EIO);
    struct rt_err gone = {0};
    CHECK(out_file("/no-such-directory/report", &gone) == NULL && gone.code == RT_EIO);
    struct rt_err none = {0};
    o = out_file("test-out-aborted.tmp", &none);
    CU_ASSERT_FATAL(o != NULL);
    out_raw(o, "half");
    out_abort(&o);
    CHECK(access("test-out-aborted.tmp", F_OK) < 0);
}

static const struct check_test tests[] = {
    {"every format escapes what would harm it", every_format_escapes_what_would_harm_it},
    {"widths count what is shown", widths_count_what_is_shown},
    {"a failed write is told and leaves no file", a_failed_write_is_told_and_leaves_no_file},
    {NULL, NULL},
};
CHECK_MAIN("base: out", tests)
