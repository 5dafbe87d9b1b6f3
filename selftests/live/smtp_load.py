#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Keeps SMTP connections open and sends one message after another on each.

smtp_load.py FROM SERVER CONNECTIONS good|bad STOP

Waits with all connections open until a line comes on standard input, and sends until the file STOP exists. Prints how many
messages were answered and how many connections were still open at the end. A bad message is one that the laboratory's
scanner finds.
"""

import json
import os
import socket
import sys
import threading

BODIES = {
    "bad": b"MZ\x90 this is no program: SOBIG.F-LIKE-MARKER\r\n" + b"x" * 70 + b"\r\n",
    "good": b"Dear all, see you on Monday.\r\n",
}


class Connection:
    def __init__(self, source, server):
        self.socket = socket.create_connection((server, 25), timeout=10, source_address=(source, 0))
        self.replies = self.socket.makefile("rb")
        self.answered = 0
        self.error = None

    def reply(self):
        line = b"----"
        while line[3:4] == b"-":
            line = self.replies.readline()
            if not line:
                raise ConnectionError("closed by the server")
        return line

    def command(self, line):
        self.socket.sendall(line + b"\r\n")
        return self.reply()

    def begin(self):
        self.reply()
        self.command(b"EHLO host.example")

    def message(self, body):
        self.command(b"MAIL FROM:<sender@example.net>")
        self.command(b"RCPT TO:<alice@example.org>")
        self.command(b"DATA")
        self.command(b"Subject: Re: Details\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n" + body + b".")
        self.answered += 1

    def run(self, body, stop):
        try:
            while not os.path.exists(stop):
                self.message(body)
        except OSError as error:
            self.error = type(error).__name__


def main():
    source, server, count, kind, stop = sys.argv[1:]
    connections = [Connection(source, server) for _ in range(int(count))]
    for connection in connections:
        connection.begin()
    print("open", flush=True)
    sys.stdin.readline()
    threads = [threading.Thread(target=c.run, args=(BODIES[kind], stop)) for c in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"answered": sum(c.answered for c in connections),
                      "each": [c.answered for c in connections],
                      "open": sum(c.error is None for c in connections),
                      "errors": sorted({c.error for c in connections if c.error})}), flush=True)


main()
