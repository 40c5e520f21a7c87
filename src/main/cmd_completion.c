/*
 * cmd_completion.c - what a shell can complete, made from the tables of commands and options.
 *
 * Names of rules, scenarios and log formats are asked of the program itself when they are wanted.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/out.h"
#include "main/command.h"
#include "main/run.h"

/* Words that may stand as the first operand; a command between back quotes makes them. */
static const struct {
    const char *command, *words;
} operands[] = {
    {"rules", "list lint test"},
    {"formats", "list test"},
    {"help", "`rectrace help | sed -n '/^  rectrace/d; s/^  \\([a-z][a-z]*\\) .*/\\1/p'`"},
    {"completion", "bash zsh fish"},
    {"why", "`rectrace rules list 2>/dev/null | cut -d' ' -f1`"},
    {"explain", "`rectrace rules list 2>/dev/null | cut -d' ' -f1`"},
    {"simulate", "mix list `rectrace simulate list 2>/dev/null | cut -d' ' -f1`"},
};
static const struct {
    const char *option, *words;
} values[] = {
    {"color", "auto always never"},
    {"progress", "auto always never"},
    {"fail-on", "info warning error critical"},
    {"on", "acquire start query update updateLayout stop"},
    {"redact", "vendor public none"},
    {"style", "github jira zendesk plain"},
    {"as", "`rectrace formats list 2>/dev/null | cut -d' ' -f1`"},
};

static const char *
operands_of(const struct command *c)
{
    for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++)
        if (strcmp(operands[i].command, c->name) == 0)
            return operands[i].words;
    return "";
}

/* "" for a file or anything else. */
static const char *
values_of(const struct command *c, const struct option_row *o, char formats[FORMATS_MAX])
{
    if (strcmp(o->name, "format") == 0) {
        command_formats(c, formats);
        for (char *at = strchr(formats, ','); at != NULL; at = strchr(at, ','))
            memmove(at, at + 1, strlen(at));
        return formats;
    }
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
        if (strcmp(values[i].option, o->name) == 0)
            return values[i].words;
    return "";
}

static bool
takes(const struct command *c, const struct option_row *o)
{
    return (o->group & (c->takes | TAKES_ALWAYS)) != 0;
}

/* A text of ours between single quotes. */
static void
quote(struct out *out, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '\'')
            out_raw(out, "'\\''");
        else
            out_char(out, *text);
}

/* ---- bash ---- */

static void
bash_command(struct out *out, const struct command *c)
{
    char formats[FORMATS_MAX];
    out_fmt(out, "    %s)\n        case $previous in\n", c->name);
    for (const struct option_row *o = option_rows; o->name != NULL; o++)
        if (takes(c, o) && o->arg != NULL) {
            const char *words = values_of(c, o, formats);
            out_fmt(out, "        --%s", o->name);
            if (o->letter != 0)
                out_fmt(out, " | -%c", o->letter);
            out_fmt(out, ") words=\"%s\" files=%s ;;\n", words, words[0] == '\0' ? "yes" : "");
        }
    out_fmt(out, "        *) words=\"%s\" options=\"", operands_of(c));
    for (const struct option_row *o = option_rows; o->name != NULL; o++)
        if (takes(c, o))
            out_fmt(out, "%s--%s", o == option_rows ? "" : " ", o->name);
    out_raw(out, "\" files=yes ;;\n        esac ;;\n");
}

