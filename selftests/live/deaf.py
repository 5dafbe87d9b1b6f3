# SPDX-License-Identifier: GPL-2.0-only
"""Runs a program to which the kernel gives no netlink socket, as under RestrictAddressFamilies= without AF_NETLINK."""

import ctypes
import os
import platform
import struct
import sys

SOCKET = {"x86_64": 41, "aarch64": 198}[platform.machine()]
PR_SET_SECCOMP, SECCOMP_MODE_FILTER, PR_SET_NO_NEW_PRIVS = 22, 2, 38
ALLOW, FAIL = 0x7FFF0000, 0x00050000 | 97  # EAFNOSUPPORT

program = b"".join(
    struct.pack("HBBI", *instruction)
    for instruction in (
        (0x20, 0, 0, 0),  # the call's number
        (0x15, 0, 3, SOCKET),
        (0x20, 0, 0, 16),  # its first argument
        (0x15, 0, 1, 16),  # AF_NETLINK
        (0x06, 0, 0, FAIL),
        (0x06, 0, 0, ALLOW),
    )
)
buffer = ctypes.create_string_buffer(program)
filter_ = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(buffer)))
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_, 0, 0):
    sys.exit(os.strerror(ctypes.get_errno()))
os.execv(sys.argv[1], sys.argv[1:])
