#!/bin/sh
# All golden cases, or those that CASES names.
set --
for case in "$SRCDIR"/tests/cases/*/; do
    name=$(basename "$case")
    case " ${CASES:-$name} " in
    *" $name "*) set -- "$@" "$case" ;;
    esac
done
exec sh "$SRCDIR/tests/cases/run.sh" "$RECTRACE" "$@"
