"""kit.py - what the tests of the receiver share: a server on a free port, signed bodies, many
connections with a ledger of what was acknowledged, and a look into the store."""
import asyncio
import hashlib
import hmac
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

RECTRACE = os.path.abspath(os.environ.get("RECTRACE", "./rectrace"))
FAULTY = os.path.abspath(os.environ.get("FAULTY", "./tests/serve/faulty"))
SECRET = b"correct-horse"
with open(RECTRACE, "rb") as f:
    # A sanitizer has memory and times of its own.
    SANITIZED = re.search(rb"__[at]san_init", f.read()) is not None
failures = 0


def check(what, ok, detail=""):
    """One line for each thing that a user would notice."""
    global failures
    print(("ok    " if ok else "FAIL  ") + what + (f": {detail}" if detail != "" else ""), flush=True)
    if not ok:
        failures += 1
    return ok


def finish():
    sys.exit(1 if failures else 0)


def skip(why):
    print("skip  " + why, flush=True)


def wait_until(ready, seconds=30):
    """Is it so within that time?"""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return True
        time.sleep(0.02)
    return bool(ready())


class Standstill:
    """For how long at most a thread that asked for 20 ms was kept waiting by the machine itself, since this began: an answer that has
    to come within some seconds cannot come while nothing runs."""

    def __init__(self):
        self.most = 0.0
        threading.Thread(target=self.watch, daemon=True).start()

    def watch(self):
        while True:
            begun = time.monotonic()
            time.sleep(0.02)
            self.most = max(self.most, time.monotonic() - begun - 0.02)


def median(values):
    return sorted(values)[len(values) // 2] if values else 0.0


def quantile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))] if values else 0.0


def sign(body, secret=SECRET, kind=hashlib.sha256):
    return hmac.new(secret, body, kind).hexdigest()


def notice(number, **more):
    """A body as the vendor sends one; every number is another notice."""
    made = {
        "noticeId": f"n-{number}", "productId": 3, "eventType": 33, "notifyMs": int(time.time() * 1000),
        "payload": {"cname": f"room-{number % 7}", "uid": "5001", "sid": f"sid{number % 97:029d}", "sequence": number,
                    "sendts": 1767600000000 + number, "serviceType": 2,
                    "details": {"msgName": "uploading_progress", "progress": number % 10000}},
    }
    made["payload"].update(more.pop("payload", {}))
    made.update(more)
    return json.dumps(made).encode()


