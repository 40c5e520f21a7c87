"""Faults of what is read: each has its message with the name and the place, its counter, its exit status, and leaves
the rest of the run intact in bounded memory.  usage: reading.py RECTRACE FAULTY SRCDIR"""

import gzip
import json
import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib

BIN, FAULTY, SRC = sys.argv[1:4]
SAMPLES = os.path.join(SRC, "samples")
HEALTHY = open(os.path.join(SAMPLES, "healthy.log"), "rb").read()
PACKED = open(os.path.join(SAMPLES, "polled-after-stop.log.gz"), "rb").read()
ANSWER = b'{"op":"stop","status":400,"response":{"code":49,"reason":"x"}}\n'
WATCHED = b"__asan_init" in open(BIN, "rb").read()  # sanitizers take memory and time of their own
MOST_KB = 100_000 if not WATCHED else 2_000_000
failures = []


def check(name, good, detail=""):
    if not good:
        failures.append(name)
    print("%s - %s%s" % ("ok" if good else "not ok", name, " %r" % (detail,) if detail and not good else ""))


class Run:
    """The program's answer: status, text, errors, kilobytes at its peak, seconds of processor time."""

    def __init__(self, *args, binary=BIN, stdin=None, **env):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            p = subprocess.Popen([binary, *args], stdin=stdin or subprocess.DEVNULL, stdout=out, stderr=err,
                                 env=dict(os.environ, LC_ALL="C.UTF-8", **env))
            _, status, usage = os.wait4(p.pid, 0)
            p.returncode = self.status = os.waitstatus_to_exitcode(status)
            out.seek(0), err.seek(0)
            self.out, self.err = out.read(), err.read().decode("utf-8", "backslashreplace")
            self.kb = usage.ru_maxrss
            self.cpu = usage.ru_utime + usage.ru_stime

    def doc(self):
        return json.loads(self.out)


def report(*paths, status=0, **how):
    r = Run("analyze", "--format", "json", *paths, **how)
    if r.status != status:
        check("status of %s" % (paths,), False, (r.status, r.err[-300:]))
        return {"inputs": [{"lines": -1, "warnings": [], "counts": {}, "complete": None}] * 3, "sessions": [], "findings": []}
    doc = r.doc()
    for i in doc["inputs"]:
        if sum(i["counts"].values()) != i["lines"]:
            check("every line of %s in one counter" % i["path"], False, i["counts"])
    return doc


def write(tmp, name, data):
    path = os.path.join(tmp, name)
    with open(path, "wb") as f:
        f.write(data)
    return path


def found(doc, code):
    return any(code in f["codes"] for f in doc["findings"])


# ---- gzip ----

def beginnings(tmp):
    """What is analysed before the damage is what the same lines say when they are not packed."""
    text = gzip.decompress(PACKED)
    whole = [l for l in text.split(b"\n") if l]
    for cut in [1, 2, 3, 10, 17, 18] + list(range(40, len(PACKED) - 1, 211)) + [len(PACKED) - k for k in (9, 8, 7, 4, 1)]:
        doc = report(write(tmp, "cut.gz", PACKED[:cut]))
        i = doc["inputs"][0]
        got = zlib.decompressobj(31).decompress(PACKED[:cut]) if cut > 2 else b""
        plain = report(write(tmp, "plain.log", got))
        same = [(s["id"], len(s["events"]), s["state"]) for s in doc["sessions"]] == \
               [(s["id"].replace("plain.log", "cut.gz"), len(s["events"]), s["state"]) for s in plain["sessions"]]
        good = not i["complete"] and len([w for w in i["warnings"] if "ends in the middle" in w]) == 1 and same \
            and i["lines"] == plain["inputs"][0]["lines"] <= len(whole)
        if not good:
            check("gzip cut at byte %d" % cut, False, (i, plain["inputs"][0]["lines"]))
    check("a gzip cut anywhere: the lines before it, one warning", True)
    r = Run("analyze", write(tmp, "cut.gz", PACKED[:700]))
    check("a cut gzip: the place, and what the exit code would be",
          r.status == 0 and re.search(r"cut\.gz: ends in the middle of a block after \d+ lines?; .* Exit code 0, --strict makes it 3\.", r.err), r.err)
    check("a cut gzip under --strict", Run("analyze", "--strict", tmp + "/cut.gz").status == 3)


