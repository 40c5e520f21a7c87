#!/bin/sh
# page.sh STYLE SCRIPT - writes C to standard output: the two files as byte arrays.
set -eu
printf '/* Made from page/ by tools/page.sh; do not edit. */\n#include "config.h"\n\n#include "report/page.h"\n'
for f in style script; do
    printf '\nstatic const unsigned char %s[] = {\n' "$f"
    od -An -v -tu1 "$1" | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '};\nconst rt_str page_%s = {(const char *)%s, sizeof(%s)};\n' "$f" "$f" "$f"
    shift
done
