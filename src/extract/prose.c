/*
 * prose.c - prose: the vendor's shapes wherever they stand.
 *
 * Lines are gathered while an object is open, then the piece is searched from left to right for URLs
 * of the API, objects, HTTP statuses and labelled codes. What names the call is the nearest word
 * before the answer. The search moves forward only: linear in the input.
 *
 *   line -> piece -> mention (URL, number, word), braces (objects) -> answer -> event
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "extract/document.h"

enum { GATHER_LINES = 1 << 20, PAIRS_LEAST = 3 };

bool
prose_could_matter(const struct extract *x, rt_str s)
{
    return word_within(&x->rules->words.of[WORDS_HINT], s);
}

static struct document *
new_document(struct extract *x)
{
    struct document *d = rt_calloc(1, sizeof(*d));
    if (d == NULL)
        return NULL;
    rt_buf_init(&d->text, (size_t)x->limits->document_bytes);
    rt_buf_init(&d->json, (size_t)x->limits->line_bytes * 2);
    rt_buf_init(&d->request, (size_t)x->limits->line_bytes);
    rt_arena_init(&d->held.arena, 2048, 0);
    d->kind = KIND_NONE;
    d->time = RT_TIME_NONE;
    return d;
}

/* That of the thread whose line is read: the lines of several may be mixed. What comes after the last
 * place shares the first. */
static struct document *
document_of(struct extract *x)
{
    size_t n = 0;
    while (n < THREADS_MOST && x->documents[n] != NULL && x->threads[n] != x->thread)
        n++;
    n = n == THREADS_MOST ? 0 : n;
    if (x->documents[n] == NULL) {
        x->documents[n] = new_document(x);
        x->threads[n] = x->thread;
    }
    return x->documents[n];
}

void
prose_free(struct extract *x)
{
    for (size_t i = 0; i < THREADS_MOST && x->documents[i] != NULL; i++) {
        waiting_free(x->documents[i]);
        rt_buf_fini(&x->documents[i]->text);
        rt_buf_fini(&x->documents[i]->json);
        rt_buf_fini(&x->documents[i]->request);
        rt_arena_fini(&x->documents[i]->held.arena);
        rt_free(x->documents[i]);
        x->documents[i] = NULL;
    }
}

/* The number that begins at `at`, unless it is a part of something else. */
static int
look_at_number(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
               struct rt_err *err)
{
    while (*end < text.n && text.p[*end] >= '0' && text.p[*end] <= '9')
        ++*end;
    bool inside =
        (at > 0 &&
         (letter(text.p[at - 1]) || text.p[at - 1] == '.' || text.p[at - 1] == '-')) ||
        (*end < text.n && (text.p[*end] == '.' || text.p[*end] == '-' || text.p[*end] == '/'));
    return *end - at <= 4 && !inside ? mention_number(x, d, text, at, *end, err) : 0;
}

/* What begins at `at`: how much of a call was found, or -1. `*end`: where to go on. */
static int
look_at(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
        struct rt_err *err)
{
    char c = text.p[at];
    *end = at + 1;
    if (c == '{' || (c == 'm' && rt_str_starts(rt_str_from(text, at), RT_LIT("map["))))
        return braces_object(x, d, text, at, end, err);
    if (c == '[' && rt_str_starts(rt_str_from(text, at), RT_LIT("[123 34 ")))
        return braces_bytes(x, d, text, at, end, err);
    if (c == '/' && rt_str_starts(rt_str_from(text, at), RT_LIT(ROUTE_PRODUCT)))
        return mention_url(x, d, text, at, end, err);
    if (c >= '0' && c <= '9')
        return look_at_number(x, d, text, at, end, err);
    if (c == 'h' && (*end = mention_other_url(x, text, at)) > at)
        return 0; /* its words are not those of the text */
    *end = at + 1;
    if (letter(c)) {
        while (*end < text.n && (letter(text.p[*end]) || text.p[*end] == '_'))
            ++*end;
        mention_word(x, d, text, (rt_str){text.p + at, *end - at}, *end);
    }
    return 0;
}

