"""page.py - the page of the receiver and the changes it follows: a session grows, a finding appears and is
withdrawn, a reader that comes back misses nothing, hostile names stay text.  usage: page.py [BROWSER]"""
import base64
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from kit import SECRET, Folder, Server, check, finish, post, skip

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../page"))
from browser import Browser  # noqa: E402

TOKEN = "a-token-of-more-than-16"
HOSTILE = "</script><img src=x onerror=\"window.broken=1\">"
NOW = int(time.time()) * 1000 - 3600000


def get(server, path, authorization=None, **headers):
    wanted = urllib.request.Request(f"http://127.0.0.1:{server.admin}{path}", headers=headers)
    if authorization:
        wanted.add_header("Authorization", authorization)
    try:
        with urllib.request.urlopen(wanted, timeout=20) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as e:
        return e.code, e.read().decode(), e.headers


def ready(server, authorization=None):
    """The first view takes a moment."""
    end = time.monotonic() + 20
    while get(server, "/", authorization)[0] == 503 and time.monotonic() < end:
        time.sleep(0.05)


class Stream:
    """Server-sent events, as a browser reads them."""

    def __init__(self, server, last=None):
        self.socket = socket.create_connection(("127.0.0.1", server.admin), 20)
        head = f"GET /api/v1/changes HTTP/1.1\r\nHost: 127.0.0.1:{server.admin}\r\n"
        self.socket.sendall((head + (f"Last-Event-ID: {last}\r\n" if last else "") + "\r\n").encode())
        self.text, self.events, self.last = "", [], last

    def pump(self, seconds):
        self.socket.settimeout(seconds)
        try:
            piece = self.socket.recv(65536).decode()
        except (TimeoutError, socket.timeout):
            return bool(self.text)
        self.text += piece
        for found in re.finditer(r"id: (\S+)\r?\nevent: (\w+)\r?\ndata: ([^\n]*)\n\n", self.text):
            self.events.append((found[1], found[2], json.loads(found[3])))
            self.last = found[1]
        self.text = self.text[self.text.rfind("\n\n") + 2:] if "\n\n" in self.text else self.text
        return bool(piece)

    def until(self, wanted, seconds=30):
        end = time.monotonic() + seconds
        while not any(wanted(e) for e in self.events) and time.monotonic() < end:
            self.pump(0.2)
        return any(wanted(e) for e in self.events)

    def close(self):
        self.socket.close()


def callback(number, kind, name, at, cname="room-31", sid="31" * 16, **details):
    return json.dumps({"noticeId": f"p-{sid[:6]}-{number}", "productId": 3, "eventType": kind, "notifyMs": NOW + at + 90,
                       "payload": {"cname": cname, "uid": "527", "sid": sid, "sequence": number, "sendts": NOW + at, "serviceType": 0,
                                   "details": {"msgName": name, **details}}}).encode()


START = callback(0, 40, "recorder_started", 0, status=0)
SLICE = callback(1, 42, "recorder_slice_start", 1500, startUtcMs=NOW + 1500, discontinueUtcMs=NOW + 1500, mixedAllUser=True, streamUid="0",
                 trackType="audio_and_video")
AFTER = [callback(n, 33, "uploading_progress", 60000 * n, progress=1000 * n) for n in range(3, 6)]
MISSED = callback(2, 33, "uploading_progress", 120000, progress=900)
LOST = "webhook-sequence-gap"


def of(kind, *ids):
    return lambda e: e[1] == kind and (not ids or e[2].get("id") in ids)


