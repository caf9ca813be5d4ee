"""Moving a file of 1 GiB, lab 15: both ends and the file in memory, so that no disk takes part."""
import filecmp
import json
import os
import signal
import statistics
import subprocess
import sys

from arena import (PROGRAMS, RUN, Server, new_port, numbers, pin, print_table, program, solution, tool,
                   wanted)
from pages import nginx_argv

MIB = 1 << 20
ALONE = "write() alone, no transfer"


class Files:
    """The tmpfs, the file that is sent and what is left of the one that came."""

    def __init__(self, folder, memory, mib, rounds):
        self.folder, self.memory, self.mib, self.rounds = folder, memory, mib, rounds
        self.source = os.path.join(memory, "source")
        self.out = os.path.join(memory, "out")
        self.measured = program(folder, "measured.c")
        self.checked = set()
        with open(self.source, "wb") as out:
            for _ in range(mib):
                out.write(os.urandom(MIB))

    def report(self, name):
        """Seconds, CPU seconds, KiB and status, as `measured` has written them."""
        with open(os.path.join(self.folder, name), encoding="ascii") as report:
            words = report.read().split()
        return float(words[0]), float(words[1]), int(words[2]), int(words[3])

    def under(self, name, argv):
        return [self.measured, os.path.join(self.folder, name)] + argv

    def fresh(self):
        for path in (self.out, self.out + ".part"):
            if os.path.exists(path):
                os.unlink(path)

    def compare(self, name):
        """Whether all bytes have come; looked at byte by byte once, later only counted."""
        good = os.path.getsize(self.out) == self.mib * MIB
        if good and name not in self.checked:
            good = filecmp.cmp(self.source, self.out, shallow=False)
            self.checked.add(name)
        if not good:
            raise SystemExit("%s: the file that came is not the one that was sent" % name)

    def move(self, name, server, client, stdin=None, stdout=False, same=True):
        """One transfer; `same`: what comes is the source. Seconds, CPU seconds of both ends, KiB of the server, KiB of the client."""
        self.fresh()
        port = new_port()
        argv = [word.replace("PORT", port) for word in client]
        with open(self.out if stdout else os.devnull, "wb") as out:
            if server is None:
                subprocess.run(self.under("client", argv), stdout=out, check=True, timeout=RUN)
            else:
                there = server(port) if callable(server) else [w.replace("PORT", port) for w in server]
                with open(stdin or os.devnull, "rb") as given, \
                        Server("tcp", port, self.under("server", there), stdin=given,
                               end=signal.SIGTERM):
                    subprocess.run(self.under("client", argv), stdin=subprocess.DEVNULL, stdout=out,
                                   stderr=subprocess.DEVNULL, check=True, timeout=RUN)
        wall, cpu, client_kib, status = self.report("client")
        server_kib = 0
        if server is not None:
            _, server_cpu, server_kib, _ = self.report("server")
            cpu += server_cpu
        if status != 0:
            raise SystemExit("%s: the client ended with status %d" % (name, status))
        if same:
            self.compare(name)
        return wall, cpu, server_kib, client_kib


def speed(files, contenders):
    """name -> MiB a second of each round; and name -> what `move` says of each round. Every second round
    goes the other way round: what one leaves behind in caches and lists is not always met by the same."""
    told = {name: [] for name in contenders}
    order = list(contenders.items())
    for _ in range(files.rounds):
        for name, how in order:
            told[name].append(files.move(name, *how))
        order.reverse()
    files.fresh()
    return {name: [files.mib / row[0] for row in rows] for name, rows in told.items()}, told


def copy(files):
    return None, ["cp", files.source, files.out]


def fill(files):
    """Only new bytes into the file, from nowhere: no transfer that saves it can be quicker."""
    binary = program(files.folder, "ladder.c")
    return None, [binary, "fill", str(files.mib), files.out, "loop", "131072"], None, False, False


def python(files, *how):
    start = [sys.executable, os.path.join(PROGRAMS, "file_loop.py")]
    return ([*start, "serve", "PORT", files.memory, *how],
            [*start, "fetch", "PORT", "source", files.out, *how])


