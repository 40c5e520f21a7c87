#include "config.h"

#include "session/terms.h"

rt_dur
terms_param(const struct rule_set *rules, const char *id, const char *param)
{
    const struct rule *rule = rule_set_rule(rules, rt_str_of(id));
    for (size_t i = 0; rule != NULL && i < rule->param_count; i++)
        if (rt_str_is(rule->params[i].name, param) && rule->params[i].is_dur)
            return rule->params[i].dur;
    return RT_DUR_NONE;
}

rt_dur
terms_idle(const struct terms *t, const struct event *start)
{
    int64_t seconds = 0;
    if (event_num(start, FIELD_MAX_IDLE, &seconds))
        return seconds <= 0 || seconds > INT32_MAX ? RT_DUR_NONE : seconds * RT_SEC;
    return rt_str_is(event_text(start, FIELD_RECORDING), "yes") ? t->idle : RT_DUR_NONE;
}

/* The documented default of a request's field, which counts `unit`s. */
static rt_dur
fallback(const struct rule_set *rules, uint16_t field, uint8_t kind, rt_dur unit)
{
    const struct parameter *p =
        rule_set_parameter(rules, event_fields[field].pointer + 1, kind);
    int64_t n = 0;
    return p != NULL && rt_str_int(p->fallback, &n) ? n * unit : RT_DUR_NONE;
}

struct terms
terms_of(const struct rule_set *rules)
{
    return (struct terms){
        .rules = rules,
        .settle = terms_param(rules, "poll-too-fast", "settle"),
        .least = terms_param(rules, "poll-too-fast", "least"),
        .idle = fallback(rules, FIELD_MAX_IDLE, KIND_START, RT_SEC),
        .slack = terms_param(rules, "idle-exit", "slack"),
        .tardy = terms_param(rules, "cross-region-host", "slow"),
        .control = fallback(rules, FIELD_EXPIRED_HOUR, KIND_ACQUIRE, RT_HOUR),
    };
}
