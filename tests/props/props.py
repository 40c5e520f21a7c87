"""Properties of the whole program: order, duplication, splitting, packing and threads do not change what is
found; damage costs what comes after it; every document fits its schema; every line has one counter; nothing
hostile takes the program down.  usage: props.py RECTRACE SRCDIR"""

import base64
import datetime
import csv
import gzip
import hashlib
import html.parser
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

import jsonschema

BIN, SRC = sys.argv[1], sys.argv[2]
SCHEMA = json.load(open(os.path.join(SRC, "docs/report.schema.json")))
ENV = dict(os.environ, TZ="XXX-05:45", LC_ALL="C.UTF-8")
failures = []


def check(name, good, detail=""):
    if not good:
        failures.append(name)
    print("%s - %s%s" % ("ok" if good else "not ok", name, " " + str(detail) if detail and not good else ""))


def run(*args, expect=0):
    done = subprocess.run([BIN, *args], capture_output=True, env=ENV, timeout=60)
    if done.returncode != expect:
        check("status of %s" % (args,), False, (done.returncode, done.stderr[-300:]))
    return done


def report(*paths, args=()):
    doc = json.loads(run("analyze", "--format", "json", *args, *paths).stdout)
    jsonschema.validate(doc, SCHEMA)
    for i in doc["inputs"]:
        check("lines of %s are all counted" % os.path.basename(i["path"]), sum(i["counts"].values()) == i["lines"]) \
            if sum(i["counts"].values()) != i["lines"] else None
    return doc


def essence(doc):
    """What a report says, without where it was read and how often it was told."""
    sessions, findings = [], []
    for s in doc["sessions"]:
        events = [{k: v for k, v in e.items() if k not in ("at", "n", "copies")} for e in s["events"]]
        sessions.append([s["id"], s["state"], s["cname"], s["uid"], s["sid"], s["resource_id"], s["codes"], events])
    for f in doc["findings"]:
        findings.append({k: v for k, v in f.items() if k != "evidence"})
    return json.dumps([sessions, findings, doc["unchecked"]], sort_keys=True)


def write(path, lines, pack=False):
    text = "".join(lines).encode()
    with (gzip.open(path, "wb") if pack else open(path, "wb")) as f:
        f.write(text)
    return path


def reorderings(tmp):
    rng = random.Random(5)
    for name in ("a-busy-morning.log.gz", "ids-mixed-up.log", "restarted-without-stop.log", "server-switch.log"):
        path = os.path.join(SRC, "samples", name)
        data = open(path, "rb").read()
        text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        lines = [l + "\n" for l in text.decode().splitlines()]
        base = essence(report(path))
        shuffled = lines[:]
        rng.shuffle(shuffled)
        check("%s shuffled" % name, essence(report(write(tmp + "/s.log", shuffled))) == base)
        check("%s doubled" % name, essence(report(write(tmp + "/d.log", [l for l in lines for _ in "ab"]))) == base)
        check("%s given twice" % name, essence(report(path, path)) == base)
        for k in (2, 5):
            parts = [[] for _ in range(k)]
            for l in lines:
                parts[rng.randrange(k)].append(l)
            paths = [write("%s/p%d.log%s" % (tmp, i, ".gz" if i % 2 else ""), p, i % 2) for i, p in enumerate(parts)]
            for threads in ("1", "4"):
                check("%s split over %d files, %s threads" % (name, k, threads),
                      essence(report(*paths, args=("-j", threads))) == base)
            check("%s in another order of files" % name, essence(report(*reversed(paths))) == base)
        members = gzip.compress("".join(lines[:7]).encode()) + gzip.compress("".join(lines[7:]).encode())
        open(tmp + "/m.gz", "wb").write(members)
        check("%s in two gzip members" % name, essence(report(tmp + "/m.gz")) == base)
        stream = [json.loads(l) for l in run("analyze", "--format", "jsonl", path).stdout.splitlines()]
        # All of it, but for the index of a finding: findings of JSON lines have none.
        told = lambda rows, lacks: sorted(json.dumps({k: v for k, v in r.items() if k not in lacks}, sort_keys=True) for r in rows)
        whole = report(path)
        check("%s as JSON lines: the same sessions" % name,
              told((r for r in stream if r["type"] == "session"), ("type", "findings")) == told(whole["sessions"], ("findings",)))
        check("%s as JSON lines: the same findings" % name,
              told((r for r in stream if r["type"] == "finding"), ("type",)) == told(whole["findings"], ()))
        check("%s twice: the same bytes" % name,
              run("analyze", "--format", "json", path).stdout == run("analyze", "--format", "json", "-j", "7", path).stdout)


