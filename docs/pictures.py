"""Makes the pictures of the README from samples/: the report on a terminal, and the page.
usage: pictures.py RECTRACE SRCDIR BROWSER"""

import base64
import html
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[2], "tests/page"))
from browser import Browser  # noqa: E402

BIN, SRC = sys.argv[1], sys.argv[2]
SAMPLES = [os.path.join("samples", n) for n in ("a-busy-morning.log.gz", "never-uploaded.log", "never-uploaded.hooks.jsonl", "failover.log",
                                                "failover.hooks.jsonl", "left-idle.log", "left-idle.hooks.jsonl")]
COLOURS = {"1": "font-weight:700", "31": "color:#ff7b72", "32": "color:#7ee787", "33": "color:#e3b341", "35": "color:#d2a8ff",
           "36": "color:#79c0ff", "90": "color:#8b949e"}


def terminal(folder):
    env = dict(os.environ, COLUMNS="96", LC_ALL="C.UTF-8", TERM="xterm-256color")
    env.pop("NO_COLOR", None)
    text = subprocess.run([BIN, "analyze", "--color", "always", SAMPLES[0]], cwd=SRC, env=env, capture_output=True, check=False).stdout.decode()
    lines = ["$ rectrace " + os.path.basename(SAMPLES[0])] + text.splitlines()[:34]
    body, opened = "", 0
    for piece in re.split(r"(\x1b\[[0-9;]*m)", "\n".join(lines)):
        if not piece.startswith("\x1b"):
            body += html.escape(piece)
            continue
        styles = ";".join(COLOURS[c] for c in piece[2:-1].split(";") if c in COLOURS)
        body += "</span>" * opened + ('<span style="%s">' % styles if styles else "")
        opened = 1 if styles else 0
    path = os.path.join(folder, "terminal.html")
    with open(path, "w") as f:
        f.write('<body style="margin:0;background:#0d1117;color:#e6edf3"><pre style="margin:0;padding:18px 22px;font:14px/1.45 \'DejaVu Sans Mono\','
                'monospace">%s</pre>' % (body + "</span>" * opened))
    return path


def page(folder):
    path = os.path.join(folder, "page.html")
    subprocess.run([BIN, "analyze", "--format", "html", "-o", path, *SAMPLES], cwd=SRC, check=False, stderr=subprocess.DEVNULL)
    return path


def picture(browser, url, width, height, out, then=None):
    browser.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
    browser.ask("Emulation.setScrollbarsHidden", hidden=True)
    browser.open(url)
    if then:
        browser.value(then)
    browser.settle()
    with open(os.path.join(SRC, "docs", out), "wb") as f:
        f.write(base64.b64decode(browser.ask("Page.captureScreenshot", format="png")["data"]))


with tempfile.TemporaryDirectory() as tmp:
    b = Browser(sys.argv[3])
    try:
        picture(b, "file://" + terminal(tmp), 860, 740, "terminal.png")
        whole = "file://" + page(tmp)
        picture(b, whole, 1280, 800, "page.png")
        picture(b, whole, 1280, 800, "session.png", "choose(rows.find(r => r.s.cname === 'room-320').s.id)")
    finally:
        b.close()
