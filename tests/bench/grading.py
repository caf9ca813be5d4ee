"""How quickly a class is graded: against only compiling it, and against a harness of the plain kind.

    python3 tests/bench/grading.py BUILD [--submissions N] [--rounds N] [--flat N]

The class hands in N programs for the lab of three messages (tests/bench/01_three_messages), each
different, so that each is compiled. In each round the contenders take turns, so that what else the
machine does meets all alike, and each begins with nothing left to be written to the disk and nothing
deleted a moment ago (ext4 looks for free inodes longer then); printed are medians of submissions a
second, and of the rounds' ratios. A rate counts all from the start of the command to its end; what a
class of one takes is told as well, since in a short class starting up is a good part of a regrade.
Every contender but the ones that say otherwise works on as many at a time as there are processors.
The Python harness is the plain kind: a loop, one submission after the other, with a process for each.
That it is also run several at a time is for comparison only: then both wait for the same compiler,
which alone takes more than the quarter of the time that would be left for it.

--flat N: instead, grades N submissions and tells how the grader's own memory grows meanwhile.
"""
import argparse
import glob
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
LAB = "01_three_messages"
CC = os.environ.get("CC", "gcc")
FLAGS = ["-std=gnu11", "-O0", "-g", "-Wall", "-Wextra"]
RUN = 600  # seconds; only a broken contender takes them


