/*
 * rates.c - what the meter counted becomes witnesses: the busiest seconds of an app, its silences, slow hosts.
 */
#include "config.h"

#include "detect/internal.h"
#include "session/meter.h"

/* What was seen at one moment, and belongs to no session. */
static struct event
sight(rt_time time, uint32_t input, uint64_t line)
{
    struct event e;
    event_init(&e);
    e.begin = e.end = e.last = time;
    e.input = input;
    e.line = line;
    return e;
}

static int
note_second(struct detector *det, rt_str app, const struct meter_second *best)
{
    struct event e = sight(best->begin, best->input, best->line);
    struct event_value values[] = {
        {.field = FIELD_STAMPED,
         .is_text = 1,
         .text = rt_str_of(best->coarse ? "coarse" : "fine")},
        {.field = FIELD_RATE, .num = best->calls},
    };
    e.app_id = app;
    e.values = values;
    e.value_count = 2;
    return witness_note(det, &e);
}

static int
note_silence(struct detector *det, rt_str app, const struct meter_silence *s)
{
    struct event e = sight(s->end, s->input, s->line);
    struct event_value values[] = {
        {.field = FIELD_SILENCE, .num = s->length / RT_MS},
        {.field = FIELD_CALLS_BESIDE,
         .num = (int64_t)(s->before < s->after ? s->before : s->after)},
    };
    e.app_id = app;
    e.values = values;
    e.value_count = 2;
    return witness_note(det, &e);
}

static int
note_host(struct detector *det, const struct meter_host *h)
{
    struct event e = sight(h->begin, h->input, h->line);
    struct event_value values[] = {
        {.field = FIELD_SLOW_SHARE, .num = (int64_t)(100 * h->slow / h->calls)},
        {.field = FIELD_TIMED, .num = (int64_t)h->calls},
    };
    e.host = h->id;
    e.values = values;
    e.value_count = 2;
    return witness_word(det, &e.host) < 0 ? -1 : witness_note(det, &e);
}

int
rates_note(struct detector *det, const struct meter *meter)
{
    bool rates = survey_asks(det->survey, FIELD_RATE),
         silences = survey_asks(det->survey, FIELD_SILENCE);
    bool hosts = survey_asks(det->survey, FIELD_SLOW_SHARE);
    int rc = 0;
    for (const struct meter_host *h = meter->hosts; hosts && h != NULL; h = h->next)
        rc |= note_host(det, h);
    for (const struct meter_app *a = meter->apps; (rates || silences) && a != NULL;
         a = a->next) {
        rt_str app = a->id;
        rc |= witness_word(det, &app);
        for (size_t i = 0; rc == 0 && i < a->best_count; i++)
            if (a->best[i].calls > 1)
                rc |= note_second(det, app, &a->best[i]);
        for (size_t i = 0; rc == 0 && silences && i < a->quiet_count; i++)
            rc |= note_silence(det, app, &a->quiet[i]);
    }
    return rc;
}
