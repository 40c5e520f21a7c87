"""ops.py - what runs the receiver: readiness, metrics, unsigned mode, systemd, sockets that are handed over, retention,
and that it never calls out."""
import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

from kit import RECTRACE, SANITIZED, Folder, Server, all_at_once, check, finish, notice, post, skip, wait_until

UNIT = os.path.join(os.environ.get("srcdir", "."), "contrib", "rectrace-serve.service")
PAGES = ["/", "/healthz", "/readyz", "/metrics", "/api/v1/report", "/api/v1/sessions", "/api/v1/findings", "/nothing"]
API = ["/api/v1/sessions?limit=50", "/api/v1/findings?limit=-1", "/api/v1/deliveries?limit=1e9", "/metrics", "/api/v1/sessions?limit=5&after=zz"]


def tool(name):
    found = shutil.which(name)
    if found is None:
        skip(f"{name} is not installed")
    return found


def series(text):
    return [row for row in text.splitlines() if row and not row.startswith("#")]


# ---- pages and metrics ----

with Folder() as folder, Server(folder) as server:
    for number in range(30):
        post(server.port, notice(number))
    post(server.port, notice(1))
    before = len(series(server.get("/metrics")[1].decode()))
    for number in range(200):
        post(server.port, b"{}", path=f'/hook/x{number}"}}', secret=None)
        post(server.port, b"{}", secret=None, headers=[f"Agora-Signature-V2: {number}", f'User-Agent: x{{a="{number}"}}'])
    text = server.get("/metrics")[1].decode()
    check("metrics: what clients send makes no series", len(series(text)) == before < 1000, len(series(text)))
    check("metrics: the numbers of what came", server.metric("rectrace_stored_total") == 30 and
          server.metric("rectrace_copies_total") == 1 and server.metric("rectrace_refused_signature_total") == 200 and
          server.metric("rectrace_refused_head_total") == 200)
    check("metrics: batches add up", server.metric("rectrace_batch_callbacks_sum") == 31 and
          server.metric("rectrace_commit_duration_seconds_count") >= 1)
    check("metrics: sizes", wait_until(lambda: server.metric("rectrace_store_size_bytes") > 0) and
          server.metric("rectrace_disk_free_bytes") > 0 and server.metric("process_open_fds") > 5 and
          server.metric("process_resident_memory_bytes") > 1e6)
    if tool("promtool"):
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
        check("metrics: promtool finds nothing", done.returncode == 0 and not (done.stdout + done.stderr).strip(),
              (done.stdout + done.stderr)[-300:])
    check("ready", json.loads(server.get("/readyz")[1])["ready"] and server.get("/readyz")[0] == 200)
    check("alive", server.get("/healthz")[0] == 200)
    check("another method", server.get("/healthz", data=b"x")[0] == 405)
    for name, host, want in [("its address", f"127.0.0.1:{server.admin}", 200), ("localhost", "localhost", 200),
                             ("a name bent to it", "evil.example", 403), ("a name that begins so", "127.0.0.1.evil.example", 403),
                             ("a name before it", "evil.example:127.0.0.1", 403)]:
        check(f"Host is {name}", server.get("/metrics", headers={"Host": host})[0] == want)
    check("a form of another site stores nothing",
          server.get("/v1/logs", data=b"x=1", headers={"Origin": "http://evil.example",
                                                       "Content-Type": "application/x-www-form-urlencoded"})[0] == 401 and
          server.metric("rectrace_lines_total") == 0)
    for path in ("/v1/logs?source=a%0d%0aSet-Cookie:x=1", "/api/v1/sessions?limit=%0d%0aX:1", "/%0d%0aX-Injected:%201"):
        _, _, headers = server.get(path)
        check(f"no header comes of {path}", "Set-Cookie" not in headers and "X-Injected" not in headers and "X" not in headers)
    before = server.resident()
    bad = sum(server.get(f"/api/v1/sessions?limit={n}&after={m}")[0] != 400
              for n, m in [(-1, 0), (10**9, 0), (0, 0), ("x", 0), (10, -1), (10, "x"), (10, 10**30)] * 40)
    check("bad pages are refused, and memory stays", bad == 0 and (SANITIZED or server.resident() < before + 20),
          f"{before:.0f} -> {server.resident():.0f} MiB")
    answers = asyncio.run(all_at_once(server.admin, API, 800))
    check("800 requests at once: answered or closed, memory stays, and it goes on", set(answers) <= {0, 200, 400} and answers.get(400, 0) > 0 and
          (SANITIZED or server.resident() < before + 30) and server.get("/api/v1/sessions?limit=1")[0] == 200,
          f"{answers}, {before:.0f} -> {server.resident():.0f} MiB")
    check("signed mode: no page says unsigned", not any("X-Rectrace-Unsigned" in server.get(p)[2] for p in PAGES))
    server.stop()
    lines = server.log().splitlines()
    check("log: a line each, with its program", all(row.startswith("rectrace: ") for row in lines), len(lines))
    check("log: what can be searched stands as key=value", any(re.search(r" app=main bytes=2\b", row) for row in lines) and
          any(re.search(r" stored=30 copies=1 ", row) for row in lines))
    check("log: what floods it is summed up", len([r for r in lines if "401 from" in r]) < 100 and "not told one by one" in server.log(),
          len(lines))

