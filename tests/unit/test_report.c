/* Credentials never pass; text wraps at its width. */
#include "config.h"

#include "check.h"
#include "report/layout.h"
#include "report/redact.h"

#define TOKEN "007eJxTYLhzZP08AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void
credentials_are_taken_out_of_any_text(void)
{
    static const struct {
        const char *name, *text, *want;
    } rows[] = {
        {"basic", "header Basic c2VjcmV0OnNlY3JldA== was", "header Basic [redacted] was"},
        {"bearer", "Bearer abcdefghijkl", "Bearer [redacted]"},
        {"a token", "token " TOKEN " refused", "token [redacted] refused"},
        {"a short number that begins alike", "code 007 and 006", "code 007 and 006"},
        {"the word alone", "Basic is missing", "Basic is missing"},
        {"nothing", "failed to find worker", "failed to find worker"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct out *o = out_memory(NULL);
        CU_ASSERT_FATAL(o != NULL);
        redact_write(o, rt_str_of(rows[i].text), out_tty);
        CHECK_ROW(&rows[i], rt_str_is(out_text(o), rows[i].want));
        out_abort(&o);
    }
}

static void
text_wraps_at_its_width_and_keeps_credentials_out(void)
{
    struct writer_options w = {.columns = 40, .unicode = true};
    struct out *o = out_memory(NULL);
    CU_ASSERT_FATAL(o != NULL);
    struct layout l = {o, &w};
    layout_wrapped(
        &l, RT_LIT("header Basic c2VjcmV0OnNlY3JldA== was sent by the client to nobody at all"),
        0, 2);
    CHECK(rt_str_is(out_text(o),
                    "header Basic [redacted] was sent by the\n  client to nobody at all\n"));
    out_abort(&o);
}

static const struct check_test tests[] = {
    {"credentials are taken out of any text", credentials_are_taken_out_of_any_text},
    {"text wraps at its width and keeps credentials out",
     text_wraps_at_its_width_and_keeps_credentials_out},
    {NULL, NULL},
};
CHECK_MAIN("report", tests)
