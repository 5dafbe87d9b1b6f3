#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Peers of an exim, one at a time: does a thing, waits until exim is quiet, writes down whose the new lines are.

client.py LOG TRUTH honest|hostile|scanned [junk] [names] [errors]: HELOs are not checked, names are looked up, syntax
errors are logged. TRUTH gets a line a session: name, first line, last line, address, classes.
"""
import base64
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import scenes

NAMED = (11, 12, 53, 70)  # peers that have a name in the DNS, or whose lack of one is in their scenes

MX = {4: "192.0.2.1", 6: "2001:db8::1"}


def address(family, number):
    """The peer of that number."""
    return f"203.0.113.{number}" if family == 4 else f"2001:db8:113:{number}::1"


class Peer:
    """An SMTP connection from an address of our own."""

    def __init__(self, source, greeting=True):
        family = 6 if ":" in source else 4
        self.sock = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET)
        self.sock.settimeout(10)
        self.sock.bind((source, 0))
        self.sock.connect((MX[family], 25))
        self.buffer = b""
        self.greeting = self.reply() if greeting else ""

    def reply(self):
        """All lines of the next reply, or "" at the end."""
        text = ""
        while True:
            while b"\n" not in self.buffer:
                try:
                    more = self.sock.recv(65536)
                except (OSError, ssl.SSLError):
                    more = b""
                if not more:
                    return text
                self.buffer += more
            line, self.buffer = self.buffer.split(b"\n", 1)
            text += line.decode("latin-1") + "\n"
            if line[3:4] != b"-":
                return text

    def send(self, data):
        try:
            self.sock.sendall(data if isinstance(data, bytes) else data.encode("latin-1"))
        except OSError:
            pass

    def say(self, line):
        self.send(line + "\r\n")
        return self.reply()

    def hello(self, name="host.peer.example"):
        return self.say("EHLO " + name)

    def envelope(self, to="alice@example.org", sender="s@peer.example", options=""):
        self.say(f"MAIL FROM:<{sender}>{options}")
        return self.say(f"RCPT TO:<{to}>")

    def message(self, subject="hello", body="hello", headers=""):
        self.say("DATA")
        return self.say(f"From: <s@peer.example>\r\nSubject: {subject}\r\n{headers}\r\n{body}\r\n.")

    def auth_plain(self, user, password):
        return self.say("AUTH PLAIN " + base64.b64encode(f"\0{user}\0{password}".encode("latin-1")).decode())

    def start_tls(self, name=None):
        if not self.say("STARTTLS").startswith("220"):
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.sock = context.wrap_socket(self.sock, server_hostname=name)

    def quit(self):
        self.say("QUIT")
        self.close()

    def close(self):
        self.sock.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Stage:
    """What a scene can use, and the book in which its truth is written."""

    def __init__(self, log, truth, options, exim):
        self.log, self.truth, self.exim = log, open(truth, "w"), exim
        self.hostile = "hostile" in options
        self.junk, self.names, self.errors = ("junk" in options, "names" in options, "errors" in options)

    def peer(self, number, **options):
        self.connections += 1
        return Peer(address(self.family, number), **options)

    def count(self):
        with open(self.log, "rb") as log:
            return log.read().count(b"\n")

    def is_busy(self):
        """True while there is more of exim than its daemon."""
        running = 0
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/comm") as comm:
                    running += comm.read().strip() == "exim"
            except OSError:
                pass
        return running > 1

    def settle(self):
        deadline = time.monotonic() + 30
        time.sleep(0.02)
        while self.is_busy() and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.count()

    def play(self, name, number, classes, scene):
        self.settle()
        first = self.count() + 1
        self.connections = 0
        scene(self)
        last = self.settle()
        worth = []
        for what in classes:
            kind, _, times = what.partition("*")
            worth += [kind] * (int(times or 1) if self.errors else 1)
        if self.hostile:
            worth.append("disconnect?")  # if what came of the connection cannot be read
        if self.names and number not in NAMED:
            worth += ["rdns"] * min(self.connections, 3)
        whom = address(self.family, number) if number else "-"
        self.truth.write(f"{name}\t{first}\t{last}\t{whom}\t{','.join(worth)}\n")
        self.truth.flush()

    def local(self, commands):
        """A user of the mail host itself, with the same protocol on a pipe."""
        subprocess.run([self.exim, "-C", "/mnt/lab/exim.conf", "-bs"], input=commands.encode("latin-1"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)


def serve(source, port, answer):
    """Answers each connection to an address of ours in a thread of its own, until we end."""
    server = socket.create_server((source, port), family=socket.AF_INET6 if ":" in source else socket.AF_INET, backlog=64)

    def accept():
        while True:
            sock, _ = server.accept()
            threading.Thread(target=answer, args=(sock,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def main():
    log, truth, mood = sys.argv[1:4]
    stage = Stage(log, truth, sys.argv[3:], "/mnt/lab/sbin/exim")
    serve("203.0.113.200", 25, scenes.evil_server)
    for number in (60, 61):
        for family in (4, 6):
            serve(address(family, number), 113, scenes.ident if mood == "honest" else scenes.evil_ident)
    for stage.family in (4, 6):
        for name, number, classes, scene in getattr(scenes, mood):
            if name.startswith("HELO") and mood == "hostile" and not stage.junk:
                classes, scene = ["helo", "rdns?"], scenes.refused_greeting(scene)
            stage.play(f"{name}/{stage.family}", number, classes, scene)


main()