def peers(files):
    """name -> arguments of `move`."""
    found = {"cp": copy(files), "Python, 1 KiB reads": python(files),
             "Python, 1 KiB, unbuffered": python(files, "unbuffered")}
    nc = tool("nc")
    if nc and b"-N" in subprocess.run([nc, "-h"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                      check=False).stdout:
        found["nc"] = ([nc, "-N", "-l", "127.0.0.1", "PORT"], [nc, "-d", "127.0.0.1", "PORT"],
                       files.source, True)
    elif nc:
        print("  this nc has no -N: left out")
    nginx, curl = tool("nginx"), tool("curl")
    if nginx and curl:
        get = [curl, "-s", "-o", files.out, "http://127.0.0.1:PORT/source"]
        where = "root %s;" % files.memory
        found["nginx and curl"] = (
            lambda port: nginx_argv(nginx, files.folder, port, where), get)
        found["nginx, sendfile on, and curl"] = (
            lambda port: nginx_argv(nginx, files.folder, port, where, "on"), get)
    return found


def solutions(files, build):
    """The server and the client of lab 15, as arguments of `move`; None: they are not there."""
    server = solution(files.folder, build, "15_file_download", "file_server")
    client = solution(files.folder, build, "15_file_download", "file_client")
    if server is None or client is None:
        return None
    return ([server, "PORT", files.memory], [client, "127.0.0.1", "PORT", "source", files.out])


def file_download(files, build):
    ours = solutions(files, build)
    if ours is None:
        return
    contenders = {"solution": ours, ALONE: fill(files)}
    contenders.update(peers(files))
    seen, told = speed(files, contenders)
    title = "file_server and file_client, %d MiB, MiB a second" % files.mib
    print_table(title, seen, {"cp": 0.95, "Python, 1 KiB reads": 9, "Python, 1 KiB, unbuffered": 9,
                              "nc": 1.5, "nginx and curl": 2.3})
    print_most(seen)
    print_costs(files, told)
    null_sink(files, ours[0][0])


def print_most(seen):
    """How far any transfer could be in front of each, since it has to write the file at least.

    What bounds it is the tmpfs. Of the 0.50 CPU seconds that our client takes for a GiB with splice(), all in
    one thread, 0.33 find a page for every 4 KiB and enter it: on a tmpfs that is mounted with huge=always it
    takes 0.19. (Measured with Linux 6.18. A second thread that calls fallocate() ahead waits for the same lock
    of the inode; mmap() with MADV_POPULATE_WRITE goes round the lock, and takes twice the time.)"""
    alone = seen.pop(ALONE)
    print("the most that is possible here: write() alone is so many times as quick as")
    for name, values in seen.items():
        print("  %-28s %10.2f" % (name, statistics.median(a / b for a, b in zip(alone, values))))


def print_costs(files, told):
    print("what they cost: CPU seconds a GiB, KiB of the server's and the client's largest process")
    for name, rows in told.items():
        cpu = statistics.median(row[1] for row in rows) * 1024 / files.mib
        memory = [max(row[end] for row in rows) for end in (2, 3)]
        ours = name == "solution"
        line = "  %-28s %10.2f" % (name, cpu)
        line += wanted("CPU seconds a GiB", cpu, at_most=0.75 if ours else None)
        print(line)
        for end, kib in zip(("server", "client"), memory):
            if kib:
                print("  %-28s %10d KiB %s%s" % ("", kib, end, wanted(
                    "MiB of the file " + end, kib / 1024, at_most=4 if ours else None)))
    sys.stdout.flush()


def null_sink(files, server):
    """The server alone, to a client that throws away what comes; as fast as iperf3 does it."""
    iperf3 = tool("iperf3")
    sink = program(files.folder, "null_sink.c")
    seen = {"solution": []}
    if iperf3:
        seen["iperf3"] = []
    for _ in range(files.rounds):
        for name, values in seen.items():
            port = new_port()
            argv = [server, port, files.memory] if name == "solution" else [iperf3, "-s", "-p", port]
            with Server("tcp", port, argv):
                if name == "solution":
                    values.append(numbers([sink, port, "source"], None)[0] / MIB)
                else:
                    values.append(iperf3_rate(iperf3, port, files.mib))
    print_table("file_server into a null sink, %d MiB, MiB a second" % files.mib, seen, {"iperf3": 0.9})


def iperf3_rate(iperf3, port, mib):
    out = subprocess.run([iperf3, "-c", "127.0.0.1", "-p", port, "-n", "%dM" % mib, "-J"],
                         stdout=subprocess.PIPE, check=True, timeout=RUN, preexec_fn=pin(None))
    return json.loads(out.stdout)["end"]["sum_received"]["bits_per_second"] / 8 / MIB


def ladder(files, build):
    """One thing better from rung to rung; lesson 15 shows these numbers."""
    binary = program(files.folder, "ladder.c")
    rungs = (("1 KiB loop, 1 KiB loop", "loop 1024", "loop 1024"),
             ("64 KiB loop, 64 KiB loop", "loop 65536", "loop 65536"),
             ("sendfile, 1 MiB loop", "sendfile 1", "loop 1048576"),
             ("sendfile, splice", "sendfile 1", "splice 1048576"))
    contenders = {"cp": copy(files), ALONE: fill(files)}
    for name, there, here in rungs:
        contenders[name] = ([binary, "serve", "PORT", files.source] + there.split(),
                            [binary, "fetch", "PORT", files.out] + here.split())
    ours = solutions(files, build)
    if ours:
        contenders["solution"] = ours
    seen, told = speed(files, contenders)
    print("The ladder, %d MiB: server, client (%d rounds)" % (files.mib, files.rounds))
    print("  %-28s %10s %18s %11s %6s %14s" % ("", "MiB/s", "x the 1 KiB loop", "x solution", "x cp",
                                               "CPU s per GiB"))
    for name, values in seen.items():
        ratios = tuple(statistics.median(a / b for a, b in zip(values, seen[other]))
                       for other in (rungs[0][0], "solution" if ours else name, "cp"))
        cpu = statistics.median(row[1] for row in told[name]) * 1024 / files.mib
        print("  %-28s %10.0f %18.2f %11.2f %6.2f %14.2f" % (
            (name, statistics.median(values)) + ratios + (cpu,)))
    sys.stdout.flush()
