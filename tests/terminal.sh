#!/bin/sh
# What only a terminal shows: colour, its width, the progress line.
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }
exec python3 "$SRCDIR/tests/terminal.py" "$RECTRACE" "$SAMPLES"
