"""disk.py [long] - the disk fails under load: 503 with Retry-After, no false 200, and it heals by itself."""
import asyncio
import sys
import time

from kit import FAULTY, Folder, Load, Server, check, compare, finish

ROWS = [
    ("EIO on write", "w"),
    ("ENOSPC on write", "n"),
    ("read-only", "r"),
    ("EIO on sync", "s"),
]

for name, letter in ROWS:
    with Folder() as folder, Server(folder, program=FAULTY) as server:
        load = Load()
        marks = {}

        async def break_and_mend():
            await asyncio.sleep(0.3)
            folder.fault(letter)
            marks["broken"] = time.monotonic() + 0.1  # what was synced before may still be answered
            await asyncio.sleep(0.7)
            marks["mended"] = time.monotonic()
            folder.fault("-")

        load.run(server.port, 16, 1.8, break_and_mend)
        false = [t for t, status in load.times if status == 200 and marks["broken"] < t < marks["mended"]]
        again = [t - marks["mended"] for t, status in load.times if status == 200 and t > marks["mended"]]
        check(f"{name}: no 200 while the disk fails", not false, f"{len(false)} of {len(load.times)}")
        check(f"{name}: answered 503 with Retry-After", load.answers.get(503, 0) > 0 and load.retry_after == {"5"},
              load.answers)
        check(f"{name}: nothing but 200 and 503", set(load.answers) <= {200, 503}, load.answers)
        check(f"{name}: 200 again within 5 s", bool(again) and min(again) < 5, f"{min(again, default=99):.2f} s")
        check(f"{name}: the log says why", "the store fails" in server.log() and "well again" in server.log())
        check(f"{name}: SIGTERM ends with 0", server.stop() == 0)
        compare(name, load.ledger, folder.store)

with Folder() as folder, Server(folder, program=FAULTY) as server:
    load = Load()

    async def slow():
        await asyncio.sleep(0.3)
        folder.fault("d")

    load.run(server.port, 64, 2, slow)
    check("a sync of 400 ms: everything is answered 200", set(load.answers) == {200}, load.answers)
    check("a sync of 400 ms: no answer later than 2 s", load.slowest < 2, f"{load.slowest:.2f} s")
    folder.fault("-")
    compare("a sync of 400 ms", load.ledger, folder.store)

if "long" in sys.argv:
    with Folder() as folder, Server(folder, program=FAULTY) as server:
        load = Load()

        async def hang():
            await asyncio.sleep(0.2)
            folder.fault("D")
            await asyncio.sleep(0.2)
            folder.fault("-")

        load.run(server.port, 16, 8.5, hang)
        check("a sync of 7 s: no answer later than 9 s", load.slowest < 9, f"{load.slowest:.2f} s")
        check("a sync of 7 s: 503 meanwhile, 200 afterwards",
              load.answers.get(503, 0) > 16 and load.times[-1][1] == 200, load.answers)
        compare("a sync of 7 s", load.ledger, folder.store)
finish()
