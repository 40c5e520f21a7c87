"""live.py - what serve concludes while it runs is what report and analyze conclude of the same bytes; API logs
join, by files that are followed and over HTTP; health, metrics and the JSON pages."""
import asyncio
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import time
import urllib.error
import urllib.request

from kit import RECTRACE, Folder, Load, Server, check, finish, notice, post, wait_until

TOKEN = "a-token-of-more-than-16"
APP = "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"


def get(server, path, token=TOKEN, data=None, headers=None):
    wanted = urllib.request.Request(f"http://127.0.0.1:{server.admin}{path}", data=data, headers=headers or {})
    if token:
        wanted.add_header("Authorization", "Bearer " + token)
    try:
        with urllib.request.urlopen(wanted, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as e:
        return e.code, e.read(), e.headers


def run(*arguments, cwd=None):
    return subprocess.run([RECTRACE, *arguments], capture_output=True, cwd=cwd, timeout=60)


def callback(number, sid, kind, name, at, **details):
    return json.dumps({
        "noticeId": f"live-{sid[:4]}-{number}", "productId": 3, "eventType": kind, "notifyMs": at + 100,
        "payload": {"cname": "room-" + sid[:4], "uid": "527", "sid": sid, "sequence": number, "sendts": at,
                    "serviceType": 0, "details": {"msgName": name, **details}}}).encode()


def line(at, method, path, status, request, answer):
    return json.dumps({
        "time": at, "method": method, "url": f"https://api.agora.io/v1/apps/{APP}/cloud_recording/{path}", "status": status,
        "request_body": request, "response_body": answer}).encode() + b"\n"


def scenario(sid, begin):
    """Calls and callbacks of one recording."""
    rid = "R" + sid
    stamp = lambda s: time.strftime("%Y-%m-%dT%H:%M:%S.120Z", time.gmtime(begin + s))
    who = {"cname": "room-" + sid[:4], "uid": "527"}
    calls = [
        line(stamp(0), "POST", "acquire", 200, {**who, "clientRequest": {}}, {"resourceId": rid}),
        line(stamp(1), "POST", f"resourceid/{rid}/mode/mix/start", 200, {**who, "clientRequest": {"recordingConfig": {}}},
             {"resourceId": rid, "sid": sid}),
        line(stamp(600), "POST", f"resourceid/{rid}/sid/{sid}/mode/mix/stop", 200, {**who, "clientRequest": {}},
             {"resourceId": rid, "sid": sid, "serverResponse": {"uploadingStatus": "uploaded"}}),
        line(stamp(700), "GET", f"resourceid/{rid}/sid/{sid}/mode/mix/query", 404, None, {"code": 404, "reason": "failed to find worker"}),
    ]
    ms = begin * 1000
    hooks = [
        callback(0, sid, 40, "recorder_started", ms + 2500, status=0),
        callback(1, sid, 42, "recorder_slice_start", ms + 4000, startUtcMs=ms + 4000, discontinueUtcMs=ms + 4000,
                 mixedAllUser=True, streamUid="0", trackType="audio_and_video"),
        callback(2, sid, 33, "uploading_progress", ms + 60000, progress=4000),
        callback(3, sid, 41, "recorder_leave", ms + 600500, leaveCode=2),
        callback(4, sid, 31, "uploaded", ms + 605000, status=0),
        callback(5, sid, 11, "session_exit", ms + 606000, exitStatus=0),
    ]
    return calls, hooks


def settled(server, folder):
    """The live report, once it is that of the store. Bytes of both."""
    until = time.monotonic() + 60
    while True:
        # Both anew each time: more may have been stored between them.
        stored = run("report", "--store", folder.store, "--format", "json").stdout
        status, live, _ = get(server, "/api/v1/report")
        if (status == 200 and live == stored) or time.monotonic() > until:
            return live, stored
        time.sleep(0.05)


def same_everywhere(what, server, folder):
    live, stored = settled(server, folder)
    check(f"{what}: the live report is that of the store", live == stored, f"{len(live)} bytes")
    shutil.rmtree(folder.path + "/out", ignore_errors=True)
    done = run("replay", "--store", folder.store, "--output", folder.path + "/out")
    names = [i["path"] for i in json.loads(stored)["inputs"]]
    files = [os.path.basename(n) for n in names]
    again = run("analyze", "--format", "json", *files, cwd=folder.path + "/out").stdout
    for name, file in zip(names, files):
        again = again.replace(json.dumps(file).encode(), json.dumps(name).encode())
    check(f"{what}: and that of the replayed files", done.returncode == 0 and again == stored, done.stderr.decode()[-200:])
    return json.loads(stored)


def wait_for(what, ready, seconds=40):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return check(what, True)
        time.sleep(0.05)
    return check(what, False)


with Folder() as folder:
    token_file = folder.path + "/token"
    with open(token_file, "w") as f:
        f.write(TOKEN + "\n")
    os.chmod(token_file, 0o600)
    log = folder.path + "/api.log"
    open(log, "wb").close()
    arguments = ["--admin-token-file", token_file, "--tail", log]
    chance = random.Random(5)
    calls, hooks = [], []
    for number in range(6):
        c, h = scenario(f"{number}abc{number:028d}", 1767600000 + number * 50)
        calls += c
        hooks += h
    server = Server(folder, *arguments)

    # A finding that appears and is withdrawn: the answer of stop says no files, the callback comes later.
    order = hooks[:]
    chance.shuffle(order)
    for body in order[:12]:
        post(server.port, body)
    with open(log, "ab") as f:
        f.write(b"".join(calls[:7]) + calls[7][:40])
    wait_for("half of the log is followed, not its cut line", lambda: json.loads(settled(server, folder)[1])["totals"]["events"] >= 14)
    report = same_everywhere("in the middle", server, folder)
    check("a line that is still being written is not read", report["inputs"][0]["lines"] == 7, report["inputs"][0]["lines"])

    # Killed, restarted; the log is rotated meanwhile, and what stood in the old one is not lost.
    server.kill()
    with open(log, "ab") as f:
        f.write(calls[7][40:] + calls[8])
    os.rename(log, log + ".1")
    with open(log, "wb") as f:
        f.write(b"".join(calls[9:12]))
    server = Server(folder, *arguments)
    for body in order[12:] + order[:5]:
        post(server.port, body)

    def lines(server=None):
        return json.loads(run("report", "--store", folder.store, "--format", "json").stdout)["inputs"][0]["lines"]

    wait_for("rotated while the server was down: nothing is lost", lambda: lines() == 12)
    os.rename(log, log + ".2")
    with open(log, "wb") as f:
        f.write(b"".join(calls[12:16]))
    wait_for("rotated while it is followed", lambda: lines() == 16)
    with open(log, "wb") as f:
        f.write(b"".join(calls[16:18]))
    wait_for("cut and written anew", lambda: lines() == 18)
    # Cut and written beyond where it was, between two looks; the lines are marked, so that they are no others.
    time.sleep(0.6)
    with open(log, "r+b") as f:
        f.truncate(0)
        f.write(b"".join(b" " * 40 + one for one in calls[16:18]))
    wait_for("cut and written beyond its old end at once", lambda: lines() == 20)
    with open(log, "ab") as f:
        f.write(calls[18])
    wait_for("and it goes on there", lambda: lines() == 21)
    os.unlink(log)
    time.sleep(0.4)
    with open(log, "wb") as f:
        f.write(b"".join(calls[19:20]))
    wait_for("deleted and made again", lambda: lines() == 22)
    server.kill()
    server = Server(folder, *arguments)
    time.sleep(0.6)
    check("a restart reads nothing twice", lines() == 22, lines())

    # Logs by HTTP: lines, gzip, an array, and the wrappings of two shippers.
    raw = calls[20:24]
    sent = [
        ("lines", raw[0], {}),
        ("gzip", gzip.compress(raw[1]), {"Content-Encoding": "gzip"}),
        ("wrapped as by Fluent Bit", b"[" + json.dumps({"date": 1.5, "log": raw[2].decode()}).encode() + b"]", {}),
        ("wrapped as by Vector", json.dumps({"message": raw[3].decode(), "source_type": "file", "host": "h"}).encode() + b"\n", {}),
    ]
    for name, data, headers in sent:
        status = get(server, "/v1/logs?source=front.log", data=data, headers=headers)[0]
        check(f"logs by HTTP: {name}", status == 200, status)
    check("logs by HTTP: no token", get(server, "/v1/logs", token=None, data=raw[0])[0] == 401)
    check("logs by HTTP: a wrong token", get(server, "/v1/logs", token=TOKEN + "x", data=raw[0])[0] == 401)
    check("logs by HTTP: a source that is a path", get(server, "/v1/logs?source=../x", data=raw[0])[0] == 400)
    check("logs by HTTP: broken gzip", get(server, "/v1/logs", data=gzip.compress(raw[0])[:-9])[0] == 400)
    check("logs by HTTP: a bomb", get(server, "/v1/logs", data=gzip.compress(b"x" * (80 << 20)))[0] == 400)
    check("logs by HTTP: too much", get(server, "/v1/logs", data=b"x" * (17 << 20))[0] in (413, 400))
    report = same_everywhere("all of it", server, folder)
    check("six sessions, of calls and callbacks", len(report["sessions"]) == 6 and
          all(len(s["events"]) == 10 for s in report["sessions"]), [len(s["events"]) for s in report["sessions"]])
    whole, log_text = server.log(), open(folder.path + "/log").read()
    check("findings appear", "finding appeared" in log_text)
    check("findings are withdrawn, visibly", "finding withdrawn" in log_text)

    # Pages.
    check("healthz", get(server, "/healthz", token=None)[:2] == (200, b'{"ok":true}\n'))
    status, text, headers = get(server, "/readyz", token=None)
    check("readyz", status == 200 and json.loads(text)["ready"] is True)
    check("headers", headers["Content-Security-Policy"] == "default-src 'none'" and headers["X-Content-Type-Options"] == "nosniff")
    check("a page needs the token", get(server, "/api/v1/sessions", token=None)[0] == 401)
    first = json.loads(get(server, "/api/v1/sessions?limit=4")[1])
    rest = json.loads(get(server, f"/api/v1/sessions?after={first['next']}")[1])
    ids = [s["id"] for s in first["items"] + rest["items"]]
    check("sessions by pages", ids == [s["id"] for s in report["sessions"]] and rest["next"] is None and first["total"] == 6)
    found = json.loads(get(server, "/api/v1/findings")[1])
    check("findings", found["items"] == report["findings"] and len(found["items"]) > 0, len(found["items"]))
    for what, key in (("sessions", "id"), ("findings", "id")):
        seen, place = [], ""
        while place is not None:
            page = json.loads(get(server, f"/api/v1/{what}?limit=1" + (f"&after={place}" if place else ""))[1])
            seen += page["items"]
            place = page["next"]
        check(f"{what}: one by one gives all, once", seen == report[what], [one[key] for one in seen])
    bad = ("limit=0", "limit=501", "limit=x", "limit=-1", "limit=1e9", "limit=1000000000", "limit=", "after=-1", "after=3", "after=zz",
           "after=" + "30" * 5000, "after=302031", "after=302030203939393939393939393939393939393a61", "after=" + first["next"] + "00",
           "after=" + first["next"][:-2], "after=")
    for what in ("sessions", "findings"):
        answers = {one: get(server, f"/api/v1/{what}?{one}")[0] for one in bad}
        check(f"{what}: bad pages are told", set(answers.values()) <= {400, 414, 431}, {k[:30]: v for k, v in answers.items() if v != 400})
    listed = json.loads(get(server, "/api/v1/deliveries?limit=3")[1])
    check("deliveries: the newest first", len(listed["items"]) == 3 and listed["items"][0]["id"] > listed["items"][2]["id"] == listed["next"])
    older = json.loads(get(server, f"/api/v1/deliveries?limit=500&before={listed['next']}")[1])
    check("deliveries: all of them by pages", [one["id"] for one in listed["items"] + older["items"]] == list(range(listed["items"][0]["id"], 0, -1))
          and older["next"] is None, len(older["items"]))
    one = json.loads(get(server, f"/api/v1/delivery?id={listed['next']}")[1])
    check("one delivery: its body, what it says, whose secret", json.loads(one["body"])["payload"]["sid"] == one["sid"] and
          one["secret"] == "2026-a" and one["name"] and one["copies"] >= 1)
    for bad in ("deliveries?limit=0", "deliveries?before=0", "deliveries?before=-5", "deliveries?before=x", "quarantine?limit=1e9", "delivery",
                "delivery?id=0", "delivery?id=9223372036854775807", "refusal?id=x"):
        check(f"a bad row: {bad}", get(server, "/api/v1/" + bad)[0] == 400)
    check("no such row", get(server, "/api/v1/delivery?id=999999")[0] == 404 and get(server, "/api/v1/refusal?id=7")[0] == 404)
    secret = post(server.port, notice(77), secret=b"no-secret-of-ours")
    wait_for("a refused body is listed with its reason, without digests", lambda: (lambda q: q["items"] and
             q["items"][0]["reason"] == "wrong signature" and q["items"][0]["has_v2"] and q["items"][0]["name"] == "uploading_progress")(
             json.loads(get(server, "/api/v1/quarantine")[1])))
    kept = json.loads(get(server, "/api/v1/quarantine")[1])["items"][0]
    whole = get(server, f"/api/v1/refusal?id={kept['id']}")[1].decode()
    check("one refusal: its body, no digest", json.loads(whole)["body"] == notice(77).decode() or "progress" in json.loads(whole)["body"])
    check("no digest anywhere", not re.search(r"[0-9a-f]{64}", whole), whole[:200])
    check("no such page", get(server, "/../etc/passwd")[0] == 404 and get(server, "/v1/logs")[0] == 405)

    status, text, _ = get(server, "/metrics")
    values = {}
    pattern = re.compile(r"^([a-z_]+)(?:\{[^}]*\})? (\S+)$")
    seen_help = set()
    for row in text.decode().splitlines():
        if row.startswith("# HELP "):
            seen_help.add(row.split(" ")[2])
        elif not row.startswith("#"):
            name, value = pattern.match(row).groups()
            values[name] = float(value)
    check("metrics: each has a help line", {re.sub("_(bucket|sum|count)$", "", n) for n in values} == seen_help and len(values) > 20, len(values))
    check("metrics: counts", values["rectrace_copies_total"] >= 0 and values["rectrace_store_good"] == 1 and
          values["rectrace_unsigned_mode"] == 0 and values["rectrace_lines_total"] == 4)
    try:
        from prometheus_client.parser import text_string_to_metric_families
        check("metrics: the reference parser takes them", len(list(text_string_to_metric_families(text.decode()))) > 20)
    except ImportError:
        print("skip  metrics by the reference parser: it is not installed")
    check("SIGTERM ends with 0", server.stop() == 0)
    stored = run("report", "--store", folder.store, "--format", "json").stdout
    check("the report is the same without the server", json.loads(stored) == report)

# Retention: what is old goes, but nothing of a recording that may go on.
with Folder() as folder:
    old, fresh = scenario("a" * 32, 1767600000)[1], scenario("b" * 32, 1767600000 + 400000)[1]
    with Server(folder) as server:
        for body in old[:3] + fresh[:2] + old[3:] + fresh[2:]:
            post(server.port, body)
        server.stop()

    def events():
        report = json.loads(run("report", "--store", folder.store, "--format", "json").stdout)
        return {s["id"][0]: len(s["events"]) for s in report["sessions"]}

    check("before: both recordings", events() == {"a": 6, "b": 6}, events())
    with Server(folder, "--keep", "30d", "--keep-size", "1G") as server:
        time.sleep(0.5)
        check("neither old nor large: nothing goes", events() == {"a": 6, "b": 6}, events())
        time.sleep(1)
        post(server.port, notice(1, productId=1))  # what is old is so by the clock of the senders too
        server.stop()
    with Server(folder, "--keep", "1s") as server:
        wait_for("what came before the open recording is forgotten", lambda: events() == {"a": 3, "b": 6})
        check("it is counted and told", wait_until(lambda: "forgotten rows=3" in server.log()), server.log())
        server.stop()
    done = subprocess.run([RECTRACE, "serve", "--keep", "soon"], capture_output=True, text=True)
    check("a length that is none", done.returncode == 3 and "like 30d" in done.stderr)

# Without a token: loopback only, and under a local name only.
with Folder() as folder, Server(folder) as server:
    check("no token: the pages are open on loopback", get(server, "/metrics", token=None)[0] == 200)
    check("no token: another name is refused", get(server, "/metrics", token=None, headers={"Host": "evil.example"})[0] == 403)
    check("no token: no logs by HTTP", get(server, "/v1/logs", token=None, data=b"x\n")[0] == 401)
    done = subprocess.run([RECTRACE, "serve", "--store", folder.path + "/other.db", "--secret-file", folder.secrets, "--listen",
                           "127.0.0.1:0", "--admin", "0.0.0.0:0"], capture_output=True, text=True, timeout=30)
    check("no token: no other address", done.returncode == 3 and "needs --admin-token-file" in done.stderr, done.stderr[-100:])
finish()
