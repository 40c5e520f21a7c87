/*
 * manual.c - the manual page of a command in mdoc(7), made from the rows that its --help is made from.
 */
#include "config.h"

#include <string.h>

#include "main/command.h"
#include "main/help.h"
#include "report/writer.h"

/* A line of text that is no request: dots, quotes and back slashes at its beginning, hyphens that are typed. */
static void
text(struct out *out, rt_str s)
{
    if (s.n > 0 && (s.p[0] == '.' || s.p[0] == '\''))
        out_raw(out, "\\&");
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '\\')
            out_raw(out, "\\e");
        else if (s.p[i] == '-' && i + 1 < s.n && s.p[i + 1] == '-')
            out_raw(out, "\\-");
        else
            out_char(out, s.p[i]);
    out_char(out, '\n');
}

/* A sentence a line, as the pages that people write have it. */
static void
sentences(struct out *out, const char *z)
{
    for (rt_str rest = rt_str_of(z); rest.n > 0;) {
        size_t n = 0;
        while (n < rest.n && !(rest.p[n] == '.' && n + 1 < rest.n && rest.p[n + 1] == ' '))
            n++;
        n += n < rest.n;
        text(out, (rt_str){rest.p, n});
        while (n < rest.n && rest.p[n] == ' ')
            n++;
        rest = rt_str_from(rest, n);
    }
}

static void
option(struct out *out, const struct option_row *o)
{
    out_raw(out, ".It ");
    if (o->letter != 0)
        out_fmt(out, "Fl %c , ", o->letter);
    out_fmt(out, "Fl \\-%s", o->name);
    if (o->arg != NULL)
        out_fmt(out, " Ar \"%s\"", o->arg);
    out_char(out, '\n');
    text(out, rt_str_of(o->doc));
}

static void
options(struct out *out, const struct command *c)
{
    out_raw(out, ".Sh OPTIONS\n.Bl -tag -width Ds\n");
    for (const struct option_row *o = option_rows; o->name != NULL; o++)
        if ((o->group & (c->takes | TAKES_ALWAYS)) != 0)
            option(out, o);
    out_raw(out, ".El\n");
}

static void
formats(struct out *out, const struct command *c)
{
    out_raw(out, ".Sh FORMATS\n");
    if (c->formats != NULL) {
        char names[FORMATS_MAX];
        out_fmt(out, "%s.\n", command_formats(c, names));
        return;
    }
    out_raw(out, ".Bl -tag -width jsonl -compact\n");
    for (size_t i = 0; writers[i] != NULL; i++)
        out_fmt(out, ".It Cm %s\n%s%s\n", writers[i]->name, writers[i]->title,
                writers[i]->passed_on ? "; goes through the redactor" : "");
    out_raw(out, ".El\n");
}

static void
examples(struct out *out, const char *lines)
{
    out_raw(out, ".Sh EXAMPLES\n.Bd -literal\n");
    while (*lines != '\0') {
        size_t n = strcspn(lines, "\n");
        text(out, (rt_str){lines, n});
        lines += n + (lines[n] == '\n');
    }
    out_raw(out, ".Ed\n");
}

void
manual_command(struct out *out, const struct command *c)
{
    char upper[32];
    size_t n = strlen(c->name) < sizeof(upper) ? strlen(c->name) : sizeof(upper) - 1;
    for (size_t i = 0; i < n; i++)
        upper[i] = (char)(c->name[i] - 'a' + 'A');
    out_fmt(out,
            ".\\\" Made by: rectrace help --format mdoc %s (make golden). The texts are in "
            "src/main/cmd_*.c and options.def.\n"
            ".Dd November 29, 2026\n.Dt RECTRACE-%.*s 1\n.Os\n.Sh NAME\n.Nm rectrace-%s\n.Nd ",
            c->name, (int)n, upper, c->name);
    text(out, rt_str_of(c->doc));
    out_fmt(out,
            ".Sh SYNOPSIS\n.Nm rectrace\n.Cm %s\n.Op Ar options\n.Ar \"%s\"\n.Sh DESCRIPTION\n",
            c->name, c->arguments);
    sentences(out, c->about);
    options(out, c);
    if ((c->takes & TAKES_FORMAT) != 0)
        formats(out, c);
    out_raw(out, ".Sh EXIT STATUS\n0 it ran (findings are allowed), 1\n.Fl \\-fail-on\nwas "
                 "reached, 2 rules are invalid, 3 wrong usage or an "
                 "input that cannot be read.\n");
    if (c->examples != NULL)
        examples(out, c->examples);
    out_raw(out,
            ".Sh SEE ALSO\n.Xr rectrace 1 ,\n.Xr rectrace-rules 5 ,\n.Xr rectrace-serve 8\n");
}
