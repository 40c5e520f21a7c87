"""tls.py - TLS by the receiver itself, with a certificate made here; and behind nginx and Caddy, as the manual page shows."""
import asyncio
import os
import random
import re
import shutil
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import warnings

from kit import RECTRACE, Folder, Server, ask, check, compare, finish, notice, read_answer, request, skip, wait_until

MAN = os.path.join(os.environ.get("srcdir", "."), "man", "rectrace-serve.8")
warnings.simplefilter("ignore", DeprecationWarning)  # TLS 1.1 is asked for to be refused
if shutil.which("openssl") is None:
    print("skip  openssl, to make a certificate, is not installed")
    sys.exit(77)


def make_certificate(folder, name="server"):
    cert, key = f"{folder.path}/{name}.pem", f"{folder.path}/{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert],
                   check=True, capture_output=True)
    os.chmod(key, 0o600)
    return cert, key


def client(cert, **more):
    made = ssl.create_default_context(cafile=cert)
    for name, value in more.items():
        setattr(made, name, value)
    return made


def named(data):
    return data.replace(b"Host: x\r\n", b"Host: localhost\r\n")


async def ask_tls(port, data, context):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
    try:
        writer.write(named(data))
        return await asyncio.wait_for(read_answer(reader), 20)
    finally:
        writer.close()


async def many(port, context, connections, each, first=0):
    """Answers by status, ledger."""
    answers, ledger = {}, {}

    async def one(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, server_hostname="localhost")
        # Two at once: the second one waits decrypted where no descriptor shows it.
        for k in range(0, each, 2):
            ids = [first + number * each + k + i for i in range(2)]
            writer.write(named(b"".join(request(notice(i)) for i in ids)))
            for i in ids:
                status, _, _ = await asyncio.wait_for(read_answer(reader), 20)
                answers[status] = answers.get(status, 0) + 1
                if status == 200:
                    ledger[f"n-{i}"] = 1
        writer.close()

    await asyncio.gather(*[one(n) for n in range(connections)])
    return answers, ledger


def fails(work):
    try:
        asyncio.run(work)
        return False
    except (ssl.SSLError, ConnectionError, OSError, asyncio.IncompleteReadError):
        return True


def refused(folder, what, why, *arguments):
    done = subprocess.run([RECTRACE, "serve", "--listen", "127.0.0.1:0", "--admin", "none", "--store", folder.path + "/other.db",
                           "--secret-file", folder.secrets, *arguments], capture_output=True, text=True, timeout=30)
    check(f"{what}: exit status 3, and why", done.returncode == 3 and why in done.stderr, done.stderr.strip()[-150:])


with Folder() as folder:
    cert, key = make_certificate(folder)
    other_cert, other_key = make_certificate(folder, "other")
    with Server(folder, "--tls-cert", cert, "--tls-key", key) as server:
        context = client(cert)
        check("a signed body by TLS", asyncio.run(ask_tls(server.port, request(notice(1)), context))[0] == 200)
        check("a body that is not signed", asyncio.run(ask_tls(server.port, request(b"{}", secret=b"x"), context))[0] == 401)
        check("1 MB by TLS", asyncio.run(ask_tls(server.port, request(b'{"noticeId":"' + b"i" * 1000000 + b'"}'), context))[0] == 200)
        check("the log says that it is TLS", "tls=yes" in server.log())
        answers, ledger = asyncio.run(many(server.port, context, 48, 20, 100))
        check("48 connections by TLS, two requests at once", answers == {200: 960}, answers)
        check("plain HTTP on the port of TLS is not answered", asyncio.run(ask(server.port, request(notice(2)), 3))[0] == 0)
        check("another certificate is not taken for this one", fails(ask_tls(server.port, request(notice(3)), client(other_cert))))
        old = client(cert)
        old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
        check("TLS 1.1 is refused", fails(ask_tls(server.port, request(notice(4)), old)))
        new = client(cert)
        new.maximum_version = ssl.TLSVersion.TLSv1_2
        check("TLS 1.2 is taken", asyncio.run(ask_tls(server.port, request(notice(5)), new))[0] == 200)

        # Handshakes that are begun and never ended, and ones of random bytes: a good client is served meanwhile.
        hello = bytes.fromhex("1603010200010001fc0303") + os.urandom(500)
        held = []
        for number in range(300):
            s = socket.create_connection(("127.0.0.1", server.port))
            s.sendall(hello[:50] if number % 2 else os.urandom(200))
            held.append(s)
        begun = time.monotonic()
        status, _, _ = asyncio.run(ask_tls(server.port, request(notice(6)), context))
        check("300 handshakes that never end: a good client is served", status == 200, f"{time.monotonic() - begun:.2f} s")
        for s in held:
            s.close()
        check("their connections go", wait_until(lambda: server.metric("rectrace_open_connections") == 0))
        check("SIGTERM ends with 0", server.stop() == 0)
        compare("TLS", ledger, folder.store)
    refused(folder, "a certificate alone", "are given together", "--tls-cert", cert)
    refused(folder, "a key of another certificate", "do certificate and key fit?", "--tls-cert", cert, "--tls-key", other_key)
    refused(folder, "a key that is not there", "No such file", "--tls-cert", cert, "--tls-key", folder.path + "/none")
    os.chmod(key, 0o644)
    refused(folder, "a key that others read", "chmod 600", "--tls-cert", cert, "--tls-key", key)


