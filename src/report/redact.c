#include "config.h"

#include "report/redact.h"

#include "base/alloc.h"

enum { TOKEN_LEAST = 60 };

static bool
base64(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

static size_t
run_of(rt_str s, size_t i)
{
    size_t n = 0;
    while (i + n < s.n && base64(s.p[i + n]))
        n++;
    return n;
}

size_t
redact_credential(rt_str s, size_t i, size_t *skip)
{
    static const char *const words[] = {"Basic ", "basic ", "Bearer ", "agora token="};
    rt_str rest = rt_str_from(s, i);
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
        if (rt_str_starts(rest, rt_str_of(words[k])) && run_of(s, i + strlen(words[k])) >= 8) {
            *skip = strlen(words[k]);
            return run_of(s, i + *skip);
        }
    *skip = 0;
    bool token = rest.n > TOKEN_LEAST && rest.p[0] == '0' && rest.p[1] == '0' &&
                 (rest.p[2] == '6' || rest.p[2] == '7') && (i == 0 || !base64(s.p[i - 1]));
    size_t n = token ? run_of(s, i) : 0;
    return n > TOKEN_LEAST ? n : 0;
}

bool
redact_finds(rt_str s)
{
    size_t skip = 0;
    for (size_t i = 0; i < s.n; i++)
        if (redact_credential(s, i, &skip) > 0)
            return true;
    return false;
}

rt_str
redact_text(rt_str s, struct rt_buf *b)
{
    if (s.n < 12 || !redact_finds(s))
        return s;
    rt_buf_clear(b);
    for (size_t i = 0; i < s.n;) {
        size_t skip = 0, n = redact_credential(s, i, &skip);
        if (n == 0) {
            rt_buf_addc(b, s.p[i++]);
            continue;
        }
        rt_buf_add(b, (rt_str){s.p + i, skip});
        rt_buf_add(b, RT_LIT("[redacted]"));
        i += skip + n;
    }
    return b->failed ? RT_LIT("[redacted]") : rt_buf_str(b);
}

void
redact_write(struct out *o, rt_str s, void (*write)(struct out *, rt_str))
{
    struct rt_buf b;
    rt_str clean;
    if (out_filter(o, s, &clean)) {
        write(o, clean);
        return;
    }
    rt_buf_init(&b, s.n * 2 + 1024);
    write(o, redact_text(s, &b));
    rt_buf_fini(&b);
}
