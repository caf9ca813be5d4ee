"""What the tests of grading share: results as TAP, secrets that must not come out, and a look at what
is left behind.

Whoever uses Keeper becomes the reaper of everything that it starts: a process that survives its
grader, wherever it hides, is found as a child of ours.
"""

import ctypes
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LABS = os.path.join(ROOT, "labs")
OUTCOMES = "pass fail crash stall limit build-error internal-error".split()
PR_SET_CHILD_SUBREAPER = 36
GONE_SECONDS = 30  # the kernel takes namespaces down in its own time


class Tap:
    def __init__(self):
        self.count = self.failed = 0

    def say(self, good, sentence, why=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {sentence}")
        if not good:
            for line in str(why).splitlines()[:40]:
                print("# " + line.encode("ascii", "backslashreplace").decode()[:500])
        sys.stdout.flush()
        return good

    def skip(self, sentence, why):
        self.count += 1
        print(f"ok {self.count} - {sentence} # SKIP {why}")

    def finish(self):
        print(f"1..{self.count}")
        sys.exit(self.failed > 0)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def build_dir():
    build = os.environ.get("BUILD", "build")
    return build if os.path.isabs(build) else os.path.join(ROOT, build)


def children():
    """Processes whose parent is this one. Those that have ended are reaped."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                break
        except ChildProcessError:
            break
    found = []
    for task in os.listdir("/proc/self/task"):
        with open(f"/proc/self/task/{task}/children") as f:
            found += [int(pid) for pid in f.read().split()]
    return found


def describe(pid):
    try:
        with open(f"/proc/{pid}/stat") as f, open(f"/proc/{pid}/cmdline") as c:
            return f.read()[:80] + " " + c.read().replace("\0", " ")[:100]
    except OSError:
        return f"{pid} (gone)"


class Keeper:
    """A place of our own, and programs that are run in it."""

    def __init__(self, name):
        self.build = build_dir()
        self.socklings = os.path.join(self.build, "socklings")
        if not os.access(self.socklings, os.X_OK):
            print(f"Bail out! {self.socklings} has not been built")
            sys.exit(1)
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        self.secret = secrets.token_hex(8)
        # Whoever learns where we are says so; the word is looked for too.
        self.dir = tempfile.mkdtemp(prefix=f"WHEREABOUTS_{name}-")
        os.chmod(self.dir, 0o755)
        self.temp = self.path("temp")
        os.mkdir(self.temp)
        # Someone else's uid works in it as well: a slot's.
        os.chmod(self.temp, 0o1777)
        self.env = {k: v for k, v in os.environ.items()
                    if not k.startswith("SOCKLINGS_") or k == "SOCKLINGS_TIER"}
        self.env.update(HOME=self.path("home"), TMPDIR=self.temp, LC_ALL="C.UTF-8", TERM="dumb",
                        SOCKLINGS_CACHE=os.environ.get("SOCKLINGS_CACHE")
                        or os.path.join(self.build, "test-cache"),
                        SOCKLINGS_WORK=self.path("work"))
        os.mkdir(self.path("home"))
        os.umask(0o022)
        self.seen = {where: set(os.listdir(where)) for where in ("/tmp", "/dev/shm", "/var/tmp")
                     if os.path.isdir(where)}

    def path(self, *parts):
        return os.path.join(self.dir, *parts)

    def start(self, *args, **more):
        more.setdefault("stdin", subprocess.DEVNULL)
        return subprocess.Popen([self.socklings, *args], env={**self.env, **more.pop("env", {})},
                                start_new_session=True, **more)

    def run(self, *args, seconds=300, **more):
        """Status, stdout and stderr as bytes; status "hangs" when it had to be killed."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = self.start(*args, stdout=out, stderr=err, **more)
            try:
                status = child.wait(seconds)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
                status = "hangs"
            out.seek(0)
            err.seek(0)
            return status, out.read(), err.read()

    def tier(self):
        status, out, err = self.run("check", "5", "--src",
                                    os.path.join(LABS, "05_udp_echo", "solution"), "--json")
        try:
            return json.loads(out)["tier"]
        except (ValueError, KeyError):
            return "-"

    def left_processes(self):
        """What is still there of all that was started, when the kernel has had its time."""
        until = time.monotonic() + GONE_SECONDS
        left = children()
        while left and time.monotonic() < until:
            time.sleep(0.02)  # polls, until the deadline
            left = children()
        return [describe(pid) for pid in left]

    def left_files(self, mark=None):
        """In TMPDIR; and elsewhere what is named like ours."""
        left = [os.path.join(self.temp, name) for name in os.listdir(self.temp)]
        for where, before in self.seen.items():
            for name in set(os.listdir(where)) - before:
                if mark and mark in name:
                    left.append(os.path.join(where, name))
        return left

    def left_mounts(self):
        with open("/proc/self/mountinfo") as f:
            return [line for line in f if self.dir in line]

    def clean_up(self):
        for pid in children():
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        shutil.rmtree(self.dir, ignore_errors=True)


def run(name, tests):
    """Calls tests(keeper, tap); afterwards nothing of what they have started may be left."""
    tap = Tap()
    keeper = Keeper(name)
    try:
        if keeper.tier() != "A":
            skip_all("private namespaces are refused here")
        tests(keeper, tap)
        left = keeper.left_processes() + keeper.left_files() + keeper.left_mounts()
        tap.say(not left, "no process, file or mount is left", "\n".join(left))
    finally:
        if not os.environ.get("KEEP"):
            keeper.clean_up()
    tap.finish()


class Host:
    """Somebody on this machine who listens, and hopes that nobody comes."""

    def __init__(self, keeper):
        self.visits = []
        self.tcp = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.tcp.bind(("0.0.0.0", 0))
        self.tcp.listen()
        self.port = self.tcp.getsockname()[1]
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("0.0.0.0", self.port))
        self.abstract_name = "socklings-test-" + keeper.secret
        self.abstract = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.abstract.bind("\0" + self.abstract_name)
        self.abstract.listen()
        self.file_name = os.path.join(keeper.dir, "host.sock")
        self.file = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.file.bind(self.file_name)
        os.chmod(self.file_name, 0o777)
        self.file.listen()
        for name in ("tcp", "abstract", "file"):
            threading.Thread(target=self.accept, args=(name,), daemon=True).start()
        threading.Thread(target=self.receive, daemon=True).start()

    def accept(self, name):
        while True:
            getattr(self, name).accept()
            self.visits.append(name)

    def receive(self):
        while True:
            self.visits.append(self.udp.recv(100))


