#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Holds what `sobig-xdp parse` finds in logs of known truth against that truth, and speaks TAP.

check.py SOBIG-XDP [-v] [LOG...]: without a LOG, all of data/. Logs whose name holds "hostile" or "junk" are those of
peers who tried to have others blamed; what cannot be read in them must be in the list of misses, with its reason.
"""
import collections
import glob
import gzip
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
Session = collections.namedtuple("Session", "name first last peer classes")


def read(path):
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        return file.read().decode("latin-1")


def known_misses():
    """(mode, scene) to the reason why its events cannot be found."""
    misses = {}
    for line in read(f"{HERE}/misses").splitlines():
        if line and not line.startswith("#"):
            mode, scene, reason = line.split("\t")
            misses[mode, scene] = reason
    return misses


class Check:
    """One log, read with or without the knowledge that exim checks its HELOs."""

    def __init__(self, program, log, mode):
        option = ["--helo-checked"] if mode == "checked" else []
        found = subprocess.run([program, "parse", "--arrivals", "-j", "--ndjson", *option, log], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True)
        self.lines = read(log).split("\n")
        self.sessions = []
        for row in read(log.replace(".log", ".truth")).splitlines():
            name, first, last, peer, classes = row.split("\t")
            self.sessions.append(Session(name, int(first), int(last), peer, classes.split(",") if classes else []))
        self.wrong, self.misread, self.missed = [], [], []
        self.events = self.found = self.unlogged = 0
        self.compare([json.loads(line) for line in found.stdout.decode().splitlines()])

    def compare(self, events):
        by_line = {n: s for s in self.sessions for n in range(s.first, s.last + 1)}
        got = collections.defaultdict(collections.Counter)
        for event in events:
            session = by_line.get(event["line"])
            if session and event["address"] == session.peer:
                got[session.name][event["class"]] += 1
            else:
                whose = session.peer if session else "nobody"
                self.wrong.append(f"line {event['line']}: {event['address']} was blamed, it was {whose}: {self.lines[event['line'] - 1]}")
        for session in self.sessions:
            must = collections.Counter(c for c in session.classes if c[-1] != "?")
            may = collections.Counter(c[:-1] for c in session.classes if c[-1] == "?")
            if session.first > session.last:
                self.unlogged += sum(must.values())
                continue
            have = got[session.name]
            self.events += sum(must.values())
            self.found += sum((must & have).values())
            self.misread += [(session, c) for c in (have - must - may).elements()]
            self.missed += [(session, c) for c in (must - have).elements()]


def tell(what, entries, log, verbose):
    for session, kind in entries:
        print(f"# {session.name}: {kind} {what}")
        if verbose:
            print("\n".join("#     " + line for line in log.lines[session.first - 1 : session.last]))


def main():
    verbose = "-v" in sys.argv
    program, *logs = [a for a in sys.argv[1:] if a != "-v"]
    misses, number, failed = known_misses(), 0, False
    total = collections.Counter()

    def claim(holds, words):
        nonlocal number, failed
        number += 1
        failed |= not holds
        print(f"{'ok' if holds else 'not ok'} {number} - {words}")

    for path in logs or sorted(glob.glob(f"{HERE}/data/*.log.gz")):
        name = os.path.basename(path).split(".log")[0]
        hostile = "hostile" in name or "junk" in name
        for mode in ("unknown",) if "junk" in name else ("checked", "unknown"):
            log = Check(program, path, mode)
            unknown = [m for m in log.missed if not hostile or (mode, m[0].name.split("/")[0]) not in misses]
            for line in log.wrong:
                print(f"# {line}")
            tell("is not what happened", log.misread, log, verbose)
            tell("was not found", unknown, log, verbose)
            claim(not log.wrong, f"{name}, HELO {mode}: nobody is blamed for another")
            claim(not log.misread and not unknown, f"{name}, HELO {mode}: {log.found} of {log.events} events are found, the others for a reason")
            kind = "hostile" if hostile else "honest"
            total[kind, mode, "found"] += log.found
            total[kind, mode, "events"] += log.events
    for kind, mode in sorted({k[:2] for k in total}):
        print(f"# {kind} peers, HELO {mode}: {total[kind, mode, 'found']} of {total[kind, mode, 'events']} events found")
    print(f"1..{number}")
    return failed


sys.exit(main())
