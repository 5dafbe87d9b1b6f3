#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The peers at the far end of a wire: what does a new connection to port 25 of TO come to, from each of these?

Question: a line "TO FROM...". Answer: a line with connected, refused or silence for each FROM. All try at the same time.
"""
import errno
import selectors
import socket
import sys
import time

PATIENCE = 1.0  # answers take some 10 ms


def dial(to, source):
    sock = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET)
    sock.bind((source, 0))
    sock.setblocking(False)
    sock.connect_ex((to, 25))
    return sock


def ask(to, sources):
    answers = dict.fromkeys(sources, "silence")
    end = time.monotonic() + PATIENCE
    with selectors.DefaultSelector() as waiting:
        for source in sources:
            waiting.register(dial(to, source), selectors.EVENT_WRITE, source)
        while waiting.get_map() and (left := end - time.monotonic()) > 0:
            for key, _ in waiting.select(left):
                code = key.fileobj.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                answers[key.data] = {0: "connected", errno.ECONNREFUSED: "refused"}.get(code, errno.errorcode.get(code))
                waiting.unregister(key.fileobj)
                key.fileobj.close()
        for key in list(waiting.get_map().values()):
            key.fileobj.close()
    return [answers[source] for source in sources]


for line in sys.stdin:
    target, *everybody = line.split()
    print(*ask(target, everybody), flush=True)
