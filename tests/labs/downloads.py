"""The downloads of labs 14 and 15 against an unkind world; prints TAP.

    python3 tests/labs/downloads.py BUILD-FOLDER [SEED]     from the top of the tree
"""
import os
import random
import socket
import struct
import subprocess
import sys
import threading
import time

from real import DEADLINE, build, finish, folder, say, settles, skip

seed = int(sys.argv[2]) if len(sys.argv) > 2 else 15
share = os.path.join(folder, "share")


def compiled(name, out, *flags, change=lambda text: text):
    """A program of a solution; `change` may edit its text before."""
    path = os.path.join(folder, out)
    lab = "14_simple_download" if name.startswith("simple") else "15_file_download"
    with open(f"labs/{lab}/solution/{name}.c", encoding="utf-8") as source:
        text = change(source.read())
    with open(path + ".c", "w", encoding="utf-8") as source:
        source.write(text)
    subprocess.run([os.environ.get("CC", "cc"), "-g", "-Ilib", "-o", path, path + ".c", *flags,
                    os.path.join(build, "libsocklings.a")], check=True)
    return path


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def child_states(server):
    with open(f"/proc/{server.process.pid}/task/{server.process.pid}/children", encoding="ascii") as file:
        pids = file.read().split()
    states = []
    for pid in pids:
        try:
            states.append(read(f"/proc/{pid}/stat").rsplit(b")", 1)[1].split()[0])
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has been reaped meanwhile
    return states


class Server:
    """A server of files; ready when it has said that it listens."""

    def __init__(self, path, **more):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.log = open(os.path.join(folder, "log"), "w+b")
        self.process = subprocess.Popen([path, str(self.port), share], stdout=subprocess.PIPE,
                                        stderr=self.log, **more)
        self.process.stdout.readline()
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(DEADLINE)
        self.log.seek(0)
        self.errors = self.log.read()
        self.log.close()

    def connect(self, request=b"", receive=0):
        s = socket.socket()
        s.settimeout(DEADLINE)
        if receive:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
        s.connect(("127.0.0.1", self.port))
        s.sendall(request)
        return s

    def ask(self, request):
        """Everything that comes back, to the end of the stream."""
        with self.connect(request) as s:
            s.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: s.recv(65536), b""))


class Fake:
    """A server that says what it is told to, once for each client, and closes."""

    def __init__(self, *answers):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(DEADLINE)
        self.port = self.listener.getsockname()[1]
        self.requests = []
        self.thread = threading.Thread(target=self.serve, args=(answers,))
        self.thread.start()

    def serve(self, answers):
        for answer in answers:
            s, _ = self.listener.accept()
            with s:
                s.settimeout(DEADLINE)
                self.requests.append(s.recv(9000))
                try:
                    s.sendall(answer)
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(9000):
                        pass
                except OSError:
                    pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.thread.join(DEADLINE)
        self.listener.close()


def fetch(path, port, *args, cwd=folder, **more):
    return subprocess.run([path, "127.0.0.1", str(port), *args], cwd=cwd, capture_output=True,
                          timeout=DEADLINE, check=False, **more)


