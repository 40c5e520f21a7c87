"""shippers.py - POST /v1/logs takes what log shippers send: each line arrives as it was written, once. The requests are those
of Fluent Bit's http output and of Vector's http sink, over connections that stay open; a Fluent Bit that is installed is run."""
import gzip
import json
import os
import shutil
import socket
import subprocess
import time

from kit import RECTRACE, Folder, Server, check, finish

TOKEN = "a-token-of-more-than-16"
APP = "8f2c6f5e0f7b4c1c9f6d2f3a1b0c9d8e"


def written(count):
    """Lines of a log, some with what JSON has to escape."""
    return [json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%S.120Z", time.gmtime(1767600000 + n)), "method": "POST",
                        "url": f"https://api.agora.io/v1/apps/{APP}/cloud_recording/acquire", "status": 200,
                        "request_body": {"cname": f"room-{n} \"q\" \\ é 漢 😀 \t", "uid": "527"}, "response_body": {"resourceId": f"R{n}"}},
                       ensure_ascii=n % 2 == 0) for n in range(count)]


class Connection:
    """HTTP/1.1 that stays open."""

    def __init__(self, server):
        self.server = server
        self.socket = socket.create_connection(("127.0.0.1", server.admin), 20)
        self.rest = b""

    def post(self, source, body, headers, chunked=False):
        head = [f"POST /v1/logs?source={source} HTTP/1.1", f"Host: 127.0.0.1:{self.server.admin}", "Authorization: Bearer " + TOKEN, *headers]
        if chunked:
            pieces = [body[i:i + 700] for i in range(0, len(body), 700)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in pieces) + b"0\r\n\r\n"
            head.append("Transfer-Encoding: chunked")
        else:
            head.append(f"Content-Length: {len(body)}")
        self.socket.sendall(("\r\n".join(head) + "\r\n\r\n").encode() + body)
        while b"\r\n\r\n" not in self.rest:
            piece = self.socket.recv(65536)
            if not piece:
                return "closed"
            self.rest += piece
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        length = int(next(row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length")))
        while len(self.rest) < length:
            self.rest += self.socket.recv(65536)
        self.rest = self.rest[length:]
        return int(head.split(b" ")[1])


def stamped(line, n):
    return {"date": 1767600000.123 + n, "log": line}


def of_file(line, n):
    return {"file": "/var/log/api.log", "host": "h1", "message": line, "source_type": "file", "timestamp": "2026-01-05T08:00:00.123Z"}


compact = lambda o: json.dumps(o, separators=(",", ":"))
FLUENT, VECTOR = "User-Agent: Fluent-Bit", "User-Agent: Vector/0.40.0"
kinds = {  # source: headers, body of some lines from the nth on, chunked
    "fb-json.log": ([FLUENT, "Content-Type: application/json"], lambda some, n: compact([stamped(s, n) for s in some]), False),
    "fb-lines.log": ([FLUENT, "Content-Type: application/x-ndjson"], lambda some, n: "".join(compact(stamped(s, n)) + "\n" for s in some), False),
    "fb-stream.log": ([FLUENT, "Content-Type: application/json"], lambda some, n: "".join(compact(stamped(s, n)) for s in some), False),
    "vector-json.log": ([VECTOR, "Content-Type: application/json"], lambda some, n: compact([of_file(s, n) for s in some]), False),
    "vector-lines.log": ([VECTOR, "Content-Type: application/x-ndjson"], lambda some, n: "".join(compact(of_file(s, n)) + "\n" for s in some), False),
    "chunked.log": (["Content-Type: application/x-ndjson"], lambda some, n: "\n".join(some), True),
}

with Folder() as folder:
    with open(folder.path + "/token", "w") as f:
        f.write(TOKEN + "\n")
    os.chmod(folder.path + "/token", 0o600)
    lines = written(60)
    with Server(folder, "--admin-token-file", folder.path + "/token") as server:
        for source, (headers, make, chunked) in kinds.items():
            for zipped in (False, True):
                connection, answers = Connection(server), []
                name = ("z-" if zipped else "") + source
                for n in range(0, len(lines), 7):
                    body = make(lines[n:n + 7], n).encode()
                    answers.append(connection.post(name, gzip.compress(body) if zipped else body,
                                                   headers + (["Content-Encoding: gzip"] if zipped else []), chunked))
                check(f"{name}: all taken, over one connection", set(answers) == {200}, answers)
        parsed = Connection(server).post("parsed.log", "".join(compact({"date": 1767600000.5, **json.loads(s)}) + "\n" for s in lines).encode(),
                                         [FLUENT, "Content-Type: application/x-ndjson"])
        check("records that were parsed on the way", parsed == 200)
        odd = Connection(server)
        check("MessagePack, which is Fluent Bit's own default, is told", odd.post("m.log", b"\x92\xd7\x00", [FLUENT, "Content-Type: application/msgpack"]) == 415)
        check("and the connection goes on", odd.post("m.log", b"", ["Content-Type: application/json"]) == 200)
        for what, body, wanted in (("an empty array", b"[]", 200), ("an array that is cut", b'[{"log":"x"},{"log"', 400), ("a record that is cut", b'{"log":"x', 200),
                                   ("numbers and nulls", b'[1,null,{"log":7},{"message":null}]', 200), ("deep nesting", b"[" * 5000, 400)):
            check(f"odd bodies: {what}", Connection(server).post("odd.log", body, ["Content-Type: application/json"]) == wanted)
        program = shutil.which("fluent-bit") or shutil.which("td-agent-bit")
        if program:
            with open(folder.path + "/in.log", "w") as f:
                f.write("".join(line + "\n" for line in lines))
            shipper = subprocess.Popen([program, "-q", "-f", "1", "-i", "tail", "-p", "path=" + folder.path + "/in.log", "-p", "read_from_head=true", "-o", "http",
                                        "-p", "host=127.0.0.1", "-p", f"port={server.admin}", "-p", "uri=/v1/logs?source=real.log", "-p", "format=json_lines",
                                        "-p", "header=Authorization Bearer " + TOKEN, "-m", "*"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(6)
            shipper.terminate()
            shipper.wait()
        check("it stops", server.stop() == 0)
    subprocess.run([RECTRACE, "replay", "--store", folder.store, "--output", folder.path + "/again"], check=True, timeout=60)

    def again(name):
        with open(f"{folder.path}/again/{name}", encoding="utf-8") as f:
            return f.read().split("\n")[:-1]

    for source in kinds:
        for name in (source, "z-" + source):
            check(f"{name}: each line as it was written, once, in order", again(name) == lines, len(again(name)))
    if program:
        check("Fluent Bit itself", again("real.log") == lines, len(again("real.log")))
    else:
        print("skip  Fluent Bit itself: it is not installed")
    report = json.loads(subprocess.run([RECTRACE, "report", "--store", folder.store, "--format", "json"], capture_output=True, timeout=60).stdout)
    rows = {i["path"]: i for i in report["inputs"]}
    check("what was parsed on the way is understood", rows["parsed.log"]["counts"]["events"] == len(lines), rows["parsed.log"]["counts"])
    check("and has its own times", rows["parsed.log"]["first_time"] == rows["fb-lines.log"]["first_time"], rows["parsed.log"]["first_time"])
finish()
