"""nth.py [long] - the Nth call of the store to its disk fails, for N = 1, 2, ... until a run passes untouched, once and for good;
likewise the Nth of our allocations. Each time: a clean refusal or a 503, never a crash, never a false 200."""
import os
import re
import signal
import socket
import subprocess
import sys
import time

from kit import FAULTY, Folder, check, finish, notice, request, stored

LONG = "long" in sys.argv
COMMAND = ["serve", "--listen", "127.0.0.1:0", "--admin", "none"]


def read_status(s):
    data = b""
    while b"\r\n\r\n" not in data or b"}" not in data.split(b"\r\n\r\n", 1)[1]:
        got = s.recv(4096)
        if not got:
            return 0
        data += got
    return int(data[9:12])


def one_run(folder, env, arm=None, posts=6):
    """Starts, sends, stops. What came of it: exit status, ids that were acknowledged, the statuses, the log."""
    log = folder.path + "/log"
    with open(log, "wb") as f:
        server = subprocess.Popen([FAULTY, *COMMAND, "--store", folder.store, "--secret-file", folder.secrets], stderr=f,
                                  env={**os.environ, "FAULTY_CONTROL": folder.control, **env})
    until, port, s = time.monotonic() + 30, None, None
    while port is None and time.monotonic() < until and server.poll() is None:
        found = re.search(r"listening addr=127\.0\.0\.1:(\d+)", open(log, errors="replace").read())
        port = int(found.group(1)) if found else None
        time.sleep(0.002)
    acknowledged, statuses = set(), []
    for number in range(posts if port else 0):
        if number == 2 and arm is not None:
            folder.fault("a", arm)
        try:
            s = s or socket.create_connection(("127.0.0.1", port), 10)
            s.sendall(request(notice(number)))
            status = read_status(s)
        except OSError:
            status = 0
        statuses.append(status)
        if status == 200:
            acknowledged.add(f"n-{number}")
        elif s is not None:
            s.close()
            s = None
    if s is not None:
        s.close()
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
    try:
        code = server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
        code = "hangs"
    return code, acknowledged, statuses, open(log, errors="replace").read()


def disk_fails(sticky, ready_made, step):
    """`ready_made`: the store is there already, with a log to be recovered."""
    name = ("all calls from the Nth on fail" if sticky else "the Nth call fails") + (", on a store with a log" if ready_made else "")
    bad, n, refused, healed = [], 0, 0, 0
    with Folder() as model:
        if ready_made:
            server = subprocess.Popen([FAULTY, *COMMAND, "--store", model.store, "--secret-file", model.secrets],
                                      stderr=open(model.path + "/log", "wb"), env={**os.environ, "FAULTY_CONTROL": model.control})
            while "listening" not in open(model.path + "/log").read():
                time.sleep(0.005)
            port = int(re.search(r"addr=127\.0\.0\.1:(\d+)", open(model.path + "/log").read()).group(1))
            for number in range(100, 110):
                with socket.create_connection(("127.0.0.1", port), 10) as s:
                    s.sendall(request(notice(number)))
                    read_status(s)
            server.kill()
            server.wait()
        sure = {f"n-{number}" for number in range(100, 110)} if ready_made else set()
        while True:
            n += 1 if n < 12 else step
            with Folder() as folder:
                for suffix in ("", "-wal") if ready_made else ():
                    with open(model.store + suffix, "rb") as f, open(folder.store + suffix, "wb") as to:
                        to.write(f.read())
                code, acknowledged, statuses, log = one_run(folder, {"FAULTY_NTH": str(n), **({"FAULTY_STICKY": "1"} if sticky else {})})
                ids, whole = stored(folder.store) if os.path.exists(folder.store) and os.path.getsize(folder.store) else ([], "ok")
                lost = (acknowledged | sure) - set(ids)
                clean = code == 0 or (code in (1, 3) and "rectrace: " in log)
                refused += code != 0
                healed += 503 in statuses and 200 in statuses
                if not clean or lost or len(ids) != len(set(ids)) or whole != "ok" or not set(statuses) <= {200, 503, 0}:
                    bad.append((n, code, statuses, sorted(lost), whole, log[-200:]))
                if folder.calls() < n and code == 0 and set(statuses) == {200}:
                    break
            if n > 2000:
                bad.append("no run passes untouched")
                break
    check(f"{name}: no crash, no loss, no false 200", not bad, f"N to {n}, {refused} refused to start or ended, {bad[:2]}")
    return healed


def memory_fails(most):
    bad, refused = [], 0
    for n in range(most):
        with Folder() as folder:
            code, acknowledged, statuses, log = one_run(folder, {}, arm=n, posts=24)
            ids, whole = stored(folder.store)
            refused += statuses.count(503)
            if code != 0 or acknowledged - set(ids) or whole != "ok" or not set(statuses) <= {200, 503, 0} or statuses[-1] != 200:
                bad.append((n, code, statuses, log[-200:]))
    check("the Nth allocation after a request fails: no crash, no false 200, and it goes on", not bad,
          f"N to {most}, {refused} answers 503, {bad[:2]}")


step = 1 if LONG else 9
healed = disk_fails(False, False, step)
healed += disk_fails(False, True, step)
disk_fails(True, False, step)
check("single failures heal in the running server", healed > 0, healed)
memory_fails(40 if LONG else 8)
finish()