def feed():
    with Folder() as folder, Server(folder) as server:
        ready(server)
        status, text, headers = get(server, "/")
        policy = headers.get("Content-Security-Policy", "")
        script = re.findall(r"<script>(.*?)</script>", text, re.S)
        hashed = base64.b64encode(hashlib.sha256(script[-1].encode()).digest()).decode() if script else "?"
        check("the page is there, with its own script alone", status == 200 and f"'sha256-{hashed}'" in policy and "default-src 'none'" in policy, status)
        check("another site cannot frame or reach it", "frame-ancestors 'none'" in policy and get(server, "/", Host="evil.example")[0] == 403)
        one = Stream(server)
        one.pump(1)
        post(server.port, START)
        post(server.port, SLICE)
        check("a new view is told", one.until(of("view")))
        check("with what was counted", one.until(lambda e: e[1] == "view" and e[2].get("stored") == 2))
        for body in AFTER:
            post(server.port, body)
        check("a finding appears", one.until(of("appeared", LOST)), [e[2].get("id") for e in one.events])
        place = one.last
        one.close()
        post(server.port, MISSED)
        again = Stream(server, place)
        check("who comes back is told what was missed: it is withdrawn", again.until(of("withdrawn", LOST)), [e[1:] for e in again.events][:4])
        check("and nothing twice", not any(of("appeared", LOST)(e) for e in again.events))
        again.close()
        for last in ("1-1", "nonsense", place.split("-")[0] + "-999999"):
            lost = Stream(server, last)
            check(f"a place that is not known ({last[:8]}): read all anew", lost.until(of("reset")))
            lost.close()
        slow = [Stream(server) for _ in range(20)]
        time.sleep(0.3)
        refused = 0
        for s in slow:
            s.socket.settimeout(2)
            try:
                refused += b" 503 " in s.socket.recv(200)
            except (TimeoutError, socket.timeout):
                pass
        check("readers are bounded", refused >= 4, refused)
        check("and callbacks are taken all the same", post(server.port, callback(6, 33, "uploading_progress", 400000, progress=9000))[0] == 200)
        started = time.monotonic()
        check("it stops at once, though they still listen", server.stop() == 0 and time.monotonic() - started < 8, time.monotonic() - started)
        for s in slow:
            s.close()


def locked():
    with Folder() as folder:
        with open(folder.path + "/token", "w") as f:
            f.write(TOKEN + "\n")
        os.chmod(folder.path + "/token", 0o600)
        with Server(folder, "--admin-token-file", folder.path + "/token") as server:
            basic = lambda t: "Basic " + base64.b64encode(b"me:" + t.encode()).decode()
            ready(server, basic(TOKEN))
            status, text, headers = get(server, "/")
            check("without the token: 401, and a browser asks for it", status == 401 and "Basic" in str(headers), status)
            check("with it as the password", get(server, "/", basic(TOKEN))[0] == 200)
            check("with another", get(server, "/", basic(TOKEN + "x"))[0] == 401 and get(server, "/", "Basic !!")[0] == 401)
            check("the token is not on the page", TOKEN not in get(server, "/", basic(TOKEN))[1])


