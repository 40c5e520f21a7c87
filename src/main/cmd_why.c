/*
 * cmd_why.c - why a rule did or did not fire for a session, step by step.
 */
#include "config.h"

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
#include "report/text_why.h"

static const struct rule *
find_rule(const struct rule_set *set, const char *id, const char *other)
{
    const struct rule *found = rule_set_rule(set, rt_str_of(id));
    if (found != NULL)
        return found;
    const struct rule *r, *near = NULL;
    const struct code_entry *e;
    unsigned best = 6;
    RT_EACH (e, &set->codes)
        if (rt_str_is(e->id, id)) {
            log_error(
                "\"%s\" is told where no rule explains it; what it means: rectrace explain %s",
                id, id);
            return NULL;
        }
    RT_EACH (r, &set->rules) {
        unsigned d = rt_str_distance(r->id, rt_str_of(id), best);
        if (d < best) {
            best = d;
            near = r;
        }
    }
    if (near != NULL)
        log_error("No rule \"%s\". Near: %.*s. List: rectrace rules list", id,
                  RT_FMT(near->id));
    else if (rule_set_rule(set, rt_str_of(other)) != NULL)
        log_error("No rule \"%s\"; the rule stands before the ID: rectrace why %s %s", id,
                  other, id);
    else
        log_error("No rule \"%s\". List: rectrace rules list", id);
    return NULL;
}

static int
weight(enum verdict v)
{
    return v == VERDICT_FOUND ? 3 : v == VERDICT_PENDING ? 2 : v == VERDICT_NO_DATA ? 1 : 0;
}

/* Of the ways that a rule has, the one that fired, or the first that may yet; else the rule as it is. */
static int
ask(struct run *r, const struct session *s, const struct rule **rule, struct rt_arena *a,
    struct why *out)
{
    const struct rule *way = *rule, *end = r->rules->rules.v + r->rules->rules.n;
    if (batch_why(r->batch, s, way, a, out, &r->err) < 0)
        return -1;
    while (++way < end && way->variant > 0) {
        struct why one;
        if (batch_why(r->batch, s, way, a, &one, &r->err) < 0)
            return -1;
        if (weight(one.verdict) <= weight(out->verdict))
            continue;
        *out = one;
        *rule = way;
    }
    return 0;
}

static int
run_why(const struct options *o)
{
    if (o->operand_count < 3) {
        log_error(
            "why needs RULE, ID and FILE...: rectrace why resource-id-expired room-42 api.log");
        return EXIT_USAGE;
    }
    if (run_swapped(o, 1))
        return EXIT_USAGE;
    struct run r;
    int status = EXIT_RULES;
    struct out *out = NULL;
    struct rt_arena arena;
    rt_arena_init(&arena, 4096, 0);
    if (run_load_rules(&r, o) < 0)
        goto out;
    status = EXIT_USAGE;
    const struct rule *rule = find_rule(r.rules, o->operands[0], o->operands[1]);
    if (rule == NULL || run_read(&r, o->operands + 2, o->operand_count - 2, NULL, &status) < 0)
        goto out;
    const struct session *s = run_find_session(&r, o->operands[1]);
    if (s == NULL) {
        status = EXIT_USAGE;
        goto out;
    }
    struct why why;
    struct writer_options w = terminal_writer_options(o);
    w.next = r.next;
    out = out_file(o->output, &r.err);
    if (out == NULL || ask(&r, s, &rule, &arena, &why) < 0)
        goto failed;
    text_why(s, rule, &why, &w, out);
    if (out_close(&out, &r.err) < 0)
        goto failed;
    status = run_status(&r);
    goto out;
failed:
    status = run_fail(&r.err);
out:
    out_abort(&out);
    rt_arena_fini(&arena);
    run_fini(&r);
    return status;
}

const struct command cmd_why = {
    .name = "why",
    .arguments = "RULE ID FILE...",
    .group = "Find out what went wrong",
    .doc = "the step table: why a rule did or did not fire, and by how much it missed",
    .about =
        "The steps of a rule beside what the session holds: why it did or did not fire, and by how much it "
        "missed.",
    .examples = "rectrace why resource-id-expired room-42 api.log\nrectrace why "
                "query-after-stop '#1' api.log.gz",
    .takes =
        TAKES_FORMAT | TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_REPORT | TAKES_SCREEN,
    .formats = "text",
    .run = run_why,
};
