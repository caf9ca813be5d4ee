#!/usr/bin/env python3
"""What a run promises beside its verdicts: a failure of socklings is never a grade, a verdict that is
not always the same is told, what a result depends on is judged again and nothing else, and a
terminal shows how far it has come."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402

LAB = "05_udp_echo"
SEED = "11"
# Begins honestly, or ends at once: as the kernel's dice fall.
DICE = """
#include <sys/random.h>
int main(int argc, char *argv[])
{
    unsigned char dice;
    return getrandom(&dice, 1, 0) == 1 && dice % 2 ? honest(argc, argv) : 1;
}
"""
SLOW = "int main(void)\n{\n    for (;;) {\n    }\n}\n"


class Runs:
    def __init__(self, keeper, tap):
        self.keeper, self.tap = keeper, tap
        self.folder = keeper.path("class")
        self.data = keeper.path("data")
        os.makedirs(os.path.join(self.data, "labs"))
        shutil.copytree(os.path.join(harness.LABS, LAB), self.lab())
        for name in ("lib", "lessons"):
            os.symlink(os.path.join(harness.ROOT, name), os.path.join(self.data, name))
        with open(self.lab("solution", "udp_echo.c"), encoding="utf-8") as f:
            self.solution = f.read()

    def lab(self, *parts):
        return os.path.join(self.data, "labs", LAB, *parts)

    def hand_in(self, student, text):
        path = os.path.join(self.folder, student, LAB)
        os.makedirs(path, exist_ok=True)
        with open(os.path.join(path, "udp_echo.c"), "w", encoding="utf-8") as f:
            f.write(text)

    def arguments(self, out, *more):
        return ["grade", self.folder, "--seed", SEED, "--out", out, *more]

    def env(self, **more):
        return {"SOCKLINGS_DATA": self.data, **more}

    def grade(self, out, *more, **env):
        """Status, the --json document, and stderr."""
        status, said, err = self.keeper.run(*self.arguments(out, "--json", *more),
                                            env=self.env(**env))
        try:
            return status, json.loads(said), err.decode("utf-8", "replace")
        except ValueError:
            return status, {}, err.decode("utf-8", "replace") + said.decode("utf-8", "replace")

    def entry(self, out, student):
        entries, _ = harness.journal_entries(out)
        return entries[student, LAB, 1]


def children_of(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def workers_of(grader):
    """The children of its keeper, who leads their session. What has a session too and probes the
    machine has done so before there is a journal."""
    for keeper in children_of(grader):
        for pid in children_of(keeper):
            try:
                if os.getsid(pid) == keeper:
                    yield pid
            except OSError:
                pass


def kill_workers(runs, out, most):
    """A run with --only slow, of whose workers the first `most` are killed as they appear."""
    child = runs.keeper.start(*runs.arguments(out, "--only", "slow", "--jobs", "1"),
                              env=runs.env(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    killed, until = set(), time.monotonic() + 120
    journal = os.path.join(out, "journal.jsonl")
    while child.poll() is None and time.monotonic() < until:
        for worker in workers_of(child.pid) if os.path.exists(journal) else ():
            if worker not in killed and len(killed) < most:
                killed.add(worker)
                os.kill(worker, signal.SIGKILL)
        time.sleep(0.005)  # polls for the next worker
    if child.poll() is None:
        child.kill()
    said = child.communicate()[0].decode("utf-8", "replace")
    return child.returncode, said, len(killed)


def text_of(out, *parts):
    with open(os.path.join(out, *parts), encoding="utf-8-sig", newline="") as f:
        return f.read()


def failures_of_ours(runs, tap):
    runs.hand_in("slow", SLOW)
    once, always = runs.keeper.path("once"), runs.keeper.path("always")
    status, said, killed = kill_workers(runs, once, 1)
    tap.say(killed == 1 and status == 0, "whoever's worker dies is judged by another", said)
    tap.say(runs.entry(once, "slow")["verdict"]["outcome"] == "limit", "as if nothing had happened")
    status, said, killed = kill_workers(runs, always, 1000)
    tap.say(killed == 2, "a second death is the last: it is not tried for ever", killed)
    tap.say(status == 3, "what cannot be judged is no success: status 3", f"{status}\n{said}")
    tap.say("Failed by socklings' own fault" in said and "slow, " + LAB in said,
            "it is told by name", said)
    tap.say(runs.entry(always, "slow")["verdict"]["outcome"] == "internal-error",
            "the journal has it as a failure of ours")
    row = text_of(always, "results.csv").splitlines()[1]
    tap.say(row.startswith('"slow","slow","",') and '"","","internal-error"' in row,
            "results.csv has no mark for it, not even 0", row)
    tap.say("<error " in text_of(always, "junit.xml") and
            "<failure" not in text_of(always, "junit.xml"), "junit.xml has an error, no failure")
    scores = json.loads(text_of(always, "gradescope", "slow.json"))
    tap.say("score" not in scores, "Gradescope gets no score", scores)
    page = text_of(always, "class.html")
    tap.say("Look at these first" in page and "The grader failed here" in page,
            "it stands first in class.html")
    feedback = text_of(always, "students", "slow", LAB + ".txt")
    tap.say("no fault of your program" in feedback, "the student is told whose fault it is",
            feedback)
    merged = runs.keeper.path("merged")
    status, said, _ = runs.keeper.run("merge", always, "--out", merged, env=runs.env())
    said = " ".join(said.decode("utf-8", "replace").split())
    tap.say(status == 3 and "1 failed by socklings' own fault" in said, "merge tells it too", said)
    status, said, _ = runs.grade(always, "--only", "slow")
    tap.say(status == 0 and said.get("graded") == 1, "the next run tries it again", said)


def flaky(runs, tap):
    out = runs.keeper.path("flaky")
    runs.hand_in("dice", runs.solution.replace("int main(", "static int honest(", 1) + DICE)
    runs.hand_in("anna", runs.solution)
    status, said, err = runs.grade(out, "--repeat", "20", "--only", "dice", "--only", "anna")
    tap.say(status == 0, "programs are judged twenty times each", err)
    dice, anna = runs.entry(out, "dice"), runs.entry(out, "anna")
    tap.say(dice["repeats"] == 20 and 0 < dice["disagreed"] < 20,
            "one that depends on luck is not always judged alike", dice["disagreed"])
    tap.say(anna["repeats"] == 20 and anna["disagreed"] == 0, "one that does not is",
            anna["disagreed"])
    tap.say(said.get("flaky") == 1, "the first is told as flaky", said)
    page = text_of(out, "class.html")
    tap.say("Not always the same verdict" in page and
            f"{dice['disagreed']} of 20 runs gave another verdict" in page,
            "and stands first in class.html")
    tap.say("the mark is not final" in text_of(out, "students", "dice", "index.html"),
            "its student is told")


def change(path, old, new):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert old in text, (path, old)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new, 1))


def keys(runs, tap):
    out, hidden = runs.keeper.path("keys"), runs.keeper.path("hidden")
    shutil.rmtree(runs.folder)
    runs.hand_in("anna", runs.solution)

    def judged(sentence, wanted, *more, **env):
        status, said, err = runs.grade(out, *more, **env)
        tap.say(status == 0 and said.get("graded") == wanted, sentence, f"{said} {err}")

    judged("a class is judged", 1)
    judged("and not again", 0)
    change(runs.lab("mutants", sorted(os.listdir(runs.lab("mutants")))[0]), "\n", "\n\n")
    judged("a mutant of the lab is nothing that a verdict depends on", 0)
    change(runs.lab("lab.json"), '"title": "', '"title": "Now: ')
    judged("a lab that has changed is judged again", 1)
    os.makedirs(os.path.join(hidden, LAB))
    with open(os.path.join(hidden, LAB, "lab.json"), "w", encoding="utf-8") as f:
        json.dump({"version": 1, "id": LAB, "steps": [
            {"id": "more", "title": "More", "points": 1, "checks": [{"build": "clean"}]}]}, f)
    judged("a hidden step that has come is judged", 1, "--hidden", hidden)
    judged("once", 0, "--hidden", hidden)
    change(os.path.join(hidden, LAB, "lab.json"), "More", "Still more")
    judged("a hidden step that has changed is judged again", 1, "--hidden", hidden)
    judged("without it, too", 1)
    judged("more repeats are more to be judged", 1, "--repeat", "2")
    if shutil.which("clang") and shutil.which("gcc"):
        judged("another compiler is another result", 1, "--repeat", "2", CC="clang")
    else:
        tap.skip("another compiler is another result", "gcc and clang are not both installed")
    path = os.path.join(runs.folder, "anna", LAB, "udp_echo.c")
    os.utime(path, (time.time() - 3 * 86400,) * 2)
    judged("--since leaves out what was handed in before", 0, "--fresh", "--since", "2d")
    judged("and takes what was handed in later", 1, "--fresh", "--since", "4d")


def terminal(runs, tap):
    out = runs.keeper.path("terminal")
    for i in range(6):
        runs.hand_in(f"student{i}", runs.solution + f"// {i}\n")
    main, side = pty.openpty()
    child = runs.keeper.start(*runs.arguments(out), env=runs.env(TERM="xterm"), stdin=side,
                              stdout=side, stderr=side)
    os.close(side)
    said = b""
    while True:
        try:
            said += os.read(main, 65536)
        except OSError:  # the other end is closed
            break
    os.close(main)
    status = child.wait()
    said = said.decode("utf-8", "replace")
    tap.say(status == 0 and "\r\x1b[K" in said, "a terminal has a line that is drawn anew", said)
    tap.say(re.search(r"\[\S*#+\S*\.+\] \d of 7  [0-9.]+/s, .* left", said) is not None,
            "with a bar, the rate and the time that is left", repr(said))
    tap.say(not re.search(r"(?m)^\d/7 ", said), "and no line for each", repr(said))


def tests(keeper, tap):
    runs = Runs(keeper, tap)
    failures_of_ours(runs, tap)
    flaky(runs, tap)
    keys(runs, tap)
    terminal(runs, tap)


harness.run("promises", tests)
