#include "config.h"

#include "ingest/libarchive.h"

#ifdef ARCHIVE_SONAME

#    include "base/library.h"

struct libarchive libarchive;

int
libarchive_open(struct rt_err *err)
{
    static const struct library_function functions[] = {
#    define FUNCTION(f) {"archive_" #    f, &libarchive.f},
#    include "ingest/libarchive.def"
#    undef FUNCTION
    };
    static struct library l = LIBRARY(ARCHIVE_SONAME, functions);
    return library_open(&l, err);
}

#else

struct libarchive libarchive = {
#    define FUNCTION(f) .f = archive_##f,
#    include "ingest/libarchive.def"
#    undef FUNCTION
};

int
libarchive_open(struct rt_err *err)
{
    (void)err;
    return 0;
}

#endif
