#!/bin/sh
# page.sh SRCDIR STYLE LIVE-STYLE SCRIPT... LIVE - writes C to standard output: the styles, the scripts of a report one
# behind the other, and the same with that of a live page behind them, as byte arrays.
set -eu
cd "$1"
style=$2
live_style=$3
shift 3
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
array live_style <"$live_style"
# shellcheck disable=SC2086
cat $scripts | array script
cat "$@" | array live
