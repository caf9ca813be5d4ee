#!/usr/bin/env python3
"""A generated class (make_class.py) is graded, and every result is the one that was expected: with
one slot and with eight, in shards, and on a machine that has much else to do."""

import json
import multiprocessing
import os
import re
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402
import make_class  # noqa: E402

SEED = "4711"
STUDENTS = int(os.environ.get("CLASS_STUDENTS", "60"))
UNDER_LOAD = 8  # students that are graded once more beside eight busy processes a processor


def spin():
    while True:
        pass


class Grading:
    def __init__(self, keeper, tap):
        self.keeper, self.tap = keeper, tap
        self.folder = keeper.path("class")
        self.expected = make_class.make(self.folder, 7, STUDENTS)
        self.args = [self.folder + "/" + name for name in self.expected["arguments"]]
        for lab in self.expected["labs"]:
            self.args += ["--lab", lab]
        self.said = b""

    def grade(self, name, *more, command="grade"):
        out = self.keeper.path(name)
        args = self.args if command == "grade" else []
        status, stdout, stderr = self.keeper.run(
            command, *args, *more, "--out", out, *(["--seed", SEED] if command == "grade" else []))
        self.said += stdout + stderr
        self.last = stderr.decode("utf-8", "replace")[-2000:]
        return status, out


def judge_result(want, got):
    """What is wrong with this entry of the journal, or ''."""
    verdict = got["verdict"]
    step = harness.first_failed(verdict)
    why = []
    if verdict["outcome"] not in want["outcome"]:
        why.append(f"outcome {verdict['outcome']}, not {want['outcome']}: {verdict.get('error')} "
                   f"{step.get('message')} {step.get('details', '')[:300]}")
    if "diagnosis" in want and step.get("diagnosis", {}).get("id") != want["diagnosis"]:
        why.append(f"mutant {want['mutant']}: diagnosis {step.get('diagnosis', {}).get('id')}, not "
                   f"{want['diagnosis']}")
    if "points" in want and verdict["points"] != want["points"]:
        why.append(f"points {verdict['points']}, not {want['points']}")
    for field in ("name", "handed_in"):
        if field in want and got.get(field) != want[field]:
            why.append(f"{field} {got.get(field)!r}, not {want[field]!r}")
    return "; ".join(why)


def compare_with_expected(tap, expected, entries, refusals):
    kinds = {}
    for want in expected["results"]:
        key = want["student"], want["lab"], want["attempt"]
        got = entries.get(key)
        why = judge_result(want, got) if got else "there is no result"
        kinds.setdefault(want["kind"], []).append(f"{key}: {why}" if why else "")
    for kind, whys in sorted(kinds.items()):
        whys = [w for w in whys if w]
        tap.say(not whys, f"of what is {kind} comes what should", "\n".join(whys))
    keys = {(w["student"], w["lab"], w["attempt"]) for w in expected["results"]}
    more = [str(key) for key in entries if key not in keys]
    tap.say(not more, "nobody has a result who has handed nothing in", "\n".join(more))
    told = [(r["refused"], r["why"]) for r in refusals]
    missing = [w["origin"] for w in expected["refusals"]
               if not any(w["origin"] in origin and why for origin, why in told)]
    tap.say(not missing, "what cannot be taken is refused by its name",
            "not refused: " + ", ".join(missing) + f"\nrefused: {told}")
    known = [w["origin"] for w in expected["refusals"]]
    wrong = [t for t in told if not any(origin in t[0] for origin in known)]
    tap.say(not wrong, "and nothing else is refused", "\n".join(map(str, wrong)))


