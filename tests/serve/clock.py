"""clock.py - the clock of the machine jumps under load: timers go by the monotonic clock, findings by the events' own, and nothing that
is young by either clock is forgotten."""
import asyncio
import json
import subprocess
import time

from kit import FAULTY, RECTRACE, Folder, Load, Server, Standstill, check, compare, finish, notice, post, stored, wait_until

HOUR, DAYS = 3600, 400 * 86400


def report(folder):
    r = json.loads(subprocess.run([RECTRACE, "report", "--store", folder.store, "--format", "json"], capture_output=True).stdout)
    return [s["id"] for s in r["sessions"]], sorted({f["id"] for f in r["findings"]})


JUMPS = [HOUR, -HOUR, DAYS, -DAYS, 0]
with Folder() as folder:
    with Server(folder, program=FAULTY) as server:
        load = Load()
        machine = Standstill()

        async def jump():
            for offset in JUMPS:
                await asyncio.sleep(0.4)
                folder.clock(offset)

        load.run(server.port, 32, 0.4 * len(JUMPS) + 0.6, jump)
        gaps = [b - a for (a, _), (b, _) in zip(load.times, load.times[1:])]
        check("the clock jumps by hours and years: nothing but 200", set(load.answers) == {200}, load.answers)
        check("the clock jumps: nothing stands still", max(max(gaps), load.slowest) < 3 + 2 * machine.most,
              f"{1000 * max(gaps):.0f} ms; the machine for {1000 * machine.most:.0f} ms")
        check("the clock jumps: alive and ready", server.get("/healthz")[0] == 200 and server.get("/readyz")[0] == 200)
        check("the clock jumps: SIGTERM ends with 0", server.stop() == 0)
    compare("the clock jumps", load.ledger, folder.store)

# The same bodies under a clock that is right, and under ones that are not: the same sessions and the same findings of them.
bodies = [notice(n, notifyMs=1767600000000 + n, payload={"sid": f"{n % 5:032d}", "sequence": n // 5}) for n in range(60)]
seen = {}
for offset in (0, DAYS, -DAYS):
    with Folder() as folder:
        folder.clock(offset)
        with Server(folder, program=FAULTY) as server:
            for body in bodies:
                post(server.port, body)
            server.stop()
        seen[offset] = report(folder)
times = {"webhook-delayed", "clock-skew"}  # what speaks of the time of arrival itself
check("sessions do not depend on our clock", seen[0][0] == seen[DAYS][0] == seen[-DAYS][0], len(seen[0][0]))
check("nor do findings, but for those of late arrival", len({tuple(r for r in found if r not in times) for _, found in seen.values()}) == 1,
      {k: v[1] for k, v in seen.items()})

# Retention: started with a clock that is a year ahead, everything would look old.
for offset, what in ((DAYS, "ahead"), (-DAYS, "behind")):
    with Folder() as folder:
        with Server(folder) as server:
            for number in range(40):
                post(server.port, notice(number))
            server.stop()
        folder.clock(offset)
        with Server(folder, "--keep", "30d", program=FAULTY) as server:
            post(server.port, notice(1000))
            time.sleep(1)
            server.stop()
        check(f"a clock that is {what}: nothing is forgotten", len(stored(folder.store)[0]) == 41, len(stored(folder.store)[0]))
        # What came under the wrong clock is young by that of its sender.
        with Server(folder, "--keep", "30d") as server:
            time.sleep(1)
            server.stop()
        check(f"a clock that was {what}: nothing is forgotten", len(stored(folder.store)[0]) == 41, len(stored(folder.store)[0]))

# And what is old by both clocks goes.
with Folder() as folder:
    folder.clock(-DAYS)
    with Server(folder, program=FAULTY) as server:
        for number in range(40):
            post(server.port, notice(number, notifyMs=int((time.time() - 400 * 86400) * 1000), payload={"sendts": int((time.time() - 400 * 86400) * 1000)}))
        server.stop()
    with Server(folder) as server:
        post(server.port, notice(1000, payload={"sid": "another" * 4, "sendts": int(time.time() * 1000)}))
        server.stop()
    with Server(folder, "--keep", "30d") as server:
        check("what is old by both clocks is forgotten", wait_until(lambda: "rows=40" in server.log()), server.log()[-200:])
        server.stop()
finish()
