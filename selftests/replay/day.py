#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes exim's log of a day with a worm storm, and the true events of that day.

    day.py LINES OUT [--pieces N] [--syslog]

writes OUT, the log of 2003-08-24, and OUT.truth for truth.py, which does not read the log. With --pieces, the log is rotated as by
logrotate: OUT, OUT.1, OUT.2.gz ..., with the newest lines in OUT. There is one storming host for each 500 lines: 20,000 in 10 M lines.
"""
import argparse
import array
import gzip
import json
import random

DAY = 1061683200  # 2003-08-24 00:00:00 UTC
SECONDS = 86400
CLASSES = ["virus", "worm", "spam", "unknown-user", "relay", "auth", "dnsbl", "arrival"]
VIRUS, WORM, SPAM, UNKNOWN, RELAY, AUTH, DNSBL, ARRIVAL = range(8)
NOTHING = 8  # a line without an event
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Hosts:
    """Hosts, how exim logs their names, and the key by which they are counted: an IPv6 /64 has several addresses."""

    def __init__(self, rng):
        self.rng = rng
        self.known = set()
        self.names = []  # as replay names them
        self.peers = []  # what stands behind "H="

    def word(self, length):
        return "".join(self.rng.choices(ALPHABET[36:], k=length))

    def add(self, first, last):
        rng = self.rng
        while True:
            if rng.random() < 0.1:
                network = f"2001:db8:{rng.randrange(1, 65536):x}:{rng.randrange(1, 65536):x}"
                name, addresses = f"{network}::/64", [f"{network}::{rng.randrange(1, 65536):x}" for _ in range(3)]
            else:
                name = f"{rng.randrange(first, last)}.{rng.randrange(64)}.{rng.randrange(256)}.{rng.randrange(1, 255)}"
                addresses = [name]
            if name not in self.known:
                break
        self.known.add(name)
        shape = rng.random()
        if shape < 0.5:
            words = f"mail{rng.randrange(99)}.{self.word(8)}.example"
        elif shape < 0.9:
            words = f"({self.word(10)}.example)"
        else:
            words = f"host{rng.randrange(999)}.{self.word(6)}.example ({self.word(8)})"
        self.names.append(name)
        self.peers.append([f"{words} [{address}]" for address in addresses])
        return len(self.names) - 1


def storm_host(rng, events, mean, host):
    """A host with SOBIG sends bursts about ten minutes apart; one with another worm sends single messages."""
    left = int(mean * (0.2 + 1.6 * rng.random()))
    second = int((2 + 16 * (rng.random() + rng.random()) / 2) * 3600)
    drips = rng.random() < 0.15
    gap = rng.randrange(30, 120) if drips else rng.randrange(1, 30)
    burst = 1 if drips else 3 + int(60 * rng.random() ** 2)
    pause = gap if drips else rng.randrange(300, 900)
    other = rng.random() < 0.3
    random_number = rng.random
    in_burst = 0
    while left and second < SECONDS:
        chance = random_number()
        kind = VIRUS if chance < 0.8 else WORM
        if other and chance > 0.9:
            kind = UNKNOWN
        events.append(second << 32 | host << 4 | kind)
        left -= 1
        in_burst += 1
        if in_burst < burst:
            second += int(gap * 2 * random_number())
        else:
            second += int(pause * (0.5 + random_number()))
            in_burst = 0


def happen(lines, rng):
    """Makes the events, in the order of the log."""
    hosts, events = Hosts(rng), []
    storm = [hosts.add(11, 90) for _ in range(max(20, lines // 500))]
    noise = [hosts.add(11, 120) for _ in range(max(20, lines // 200))]
    good = [hosts.add(120, 126) for _ in range(max(10, lines // 2000))]
    guessers = [hosts.add(90, 120) for _ in range(max(3, lines // 20000))]

    for host in storm:
        storm_host(rng, events, lines * 0.5 / len(storm), host)
    randrange, choice = rng.randrange, rng.choice
    kinds = [UNKNOWN] * 9 + [SPAM] * 2 + [AUTH] * 2 + [DNSBL] * 5 + [RELAY] + [VIRUS]
    for _ in range(lines * 15 // 100):
        events.append(randrange(SECONDS) << 32 | choice(noise) << 4 | choice(kinds))
    for host in guessers:  # a login every few seconds, for a while
        second = randrange(SECONDS)
        for _ in range(lines * 2 // 100 // len(guessers)):
            second = (second + randrange(1, 40)) % SECONDS
            events.append(second << 32 | host << 4 | AUTH)
    # One in a hundred infected hosts is the mail server of many users, who continue to send good mail.
    infected = storm[:: 100] or storm[:1]
    for _ in range(lines * 2 // 1000):
        events.append(randrange(SECONDS) << 32 | choice(infected) << 4 | ARRIVAL)
    for _ in range(lines * 7 // 100):
        events.append(randrange(SECONDS) << 32 | choice(good) << 4 | ARRIVAL)
    for _ in range(lines // 1000):
        events.append(randrange(SECONDS) << 32 | choice(good) << 4 | UNKNOWN)
    events.sort()
    missing = lines - len(events) - 2 * sum(1 for event in events if event & 15 == ARRIVAL)
    assert missing >= 0, missing
    events += [randrange(SECONDS) << 32 | choice(noise) << 4 | NOTHING for _ in range(missing)]
    events.sort()
    # Some lines are late, because exim's processes write independently.
    for _ in range(len(events) // 5000):
        at = randrange(len(events))
        second = (events[at] >> 32) - randrange(1, 30)
        events[at] = max(second, 0) << 32 | events[at] & 0xFFFFFFFF
    return hosts, events


def texts(hosts, rng):
    """Returns a function that makes exim's line of an event."""
    senders = [f"{hosts.word(7)}@{hosts.word(9)}.example" for _ in range(4999)]
    recipients = [f"{hosts.word(6)}@example.org" for _ in range(3989)]
    peers = hosts.peers
    base = len(ALPHABET)

    def say(number, host, kind):
        choices = peers[host]
        peer = choices[number % len(choices)]
        sender, recipient = senders[number % 4999], recipients[number % 3989]
        if kind == UNKNOWN:
            return f"H={peer} F=<{sender}> rejected RCPT <{recipient}>: Unrouteable address"
        if kind == NOTHING:
            return f"SMTP connection from {peer} closed by QUIT"
        if kind == AUTH:
            return f"plain_login authenticator failed for {peer}: 535 Incorrect authentication data (set_id={recipient[:5]})"
        if kind == DNSBL:
            return f"H={peer} F=<{sender}> rejected RCPT <{recipient}>: rejected because it is in a black list at zen.spamhaus.org"
        if kind == RELAY:
            return f"H={peer} F=<{sender}> rejected RCPT <{recipient}.example>: relay not permitted"
        a, b, c = ALPHABET[number % base], ALPHABET[number // base % base], ALPHABET[number // base // base % base]
        ident = f"1x{c}{b}{a}f-00{a}{b}6y-2K"
        if kind == VIRUS:
            return f"{ident} H={peer} F=<{sender}> rejected after DATA: This message contains a virus (W32.Sobig.F@mm)."
        if kind == WORM:
            return f"{ident} H={peer} F=<{sender}> rejected after DATA: This message contains an attachment of a type which we do not accept (.pif)"
        if kind == SPAM:
            return f"{ident} H={peer} F=<{sender}> rejected after DATA: This message scored {5 + number % 150 / 10:.1f} spam points."
        return (
            f"{ident} <= {sender} H={peer} P=esmtps X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no S={800 + number % 99000}\0"
            f"{ident} => {recipient} R=local_user T=mail_spool\0{ident} Completed"
        )

    return say


def stamps(syslog):
    if syslog:
        return [f"2003-08-24T{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}+00:00 mx exim[%d]: " for s in range(SECONDS)]
    return [f"2003-08-24 {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d} +0000 " for s in range(SECONDS)]


def write_log(out, hosts, events, rng, pieces, syslog):
    say, stamp = texts(hosts, rng), stamps(syslog)
    names = [out] + [f"{out}.1"] * (pieces > 1) + [f"{out}.{n}.gz" for n in range(2, pieces)]
    each = -(-len(events) // pieces)
    for piece, name in enumerate(reversed(names)):
        opened = gzip.open(name, "wt", compresslevel=1) if name.endswith(".gz") else open(name, "w")
        rows = []
        with opened as stream:
            for number in range(piece * each, min((piece + 1) * each, len(events))):
                event = events[number]
                before = stamp[event >> 32]
                if syslog:
                    before = before % (number % 4000000 + 1000)
                text = say(number, event >> 4 & 0xFFFFFFF, event & 15)
                if "\0" in text:
                    text = text.replace("\0", "\n" + before)
                rows.append(before + text + "\n")
                if len(rows) == 10000:
                    stream.write("".join(rows))
                    rows = []
            stream.write("".join(rows))


def write_truth(out, lines, hosts, events):
    true = [event for event in events if event & 15 != NOTHING]
    with open(out + ".truth", "wb") as stream:
        header = {"lines": lines, "events": len(true), "start": DAY, "classes": CLASSES, "hosts": hosts.names}
        stream.write(json.dumps(header).encode() + b"\n")
        array.array("I", [event >> 32 for event in true]).tofile(stream)
        array.array("I", [event >> 4 & 0xFFFFFFF for event in true]).tofile(stream)
        array.array("B", [event & 15 for event in true]).tofile(stream)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lines", type=int)
    parser.add_argument("out")
    parser.add_argument("--pieces", type=int, default=1)
    parser.add_argument("--syslog", action="store_true")
    parser.add_argument("--seed", type=int, default=2003)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    hosts, events = happen(options.lines, rng)
    write_log(options.out, hosts, events, rng, options.pieces, options.syslog)
    write_truth(options.out, options.lines, hosts, events)


main()
