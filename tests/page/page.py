"""The HTML report as a person uses it: filters, sorts, chooses a time, opens a session, zooms, copies, downloads, prints;
hostile names stay text; ten thousand sessions stay few rows.  usage: page.py RECTRACE SRCDIR BROWSER"""

import json
import os
import re
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[2], "tests/page"))
from browser import Browser  # noqa: E402

BIN, SRC = sys.argv[1], sys.argv[2]
HOSTILE = '</script><img src=x onerror="window.broken=1"><b>&amp;"\'room'
ROW = "#grid tbody tr[aria-selected]"
failures = []


def check(name, good, detail=""):
    if not good:
        failures.append(name)
    print("%s - %s%s" % ("ok" if good else "not ok", name, " %s" % (detail,) if detail and not good else ""))


def page(folder, name, *inputs):
    path = os.path.join(folder, name)
    subprocess.run([BIN, "analyze", "--format", "html", "-o", path, *inputs], check=False, stderr=subprocess.DEVNULL)
    return "file://" + path


def calls(count, cname):
    for i in range(count):
        yield json.dumps({"time": "2026-02-03T%02d:%02d:%02dZ" % (i // 3600 % 24, i // 60 % 60, i % 60), "method": "POST", "status": 400 if i % 3 else 200,
                          "url": "https://api.agora.io/v1/apps/%s/cloud_recording/acquire" % ("ab" * 16),
                          "request_body": {"cname": cname(i), "uid": str(100 + i), "clientRequest": {}},
                          "response_body": {"code": 2, "reason": "x"} if i % 3 else {"resourceId": "Rs%030d" % i}}) + "\n"


def write(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        f.writelines(lines)
    return path


def shown(b):
    return int(b.value("document.getElementById('count').textContent").split()[0])


def column(b, name):
    return b.value("[...document.querySelectorAll('%s .c-%s')].map(e => e.textContent)" % (ROW, name))


def filters(b, url):
    b.open(url)
    total = b.value("data.sessions.length")
    check("all sessions are counted", shown(b) == total, shown(b))
    b.key("/", "/")
    b.ask("Input.insertText", text="room-3")
    b.settle()
    some = shown(b)
    check("a search leaves some", 0 < some < total, some)
    check("and every row fits it", b.value("[...document.querySelectorAll('%s')].every(r => r.textContent.includes('room-3'))" % ROW))
    check("the search is in the address", "q=room-3" in b.value("location.hash"))
    b.key("Escape")
    b.click("document.querySelector('[data-severity=clean]')")
    check("a level can be left out", shown(b) < some, (some, shown(b)))
    b.click("document.getElementById('reset')")
    check("one click clears all filters", shown(b) == total and b.value("location.hash") in ("", "#"), b.value("location.hash"))
    b.value("phase.value = 'done'; phase.dispatchEvent(new Event('change'))")
    check("a state can be chosen", 0 < shown(b) < total and set(column(b, "state")) == {"done"} and "state=done" in b.value("location.hash"))
    b.click("document.getElementById('reset')")
    b.click("document.querySelector('[data-rule]')")
    wanted = b.value("document.querySelector('[data-rule]').dataset.rule")
    check("a finding leads to its sessions", 0 < shown(b) < total and b.value("rule.value") == wanted)
    b.click("document.getElementById('reset')")
    box = b.value("(() => { const e = document.getElementById('starts'); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; })()")
    for kind, share in (("mousePressed", 0.0), ("mouseMoved", 0.2), ("mouseReleased", 0.4)):
        b.ask("Input.dispatchMouseEvent", type=kind, x=box[0] + 2 + (box[2] - 4) * share, y=box[1] + box[3] / 2, button="left", buttons=1, clickCount=1)
    b.settle()
    by_drag = shown(b)
    check("a time is chosen by dragging", 0 < by_drag < total and "t=" in b.value("location.hash"), (by_drag, b.value("location.hash")))
    link = b.value("location.href")
    b.open("about:blank")
    b.open(link)
    check("and comes back by the link", shown(b) == by_drag, shown(b))
    b.value("fromInput.value = 'no time'; fromInput.dispatchEvent(new Event('change'))")
    check("what is no time is told", b.value("fromInput.getAttribute('aria-invalid')") == "true")
    b.click("document.getElementById('reset')")
    b.click("document.querySelector('th.c-length button')")
    times = b.value("shown.map(r => r.last - r.first).filter(t => !Number.isNaN(t))")
    check("sorted, the longest first", times == sorted(times, reverse=True) and b.value("document.querySelector('th.c-length').getAttribute('aria-sort')") == "descending")
    b.click("document.querySelector('th.c-channel button')")
    b.click("document.querySelector('th.c-channel button')")
    names = b.value("shown.map(r => r.s.cname || r.s.id)")
    check("sorted by channel, backwards", names == sorted(names, reverse=True) and "sort=-channel" in b.value("location.hash"))
    check("nothing complains, nothing is fetched", not b.complaints(), b.complaints()[:2])


def opened(b, url):
    b.open(url)
    b.key("/", "/")
    b.ask("Input.insertText", text="room-3")
    b.key("Escape")
    b.click("document.querySelector('%s')" % ROW)
    check("a click opens a session", b.value("!drawer.hidden && drawer.querySelector('h2').textContent.startsWith('room-3')"))
    check("the session is in the address", "s=" in b.value("location.hash"))
    check("calls are drawn", b.value("drawer.querySelectorAll('.axis path.call, .axis .fail').length") > 0)
    labels = "[...drawer.querySelectorAll('.axis text')].map(t => t.textContent).join('|')"
    was = b.value(labels)
    x, y = b.value("(() => { const r = drawer.querySelector('.axis').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
    for _ in range(4):
        b.ask("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-120)
    b.settle()
    check("the wheel zooms", b.value(labels) != was)
    b.click("[...drawer.querySelectorAll('.axisbar button')].find(e => e.textContent === 'fit')")
    check("fit shows all again", b.value(labels) == was)
    b.value("drawer.querySelector('.axis').focus()")
    b.key("+", "+")
    closer = b.value(labels)
    b.key("0", "0")
    check("keys zoom", closer != was and b.value(labels) == was)
    b.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    check("the exact time is shown under the pointer", re.match(r"\d\d:\d\d:\d\d\.\d{3}", b.value("drawer.querySelector('.tip').textContent") or ""))
    link = b.value("location.href")
    b.key("Escape")
    check("escape closes it", b.value("drawer.hidden"))
    b.key("j", "j")
    b.key("Enter", "\r")
    check("keys open the next one", b.value("!drawer.hidden"))
    b.open("about:blank")
    b.open(link)
    check("the link brings the session back", b.value("!drawer.hidden") and b.value("search.value") == "room-3")
    check("nothing complains, nothing is fetched", not b.complaints(), b.complaints()[:2])


def holes(b, url):
    """What a healthy recording would have shown stands as a hole in the lane, in the steps and in the timeline."""
    b.open(url)
    b.value("choose(rows.find(r => r.s.steps.some(one => one[2] === 'missing' && one[0] === 'stop')).s.id)")
    check("a missing step is a hole on the axis", b.value("drawer.querySelectorAll('.axis circle.hole').length") > 0)
    check("and in the steps", b.value("drawer.querySelector('.steps .missing').textContent").startswith("◌ "))
    check("and in the timeline, where it belongs", b.value(
        "(() => { const all = [...drawer.querySelectorAll('.lines tbody tr')], hole = all.findIndex(tr => tr.classList.contains('hole')); return hole > 0; })()"))


def carried_away(b, url, folder):
    """What a person takes along: the ticket, the trace, the print."""
    b.open(url)
    b.value("choose(rows.find(r => r.worst && r.s.sid && r.s.events.length > 8).s.id)")
    one = b.value("rows.find(r => r.s.id === state.s)._ = 0, (({s, of}) => [s.sid, s.cname, of[0].say, of[0].fix, of[0].evidence.map(place)])(rows.find(r => r.s.id === state.s))")
    b.value("window.copied = null; Object.defineProperty(navigator, 'clipboard', { value: { writeText: t => { window.copied = t; return Promise.resolve(); } } })")
    b.click("[...drawer.querySelectorAll('button')].find(e => e.textContent === 'copy ticket')")
    text = b.value("window.copied") or ""
    check("the ticket has identity, finding, remedy, evidence", all(x in text for x in one[:4] + one[4]), text[:200])
    b.click("[...drawer.querySelectorAll('button')].find(e => e.textContent === 'copy link')")
    check("the link is copied", b.value("window.copied === location.href"))
    b.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=folder)
    b.click("[...drawer.querySelectorAll('button')].find(e => e.textContent === 'download trace')")
    end, found, events = time.monotonic() + 30, [], []
    while not events and time.monotonic() < end:
        found = [n for n in os.listdir(folder) if n.startswith("trace-") and n.endswith(".json")]
        try:
            events = [e for n in found for e in json.load(open(os.path.join(folder, n)))["traceEvents"]]
        except ValueError:  # it is still coming
            pass
        time.sleep(0.1)
    check("the trace is downloaded, with calls and callbacks", {e.get("tid") for e in events} >= {1, 2, 3} and all(e["ph"] in "MXi" for e in events), found)
    check("it prints", len(b.ask("Page.printToPDF")["data"]) > 20000)
    b.ask("Emulation.setEmulatedMedia", media="print")
    check("in print: the session, not the controls", b.value(
        "getComputedStyle(drawer).position === 'static' && [...document.querySelectorAll('.tools, .buttons, .axisbar, .sessions')].every(e => getComputedStyle(e).display === 'none')"))
    b.ask("Emulation.setEmulatedMedia", media="", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    check("nothing complains, nothing is fetched", not [c for c in b.complaints() if "blob:" not in c], b.complaints()[:2])


def hostile(b, url):
    b.open(url)
    check("a name full of markup is text", b.value("document.images.length") == 0 and b.value("window.broken") is None)
    check("and is shown", b.value("document.querySelector('%s').textContent" % ROW).startswith(HOSTILE))
    b.click("document.querySelector('%s')" % ROW)
    check("in the drawer too", b.value("drawer.querySelector('h2').textContent") == HOSTILE and b.value("document.images.length") == 0)
    check("no policy was broken", not b.complaints(), b.complaints()[:2])
    b.ask("Runtime.evaluate", expression="{ const s = document.createElement('script'); s.textContent = 'window.broken = 1'; document.body.append(s); }")
    check("the policy lets no other script run", b.value("window.broken") is None and "'sha256-" in b.value("document.querySelector('meta[http-equiv]').content"))


def still(b, url):
    b.ask("Emulation.setScriptExecutionDisabled", value=True)
    b.open(url)
    b.ask("Emulation.setScriptExecutionDisabled", value=False)
    check("without scripts: sessions and findings are there",
          b.value("document.querySelectorAll('#grid tbody tr').length") > 50 and b.value("document.querySelectorAll('.findings tbody tr').length") > 10)
    check("without scripts: each session tells what happened", b.value("document.querySelectorAll('#grid details pre').length") > 25)
    check("without scripts: no dead controls", b.value("['.tools', '.range', '[data-rule]'].every(q => getComputedStyle(document.querySelector(q)).display === 'none')"))


def everywhere(b, url):
    """Narrow and wide, light and dark: nothing sticks out, and where it came from is told."""
    for wide in (420, 1400):
        b.ask("Emulation.setDeviceMetricsOverride", width=wide, height=900, deviceScaleFactor=1, mobile=False)
        b.open(url)
        over = b.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        b.value("choose(rows.find(r => r.worst && r.s.events.length > 8).s.id)")
        inner = b.value("drawer.scrollWidth - drawer.clientWidth")
        check("at %d pixels nothing sticks out" % wide, over <= 0 and inner <= 0, (over, inner))
    b.ask("Emulation.clearDeviceMetricsOverride")
    foot = b.value("document.querySelector('footer').textContent")
    check("the foot tells inputs, rules, assumptions, redaction, status", all(w in foot for w in ("Assumptions", "Rule pack", "rectrace 1", "profile vendor", "Exit status"))
          and re.search(r"[0-9a-f]{64}", foot), foot[-300:])
    colours = []
    for scheme in ("light", "dark"):
        b.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}])
        colours.append(b.value("getComputedStyle(document.body).backgroundColor"))
    check("light and dark differ", colours[0] != colours[1])


def small(url):
    text = open(url[7:], encoding="utf-8").read()
    data = len(re.search(r'id="data">(.*?)</script>', text, re.S).group(1))
    tables = len(re.search(r"<main>(.*)</main>", text, re.S).group(1))
    check("the page is less than 300 KB plus its data", len(text) - data - tables < 300000)
    print("# style and script %d KB, tables %d KB, data %d KB" % ((len(text) - data - tables) // 1024, tables // 1024, data // 1024))


def many(b, url):
    b.open(url)
    check("ten thousand sessions are there", b.value("data.sessions.length") == 10000)
    check("only those in sight are rows", b.value("document.querySelectorAll('#grid tbody tr').length") < 80)
    b.ask("Performance.enable", timeDomain="threadTicks")

    def spent():  # by the page's own thread, so that a busy machine does not count
        return next(m["value"] for m in b.ask("Performance.getMetrics")["metrics"] if m["name"] == "TaskDuration") * 1000

    began = spent()
    b.value("for (const q of ['r', 'ro', 'room-99', '']) { search.value = q; search.dispatchEvent(new Event('input')); }")
    b.settle()
    typed = spent()
    b.value("new Promise(done => { let n = 0; const step = () => { grid.scrollTop += 400; if (++n < 90) requestAnimationFrame(step); else done(1); }; requestAnimationFrame(step); })")
    scrolled = spent()
    check("the last row can be reached", b.value("(() => { grid.scrollTop = 1e9; paint(); return [...document.querySelectorAll('%s')].length > 0; })()" % ROW))
    print("# 10 000 sessions, by the time of the page's own thread: a keystroke of the search %.1f ms, a frame of scrolling %.1f ms (16.7 are to be had)"
          % ((typed - began) / 4, (scrolled - typed) / 90))


with tempfile.TemporaryDirectory() as tmp:
    browser = Browser(sys.argv[3])
    browser.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
    try:
        samples = page(tmp, "samples.html", os.path.join(SRC, "samples"))
        small(samples)
        filters(browser, samples)
        opened(browser, samples)
        holes(browser, samples)
        carried_away(browser, samples, tmp)
        everywhere(browser, samples)
        still(browser, samples)
        hostile(browser, page(tmp, "hostile.html", write(tmp, "hostile.log", calls(2, lambda i: HOSTILE))))
        many(browser, page(tmp, "many.html", write(tmp, "many.log", calls(10000, lambda i: "room-%d" % i))))
    finally:
        browser.close()
print("%d of the page failed" % len(failures) if failures else "the page holds")
sys.exit(1 if failures else 0)
