"""beside.py [long] - what happens beside the load: a backup, a reader that does not let go, a process that is stopped for a while,
secrets read anew, one notice sent again and again."""
import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time

from kit import (RECTRACE, SANITIZED, SECRET, Folder, Load, Server, check, compare, finish, median, notice, post, quantile,
                 request, stored, wait_until)

LONG = "long" in sys.argv
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20000), hard))


async def later(function, *arguments):
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


async def paced(port, rate, seconds, first, answers, times, dues=None):
    """Open loop: a notice each 1/rate, on connections that are free; the time of an answer counts from when it was due. Stops early when
    it is cancelled."""
    free = []  # reader, writer, when it was used last; after 15 s the receiver closes it

    async def send(number, due):
        try:
            while free and free[-1][2] < time.monotonic() - 8:
                free.pop()[1].close()
            reader, writer, _ = free.pop() if free else (*await asyncio.open_connection("127.0.0.1", port), 0)
            writer.write(request(notice(number)))
            head = await reader.readuntil(b"}")
            status = int(head[9:12])
            free.append((reader, writer, time.monotonic()))
        except (OSError, asyncio.IncompleteReadError):
            status = 0
        answers[number] = status
        times.append(time.monotonic() - due)
        if dues is not None:
            dues.append(due)

    begun, tasks = time.monotonic(), []
    try:
        for k in range(int(rate * seconds)):
            due = begun + k / rate
            if due > time.monotonic():
                await asyncio.sleep(due - time.monotonic())
            if time.monotonic() > begun + seconds + 1:  # too slow a machine
                break
            tasks.append(asyncio.create_task(send(first + k, due)))
    except asyncio.CancelledError:
        pass
    await asyncio.gather(*tasks)
    for _, writer, _ in free:
        writer.close()


async def filled(port, first, count, connections=50, pad=0):
    """That many notices, twenty at a time on each connection; their ids."""
    made = []

    async def one(numbers):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for k in range(0, len(numbers), 20):
            writer.write(b"".join(request(notice(n, payload={"pad": "x" * pad})) for n in numbers[k:k + 20]))
            for n in numbers[k:k + 20]:
                if (await reader.readuntil(b"}")).startswith(b"HTTP/1.1 200"):
                    made.append(f"n-{n}")
        writer.close()

    await asyncio.gather(*[one(range(first + k, first + count, connections)) for k in range(connections)])
    return made


# A backup of a store that is being written to, by another process: as a new file, by SQLite's own copy; and, for what the disk
# alone does, the same bytes copied and synced by a program that knows no SQLite.
COPY = """
import os, shutil, sqlite3, sys, time
how, path, to, pause = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4])
print(time.monotonic(), flush=True)
if how == "bytes":
    shutil.copyfile(path, to)
    os.fsync(os.open(to, os.O_RDWR))
else:
    source = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    if pause:
        source.set_progress_handler(lambda: time.sleep(pause), 400)
    if how == "VACUUM INTO":
        source.execute(f"VACUUM INTO '{to}'")
    else:
        source.backup(sqlite3.connect(to))
print(time.monotonic(), flush=True)
"""


def back_up(how, to, answers, ledger):
    """When it began and ended; what was acknowledged before."""
    sure = {f"n-{n}" for n, status in list(answers.items()) if status == 200} | set(ledger)
    # A store of few rows is copied in no time: slowly, it holds what a large one would hold for as long.
    done = subprocess.run([sys.executable, "-c", COPY, how, folder.store, to, "0" if LONG else "0.005"], capture_output=True, text=True, check=True)
    begun, ended = (float(t) for t in done.stdout.split())
    return begun, ended, sure


async def beside_backup(port, how, to, first, ledger):
    """Latencies of what was due while it went on; its length; what was acknowledged before."""
    answers, times, dues = {}, [], []
    load = asyncio.ensure_future(paced(port, 400, 60, first, answers, times, dues))
    await asyncio.sleep(0.3)
    begun, ended, sure = await later(back_up, how, to, answers, ledger)
    await asyncio.sleep(0.3)
    load.cancel()
    await asyncio.wait([load])
    check(f"{how} beside the load: nothing but 200", set(answers.values()) == {200}, f"{len(answers)} sent")
    return [t for t, due in zip(times, dues) if begun - 0.05 <= due <= ended], ended - begun, sure


