#!/bin/sh
# The manual pages name every option and every limit with its value.
set -eu
top=${srcdir:-.}
page=$top/man/rectrace.1
status=0

miss() {
    echo "man: $1"
    status=1
}

# Options of the service stand in its own page.
for row in $(sed -n 's/^OPTION([A-Z_0-9]*, \([A-Z]*\),[^"]*"\([^"]*\)".*/\1:\2/p' "$top/src/main/options.def"); do
    option=${row#*:}
    case $row in
    SERVE:* | STORE:* | SECRET:* | HEADER:*) where=$top/man/rectrace-serve.8 ;;
    *) where=$page ;;
    esac
    grep -q -- "Fl \\\\-$option\\b" "$where" || miss "no --$option in $(basename "$where")"
done
for limit in $(sed -n 's/^LIMIT(\([a-z_0-9]*\), \([0-9]*\),.*/\1=\2/p' "$top/src/base/limits.def"); do
    grep -q "^\.It Sy ${limit%=*} No : ${limit#*=} " "$page" || miss "no limit ${limit%=*} of ${limit#*=}"
done
# A page a command, made by the program; each option of --help stands in it, and no other.
for name in $(sed -n 's/^    \.name = "\([a-z]*\)",$/\1/p' "$top"/src/main/cmd_*.c); do
    [ "$name" != serve ] || continue # rectrace-serve.8 is written by hand
    page=$top/man/rectrace-$name.1
    [ -f "$page" ] || { miss "no page of the command $name (make golden)"; continue; }
    "$RECTRACE" help --format mdoc "$name" | cmp -s - "$page" || miss "$page is not what the program says (make golden)"
    told=$("$RECTRACE" "$name" --help | sed -n 's/^  \(-.,\|   \) --\([a-z0-9-]*\).*/\2/p' | sort)
    listed=$(sed -n 's/^\.It \(Fl . , \)*Fl \\-\([a-z0-9-]*\).*/\2/p' "$page" | sort)
    [ -n "$told" ] && [ "$told" = "$listed" ] || miss "options of $name --help and of its page differ"
    grep -q "^\.Xr rectrace-$name 1" "$top/man/rectrace.1" || miss "SEE ALSO of rectrace.1 lacks rectrace-$name"
done
told=$("$RECTRACE" serve --help | sed -n 's/^  \(-.,\|   \) --\([a-z0-9-]*\).*/\2/p')
for option in $told; do
    case $option in verbose | help | version | rules) continue ;; esac # told by rectrace.1
    grep -q -- "Fl \\\\-$option\b" "$top/man/rectrace-serve.8" || miss "no --$option in rectrace-serve.8"
done
if command -v mandoc >/dev/null 2>&1; then
    mandoc -Tlint -W warning "$top"/man/*.[0-9] || status=1
fi
exit $status
