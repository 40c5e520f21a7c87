#include "config.h"

#include <stdio.h>
#include <string.h>

#include "main/command.h"
#include "report/writer.h"

extern const struct command cmd_analyze, cmd_sessions, cmd_session, cmd_why, cmd_diff,
    cmd_explain, cmd_rules, cmd_formats, cmd_serve, cmd_verify, cmd_report, cmd_replay,
    cmd_ticket, cmd_bundle, cmd_redact, cmd_simulate, cmd_demo, cmd_completion, cmd_help;

const struct command *const commands[] = {
    &cmd_analyze,  &cmd_sessions, &cmd_session,    &cmd_why,     &cmd_ticket,
    &cmd_bundle,   &cmd_redact,   &cmd_diff,       &cmd_explain, &cmd_serve,
    &cmd_report,   &cmd_replay,   &cmd_verify,     &cmd_rules,   &cmd_formats,
    &cmd_simulate, &cmd_demo,     &cmd_completion, &cmd_help,    NULL,
};

const struct command *
command_find(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

const char *
command_formats(const struct command *c, char out[FORMATS_MAX])
{
    size_t n = 0;
    out[0] = '\0';
    for (const char *at = c->formats; at != NULL && *at != '\0'; at += strspn(at, " ")) {
        int length = (int)strcspn(at, " ");
        n +=
            (size_t)snprintf(out + n, FORMATS_MAX - n, "%s%.*s", n > 0 ? ", " : "", length, at);
        at += length;
    }
    for (size_t i = 0; c->formats == NULL && writers[i] != NULL && n < FORMATS_MAX; i++)
        n += (size_t)snprintf(out + n, FORMATS_MAX - n, "%s%s", n > 0 ? ", " : "",
                              writers[i]->name);
    return out;
}

bool
command_writes(const struct command *c, const char *format)
{
    if (c->formats == NULL)
        return writer_find(format) != NULL;
    size_t n = strlen(format);
    for (const char *at = c->formats; *at != '\0'; at += strspn(at, " ")) {
        size_t length = strcspn(at, " ");
        if (length == n && memcmp(at, format, n) == 0)
            return true;
        at += length;
    }
    return false;
}

const char *
command_near(const char *name)
{
    const char *near = NULL;
    unsigned best = 3;
    for (size_t i = 0; commands[i] != NULL; i++) {
        unsigned d = rt_str_distance(rt_str_of(name), rt_str_of(commands[i]->name), best);
        if (d < best) {
            best = d;
            near = commands[i]->name;
        }
    }
    return near;
}
