/*
 * mention.c - what prose says beside objects: URLs, statuses, codes, texts of the vendor, calls by name.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "extract/document.h"

enum { NEAR = 40 /* bytes */ };

static uint8_t
kind_of_word(const struct extract *x, rt_str word)
{
    for (uint8_t k = KIND_ACQUIRE; k < KIND_ANSWER; k++)
        if (rt_str_eq_nocase(word, rt_str_of(event_kinds[k].name)) ||
            word_is_of(&x->rules->words.calls[k], word))
            return k;
    return KIND_NONE;
}

/* Without the signs at its end that stand between a label and its value. */
static rt_str
label_end(rt_str before, const char *signs)
{
    rt_str b = before;
    while (b.n > 0 && rt_blank(b.p[b.n - 1]))
        b.n--;
    while (b.n > 0 && strchr(signs, b.p[b.n - 1]) != NULL)
        b.n--;
    return b;
}

/* Three digits that a label makes an HTTP status: "HTTP/1.1 404", "status code 500", "// 401". */
static bool
labelled_status(const struct extract *x, rt_str before)
{
    const struct word_list *exact = &x->rules->words.of[WORDS_STATUS_EXACT];
    rt_str plain = label_end(before, ": ");
    for (size_t i = 0; i < exact->n; i++)
        if (rt_str_ends(plain, exact->v[i]))
            return true;
    return word_ends(&x->rules->words.of[WORDS_STATUS], label_end(before, ":= ["));
}

static bool
labelled_code(const struct extract *x, rt_str text, size_t begin, size_t end)
{
    rt_str b = label_end((rt_str){text.p, begin}, ":= '\"");
    if (rt_str_ends(b, RT_LIT("\xef\xbc\x9a"))) /* a full-width colon */
        b.n -= 3;
    rt_str behind = rt_str_from(text, end);
    if (behind.n > 0 && behind.p[0] == ' ')
        behind = rt_str_from(behind, 1);
    return word_ends(&x->rules->words.of[WORDS_CODE], b) ||
           word_begins(&x->rules->words.of[WORDS_CODE_BEHIND], behind);
}

/* The word before the URL may be the method. */
static rt_str
method_before(rt_str text, size_t url)
{
    enum { LEAST = 3 };
    size_t end = url;
    while (end > 0 && (text.p[end - 1] == ' ' || text.p[end - 1] == '"'))
        end--;
    size_t begin = end;
    while (begin > 0 && text.p[begin - 1] >= 'A' && text.p[begin - 1] <= 'Z')
        begin--;
    return end - begin < LEAST ? RT_NONE : (rt_str){text.p + begin, end - begin};
}

size_t
mention_other_url(const struct extract *x, rt_str text, size_t at)
{
    rt_str rest = rt_str_from(text, at);
    if (!rt_str_starts(rest, RT_LIT("http://")) && !rt_str_starts(rest, RT_LIT("https://")))
        return at;
    rt_str url = route_around(text, at);
    bool ours = rt_str_find(url, RT_LIT("/cloud_recording")) != SIZE_MAX;
    for (size_t i = 0; !ours && i < x->rules->hosts.vendor_count; i++)
        ours = rt_str_find(url, x->rules->hosts.vendor[i]) != SIZE_MAX;
    return ours ? at : (size_t)(url.p - text.p) + url.n;
}

