#!/bin/sh
# What is wrong with files costs what it must, and says so.
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
exec python3 "$SRCDIR/tests/faults/reading.py" "$RECTRACE" "$FAULTY" "$SRCDIR"
