#!/bin/sh
# run.sh - what rectrace costs beside other tools, side by side in one run: sh run.sh RECTRACE TOOLS-DIR
#
# BENCH_MIB: text a kind (default 256); BENCH_RUNS: pairs a row (default 5); BENCH_DIR: where the
# generated logs are kept for the next run (default: a temporary folder, removed at the end).
#
# It tells and never judges: a noisy machine must not fail anybody's check.
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

# ---- logs ----

make_log() { # name, kind, MiB, seed
    [ -s "$dir/$1" ] || "$tools/gen" "$2" "$3" "$4" | gzip -6 >"$dir/$1"
}

at_least() { # least, number
    if [ "$2" -gt "$1" ]; then echo "$2"; else echo "$1"; fi
}

make_logs() {
    size="$(at_least 1 $((mib / 16)))"
    steady="$(at_least 25 $((mib / 10)))" # less would end before as many sessions are open as ever will be
    mkdir -p "$dir/parts"
    {
        make_log dense.gz dense "$mib" 1
        make_log sparse.gz sparse "$mib" 1
        make_log access.gz access "$mib" 1
    } &
    make_log steady10.gz steady "$((steady * 10))" 1
    make_log steady1.gz steady "$steady" 1
    for p in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
        make_log "parts/api-$p.log.gz" dense "$size" $((p + 2))
    done
    # 50 000 lines of 1.2 KB
    [ -s "$dir/hostile" ] || "$tools/gen" hostile 58 1 >"$dir/hostile"
    [ -s "$dir/plain" ] || "$tools/gen" plain 58 1 >"$dir/plain"
    wait
}

# ---- rows ----

header() {
    printf '%-52s %6s %-14s %6s %9s %9s   %-6s %s\n' "$1" ratio '(min-max)' cpu ms 'peak MiB' first goal
}

row() { # title, first, goal, command A, command B
    result=$("$tools/measure" "$runs" "$4" "$5" 2>&1) || {
        printf '%-52s could not be measured: %s\n' "$1" "$result"
        return 0
    }
    title=$1 first=$2 goal=$3
    # shellcheck disable=SC2086 # six words
    set -- $result
    printf '%-52s %6s %-14s %6s %9s %9s   %-6s %s\n' "$title" "$1" "($2-$3)" "$4" "$5" "$(($6 / 1024))" "$first" "$goal"
}

have() {
    command -v "$1" >/dev/null 2>&1
}

row_beside() { # tool, title, first, goal, command A, command B
    tool=$1
    shift
    if have "$tool"; then
        row "$@"
    else
        printf '%-52s %s is not installed\n' "$1" "$tool"
    fi
}

peak_kib() { # format, file
    "$tools/measure" 1 "$all --format $1 '$2' >/dev/null 2>&1" true | cut -d' ' -f6
}

peak_row() { # format, first, goal
    small=$(peak_kib "$1" "$dir/steady1.gz")
    large=$(peak_kib "$1" "$dir/steady10.gz")
    printf '%-52s %6s %-14s %6s %9s %9s   %-6s %s\n' "peak memory at 10 times the data, $1" \
        "$(awk "BEGIN { printf \"%.2f\", $large / $small }")" '' '' '' "$((large / 1024))" "$2" "$3"
}

first_of() { # kind
    case $1 in
    dense) echo 1.50 ;;
    sparse) echo 1.30 ;;
    *) echo 1.60 ;;
    esac
}

goal_of() { # kind
    case $1 in
    dense) echo 1.10 ;;
    sparse) echo 1.08 ;;
    *) echo 1.15 ;;
    esac
}

make_logs
all="exec '$rectrace' analyze --progress never -j 2"
one="exec '$rectrace' analyze --progress never -j 1"
inflate=gzip
have igzip && inflate=igzip

echo "bench: $mib MiB of text a kind, gzip -6, $runs pairs a row, $(nproc 2>/dev/null || echo '?') cores," \
    "$("$rectrace" --version | sed -n 's/^inflate  *//p') in rectrace"
echo "       ratio: median of wall times; cpu: the same of processor time; 2 threads unless said otherwise"
header "over $inflate -dc, the best inflate at hand"
for kind in dense sparse access; do
    row "$kind, one file" "$(first_of $kind)" "$(goal_of $kind)" "$all '$dir/$kind.gz' >/dev/null 2>&1" \
        "exec $inflate -dc '$dir/$kind.gz' >/dev/null"
done
row "dense, 16 files, over two at once" 1.70 1.15 "$all '$dir/parts' >/dev/null 2>&1" \
    "ls '$dir'/parts/*.gz | xargs -n 1 -P 2 $inflate -dc >/dev/null"
row "dense, one file, 1 thread" - - "$one '$dir/dense.gz' >/dev/null 2>&1" \
    "exec $inflate -dc '$dir/dense.gz' >/dev/null"

header "over gzip -dc and rg -z"
for kind in dense sparse access; do
    row "$kind, over gzip -dc" - - "$all '$dir/$kind.gz' >/dev/null 2>&1" "exec gzip -dc '$dir/$kind.gz' >/dev/null"
    row_beside rg "$kind, over rg -z -c cloud_recording" - - "$all '$dir/$kind.gz' >/dev/null 2>&1" \
        "exec rg -z -c cloud_recording '$dir/$kind.gz' >/dev/null"
done
row "dense, inflated by zlib, over gzip -dc" 1.10 1.02 \
    "exec '$tools/isal_off' analyze --progress never -j 2 '$dir/dense.gz' >/dev/null 2>&1" \
    "exec gzip -dc '$dir/dense.gz' >/dev/null"

header "over itself"
row "dense, all rules over none" 1.10 1.05 "$all '$dir/dense.gz' >/dev/null 2>&1" \
    "$all --no-rules '$dir/dense.gz' >/dev/null 2>&1"
row "dense, 16 files, 2 threads over 1" 0.59 0.51 "$all '$dir/parts' >/dev/null 2>&1" \
    "$one '$dir/parts' >/dev/null 2>&1"
row "10 times the data, jsonl" 10.5 10.1 "$all --format jsonl '$dir/steady10.gz' >/dev/null 2>&1" \
    "$all --format jsonl '$dir/steady1.gz' >/dev/null 2>&1"
row "hostile text over plain text, 50 000 lines" 3.00 1.50 "$all '$dir/hostile' >/dev/null 2>&1" \
    "$all '$dir/plain' >/dev/null 2>&1"
peak_row jsonl 1.1 1.02
peak_row text - - # has all sessions until the end
printf '%-52s %6s %-14s %6s %9s %9s   %-6s %s\n' "peak memory, dense $mib MiB, jsonl" '' '' '' '' \
    "$(($(peak_kib jsonl "$dir/dense.gz") / 1024))" 64 24

header "from nothing to a report"
"$tools/gen" dense 1 1 | head -n 20 >"$dir/small.log"
row "20 lines, over true" - - "$one '$dir/small.log' >/dev/null 2>&1" true
