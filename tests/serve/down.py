"""down.py - the receiver was not there for a while: everything that tells of coverage shows the hole, nothing that may
have come in it is missed, and the live report, that of the store and that of the replayed files stay one."""
import json
import os
import shutil
import signal
import subprocess
import time

from kit import FAULTY, RECTRACE, Folder, Server, check, finish, post, wait_until

HOUR = 3600_000


def run(*arguments, cwd=None):
    return subprocess.run([RECTRACE, *arguments], capture_output=True, cwd=cwd, timeout=60)


def callback(sid, number, kind, name, at, **details):
    return json.dumps({
        "noticeId": f"down-{sid}-{number}", "productId": 3, "eventType": kind, "notifyMs": at,
        "payload": {"cname": "room-" + sid, "uid": "527", "sid": sid * 16, "sequence": number, "sendts": at,
                    "serviceType": 1, "details": {"msgName": name, **details}}}).encode()


def now_ms():
    return int(time.time() * 1000)


def before(port):
    at = now_ms()
    bodies = [
        callback("aa", 0, 40, "recorder_started", at - 4000, status=0),
        callback("aa", 1, 41, "recorder_leave", at - 1000, leaveCode=2),  # and no upload is ever told
        callback("bb", 0, 40, "recorder_started", at - 90000, status=0),  # and 1 to 3 are missing
    ]
    check("the callbacks before are taken", [post(port, b)[0] for b in bodies] == [200] * 3)


def after(port):
    at = now_ms()
    bodies = [
        callback("bb", 4, 42, "recorder_slice_start", at, startUtcMs=at, discontinueUtcMs=at),
        callback("bb", 5, 41, "recorder_leave", at + 60500, leaveCode=2),
        callback("bb", 6, 31, "uploaded", at + 61000, status=0),
        callback("bb", 7, 11, "session_exit", at + 61500, exitStatus=0),
        callback("cc", 0, 40, "recorder_started", at + 30 * HOUR, status=0),  # moves the clock of the log
    ]
    check("and those after", [post(port, b)[0] for b in bodies] == [200] * 5)


def conclude(what, server, folder):
    """The report, which must be the same wherever it is made."""
    live = stored = None

    def same():
        nonlocal live, stored
        stored = run("report", "--store", folder.store, "--format", "json").stdout
        live = server.get("/api/v1/report")[1]
        return live == stored

    check(f"{what}: the live report is that of the store", wait_until(same, 30))
    shutil.rmtree(folder.path + "/out", ignore_errors=True)
    run("replay", "--store", folder.store, "--output", folder.path + "/out")
    names = [i["path"] for i in json.loads(stored)["inputs"]]
    again = run("analyze", "--format", "json", *map(os.path.basename, names), cwd=folder.path + "/out").stdout
    check(f"{what}: and that of the replayed files", again == stored)
    return json.loads(stored)


def accused(report, sid):
    return sorted(f["id"] for f in report["findings"] if f["session"] and sid * 16 in json.dumps(f))


def holes(report):
    spans = report["coverage"]["webhook"]
    return [(spans[i][1], spans[i + 1][0]) for i in range(len(spans) - 1)]


def seconds(stamp):
    return time.mktime(time.strptime(stamp[:19] + "UTC", "%Y-%m-%dT%H:%M:%S%Z")) - time.timezone


GAP = "webhook-sequence-gap"

with Folder() as folder:
    server = Server(folder)
    before(server.port)
    after(server.port)
    always = conclude("always there", server, folder)
    check("always there: no hole", holes(always) == [])
    check("always there: an end that nobody told of is missed", "end-without-exit-event" in accused(always, "aa"), accused(always, "aa"))
    check("always there: so are callbacks that were skipped", GAP in accused(always, "bb"), accused(always, "bb"))
    server.stop()

for what, how in (("stopped", "stop"), ("killed", "kill"), ("frozen", "freeze")):
    with Folder() as folder:
        server = Server(folder)
        before(server.port)
        begun = time.time()
        if how == "freeze":
            # Longer than the pulse may be late.
            server.process.send_signal(signal.SIGSTOP)
            time.sleep(17)
            server.process.send_signal(signal.SIGCONT)
            check(f"{what}: it notices", wait_until(lambda: "no callbacks were taken" in server.log(), 20))
        else:
            server.stop() if how == "stop" else server.kill()
            time.sleep(1.5)
            server = Server(folder)
        ended = time.time()
        after(server.port)
        report = conclude(what, server, folder)
        told = holes(report)
        # The stamps are cut to whole seconds here.
        check(f"{what}: one hole, for that time", len(told) == 1 and begun - 7 <= seconds(told[0][0]) <= begun + 2 and
              seconds(told[0][1]) <= ended + 1 and seconds(told[0][1]) - seconds(told[0][0]) >= 1, told)
        check(f"{what}: what may have been told then is not missed", accused(report, "aa") == [], accused(report, "aa"))
        check(f"{what}: nor are callbacks that were skipped then", GAP not in accused(report, "bb"), accused(report, "bb"))
        check(f"{what}: the sessions are the same", len(report["sessions"]) == len(always["sessions"]), len(report["sessions"]))
        text = run("report", "--store", folder.store).stdout.decode()
        check(f"{what}: the report tells of it", "missing 20" in text, text.split("\n")[0:6])
        page = server.get("/")[1].decode()
        check(f"{what}: so does the page", "callback log missing" in page)
        items = json.loads(server.get("/api/v1/deliveries")[1])["items"]
        check(f"{what}: it stands among the deliveries", [d["label"] for d in items].count("receiver-down") == 1)
        bundle = folder.path + "/evidence.tgz"
        done = run("bundle", "aa" * 16, *map(lambda i: folder.path + "/out/" + i["path"], report["inputs"]), "-o", bundle)
        again = json.loads(run("analyze", "--format", "json", bundle).stdout or b"{}")
        check(f"{what}: a bundle of it keeps the hole", done.returncode == 0 and len(holes(again)) == 1 and accused(again, "aa") == [],
              done.stderr.decode()[-200:])
        if how == "stop":
            # And a view that goes on from its shelf still knows it.
            server.stop()
            server = Server(folder)
            report = conclude("started again", server, folder)
            check("started again: the hole is still there", told[0] in holes(report), holes(report))
        server.stop()

with Folder() as folder:
    server = Server(folder, program=FAULTY)
    before(server.port)
    folder.clock(3600)
    time.sleep(6)
    folder.clock(0)
    time.sleep(6)
    after(server.port)
    report = conclude("a clock that was set", server, folder)
    check("a clock that was set makes no hole", holes(report) == [], holes(report))
    server.stop()

finish()
