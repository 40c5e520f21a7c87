#!/bin/sh
# Every fuzz target over its corpus; where a run is a whole report, with fewer mutations.
set -eu
for target in line json rules match gzip token body archive scrub report; do
    printf '%s: ' $target
    rounds=100
    [ $target != report ] || rounds=20
    FUZZ_ROUNDS=${FUZZ_ROUNDS:-$rounds} "$(dirname "$RECTRACE")/tests/fuzz/fuzz_$target" "$SRCDIR/tests/fuzz/corpus/$target"
done
