#include "config.h"

#include "ingest/marks.h"

/* clang-format off */
static const struct mark marks[] = {
    {{"\xff\xfe\0\0", 4}, MARK_ENCODED, "is UTF-32, which is not read; convert it first: iconv -f UTF-32 -t UTF-8"},
    {{"\xff\xfe", 2}, MARK_ENCODED, "is UTF-16, which is not read; convert it first: iconv -f UTF-16 -t UTF-8"},
    {{"\xfe\xff", 2}, MARK_ENCODED, "is UTF-16, which is not read; convert it first: iconv -f UTF-16 -t UTF-8"},
    {{"\x1f\x8b", 2}, MARK_GZIP, "holds gzip data within gzip data; unpack it first: gzip -dc"},
    {{"\xfd" "7zXZ", 5}, MARK_PACKED, "holds xz data, which can be unpacked only from a file; unpack it first: xz -dc"},
    {{"\x28\xb5\x2f\xfd", 4}, MARK_PACKED, "holds zstd data, which can be unpacked only from a file; unpack it first: zstd -dc"},
    {{"\x04\x22\x4d\x18", 4}, MARK_PACKED, "holds lz4 data, which can be unpacked only from a file; unpack it first: lz4 -dc"},
    {{"BZh", 3}, MARK_PACKED, "holds bzip2 data, which can be unpacked only from a file; unpack it first: bzip2 -dc"},
    {{"\x1f\x9d", 2}, MARK_PACKED, "holds compress data, which can be unpacked only from a file; unpack it first: gzip -dc"},
    {{"PK\3\4", 4}, MARK_FILES, "holds a zip archive, which can be opened only from a file; save it first"},
    {{"7z\xbc\xaf\x27\x1c", 6}, MARK_FILES, "holds a 7z archive, which can be opened only from a file; save it first"},
};
/* clang-format on */

const struct mark *
mark_of(rt_str head)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (rt_str_starts(head, marks[i].first))
            return &marks[i];
    return NULL;
}
