# SPDX-License-Identifier: GPL-2.0-only
"""Shared by the parts of the bench: running programs, links between two namespaces, and sobig-xdp on one of them."""
import calendar
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from queue import SimpleQueue

HERE = os.path.dirname(os.path.abspath(__file__))
# The CPU of the storm, and those of everything else.
STORM_CPU, OTHER_CPU = 1, 0
MX4, MX6, WORLD4, WORLD6 = "192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"
WORLD_MAC, MX_MAC = "02:00:00:00:00:02", "02:00:00:00:00:01"
# More than the default size of the table, so the size is given.
BLOCKS_DEFAULT = 190000
FOLDER = "/run/bench"


class Failure(Exception):
    """Something could not be measured, with the reason."""


class programs:
    """Paths of the programs that are measured, and of those that measure."""

    sobig = storm = line_to_drop = judge_loop = exim = yardsticks = None

    @classmethod
    def find(cls, build):
        build = os.path.abspath(build)
        cls.sobig, cls.storm, cls.line_to_drop = f"{build}/sobig-xdp", f"{build}/selftests/storm", f"{build}/selftests/line_to_drop"
        cls.judge_loop = f"{build}/selftests/judge_loop"
        cls.exim, cls.yardsticks = f"{build}/exim", f"{build}/yardsticks"


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)[:200]}: status {done.returncode}: {(done.stderr or done.stdout).strip()[:400]}")
    return done.stdout


def median(values):
    return statistics.median(values)


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\33[K{text}", end="", file=sys.stderr, flush=True)


def busy():
    """The share of the processors that other processes use, measured for one second without load."""

    def ticks():
        with open("/proc/stat") as stat:
            fields = [int(word) for word in stat.readline().split()[1:]]
        return sum(fields), fields[3] + fields[4]

    (all_before, idle_before), _ = ticks(), time.sleep(1)
    all_after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / (all_after - all_before)


def hosts_of(family, hosts, first=0):
    return run(programs.storm, "list", str(family), str(first), str(hosts))


def generate(path, lines):
    """A main log of 2003 with this number of lines."""
    if not os.path.exists(path):
        progress(f"writing a log of {lines} lines")
        with open(path + ".part", "wb") as out:
            subprocess.run([sys.executable, f"{HERE}/generate.py", str(lines)], stdout=out, check=True)
        os.rename(path + ".part", path)


def generate_recent(path, source, end):
    """A copy of `source` with all times shifted, so that the last line has the time `end`."""
    with open(source) as log:
        lines = log.readlines()

    def seconds(line):
        return calendar.timegm(time.strptime(line[:19], "%Y-%m-%d %H:%M:%S"))

    later, stamps = int(end) - seconds(lines[-1]), {}
    with open(path, "w") as out:
        for line in lines:
            if line[:19] not in stamps:
                stamps[line[:19]] = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(seconds(line) + later))
            out.write(stamps[line[:19]] + line[19:])


class Daemon:
    """A process that says on standard output when it is ready."""

    def __init__(self, command, sign, name):
        self.name = name
        self.events = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(f"{FOLDER}/{name}.words", "w"), text=True)
        self.said = SimpleQueue()
        # Read all the time, because a writer waits for a full pipe.
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        self.wait_for(sign)

    def read(self):
        for line in self.process.stdout:
            self.said.put(line)
        self.said.put(None)

    def wait_for(self, sign):
        """Waits for the next line that contains the text."""
        for line in iter(self.said.get, None):
            self.events.append(line)
            if sign in line:
                return
        self.process.wait()
        words = open(f"{FOLDER}/{self.name}.words").read().strip()
        raise Failure(f"{self.name} ended before it said {sign}: {words[:400]}")

    def stop(self):
        self.process.terminate()
        self.reader.join(60)
        if self.process.wait(60) not in (0, -signal.SIGTERM):
            raise Failure(f"{self.name} ended with status {self.process.returncode}")


