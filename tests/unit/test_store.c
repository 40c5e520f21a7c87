/*
 * test_store.c - what is new and what is a copy, over any number of batches, failures and restarts; stores
 * of older versions; rows and keys whose bits flipped.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/alloc.h"
#include "check.h"
#include "store/store.h"

static char folder[64], path[128];
static struct rt_limits limits;

static void
begin(void)
{
    limits = rt_limits_default;
    strcpy(folder, "/tmp/rectrace-store-XXXXXX");
    if (mkdtemp(folder) == NULL)
        abort();
    snprintf(path, sizeof(path), "%s/calls.db", folder);
}

static void
end(void)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char name[160];
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
        unlink(name);
    }
    rmdir(folder);
}

static struct store *
open_store(enum store_mode mode)
{
    struct rt_err err = {0};
    struct store *s = store_open(path, mode, &limits, &err);
    if (s == NULL)
        printf("%s\n", err.msg);
    return s;
}

static uint64_t state = 88172645463325252u;
static unsigned
chance(unsigned below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % below;
}

/* The callback of a number: every third has a twin that the next one shares. */
static struct store_callback
callback(unsigned number, char notice[32], char body[64])
{
    struct store_callback c = {.app = RT_LIT("main"),
                               .received = 1000 + number,
                               .last = 1000 + number,
                               .notify = number,
                               .label = STORE_EVENT,
                               .secret = RT_LIT("a")};
    snprintf(notice, 32, "n-%u", number);
    snprintf(body, 64, "{\"noticeId\":\"n-%u\",\"pad\":\"%u\"}", number, number * 7);
    c.notice = rt_str_of(notice);
    c.body = rt_str_of(body);
    return c;
}

static void
set_twin(struct store_callback *c, unsigned number)
{
    c->has_twin = true;
    memset(c->twin, 0, STORE_TWIN);
    memcpy(c->twin, &number, sizeof(number));
}

static bool
put(struct store *s, const struct store_callback *c, enum store_put want)
{
    struct rt_err err = {0};
    enum store_put got = STORE_NEW;
    if (store_put(s, c, &got, &err) < 0) {
        printf("%s\n", err.msg);
        return false;
    }
    return got == want;
}

enum { NUMBERS = 120000, BATCH = 600, BATCHES = 500 };

/* `known[n]`: stored and committed. */
static size_t
one_batch(struct store *s, bool *known, unsigned upto, bool fails)
{
    struct rt_err err = {0};
    static unsigned numbers[BATCH];
    static bool fresh[BATCH];
    unsigned n = 1 + chance(BATCH);
    char notice[32], body[64];
    size_t wrong = store_begin(s, &err) < 0;
    for (unsigned i = 0; i < n; i++) {
        unsigned number = numbers[i] = chance(upto);
        struct store_callback c = callback(number, notice, body);
        if (number % 3 == 0)
            set_twin(&c, number);
        fresh[i] = !known[number];
        wrong += !put(s, &c, fresh[i] ? STORE_NEW : STORE_COPY);
        known[number] = true;
    }
    if (!fails)
        return wrong + (store_commit(s, &err) < 0);
    store_rollback(s);
    for (unsigned i = n; i-- > 0;)
        if (fresh[i])
            known[numbers[i]] = false;
    return wrong;
}

static int64_t
number_of(struct store *s)
{
    struct rt_err err = {0};
    struct store_callback c;
    struct store_cursor *k = store_callbacks(s, 0, INT64_MAX, &err);
    int64_t n = 0;
    while (store_next_callback(k, &c, &err) == 1)
        n++;
    store_cursor_free(&k);
    return n;
}

static void
what_is_new_is_told_from_copies(void)
{
    static const struct {
        const char *name;
        uint64_t keys, sieve_bytes;
        unsigned upto, batches;
    } rows[] = {
        {"few runs", 65536, 67108864, NUMBERS, BATCHES},
        {"many runs, merged again and again", 300, 67108864, NUMBERS / 3, BATCHES / 2},
        {"no sieve", 300, 0, NUMBERS / 8, BATCHES / 5},
        {"a run with each batch", 1, 20000, NUMBERS / 8, BATCHES / 5},
    };
    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        bool *known = calloc(NUMBERS, sizeof(bool));
        size_t wrong = 0;
        int64_t want = 0;
        begin();
        limits.store_keys = rows[r].keys;
        limits.store_sieve_bytes = rows[r].sieve_bytes;
        struct store *s = open_store(STORE_WRITE);
        for (unsigned i = 0; s != NULL && i < rows[r].batches; i++) {
            wrong += one_batch(s, known, 1000 + i * (rows[r].upto - 1000) / rows[r].batches,
                               i % 17 == 5);
            if (i % 13 == 3)
                store_rollback(s); /* of nothing */
            if (i % 90 == 89) {
                store_close(&s);
                s = open_store(STORE_WRITE);
            }
        }
        for (unsigned i = 0; i < NUMBERS; i++)
            want += known[i];
        CHECK_ROW(&rows[r], s != NULL && wrong == 0 && number_of(s) == want);
        printf("%lld stored ", (long long)want);
        store_close(&s);
        end();
        free(known);
    }
}

