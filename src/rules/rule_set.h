/*
 * rule_set.h - what rules/ says, compiled: read-only after loading, shared by all threads.
 *
 * Built by rule_set_load(); every part remembers the file, line and column it came from.
 * All memory belongs to the set's arena (PCRE2 patterns are freed with it).
 */
#ifndef RECTRACE_RULES_RULE_SET_H
#define RECTRACE_RULES_RULE_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/time.h"
#include "base/vec.h"
#include "event/event.h"
#include "rules/regex.h"

enum severity {
    SEVERITY_NONE,
    SEVERITY_INFO,
    SEVERITY_WARNING,
    SEVERITY_ERROR,
    SEVERITY_CRITICAL
};
enum confidence { CONFIDENCE_LOW, CONFIDENCE_MEDIUM, CONFIDENCE_HIGH, CONFIDENCE_CERTAIN };
const char *severity_name(enum severity s);     /* "none" "info" "warning" "error" "critical" */
const char *confidence_name(enum confidence c); /* "low" "medium" "high" "certain" */
bool severity_parse(rt_str s, enum severity *out);

/* ---- patterns: rules over a timeline (rules/README.md) ---- */

enum cond_op { OP_OK, OP_FAIL, OP_EQ, OP_NE, OP_LT, OP_LE, OP_GT, OP_GE, OP_BITS, OP_MATCH };

struct rule_cond {
    enum cond_op op;
    uint16_t field; /* unused by OP_OK and OP_FAIL; classes are resolved already */
    bool is_num;    /* num is valid; text always is */
    int64_t num;
    rt_str text;
    struct regex *re; /* OP_MATCH */
    struct rt_pos pos;
};

struct rule_match {           /* one alternative: NAME cond* */
    uint64_t kinds;           /* any of these */
    struct event_marks marks; /* that an event must bear to fit: condition_marks() */
    bool sets;                /* it asks for values of PART_SET: all of one group */
    rt_str name;              /* as written, for messages */
    const struct rule_cond *conds;
    size_t cond_count;
    struct rt_pos pos;
};

enum step_type { STEP_SEE, STEP_NO, STEP_MAYBE };

struct rule_step {
    enum step_type type;
    const struct rule_match *alts;
    size_t alt_count;
    rt_str text;          /* the alternatives as written, for `why` */
    rt_str label;         /* empty = none */
    rt_dur within, after; /* RT_DUR_NONE = not given */
    rt_dur lasts;         /* `for` of a no; RT_DUR_NONE = not given */
    uint32_t times;       /* 1 = once */
    const uint16_t *same, *differ;
    size_t same_count, differ_count;
    bool mixed; /* `differ` is asked of the whole run: some two of it are unlike */
    struct rt_pos pos;
};

/* point - point (+|-) const …: all in µs. Labels are indexes into the rule's `when`. */
struct rule_let {
    rt_str name;
    uint16_t to_step, from_step; /* value = to.point - from.point + offset */
    bool to_end, from_end;       /* .end instead of .begin */
    rt_dur offset;
    struct rt_pos pos;
};

enum rule_scope {
    SCOPE_SESSION,
    SCOPE_RECORDER,
    SCOPE_CHANNEL,
    SCOPE_APP,
    SCOPE_HOST,
    SCOPE_RUN, /* what belongs to no session: event_is_aside() */
    SCOPE_FIELDS
};

struct rule_test {
    rt_str name, log;
    enum { EXPECT_NONE, EXPECT_PENDING, EXPECT_VALUES, EXPECT_IDS } expect;
    /* EXPECT_VALUES: name=value pairs as written ("late" "42s", "confidence" "certain",
     * "count" "2"); EXPECT_IDS: keys only. */
    const rt_str *keys, *values;
    size_t count;
    struct rt_pos pos;
    struct rt_pos log_pos; /* of the first line of the log */
};

struct rule_param {
    rt_str name;
    bool is_dur, is_num;
    rt_dur dur; /* or the integer */
    rt_str text;
    struct rt_pos pos;
};

