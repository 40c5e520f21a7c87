#!/bin/sh
exec python3 "${srcdir:-.}/tests/simulate/simulate.py"
