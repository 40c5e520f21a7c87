#!/bin/sh
# The rules prove themselves: lint, tests, mutations.
set -eu
"$RECTRACE" rules lint
"$RECTRACE" rules test >rules-test.out || { grep -A1 '^not ok' rules-test.out; exit 1; }
tail -n 1 rules-test.out
rm -f rules-test.out
