# SPDX-License-Identifier: GPL-2.0-only
"""Kills the daemon at random moments of a storm, restarts it each time, and counts against the truth.

usage: killer.py SOBIG-XDP INTERFACE LOG STATE KILLS

The truth is counted here from what was written, by a naive window: who sent more than 15 within 5 minutes must be
blocked, nobody else may be, and each line counts once.
"""
import datetime
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

SOBIG, INTERFACE, LOG, STATE, KILLS = *sys.argv[1:5], int(sys.argv[5])
LIMIT, WINDOW = 15, 300.0
BAD, GOOD, BYSTANDERS = 60, 40, 2000
ROTATIONS = 8  # within a window; with more, the oldest files are not searched

random.seed(int(os.environ.get("SEED", "2003")))
written = []  # (time, address)
blocks_before = 0


def address(kind, number):
    return "%s.%d.%d" % ({"bad": "198.18", "good": "198.19", "bystander": "203.0"}[kind], number // 250, number % 250 + 1)


def line(host):
    now = datetime.datetime.now()
    stamp = now.strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % (now.microsecond // 1000)
    written.append((now.replace(microsecond=now.microsecond // 1000 * 1000).timestamp(), host))
    return "%s 1xVO3f-00036y-2K H=(h) [%s] F=<s@e> rejected after DATA: This message contains a virus (x).\n" % (stamp, host)


class Log:
    """A log as exim writes it, and as logrotate rotates it."""

    def __init__(self):
        self.file = open(LOG, "a", buffering=1)
        self.turns = 0

    def write(self, host):
        self.file.write(line(host))

    def rotate(self, copy):
        """By renaming, or by copying and truncating, which loses lines that are not read yet, unless no daemon runs."""
        self.turns += 1
        for number in range(8, 0, -1):
            if os.path.exists("%s.%d" % (LOG, number)):
                os.replace("%s.%d" % (LOG, number), "%s.%d" % (LOG, number + 1))
        self.file.close()
        if copy:
            with open(LOG, "rb") as old, open(LOG + ".1", "wb") as new:
                new.write(old.read())
            os.truncate(LOG, 0)
        else:
            os.rename(LOG, LOG + ".1")
        self.file = open(LOG, "a", buffering=1)


def start():
    words = open(STATE + ".words", "a")
    daemon = subprocess.Popen([SOBIG, "attach", "-j", INTERFACE, "--log", LOG, "--state", STATE, "-c", STATE + ".conf"],
                              stdout=subprocess.PIPE, stderr=words, text=True)
    return daemon


def wait_ready(daemon):
    for event in daemon.stdout:
        if '"event":"ready"' in event:
            return
    sys.exit("the daemon did not start:\n" + open(STATE + ".words").read()[-2000:])


def listed():
    out = subprocess.run([SOBIG, "list", "-j", "--ndjson"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [json.loads(each)["address"] for each in out.splitlines()]


def truth():
    """The hosts that must be blocked: a naive window, which restarts after a verdict."""
    stamps, blocked = {}, set()
    for when, host in written:
        own = stamps.setdefault(host, [])
        own.append(when)
        if sum(when - then < WINDOW for then in own) > LIMIT:
            blocked.add(host)
            own.clear()
    return blocked


# Each bad host exceeds the limit, each good one just reaches it; all in one random order.
storm = [address("bad", i) for i in range(BAD) for _ in range(random.randint(LIMIT + 1, 3 * LIMIT))]
storm += [address("good", i) for i in range(GOOD) for _ in range(LIMIT)]
storm += [address("bystander", i) for i in range(BYSTANDERS)]
random.shuffle(storm)

with open(STATE + ".conf", "w") as config:
    config.write("[brake]\nblocks = off\n")
log = Log()
daemon = start()
wait_ready(daemon)
kills = mid_start = 0
each = max(1, len(storm) // KILLS)
position = 0
while kills < KILLS or position < len(storm):
    for host in storm[position:position + each]:
        log.write(host)
        if random.random() < 0.1:
            time.sleep(random.random() * 0.01)
    position += each
    if log.turns < ROTATIONS and random.random() < 3 / KILLS:
        log.rotate(False)
    if kills < KILLS:
        time.sleep(random.random() * 0.3)
        daemon.send_signal(signal.SIGKILL)
        daemon.wait()
        daemon.stdout.close()
        kills += 1
        # Lines are written while no daemon runs.
        for host in storm[position:position + 3]:
            log.write(host)
        position += 3
        if log.turns < ROTATIONS and random.random() < 4 / KILLS:
            log.rotate(log.turns % 2)
        daemon = start()
        if random.random() < 0.2:
            # Also during the start.
            time.sleep(random.random() * 0.3)
            daemon.send_signal(signal.SIGKILL)
            daemon.wait()
            daemon.stdout.close()
            mid_start += 1
            daemon = start()
        wait_ready(daemon)
        now = len(listed())
        if now < blocks_before:
            sys.exit("%d blocks after a restart, %d before" % (now, blocks_before))
        blocks_before = now

time.sleep(2.5)
blocked, wanted = set(listed()), truth()
daemon.send_signal(signal.SIGTERM)
status = daemon.wait()
totals = dict(zip(("lines", "offences"), sqlite3.connect(STATE + "/state.db").execute("SELECT lines, offences FROM totals").fetchone()))
rows = sqlite3.connect(STATE + "/state.db").execute("SELECT count(DISTINCT host), max(repeats) FROM blocks").fetchone()
print("# %d kills, %d of the start; %d rotations; %d lines written, %d counted; %d hosts to block, %d blocked, %d in the history"
      % (kills + mid_start, mid_start, log.turns, len(written), totals["offences"], len(wanted), len(blocked), rows[0]))
failures = []
if blocked != wanted:
    failures.append("not blocked: %s; blocked without reason: %s" % (sorted(wanted - blocked)[:5], sorted(blocked - wanted)[:5]))
if totals["offences"] != len(written) or totals["lines"] != len(written):
    failures.append("%d lines and %d offences were counted, %d written" % (totals["lines"], totals["offences"], len(written)))
if rows[0] != len(wanted) or rows[1] != 0:
    failures.append("the history knows of %d hosts, with up to %s repetitions" % rows)
if status != 0:
    failures.append("the last one ended with status %d" % status)
if failures:
    sys.exit("\n".join(failures))
