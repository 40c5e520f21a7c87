"""crowd.py - 1 000 clients, 10 000 idle connections, more connections than there is room for, one notice sent very
often: the receiver goes on, and stays small."""
import asyncio
import os
import resource
import time

from kit import Folder, Load, Server, Standstill, all_at_once, ask, check, compare, finish, notice, post, request, stored, wait_until

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))


def resident(server):
    with open(f"/proc/{server.process.pid}/status") as f:
        return next(int(row.split()[1]) / 1024 for row in f if row.startswith("VmRSS"))


async def idle(port, count, then):
    """Opens connections that say nothing; what `then` gives."""
    writers = []
    for _ in range(count):
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), 5)
            writers.append(writer)
        except (OSError, asyncio.TimeoutError):
            pass
    result = await then()
    for writer in writers:
        writer.close()
    return len(writers), result


with Folder() as folder, Server(folder) as server:
    ledger, told, kept = {}, [], False
    # The clients run in one interpreter, beside whatever else the machine does: what is kept in none of three looks is not kept.
    for look in range(3):
        rates = {}
        for clients in (64, 1000):
            load = Load(first=10**6 * (1 + 2 * look) + 10**8 * clients)
            load.run(server.port, clients, 4)
            rates[clients] = load.answers.get(200, 0) / 4
            ledger.update(load.ledger)
            check(f"{clients} clients: all 200", set(load.answers) == {200}, load.answers)
        told.append(f"{rates[1000]:.0f}/s over {rates[64]:.0f}/s")
        kept = rates[1000] > 0.5 * rates[64]
        if kept:
            break
    check("1 000 clients over 64", kept, "; ".join(told))
    check("1 000 clients: SIGTERM ends with 0", server.stop() == 0)
    compare("1 000 clients", ledger, folder.store)

with Folder() as folder, Server(folder) as server:
    async def good():
        begun = time.monotonic()
        status, _, _ = await ask(server.port, request(notice(5000000)))
        return status, time.monotonic() - begun, resident(server)

    before = resident(server)
    machine = Standstill()
    opened, (status, seconds, size) = asyncio.run(idle(server.port, 10000, good))
    check("10 000 idle connections: a good client is served within 1 s", status == 200 and seconds < 1 + 2 * machine.most,
          f"{opened} opened, {status} after {seconds * 1000:.0f} ms")
    check("10 000 idle connections: resident below 200 MiB", size < 200, f"{before:.0f} -> {size:.0f} MiB")

    # One notice from 100 connections at once, again and again.
    async def storm(port, count):
        data = request(notice(6000000)) * 20

        async def one():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            got = 0
            for _ in range(count // 20):
                writer.write(data)
                for _ in range(20):
                    head = await reader.readuntil(b'{"ok":true}')
                    got += head.startswith(b"HTTP/1.1 200")
            writer.close()
            return got

        return sum(await asyncio.gather(*[one() for _ in range(100)]))

    begun = time.monotonic()
    answered = asyncio.run(storm(server.port, 1000))
    rate = answered / (time.monotonic() - begun)
    ids, whole = stored(folder.store)
    check("one notice 100 000 times: stored once", answered == 100000 and ids.count("n-6000000") == 1 and whole == "ok",
          f"{answered} answers, {rate:.0f}/s")
    check("memory stays bounded", resident(server) < 250, f"{resident(server):.0f} MiB")
    check("SIGTERM ends with 0", server.stop() == 0)

with Folder() as folder, Server(folder) as server:
    for number in range(200):
        post(server.port, notice(number))
    wait_until(lambda: server.metric("rectrace_view_behind_callbacks") == 0)
    time.sleep(2)
    before = resident(server)
    paths = ["/api/v1/sessions?limit=50", "/api/v1/findings?limit=-1", "/api/v1/deliveries?limit=1e9", "/metrics", "/api/v1/sessions?limit=5&after=zz"]
    answers = asyncio.run(all_at_once(server.admin, paths, 10000))
    check("10 000 requests of the API at once: answered or closed", set(answers) <= {0, 200, 400} and answers.get(400, 0) > 0, answers)
    check("and memory stays", resident(server) < before + 40, f"{before:.0f} -> {resident(server):.0f} MiB")
    check("and it goes on", server.get("/api/v1/sessions?limit=1")[0] == 200 and post(server.port, notice(10**7))[0] == 200)
finish()
