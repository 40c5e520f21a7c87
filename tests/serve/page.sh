#!/bin/sh
# The page of the receiver; in a browser too, where there is one.
for b in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$b" ] && command -v "$b" >/dev/null 2>&1 && exec python3 "${srcdir:-.}/tests/serve/page.py" "$b"
done
exec python3 "${srcdir:-.}/tests/serve/page.py"