struct rule {
    rt_str id, family;
    rt_str finding; /* what it finds; several rules may find one thing in different scopes */
    uint32_t rev;
    enum severity severity;
    enum confidence confidence;
    uint16_t certain_with; /* step index of the maybe that raises it; UINT16_MAX = none */
    enum rule_scope scope;
    const uint16_t *scope_fields; /* SCOPE_FIELDS */
    size_t scope_field_count;
    bool trial, off;
    const struct rule_step *when;
    size_t when_count;
    const struct rule_step *unless;
    size_t unless_count;
    const struct rule_let *lets;
    size_t let_count;
    const rt_str *explains;
    size_t explain_count;
    rt_str say, why, fix, see_also; /* templates: {let}, {count}, {LABEL.FIELD}, {$param} */
    const struct rule_test *tests;
    size_t test_count;
    /* one kind of each `see` step at least: rule is tried only when, for every
     * see, kinds & session mask != 0; this is the union for a quick refusal */
    uint64_t needs;
    const struct rule_param *params; /* of its family, overridden values already put in */
    size_t param_count;
    /* 0: `when` itself; n: the n-th entry of `also`, which follows its rule in the
     * set, shares its id and is tried only where no earlier one has an occurrence */
    uint8_t variant;
    uint32_t rank; /* precedence of root causes: lower wins; order of loading otherwise */
    struct rt_pos pos;
};

/* ---- codes ---- */

enum code_subject {
    SUBJECT_CODE,
    SUBJECT_HTTP,
    SUBJECT_STRING,
    SUBJECT_STATE,   /* subServiceStatus */
    SUBJECT_STATUS,  /* serverResponse.status */
    SUBJECT_LEAVE,   /* leaveCode bit */
    SUBJECT_EXIT,    /* exitStatus */
    SUBJECT_UPLOAD,  /* uploadingStatus */
    SUBJECT_STREAM,  /* stream state */
    SUBJECT_ERROR,   /* errorCode of a module */
    SUBJECT_WARNING, /* warnCode of a module */
    SUBJECT_WEB_STOP,
    SUBJECT_HEALTH,  /* console's check of a receiver */
    SUBJECT_NETWORK, /* why there is no answer: a word of the field `error` */
    SUBJECT__COUNT
};
extern const char *const code_subject_names[SUBJECT__COUNT]; /* the YAML keys */
bool code_subject_is_text(enum code_subject s);              /* words, no numbers */

struct code_entry {
    enum code_subject subject;
    rt_str id;      /* of the fallback finding: code-433, string-no-route-matched, … */
    int64_t number; /* of numeric subjects */
    rt_str text;    /* of string and state: what is looked for, ASCII case ignored */
    uint64_t on;    /* mask of kinds; 0 = any */
    int32_t http;   /* qualifier; 0 = any */
    int32_t module; /* of error and warning; -1 = any */
    rt_str reason;  /* qualifier: substring of the reason */
    enum severity severity; /* of the fallback finding; SEVERITY_NONE: healthy, never one */
    bool seed, retryable;
    rt_str title, means, check, fix, note, source, say;
    const rt_str *causes;
    size_t cause_count;
    struct rt_pos pos;
};

/* ---- callbacks ---- */

struct format_path { /* a JSON pointer as segments, ~0 and ~1 resolved */
    const rt_str *segments;
    size_t count;
};

struct hook_detail {
    rt_str name;    /* key in `details`; a JSON pointer when it begins with '/' */
    uint16_t field; /* that it fills */
};
struct hook_type {
    int64_t number; /* eventType */
    rt_str name;    /* msgName */
    uint8_t kind;
    rt_str sender, means, source;
    uint64_t expected_after; /* kinds whose success it follows in a healthy life; 0: none */
    const rt_str *modes;     /* in which it does; none: all */
    size_t mode_count;
    const struct hook_detail *details;
    size_t detail_count;
    const uint16_t *shifted; /* fields whose bits stand one lower in the old envelope */
    size_t shifted_count;
    struct rt_pos pos;
};

enum envelope_part {
    ENVELOPE_TYPE,
    ENVELOPE_NOTICE,
    ENVELOPE_PRODUCT,
    ENVELOPE_NOTIFY,
    ENVELOPE_SID,
    ENVELOPE_CNAME,
    ENVELOPE_UID,
    ENVELOPE_TIME,
    ENVELOPE_SEQUENCE,
    ENVELOPE_SERVICE_TYPE,
    ENVELOPE_SERVICE_SCENE,
    ENVELOPE_DETAILS,
    ENVELOPE_NAME,
    ENVELOPE_LEGACY, /* only the old envelope has it */
    ENVELOPE__PARTS
};
extern const char *const envelope_part_names[ENVELOPE__PARTS]; /* YAML keys */
struct hook_envelope {
    const struct format_path *paths[ENVELOPE__PARTS]; /* in order of preference */
    size_t path_count[ENVELOPE__PARTS];
    const int64_t *ours; /* product numbers that are ours */
    size_t our_count;
    uint32_t required;                       /* mask of parts that a whole callback has */
    const rt_str *probe_cnames, *probe_uids; /* of tests of the receiver */
    size_t probe_cname_count, probe_uid_count;
};

