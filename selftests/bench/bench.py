#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Measures every yardstick of the design and prints one table: bench.py [--quick] [--parts PART,...] [OPTION...] BUILD

PART: reading policy frames nanoseconds bulk catching-up latency memory mail. BUILD is the build folder. To measure only some
filters, in a few seconds:  selftests/live/inside python3 selftests/bench/bench.py --quick --parts frames --only bare,ours build

It fails if a yardstick cannot be measured, not if one is missed. All are ratios or differences of measurements in one run, because
machines differ. --quick measures each once, at a reduced size: it tests the bench, and its figures mean little.
"""
import argparse
import json
import os
import signal
import sys

import daemon
import filter as filters
import kernel
import mail
import policy
import reading
from common import FOLDER, OTHER_CPU, Failure, busy, programs, run
from plot import plot
from worlds import WORLDS

PARTS = {
    "reading": reading.bench_reading,
    "policy": policy.bench_policy,
    "catching-up": daemon.bench_catching_up,
    "latency": daemon.bench_latency,
    "memory": daemon.bench_memory,
    "nanoseconds": kernel.bench_nanoseconds,
    "bulk": kernel.bench_bulk,
    "frames": filters.bench_frames,
    "mail": mail.bench_mail,
}
# These do not use the CPU that sends; the others use all CPUs.
ON_ONE_CPU = {"nanoseconds", "bulk", "frames", "mail"}
BUSY_MOST = 0.05
# The size of a run, in full and with --quick.
SIZES = {
    "hosts": ([1000, 64000, 1000000], [1000, 16000, 128000]),
    "families": ([4, 6], [4, 6]),
    "only": (filters.FILTERS, ["bare", "ours", "xdp-filter", "nftables", "ipset"]),
    "rounds": (5, 1),
    "seconds": (0.3, 0.1),
    "lines": (1000000, 200000),
    "repeats": (7, 1),
    "packets": (1000000, 200000),
    "bulk": (1000000, 200000),
    "bulk_rounds": (3, 1),
    "catch_up_rounds": (3, 1),
    "probes": (500, 100),
    "worlds": (list(WORLDS), ["sobig", "net24", "newsletters"]),
    # It has no yardstick.
    "parts": (list(PARTS), [part for part in PARTS if part != "mail"]),
}


class Yardstick:
    """A comparison, and the target: a minimum or a maximum."""

    def __init__(self, part, key, what, against, aim, unit="", most=False):
        self.part, self.key, self.what, self.against, self.aim, self.unit, self.most = part, key, what, against, aim, unit, most
        self.value = None

    def met(self):
        return self.value <= self.aim if self.most else self.value >= self.aim

    def text(self, value):
        return f"{value:.3f}".rstrip("0").rstrip(".") + self.unit if value < 10 else f"{value:.0f}{self.unit}"

    def row(self):
        measured, verdict = ("-", "NOT MEASURED") if self.value is None else (self.text(self.value), "met" if self.met() else "missed")
        return f"{self.what:46} {self.against:26} {('<= ' if self.most else '>= ') + self.text(self.aim):>10} {measured:>10}  {verdict}"

    def json(self):
        return {"what": self.what, "against": self.against, "aim": self.aim, "at_most": self.most, "unit": self.unit.strip(), "measured": self.value, "met": None if self.value is None else self.met()}


def yardsticks(options):
    """The requested ones."""
    rows = []
    lines = f"{options.lines:,} lines"
    for family in options.families:
        for hosts in options.hosts:
            what = f"drop path, IPv{family}, {hosts:,} hosts"
            share = filters.share_aim(hosts, options)
            if share and "ours" in options.only and "bare" in options.only:
                rows.append(Yardstick("frames", ("share", family, hosts), what, "bare XDP_DROP", share))
            for other, times in filters.TIMES_AIMS.items():
                if "ours" in options.only and other in options.only and filters.can(other, family, hosts, options):
                    rows.append(Yardstick("frames", (other, family, hosts), what, other, times, "x"))
    for family in (4, 6):
        rows.append(Yardstick("nanoseconds", ("blocked SYN", family), f"blocked SYN, IPv{family}, test run", "bare XDP_DROP", kernel.NANOSECONDS_AIMS["drop"], " ns", most=True))
    rows.append(Yardstick("nanoseconds", "other traffic", "other traffic, the dearest kind, test run", "bare XDP_DROP", kernel.NANOSECONDS_AIMS["other"], " ns", most=True))
    for other, times in reading.TIMES_AIMS.items():
        rows.append(Yardstick("reading", other, f"parse of {lines}", other, times, "x"))
    rows.append(Yardstick("reading", "replay", f"replay, ten rules, {lines}", "parse of the same", reading.REPLAY_AIM))
    rows.append(Yardstick("policy", "price", "good mail delayed, in the worst world", "", policy.PRICE_AIM, most=True))
    rows.append(Yardstick("policy", "storm", "storm avoided, in the worst world", "", policy.STORM_AIM))
    rows.append(Yardstick("policy", "networks", "networks avoided, in the worst world", "", policy.NETWORKS_AIM))
    rows.append(Yardstick("catching-up", "catching up", f"attach catching up on {lines}", "parse of the same", daemon.CATCH_UP_AIM))
    for load, most in daemon.LATENCY_AIMS.items():
        rows.append(Yardstick("latency", ("latency", load), f"log line to dropped SYN, {'all CPUs busy' if load == 'busy' else load}, p99", "", most, " us", most=True))
    rows.append(Yardstick("bulk", "bulk", f"{options.bulk:,} blocks in bulk", "updates of a plain LRU hash", kernel.BULK_AIM, "x", most=True))
    rows.append(Yardstick("memory", "memory", "memory of a watched host", "", daemon.MEMORY_AIM, " B", most=True))
    rows.append(Yardstick("memory", "bounded", "memory of a further host, when it is full", "", daemon.BOUNDED_AIM, " B", most=True))
    return [row for row in rows if row.part in options.parts]


def prepare():
    """Sets up the namespace of selftests/live/inside, which the kernel removes afterwards."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(128 + signal.SIGINT))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(128 + signal.SIGTERM))
    os.makedirs(FOLDER)
    os.makedirs("/mnt/lab", exist_ok=True)
    run("ip", "link", "set", "lo", "up")
    os.environ["TZ"] = "UTC"