/* ---- keys on disk ---- */

static void
sql(const char *text)
{
    sqlite3 *db = NULL;
    CHECK(sqlite3_open(path, &db) == SQLITE_OK);
    CHECK(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_close(db);
}

static int64_t
number(const char *text)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    int64_t n = -1;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, text, -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    sqlite3_close(db);
    return n;
}

static void
put_many(unsigned from, unsigned to, enum store_put want)
{
    char notice[32], body[64];
    struct rt_err err = {0};
    size_t wrong = 0;
    struct store *s = open_store(STORE_WRITE);
    for (unsigned i = from; s != NULL && i < to; i++) {
        struct store_callback c = callback(i, notice, body);
        if ((i - from) % 100 == 0)
            wrong += store_begin(s, &err) < 0;
        wrong += !put(s, &c, want);
        if ((i - from) % 100 == 99 || i + 1 == to)
            wrong += store_commit(s, &err) < 0;
    }
    CHECK(s != NULL && wrong == 0);
    store_close(&s);
}

static void
runs_are_merged_and_their_place_used_again(void)
{
    begin();
    limits.store_keys = 100;
    put_many(0, 20000, STORE_NEW);
    CHECK(number("SELECT count(*) FROM run") < 40);
    CHECK(number("SELECT max(level) FROM run") >= 2);
    /* Chunks that belong to no run are written again, so at no time are there many. */
    CHECK(number("SELECT count(*) FROM chunk") < 3 * 20000 / 100);
    CHECK(number("SELECT sum(keys) FROM run") >= 20000 - 300);
    put_many(0, 20000, STORE_COPY);
    end();
}

static void
damaged_keys_are_made_anew(void)
{
    static const char *const changes[] = {
        "UPDATE chunk SET keys = zeroblob(length(keys)) WHERE id = 3",
        "DELETE FROM chunk WHERE id = 5",
        "UPDATE run SET keys = keys + 300 WHERE id = (SELECT min(id) FROM run)",
        "UPDATE run SET keys = 1152921504606846976 WHERE id = (SELECT min(id) FROM run)",
        "UPDATE run SET keys = -5 WHERE id = (SELECT min(id) FROM run)",
        "DELETE FROM run; DELETE FROM mark WHERE name = 'seen'",
    };
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        begin();
        limits.store_keys = 1000;
        put_many(0, 5000, STORE_NEW);
        sql(changes[i]);
        put_many(0, 5000, STORE_COPY);
        put_many(5000, 6000, STORE_NEW);
        put_many(0, 6000, STORE_COPY);
        end();
    }
}

static void
keys_of_what_was_forgotten_go_with_a_merge(void)
{
    struct rt_err err = {0};
    struct store_extent keep = {INT64_MAX, INT64_MAX};
    begin();
    limits.store_keys = 100;
    put_many(0, 2000, STORE_NEW);
    CHECK(number("SELECT sum(keys) FROM run") >= 1600);
    struct store *s = open_store(STORE_WRITE);
    store_begin(s, &err);
    CHECK(store_forget(s, &keep, 1000 + 1900, 0, 10000, &err) == 1900);
    CHECK(store_commit(s, &err) == 0);
    store_close(&s);
    put_many(2000, 16000, STORE_NEW);
    CHECK(number("SELECT sum(keys) - (SELECT count(*) FROM callback) FROM run") <= 0);
    put_many(0, 1900, STORE_NEW);
    put_many(0, 16000, STORE_COPY);
    end();
}

static void
a_twin_is_a_copy_whatever_its_notice(void)
{
    char notice[32], body[64];
    struct rt_err err = {0};
    begin();
    struct store *s = open_store(STORE_WRITE);
    CHECK(store_begin(s, &err) == 0);
    struct store_callback c = callback(1, notice, body);
    set_twin(&c, 5);
    CHECK(put(s, &c, STORE_NEW));
    c = callback(2, notice, body);
    set_twin(&c, 5);
    CHECK(put(s, &c, STORE_COPY));
    set_twin(&c, 6);
    CHECK(put(s, &c, STORE_NEW));
    c.app = RT_LIT("other");
    CHECK(put(s, &c, STORE_NEW));
    CHECK(store_commit(s, &err) == 0);
    store_close(&s);
    end();
}

/* ---- older versions ---- */

