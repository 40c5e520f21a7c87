"""Simulated clients against the rules: the same seed, the same bytes; what is expected is found, and nothing else."""
import collections
import json
import os
import subprocess
import sys
import tempfile

RECTRACE = os.path.abspath("rectrace")
LEAST = 0.99
RANK = {"info": 0, "warning": 1, "error": 2, "critical": 3}


def run(*words, status=0):
    got = subprocess.run([RECTRACE, *words], capture_output=True, timeout=300)
    assert got.returncode == status, (words, got.returncode, got.stderr.decode())
    return got.stdout


def simulate(folder, *words):
    run("simulate", *words, "-o", folder)
    logs = [os.path.join(folder, x) for x in ("api.log", "hooks.jsonl")]
    found = json.loads(run("analyze", "--format", "json", *logs))
    return json.load(open(os.path.join(folder, "expected.json")))["instances"], found


def by_instance(instances, found):
    """Findings of each client, by its place in the list: its channel is its own, and so is its app."""
    out = collections.defaultdict(list)
    owner = {i[key]: n for n, i in enumerate(instances) for key in ("cname", "app_id")}
    sessions = {s["id"]: s for s in found["sessions"]}
    for f in found["findings"]:
        s = sessions.get(f["session"], {})
        out[next((owner[x] for x in (s.get("cname"), s.get("app_id"), f.get("app_id")) if x in owner), None)].append(f)
    return out


def names(finding):
    return {finding["id"], finding.get("rule", finding["id"])}


def judge(instances, found, tally, told):
    per = by_instance(instances, found)
    # What belongs to no session is told of all inputs; somebody in them must have done it.
    whole = {f["id"] for f in per[None]}
    for f in per[None]:
        if RANK[f["severity"]] > 0 and not any(f["id"] in i["expect"] for i in instances):
            tally[f["id"]]["false"] += 1
            told[f["id"], "nobody"] += 1
    for n, i in enumerate(instances):
        got = per[n]
        ids = {x for f in got for x in names(f)} | whole
        for want in i["expect"]:
            if i["callbacks_lost"] and want not in ids:
                continue  # what was to be seen may be what was lost
            tally[want]["hit" if want in ids else "missed"] += 1
            if want not in ids:
                told[want, "missed in " + i["scenario"]] += 1
        for f in got:
            unsure = i["callbacks_lost"] and f["confidence"] != "certain"  # right by what arrived
            if not names(f) & {*i["expect"], *i["may"]} and RANK[f["severity"]] > 0 and not unsure:
                tally[f["id"]]["false"] += 1
                told[f["id"], "false in " + i["scenario"] + (" (with loss)" if i["callbacks_lost"] else "")] += 1


def check_same_bytes(folder):
    words = ("mix", "--sessions", "60", "--seed", "5", "--jitter", "300ms", "--loss", "0.02", "--disorder", "0.05",
             "--duplicates", "0.05")
    for name in ("a", "b"):
        run("simulate", *words, "-o", os.path.join(folder, name))
    run("simulate", *words[:4], "6", *words[5:], "-o", os.path.join(folder, "c"))
    for file in ("api.log", "hooks.jsonl", "expected.json"):
        a, b, c = (open(os.path.join(folder, x, file), "rb").read() for x in "abc")
        assert a == b and a != c and len(a) > 1000, file


def check_usage(folder):
    run("simulate", status=3)
    run("simulate", "start-expird", status=3)
    run("simulate", "mix", "--loss", "2", status=3)
    names = [x.split()[0] for x in run("simulate", "list").decode().splitlines()]
    healthy = [x for x in names if x.startswith("healthy")]
    assert len(names) >= 180 and len(healthy) >= 24, (len(names), len(healthy))
    alone = run("simulate", "start-expired")
    out = subprocess.run([RECTRACE, "analyze", "-"], input=alone, capture_output=True, timeout=60).stdout.decode()
    assert "resource-id-expired" in out
    print(len(names), "scenarios,", len(healthy), "of them healthy")


