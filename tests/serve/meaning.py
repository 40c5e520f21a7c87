"""meaning.py [long] - what a report says does not depend on how callbacks came: in which order, how often, how late, under which notice;
odd ones are kept, labelled and counted, and make no session; a kill in the middle changes nothing."""
import asyncio
import json
import random
import sqlite3
import subprocess
import sys
import time

from kit import RECTRACE, Folder, Load, Server, check, compare, finish, notice, post, wait_until

LONG = "long" in sys.argv
chance = random.Random(3)
BEGIN = 1767600000000


def event(sid, sequence, kind, name, at, uid="527", **details):
    return {"noticeId": f"{sid}-{sequence}", "productId": 3, "eventType": kind, "notifyMs": BEGIN + at + 90,
            "payload": {"cname": "room-" + sid[:3], "uid": uid, "sid": (sid * 32)[:32], "sequence": sequence, "sendts": BEGIN + at,
                        "serviceType": 0, "details": {"msgName": name, **details}}}


def recording(sid):
    return [event(sid, 0, 40, "recorder_started", 2500, status=0),
            event(sid, 1, 42, "recorder_slice_start", 4000, startUtcMs=BEGIN + 4000, discontinueUtcMs=BEGIN + 4000, mixedAllUser=True,
                  streamUid="0", trackType="audio_and_video"),
            *[event(sid, 2 + k, 33, "uploading_progress", 60000 * (k + 1), progress=100 * k) for k in range(10)],
            event(sid, 12, 41, "recorder_leave", 700500, leaveCode=2),
            event(sid, 13, 31, "uploaded", 705000, status=0),
            event(sid, 14, 11, "session_exit", 706000, exitStatus=0)]


def report(store, *more):
    done = subprocess.run([RECTRACE, "report", "--store", store, "--format", "json", *more], capture_output=True, text=True)
    return json.loads(done.stdout)


# What speaks of deliveries and not of what was delivered.
ARRIVAL = {"webhook-delayed", "webhook-other-product", "webhook-duplicate", "webhook-slow"}


def conclusions(r):
    """Sessions with their events, and findings but for those of deliveries; without places, which differ."""
    sessions = [(s["id"], s.get("phase"), [(e.get("time"), e.get("kind")) for e in s["events"]]) for s in r["sessions"]]
    return json.dumps([sorted(sessions, key=str), sorted((f["id"], f.get("count"), str(f.get("sessions"))) for f in r["findings"]
                                                         if f["id"] not in ARRIVAL)])


def sent(bodies):
    with Folder() as folder, Server(folder) as server:
        statuses = {post(server.port, json.dumps(b).encode() if isinstance(b, dict) else b)[0] for b in bodies}
        check("  all are answered 200", statuses == {200}, statuses)
        db = sqlite3.connect(folder.store)
        rows = db.execute("SELECT count(*), sum(copies) FROM callback WHERE of IS NULL").fetchone()
        db.close()
        return report(folder.store), rows, folder.store


plain = [e for n in range(6 if LONG else 2) for e in recording(f"abc{n}")]
want, rows, _ = sent(plain)
check("in order: each is stored", rows == (len(plain), len(plain)), rows)
want = conclusions(want)

shuffled = plain[:]
chance.shuffle(shuffled)
got, _, _ = sent(shuffled)
check("in any order: the same conclusions", conclusions(got) == want)

late = plain[5:] + plain[:5]
got, _, _ = sent(late)
check("the beginning comes last: the same conclusions", conclusions(got) == want)

resent = [b for e in shuffled for b in [e] + [{**e, "notifyMs": e["notifyMs"] + 60000 * k} for k in range(chance.randrange(3))]]
chance.shuffle(resent)
got, rows, _ = sent(resent)
check("sent again up to twice: stored once, the same conclusions", conclusions(got) == want and rows == (len(plain), len(resent)), rows)

double = [b for e in shuffled for b in (e, {**e, "noticeId": e["noticeId"] + "-bis"})]
chance.shuffle(double)
got, rows, _ = sent(double)
check("redundant notices under other ids: one each, the same conclusions", conclusions(got) == want and rows == (len(plain), len(double)), rows)

holes = [e for e in plain if not (e["payload"]["sid"].startswith("abc1") and e["payload"]["sequence"] in (4, 5))]
chance.shuffle(holes)
got, _, _ = sent(holes)
check("holes in the sequence are named", any("lost" in f["id"] or "gap" in f["id"] for f in got["findings"]), [f["id"] for f in got["findings"]])
got, _, _ = sent(holes + [e for e in plain if e not in holes])
check("and no longer when the missing ones come", conclusions(got) == want)

