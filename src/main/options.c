#include "config.h"

#include "main/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/out.h"
#include "main/command.h"

enum option_id {
#define OPTION(id, group, letter, name, arg, doc) OPTION_##id,
#include "main/options.def"
#undef OPTION
    OPTION__COUNT
};
enum { LONG_BASE = 256, DOC_AT = 29 };

enum { SESSIONS_MOST = 1000000 };

static const struct option_row rows[OPTION__COUNT + 1] = {
#define OPTION(id, group, letter, name, arg, doc) {TAKES_##group, letter, name, arg, doc},
#include "main/options.def"
#undef OPTION
};
const struct option_row *const option_rows = rows;

static int
usage(struct rt_err *err, const char *option, const char *value, const char *wants)
{
    return rt_fail_here(err, RT_EUSAGE, "--%s %s: %s", option, value, wants);
}

static int
parse_when(enum when *out, const char *option, const char *value, struct rt_err *err)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++)
        if (strcmp(value, names[i]) == 0) {
            *out = (enum when)i;
            return 0;
        }
    return usage(err, option, value, "auto, always or never is meant");
}

static int
parse_time(rt_time *out, const char *option, const char *value, struct rt_err *err)
{
    struct rt_stamp stamp;
    if (rt_time_parse(rt_str_of(value), &stamp) != strlen(value)) {
        /* A day alone is its midnight. */
        char longer[64];
        snprintf(longer, sizeof(longer), "%sT00:00:00Z", value);
        if (rt_time_parse(rt_str_of(longer), &stamp) != strlen(longer))
            return usage(err, option, value,
                         "a time is meant, like 2026-01-05T08:00:00Z (UTC without a zone)");
    }
    *out = stamp.at;
    return 0;
}

static int
parse_threads(unsigned *out, const char *value, struct rt_err *err)
{
    int64_t n = 0;
    if (!rt_str_int(rt_str_of(value), &n) || n < 1 || n > 1024)
        return usage(err, "threads", value, "a number from 1 to 1024 is meant");
    *out = (unsigned)n;
    return 0;
}

static int
parse_bytes(uint64_t *out, const char *option, const char *value, struct rt_err *err)
{
    static const char units[] = "KMGT";
    rt_str digits = rt_str_of(value);
    const char *unit = digits.n > 1 ? strchr(units, digits.p[digits.n - 1]) : NULL;
    int64_t n = 0, scale = 1;
    if (unit != NULL)
        digits.n--;
    for (const char *u = units; unit != NULL && u <= unit; u++)
        scale *= 1024;
    if (!rt_str_int(digits, &n) || n < 1 || n > INT64_MAX / scale)
        return usage(err, option, value, "a size is meant, like 500M or 2G");
    *out = (uint64_t)(n * scale);
    return 0;
}

static int
parse_count(uint64_t *out, const char *option, const char *value, int64_t most,
            struct rt_err *err)
{
    int64_t n = 0;
    if (!rt_str_int(rt_str_of(value), &n) || n < 1 || n > most)
        return rt_fail_here(err, RT_EUSAGE, "--%s %s: a whole number from 1 to %lld is meant",
                            option, value, (long long)most);
    *out = (uint64_t)n;
    return 0;
}

static int
parse_part(double *out, const char *option, const char *value, struct rt_err *err)
{
    char *end = NULL;
    double part = strtod(value, &end);
    if (end == value || *end != '\0' || !(part >= 0 && part <= 1))
        return usage(err, option, value, "a part from 0 to 1 is meant, like 0.01");
    *out = part;
    return 0;
}

static int
add_word(void *list, const char *value, struct rt_err *err)
{
    RT_VEC(const char *) *words = list;
    const char **slot = RT_VEC_PUSH(words);
    if (slot == NULL)
        return rt_fail_mem(err);
    *slot = value;
    return 0;
}

