#!/bin/sh
# The manual page names every option and every limit with its value.
set -eu
top=${srcdir:-.}
page=$top/man/rectrace.1
status=0

miss() {
    echo "man/rectrace.1: $1"
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
if command -v mandoc >/dev/null 2>&1; then
    mandoc -Tlint -W warning "$top"/man/*.[0-9] || status=1
fi
exit $status