# What is no callback of a recording: kept, labelled, and no session of it.
odd = [
    ("another product", {**plain[0], "noticeId": "x1", "productId": 1}, 2),
    ("a test of the console, by its channel", {**plain[0], "noticeId": "x2", "payload": {**plain[0]["payload"], "cname": "test_webhook"}}, 1),
    ("a test of the console, by its user", {**plain[0], "noticeId": "x3", "payload": {**plain[0]["payload"], "uid": "12121212"}}, 1),
    ("no event type", {"noticeId": "x4", "productId": 3, "payload": {"cname": "c", "sid": "s" * 32}}, 3),
    ("no payload", {"noticeId": "x5", "productId": 3, "eventType": 40, "notifyMs": BEGIN}, 0),
    ("a payload of another type", {"noticeId": "x6", "productId": 3, "eventType": 40, "notifyMs": BEGIN, "payload": 7}, 0),
    ("fields of wrong types", {"noticeId": ["x"], "productId": "3", "eventType": {"a": 1}, "notifyMs": "soon", "payload": []}, 3),
    ("nothing known", {"hello": "world"}, 3),
    ("no object", [1, 2, 3], 3),
]
with Folder() as folder, Server(folder) as server:
    for name, body, label in odd:
        status, _, _ = post(server.port, json.dumps(body).encode())
        db = sqlite3.connect(folder.store)
        got = db.execute("SELECT label, body FROM callback ORDER BY id DESC LIMIT 1").fetchone()
        db.close()
        check(f"{name}: 200, kept and labelled", status == 200 and got == (label, json.dumps(body).encode()), (status, got and got[0]))
    r = report(folder.store)
    check("no session is made of them", r["sessions"] == [], [s["id"] for s in r["sessions"]])
    check("those that name nothing are told", any(f["id"] == "webhook-nameless" and f["count"] == 2 for f in r["findings"]),
          [f["id"] for f in r["findings"]])
    check("and so it is live", wait_until(lambda: json.loads(server.get("/api/v1/report")[1]) == r))
    check("each stands among the deliveries", len(json.loads(server.get("/api/v1/deliveries")[1])["items"]) == len(odd))
    check("they are counted", server.metric("rectrace_probes_total") == 2 and server.metric("rectrace_foreign_total") == 1 and
          server.metric("rectrace_unknown_total") == 4)

unknown = [{**recording("new0")[0], "eventType": 4711, "noticeId": "u1"},
           {**recording("new0")[1], "noticeId": "u2", "aNewField": {"deep": [1, {"x": None}]}}]
got, _, _ = sent(unknown + recording("new0")[2:])
check("an unknown event type and unknown fields: the recording is read all the same", len(got["sessions"]) == 1 and
      len(got["sessions"][0]["events"]) == 15, [len(s["events"]) for s in got["sessions"]])

# A sender's clock that is wrong, or no number of a time at all.
for value in (-1, 0, 2**63, -2**63, 10**30, 1e400, 4102444800000, 1, "1767600000000"):
    bodies = [{**e, "notifyMs": value} for e in recording("clk0")]
    text = [json.dumps(b).replace("Infinity", "1e400").encode() for b in bodies]
    got, rows, _ = sent(text)
    check(f"notifyMs {value}: stored, one session, in the order of its events", rows[0] == 15 and len(got["sessions"]) == 1 and
          [e.get("time") for e in got["sessions"][0]["events"]] == sorted(e.get("time") for e in got["sessions"][0]["events"]))

# Old bodies, well signed, sent again: taken once, and seen.
with Folder() as folder, Server(folder) as server:
    for e in recording("old0"):
        post(server.port, json.dumps(e).encode())
    check("old but well signed bodies are counted as replays", server.metric("rectrace_replays_total") == 15)
    for e in recording("old0"):
        post(server.port, json.dumps(e).encode())
    check("sent again they are copies", server.metric("rectrace_copies_total") == 15 and server.metric("rectrace_stored_total") == 15)
    check("the report tells of them", any("delayed" in f["id"] for f in report(folder.store)["findings"]))

# Killed again and again while the view of it is made: what it concludes in the end is what the store gives.
with Folder() as folder:
    bodies = [json.dumps(e).encode() for n in range(40 if LONG else 6) for e in recording(f"{n:03d}k")]
    chance.shuffle(bodies)
    rounds = 30 if LONG else 4
    part = len(bodies) // rounds + 1
    for number in range(rounds):
        server = Server(folder)
        for body in bodies[number * part:(number + 1) * part]:
            assert post(server.port, body)[0] == 200
        time.sleep(chance.random() * 0.15)
        server.kill()
    with Server(folder) as server:
        same = lambda: server.get("/api/v1/report")[1] == subprocess.run(
            [RECTRACE, "report", "--store", folder.store, "--format", "json"], capture_output=True).stdout
        check(f"killed {rounds} times while it concludes: in the end it is the report of the store", wait_until(same, 60))
        got = report(folder.store)
        check("with each event once", sum(len(s["events"]) for s in got["sessions"]) == len(bodies), len(bodies))
finish()
