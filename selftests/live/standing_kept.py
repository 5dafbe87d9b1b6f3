# SPDX-License-Identifier: GPL-2.0-only
"""Kills, ends and reloads the daemon at random moments, sets its clock and rotates its log, and counts standing against the truth.

usage: standing_kept.py SOBIG-XDP INTERFACE LOG STATE KILLS LIBFAKETIME

The truth is counted here from the lines that were written, in their order; in the end, each row of the state must be equal to it.
"""
import datetime
import glob
import ipaddress
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "replay"))
import count  # noqa: E402

SOBIG, INTERFACE, LOG, STATE, KILLS, FAKETIME = *sys.argv[1:5], int(sys.argv[5]), sys.argv[6]
DAY, HOUR = 86400, 3600
OLD_DAYS = 3
ROTATIONS = 8  # within a window; with more, the oldest files are not searched
FULL_DISK = 20  # seconds, in which a rotated file is closed

# What a rejection says, and its class. Of each class, two hosts that also send mail: three would switch the class off.
TEXTS = {
    "unknown-user": "Unrouteable address",
    "relay": "relay not permitted",
    "dnsbl": "x is in a black list at zen.spamhaus.org",
    "sender": "Sender verify failed",
    "ratelimit": "rate limit exceeded",
    "policy": "we do not like you",
}

os.environ["TZ"] = "UTC"
time.tzset()
random.seed(int(os.environ.get("SEED", "2003")))


class World:
    """The hosts, what they do, and what is known of them."""

    def __init__(self):
        self.standing = count.Standing(count.Places())
        self.senders = [f"198.18.{i % 25}.{i}" for i in range(1, 101)] + [f"2001:db8:{i % 9}:{i}::/64" for i in range(1, 41)]
        self.strangers = [f"198.19.{i % 7}.{i}" for i in range(1, 80)] + [f"198.18.{i}.250" for i in range(25)] + [f"2001:db8:{i % 9}:f{i}::/64" for i in range(20)]
        self.both = [(host, kind) for number, kind in enumerate(TEXTS) for host in (f"198.18.{number}.{200 + number}", f"2001:db8:{number}:e::/64")]
        self.lines = self.offences = 0

    def accept(self, host, now):
        self.standing.accept(host, now)
        return f"1xVO3f-00036y-2K <= s@e H=mx.example [{text(host)}] P=esmtp S=900 id=x@y"

    def offend(self, host, kind, now):
        self.offences += 1
        if kind not in count.NEUTRAL:
            self.standing.offend(host, now)
        # A HELO could hold another host in the part of a line that is missing.
        return f"H=mx.example [{text(host)}] F=<s@e> rejected RCPT <x@y>: {TEXTS[kind]}"

    def something(self, now):
        """A line, and what follows from it."""
        self.lines += 1
        dice = random.random()
        if dice < 0.55:
            return self.accept(random.choice(self.senders), now)
        if dice < 0.8:
            return self.offend(random.choice(self.strangers), random.choice(list(TEXTS)), now)
        host, kind = random.choice(self.both)
        return self.offend(host, kind, now) if random.random() < 0.4 else self.accept(host, now)


def text(host):
    """An address of the host, as exim writes it; of a /64, one of its addresses."""
    network = ipaddress.ip_network(host)
    return str(network[0] if network.version == 4 else network[random.randrange(1, 1000)])


class Clock:
    """The clock of exim and the daemon. libfaketime ends the program if the file is empty: it is replaced, never truncated."""

    def __init__(self):
        self.file, self.offset = STATE + ".clock", 0
        self.set(0)

    def set(self, offset):
        self.offset = offset
        with open(self.file + ".new", "w") as new:
            new.write("%+d\n" % offset)
        os.replace(self.file + ".new", self.file)

    def now(self):
        """Milliseconds since 1970."""
        return int(time.time() * 1000) + self.offset * 1000


