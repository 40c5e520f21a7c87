/*
 * label.c - ids behind labels: "resourceId=...", with a full-width colon as well.
 */
#include "config.h"

#include <stdio.h>

#include "extract/document.h"

static bool
id_byte(char c)
{
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/* The value behind a label that ends at `at`: blanks, one sign, a quote may stand between. */
static rt_str
value_behind(rt_str text, size_t at)
{
    bool sign = false;
    size_t i = at;
    for (; i < text.n; i++) {
        if (rt_str_starts(rt_str_from(text, i),
                          RT_LIT("\xef\xbc\x9a"))) { /* a full-width colon */
            sign = true;
            i += 2;
        } else if (text.p[i] == ':' || text.p[i] == '=') {
            sign = true;
        } else if (text.p[i] != ' ' && text.p[i] != '"' && text.p[i] != '\'') {
            break;
        }
    }
    size_t end = i;
    while (sign && end < text.n && id_byte(text.p[end]))
        end++;
    return (rt_str){text.p + i, end - i};
}

/* Is the word, which ends at `end`, the label of an id? */
bool
label_found(struct extract *x, struct document *d, rt_str text, rt_str word, size_t end)
{
    const struct word_table *w = &x->rules->words;
    const struct {
        char *out;
        size_t room;
    } places[WORD_IDS] = {[WORD_RID] = {d->ids.rid, sizeof(d->ids.rid)},
                          [WORD_SID] = {d->ids.sid, sizeof(d->ids.sid)},
                          [WORD_CNAME] = {d->ids.cname, sizeof(d->ids.cname)},
                          [WORD_UID] = {d->ids.uid, sizeof(d->ids.uid)}};
    for (size_t i = 0; i < WORD_IDS; i++) {
        if (!word_is_of(&w->labels[i].words, word))
            continue;
        rt_str value = value_behind(text, end);
        if (value.n == 0)
            return false;
        d->ids.any = true;
        d->ids.line = x->line;
        if (value.n >= w->labels[i].least && value.n < places[i].room &&
            !word_is_of(&w->of[WORDS_NOTHING], value))
            snprintf(places[i].out, places[i].room, "%.*s", RT_FMT(value));
        return true;
    }
    return false;
}

void
label_forget(struct document *d)
{
    d->ids.rid[0] = d->ids.sid[0] = d->ids.cname[0] = d->ids.uid[0] = '\0';
    d->ids.any = false;
}

static rt_str
or_else(rt_str known, const char *other)
{
    return known.n > 0 || other[0] == '\0' ? known : rt_str_of(other);
}

void
label_take(const struct document *d, struct event *e)
{
    e->rid = or_else(e->rid, d->ids.rid);
    e->sid = or_else(e->sid, d->ids.sid);
    e->cname = or_else(e->cname, d->ids.cname);
    e->uid = or_else(e->uid, d->ids.uid);
}
