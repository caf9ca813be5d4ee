"""The file transfer that a Python tutorial shows, 1 KiB at a time.

    file_loop.py serve PORT FOLDER
    file_loop.py fetch PORT NAME OUT
"""
import os
import socket
import sys


def serve(port, folder):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("127.0.0.1", int(port)))
    server.listen()
    while True:
        connection, _ = server.accept()
        name = connection.recv(1024).decode().strip()
        with open(os.path.join(folder, name), "rb") as file:
            data = file.read(1024)
            while data:
                connection.sendall(data)
                data = file.read(1024)
        connection.close()


def fetch(port, name, out):
    connection = socket.create_connection(("127.0.0.1", int(port)))
    connection.sendall(name.encode() + b"\n")
    with open(out, "wb") as file:
        data = connection.recv(1024)
        while data:
            file.write(data)
            data = connection.recv(1024)


{"serve": serve, "fetch": fetch}[sys.argv[1]](*sys.argv[2:])