def wait(b, expression, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if b.value(expression) is True:
            return True
        time.sleep(0.1)
    return False


def press(b, button, done, seconds=30):
    """Clicks it until something comes of it: the page is live, and may move between the look where a button is and the click."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if b.value(f"!!({button})"):
            b.click(button)
        if wait(b, done, 3):
            return True
    return False


def plain():
    """What a reader without scripts is given."""
    with Folder() as folder, Server(folder) as server:
        ready(server)
        check("without scripts: nothing runs yet", "None is running." in get(server, "/")[1])
        post(server.port, START)
        post(server.port, START)
        post(server.port, callback(0, 40, "recorder_started", 0, HOSTILE, "66" * 16, status=0))
        post(server.port, START.replace(b"room-31", b"room-99"), secret=b"of somebody else")
        end = time.monotonic() + 20
        text = ""
        while ("wrong signature" not in text or "room-31</strong> running" not in text or "&lt;/script" not in text) and time.monotonic() < end:
            time.sleep(0.1)
            text = get(server, "/")[1].split('<script type="application/json"')[0]
        check("without scripts: what runs", "<strong>room-31</strong> running" in text)
        check("without scripts: what was delivered, and how often", "40 recorder_started <strong>room-31</strong> accepted, duplicate x1" in text, text[text.find('id="deliveries"'):][:300])
        check("without scripts: what was refused, and why", "<strong>room-99</strong> wrong signature" in text)
        check("without scripts: a name full of markup is text", "<img" not in text and "&lt;img src=x" in text)
    with Folder() as folder, Server(folder, "--allow-unsigned", secrets=False) as server:
        ready(server)
        check("unsigned mode stands on the page", "unsigned mode: bodies of anybody are taken" in get(server, "/")[1])


def browser_deliveries(b):
    with Folder() as folder:
        log = folder.path + "/api.log"
        open(log, "wb").close()
        with Server(folder, "--tail", log) as server:
            home = f"http://127.0.0.1:{server.admin}"
            ready(server)
            b.open(home + "/")
            now = time.time()
            stamp = lambda s: time.strftime("%Y-%m-%dT%H:%M:%S.120Z", time.gmtime(now + s))
            rid, sid = "R" * 40, "40" * 16
            call = lambda at, path, answer: json.dumps({
                "time": stamp(at), "method": "POST", "url": f"https://api.agora.io/v1/apps/{'8f' * 16}/cloud_recording/{path}", "status": 200,
                "request_body": {"cname": "room-40", "uid": "527", "clientRequest": {}}, "response_body": answer}).encode() + b"\n"
            with open(log, "ab") as f:
                f.write(call(-9, "acquire", {"resourceId": rid}) + call(-8, f"resourceid/{rid}/mode/mix/start", {"resourceId": rid, "sid": sid}))
            post(server.port, START)
            check("browser: what is due is counted down", wait(b, r"[...active.querySelectorAll('[data-due]')].some(e => /in (1m)?\d+s/.test(e.textContent))"))
            before = b.value("active.querySelector('[data-due]').textContent")
            check("browser: second by second", wait(b, f"active.querySelector('[data-due]') && active.querySelector('[data-due]').textContent !== {json.dumps(before)}", 5))
            for _ in range(3):
                post(server.port, START)
            check("browser: copies of a delivery are counted", wait(b, "deliveries.textContent.includes('accepted, duplicate x3')"))
            post(server.port, callback(5, 33, "uploading_progress", 9000, HOSTILE, progress=5), secret=b"of somebody else")
            check("browser: a refused body is listed with the reason", wait(b, "deliveries.textContent.includes('wrong signature ▸ quarantine')"))
            check("browser: its detail: how it was checked, its body, no digest", press(b, "[...deliveries.querySelectorAll('button')].find(e => e.textContent.includes('wrong signature'))", "/over \\d+ raw bytes: wrong signature/.test(drawer.textContent)") and
                  b.value("drawer.textContent.includes('Agora-Signature-V2: ••••') && drawer.querySelector('pre.raw').textContent.includes('uploading_progress')") and
                  not b.value("/[0-9a-f]{64}/.test(drawer.textContent)") and b.value("document.images.length") == 0)
            curl = b.value(f"curlOf({{ app: 'main', body: {json.dumps(chr(39) + '$(id)')} }})")
            check("browser: as curl, with a placeholder, quoted", "Agora-Signature-V2: SIGNATURE" in curl and "''\\''$(id)'" in curl, curl)
            check("browser: a delivery can be replayed to an address", press(b, "[...drawer.querySelectorAll('button')].find(e => e.textContent.startsWith('replay to URL'))", "!drawer.querySelector('.replay').hidden && drawer.querySelector('.replay input').value.endsWith('/hook/main')"))
            hostile = "@/etc/passwd '\"$(id)`id`\\n%s"
            told = {"app": "main", "body": json.dumps({"noticeId": "replayed", "productId": 3, "eventType": 33, "x": hostile})}
            command = b.value(f"replayOf({json.dumps(told)}, 'http://127.0.0.1:{server.port}/hook/main')")
            if shutil.which("curl") and shutil.which("openssl"):
                done = subprocess.run(["sh", "-c", command], capture_output=True, env={**os.environ, "SECRET": SECRET.decode()}, timeout=20)
                items = json.loads(server.get("/api/v1/deliveries")[1])["items"]
                row = [d["id"] for d in items if d["notice"] == "replayed"]
                check("browser: the command sends the same bytes, signed anew", json.loads(done.stdout or b"{}") == {"ok": True} and
                      json.loads(server.get(f"/api/v1/delivery?id={row[0]}")[1])["body"] == told["body"], (done.stdout, done.stderr[-200:]))
            else:
                skip("browser: no curl or openssl to replay with")
            b.key("Escape")
            check("browser: Escape closes it", b.value("drawer.hidden"))
            check("browser: a delivery leads to its session", press(b, "[...deliveries.querySelectorAll('button')].find(e => e.textContent.includes('duplicate x3'))", "drawer.textContent.includes('sent again 3 times')") and
                  b.value("[...drawer.querySelectorAll('button')].some(e => e.textContent === 'session')"), b.value("drawer.textContent")[:300])
            check("browser: which opens", press(b, "[...drawer.querySelectorAll('button')].find(e => e.textContent === 'session')", "state.s === '" + "31" * 16 + "' && drawer.querySelectorAll('.lines tbody tr:not(.hole)').length >= 1"))
            b.key("Escape")
            press(b, "document.getElementById('pause')", "paused")
            count = b.value("deliveries.children.length")
            post(server.port, SLICE)
            check("browser: paused, deliveries stand still", wait(b, "rows.some(r => r.s.e.length === 2)") and b.value("deliveries.children.length") == count)
            press(b, "document.getElementById('pause')", "!paused")
            check("browser: and go on", wait(b, f"deliveries.children.length === {count + 1}"))
            b.value("(document.getElementById('delivery-kind').value = 'refused', showDeliveries())")
            check("browser: only those of a kind", b.value("deliveries.children.length") == 1)
            b.value("(health = { ready: false, disk_low: true }, showBanners())")
            check("browser: a full disk is told", b.value("banners.textContent.includes('The disk is full: callbacks are answered 503.')"))
            b.value("(health = null, newest = Date.now() - 16 * 60000, showBanners())")
            check("browser: silence is told while recordings run", b.value("banners.textContent.includes('No callback for 16m')"))
            check("browser: nothing complains", not b.complaints(home), b.complaints(home)[:2])
            server.stop()
            check("browser: it says that it reconnects", wait(b, "banners.textContent.includes('Reconnecting') && badge.textContent.includes('reconnecting')"))


def browser(program):
    with Folder() as folder, Server(folder) as server:
        b = Browser(program)
        try:
            home = f"http://127.0.0.1:{server.admin}"
            ready(server)
            b.open(home + "/")
            check("browser: it says that nothing came yet", wait(b, "active.textContent.includes('Waiting for the first callback')"))
            check("browser: it is live", wait(b, "badge.textContent.includes('live')"))
            post(server.port, START)
            check("browser: the recording is shown", wait(b, "active.textContent.includes('room-31')"))
            check("browser: one event of it", press(b, "active.querySelector('button')", "drawer.querySelectorAll('.lines tbody tr:not(.hole)').length === 1"))
            post(server.port, SLICE)
            check("browser: the session grows", wait(b, "drawer.querySelectorAll('.lines tbody tr:not(.hole)').length === 2"))
            for body in AFTER:
                post(server.port, body)
            check("browser: a finding appears", wait(b, f"happened.textContent.includes('{LOST}') && drawer.textContent.includes('{LOST}')"))
            if os.environ.get("PICTURE"):
                b.key("Escape")
                with open(os.environ["PICTURE"], "wb") as f:
                    f.write(base64.b64decode(b.ask("Page.captureScreenshot", format="png")["data"]))
            post(server.port, MISSED)
            check("browser: the coverage follows", b.value("document.querySelectorAll('.cover .bar i').length") == 1)
            check("browser: and is withdrawn, visibly", wait(b, f"[...happened.querySelectorAll('.withdrawn')].some(e => e.textContent.includes('{LOST}'))"))
            post(server.port, callback(0, 40, "recorder_started", 0, HOSTILE, "66" * 16, status=0))
            check("browser: a name full of markup is text", wait(b, f"active.textContent.includes({json.dumps(HOSTILE)})") and
                  b.value("document.images.length") == 0 and b.value("window.broken") is None)
            check("browser: nothing complains, nothing else is fetched", not b.complaints(home), b.complaints(home)[:2])
            browser_deliveries(b)
        finally:
            b.close()


feed()
locked()
plain()
if len(sys.argv) > 1:
    browser(sys.argv[1])
else:
    print("no chromium: the page was not tried in a browser")
finish()