def bench(options):
    prepare()
    rows = yardsticks(options)
    by_key = {row.key: row for row in rows}
    failures = []
    result = {"kind": "bench", "quick": options.quick, "kernel": os.uname().release, "busy": busy()}
    if result["busy"] > BUSY_MOST:
        print(f"Other processes use {result['busy']:.0%} of this machine: measurements in real time will be worse.")

    def found(key, value):
        by_key[key].value = value
        return by_key[key].met()

    for part, measure in PARTS.items():
        if part not in options.parts:
            continue
        os.sched_setaffinity(0, {OTHER_CPU} if part in ON_ONE_CPU else range(os.cpu_count()))
        try:
            result[part], failed = measure(options, found)
            failures += failed
        except (Failure, OSError) as failure:
            failures.append(f"{part}: {failure}")
    plotted = plot(result.get("frames", []), options.output)

    print(f"\n{'what':46} {'against':26} {'aim':>10} {'measured':>10}")
    for row in rows:
        print(row.row())
    met = sum(row.value is not None and row.met() for row in rows)
    unmeasured = [row.what for row in rows if row.value is None]
    print(f"\n{met} met, {len(rows) - met - len(unmeasured)} missed, {len(unmeasured)} not measured; medians of {options.rounds} interleaved rounds of {options.seconds:g} s; all figures are in {options.output}/bench.json{f', a picture in {plotted}' if plotted else ''}")
    if options.quick:
        print("Measured once and at a reduced size: the aims are for the full one (make bench).")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    with open(f"{options.output}/bench.json", "w") as out:
        json.dump(result | {"yardsticks": [row.json() for row in rows], "failures": failures}, out, indent=1)
    return 1 if failures or unmeasured else 0


def numbers(text):
    return [int(word) for word in text.split(",")]


def words(text):
    return text.split(",")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    for name, (full, _) in SIZES.items():
        kind = words if name in ("only", "parts", "worlds") else numbers if isinstance(full, list) else type(full)
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind)
    parser.add_argument("--rate", type=float, default=mail.MAIL_STORM, help="SYNs a second in addition to the good mail; 0: as many as possible")
    parser.add_argument("--output", default="build/bench")
    parser.add_argument("build")
    options = parser.parse_args()
    for name, sizes in SIZES.items():
        if getattr(options, name) is None:
            setattr(options, name, sizes[options.quick])
    unknown = set(options.only) - set(filters.FILTERS) | set(options.parts) - set(PARTS) | set(options.worlds) - set(WORLDS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    if "LAB_INSIDE" not in os.environ:
        sys.exit("the bench needs root and namespaces of its own: selftests/live/inside python3 selftests/bench/bench.py ...")
    programs.find(options.build)
    os.makedirs(options.output, exist_ok=True)
    try:
        sys.exit(bench(options))
    except Failure as failure:
        sys.exit(f"bench.py: {failure}")


main()
