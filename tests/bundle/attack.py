"""Secrets planted in many places, forms and encodings; then every export is made and searched for all of them, in
all encodings. Each row has a secret of its own, so what leaks names its place.  usage: attack.py SRCDIR [SEED]
(ATTACK_ROUNDS=: how often, with other secrets in another order)"""

import base64
import gzip
import html
import json
import os
import random
import re
import subprocess
import sys
import tarfile
import tempfile
import urllib.parse

RECTRACE = os.path.abspath("rectrace")
SEED = int(sys.argv[2]) if len(sys.argv) > 2 else 1
ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "2"))
APP = "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"
RID = "aK9dQx7Lm2Pq8Rt5Vw1Yz3Bc6Df4Gh0JaK9dQx7Lm2Pq8Rt5"
FORMATS = ("html", "md", "csv", "junit", "sarif", "otlp", "trace")


def b64(text):
    return base64.b64encode(text.encode()).decode()


def js(value):
    return json.dumps(value)


def call(second, path, request, answer, status=200, **more):
    return js({"time": "2026-02-03T10:%02d:%02d.000Z" % (second // 60 % 60, second % 60), "method": "POST", "status": status,
               "url": "https://api.agora.io/v1/apps/%s/cloud_recording/%s" % (APP, path),
               "request_body": request, "response_body": answer, **more})


# How one row of the log carries the secret V. What stands around it is what people's loggers write.
PLACES = {
    "member": lambda v: js({"secretKey": v}),
    "member in a string": lambda v: js({"log": js({"secretKey": v, "x": 1})}),
    "member in a string in a string": lambda v: js({"log": js({"msg": js({"accessKey": v, "x": 1})})}),
    "member by another spelling": lambda v: js({"STORAGE_SECRET_KEY": v, "n": 2}),
    "member with a prefix": lambda v: js({"agoraCustomerSecret": v}),
    "member in a list": lambda v: js({"headers": {"Authorization": ["agora token=" + v]}}),
    "name and value": lambda v: js({"headers": [{"name": "Agora-Signature-V2", "value": v}]}),
    "value and name": lambda v: js([{"value": v, "name": "X-Amz-Security-Token"}]) + "\n",
    "name and value, on lines": lambda v: '{\n  "name": "Cookie",\n  "value": %s\n},' % js(v),
    "key and value": lambda v: js({"auth": {"type": "apikey", "apikey": [{"key": "client_secret", "value": v, "type": "string"}]}}),
    "name and value, escaped": lambda v: js({"log": js([{"name": "api-key", "value": v}])}),
    "tuple": lambda v: "headers: [('Authorization', %r), ('Accept', '*/*')]" % v,
    "raw headers": lambda v: js({"rawHeaders": ["Host", "x", "Authorization", v]}),
    "go map": lambda v: "map[Accept:[*/*] Authorization:[%s] Host:[x]]" % v,
    "ruby": lambda v: '{:secretKey=>%s, :region=>0}' % js(v),
    "php": lambda v: '["secretKey"]=> string(%d) "%s" }' % (len(v), v),
    "python": lambda v: "{'secretKey': %r, 'region': 0}" % v,
    "java": lambda v: "StorageConfig(vendor=1, accessKey=%s, region=0)" % v,
    "logfmt": lambda v: "level=info secret_key=%s status=200" % v,
    "logfmt, quoted": lambda v: 'level=info api_key="%s" status=200' % v,
    "header": lambda v: "> Authorization: Bearer %s" % v,
    "header of our own": lambda v: "< X-Api-Key: %s" % v,
    "header in a string": lambda v: js({"raw": "POST / HTTP/1.1\r\nX-Agora-Signature: %s\r\nHost: x\r\n\r\n" % v}),
    "basic": lambda v: "Authorization: Basic " + b64("customer-of-it:" + v),
    "basic, then in prose": lambda v: "authorization=Basic %s\nthe word %s alone" % (b64("customer-of-it:" + v), v),
    "curl": lambda v: "curl -u customer:%s https://api.agora.io/v1/x" % v,
    "curl, long": lambda v: 'curl --user "customer:%s" https://api.agora.io/v1/x' % v,
    "curl, header": lambda v: "curl -H 'x-api-key: %s' https://api.agora.io/v1/x" % v,
    "address with a password": lambda v: "GET https://user:%s@media.example.org/x 200" % v,
    "query": lambda v: "GET /cb?room=1&token=%s&n=2 HTTP/1.1" % urllib.parse.quote(v, safe=""),
    "query, signed": lambda v: "PUT https://b.s3.example.org/f?X-Amz-Signature=%s&X-Amz-Expires=60" % urllib.parse.quote(v, safe=""),
    "query, in json": lambda v: js({"url": "https://x.example.org/p?access_token=" + urllib.parse.quote(v, safe="") + "&b=1"}),
    "json in a query": lambda v: "GET /log?body=" + urllib.parse.quote(js({"secretKey": v, "n": 1}), safe="") + "&x=1",
    "json as a form": lambda v: "body=" + urllib.parse.quote_plus(js({"a": 1, "password": v})),
    "escaped by code": lambda v: js({"log": js({"secretKey": v}).replace('"', "\\u0022")}).replace("\\\\u0022", "\\u0022"),
    "html": lambda v: "<td>" + html.escape(js({"secretKey": v})) + "</td>",
    "rtmp": lambda v: "push to rtmp://live.example.org/app/%s now" % v,
    "rtmp, slashes escaped": lambda v: js({"rtmpUrl": "rtmp://live.example.org/app/" + v}).replace("/", "\\/"),
    "rtmp, encoded": lambda v: "GET /start?to=" + urllib.parse.quote("rtmp://live.example.org/app/" + v, safe=""),
    "srt": lambda v: "push to srt://live.example.org:9000?streamid=" + v,
    "body in base64": lambda v: js({"isBase64Encoded": True, "body": b64(js({"secretKey": v, "region": 0}))}),
    "details of a callback": lambda v: js({"noticeId": "n1", "eventType": 31, "payload": {"cname": "room-117", "details": {"token": v}}}),
    "prefix of a line": lambda v: "2026-02-03 10:00:01 [req=1 token=%s] POST /v1/apps 200" % v,
    "sentence": lambda v: "could not sign with secret key: %s" % v,
    "personal": lambda v: js({"clientRequest": {"userAccount": v, "email": v}}),
    "yaml": lambda v: "secretKey: " + v,
    "pretty": lambda v: json.dumps({"storageConfig": {"secretKey": v, "n": 1}}, indent=2),
}
NAMELESS = {"personal", "rtmp", "rtmp, slashes escaped", "rtmp, encoded", "srt"}
BARE = {"java", "logfmt", "header", "header of our own", "curl", "curl, long", "curl, header", "address with a password", "prefix of a line",
        "sentence", "yaml", "go map", "rtmp", "rtmp, slashes escaped", "rtmp, encoded", "srt", "header in a string", "php", "logfmt, quoted",
        "tuple", "raw headers", "python", "member in a list", "basic", "basic, then in prose"}


def secret(r, bare):
    kind = r.randrange(5 if bare else 7)
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    if kind == 0:
        return "".join(r.choice("0123456789abcdef") for _ in range(40))
    if kind == 1:
        return "".join(r.choice(letters) for _ in range(24))
    if kind == 2:
        return b64("".join(r.choice(letters) for _ in range(22)))
    if kind == 3:
        return "".join(r.choice(letters + "/+") for _ in range(40))
    if kind == 4:
        return "".join(r.choice(letters) for _ in range(8)) + "-" + "".join(r.choice(letters) for _ in range(4))
    if kind == 5:
        return 'q"' + "".join(r.choice(letters) for _ in range(12)) + "\\t'&<" + r.choice(letters) * 3
    return "gr\u00fc\u00df" + "".join(r.choice(letters) for _ in range(14))


def shapes(v):
    """Every way in which the text could be read again."""
    raw = v.encode()
    out = {v, js(v)[1:-1], js(js(v)[1:-1])[1:-1], json.dumps(v, ensure_ascii=False)[1:-1], v.replace("/", "\\/"), urllib.parse.quote(v, safe=""),
           urllib.parse.quote(v), urllib.parse.quote_plus(v), html.escape(v), raw.hex(), raw.hex().upper()}
    for offset in range(3):
        whole = base64.b64encode(b"\0" * offset + raw).decode()
        core = whole[[0, 2, 3][offset]:len(whole) - (4 if len(raw) + offset and (len(raw) + offset) % 3 else 0)]
        out |= {core, core.replace("+", "-").replace("/", "_")}
    return {s for s in out if len(s) >= 6}


def run(*words):
    got = subprocess.run([RECTRACE, *words], capture_output=True, timeout=300)
    return got.returncode, got.stdout.decode("utf-8", "replace"), got.stderr.decode("utf-8", "replace")


def outputs(folder, log, profiles=("vendor", "public"), formats=FORMATS):
    """name -> text of all that could be sent."""
    made = {}
    for profile in profiles:
        tgz = os.path.join(folder, profile + ".tgz")
        for command in ("bundle", "redact"):
            code, _, told = run(command, log, "--redact", profile, "-o", tgz)
            if code != 0:
                made["%s %s refused" % (command, profile)] = told
                continue
            with tarfile.open(tgz) as t:
                for m in t:
                    made["%s %s %s" % (command, profile, m.name)] = m.name + "\n" + t.extractfile(m).read().decode("utf-8", "replace")
            os.remove(tgz)
        path = os.path.join(folder, "ticket.md")
        for style in ("github", "plain"):
            code, _, told = run("ticket", "#1", log, "--style", style, "--redact", profile, "-o", path,
                                "--map", os.path.join(folder, "map.json"))
            made["ticket %s %s%s" % (style, profile, " refused" if code else "")] = told if code else open(path).read()
    for kind in formats:
        code, out, told = run("analyze", "--format", kind, log)
        made["analyze " + kind + (" refused" if code else "")] = told if code else out
    return made


def start_of(key, reason):
    """A log of one session whose start body holds `key` and whose answer says `reason`."""
    body = {"cname": "room-117", "uid": "527841", "clientRequest": {"recordingConfig": {}, "storageConfig": {
        "vendor": 1, "region": 0, "bucket": "media", "accessKey": "AKEXAMPLE0123456789", "secretKey": key}}}
    return [call(0, "acquire", {"cname": "room-117", "uid": "527841", "clientRequest": {}}, {"resourceId": RID}),
            call(342, "resourceid/%s/mode/mix/start" % RID, body, {"code": 433, "reason": reason}, 400)]


def coming_back(bad):
    """A secret that is named once and comes back in any encoding where no name stands: nothing has it, or nothing is made."""
    r = random.Random("back %d" % SEED)
    tried = stopped = 0
    for v in [secret(r, False) for _ in range(2 * ROUNDS)]:
        forms = r.sample(sorted(shapes(v)), 4) + [urllib.parse.quote(urllib.parse.quote(v, safe=""), safe=""), b64("xy" + v + "z"), html.escape(js(v)[1:-1])]
        for form in forms:
            with tempfile.TemporaryDirectory() as folder:
                log = os.path.join(folder, "api.log")
                with open(log, "w") as f:
                    f.write("\n".join(start_of(v, "it was <<%s>>" % form)) + "\n")
                for what, text in outputs(folder, log, ("vendor",), ("html", "otlp")).items():
                    tried += 1
                    if what.endswith("refused"):
                        stopped += 1
                        if "encoding" not in text and "escapes" not in text:
                            bad.append("%s without a clear reason: %s" % (what, text))
                    for s in shapes(v) | {form}:
                        if s in text:
                            bad.append("%s: a secret came back as %s" % (what, s))
                            break
    print("%d exports with a secret in another encoding: %d of them refused" % (tried, stopped))


def small_ones(bad):
    """What is short, or a word of every day, goes where it is named and stays elsewhere."""
    for v, elsewhere in (("ab1", True), ("recording", True), ("0000", True), ("kf83hd", False)):
        with tempfile.TemporaryDirectory() as folder:
            log, tgz = os.path.join(folder, "api.log"), os.path.join(folder, "x.tgz")
            with open(log, "w") as f:
                f.write("\n".join(start_of(v, "about %s it is" % v)) + "\n")
            run("bundle", log, "-o", tgz)
            with tarfile.open(tgz) as t:
                text = t.extractfile("logs/api.log").read().decode()
            if '"secretKey": "[redacted]"' not in text.replace('\\"', '"') or ("about %s it is" % v in text) != elsewhere:
                bad.append("the short secret %s: %s" % (v, text[-300:]))


def cut_lines(bad):
    """A secret that the wrapper of a line cut in two: neither half stays."""
    left, right = "Qx7Lm2Pq8Rt5Vw1Yz", "3Bc6Df4Gh0JaK9dQx7"
    inner = js({"storageConfig": {"secretKey": left + right, "region": 0}}) + "\n"
    cut = inner.index(right)
    for rows in ([js({"log": inner[:cut]}).replace(": ", ":"), js({"log": inner[cut:]}).replace(": ", ":")],
                 ["2026-02-03T10:00:00.1Z stdout P " + inner[:cut], "2026-02-03T10:00:00.1Z stdout F " + inner[cut:].strip()],
                 [inner[:cut], inner[cut:].strip()]):
        with tempfile.TemporaryDirectory() as folder:
            log, tgz = os.path.join(folder, "api.log"), os.path.join(folder, "x.tgz")
            with open(log, "w") as f:
                f.write("\n".join(rows + start_of("S" + left, "no")) + "\n")
            run("redact", log, "-o", tgz)
            with tarfile.open(tgz) as t:
                text = t.extractfile("logs/api.log").read().decode()
            if left in text or right in text:
                bad.append("half of a secret: " + text[:300])


def main():
    leaks, refused, planted = [], [], 0
    for round_ in range(ROUNDS):
        r = random.Random("%d %d" % (SEED, round_))
        secrets, lines = {}, []
        names = list(PLACES)
        r.shuffle(names)
        for name in names:
            secrets[name] = secret(r, name in BARE)
            if name == "basic":
                secrets[name] = secrets[name].replace(":", "")
            lines += PLACES[name](secrets[name]).split("\n")
        first, start = start_of("S" + secrets["member"],
                                "expired; key %s of jo.doe@mail.example.org at 203.0.113.78" % secrets["member"])
        lines.insert(0, first[:-1] + ', "client": "203.0.113.77"}')
        lines.insert(len(lines) // 2, start)
        planted += len(secrets)
        with tempfile.TemporaryDirectory() as folder:
            log = os.path.join(folder, "api-%s.log.gz" % secrets["logfmt"].replace("/", "")[:24])
            with gzip.open(log, "wt") as f:
                f.write("\n".join(lines) + "\n")
            for what, text in outputs(folder, log).items():
                if what.endswith("refused"):
                    refused.append((what, text.strip()))
                for name, v in list(secrets.items()) + [("address", "203.0.113.77"), ("address in a reason", "203.0.113.78"), ("mail", "jo.doe@mail")]:
                    for s in shapes(v):
                        if s in text:
                            leaks.append("%s: %s (%s) in: %s" % (what, name, s, text[max(0, text.find(s) - 60):text.find(s) + len(s) + 10].replace("\n", "|")))
                            break
    for one in sorted(set(leaks)):
        print("not ok -", one)
    for what, told in sorted(set(refused)):
        print("not ok - refused:", what, re.sub(r"/\S*/", "", told))
    print("%d secrets in %d places: %d leaks, %d exports refused" % (planted, len(PLACES), len(leaks), len(refused)))
    bad = []
    coming_back(bad)
    small_ones(bad)
    cut_lines(bad)
    for one in sorted(set(bad)):
        print("not ok -", one)
    sys.exit(1 if leaks or refused or bad else 0)


main()