/* An object that is found may hold a text that is searched in its turn. */
static int
search(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    struct lenient_past around = d->past;
    rt_str piece = d->piece;
    int found = 0;
    d->behind_url = NULL;
    d->piece = text;
    d->past = (struct lenient_past){0};
    for (size_t at = 0, end = 0; at < text.n; at = end) {
        int one = look_at(x, d, text, at, &end, err);
        if (one < 0)
            return -1;
        found += one;
    }
    d->past = around;
    d->piece = piece;
    d->behind_url = NULL;
    if (found == 0)
        found = mention_success(x, d, err);
    if (found == 0)
        found = mention_string(x, d, text, err);
    if (found == 0)
        found = mention_state(x, d, text, err);
    return found;
}

/* Members of an exchange as key=value. */
static int
search_pairs(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    rt_buf_clear(&d->json);
    bool pairs = route_mentioned(text) && lenient_pairs(text, &d->json) >= PAIRS_LEAST;
    return pairs ? exchange_search(x, work_keep_whole(x, rt_buf_str(&d->json)), err) : 0;
}

/* ---- lines ---- */

/* A time of day alone: only what lies between such times is known. A clock that falls back by half a day
 * and more has passed midnight. */
static bool
note_clock(struct extract *x, struct document *d, rt_str s)
{
    struct rt_stamp stamp;
    size_t n = x->first_time != RT_TIME_NONE && !x->undated
                   ? 0
                   : rt_time_parse_format(s, "%H:%M:%S%f", &stamp);
    if (n == 0 || (n < s.n && strchr(" \t],|", s.p[n]) == NULL))
        return false;
    if (x->undated) {
        rt_time day = x->clock - x->clock % (24 * RT_HOUR);
        stamp.at += day;
        if (stamp.at < x->clock - 12 * RT_HOUR)
            stamp.at += 24 * RT_HOUR;
    }
    x->undated = true;
    x->clock = stamp.at;
    stamp.zoned = false;
    work_note_time(x, &stamp);
    d->time = work_stamp_time(x, &stamp, &d->zoned);
    d->coarse = stamp.digits == 0;
    return true;
}

static bool
begins_with_date(rt_str s, bool epoch, struct rt_stamp *out)
{
    return s.n >= 16 && s.p[0] >= '0' && s.p[0] <= '9' &&
           (s.p[4] == '-' || s.p[4] == '/' || epoch) && rt_time_parse(s, out) > 0;
}

/* What loggers put between brackets before the time: "[axios][request] 2026-...". */
static rt_str
behind_tags(rt_str s)
{
    enum { TAGS_MOST = 4, TAG_LONGEST = 40 };
    rt_str rest = s;
    for (int i = 0; i < TAGS_MOST && rest.n > 1 && rest.p[0] == '['; i++) {
        size_t end = rt_str_find(rest, RT_LIT("]"));
        if (end == SIZE_MAX || end > TAG_LONGEST || !letter(rest.p[1]))
            break;
        rest = rt_str_trim(rt_str_from(rest, end + 1));
    }
    return rest.n > 0 && (rest.p[0] == '[' || (rest.p[0] >= '0' && rest.p[0] <= '9')) ? rest
                                                                                      : s;
}