static const char version_1[] =
    "PRAGMA application_id = 1919120498;"
    "CREATE TABLE callback (id INTEGER PRIMARY KEY, of INTEGER, app TEXT NOT NULL, notice TEXT "
    "NOT NULL,"
    " twin BLOB, received INTEGER NOT NULL, last INTEGER NOT NULL, notify INTEGER, label "
    "INTEGER NOT NULL,"
    " secret TEXT, copies INTEGER NOT NULL, body BLOB NOT NULL);"
    "CREATE UNIQUE INDEX callback_notice ON callback (app, notice) WHERE of IS NULL;"
    "CREATE UNIQUE INDEX callback_twin ON callback (app, twin) WHERE of IS NULL AND twin IS "
    "NOT NULL;"
    "CREATE INDEX callback_of ON callback (of) WHERE of IS NOT NULL;"
    "CREATE TABLE refused (id INTEGER PRIMARY KEY AUTOINCREMENT, app TEXT, reason TEXT NOT "
    "NULL, near TEXT,"
    " source TEXT, signature TEXT, signature_v1 TEXT, received INTEGER NOT NULL, body BLOB NOT "
    "NULL,"
    " body_bytes INTEGER NOT NULL);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)"
    " INSERT INTO callback SELECT i, NULL, 'main', 'n-' || i, NULL, 1000 + i, 1000 + i, i, 0, "
    "'a', 1, '{}' FROM n;"
    "PRAGMA user_version = 1;";
static const char version_2[] = "CREATE TABLE line (id INTEGER PRIMARY KEY, source TEXT NOT "
                                "NULL, received INTEGER NOT NULL, text BLOB NOT NULL);"
                                "CREATE INDEX line_source ON line (source, id);"
                                "CREATE TABLE tail (source TEXT PRIMARY KEY, device INTEGER "
                                "NOT NULL, inode INTEGER NOT NULL, offset INTEGER NOT NULL);"
                                "INSERT INTO line VALUES (1, 'api.log', 5, 'a line');"
                                "PRAGMA user_version = 2;";
static const char version_3[] =
    "CREATE TABLE seen (key BLOB PRIMARY KEY, id INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "DROP INDEX callback_notice; DROP INDEX callback_twin;"
    "ALTER TABLE callback ADD COLUMN sum INTEGER;"
    "ALTER TABLE line ADD COLUMN sum INTEGER;"
    "INSERT INTO mark VALUES ('callbacks without sum', 70000), ('lines without sum', 1), "
    "('seen', "
    "60000);"
    "INSERT INTO seen VALUES (x'00', 1);"
    "PRAGMA user_version = 3;";

static void
stores_of_older_versions_are_brought_up(void)
{
    for (int version = 1; version <= 3; version++) {
        char notice[32], body[64];
        struct rt_err err = {0};
        begin();
        sql(version_1);
        if (version >= 2)
            sql(version_2);
        if (version >= 3)
            sql(version_3);
        CHECK(store_open(path, STORE_READ, &rt_limits_default, &err) == NULL);
        CHECK(strstr(err.msg, "rectrace serve brings it to") != NULL);
        err = (struct rt_err){0};
        struct store *s = open_store(STORE_WRITE);
        CHECK(s != NULL && number_of(s) == 70000);
        CHECK(s != NULL && store_begin(s, &err) == 0);
        for (unsigned i = 1; s != NULL && i < 70010; i += i == 5 ? 69990 : 1) {
            struct store_callback c = callback(i, notice, body);
            CHECK(put(s, &c, i <= 70000 ? STORE_COPY : STORE_NEW));
        }
        CHECK(s != NULL && store_commit(s, &err) == 0);
        struct store_callback c;
        struct store_cursor *k = s == NULL ? NULL : store_callbacks(s, 69999, INT64_MAX, &err);
        while (k != NULL && store_next_callback(k, &c, &err) == 1)
            CHECK(rt_str_starts(c.body, RT_LIT("{")));
        store_cursor_free(&k);
        store_close(&s);
        end();
    }
}

/* ---- bits that flip ---- */

/* By another program, of "api.log", 5 and "a line". */
#define LINE_SUM 318898933