struct hook_delivery {
    rt_str sha256, sha1; /* headers of the signatures; empty = unknown */
    rt_dur replay_after; /* 0 = unknown */
    /* so many types, once each, within test_within: a test of the receiver; 0 = unknown */
    int64_t test_types;
    rt_dur test_within;
};

/* ---- the life of a recording ---- */

enum rule_meaning {
#define MEANING(id, name, doc) MEANS_##id,
#include "rules/meanings.def"
#undef MEANING
    MEANS__COUNT
};
extern const char *const rule_meaning_names[MEANS__COUNT + 1]; /* NULL ends it */

struct rule_sign { /* events that mean something for it */
    enum rule_meaning means;
    const struct rule_match *on; /* without regular expressions */
    size_t on_count;
    bool bare; /* the answer says nothing else: no code, no reason, no fault of the route */
    uint16_t absent; /* the event lacks this field; UINT16_MAX: not asked */
    struct rt_pos pos;
};

/* ---- what else could be behind a finding ---- */

struct rule_cause {
    rt_str name;      /* in a word or two */
    const rt_str *of; /* ids of rules */
    size_t of_count;
    const struct rule_match *see;
    size_t see_count;
    /* why it is out: when nothing of that is seen, or when it is; one of them */
    rt_str lacks, shows;
    struct rt_pos pos;
};

/* ---- request parameters ---- */

struct parameter_term { /* of a body: "path", "!path", "path=value", "path!=value" */
    rt_str path;        /* relative to where it is asked */
    uint32_t node;      /* of the path; of "path[]" the list */
    bool items;         /* any item of the list will do */
    bool absent;        /* the member must not be there */
    bool unlike;        /* the value must not be this one */
    rt_str value;       /* empty: being there is enough */
};
struct parameter_list { /* names of members, as nodes */
    const rt_str *paths;
    uint32_t *nodes;
    size_t count;
};
struct parameter_terms {
    struct parameter_term *v;
    size_t n;
};

struct parameter {
    rt_str path; /* clientRequest/recordingConfig/maxIdleTime; [] for list items */
    uint64_t on; /* mask of kinds */
    rt_str type; /* string integer number boolean object array */
    bool has_min, has_max, required;
    double min, max; /* of a list: of its items */
    bool has_least, has_most;
    double least, most;   /* beyond these it is unusual */
    const rt_str *values; /* allowed; NULL = any */
    size_t value_count;
    rt_str modes;          /* blank-separated; empty = all */
    rt_str fallback;       /* documented default */
    struct regex *pattern; /* what a string must look like; NULL = anything */
    struct regex *risky;   /* a string that asks for trouble; NULL = none does */
    int64_t max_bytes;     /* of a string; 0 = no limit */
    bool even;             /* an odd number is unusual */
    bool secret;           /* its value is never shown, and may be missing from a log */
    bool open;             /* an object whose members nobody lists */
    bool users;            /* a user's uid: the recorder's own does not belong there */
    bool elsewhere;        /* another part of the program judges the value */
    bool resets;           /* a layout that leaves it out falls back to the default */
    /* members are checked where one of these holds; none: always */
    struct parameter_terms only;
    /* of which calls anything will do; without regular expressions */
    const struct rule_match *free;
    size_t free_count;
    bool has_field; /* its value, or its default where the object lacks it, fills `field` */
    uint16_t field;
    rt_str tells; /* which rules speak of it: param-of */
    rt_str form;  /* what `pattern` or `risky` means, in words */
    rt_str rival; /* another spelling of its name, about which the documents disagree */
    rt_str means, source;
    struct rt_pos pos;
};

/* The names of all paths, as a tree: what may stand where. Item 0 is the body itself. */
struct parameter_node {
    rt_str name;                  /* "[]": the items of a list */
    uint32_t parent, child, next; /* indexes; 0: none */
    uint32_t first_relation; /* of those asked there: index + 1; relation.next_there goes on */
    uint64_t on;             /* kinds that know it, by its own rows or those below */
    uint32_t *rows;          /* indexes of its parameters, in the arena */
    uint32_t row_count;
    /* by any of them: it must be there; what it says is an event's field */
    bool required, noted;
};