int
mention_url(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
            struct rt_err *err)
{
    rt_str url = route_around(text, at);
    size_t begin = (size_t)(url.p - text.p);
    rt_str method = method_before(text, begin);
    *end = begin + url.n;
    d->behind_url = text.p + *end;
    int again = retold_url(x, d, text, url, method, err);
    if (again != 0)
        return again < 0 ? -1 : 0;
    /* With a status it had its answer. */
    bool unanswered = d->has_route &&
                      (d->http == 0 || d->http_line < d->route_line || d->http_line == x->line);
    int found = answer_flush(x, d, err) < 0 ? -1
                : unanswered                ? waiting_put(x, d, err)
                                            : answer_flush_route(x, d, err);
    if (found < 0 || url.n >= sizeof(d->url))
        return found;
    snprintf(d->url, sizeof(d->url), "%.*s", RT_FMT(url));
    d->method[0] = '\0';
    if (method.n < sizeof(d->method))
        snprintf(d->method, sizeof(d->method), "%.*s", RT_FMT(method));
    if (route_parse(rt_str_of(d->url), &d->route)) {
        /* A bare mention of the path in prose names the call, no more. */
        bool bare = d->route.app_id.n == 0 && d->route.rid.n == 0;
        d->has_route = !bare;
        d->part |= !bare;
        d->route_time = d->time;
        d->route_words = retold_words(text, begin);
        d->route_line = x->line;
        d->route_order = x->order++;
        d->kind = d->route.kind == KIND_ANSWER ? d->kind : d->route.kind;
        d->kind_line = x->line;
    }
    return found;
}

/* "response: 200 {...": the status before its body. */
static bool
stands_before_object(rt_str text, size_t begin, size_t end)
{
    size_t i = end, b = begin;
    while (i < text.n && memchr(" :,|", text.p[i], 4) != NULL)
        i++;
    while (b > 0 && text.p[b - 1] == ' ')
        b--;
    bool wide = b > 0 && (unsigned char)text.p[b - 1] >= 0x80; /* scripts that put no blanks */
    return i > end && i < text.n && text.p[i] == '{' &&
           (b == 0 || wide || memchr(":,\n=|", text.p[b - 1], 5) != NULL || b < begin);
}

/* "GET URL 200 12ms"; "GET URL (200ms)" is none. */
static bool
stands_behind_url(const struct document *d, rt_str text, size_t begin, size_t after)
{
    const char *p = d->behind_url, *end = text.p + begin;
    if (p == NULL || p < text.p || p >= end || end - p > NEAR ||
        (after < text.n && letter(text.p[after])))
        return false;
    while (p < end && memchr(" \t\"'-|[(:", *p, 9) != NULL)
        p++;
    return p == end;
}

/* "code=400 body={...": what a client library calls its code is the status, where the answer itself follows. */
static bool
leads_to_object(rt_str text, size_t end)
{
    size_t i = end, most = end + NEAR;
    while (i < text.n && i < most && text.p[i] != '\n' && text.p[i] != '{')
        i++;
    return i < text.n && i < most && text.p[i] == '{';
}

/* Is it all that there is? */
static bool
stands_alone(rt_str text, size_t begin, size_t end)
{
    while (begin > 0 && rt_blank(text.p[begin - 1]))
        begin--;
    return begin == 0 && rt_str_trim(rt_str_from(text, end)).n == 0;
}

int
mention_number(struct extract *x, struct document *d, rt_str text, size_t begin, size_t end,
               struct rt_err *err)
{
    int64_t n = 0;
    rt_str digits = {text.p + begin, end - begin};
    rt_str before = {text.p, begin};
    if (!rt_str_int(digits, &n))
        return 0;
    /* A line of its own, behind an answer: what curl writes at its end. */
    if (d->held.e != NULL && n >= 100 && n <= 599 && stands_alone(text, begin, end)) {
        answer_status(d, (int32_t)n);
        return 1;
    }
    const struct code_entry *status = NULL;
    if (n >= 100 && n <= 599 &&
        (labelled_status(x, before) || stands_before_object(text, begin, end) ||
         stands_behind_url(d, text, begin, end) ||
         (labelled_code(x, text, begin, end) && leads_to_object(text, end))))
        status = rule_set_http(x->rules, (int32_t)n, KIND_NONE);
    if (status != NULL && d->held.e != NULL && d->summed_line == x->line) {
        answer_status(d, (int32_t)n);
        return 0;
    }
    if (status != NULL) {
        d->http = (int32_t)n;
        /* it is told even if nothing follows */
        d->part |= x->pasted && status->severity != SEVERITY_NONE;
        d->http_line = x->line;
        return 0;
    }
    const struct code_entry *entry = rule_set_code(x->rules, n, KIND_NONE, 0, RT_NONE);
    if (entry == NULL || !labelled_code(x, text, begin, end))
        return 0;
    if (x->wrap_count > 0 && d->last.line != 0 && d->last.code == n &&
        x->line <= d->last.line + REPEAT_LINES)
        return 1; /* the logger has told it */
    struct event e;
    answer_begin(x, d, &e);
    e.code = (int32_t)n;
    return answer_end(x, d, &e, true, err);
}

