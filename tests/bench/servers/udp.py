"""udp_echo, lab 05."""
import os
import sys

from arena import (PROGRAMS, Server, compete, new_port, numbers, program, solution, tool, wanted)


def udp_echo(folder, build, rounds):
    ours = solution(folder, build, "05_udp_echo", "udp_echo")
    plain = program(folder, "udp_plain.c")
    load = program(folder, "udp_load.c")
    compete("udp_echo, one client on the same processor, replies a second", "udp",
            {"solution": [ours, "PORT"], "plainest C loop": [plain, "PORT"]},
            [load, "PORT", "clients", "1", "100"], 0.1, (0, 0), 5 * rounds,
            {"plainest C loop": 0.95})
    others = {"solution": [ours, "PORT"],
              "Python loop": [sys.executable, os.path.join(PROGRAMS, "udp_loop.py"), "PORT"]}
    socat = tool("socat")
    if socat:
        others["socat"] = [socat, "UDP4-LISTEN:PORT,fork", "PIPE"]
    compete("udp_echo, 50 clients, replies a second", "udp", others,
            [load, "PORT", "clients", "50", "200"], 0.2, (0, 1), 2 * rounds,
            {"Python loop": 1.4, "socat": 3.5}, ("socat",))
    port = new_port()
    with Server("udp", port, [ours, port]):
        sent, back = numbers([load, port, "offered", "50000", "1000"], None)
    title = "udp_echo, 50,000 a second offered"
    print("%s: %d sent, %d came back%s" % (title, sent, back,
                                           wanted(title + ", lost", sent - back, at_most=0)))
