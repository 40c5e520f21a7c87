/*
 * cmd_ticket.c - one recording as a text for a support ticket.
 */
#include "config.h"

#include "base/log.h"
#include "base/out.h"
#include "main/clean.h"
#include "pipeline/quote.h"
#include "report/ticket.h"

enum { LINES_MOST = 40, LINE_BYTES = 4000, TICKET_BYTES = 60000 };

struct lines {
    struct rt_arena arena;
    struct quote quotes[LINES_MOST];
    struct ticket_line lines[LINES_MOST];
    size_t n;
};

static int
read_lines(struct run *r, const struct clean *c, const struct session *s, struct lines *l)
{
    struct ticket_place places[LINES_MOST];
    const struct report *rep = batch_report(c->batch);
    l->n = ticket_places(rep, s, places, LINES_MOST);
    for (size_t i = 0; i < l->n; i++)
        l->quotes[i] = (struct quote){.input = places[i].input, .line = places[i].line};
    if (quote_read(&c->copy.inputs, &rt_limits_default, l->quotes, l->n, LINE_BYTES, &l->arena,
                   &r->err) < 0)
        return -1;
    for (size_t i = 0; i < l->n; i++)
        l->lines[i] = (struct ticket_line){l->quotes[i].input < rep->input_count
                                               ? rep->inputs[l->quotes[i].input].path
                                               : RT_NONE,
                                           l->quotes[i].line, l->quotes[i].text};
    return 0;
}

static int
write_ticket(struct run *r, struct clean *c, const struct session *s,
             const struct ticket_style *style)
{
    struct lines l = {.n = 0};
    struct out *out = NULL;
    rt_arena_init(&l.arena, 4096, 0);
    int rc = read_lines(r, c, s, &l);
    struct ticket_options how = {.style = style,
                                 .max_bytes = r->o->max_bytes > 0 ? (size_t)r->o->max_bytes
                                                                  : TICKET_BYTES,
                                 .lines = l.lines,
                                 .line_count = l.n,
                                 .scrub = &c->scrub};
    if (rc == 0 && (out = out_file(c->output, &r->err)) == NULL)
        rc = -1;
    if (rc == 0)
        rc = ticket_write(batch_report(c->batch), s, &how, out, &r->err);
    if (rc == 0)
        rc = out_close(&out, &r->err);
    out_abort(&out);
    rt_arena_fini(&l.arena);
    return rc == 0 ? clean_save(c, &r->err) : -1;
}

static int
make_ticket(struct run *r, struct clean *c, const struct session *s,
            const struct ticket_style *style)
{
    struct clean_want w = {.sessions = &s, .count = 1};
    if (clean_make(c, r, &w) < 0)
        return run_fail(&r->err);
    const struct session *same = likeness_session(batch_report(c->batch), s);
    if (same == NULL)
        rt_fail_here(&r->err, RT_EIO,
                     "%.*s: the session cannot be told without what has to be taken out",
                     RT_FMT(s->id));
    return same == NULL || write_ticket(r, c, same, style) < 0 ? run_fail(&r->err)
                                                               : run_status(r);
}

static int
run_ticket(const struct options *o)
{
    const struct ticket_style *style =
        ticket_style_find(o->style == NULL ? "github" : o->style);
    struct run r = {.o = o};
    struct clean c;
    int status = EXIT_RULES;
    if (o->operand_count < 2) {
        log_error("ticket needs ID and FILE...: rectrace ticket room-117 api.log.gz");
        return EXIT_USAGE;
    }
    if (run_swapped(o, 0))
        return EXIT_USAGE;
    if (style == NULL) {
        log_error("--style %s: one of %s is meant", o->style, ticket_styles);
        return EXIT_USAGE;
    }
    if (clean_init(&c, o) < 0) {
        clean_fini(&c);
        return EXIT_USAGE;
    }
    if (run_load_rules(&r, o) == 0) {
        r.again = true;
        if (run_read(&r, o->operands + 1, o->operand_count - 1, NULL, &status) == 0) {
            const struct session *s = run_find_session(&r, o->operands[0]);
            status = s == NULL ? EXIT_USAGE : make_ticket(&r, &c, s, style);
        }
    }
    clean_fini(&c);
    run_fini(&r);
    return status;
}

const struct command cmd_ticket = {
    .name = "ticket",
    .arguments = "ID FILE...",
    .group = "Pass it on",
    .doc = "one session as a text for support, without secrets (ID: as for session)",
    .about =
        "One session as a text that support can use unread: who and when, the call that failed, what happened "
        "and why, what is already excluded, the timeline, the lines that prove it, and what is missing. "
        "Secrets are taken out; the finished text is searched for them once more, and nothing is written when "
        "one is found.",
    .examples = "rectrace ticket room-117 api.log.gz hooks.jsonl -o ticket.md\nrectrace ticket "
                "--style jira 3f9a1c api.log",
    .takes = TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_TICKET | TAKES_REDACT,
    .formats = "md",
    .run = run_ticket,
};
