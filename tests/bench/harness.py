#!/usr/bin/env python3
"""The plain way, to compare with: compile the program, start it, wait until it says that it listens,
send three datagrams and compare the answers. Prints the medians in milliseconds: compile, exchange.

    harness.py ROUNDS SOURCE LIB_DIR LIB_ARCHIVE
"""
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time


def once(folder, source, lib_dir, archive):
    start = time.monotonic()
    binary = os.path.join(folder, "program")
    subprocess.run(
        ["gcc", "-std=gnu11", "-O0", "-g", "-Wall", "-Wextra", "-I", lib_dir, "-o", binary, source,
         archive, "-pthread"], check=True)
    built = time.monotonic()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen([binary, str(port)], stdout=subprocess.PIPE) as server:
        server.stdout.readline()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.settimeout(5)
            for _ in range(3):
                message = b"%016x" % random.getrandbits(64)
                client.sendto(message, ("127.0.0.1", port))
                assert client.recv(65536) == message
        server.terminate()
        server.wait()
    return built - start, time.monotonic() - built


def main():
    rounds = int(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        times = [once(folder, *sys.argv[2:]) for _ in range(rounds)]
    print(*("%.1f" % (1000 * statistics.median(column)) for column in zip(*times)))


main()
