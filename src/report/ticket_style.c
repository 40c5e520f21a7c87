#include "config.h"

#include "report/ticket_style.h"

#include <string.h>

#include "report/ticket.h"

/* Wiki markup: what could begin a macro, a link, a table or emphasis is escaped. */
static void
text_jira(struct out *o, rt_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (strchr("{}[]|*_^~+-!#\\", c) != NULL && c != '\0')
            out_char(o, '\\');
        if ((unsigned char)c >= 0x80)
            out_rawn(o, (rt_str){&c, 1});
        else
            out_char(o, (unsigned char)c < ' ' ? ' ' : c);
    }
}

static void
id_jira(struct out *o, rt_str s)
{
    out_raw(o, "{{");
    text_jira(o, s);
    out_raw(o, "}}");
}

static const struct ticket_style styles[] = {
    {
        .name = "github",
        .head = "### ",
        .head_end = "\n\n",
        .table = "| | |\n|---|---|\n",
        .table_end = "\n",
        .row = "| ",
        .cell = " | ",
        .row_end = " |\n",
        .strong = "**",
        .strong_end = ":** ",
        .fold = "<details><summary>",
        .fold_middle = "</summary>\n\n",
        .fold_end = "\n</details>\n\n",
        .code = "```text\n",
        .code_end = "```\n",
        .indent = "",
        .never = "```",
        .text = out_md,
        .id = out_md_code,
    },
    {
        .name = "jira",
        .head = "h3. ",
        .head_end = "\n\n",
        .table = "",
        .table_end = "\n",
        .row = "|",
        .cell = "|",
        .row_end = "|\n",
        .strong = "*",
        .strong_end = ":* ",
        .fold = "h4. ",
        .fold_middle = "\n\n",
        .fold_end = "\n",
        .code = "{noformat}\n",
        .code_end = "{noformat}\n",
        .indent = "",
        .never = "{noformat}",
        .text = text_jira,
        .id = id_jira,
    },
    {
        .name = "zendesk",
        .head = "## ",
        .head_end = "\n\n",
        .table = "",
        .table_end = "\n",
        .row = "* **",
        .cell = ":** ",
        .row_end = "\n",
        .strong = "**",
        .strong_end = ":** ",
        .fold = "### ",
        .fold_middle = "\n\n",
        .fold_end = "\n",
        .code = "```\n",
        .code_end = "```\n",
        .indent = "",
        .never = "```",
        .text = out_md,
        .id = out_md_code,
    },
    {
        .name = "plain",
        .head = "",
        .head_end = "\n\n",
        .table = "",
        .table_end = "\n",
        .row = "",
        .cell = ": ",
        .row_end = "\n",
        .strong = "",
        .strong_end = ": ",
        .fold = "",
        .fold_middle = ":\n\n",
        .fold_end = "\n",
        .code = "",
        .code_end = "",
        .indent = "    ",
        .text = out_tty,
        .id = out_tty,
    },
};

const char *const ticket_styles = "github, jira, zendesk, plain";

const struct ticket_style *
ticket_style_find(const char *name)
{
    for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
        if (strcmp(styles[i].name, name) == 0)
            return &styles[i];
    return NULL;
}
