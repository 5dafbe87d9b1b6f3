# SPDX-License-Identifier: GPL-2.0-only
"""Measures the effect of a storm on good senders.

The senders and a real exim run on one CPU, and the storm is sent on the other. It is received on the sending CPU, as by a network card
with a queue for each CPU, or on exim's CPU, as by a card with one queue. In the second case, half of the cost is the bench's own
redirection; the line with a bare XDP_DROP shows the least that any filter costs. Other work on the machine spoils these figures.
"""
import contextlib
import json
import os
import subprocess
import sys
import time

from common import FOLDER, HERE, MX4, MX_MAC, OTHER_CPU, WORLD4, Daemon, Failure, Ours, Wire, generate, hosts_of, median, missed, progress, programs, run

DROPPED_LEAST = 0.99
MAIL_AIM = 0.9
# Lines a second of a busy exim's log, a hundred writes a second: APPEND LINES-FILE LOG RATE
APPEND = """
import sys, time
lines = open(sys.argv[1], 'rb').readlines()
rate, written, start = int(sys.argv[3]), 0, time.monotonic()
with open(sys.argv[2], 'ab', buffering=0) as log:
    print('ready', flush=True)
    while True:
        due = int((time.monotonic() - start) * rate)
        log.write(b''.join(lines[i % len(lines)] for i in range(written, due)))
        written = due
        time.sleep(0.01)
"""
SENDERS = ["203.0.113.10", "203.0.113.11", "203.0.113.12", "203.0.113.13"]
MAIL_HOSTS = 64000
MAIL_CONCURRENT = 8
# The same storm for all three.
MAIL_STORM = 200000
LOG_RATE = 10000
# What drops the storm (None: nothing), whether exim's CPU receives it, whether a busy log is read meanwhile, and the target.
MAIL_CASES = {
    "calm": ("no storm, no filter", None, False, False, None),
    "idle filter": ("no storm, our filter", "ours", False, False, None),
    "filter": ("storm on another CPU, our filter", "ours", False, False, MAIL_AIM),
    "log": ("the same, and we read a busy log", "ours", False, True, MAIL_AIM),
    "none": ("storm on another CPU, no filter", None, False, False, None),
    "near filter": ("storm on exim's CPU, our filter", "ours", True, False, None),
    "near least": ("storm on exim's CPU, drop by one comparison", "least", True, False, None),
    "near none": ("storm on exim's CPU, no filter", None, True, False, None),
}


def mail_round(case, wire, options, busy_log):
    """Good sessions a second under the given load."""
    _, drops, near, reads, _ = MAIL_CASES[case]
    seconds = 1.0 if options.quick else 2.0
    ours = storm = appender = None
    try:
        if drops == "ours":
            log = f"{FOLDER}/busy.log"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(log)
            ours = Ours(wire, logs=["/mnt/lab/log/mainlog"] + ([log] if reads else []))
            ours.block(hosts_of(4, MAIL_HOSTS))
        if drops == "least":
            wire.inside(programs.storm, "least", "mx0")
        arrived = wire.counts()["xdp_packets"]
        if case not in ("calm", "idle filter"):
            storm = subprocess.Popen(wire.send_command(4, MAIL_HOSTS, seconds + 0.5, options.rate, OTHER_CPU if near else -1), stdout=subprocess.PIPE, text=True)
        if reads:
            appender = Daemon([sys.executable, "-c", APPEND, busy_log, log, str(LOG_RATE)], "ready", "appender")
        time.sleep(0.3)
        got = json.loads(run(sys.executable, f"{HERE}/senders.py", MX4, str(seconds), str(MAIL_CONCURRENT), *SENDERS))
        row = {"rate": got["sessions"] / got["seconds"], "failed": got["failed"], "median_ms": got["median_ms"], "p99_ms": got["p99_ms"], "errors": got["errors"]}
        if storm:
            out = storm.communicate(timeout=60)[0]
            if storm.returncode:
                raise Failure(f"{case}: the storm ended with status {storm.returncode}")
            sent = json.loads(out)
            row["storm"] = sent["sent"] / sent["seconds"]
            row["arrived"] = (wire.counts()["xdp_packets"] - arrived) / sent["sent"]
            if ours:
                dropped, passed = ours.dropped(), max(0, ours.passed() - got["sessions"])
                row["dropped"] = dropped / (dropped + passed)
                if dropped < sent["sent"] / 2 or row["dropped"] <= DROPPED_LEAST:
                    raise Failure(f"{case}: of {sent['sent']} SYNs sent {dropped} were dropped and {passed} passed")
        if appender:
            appender.stop()
            appender = None
            row["lines"] = ours.status()["daemon"]["lines"]
            if row["lines"] < LOG_RATE * seconds * 0.9:
                raise Failure(f"{case}: only {row['lines']} lines were read")
        return row
    finally:
        if appender:
            appender.stop()
        if storm:
            storm.kill()
            storm.wait()
        if ours:
            ours.close()
        if drops == "least":
            wire.inside(programs.storm, "off", "mx0")
            # It took GRO along.
            wire.inside(programs.storm, "gro", "mx0")


