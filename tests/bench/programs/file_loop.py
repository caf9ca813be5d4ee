"""The file transfer that a Python tutorial shows, 1 KiB at a time.

    file_loop.py serve PORT FOLDER [unbuffered]
    file_loop.py fetch PORT NAME OUT [unbuffered]

A file that open() gives has a buffer of its own, so fewer calls reach the kernel than the loop makes.
Unbuffered, each read and each write of 1 KiB is one.
"""
import os
import socket
import sys


def serve(port, folder, buffering):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(port)))
    server.listen()
    while True:
        connection, _ = server.accept()
        name = connection.recv(1024).decode().strip()
        with open(os.path.join(folder, name), "rb", buffering) as file:
            data = file.read(1024)
            while data:
                connection.sendall(data)
                data = file.read(1024)
        connection.close()


def fetch(port, name, out, buffering):
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.sendall(name.encode() + b"\n")
    with open(out, "wb", buffering) as file:
        data = connection.recv(1024)
        while data:
            file.write(data)
            data = connection.recv(1024)


what, *arguments = sys.argv[1:]
unbuffered = arguments[-1] == "unbuffered"
{"serve": serve, "fetch": fetch}[what](*arguments[:len(arguments) - unbuffered], 0 if unbuffered else -1)
