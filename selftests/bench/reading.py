#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How fast a log is read, beside four programs that read the same: reading.py SOBIG-XDP YARDSTICKS FOLDER [LINES]."""
import json
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REPEATS = 7
# DESIGN's aims: the least that our bytes a second shall be, as a multiple of theirs.
AIMS = {"grep -c rejected": 1, "fail2ban-regex": 150, "sshg-parser": 30}


def generate(path, lines):
    if not os.path.exists(path):
        with open(path + ".part", "wb") as out:
            subprocess.run([sys.executable, f"{HERE}/generate.py", str(lines)], stdout=out, check=True)
        os.rename(path + ".part", path)


def seconds(command, path, standard_input):
    """Into a pipe, since some programs look at where their output goes and do less."""
    with open(path, "rb") as log:
        before = time.monotonic()
        program = subprocess.Popen(command, stdin=log if standard_input else subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        while program.stdout.read(1 << 20):
            pass
        status = program.wait()
        return time.monotonic() - before, status


def main():
    program, yardsticks, folder = sys.argv[1:4]
    lines = int(sys.argv[4]) if len(sys.argv) > 4 else 1000000
    os.makedirs(folder, exist_ok=True)
    log, tenth, short = f"{folder}/mainlog-{lines}", f"{folder}/mainlog-{lines // 10}", f"{folder}/mainlog-{lines // 50}"
    for path, count in ((log, lines), (tenth, lines // 10), (short, lines // 50)):
        generate(path, count)
    os.environ["PYTHONPATH"] = f"{yardsticks}/usr/lib/python3/dist-packages"
    readers = [
        ("sobig-xdp parse", [program, "parse", "--helo-checked", log], log, False, REPEATS),
        ("sobig-xdp parse, unchecked HELO", [program, "parse", log], log, False, REPEATS),
        ("sobig-xdp parse, a tenth of it", [program, "parse", "--helo-checked", tenth], tenth, False, REPEATS),
        ("wc -l", ["wc", "-l", log], log, False, REPEATS),
        ("grep -c rejected", ["grep", "-c", "rejected", log], log, False, REPEATS),
        # These take a second for 2 % of the log, so 2 % it is.
        ("fail2ban-regex", ["/usr/bin/python3", f"{yardsticks}/usr/bin/fail2ban-regex", "--config", f"{yardsticks}/etc/fail2ban", short, f"{yardsticks}/etc/fail2ban/filter.d/exim.conf"], short, False, 3),
        ("sshg-parser", [f"{yardsticks}/usr/libexec/sshguard/sshg-parser"], short, True, 3),
    ]
    times = {name: [] for name, *_ in readers}
    for repeat in range(REPEATS):
        for name, command, path, standard_input, repeats in readers:
            if repeat < repeats:
                took, status = seconds(command, path, standard_input)
                if status:
                    sys.exit(f"{name} ended with status {status}")
                times[name].append(took)
    rows = []
    for name, _, path, _, _ in readers:
        size = os.path.getsize(path)
        rates = [size / t / 1e6 for t in times[name]]
        count = lines // 50 if path == short else lines // 10 if path == tenth else lines
        median = statistics.median(rates)
        rows.append({"reader": name, "mb_per_second": median, "least": min(rates), "most": max(rates), "lines_per_second": count / statistics.median(times[name])})
    ours = rows[0]["mb_per_second"]
    print(f"{'':32} {'MB/s':>8} {'from':>8} {'to':>8} {'lines/s':>11}  {'we, to it':>9}  aim")
    for row in rows:
        row["ratio"], row["aim"] = ours / row["mb_per_second"], AIMS.get(row["reader"])
        aim = f"{row['aim']}{'' if row['ratio'] >= row['aim'] else ' (missed)'}" if row["aim"] else ""
        print(f"{row['reader']:32} {row['mb_per_second']:8.1f} {row['least']:8.1f} {row['most']:8.1f} {row['lines_per_second']:11.0f}  {row['ratio']:9.2f}  {aim}")
    with open(f"{folder}/reading.json", "w") as out:
        json.dump({"kind": "bench-reading", "lines": lines, "bytes": os.path.getsize(log), "repeats": REPEATS, "rows": rows}, out, indent=1)
    print(f"\nMedians of {REPEATS} interleaved repeats (3 of the slow ones); also in {folder}/reading.json")


main()
