"""refusals.py - a store or a command that cannot be right is refused with a message, and nothing is replaced."""
import os
import shutil
import sqlite3
import subprocess

from kit import FAULTY, RECTRACE, SECRET, Folder, Server, check, compare, finish, notice, post, sign, stored


def serve(folder, *more, secrets=True):
    command = [RECTRACE, "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", folder.store]
    command += ["--secret-file", folder.secrets] if secrets else []
    done = subprocess.run([*command, *more], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stderr


def refused(name, folder, why, *more, **how):
    before = open(folder.store, "rb").read() if os.path.isfile(folder.store) else None
    code, text = serve(folder, *more, **how)
    after = open(folder.store, "rb").read() if os.path.isfile(folder.store) else None
    check(f"{name}: exit status 3, and why", code == 3 and why in text, f"{code} {text.strip()[-160:]}")
    check(f"{name}: the file is as it was", before == after)


def fill(folder):
    with Server(folder) as server:
        for number in range(20):
            post(server.port, notice(number))
        server.stop()


with Folder() as folder:
    refused("no secret", folder, "To run without verification (never on the internet): --allow-unsigned.", secrets=False)
    refused("secret and unsigned", folder, "of no use", "--allow-unsigned")
    os.chmod(folder.secrets, 0o644)
    refused("a secret file that others read", folder, "chmod 600")
    os.chmod(folder.secrets, 0o600)
    open(folder.store, "wb").close()
    refused("an empty store", folder, "is empty")
    with open(folder.store, "wb") as f:
        f.write(b"no database, only text\n" * 400)
    refused("no SQLite file", folder, "is not an SQLite file")
    os.unlink(folder.store)
    os.mkdir(folder.store)
    refused("a directory", folder, "is no regular file")
    os.rmdir(folder.store)
    sqlite3.connect(folder.store).executescript("CREATE TABLE mine (x); INSERT INTO mine VALUES (1);")
    refused("another program's database", folder, "no store of rectrace")
    os.unlink(folder.store)
    with open(folder.store + "-wal", "wb") as f:
        f.write(b"x" * 5000)
    refused("a log without its store", folder, "is missing, but its log")
    os.unlink(folder.store + "-wal")

    fill(folder)
    with Server(folder) as server:
        refused("a second server", folder, f"process {server.process.pid} writes to it")
        done = subprocess.run([RECTRACE, "verify", "--store", folder.store, "--secret-file", folder.secrets], capture_output=True)
        check("a reader beside the server", done.returncode == 0, done.stderr)
        check("the server goes on", post(server.port, notice(100))[0] == 200)
    db = sqlite3.connect(folder.store)
    version = db.execute("PRAGMA user_version").fetchone()[0]
    db.execute(f"PRAGMA user_version = {version + 1}")
    db.close()
    refused("a newer store", folder, f"is of version {version + 1}")
    db = sqlite3.connect(folder.store)
    db.execute(f"PRAGMA user_version = {version}")
    db.close()
    check("and with its version it opens", Server(folder).stop() == 0)
    if os.getuid() == 0:
        os.chmod(folder.path, 0o755)
        os.chown(folder.secrets, 65534, 65534)
        program = shutil.copy(RECTRACE, folder.path)  # the tree may be where that user cannot go
        for what, mode in (("a store that it may not read", 0o600), ("a store that it may only read", 0o644)):
            os.chmod(folder.store, mode)
            before = open(folder.store, "rb").read()
            done = subprocess.run([program, "serve", "--listen", "127.0.0.1:0", "--admin", "none", "--store", folder.store,
                                   "--secret-file", folder.secrets], capture_output=True, text=True, timeout=60,
                                  preexec_fn=lambda: os.setuid(65534))
            check(f"{what}: exit status 3, and why", done.returncode == 3 and "ermission denied" in done.stderr, done.stderr.strip()[-100:])
            check(f"{what}: the file is as it was", open(folder.store, "rb").read() == before)
        os.chmod(folder.store, 0o600)
    with open(folder.store, "r+b") as f:
        f.seek(4096 * 3)
        f.write(os.urandom(4096 * 2))
    refused("damaged pages", folder, "is damaged")

# A log cut at any byte: all commits before the cut are there.
with Folder() as folder, Server(folder) as server:
    for number in range(60):
        post(server.port, notice(number))
    with open(folder.store, "rb") as f:
        base = f.read()
    with open(folder.store + "-wal", "rb") as f:
        log = f.read()
    server.kill()
    bad, counts = 0, []
    for cut in [*range(0, len(log), 1499), len(log)]:
        path = folder.path + "/cut.db"
        for name in (path, path + "-wal", path + "-shm"):
            if os.path.exists(name):
                os.unlink(name)
        with open(path, "wb") as f:
            f.write(base)
        with open(path + "-wal", "wb") as f:
            f.write(log[:cut])
        ids, whole = stored(path)
        bad += whole != "ok" or sorted(ids) != sorted(f"n-{n}" for n in range(len(ids)))
        counts.append(len(ids))
    check("a log cut at any byte holds the commits before", bad == 0 and counts == sorted(counts) and counts[-1] == 60,
          f"{len(counts)} cuts, {bad} bad, up to {counts[-1]} ids")

# verify: what fits, what nearly does, and no digest or secret in the output.
with Folder() as folder:
    body = b'{"eventType":10,"url":"a/b","payload":{"b":1,"a":"\xc3\xa9"}}'
    rows = [
        ("as it came", body, "V2", sign(body), 0, 'good: V2 fits secret "2026-a"'),
        ("upper-case hex", body, "V2", sign(body).upper(), 0, 'good: V2 fits secret "2026-a"'),
        ("other secret", body, "V2", sign(body, b"other"), 1, "nothing near fits"),
        ("a line end too many", body + b"\n", "V2", sign(body), 1, "had no line end behind it"),
        ("a line end missing", body, "V2", sign(body + b"\n"), 1, "had a line end behind it"),
        ("written anew with blanks", body.replace(b":", b": ").replace(b',"', b', "'), "V2", sign(body), 1, "was written anew"),
        ("members sorted", body, "V2", sign(b'{"eventType":10,"payload":{"a":"\xc3\xa9","b":1},"url":"a/b"}'), 1, "was written anew"),
        ("other escapes", body, "V2", sign(body.replace(b"/", b"\\/")), 1, "was written anew"),
        ("V1's digest in V2's header", body, "V2", __import__("hmac").new(SECRET, body, "sha1").hexdigest(), 1,
         "as a digest of the V1 kind"),
        ("only V1", body, "", __import__("hmac").new(SECRET, body, "sha1").hexdigest(), 1, "V1 only"),
        ("base64", body, "V2", __import__("base64").b64encode(bytes.fromhex(sign(body))).decode(), 1, "in base64"),
        ("another app's", body, "V2", sign(body, b"second"), 0, 'of app "two"'),
    ]
    folder.write_secrets(f"secret main 2026-a {SECRET.decode()}\nsecret two x second\n")
    for name, sent, header, digest, want, text in rows:
        path = folder.path + "/body"
        with open(path, "wb") as f:
            f.write(sent)
        header = "Agora-Signature" + ("-V2" if header else "") + ": " + digest
        done = subprocess.run([RECTRACE, "verify", "--secret-file", folder.secrets, "--header", header, path],
                              capture_output=True, text=True)
        check(f"verify: {name}", done.returncode == want and text in done.stdout, done.stdout.strip()[-150:])
        all_text = done.stdout + done.stderr
        check(f"verify: {name}: no digest, no secret", digest not in all_text and SECRET.decode() not in all_text)
finish()
