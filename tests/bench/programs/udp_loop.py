"""The echo server that a Python tutorial shows: udp_loop.py PORT."""
import socket
import sys

server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("0.0.0.0", int(sys.argv[1])))
while True:
    data, who = server.recvfrom(65536)
    server.sendto(data, who)
