/* Access tokens: what they say of themselves, and what is wrong with those that say nothing. The
 * signatures are 32 times the letter Z: they open nothing. */
#include "config.h"

#include <stdlib.h>

#include "check.h"
#include "extract/token.h"
#include "rules/load.h"

#define APP "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"

static struct rule_set *rules;

static void
tokens_say_for_whom_and_how_long(void)
{
    static const struct {
        const char *name, *text;
        enum token_state state;
        const char *defect;
        int64_t ends, issued, lifetime;
        unsigned lacks; /* for APP, lesson-7, 900 */
    } rows[] = {
        {"of a uid",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS"
         "0uzs/TNWdmsDQwAAB70Rqp",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_FITS},
        {"of anybody",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS"
         "0uzs/TNWdgAAAsYBoN",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_FITS},
        {"the privilege ends before the token",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYgZAFiCOYGB"
         "iYwCQzmGQBkxwMOanFxfl5uubMDJYGBgA/Sxv/",
         TOKEN_READ, NULL, 1767603600, 1767603000, 3600, TOKEN_FITS},
        {"after services of every shape",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBjYGJgYGIEQxG"
         "dkKGUBc2yAEqxwFiNDMjsSpwiojImBA0mklJGBGcwFwQpGuHkcDDmpxcX5ebrmzAyWBgYAlawemw==",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_FITS},
        {"no service of ours",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYGZiAmJEBxG"
         "dmsDQwAAB3VBeq",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_OTHER_SERVICE},
        {"no right to join",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYwZCJAcTnYM"
         "hJLS7Oz9M1Z2awNDAAAHvmGqo=",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_OTHER_SERVICE},
        {"two channels, the better one counts",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBiYGBjBEMRnZc"
         "gvyUgtYmawNDBAiHIw5KQWF+fn6ZozM5gaGAIA0U4diw==",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_OTHER_ACCOUNT},
        {"a service of the future behind ours",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBiYGBjBEMTnYM"
         "hJLS7Oz9M1Z2awNDBIhkoxAHEFANw6G4k=",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_FITS},
        {"every channel",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDEZ2TQYm"
         "AAAHZ+Fzg=",
         TOKEN_READ, NULL, 1767606600, 1767603000, 3600, TOKEN_FITS},
        {"a time stamp for a lifetime",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzPTqjM30ZGBgYoVCAj4GBgy"
         "Entbg4P0/XnJnB0sAAAKyqHCA=",
         TOKEN_READ, NULL, 1767606600, 1767603000, 1767606600, TOKEN_FITS},
        {"checksums",
         "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjASt7"
         "FSAWQtEABNAAAAuMxcaQEAAQBIiVtp",
         TOKEN_READ, NULL, 1767606600, -1, -1, TOKEN_FITS},
        {"checksums, of anybody",
         "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjASt7"
         "EAAAAAFgBNAAAAuMxcaQIAAQBIiVtpAgAAAAAA",
         TOKEN_READ, NULL, 1767606600, -1, -1, TOKEN_FITS},
        {"checksums, no end of its own",
         "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjASt7"
         "FSAWQtEABNAAAAuMxcaQEAAQAAAAAA",
         TOKEN_READ, NULL, -1, -1, -1, TOKEN_FITS},
        {"checksums, another channel, no right to join",
         "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWqEPCC"
         "FSAWQtEABNAAAAuMxcaQEAAgAFAAAA",
         TOKEN_READ, NULL, -1, -1, -1, TOKEN_OTHER_CHANNEL | TOKEN_OTHER_SERVICE},
        {"a short signature",
         "007eJyTZ4jCDxQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS"
         "0uzs/TNWdmsDQwAABWXBpO",
         TOKEN_BROKEN, "signature", 0, 0, 0, 0},
        {"a short App ID",
         "007eJxTYIgiAOQZLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLCyqozMF+"
         "BgYfBkYGBihEMTnYMhJLS7Oz9M1Z2awNDAAAFcdGkM=",
         TOKEN_BROKEN, "layout", 0, 0, 0, 0},
        {"more services than there are",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBiYGRjBEMTnYM"
         "hJLS7Oz9M1Z2awNDAAAHwHGqs=",
         TOKEN_BROKEN, "layout", 0, 0, 0, 0},
        {"a text beyond the end", "007eJxLeJWYlAwAB9cCcQ==", TOKEN_BROKEN, "signature", 0, 0, 0,
         0},
        {"no deflate", "007eJxoZWxsbywgdGhpcyBpcyBubyBkZWZsYXRl", TOKEN_BROKEN, "compression",
         0, 0, 0, 0},
        {"a wrong checksum of the packing",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS"
         "0uzs/TNWdmsDQwAAB70Roh",
         TOKEN_BROKEN, "compression", 0, 0, 0, 0},
        {"a bomb",
         "007eJztwTEBAAAAwqD1T20JT6AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
         "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAgLcBEX8AAQ==",
         TOKEN_BROKEN, "size", 0, 0, 0, 0},
        {"cut", "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItq", TOKEN_BROKEN,
         "cut", 0, 0, 0, 0},
        {"cut in the App ID", "0068f2c6f5e0f7b4c1c9", TOKEN_BROKEN, "cut", 0, 0, 0, 0},
        {"cut behind the App ID",
         "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaW", TOKEN_BROKEN, "cut", 0,
         0, 0, 0},
        {"a plus became a blank",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3Tz "
         "FKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS0uzs/TNWdmsDQwAAB70Rqp",
         TOKEN_BROKEN, "blanks", 0, 0, 0, 0},
        {"a blank before it",
         " 007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DIS"
         "S0uzs/TNWdmsDQwAAB70Rqp",
         TOKEN_BROKEN, "blanks", 0, 0, 0, 0},
        {"a line break",
         "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3Tz\nFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DI"
         "SS0uzs/TNWdmsDQwAAB70Rqp",
         TOKEN_BROKEN, "blanks", 0, 0, 0, 0},
        {"a header's value", "Bearer abcdef", TOKEN_BROKEN, "prefix", 0, 0, 0, 0},
        {"a word of a program", "undefined", TOKEN_BROKEN, "prefix", 0, 0, 0, 0},
        {"a version of the future", "008eJxT", TOKEN_BROKEN, "prefix", 0, 0, 0, 0},
        {"nothing but a prefix", "007", TOKEN_BROKEN, "cut", 0, 0, 0, 0},
        {"stars in it", "007eJx***", TOKEN_BROKEN, "characters", 0, 0, 0, 0},
        {"a dynamic key", "00412345678901234567890", TOKEN_OBSOLETE, NULL, 0, 0, 0, 0},
        {"an App ID", "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e", TOKEN_APP_ID, NULL, 0, 0, 0, 0},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_arena a;
        struct token t;
        rt_arena_init(&a, 256, 0);
        CHECK_ROW(&rows[i],
                  token_read(&rules->tokens, rt_str_of(rows[i].text), 65536, &a, &t) == 0);
        CHECK_ROW(&rows[i], t.state == rows[i].state);
        CHECK_ROW(&rows[i], rows[i].defect == NULL ||
                                (t.defect != NULL && strcmp(t.defect, rows[i].defect) == 0));
        if (rows[i].state == TOKEN_READ) {
            CHECK_ROW(&rows[i], t.ends == rows[i].ends);
            CHECK_ROW(&rows[i], t.issued == rows[i].issued && t.lifetime == rows[i].lifetime);
            CHECK_ROW(&rows[i], token_fits(&rules->tokens, &t, RT_LIT(APP), RT_LIT("lesson-7"),
                                           RT_LIT("900")) == rows[i].lacks);
        }
        rt_arena_fini(&a);
    }
}

