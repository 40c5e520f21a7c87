#!/bin/sh
# serve.sh RECTRACE BENCH_DIR - the receiver under load, as ratios in one run: over the same receiver without a store, over nginx answering
# 200 and over a Node server with group commit (where they are installed). 64 connections, 1 KiB, all on this machine.
#
# Each round measures all of them one after another; a ratio is the median of the rounds' ratios, so that what else the machine does
# counts for both sides. BENCH_RUNS rounds of BENCH_SECONDS; BENCH_STORED callbacks for the restart.
set -eu
rectrace=$1
bench=$2
source=$(dirname "$0")
runs=${BENCH_RUNS:-5}
seconds=${BENCH_SECONDS:-3}
stored=${BENCH_STORED:-1000000}
work=$(mktemp -d "${BENCH_DIR:-/tmp}/rectrace-bench-XXXXXX")
pids=
trap 'kill $pids 2>/dev/null || true; wait; rm -rf "$work"' EXIT # some have ended
umask 077
echo "secret main a bench-secret" >"$work/secrets"

serve() { # program name store admin: its ports are in $port and $admin, its process in $pid
    : >"$work/$2.log"
    "$1" serve --listen 127.0.0.1:0 --admin "$4" --store "$3" --secret-file "$work/secrets" 2>"$work/$2.log" &
    pid=$!
    pids="$pids $pid"
    port=
    admin=
    while [ -z "$port" ] || { [ "$4" != none ] && [ -z "$admin" ]; }; do
        kill -0 $pid || { cat "$work/$2.log"; exit 1; }
        port=$(sed -n 's/.*listening addr=127.0.0.1:\([0-9]*\).*/\1/p' "$work/$2.log")
        admin=$(sed -n 's/.*admin addr=127.0.0.1:\([0-9]*\).*/\1/p' "$work/$2.log")
        sleep 0.01
    done
}

end() { # pid
    kill "$1"
    wait "$1" || true
}

median() {
    sort -n | awk '{ v[NR] = $1 } END { if (NR) print v[int((NR + 1) / 2)] }'
}

hook() { # port path connections [rate]: rate p50 p99 other
    "$bench/hook" "$1" "$2" bench-secret "$3" "$seconds" ${4:-}
}

ratio() { # file over file: the median of their quotients
    paste "$1" "$2" | awk '{ if ($5 > 0) printf "%.3f\n", $1 / $5 }' | median
}

processor() { # pid: seconds
    awk '{ print ($14 + $15) / 100 }' "/proc/$1/stat"
}

row() { # name value first goal better(more|less) unit
    awk -v name="$1" -v value="$2" -v first="$3" -v goal="$4" -v better="$5" -v unit="$6" 'BEGIN {
        if (value == "") { printf "%-58s %9s %8s %8s\n", name, "-", first unit, goal unit; exit }
        sign = better == "more" ? 1 : -1
        verdict = sign * value >= sign * goal ? "goal" : sign * value >= sign * first ? "first" : "missed"
        printf "%-58s %9s %8s %8s  %s\n", name, value unit, first unit, goal unit, verdict
    }'
}

echo "sync of 64 KiB: median $("$bench/fill" sync "$work/sync") ms before"
serve "$rectrace" durable "$work/durable.db" none
durable=$port durable_pid=$pid
serve "$bench/serve_off" off "$work/off.db" none
off=$port off_pid=$pid
nginx=
if command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ]; then
    nginx=$((20000 + $$ % 20000))
    cat >"$work/nginx.conf" <<END
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.err;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:$nginx; location / { return 200 '{"ok":true}'; } } }
END
    PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" 2>/dev/null &
    pids="$pids $!"
fi
node=
if command -v node >/dev/null 2>&1; then
    node "$source/group.js" "$work/node.log" bench-secret >"$work/node.port" &
    pids="$pids $!"
    while [ ! -s "$work/node.port" ]; do sleep 0.05; done
    node=$(cat "$work/node.port")
fi
sleep 0.3
hook "$durable" /hook/main 64 >/dev/null # warm

i=0
before=$(processor $durable_pid)
before_off=$(processor $off_pid)
while [ $i -lt "$runs" ]; do
    hook "$durable" /hook/main 64 >>"$work/r.durable"
    hook "$off" /hook/main 64 >>"$work/r.off"
    [ -z "$nginx" ] || hook "$nginx" / 64 >>"$work/r.nginx"
    [ -z "$node" ] || hook "$node" / 64 >>"$work/r.node"
    i=$((i + 1))
done
per_request() { # pid before file: microseconds of processor
    awk -v a="$2" -v b="$(processor "$1")" -v s="$seconds" '{ n += $1 * s } END { printf "%.0f", 1e6 * (b - a) / n }' "$3"
}
d=$(median <"$work/r.durable")
echo "durable: $d/s, $(per_request $durable_pid "$before" "$work/r.durable") us of processor each; without store: $(median <"$work/r.off")/s, $(
    per_request $off_pid "$before_off" "$work/r.off") us"
[ -z "$nginx" ] || echo "nginx: $(median <"$work/r.nginx")/s"
[ -z "$node" ] || echo "node: $(median <"$work/r.node")/s"
i=0
while [ $i -lt "$runs" ]; do
    hook "$durable" /hook/main 1000 >>"$work/r.crowd"
    hook "$durable" /hook/main 64 >>"$work/r.again"
    hook "$durable" /hook/main 64 "$((d / 2))" >>"$work/r.half"
    i=$((i + 1))
done

# Connections that say nothing.
serve "$rectrace" idle "$work/idle.db" none
mkfifo "$work/hold"
"$bench/fill" idle "$port" 10000 <"$work/hold" >"$work/held" &
pids="$pids $!"
exec 9>"$work/hold"
while [ ! -s "$work/held" ]; do sleep 0.05; done
hook "$port" /hook/main 1 >"$work/r.beside"
idle=$(awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$pid/status")
exec 9>&-
end $pid

# A restart over what was stored before.
"$bench/fill" store "$work/large.db" "$stored"
restart=$(
    begun=$(date +%s.%N)
    serve "$rectrace" large "$work/large.db" 127.0.0.1:0
    "$bench/fill" ready "$admin"
    awk -v a="$begun" -v b="$(date +%s.%N)" 'BEGIN { printf "%.2f", b - a }'
    end $pid
)

echo "sync of 64 KiB: median $("$bench/fill" sync "$work/sync") ms after"
echo
printf '%-58s %9s %8s %8s\n' figure measured first goal
row "durable over the same server with the store switched off" "$(ratio "$work/r.durable" "$work/r.off")" 0.35 0.60 more ""
row "durable over nginx answering 200" "$([ -z "$nginx" ] || ratio "$work/r.durable" "$work/r.nginx")" 0.30 0.50 more ""
row "durable over Node http with group commit to a file" "$([ -z "$node" ] || ratio "$work/r.durable" "$work/r.node")" 1.2 2.0 more ""
row "p99 at half of the top rate" "$(awk '{ print $3 }' "$work/r.half" | median)" 10 3 less " ms"
row "rate at 1 000 connections over the rate at 64" "$(ratio "$work/r.crowd" "$work/r.again")" 0.8 1.0 more ""
row "resident memory with 10 000 idle connections" "$idle" 200 100 less " MiB"
row "restart with $stored stored callbacks to ready" "$restart" 10 2 less " s"
bad=$(cat "$work"/r.* | awk '{ n += $4 } END { print n + 0 }')
[ "$bad" -eq 0 ] || { echo "$bad answers were not 200"; exit 1; }