def endings(tmp):
    half = len(HEALTHY) // 2
    members = gzip.compress(HEALTHY[:half]) + gzip.compress(HEALTHY[half:])
    rows = {
        "several members": (members, True, None),
        "padding of zeros": (members + b"\0" * 1000, True, None),
        "an empty member": (gzip.compress(b"") + members, True, None),
        "garbage after the end": (members + b"not gzip at all", False, "at byte %d are not gzip" % len(members)),
        "one byte after the end": (members + b"x", False, "at byte %d are not gzip" % len(members)),
        "a wrong CRC": (members[:-8] + bytes([members[-8] ^ 1]) + members[-7:], False, "checksum is wrong"),
        "a wrong length": (members[:-1] + bytes([members[-1] ^ 1]), False, "checksum is wrong"),
        "the second member cut": (members[:-20], False, "ends in the middle"),
    }
    for name, (data, complete, warning) in rows.items():
        doc = report(write(tmp, "e.gz", data))
        i = doc["inputs"][0]
        told = [w for w in i["warnings"] if warning is not None and warning in w]
        check("gzip with %s" % name, i["complete"] == complete and len(told) == (warning is not None) and
              len(doc["sessions"]) == 1 and (not complete or i["lines"] == 10), i)


def bomb(path, unit, mib):
    """A gzip of `mib` MiB, made of one block that is repeated."""
    c = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = (unit * (1048576 // len(unit) + 1))[:1048576]
    first = c.compress(block) + c.flush(zlib.Z_FULL_FLUSH)
    again = c.compress(block) + c.flush(zlib.Z_FULL_FLUSH)
    with open(path, "wb") as f:
        f.write(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + first)
        for _ in range(mib - 1):
            f.write(again)
        f.write(b"\x03\0" + struct.pack("<II", 0, 0))
    return path


def bombs(tmp):
    healthy = write(tmp, "healthy.log", HEALTHY)
    for name, unit in (("one line", b"\0"), ("many lines", b"x" * 4095 + b"\n")):
        path = bomb(tmp + "/bomb.gz", unit, 10240)
        r = Run("analyze", "--format", "json", path, healthy)
        i = r.doc()["inputs"]
        check("a bomb of 10 GiB in %s: the limit is named" % name, r.status == 0 and not i[0]["complete"] and
              any("limit inflate_times" in w for w in i[0]["warnings"]), (r.status, i[0]["warnings"]))
        check("a bomb of 10 GiB in %s: memory is bounded" % name, r.kb < MOST_KB, r.kb)
        check("a bomb of 10 GiB in %s: the other input is analysed" % name, len(r.doc()["sessions"]) == 1)
        check("a bomb of 10 GiB in %s under --strict" % name, Run("analyze", "--strict", path).status == 3)
        os.unlink(path)
    with zipfile.ZipFile(tmp + "/bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        with z.open("a.log", "w") as f:
            for _ in range(400):
                f.write(b"\0" * 1048576)
    r = Run("analyze", "--strict", tmp + "/bomb.zip")
    check("a bomb in an archive", "limit inflate_times" in r.err and r.status == 3 and r.kb < MOST_KB, (r.status, r.err, r.kb))
    nested = report(write(tmp, "nested.gz", gzip.compress(gzip.compress(HEALTHY))))
    check("gzip inside gzip is not unpacked", nested["sessions"] == [] and nested["inputs"][0]["counts"]["events"] == 0)


# ---- lines ----

def lines(tmp):
    path = tmp + "/4g.log"
    size = 1 << (32 if not WATCHED else 29)
    with open(path, "wb") as f:
        f.write(ANSWER)
        f.truncate(len(ANSWER) + size)
        f.seek(0, 2)
        f.write(b"\n" + HEALTHY)
    r = Run("analyze", "--format", "json", path)
    doc, i = r.doc(), r.doc()["inputs"][0]
    check("a line of 4 GiB is counted, the rest intact", i["counts"]["too_long"] == 1 and i["lines"] == 12 and i["complete"] and
          len(doc["sessions"]) == 2 and found(doc, 49) and r.kb < MOST_KB, (i, r.kb))
    os.unlink(path)
    feed = subprocess.Popen(["sh", "-c", "head -c 100000000 /dev/zero; echo; cat"], stdin=open(os.path.join(SAMPLES, "healthy.log")),
                            stdout=subprocess.PIPE)
    r = Run("analyze", "--format", "json", "-", stdin=feed.stdout)
    feed.stdout.close(), feed.wait()
    check("a long line in a pipe", r.doc()["inputs"][0]["counts"]["too_long"] == 1 and len(r.doc()["sessions"]) == 1 and
          r.kb < MOST_KB, r.kb)
    rows = {
        "CRLF": HEALTHY.replace(b"\n", b"\r\n"),
        "a BOM": b"\xef\xbb\xbf" + HEALTHY,
        "NUL lines between": HEALTHY.replace(b"\n", b"\n\0\0\0\n"),
        "invalid UTF-8 between": HEALTHY.replace(b"\n", b"\n\xff\xfe\xc0\x80 \xed\xa0\x80\n"),
        "no line end at the end": HEALTHY[:-1],
    }
    for name, data in rows.items():
        doc = report(write(tmp, "l.log", data))
        check("a log with %s" % name, doc["inputs"][0]["counts"]["events"] == 10 and len(doc["sessions"]) == 1 and
              doc["findings"] == [], doc["inputs"][0])
        text = Run("analyze", "--color", "never", tmp + "/l.log")
        check("a log with %s: nothing that steers a terminal" % name, not re.search(rb"[\0-\x08\x0b-\x1f\x7f]", text.out + text.err.encode()))
    doc = report(write(tmp, "wide.log", HEALTHY.decode().encode("utf-16")))
    check("UTF-16 is named", any("UTF-16" in w for w in doc["inputs"][0]["warnings"]), doc["inputs"][0])


def values(tmp):
    """Shapes that cost time or memory where a parser is careless; the time limit of a run is 60 s."""
    rows = {
        "100 000 levels": (b"[" * 100000 + b"\n" + b'{"a":' * 100000 + b"\n", 49),
        "1 000 000 escapes": (b'{"url":"' + b"\\\\" * 400000 + b'/cloud_recording/acquire"}\n' +
                              b'{"msg":"' + b'\\"' * 500000 + b'"}\n' + b'{"msg":"' + b"\\u0041" * 170000 + b'"}\n', 49),
        "huge numbers": (b'{"op":"stop","status":1e999999,"response":{"code":99999999999999999999,"reason":"x"}}\n' +
                         b'{"op":"stop","status":' + b"9" * 100000 + b"}\n", 49),
        "a number of thousands of digits after the point": (b'{"status":0.' + b"1" * 100000 + b"}\n", 49),
        "lone surrogates": (b'{"op":"stop","status":400,"response":{"code":2,"reason":"\\ud800 \\udc00"}}\n', 2),
        "duplicate keys": (b'{"op":"stop","status":400,"status":400,"response":{"code":2,"code":2,"reason":"x"}}\n', 2),
        "braces that never close": (b"{" * 200000 + b"\n" + b"}" * 200000 + b"\n", 49),
        "quotes that never close": (b'"' * 200001 + b"\n", 49),
        "a million empty lines": (b"\n" * 1000000, 49),
    }
    for name, (data, code) in rows.items():
        doc = report(write(tmp, "v.log", data + ANSWER))
        check("%s: the rest is intact" % name, found(doc, code) and found(doc, 49), doc["inputs"][0])


def hostile(tmp):
    """Text of every field through every writer: no byte that steers a terminal or a page."""
    bad = "\x1b[31mred\x1b]0;t\x07 =cmd|' /C calc'!A0 <b>&\"'` | # * \u202etxt\u2066 \x9b2J \u2028end"
    line = json.dumps({"method": "POST", "url": "https://api.agora.io/v1/apps/%s/cloud_recording/acquire" % ("ab" * 16), "status": 400,
                       "request_body": {"cname": bad, "uid": bad, "clientRequest": {bad: bad}}, "time": "2026-01-05T09:00:00Z",
                       "response_body": {"code": 2, "reason": bad}})
    hook = json.dumps({"noticeId": bad, "productId": 3, "eventType": 40, "notifyMs": 1767603600000, "payload": {
                       "cname": bad, "uid": bad, "sid": bad, "sequence": 0, "sendts": 1767603600000, "serviceType": 0,
                       "details": {"msgName": bad}}})
    path = write(tmp, "a\x1b[1mb.log", (line + "\n" + hook + "\n" + bad + "\n").encode())
    steers = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069]")
    for form in ("text", "md", "json", "jsonl", "html", "csv", "junit", "sarif", "otlp", "trace"):
        r = Run("analyze", "--format", form, "--all", path)
        hits = set(steers.findall(r.out.decode() + r.err))
        if form != "text":
            hits -= set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # data stay what they were
        check("hostile text as %s" % form, r.status == 0 and not hits and b"<b>&" not in (r.out if form in ("html", "junit") else b""), hits)
    for args in (("sessions", path), ("session", "#1", path), ("why", "code-2", "#1", path), ("ticket", "#1", path)):
        r = Run(*args)
        check("hostile text in %s" % args[0], not steers.search(r.out.decode() + r.err), r.out[:300])
    doc = report(write(tmp, "i.log", json.dumps({"msg": "x\n" + ANSWER.decode(), "level": "info"}).encode() + b"\n"))
    check("a record inside a field is no record of its own line", doc["inputs"][0]["lines"] == 1 and
          all(e["at"]["line"] == 1 for s in doc["sessions"] for e in s["events"]))


# ---- files ----

def linear(tmp):
    """A line that was made to be searched again and again: four times its length takes about four times as long, not sixteen."""
    rows = {
        "quotes that never close": "{a:\u201c",
        "pairs whose quotes never close": "/cloud_recording a=b c=d e=\u201c ",
        "strings of var_dump that never end": '{["a"]=>string(9) "x',
        "brackets of var_dump that never close": '{["a"]=>int( ',
        "URLs behind URLs": "/cloud_recording;",
        "numbers behind blanks": (" " * 200000, "200 "),
        "numbers behind a URL and blanks": ("/cloud_recording/acquire" + " " * 200000, "200 "),
    }
    slow = []
    for name, row in rows.items():
        head, unit = row if isinstance(row, tuple) else ("", row)
        took = []
        for size in (150000, 600000):
            text = "a line of prose\n" + head + unit * (size // len(unit)) + "\n"
            took.append(Run("sessions", write(tmp, "x.log", text.encode())).cpu)
        if took[1] > 8 * took[0] + 0.5:
            slow.append((name, took))
    check("the time that a line takes follows its length", not slow, slow)


def files(tmp):
    healthy = write(tmp, "healthy.log", HEALTHY)
    os.mkdir(tmp + "/empty")
    os.mkdir(tmp + "/odd")
    write(tmp, "odd/good.log", HEALTHY)
    os.symlink("nowhere", tmp + "/odd/gone.log")
    os.mkfifo(tmp + "/odd/pipe")
    rows = {
        "a missing file": ((tmp + "/none.log", healthy), 3, "none.log: No such file", 1),
        "a directory without logs": ((tmp + "/empty", healthy), 3, "empty: the directory holds no readable file", 1),
        "a directory with a link to nowhere and a pipe": ((tmp + "/odd",), 0, "gone.log: No such file", 1),
        "the same under --strict": (("--strict", tmp + "/odd"), 3, "pipe: is no regular file", 1),
    }
    if os.getuid() != 0:
        write(tmp, "locked.log", HEALTHY)
        os.chmod(tmp + "/locked.log", 0)
        rows["an unreadable file"] = ((tmp + "/locked.log", healthy), 3, "locked.log: Permission denied", 1)
    for name, (args, status, message, sessions) in rows.items():
        r = Run("analyze", "--format", "json", *args)
        check(name, r.status == status and message in r.err and len(r.doc()["sessions"]) == sessions, (r.status, r.err))
    r = Run("analyze", tmp + "/none.log", healthy)
    check("the next command names what was there", "none.log" not in r.out.decode() and "healthy.log" in r.out.decode(), r.out)
    feed = subprocess.Popen(["sh", "-c", "cat '%s' >'%s/odd/pipe'" % (healthy, tmp)])
    check("a FIFO is read", len(report(tmp + "/odd/pipe")["sessions"]) == 1)
    feed.wait()
    check("standard input is read", len(report("-", stdin=open(healthy))["sessions"]) == 1)
    check("a device that has no end of its own", len(report("/dev/null", healthy)["sessions"]) == 1)


def reads(tmp):
    healthy, packed = write(tmp, "healthy.log", HEALTHY), write(tmp, "packed.gz", PACKED)
    other = write(tmp, "other.log", ANSWER)
    whole = report(healthy, packed)
    for fault in ("eintr", "short"):
        for threads in ("1", "2"):
            doc = report("-j", threads, healthy, packed, binary=FAULTY, FAULTY_READ=fault)
            check("reads that end early (%s, %s threads) change nothing" % (fault, threads), doc == whole)
    r = Run("analyze", "--format", "json", "-j", "1", healthy, binary=FAULTY, FAULTY_READ="eio:3000")
    i = r.doc()["inputs"][0]
    check("an error in the middle: what was before it", r.status == 0 and not i["complete"] and 0 < i["lines"] < 10 and
          any("reading failed at byte" in w and "Input/output error" in w for w in i["warnings"]), (r.status, i))
    r = Run("analyze", "--strict", "-j", "1", healthy, binary=FAULTY, FAULTY_READ="eio:3000")
    check("an error in the middle under --strict", r.status == 3, r.status)
    r = Run("analyze", "--format", "json", "-j", "1", healthy, other, binary=FAULTY, FAULTY_READ="vanish:" + other)
    check("a file that vanishes: its name, and the others", r.status == 3 and "other.log" in r.err and "No such file" in r.err and
          len(r.doc()["sessions"]) == 1, (r.status, r.err))


# ---- rules ----

def rules(tmp):
    text = open(os.path.join(SRC, "rules/patterns/resource.yaml"), "rb").read() \
        if os.path.exists(os.path.join(SRC, "rules/patterns/resource.yaml")) else \
        open(os.path.join(SRC, "rules/patterns", sorted(os.listdir(os.path.join(SRC, "rules/patterns")))[0]), "rb").read()
    rows = {"a bracket a million times": b"[" * 1048576, "a quote": b'a: "', "bytes": bytes(range(256)) * 8, "a tab": b"\ta: 1\n",
            "an anchor bomb": b"a: &a [x]\n" + b"".join(b"%c: &%c [*%c,*%c]\n" % (98 + k, 98 + k, 97 + k, 97 + k) for k in range(20))}
    for cut in range(1, len(text), len(text) // 40):
        rows["its beginning of %d bytes" % cut] = text[:cut]
    bad = []
    for name, data in rows.items():
        path = write(tmp, "r.yaml", data)
        r = Run("rules", "lint", path)
        placed = re.search(r"r\.yaml:\d+:\d+: (error|warning): ", r.err)
        if r.status not in (0, 2) or (r.status == 2) != bool(re.search(r"r\.yaml:\d+:\d+: error: ", r.err)) or r.kb > MOST_KB:
            bad.append((name, r.status, r.err[:200], bool(placed)))
    check("a rule file that is broken anywhere: a line and a column", not bad, bad[:3])
    r = Run("analyze", "--format", "json", "--rules", write(tmp, "r.yaml", b"[" * 1000), write(tmp, "h.log", HEALTHY))
    check("with a broken rule file the logs are analysed all the same", r.status == 2 and len(r.doc()["sessions"]) == 1, (r.status, r.err))


with tempfile.TemporaryDirectory() as tmp:
    for part in (beginnings, endings, bombs, lines, values, hostile, linear, files, reads, rules):
        os.mkdir(os.path.join(tmp, part.__name__))
        part(os.path.join(tmp, part.__name__))
print("%d faults were not met" % len(failures) if failures else "all faults are met")
sys.exit(1 if failures else 0)
