#!/bin/sh
exec python3 "${srcdir:-.}/tests/serve/scarce.py" "$@"
