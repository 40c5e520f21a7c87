"""powercut.py [CUTS] - the power goes at any write: every acknowledged id is there.

The server runs over a VFS that journals each write, cut and sync. Here the journal is played back to
many points: what was synced is on the disk; of what was not, any part may be, and the last may be torn.
The ids acknowledged before that point must be in what SQLite recovers."""
import asyncio
import os
import random
import shutil
import sqlite3
import struct
import sys

from kit import FAULTY, Folder, Load, Server, check, finish

RECORD = struct.Struct("=QQIcc2x")


class Disk:
    """One file: bytes that are sure, and writes that the disk has not promised yet."""

    def __init__(self, data=b""):
        self.sure = bytearray(data)
        self.pending = []
        self.exists = bool(data)

    def put(self, target, offset, data):
        if len(target) < offset + len(data):
            target.extend(b"\0" * (offset + len(data) - len(target)))
        target[offset:offset + len(data)] = data

    def apply(self, target, op, offset, data):
        if op == b"W":
            self.put(target, offset, data)
        else:
            del target[offset:]

    def sync(self):
        for item in self.pending:
            self.apply(self.sure, *item)
        self.pending = []

    def cut(self, chance):
        """What a disk may hold after the cut."""
        made = bytearray(self.sure)
        keep = chance.choice([0.0, 0.5, 1.0])
        for item in self.pending:
            if chance.random() < keep:
                op, offset, data = item
                if op == b"W" and chance.random() < 0.2:
                    data = data[:512 * chance.randrange(0, len(data) // 512 + 1)]
                self.apply(made, op, offset, data)
        return made


def records(path):
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at + RECORD.size <= len(data):
        when, offset, length, op, role = RECORD.unpack_from(data, at)
        at += RECORD.size
        yield when, op, role, offset, data[at:at + length]
        at += length


def play(folder, base, journal, ledger, cuts, seed):
    """The number of cuts at which an acknowledged id is lost, or the file is damaged."""
    chance = random.Random(seed)
    steps = list(records(journal))
    points = set(chance.sample(range(len(steps)), min(cuts, len(steps))))
    disks = {b"d": Disk(base), b"w": Disk()}
    bad = checked = 0
    for number, (when, op, role, offset, data) in enumerate(steps):
        disk = disks[role]
        if number in points:
            path = folder.path + "/cut.db"
            for name in (path, path + "-wal", path + "-shm"):
                if os.path.exists(name):
                    os.unlink(name)
            for key, suffix in ((b"d", ""), (b"w", "-wal")):
                with open(path + suffix, "wb") as f:
                    f.write(disks[key].cut(chance))
            sure = {name for name, t in ledger.items() if t < when}
            db = sqlite3.connect(path)
            try:
                held = {row[0] for row in db.execute("SELECT notice FROM callback")}
                whole = db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            except sqlite3.DatabaseError:
                held, whole = set(), False
            db.close()
            checked += len(sure)
            bad += not whole or bool(sure - held)
        if op == b"S":
            disk.sync()
        elif op == b"F":
            disk.pending = []  # Linux gives up the pages of a sync that failed
        elif op == b"X":
            disks[role] = Disk()
        else:
            disk.pending.append((op, offset, data))
    return bad, len(points), checked


def run(cuts, name, env, during=None):
    with Folder() as folder:
        with Server(folder) as first:
            first.stop()
        with open(folder.store, "rb") as f:
            base = f.read()
        journal = folder.path + "/journal"
        load = Load(seed=cuts)
        with Server(folder, program=FAULTY, env={"FAULTY_JOURNAL": journal, **env}) as server:
            load.run(server.port, 16, 1.5, (lambda: during(folder)) if during else None)
            server.kill()
        bad, points, checked = play(folder, base, journal, load.ledger, cuts, cuts)
        return name, bad, points, checked, len(load.ledger)


async def failing_syncs(folder):
    for _ in range(3):
        await asyncio.sleep(0.25)
        folder.fault("s")
        await asyncio.sleep(0.05)
        folder.fault("-")


cuts = int(sys.argv[1]) if len(sys.argv) > 1 else 40
for row in (run(cuts, "power cut", {}), run(cuts, "power cut, with many checkpoints", {"FAULTY_OFTEN": "1"}),
            run(cuts, "power cut, with syncs that fail and drop their pages", {"FAULTY_OFTEN": "1"}, failing_syncs)):
    check(row[0], row[1] == 0 and row[4] > 0, f"acknowledged {row[4]}, lost or damaged at {row[1]} of {row[2]} cuts, "
          f"{row[3]} ids looked for")
# The mutants: a test that cannot fail is none.
for name, mutant in (("a store that never syncs", "FAULTY_SKIP_SYNC"), ("a store that syncs at checkpoints only", "FAULTY_NORMAL")):
    row = run(cuts, "", {mutant: "1"})
    check(f"{name} is seen to lose", row[1] > 0, f"at {row[1]} of {row[2]} cuts")
finish()
