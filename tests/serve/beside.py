"""beside.py [long] - what happens beside the load: a backup, a reader that does not let go, a process that is stopped for a while,
secrets read anew, one notice sent again and again."""
import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import time

from kit import (RECTRACE, SANITIZED, SECRET, Folder, Load, Server, check, compare, finish, notice, post, quantile, request, stored,
                 wait_until)

LONG = "long" in sys.argv


async def later(function, *arguments):
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def paced(port, rate, seconds, first, answers, times):
    """Open loop: a notice each 1/rate, on connections that are free; the time of an answer counts from when it was due."""
    free = []

    async def send(number, due):
        try:
            pair = free.pop() if free else await asyncio.open_connection("127.0.0.1", port)
            pair[1].write(request(notice(number)))
            head = await pair[0].readuntil(b"}")
            status = int(head[9:12])
            free.append(pair)
        except (OSError, asyncio.IncompleteReadError):
            status = 0
        answers[number] = status
        times.append(time.monotonic() - due)

    begun, tasks = time.monotonic(), []
    for k in range(int(rate * seconds)):
        due = begun + k / rate
        if due > time.monotonic():
            await asyncio.sleep(due - time.monotonic())
        tasks.append(asyncio.create_task(send(first + k, due)))
    await asyncio.gather(*tasks)
    for _, writer in free:
        writer.close()


# A backup of a store that is being written to: by SQLite's own copy, and as a new file.
with Folder() as folder, Server(folder) as server:
    load = Load()
    load.run(server.port, 32, 0.8)
    copies = [folder.path + "/copy1.db", folder.path + "/copy2.db"]
    answers, times, sure, alone = {}, [], [], []
    asyncio.run(paced(server.port, 400, 1, 2 * 10**6, {}, alone))

    def back_up():
        time.sleep(0.3)
        for path in copies:
            sure.append({f"n-{n}" for n, status in list(answers.items()) if status == 200} | set(load.ledger))
            source = sqlite3.connect(f"file:{folder.store}?mode=ro", uri=True)
            if path == copies[0]:
                source.execute(f"VACUUM INTO '{path}'")
            else:
                to = sqlite3.connect(path)
                source.backup(to)
                to.close()
            source.close()

    async def both():
        await asyncio.gather(paced(server.port, 400, 10 if LONG else 1.5, 10**6, answers, times), later(back_up))

    asyncio.run(both())
    check("a backup under load: nothing but 200", set(answers.values()) == {200}, f"{len(answers)} sent")
    check("a backup under load: latencies", quantile(times, 0.5) < 0.05 + 3 * quantile(alone, 0.5),
          f"alone p50 {1000 * quantile(alone, 0.5):.1f} ms, p99 {1000 * quantile(alone, 0.99):.1f} ms; beside it p50 {1000 * quantile(times, 0.5):.1f} ms, "
          f"p99 {1000 * quantile(times, 0.99):.1f} ms, most {1000 * max(times):.0f} ms")
    for path, ids in zip(copies, sure):
        held, whole = stored(path)
        check(f"a backup under load: {os.path.basename(path)} is whole and holds all that was acknowledged before", whole == "ok" and
              not ids - set(held), f"{len(held)} of at least {len(ids)}")
    folder.store, live = copies[1], folder.store
    done = subprocess.run([RECTRACE, "report", "--store", folder.store, "--format", "json"], capture_output=True)
    check("a backup can be read by report", done.returncode == 0, done.stderr[-100:])
    folder.store = live

