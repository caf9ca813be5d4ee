"""The solutions of labs 11 and 13 with programs that are not ours, and with unkind ones; prints TAP.

    python3 tests/labs/others_streams.py BUILD-FOLDER     from the top of the tree
"""
import os
import random
import shutil
import socket
import struct
import subprocess
import threading
import time

from real import DEADLINE, SANITIZE, compiled, finish, free_port, say, settles, skip

MIB = 1 << 20


class Program:
    """A program with pipes; line() reads what it prints."""

    def __init__(self, *command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)

    def line(self):
        return self.process.stdout.readline()

    def type(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self):
        """Closes its input; what it still printed, and its status."""
        out, err = self.process.communicate(timeout=DEADLINE)
        return out, err, self.process.returncode

    def stop(self):
        self.process.terminate()
        return self.end()


def dial(port):
    s = socket.create_connection(("127.0.0.1", port), DEADLINE)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def exactly(s, size):
    data = b""
    while len(data) < size:
        piece = s.recv(size - len(data))
        if not piece:
            raise EOFError(f"{len(data)} of {size} bytes")
        data += piece
    return data


def frame(payload):
    return struct.pack(">I", len(payload)) + payload


def read_frame(s):
    return exactly(s, struct.unpack(">I", exactly(s, 4))[0])


def is_over(s):
    """The other side ended or broke off, and sent nothing before."""
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def noise(port, times):
    """Bytes that are frames by chance only, with small lengths often, and every kind of end."""
    dice = random.Random(13)
    for _ in range(times):
        data = b"".join(
            struct.pack(">I", dice.choice((0, 1, 7, dice.randrange(1 << 16), dice.randrange(1 << 32))))
            + dice.randbytes(dice.choice((0, 1, 7, 100, 20000))) for _ in range(dice.randrange(1, 6)))
        with dial(port) as s:
            try:
                s.sendall(data)
                if dice.random() < 0.5:
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(65536):
                        pass
            except OSError:  # it was right to break off
                pass


# --- lab 13 ---

def frames_to_server(path):
    port = free_port()
    server = Program(path, str(port))
    ready = server.line()
    say(b"listening on" in ready, "framed_server says that it listens", ready)
    with dial(port) as s:
        for size in (0, 1, 255, 256, 65535, 65536, MIB):
            payload = bytes(i * 7 % 256 for i in range(min(size, 5000))).ljust(size, b"z")
            s.sendall(frame(payload))
            wanted = bytes(b - 32 if 97 <= b <= 122 else b for b in payload)
            got = read_frame(s)
            say(got == wanted, f"framed_server and Python: a frame of {size} bytes", len(got))
    with dial(port) as s:
        words = [b"word%d" % i for i in range(5000)]
        stream = b"".join(frame(w) for w in words)
        reader = []
        thread = threading.Thread(target=lambda: reader.extend(read_frame(s) for _ in words))
        thread.start()
        dice = random.Random(1)
        while stream:  # anyhow cut and joined
            n = dice.choice((1, 2, 3, 5, 11, 1000, 30000))
            s.sendall(stream[:n])
            stream = stream[n:]
        thread.join(DEADLINE)
        say(reader == [w.upper() for w in words],
            "5000 frames, cut and joined at random, have 5000 answers", len(reader))
    strangers = {
        "2^20 + 1": b"\x00\x10\x00\x01", "2^31": b"\x80\0\0\0", "2^31 - 1": b"\x7f\xff\xff\xff",
        "2^32 - 1": b"\xff\xff\xff\xff", "a cut frame": b"\0\0\0\7half", "half a length": b"\0\0",
        "nothing at all": b"",
    }
    for name, data in strangers.items():
        with dial(port) as s:
            s.sendall(data)
            if len(data) != 4:
                s.shutdown(socket.SHUT_WR)
            say(is_over(s), f"framed_server closes without an answer: {name}")
    with dial(port) as s:  # a good frame, and a lie behind it in the same segment
        s.sendall(frame(b"good") + b"\xff\xff\xff\xff")
        say(read_frame(s) == b"GOOD" and is_over(s), "what came before the lie is answered")
    for cut in range(0, 12):  # reset at every possible moment
        s = dial(port)
        s.sendall((frame(b"abcdefg") + frame(b"xy"))[:cut])
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    with dial(port) as s:
        s.sendall(frame(b"still there?"))
        say(read_frame(s) == b"STILL THERE?", "framed_server has survived 12 resets")
    noise(port, 200)
    with dial(port) as s:
        s.sendall(frame(b"and now?"))
        say(read_frame(s) == b"AND NOW?", "framed_server has survived 200 streams of noise")
    open_files = settles(lambda: os.listdir(f"/proc/{server.process.pid}/fd"), lambda seen: len(seen) <= 4)
    say(len(open_files) <= 4, "framed_server has no client's descriptor left", open_files)
    for name, command in {"nc": ["nc", "-N", "127.0.0.1", str(port)],
                          "socat": ["socat", f"-t{DEADLINE}", "-", f"TCP:127.0.0.1:{port}"]}.items():
        if not shutil.which(name):
            skip(f"framed_server and {name}", f"there is no {name}")
            continue
        got = subprocess.run(command, input=frame(b"a\0b") + frame(b""), stdout=subprocess.PIPE,
                             timeout=DEADLINE).stdout
        say(got == frame(b"A\0B") + frame(b""), f"framed_server and {name}", got)
    out, err, status = server.stop()
    say(status == 0, "framed_server ends with status 0 on SIGTERM", (status, err))
    say(b"Sanitizer" not in err and b"runtime error" not in err, "no sanitizer complains", err)


