/*
 * message.c - mistakes in rule files, shown at their place like a compiler does.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/out.h"
#include "rules/yaml.h"

enum { EXCERPT_COLUMNS = 160 }; /* more of a line is not shown, nor a caret beyond it */

void
rule_messages_init(struct rule_messages *m)
{
    *m = (struct rule_messages){0};
    rt_arena_init(&m->arena, 1024, 0);
}

void
rule_messages_fini(struct rule_messages *m)
{
    RT_VEC_FREE(&m->list);
    rt_arena_fini(&m->arena);
}

rt_str
message_line(rt_str text, uint32_t line)
{
    for (uint32_t n = 1; text.n > 0; n++) {
        size_t end = rt_str_find(text, RT_LIT("\n"));
        rt_str one = {text.p, end == SIZE_MAX ? text.n : end};
        if (n == line)
            return rt_str_trim(one).n == 0
                       ? RT_NONE
                       : (rt_str){one.p, one.n - (one.n > 0 && one.p[one.n - 1] == '\r')};
        text = end == SIZE_MAX ? RT_NONE : rt_str_from(text, end + 1);
    }
    return RT_NONE;
}

/* The line before and the line itself, numbered; made printable when it is written. A tab is one column, as it was for
 * whoever counted them. */
static char *
excerpt(struct rt_arena *a, const struct yaml_file *f, uint32_t line)
{
    rt_str before = line > 1 ? message_line(f->text, line - 1) : RT_NONE;
    rt_str here = message_line(f->text, line);
    if (here.n == 0)
        return NULL;
    if (here.n > EXCERPT_COLUMNS)
        here.n = EXCERPT_COLUMNS;
    if (before.n > EXCERPT_COLUMNS)
        before.n = EXCERPT_COLUMNS;
    char *text = before.n == 0 ? rt_arena_printf(a, "%5u | %.*s", line, RT_FMT(here))
                               : rt_arena_printf(a, "%5u | %.*s\n%5u | %.*s", line - 1,
                                                 RT_FMT(before), line, RT_FMT(here));
    for (char *p = text; p != NULL && (p = strchr(p, '\t')) != NULL;)
        *p = ' ';
    return text;
}

int
message_add(struct rule_messages *m, bool is_error, const struct yaml_file *f, uint32_t line,
            uint32_t col, uint32_t width, const char *hint, const char *fmt, ...)
{
    char text[400];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (is_error)
        m->errors++;
    else
        m->warnings++;
    if (m->list.n >= rt_limits_default.rule_errors)
        return 0;
    struct rule_message *slot = RT_VEC_PUSH(&m->list);
    if (slot == NULL)
        return -1;
    *slot = (struct rule_message){
        .level = is_error ? RULE_ERROR : RULE_WARNING,
        .pos = {rt_arena_strz(&m->arena, rt_str_of(f->name)), line, col},
        .width = width == 0 ? 1 : width,
        .text = rt_arena_strz(&m->arena, rt_str_of(text)),
        .hint = hint == NULL ? NULL : rt_arena_strz(&m->arena, rt_str_of(hint)),
        .excerpt = line == 0 ? NULL : excerpt(&m->arena, f, line),
    };
    return slot->pos.file == NULL || slot->text == NULL || (hint != NULL && slot->hint == NULL)
               ? -1
               : 0;
}

static int
compare(const struct rule_message *a, const struct rule_message *b)
{
    int order =
        strcmp(a->pos.file != NULL ? a->pos.file : "", b->pos.file != NULL ? b->pos.file : "");
    if (order == 0)
        order = a->pos.line < b->pos.line ? -1 : a->pos.line > b->pos.line;
    return order != 0 ? order : a->pos.col < b->pos.col ? -1 : a->pos.col > b->pos.col;
}

/* By insertion: short, nearly sorted, and what is equal must keep its order. */
void
message_sort(struct rule_messages *m)
{
    for (size_t i = 1; i < m->list.n; i++)
        for (size_t k = i; k > 0 && compare(&m->list.v[k - 1], &m->list.v[k]) > 0; k--) {
            struct rule_message swap = m->list.v[k];
            m->list.v[k] = m->list.v[k - 1];
            m->list.v[k - 1] = swap;
        }
}

static void
print_lines(struct out *o, const char *text)
{
    for (rt_str rest = rt_str_of(text); rest.n > 0;) {
        size_t end = rt_str_find(rest, RT_LIT("\n"));
        out_tty(o, (rt_str){rest.p, end == SIZE_MAX ? rest.n : end});
        out_char(o, '\n');
        rest = end == SIZE_MAX ? RT_NONE : rt_str_from(rest, end + 1);
    }
}

static void
print_hint(struct out *o, const char *hint)
{
    if (hint != NULL) {
        out_char(o, ' ');
        out_tty(o, rt_str_of(hint));
    }
    out_char(o, '\n');
}

static void
print_one(struct out *o, const struct rule_message *one)
{
    out_tty(o, rt_str_of(one->pos.file));
    if (one->pos.line > 0)
        out_fmt(o, ":%u:%u", one->pos.line, one->pos.col);
    out_raw(o, one->level == RULE_ERROR ? ": error: " : ": warning: ");
    out_tty(o, rt_str_of(one->text));
    out_char(o, '\n');
    if (one->excerpt != NULL)
        print_lines(o, one->excerpt);
    if (one->excerpt != NULL && one->pos.col > 0 && one->pos.col <= EXCERPT_COLUMNS) {
        out_raw(o, "      | ");
        out_pad(o, ' ', one->pos.col - 1);
        for (uint32_t i = 0; i < one->width; i++)
            out_char(o, '^');
        print_hint(o, one->hint);
    } else if (one->hint != NULL) {
        out_raw(o, "      |");
        print_hint(o, one->hint);
    }
}

void
rule_messages_print(const struct rule_messages *m, struct out *o)
{
    const struct rule_message *one;
    RT_EACH (one, &m->list)
        print_one(o, one);
    if (m->errors + m->warnings > m->list.n)
        out_fmt(o, "… %zu more\n", m->errors + m->warnings - m->list.n);
}
