#!/bin/sh
exec python3 "${srcdir:-.}/tests/serve/steady.py" "$@"