def client_to_frames(path):
    def run(text, serve):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(DEADLINE)

            def accept():
                s, _ = listener.accept()
                with s:
                    s.settimeout(DEADLINE)
                    try:
                        serve(s)
                    except (EOFError, ConnectionError):
                        pass

            thread = threading.Thread(target=accept)
            thread.start()
            done = subprocess.run([path, "127.0.0.1", str(listener.getsockname()[1])], input=text,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE)
            thread.join()
            return done

    def reverse(s):
        while True:
            s.sendall(frame(read_frame(s)[::-1]))

    done = run(b"abc\n\na\0b\nlast", reverse)
    say((done.stdout, done.returncode) == (b"cba\n\nb\0a\ntsal\n", 0),
        "framed_client and a Python server: empty, with a zero, without a newline", done)
    done = run(b"x" * MIB + b"\n", reverse)
    say(done.returncode == 0 and done.stdout == b"x" * MIB + b"\n",
        "framed_client: a line of just 1 MiB", (done.returncode, len(done.stdout)))
    done = run(b"x" * (MIB + 1) + b"\n", reverse)
    say(done.returncode == 1 and done.stderr != b"", "framed_client: a line of 1 MiB and 1 byte",
        done.returncode)
    done = run(b"", reverse)
    say((done.stdout, done.returncode) == (b"", 0), "framed_client: no input at all", done)
    for name, answer in {"no answer": b"", "half a length": b"\0\0", "half an answer": b"\0\0\0\5abc",
                         "2^31": b"\x80\0\0\0", "2^32 - 1": b"\xff\xff\xff\xff"}.items():
        done = run(b"hello\n", lambda s: (read_frame(s), s.sendall(answer)))
        say(done.returncode == 1 and done.stderr != b"" and b"Sanitizer" not in done.stderr,
            f"framed_client says so and ends with status 1: {name}", done)


# --- lab 11 ---

