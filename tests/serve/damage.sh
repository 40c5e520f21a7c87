#!/bin/sh
exec python3 "${srcdir:-.}/tests/serve/damage.py" "$@"
