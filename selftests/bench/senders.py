#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs good senders that each send one message after the other: senders.py TO SECONDS CONCURRENT FROM... Prints how many were sent."""
import json
import socket
import statistics
import sys
import threading
import time

BODY = b"From: a@example.net\r\nTo: alice@example.org\r\nSubject: good mail\r\n\r\n" + b"Good mail has some lines.\r\n" * 20
TALK = [(b"EHLO host.example\r\n", b"250"), (b"MAIL FROM:<a@example.net>\r\n", b"250"), (b"RCPT TO:<alice@example.org>\r\n", b"250"), (b"DATA\r\n", b"354"), (BODY + b".\r\n", b"250")]


def answer(sock, code):
    got = b""
    # The last line of an answer has a space after its code.
    while not got.endswith(b"\r\n") or got[got.rfind(b"\n", 0, -1) + 4 : got.rfind(b"\n", 0, -1) + 5] != b" ":
        more = sock.recv(4096)
        if not more:
            raise OSError("closed")
        got += more
    if not got.startswith(code):
        raise OSError(got.decode(errors="replace"))


def session(to, source):
    with socket.create_connection((to, 25), timeout=10, source_address=(source, 0)) as sock:
        answer(sock, b"220")
        for say, code in TALK:
            sock.sendall(say)
            answer(sock, code)
        # exim waits for us to close before it says goodbye.
        sock.sendall(b"QUIT\r\n")
        sock.shutdown(socket.SHUT_WR)
        answer(sock, b"221")


def sender(to, source, end, done, failed):
    while time.monotonic() < end:
        before = time.monotonic()
        try:
            session(to, source)
            # What ends later is for the next to count.
            if time.monotonic() <= end:
                done.append(time.monotonic() - before)
        except OSError as error:
            failed.append(str(error))


def main():
    to, seconds, concurrent, sources = sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    done, failed = [], []
    end = time.monotonic() + seconds
    threads = [threading.Thread(target=sender, args=(to, sources[i % len(sources)], end, done, failed)) for i in range(concurrent)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.sort()
    print(json.dumps({"sessions": len(done), "failed": len(failed), "errors": sorted(set(failed))[:3], "seconds": seconds, "median_ms": statistics.median(done or [0]) * 1e3, "p99_ms": (done or [0])[len(done) * 99 // 100] * 1e3}))


main()
