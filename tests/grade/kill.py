#!/usr/bin/env python3
"""The grader is killed at twenty moments, and its disk fills up: each time it goes on where it was,
and in the end everything is as if nothing had happened."""

import os
import random
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402
import make_class  # noqa: E402

SEED = "4711"
KILLS = 20
STUDENTS = 14


def arguments(folder, expected, out):
    args = [os.path.join(folder, name) for name in expected["arguments"]]
    for lab in expected["labs"]:
        args += ["--lab", lab]
    return ["grade", *args, "--out", out, "--seed", SEED, "--jobs", "2"]


def whole_lines(out):
    """Whether the journal is sound but for an end that is missing; and its results."""
    try:
        with open(os.path.join(out, "journal.jsonl"), "rb") as f:
            lines = f.read().split(b"\n")[:-1]
    except FileNotFoundError:
        return True, 0
    import json
    try:
        return True, sum("verdict" in json.loads(line) for line in lines)
    except ValueError:
        return False, 0


def killed_again_and_again(keeper, tap, args, out, took):
    """Kills KILLS runs at random moments; a class that is done meanwhile is begun anew."""
    rng = random.Random(20)
    kills = finished = lost = 0
    broken, left, before = [], [], 0
    while kills < KILLS and finished < 2 * KILLS:
        child = keeper.start(*args, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            status = child.wait(rng.uniform(0, took / 3))
            finished += 1
            if status != 0:
                broken.append(f"a run that went on ended with status {status}")
            os.rename(out, f"{out}-{finished}")
            before = 0
            continue
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
            kills += 1
        left += keeper.left_processes()
        sound, results = whole_lines(out)
        if not sound:
            broken.append(f"after kill {kills} the journal holds a damaged line")
        lost += results < before
        before = results
    tap.say(kills == KILLS, f"{KILLS} runs were killed", f"{kills} killed, {finished} finished")
    tap.say(not broken, "the journal stays whole, and a run goes on from it", "\n".join(broken))
    tap.say(not lost, "no result that was known is lost", lost)
    tap.say(not left, "no process outlives a killed grader", "\n".join(left))


def full_disk(keeper, tap, args, out, undisturbed, percent):
    """A tmpfs that is too small as OUT, in a mount namespace; then it gets larger."""
    used = sum(os.lstat(p).st_blocks * 512 for p in harness.files_below(undisturbed))
    small = max(used * percent // 100, 65536)
    script = (f'mount -t tmpfs -o size={small},mode=755 full "$1" || exit 77; shift; out=$1; shift\n'
              '"$@"; echo "first: $?"\n'
              'mount -o remount,size=512m "$out" || exit 77\n'
              '"$@" || echo "second: $?"\n'
              'mkdir -p "$KEPT" && cp -a "$out"/. "$KEPT"/\n')
    os.makedirs(out)
    kept = out + "-kept"
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "-rm"]
    ran = subprocess.run([*unshare, "sh", "-c", script, "sh", out, out, keeper.socklings, *args],
                         env={**keeper.env, "KEPT": kept}, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
    said = ran.stdout.decode("utf-8", "replace")
    if ran.returncode == 77 or "unshare failed" in said:
        tap.skip("a full disk stops it", "no tmpfs can be mounted here")
        return
    first = "\n".join(line for line in said.partition("first: ")[0].splitlines()
                      if "space" in line or "disk" in line) + said.partition("first: ")[2][:3]
    tap.say("first: 3" in said, f"a disk with {percent} % of the room stops it with status 3", first)
    tap.say("o space left" in said, "and it says so", first)
    tap.say("second: " not in said, "with room again it goes on to the end", said[-2000:])
    if os.path.exists(os.path.join(kept, "journal.jsonl")):
        results = {k: v.replace(out, "OUT") for k, v in harness.results_of(kept).items()}
        why = harness.differences(harness.results_of(undisturbed), results)
        tap.say(not why, "and finds what an undisturbed run finds", why)


def tests(keeper, tap):
    folder, out = keeper.path("class"), keeper.path("out")
    expected = make_class.make(folder, 11, STUDENTS)
    undisturbed = keeper.path("undisturbed")
    began = time.monotonic()
    status, _, stderr = keeper.run(*arguments(folder, expected, undisturbed))
    took = time.monotonic() - began
    tap.say(status == 0, "a class is graded undisturbed", stderr.decode("utf-8", "replace"))
    wanted = harness.results_of(undisturbed)
    args = arguments(folder, expected, out)
    killed_again_and_again(keeper, tap, args, out, took)
    status, _, stderr = keeper.run(*args)
    tap.say(status == 0, "after the last kill it goes on to the end",
            stderr.decode("utf-8", "replace")[-2000:])
    for done in [out] + [p for p in sorted(os.listdir(keeper.dir)) if p.startswith("out-")][:3]:
        done = done if done == out else keeper.path(done)
        results = {k: v.replace(out, "OUT") for k, v in harness.results_of(done).items()}
        why = harness.differences(wanted, results)
        if not tap.say(not why, "the reports are those of an undisturbed run", why):
            break
    for percent in (55, 85):
        disk = keeper.path(f"disk-{percent}")
        full_disk(keeper, tap, arguments(folder, expected, disk), disk, undisturbed, percent)


harness.run("kill", tests)