def crowd(tmp, copies):
    """A busy log many times, each with ids and channels of its own, over three files."""
    data = gzip.open(os.path.join(SRC, "samples/a-busy-morning.log.gz"), "rt").read()
    ids = sorted(set(re.findall(r"/(?:resourceid|sid)/([^/\"]+)", data)), key=len, reverse=True)
    parts = [[], [], []]
    for k in range(copies):
        text = re.sub(r'("cname": ?"[^"]*)"', r'\1-%d"' % k, data)
        for i in ids:
            text = text.replace(i, i[:-3] + "%03d" % k)
        for n, line in enumerate(text.splitlines(True)):
            parts[(n + k) % 3].append(line)
    return [write("%s/crowd%d.log" % (tmp, i), p) for i, p in enumerate(parts)]


def threads(tmp):
    """Byte for byte, what is counted on the way included."""
    paths = crowd(tmp, 12)
    one = run("analyze", "--format", "json", "-j", "1", *paths).stdout
    check("the crowd is one", len(json.loads(one)["sessions"]) > 128, len(json.loads(one)["sessions"]))
    for n in ("2", "3", "7", "40"):
        check("%s threads over many sessions: the same bytes" % n,
              run("analyze", "--format", "json", "-j", n, *paths).stdout == one)
    samples = os.path.join(SRC, "samples")
    one = run("analyze", "--format", "json", "-j", "1", samples).stdout
    for n in ("2", "4", "7"):
        for _ in range(4):
            check("%s threads over many files: the same bytes" % n,
                  run("analyze", "--format", "json", "-j", n, samples).stdout == one)


class Markup(html.parser.HTMLParser):
    """Elements of a page, and the text of its scripts."""

    def __init__(self):
        super().__init__()
        self.names, self.links, self.scripts, self.inside = [], [], [], None

    def handle_starttag(self, tag, attrs):
        self.names.append(tag)
        self.links += [v for k, v in attrs if k in ("src", "href", "action", "srcdoc") or k.startswith("on")]
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]
        if tag == "script":
            self.inside = ""

    def handle_data(self, text):
        if self.inside is not None:
            self.inside += text

    def handle_endtag(self, tag):
        if tag == "script":
            self.scripts.append(self.inside)
            self.inside = None


def ms(moment):
    return None if moment is None else int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000 + 0.5)


def told_by_report(r):
    """What the page tells of sessions and findings, out of the JSON report."""
    return ([(s["id"], s["cname"], s["sid"], s["state"], ms(s["first_time"]), ms(s["last_time"]), s["findings"],
              [(e["name"], e["source"] == "hook", ms(e["time"]), e["ok"], e["http"], e["code"], e["reason"], e["repeated"], e["copies"], e["at"]["file"],
                e["at"]["line"]) for e in s["events"]]) for s in r["sessions"]],
            [(f["id"], f["severity"], f["count"], f["session"], f["say"], f["why"], f["fix"], [(e["file"], e["line"]) for e in f["evidence"]])
             for f in r["findings"]], r["unchecked"], r["totals"], r["coverage"])


