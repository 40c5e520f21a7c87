#include "config.h"

#include "receive/microhttpd.h"

#ifdef MICROHTTPD_SONAME

#    include "base/library.h"

struct mhd mhd;

int
mhd_open(struct rt_err *err)
{
    static const struct library_function functions[] = {
#    define FUNCTION(f) {"MHD_" #    f, &mhd.f},
#    include "receive/microhttpd.def"
#    undef FUNCTION
    };
    static struct library l = LIBRARY(MICROHTTPD_SONAME, functions);
    return library_open(&l, err);
}

#else

struct mhd mhd = {
#    define FUNCTION(f) .f = MHD_##f,
#    include "receive/microhttpd.def"
#    undef FUNCTION
};

int
mhd_open(struct rt_err *err)
{
    (void)err;
    return 0;
}

#endif
