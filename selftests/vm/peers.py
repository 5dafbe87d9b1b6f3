#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The peers at the far end of a wire: what does a new connection to port 25 of TO come to, from each of these?

Question: a line "TO FROM=EXPECTED...". Answer: a line with connected, refused or silence for each FROM. All try at the
same time. What is expected tells how long to wait: a machine that has to wait for its turn may be slow.
"""
import errno
import selectors
import socket
import sys
import time

SILENCE = 1.0
PATIENCE = 10.0


def dial(to, source):
    sock = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET)
    sock.bind((source, 0))
    sock.setblocking(False)
    sock.connect_ex((to, 25))
    return sock


def ask(to, expected):
    answers = dict.fromkeys(expected, "silence")
    start = time.monotonic()
    with selectors.DefaultSelector() as waiting:
        for source in expected:
            waiting.register(dial(to, source), selectors.EVENT_WRITE, source)
        while waiting.get_map():
            hopeful = any(expected[key.data] != "silence" for key in waiting.get_map().values())
            left = start + (PATIENCE if hopeful else SILENCE) - time.monotonic()
            if left <= 0:
                break
            for key, _ in waiting.select(left):
                code = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                answers[key.data] = {0: "connected", errno.ECONNREFUSED: "refused"}.get(code) or errno.errorcode[code]
                waiting.unregister(key.fileobj)
                key.fileobj.close()
        for key in list(waiting.get_map().values()):
            key.fileobj.close()
    return [answers[source] for source in expected]


for line in sys.stdin:
    target, *everybody = line.split()
    print(*ask(target, dict(one.split("=") for one in everybody)), flush=True)
