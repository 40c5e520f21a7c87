#!/bin/sh
# All golden cases.
exec sh "$SRCDIR/tests/cases/run.sh" "$RECTRACE" "$SRCDIR"/tests/cases/*/
