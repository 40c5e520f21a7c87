#include "config.h"

#include "main/command.h"

#include <string.h>

extern const struct command cmd_analyze, cmd_sessions, cmd_session, cmd_why, cmd_explain, cmd_rules, cmd_formats;

const struct command *const commands[] = {
    &cmd_analyze, &cmd_sessions, &cmd_session, &cmd_why, &cmd_explain, &cmd_rules, &cmd_formats, NULL,
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
