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

for option in $(sed -n 's/^OPTION([^"]*"\([^"]*\)".*/\1/p' "$top/src/main/options.def"); do
    grep -q -- "Fl \\\\-$option\\b" "$page" || miss "no --$option"
done
for limit in $(sed -n 's/^LIMIT(\([a-z_0-9]*\), \([0-9]*\),.*/\1=\2/p' "$top/src/base/limits.def"); do
    grep -q "^\.It Sy ${limit%=*} No : ${limit#*=} " "$page" || miss "no limit ${limit%=*} of ${limit#*=}"
done
if command -v mandoc >/dev/null 2>&1; then
    mandoc -Tlint -W warning "$top"/man/*.[0-9] || status=1
fi
exit $status
