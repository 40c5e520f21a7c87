"""steady.py [ROWS...] - what the live view costs does not hang on how much is stored: memory, processor time of a callback, the
way from a callback to its finding, and a start, with 10 000, 100 000 and 1 000 000 callbacks stored and 50 recordings open."""
import json
import os
import re
import socket
import sqlite3
import statistics
import sys
import time
import urllib.error
import urllib.request
import zlib

from kit import Folder, Server, check, finish, post

OPEN = 50
KINDS = [(40, "recorder_started", {"status": 0}), (42, "recorder_slice_start", {})] + \
    [(33, "uploading_progress", {"progress": 1000 * n}) for n in range(1, 6)] + \
    [(41, "recorder_leave", {"leaveCode": 2}), (31, "uploaded", {"status": 0}), (11, "session_exit", {"exitStatus": 0})]
FIRST = 1767600000000


def body(session, number, at, sequence=None):
    kind, name, details = KINDS[number]
    return json.dumps({"noticeId": f"s-{session}-{number}", "productId": 3, "eventType": kind, "notifyMs": at + 100,
                       "payload": {"cname": f"room-{session}", "uid": "527", "sid": "%032x" % (session * 2654435761 + 1),
                                   "sequence": number if sequence is None else sequence, "sendts": at, "serviceType": 0,
                                   "details": {"msgName": name, **details}}}).encode()


def row_sum(notice, at, text):
    """As the store adds up a row, so that a flipped bit is seen."""
    made = zlib.crc32(b"")
    for part in (b"main", notice.encode(), at, at, 0, b"2026-a", text):
        if isinstance(part, int):
            made = zlib.crc32(part.to_bytes(8, "little", signed=True), made)
        else:
            made = zlib.crc32(part, zlib.crc32(len(part).to_bytes(8, "little"), made))
    return made


def fill(path, rows):
    """As the receiver would have stored them, in seconds; its keys are gathered when it starts."""
    slots, fresh, at = [None] * OPEN, 0, FIRST

    def made():
        nonlocal fresh, at
        for n in range(rows):
            slot = n % OPEN
            if slots[slot] is None or slots[slot][1] == len(KINDS):
                slots[slot] = [fresh, 0]
                fresh += 1
            session, number = slots[slot]
            slots[slot][1] += 1
            at += 2000
            notice, text = f"s-{session}-{number}", body(session, number, at)
            yield (n + 1, notice, at * 1000, at * 1000, at * 1000, text, row_sum(notice, at * 1000, text))

    db = sqlite3.connect(path)
    db.execute("PRAGMA synchronous = OFF")
    db.executemany("INSERT INTO callback (id, app, notice, received, last, notify, label, secret, copies, body, sum)"
                   " VALUES (?, 'main', ?, ?, ?, ?, 0, '2026-a', 1, ?, ?)", made())
    db.commit()
    db.close()
    return fresh, at


def get(server, path):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.admin}{path}", timeout=60) as answer:
            return json.load(answer)
    except (urllib.error.HTTPError, OSError):
        return None


def viewed(server, rows):
    """Seconds until the view has all of them."""
    begun = time.monotonic()
    while time.monotonic() - begun < 600:
        page = get(server, "/api/v1/sessions?limit=1")
        if page and page["callbacks"] >= rows:
            break
        time.sleep(0.02)
    return time.monotonic() - begun


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as f:
        return next(int(row.split()[1]) / 1024 for row in f if row.startswith("VmRSS"))


def used(server):
    with open(f"/proc/{server.process.pid}/stat") as f:
        fields = f.read().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Changes:
    def __init__(self, server):
        self.socket = socket.create_connection(("127.0.0.1", server.admin), 20)
        self.socket.sendall(f"GET /api/v1/changes HTTP/1.1\r\nHost: 127.0.0.1:{server.admin}\r\n\r\n".encode())
        self.text = ""

    def until(self, what, seconds=20):
        end = time.monotonic() + seconds
        self.socket.settimeout(1)
        while what not in self.text and time.monotonic() < end:
            try:
                self.text += self.socket.recv(65536).decode()
            except (TimeoutError, socket.timeout):
                pass
        return what in self.text


def measure(rows):
    with Folder() as folder:
        with Server(folder) as server:
            server.stop()
        fresh, at = fill(folder.store, rows)
        with Server(folder) as server:
            first = viewed(server, rows)
            peak = resident(server)
            server.stop()
        begun = time.monotonic()
        with Server(folder) as server:
            ready = time.monotonic() - begun
            again = ready + viewed(server, rows)
            # A steady stream: 25 a second, of as many recordings as are open already.
            count, before, started = 250, used(server), time.monotonic()
            for n in range(count):
                at += 2000
                post(server.port, body(fresh + n // len(KINDS), n % len(KINDS), at))
                time.sleep(max(0, started + (n + 1) / 25 - time.monotonic()))
            viewed(server, rows + count)
            cost = (used(server) - before) / count * 1000
            ways = []
            changes = Changes(server)
            time.sleep(0.3)
            for n in range(15):
                session = fresh + 1000 + n
                post(server.port, body(session, 0, at))
                time.sleep(0.3)
                changes.text = ""
                begun = time.monotonic()
                post(server.port, body(session, 3, at + 4000, 7))
                sid = "%032x" % (session * 2654435761 + 1)
                changes.until(sid)
                ways.append((time.monotonic() - begun) * 1000)
                at += 8000
            size = resident(server)
            page = get(server, "/api/v1/sessions?limit=1")
            server.stop()
    print(f"{rows:>8} stored: first start read in {first:.1f} s ({rows / max(first, 0.001):.0f}/s); again: ready {ready:.2f} s, view {again:.2f} s; "
          f"resident {size:.0f} MiB (reading {peak:.0f}); {cost:.1f} ms of a processor a callback at 25/s; "
          f"callback to finding p50 {statistics.median(ways):.0f} ms, worst {max(ways):.0f} ms; "
          f"at hand {page['total']} sessions, put away {page['put_away']} channels", flush=True)
    return size, cost, again, statistics.median(ways)


wanted = [int(n) for n in sys.argv[1:]] or [10000, 100000, 1000000]
results = [measure(n) for n in wanted]
least, most = results[0], results[-1]
check("memory does not follow the store", most[0] < least[0] * 1.5 + 20, f"{least[0]:.0f} MiB -> {most[0]:.0f} MiB")
check("nor does what a callback costs", most[1] < least[1] * 1.6 + 2, f"{least[1]:.1f} ms -> {most[1]:.1f} ms")
check("a start takes less than 10 s", most[2] < 10, f"{most[2]:.2f} s")
check("a finding follows its callback within 2 s", max(r[3] for r in results) < 2000, f"{max(r[3] for r in results):.0f} ms")
finish()
