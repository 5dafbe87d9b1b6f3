# SPDX-License-Identifier: GPL-2.0-only
"""Measures the daemon: catching up with a log, the time from a line to a drop, and the memory for hosts.

Catching up: the daemon is stopped, its log grows, and the daemon is started again. The time ends when it blocks the host that offends
in the last lines; the time of a start without new lines is subtracted. Line to drop: a prober writes a line and then sends a SYN
every 200 us. It sleeps in between, because a busy loop would take a CPU from the daemon. Memory: the log has hosts with one offence
each, within the windows; the growth of the daemon's own pages is divided by their number. When the memory for hosts is full, it must
not grow any more.
"""
import glob
import os
import re
import subprocess
import sys
import time

from common import FOLDER, MX4, Failure, Ours, Wire, generate, generate_recent, median, progress, programs, run

# DESIGN's aims
CATCH_UP_AIM = 0.5
LATENCY_AIMS = {"idle": 500, "busy": 2000}
MEMORY_AIM = 128
# Bytes that each further host takes, once as many are watched as there is memory for.
BOUNDED_AIM = 1
LIMIT = 15
PROBE = "198.51.100.77"
# Hosts: of the first, the evidence is full and all tables are in use; from the third on, there is memory for none more.
MEMORY_HOSTS = (100000, 350000, 1200000, 1500000)


def stamp():
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())


def offend(log, address, times=LIMIT + 1):
    line = f"{stamp()} 1xVO3f-00036y-2K H=(h) [{address}] F=<s@e> rejected after DATA: This message contains a virus (x).\n"
    with open(log, "a") as out:
        out.write(line * times)


def all_cpus():
    return ",".join(map(str, range(os.cpu_count())))


def bench_catching_up(options, found):
    wire, log, backlog, source = Wire("backlog"), f"{FOLDER}/backlog.log", f"{FOLDER}/backlog", f"{options.output}/mainlog-{options.lines}"
    parsed, starts, caught = [], [], []
    generate(source, options.lines)
    # Of now, or it would be too old to matter.
    generate_recent(backlog, source, time.time())
    try:
        for round_ in range(options.catch_up_rounds):
            progress(f"catching up: round {round_ + 1}")
            with open(log, "w") as out:
                out.write(f"{stamp()} H=(h) [192.0.2.77] F=<s@e> rejected RCPT <a@b>: Unrouteable address\n")
            ours = Ours(wire, logs=[log], cpus=all_cpus())
            offend(log, "198.51.100.78")
            ours.daemon.wait_for("198.51.100.78")
            ours.close()
            before = time.monotonic()
            ours = Ours(wire, logs=[log], cpus=all_cpus(), keep_state=True)
            starts.append(time.monotonic() - before)
            ours.close()
            run("sh", "-c", f"exec cat {backlog} >>{log}")
            offend(log, PROBE)
            before = time.monotonic()
            ours = Ours(wire, logs=[log], cpus=all_cpus(), keep_state=True)
            ours.daemon.wait_for(f'"{PROBE}"')
            caught.append(time.monotonic() - before)
            # Long enough for what it tells of itself, once a second.
            time.sleep(1.5)
            lines = ours.status()["daemon"]["lines"]
            ours.close()
            if lines < options.lines:
                raise Failure(f"of a backlog of {options.lines} lines, {lines} were read")
            before = time.monotonic()
            run("sh", "-c", f"taskset -c {all_cpus()} {programs.sobig} parse --helo-checked {log} | cat >/dev/null")
            parsed.append(time.monotonic() - before)
    finally:
        wire.close()
    ratio = median([parse / max(catch - start, 1e-3) for parse, catch, start in zip(parsed, caught, starts)])
    found("catching up", ratio)
    progress("")
    print(f"\nA backlog of {options.lines:,} lines: attach has caught up in {median(caught):.2f} s, of which {median(starts):.2f} s are its start; parse takes {median(parsed):.2f} s", flush=True)
    return {"lines": options.lines, "seconds": caught, "start_seconds": starts, "parse_seconds": parsed, "ratio": ratio}, []