static void
what_does_not_fit_is_told_apart(void)
{
    static const struct {
        const char *name, *app, *channel, *uid;
        unsigned lacks;
    } rows[] = {
        {"all of it", APP, "lesson-7", "900", TOKEN_FITS},
        {"another uid", APP, "lesson-7", "901", TOKEN_OTHER_ACCOUNT},
        {"another channel", APP, "lesson-8", "900", TOKEN_OTHER_CHANNEL},
        {"another case", APP, "Lesson-7", "900", TOKEN_OTHER_CHANNEL},
        {"another App ID",
         "0"
         "f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e",
         "lesson-7", "900", TOKEN_OTHER_APP},
        {"what is not known fits", "", "", "", TOKEN_FITS},
        {"all wrong", "x", "y", "z",
         TOKEN_OTHER_APP | TOKEN_OTHER_CHANNEL | TOKEN_OTHER_ACCOUNT},
    };
    static const char *const tokens[] = {
        "007eJxTYIgiABQYLNKMks3STFMN0syTTJINky3TzFKM0owTDZMMki1TLFItqqMzBfgYGHwZGBgYoRDE52DISS0"
        "uzs/TNWdmsDQwAAB70Rqp",
        "0068f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8eIABaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWjASt7F"
        "SAWQtEABNAAAAuMxcaQEAAQBIiVtp"};
    for (size_t k = 0; k < 2; k++)
        for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
            struct rt_arena a;
            struct token t;
            rt_arena_init(&a, 256, 0);
            CHECK_ROW(&rows[i],
                      token_read(&rules->tokens, rt_str_of(tokens[k]), 65536, &a, &t) == 0);
            CHECK_ROW(&rows[i], token_fits(&rules->tokens, &t, rt_str_of(rows[i].app),
                                           rt_str_of(rows[i].channel),
                                           rt_str_of(rows[i].uid)) == rows[i].lacks);
            rt_arena_fini(&a);
        }
}

int
main(void)
{
    static const struct check_test tests[] = {
        {"tokens say for whom and how long", tokens_say_for_whom_and_how_long},
        {"what does not fit is told apart", what_does_not_fit_is_told_apart},
        {NULL, NULL},
    };
    struct rule_messages m;
    struct rt_err err = {0};
    struct rule_sources from = {.builtin = true};
    rule_messages_init(&m);
    rules = rule_set_load(&from, &rt_limits_default, &m, &err);
    int rc = rules == NULL || m.errors > 0 ? 2 : check_main("token", tests);
    rule_set_free(&rules);
    rule_messages_fini(&m);
    return rc;
}
