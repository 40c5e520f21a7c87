#!/bin/sh
# serve.sh RECTRACE BENCH_DIR - durable acknowledged callbacks a second, as ratios in one run: over the same
# receiver without a store, and over nginx answering 200 (where it is installed). 64 connections, 1 KiB.
set -eu
rectrace=$1
bench=$2
runs=${BENCH_RUNS:-3}
seconds=${BENCH_SECONDS:-3}
work=$(mktemp -d)
pids=
trap 'kill $pids 2>/dev/null; wait; rm -rf "$work"' EXIT
umask 077
echo "secret main a bench-secret" >"$work/secrets"

serve() { # program name: its port is in $port
    "$1" serve --listen 127.0.0.1:0 --admin none --store "$work/$2.db" --secret-file "$work/secrets" 2>"$work/$2.log" &
    pids="$pids $!"
    port=
    while [ -z "$port" ]; do
        port=$(sed -n 's/.*listening addr=127.0.0.1:\([0-9]*\).*/\1/p' "$work/$2.log")
        sleep 0.05
    done
}

median() {
    sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

hook() { # port path connections [rate]
    "$bench/hook" "$1" "$2" bench-secret "$3" "$seconds" ${4:-}
}

serve "$rectrace" durable
durable=$port
serve "$bench/serve_off" off
off=$port
nginx=
if command -v nginx >/dev/null 2>&1; then
    nginx=$((20000 + $$ % 20000))
    cat >"$work/nginx.conf" <<EOF
worker_processes 1; daemon off; pid $work/nginx.pid; error_log $work/nginx.err;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 100000000; client_body_temp_path $work/b; proxy_temp_path $work/p;
  fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
  server { listen 127.0.0.1:$nginx; location / { return 200 '{"ok":true}'; } } }
EOF
    nginx -c "$work/nginx.conf" 2>/dev/null &
    pids="$pids $!"
    sleep 0.5
fi

i=0
while [ $i -lt "$runs" ]; do
    hook "$durable" /hook/main 64 >>"$work/r.durable"
    hook "$off" /hook/main 64 >>"$work/r.off"
    [ -z "$nginx" ] || hook "$nginx" / 64 >>"$work/r.nginx"
    hook "$durable" /hook/main 1000 >>"$work/r.crowd"
    i=$((i + 1))
done
d=$(median <"$work/r.durable")
o=$(median <"$work/r.off")
c=$(median <"$work/r.crowd")
printf 'durable       %8.0f/s   p50 p99 of each run: %s\n' "$d" "$(awk '{ printf "%s %s  ", $2, $3 }' "$work/r.durable")"
printf 'without store %8.0f/s   ratio %s\n' "$o" "$(awk -v a="$d" -v b="$o" 'BEGIN { printf "%.2f", a / b }')"
if [ -n "$nginx" ]; then
    n=$(median <"$work/r.nginx")
    printf 'nginx 200     %8.0f/s   ratio %s\n' "$n" "$(awk -v a="$d" -v b="$n" 'BEGIN { printf "%.2f", a / b }')"
else
    echo "nginx 200     not installed"
fi
printf '1 000 clients %8.0f/s   ratio %s\n' "$c" "$(awk -v a="$c" -v b="$d" 'BEGIN { printf "%.2f", a / b }')"
half=$(hook "$durable" /hook/main 64 "$(awk -v a="$d" 'BEGIN { print int(a / 2) }')")
printf 'at half of the top rate: %s/s, p50 %s ms, p99 %s ms\n' $(echo "$half" | awk '{ print $1, $2, $3 }')
bad=$(cat "$work"/r.* | awk '{ n += $4 } END { print n + 0 }')
[ "$bad" -eq 0 ] || { echo "$bad answers were not 200"; exit 1; }
