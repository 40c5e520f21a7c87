/*
 * test_base_library.c - libraries that are opened when they are first asked for.
 */
#include "config.h"

#include <string.h>

#include "base/library.h"
#include "check.h"
#include "ingest/libarchive.h"
#include "receive/microhttpd.h"

static size_t (*length)(const char *);

static const struct {
    const char *name;
    const char *soname, *function;
    const char *says; /* NULL: it opens */
} rows[] = {
    {"one that is there", "libc.so.6", "strlen", NULL},
    {"one that is nowhere", "librectrace-nowhere.so.7", "strlen", "librectrace-nowhere.so.7"},
    {"one that lacks a function", "libc.so.6", "rectrace_nowhere",
     "libc.so.6 has no rectrace_nowhere"},
};

static void
a_library_opens_or_says_why(void)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct library_function f[] = {{rows[i].function, &length}};
        struct library l = LIBRARY(rows[i].soname, f);
        struct rt_err err = {0};
        length = NULL;
        for (int times = 0; times < 2; times++) /* asked again it does the same */
            CHECK_ROW(&rows[i], library_open(&l, &err) == (rows[i].says == NULL ? 0 : -1));
        if (rows[i].says != NULL) {
            CHECK_ROW(&rows[i], err.code == RT_EIO && strstr(err.msg, rows[i].says) != NULL);
            continue;
        }
        CHECK_ROW(&rows[i], length != NULL && length("seven..") == 7);
    }
}

/* Every row of the tables is a function that the library has. */
static void
ours_are_whole(void)
{
    struct rt_err err = {0};
    CHECK(libarchive_open(&err) == 0 && libarchive.read_new != NULL &&
          libarchive.entry_set_mtime != NULL);
    CHECK(mhd_open(&err) == 0 && mhd.start_daemon != NULL && mhd.get_version()[0] != '\0');
}

static const struct check_test tests[] = {
    {"a library opens, or says why not", a_library_opens_or_says_why},
    {"ours are whole", ours_are_whole},
    {NULL, NULL},
};
CHECK_MAIN("base: libraries", tests)
