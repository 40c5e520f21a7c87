#!/bin/sh
# page.sh STYLE SCRIPT LIVE - writes C to standard output: the files as byte arrays. The script of a live page is
# that of the report with its own behind it.
set -eu
array() {
    printf '\nstatic const unsigned char %s[] = {\n' "$1"
    od -An -v -tu1 | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '};\nconst rt_str page_%s = {(const char *)%s, sizeof(%s)};\n' "$1" "$1" "$1"
}
printf '/* Made from page/ by tools/page.sh; do not edit. */\n#include "config.h"\n\n#include "report/page.h"\n'
array style <"$1"
array script <"$2"
cat "$2" "$3" | array live