/* "HTTP/1.1 401 Unauthorized", "Response 401 Unauthorized" of a call: the words are those of HTTP. */
static bool
is_status_line(const struct extract *x, const struct document *d, rt_str text)
{
    rt_str s = rt_str_trim(text);
    if (rt_str_starts(s, RT_LIT("< ")))
        s = rt_str_from(s, 2);
    return rt_str_starts(s, RT_LIT("HTTP/")) ||
           (d->has_route && d->http != 0 && d->http_line == x->line);
}

/* A known string of the vendor standing free in the piece. */
int
mention_string(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    const struct code_entry *known =
        text.n > 4000 || is_status_line(x, d, text) ? NULL : rule_set_string(x->rules, text);
    if (known == NULL)
        return 0;
    if (answer_told_lately(x, d))
        return 1;
    struct event e;
    answer_begin(x, d, &e);
    e.reason = known->text;
    return answer_end(x, d, &e, true, err);
}

static bool
stands_free(rt_str text, rt_str word)
{
    size_t at = rt_str_find(text, word);
    bool before = at != SIZE_MAX && at > 0 && letter(text.p[at - 1]);
    return at != SIZE_MAX && !before && (at + word.n == text.n || !letter(text.p[at + word.n]));
}

/* The state of an extension service, by its name alone; that all is well is nothing to tell. */
int
mention_state(struct extract *x, struct document *d, rt_str text, struct rt_err *err)
{
    const struct code_entry *state;
    struct event e;
    if (text.n > 4000 || answer_told_lately(x, d))
        return 0;
    RT_EACH (state, &x->rules->codes) {
        if (state->subject != SUBJECT_STATE || state->severity == SEVERITY_NONE ||
            !stands_free(text, state->text))
            continue;
        answer_begin(x, d, &e);
        if (work_add_text(x, &e, FIELD_SERVICE, state->text) < 0)
            return rt_fail_mem(err);
        return answer_end(x, d, &e, true, err);
    }
    return 0;
}

/* A call, a label, or that all went well. */
void
mention_word(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end)
{
    uint8_t kind = kind_of_word(x, word);
    if (kind != KIND_NONE) {
        d->kind = kind;
        d->kind_line = x->line;
        return;
    }
    if (d->kind != KIND_NONE && d->kind_line == x->line &&
        word_is_of(&x->rules->words.of[WORDS_WELL], word))
        d->done_line = x->line;
    label_found(x, d, text, word, end);
}

/* "acquire ok resourceId=...": a call that is told in words and ids alone. A logger that has just told
 * the answer itself adds nothing. */
int
mention_success(struct extract *x, struct document *d, struct rt_err *err)
{
    struct event e;
    if (d->done_line != x->line || !d->ids.any || d->ids.line != x->line ||
        d->kind == KIND_NONE)
        return 0;
    d->done_line = 0;
    if (answer_told_lately(x, d)) {
        label_forget(d);
        return 1;
    }
    answer_begin(x, d, &e);
    if (d->ids.rid[0] != '\0' || d->ids.sid[0] != '\0')
        e.outcome = OUTCOME_OK;
    return answer_end(x, d, &e, false, err);
}
