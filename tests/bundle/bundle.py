"""Bundles and redaction, as a user meets them: what goes out, what stays in, what can be done with it."""
import base64
import gzip
import hashlib
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse
import zipfile

TOP = os.path.abspath(sys.argv[1])
RECTRACE = os.path.abspath("rectrace")
SAMPLES = os.path.join(TOP, "samples")
APP = "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"


def run(*words, status=0, stdin=None):
    got = subprocess.run([RECTRACE, *words], input=stdin, capture_output=True, timeout=120)
    assert got.returncode == status, (words, got.returncode, got.stderr.decode())
    return got.stdout.decode(), got.stderr.decode()


def report(*files):
    return json.loads(run("analyze", "--format", "json", *files)[0])


def members(path):
    with tarfile.open(path) as archive:
        assert all(m.mtime == 0 and m.uid == 0 and m.uname == "" for m in archive)
        return {m.name: archive.extractfile(m).read() for m in archive}


def ids(found):
    return sorted((f["id"], f["session"] or "") for f in found["findings"])


def call(second, path, request, answer, status=200):
    return json.dumps({
        "time": f"2026-02-03T10:{second // 60:02}:{second % 60:02}.000Z", "method": "POST", "status": status,
        "client": "203.0.113.7", "url": f"https://api.agora.io/v1/apps/{APP}/cloud_recording/{path}",
        "request_headers": {"Authorization": "Basic " + base64.b64encode(b"customer0:p4ssw0rd-of-it").decode()},
        "request_body": request, "response_body": answer})


def late_start(room, uid, rid, secret, begin=0):
    body = {"cname": room, "uid": uid, "clientRequest": {
        "token": "tk-3c9b2f71d0aa", "recordingConfig": {"subscribeAudioUids": ["77", "88", "#allstream#"]},
        "storageConfig": {"vendor": 1, "region": 0, "bucket": "media-of-us", "accessKey": "AKEXAMPLE0123456789",
                          "secretKey": secret}}}
    return [call(begin, "acquire", {"cname": room, "uid": uid, "clientRequest": {}}, {"resourceId": rid}),
            call(begin + 342, f"resourceid/{rid}/mode/mix/start", body, {"code": 433, "reason": "resource id expired"}, 400)]


RID = "aK9dQx7Lm2Pq8Rt5Vw1Yz3Bc6Df4Gh0JaK9dQx7Lm2Pq8Rt5"
OTHER = "zT8sWv6Uk4Nj2Mh0Lg9Kf7Je5Id3Hc1GzT8sWv6Uk4Nj2Mh0"
SECRET = "s3cr3t/With+Signs=="


def check_samples():
    """The bundle of all samples gives the findings of the samples, and its own report byte for byte."""
    _, told = run("bundle", SAMPLES, "-o", "all.tgz")
    inside = members("all.tgz")
    again = run("analyze", "--format", "json", "all.tgz")[0]
    assert again.encode() == inside["report.json"], "the report in the bundle is not that of the bundle"
    lost = {tuple(x.split(" in ")) for x in json.loads(inside["MANIFEST.json"])["findings_lost"]}
    before, after = ids(report(SAMPLES)), ids(json.loads(again))
    at_home = [(x, y.replace(SAMPLES + "/", "")) for x, y in before]
    assert sorted(at_home) == after, (set(at_home) ^ set(after))
    assert not lost, lost
    assert len(before) > 40
    run("bundle", SAMPLES, "-o", "all2.tgz")
    assert open("all.tgz", "rb").read() == open("all2.tgz", "rb").read(), "not reproducible"
    for f in json.loads(inside["MANIFEST.json"])["files"]:
        body = inside[f["name"]]
        assert (len(body), hashlib.sha256(body).hexdigest()) == (f["bytes"], f["sha256"]), f["name"]
    print("samples:", len(after), "findings,", told.strip().splitlines()[-2 if lost else -1])


def check_made():
    """Of made-up clients, all their misuse and nothing else, with fewer lines."""
    run("simulate", "mix", "--sessions", "150", "--seed", "11", "-o", "made")
    files = [os.path.join("made", x) for x in ("api.log", "hooks.jsonl")]
    run("bundle", *files, "-o", "made.tgz")
    before, after = ids(report(*files)), ids(report("made.tgz"))
    assert before == after, (set(before) ^ set(after))
    lines = json.loads(members("made.tgz")["MANIFEST.json"])["lines"]
    assert lines["kept"] < lines["read"], lines
    print("made:", len(after), "findings,", lines)


