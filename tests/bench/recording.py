#!/usr/bin/env python3
"""What a recording of 100,000 events costs: to be drawn in every form, and to be made.

    tests/bench/recording.py SOCKLINGS PINGPONG [EVENTS]

Processor time (user and system) and the largest memory of the whole command, median of three.
"""
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "report"))
from recordings import CLIENT, SERVER, Recording, data, handshake, open_server  # noqa: E402

ROUNDS = 3


def conversation(events):
    """Two programs that talk, in no pattern that could be folded, and a wire that loses something."""
    rng = random.Random(4711)
    r = Recording("10_tcp_server", "echo", [("port", "7890")])
    open_server(r)
    handshake(r)
    while len(r.events) < events - 1:
        message = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 400)))
        names = [("client", "tcp_client.c", 3, CLIENT, SERVER), ("server", "tcp_server.c", 2, SERVER, CLIENT)]
        rng.shuffle(names)
        (a, a_file, a_pid, a_end, b_end), (b, b_file, b_pid, _, _) = names
        r.call(a, "%s:%d" % (a_file, rng.randrange(90, 120)), "sendto", len(message),
               {"fd": 3, **data(message), "addrlen": 0}, pid=a_pid, via="send")
        lost = rng.randrange(50) == 0
        r.tcp(a_end, b_end, "P.", message, fate="dropped" if lost else "delivered")
        if lost:
            r.tcp(a_end, b_end, "P.", message, after=200000, again=True, info="retransmission")
        if rng.randrange(3):
            r.tcp(b_end, a_end, ".")
        r.call(b, "%s:%d" % (b_file, rng.randrange(60, 90)), "recvfrom", len(message),
               {"fd": 4, **data(message, 4096)}, pid=b_pid, via="recv")
    r.add("end", why="complete", waits=[])
    return r


def cost(command):
    """Seconds of processor time, MB at most, in the median."""
    seen = []
    for _ in range(ROUNDS):
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        complaints = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if status != 0:
            sys.exit("%s: %s" % (" ".join(command), complaints.decode(errors="replace")))
        seen.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))
    return [sorted(column)[ROUNDS // 2] for column in zip(*seen)]


def main():
    events = int(sys.argv[3]) if len(sys.argv) > 3 and sys.argv[1] != "--write" else 100000
    if sys.argv[1] == "--write":
        conversation(int(sys.argv[2])).save(sys.argv[3])
        return
    with tempfile.TemporaryDirectory(prefix="socklings-bench-") as tmp:
        kept = os.path.join(tmp, ".socklings", "10_tcp_server.jsonl")
        out = os.path.join(tmp, "out")
        os.mkdir(os.path.dirname(kept))
        # Not in here: what a process starts is counted as at least as large as itself.
        subprocess.run([sys.executable, __file__, "--write", str(events), kept], check=True)
        socklings, pingpong = sys.argv[1:3]
        print("a recording of %d events, %.0f MB:" % (events, os.path.getsize(kept) / 1e6))
        trace = [socklings, "--work", tmp, "trace", "10"]
        for name, options in (("text", []), ("SVG", ["--svg", out]), ("HTML", ["--html", out]),
                              ("JSON", ["--json", out]), ("pcap", ["--pcap", out])):
            print("  %-22s %5.2f s %6.0f MB" % (name, *cost(trace + options)))
        # It makes 4 calls a message, and its peer is in the same recording.
        seconds, megabytes = cost([socklings, "trace", "--json", out, "--", pingpong, str(events // 6)])
        with open(out, "rb") as recording:
            lines = sum(1 for _ in recording)
        print("  recorded: %d events %5.2f s %6.0f MB" % (lines, seconds, megabytes))


if __name__ == "__main__":
    main()