/* What members of one object mean for each other. */
struct relation {
    rt_str at; /* the object; empty: the body. [] for each item of a list */
    uint32_t node;
    uint64_t on;
    rt_str modes;
    struct parameter_terms when, needs, excludes; /* all hold; then all must; then none may */
    struct parameter_list product, sum, counts;   /* numbers, or lists whose longest counts */
    double max;                                   /* of product or sum */
    struct parameter_list by;                     /* of counts: whose value chooses the limit */
    const rt_str *keys;                           /* values of `by`, and what each allows */
    const int64_t *limits;
    size_t limit_count;
    bool unusual;
    rt_str tells, say;   /* {what} {have} {most} */
    uint32_t next_there; /* index + 1 of the next one of the same node */
    struct rt_pos pos;
};

/* ---- credentials ---- */

enum token_layout { TOKEN_PACKED, TOKEN_CHECKSUMS, TOKEN_OPAQUE };
enum token_part { PART_CHANNEL, PART_ACCOUNT, PART_TEXT, PART_NUMBER, PART_RIGHTS };
struct token_version {
    rt_str prefix;
    enum token_layout layout;
    struct rt_pos pos;
};
struct token_service {
    int64_t type;
    rt_str name;
    const uint8_t *tail; /* enum token_part */
    size_t tail_count;
    struct rt_pos pos;
};
struct token_table {
    const struct token_version *versions;
    size_t version_count;
    const struct token_service *services;
    size_t service_count;
    rt_str recorder;    /* service by which a recorder joins */
    int64_t join;       /* and its privilege to do so */
    rt_str any_channel; /* stands for every channel */
};

struct header_rule { /* what a header of a request must be */
    rt_str header;
    rt_str says;   /* the defect, if it is not */
    rt_str absent; /* the defect, if it is not there; empty: that is none */
    /* NULL: not asked; decoded: after the scheme, base64 taken off */
    struct regex *must, *decoded;
};

enum { SECRETS_MOST = 32 };
struct secret_place { /* where calls carry a secret */
    rt_str kind;
    const struct format_path *paths; /* in the body of the request */
    size_t path_count;
    rt_str header; /* empty: none */
};

struct identity { /* names behind which an id of one customer stands */
    rt_str as;    /* what a readable alias begins with; empty: none is readable */
    const rt_str *names;
    size_t name_count;
    const rt_str *keep; /* words that are no id */
    size_t keep_count;
};

struct withheld {        /* names behind which something stands that stays at home */
    rt_str as;           /* the mark in its place */
    bool header, alone;  /* the value may hold blanks; the name is no end of a longer one */
    const rt_str *names; /* lower case letters and digits */
    size_t name_count;
};
struct withheld_word { /* a key is known by how it begins */
    rt_str word;
    int64_t least;
};

struct storage_region {
    int64_t number;
    rt_str name, area; /* area: empty = none */
};
struct storage_vendor {
    int64_t number;
    rt_str name;
    bool sts;      /* takes temporary credentials */
    bool endpoint; /* needs one */
    const struct storage_region *regions;
    size_t region_count; /* 0: the number is ignored */
    struct rt_pos pos;
};
struct host_table {
    const rt_str *vendor;   /* domains */
    const rt_str *paths;    /* besides those of recording that are no other product's */
    const rt_str *services; /* extension services of recording */
    size_t vendor_count, path_count, service_count;
    struct { /* a call that removes users from a channel */
        const rt_str *paths;
        rt_str app, channel, user; /* members of its body that name them */
        /* the member that lists what is taken away, and what must be among it */
        rt_str rights, right;
        size_t path_count;
    } kicks;
};
struct host_area {
    rt_str area, prefix; /* of the host's first label */
};

/* ---- words of prose ---- */

struct word_list {
    const rt_str *v;
    size_t n;
};
enum word_use {
    WORDS_HINT,     /* without any a text is not looked at */
    WORDS_CALLBACK, /* it may be a callback */
    WORDS_REQUEST,  /* members of what is sent */
    WORDS_STATUS,   /* before an HTTP status */
    WORDS_STATUS_EXACT,
    WORDS_CODE, /* before a code */
    WORDS_CODE_BEHIND,
    WORDS_WELL,
    WORDS_TOPIC,   /* the call went well */
    WORDS_NOTHING, /* instead of an id */
    WORDS__COUNT
};
enum word_id { WORD_RID, WORD_SID, WORD_CNAME, WORD_UID, WORD_IDS };
struct word_error { /* how clients write why there is no answer */
    rt_str is;      /* "timeout" */
    struct word_list words;
};
struct word_table {
    struct word_list of[WORDS__COUNT];
    const struct word_error *errors; /* the first that is found counts */
    size_t error_count;
    struct word_list calls[KIND_ANSWER]; /* besides their names */
    struct {
        struct word_list words;
        size_t least; /* bytes; shorter values are none */
    } labels[WORD_IDS];
};
/* Letters of either case are one: the whole word, the end or the beginning of a text. */
bool word_is_of(const struct word_list *list, rt_str word);
bool word_ends(const struct word_list *list, rt_str text);
bool word_begins(const struct word_list *list, rt_str text);
/* What the text of an error says, by words anywhere in it, letters of either case being one; RT_NONE: nothing known. */
rt_str word_of_error(const struct word_table *words, rt_str text);
/* As it is written, anywhere. */
bool word_within(const struct word_list *list, rt_str text);
bool word_within_nocase(const struct word_list *list, rt_str text);