RUNS = (
    ("kind", "180", "1"),
    ("jitter", "1200", "2", "--jitter", "250ms"),
    ("disorder", "900", "3", "--disorder", "0.05", "--duplicates", "0.03", "--jitter", "100ms"),
    ("loss", "900", "4", "--loss", "0.01", "--jitter", "100ms"),
)


def read_lines(path, pick):
    return [pick(json.loads(line)) for line in open(path)]


def check_habits(folder):
    """What the runs below are to bear is really in them."""
    made = {}
    for name, count, seed, *more in RUNS:
        at = os.path.join(folder, "habit-" + name)
        run("simulate", "mix", "--sessions", "150", "--seed", seed, *more, "-o", at)
        api = read_lines(os.path.join(at, "api.log"), lambda x: x["time"])
        hooks = read_lines(os.path.join(at, "hooks.jsonl"), lambda x: x.get("request_body", x))
        ids = [x["noticeId"] for x in hooks]
        told = json.load(open(os.path.join(at, "expected.json")))["instances"]
        made[name] = {"late": sum(a > b for a, b in zip(api, api[1:])),
                      "hooks late": sum(a["notifyMs"] > b["notifyMs"] for a, b in zip(hooks, hooks[1:])), "twice": len(ids) - len(set(ids)),
                      "repeated": sum(i["callbacks_repeated"] for i in told), "lost": sum(i["callbacks_lost"] for i in told)}
        print(name, made[name])
        assert made[name]["twice"] == made[name]["repeated"], made[name]
    assert made["kind"] == {"late": 0, "hooks late": 0, "twice": 0, "repeated": 0, "lost": 0}
    assert made["disorder"]["late"] > 20 and made["disorder"]["hooks late"] > 20 and made["disorder"]["twice"] > 20
    assert made["loss"]["lost"] > 5 and made["jitter"]["lost"] == 0


def check_covered(folder):
    """Each rule from a warning up has a client who does what it is about."""
    rules = [x.split() for x in run("rules", "list").decode().splitlines()]
    grave = {x[0] for x in rules if len(x) > 2 and {"critical", "error", "warning"} & set(x[1:4])}
    expected = set()
    run("simulate", "mix", "--sessions", "200", "--seed", "1", "-o", folder + "/all")
    for i in json.load(open(folder + "/all/expected.json"))["instances"]:
        expected.update(i["expect"])
    missing = sorted(grave - expected)
    print(len(grave & expected), "of", len(grave), "rules of a warning or more have a scenario")
    assert len(grave) > 140 and not missing, missing


def check_found(folder):
    tally = collections.defaultdict(lambda: collections.Counter())
    told = collections.Counter()
    sessions = 0
    for name, count, seed, *more in RUNS:
        instances, found = simulate(os.path.join(folder, name), "mix", "--sessions", count, "--seed", seed, *more)
        assert found["totals"]["sessions"] >= len(instances) - 20
        judge(instances, found, tally, told)
        sessions += len(instances)
    print(f"{sessions} simulated sessions")
    print(f"{'finding':32} {'recall':>7} {'precision':>9}  hit missed false")
    bad = []
    for id_, n in sorted(tally.items()):
        hit, missed, false = n["hit"], n["missed"], n["false"]
        recall = hit / (hit + missed) if hit + missed else 1
        precision = hit / (hit + false) if hit + false else 1
        if hit + missed + false:
            print(f"{id_:32} {recall:7.3f} {precision:9.3f}  {hit} {missed} {false}")
        if recall < LEAST or precision < LEAST:
            bad.append(id_)
    for (id_, where), count in sorted(told.items()):
        print(f"  {id_}: {where}, {count}")
    assert not bad, bad


def main():
    with tempfile.TemporaryDirectory() as folder:
        only = sys.argv[1:]
        for name, check in list(globals().items()):
            if name.startswith("check_") and (not only or name[6:] in only):
                check(folder)
                print("ok", name[6:].replace("_", " "))


if __name__ == "__main__":
    main()
