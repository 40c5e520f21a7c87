#include "config.h"

#include "ingest/marks.h"

static const struct mark marks[] = {
    {{"\xff\xfe\0\0", 4}, MARK_ENCODED, "is UTF-32, which is not read; convert it first: iconv -f UTF-32 -t UTF-8"},
    {{"\xff\xfe", 2}, MARK_ENCODED, "is UTF-16, which is not read; convert it first: iconv -f UTF-16 -t UTF-8"},
    {{"\xfe\xff", 2}, MARK_ENCODED, "is UTF-16, which is not read; convert it first: iconv -f UTF-16 -t UTF-8"},
    {{"\x1f\x8b", 2}, MARK_GZIP, "is gzip within gzip; unpack it first: gzip -dc"},
    {{"\xfd" "7zXZ", 5}, MARK_PACKED, "is packed with xz, and no file of its own; unpack it first: xz -dc"},
    {{"\x28\xb5\x2f\xfd", 4}, MARK_PACKED, "is packed with zstd, and no file of its own; unpack it first: zstd -dc"},
    {{"\x04\x22\x4d\x18", 4}, MARK_PACKED, "is packed with lz4, and no file of its own; unpack it first: lz4 -dc"},
    {{"BZh", 3}, MARK_PACKED, "is packed with bzip2, and no file of its own; unpack it first: bzip2 -dc"},
    {{"\x1f\x9d", 2}, MARK_PACKED, "is packed with compress, and no file of its own; unpack it first: gzip -dc"},
    {{"PK\3\4", 4}, MARK_FILES, "is a zip archive, and no file of its own; save it first"},
    {{"7z\xbc\xaf\x27\x1c", 6}, MARK_FILES, "is a 7z archive, and no file of its own; save it first"},
};

const struct mark *
mark_of(rt_str head)
{
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (rt_str_starts(head, marks[i].first))
            return &marks[i];
    return NULL;
}
