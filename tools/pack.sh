#!/bin/sh
# pack.sh SRCDIR FILE... - writes C to standard output: the named files as byte arrays, in the given order.
# The literals are bytes, so that no compiler limit on strings and no character of a rule matters.
set -eu
srcdir=$1
shift
printf '/* Made from rules/ by tools/pack.sh; do not edit. */\n#include "config.h"\n\n#include "rules/pack.h"\n'
n=0
for f in "$@"; do
    printf '\nstatic const unsigned char file_%d[] = {\n' "$n"
    od -An -v -tu1 "$srcdir/$f" | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '};\n'
    n=$((n + 1))
done
printf '\n#define FILE_TEXT(array) {(const char *)(array), sizeof(array)}\nconst struct pack_file pack_files[] = {\n'
n=0
for f in "$@"; do
    printf '    {"%s", FILE_TEXT(file_%d)},\n' "$f" "$n"
    n=$((n + 1))
done
printf '    {NULL, {NULL, 0}},\n};\n'