with Folder() as folder, Server(folder, "--allow-unsigned", secrets=False) as server:
    post(server.port, notice(1), path="/hook/default", secret=None)
    for path in PAGES:
        check(f"unsigned mode shows on {path}", "X-Rectrace-Unsigned" in server.get(path)[2])
    check("unsigned mode shows in the page itself", b"nsigned" in server.get("/")[1])
    rows = [row for row in series(server.get("/metrics")[1].decode()) if row.startswith("rectrace_")]
    check("unsigned mode shows in every metric", len(rows) > 40 and all('mode="unsigned"' in row for row in rows), len(rows))
    server.stop()
    lines = server.log().splitlines()
    check("unsigned mode shows in every line of the log", len(lines) > 3 and
          all("UNSIGNED" in row or "--allow-unsigned" in row for row in lines), [r for r in lines if "UNSIGNED" not in r])

text = subprocess.run([RECTRACE, "--version"], capture_output=True, text=True).stdout
check("--version names the libraries", re.search(r"libmicrohttpd +\d", text) and re.search(r"SQLite +\d", text), text.split("\n")[-3:])

# ---- a service manager ----

with Folder() as folder:
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind(folder.path + "/notify")
    heard.settimeout(10)
    with Server(folder, env={"NOTIFY_SOCKET": folder.path + "/notify"}) as server:
        check("systemd is told when callbacks are taken", heard.recv(1000) == b"READY=1")
        check("and they are", post(server.port, notice(1))[0] == 200)
        server.process.send_signal(signal.SIGHUP)
        check("that secrets are read anew", [heard.recv(1000)[:9] for _ in range(2)] == [b"RELOADING", b"READY=1"])
        check("SIGTERM ends with 0", server.stop() == 0)
        check("that it stops", heard.recv(1000) == b"STOPPING=1")
    heard.close()
    heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    heard.bind("\0rectrace-test-%d" % os.getpid())
    heard.settimeout(10)
    with Server(folder, env={"NOTIFY_SOCKET": "@rectrace-test-%d" % os.getpid()}) as server:
        check("systemd is told by an abstract socket too", heard.recv(1000) == b"READY=1")

# A socket that is handed over: while the receiver restarts, connections wait instead of being refused.
with Folder() as folder:
    held = socket.create_server(("127.0.0.1", 0))
    port = held.getsockname()[1]
    command = ["sh", "-c", 'exec 3<&"$1"; shift; LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"', "sh", str(held.fileno()), RECTRACE, "serve",
               "--admin", "none", "--store", folder.store, "--secret-file", folder.secrets]
    for number in range(2):
        waiting = socket.create_connection(("127.0.0.1", port))
        server = subprocess.Popen(command, pass_fds=[held.fileno()], stderr=subprocess.DEVNULL)
        waiting.close()
        check(f"a socket that was handed over, start {number + 1}", post(port, notice(number))[0] == 200)
        server.terminate()
        check(f"and its end, {number + 1}", server.wait(15) == 0)
    held.close()