/* ---- formats ---- */

enum format_part { /* what a format finds in a record */
                   FORMAT_TIME,
                   FORMAT_METHOD,
                   FORMAT_URL,
                   FORMAT_HTTP,
                   FORMAT_REQUEST,
                   FORMAT_RESPONSE,
                   FORMAT_JOIN,  /* request id of the split form */
                   FORMAT_ERROR, /* transport error text */
                   FORMAT_DURATION, /* of the call; unit by format key duration-unit: s, ms (default), us, ns */
                   FORMAT_END,     /* time of the answer */
                   FORMAT_OP,      /* operation in words, when there is no URL */
                   FORMAT_MESSAGE, /* free text that may hold any of the above */
                   FORMAT_HOOK,    /* body of a callback */
                   FORMAT_DOWN, /* since when the receiver that writes this log was not there; up to the time of the record */
                   FORMAT_REQUEST_HEADERS,
                   FORMAT_HOST,
                   FORMAT_PHASE,   /* split form: text that tells request from answer */
                   FORMAT_INNER,   /* of a wrapper: the line that it carries, recognised anew */
                   FORMAT_PARTIAL, /* of a wrapper: there when the line goes on in the next */
                   FORMAT__PARTS
};
extern const char *const format_part_names[FORMAT__PARTS]; /* YAML keys and group names */

struct format_sample {
    rt_str line;
    bool no_match;
    const rt_str *keys, *values; /* field name and what it must be */
    size_t count;
    struct rt_pos pos;
};
struct format {
    rt_str name, about;
    bool is_json;
    struct regex *re;         /* text formats */
    int group[FORMAT__PARTS]; /* capture number, -1 = none */
    const uint16_t *x_groups; /* pairs of (capture, field id) */
    size_t x_group_count;
    const struct format_path *paths[FORMAT__PARTS]; /* JSON formats: in order of preference */
    size_t path_count[FORMAT__PARTS];
    /* one of them stands in every record that matters; none: all matter */
    const rt_str *literals;
    size_t literal_count;
    rt_str time_format; /* rt_time_parse_format(); empty = recognised by itself */
    rt_str zone;        /* declared zone of stamps without one; empty = none */
    rt_dur duration_unit;
    bool end_stamp; /* `stamp: answer`: the time is that of the answer */
    const struct format_sample *samples;
    size_t sample_count;
    struct rt_pos pos;
};

/* ---- the whole ---- */

struct rule_accept { /* known, counted, hidden */
    rt_str rule, where, why;
    rt_time until;
    struct rt_pos pos;
};

struct rule_text { /* a file, kept for the excerpts of messages */
    const char *name;
    rt_str text;
    bool builtin;
};

struct rule_set {
    struct rt_arena arena;
    const struct rt_limits *limits;
    RT_VEC(struct rule) rules;
    RT_VEC(struct code_entry) codes;
    /* texts of the codes that are strings; NULL: there are none */
    const struct literals *strings;
    RT_VEC(struct hook_type) hooks;
    struct hook_envelope envelope;
    struct hook_delivery delivery;
    RT_VEC(struct rule_sign) signs;
    RT_VEC(struct rule_cause) causes;
    RT_VEC(struct parameter) parameters;
    RT_VEC(struct parameter_node) nodes; /* of the parameters' names; empty: there are none */
    RT_VEC(struct relation) relations;
    struct token_table tokens;
    struct regex *hidden, *template; /* what stands for a secret; NULL: not known */
    RT_VEC(struct secret_place) secrets;
    RT_VEC(struct header_rule) headers;
    /* an answer of a poll that holds this is no plain one; NULL: not asked */
    struct regex *telling;
    RT_VEC(struct identity) identities;
    RT_VEC(struct withheld) withheld;
    RT_VEC(struct withheld_word) beginnings;
    RT_VEC(struct storage_vendor) storage;
    RT_VEC(struct host_area) areas;
    struct host_table hosts;
    struct word_table words;
    RT_VEC(struct format) formats;
    RT_VEC(struct rule_accept) accepts;
    RT_VEC(struct rule_text) texts;
    RT_VEC(struct regex *) regexes; /* all of them; freed with the set */
    RT_VEC(rt_str) x_fields;        /* names of FIELD__COUNT, FIELD__COUNT + 1, … */
    rt_str version;                 /* of the built-in pack */
    char sha256[65];                /* of all files loaded, in order */
    uint32_t skipped;               /* rules left out because of errors */
};

