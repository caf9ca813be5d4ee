"""The solutions of labs 07 and 08 and programs in Python, over the loopback; prints TAP.

    python3 tests/labs/others_chat.py BUILD-FOLDER     from the top of the tree
"""
import signal
import socket
import subprocess

from real import DEADLINE, compiled, finish, same, say


def datagrams(port=0, to=None):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(DEADLINE)
    s.bind(("127.0.0.1", port))
    if to:
        s.connect(("127.0.0.1", to))
    return s


def free_port():
    with datagrams() as s:
        return s.getsockname()[1]


def started(*command, **more):
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **more)


def stopped(process):
    process.terminate()
    _, errors = process.communicate(timeout=DEADLINE)
    return process.returncode, errors


class Member:
    """Somebody in the room."""

    def __init__(self, port, name=None):
        self.socket = datagrams(to=port)
        if name is not None:
            self.says("/join " + name)

    def says(self, text):
        self.socket.send(text if isinstance(text, bytes) else text.encode())

    def hears(self, text, title):
        got = self.socket.recv(70000)
        same(got, text.encode(), title)

    def last(self, text, title):
        """Passes over everything until text."""
        wanted = text.encode()
        while (got := self.socket.recv(70000)) != wanted:
            pass
        same(got, wanted, title)


def room():
    port = free_port()
    server = started(compiled("07_udp_chat", "chat_room"), str(port))
    server.stdout.readline()
    ann = Member(port, "ann")
    ann.hears("room: ann has joined", "whoever joins is told to everybody, himself included")
    zoe = Member(port, "Zoë")
    ann.hears("room: Zoë has joined", "a name may be in any script")
    zoe.hears("room: Zoë has joined", "and is not changed on its way")
    zoe.says("hello\0there\n")
    ann.hears("Zoë: hello\0there\n", "a text goes on as it is, with its zero byte and its newline")
    zoe.says("/who")
    zoe.hears("ann, Zoë", "/who has all names, the asker's too")
    zoe.says("/whoever")
    ann.hears("Zoë: /whoever", "an unknown word behind a slash is an ordinary text")
    zoe.says("")
    ann.hears("Zoë: ", "an empty text is a text")

    stranger = Member(port)
    stranger.says("let me in")
    stranger.hears("room: say /join NAME first", "a stranger is told what to do")
    for name in ("", "room", "a:b", "a\nb", "x" * 65):
        stranger.says("/join " + name)
        stranger.hears("room: a name is 1 to 64 bytes of UTF-8, without colons",
                       f"{name[:10]!r} is no name")
    for name in (b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"Zo\xc3", b"a\0b"):
        stranger.says(b"/join " + name)
        stranger.hears("room: a name is 1 to 64 bytes of UTF-8, without colons",
                       f"{name!r} is no name")
    stranger.says("/join ann")
    stranger.hears("room: somebody else has this name; try another", "no name is given twice")
    stranger.says("/join 😀\n")
    stranger.last("room: 😀 has joined", "a command may end in a newline, as from nc")
    ann.says("x" * 65503)
    ann.last("room: too long, nobody got it", "a text that does not fit behind its name is told")
    ann.says("x" * 65502)
    zoe.last("ann: " + "x" * 65502, "one that just fits goes through")
    stranger.last("ann: " + "x" * 65502, "to everybody")
    stranger.socket.close()
    ann.says("anybody?")
    zoe.last("room: 😀 has gone", "who has vanished is noticed when something is sent to him")
    ann.says("/join anna")
    zoe.hears("room: anna was ann before", "joining again renames")
    ann.says("/leave")
    zoe.hears("room: anna has left", "and /leave is told to the others")

    crowd = [Member(port, f"m{i}") for i in range(63)]
    late = Member(port, "late")
    late.hears("room: full", "the 65th is told that the room is full")
    zoe.says("hello all")
    crowd[-1].last("Zoë: hello all", "and a full room still talks")
    for member in crowd[:-1]:
        member.socket.close()
    zoe.says("one")
    zoe.says("two")
    crowd[-1].last("Zoë: two", "62 who vanish at once do not make one of the others miss a text")
    same(stopped(server), (0, b""), "the room ends with status 0 on SIGTERM")


def client():
    path = compiled("07_udp_chat", "room_client")
    with datagrams() as server:
        port = str(server.getsockname()[1])
        process = started(path, "127.0.0.1", port, "ann")
        text, address = server.recvfrom(70000)
        same(text, b"/join ann", "the client joins")
        server.sendto(b"bob: a\x1b[2J\nann: b", address)
        same(process.stdout.readline(), b"bob: a?[2J?ann: b\n", "control characters are not obeyed")
        process.stdin.write(b"x" * 70000 + b"\nhello\n\nlast")
        process.stdin.close()
        same([server.recv(70000) for _ in range(4)], [b"hello", b"", b"last", b"/leave"],
             "a line that is too long is left out, an empty one is sent, and so is the last")
        same(process.wait(DEADLINE), 0, "the end of the input ends the client with status 0")
        say(b"65507" in process.stderr.read(), "and the long line was told")
        process = started(path, "127.0.0.1", port, "ann")
        server.recv(70000)
        process.send_signal(signal.SIGINT)
        same(server.recv(70000), b"/leave", "Ctrl-C says good-bye")
        same(process.wait(DEADLINE), 0, "and is no failure")
        process = started(path, "127.0.0.1", port, "ann")
        server.recv(70000)
    process.stdin.write(b"is anybody here?\n")
    process.stdin.flush()
    same(process.wait(DEADLINE), 1, "a room that is not there any more ends the client: status 1")
    say(b"refused" in process.stderr.read(), "and the reason is told")


def chat():
    port = free_port()
    process = started(compiled("07_udp_chat", "udp_chat"), str(port))
    with datagrams() as bob:
        number = bob.getsockname()[1]
        process.stdin.write(f"1\nGrüß dich\n127.0.0.1\n{number}\n".encode())
        process.stdin.flush()
        same(bob.recvfrom(70000), ("Grüß dich".encode(), ("127.0.0.1", port)),
             "the chat sends a text from its port, all answers typed at once")
        bob.sendto(b"", ("127.0.0.1", port))
        bob.sendto(b"y" * 65507, ("127.0.0.1", port))
        printed = b""
        while not printed.endswith(b"y" * 65507 + b"\n"):
            printed += process.stdout.read1(70000)
        say(f"127.0.0.1({number})>>>\n127.0.0.1({number})>>>yyy".encode() in printed,
            "it shows an empty message and the longest one, with their sender", printed[:300])
        process.stdin.close()
        same(process.wait(DEADLINE), 0, "the end of the input ends it with status 0")


def beacon():
    path = compiled("08_udp_broadcast", "beacon")
    port = free_port()
    first, second = started(path, str(port), "first"), started(path, str(port), "second")
    for process in (first, second):
        process.stdout.readline()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(DEADLINE)
        asker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        for question in (b"", b"WHO", b"WHO?\0", b"WHO?" * 1000, b"WHO?"):
            asker.sendto(question, ("127.255.255.255", port))
        answers = sorted(asker.recvfrom(1000) for _ in range(2))
        same(answers, [(b"first", ("127.0.0.1", port)), (b"second", ("127.0.0.1", port))],
             "two beacons on one port answer a broadcast, and each only the question")
    for process in (first, second):
        same(stopped(process), (0, b""), "a beacon ends with status 0 on SIGTERM")


try:
    for subject in (room, client, chat, beacon):
        subject()
finally:
    finish()
