#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds what `sobig-xdp parse` finds in logs of known truth against that truth.

check.py SOBIG-XDP MODE LOG...: MODE is checked (exim's HELO is), or unknown. A line for each event that is wrong
and each that was not found, a line of sums for each log. Exit 1: a wrong address, or a wrong class.
"""
import collections
import json
import subprocess
import sys


def check(program, mode, log):
    option = ["--helo-checked"] if mode == "checked" else []
    found = subprocess.run([program, "parse", "--arrivals", "-j", "--ndjson"] + option + [log], stdout=subprocess.PIPE, check=True)
    events = [json.loads(line) for line in found.stdout.decode().splitlines()]
    lines = open(log, "rb").read().decode("latin-1").split("\n")
    sums = collections.Counter()
    sessions = []
    for row in open(log.removesuffix(".log") + ".truth"):
        name, first, last, peer, classes = row.rstrip("\n").split("\t")
        sessions.append((name, int(first), int(last), peer, classes.split(",") if classes else []))
    by_line = {n: s for s in sessions for n in range(s[1], s[2] + 1)}
    got = collections.defaultdict(list)
    for event in events:
        session = by_line.get(event["line"])
        if not session or event["address"] != session[3]:
            sums["wrong"] += 1
            print(f"{log}:{event['line']}: {event['address']} was blamed, it was {session[3] if session else 'nobody'}: {lines[event['line'] - 1]}")
        else:
            got[session[0]].append(event["class"])
    for name, first, last, _, classes in sessions:
        if first > last:
            sums["unlogged"] += len(classes)
            continue
        wanted, have = collections.Counter(c for c in classes if c[-1] != "?"), collections.Counter(got[name])
        sums["events"] += sum(wanted.values())
        sums["found"] += sum((wanted & have).values())
        may_be = collections.Counter(c[:-1] for c in classes if c[-1] == "?")
        missed, extra = list((wanted - have).elements()), list((have - wanted - may_be).elements())
        if extra:
            sums["misread"] += len(extra)
            print(f"{log}:{first}: {name}: {','.join(extra)} is not what happened")
        if missed:
            print(f"{log}:{first}: {name}: {','.join(missed)} was not found")
        if (missed or extra) and "-v" in sys.argv:
            print("\n".join("    " + line for line in lines[first - 1 : last]))
    print(f"{log}: {mode}: {sums['found']} of {sums['events']} events, {sums['wrong']} wrong addresses, {sums['misread']} misread, {sums['unlogged']} never logged")
    return sums


total = collections.Counter()
arguments = [a for a in sys.argv[1:] if a != "-v"]
for path in arguments[2:]:
    total += check(arguments[0], arguments[1], path)
sys.exit(1 if total["wrong"] or total["misread"] else 0)