def bench_latency(options, found):
    result = {}
    print(f"\n{'log line to dropped SYN':32} {'median':>8} {'p99':>8} {'most':>8}   in us, of {options.probes}")
    for load, aim in LATENCY_AIMS.items():
        progress(f"line to drop, {load}")
        wire, log = Wire("latency"), f"{FOLDER}/latency.log"
        open(log, "w").close()
        ours = Ours(wire, logs=[log], cpus=all_cpus())
        spinners = [subprocess.Popen(["taskset", "-c", str(cpu), sys.executable, "-c", "while True: pass"]) for cpu in range(os.cpu_count() if load == "busy" else 0)]
        try:
            time.sleep(0.5)
            counters = glob.glob(f"{ours.pins}/if*/counters")
            if len(counters) != 1:
                raise Failure(f"line to drop: {len(counters)} tables of counters below {ours.pins}, not one")
            said = run("taskset", "-c", all_cpus(), programs.line_to_drop, log, counters[0], wire.near, MX4, str(LIMIT), str(options.probes))
        finally:
            for spinner in spinners:
                spinner.kill()
                spinner.wait()
            ours.close()
            wire.close()
        row = {key: float(value) for key, value in re.findall(r"(\w+)=([\d.]+)", said)}
        row["met"] = found(("latency", load), row["p99_us"])
        result[load] = row
        progress("")
        print(f"{'all CPUs busy' if load == 'busy' else load:32} {row['median_us']:8.0f} {row['p99_us']:8.0f} {row['max_us']:8.0f}", flush=True)
    return result, []


def family_of(pid):
    """The process and its descendants."""
    pids = [pid]
    for parent in pids:
        for children in glob.glob(f"/proc/{parent}/task/*/children"):
            with open(children) as words:
                pids += map(int, words.read().split())
    return pids


def own_memory(pid):
    """Bytes of the private pages of the processes."""
    total = 0
    for member in family_of(pid):
        with open(f"/proc/{member}/status") as status:
            total += 1024 * int(re.search(r"^RssAnon:\s*(\d+)", status.read(), re.M).group(1))
    return total


def watched_line(number, now):
    # Of a class that two rules count, as most classes are.
    return f"{now} H=(h) [{10 + (number >> 24)}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}] F=<s@e> rejected RCPT <a@b>: Unrouteable address\n"


def bench_memory(options, found):
    wire, log = Wire("memory"), f"{FOLDER}/memory.log"
    open(log, "w").close()
    taken, done = [], 0
    ours = Ours(wire, logs=[log], cpus=all_cpus())
    try:
        for step, hosts in enumerate(MEMORY_HOSTS):
            progress(f"memory: {hosts} hosts")
            now = stamp()
            with open(log, "a") as out:
                out.write("".join(watched_line(number, now) for number in range(done, hosts)))
            offend(log, f"198.51.100.{100 + step}")
            ours.daemon.wait_for(f'"198.51.100.{100 + step}"')
            taken.append(own_memory(ours.pid))
            done = hosts
    finally:
        ours.close()
        wire.close()
    each = (taken[1] - taken[0]) / (MEMORY_HOSTS[1] - MEMORY_HOSTS[0])
    further = (taken[3] - taken[2]) / (MEMORY_HOSTS[3] - MEMORY_HOSTS[2])
    found("memory", each)
    found("bounded", further)
    progress("")
    print("\nMemory of attach: " + ", ".join(f"{bytes_ / 1e6:.0f} MB with {hosts:,} hosts" for hosts, bytes_ in zip(MEMORY_HOSTS, taken)), flush=True)
    return {"hosts": MEMORY_HOSTS, "bytes": taken, "each": each, "further": further}, []
