#!/bin/sh
# failed.sh DIR [LINES] - each test below DIR that did not pass, and the end of what it printed.
# The short account comes last: what stores only the end of a log still holds the names.
set -eu
dir=$1
lines=${2:-15}
names=$(find "$dir" -name '*.trs' -exec grep -l -E '^:test-result: (FAIL|ERROR|XPASS)' {} + 2>/dev/null | sort) || names=
for trs in $names; do
    log=${trs%.trs}.log
    printf '\n---- %s, its last lines\n' "${log#"$dir"/}"
    grep -v '^ok' "$log" | tail -n "$lines"
done
for trs in $names; do
    log=${trs%.trs}
    printf 'failed: %s\n' "${log#"$dir"/}"
done
