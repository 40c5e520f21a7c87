#!/bin/sh
# run.sh RECTRACE CASE... - golden cases through the real program.
#
# A case is a folder: `cmd` (arguments, a line of shell run inside a copy of the folder; $S is the samples),
# inputs, `about` (what it protects), and want.out, want.err, want.exit (default 0). GOLDEN=1 rewrites the
# wanted files instead; the diff is then reviewed like code.
set -u
rectrace=$1
shift
samples=${SAMPLES:?}
failed=0
for case in "$@"; do
    case=${case%/}
    work=$(mktemp -d)
    cp -R "$case"/. "$work"
    chmod -R u+w "$work"
    ln -s "$samples" "$work/samples" # a short name, the same everywhere: lines are wrapped by it
    status=0
    (
        cd "$work" || exit 99
        rm -f want.out want.err want.exit
        # shellcheck disable=SC2016
        env -i PATH="$PATH" HOME="$work" LC_ALL=C.UTF-8 TZ=XXX-05:45 COLUMNS=80 S=samples RECTRACE="$rectrace" \
            LD_LIBRARY_PATH="${LD_LIBRARY_PATH:-}" ASAN_OPTIONS="${ASAN_OPTIONS:-}" sh -c '
            rectrace() { "$RECTRACE" "$@"; }
            . ./cmd' >.out 2>.err </dev/null
    ) || status=$?
    # The pack has another digest and size with every change; a run takes its time.
    sed -e 's/[0-9a-f]\{64\}/SHA256/g' -e 's/lines in [0-9]*\.[0-9] s /lines in N s /' -e 's/[0-9]* rules checked/N rules checked/' \
        -e 's/"SHA256", "count": [0-9]*/"SHA256", "count": N/' "$work/.out" >"$work/.out2"
    cp "$work/.err" "$work/.err2"
    if [ -n "${GOLDEN:-}" ]; then
        cp "$work/.out2" "$case/want.out"
        cp "$work/.err2" "$case/want.err"
        echo "$status" >"$case/want.exit"
    else
        want=0
        [ ! -f "$case/want.exit" ] || want=$(cat "$case/want.exit")
        good=yes
        diff -u "$case/want.out" "$work/.out2" >"$work/.diff" 2>&1 || good=no
        diff -u "$case/want.err" "$work/.err2" >>"$work/.diff" 2>&1 || good=no
        [ "$status" -eq "$want" ] || { good=no; echo "exit status $status, wanted $want" >>"$work/.diff"; }
        if [ $good = yes ]; then
            echo "PASS ${case##*/}"
        else
            echo "FAIL ${case##*/}: $(cat "$case/about" 2>/dev/null)"
            head -n 40 "$work/.diff"
            failed=$((failed + 1))
        fi
    fi
    rm -rf "$work"
done
[ "$failed" -eq 0 ] || echo "$failed cases failed"
exit "$((failed > 0))"
