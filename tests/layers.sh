#!/bin/sh
# Prints which folder of src/ includes which, and fails where an include points down the list.
set -eu
top=${srcdir:-.}
order="base event ingest rules simulate extract session detect report store pipeline live receive main"
status=0

rank() {
    n=0
    for folder in $order; do
        [ "$folder" = "$1" ] && break
        n=$((n + 1))
    done
    echo $n
}

for from in $order; do
    uses=$(cat "$top/src/$from"/*.[ch] | sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' | sort -u | grep -vx "$from" || true)
    printf '%-9s' "$from"
    for to in $uses; do
        printf ' %s' "$to"
        if [ "$(rank "$to")" -ge "$(rank "$from")" ]; then
            printf ' (points down)'
            status=1
        fi
    done
    printf '\n'
done
for folder in "$top"/src/*/; do
    folder=$(basename "$folder")
    case " $order " in
    *" $folder "*) ;;
    *) echo "$folder is not in the list"; status=1 ;;
    esac
done
exit $status
