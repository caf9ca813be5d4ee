"""Where the contenders meet: one network namespace, programs that are compiled alike, medians of ratios."""
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

DEADLINE = 10.0  # seconds until a server has to listen
RUN = 120.0  # seconds until a client has to have ended
HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(os.path.dirname(HERE), "programs")
TOP = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
MARK = "SOCKLINGS_BENCH_ARENA"

# Where only the first network of the machine may have cubic as its default, a route may still ask for it.
INSIDE = """
ip link set lo up || exit 1
{ echo cubic >/proc/sys/net/ipv4/tcp_congestion_control; } 2>/dev/null ||
    ip route replace local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1 \\
        congctl cubic
mount -t tmpfs -o size="$1"m socklings-bench "$2" || exit 1
shift 2
exec "$@"
"""


def enter(mib):
    """Runs this program once more, in a network with nothing but a loopback and with a private tmpfs of so
    many MiB. Returns the path of the tmpfs in there, and never out here."""
    folder = os.environ.get(MARK)
    if folder:
        print("congestion control of every connection: %s" % congestion_control(), flush=True)
        return folder
    with tempfile.TemporaryDirectory(prefix="socklings-bench-") as folder:
        for flags in ("-rnm", "-nm"):  # root where there are no user namespaces needs none
            done = subprocess.run(["unshare", flags, "true"], stderr=subprocess.DEVNULL, check=False)
            if done.returncode == 0:
                break
        else:
            print("servers: left out, this machine lets nobody make namespaces")
            sys.exit(0)
        inside = ["sh", "-c", INSIDE, "sh", str(mib), folder, sys.executable, "-B"] + sys.argv
        done = subprocess.run(["unshare", flags] + inside, check=False,
                              env=dict(os.environ, **{MARK: folder}))
    sys.exit(done.returncode)


def congestion_control():
    """What a connection over the loopback has, whoever asked for it."""
    with socket.create_server(("127.0.0.1", 0)) as listener, \
            socket.create_connection(listener.getsockname()) as connection:
        name = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16)
        return name.rstrip(b"\0").decode()


# --- programs ---


def compile_c(folder, source, *flags):
    """A program of tests/bench/programs or of a lab; the path of its binary."""
    binary = os.path.join(folder, os.path.basename(source)[:-2])
    cc = os.environ.get("CC", "gcc")
    subprocess.run([cc, "-std=gnu11", "-O2", "-o", binary, os.path.join(TOP, source), *flags],
                   check=True)
    return binary


def program(folder, name):
    return compile_c(folder, os.path.join(PROGRAMS, name))


def solution(folder, build, lab, name):
    """None: there is no such program in this tree."""
    source = "labs/%s/solution/%s.c" % (lab, name)
    if not os.path.exists(os.path.join(TOP, source)):
        print("%s: left out, it is not there" % name)
        return None
    return compile_c(folder, source, "-I" + os.path.join(TOP, "lib"),
                     os.path.join(build, "libsocklings.a"), "-pthread")


def tool(name):
    """The path of a program that may not be installed; None, and said so, if it is not."""
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if path is None:
        print("  %s is not installed: left out (tools/deps bench)" % name)
    return path


# --- servers ---

last_port = 7000


def new_port():
    """No two servers have the same one, so what one has left behind is not in the way of another."""
    global last_port
    last_port += 1
    return str(last_port)


def bound(kind, port):
    """Whether somebody has the port, as /proc/net tells. Asking by a connection would take a turn."""
    wanted = ":%04X" % int(port)
    for name in (kind, kind + "6"):
        try:
            with open("/proc/self/net/" + name, encoding="ascii") as table:
                for line in table:
                    word = line.split()
                    if word[1].endswith(wanted) and (kind == "udp" or word[3] == "0A"):
                        return True
        except OSError:
            pass
    return False