if tool("systemd-analyze"):
    with Folder() as folder:
        unit = folder.path + "/rectrace-serve.service"
        with open(UNIT) as f, open(unit, "w") as to:
            to.write(f.read().replace("/usr/local/bin/rectrace", RECTRACE))
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True)
        said = [row for row in (done.stdout + done.stderr).splitlines() if "rectrace-serve" in row]
        check("systemd-analyze verify finds nothing", not said, said)
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", unit], capture_output=True, text=True)
        found = re.search(r"exposure level for \S+: ([0-9.]+)", done.stdout)
        if found:
            check("systemd-analyze security: little is exposed", float(found.group(1)) < 2, found.group(1))
        else:
            skip("systemd-analyze security does not look at files here: " + done.stderr.strip()[:100])

# ---- retention by size ----

with Folder() as folder:
    # A recording that began first and goes on, then much of others that are long over by the clock of the log.
    now = int(time.time() * 1000)
    with Server(folder) as server:
        post(server.port, notice(1, payload={"sid": "o" * 32, "sendts": now, "sequence": 0}))
        for number in range(2, 600):
            post(server.port, notice(number, payload={"sid": "c" * 32, "sendts": now - 90 * 86400000 + number, "pad": "x" * 2000}))
        for number in range(600, 700):
            post(server.port, notice(number, payload={"sid": "o" * 32, "sendts": now + number, "sequence": number}))
        server.stop()

    def sessions():
        report = json.loads(subprocess.run([RECTRACE, "report", "--store", folder.store, "--format", "json"],
                                           capture_output=True).stdout)
        return {s["id"][0]: sum(e.get("copies", 1) for e in s["events"]) for s in report["sessions"]}

    before = sessions()
    with Server(folder, "--keep-size", "100K", "--keep", "1h") as server:
        time.sleep(1.5)
        after = sessions()
        check("too much by size, but the first row is of a recording that goes on: nothing goes", after == before, (before, after))
        server.stop()
    with Folder() as other:
        with Server(other) as server:
            for number in range(2, 600):
                post(server.port, notice(number, payload={"sid": "c" * 32, "sendts": now - 90 * 86400000 + number, "pad": "x" * 2000}))
            for number in range(600, 620):
                post(server.port, notice(number, payload={"sid": "o" * 32, "sendts": now + number, "sequence": number}))
            server.stop()
        with Server(other, "--keep-size", "100K") as server:
            check("the oldest go when it is too much", wait_until(lambda: "were forgotten" in server.log()))
            folder.store = other.store
            left = sessions()
            check("a tenth in one turn, and nothing of the open one", left["o"] == 20 and 500 < left["c"] < 598, left)
            check("what was forgotten is counted", wait_until(lambda: server.metric("rectrace_forgotten_total") > 50))

# ---- it calls nobody ----

if tool("strace"):
    with Folder() as folder:
        log = folder.path + "/trace"
        command = ["strace", "-f", "-qq", "-e", "trace=connect,sendto", "-o", log, RECTRACE, "serve", "--listen", "127.0.0.1:0", "--admin",
                   "127.0.0.1:0", "--store", folder.store, "--secret-file", folder.secrets]
        with open(folder.path + "/out", "wb") as out:
            traced = subprocess.Popen(command, stderr=out, env={**os.environ, "ASAN_OPTIONS": "detect_leaks=0"})  # ptrace is taken
        if wait_until(lambda: "admin addr" in open(folder.path + "/out").read() or traced.poll() is not None, 20) and traced.poll() is None:
            text = open(folder.path + "/out").read()
            port = int(re.search(r"listening addr=127\.0\.0\.1:(\d+)", text).group(1))
            post(port, notice(1, payload={"cname": "http://127.0.0.1:9/", "details": {"rtmpUrl": "rtmp://127.0.0.1:9/x"}}))
            post(port, b"{}")
            time.sleep(0.5)
            children = subprocess.run(["pgrep", "-P", str(traced.pid)], capture_output=True, text=True).stdout.split()
            for child in children:
                os.kill(int(child), signal.SIGTERM)
            traced.wait(20)
            calls = [row for row in open(log) if "connect(" in row and "AF_UNIX" not in row]
            check("no connection goes out", not calls, calls[:3])
        else:
            skip("strace may not trace here: " + open(folder.path + "/out").read()[:100])
            traced.kill()
            traced.wait()
finish()
