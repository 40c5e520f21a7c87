/*
 * isal_off.c - the program with zlib alone, as configure --without-isal would build it.
 */
#include "config.h"

#include "ingest/inflate.h"

extern const struct inflate_backend inflate_zlib;
const struct inflate_backend *const inflate_backends[] = {&inflate_zlib, NULL};