static int
take(struct options *o, enum option_id id, const char *value, struct rt_err *err)
{
    const char *name = rows[id].name;
    uint64_t number = 0;
    switch (id) {
    case OPTION_FORMAT: o->format = value; return 0;
    case OPTION_OUTPUT: o->output = value; return 0;
    case OPTION_RULES: return add_word(&o->rules, value, err);
    case OPTION_AS: o->as = value; return 0;
    case OPTION_TZ: o->tz = value; return 0;
    case OPTION_SINCE: return parse_time(&o->since, name, value, err);
    case OPTION_UNTIL: return parse_time(&o->until, name, value, err);
    case OPTION_SESSION: o->session = value; return 0;
    case OPTION_CHANNEL: o->channel = value; return 0;
    case OPTION_APP: o->app = value; return 0;
    case OPTION_FAIL_ON:
        /* "new-error": what diff counts is new in any case. */
        value += strncmp(value, "new-", 4) == 0 ? 4 : 0;
        if (!severity_parse(rt_str_of(value), &o->fail_on) || o->fail_on == SEVERITY_NONE)
            return usage(err, name, value, "info, warning, error or critical is meant");
        return 0;
    case OPTION_ON: o->on = value; return 0;
    case OPTION_STRICT: o->strict = true; return 0;
    case OPTION_ALL: o->all = true; return 0;
    case OPTION_STAMP: o->stamp = true; return 0;
    case OPTION_NO_RULES: o->no_rules = true; return 0;
    case OPTION_COLOR: return parse_when(&o->color, name, value, err);
    case OPTION_PROGRESS: return parse_when(&o->progress, name, value, err);
    case OPTION_THREADS: return parse_threads(&o->threads, value, err);
    case OPTION_LISTEN: o->listen = value; return 0;
    case OPTION_STORE: o->store = value; return 0;
    case OPTION_SECRET_FILE: o->secret_file = value; return 0;
    case OPTION_ALLOW_UNSIGNED: o->allow_unsigned = true; return 0;
    case OPTION_ACCEPT_V1: o->accept_v1 = true; return 0;
    case OPTION_ADMIN: o->admin = value; return 0;
    case OPTION_TLS_CERT: o->tls_cert = value; return 0;
    case OPTION_TLS_KEY: o->tls_key = value; return 0;
    case OPTION_ADMIN_TOKEN_FILE: o->admin_token_file = value; return 0;
    case OPTION_KEEP:
        if (!rt_dur_parse(rt_str_of(value), &o->keep) || o->keep <= 0)
            return usage(err, name, value, "a length of time is meant, like 30d or 36h");
        return 0;
    case OPTION_KEEP_SIZE: return parse_bytes(&o->keep_bytes, name, value, err);
    case OPTION_STYLE: o->style = value; return 0;
    case OPTION_REDACT: o->redact = value; return 0;
    case OPTION_MAP: o->map = value; return 0;
    case OPTION_MAX: return parse_bytes(&o->max_bytes, name, value, err);
    case OPTION_TAIL: return add_word(&o->tails, value, err);
    case OPTION_HEADER: return add_word(&o->headers, value, err);
    case OPTION_SEED:
        return parse_count(&number, name, value, UINT32_MAX, err) < 0 ? -1
                                                                      : (o->seed = number, 0);
    case OPTION_SESSIONS:
        return parse_count(&number, name, value, SESSIONS_MOST, err) < 0
                   ? -1
                   : (o->sessions = (unsigned)number, 0);
    case OPTION_JITTER:
        if (!rt_dur_parse(rt_str_of(value), &o->jitter) || o->jitter < 0)
            return usage(err, name, value, "a length of time is meant, like 200ms");
        return 0;
    case OPTION_LOSS: return parse_part(&o->loss, name, value, err);
    case OPTION_DISORDER: return parse_part(&o->disorder, name, value, err);
    case OPTION_DUPLICATES: return parse_part(&o->duplicates, name, value, err);
    case OPTION_VERBOSE: o->verbose++; return 0;
    case OPTION_HELP: o->help = true; return 0;
    case OPTION_VERSION: o->version = true; return 0;
    case OPTION__COUNT: break;
    }
    return rt_fail_here(err, RT_EUSAGE, "unknown option");
}

static const char *
near_option(const char *name)
{
    const char *best = NULL;
    unsigned best_distance = 3;
    for (size_t i = 0; i < OPTION__COUNT; i++) {
        unsigned d = rt_str_distance(rt_str_of(name), rt_str_of(rows[i].name), best_distance);
        if (d < best_distance) {
            best = rows[i].name;
            best_distance = d;
        }
    }
    return best;
}

static int
refuse(int code, char *const argv[], struct rt_err *err)
{
    const char *word = argv[optind - 1];
    if (code == ':')
        return rt_fail_here(err, RT_EUSAGE, "%s needs a value", word);
    if (strncmp(word, "--", 2) == 0) {
        const char *near = near_option(word + 2);
        if (near != NULL)
            return rt_fail_here(err, RT_EUSAGE,
                                "unknown option %s (did you mean --%s?); see rectrace --help",
                                word, near);
        return rt_fail_here(err, RT_EUSAGE, "unknown option %s; see rectrace --help", word);
    }
    return rt_fail_here(err, RT_EUSAGE, "unknown option -%c; see rectrace --help", optopt);
}