/* Name of a kind, callbacks included. */
rt_str rule_set_kind_name(const struct rule_set *set, uint8_t kind);
/* Kind by name, callbacks included; KIND_NONE. */
uint8_t rule_set_kind(const struct rule_set *set, rt_str name);
/* Is it a test of the vendor's console? */
bool rule_set_is_probe(const struct rule_set *set, rt_str cname, rt_str uid);
const struct hook_type *rule_set_hook(const struct rule_set *set, int64_t event_type);
/* The callback that follows a call that succeeded; `mode` may be unknown. NULL: none. */
const struct hook_type *rule_set_expected(const struct rule_set *set, uint8_t after,
                                          rt_str mode);
/* By its path, for a call (KIND_NONE: any). NULL: not listed. */
const struct parameter *rule_set_parameter(const struct rule_set *set, const char *path,
                                           uint8_t kind);
/* The row of a name for that call and mode; empty mode: any. NULL: the name has none of its own, or
 * none for that mode (`other`, may be NULL: then a row for another mode). */
const struct parameter *parameter_row(const struct rule_set *set,
                                      const struct parameter_node *n, uint8_t kind, rt_str mode,
                                      const struct parameter **other);
/* The index of a path below the node, whoever knows it; 0: there is none. */
uint32_t parameter_place(const struct rule_set *set, uint32_t below, rt_str path);
/* The name below another that the call knows, or NULL. */
const struct parameter_node *parameter_child(const struct rule_set *set,
                                             const struct parameter_node *n, rt_str name,
                                             uint8_t kind);
/* Is the mode in a blank-separated list? An empty list has all, an empty mode is in all. */
bool parameter_has_mode(rt_str modes, rt_str mode);
/* NULL: no table lists it. */
const struct storage_vendor *rule_set_vendor(const struct rule_set *set, int64_t number);
const struct storage_region *storage_region_of(const struct storage_vendor *v, int64_t number);
/* The area that a host stands in; empty: none. */
rt_str rule_set_host_area(const struct rule_set *set, rt_str host);
/* Can a finding have that id: a rule's, a code's, or unknown-code? */
bool rule_set_id(const struct rule_set *set, rt_str id);
const struct rule *rule_set_rule(const struct rule_set *set, rt_str id);
/* Name of a field, x_… included. */
rt_str rule_set_field_name(const struct rule_set *set, uint16_t field);
/* Field by name, x_… included. False: there is none. */
bool rule_set_field(const struct rule_set *set, rt_str name, uint16_t *out);
/* The file that a position is in, by the identity of its name; NULL: none. */
const struct rule_text *rule_set_text(const struct rule_set *set, const char *name);

/* Most specific first: kind + http + reason, kind, any. `kind` KIND_NONE: not known, http 0: not
 * known. NULL: no table lists it. */
const struct code_entry *rule_set_code(const struct rule_set *set, int64_t code, uint8_t kind,
                                       int32_t http, rt_str reason);
/* Is it among the codes of that call? */
bool rule_set_code_is_met(const struct rule_set *set, int64_t code, uint8_t kind);
const struct code_entry *rule_set_http(const struct rule_set *set, int32_t http, uint8_t kind);
/* The longest known string that stands in `text`. */
const struct code_entry *rule_set_string(const struct rule_set *set, rt_str text);
const struct code_entry *rule_set_state(const struct rule_set *set, enum code_subject subject,
                                        rt_str text);
/* Why a call of this kind got no answer. */
const struct code_entry *rule_set_network(const struct rule_set *set, rt_str word,
                                          uint8_t kind);
const struct code_entry *rule_set_number(const struct rule_set *set, enum code_subject subject,
                                         int64_t number, int32_t module);

#endif