def told_by_page(p):
    ok = {1: True, 0: False, None: None}
    return ([(s["id"], s.get("cname"), s.get("sid"), s["state"], s["first_time"], s["last_time"], s["findings"],
              [(p["kinds"][e[0]], e[1] == 1, e[2], ok[e[4]], e[5] or None, e[6], e[7] or None, e[8], e[9], p["paths"][e[10]], e[11]) for e in s["e"]])
             for s in p["sessions"]],
            [(f["id"], f["severity"], f["count"], f.get("session"), f["say"], f["why"], f["fix"], [(p["paths"][i], line) for i, line in f["at"]])
             for f in p["findings"]], p["unchecked"], p["totals"], p["coverage"])


def pages(tmp):
    """The page holds the report, its own script alone, and nothing that a log could make of it."""
    name = '</script><img src=x onerror=alert(1)><!--'
    line = json.dumps({"url": "https://api.agora.io/v1/apps/%s/cloud_recording/acquire" % ("ab" * 16), "method": "POST", "status": 400,
                       "request_body": {"cname": name, "uid": "0"}, "response_body": {"code": 2, "reason": name}})
    for path in (os.path.join(SRC, "samples"), write(tmp + "/" + "markup.log", [line + "\n"])):
        text = run("analyze", "--format", "html", path).stdout
        page = Markup()
        page.feed(text.decode())
        what = os.path.basename(path)
        check("page of %s: only the elements that it is made of" % what,
              set(page.names) <= set("html head meta title style body header h1 h2 span label select option main div section p ul li i table caption "
                                     "thead tr th tbody td strong br details summary button input noscript footer aside svg defs pattern circle path "
                                     "rect script b dl dt dd pre kbd".split()), set(page.names))
        check("page of %s: it points nowhere" % what, not page.links, page.links[:3])
        check("page of %s: two scripts, the second by its hash" % what, len(page.scripts) == 2 and
              "'sha256-%s'" % base64.b64encode(hashlib.sha256(page.scripts[1].encode()).digest()).decode() in page.policy)
        check("page of %s: the data are the report" % what,
              told_by_page(json.loads(page.scripts[0])) == told_by_report(json.loads(run("analyze", "--format", "json", path).stdout)))
        tables = re.search(r"<main>.*</main>", text.decode(), re.S).group(0)
        check("page of %s: small beside its data" % what, len(text) - len(page.scripts[0].encode()) - len(tables.encode()) < 300 * 1024)
        check("page of %s: the same bytes twice" % what, run("analyze", "--format", "html", path).stdout == text)


def tickets(tmp):
    """Whatever stands around a secret, no ticket holds it, as it is or encoded."""
    rng = random.Random(11)
    url = "https://api.agora.io/v1/apps/%s/cloud_recording/resourceid/%s/mode/mix/start" % ("ab" * 16, "Rk7" * 12)
    shapes = {
        "object": lambda k, v: json.dumps({"url": url, "method": "POST", "status": 400, "request_body": {"cname": "c", "uid": "7",
                  "clientRequest": {k: v, "storageConfig": {k: v}}}, "response_body": {"code": 2, "reason": "x"}}),
        "string of JSON": lambda k, v: json.dumps({"url": url, "method": "POST", "status": 400, "request_body": json.dumps(
                  {"cname": "c", "clientRequest": {"storageConfig": {k: v}}}), "response_body": '{"code":2,"reason":"x"}'}),
        "text": lambda k, v: 'POST %s %s=%s, answer {"code":2,"reason":"x"}' % (url, k, v),
        "print": lambda k, v: "POST %s { clientRequest: { storageConfig: { %s: '%s' } } } answer {\"code\":2,\"reason\":\"x\"}" % (url, k, v),
        "header": lambda k, v: json.dumps({"url": url, "method": "POST", "status": 401, "request_headers": {
                  "authorization": "Basic " + base64.b64encode(v.encode()).decode(), k: v}, "response_body": {"code": 2, "reason": "x"}}),
    }
    for name, shape in shapes.items():
        bad, told = [], 0
        for key in ("secretKey", "accessKey", "stsToken", "token", "secret", "salt"):
            value = "".join(rng.choice("ABCDEFabcdef0123456789+/_-") for _ in range(24))
            path = write(tmp + "/t.log", [shape(key, value) + "\n"])
            for style in ("github", "jira", "zendesk", "plain"):
                done = subprocess.run([BIN, "ticket", "--style", style, "#1", path], capture_output=True, env=ENV, timeout=60)
                out = done.stdout.decode()
                told += "Evidence" in out
                forms = (value, base64.b64encode(value.encode()).decode()[:30], urllib.parse.quote(value, ""), value.replace("/", "\\/"))
                bad += [(key, style) for f in forms if f in out]
        check("ticket: no secret of a log line in the shape of %s" % name, not bad, bad[:4])
        check("ticket: the line is shown all the same (%s)" % name, told == 24, told)


