#!/bin/sh
# Every fuzz target over its corpus.
set -eu
for target in line json rules match gzip token body archive scrub report; do
    printf '%s: ' $target
    "$(dirname "$RECTRACE")/tests/fuzz/fuzz_$target" "$SRCDIR/tests/fuzz/corpus/$target"
done
