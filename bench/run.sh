#!/bin/sh
# run.sh - the ratios of the README, side by side in one run: sh run.sh RECTRACE TOOLS-DIR
#
# BENCH_MIB: text a kind (default 256); BENCH_RUNS: pairs a row (default 5); BENCH_DIR: where the
# generated logs are kept (default: a temporary folder, removed at the end).
set -eu
rectrace=$1
tools=$2
mib=${BENCH_MIB:-256}
runs=${BENCH_RUNS:-5}
dir=${BENCH_DIR:-}
if [ -z "$dir" ]; then
    dir=$(mktemp -d)
    trap 'rm -rf "$dir"' EXIT INT TERM
fi
mkdir -p "$dir"

make_log() { # name, kind, MiB
    [ -s "$dir/$1" ] || "$tools/gen" "$2" "$3" 1 | gzip -6 >"$dir/$1"
}

row() { # title, first ratio, goal, command A, command B
    result=$("$tools/measure" "$runs" "$4" "$5" 2>&1) || { printf '%-58s could not be measured: %s\n' "$1" "$result"; return 0; }
    set -- "$1" "$2" "$3" $result
    printf '%-58s %6s  (%s-%s)   first %-5s goal %-5s peak %s MiB\n' "$1" "$4" "$5" "$6" "$2" "$3" "$(($7 / 1024))"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

echo "bench: $mib MiB of text a kind, gzip -6, $runs pairs a row, $(nproc 2>/dev/null || echo '?') cores; median ratio of wall times"
make_log dense.gz dense "$mib"
make_log sparse.gz sparse "$mib"
make_log access.gz access "$mib"
make_log dense10.gz dense "$((mib * 10 / 16))"
make_log dense1.gz dense "$((mib / 16))"
if [ ! -d "$dir/parts" ]; then
    mkdir "$dir/parts"
    for p in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        "$tools/gen" dense "$((mib / 16))" "$((p + 2))" | gzip -6 >"$dir/parts/api-$p.log.gz"
    done
fi
[ -s "$dir/hostile" ] || "$tools/gen" hostile 58 1 >"$dir/hostile"
[ -s "$dir/plain" ] || "$tools/gen" plain 58 1 >"$dir/plain"

all="exec '$rectrace' analyze --progress never -j 2"
inflate=
if have igzip; then inflate=igzip; fi
for kind in dense sparse access; do
    case $kind in
    dense) first=1.50 goal=1.10 ;;
    sparse) first=1.30 goal=1.08 ;;
    *) first=1.60 goal=1.15 ;;
    esac
    if [ -n "$inflate" ]; then
        row "$kind, one file, over igzip -dc" $first $goal "$all '$dir/$kind.gz' >/dev/null 2>&1" \
            "exec igzip -dc '$dir/$kind.gz' >/dev/null"
    fi
done
if [ -n "$inflate" ]; then
    row "dense, 16 files, over two igzip -dc at once" 1.70 1.15 "$all '$dir/parts' >/dev/null 2>&1" \
        "ls '$dir'/parts/*.gz | xargs -n 1 -P 2 igzip -dc >/dev/null"
fi
row "dense, one file, over gzip -dc" - - "$all '$dir/dense.gz' >/dev/null 2>&1" "exec gzip -dc '$dir/dense.gz' >/dev/null"
if have rg; then
    row "dense, one file, over rg -z -c" - - "$all '$dir/dense.gz' >/dev/null 2>&1" \
        "exec rg -z -c cloud_recording '$dir/dense.gz' >/dev/null"
    row "sparse, one file, over rg -z -c" - - "$all '$dir/sparse.gz' >/dev/null 2>&1" \
        "exec rg -z -c cloud_recording '$dir/sparse.gz' >/dev/null"
fi
row "all rules over none (dense)" 1.10 1.05 "$all '$dir/dense.gz' >/dev/null 2>&1" \
    "$all --no-rules '$dir/dense.gz' >/dev/null 2>&1"
row "2 threads over 1, 16 files (time)" 0.59 0.51 "$all '$dir/parts' >/dev/null 2>&1" \
    "exec '$rectrace' analyze --progress never -j 1 '$dir/parts' >/dev/null 2>&1"
row "10 times the data (time, jsonl)" 10.5 10.1 "$all --format jsonl '$dir/dense10.gz' >/dev/null 2>&1" \
    "$all --format jsonl '$dir/dense1.gz' >/dev/null 2>&1"
row "hostile text over plain text" 3.00 1.50 "$all '$dir/hostile' >/dev/null 2>&1" "$all '$dir/plain' >/dev/null 2>&1"

peak() { # file
    "$tools/measure" 1 "$all --format jsonl '$1' >/dev/null 2>&1" true | cut -d' ' -f4
}
small=$(peak "$dir/dense1.gz")
large=$(peak "$dir/dense10.gz")
whole=$(peak "$dir/dense.gz")
printf '%-58s %6s  first 1.1   goal 1.02\n' "peak memory at 10 times the data (jsonl)" \
    "$(awk "BEGIN { printf \"%.2f\", $large / $small }")"
printf '%-58s %6s MiB  first 64    goal 24\n' "peak memory, dense $mib MiB (jsonl)" "$((whole / 1024))"
