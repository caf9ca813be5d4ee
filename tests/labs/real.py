"""What the tests of solutions against real programs have in common; they print TAP.

A solution is compiled with the sanitizers where the compiler has them: what they report is a failure.
"""
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

DEADLINE = 60  # seconds; only a broken program reaches it
build = sys.argv[1]
folder = tempfile.mkdtemp(prefix="socklings-real-")
count = 0
SANITIZE = ("-fsanitize=address,undefined", "-fno-sanitize-recover=undefined")


def say(ok, title, detail=""):
    global count
    count += 1
    print(f"{'ok' if ok else 'not ok'} {count} - {title}", flush=True)
    if not ok:
        print("# " + repr(detail)[:2000], flush=True)


def same(got, wanted, title):
    say(got == wanted, title, {"got": got, "wanted": wanted})


def skip(title, reason):
    global count
    count += 1
    print(f"ok {count} - {title} # SKIP {reason}", flush=True)


def have(name, title):
    """Whether the program is there; else the test with this title is skipped."""
    if shutil.which(name):
        return True
    skip(title, f"there is no {name}")
    return False


def part(title, run, *arguments):
    """A group of tests. What goes wrong in a way that they did not foresee fails them, and the next group
    has its turn."""
    try:
        run(*arguments)
    except Exception as error:  # pylint: disable=broad-except
        say(False, f"{title}: to the end", f"{type(error).__name__}: {error}")


def finish():
    shutil.rmtree(folder, ignore_errors=True)
    print(f"1..{count}")


def compiled(lab, name, sanitize=SANITIZE):
    path = os.path.join(folder, name)
    command = [os.environ.get("CC", "cc"), "-g", "-Ilib", "-o", path, f"labs/{lab}/solution/{name}.c",
               os.path.join(build, "libsocklings.a"), "-pthread"]
    if subprocess.run(command + list(sanitize), stderr=subprocess.DEVNULL, check=False).returncode != 0:
        subprocess.run(command, check=True)
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def settles(look, good):
    """What look() says once that is good; at the deadline, whatever it says. A server learns of a
    connection's end a moment after its client."""
    time_out = time.monotonic() + DEADLINE
    seen = look()
    while not good(seen) and time.monotonic() < time_out:
        time.sleep(0.005)
        seen = look()
    return seen


class Program:
    """A solution while it runs. What it prints is collected by threads, so it never waits for us."""

    def __init__(self, *command, stdin=subprocess.DEVNULL):
        self.process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.news = threading.Condition()
        self.text = {"out": b"", "err": b""}
        self.open = 2
        self.readers = [threading.Thread(target=self.collect, args=pair, daemon=True)
                        for pair in (("out", self.process.stdout), ("err", self.process.stderr))]
        for reader in self.readers:
            reader.start()

    def collect(self, name, stream):
        with stream:
            while piece := os.read(stream.fileno(), 65536):
                with self.news:
                    self.text[name] += piece
                    self.news.notify_all()
        with self.news:
            self.open -= 1
            self.news.notify_all()

    def printed(self, pattern, times=1):
        """Waits until stdout has so many matches of the pattern; the last one, or None."""
        def found():
            return len(re.findall(pattern, self.text["out"])) >= times
        with self.news:
            self.news.wait_for(lambda: found() or self.open == 0, DEADLINE)
            matches = list(re.finditer(pattern, self.text["out"]))
            return matches[-1] if len(matches) >= times else None

    def end(self):
        """Waits for its end by itself. Its exit status; None: it had to be killed."""
        try:
            status = self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        for reader in self.readers:
            reader.join()
        return status

    def terminate(self):
        self.process.terminate()
        return self.end()

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def complaint(self):
        """What a sanitizer had to say."""
        found = re.search(rb"(ERROR: \w+Sanitizer|runtime error).*", self.text["err"])
        return found.group(0) if found else None


class Server(Program):
    """A solution that serves, ready when it has said so; its end is a test of its own."""

    def __init__(self, lab, name):
        self.name, self.port = name, free_port()
        super().__init__(compiled(lab, name), str(self.port))
        if not self.printed(rb"listening on .*\n"):
            raise SystemExit(f"{name} does not say that it listens: {self.text}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        status = self.terminate()
        same((status, self.complaint()), (0, None),
             f"{self.name} ends with status 0 on SIGTERM, and no sanitizer has complained")


def talk(command, text, **more):
    """A client that gets all its input at once: exit status and output."""
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          timeout=DEADLINE, check=False, **more)
    return done.returncode, done.stdout


def receive_all(s):
    """Everything up to the end of the stream. A reset is an exception, as it should be."""
    return b"".join(iter(lambda: s.recv(65536), b""))
