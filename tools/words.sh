#!/bin/sh
# words.sh FILE... - writes C to standard output: the words of these files, six bytes and more, a line each, sorted.
set -eu
export LC_ALL=C
printf '/* Made by tools/words.sh; do not edit. */\n#include "config.h"\n\n#include "report/own_words.h"\n\nstatic const unsigned char words[] = {\n'
{
    echo
    cat "$@" | tr -cs 'A-Za-z_-' '\n' | awk 'length($0) >= 6 && length($0) <= 40 && /^[A-Za-z]/' | sort -u
} | od -An -v -tu1 | sed 's/^ *//; s/  */,/g; s/$/,/'
printf '};\nconst rt_str own_words = {(const char *)words, sizeof(words)};\n'