def cuts(tmp):
    data = open(os.path.join(SRC, "samples/polled-after-stop.log.gz"), "rb").read()
    whole = report(os.path.join(SRC, "samples/polled-after-stop.log.gz"))["inputs"][0]["lines"]
    bad = []
    for cut in range(20, len(data) - 1, 13):
        path = tmp + "/cut.gz"
        open(path, "wb").write(data[:cut])
        doc = report(path)["inputs"][0]
        if doc["complete"] or len(doc["warnings"]) < 1 or doc["lines"] > whole:
            bad.append(cut)
    check("a gzip cut anywhere: a warning, and what was before", not bad, bad[:5])
    run("analyze", "--strict", path, expect=3)
    flips = 0
    rng = random.Random(9)
    for _ in range(60):
        broken = bytearray(data)
        broken[rng.randrange(12, len(data))] ^= 1 << rng.randrange(8)
        open(path, "wb").write(bytes(broken))
        doc = report(path)["inputs"][0]
        flips += doc["complete"] and doc["lines"] != whole
    check("flipped bits never pass silently", flips == 0)


def hostile(tmp):
    rows = {
        "deep": "[" * 100000 + "\n" + '{"a":' * 100000 + "\n",
        "escapes": '{"url":"' + "\\\\" * 300000 + '/cloud_recording/acquire"}\n',
        "numbers": '{"op":"stop","status":1e999999,"response":{"code":99999999999999999999,"reason":"x"}}\n' * 3,
        "surrogates": '{"op":"stop","status":400,"response":{"code":49,"reason":"\\ud800 \\udc00"}}\n',
        "duplicates": '{"op":"stop","status":400,"status":200,"response":{"code":49,"code":2,"reason":"x"}}\n',
        "nul": "\0" * 5000 + '\n{"op":"stop","status":400,"response":{"code":49,"reason":"a\0b"}}\n',
        "utf8": b"\xff\xfe\xfd".decode("latin-1") * 1000 + "\n",
        "braces": "{" * 5000 + "\n" + "}" * 5000 + "\n",
        "long": "x" * 3000000 + "\n" + '{"op":"stop","status":400,"response":{"code":49,"reason":"x"}}\n',
    }
    for name, text in rows.items():
        path = tmp + "/h.log"
        open(path, "w", encoding="latin-1").write(text)
        doc = report(path)
        check("hostile %s: each line is read" % name, doc["inputs"][0]["lines"] == text.count("\n"), doc["inputs"][0])
        if name in ("surrogates", "nul", "long"):
            check("hostile %s: the rest is intact" % name, any(49 in f["codes"] for f in doc["findings"]))
    os.mkfifo(tmp + "/fifo")
    writer = subprocess.Popen(["sh", "-c", "cat '%s' >'%s/fifo'" % (os.path.join(SRC, "samples/healthy.log"), tmp)])
    check("a FIFO is read", len(report(tmp + "/fifo")["sessions"]) == 1)
    writer.wait()
    for word in ("", "\n", "a: [", "[" * 100000, "rectrace: 1\nfamily: x\nrules:\n  - {id: 1"):
        open(tmp + "/r.yaml", "w").write(word)
        done = subprocess.run([BIN, "rules", "lint", tmp + "/r.yaml"], capture_output=True, env=ENV, timeout=60)
        check("a broken rule file has a place", done.returncode == 2 and b"r.yaml:" in done.stderr, (word[:20], done.returncode, done.stderr[:200]))


