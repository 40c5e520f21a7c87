/*
 * test_rules_mistakes.c - every mistake in a rule file is told in one run, at its place, in words.
 */
#include "config.h"

#include <stdlib.h>

#include "test_rules_kit.h"

struct mistake {
    const char *name;
    const char *text;
    const char *says; /* "error: …" */
    /* what the caret stands under, where it first occurs in the text; "before|here" */
    const char *under;
    const char *hint; /* or NULL */
};

static const char *
line_begin(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

static const char *
place(const struct mistake *m)
{
    char needle[100];
    const char *bar = strchr(m->under, '|');
    size_t before = bar == NULL ? 0 : (size_t)(bar - m->under);
    snprintf(needle, sizeof(needle), "%.*s%s", (int)before, m->under,
             bar == NULL ? m->under : bar + 1);
    const char *at = strstr(m->text, needle);
    if (at == NULL) {
        printf("%s: no such text\n", m->name);
        abort();
    }
    return at + before;
}

/* What should be printed, made from the row and the text alone. */
static void
compose(struct rt_buf *b, const struct mistake *m)
{
    const char *at = place(m);
    const char *line = line_begin(m->text, at);
    unsigned number = 1;
    for (const char *p = m->text; p < line; p++)
        number += *p == '\n';
    const char *before = line == m->text ? NULL : line_begin(m->text, line - 1);
    rt_buf_addf(b, "a.yaml:%u:%u: %s\n", number, (unsigned)(at - line) + 1, m->says);
    if (before != NULL && line - before > 1)
        rt_buf_addf(b, "%5u | %.*s", number - 1, (int)(line - before), before);
    rt_buf_addf(b, "%5u | %.*s\n      | %*s^%s%s\n", number, (int)strcspn(line, "\n"), line,
                (int)(at - line), "", m->hint == NULL ? "" : " ",
                m->hint == NULL ? "" : m->hint);
}

static void
check_row(const struct mistake *m, bool lint)
{
    struct loaded l;
    struct rt_buf want;
    rt_buf_init(&want, 64 * 1024);
    kit_texts(&l, false, m->text, NULL, NULL);
    CHECK_ROW(m, l.set != NULL);
    if (lint && l.set != NULL)
        rule_set_lint(l.set, &l.messages);
    compose(&want, m);
    rt_str got = kit_print(&l);
    CHECK_ROW(m, rt_str_eq(got, rt_buf_str(&want)));
    if (!rt_str_eq(got, rt_buf_str(&want)))
        printf("\n%s: wanted\n%.*sgot\n%.*s", m->name, RT_FMT(rt_buf_str(&want)), RT_FMT(got));
    rt_buf_fini(&want);
    kit_free(&l);
}

static void
check_rows(const struct mistake *rows, size_t count, bool lint)
{
    for (size_t i = 0; i < count; i++)
        check_row(&rows[i], lint);
}
#define CHECK_ROWS(rows, lint) check_rows(rows, sizeof(rows) / sizeof((rows)[0]), lint)

static void
yaml_outside_of_the_subset_is_refused(void)
{
    static const struct mistake rows[] = {
        {"anchor", "rectrace: 1\nfamily: &x a\n", "error: anchors are not allowed", "&x", NULL},
        {"alias", "rectrace: 1\nfamily: *x\n", "error: aliases are not allowed", "*x",
         "write the value out"},
        {"tag", "rectrace: 1\nfamily: !t a\n", "error: tags are not allowed", "!t", NULL},
        {"merge key", "rectrace: 1\n<<: { family: a }\n", "error: merge keys are not allowed",
         "<<", "write the keys out"},
        {"duplicate key", "rectrace: 1\nfamily: a\nfamily: b\n",
         "error: key 'family' is given twice", "family: b", NULL},
        {"duplicate key, quoted", "rectrace: 1\n'rectrace': 1\n",
         "error: key 'rectrace' is given twice", "'rectrace'", NULL},
        {"second document", "rectrace: 1\nfamily: a\n---\nb: 1\n",
         "error: a second document is not allowed", "---", NULL},
        {"list as a key", "rectrace: 1\n[a]: b\n", "error: a key must be a word", "[a]", NULL},
        {"version directive", "%YAML 1.1\n---\nrectrace: 1\n",
         "error: directives are not allowed", "%YAML", NULL},
        {"not closed", "rectrace: 1\nfamily: 'a\n",
         "error: not YAML: found unexpected end of stream", "'a",
         "while scanning a quoted scalar"},
    };
    CHECK_ROWS(rows, false);
}

static void
the_head_of_a_file_is_checked_first(void)
{
    static const struct mistake rows[] = {
        {"a list", "- a\n", "error: a rule file is a map", "- a", "begin with 'rectrace: 1'"},
        {"no version", "family: a\n", "error: 'rectrace' is missing", "family", NULL},
        {"unknown version", "rectrace: 2\nfamily: a\nnonsense: 1\n",
         "error: version 2 of the rule language is not known", "2",
         "this program knows version 1"},
        {"version is no number", "rectrace: one\nfamily: a\n",
         "error: 'rectrace' must be a whole number from 0 to 1000000", "one", NULL},
        {"unknown key", "rectrace: 1\nfamily: a\nruls: []\n", "error: unknown key 'ruls'",
         "ruls", "did you mean \"rules\"?"},
        {"no family", "rectrace: 1\nrules: []\n", "error: 'family' is missing", "rectrace",
         NULL},
        {"empty family", "rectrace: 1\nfamily: ''\n", "error: 'family' is empty", "'|'", NULL},
        {"rules is a word", "rectrace: 1\nfamily: a\nrules: none\n",
         "error: 'rules' must be a list of rules, or a map of changes", "none", NULL},
        {"rank", "rectrace: 1\nfamily: a\nrank: first\nrules: []\n",
         "error: 'rank' must be a whole number from 0 to 1000", "first", NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
a_match_names_events_and_fields(void)
{
    static const struct mistake rows[] = {
        {"event", KIT_RULE("      - { see: strat ok }\n"), "error: unknown event 'strat'",
         "strat", "did you mean \"start\"?"},
        {"event far from all", KIT_RULE("      - { see: zzzzzz ok }\n"),
         "error: unknown event 'zzzzzz'", "zzzzzz", NULL},
        {"second of a list", KIT_RULE("      - { see: [stop ok, strat ok] }\n"),
         "error: unknown event 'strat'", "strat", "did you mean \"start\"?"},
        {"field", KIT_RULE("      - { see: start cod=433 }\n"), "error: unknown field 'cod'",
         "cod=", "did you mean \"code\"?"},
        {"field, quoted", KIT_RULE("      - see: 'start  ok cod=433'\n"),
         "error: unknown field 'cod'", "cod=", "did you mean \"code\"?"},
        {"no condition", KIT_RULE("      - { see: start okay }\n"),
         "error: 'okay' is no condition", "okay", "ok, fail, or FIELD op VALUE"},
        {"no value", KIT_RULE("      - { see: start code= }\n"), "error: a value is missing",
         " }\n    say", NULL},
        {"no number", KIT_RULE("      - { see: start code=abc }\n"),
         "error: 'code' is a number", "abc", NULL},
        {"no number to compare with", KIT_RULE("      - { see: start cname<abc }\n"),
         "error: a whole number is meant", "abc", NULL},
        {"no name", KIT_RULE("      - { see: '' }\n"), "error: the name of an event is missing",
         "' }", NULL},
        {"a map", KIT_RULE("      - { see: { start: ok } }\n"), "error: an event is meant",
         "{ start", "like 'start code=433', or a list of such"},
        {"regex without slashes", KIT_RULE("      - { see: start reason~abc }\n"),
         "error: a regular expression between slashes is meant", "abc",
         "like reason~/time.?out/"},
        {"regex with a fault", KIT_RULE("      - { see: start reason~/a(?<n/ }\n"),
         "error: regular expression: syntax error in subpattern name (missing terminator?)",
         "/ }", NULL},
        {"single byte escape", KIT_RULE("      - { see: start reason~/a\\Cb/ }\n"),
         "error: regular expression: using \\C is disabled by the application", "b/", NULL},
        {"parameter as a value", KIT_RULE("      - { see: start code=$mots }\n"),
         "error: unknown parameter '$mots'", "$mots", "did you mean \"most\"?"},
        {"duration as a value", KIT_RULE("      - { see: start code=$ttl }\n"),
         "error: parameter '$ttl' is a duration, no value", "$ttl", NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
steps_keep_their_grammar(void)
{
#define SEE4 "      - see: any\n      - see: any\n      - see: any\n      - see: any\n"
    static const struct mistake rows[] = {
        {"two in one", KIT_RULE("      - { see: start, no: stop }\n"),
         "error: a step is one of see, no, maybe", "{ see", NULL},
        {"none", KIT_RULE("      - { as: s }\n"), "error: a step is one of see, no, maybe",
         "{ as", NULL},
        {"unknown key", KIT_RULE("      - { see: start, witin: 5s }\n"),
         "error: unknown key 'witin'", "witin", "did you mean \"within\"?"},
        {"for on a see", KIT_RULE("      - { see: start, for: 5s }\n"),
         "error: 'for' does not belong to a 'see'",
         "for:", "it takes as, within, after, times, same, differ, mixed"},
        {"within on a no",
         KIT_RULE("      - { see: start }\n      - { no: stop, within: 5s }\n      - { see: "
                  "query }\n"),
         "error: 'within' does not belong to a 'no'", "within", "it takes 'for' only"},
        {"maybe without a name", KIT_RULE("      - { see: start }\n      - { maybe: stop }\n"),
         "error: 'as' is missing", "{ maybe", NULL},
        {"times once", KIT_RULE("      - { see: start, times: 1 }\n"),
         "error: 'times' must be a whole number from 2 to 1000000", "1 }", NULL},
        {"mixed without a run", KIT_RULE("      - { see: start, mixed: rid }\n"),
         "error: 'mixed' goes with 'times', and not with 'differ'", "rid", NULL},
        {"a duration that is none", KIT_RULE("      - { see: stop took>soon }\n"),
         "error: a duration is meant", "soon", "like 90s or 5m30s"},
        {"times by a duration", KIT_RULE("      - { see: start, times: $ttl }\n"),
         "error: parameter '$ttl' is no number from 2 to 1000000", "$ttl", NULL},
        {"no duration",
         KIT_RULE("      - { see: start }\n      - { see: stop, within: soon }\n"),
         "error: a duration is meant", "soon", "like 90s or 5m30s"},
        {"negative", KIT_RULE("      - { see: start }\n      - { see: stop, within: -5s }\n"),
         "error: a duration from 0s to 36500d is meant", "-5s", NULL},
        {"unknown parameter",
         KIT_RULE("      - { see: start }\n      - { see: stop, within: $tll }\n"),
         "error: unknown parameter '$tll'", "$tll", "did you mean \"ttl\"?"},
        {"parameter of another kind",
         KIT_RULE("      - { see: start }\n      - { see: stop, within: $word }\n"),
         "error: parameter '$word' is no duration", "$word", NULL},
        {"unknown field to compare",
         KIT_RULE("      - { see: start }\n      - { see: stop, same: [sid, cnam] }\n"),
         "error: unknown field 'cnam'", "cnam", "did you mean \"cname\"?"},
        {"no steps", KIT_RULE("      []\n"), "error: a list of steps is meant", "[]", NULL},
        {"too many steps", KIT_RULE(SEE4 SEE4 SEE4 SEE4 "      - see: any\n"),
         "error: at most 16 steps are possible", "- see", NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
steps_fit_together(void)
{
    static const struct mistake rows[] = {
        {"absence at the end", KIT_RULE("      - { see: start ok }\n      - { no: stop }\n"),
         "error: 'for' is missing", "stop",
         "an absence at the end needs a time limit, e.g. 'for: 90s'"},
        {"absence at the beginning",
         KIT_RULE("      - { no: acquire ok }\n      - { see: start }\n"),
         "error: 'for' is missing", "acquire",
         "an absence at the beginning needs a time limit, e.g. 'for: 5m'"},
        {"nothing is seen", KIT_RULE("      - { no: start, for: 5s }\n"),
         "error: nothing is seen: at least one 'see' is needed", "- { no", NULL},
        {"label twice",
         KIT_RULE("      - { see: start, as: s }\n      - { see: stop, as: 's' }\n"),
         "error: label 's' is given twice", "s' }", NULL},
        {"label of two words", KIT_RULE("      - { see: start, as: s.t }\n"),
         "error: a label is one word of letters, digits, - and _", ".t", NULL},
        {"first within", KIT_RULE("      - { see: start, within: 5s }\n"),
         "error: nothing is seen before it: 'within' says nothing", "5s", NULL},
        {"first same", KIT_RULE("      - { see: start, same: sid }\n"),
         "error: nothing is seen before it: 'same' says nothing", "sid", NULL},
        {"first after", KIT_RULE("      - { see: start, times: 2, after: 5s }\n"),
         "error: nothing is seen before it: 'after' says nothing", "5s", NULL},
        {"within before after",
         KIT_RULE("      - { see: start }\n      - { see: stop, within: 5s, after: 6s }\n"),
         "error: 'within' is shorter than 'after': this can never hold", "5s", NULL},
        {"window inside an absence",
         KIT_RULE("      - { see: start }\n      - { no: stop, for: $ttl }\n      - { see: "
                  "query, within: 300s }\n"),
         "error: the absence before it lasts as long: this can never hold", "300s",
         "make it longer than the 'for' before it"},
        {"unless with an absence",
         KIT_RULE("      - { see: start }\n    unless:\n      - { no: stop, for: 5s }\n"),
         "error: 'unless' is made of 'see' steps", "{ no", NULL},
        {"unless with a name",
         KIT_RULE("      - { see: start }\n    unless:\n      - { see: stop, as: x }\n"),
         "error: 'as' does not belong to a 'see' of 'unless'", "as:", "it takes 'within' only"},
    };
    CHECK_ROWS(rows, false);
}

static void
values_and_texts_name_what_is_there(void)
{
#define SEEN(more) KIT_RULE("      - { see: start, as: s }\n" more)
#define SAID(say)                                                                            \
    KIT_HEAD "params: { ttl: 5m }\nrules:\n  - id: r\n    rev: 1\n    severity: error\n    " \
             "when: [ { see: start, as: s } ]\n"                                             \
             "    let: { late: s.end - s.begin }\n    say: \"" say                           \
             "\"\n    why: x\n    fix: x\n"
    static const struct mistake rows[] = {
        {"label", SEEN("    let: { late: t.begin - s.end }\n"), "error: unknown label 't'",
         "t.begin", "did you mean \"s\"?"},
        {"second label", SEEN("    let: { late: s.begin - other.end }\n"),
         "error: unknown label 'other'", "other", "a step is named with 'as'"},
        {"side", SEEN("    let: { late: s.begin - s.start }\n"),
         "error: 's.begin' or 's.end' is meant", "s.start", NULL},
        {"one point", SEEN("    let: { late: s.begin }\n"),
         "error: a difference of two points is meant", "s.begin",
         "like s.begin - a.end - $ttl"},
        {"sum of points", SEEN("    let: { late: s.begin + s.end }\n"),
         "error: a difference of two points is meant", "s.begin",
         "like s.begin - a.end - $ttl"},
        {"sign", SEEN("    let: { late: s.begin - s.end * 5s }\n"),
         "error: '+' or '-' is meant, not '*'", "* 5s", "like s.begin - a.end - $ttl"},
        {"no amount", SEEN("    let: { late: s.begin - s.end - }\n"),
         "error: a duration is meant", " }\n    say", "like 90s or 5m30s"},
        {"parameter", SEEN("    let: { late: s.begin - s.end - $tl }\n"),
         "error: unknown parameter '$tl'", "$tl }", "did you mean \"ttl\"?"},
        {"certain-with", SEEN("      - { maybe: stop, as: seen }\n    certain-with: sen\n"),
         "error: no 'maybe' is called 'sen'", "sen\n", "did you mean \"seen\"?"},
        {"certain-with a see", SEEN("    certain-with: s\n"), "error: no 'maybe' is called 's'",
         "s\n    say", "a 'maybe' step is named with 'as'"},
        {"let in a text", SAID("{latee} late"), "error: unknown name in '{latee}'", "{latee}",
         "did you mean \"late\"?"},
        {"parameter in a text", SAID("after {$tl}"), "error: unknown name in '{$tl}'", "{$tl}",
         "a let, count, a $parameter, or LABEL.FIELD"},
        {"field in a text", SAID("of {s.cnam}"), "error: unknown name in '{s.cnam}'",
         "{s.cnam}", "a let, count, a $parameter, or LABEL.FIELD"},
        {"brace left open", SAID("{late"), "error: a name and '}' are missing", "{late\"",
         NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
the_head_of_a_rule_is_complete(void)
{
#define PLAIN(head) KIT_HEAD "rules:\n  - rev: 1\n" head "    when: [ { see: start } ]\n"
    static const struct mistake rows[] = {
        {"id", PLAIN("    severity: error\n" KIT_TEXTS), "error: 'id' is missing", "rev", NULL},
        {"id of other letters", PLAIN("    id: My_Rule\n    severity: error\n" KIT_TEXTS),
         "error: an id is made of a-z, 0-9 and -", "My_", NULL},
        {"severity", PLAIN("    id: r\n" KIT_TEXTS), "error: 'severity' is missing", "rev",
         "critical, error, warning or info"},
        {"severity misspelt", PLAIN("    id: r\n    severity: eror\n" KIT_TEXTS),
         "error: 'severity' must be info, warning, error or critical", "eror",
         "did you mean \"error\"?"},
        {"severity none", PLAIN("    id: r\n    severity: none\n" KIT_TEXTS),
         "error: a rule that finds something has a severity", "none",
         "switch it off in a file of your own"},
        {"say", PLAIN("    id: r\n    severity: error\n    why: x\n    fix: x\n"),
         "error: 'say' is missing", "rev", NULL},
        {"fix is empty",
         PLAIN("    id: r\n    severity: error\n    say: x\n    why: x\n    fix:\n"),
         "error: 'fix' is empty", "fix:|", NULL},
        {"unknown key",
         PLAIN("    id: r\n    severity: error\n    confidance: high\n" KIT_TEXTS),
         "error: unknown key 'confidance'", "confidance", "did you mean \"confidence\"?"},
        {"confidence",
         PLAIN("    id: r\n    severity: error\n    confidence: hihg\n" KIT_TEXTS),
         "error: 'confidence' must be low, medium, high or certain", "hihg",
         "did you mean \"high\"?"},
        {"by", PLAIN("    id: r\n    severity: error\n    by: sesion\n" KIT_TEXTS),
         "error: 'by' is session, recorder, channel, app, host, run, or a list of fields",
         "sesion", "did you mean \"session\"?"},
        {"by a field", PLAIN("    id: r\n    severity: error\n    by: [sid, hots]\n" KIT_TEXTS),
         "error: unknown field 'hots'", "hots", "did you mean \"host\"?"},
        {"status", PLAIN("    id: r\n    severity: error\n    status: draft\n" KIT_TEXTS),
         "error: 'status' is stable or trial", "draft", NULL},
        {"a cause without words", KIT_HEAD "causes:\n  - { cause: idle, of: [r], see: stop }\n",
         "error: either 'lacks' or 'shows' says why the cause is out", "{ cause", NULL},
        {"a cause of what nobody sees",
         KIT_HEAD "causes:\n  - { cause: idle, of: [r], see: stpo, lacks: none }\n",
         "error: unknown event 'stpo'", "stpo", "did you mean \"stop\"?"},
        {"a part that callbacks do not have", KIT_HEAD "envelope:\n  required: [notise]\n",
         "error: no part of a callback is called 'notise'", "notise", NULL},
        {"when", KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: error\n" KIT_TEXTS,
         "error: 'when' is missing", "id: r", NULL},
        {"a word for a rule", KIT_HEAD "rules:\n  - r\n", "error: a rule is a map", "- |r\n",
         "like - id: my-rule"},
        {"a test without a log",
         PLAIN("    id: r\n    severity: error\n" KIT_TEXTS
               "    tests: [ { expect: none } ]\n"),
         "error: a test needs 'log' and 'expect'", "{ expect", NULL},
        {"an expectation",
         PLAIN("    id: r\n    severity: error\n" KIT_TEXTS
               "    tests: [ { log: '', expect: nothing } ]\n"),
         "error: 'expect' is none, pending, a map of values, or a list of ids", "nothing",
         NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
tables_are_checked_like_rules(void)
{
    static const struct mistake rows[] = {
        {"no subject", KIT_HEAD "codes:\n  - { means: x }\n",
         "error: an entry needs its subject", "{ means",
         "code, http, string, state, status, …"},
        {"two subjects", KIT_HEAD "codes:\n  - { code: 1, string: a, means: x }\n",
         "error: an entry is about 'code' or 'string'", "a, means", "write two entries"},
        {"no meaning", KIT_HEAD "codes:\n  - { code: 1 }\n", "error: 'means' is missing",
         "{ code", NULL},
        {"code is no number", KIT_HEAD "codes:\n  - { code: x1, means: x }\n",
         "error: 'code' must be a whole number from -2147483647 to 2147483647", "x1", NULL},
        {"unknown call", KIT_HEAD "codes:\n  - { code: 1, on: [strat], means: x }\n",
         "error: unknown call 'strat'", "strat", "did you mean \"start\"?"},
        {"same entry",
         KIT_HEAD "codes:\n  - { code: 1, means: x }\n  - { code: 1, means: y }\n",
         "error: the same entry stands in line 4 already", "{ code: 1, means: y", NULL},
        {"field of a detail",
         KIT_HEAD "webhooks:\n  - { type: 1, name: a, means: x, details: { b: leavecode } }\n",
         "error: unknown field 'leavecode'", "leavecode", "did you mean \"leaveCode\"?"},
        {"callback named like a call",
         KIT_HEAD "webhooks:\n  - { type: 1, name: start, means: x }\n",
         "error: 'start' is the name of a call", "start", NULL},
        {"callback twice",
         KIT_HEAD
         "webhooks:\n  - { type: 1, name: a, means: x }\n  - { type: 1, name: b, means: x }\n",
         "error: type 1 stands in line 4 already", "{ type: 1, name: b", NULL},
        {"envelope", KIT_HEAD "envelope: { typ: [/a] }\n", "error: unknown key 'typ'", "typ",
         "did you mean \"type\"?"},
        {"pointer", KIT_HEAD "envelope: { type: [a/b] }\n", "error: a JSON pointer is meant",
         "a/b", "like /req/method"},
        {"type of a field", KIT_HEAD "parameters:\n  - { path: a, type: sting }\n",
         "error: unknown type 'sting'", "sting", "did you mean \"string\"?"},
        {"range", KIT_HEAD "parameters:\n  - { path: a, type: integer, min: 5, max: 4 }\n",
         "error: 'max' is less than 'min': nothing fits", "4 }", NULL},
        {"bound", KIT_HEAD "parameters:\n  - { path: a, type: integer, min: inf }\n",
         "error: 'min' must be a number", "inf", NULL},
        {"pattern", KIT_HEAD "parameters:\n  - { path: a, type: string, pattern: '[a' }\n",
         "error: regular expression: missing terminating ] for character class", "' }", NULL},
        {"group", KIT_HEAD "formats:\n  - { name: a, match: '(?<metod>a)' }\n",
         "error: group 'metod' is neither a part nor a field; other names begin with x_",
         "(?<metod", "did you mean \"method\"?"},
        {"part", KIT_HEAD "formats:\n  - { name: a, json: { tiem: /a } }\n",
         "error: unknown key 'tiem'", "tiem", "did you mean \"time\"?"},
        {"both", KIT_HEAD "formats:\n  - { name: a, match: a, json: { time: /a } }\n",
         "error: a format has either 'match' or 'json'", "{ name", NULL},
        {"unit", KIT_HEAD "formats:\n  - { name: a, match: a, duration-unit: min }\n",
         "error: s, ms, us or ns is meant", "min", NULL},
        {"sample",
         KIT_HEAD "formats:\n  - { name: a, match: a, samples: [ { line: b, is: other } ] }\n",
         "error: a map of fields, or 'no match', is meant", "other", NULL},
    };
    CHECK_ROWS(rows, false);
}

static void
lint_finds_what_loading_lets_pass(void)
{
#define PROVEN                                                                                \
    "    tests:\n      - log: |\n          +0 start ok\n        expect: { count: 1 }\n      " \
    "- { log: '+0 stop ok', expect: none }\n"
#define LINTED(top, more)                                                                  \
    KIT_HEAD top "rules:\n  - id: r\n    rev: 1\n    severity: error\n    when: [ { see: " \
                 "start, as: s } ]\n    say: \"{s.name}\"\n"                               \
                 "    why: x\n    fix: x\n" more
    static const struct mistake rows[] = {
        {"unknown id", LINTED("", "    explains: [code-43]\n" PROVEN),
         "error: 'r' explains 'code-43', which nothing finds", "id: r",
         "a rule, or an entry of the codes"},
        {"unused parameter", LINTED("params: { spare: 5m }\n", PROVEN),
         "warning: nothing uses the parameter 'spare'", "spare", NULL},
        {"unused label",
         KIT_HEAD "rules:\n  - id: r\n    rev: 1\n    severity: error\n    when: [ { see: "
                  "start, as: s } ]\n" KIT_TEXTS PROVEN,
         "warning: nothing uses the label 's'", "{ see", NULL},
        {"no test fires", LINTED("", "    tests: [ { log: '+0 stop ok', expect: none } ]\n"),
         "error: no test fires 'r'", "id: r", "add a log that it must find"},
        {"no test is silent",
         LINTED("", "    tests: [ { log: '+0 start ok', expect: [r] } ]\n"),
         "error: no test leaves 'r' silent", "id: r", "add a log that looks alike but is fine"},
        {"event in a log",
         LINTED("", PROVEN "      - log: |\n          +0 stop ok\n          +1s  strat ok\n    "
                           "    expect: none\n"),
         "error: unknown event 'strat'", "strat", NULL},
        {"number in a log",
         LINTED("", PROVEN "      - log: |\n          +0 stop code=x\n        expect: none\n"),
         "error: a number is meant in 'code=x'", "code=x", NULL},
        {"time in a log",
         LINTED("", PROVEN "      - log: |\n          stop ok\n        expect: none\n"),
         "error: a time like +90s is meant, not 'stop'", "stop ok\n        expect", NULL},
        {"end of a log",
         LINTED("", PROVEN "      - log: |\n          +0 stop ok\n          END all +5s\n      "
                           "  expect: none\n"),
         "error: END and GAP are of api or hook, not 'all'", "all", NULL},
        {"value that no let gives",
         LINTED("", PROVEN "      - { log: '+0 start ok', expect: { lat: 1s } }\n"),
         "error: the test expects 'lat', which the rule does not give", "{ log: '+0 start",
         "count, confidence, severity, or a let of the rule"},
        {"format without samples",
         KIT_HEAD
         "formats:\n  - { name: a, match: a, samples: [ { line: a, is: { http: 1 } } ] }\n",
         "error: format 'a' has no negative sample", "{ name", "samples prove a format"},
        {"costly pattern",
         KIT_HEAD "formats:\n  - name: a\n    match: '(a+)+b'\n    samples:\n"
                  "      - { line: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaacb, is: no match }\n      - "
                  "{ line: ab, is: { http: 1 } }\n",
         "warning: format 'a' needs more than 20000 steps for this sample", "{ line: aaa",
         "anchor it, or use possessive repeats"},
    };
    CHECK_ROWS(rows, true);
}

static void
changes_of_a_user_are_checked_against_the_rules(void)
{
    static const char rules[] =
        KIT_RULE("      - { see: start ok, as: s }\n      - { no: stop, for: $ttl }\n");
    static const struct mistake rows[] = {
        {"unknown rule", "rules: { rr: off }\n", "warning: no rule has the id 'rr'", "rr",
         "did you mean \"r\"?"},
        {"unknown change", "rules: { r: { sevrity: error } }\n", "error: unknown key 'sevrity'",
         "sevrity", "did you mean \"severity\"?"},
        {"a word", "rules: { r: on }\n", "error: a rule is switched off or changed", "on }",
         "off, or { severity: …, params: … }"},
        {"severity", "rules: { r: { severity: bad } }\n",
         "error: 'severity' must be info, warning, error or critical", "bad", NULL},
        {"severity none", "rules: { r: { severity: none } }\n",
         "error: a rule that finds something has a severity", "none",
         "switch it off in a file of your own"},
        {"parameter", "rules: { r: { params: { tll: 4m } } }\n",
         "error: the rule has no parameter 'tll'", "tll", "did you mean \"ttl\"?"},
        {"kind of a parameter", "rules: { r: { params: { ttl: 4 } } }\n",
         "error: parameter 'ttl' is a duration, like 90s", "4 }", NULL},
        {"acceptance without an end", "rectrace: 1\naccept: [ { rule: r, why: x } ]\n",
         "error: 'until' is missing", "{ rule", NULL},
        {"end that is no date", "rectrace: 1\naccept: [ { rule: r, why: x, until: soon } ]\n",
         "error: a date is meant", "soon", "like 2026-12-31"},
        {"acceptance of nothing",
         "rectrace: 1\naccept: [ { rule: s, why: x, until: 2026-12-31 } ]\n",
         "warning: no finding has the id 's'", "{ rule", "did you mean \"r\"?"},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct loaded l;
        struct rt_buf want;
        rt_buf_init(&want, 4096);
        compose(&want, &rows[i]);
        kit_texts(&l, false, rows[i].text, rules, NULL);
        CHECK_ROW(&rows[i], rt_str_eq(kit_print(&l), rt_buf_str(&want)));
        CHECK_ROW(&rows[i],
                  l.set != NULL && l.set->rules.n == 1); /* the rule itself is as it was */
        CHECK_ROW(&rows[i],
                  l.set->rules.v[0].severity == SEVERITY_ERROR && !l.set->rules.v[0].off);
        rt_buf_fini(&want);
        kit_free(&l);
    }
}

static void
all_mistakes_of_all_files_come_in_one_run(void)
{
    static const char a[] =
        KIT_HEAD "rules:\n  - id: one\n    rev: 0\n    severity: eror\n    when:\n      - { "
                 "see: strat }\n"
                 "      - { no: stop, as: x }\n    say: x\n    fix: x\n    why: x\n";
    static const char b[] = KIT_HEAD "codes: [ { code: 1 } ]\nformats: [ { name: a } ]\n";
    struct loaded l;
    kit_texts(&l, false, a, b, NULL);
    CHECK(l.messages.errors == 6);
    CHECK(l.set != NULL && l.set->rules.n == 0 && l.set->skipped == 2);
    rt_str said = kit_print(&l);
    static const char *const order[] = {
        "a.yaml:5:", "a.yaml:6:", "a.yaml:8:", "a.yaml:9:", "b.yaml:3:", "b.yaml:4:"};
    size_t last = 0;
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        size_t at = rt_str_find(said, rt_str_of(order[i]));
        CHECK(at != SIZE_MAX && (i == 0 || at > last));
        last = at;
    }
    kit_free(&l);
}

static void
the_screen_is_that_of_a_compiler(void)
{
    static const char text[] = KIT_RULE("      - see: start ok\n      - no: stop\n");
    static const char want[] =
        "a.yaml:10:13: error: 'for' is missing\n"
        "    9 |       - see: start ok\n"
        "   10 |       - no: stop\n"
        "      |             ^ an absence at the end needs a time limit, e.g. 'for: 90s'\n";
    struct loaded l;
    kit_texts(&l, false, text, NULL, NULL);
    CHECK(rt_str_is(kit_print(&l), want));
    kit_free(&l);
}

static void
strange_bytes_reach_no_terminal(void)
{
    struct loaded l;
    kit_texts(&l, false, "rectrace: 1\nfamily: a\n\"\\e[31mred\\u202e\": 1\n", NULL, NULL);
    rt_str said = kit_print(&l);
    CHECK(l.messages.errors == 1);
    CHECK(rt_str_find(said, RT_LIT("\x1b")) == SIZE_MAX &&
          rt_str_find(said, RT_LIT("\xe2\x80\xae")) == SIZE_MAX);
    kit_free(&l);
    kit_texts(&l, false, "rectrace: 1\nfamily: \xff\xfe\n", NULL, NULL);
    said = kit_print(&l);
    CHECK(rt_str_starts(said, RT_LIT("a.yaml:2:9: error: not YAML: ")));
    kit_free(&l);
}

static void
a_flood_of_mistakes_is_counted(void)
{
    struct rt_buf b;
    struct loaded l;
    rt_buf_init(&b, 1 << 20);
    rt_buf_add(&b, RT_LIT(KIT_HEAD "codes:\n"));
    for (int i = 0; i < 500; i++)
        rt_buf_add(&b, RT_LIT("  - { cod: 1 }\n"));
    kit_texts(&l, false, rt_buf_z(&b), NULL, NULL);
    CHECK(l.messages.errors == 500);
    rt_str said = kit_print(&l);
    CHECK(l.messages.list.n == rt_limits_default.rule_errors);
    CHECK(rt_str_ends(said, RT_LIT("… 400 more\n")));
    kit_free(&l);
    rt_buf_fini(&b);
}

static void
depth_and_width_have_their_limits(void)
{
    struct rt_buf b;
    struct loaded l;
    rt_buf_init(&b, 1 << 20);
    rt_buf_add(&b, RT_LIT("rectrace: 1\nfamily: "));
    for (int i = 0; i < 200; i++)
        rt_buf_addc(&b, '[');
    kit_texts(&l, false, rt_buf_z(&b), NULL, NULL);
    CHECK(rt_str_find(kit_print(&l), RT_LIT("error: nested too deep\n")) != SIZE_MAX);
    kit_free(&l);
    rt_buf_clear(&b);
    for (int i = 0; i < 5000; i++)
        rt_buf_addf(&b, "key%d: 1\n", i);
    kit_texts(&l, false, rt_buf_z(&b), NULL, NULL);
    CHECK(rt_str_find(kit_print(&l), RT_LIT("error: a map has too many keys\n")) != SIZE_MAX);
    kit_free(&l);
    rt_buf_fini(&b);
}

static const struct check_test tests[] = {
    {"YAML outside of the subset is refused", yaml_outside_of_the_subset_is_refused},
    {"the head of a file is checked first", the_head_of_a_file_is_checked_first},
    {"a match names events and fields", a_match_names_events_and_fields},
    {"steps keep their grammar", steps_keep_their_grammar},
    {"steps fit together", steps_fit_together},
    {"values and texts name what is there", values_and_texts_name_what_is_there},
    {"the head of a rule is complete", the_head_of_a_rule_is_complete},
    {"tables are checked like rules", tables_are_checked_like_rules},
    {"lint finds what loading lets pass", lint_finds_what_loading_lets_pass},
    {"changes of a user are checked against the rules",
     changes_of_a_user_are_checked_against_the_rules},
    {"all mistakes of all files come in one run", all_mistakes_of_all_files_come_in_one_run},
    {"the screen is that of a compiler", the_screen_is_that_of_a_compiler},
    {"strange bytes reach no terminal", strange_bytes_reach_no_terminal},
    {"a flood of mistakes is counted", a_flood_of_mistakes_is_counted},
    {"depth and width have their limits", depth_and_width_have_their_limits},
    {NULL, NULL},
};

CHECK_MAIN("rules: mistakes", tests)
