#include "config.h"

#include "main/help.h"

#include <stdio.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <jansson.h>
#include <pcre2.h>
#include <zlib.h>

#include "ingest/reader.h"
#include "receive/http.h"
#include "rules/load.h"

enum { DOC_AT = 34 };

/* Long arguments have a line of their own. */
static void
list_command(struct out *out, const struct command *c)
{
    int used = snprintf(NULL, 0, "  %-8s %s", c->name, c->arguments);
    out_fmt(out, "  %-8s %s", c->name, c->arguments);
    if (used < 0 || used >= DOC_AT) {
        out_char(out, '\n');
        used = 0;
    }
    out_pad(out, ' ', DOC_AT - (size_t)used);
    out_wrap(out, c->doc, DOC_AT);
}

static void
list_group(struct out *out, const char *group)
{
    out_fmt(out, "\n%s:\n", group);
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->group, group) == 0)
            list_command(out, commands[i]);
}

void
help_program(struct out *out)
{
    out_raw(out,
            "rectrace - tells why a cloud recording went wrong, from API logs and callbacks\n"
            "usage: rectrace [COMMAND] [OPTION]... FILE...\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        size_t earlier = 0;
        while (strcmp(commands[earlier]->group, commands[i]->group) != 0)
            earlier++;
        if (earlier == i)
            list_group(out, commands[i]->group);
    }
    out_raw(out, "\nOptions:\n");
    options_help(out, ~(unsigned)TAKES_SERVICE);
    out_raw(out, "\nExamples:\n"
                 "  rectrace api.log.gz                        what went wrong in this log\n"
                 "  rectrace explain 433                       what a number means\n"
                 "\nExit status: 0 ran, 1 --fail-on reached, 2 rules invalid, 3 usage or\n"
                 "unreadable input.\n"
                 "More: rectrace COMMAND --help, man rectrace, man 5 rectrace-rules\n");
}

void
help_command(struct out *out, const struct command *c)
{
    out_fmt(out, "rectrace %s %s\n\n  ", c->name, c->arguments);
    out_wrap(out, c->doc, 2);
    out_char(out, '\n');
    out_wrap(out, c->about, 0);
    if (c->examples != NULL) {
        out_raw(out, "\nExamples:\n");
        for (const char *line = c->examples; *line != '\0';) {
            size_t n = strcspn(line, "\n");
            out_raw(out, "  ");
            out_rawn(out, (rt_str){line, n});
            out_char(out, '\n');
            line += n + (line[n] == '\n');
        }
    }
    char formats[FORMATS_MAX];
    if ((c->takes & TAKES_FORMAT) != 0)
        out_fmt(out, "\nFormats: %s\n", command_formats(c, formats));
    out_raw(out, "\nOptions:\n");
    options_help(out, c->takes | TAKES_ALWAYS);
}

void
help_version(struct out *out)
{
    struct rule_messages messages;
    struct rt_err err = {0};
    rule_messages_init(&messages);
    struct rule_sources from = {.builtin = true, .untested = true};
    struct rule_set *set = rule_set_load(&from, &rt_limits_default, &messages, &err);
    char pcre2[64] = "?";
    pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    out_fmt(out, "rectrace %s\n", PACKAGE_VERSION);
    /* as reports count them: the further ways of a rule are none of their own */
    size_t rules = 0;
    for (size_t i = 0; set != NULL && i < set->rules.n; i++)
        rules += set->rules.v[i].variant == 0;
    if (set != NULL)
        out_fmt(out, "rules    %.*s, %zu rules, sha256 %s\n", RT_FMT(set->version), rules,
                set->sha256);
    out_fmt(
        out,
        "inflate  %s\nPCRE2    %s\njansson  %s\nzlib     %s\nSQLite   %s\nlibmicrohttpd %s\n",
        reader_inflate_name(), pcre2, jansson_version_str(), zlibVersion(), store_library(),
        http_library());
    rule_set_free(&set);
    rule_messages_fini(&messages);
}
