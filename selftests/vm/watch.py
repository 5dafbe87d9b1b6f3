#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Looks at an interface all the time, until SIGTERM: how often, how often it had no XDP program, and how many had been there."""
import signal
import socket
import struct
import sys
import time

RTM_GETLINK, NLM_F_REQUEST = 18, 1
IFLA_XDP, IFLA_XDP_ATTACHED, IFLA_XDP_PROG_ID = 43, 2, 4


def attributes(data):
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        yield kind & 0x3FFF, data[4:length]
        data = data[(length + 3) & ~3:]


def program(sock, index):
    """The id of the interface's program, None without."""
    sock.send(struct.pack("IHHII", 32, RTM_GETLINK, NLM_F_REQUEST, 0, 0) + struct.pack("BxHiII", 0, 0, index, 0, 0))
    for kind, value in attributes(sock.recv(65536)[32:]):
        if kind == IFLA_XDP:
            found = dict(attributes(value))
            if found[IFLA_XDP_ATTACHED][0]:
                return found.get(IFLA_XDP_PROG_ID, b"several")
    return None


over = []
signal.signal(signal.SIGTERM, lambda *_: over.append(1))
ours = socket.if_nametoindex(sys.argv[1])
link = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
seen = [program(link, ours)]
print("watching", flush=True)
looks = bare = 0
while not over:
    now = program(link, ours)
    looks += 1
    bare += now is None
    if now not in seen:
        seen.append(now)
    time.sleep(0.002)  # others need the processor as well
print(looks, bare, len([one for one in seen if one is not None]), flush=True)