# Somebody reads and does not let go: the log grows and is told, nothing is refused; when he goes, it is cut.
with Folder() as folder, Server(folder) as server:
    post(server.port, notice(10**7))
    reader = sqlite3.connect(f"file:{folder.store}?mode=ro", uri=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM callback").fetchone()
    load = Load()
    load.run(server.port, 32, 60 if LONG else 1.5)
    grown = os.path.getsize(folder.store + "-wal")
    check("a reader that holds the log: nothing but 200", set(load.answers) == {200}, load.answers)
    time.sleep(1.1)
    check("a reader that holds the log: its growth can be seen", server.metric("rectrace_store_log_size_bytes") == grown > 50000, grown)
    reader.close()
    other = Load(first=2 * 10**6)
    other.run(server.port, 32, 4 if LONG else 1)
    check("when it lets go, the log grows no more", os.path.getsize(folder.store + "-wal") < max(grown * 1.5, 70 << 20),
          f"{grown} -> {os.path.getsize(folder.store + '-wal')}")
    server.stop()
    compare("a reader that holds the log", {**load.ledger, **other.ledger}, folder.store)

# Callbacks come faster than they can be concluded from: the store goes on, the view catches up, memory stays.
with Folder() as folder, Server(folder) as server:
    load, seen = Load(), []

    async def watch():
        while time.monotonic() < load.until - 0.2:
            await asyncio.sleep(0.3)
            seen.append((await later(server.metric, "rectrace_view_behind_callbacks"), server.resident()))

    load.run(server.port, 64, 8 if LONG else 2, watch)
    check("a view slower than what comes: nothing but 200", set(load.answers) == {200}, load.answers)
    caught = wait_until(lambda: server.metric("rectrace_view_behind_callbacks") == 0, 60)
    check("a view slower than what comes: it catches up", caught, f"behind by {max(b for b, _ in seen):.0f} at most, "
          f"{seen[0][1]:.0f} to {max(m for _, m in seen):.0f} MiB, then {server.resident():.0f}")
    check("a view slower than what comes: memory is bounded", SANITIZED or
          server.resident() < 100 + 6 * len(load.ledger) / 1024, f"{server.resident():.0f} MiB of {len(load.ledger)} callbacks of recordings that go on")
    compare("a view slower than what comes", load.ledger, folder.store)

# Our own readers let go of the log in the middle of a long report.
with Folder() as folder:
    with Server(folder) as server:
        load = Load()
        load.run(server.port, 64, 4 if LONG else 1)
        command = [RECTRACE, "report", "--store", folder.store, "--format", "json", "-o", folder.path + "/report.json"]
        reports = []

        async def reading():
            while time.monotonic() < other.until:
                reports.append((await later(subprocess.run, command)).returncode)

        other = Load(first=3 * 10**6)
        other.run(server.port, 32, 10 if LONG else 1, reading)
        check("reports beside the load", set(reports) == {0} and set(other.answers) == {200}, f"{len(reports)} reports, {other.answers}")
        server.stop()

# Stopped for a while, as by a debugger or a machine that is moved.
with Folder() as folder, Server(folder) as server:
    load = Load()
    pause = 20 if LONG else 1

    async def stop_and_go():
        await asyncio.sleep(0.3)
        server.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(pause)
        server.process.send_signal(signal.SIGCONT)

    load.run(server.port, 32, pause + 1, stop_and_go)
    check(f"SIGSTOP for {pause} s: it goes on", load.times[-1][1] == 200 and set(load.answers) <= {200, 503}, load.answers)
    check("SIGSTOP: SIGTERM ends with 0", server.stop() == 0)
    compare("SIGSTOP", load.ledger, folder.store)

# Secrets are read anew under load, again and again, with files that are broken in between.
with Folder() as folder, Server(folder) as server:
    load = Load()
    good = f"secret main 2026-a {SECRET.decode()}\n"

    async def rotate():
        while time.monotonic() < load.until - 0.3:
            for text, mode in ((good, 0o600), (good + "secret main 2026-b other\n", 0o600), ("secret\n", 0o600), (good, 0o644), ("", 0o600)):
                folder.write_secrets(text, mode)
                server.process.send_signal(signal.SIGHUP)
                await asyncio.sleep(0.02)

    load.run(server.port, 32, 10 if LONG else 1, rotate)
    check("SIGHUP under load: no signed body is refused", set(load.answers) == {200},
          f"{load.answers}, {server.metric('rectrace_reloads_total'):.0f} good and {server.metric('rectrace_reload_failures_total'):.0f} bad files")
    os.unlink(folder.secrets)
    server.process.send_signal(signal.SIGHUP)
    check("a secret file that is gone: the old secrets stay", post(server.port, notice(9 * 10**6))[0] == 200 and
          post(server.port, notice(9 * 10**6), secret=b"x")[0] == 401)
    compare("SIGHUP under load", load.ledger, folder.store)

# One notice again and again, beside others.
with Folder() as folder, Server(folder) as server:
    async def same(port, count, connections=20, number=7):
        data = request(notice(number)) * 20

        async def one():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(count // connections // 20):
                writer.write(data)
                for _ in range(20):
                    assert (await reader.readuntil(b'{"ok":true}')).startswith(b"HTTP/1.1 200")
            writer.close()

        begun = time.monotonic()
        await asyncio.gather(*[one() for _ in range(connections)])
        return count / (time.monotonic() - begun)

    count = 100000 if LONG else 4000
    rate = asyncio.run(same(server.port, count))
    db = sqlite3.connect(folder.store)
    rows = db.execute("SELECT copies FROM callback WHERE notice = 'n-7'").fetchall()
    db.close()
    check(f"one notice {count} times: stored once, copies counted", rows == [(count,)], f"{rows}, {rate:.0f}/s")
    load = Load(first=10**6, duplicates=0.9)
    load.run(server.port, 64, 1)
    check("nine of ten are copies: nothing but 200", set(load.answers) == {200}, load.answers)
    compare("nine of ten are copies", load.ledger, folder.store)
finish()