with Folder() as folder, Server(folder) as server:
    ledger = asyncio.run(filled(server.port, 0, 200000 if LONG else 4000))
    wait_until(lambda: server.metric("rectrace_view_behind_callbacks") == 0, 120)
    alone = []
    asyncio.run(paced(server.port, 400, 1, 2 * 10**6, {}, alone))
    limit = max(0.05, 3 * quantile(alone, 0.99))  # on a machine that has no 50 ms to give without a backup either
    told = [f"alone p50 {1000 * median(alone):.1f} ms, p99 {1000 * quantile(alone, 0.99):.1f} ms"]
    for kind, how in enumerate(("bytes", "VACUUM INTO", "SQLite's backup")):
        best = 9.9
        for look in range(8):
            to = f"{folder.path}/copy{kind}{look}.db"
            times, length, sure = asyncio.run(beside_backup(server.port, how, to, (3 + 10 * kind + look) * 10**6, ledger))
            best = min(best, quantile(times, 0.99)) if times else best
            told.append(f"{how}, {length:.2f} s: p50 {1000 * median(times):.1f}, p99 {1000 * quantile(times, 0.99):.1f}, "
                        f"most {1000 * max(times, default=0):.0f} ms of {len(times)}")
            if how != "bytes":
                held, whole = stored(to)
                check(f"{how} beside the load: whole, and holds all that was acknowledged before", whole == "ok" and not sure - set(held),
                      f"{len(held)} of at least {len(sure)}")
            if look >= (2 if LONG else 0) and best < limit:
                break
        if how == "bytes":
            limit = max(limit, 2 * best)  # what the disk alone makes senders wait, others may as well
            continue
        # The machine or its disk may stand still in one look; who waits for the copy does so in all.
        check(f"{how} beside the load: p99 below 50 ms", SANITIZED or best < limit, told[-1])
    print("      " + "\n      ".join(told))
    done = subprocess.run([RECTRACE, "report", "--store", to, "--format", "json"], capture_output=True)
    check("a backup can be read by report", done.returncode == 0, done.stderr[-100:])

# Somebody reads and does not let go: the log grows and is told, nothing is refused; when he goes, it is emptied and used again.
def hold(store):
    reader = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM callback").fetchone()
    return reader


def sizes(store):
    return os.path.getsize(store), os.path.getsize(store + "-wal")


with Folder() as folder, Server(folder) as server:
    post(server.port, notice(10**7))
    reader = hold(folder.store)
    file, _ = sizes(folder.store)
    count = 200000 if LONG else 6000
    ledger = asyncio.run(filled(server.port, 0, count, pad=1000))
    check(f"a reader that holds the log, {count} callbacks: nothing but 200", len(ledger) == count, len(ledger))
    still, grown = sizes(folder.store)
    check("a reader that holds the log: the file stands still, the log grows", still == file and grown > 1000 * count, f"{grown >> 20} MiB")
    check("a reader that holds the log: its growth can be seen", wait_until(lambda: server.metric("rectrace_store_log_size_bytes") == sizes(folder.store)[1]))
    if LONG:
        check("a reader that holds the log: from 256 MiB on there is a warning", grown < 256 << 20 or
              wait_until(lambda: "is a reader holding it?" in server.log()), f"{grown >> 20} MiB")
    reader.close()
    ledger += asyncio.run(filled(server.port, 10**6, count, pad=1000))
    gone = wait_until(lambda: post(server.port, notice(2 * 10**7))[0] == 200 and sizes(folder.store)[0] > 1000 * count)
    file, log = sizes(folder.store)
    check("when it lets go, the log goes into the file, and is used again", gone and log <= max(grown, 70 << 20) and len(ledger) == 2 * count,
          f"log {grown >> 20} -> {log >> 20} MiB, file {file >> 20} MiB")
    server.stop()
    compare("a reader that holds the log", dict.fromkeys(ledger, 1), folder.store)

if LONG:
    # 2 000 a second for a minute, each with a commit of its own as long as the log is short.
    with Folder() as folder, Server(folder) as server:
        post(server.port, notice(10**7))
        reader = hold(folder.store)
        answers, times = {}, []
        asyncio.run(paced(server.port, 2000, 60, 0, answers, times))
        log = sizes(folder.store)[1]
        kinds = {s: list(answers.values()).count(s) for s in set(answers.values())}
        check("a reader that holds the log for a minute: it stays below 256 MB", set(kinds) == {200} and log < 256 * 10**6,
              f"{kinds}, {log / 10**6:.0f} MB of {len(answers)} callbacks, p50 {1000 * median(times):.1f} ms, p99 {1000 * quantile(times, 0.99):.1f} ms")
        reader.close()

# Callbacks come faster than they can be concluded from: the store goes on, the view catches up, memory stays.
with Folder() as folder, Server(folder) as server:
    load, seen = Load(), []

    async def watch():
        while time.monotonic() < load.until - 0.2:
            await asyncio.sleep(0.3)
            seen.append((await later(server.metric, "rectrace_view_behind_callbacks"), server.resident()))

    load.run(server.port, 64, 8 if LONG else 2, watch)
    check("a view slower than what comes: nothing but 200", set(load.answers) == {200}, load.answers)
    caught = wait_until(lambda: server.metric("rectrace_view_behind_callbacks") == 0, 180)
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
