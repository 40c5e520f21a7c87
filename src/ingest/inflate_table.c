#include "config.h"

#include "ingest/inflate.h"

extern const struct inflate_backend inflate_zlib, inflate_isal;

const struct inflate_backend *const inflate_backends[] = {
#ifdef HAVE_ISAL
    &inflate_isal,
#endif
    &inflate_zlib,
    NULL,
};