# ---- proxies, configured as the manual page says ----

def shown(name):
    """The example under that name in the manual page."""
    with open(MAN) as f:
        text = f.read()
    return re.search(rf"^{name}:\n\.Bd[^\n]*\n(.*?)^\.Ed", text, re.M | re.S).group(1)


def free_port():
    """One that no connection is given meanwhile: below those that the system gives away by itself."""
    with open("/proc/sys/net/ipv4/ip_local_port_range") as f:
        first = int(f.read().split()[0])
    while True:
        port = random.randrange(10000, max(first, 20000))
        try:
            with socket.create_server(("127.0.0.1", port)):
                return port
        except OSError:
            pass


def behind(name, folder, server, start):
    """The same bodies through the proxy, byte for byte."""
    port = free_port()
    cert, key = make_certificate(folder, name)
    proxy = start(folder, port, server.port, cert, key)
    try:
        context = client(cert)
        context.check_hostname = False

        def up():
            try:
                return asyncio.run(ask_tls(port, request(notice(7)), context))[0] == 200
            except (OSError, asyncio.IncompleteReadError):
                return False

        if not check(f"{name}: a signed body", wait_until(up)):
            return
        odd = '{"noticeId" : "n-8","payload":{"cname":"\u00e9\\u00e9/\\/"}  }'.encode() + b" \r\n"
        check(f"{name}: odd bytes stay what they are", asyncio.run(ask_tls(port, request(odd), context))[0] == 200)
        db = sqlite3.connect(folder.store)
        check(f"{name}: byte for byte", db.execute("SELECT body FROM callback WHERE notice = 'n-8'").fetchone() == (odd,))
        db.close()
        check(f"{name}: a bad signature", asyncio.run(ask_tls(port, request(notice(9), secret=b"x"), context))[0] == 401)
        check(f"{name}: another path", asyncio.run(ask_tls(port, request(notice(9), path="/metrics"), context))[0] in (404, 200) and
              server.metric("rectrace_refused_head_total") == 0)
        status = asyncio.run(ask_tls(port, request(b"x" * 1200000), context))[0]
        check(f"{name}: too large", status in (413, 502), status)  # Caddy 2.6 says 502
        answers, ledger = asyncio.run(many(port, context, 16, 20, 1000))
        check(f"{name}: 16 connections", answers == {200: 320}, answers)
        compare(name, ledger, folder.store)
    finally:
        proxy.terminate()
        proxy.wait(20)


def nginx(folder, port, to, cert, key):
    text = shown("nginx").replace("127.0.0.1:8088", f"127.0.0.1:{to}").replace(
        "listen 443 ssl;", f"listen 127.0.0.1:{port} ssl; ssl_certificate {cert}; ssl_certificate_key {key};")
    paths = "".join(f" {k}_temp_path {folder.path}/{k};" for k in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    with open(folder.path + "/nginx.conf", "w") as f:
        f.write(f"daemon off; pid {folder.path}/nginx.pid; error_log {folder.path}/nginx.err; worker_processes 1;\n"
                f"events {{ }}\nhttp {{ access_log off;{paths}\n{text}}}\n")
    os.chmod(folder.path, 0o711)
    if os.getuid() == 0:
        subprocess.run(["sed", "-i", "1i user root;", folder.path + "/nginx.conf"], check=True)
    return subprocess.Popen([shutil.which("nginx", path="/usr/sbin:" + os.environ["PATH"]), "-c", folder.path + "/nginx.conf"],
                            stderr=subprocess.DEVNULL)


def caddy(folder, port, to, cert, key):
    text = shown("Caddy").replace("127.0.0.1:8088", f"127.0.0.1:{to}").replace(
        "hooks.example.com {", f"https://localhost:{port} {{\n    bind 127.0.0.1\n    tls {cert} {key}")
    with open(folder.path + "/Caddyfile", "w") as f:
        f.write("{\n    admin off\n    auto_https disable_redirects\n}\n" + text)
    return subprocess.Popen(["caddy", "run", "--adapter", "caddyfile", "--config", folder.path + "/Caddyfile"],
                            env={**os.environ, "HOME": folder.path}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


for name, start in (("nginx", nginx), ("Caddy", caddy)):
    if shutil.which(name.lower(), path="/usr/sbin:" + os.environ["PATH"]) is None:
        skip(f"{name} is not installed")
        continue
    with Folder() as folder, Server(folder) as server:
        behind(name, folder, server, start)
finish()