/* The first operand names a command; else everything is a file for analyze. */
static void
split(struct options *o, int argc, char **argv)
{
    o->operands = argv + optind;
    o->operand_count = argc - optind;
    if (o->operand_count > 0 && command_find(o->operands[0]) != NULL) {
        o->command = o->operands[0];
        o->operands++;
        o->operand_count--;
    } else if (o->operand_count > 0) {
        o->command = "analyze";
    }
}

/* What the command has no use for is not passed over in silence. */
static int
check(const struct options *o, const bool given[OPTION__COUNT], struct rt_err *err)
{
    const struct command *c = o->command != NULL ? command_find(o->command) : NULL;
    if (c == NULL || o->help || o->version)
        return 0;
    for (size_t i = 0; i < OPTION__COUNT; i++)
        if (given[i] && (rows[i].group & (c->takes | TAKES_ALWAYS)) == 0)
            return rt_fail_here(err, RT_EUSAGE, "%s does not take --%s; see rectrace %s --help",
                                c->name, rows[i].name, c->name);
    char known[FORMATS_MAX];
    if (o->format != NULL && !command_writes(c, o->format))
        return rt_fail_here(err, RT_EUSAGE,
                            "--format %s: %s writes %s; the format of a log is given with --as",
                            o->format, c->name, command_formats(c, known));
    if (o->since != RT_TIME_NONE && o->until != RT_TIME_NONE && o->since > o->until)
        return rt_fail_here(err, RT_EUSAGE,
                            "--since is later than --until: nothing lies between");
    if (o->map != NULL && (o->redact == NULL || strcmp(o->redact, "public") != 0))
        log_warn("--map holds the aliases of --redact public, which is not asked for: it is "
                 "not used");
    return 0;
}

static void
note_narrowed(struct options *o)
{
    const struct {
        const char *name, *value;
    } rows_of[] = {{"session", o->session},
                   {"channel", o->channel},
                   {"app", o->app},
                   {"since", o->since != RT_TIME_NONE ? "" : NULL},
                   {"until", o->until != RT_TIME_NONE ? "" : NULL}};
    size_t n = 0;
    for (size_t i = 0; i < sizeof(rows_of) / sizeof(rows_of[0]) && n < sizeof(o->narrowed); i++)
        if (rows_of[i].value != NULL)
            n += (size_t)snprintf(o->narrowed + n, sizeof(o->narrowed) - n, "%s--%s%s%.60s",
                                  n > 0 ? " " : "", rows_of[i].name,
                                  rows_of[i].value[0] != '\0' ? " " : "", rows_of[i].value);
}

int
options_parse(struct options *o, int argc, char **argv, struct rt_err *err)
{
    bool given[OPTION__COUNT] = {false};
    struct option longs[OPTION__COUNT + 1] = {{0}};
    char shorts[2 + 2 * OPTION__COUNT] = ":";
    size_t n = 1;
    for (size_t i = 0; i < OPTION__COUNT; i++) {
        longs[i] = (struct option){
            rows[i].name,
            rows[i].arg != NULL ? required_argument : no_argument,
            NULL,
            (int)(LONG_BASE + i),
        };
        if (rows[i].letter == 0)
            continue;
        shorts[n++] = rows[i].letter;
        if (rows[i].arg != NULL)
            shorts[n++] = ':';
    }
    *o = (struct options){
        .since = RT_TIME_NONE, .until = RT_TIME_NONE, .output = "-", .seed = 1};
    int code = 0;
    while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (code == '?' || code == ':')
            return refuse(code, argv, err);
        enum option_id id = OPTION__COUNT;
        if (code >= LONG_BASE)
            id = (enum option_id)(code - LONG_BASE);
        else
            for (size_t i = 0; i < OPTION__COUNT; i++)
                if (rows[i].letter == code)
                    id = (enum option_id)i;
        if (take(o, id, optarg, err) < 0)
            return -1;
        given[id] = true;
    }
    split(o, argc, argv);
    note_narrowed(o);
    return check(o, given, err);
}

void
options_fini(struct options *o)
{
    RT_VEC_FREE(&o->rules);
    RT_VEC_FREE(&o->headers);
    RT_VEC_FREE(&o->tails);
}

void
options_help(struct out *out, unsigned groups)
{
    for (size_t i = 0; i < OPTION__COUNT; i++) {
        if ((rows[i].group & groups) == 0)
            continue;
        char left[48], letter[8] = "    ";
        if (rows[i].letter != 0)
            snprintf(letter, sizeof(letter), "-%c, ", rows[i].letter);
        snprintf(left, sizeof(left), "%s--%s%s%s", letter, rows[i].name,
                 rows[i].arg != NULL ? " " : "", rows[i].arg != NULL ? rows[i].arg : "");
        out_fmt(out, "  %-26s ", left);
        out_wrap(out, rows[i].doc, DOC_AT);
    }
}
