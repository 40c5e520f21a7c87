/*
 * forget.c - retention: the oldest rows go, by age and by size.
 *
 * The file does not shrink; what is freed is written again. The newest row of each table stays, so
 * that ids are never given twice.
 */
#include "config.h"

#include "store/internal.h"

static int64_t
used_bytes(struct store *s, struct rt_err *err)
{
    int64_t pages = 0, unused = 0, size = 0;
    if (store_number(s, "PRAGMA page_count", &pages, err) < 0 ||
        store_number(s, "PRAGMA freelist_count", &unused, err) < 0 ||
        store_number(s, "PRAGMA page_size", &size, err) < 0)
        return -1;
    return (pages - unused) * size;
}

/* Rows of one table up to `keep` that arrived before `before` (INT64_MAX: any). */
static int64_t
forget(struct store *s, const char *sql, int64_t keep, rt_time before, int64_t most,
       struct rt_err *err)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);
    if (rc == SQLITE_OK) {
        sqlite3_bind_int64(q, 1, keep);
        sqlite3_bind_int64(q, 2, before);
        sqlite3_bind_int64(q, 3, most);
        rc = sqlite3_step(q);
    }
    int64_t n = rc == SQLITE_DONE ? sqlite3_changes(s->db) : store_fail(s, "forgetting", err);
    sqlite3_finalize(q);
    return n;
}

/* Of callbacks, the rows that go; their keys go when runs of them are merged. Old is what is so by our clock and by its
 * sender's: one of them may have been wrong when it came. */
#define CALLBACKS                                                                       \
    "(SELECT id FROM callback WHERE id <= ?1 AND max(received, ifnull(notify, 0)) < ?2" \
    " AND id < (SELECT max(id) FROM callback) ORDER BY id LIMIT ?3)"
#define LINES                                               \
    "(SELECT id FROM line WHERE id <= ?1 AND received < ?2" \
    " AND id < (SELECT max(id) FROM line) ORDER BY id LIMIT ?3)"

static int64_t
forget_both(struct store *s, const struct store_extent *keep, rt_time before, int64_t most,
            struct rt_err *err)
{
    int64_t a = forget(s, "DELETE FROM callback WHERE id IN " CALLBACKS, keep->callbacks,
                       before, most, err);
    int64_t b = a < 0 ? -1
                      : forget(s, "DELETE FROM line WHERE id IN " LINES, keep->lines, before,
                               most - a, err);
    return b < 0 ? -1 : a + b;
}

int64_t
store_forget(struct store *s, const struct store_extent *keep, rt_time before, uint64_t bytes,
             int64_t most, struct rt_err *err)
{
    int64_t gone = before == RT_TIME_NONE ? 0 : forget_both(s, keep, before, most, err);
    int64_t used = gone < 0 || bytes == 0 ? 0 : used_bytes(s, err);
    if (gone < 0 || used < 0)
        return -1;
    if (bytes == 0 || (uint64_t)used <= bytes || gone >= most)
        return gone;
    /* A tenth at most in one turn: a limit set too low must not empty the store at once. */
    int64_t rows = 0;
    if (store_number(s, "SELECT (SELECT count(*) FROM callback) + (SELECT count(*) FROM line)",
                     &rows, err) < 0)
        return -1;
    int64_t some = rows / 10 + 1 < most - gone ? rows / 10 + 1 : most - gone;
    int64_t more = forget_both(s, keep, INT64_MAX, some, err);
    return more < 0 ? -1 : gone + more;
}