def bench_mail(options, _):
    wire = Wire("mail", queues=2)
    run("ip", "address", "add", f"{WORLD4}/24", "dev", wire.near)
    run("ip", "neigh", "add", MX4, "lladdr", MX_MAC, "dev", wire.near)
    for address in SENDERS:
        run("ip", "address", "add", f"{address}/32", "dev", wire.near)
    mailhost = Daemon(wire.command(f"{HERE}/mailhost", programs.exim), "ready", "mailhost")
    busy_log = f"{FOLDER}/busy"
    generate(busy_log, 50000)
    runs = {case: [] for case in MAIL_CASES}
    run(sys.executable, f"{HERE}/senders.py", MX4, "0.5", str(MAIL_CONCURRENT), *SENDERS)
    for round_ in range(options.rounds):
        for case in MAIL_CASES:
            progress(f"mail: round {round_ + 1}: {MAIL_CASES[case][0]}")
            runs[case].append(mail_round(case, wire, options, busy_log))
    mailhost.stop()
    wire.close()
    progress("")
    rows = []
    print(f"\n{f'good mail, storm of {MAIL_HOSTS:,} hosts':44} {'sessions/s':>10} {'from':>6} {'to':>6} {'p99 ms':>7} {'failed':>6} {'k SYN/s':>8} {'dropped':>8}  {'to 1st':>6} {'to 2nd':>6}  aim (to 1st)")
    for case, (title, *_, aim) in MAIL_CASES.items():
        got = runs[case]
        ratios = [r["rate"] / c["rate"] for r, c in zip(got, runs["calm"]) if c["rate"]]
        # What the daemon itself takes from exim's CPU, it takes without a storm, too.
        to_idle = [r["rate"] / c["rate"] for r, c in zip(got, runs["idle filter"]) if c["rate"]]
        row = {"case": case, "rate": median([r["rate"] for r in got]), "least": min(r["rate"] for r in got), "most": max(r["rate"] for r in got), "p99_ms": median([r["p99_ms"] for r in got]), "failed": sum(r["failed"] for r in got),
               "storm": median([r.get("storm", 0) for r in got]), "dropped": min((r["dropped"] for r in got if "dropped" in r), default=None), "arrived": min((r["arrived"] for r in got if "arrived" in r), default=None), "to_calm": median(ratios), "to_idle": median(to_idle), "aim": aim, "rounds": got}
        row["met"] = row["aim"] is None or row["to_calm"] >= row["aim"]
        rows.append(row)
        dropped = f"{row['dropped'] * 100:7.2f}%" if row["dropped"] is not None else " " * 8
        aim = f"{row['aim']}{missed(row)}" if row["aim"] else ""
        print(f"{title:44} {row['rate']:10.1f} {row['least']:6.1f} {row['most']:6.1f} {row['p99_ms']:7.1f} {row['failed']:6} {row['storm'] / 1e3:8.0f} {dropped}  {row['to_calm']:6.2f} {row['to_idle']:6.2f}  {aim}".rstrip(), flush=True)
    return rows, []
