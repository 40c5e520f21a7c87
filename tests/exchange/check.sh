#!/bin/sh
# check.sh [install] - the exchange formats against validators of others: SARIF by the reference tool with its schema and rules,
# OTLP by the protocol's definitions. They come from the npm registry, so this is no part of `make check` unless they are there.
set -eu
here=$(cd "${SRCDIR:-.}/tests/exchange" && pwd)
rectrace=$(cd "$(dirname "${RECTRACE:-./rectrace}")" && pwd)/$(basename "${RECTRACE:-rectrace}")
work=${TMPDIR:-/tmp}/rectrace-exchange.$$
modules=$(pwd)/tests/exchange/modules
if [ "${1:-}" = install ]; then
    command -v npm >/dev/null 2>&1 || { echo "no npm: the validators cannot be had"; exit 77; }
    mkdir -p "$modules"
    cp "$here/package.json" "$here/package-lock.json" "$modules/"
    (cd "$modules" && npm ci --no-audit --no-fund --ignore-scripts --silent) || { echo "the validators cannot be had"; exit 77; }
fi
[ -d "$modules/node_modules" ] || { echo "make check-exchange fetches the validators of SARIF and OTLP"; exit 77; }
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"
samples=$(cd "${SRCDIR:-.}/samples" && pwd)
"$rectrace" analyze --format sarif -o "$work/absolute.sarif" "$samples" 2>/dev/null
(cd "$samples/.." && "$rectrace" analyze --format sarif -o "$work/relative.sarif" samples 2>/dev/null)
"$rectrace" analyze --format otlp -o "$work/x.json" "$samples" 2>/dev/null
tool=$modules/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
chmod +x "$tool"
for f in absolute relative; do
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$tool" validate "$work/$f.sarif" --output "$work/v.json" --log ForceOverwrite >"$work/told" 2>&1 || true
    grep -q 'Analysis completed successfully' "$work/told" || { cat "$work/told"; echo "not ok - sarif: the validator failed"; exit 1; }
    if grep -E ': (error|fail) ' "$work/told"; then
        echo "not ok - sarif, $f paths"
        exit 1
    fi
    echo "ok - sarif, $f paths: no error of schema or rules"
done
NODE_PATH="$modules/node_modules" node "$here/otlp.js" "$work/x.json"
printf '{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"%032d","spanId":"%016d","nmae":"x"}]}]}]}' 1 1 >"$work/bad.json"
if NODE_PATH="$modules/node_modules" node "$here/otlp.js" "$work/bad.json" >/dev/null 2>&1; then
    echo "not ok - otlp: a wrong member passes"
    exit 1
fi
echo "ok - otlp: a wrong member would be seen"