static void
write_bash(struct out *out)
{
    out_raw(out,
            "# bash completion for rectrace, made by: rectrace completion bash\n"
            "_rectrace() {\n"
            "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
            "    local command= words= options= files= i\n"
            "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
            "        case ${COMP_WORDS[i]} in\n        ");
    for (size_t i = 0; commands[i] != NULL; i++)
        out_fmt(out, "%s%s", i > 0 ? " | " : "", commands[i]->name);
    out_raw(out, ") command=${COMP_WORDS[i]}; break ;;\n        esac\n    done\n"
                 "    if [ -z \"$command\" ]; then\n        command=analyze words=\"");
    for (size_t i = 0; commands[i] != NULL; i++)
        out_fmt(out, "%s%s", i > 0 ? " " : "", commands[i]->name);
    out_raw(out, "\"\n    fi\n    local first=$words\n    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        bash_command(out, commands[i]);
    out_raw(out, "    esac\n"
                 "    words=\"$first $words\"\n"
                 "    case $current in -*) words=$options files= ;; esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "    [ -z \"$files\" ] || COMPREPLY+=($(compgen -f -- \"$current\"))\n"
                 "}\n"
                 "complete -o filenames -F _rectrace rectrace\n");
}

/* ---- zsh ---- */

/* Inside of "[...]" of _arguments. */
static void
zsh_doc(struct out *out, const char *doc)
{
    for (; *doc != '\0'; doc++) {
        const char one[] = {*doc, '\0'};
        if (*doc == '[' || *doc == ']' || *doc == ':')
            out_char(out, '\\');
        quote(out, one);
    }
}

static void
zsh_command(struct out *out, const struct command *c)
{
    char formats[FORMATS_MAX];
    const char *words = operands_of(c);
    out_fmt(out, "    %s)\n        _arguments", c->name);
    for (const struct option_row *o = option_rows; o->name != NULL; o++)
        if (takes(c, o)) {
            const char *of = o->arg == NULL ? "" : values_of(c, o, formats);
            out_fmt(out, " \\\n            '--%s[", o->name);
            zsh_doc(out, o->doc);
            out_raw(out, "]");
            if (o->arg != NULL) {
                out_raw(out, ":value:");
                if (of[0] == '`')
                    out_fmt(out, "($(rectrace formats list 2>/dev/null | cut -d\" \" -f1))");
                else if (of[0] != '\0')
                    out_fmt(out, "(%s)", of);
                else
                    out_raw(out, "_files");
            }
            out_char(out, '\'');
        }
    if (words[0] != '\0')
        out_fmt(out, " \\\n            \"1:what:(%s)\"", words);
    out_raw(out, " \\\n            '*:file:_files' ;;\n");
}

static void
write_zsh(struct out *out)
{
    out_raw(
        out,
        "#compdef rectrace\n# zsh completion for rectrace, made by: rectrace completion zsh\n"
        "_rectrace() {\n    local -a commands\n    commands=(\n");
    for (size_t i = 0; commands[i] != NULL; i++) {
        out_fmt(out, "        '%s:", commands[i]->name);
        quote(out, commands[i]->doc);
        out_raw(out, "'\n");
    }
    out_raw(
        out,
        "    )\n    if ((CURRENT == 2)); then\n        _describe command commands\n        _files\n        return\n"
        "    fi\n    local command=$words[2]\n    shift words\n    ((CURRENT--))\n    case $command in\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        zsh_command(out, commands[i]);
    out_raw(out, "    *) _files ;;\n    esac\n}\n_rectrace \"$@\"\n");
}

/* ---- fish ---- */

/* `command` is (command) there. */
static void
fish_words(struct out *out, const char *words)
{
    for (; *words != '\0'; words++)
        if (*words == '`')
            out_char(out, strchr(words + 1, '`') != NULL ? '(' : ')');
        else
            out_char(out, *words);
}

static void
fish_command(struct out *out, const struct command *c)
{
    char formats[FORMATS_MAX];
    const char *words = operands_of(c);
    out_fmt(out, "complete -c rectrace -n __fish_use_subcommand -a %s -d '", c->name);
    quote(out, c->doc);
    out_raw(out, "'\n");
    if (words[0] != '\0') {
        out_fmt(out, "complete -c rectrace -n '__fish_seen_subcommand_from %s' -a \"", c->name);
        fish_words(out, words);
        out_raw(out, "\"\n");
    }
    for (const struct option_row *o = option_rows; o->name != NULL; o++) {
        if (!takes(c, o))
            continue;
        out_fmt(out, "complete -c rectrace -n '__fish_seen_subcommand_from %s' -l %s", c->name,
                o->name);
        if (o->letter != 0)
            out_fmt(out, " -s %c", o->letter);
        const char *of = o->arg == NULL ? "" : values_of(c, o, formats);
        if (of[0] == '`') {
            out_raw(out, " -x -a \"");
            fish_words(out, of);
            out_char(out, '"');
        } else if (of[0] != '\0')
            out_fmt(out, " -x -a '%s'", of);
        else if (o->arg != NULL)
            out_raw(out, " -r");
        out_raw(out, " -d '");
        quote(out, o->doc);
        out_raw(out, "'\n");
    }
}

static void
write_fish(struct out *out)
{
    out_raw(out, "# fish completion for rectrace, made by: rectrace completion fish\n");
    for (size_t i = 0; commands[i] != NULL; i++)
        fish_command(out, commands[i]);
}

/* ---- */

static int
run_completion(const struct options *o)
{
    static const struct {
        const char *name;
        void (*write)(struct out *out);
    } shells[] = {{"bash", write_bash}, {"zsh", write_zsh}, {"fish", write_fish}};
    struct rt_err err = {0};
    for (size_t i = 0; o->operand_count == 1 && i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shells[i].name, o->operands[0]) != 0)
            continue;
        struct out *out = out_file(o->output, &err);
        if (out != NULL)
            shells[i].write(out);
        return out == NULL || out_close(&out, &err) < 0 ? run_fail(&err) : EXIT_RAN;
    }
    log_error("completion needs the name of a shell: bash, zsh or fish");
    return EXIT_USAGE;
}

const struct command cmd_completion = {
    .name = "completion",
    .arguments = "bash|zsh|fish",
    .group = "Look things up",
    .doc = "what that shell needs to complete commands, options and names",
    .about =
        "Write it where the shell looks, or source it; make install does so for all three. Names of rules, "
        "scenarios and log formats are asked of the program when they are wanted.",
    .examples =
        "source <(rectrace completion bash)\nrectrace completion fish -o ~/.config/fish/completions/rectrace.fish",
    .takes = TAKES_OUTPUT,
    .formats = "text",
    .run = run_completion,
};