def pin(cpu):
    return (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None


class Server:
    """A contender while it runs: it listens when this is made, and is gone behind the `with`."""

    def __init__(self, kind, port, argv, cpu=None, stdin=subprocess.DEVNULL, end=signal.SIGKILL):
        self.end = end
        self.process = subprocess.Popen(argv, stdin=stdin, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, preexec_fn=pin(cpu),
                                        start_new_session=True)
        until = time.monotonic() + DEADLINE
        while not bound(kind, port):
            if time.monotonic() > until or self.process.poll() is not None:
                self.__exit__()
                sys.exit("%s does not listen" % " ".join(argv))
            time.sleep(0.002)

    def cpu(self):
        """Seconds of processor time that it has had. (Of its first thread; those that are asked have one.)"""
        with open("/proc/%d/schedstat" % self.process.pid, encoding="ascii") as told:
            return int(told.read().split()[0]) / 1e9

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            os.killpg(self.process.pid, self.end)
        except ProcessLookupError:
            pass
        self.process.wait(DEADLINE)


def numbers(argv, cpu):
    out = subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=RUN, preexec_fn=pin(cpu))
    return [float(word) for word in out.stdout.split()]


# --- what is wanted ---

kept = 0
missed = []


def wanted(what, value, at_least=None, at_most=None):
    """A few words on whether a number is what it should be. A bench states, it does not fail."""
    global kept
    if at_least is None and at_most is None:
        return ""
    good = value >= at_least if at_most is None else value <= at_most
    text = "at least %g" % at_least if at_most is None else "at most %g" % at_most
    if good:
        kept += 1
        return "; %s wanted: held" % text
    missed.append("%s: %.2f, %s wanted" % (what, value, text))
    return "; %s wanted: MISSED" % text


def print_wanted():
    print("Of %d numbers that are wanted, %d are held." % (kept + len(missed), kept))
    for line in missed:
        print("  missed: " + line)


def print_table(title, seen, wants, each=None, busy=None):
    """seen: name -> a number a round, more is better; the first one is the solution's. wants: name -> the
    ratio that is wanted. each: name -> microseconds of the server's processor time that each answer takes,
    a round, where that is known; it tells more than a rate on a machine that has other things to do.
    busy: name -> the part of its processor that the server had, a round; far below 100 % something else
    was what held it up, the load or the machine."""
    first = next(iter(seen))
    print("%s (%d rounds)" % (title, len(seen[first])))
    for name, values in seen.items():
        line = "  %-28s %10.0f" % (name, statistics.median(values))
        if each and each.get(name):
            line += " %6.1f us CPU each" % statistics.median(each[name])
        if busy and busy.get(name):
            line += ", %3.0f %% busy" % (100 * statistics.median(busy[name]))
        if name != first:
            ratio = statistics.median(a / b for a, b in zip(seen[first], values))
            line += "   solution is %.2f times that" % ratio
            line += wanted("%s, against %s" % (title, name), ratio, wants.get(name))
        print(line)
    sys.stdout.flush()


def compete(title, kind, contenders, load, seconds, cpus, rounds, wants, forking=()):
    """contenders: name -> argv, the first is the solution. load: argv, whose first number counts, so many
    answers a second in so many seconds. PORT in them is the port. forking: whose work is done by children."""
    seen = {name: [] for name in contenders}
    each = {name: [] for name in contenders if name not in forking}
    busy = {name: [] for name in each}
    for _ in range(rounds):
        for name, argv in contenders.items():
            port = new_port()
            here = [word.replace("PORT", port) for word in argv]
            with Server(kind, port, here, cpus[0]) as server:
                before = server.cpu()
                rate = numbers([w.replace("PORT", port) for w in load], cpus[1])[0]
                used = server.cpu() - before
                if name in each:
                    each[name].append(used * 1e6 / (rate * seconds))
                    busy[name].append(used / seconds)
            seen[name].append(rate)
    print_table(title, seen, wants, each, busy)
