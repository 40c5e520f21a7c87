"""damage.py [long] - bits that flip in a store and its log: told or without effect, never a crash, never a silent loss; and nobody
but the writer moves the log into the store."""
import asyncio
import json
import os
import random
import re
import shutil
import subprocess
import sys

from kit import RECTRACE, Folder, Server, ask, check, finish, notice, post, request, stored, wait_until

FLIPS = 2000 if "long" in sys.argv else 60


def report(store):
    done = subprocess.run([RECTRACE, "report", "--store", store, "--format", "json"], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def facts(text):
    """What a report concludes, and how much it could not read."""
    r = json.loads(text)
    lost = sum(i["counts"]["undecodable"] + i["counts"]["unmatched"] for i in r["inputs"])
    return json.dumps([r["sessions"], r["findings"]], sort_keys=True), lost


def tells(store):
    code, out, err = report(store)
    return code == 3 or "damaged" in err or facts(out)[1] > 0


def fill(folder, count, close):
    server = Server(folder)
    for number in range(count):
        post(server.port, notice(number))
    if close:
        server.stop()
    else:
        server.kill()


def copy(folder, to):
    for suffix in ("", "-wal"):
        for name in (to + suffix, to + "-shm", to + suffix + ".broken"):
            if os.path.exists(name):
                os.unlink(name)
        if os.path.exists(folder.store + suffix):
            shutil.copyfile(folder.store + suffix, to + suffix)


def flip(path, chance):
    with open(path, "r+b") as f:
        at = chance.randrange(os.path.getsize(path))
        f.seek(at)
        byte = f.read(1)[0] ^ (1 << chance.randrange(8))
        f.seek(at)
        f.write(bytes([byte]))
    return at


def serve_once(folder, store):
    """Starts on it, takes one, ends: exit status and log."""
    saved, folder.store = folder.store, store
    try:
        server = Server(folder, "--admin", "none", wait=False)
        up = wait_until(lambda: "listening" in server.log() or server.process.poll() is not None, 30)
        if server.process.poll() is None and up:
            port = int(re.search(r"listening addr=127\.0\.0\.1:(\d+)", server.log()).group(1))
            status = asyncio.run(ask(port, request(notice(10**6))))[0]
            return server.stop(), server.log(), status
        return server.process.wait(10), server.log(), None
    finally:
        folder.store = saved


def flips(what, suffix, close, check_serve):
    chance = random.Random(len(what))
    with Folder() as folder:
        fill(folder, 40, close)
        code, good, _ = report(folder.store)
        good, _ = facts(good)
        to = folder.path + "/flipped.db"
        refused = told = same = 0
        silent, crashed = [], []
        for number in range(FLIPS):
            copy(folder, to)
            at = flip(to + suffix, chance)
            code, out, err = report(to)
            if code not in (0, 3):
                crashed.append((at, code, err[-100:]))
            elif code == 3:
                refused += 1
            else:
                concluded, lost = facts(out)
                if concluded == good:
                    same += 1
                elif lost > 0 or "damaged" in err or "reading failed" in err:
                    told += 1
                else:
                    silent.append((at, open(folder.store, "rb").read()[at - 30:at + 10]))
            if check_serve and number % 10 == 0:
                code, log, status = serve_once(folder, to)
                if code not in (0, 3) or (code == 3 and "rectrace: " not in log):
                    crashed.append((at, code, log[-200:]))
                elif code == 0:
                    ids, whole = stored(to)
                    # Rows whose keys stand in a run are not read at the start: who reads them tells.
                    if len(set(ids) & {f"n-{n}" for n in range(40)}) < 40 and "damaged" not in log and not tells(to):
                        silent.append((at, len(ids), log[-200:]))
        check(f"{what}: no crash", not crashed, crashed[:2])
        check(f"{what}: nothing is lost or concluded in silence", not silent,
              f"{FLIPS} flips: {same} without effect, {told} told, {refused} refused {silent[:5]}")


flips("a bit of the store", "", True, True)
flips("a bit of its log", "-wal", False, True)

# The id of a row beside its body; its key stands in a run, so a server does not read it when it starts.
with Folder() as folder:
    fill(folder, 40, True)
    whole, to = open(folder.store, "rb").read(), folder.path + "/flipped.db"
    places = [m.start() for m in re.finditer(rb"n-17\D", whole)]
    told = []
    for at in places:
        copy(folder, to)
        with open(to, "r+b") as f:
            f.seek(at + 2)
            f.write(bytes([whole[at + 2] ^ 4]))
        told.append(serve_once(folder, to)[0] == 0 and tells(to))
    check("a bit of an id: whoever reads the row tells", len(places) >= 2 and all(told), told)

# What a broken log held is told by the server, and kept beside.
with Folder() as folder:
    fill(folder, 40, False)
    with open(folder.store + "-wal", "r+b") as f:
        f.seek(os.path.getsize(folder.store + "-wal") // 2)
        byte = f.read(1)[0]
        f.seek(-1, 1)
        f.write(bytes([byte ^ 1]))
    broken = open(folder.store + "-wal", "rb").read()
    code, out, err = report(folder.store)
    check("a broken log: a report says so", "-wal is damaged" in err and code == 0, err.strip()[:160])
    with Server(folder) as server:
        check("a broken log: the server says so, with numbers", re.search(r"of its frames \d+ count and \d+ behind them do not", server.log()))
        check("a broken log: it goes on", post(server.port, notice(500))[0] == 200)
    check("a broken log: a copy is kept", open(folder.store + "-wal.broken", "rb").read() == broken)

# Only the writer's connection checkpoints (SQLite before 3.51.3 can lose a commit otherwise).
with Folder() as folder:
    fill(folder, 40, False)
    before = [open(folder.store + s, "rb").read() for s in ("", "-wal")]
    for arguments in (["report", "--store", folder.store], ["verify", "--store", folder.store, "--secret-file", folder.secrets],
                      ["replay", "--store", folder.store, "--output", folder.path + "/out"]):
        done = subprocess.run([RECTRACE, *arguments], capture_output=True)
        after = [open(folder.store + s, "rb").read() for s in ("", "-wal")]
        check(f"{arguments[0]} moves nothing of the log into the store", done.returncode == 0 and before == after, done.stderr[-100:])
    with Server(folder) as server:
        load = [post(server.port, notice(n))[0] for n in range(100, 120)]
        size = os.path.getsize(folder.store)
        report(folder.store)
        server.get("/api/v1/report")
        check("nor do readers beside a server", os.path.getsize(folder.store) == size and set(load) == {200})
finish()
