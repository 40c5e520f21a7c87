/* The scanner over any bytes: members are slices of the text, and strings unescape within bounds. */
#include "config.h"

#include <stdlib.h>

#include "extract/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
walk(rt_str text, rt_str whole, unsigned depth)
{
    rt_str key;
    struct scan_value v;
    size_t at = 0;
    while (depth < 8 && text.n > 0 && scan_member(text, &at, 64, &key, &v) == 1) {
        if (v.text.p < whole.p || v.text.p + v.text.n > whole.p + whole.n)
            abort();
        if (v.type == SCAN_STRING) {
            struct rt_buf b;
            rt_buf_init(&b, 1 << 20);
            if (scan_unescape(v.text, &b) == 0 && b.n > v.text.n + v.text.n / 2)
                abort();
            rt_buf_fini(&b);
        }
        if (v.type == SCAN_OBJECT || v.type == SCAN_ARRAY)
            walk(v.text, whole, depth + 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    rt_str text = {(const char *)data, size};
    struct scan_value v;
    size_t at = 0;
    if (scan_value(text, &at, 64, &v) && at > size)
        abort();
    walk(text, text, 0);
    return 0;
}