static void
note_stamp(struct extract *x, struct document *d, rt_str line)
{
    struct rt_stamp stamp;
    rt_str s = rt_str_trim(line);
    if (x->outer.known) {
        d->time = x->outer.at;
        d->zoned = x->outer.zoned;
        d->coarse = x->outer.coarse;
        return;
    }
    if (rt_str_starts(s, RT_LIT("< ")))
        s = rt_str_from(s, 2);
    if (rt_str_starts(s, RT_LIT("header: "))) /* Python's http.client */
        s = rt_str_from(s, strlen("header: "));
    if (rt_str_starts(s, RT_LIT("__REALTIME_TIMESTAMP=")))
        s = rt_str_from(s, strlen("__REALTIME_TIMESTAMP="));
    size_t at =
        rt_str_starts(s, RT_LIT("Started ")) ? rt_str_find(s, RT_LIT(" at 20")) : SIZE_MAX;
    if (at != SIZE_MAX)
        s = rt_str_from(s, at + strlen(" at "));
    if (s.n > strlen("Date: ") &&
        rt_str_eq_nocase((rt_str){s.p, strlen("Date: ")}, RT_LIT("Date: ")) &&
        rt_time_parse_format(rt_str_from(s, strlen("Date: ")), "%a, %d %b %Y %H:%M:%S GMT",
                             &stamp) > 0) {
        stamp.zoned = true; /* by RFC 9110 */
        work_note_time(x, &stamp);
        d->time = work_stamp_time(x, &stamp, &d->zoned);
        d->coarse = true;
        d->dated = true;
        return;
    }
    s = behind_tags(s);
    if (s.n > 0 && s.p[0] == '[')
        s = rt_str_from(s, 1);
    if (s.n >= 8 && s.p[2] == ':' && note_clock(x, d, s))
        return;
    bool epoch = s.n == 16 && rt_str_starts(rt_str_trim(line), RT_LIT("__REALTIME"));
    if (!begins_with_date(s, epoch, &stamp))
        return;
    work_note_time(x, &stamp);
    d->time = work_stamp_time(x, &stamp, &d->zoned);
    d->coarse = stamp.digits == 0;
}

int
prose_search(struct extract *x, rt_str text, struct rt_err *err)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return rt_fail_mem(err);
    d->time = x->outer.known ? x->outer.at : RT_TIME_NONE;
    d->zoned = x->outer.zoned;
    d->coarse = x->outer.coarse;
    if (!x->outer.known)
        note_stamp(x, d, text);
    int found = search_pairs(x, d, text, err);
    found = found == 0 ? search(x, d, text, err) : found;
    int last = found < 0 ? -1 : answer_flush_route(x, d, err);
    int others = last < 0 || answer_flush(x, d, err) < 0 ? -1 : waiting_flush(x, d, err);
    return others < 0 ? -1 : found + last + others;
}

int
prose_object(struct extract *x, rt_str object, int32_t http, struct rt_err *err)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return rt_fail_mem(err);
    d->http = http;
    d->http_line = x->line;
    int found = answer_object(x, d, object, err);
    d->http = 0;
    return found < 0 || answer_flush(x, d, err) < 0 ? -1 : found;
}

enum { BODY_LINES = 12 }; /* after so many it waits in vain */

bool
prose_keep_body(struct extract *x, rt_str object)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return false;
    rt_buf_clear(&d->request);
    rt_buf_add(&d->request, object);
    d->request.failed = false;
    d->request_line = x->line;
    d->request_rewritten = x->rewritten;
    d->request_mended = x->mended;
    return true;
}

rt_str
prose_take_body(struct extract *x, uint8_t *kind)
{
    struct document *d = document_of(x);
    if (d == NULL || d->request.n == 0 || x->line > d->request_line + BODY_LINES)
        return RT_NONE;
    rt_str body = work_keep_whole(x, rt_buf_str(&d->request));
    rt_buf_clear(&d->request);
    *kind = body.n == 0 ? KIND_NONE : answer_kind_of_request(x, body);
    return *kind == KIND_NONE ? RT_NONE : body;
}

/* Such members, a row of a table, or prose. */
static int
search_piece(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    x->piece = (struct piece_cursor){text.p, text.p + text.n, d->first_line};
    int found = search_pairs(x, d, text, err);
    if (found == 0)
        found = exchange_row(x, text, err);
    if (found == 0)
        found = search(x, d, text, err);
    x->piece.at = NULL;
    return found;
}

