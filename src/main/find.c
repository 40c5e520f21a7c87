/*
 * find.c - which session a person means by a short name.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "main/run.h"

enum { SHOWN = 8, NEAR_SHOWN = 5, NEAR_DISTANCE = 3, NAME_BYTES = 64 };

/* 0: no; 1: begins so; 2: is exactly that. */
static int
means(const struct session *s, rt_str word)
{
    const rt_str names[] = {s->id, s->sid, s->rid, s->cname};
    int best = 0;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].n == 0)
            continue;
        if (rt_str_eq(names[i], word))
            return 2;
        if (i < 3 && rt_str_starts(names[i], word))
            best = 1;
    }
    return best;
}

static void
tell_candidates(const struct report *r, rt_str word, int level)
{
    log_error("\"%.*s\" means several sessions:", RT_FMT(word));
    unsigned shown = 0;
    for (size_t i = 0; i < r->session_count; i++) {
        const struct session *s = r->sessions[i];
        if (means(s, word) < level)
            continue;
        if (++shown > SHOWN) {
            log_error("  … and more; rectrace sessions FILE... lists all");
            return;
        }
        char time[RT_TIME_MAX] = "-";
        if (s->first != RT_TIME_NONE)
            rt_time_human(s->first, time);
        log_error("  #%zu  %.*s  %.*s  %s", i + 1, RT_FMT(s->id), RT_FMT(s->cname), time);
    }
}

/* A name that begins with the word is nearer than any other. */
static size_t
distance(rt_str name, rt_str word)
{
    return rt_str_starts(name, word) ? 0 : rt_str_distance(name, word, NEAR_DISTANCE);
}

static void
tell_near(const struct report *r, rt_str word, const char *files)
{
    rt_str near[NEAR_SHOWN];
    size_t n = 0;
    size_t most = NEAR_DISTANCE;
    for (size_t d = 0; d <= most; d++)
        for (size_t i = 0; i < r->session_count && n < NEAR_SHOWN; i++) {
            rt_str name = r->sessions[i]->cname;
            bool told = name.n == 0 || name.n > NAME_BYTES; /* too long to be told */
            for (size_t k = 0; k < n; k++)
                told |= rt_str_eq(near[k], name);
            /* Who gives a uid means the channel that it is recorded in. */
            bool its_uid = d == 0 && rt_str_eq(r->sessions[i]->uid, word);
            if (told || (!its_uid && distance(name, word) != d))
                continue;
            near[n++] = name;
            /* what is much farther than the nearest is not meant */
            most = d + 1 < most ? d + 1 : most;
        }
    char list[NEAR_SHOWN * (NAME_BYTES + 2) + 1] = "";
    size_t used = 0;
    for (size_t k = 0; k < n; k++)
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%.*s", k > 0 ? ", " : "",
                                 RT_FMT(near[k]));
    int64_t place = 0;
    char by_place[64] = "";
    if (rt_str_int(word, &place) && place >= 1 && (uint64_t)place <= r->session_count)
        snprintf(by_place, sizeof(by_place), " By its place in the list: '#%lld'.",
                 (long long)place);
    log_error("No session \"%.*s\".%s%s%s%s List: rectrace sessions %s", RT_FMT(word),
              n > 0 ? " Near: " : "", list, n > 0 ? "." : "", by_place, files);
}

bool
run_swapped(const struct options *o, int id)
{
    const char *first = o->operands[id], *last = o->operands[o->operand_count - 1];
    if (access(first, F_OK) != 0 || access(last, F_OK) == 0)
        return false;
    log_error(
        "%s: No such file or directory; the ID stands before the files: rectrace %s%s%s %s %s",
        last, o->command, id > 0 ? " " : "", id > 0 ? o->operands[0] : "", last, first);
    return true;
}

const struct session *
run_find_session(const struct run *r, const char *id)
{
    const struct report *rep = batch_report(r->batch);
    rt_str word = rt_str_of(id);
    int64_t number = 0;
    if (rt_str_starts(word, RT_LIT("#")) && rt_str_int(rt_str_from(word, 1), &number) &&
        number >= 1 && (uint64_t)number <= rep->session_count)
        return rep->sessions[number - 1];
    for (int level = 2; level >= 1 && word.n > 0; level--) {
        const struct session *found = NULL;
        unsigned count = 0;
        for (size_t i = 0; i < rep->session_count; i++)
            if (means(rep->sessions[i], word) >= level) {
                found = rep->sessions[i];
                count++;
            }
        if (count == 1)
            return found;
        if (count > 1) {
            tell_candidates(rep, word, level);
            return NULL;
        }
    }
    tell_near(rep, word, r->next != NULL ? r->next : "FILE...");
    return NULL;
}
