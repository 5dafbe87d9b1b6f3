#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Writes the main log of a busy exim on the day of a storm: generate.py LINES > FILE."""
import random
import sys

# Of 100 things that happen: a message in and out, and what is refused.
MIX = [
    ("message", 22),
    ("connection", 14),
    ("unknown", 22),
    ("dnsbl", 14),
    ("relay", 3),
    ("virus", 10),
    ("spam", 4),
    ("auth", 5),
    ("syntax", 1),
    ("disconnect", 3),
    ("tls", 1),
    ("name", 1),
]


def main():
    lines = int(sys.argv[1])
    rng = random.Random(2003)
    kinds = [k for k, _ in MIX]
    weights = [w for _, w in MIX]
    hosts = [f"{rng.randrange(1, 223)}.{rng.randrange(256)}.{rng.randrange(256)}.{rng.randrange(1, 255)}" for _ in range(20000)]
    hosts += [f"2001:db8:{rng.randrange(65536):x}:{rng.randrange(65536):x}::{rng.randrange(1, 65536):x}" for _ in range(2000)]
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    written = 0
    millis = 0
    out = sys.stdout.write

    def word(n):
        return "".join(rng.choices(alphabet[36:], k=n))

    def host():
        ip = rng.choice(hosts)
        shape = rng.random()
        if shape < 0.5:
            return f"mail{rng.randrange(99)}.{word(8)}.example [{ip}]"
        if shape < 0.9:
            return f"({word(10)}.example) [{ip}]"
        return f"host{rng.randrange(999)}.{word(6)}.example ({word(8)}) [{ip}]"

    while written < lines:
        millis += rng.randrange(0, 160)
        seconds = millis // 1000
        stamp = f"2003-08-{24 + seconds // 86400 % 7:02d} {seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d} "
        ident = "1" + "".join(rng.choices(alphabet, k=5)) + "-" + "".join(rng.choices(alphabet, k=6)) + "-" + "".join(rng.choices(alphabet, k=2))
        sender = f"{word(7)}@{word(9)}.example"
        recipient = f"{word(6)}@example.org"
        peer = host()
        kind = rng.choices(kinds, weights)[0]
        if kind == "message":
            text = [
                f"{ident} <= {sender} H={peer} P=esmtps X=TLS1.3:ECDHE_X25519__RSA_PSS_RSAE_SHA256__AES_256_GCM:256 CV=no S={rng.randrange(800, 99999)} id={word(16)}@{word(9)}.example",
                f"{ident} => {recipient} R=local_user T=mail_spool",
                f"{ident} Completed",
            ]
        elif kind == "connection":
            text = [f"SMTP connection from {peer} closed by QUIT"]
        elif kind == "unknown":
            text = [f"H={peer} F=<{sender}> rejected RCPT <{recipient}>: Unrouteable address"]
        elif kind == "dnsbl":
            ip = peer[peer.index("[") + 1 : -1] if "([" not in peer else "?"
            text = [f"H={peer} F=<{sender}> rejected RCPT <{recipient}>: rejected because {ip} is in a black list at zen.spamhaus.org"]
        elif kind == "relay":
            text = [f"H={peer} F=<{sender}> rejected RCPT <{word(6)}@elsewhere.example>: relay not permitted"]
        elif kind == "virus":
            text = [f"{ident} H={peer} F=<{sender}> rejected after DATA: This message contains a virus (W32.Sobig.F@mm)."]
        elif kind == "spam":
            text = [f"{ident} H={peer} F=<{sender}> rejected after DATA: This message scored {rng.randrange(50, 200) / 10} spam points."]
        elif kind == "auth":
            text = [f"plain_login authenticator failed for {peer}: 535 Incorrect authentication data (set_id={word(5)})"]
        elif kind == "syntax":
            text = [f'SMTP syntax error in "{word(4).upper()} {word(9)}" H={peer} unrecognized command']
        elif kind == "disconnect":
            text = [f"unexpected disconnection while reading SMTP command from {peer} D={rng.randrange(1, 300)}s"]
        elif kind == "tls":
            text = [f"TLS error on connection from {peer} (gnutls_handshake): No supported cipher suites have been found."]
        else:
            text = [f"no host name found for IP address {rng.choice(hosts)}"]
        for line in text:
            out(stamp + line + "\n")
            written += 1


main()