class Class:
    """The submissions, and where everything lies."""

    def __init__(self, folder, build, count):
        self.folder, self.count = folder, count
        self.build = os.path.abspath(build)
        self.socklings = os.path.join(self.build, "socklings")
        self.archive = os.path.join(self.build, "libsocklings.a")
        self.lib = os.path.join(TOP, "lib")
        self.data = os.path.join(folder, "data")
        os.makedirs(os.path.join(self.data, "labs"))
        shutil.copytree(os.path.join(HERE, LAB), os.path.join(self.data, "labs", LAB))
        shutil.copytree(os.path.join(TOP, "labs/05_udp_echo/solution"),
                        os.path.join(self.data, "labs", LAB, "solution"))
        os.symlink(self.lib, os.path.join(self.data, "lib"))
        with open(os.path.join(TOP, "labs/05_udp_echo/solution/udp_echo.c"), encoding="utf-8") as file:
            self.text = file.read()
        self.turn = self.caches = 0
        self.handed_in = None
        self.cache = os.path.join(folder, "cache")

    def hand_in(self):
        """A class of programs that nobody has compiled yet."""
        self.turn += 1
        self.handed_in = os.path.join(self.folder, f"class{self.turn}")
        for i in range(self.count):
            place = os.path.join(self.handed_in, f"student{i:04}")
            os.makedirs(place)
            with open(os.path.join(place, "udp_echo.c"), "w", encoding="utf-8") as file:
                file.write(f"{self.text}/* turn {self.turn}, student {i} */\n")

    def sources(self):
        return sorted(glob.glob(os.path.join(self.handed_in, "*", "udp_echo.c")))

    def environment(self):
        return dict(os.environ, SOCKLINGS_DATA=self.data, SOCKLINGS_CACHE=self.cache,
                    SOCKLINGS_WORK=os.path.join(self.folder, "work"))

    def grade_command(self, out, jobs, *more):
        return [self.socklings, "grade", self.handed_in, "--out", out, "--jobs", str(jobs), "--seed", "1",
                *more]

    def grade(self, jobs, *more, out=None):
        """Seconds. All must have passed: a grader that is wrong is not quick."""
        os.sync()
        out = out or os.path.join(self.folder, f"out{self.turn}-{jobs}")
        began = time.monotonic()
        done = subprocess.run(self.grade_command(out, jobs, *more), env=self.environment(), timeout=RUN,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        seconds = time.monotonic() - began
        passed = 0
        with open(os.path.join(out, "journal.jsonl"), encoding="utf-8") as journal:
            for line in journal:
                entry = json.loads(line)
                passed += entry.get("verdict", {}).get("outcome") == "pass"
        if done.returncode != 0 or passed < self.count:
            raise SystemExit(f"grade: status {done.returncode}, {passed} of {self.count} passed\n"
                             + done.stdout.decode(errors="replace")[-2000:])
        return seconds

    def fresh_cache(self):
        """What was compiled is forgotten; lab.h, compiled ahead once for a compiler, is not."""
        old, self.caches = self.cache, self.caches + 1
        self.cache = os.path.join(self.folder, f"cache{self.caches}")
        os.mkdir(self.cache, 0o700)
        for entry in glob.glob(os.path.join(old, "h-*")):
            shutil.copytree(entry, os.path.join(self.cache, os.path.basename(entry)))

    def at_once(self, jobs, command):
        """Seconds for the command of every source, so many at a time."""
        os.sync()
        began = time.monotonic()
        subprocess.run(["xargs", "-0", "-P", str(jobs), "-I", "{}", *command],
                       input="\0".join(self.sources()).encode(), check=True, timeout=RUN,
                       stdout=subprocess.DEVNULL)
        return time.monotonic() - began

    def compile_only(self, jobs, headers=()):
        return self.at_once(jobs, [CC, *FLAGS, *headers, "-I", self.lib, "-o", "{}.program", "{}",
                                   self.archive, "-pthread"])

    def headers_ahead(self):
        """The flags that let gcc take lab.h compiled ahead, as socklings does; () where it does not."""
        found = glob.glob(os.path.join(self.cache, "h-*"))
        return ("-I", found[0]) if found else ()

    def harness(self, jobs):
        return self.at_once(jobs, [sys.executable, os.path.join(HERE, "harness.py"), "1", "{}", self.lib,
                                   self.archive])


def measure(room, alone, rounds):
    """alone: a class of one."""
    jobs = len(os.sched_getaffinity(0))
    seen = {name: [] for name in ("grade", "grade, one at a time", "only compiling",
                                  "only compiling, lab.h compiled ahead", "Python harness",
                                  "Python harness, several at a time",
                                  "grade again, programs compiled before",
                                  "grade again, nothing has changed")}
    starts = []
    for short in (room, alone):
        short.hand_in()
        short.grade(jobs)  # lab.h is compiled ahead, binaries are in memory
    for _ in range(rounds):
        room.hand_in()
        out = os.path.join(room.folder, f"out{room.turn}")
        seen["grade"].append(room.grade(jobs, out=out))
        seen["grade again, programs compiled before"].append(room.grade(jobs, "--fresh", out=out))
        starts.append(alone.grade(jobs, "--fresh"))
        seen["grade again, nothing has changed"].append(room.grade(jobs, out=out))
        seen["only compiling"].append(room.compile_only(jobs))
        seen["only compiling, lab.h compiled ahead"].append(room.compile_only(jobs, room.headers_ahead()))
        seen["Python harness"].append(room.harness(1))
        seen["Python harness, several at a time"].append(room.harness(jobs))
        room.fresh_cache()
        seen["grade, one at a time"].append(room.grade(1, out=out + "-one"))
    wanted = {"grade, one at a time": 1.9, "only compiling": 0.95, "Python harness": 3.5}
    print(f"A class of {room.count}, {jobs} at a time, submissions a second ({rounds} rounds)")
    for name, seconds in seen.items():
        line = f"  {name:42} {room.count / statistics.median(seconds):8.1f}"
        if name != "grade" and "again" not in name:
            ratio = statistics.median(theirs / ours for ours, theirs in zip(seen["grade"], seconds))
            line += f"   grade is {ratio:.2f} times that"
            if name in wanted:
                line += f"; at least {wanted[name]} wanted: " + (
                    "held" if ratio >= wanted[name] else "MISSED")
        elif "compiled before" in name:
            rate = room.count / statistics.median(seconds)
            line += "   at least 300 wanted: " + ("held" if rate >= 300 else "MISSED")
        print(line, flush=True)
    print(f"  a class of one again, program compiled before: {1000 * statistics.median(starts):.0f} ms")


def resident(pid):
    """KiB of the process and of its children, who may have gone meanwhile."""
    pids, kib = [str(pid)], {}
    while pids:
        one = pids.pop()
        try:
            with open(f"/proc/{one}/status", encoding="ascii") as status:
                name = status.readline().split()[1]
                rss = next((line for line in status if line.startswith("VmRSS")), None)
            with open(f"/proc/{one}/task/{one}/children", encoding="ascii") as children:
                pids += children.read().split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if rss and name == "socklings":
            kib[one] = int(rss.split()[1])
    return kib.get(str(pid), 0), max(kib.values(), default=0)


def flat(room):
    """Memory over one long run; told at every tenth of it."""
    room.hand_in()
    out = os.path.join(room.folder, "out")
    jobs = len(os.sched_getaffinity(0))
    journal = os.path.join(out, "journal.jsonl")
    tenth = 1
    print(f"{room.count} submissions, {jobs} at a time: KiB of the grader, and of the largest of its processes")
    with subprocess.Popen(room.grade_command(out, jobs), env=room.environment(), stdout=subprocess.DEVNULL,
                          stderr=subprocess.STDOUT) as grader:
        while grader.poll() is None:
            time.sleep(0.2)
            own, largest = resident(grader.pid)
            try:
                with open(journal, "rb") as file:
                    lines = sum(1 for _ in file) - 1
            except FileNotFoundError:
                continue
            if lines * 10 >= tenth * room.count and own:
                print(f"  {lines:8} {own:10} {largest:10}", flush=True)
                tenth = lines * 10 // room.count + 1
    if grader.returncode != 0:
        raise SystemExit(f"grade ended with status {grader.returncode}")


def main():
    parser = argparse.ArgumentParser(prog="grading", description="How quickly a class is graded.")
    parser.add_argument("build", help="the folder with socklings and libsocklings.a")
    parser.add_argument("--submissions", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--flat", type=int, metavar="N")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.flat:
            flat(Class(folder, given.build, given.flat))
        else:
            alone = os.path.join(folder, "alone")
            measure(Class(folder, given.build, given.submissions), Class(alone, given.build, 1),
                    given.rounds)


main()
