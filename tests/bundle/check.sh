#!/bin/sh
exec python3 "${srcdir:-.}/tests/bundle/bundle.py" "${srcdir:-.}"