def chat_listens(path):
    port = free_port()
    for name, command in {"nc": ["nc", "127.0.0.1", str(port)],
                          "socat": ["socat", "-", f"TCP:127.0.0.1:{port}"]}.items():
        if not shutil.which(name):
            skip(f"tcp_chat listen and {name}", f"there is no {name}")
            continue
        chat = Program(path, "listen", str(port))
        chat.line()
        other = Program(*command)
        other.type(b"hello\n")
        heard = chat.line()
        chat.type(b"good day\n")
        answer = other.line()
        other.type(b"byebye\n")
        out, err, status = chat.end()
        other.end()
        say(b"hello" in heard and answer == b"good day\n" and b"byebye" in out and status == 0,
            f"tcp_chat listen and {name}", (heard, answer, out, err, status))
    chat = Program(path, "listen", str(port))
    chat.line()
    with dial(port) as s:
        for piece in (b"on", b"e line\r\nand ano", b"ther\nbyebye\n"):
            s.sendall(piece)
        heard = [chat.line()]
        chat.type(b"yes\nno\n")
        heard.append(chat.line())
        got = exactly(s, 7)
        end = s.recv(1)
        out, err, status = chat.end()
    say(b"one line\n" in heard[0] and b"another\n" in heard[1] and got == b"yes\nno\n" and
        end == b"" and status == 0,
        "tcp_chat listen and Python: pieces, lines out of turn, byebye", (heard, got, end, out, status))
    chat = Program(path, "listen", str(port))
    chat.line()
    with dial(port) as s:
        s.sendall(b"x" * 100000)  # and never a newline
        out, err, status = chat.end()
    say(status == 1 and err != b"", "a line without an end is refused", (status, err))


def chat_calls(path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        port = str(listener.getsockname()[1])

        def begin(first):
            chat = Program(path, "connect", "127.0.0.1", port)
            chat.type(first)
            s, _ = listener.accept()
            s.settimeout(DEADLINE)
            return chat, s, exactly(s, len(first))

        chat, s, got = begin(b"first\n")
        with s:
            s.sendall(b"sec")
            s.sendall(b"ond\nthird\n")
            heard = chat.line()
            chat.type(b"fourth\n")
            got += exactly(s, 7)
            heard += chat.line()
            chat.process.stdin.close()  # its turn, and the input has ended
            got += b"".join(iter(lambda: s.recv(100), b""))
        status = chat.process.wait(DEADLINE)
        chat.process.stdin = None
        chat.end()
        say(got == b"first\nfourth\nbyebye\n" and b"second" in heard and b"third" in heard and
            status == 0, "tcp_chat connect and Python: the end of input says byebye",
            (got, heard, status))

        chat, s, got = begin(b"byebye\n")  # and the other side never closes
        begun = time.monotonic()
        ended = s.recv(1) == b""
        status = chat.process.wait(DEADLINE)
        took = time.monotonic() - begun
        chat.end()
        s.close()
        say(ended and status == 0 and took < DEADLINE / 2,
            "tcp_chat does not wait for ever for the other's close", (ended, status, took))

        chat, s, got = begin(b"byebye\n")  # and the other side never stops
        stop = threading.Event()

        def chatter():
            try:
                while not stop.is_set():
                    s.sendall(b"and another thing\n" * 100)
            except OSError:
                pass

        thread = threading.Thread(target=chatter)
        thread.start()
        status = chat.process.wait(DEADLINE)
        stop.set()
        thread.join()
        chat.end()
        s.close()
        say(status == 0, "tcp_chat does not listen for ever after the last word", status)

        chat, s, got = begin(b"hello\n")
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
        out, err, status = chat.end()
        say(status == 1 and err != b"", "tcp_chat: a reset is status 1", (status, err))
    if not shutil.which("socat"):
        skip("tcp_chat connect and socat", "there is no socat")
        return
    port = free_port()
    peer = Program("socat", "-d", "-d", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr", "EXEC:cat")
    while b"listening on" not in (line := peer.process.stderr.readline()) and line:
        pass
    done = subprocess.run([path, "connect", "127.0.0.1", str(port)], input=b"echo?\nbyebye\n",
                          stdout=subprocess.PIPE, timeout=DEADLINE)
    peer.end()
    say(done.returncode == 0 and b"echo?" in done.stdout, "tcp_chat connect and socat", done)


try:
    for sanitize in ([], SANITIZE):
        frames_to_server(compiled("13_stream_framing", "framed_server", sanitize))
    client_to_frames(compiled("13_stream_framing", "framed_client"))
    chat = compiled("11_tcp_chat", "tcp_chat")
    chat_listens(chat)
    chat_calls(chat)
finally:
    finish()
