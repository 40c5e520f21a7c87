/*
 * braces.c - objects in prose: JSON, cut or whole, what languages print instead, bytes as numbers.
 */
#include "config.h"

#include <string.h>

#include "extract/document.h"

enum { LOOK_AHEAD = 80 };

/* The object that begins at `at`: its end, with surplus or missing braces forgiven. 0: none. */
static size_t
object_end(rt_str text, size_t at, bool *cut)
{
    int depth = 0;
    bool in_string = false;
    *cut = false;
    for (size_t i = at; i < text.n; i++) {
        char c = text.p[i];
        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            depth++;
        } else if ((c == '}' || c == ']') && --depth == 0) {
            return i + 1;
        }
    }
    *cut = true;
    return text.n;
}

/* "key"=>: Ruby, Perl and PHP quote keys, too. */
static bool
is_arrow_key(rt_str text, size_t at)
{
    size_t i = at + 1, most = at + LOOK_AHEAD;
    while (i < text.n && i < most && text.p[i] != '"' && text.p[i] != '\n')
        i++;
    i++;
    rt_str after = rt_str_from(text, i < text.n ? i : text.n);
    if (rt_str_starts(after, RT_LIT("]=>")) ||
        rt_str_starts(after, RT_LIT(":protected]"))) /* PHP's var_dump */
        return true;
    while (i < text.n && text.p[i] == ' ')
        i++;
    return rt_str_starts(rt_str_from(text, i < text.n ? i : text.n), RT_LIT("=>"));
}

/* JSON begins with a quoted key; what does not is read as languages print it. */
static bool
looks_json(rt_str text, size_t at)
{
    size_t i = at + 1, most = at + LOOK_AHEAD;
    while (i < text.n && i < most && strchr(" \t\r\n{[", text.p[i]) != NULL)
        i++;
    return text.p[at] == '{' && i < text.n &&
           (text.p[i] == '"' ? !is_arrow_key(text, i) : text.p[i] == '}' || text.p[i] == '\\');
}

/* What was cut off, put back: the quote, and the brackets from inside to outside. */
static rt_str
closed(struct extract *x, struct document *d, rt_str object)
{
    char stack[64];
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < object.n; i++) {
        char c = object.p[i];
        if (in_string && c == '\\')
            i++;
        else if (c == '"')
            in_string = !in_string;
        else if (!in_string && (c == '{' || c == '[') && depth < sizeof(stack))
            stack[depth++] = c == '{' ? '}' : ']';
        else if (!in_string && (c == '}' || c == ']') && depth > 0)
            depth--;
    }
    object = rt_str_trim(object);
    while (!in_string && object.n > 0 && object.p[object.n - 1] == ',')
        object.n--;
    rt_buf_clear(&d->json);
    rt_buf_add(&d->json, object);
    if (in_string)
        rt_buf_addc(&d->json, '"');
    if (object.n > 0 && object.p[object.n - 1] == ':')
        rt_buf_add(&d->json, RT_LIT("null"));
    while (depth > 0)
        rt_buf_addc(&d->json, stack[--depth]);
    return work_keep_whole(x, rt_buf_str(&d->json));
}

/* "[123 34 99 ...": the bytes of a body, as Go prints them. */
int
braces_bytes(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
             struct rt_err *err)
{
    size_t i = at + 1;
    rt_buf_clear(&d->json);
    while (i < text.n && text.p[i] != ']') {
        unsigned n = 0;
        size_t begin = i;
        while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9' && i - begin < 4)
            n = n * 10 + (unsigned)(text.p[i++] - '0');
        if (i == begin || n > 255)
            return 0;
        rt_buf_addc(&d->json, (char)n);
        i += i < text.n && text.p[i] == ' ';
    }
    rt_str bytes = rt_buf_str(&d->json);
    if (bytes.n < 8 || bytes.p[0] != '{')
        return 0;
    *end = i;
    rt_str object = work_keep_whole(x, bytes);
    return prose_could_matter(x, object) ? answer_object(x, d, object, err) : 0;
}

/* A string of JSON inside of text: {\"code\":2,...}, up to the quote that ends it. */
static bool
unescape(struct document *d, rt_str text, size_t at, size_t *end)
{
    size_t i = at + 1;
    while (i < text.n && text.p[i] == ' ')
        i++;
    if (i + 1 >= text.n || text.p[i] != '\\' || text.p[i + 1] != '"')
        return false;
    rt_buf_clear(&d->json);
    for (i = at; i < text.n && text.p[i] != '"' && text.p[i] != '\n'; i++) {
        char c = text.p[i];
        if (c == '\\' && i + 1 < text.n) {
            c = text.p[++i];
            c = c == 'n' || c == 't' || c == 'r' ? ' ' : c;
        }
        rt_buf_addc(&d->json, c);
    }
    *end = i;
    return true;
}

int
braces_object(struct extract *x, struct document *d, rt_str text, size_t at, size_t *end,
              struct rt_err *err)
{
    bool cut = false;
    if (unescape(d, text, at, end)) {
        rt_str inner = work_keep_whole(x, rt_buf_str(&d->json));
        inner.n = object_end(inner, 0, &cut);
        x->mended = cut;
        int got =
            inner.n > 0 && prose_could_matter(x, inner) ? answer_object(x, d, inner, err) : 0;
        x->mended = false;
        return got;
    }
    if (!looks_json(text, at)) {
        rt_buf_clear(&d->json);
        size_t after = lenient_object(text, at, &d->json, &d->past);
        if (after == 0)
            return 0;
        *end = after;
        rt_str json = work_keep_whole(x, rt_buf_str(&d->json));
        x->rewritten = true;
        int found = prose_could_matter(x, json) ? answer_object(x, d, json, err) : 0;
        x->rewritten = false;
        return found;
    }
    *end = object_end(text, at, &cut);
    rt_str object = {text.p + at, *end - at};
    /* In a log that is one object a line, the damage is the input's. */
    if (cut && x->format == NULL)
        object = closed(x, d, object);
    x->mended = cut;
    int found = prose_could_matter(x, object) ? answer_object(x, d, object, err) : 0;
    x->mended = false;
    return found;
}