def address_of_host():
    """One that others could reach this machine by; nothing is sent for it."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("192.0.2.1", 9))
            return s.getsockname()[0]
    except OSError:
        return "127.0.0.1"


def journal_entries(out):
    """The results in OUT/journal.jsonl, the last of each; and the refusals."""
    found, refusals = {}, []
    with open(os.path.join(out, "journal.jsonl"), encoding="utf-8") as f:
        for line in f:
            entry = json.loads(line)
            if "verdict" in entry:
                found[entry["student"], entry["verdict"]["lab"], entry["attempt"]] = entry
            elif "refused" in entry:
                refusals.append(entry)
    return found, refusals


def first_failed(verdict):
    for step in verdict["steps"]:
        if step["status"] == "fail":
            return step
    return {}


def files_below(folder, leave_out=()):
    for where, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if os.path.join(where, f) not in leave_out]
        for name in names:
            yield os.path.join(where, name)


# Control characters, also those of eight bits, and those that turn the direction of writing.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f\u0080-\u009f\u202a-\u202e\u2066-\u2069]")


def unfit(data):
    """What of these bytes nobody should be shown, or None."""
    try:
        found = UNFIT.search(data.decode("utf-8").replace("\r\n", "\n"))
    except UnicodeDecodeError as e:
        return str(e)
    return None if found is None else "%r in %r" % (
        found.group(), found.string[max(0, found.start() - 60):found.end() + 20])


# --- results that shall be the same ---

# Times; the drawing of a recording, which is laid out by them; and the numbers of events, which count
# packets that come when they like.
TIMES = [(re.compile(p), s) for p, s in (
    (r'(time|timestamp|datetime)="[^"]*"', r'\1="TIME"'),
    (r'\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?(\.\d+)?( ?UTC|Z|[+-]\d\d:?\d\d)?', "DATE"),
    (r'"(execution_time|ms|build|scene|total)": ?[0-9.]+', r'"\1": TIME'),
    (r"[0-9.]+ ?(ms|µs|us|ns|s|min)\b", "TIME"),
    (r"(?s)<svg.*?</svg>", "PICTURE"),
    (r'"events": \[[0-9,\s]*\]', '"events": []'),
)]
# What the kernel chooses ports from by itself: with one before 6.3 they are others in every run.
PORTS = re.compile(r"\b(327(6[89]|[7-9]\d)|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b")


def without_times(text, out, ports_too=True):
    """A report, told the same by every run: its own folder and all times taken out."""
    text = text.replace(out, "OUT")
    for pattern, instead in TIMES:
        text = pattern.sub(instead, text)
    return PORTS.sub("PORT", text) if ports_too else text


def results_of(out):
    """Everything that was found out, as {name: text} without times. Of a student's pages only that
    they are there: they tell a recording, whose lines come as the packets came."""
    entries, refusals = journal_entries(out)
    found = {}
    for (student, lab, attempt), entry in entries.items():
        entry["verdict"].pop("ms", None)
        for step in entry["verdict"]["steps"]:
            for field in ("evidence", "worked"):
                step.pop(field, None)
        found[f"journal: {student} {lab} {attempt}"] = without_times(
            json.dumps(entry, sort_keys=True, ensure_ascii=False), out)
    found["journal: refusals"] = "\n".join(sorted(json.dumps(r, sort_keys=True) for r in refusals))
    for path in files_below(out, (os.path.join(out, "submissions"),)):
        name = path[len(out) + 1:]
        if name.startswith("students/") or name.startswith((".", "journal")):
            found[name.removesuffix(".jsonl") if name.startswith("stud") else "journal"] = "there"
        else:
            with open(path, encoding="utf-8", errors="backslashreplace") as f:
                found[name] = without_times(f.read(), out)
    return found


def differences(one, two):
    """What differs between two such results, in lines."""
    said = []
    for name in sorted(set(one) | set(two)):
        if name not in one or name not in two:
            said.append(f"{name} is in one of them only ({'first' if name in one else 'second'})")
        elif one[name] != two[name]:
            a, b = one[name], two[name]
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            start = max(0, at - 60)
            said.append(f"{name}:\n  {a[start:at + 100]!r}\n  {b[start:at + 100]!r}")
    return "\n".join(said)
