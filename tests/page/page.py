"""The HTML report as a person uses it: filters, opens a session, zooms, prints; hostile names stay text; many
sessions stay few rows.  usage: page.py RECTRACE SRCDIR BROWSER"""

import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(sys.argv[2], "tests/page"))
from browser import Browser  # noqa: E402

BIN, SRC = sys.argv[1], sys.argv[2]
HOSTILE = '</script><img src=x onerror="window.broken=1"><b>&amp;"\'room'
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


def use(b, url):
    b.open(url)
    all_of = b.value("document.getElementById('count').textContent")
    total = b.value("data.sessions.length")
    check("all sessions are counted", all_of == "%d of %d sessions" % (total, total), all_of)
    b.key("/", "/")
    b.ask("Input.insertText", text="room-3")
    b.settle()
    some = b.value("document.getElementById('count').textContent")
    check("a search leaves some", 0 < int(some.split()[0]) < total, some)
    check("and every row fits it", b.value("[...document.querySelectorAll('#grid tbody tr[aria-selected]')].every(r => r.textContent.includes('room-3'))"))
    check("the search is in the address", "q=room-3" in b.value("location.hash"))
    b.key("Escape")
    b.click("document.querySelector('[data-severity=clean]')")
    fewer = b.value("document.getElementById('count').textContent")
    check("a level can be left out", int(fewer.split()[0]) < int(some.split()[0]), (some, fewer))
    b.click("document.querySelector('#grid tbody tr[aria-selected]')")
    check("a click opens a session", b.value("!drawer.hidden && drawer.querySelector('h2').textContent.startsWith('room-3')"))
    check("the session is in the address", "s=" in b.value("location.hash"))
    check("calls are drawn", b.value("drawer.querySelectorAll('.axis .call, .axis .fail').length") > 0)
    labels = "[...drawer.querySelectorAll('.axis text')].map(t => t.textContent).join('|')"
    was = b.value(labels)
    x, y = b.value("(() => { const r = drawer.querySelector('.axis').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()")
    for _ in range(4):
        b.ask("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=-120)
    b.settle()
    check("the wheel zooms", b.value(labels) != was)
    b.click("[...drawer.querySelectorAll('.axisbar button')].find(e => e.textContent === 'fit')")
    check("fit shows all again", b.value(labels) == was)
    link = b.value("location.href")
    b.key("Escape")
    check("escape closes it", b.value("drawer.hidden"))
    b.key("j", "j")
    b.key("Enter", "\r")
    check("keys open the next one", b.value("!drawer.hidden"))
    b.open("about:blank")
    b.open(link)
    check("the link brings the session back", b.value("!drawer.hidden") and b.value("search.value") == "room-3")
    check("it prints", len(b.ask("Page.printToPDF")["data"]) > 20000)
    check("nothing complains, nothing is fetched", not b.complaints(), b.complaints()[:2])


def hostile(b, url):
    b.open(url)
    check("a name full of markup is text", b.value("document.images.length") == 0 and b.value("window.broken") is None)
    check("and is shown", b.value("document.querySelector('#grid tbody tr[aria-selected]').textContent").startswith(HOSTILE))
    b.click("document.querySelector('#grid tbody tr[aria-selected]')")
    check("in the drawer too", b.value("drawer.querySelector('h2').textContent") == HOSTILE and b.value("document.images.length") == 0)
    check("no policy was broken", not b.complaints(), b.complaints()[:2])


def still(b, url):
    b.ask("Emulation.setScriptExecutionDisabled", value=True)
    b.open(url)
    b.ask("Emulation.setScriptExecutionDisabled", value=False)
    check("without scripts: sessions and findings are there",
          b.value("document.querySelectorAll('#grid tbody tr').length") > 50 and b.value("document.querySelectorAll('.findings tbody tr').length") > 10)
    check("without scripts: no dead controls", b.value("getComputedStyle(document.querySelector('.tools')).display") == "none")


def many(b, url):
    b.open(url)
    check("ten thousand sessions are there", b.value("data.sessions.length") == 10000)
    check("only those in sight are rows", b.value("document.querySelectorAll('#grid tbody tr').length") < 80)
    took = b.value("(() => { const t = performance.now(); for (const q of ['r', 'ro', 'room-99', '']) { search.value = q;"
                   " search.dispatchEvent(new Event('input')); } return (performance.now() - t) / 4; })()")
    scroll = b.value("(() => { const t = performance.now(); for (let i = 0; i < 100; i++) { grid.scrollTop = i * 3000; paint(); } return (performance.now() - t) / 100; })()")
    check("the last row can be reached", b.value("(() => { grid.scrollTop = 1e9; paint(); return [...document.querySelectorAll('#grid tbody tr[aria-selected]')].length > 0; })()"))
    print("# 10 000 sessions: a keystroke of the search %.1f ms, a painted frame of scrolling %.2f ms" % (took, scroll))


with tempfile.TemporaryDirectory() as tmp:
    browser = Browser(sys.argv[3])
    try:
        samples = page(tmp, "samples.html", os.path.join(SRC, "samples"))
        use(browser, samples)
        still(browser, samples)
        hostile(browser, page(tmp, "hostile.html", write(tmp, "hostile.log", calls(2, lambda i: HOSTILE))))
        many(browser, page(tmp, "many.html", write(tmp, "many.log", calls(10000, lambda i: "room-%d" % i))))
    finally:
        browser.close()
print("%d of the page failed" % len(failures) if failures else "the page holds")
sys.exit(1 if failures else 0)
