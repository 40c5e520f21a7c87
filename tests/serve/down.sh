#!/bin/sh
exec python3 "${srcdir:-.}/tests/serve/down.py" "$@"
