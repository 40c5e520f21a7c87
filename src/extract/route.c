#include "config.h"

#include "extract/route.h"

static const struct row {
    uint8_t kind;
    const char *name, *method;
    bool needs_sid;
} rows[] = {
#define ROUTE(kind, name, method, needs_sid) {KIND_##kind, name, method, needs_sid},
#include "extract/route.def"
#undef ROUTE
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void
add_part(struct rt_buf *b, const char *name, rt_str value)
{
    rt_buf_addf(b, "/%s/", name);
    rt_buf_add(b, value);
}

bool
route_path(uint8_t kind, rt_str app_id, rt_str rid, rt_str sid, rt_str mode, struct rt_buf *b)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].kind != kind)
            continue;
        rt_buf_add(b, RT_LIT("/v1"));
        add_part(b, "apps", app_id.n > 0 ? app_id : RT_LIT("{appid}"));
        rt_buf_add(b, RT_LIT(ROUTE_PRODUCT));
        if (kind != KIND_ACQUIRE)
            add_part(b, "resourceid", rid.n > 0 ? rid : RT_LIT("{resourceid}"));
        if (rows[i].needs_sid)
            add_part(b, "sid", sid.n > 0 ? sid : RT_LIT("{sid}"));
        if (kind != KIND_ACQUIRE)
            add_part(b, "mode", mode.n > 0 ? mode : RT_LIT("{mode}"));
        rt_buf_addf(b, "/%s", rows[i].name);
        return true;
    }
    return false;
}

/* What no id holds but every mark of a mask or a placeholder does. Ids are long and there are many: they
 * are walked over once, by pairs of bytes. */
enum {
    MARK_ODD = 1,
    MARK_CROSS = 2,
    MARK_WORD = 4,
    AFTER_X = MARK_CROSS << 2,
    AFTER_R = MARK_WORD << 2
};

/* Letters, digits, - and _ are what ids are made of. */
static const unsigned char mark_classes[256] = {
/* clang-format off */
#define ODD_8 MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD
#define ODD_32 ODD_8, ODD_8, ODD_8, ODD_8
    ODD_32,
    ODD_8, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, 0, MARK_ODD, MARK_ODD,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD,
    MARK_ODD, 0, 0, 0, 0, MARK_WORD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, AFTER_R, 0, 0, 0, 0, 0, MARK_CROSS | AFTER_X, 0, 0, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, 0,
    MARK_ODD, 0, 0, 0, 0, MARK_WORD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, AFTER_R, 0, 0, 0, 0, 0, MARK_CROSS | AFTER_X, 0, 0, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD, MARK_ODD,
    ODD_32, ODD_32, ODD_32, ODD_32,
#undef ODD_32
#undef ODD_8
    /* clang-format on */
};

static unsigned
marks_of(rt_str s)
{
    unsigned marks = 0, last = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        marks |= mark_classes[c] & (MARK_ODD | last >> 2);
        last = mark_classes[c];
    }
    return marks;
}