def check_one_session():
    """Ids choose lines; those of others stay at home, and lines keep their numbers."""
    lines = late_start("room-117", "527841", RID, SECRET) + late_start("other-9", "527842", OTHER, SECRET, 1000)
    lines.insert(2, "a line between that tells nothing")
    with gzip.open("api.log.gz", "wt") as f:
        f.write("\n".join(lines) + "\n")
    run("bundle", "room-117", "api.log.gz", "-o", "one.tgz")
    inside = members("one.tgz")
    assert list(inside)[0] == "MANIFEST.json"
    log = inside["logs/api.log"].decode()
    assert log.count("\n") == 5 and log.splitlines()[2:] == ["", "", ""], log
    for body in inside.values():
        for word in (SECRET, "tk-3c9b2f71d0aa", "AKEXAMPLE0123456789", "p4ssw0rd", "203.0.113.7", OTHER, "other-9",
                     base64.b64encode(b"customer0:p4ssw0rd-of-it").decode()):
            assert word.encode() not in body, word
    assert APP in log and "room-117" in log and "527841" in log and RID in log
    manifest = json.loads(inside["MANIFEST.json"])
    assert manifest["removed"]["secrets"] == 5 and manifest["removed"]["network addresses"] == 2, manifest["removed"]
    assert manifest["redaction"] == "vendor" and manifest["lines"] == {"read": 5, "kept": 2}
    for words in (["analyze"], ["sessions"], ["session", "room-117"], ["ticket", "room-117"],
                  ["why", "resource-id-expired", "room-117"]):
        assert "room-117" in run(*words, "one.tgz")[0], words
    assert "logs" not in run("formats", "test", "one.tgz")[0] and "api.log: " in run("formats", "test", "one.tgz")[0]
    same = json.loads(run("diff", "one.tgz", "one.tgz", "--format", "json")[0])
    assert {f["change"] for f in same["findings"]} == {"same"}, same
    assert "rejected" in run("session", "room-117", "one.tgz")[0] or "expired" in run("session", "room-117", "one.tgz")[0]
    run("bundle", "no-such-room", "api.log.gz", "-o", "none.tgz", status=3)
    assert not os.path.exists("none.tgz")


def check_public():
    """Ids become aliases everywhere, the same for the same map, and the private map is private."""
    real = [APP, "room-117", "527841", RID, "media-of-us", SECRET, "api.log"]
    run("bundle", "room-117", "api.log.gz", "--redact", "public", "-o", "public.tgz")
    inside = members("public.tgz")
    for name, body in inside.items():
        for word in real:
            assert word.encode() not in body and word not in name, (word, name)
            assert urllib.parse.quote(word, safe="").encode() not in body
    assert stat.S_IMODE(os.stat("public.tgz.map.json").st_mode) == 0o600
    mapped = json.load(open("public.tgz.map.json"))["aliases"]
    alias = {k: mapped[k] for k in real[:5]}
    assert len(set(mapped.values())) == len(mapped), "two ids with one alias"
    found = report("public.tgz")
    assert [f["id"] for f in found["findings"]][:1] == ["resource-id-expired"], found["findings"]
    s = found["sessions"][0]
    assert (s["app_id"], s["cname"], s["uid"], s["resource_id"]) == tuple(alias[x] for x in real[:4])
    assert s["uid"].isdigit() and len(s["app_id"]) == 32 and len(s["resource_id"]) == len(RID)
    log = inside["logs/log-1"].decode()
    assert '"77"' not in log and '"88"' not in log and "#allstream#" in log
    run("bundle", "room-117", "api.log.gz", "--redact", "public", "-o", "again.tgz", "--map", "public.tgz.map.json")
    assert members("again.tgz")["logs/log-1"].decode() == log, "the map does not keep aliases stable"
    run("bundle", "room-117", "api.log.gz", "--redact", "public", "-o", "third.tgz")
    assert members("third.tgz")["logs/log-1"].decode() != log, "without the map aliases can be told"
    run("redact", "one.tgz", "--redact", "public", "-o", "fourth.tgz", "--map", "public.tgz.map.json")
    assert members("fourth.tgz")["logs/log-1"].decode() == log, "a bundle redacted again is another"
    for kind in ("text", "md", "json", "jsonl", "html", "csv", "junit", "sarif", "otlp", "trace"):
        out, _ = run("analyze", "api.log.gz", "--redact", "public", "--format", kind, "--map", "public.tgz.map.json")
        assert out and not [w for w in real + [OTHER, "other-9"] if w in out], kind
        assert kind in ("junit", "trace", "sarif") or alias["room-117"] in out, kind
    out, _ = run("ticket", "room-117", "api.log.gz", "--redact", "public", "--map", "public.tgz.map.json")
    assert alias["room-117"] in out and not [w for w in real if w in out]
    run("ticket", "room-117", "api.log.gz", "--redact", "public", status=3)
    print("public:", len(mapped), "aliases")


