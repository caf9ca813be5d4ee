"""The servers that answer messages over TCP, labs 10 and 13: on one processor, where every instruction
of the server is time that the client does not have."""
from arena import compete, program, solution

MS = 100  # of many short rounds, so that no contender has the machine's quiet moments for itself


def against_plain(folder, build, rounds, lab, name, plain, kind):
    ours = solution(folder, build, lab, name)
    if ours is None:
        return
    plain = program(folder, plain)
    load = program(folder, "stream_load.c")
    for ahead in ("1", "16"):
        compete("%s, one processor, %s under way, messages a second" % (name, ahead), "tcp",
                {"solution": [ours, "PORT"], "plainest C loop": [plain, "PORT"]},
                [load, "PORT", kind, ahead, str(MS)], MS / 1000, (0, 0), 5 * rounds,
                {"plainest C loop": 0.95})


def tcp_server(folder, build, rounds):
    against_plain(folder, build, rounds, "10_tcp_server", "tcp_server", "tcp_plain.c", "echo")


def framed_server(folder, build, rounds):
    against_plain(folder, build, rounds, "13_stream_framing", "framed_server", "framed_plain.c",
                  "frames")
