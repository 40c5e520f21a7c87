#!/bin/sh
# JSON lines of several inputs at a time say what those of one after the other say. `make check-threads` runs it under the thread
# sanitizer: sessions are written while other threads read.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for n in 1 2 3 4 5 6; do
    "$RECTRACE" simulate mix --sessions 150 --seed $n -o "$work/$n"
done
for threads in 1 4; do
    "$RECTRACE" analyze -j $threads --format jsonl "$work"/*/api.log "$work"/*/hooks.jsonl >"$work/all" 2>"$work/err" ||
        { head -n 40 "$work/err"; exit 1; }
    grep -v '"seconds"' "$work/all" | sort >"$work/j$threads"
done
test -s "$work/j1"
cmp "$work/j1" "$work/j4"