def documents():
    for name in sorted(os.listdir(os.path.join(SRC, "samples"))):
        report(os.path.join(SRC, "samples", name))
    open_ = os.path.join(SRC, "samples/token-ends.log")
    lines = [json.loads(l) for l in run("analyze", "--format", "jsonl", open_).stdout.splitlines()]
    left = report(open_)["unchecked"]
    check("JSON lines tell what could not be checked", left and left == [
        {k: v for k, v in l.items() if k != "type"} for l in lines if l["type"] == "unchecked"], lines)
    found = {f["id"] for f in report(os.path.join(SRC, "samples"))["findings"]}
    check("the samples show at least ten diagnoses", len(found) >= 10, found)
    healthy = report(os.path.join(SRC, "samples/healthy.log"))
    check("a healthy log is clean", healthy["findings"] == [] and healthy["unchecked"] == [])


def exchange():
    """The same findings and sessions in every exchange format, by the rules of that format."""
    samples = os.path.join(SRC, "samples")
    doc = report(samples)
    of = lambda name: run("analyze", "--format", name, samples).stdout.decode()
    rows = list(csv.reader(io.StringIO(of("csv"))))
    check("csv: a rectangle", len({len(r) for r in rows}) == 1)
    check("csv: every finding", len([r for r in rows[1:] if r[0]]) == len(doc["findings"]))
    check("csv: every session", {s["sid"] for s in doc["sessions"] if s["sid"]} <= {r[15] for r in rows})
    cases = xml.etree.ElementTree.fromstring(of("junit")).findall(".//testcase")
    bad = [f for f in doc["findings"] if f["severity"] in ("error", "critical")]
    check("junit: a case a session", len(cases) >= len(doc["sessions"]))
    check("junit: a failure for what failed", sum(len(c.findall("failure")) for c in cases) == len(bad))
    run_ = json.loads(of("sarif"))["runs"][0]
    rules = [r["id"] for r in run_["tool"]["driver"]["rules"]]
    check("sarif: rules are listed once", len(rules) == len(set(rules)))
    check("sarif: every result names its rule",
          [rules[r["ruleIndex"]] for r in run_["results"]] == [f["id"] for f in doc["findings"]])
    spans = [s for r in json.loads(of("otlp"))["resourceSpans"] for p in r["scopeSpans"] for s in p["spans"]]
    ids = {s["spanId"] for s in spans}
    timed = [s for s in doc["sessions"] if s["first_time"]]
    check("otlp: ids are unique and well formed",
          len(ids) == len(spans) and all(len(s["traceId"]) == 32 and len(s["spanId"]) == 16 for s in spans))
    check("otlp: a root a session", len([s for s in spans if "parentSpanId" not in s]) == len(timed))
    check("otlp: parents are there, in the same trace",
          all(s["parentSpanId"] in ids for s in spans if "parentSpanId" in s))
    check("otlp: no span ends before it begins",
          all(int(s["startTimeUnixNano"]) <= int(s["endTimeUnixNano"]) for s in spans))
    events = json.loads(of("trace"))["traceEvents"]
    check("trace: every timed session is drawn", len([e for e in events if e.get("cat") == "session"]) == len(timed))


with tempfile.TemporaryDirectory() as tmp:
    exchange()
    reorderings(tmp)
    threads(tmp)
    pages(tmp)
    tickets(tmp)
    cuts(tmp)
    hostile(tmp)
    documents()
print("%d properties failed" % len(failures) if failures else "all properties hold")
sys.exit(1 if failures else 0)
