# SPDX-License-Identifier: GPL-2.0-only
"""Measures how fast a log is read, compared with four other programs, and how fast it is judged."""
import json
import os
import subprocess
import time

from common import Failure, generate, median, progress, programs

# DESIGN's aims: how often as fast as others, and what part of parse's speed.
TIMES_AIMS = {"fail2ban-regex": 200, "sshg-parser": 30}
REPLAY_AIM = 0.6
RULES = 10
# The others take a second for so many lines, so that many it is.
SHORT = 20000
SLOW_REPEATS = 3


def seconds(name, command, path, standard_input):
    """Seconds of a run that writes into a pipe, because some programs do less if their output is discarded."""
    with open(path, "rb") as log:
        before = time.monotonic()
        program = subprocess.Popen(command, stdin=log if standard_input else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while program.stdout.read(1 << 20):
            pass
        status = program.wait()
    if status:
        raise Failure(f"{name} ended with status {status}")
    return time.monotonic() - before


def check_replay(log):
    """Checks that the default policy is measured: ten rules, each of which counts some lines."""
    done = subprocess.run([programs.sobig, "replay", "-j", "--helo-checked", log], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Failure(f"replay ended with status {done.returncode}: {done.stderr.strip()[:400]}")
    rules = [rule for rule in json.loads(done.stdout)["rules"] if rule.get("enabled", True)]
    if len(rules) != RULES:
        raise Failure(f"replay judged by {len(rules)} rules, not {RULES}")


def readers(options):
    log, tenth, short = (f"{options.output}/mainlog-{lines}" for lines in (options.lines, options.lines // 10, SHORT))
    for path, lines in ((log, options.lines), (tenth, options.lines // 10), (short, SHORT)):
        generate(path, lines)
    sobig, yardsticks = programs.sobig, programs.yardsticks
    fail2ban = ["/usr/bin/python3", f"{yardsticks}/usr/bin/fail2ban-regex", "--config", f"{yardsticks}/etc/fail2ban", short, f"{yardsticks}/etc/fail2ban/filter.d/exim.conf"]
    # Name, command, log, its lines, whether it is read from standard input, whether it is slow.
    return log, [
        ("sobig-xdp parse", [sobig, "parse", "--helo-checked", log], log, options.lines, False, False),
        ("sobig-xdp replay, ten rules", [sobig, "replay", "--helo-checked", log], log, options.lines, False, False),
        ("sobig-xdp parse, unchecked HELO", [sobig, "parse", log], log, options.lines, False, False),
        ("sobig-xdp parse, a tenth of it", [sobig, "parse", "--helo-checked", tenth], tenth, options.lines // 10, False, False),
        ("wc -l", ["wc", "-l", log], log, options.lines, False, False),
        ("grep -c rejected", ["grep", "-c", "rejected", log], log, options.lines, False, False),
        ("fail2ban-regex", fail2ban, short, SHORT, False, True),
        ("sshg-parser", [f"{yardsticks}/usr/libexec/sshguard/sshg-parser"], short, SHORT, True, True),
    ]


def bench_reading(options, found):
    """Lines a second, each compared with parse in the same round."""
    failures, times = [], {}
    log, all_readers = readers(options)
    os.environ["PYTHONPATH"] = f"{programs.yardsticks}/usr/lib/python3/dist-packages"
    check_replay(log)
    for repeat in range(options.repeats):
        for name, command, path, _, standard_input, slow in all_readers:
            if slow and repeat >= SLOW_REPEATS or name in [failed.split(" ended")[0] for failed in failures]:
                continue
            progress(f"reading: round {repeat + 1}: {name}")
            try:
                times.setdefault(name, []).append(seconds(name, command, path, standard_input))
            except (Failure, OSError) as failure:
                failures.append(str(failure))
    progress("")
    rows = []
    print(f"{'':32} {'MB/s':>8} {'from':>8} {'to':>8} {'lines/s':>11}  {'we, to it':>9}")
    for name, _, path, lines, _, _ in all_readers:
        if name not in times:
            continue
        size = os.path.getsize(path)
        rates = [size / t / 1e6 for t in times[name]]
        row = {"reader": name, "mb_per_second": median(rates), "least": min(rates), "most": max(rates), "lines_per_second": lines / median(times[name])}
        row["ratio"] = median([lines_of(ours, options.lines) / lines_of(its, lines) for ours, its in zip(times["sobig-xdp parse"], times[name])])
        rows.append(row)
        print(f"{name:32} {row['mb_per_second']:8.1f} {row['least']:8.1f} {row['most']:8.1f} {row['lines_per_second']:11.0f}  {row['ratio']:9.2f}", flush=True)
        if name in TIMES_AIMS:
            found(name, row["ratio"])
        elif "replay" in name:
            found("replay", 1 / row["ratio"])
    return {"lines": options.lines, "bytes": os.path.getsize(log), "repeats": options.repeats, "rows": rows}, failures


def lines_of(took, lines):
    return lines / took
