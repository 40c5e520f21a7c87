#!/bin/sh
# Every allocation of a small run fails once, with two logs.
set -eu
for log in start-too-late.log start-repeated.log; do
    "$(dirname "$RECTRACE")/tests/faults/alloc" "$SRCDIR/tests/faults/small.yaml" "$SRCDIR/samples/$log"
done