class Folder:
    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="rectrace-serve-")
        self.store = self.path + "/calls.db"
        self.secrets = self.path + "/secrets"
        self.control = self.path + "/control"
        self.write_secrets(f"secret main 2026-a {SECRET.decode()}\n")
        self.fault("-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path, ignore_errors=True)

    def write_secrets(self, text, mode=0o600):
        with open(self.secrets, "w") as f:
            f.write(text)
        os.chmod(self.secrets, mode)

    def fault(self, letter, number=0):
        fd = os.open(self.control, os.O_RDWR | os.O_CREAT, 0o600)
        os.ftruncate(fd, 24)
        os.pwrite(fd, bytes([number]), 1)
        os.pwrite(fd, letter.encode(), 0)
        os.close(fd)

    def clock(self, seconds):
        """From now on the wall clock is wrong by so much."""
        with open(self.control, "r+b") as f:
            f.seek(16)
            f.write(seconds.to_bytes(8, sys.byteorder, signed=True))

    def calls(self, reset=False):
        """How many calls of the faulty disk could have failed."""
        with open(self.control, "r+b") as f:
            f.seek(8)
            made = int.from_bytes(f.read(8), sys.byteorder)
            if reset:
                f.seek(8)
                f.write(bytes(8))
        return made


class Server:
    """rectrace serve over a folder; `program` may be the one with a disk that fails."""

    def __init__(self, folder, *more, program=None, env=None, secrets=True, wait=True, preexec=None):
        self.folder = folder
        self.log_path = folder.path + "/log"
        self.log_file = open(self.log_path, "ab")
        self.log_from = self.log_file.seek(0, 2)
        command = [program or RECTRACE, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0",
                   "--store", folder.store]
        if secrets:
            command += ["--secret-file", folder.secrets]
        self.process = subprocess.Popen(command + list(more), stderr=self.log_file, preexec_fn=preexec,
                                        env={**os.environ, "FAULTY_CONTROL": folder.control, **(env or {})})
        self.port = self.wait_ready() if wait else 0
        self.admin = int(re.search(r"admin addr=127\.0\.0\.1:(\d+)", self.log()).group(1)) if wait else 0

    def log(self):
        with open(self.log_path, "rb") as f:
            f.seek(self.log_from)
            return f.read().decode(errors="replace")

    def wait_ready(self):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            found = re.search(r"listening addr=127\.0\.0\.1:(\d+)(?s:.*)admin addr=", self.log())
            if found:
                return int(found.group(1))
            if self.process.poll() is not None:
                break
            time.sleep(0.005)
        raise SystemExit("the server does not start: " + self.log())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log_file.close()

    def stop(self, how=signal.SIGTERM, within=15):
        self.process.send_signal(how)
        try:
            return self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return "still running"
        finally:
            self.log_file.close()

    def get(self, path, data=None, headers=None, token=None, timeout=20):
        """Status, body, headers of a page of the admin port."""
        wanted = urllib.request.Request(f"http://127.0.0.1:{self.admin}{path}", data=data, headers=headers or {})
        if token:
            wanted.add_header("Authorization", "Bearer " + token)
        try:
            with urllib.request.urlopen(wanted, timeout=timeout) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as e:
            return e.code, e.read(), e.headers

    def metric(self, name):
        found = re.search(rf"^{name}(?:\{{[^}}]*\}})? (\S+)$", self.get("/metrics")[1].decode(), re.M)
        return float(found.group(1)) if found else None

    def resident(self):
        """MiB."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return next(int(row.split()[1]) / 1024 for row in f if row.startswith("VmRSS"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor(self):
        """Seconds."""
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()


async def read_answer(reader):
    """Status, headers, body of one answer."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {k.lower(): v for k, v in (line.split(": ", 1) for line in lines[1:] if ": " in line)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return int(lines[0].split(" ")[1]), headers, body


def request(body, path="/hook/main", secret=SECRET, headers=()):
    head = [f"POST {path} HTTP/1.1", "Host: x", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    if secret is not None:
        head.append("Agora-Signature-V2: " + sign(body, secret))
    return "\r\n".join([*head, *headers, "", ""]).encode() + body


async def ask(port, data, timeout=20):
    """Sends bytes on a connection of its own; status, headers, body; (0, {}, b"") when it was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        await writer.drain()
        return await asyncio.wait_for(read_answer(reader), timeout)
    except (asyncio.IncompleteReadError, ConnectionError, asyncio.TimeoutError):
        return 0, {}, b""
    finally:
        writer.close()


async def all_at_once(port, paths, count):
    """That many GETs at one time, a connection each: status -> how often; 0: the connection was closed."""
    answers = {}

    async def one(path):
        try:
            head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
            status = (await ask(port, head, 60))[0]
        except OSError:
            status = 0
        answers[status] = answers.get(status, 0) + 1

    await asyncio.gather(*[one(paths[n % len(paths)]) for n in range(count)])
    return answers


def post(port, body, **more):
    return asyncio.run(ask(port, request(body, **more)))


class Load:
    """Connections that send one notice after another and keep a ledger: notice id -> time of its 200."""

    def __init__(self, first=0, duplicates=0.0, seed=1):
        self.ledger = {}
        self.answers = {}
        self.next = first
        self.duplicates = duplicates
        self.random = random.Random(seed)
        self.retry_after = set()
        self.slowest = 0.0
        self.times = []
        self.begun = []  # of the same, when they were sent

    def pick(self):
        if self.duplicates and self.ledger and self.random.random() < self.duplicates:
            return self.random.randrange(self.next)
        self.next += 1
        return self.next - 1

    async def one(self, port):
        writer = None
        while time.monotonic() < self.until:
            number = self.pick()
            try:
                if writer is None:
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                begun = time.monotonic()
                writer.write(request(notice(number)))
                status, headers, _ = await read_answer(reader)
            except (asyncio.IncompleteReadError, ConnectionError, OSError):
                writer = None
                if self.gone:
                    return
                await asyncio.sleep(0.01)
                continue
            now = time.monotonic()
            self.times.append((now, status))
            self.begun.append(begun)
            self.slowest = max(self.slowest, now - begun)
            self.answers[status] = self.answers.get(status, 0) + 1
            if status == 200:
                self.ledger.setdefault(f"n-{number}", time.monotonic_ns())
            else:
                self.retry_after.add(headers.get("retry-after"))
                await asyncio.sleep(0.005)
            if headers.get("connection") == "close":
                writer.close()
                writer = None
        if writer is not None:
            writer.close()

    def run(self, port, connections, seconds, during=None):
        """Runs the load; `during` (a coroutine function) acts meanwhile, and may set `until` to an earlier end."""
        self.gone = False
        self.until = time.monotonic() + seconds

        async def all_of_them():
            tasks = [asyncio.create_task(self.one(port)) for _ in range(connections)]
            if during is not None:
                await during()
            await asyncio.gather(*tasks)

        asyncio.run(all_of_them())


OUTAGE = 4  # label of a row by which the receiver notes that it was not there


def stored(path):
    """Notice ids of the store, each as often as it is a first one; and whether the file is whole."""
    db = sqlite3.connect(path)
    try:
        ids = [row[0] for row in db.execute("SELECT notice FROM callback WHERE of IS NULL AND label <> ?", (OUTAGE,))]
        whole = db.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        db.close()
    return ids, whole


def compare(what, ledger, path):
    """Acknowledged, stored, lost, doubled: the line that every durability test prints."""
    ids, whole = stored(path)
    lost = set(ledger) - set(ids)
    doubled = len(ids) - len(set(ids))
    check(what, not lost and doubled == 0 and whole == "ok" and len(ledger) > 0,
          f"acknowledged {len(ledger)}, stored {len(ids)}, lost {len(lost)}, doubled {doubled}, file {whole}")