class Wire:
    """A veth pair: one end in our namespace, the other in the namespace of a mail host."""

    def __init__(self, name, queues=1):
        self.name, self.near = name, f"to-{name}"[:15]
        run("ip", "netns", "add", name)
        many = ["numtxqueues", str(queues), "numrxqueues", str(queues)]
        run("ip", "link", "add", self.near, "address", WORLD_MAC, *many, "type", "veth", "peer", "name", "mx0", "address", MX_MAC, *many, "netns", name)
        # A queue for each CPU, as NICs have them: what one CPU sends, it also receives at the other end.
        for queue in range(queues if queues > 1 else 0):
            with open(f"/sys/class/net/{self.near}/queues/tx-{queue}/xps_cpus", "w") as xps:
                xps.write(f"{1 << queue:x}")
        run("ip", "link", "set", self.near, "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "link", "set", "mx0", "up")
        self.inside("ip", "address", "add", f"{MX4}/24", "dev", "mx0")
        self.inside("ip", "address", "add", f"{MX6}/64", "dev", "mx0", "nodad")
        # All of the world is behind this end, so no neighbour lookups are needed.
        for gateway in (WORLD4, WORLD6):
            self.inside("ip", "neigh", "add", gateway, "lladdr", WORLD_MAC, "dev", "mx0")
            self.inside("ip", "route", "add", "default", "via", gateway, "dev", "mx0")
        self.inside("sysctl", "-qw", "net.ipv4.tcp_syncookies=1", "net.core.somaxconn=4096")
        # A veth with an XDP program has it; the others shall have what that gives, too.
        self.inside(programs.storm, "gro", "mx0")

    def command(self, *command):
        return ["nsenter", f"--net=/run/netns/{self.name}", "--", *command]

    def inside(self, *command, stdin=None):
        return run(*self.command(*command), stdin=stdin)

    def counts(self):
        counts = json.loads(self.inside(programs.storm, "counts", "mx0"))
        return {key: sum(v for k, v in counts.items() if re.fullmatch(rf"rx_queue_\d+_{key}", k)) for key in ("xdp_packets", "xdp_drops")}

    def send_command(self, family, hosts, seconds, rate=0, receiver=-1):
        # A network card asks no scheduler.
        return ["nice", "-n", "-20", "taskset", "-c", str(STORM_CPU), programs.storm, "send", self.near, MX_MAC, str(family), str(hosts), str(seconds), str(rate), str(receiver)]

    def send(self, family, hosts, seconds):
        return json.loads(run(*self.send_command(family, hosts, seconds)))

    def close(self):
        run("ip", "link", "delete", self.near)
        run("ip", "netns", "delete", self.name)


class Ours:
    """sobig-xdp, used only by its command line, with its own pins and its own state, which is new unless it is given."""

    def __init__(self, wire, mode="native", blocks=0, family=4, logs=(), cpus=str(OTHER_CPU), keep_state=False):
        self.wire, self.pins, self.state = wire, f"/sys/fs/bpf/{wire.name}", f"{FOLDER}/{wire.name}.state"
        logs = logs or [f"{FOLDER}/{wire.name}.log"]
        if not keep_state:
            shutil.rmtree(self.state, ignore_errors=True)
        for log in logs:
            open(log, "a").close()
        command = [programs.sobig, "attach", "-j", *self.places(), "--mode", mode, "--helo-checked"]
        for log in logs:
            command += ["--log", log]
        # There is room for half as many IPv6 networks.
        room = blocks if family == 4 else 2 * blocks
        if room > BLOCKS_DEFAULT:
            command += ["--blocks", str(room + room // 10)]
        self.daemon = Daemon(["taskset", "-c", cpus, *wire.command(*command, "mx0")], '"ready"', wire.name)
        events = [json.loads(line) for line in self.daemon.events]
        self.program = next(e["program"] for e in events if e["event"] == "attach")
        self.pid = self.daemon.process.pid

    def places(self):
        return ["--pins", self.pins, "--state", self.state]

    def block(self, addresses):
        command = " ".join([programs.sobig, "block", *self.places(), "-", "--for", "2h"])
        before = time.monotonic()
        self.wire.inside("sh", "-c", f"exec {command} >/dev/null", stdin=addresses)
        return time.monotonic() - before

    def status(self):
        # It ends with 1 when there is something to say, as of a table that is nearly full.
        command = " ".join([programs.sobig, "status", "-j", *self.places()])
        return json.loads(self.wire.inside("sh", "-c", f"{command} || true"))["interfaces"][0]

    def dropped(self):
        return sum(count for name, count in self.status()["counters"].items() if name.startswith("dropped"))

    def passed(self):
        """Number of packets that passed."""
        return sum(count for name, count in self.status()["counters"].items() if not name.startswith("dropped") and name != "passed_other")

    def close(self):
        self.daemon.stop()
        if os.path.exists(self.pins):
            raise Failure(f"{self.wire.name}: pins are left after SIGTERM")


def missed(row):
    return "" if row["met"] else " (missed)"