static bool
stands_in(rt_str s, unsigned marks)
{
    static const char *const words[] = {"undefined", "null", "None", "nil", "NaN"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (rt_str_is(s, words[i]))
            return true;
    if (s.n == 0 || (marks & MARK_ODD) == 0)
        return false;
    return memchr(s.p, '{', s.n) != NULL || s.p[0] == '<' || s.p[0] == ':' || s.p[0] == '$' ||
           rt_str_find(s, RT_LIT("%s")) != SIZE_MAX ||
           rt_str_find(s, RT_LIT("%7B")) != SIZE_MAX;
}

/* "xxxx". One in some thousands of the long random ids has four in its midst, in any case of letters. */
static bool
is_crossed(rt_str s)
{
    enum { LONG_ID = 64, SHORT_RUN = 4, LONG_RUN = 6 };
    size_t run = 0;
    if (s.n <= LONG_ID)
        return rt_str_find_nocase(s, RT_LIT("xxxx")) != SIZE_MAX;
    for (size_t i = 0; i < s.n; i++) {
        bool cross = s.p[i] == 'x' || s.p[i] == 'X';
        run = !cross ? 0 : run > 0 && s.p[i] == s.p[i - 1] ? run + 1 : 1;
        bool at_an_end = i + 1 == run || i + 1 == s.n;
        if (run >= LONG_RUN || (run >= SHORT_RUN && at_an_end))
            return true;
    }
    return false;
}

/* Something that a careful logger wrote instead of the id. */
static bool
hides(rt_str s, unsigned marks)
{
    if ((marks & MARK_ODD) != 0 &&
        (rt_str_find(s, RT_LIT("**")) != SIZE_MAX || rt_str_find(s, RT_LIT("...")) != SIZE_MAX))
        return true;
    return ((marks & MARK_CROSS) != 0 && is_crossed(s)) ||
           ((marks & MARK_WORD) != 0 && rt_str_find_nocase(s, RT_LIT("redacted")) != SIZE_MAX);
}

enum { IS_PLACEHOLDER = 1, IS_MASKED = 2 };

static unsigned
look_at(rt_str s)
{
    unsigned marks = marks_of(s);
    return (stands_in(s, marks) ? IS_PLACEHOLDER : 0u) | (hides(s, marks) ? IS_MASKED : 0u);
}

bool
route_is_placeholder(rt_str s)
{
    return stands_in(s, marks_of(s));
}

bool
route_is_masked(rt_str s)
{
    return hides(s, marks_of(s));
}

bool
route_is_no_id(rt_str s)
{
    return look_at(s) != 0;
}

static bool
url_byte(char c)
{
    return (unsigned char)c > 0x20 && (unsigned char)c < 0x7f && c != '"' && c != '\'' &&
           c != '`' && c != '|' && c != '\\' && c != ')' && c != ']';
}

bool
route_mentioned(rt_str text)
{
    return rt_str_find(text, RT_LIT("cloud_recording")) != SIZE_MAX;
}

rt_str
route_around(rt_str text, size_t at)
{
    size_t begin = at, end = at, first = at > ROUTE_URL_MOST ? at - ROUTE_URL_MOST : 0;
    while (begin > first && url_byte(text.p[begin - 1]) && text.p[begin - 1] != '(' &&
           text.p[begin - 1] != '[' && text.p[begin - 1] != '=' && text.p[begin - 1] != ',')
        begin--;
    while (end < text.n && url_byte(text.p[end]) && text.p[end] != ',' && text.p[end] != ';')
        end++;
    while (end > at &&
           (text.p[end - 1] == '.' || text.p[end - 1] == '>' || text.p[end - 1] == ':'))
        end--;
    return (rt_str){text.p + begin, end - begin};
}

/* The next segment behind the slash at *at; false at the end. */
static bool
segment(rt_str path, size_t *at, rt_str *out)
{
    static const bool ends[256] = {['/'] = true, ['?'] = true, ['#'] = true, [' '] = true};
    if (*at >= path.n || path.p[*at] != '/')
        return false;
    size_t begin = *at + 1, end = begin;
    while (end < path.n && !ends[(unsigned char)path.p[end]])
        end++;
    *out = (rt_str){path.p + begin, end - begin};
    *at = end;
    return true;
}

static const struct row *
find_row(rt_str name, bool exact)
{
    for (size_t i = 0; i < ROWS; i++)
        if (exact ? rt_str_is(name, rows[i].name)
                  : rt_str_eq_nocase(name, rt_str_of(rows[i].name)))
            return &rows[i];
    return NULL;
}

static void
spoil(struct route *r, const char *defect)
{
    if (r->defect == NULL)
        r->defect = defect;
}

static void
take_host(rt_str url, size_t path, struct route *r)
{
    size_t scheme = rt_str_find(url, RT_LIT("://"));
    if (scheme == SIZE_MAX || scheme + 3 > path)
        return;
    r->host = (rt_str){url.p + scheme + 3, path - scheme - 3};
    const char *port = memchr(r->host.p, ':', r->host.n);
    if (port != NULL)
        r->host.n = (size_t)(port - r->host.p);
}

/* /v1/apps/{app} before the product's segment. */
static void
take_app(rt_str url, size_t product, struct route *r)
{
    size_t end = product, begin = end;
    while (begin > 0 && url.p[begin - 1] != '/')
        begin--;
    rt_str before = {url.p, begin};
    r->app_id = (rt_str){url.p + begin, end - begin};
    if (!rt_str_ends(before, RT_LIT("/apps/"))) {
        r->app_id = RT_NONE;
        spoil(r, "prefix");
        return;
    }
    before.n -= 6;
    bool versioned = rt_str_ends(before, RT_LIT("/v1"));
    if (!versioned)
        spoil(r, "prefix");
    take_host(url, versioned ? before.n - 3 : before.n, r);
}

/* Name/value pairs between the product and the operation. */
static const struct row *
take_segments(rt_str url, size_t at, struct route *r)
{
    const struct row *op = NULL;
    rt_str name, value;
    while (segment(url, &at, &name)) {
        op = find_row(name, true);
        if (op != NULL)
            break;
        bool is_rid = rt_str_eq_nocase(name, RT_LIT("resourceid")),
             is_sid = rt_str_eq_nocase(name, RT_LIT("sid"));
        bool is_mode = rt_str_is(name, "mode");
        if ((is_rid || is_sid || is_mode) && segment(url, &at, &value)) {
            if (is_rid)
                r->rid = value;
            else if (is_sid)
                r->sid = value;
            else
                r->mode = value;
            if (value.n == 0)
                spoil(r, "empty-id");
            if ((is_rid && !rt_str_is(name, "resourceid")) ||
                (is_sid && !rt_str_is(name, "sid")))
                spoil(r, "case");
            continue;
        }
        op = find_row(name, false);
        if (op != NULL) {
            spoil(r, "case");
            break;
        }
        if (name.n > 0)
            spoil(r, "missing-segment");
    }
    if (op != NULL && at < url.n && url.p[at] == '/')
        spoil(r, "trailing-text");
    return op;
}

bool
route_parse(rt_str url, struct route *out)
{
    size_t product = rt_str_find(url, RT_LIT(ROUTE_PRODUCT));
    *out = (struct route){.kind = KIND_ANSWER};
    if (product == SIZE_MAX)
        return false;
    size_t behind = product + strlen(ROUTE_PRODUCT);
    if (behind < url.n && url.p[behind] != '/' && url.p[behind] != '?' && url.p[behind] != ' ')
        return false;
    take_app(url, product, out);
    const struct row *op = take_segments(url, behind, out);
    unsigned ids = look_at(out->app_id) | look_at(out->rid) | look_at(out->sid);
    out->placeholder = (ids & IS_PLACEHOLDER) != 0 || route_is_placeholder(out->mode);
    out->masked = (ids & IS_MASKED) != 0;
    if (op == NULL) {
        spoil(out, "missing-segment");
        return true;
    }
    out->kind = op->kind;
    bool has_rid = op->kind == KIND_ACQUIRE || out->rid.p != NULL;
    if (!has_rid)
        spoil(out, "missing-resourceid");
    if (op->needs_sid && out->sid.p == NULL)
        spoil(out, "missing-sid");
    if (op->kind != KIND_ACQUIRE && out->mode.p == NULL)
        spoil(out, "missing-segment");
    if (out->placeholder)
        spoil(out, "placeholder");
    return true;
}

const char *
route_method(uint8_t kind)
{
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].kind == kind)
            return rows[i].method;
    return NULL;
}

/* What browsers ask beforehand is not held against the caller, nor how a logger spells the word. */
bool
route_method_wrong(uint8_t kind, rt_str method)
{
    const char *right = route_method(kind);
    return right != NULL && method.n > 0 && !rt_str_eq_nocase(method, rt_str_of(right)) &&
           !rt_str_is(method, "OPTIONS") && !rt_str_is(method, "HEAD");
}
