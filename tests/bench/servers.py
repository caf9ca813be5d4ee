"""How quick the labs' solutions are, against peers that do the same.

    servers.py BUILD [ROUNDS]

All in one network namespace of our own, each round all contenders one after the other, so that what
else the machine does meanwhile meets them alike. Printed are medians, and the median of the rounds'
ratios. A contender that is not installed is left out, and said to be.
"""
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

DEADLINE = 10.0
PORT = 7000
HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def private_network():
    """Once more, in a namespace with nothing but a loopback."""
    if os.environ.get("SOCKLINGS_BENCH_NET") == "1":
        return
    os.environ["SOCKLINGS_BENCH_NET"] = "1"
    inside = ('ip link set lo up && '
              '{ echo cubic >/proc/sys/net/ipv4/tcp_congestion_control; } 2>/dev/null; exec "$@"')
    command = ["unshare", "-rn", "sh", "-c", inside, "sh", sys.executable] + sys.argv
    os.execvp(command[0], command)


def compile_c(folder, source, *flags):
    """A program of tests/bench/programs or of a lab; the path of its binary."""
    binary = os.path.join(folder, os.path.basename(source)[:-2])
    cc = os.environ.get("CC", "gcc")
    subprocess.run([cc, "-std=gnu11", "-O2", "-o", binary, os.path.join(TOP, source), *flags],
                   check=True)
    return binary


def solution(folder, build, source):
    return compile_c(folder, source, "-I" + os.path.join(TOP, "lib"),
                     os.path.join(build, "libsocklings.a"))


def bound(kind):
    """Whether somebody has the port, as /proc/net tells."""
    wanted = ":%04X" % PORT
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


class Server:
    """A contender while it runs."""

    def __init__(self, kind, argv, cpu):
        pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None
        self.process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, preexec_fn=pin,
                                        start_new_session=True)
        end = time.monotonic() + DEADLINE
        while not bound(kind):
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit("%s does not listen" % argv[0])
            time.sleep(0.002)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def numbers(argv, cpu):
    pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpu is not None else None
    out = subprocess.run(argv, stdout=subprocess.PIPE, check=True, timeout=60, preexec_fn=pin)
    return [float(word) for word in out.stdout.split()]


def compete(title, kind, contenders, load, cpus, rounds):
    """contenders: name -> argv, the first is the solution. load: argv, whose first number counts."""
    seen = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, argv in contenders.items():
            with Server(kind, argv, cpus[0]):
                seen[name].append(numbers(load, cpus[1])[0])
    first = next(iter(contenders))
    print(title)
    for name, values in seen.items():
        line = "  %-22s %10.0f" % (name, statistics.median(values))
        if name != first:
            ratio = statistics.median(a / b for a, b in zip(seen[first], values))
            line += "   solution is %.2f times that" % ratio
        print(line)
    sys.stdout.flush()


def udp_echo(folder, build, rounds):
    port = str(PORT)
    ours = solution(folder, build, "labs/05_udp_echo/solution/udp_echo.c")
    plain = compile_c(folder, "tests/bench/programs/udp_plain.c")
    load = compile_c(folder, "tests/bench/programs/udp_load.c")
    compete("udp_echo, one client on the same processor, replies a second", "udp",
            {"solution": [ours, port], "plainest C loop": [plain, port]},
            [load, port, "clients", "1", "300"], (0, 0), rounds)
    others = {"solution": [ours, port],
              "Python loop": [sys.executable, os.path.join(HERE, "programs/udp_loop.py"), port]}
    if shutil.which("socat"):
        others["socat"] = ["socat", "UDP4-LISTEN:%s,fork" % port, "PIPE"]
    else:
        print("  socat is not installed: left out")
    compete("udp_echo, 50 clients, replies a second", "udp", others,
            [load, port, "clients", "50", "300"], (0, 1), rounds)
    with Server("udp", [ours, port], None):
        sent, back = numbers([load, port, "offered", "50000", "1000"], None)
    print("udp_echo, 50,000 a second offered: %d sent, %d came back" % (sent, back))


def main():
    private_network()
    build = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as folder:
        udp_echo(folder, build, rounds)


main()