def look_at_reports(grading, tap, out):
    ugly, names = [], []
    for path in harness.files_below(out, (os.path.join(out, "submissions"),)):
        with open(path, "rb") as f:
            why = harness.unfit(f.read())
        if why:
            ugly.append(f"{path[len(out):]}: {why}")
        names.append(path[len(out) + 1:])
    why = harness.unfit(grading.said)
    if why:
        ugly.append("what was printed: " + why)
    tap.say(not ugly, "reports are UTF-8 without control characters", "\n".join(ugly))
    wanted = ["results.csv", "junit.xml", "class.html"]
    tap.say(all(n in names for n in wanted), "every report of a class is written", names[:40])
    climbed = [p for p in ("/tmp/socklings-climbed", "/tmp/socklings-absolute",
                           "/tmp/socklings-made") if os.path.lexists(p)]
    tap.say(not climbed, "no archive and no Makefile has written outside", climbed)


def same(tap, sentence, one, two):
    why = harness.differences(one, two)
    tap.say(not why, sentence, why)


def only_reports(results):
    """What merge writes: all but the journal's keys and paths."""
    return {k: re.sub(r"OUT\S*", "OUT", v) for k, v in results.items()
            if not k.startswith("journal: ")}


def in_shards(grading, tap, whole):
    folders, bad = [], []
    for i in (1, 2, 3):
        status, out = grading.grade(f"shard{i}", "--shard", f"{i}/3", "--jobs", "2")
        folders.append(out)
        if status != 0:
            bad.append(f"shard {i}: {status}\n{grading.last}")
    tap.say(not bad, "each of three shards is graded", "\n".join(bad))
    status, merged = grading.grade("merged", *folders, command="merge")
    tap.say(status == 0, "shards are merged", grading.last)
    if status == 0:
        pages = only_reports(harness.results_of(merged))
        for folder in folders:
            pages = {k: v.replace(folder, "OUT") for k, v in pages.items()}
        same(tap, "the merged reports are those of one run", only_reports(whole),
             {k: re.sub(r"OUT\S*", "OUT", v) for k, v in pages.items()})


def under_load(grading, tap, whole):
    students = [w["student"] for w in grading.expected["results"]
                if w["kind"] in ("right", "wrong")][:UNDER_LOAD]
    only = [word for s in students for word in ("--only", s)]
    busy = [multiprocessing.Process(target=spin, daemon=True)
            for _ in range(8 * len(os.sched_getaffinity(0)))]
    for process in busy:
        process.start()
    status, out = grading.grade("loaded", *only, "--jobs", "2")
    for process in busy:
        process.kill()
        process.join()
    tap.say(status == 0, "a part of the class is graded beside busy processes", grading.last)
    loaded = {k: v for k, v in harness.results_of(out).items()
              if k.startswith("journal: ") and k != "journal: refusals"}
    same(tap, "the verdicts are the same on a machine that is loaded eight times over",
         {k: whole.get(k) for k in loaded}, loaded)
    tap.say(len(loaded) >= min(len(students), UNDER_LOAD), "all of them have one", len(loaded))


def tests(keeper, tap):
    grading = Grading(keeper, tap)
    status, out = grading.grade("eight", "--jobs", "8")
    tap.say(status == 0, "a class is graded whatever is handed in", f"{status}\n{grading.last}")
    entries, refusals = harness.journal_entries(out)
    compare_with_expected(tap, grading.expected, entries, refusals)
    look_at_reports(grading, tap, out)
    whole = harness.results_of(out)
    status, one = grading.grade("one", "--jobs", "1")
    tap.say(status == 0, "it is graded with one slot", grading.last)
    same(tap, "one slot and eight find the same", whole, harness.results_of(one))
    with open(os.path.join(out, "journal.jsonl"), "rb") as f:
        before = f.read().count(b'"verdict"')
    status, _ = grading.grade("eight", "--jobs", "2")
    with open(os.path.join(out, "journal.jsonl"), "rb") as f:
        after = f.read().count(b'"verdict"')
    tap.say(status == 0 and before == after, "what is known is not graded again",
            f"{before} {after} {grading.last}")
    same(tap, "and its reports are the same", whole, harness.results_of(out))
    in_shards(grading, tap, whole)
    under_load(grading, tap, whole)


harness.run("class", tests)
