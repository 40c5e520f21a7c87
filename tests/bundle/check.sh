#!/bin/sh
set -e
python3 "${srcdir:-.}/tests/bundle/bundle.py" "${srcdir:-.}"
python3 "${srcdir:-.}/tests/bundle/attack.py" "${srcdir:-.}"