/* The piece is complete: search it, and count its lines by what came of it. */
static int
settle(struct extract *x, struct document *d, struct rt_err *err)
{
    if (d->lines == 0)
        return 0;
    if (d->held.e != NULL && d->first_line > d->held.line + REPEAT_LINES &&
        answer_flush(x, d, err) < 0)
        return -1;
    uint64_t here = x->line;
    struct rt_arena_mark mark = rt_arena_mark(&x->scratch);
    x->line = d->first_line;
    x->order = 0;
    rt_str text = rt_buf_str(&d->text);
    int found = 0;
    if (rt_str_trim(text).n == 0)
        x->counts[LINE_IGNORED] += d->lines;
    else {
        struct outer_time outer = x->outer;
        x->outer = (struct outer_time){d->time, d->time != RT_TIME_NONE, d->zoned, d->coarse};
        d->part = false;
        found = search_piece(x, d, text, err);
        x->outer = outer;
        bool read = found > 0 || d->part;
        x->counts[read ? LINE_EVENT : LINE_UNMATCHED] += d->lines;
        if (!read && x->first_unread == 0) {
            x->first_unread = d->first_line;
            size_t first = rt_str_find(text, RT_LIT("\n"));
            snprintf(x->first_unread_text, sizeof(x->first_unread_text), "%.*s",
                     (int)(first < text.n ? first : text.n), text.p);
        }
    }
    rt_arena_reset(&x->scratch, mark);
    x->line = here;
    d->lines = 0;
    d->depth = 0;
    rt_buf_clear(&d->text);
    return found < 0 ? -1 : 0;
}

/* Brackets of the line, outside of its strings. */
static int
balance(rt_str line)
{
    int depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.n; i++) {
        char c = line.p[i];
        if (c == '"')
            in_string = !in_string;
        else if (c == '\\')
            i++;
        else if (!in_string)
            depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    return depth;
}

/* A bracket that nothing closes must not glue the rest of the log to its line: what is open ends where another
 * record begins, or where it is deeper than any object that is read. */
static bool
is_torn(const struct extract *x, const struct document *d, rt_str line)
{
    struct rt_stamp stamp;
    if (d->depth <= 0 || d->lines == 0)
        return false;
    if ((uint64_t)d->depth > x->limits->json_depth)
        return true;
    if (x->outer.known)
        /* Lines of one object come at once, and none begins with a word. */
        return (d->time != RT_TIME_NONE && x->outer.at - d->time > RT_SEC) ||
               (line.n > 0 && letter(line.p[0]));
    return begins_with_date(line.n > 0 && line.p[0] == '[' ? rt_str_from(line, 1) : line, false,
                            &stamp);
}

int
prose_line(struct extract *x, rt_str line, uint64_t number, struct rt_err *err)
{
    struct document *d = document_of(x);
    if (d == NULL)
        return rt_fail_mem(err);
    x->line = number;
    if ((d->depth <= 0 || is_torn(x, d, line)) && settle(x, d, err) < 0)
        return -1;
    if (d->lines == 0) {
        d->first_line = number;
        note_stamp(x, d, line);
    }
    if (d->lines > 0)
        rt_buf_addc(&d->text, '\n');
    rt_buf_add(&d->text, line);
    d->lines++;
    d->depth += balance(line);
    if (d->text.failed || d->lines >= GATHER_LINES) {
        d->text.failed = false;
        return settle(x, d, err);
    }
    return 0;
}

static int
end_document(struct extract *x, struct document *d, struct rt_err *err)
{
    if (settle(x, d, err) < 0)
        return -1;
    int body = answer_last_request(x, d, err);
    int last =
        body < 0 || answer_flush(x, d, err) < 0 ? -1 : body + answer_flush_route(x, d, err);
    /* A status that nothing followed is still an answer, unless it says that all is well. */
    const struct code_entry *known = rule_set_http(x->rules, d->http, KIND_NONE);
    if (last == 0 && (d->http >= 400 ||
                      (d->http > 0 && known != NULL && known->severity != SEVERITY_NONE))) {
        struct event e;
        answer_begin(x, d, &e);
        last = answer_end(x, d, &e, true, err);
    }
    return last < 0 || waiting_flush(x, d, err) < 0 ? -1 : 0;
}

int
prose_end(struct extract *x, struct rt_err *err)
{
    for (size_t i = 0; i < THREADS_MOST && x->documents[i] != NULL; i++)
        if (end_document(x, x->documents[i], err) < 0)
            return -1;
    return 0;
}
