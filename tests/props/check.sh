#!/bin/sh
# Properties of the whole program; skipped (77) where the validator of JSON Schema is missing.
python3 -c 'import jsonschema' 2>/dev/null || { echo "python3-jsonschema is missing"; exit 77; }
exec python3 "$SRCDIR/tests/props/props.py" "$RECTRACE" "$SRCDIR"
