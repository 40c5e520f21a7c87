"""A headless Chromium, driven over its debugging pipe; nothing but the standard library."""

import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Browser:
    def __init__(self, program):
        self.folder = tempfile.mkdtemp(prefix="rectrace-browser-")
        ours, theirs_out = os.pipe()
        theirs_in, self.writes = os.pipe()
        self.reads, self.rest, self.number, self.events, self.session = ours, b"", 0, [], None
        self.document, self.left = None, "none"  # of the page that is open, and of the one before

        def plumb():
            a, b = os.dup(theirs_in), os.dup(theirs_out)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
             "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--user-data-dir=" + self.folder, "--window-size=1300,1000", "about:blank"],
            preexec_fn=plumb, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")
        self.ask("Page.setLifecycleEventsEnabled", enabled=True)

    def receive(self, seconds):
        end = time.monotonic() + seconds
        while b"\0" not in self.rest:
            ready, _, _ = select.select([self.reads], [], [], max(0, end - time.monotonic()))
            piece = os.read(self.reads, 1 << 20) if ready else b""
            if not piece:
                return None
            self.rest += piece
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def ask(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        while True:
            got = self.receive(60)
            if got is None:
                raise SystemExit("the browser does not answer to " + method)
            if got.get("id") == self.number:
                if "error" in got:
                    raise SystemExit("%s: %s" % (method, got["error"]))
                return got["result"]
            self.events.append(got)

    def open(self, url):
        self.events.clear()
        # A page that was opened before may still tell of its own end, and ask for more until then.
        self.left = self.document or "none"
        self.document = document = self.ask("Page.navigate", url=url).get("loaderId")
        end = time.monotonic() + 60
        while document and not self.is_loaded(document) and time.monotonic() < end:
            got = self.receive(1)
            if got:
                self.events.append(got)

    def is_loaded(self, document):
        told = [e["params"] for e in self.events if e.get("method") == "Page.lifecycleEvent"]
        return any(p["loaderId"] == document and p["name"] == "load" for p in told)

    def value(self, expression):
        got = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in got:
            return "exception: " + got["exceptionDetails"].get("text", "")
        return got["result"].get("value")

    def settle(self):
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def key(self, key, text=None):
        code = {"Escape": 27, "Enter": 13}.get(key, ord(key.upper()[0]))
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, windowsVirtualKeyCode=code, **({"text": text} if text else {}))
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key, windowsVirtualKeyCode=code)
        self.settle()

    def click(self, expression):
        x, y = self.value("(() => { const e = %s; e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                          " return [r.x + Math.min(r.width / 2, 40), r.y + r.height / 2]; })()" % expression)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def complaints(self, home="file:"):
        """Errors, breaches of the policy, and requests for anything but the page itself."""
        bad = []
        for e in self.events:
            method, p = e.get("method"), e.get("params", {})
            if method == "Runtime.exceptionThrown" or (method == "Log.entryAdded" and p["entry"]["level"] == "error"):
                bad.append(json.dumps(p)[:200])
            if method == "Network.requestWillBeSent" and p.get("loaderId") != self.left and not p["request"]["url"].startswith(home):
                bad.append(p["request"]["url"])
        return bad

    def close(self):
        self.session = None
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)  # its own children may still be writing
