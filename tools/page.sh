#!/bin/sh
# page.sh SRCDIR STYLE SCRIPT... LIVE - writes C to standard output: the style, the scripts of a report one behind the
# other, and the same with that of a live page behind them, as byte arrays.
set -eu
cd "$1"
style=$2
shift 2
array() {
    printf '\nstatic const unsigned char %s[] = {\n' "$1"
    od -An -v -tu1 | sed 's/^ *//; s/  */,/g; s/$/,/'
    printf '};\nconst rt_str page_%s = {(const char *)%s, sizeof(%s)};\n' "$1" "$1" "$1"
}
scripts=
for live in "$@"; do
    scripts="$scripts $live"
done
scripts=${scripts% *}
printf '/* Made from page/ by tools/page.sh; do not edit. */\n#include "config.h"\n\n#include "report/page.h"\n'
array style <"$style"
# shellcheck disable=SC2086
cat $scripts | array script
cat "$@" | array live
