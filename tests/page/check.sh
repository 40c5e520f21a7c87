#!/bin/sh
# The page in a browser; skipped (77) where there is none. CHROMIUM names one.
for b in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$b" ] && command -v "$b" >/dev/null 2>&1 || continue
    exec python3 "$SRCDIR/tests/page/page.py" "$RECTRACE" "$SRCDIR" "$b"
done
echo "no chromium: the page was not tried in a browser"
exit 77
