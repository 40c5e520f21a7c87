/*
 * cmd_ticket.c - one recording as a text for a support ticket.
 */
#include "config.h"

#include "base/log.h"
#include "base/out.h"
#include "main/run.h"
#include "pipeline/quote.h"
#include "pipeline/recall.h"
#include "report/ticket.h"

enum { LINES_MOST = 40, LINE_BYTES = 4000, TICKET_BYTES = 60000 };

struct lines {
    struct rt_arena arena;
    struct quote quotes[LINES_MOST];
    struct ticket_line lines[LINES_MOST];
    size_t n;
};

static int
read_lines(struct run *r, const struct session *s, struct lines *l)
{
    struct ticket_place places[LINES_MOST];
    const struct report *rep = batch_report(r->batch);
    l->n = ticket_places(rep, s, places, LINES_MOST);
    for (size_t i = 0; i < l->n; i++)
        l->quotes[i] = (struct quote){.input = places[i].input, .line = places[i].line};
    if (quote_read(r->recall != NULL ? recall_inputs(r->recall) : &r->inputs,
                   &rt_limits_default, l->quotes, l->n, LINE_BYTES, &l->arena, &r->err) < 0)
        return -1;
    for (size_t i = 0; i < l->n; i++)
        l->lines[i] = (struct ticket_line){l->quotes[i].input < rep->input_count
                                               ? rep->inputs[l->quotes[i].input].path
                                               : RT_NONE,
                                           l->quotes[i].line, l->quotes[i].text};
    return 0;
}

static int
write_ticket(struct run *r, const struct session *s, const struct ticket_style *style)
{
    struct lines l = {.n = 0};
    struct scrub scrub;
    struct out *out = NULL;
    rt_arena_init(&l.arena, 4096, 0);
    int rc = scrub_init(&scrub, r->rules) < 0 ? rt_fail_mem(&r->err) : read_lines(r, s, &l);
    struct ticket_options how = {.style = style,
                                 .max_bytes = r->o->max_bytes > 0 ? (size_t)r->o->max_bytes
                                                                  : TICKET_BYTES,
                                 .lines = l.lines,
                                 .line_count = l.n,
                                 .scrub = &scrub};
    if (rc == 0 && (out = out_file(r->o->output, &r->err)) == NULL)
        rc = -1;
    if (rc == 0)
        rc = ticket_write(batch_report(r->batch), s, &how, out, &r->err);
    if (rc == 0)
        rc = out_close(&out, &r->err);
    out_abort(&out);
    scrub_fini(&scrub);
    rt_arena_fini(&l.arena);
    return rc == 0 ? run_status(r) : run_fail(&r->err);
}

static int
run_ticket(const struct options *o)
{
    const struct ticket_style *style =
        ticket_style_find(o->style == NULL ? "github" : o->style);
    struct run r;
    int status = EXIT_RULES;
    if (o->operand_count < 2) {
        log_error("ticket needs ID and FILE...: rectrace ticket room-117 api.log.gz");
        return EXIT_USAGE;
    }
    if (style == NULL) {
        log_error("--style %s: one of %s is meant", o->style, ticket_styles);
        return EXIT_USAGE;
    }
    if (run_load_rules(&r, o) == 0 &&
        run_read(&r, o->operands + 1, o->operand_count - 1, NULL, &status) == 0) {
        const struct session *s = run_find_session(&r, o->operands[0]);
        status = s == NULL ? EXIT_USAGE : write_ticket(&r, s, style);
    }
    run_fini(&r);
    return status;
}

const struct command cmd_ticket = {
    .name = "ticket",
    .arguments = "ID FILE...",
    .group = "Pass it on",
    .doc = "one session as a text for support, without secrets (ID: as for session)",
    .examples = "rectrace ticket room-117 api.log.gz hooks.jsonl -o ticket.md\nrectrace ticket "
                "--style jira 3f9a1c api.log",
    .takes = TAKES_OUTPUT | TAKES_RULES | TAKES_INPUT | TAKES_TICKET,
    .formats = "md",
    .run = run_ticket,
};
