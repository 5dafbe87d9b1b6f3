#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""A TCP peer that prints the result of its connection: connect, knock, hold, serve."""
import signal
import socket
import sys
import time


def dial(source, to, port):
    family = socket.AF_INET6 if ":" in to else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.settimeout(1.5)
    sock.bind((source, 0))
    sock.connect((to, port))
    return sock


def connect(source, to, port):
    """Prints connected, refused or silence."""
    try:
        dial(source, to, port).close()
        print("connected")
    except ConnectionRefusedError:
        print("refused")
    except (TimeoutError, socket.timeout):
        print("silence")


def knock(source, to, port):
    """Sends SYNs, five a second, until it is killed."""
    while True:
        sock = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_STREAM)
        sock.setblocking(False)
        sock.bind((source, 0))
        sock.connect_ex((to, port))
        time.sleep(0.2)
        sock.close()


def hold(source, to, port):
    """Connects, and on each line of standard input sends it and prints what comes back."""
    sock = dial(source, to, port)
    print("connected", flush=True)
    for line in sys.stdin:
        try:
            sock.sendall(line.encode())
            print(sock.recv(4096).decode().strip(), flush=True)
        except (TimeoutError, socket.timeout):
            print("silence", flush=True)


def serve(_source, _to, port):
    """An echo server with one process for each connection."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    server = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    import os
    while True:
        sock, _ = server.accept()
        if os.fork() == 0:
            # A connection that outlives the server must not hold its port.
            server.close()
            while data := sock.recv(4096):
                sock.sendall(data)
            os._exit(0)
        sock.close()


if __name__ == "__main__":
    what, source, to, port = sys.argv[1:5]
    {"connect": connect, "knock": knock, "hold": hold, "serve": serve}[what](source, to, int(port))
