"""disk.py [long] - the disk fails under load: 503 with Retry-After, no false 200, the state is seen, and it heals by itself."""
import asyncio
import json
import os
import re
import sqlite3
import subprocess
import sys
import time

from kit import FAULTY, SANITIZED, Folder, Load, Server, Standstill, check, compare, finish, median, notice, post, skip, wait_until

ROWS = [ # name, letter of the fault, what /readyz says of the store
    ("EIO on write", "w", "sick"),
    ("a write that ends in the middle", "h", "sick"),
    ("ENOSPC on write", "n", "full"),
    ("a quota that is used up", "q", "full"),
    ("read-only", "r", "sick"),
    ("EIO on sync", "s", "sick"),
]


machine = Standstill()


async def later(function, *arguments):
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def comes(true, seconds):
    """Waits until it is so, that long at most: the machine may take its time, the receiver is asked for what it did."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        await asyncio.sleep(0.02)


async def taken_again(load, mended):
    """Ends the load when callbacks are taken again, or after a while if they never are."""
    load.until = mended + 10
    await comes(lambda: any(status == 200 and begun > mended for begun, (_, status) in zip(load.begun, load.times)), 10)
    load.until = time.monotonic() + 0.3


def failing(name, letter, state):
    with Folder() as folder, Server(folder, program=FAULTY) as server:
        load = Load()
        marks, seen = {}, {}

        async def break_and_mend():
            await comes(lambda: load.answers.get(200, 0) > 50, 10)
            folder.fault(letter)
            marks["broken"] = time.monotonic()
            await comes(lambda: load.answers.get(503, 0) > 0, 10)
            await asyncio.sleep(0.2)
            seen["ready"] = await later(server.get, "/readyz")
            seen["health"] = await later(server.get, "/healthz")
            seen["metrics"] = await later(server.metric, "rectrace_store_good")
            seen["reads"] = (await later(server.get, "/api/v1/sessions"))[0]
            await asyncio.sleep(0.3)
            marks["mended"] = time.monotonic()
            folder.fault("-")
            await taken_again(load, marks["mended"])

        load.run(server.port, 16, 60, break_and_mend)
        # What was sent before may have been synced before.
        false = [t for begun, (t, status) in zip(load.begun, load.times)
                 if status == 200 and marks["broken"] < begun and t < marks["mended"]]
        again = [t - marks["mended"] for t, status in load.times if status == 200 and t > marks["mended"]]
        check(f"{name}: no 200 while the disk fails", not false, f"{len(false)} of {len(load.times)}")
        check(f"{name}: answered 503 with Retry-After", load.answers.get(503, 0) > 0 and load.retry_after == {"5"},
              load.answers)
        check(f"{name}: nothing but 200 and 503", set(load.answers) <= {200, 503}, load.answers)
        check(f"{name}: 200 again within 5 s", bool(again) and min(again) < 5 + machine.most, f"{min(again, default=99):.2f} s")
        ready = json.loads(seen["ready"][1])
        check(f"{name}: /readyz says so, and why", seen["ready"][0] == 503 and ready["store"] == state and ready["why"] != "" and
              "Retry-After" in seen["ready"][2], ready)
        check(f"{name}: it is alive, its pages are read", seen["health"][0] == 200 and seen["reads"] == 200)
        check(f"{name}: the metric says so", seen["metrics"] == 0 and server.metric("rectrace_store_good") == 1)
        check(f"{name}: ready again", server.get("/readyz")[0] == 200)
        check(f"{name}: the log says why", "the store fails" in server.log() and "well again" in server.log())
        check(f"{name}: SIGTERM ends with 0", server.stop() == 0)
        compare(name, load.ledger, folder.store)


def slow(name, letter, seconds, connections, load_seconds, after):
    """`after`: answers of 503 are wanted."""
    with Folder() as folder, Server(folder, program=FAULTY) as server:
        load = Load()
        before = server.resident()
        alive, usual, sizes, marks = [], [], [], {}

        async def hang():
            await comes(lambda: load.answers.get(200, 0) > 50, 10)
            for _ in range(5):
                begun = time.monotonic()
                await later(server.get, "/healthz")
                usual.append(time.monotonic() - begun)
            folder.fault(letter)
            broken = marks["broken"] = time.monotonic()
            until = broken + load_seconds - 1
            while time.monotonic() < until or len(alive) < 5:
                await asyncio.sleep(0.2)
                begun = time.monotonic()
                status, _, _ = await later(server.get, "/healthz")
                alive.append((status, time.monotonic() - begun))
                if begun < broken + seconds or not sizes:
                    sizes.append(server.resident())  # what is stored later fills the view
                if after and len(alive) == 2:
                    folder.fault("-")  # one sync hangs, those after it do not
            load.until = time.monotonic() + 1

        load.run(server.port, connections, load_seconds + 60, hang)
        waits = [t - begun for begun, (t, _) in zip(load.begun, load.times) if begun > marks["broken"]]
        check(f"{name}: no answer later than 9 s", load.slowest < 9 + 2 * machine.most and (after or median(waits) < 4 * seconds + 2 * machine.most),
              f"p50 {median(waits):.2f} s, at most {load.slowest:.2f} s")
        if after:
            check(f"{name}: 503 meanwhile, 200 afterwards", load.answers.get(503, 0) >= connections / 2 and load.times[-1][1] == 200,
                  load.answers)
        else:
            check(f"{name}: everything is answered 200", set(load.answers) == {200}, load.answers)
        times = sorted(t for _, t in alive)
        check(f"{name}: /healthz goes on answering", {s for s, _ in alive} == {200} and times[len(times) // 2] < 0.1 + 3 * median(usual),
              f"median {1000 * times[len(times) // 2]:.0f} ms, latest {1000 * times[-1]:.0f} ms")
        check(f"{name}: memory is flat", SANITIZED or max(sizes) < before + 40, f"{before:.0f} -> {max(sizes):.0f} MiB")
        folder.fault("-")
        compare(name, load.ledger, folder.store)


# A disk that is really full: a small one in a name space of our own. Its other file is then removed.
def full(folder_path):
    with Folder() as folder:
        small = folder.path + "/small"
        os.mkdir(small)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "none", small], check=True)
        folder.store = small + "/calls.db"
        ballast = small + "/ballast"
        with open(ballast, "wb") as f:
            f.write(bytes(90 << 20))
        with Server(folder) as server:
            load, marks = Load(), {}

            async def room():
                for _ in range(400):
                    await asyncio.sleep(0.05)
                    if load.answers.get(503, 0) > 200:
                        break
                marks["ready"] = await later(server.get, "/readyz")
                marks["reads"] = (await later(server.get, "/api/v1/sessions"))[0]
                marks["free"] = os.statvfs(small).f_bavail * os.statvfs(small).f_bsize
                os.unlink(ballast)
                marks["mended"] = time.monotonic()
                await taken_again(load, marks["mended"])

            load.run(server.port, 16, 90, room)
            again = [t - marks["mended"] for t, status in load.times if status == 200 and t > marks["mended"]]
            refused = [b - a for (a, _), (b, status) in zip(load.times, load.times[1:]) if status == 503]
            check("a full disk: 503 with Retry-After, nothing else but 200", set(load.answers) == {200, 503} and load.retry_after == {"5"},
                  load.answers)
            check("a full disk: refused before nothing is left", marks["free"] > 0, marks["free"])
            check("a full disk: /readyz says so", marks["ready"][0] == 503 and
                  (json.loads(marks["ready"][1])["disk_low"] or json.loads(marks["ready"][1])["store"] == "full"), marks["ready"][1])
            check("a full disk: reading goes on", marks["reads"] == 200)
            check("a full disk: a refusal takes no time", bool(refused) and sorted(refused)[len(refused) // 2] < 0.1)
            check("a full disk: 200 again within 5 s of room", bool(again) and min(again) < 5 + machine.most, f"{min(again, default=99):.2f} s")
            check("a full disk: SIGTERM ends with 0", server.stop() == 0)
            compare("a full disk", load.ledger, folder.store)
        subprocess.run(["umount", small], check=True)


def held():
    """A reader that does not let go of the log until the disk is full of it: 503 and why, and 200 again when it goes."""
    with Folder() as folder:
        small = folder.path + "/small"
        os.mkdir(small)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "none", small], check=True)
        folder.store = small + "/calls.db"
        # Without pages there is no view, whose own file would take of this small disk what is kept for the log.
        with Server(folder, "--admin", "none", wait=False) as server:
            if not wait_until(lambda: "listening addr" in server.log()):
                raise SystemExit(server.log())
            server.port = int(re.search(r"listening addr=127\.0\.0\.1:(\d+)", server.log()).group(1))
            post(server.port, notice(10**7))
            reader = sqlite3.connect(f"file:{folder.store}?mode=ro", uri=True)
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM callback").fetchone()
            load, marks = Load(), {}

            async def let_go():
                await comes(lambda: load.answers.get(503, 0) > 200, 60)
                marks["sizes"] = [os.path.getsize(folder.store + suffix) >> 20 for suffix in ("", "-wal")]
                reader.close()
                marks["mended"] = time.monotonic()
                await taken_again(load, marks["mended"])

            load.run(server.port, 16, 120, let_go)
            again = [t - marks["mended"] for t, status in load.times if status == 200 and t > marks["mended"]]
            check("a log that fills the disk: 503 with Retry-After, nothing else but 200", set(load.answers) == {200, 503} and load.retry_after == {"5"},
                  load.answers)
            told = [row for row in server.log().splitlines() if "a reader may be holding" in row]
            check("a log that fills the disk: the log says so, and that a reader holds it", len(told) == 1, f"{told}, file and log of {marks['sizes']} MiB")
            check("a log that fills the disk: 200 again within 5 s of its reader's end", bool(again) and min(again) < 5 + machine.most,
                  f"{min(again, default=99):.2f} s")
            check("a log that fills the disk: then it is small", wait_until(lambda: os.path.getsize(folder.store) > os.path.getsize(folder.store + "-wal")))
            check("a log that fills the disk: SIGTERM ends with 0", server.stop() == 0)
            compare("a log that fills the disk", load.ledger, folder.store)
        subprocess.run(["umount", small])


if "full" in sys.argv:
    full(None)
    held()
    finish()
for row in ROWS:
    failing(*row)
slow("a sync of 400 ms", "d", 0.4, 64, 2.5, False)
if "long" in sys.argv:
    slow("a sync of 7 s", "D", 7, 16, 9, True)
    slow("a sync of 7 s, 500 clients", "D", 7, 500, 9, True)
    slow("a disk that hangs for 30 s", "L", 30, 64, 34, True)
name_space = ["unshare", "-rm"]
if subprocess.run([*name_space, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True).returncode == 0:
    if subprocess.run([*name_space, sys.executable, os.path.abspath(__file__), "full"]).returncode != 0:
        check("a full disk", False)
else:
    skip("a full disk: no mount in a name space of our own here")
finish()