class Log:
    """A log as exim writes it, and as logrotate rotates it."""

    def __init__(self, world, clock):
        self.world, self.clock, self.turns = world, clock, 0
        self.file = open(LOG, "a", buffering=1)

    def stamp(self, now):
        return datetime.datetime.fromtimestamp(now // 1000, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S.") + "%03d " % (now % 1000)

    def write(self, lines=1, end="\n"):
        for _ in range(lines):
            now = self.clock.now()
            self.file.write(self.stamp(now) + self.world.something(now) + end)
        self.file.flush()

    def accept_only(self, lines):
        for _ in range(lines):
            now = self.clock.now()
            self.world.lines += 1
            self.file.write(self.stamp(now) + self.world.accept(random.choice(self.world.senders), now) + "\n")

    def old(self):
        """The rotated logs of some days before, one of them compressed."""
        for ago in range(OLD_DAYS, 0, -1):
            path, last = f"{LOG}.{ago}", self.clock.now() - ago * DAY * 1000
            with open(path, "w") as file:
                for number in range(400):
                    now = last + number
                    file.write(self.stamp(now) + self.world.something(now) + "\n")
            os.utime(path, (last // 1000, last // 1000))
            if ago > 1:
                subprocess.run(["gzip", path], check=True)
        self.world.lines = self.world.offences = 0

    def rotate(self, copy):
        """By renaming, or by copying and truncating, which loses lines that are not read yet, unless no daemon runs."""
        self.turns += 1
        for number in range(12, 0, -1):
            for suffix in ("", ".gz"):
                if os.path.exists(f"{LOG}.{number}{suffix}"):
                    os.replace(f"{LOG}.{number}{suffix}", f"{LOG}.{number + 1}{suffix}")
        self.file.close()
        if copy:
            shutil.copyfile(LOG, LOG + ".1")
            os.truncate(LOG, 0)
        else:
            os.rename(LOG, LOG + ".1")
        self.file = open(LOG, "a", buffering=1)


class Daemon:
    def __init__(self, clock):
        self.clock, self.process = clock, None
        self.environment = {**os.environ, "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": clock.file, "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
        self.configure()

    def configure(self):
        """Another brake each time, so that a reload has something to do."""
        with open(STATE + ".conf", "w") as config:
            config.write(f"[brake]\nknown-senders = {random.randint(3, 30)}/h\n[rule extra]\nclass = spam\nlimit = {random.randint(5, 50)}\nwindow = 1h\nblock = 1m\n")

    def start(self):
        words = open(STATE + ".words", "a")
        command = [SOBIG, "attach", "-j", INTERFACE, "--log", LOG, "--state", STATE, "-c", STATE + ".conf"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=words, text=True, env=self.environment)

    def wait_ready(self):
        for event in self.process.stdout:
            if '"event":"ready"' in event:
                return
        sys.exit("the daemon did not start:\n" + open(STATE + ".words").read()[-2000:])

    def stop(self, number):
        self.process.send_signal(number)
        status = self.process.wait()
        self.process.stdout.close()
        return status

    def reload(self):
        self.configure()
        self.process.send_signal(signal.SIGHUP)


def state(query):
    """Rows of the state; none if there is no such table yet."""
    if not os.path.exists(STATE + "/state.db"):
        return []
    try:
        return read_state(query)
    except sqlite3.OperationalError:
        return []


def read_state(query):
    return sqlite3.connect(STATE + "/state.db", timeout=10).execute(query).fetchall()


def counted():
    """The lines and offences that the daemons counted so far."""
    return (state("SELECT lines, offences FROM totals") or [(0, 0)])[0]


def until(holds, seconds):
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.1)


def key_of(kind, blob):
    """The name that the truth has for a row."""
    address = ipaddress.IPv6Address(blob)
    if address.ipv4_mapped:
        return f"{address.ipv4_mapped}" + ("/24" if kind else "")
    return f"{address}/{48 if kind else 64}"


def saved():
    """The rows of the state by name, with days since 1970."""
    ((day, inner, first, accepted, accepted_today, learned),) = state("SELECT day, table_day, first, accepted, accepted_today, learned FROM standing_clock")
    rows = {}
    for kind, blob, *row in state("SELECT kind, host, day, days, accepted, bad, accepted_today, bad_today, proof, bad_yesterday FROM standing"):
        row[0] += day - inner
        rows[key_of(kind, blob)] = tuple(row)
    return rows, (day, first + day - inner, accepted, accepted_today, learned)


def truth(standing):
    rows = {}
    for name, record in standing.records.items():
        days = sum(1 << (record.day - good - 1) for good in record.good_days if record.day - 30 <= good < record.day)
        rows[name] = (record.day, days, record.accepted, record.bad, record.accepted_today, record.bad_today, min(record.proof, 3), int(record.bad_yesterday))
    return rows, (standing.day, standing.first, standing.accepted, standing.accepted_today, 1)


def main():
    world, clock = World(), Clock()
    log, daemon = Log(world, clock), Daemon(clock)
    log.old()
    log.write(300)
    midnight = DAY - int(time.time()) % DAY
    # What the clock is off by: some hours, a midnight that is passed, and three days ahead and back.
    steps = [HOUR, 0, -HOUR, 0, midnight - 2, midnight - HOUR // 2, midnight + 5, midnight + 3 * DAY, midnight + 5]
    # No offence until the old logs are learned: those of hosts that are only known from there would not be counted.
    daemon.start()
    kills = reloads = ends = 0
    for _ in range(3):
        log.accept_only(5)
        time.sleep(random.random() * 0.3)
        daemon.stop(signal.SIGKILL)
        kills += 1
        log.accept_only(5)
        daemon.start()
    daemon.wait_ready()
    until(lambda: state("SELECT learned FROM standing_clock") == [(1,)], 60)
    # Until here, some lines were read as old logs.
    world.lines, world.offences = counted()
    for turn in range(KILLS):
        if turn * len(steps) // KILLS != (turn + 1) * len(steps) // KILLS:
            # What was written before was also read before.
            time.sleep(0.3)
            clock.set(steps[turn * len(steps) // KILLS])
            # A leap of days counts once a second line confirms it.
            log.write(5)
            time.sleep(0.3)
        for _ in range(random.randint(1, 30)):
            log.write(random.randint(1, 5))
            if random.random() < 0.1:
                time.sleep(random.random() * 0.01)
        if random.random() < 0.3:
            daemon.reload()
            reloads += 1
            log.write(10)
        if log.turns < ROTATIONS and random.random() < 3 / KILLS:
            log.rotate(False)
        time.sleep(random.random() * 0.3)
        is_end = random.random() < 0.2
        daemon.stop(signal.SIGTERM if is_end else signal.SIGKILL)
        ends += is_end
        kills += not is_end
        log.write(3)
        if log.turns < ROTATIONS and random.random() < 4 / KILLS:
            log.rotate(log.turns % 2)
        daemon.start()
        if random.random() < 0.2:
            time.sleep(random.random() * 0.3)
            daemon.stop(signal.SIGKILL)
            kills += 1
            daemon.start()
        daemon.wait_ready()
    until(lambda: counted()[0] == world.lines, 10)
    # A line without its end in a file that is rotated, and a daemon that ends before the file is closed.
    log.write(end="")
    log.rotate(False)
    log.write(3)
    time.sleep(0.3)
    daemon.stop(signal.SIGKILL)
    daemon.start()
    daemon.wait_ready()
    until(lambda: counted()[0] == world.lines, FULL_DISK)
    status = daemon.stop(signal.SIGTERM)
    (rows, sums), (wanted, wanted_sums) = saved(), truth(world.standing)
    lines, offences = counted()
    wrong = [f"{name}: is {wanted.get(name)}, saved is {rows.get(name)}" for name in sorted({**rows, **wanted}) if rows.get(name) != wanted.get(name)]
    nights = max(record.day for record in world.standing.records.values()) - world.standing.first
    print(
        f"# {kills} kills, {ends} ends, {reloads} reloads, {log.turns} rotations, {len(steps)} changes of the clock, {nights} nights; "
        f"{world.lines} lines written, {lines} counted; {len(wanted)} hosts and networks with a standing, {len(wrong)} wrong"
    )
    if sums != wanted_sums:
        wrong.append(f"day, first day, accepted, accepted today, learned: are {wanted_sums}, saved are {sums}")
    if (lines, offences) != (world.lines, world.offences):
        wrong.append(f"{lines} lines and {offences} offences were counted, {world.lines} and {world.offences} written")
    if status:
        wrong.append(f"the last daemon ended with status {status}")
    if glob.glob(STATE + "/*.damaged*"):
        wrong.append("a state was set aside")
    if wrong:
        print("".join(f"# {each}" for each in open(STATE + ".words") if "lost" in each or "not found" in each or "error" in each), end="")
    sys.exit("\n".join(wrong[:10]) or None)


main()