def check_none():
    """What is not redacted says so in its name."""
    run("bundle", "room-117", "api.log.gz", "--redact", "none", "-o", "raw.tgz")
    assert not os.path.exists("raw.tgz")
    assert SECRET.encode() in members("raw.UNREDACTED.tgz")["logs/api.log"]
    run("ticket", "room-117", "api.log.gz", "--redact", "none", status=3)


def check_leaks():
    """A secret in any encoding stops the export; one that another line names is taken out."""
    for form in (base64.b64encode(SECRET.encode()).decode(), urllib.parse.quote(SECRET, safe=""),
                 SECRET.replace("/", "\\/")):
        with open("leak.log", "w") as f:
            f.write("\n".join([f"nothing but {form} here"] + late_start("room-117", "527841", RID, SECRET)) + "\n")
        _, told = run("redact", "leak.log", "-o", "leak.tgz", status=3)
        assert "leak.log:1" in told and form not in told and SECRET not in told, told
        assert not os.path.exists("leak.tgz")
    with open("leak.log", "w") as f:
        f.write("\n".join([f"nothing but {SECRET} here"] + late_start("room-117", "527841", RID, SECRET)) + "\n")
    run("redact", "leak.log", "-o", "leak.tgz")
    assert members("leak.tgz")["logs/leak.log"].splitlines()[0] == b"nothing but [redacted] here"


def check_forms():
    """What is known by its form goes, what only looks like it stays."""
    rows = [("from 2001:db8::17:1 at 10:00:01", "from [address] at 10:00:01"),
            ("peer fe80::1ff:fe23:4567:890a, ok", "peer [address], ok"),
            ("version 1.2.3.4567 std::vector 12:34:56", "version 1.2.3.4567 std::vector 12:34:56"),
            ("written by jo.doe+x@mail.example.org!", "written by [mail]!"),
            ("push rtmp://live.example.org/app/key-123 now", "push rtmp://[redacted] now"),
            ("a@b is none", "a@b is none")]
    with open("forms.log", "w") as f:
        f.write("\n".join([r[0] for r in rows] + late_start("room-117", "527841", RID, SECRET)) + "\n")
    run("redact", "forms.log", "-o", "forms.tgz")
    got = members("forms.tgz")["logs/forms.log"].decode().splitlines()
    for want, line in zip(rows, got):
        assert line == want[1], (want, line)


def check_tokens():
    """A token keeps what it says and loses its signature, so that findings about it stay."""
    logs = [os.path.join(SAMPLES, "tokens" + x) for x in (".log", ".hooks.jsonl")]
    text = open(logs[0]).read()
    run("redact", *logs, "-o", "tokens.tgz")
    inside = members("tokens.tgz")
    tokens = set(re.findall(r"00[67][A-Za-z0-9+/=]{80,}", text))
    assert tokens and not [t for t in tokens for body in inside.values() if t.encode() in body]
    before = [f for f in ids(report(*logs)) if "token" in f[0]]
    assert len(before) > 3 and before == [f for f in ids(report("tokens.tgz")) if "token" in f[0]], before
    print("tokens:", len(tokens), "findings about them:", len(before))


def check_archives():
    """Any archive of logs is read; what is cut gives what came before it, and says so."""
    want = ids(report(SAMPLES))
    with tarfile.open("plain.tar", "w") as t:
        t.add(SAMPLES, "samples")
    with zipfile.ZipFile("logs.zip", "w") as z:
        for name in sorted(os.listdir(SAMPLES)):
            z.write(os.path.join(SAMPLES, name), name)
    for path in ("plain.tar", "logs.zip"):
        assert [x for x in ids(report(path)) if "#" not in x[1]] == [x for x in want if "#" not in x[1]], path
    body = open("plain.tar", "rb").read()
    with open("cut.tar", "wb") as f:
        f.write(body[:len(body) * 2 // 3])
    out, told = run("analyze", "cut.tar")
    assert "cut.tar" in told and "Sessions" in out, told
    with open("broken.zip", "wb") as f:
        f.write(b"PK\3\4" + b"\xff" * 3000)
    _, told = run("analyze", "broken.zip", status=3)
    assert "broken.zip" in told
    out, _ = run("ticket", "room-117", "-", stdin=open("api.log.gz", "rb").read())
    assert "stdin:1" in out, "standard input is not read again"


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, check in list(globals().items()):
            if name.startswith("check_"):
                check()
                print("ok", name[6:].replace("_", " "))


main()