def write(name, data):
    path = os.path.join(share, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def names(path, how):
    """Every name that leads out is refused, however the kernel is asked."""
    hostile = [b"../secret", b"sub/../../secret", b"/etc/passwd", b"link", b"up/secret", b"sub/up/secret",
               b"inside", b"pipe", b"sub", b"", b".", b"..", b"sub/..", b"a.txt/", b"a.txt/b", b"/",
               b"sub//two", b"null", b"sock", b"a.txt\0", b"a.txt\0.jpg", b"n" * 256, b"n/" * 2040, b"n" * 4096,
               b"a.txt\r", b"a.txt 0 0", b"a.txt  1", b"a.txt +1", b"a.txt 0x1", b"a.txt 1 ",
               b"a.txt -9223372036854775808", b"a.txt 9223372036854775808", b"%2e%2e/secret",
               b"....//secret", b"..\\secret", b"x" * 9000]
    with Server(path) as server:
        for name in hostile:
            got = server.ask(b"GET " + name + b"\n")
            say(got.startswith(b"ERR ") and got.count(b"\n") == 1 and got.endswith(b"\n"),
                f"{how}: refused: {name[:30]!r}", got)
        for request in (b"GET a.txt", b"get a.txt\n", b"GET\n", b"\n", b"GETa.txt\n", b"\0\n"):
            got = server.ask(request)
            say(got.startswith(b"ERR "), f"{how}: no request: {request!r}", got)
        say(server.ask(b"") == b"", f"{how}: who says nothing is told nothing")
        got = server.ask(b"GET sub/two\n")
        say(got == b"OK 3\ntwo", f"{how}: an honest name is served after all these", got)


def changing_files(server):
    for what, size, wanted in (("shrinks", 1000, "less"), ("grows", 90_000_000, "just")):
        path = write("changing", b"")
        os.truncate(path, 60_000_000)
        with server.connect(b"GET changing\n", receive=4096) as s:
            got = len(s.recv(100))
            os.truncate(path, size)
            while piece := s.recv(1 << 20):
                got += len(piece)
        got -= len("OK 60000000\n")
        say(got < 60_000_000 if wanted == "less" else got == 60_000_000,
            f"of a file that {what} while it is sent, {wanted} so much comes as was announced", got)


def ordinary():
    """How root starts a program that may not do everything."""
    return {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def permissions(path, client):
    """Files and folders that the server, or the client, may not open."""
    os.chmod(folder, 0o755)
    os.chmod(write("shut.txt", b"shut"), 0)
    write("closed/inside", b"inside")
    os.chmod(os.path.join(share, "closed"), 0)
    with Server(path, **ordinary()) as server:
        for name in (b"shut.txt", b"closed/inside"):
            say(server.ask(b"GET " + name + b"\n") == b"ERR Permission denied\n",
                f"the server says that it may not open {name.decode()}")
        say(server.ask(b"GET a.txt\n") == b"OK 5\nalpha", "and goes on")
        done = fetch(client, server.port, "a.txt", os.path.join(share, "closed", "a.txt"), **ordinary())
        say(done.returncode == 1 and b"Permission denied" in done.stderr and b"closed/a.txt.part" in done.stderr,
            "the client says where it may not save", done)
    os.chmod(share, 0)
    done = subprocess.run([path, "1", share], capture_output=True, timeout=DEADLINE, check=False, **ordinary())
    say(done.returncode == 1 and b"Permission denied" in done.stderr,
        "a folder that the server may not enter is told, and it does not listen", done)
    for name in (share, os.path.join(share, "closed")):
        os.chmod(name, 0o755)


def one_byte_at_a_time(path):
    """A client that never finishes its request: with a patience of a second here, else of sixty."""
    with Server(path) as server, server.connect() as s:
        s.settimeout(0.05)
        until = time.monotonic() + DEADLINE
        ended = False
        while not ended and time.monotonic() < until:
            try:
                s.sendall(b"G")
                ended = s.recv(1) == b""
            except socket.timeout:
                pass
            except OSError:
                ended = True
        say(ended, "a client that sends a byte now and then, and never a newline, is sent away")
        fds = settles(lambda: (descriptors(server), child_states(server)), lambda seen: seen == (4, []))
        say(fds == (4, []), "and nothing is left of it", fds)


def killed_client(client):
    """A client that is killed has kept what it had, and its next run goes on from there."""
    data = write("killed", random.randbytes(3_000_000))
    part = os.path.join(folder, "killed.part")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        process = subprocess.Popen([client, "127.0.0.1", str(listener.getsockname()[1]), "killed"], cwd=folder,
                                   stderr=subprocess.DEVNULL)
        s, _ = listener.accept()
        with s:
            s.sendall(b"OK 3000000\n" + read(data)[:1_700_000])
            size = settles(lambda: os.path.exists(part) and os.stat(part).st_size, lambda size: size == 1_700_000)
            process.kill()
            process.wait(DEADLINE)
    say(size == 1_700_000 and read(part) == read(data)[:1_700_000],
        "a client that is killed leaves all that had come", size)
    with Fake(b"OK 3000000\n" + read(data)[1_700_000:]) as fake:
        done = fetch(client, fake.port, "killed")
    say(fake.requests == [b"GET killed 1700000\n"] and done.returncode == 0 and
        read(os.path.join(folder, "killed")) == read(data), "and its next run asks for the rest, and for no more",
        (fake.requests, done))


def many_clients(server):
    path = write("large", b"")
    os.truncate(path, 200_000_000)
    silent = [server.connect(b"GET large\n", receive=4096) for _ in range(5)]
    silent += [server.connect(b"GET a") for _ in range(5)]
    silent += [server.connect() for _ in range(5)]
    say(server.ask(b"GET a.txt\n") == b"OK 5\nalpha", "clients that read or say nothing stop nobody")
    for s in silent:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    for _ in range(40):
        server.ask(b"GET a.txt\n")
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        memory = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    say(memory < 4096, "the server's memory stays below 4 MiB", memory)
    fds = settles(lambda: descriptors(server), lambda n: n <= 5)
    say(fds <= 5, "no descriptor is left behind", fds)
    states = settles(lambda: child_states(server), lambda seen: b"Z" not in seen)
    say(b"Z" not in states, "no child is left as a zombie", states)


def large_files(server, client):
    path = write("sparse", b"")
    os.truncate(path, 5 << 30)
    with open(path, "r+b") as file:
        file.seek((5 << 30) - 5)
        file.write(b"theis")
    out = os.path.join(folder, "sparse")
    with open(out + ".part", "wb") as file:
        file.truncate((5 << 30) - 1000)
    done = fetch(client, server.port, "sparse")
    with open(out, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(-5, os.SEEK_END)
        end = file.read()
    say(done.returncode == 0 and size == 5 << 30 and end == b"theis",
        "the last 1000 bytes of 5 GiB are fetched and put in their place", (done, size, end))
    os.unlink(out)
    path = write("middle", random.randbytes(30_000_000))
    done = fetch(client, server.port, "middle")
    say(done.returncode == 0 and read(os.path.join(folder, "middle")) == read(path), "30 MB arrive as they are",
        done)


def memory_of(client):
    """Asked when all but the last byte has come."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        process = subprocess.Popen([client, "127.0.0.1", str(listener.getsockname()[1]), "memory"], cwd=folder,
                                   stderr=subprocess.DEVNULL)
        s, _ = listener.accept()
        with s:
            s.sendall(b"OK 20000001\n" + bytes(20_000_000))
            part = os.path.join(folder, "memory.part")
            settles(lambda: os.stat(part).st_size, lambda size: size == 20_000_000)
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                memory = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
            s.sendall(b"x")
            say(process.wait(DEADLINE) == 0 and memory < 4096, "the client's memory stays below 4 MiB", memory)


# What splice() may be like elsewhere, in the place of the client's own: PIPE is the pipe that it reads.
PIPE = "(from) == t->pipe[0]"
SPLICES = {
    "that is not there": "(errno = ENOSYS, (ssize_t)-1)",
    "that cannot write to this file system":
        f"({PIPE} ? (errno = EINVAL, (ssize_t)-1) : splice(from, a, to, b, n, f))",
    "that stops writing to it after a while":
        f"({PIPE} && t->have > 200000 ? (errno = EINVAL, (ssize_t)-1) : splice(from, a, to, b, n, f))",
    "that moves 999 bytes at most": "splice(from, a, to, b, (n) < 999 ? (n) : 999, f)",
}


def with_splice(what, instead):
    line = f'#include "lab.h"\n#define splice(from, a, to, b, n, f) {instead}\n'
    return compiled("file_client", "client_" + what.replace(" ", "_"),
                    change=lambda text: text.replace('#include "lab.h"\n', line))


def other_splices(server):
    """The way through a pipe is for speed only: the file comes without it too."""
    data = write("spliced", random.randbytes(3_000_000))
    for what, instead in SPLICES.items():
        client = with_splice(what, instead)
        done = fetch(client, server.port, "spliced")
        say(done.returncode == 0 and read(os.path.join(folder, "spliced")) == read(data),
            f"3 MB arrive as they are with a splice() {what}", done)
        os.unlink(os.path.join(folder, "spliced"))
    with Fake(b"OK 3000000\n" + read(data)[:700_000]) as fake:
        done = fetch(client, fake.port, "spliced")
    part = os.path.join(folder, "spliced.part")
    say(done.returncode == 1 and b"700000 of 3000000" in done.stderr and read(part) == read(data)[:700_000],
        "what came before the end is in the part, and counted to the byte", done)
    done = fetch(client, server.port, "spliced")
    say(done.returncode == 0 and read(os.path.join(folder, "spliced")) == read(data), "and the rest follows", done)


def full_disk(server, client, how):
    title = f"a full disk keeps the part and says so; with room again the rest follows ({how})"
    script = ('mount -t tmpfs -o size=1m none "$1" && cd "$1" && { "$2" 127.0.0.1 "$3" middle; echo $?; '
              'ls; stat -c %s middle.part; mount -o remount,size=64m "$1" && cd "$1" && '
              '"$2" 127.0.0.1 "$3" middle && cmp middle "$4"; echo $?; ls; }')
    disk = os.path.join(folder, "disk")
    os.makedirs(disk, exist_ok=True)
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"], check=False).returncode != 0:
        skip(title, "only root can mount a small disk")
        return
    done = subprocess.run(["unshare", "-m", "sh", "-c", script, "sh", disk, client, str(server.port),
                           os.path.join(share, "middle")], capture_output=True, timeout=DEADLINE,
                          check=False)
    lines = done.stdout.decode().split()
    say(lines == ["1", "middle.part", "1048576", "0", "middle"] and b"No space left on device" in done.stderr
        and b"middle.part has the first 1048576 bytes" in done.stderr, title, done)


def the_client(client):
    with Fake(b"OK 10\nfour", b"OK 6\nsix") as fake:
        first = fetch(client, fake.port, "x")
        say(first.returncode == 1 and b"4 of 10" in first.stderr, "a cut transfer tells both numbers", first)
        say(read(os.path.join(folder, "x.part")) == b"four", "and keeps what has come")
        second = fetch(client, fake.port, "x")
        say(second.returncode == 0 and fake.requests[1] == b"GET x 4\n" and
            read(os.path.join(folder, "x")) == b"foursi", "the rest is asked for", (second, fake.requests))
    with open(os.path.join(folder, "y.part"), "wb") as file:
        file.write(b"a part of something longer")
    with Fake(b"ERR too far\n", b"OK 3\nnew") as fake:
        done = fetch(client, fake.port, "y")
    say(done.returncode == 0 and read(os.path.join(folder, "y")) == b"new",
        "a part that is longer than the file is thrown away, once the file is there", done)
    with Fake(b"ERR \x1b]0;owned\x07\x1b[2J\n") as fake:
        done = fetch(client, fake.port, "z")
    say(done.returncode == 1 and b"\x1b" not in done.stderr, "a server's reason does not control a terminal", done)
    say(not os.path.exists(os.path.join(folder, "z.part")), "nothing is left of what was never there")
    os.symlink("/etc/nobody", os.path.join(folder, "l.part"))
    done = fetch(client, 1, "l")
    say(done.returncode == 1 and b"l.part" in done.stderr, "a link in the place of the part is not followed", done)
    done = fetch(client, 1, "x", "no/such/folder/x")
    say(done.returncode == 1 and b"No such file" in done.stderr, "an OUT that cannot be is told at once", done)
    done = fetch(client, 1, "x", "share")
    say(done.returncode == 1 and b"folder" in done.stderr, "an OUT that is a folder is told at once", done)
    for name in ("a b", "a\nb", "", "sub/", ".."):
        done = fetch(client, 1, name)
        say(done.returncode != 0 and b"connect" not in done.stderr, f"no request is made for {name!r}", done)
    done = fetch(client, 1, "x", "--from", "klingon")
    say(done.returncode == 1 and b"klingon" in done.stderr, "an encoding that nobody knows is told at once", done)
    text = "中文，你好\n".encode("gbk") * 1000 + b"\xff\xff end"
    with Fake(b"OK %d\n" % len(text) + text) as fake:
        done = fetch(client, fake.port, "--from", "gbk", "poem")
    say(done.stdout == "中文，你好\n".encode() * 1000 + "\ufffd\ufffd end".encode() and
        read(os.path.join(folder, "poem")) == text, "GBK is shown as UTF-8 and saved as it is", done.stdout[-40:])


def resets(server, moments, title):
    """Clients break off at every moment: after each byte of their request, and of what comes."""
    for sent, received in moments:
        s = server.connect(b"GET a.txt\n"[:sent] if "15" in title else b"a.txt\n"[:sent], receive=2048)
        if received:
            s.recv(received)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    alive = server.process.poll() is None
    fds = settles(lambda: descriptors(server), lambda n: n <= 6) if alive else -1
    say(alive and fds <= 6, f"{title}: resets at every moment cost nothing but themselves", (alive, fds))


def simple(sanitizers):
    """Lab 14."""
    client = compiled("simple_client", "simple_client")
    title = "lab 14"
    with Server(compiled("simple_server", "simple_server", *sanitizers)) as server:
        for name in (b"../secret", b"/etc/passwd", b"link", b"up/secret", b"inside", b"pipe", b"sub", b"null",
                     b"sock", b".", b"..", b"", b"\n", b"a.txt\0", b"a.txt\0\n", b"n" * 255, b"n" * 256,
                     b"n" * 257, b"n" * 4096, b"sub/two", b"no"):
            got = server.ask(name)
            say(got == b"", f"{title}: no bytes for {name[:30]!r}", got)
        say(server.ask(b"a.txt") == b"alpha" and server.ask(b"a.txt\n") == b"alpha",
            f"{title}: an honest name is served after all these, with a newline and without")
        with server.connect(b"a.txt") as s:
            say(s.recv(100) == b"alpha", f"{title}: a client that ends neither name nor stream is served too")
        resets(server, [(n, 0) for n in range(7)] + [(6, n) for n in range(1, 5)], title)
        random.seed(seed)
        data = write("any.bin", random.randbytes(3_000_000))
        done = fetch(client, server.port, "any.bin")
        say(done.returncode == 0 and read(os.path.join(folder, "any.bin")) == read(data),
            f"{title}: 3 MB of any bytes arrive as they are", done)
        os.unlink(os.path.join(folder, "any.bin"))
        with open(os.path.join(folder, "kept"), "wb") as file:
            file.write(b"old")
        done = fetch(client, server.port, "no", "kept")
        say(done.returncode == 1 and read(os.path.join(folder, "kept")) == b"old",
            f"{title}: a name that nobody knows costs no old file", done)
    say(server.status == 0 and b"Sanitizer" not in server.errors and b"runtime error" not in server.errors,
        f"{title}: the server ends with status 0, and the sanitizers found nothing", server.errors[-400:])


def strangers(server, client):
    """Random bytes for both parsers, from a seed; both are built with ASan and UBSan."""
    random.seed(seed)
    words = [b"GET ", b"a.txt", b" ", b"0", b"18446744073709551615", b"\0", b"\n", b"../", b"/", b"-1",
             b"\xff\xfe", b"sub/two", b"A" * 300, b"\r\n", b"%s%n"]
    strange = []
    for _ in range(300):
        request = b"".join(random.choice(words) for _ in range(random.randrange(1, 9)))
        try:
            answer = server.ask(request)
        except ConnectionError as error:
            answer = repr(error).encode()
        if answer and not answer.startswith((b"OK ", b"ERR ")):
            strange.append((request, answer))
    say(not strange, f"300 strange requests get an answer or an end (seed {seed})", strange[:3])
    words = [b"OK ", b"ERR ", b"5", b"\n", b"\0", b"-", b"hello", b"99999999999999999999", b"9" * 18,
             b"\x1b[2J", b"B" * 1500, b" ", b"0"]
    answers = [b"".join(random.choice(words) for _ in range(random.randrange(1, 7))) for _ in range(40)]
    strange = []
    with Fake(*answers) as fake:
        for answer in answers:
            for name in ("fuzz", "fuzz.part"):
                if os.path.exists(os.path.join(folder, name)):
                    os.unlink(os.path.join(folder, name))
            done = fetch(client, fake.port, "fuzz")
            saved = os.path.exists(os.path.join(folder, "fuzz"))
            if done.returncode not in (0, 1) or b"Sanitizer" in done.stderr or saved != (done.returncode == 0):
                strange.append((answer, done))
    say(not strange, f"40 strange answers end the client with 0 and a file, or with 1 and none (seed {seed})",
        strange[:2])


def main():
    random.seed(seed)
    os.mkdir(share)
    write("a.txt", b"alpha")
    write("sub/two", b"two")
    with open(os.path.join(folder, "secret"), "wb") as file:
        file.write(b"secret")
    for link, target in (("link", "../secret"), ("up", ".."), ("sub/up", "../.."), ("inside", "a.txt"),
                         ("null", "/dev/null")):
        os.symlink(target, os.path.join(share, link))
    os.mkfifo(os.path.join(share, "pipe"))
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(os.path.join(share, "sock"))
    sanitizers = ["-fsanitize=address,undefined", "-fno-sanitize-recover=undefined"]
    client = compiled("file_client", "file_client")
    server = compiled("file_server", "file_server")
    names(server, "openat2")
    names(compiled("file_server", "by_parts", change=lambda text: text.replace("SYS_openat2", "-1L")),
          "part by part")
    simple(sanitizers)
    permissions(server, client)
    one_byte_at_a_time(compiled("file_server", "hasty",
                                change=lambda text: text.replace("PATIENCE = 60", "PATIENCE = 1")))
    with Server(server) as running:
        changing_files(running)
        resets(running, [(n, 0) for n in range(11)] + [(10, n) for n in range(1, 11)], "lab 15")
        many_clients(running)
        large_files(running, client)
        killed_client(client)
        other_splices(running)
        full_disk(running, client, "with splice()")
        full_disk(running, with_splice("for no disk", SPLICES["that is not there"]), "without")
    memory_of(client)
    say(running.status == 0, "the server ends with status 0 on SIGTERM", running.status)
    the_client(client)
    with Server(compiled("file_server", "server_asan", *sanitizers)) as running:
        strangers(running, compiled("file_client", "client_asan", *sanitizers))
    say(running.status == 0 and b"Sanitizer" not in running.errors and b"runtime error" not in running.errors,
        "the sanitizers have found nothing in the server", running.errors[-400:])


try:
    main()
finally:
    finish()
