"""kill.py [ROUNDS] - kill -9 under load: what was acknowledged is there, once, after every restart."""
import asyncio
import sys
import time

from kit import Folder, Load, Server, Standstill, check, compare, finish

rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
with Folder() as folder:
    load = Load(duplicates=0.05)
    machine = Standstill()
    slowest = 0.0
    for number in range(rounds):
        begun = time.monotonic()
        server = Server(folder)
        if number > 0:
            slowest = max(slowest, time.monotonic() - begun)

        async def kill():
            await asyncio.sleep(0.05 + load.random.random() * 0.25)
            load.gone = True
            server.kill()

        load.run(server.port, 32, 10, kill)
    compare(f"kill -9, {rounds} rounds", load.ledger, folder.store)
    check("a restart takes less than 2 s", slowest < 2 + 2 * machine.most, f"{slowest:.2f} s; the machine stood still for {machine.most:.2f} s")

    # The same with SIGTERM: what was begun is answered, and the exit status is 0.
    statuses = []
    for number in range(max(2, rounds // 5)):
        server = Server(folder)

        async def stop():
            await asyncio.sleep(0.2)
            load.gone = True
            statuses.append(await asyncio.get_running_loop().run_in_executor(None, server.stop))

        load.run(server.port, 32, 10, stop)
    check("SIGTERM under load ends with 0", statuses == [0] * len(statuses), statuses)
    compare("SIGTERM", load.ledger, folder.store)
finish()
