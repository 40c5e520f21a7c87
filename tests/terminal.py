"""The screens on a real terminal: colour only where it is wanted, lines that fit, a progress line that goes away.
usage: terminal.py RECTRACE SAMPLES"""

import fcntl
import os
import pty
import re
import struct
import sys
import tempfile
import termios

BIN, SAMPLES = (os.path.abspath(a) for a in sys.argv[1:])
os.chdir(SAMPLES)  # a place is printed whole, however long: the names are short here
failures = []


def check(name, good, detail=""):
    if not good:
        failures.append(name)
    print("%s - %s%s" % ("ok" if good else "not ok", name, " %r" % (detail,) if detail and not good else ""))


def screen(*args, columns=96, **env):
    """Everything that the program writes to a terminal of that width."""
    base = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "NO_COLOR")}
    env = {**base, "TERM": "xterm", "LC_ALL": "C.UTF-8", **env}
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        os.execve(BIN, [BIN, *args], env)
    out = b""
    while True:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        out += data
    os.close(fd)
    os.waitpid(pid, 0)
    return out.decode("utf-8", "replace").replace("\r\n", "\n")


def width(line):
    return len(re.sub("\x1b\\[[0-9;]*[mK]", "", line))


LOG = "start-too-late.log"
COLOUR = "\x1b[1;31m"
check("a terminal has colour", COLOUR in screen("analyze", LOG))
check("NO_COLOR is honoured", "\x1b[" not in screen("analyze", LOG, NO_COLOR="1"))
check("an empty NO_COLOR says nothing", COLOUR in screen("analyze", LOG, NO_COLOR=""))
check("a dumb terminal has none", "\x1b[" not in screen("analyze", LOG, TERM="dumb"))
check("--color never", "\x1b[" not in screen("analyze", "--color", "never", LOG))
check("--color always beats NO_COLOR", COLOUR in screen("analyze", "--color", "always", LOG, NO_COLOR="1"))
plain = screen("analyze", "--color", "never", LOG, LC_ALL="C")
check("a locale without UTF-8 gets ASCII", plain.isascii() and " E ERROR" in plain, plain)
for columns in (80, 96, 120):
    for args in (("analyze", LOG), ("session", "#1", LOG), ("explain", "404"), ("sessions", LOG)):
        wide = [l for l in screen(*args, "--color", "never", columns=columns).split("\n") if width(l) > columns and "rectrace " not in l and not l.startswith("Proof")]
        check("%s fits %d columns" % (args[0], columns), not wide, wide[:2])
bar = screen("session", "#1", LOG, columns=80).split("\n")[3:9]
check("a session has a bar of its phases", any("│" in l and "░" in l for l in bar) and "expired" in bar[1] and "start" in bar[1], bar)
check("what failed is red and crossed in it", "\x1b[1;31m✖" in bar[1], bar[1])
check("without UTF-8 the bar is ASCII", "|......" in plain_bar and plain_bar.isascii() if (plain_bar := screen(
    "session", "#1", LOG, "--color", "never", LC_ALL="C")) else False, plain_bar[:400])
for name in sorted(os.listdir(".")):
    for columns in (80, 132):
        wide = [l for l in screen("session", "#1", name, "--color", "never", columns=columns).split("\n")[3:]
                if width(l) > columns and "rectrace " not in l and not re.match("Proof|Basis|Not it|       ", l)]
        if wide:
            check("a session of %s fits %d columns" % (name, columns), False, wide[:2])
with tempfile.TemporaryDirectory() as tmp:
    big = os.path.join(tmp, "big.log")
    with open(big, "wb") as f:
        data = open(LOG, "rb").read() * 200
        for _ in range(max(1, (300 << 20) // len(data))):
            f.write(data)
    text = screen("analyze", big, columns=80)
    lines = re.findall("\r\x1b\\[K(reading[^\r\n]*)", text)
    check("a progress line with name, bar, share, rate and lines", any(re.match(
        r"reading  big\.log  \[[#.]{10}\]  \d+ %  \d+ MB/s  [\d ]+ lines", l) for l in lines), lines[:2])
    check("it never wraps", all(len(l) < 80 for l in lines))
    check("it erases itself", bool(lines) and text.rfind("\r\x1b[K") > text.rfind("reading  big.log"))
    check("--progress never", "reading  " not in screen("analyze", "--progress", "never", big))
print("%d checks failed" % len(failures) if failures else "all screens are as they should be")
sys.exit(1 if failures else 0)