static void
a_row_that_was_changed_says_so(void)
{
    static const struct {
        const char *name, *change;
    } rows[] = {
        {"body", "UPDATE callback SET body = '{\"noticeId\":\"n-2\"}' WHERE id = 2"},
        {"time of arrival", "UPDATE callback SET received = received + 1 WHERE id = 2"},
        {"label", "UPDATE callback SET label = 1 WHERE id = 2"},
        {"notice", "UPDATE callback SET notice = 'n-3' WHERE id = 2"},
        {"sum gone", "UPDATE callback SET sum = NULL WHERE id = 2"},
        {"line", "UPDATE line SET text = 'another' WHERE id = 1"},
    };
    char notice[32], body[64];
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rt_err err = {0};
        begin();
        struct store *s = open_store(STORE_WRITE);
        store_begin(s, &err);
        for (unsigned n = 1; n <= 3; n++) {
            struct store_callback c = callback(n, notice, body);
            put(s, &c, STORE_NEW);
        }
        store_put_line(s, RT_LIT("api.log"), 5, RT_LIT("a line"), &err);
        CHECK_ROW(&rows[i], store_commit(s, &err) == 0);
        store_close(&s);
        /* The same sum whatever library makes it. */
        sqlite3 *db = NULL;
        sqlite3_stmt *q = NULL;
        sqlite3_open(path, &db);
        sqlite3_prepare_v2(db, "SELECT sum FROM line", -1, &q, NULL);
        CHECK_ROW(&rows[i],
                  sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int64(q, 0) == LINE_SUM);
        sqlite3_finalize(q);
        sqlite3_close(db);
        sql(rows[i].change);
        s = open_store(STORE_READ);
        struct store_callback c;
        struct store_cursor *k = store_callbacks(s, 0, INT64_MAX, &err);
        int damaged = 0, whole = 0;
        while (store_next_callback(k, &c, &err) == 1)
            *(rt_str_is(c.body, "damaged in the store") ? &damaged : &whole) += 1;
        store_cursor_free(&k);
        rt_str line;
        k = store_lines(s, RT_LIT("api.log"), 0, INT64_MAX, &err);
        while (store_next_line(k, &line, &err) == 1)
            *(rt_str_is(line, "damaged in the store") ? &damaged : &whole) += 1;
        store_cursor_free(&k);
        CHECK_ROW(&rows[i], damaged == 1 && whole == 3);
        store_close(&s);
        end();
    }
}

static void
what_was_forgotten_is_new_again(void)
{
    char notice[32], body[64];
    struct rt_err err = {0};
    begin();
    struct store *s = open_store(STORE_WRITE);
    for (int again = 0; again < 2; again++) {
        store_begin(s, &err);
        for (unsigned n = 1; n <= 100; n++) {
            struct store_callback c = callback(n, notice, body);
            set_twin(&c, n);
            CHECK(put(s, &c, n <= 40 || !again ? STORE_NEW : STORE_COPY));
        }
        CHECK(store_commit(s, &err) == 0);
        struct store_extent keep = {INT64_MAX, INT64_MAX};
        store_begin(s, &err);
        /* The newest row stays. */
        CHECK(store_forget(s, &keep, 1041, 0, 1000, &err) == (again ? 39 : 40));
        CHECK(store_commit(s, &err) == 0);
        if (!again) {
            store_close(&s);
            s = open_store(STORE_WRITE);
        }
    }
    store_close(&s);
    end();
}

static void
a_twin_is_a_copy_though_its_notice_was_forgotten(void)
{
    char notice[32], body[64];
    struct rt_err err = {0};
    begin();
    struct store *s = open_store(STORE_WRITE);
    store_begin(s, &err);
    for (unsigned n = 1; n <= 3; n++) {
        struct store_callback c = callback(n, notice, body);
        set_twin(&c, n);
        CHECK(put(s, &c, STORE_NEW));
    }
    CHECK(store_commit(s, &err) == 0);
    struct store_extent keep = {INT64_MAX, INT64_MAX};
    store_begin(s, &err);
    CHECK(store_forget(s, &keep, 1002, 0, 1000, &err) == 1);
    CHECK(store_commit(s, &err) == 0);
    store_begin(s, &err);
    struct store_callback c = callback(1, notice, body);
    set_twin(&c, 2);
    CHECK(put(s, &c, STORE_COPY));
    set_twin(&c, 1);
    CHECK(put(s, &c, STORE_NEW));
    CHECK(store_commit(s, &err) == 0);
    store_close(&s);
    end();
}

static const struct check_test tests[] = {
    {"what is new is told from copies, over batches, failures and restarts",
     what_is_new_is_told_from_copies},
    {"runs are merged, and their place is used again",
     runs_are_merged_and_their_place_used_again},
    {"damaged keys are made anew", damaged_keys_are_made_anew},
    {"keys of what was forgotten go with a merge", keys_of_what_was_forgotten_go_with_a_merge},
    {"a twin is a copy, whatever its notice", a_twin_is_a_copy_whatever_its_notice},
    {"a twin is a copy, though its notice was forgotten",
     a_twin_is_a_copy_though_its_notice_was_forgotten},
    {"stores of older versions are brought up", stores_of_older_versions_are_brought_up},
    {"a row that was changed says so", a_row_that_was_changed_says_so},
    {"what was forgotten is new again", what_was_forgotten_is_new_again},
    {NULL, NULL},
};
CHECK_MAIN("store", tests)
