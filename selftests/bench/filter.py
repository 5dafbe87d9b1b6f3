#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""How fast the filter drops a storm, beside other filters, and what of the storm good senders notice.

filter.py [--quick] [--only WHAT,...] [--hosts N,...] [--families 4,6] [--rounds N] [--seconds S] [--parts PART,...] [--output FOLDER] SOBIG-XDP STORM EXIM

WHAT: bare ours generic xdp-filter nftables ipset none; PART: frames nanoseconds install mail; EXIM is the folder it was unpacked
in. To try one program in a few seconds:  filter.py --quick --parts frames --only bare,ours --hosts 1000,64000 SOBIG-XDP STORM EXIM

Frames: a program rewrites the source of each of its frames (BPF_PROG_TEST_RUN, live frames) and redirects it into a veth; what is
measured receives at the other end, on the same CPU. Each filter has a wire and a table of its own; rounds go from one to the next.
The time is the kernel's count of sending and receiving, so that other processes hardly matter. A filter must itself count over
99 % of the packets as dropped. xdp-filter takes 10,000 addresses at most, and no networks: it appears at 1,000 IPv4 hosts only.

Mail: good senders talk to a real exim; all of that on one CPU. The storm is made on the other CPU; it is received there, too, as by a
network card with a queue for each CPU, or else on exim's, as by one with one queue. There, half of what it costs is the bench's own
way of handing it over: hence the line with the least that a filter could do. Other work on the machine spoils these figures.

All of it lives in namespaces without names below one process; when that ends, however it ends, the kernel takes everything away.
"""
import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FILTERS = ["bare", "ours", "generic", "xdp-filter", "nftables", "ipset", "none"]
TITLES = {"bare": "bare XDP_DROP", "ours": "sobig-xdp, native", "generic": "sobig-xdp, generic", "xdp-filter": "xdp-filter", "nftables": "nftables, netdev ingress set", "ipset": "ipset in raw PREROUTING", "none": "no filter, a listening port"}
PARTS = ["frames", "nanoseconds", "install", "mail"]
# DESIGN's aims.
SHARE_AIMS = {1000: 0.92, 64000: 0.88, 1000000: 0.65}
TIMES_AIM = 2
NANOSECONDS_AIMS = {"drop": 15, "other": 4}
INSTALL_AIM = 2.0
MAIL_AIM = 0.9
# What xdp-filter's tables hold.
XDP_FILTER_MAX = 10000
# More than the table holds by default: it must be told.
BLOCKS_DEFAULT = 190000
DROPPED_LEAST = 0.99
BUSY_MOST = 0.05
# What a storm runs on, and everything else.
STORM_CPU, OTHER_CPU = 1, 0
MX4, MX6, WORLD4, WORLD6 = "192.0.2.1", "2001:db8::1", "192.0.2.2", "2001:db8::2"
WORLD_MAC, MX_MAC = "02:00:00:00:00:02", "02:00:00:00:00:01"
LISTEN = "import socket, time\ns = socket.create_server(('::', 25), family=socket.AF_INET6, dualstack_ipv6=True, backlog=4096)\nprint('ready', flush=True)\ntime.sleep(1e9)"


class Failure(Exception):
    pass


def run(*command, stdin=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)[:200]}: status {done.returncode}: {(done.stderr or done.stdout).strip()[:400]}")
    return done.stdout


def until(what, ready, seconds=30):
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise Failure(f"{what}: nothing within {seconds} s")
        time.sleep(0.01)


def median(values):
    return statistics.median(values)


class Daemon:
    """A process that says on standard output when it is ready."""

    def __init__(self, command, sign, name):
        self.name = name
        self.events = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(f"/run/bench/{name}.words", "w"), text=True)
        for line in self.process.stdout:
            self.events.append(line)
            if sign in line:
                return
        self.process.wait()
        words = open(f"/run/bench/{name}.words").read().strip()
        raise Failure(f"{name} did not start: {words[:400]}")

    def stop(self):
        self.process.terminate()
        self.process.stdout.close()
        if self.process.wait(30) not in (0, -signal.SIGTERM):
            raise Failure(f"{self.name} ended with status {self.process.returncode}")


class Wire:
    """A veth pair: one end is ours, the other is a mail host's, in a namespace of its own."""

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
        # All of the world is behind our end, and nobody need be asked where.
        for gateway in (WORLD4, WORLD6):
            self.inside("ip", "neigh", "add", gateway, "lladdr", WORLD_MAC, "dev", "mx0")
            self.inside("ip", "route", "add", "default", "via", gateway, "dev", "mx0")
        self.inside("sysctl", "-qw", "net.ipv4.tcp_syncookies=1", "net.core.somaxconn=4096")
        # A veth with an XDP program has it; the others shall have what that gives, too.
        self.inside(STORM, "gro", "mx0")

    def command(self, *command):
        return ["nsenter", f"--net=/run/netns/{self.name}", "--", *command]

    def inside(self, *command, stdin=None):
        return run(*self.command(*command), stdin=stdin)

    def counts(self):
        counts = json.loads(self.inside(STORM, "counts", "mx0"))
        return {key: sum(v for k, v in counts.items() if re.fullmatch(rf"rx_queue_\d+_{key}", k)) for key in ("xdp_packets", "xdp_drops")}

    def send_command(self, family, hosts, seconds, rate=0, receiver=-1):
        # A network card asks no scheduler.
        return ["nice", "-n", "-20", "taskset", "-c", str(STORM_CPU), STORM, "send", self.near, MX_MAC, str(family), str(hosts), str(seconds), str(rate), str(receiver)]

    def send(self, family, hosts, seconds):
        return json.loads(run(*self.send_command(family, hosts, seconds)))

    def close(self):
        run("ip", "link", "delete", self.near)
        run("ip", "netns", "delete", self.name)


class Ours:
    """sobig-xdp, by its command line only."""

    def __init__(self, wire, mode="native", blocks=0, family=4, logs=()):
        self.wire, self.pins = wire, f"/sys/fs/bpf/{wire.name}"
        logs = logs or [f"/run/bench/{wire.name}.log"]
        for log in logs:
            open(log, "a").close()
        command = [SOBIG, "attach", "-j", "--pins", self.pins, "--mode", mode]
        for log in logs:
            command += ["--log", log]
        # There is room for half as many IPv6 networks.
        room = blocks if family == 4 else 2 * blocks
        if room > BLOCKS_DEFAULT:
            command += ["--blocks", str(room + room // 10)]
        self.daemon = Daemon(["taskset", "-c", str(OTHER_CPU), *wire.command(*command, "mx0")], '"ready"', wire.name)
        events = [json.loads(line) for line in self.daemon.events]
        self.program = next(e["program"] for e in events if e["event"] == "attach")

    def block(self, addresses):
        before = time.monotonic()
        self.wire.inside("sh", "-c", f"exec {SOBIG} block --pins {self.pins} - --for 2h >/dev/null", stdin=addresses)
        return time.monotonic() - before

    def status(self):
        # It ends with 1 when there is something to say, as of a table that is nearly full.
        return json.loads(self.wire.inside("sh", "-c", f"{SOBIG} status -j --pins {self.pins} || true"))["interfaces"][0]

    def dropped(self):
        return sum(count for name, count in self.status()["counters"].items() if name.startswith("dropped"))

    def passed(self):
        """What should have been dropped, perhaps."""
        return sum(count for name, count in self.status()["counters"].items() if not name.startswith("dropped") and name != "passed_other")

    def close(self):
        self.daemon.stop()
        if os.path.exists(self.pins):
            raise Failure(f"{self.wire.name}: pins are left after SIGTERM")


class Filter:
    """One filter on a wire of its own, with so many hosts blocked."""

    def __init__(self, name, family, hosts, addresses):
        self.name, self.family, self.hosts = name, family, hosts
        self.wire = Wire(name)
        self.ours = self.listener = None
        try:
            getattr(self, "set_up_" + name.replace("-", "_"))(addresses)
        except Failure:
            self.close()
            raise

    def set_up_bare(self, _):
        self.wire.inside(STORM, "drop", "mx0")

    def set_up_ours(self, addresses, mode="native"):
        self.ours = Ours(self.wire, mode, self.hosts, self.family)
        self.ours.block(addresses)

    def set_up_generic(self, addresses):
        self.set_up_ours(addresses, "generic")

    def set_up_xdp_filter(self, addresses):
        self.wire.inside("xdp-filter", "load", "--mode", "native", "--features", f"ipv{self.family}", "mx0")
        # It takes one at a time; a shell of its own for them all is the quickest.
        self.wire.inside("sh", "-c", "while read -r address; do xdp-filter ip --mode src $address >/dev/null || exit 1; done", stdin=addresses)

    def set_up_nftables(self, addresses):
        lines = ",\n".join(addresses.split())
        # IPv6 is blocked by /64: masked, it is one look-up in a hash, where a set of networks would be a tree.
        key = "ip saddr" if self.family == 4 else "ip6 saddr & ffff:ffff:ffff:ffff::"
        self.wire.inside("nft", "-f", "-", stdin=f"table netdev bench {{\n counter dead {{ }}\n set blocked {{ type ipv{self.family}_addr; size {self.hosts + 1000}; elements = {{ {lines} }} }}\n"
                         f" chain ingress {{ type filter hook ingress device mx0 priority 0; {key} @blocked counter name dead drop\n }}\n}}\n")

    def set_up_ipset(self, addresses):
        family, tables, mask = ("inet", "iptables", "") if self.family == 4 else ("inet6", "ip6tables", " netmask 64")
        adds = "".join(f"add blocked {address}\n" for address in addresses.split())
        self.wire.inside("ipset", "restore", stdin=f"create blocked hash:ip family {family}{mask} hashsize {max(1024, self.hosts)} maxelem {self.hosts + 1000}\n{adds}")
        self.wire.inside(tables, "-t", "raw", "-A", "PREROUTING", "-m", "set", "--match-set", "blocked", "src", "-j", "DROP")

    def set_up_none(self, _):
        self.listener = Daemon(self.wire.command(sys.executable, "-c", LISTEN), "ready", "listener")

    def dropped(self):
        """By the filter's own count; of a bare XDP_DROP, by the driver's."""
        if self.ours:
            return self.ours.dropped()
        if self.name == "bare":
            return self.wire.counts()["xdp_drops"]
        if self.name == "xdp-filter":
            text = self.wire.inside("xdp-filter", "status")
            return int(re.search(r"XDP_DROP\s+(\d+)\s+pkts", text).group(1))
        if self.name == "nftables":
            text = self.wire.inside("nft", "list", "counters", "table", "netdev", "bench")
            return int(re.search(r"packets (\d+)", text).group(1))
        if self.name == "ipset":
            text = self.wire.inside("iptables" if self.family == 4 else "ip6tables", "-t", "raw", "-nvxL", "PREROUTING")
            return int(re.search(r"^\s*(\d+)\s+\d+\s+DROP", text, re.M).group(1))
        # Nothing drops here. What the stack answers to shows that it had to do with them all.
        links = json.loads(run("ip", "-j", "-s", "link", "show", "dev", self.wire.near))
        return links[0]["stats64"]["rx"]["packets"]

    def measure(self, seconds):
        """Packets a second that reached the filter, by the time that the kernel says it took."""
        arrived = self.wire.counts()["xdp_packets"]
        sent = self.wire.send(self.family, self.hosts, seconds)
        arrived = self.wire.counts()["xdp_packets"] - arrived
        return {"pps": arrived / sent["sent"] * 1e9 / sent["nanoseconds"], "arrived": arrived / sent["sent"], "wall_pps": arrived / sent["seconds"]}

    def open_count(self):
        self.counted = self.dropped(), self.wire.counts()["xdp_packets"]

    def close_count(self):
        """Of what arrived since then, the part that the filter says it dropped. Else this would measure something else."""
        dropped, arrived = (after - before for after, before in zip((self.dropped(), self.wire.counts()["xdp_packets"]), self.counted))
        if self.name == "none":
            if dropped < arrived * 0.5:
                raise Failure(f"none: of {arrived} SYNs only {dropped} were answered")
            return None
        if not arrived or not DROPPED_LEAST < dropped / arrived <= 1.0001:
            raise Failure(f"{self.name}, {self.hosts} IPv{self.family} hosts: of {arrived} packets {dropped} were dropped")
        return dropped / arrived

    def close(self):
        if self.ours:
            self.ours.close()
        if self.name == "xdp-filter":
            self.wire.inside("xdp-filter", "unload", "mx0")
        if self.listener:
            self.listener.stop()
        self.wire.close()


def busy():
    """How much of the machine others use, in a second in which we do nothing."""

    def ticks():
        with open("/proc/stat") as stat:
            fields = [int(word) for word in stat.readline().split()[1:]]
        return sum(fields), fields[3] + fields[4]

    (all_before, idle_before), _ = ticks(), time.sleep(1)
    all_after, idle_after = ticks()
    return 1 - (idle_after - idle_before) / (all_after - all_before)


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\33[K{text}", end="", file=sys.stderr, flush=True)


def hosts_of(family, hosts, first=0):
    return run(STORM, "list", str(family), str(first), str(hosts))


def bench_frames(options):
    rows, failures = [], []
    for family in options.families:
        for hosts in options.hosts:
            addresses = hosts_of(family, hosts)
            with contextlib.ExitStack() as stack:
                filters = []
                for name in options.only:
                    # It knows no networks, and so no /64.
                    if name == "xdp-filter" and (hosts > XDP_FILTER_MAX or family == 6):
                        continue
                    progress(f"IPv{family}, {hosts} hosts: setting up {name}")
                    try:
                        filters.append(Filter(name, family, hosts, addresses))
                    except Failure as failure:
                        if name not in ("ours", "generic"):
                            raise
                        failures.append(f"{name}, {hosts} IPv{family} hosts: {failure}")
                        continue
                    stack.callback(filters[-1].close)
                runs = {f.name: [] for f in filters}
                for f in filters:
                    f.measure(options.seconds / 3)
                    f.open_count()
                for round_ in range(options.rounds):
                    for f in filters:
                        progress(f"IPv{family}, {hosts} hosts: round {round_ + 1}: {f.name}")
                        runs[f.name].append(f.measure(options.seconds))
                dropped = {f.name: f.close_count() for f in filters}
            for name in runs:
                pps = [r["pps"] for r in runs[name]]
                shares = [r["pps"] / b["pps"] for r, b in zip(runs[name], runs["bare"])] if "bare" in runs else []
                ratios = [o["pps"] / r["pps"] for r, o in zip(runs[name], runs["ours"])] if "ours" in runs else []
                rows.append({"filter": name, "family": family, "hosts": hosts, "pps": median(pps), "pps_least": min(pps), "pps_most": max(pps), "share": median(shares) if shares else None, "ours_to_it": median(ratios) if ratios else None,
                             "share_least": min(shares, default=None), "share_most": max(shares, default=None), "dropped": dropped[name], "wall_pps": median([r["wall_pps"] for r in runs[name]]),
                             "arrived": min(r["arrived"] for r in runs[name])})
            judge_frames([r for r in rows if r["family"] == family and r["hosts"] == hosts])
            progress("")
            print_frames(family, hosts, [r for r in rows if r["family"] == family and r["hosts"] == hosts])
    return rows, failures


def judge_frames(rows):
    ours = next((r for r in rows if r["filter"] == "ours"), None)
    for row in rows:
        row["aim"] = None
        if row is ours:
            row["aim"] = SHARE_AIMS.get(row["hosts"])
            row["met"] = row["share"] is not None and row["aim"] is not None and row["share"] >= row["aim"]
        elif ours and row["filter"] in ("nftables", "ipset", "xdp-filter"):
            row["aim"] = 1 if row["filter"] == "xdp-filter" else TIMES_AIM
            row["met"] = row["ours_to_it"] >= row["aim"]


def missed(row):
    return "" if row["met"] else " (missed)"


def print_frames(family, hosts, rows):
    print(f"\n{f'IPv{family}, {hosts:,} hosts blocked':32} {'M pkt/s':>8} {'ns/pkt':>7} {'of bare':>8} {'from':>6} {'to':>6} {'dropped':>8}  {'we, to it':>9}  aim")
    for row in rows:
        aim = ""
        if row["aim"]:
            aim = f"{row['aim']:g}{' of bare' if row['filter'] == 'ours' else 'x'}{missed(row)}"
        share = f"{row['share']:8.2f} {row['share_least']:6.2f} {row['share_most']:6.2f}" if row["share"] is not None else " " * 22
        dropped = f"{row['dropped'] * 100:7.2f}%" if row["dropped"] is not None else "        "
        ratio = f"{row['ours_to_it']:9.2f}" if row["ours_to_it"] else " " * 9
        print(f"{TITLES[row['filter']]:32} {row['pps'] / 1e6:8.2f} {1e9 / row['pps']:7.1f} {share} {dropped}  {ratio}  {aim}".rstrip(), flush=True)


def bench_nanoseconds(options):
    hosts = 1000
    wire = Wire("nanoseconds")
    ours = Ours(wire)
    ours.block(hosts_of(4, hosts))
    ours.block(hosts_of(6, hosts))
    repeat, rounds = (300000, 3) if options.quick else (1000000, 5)
    result = json.loads(run("taskset", "-c", str(STORM_CPU), STORM, "nanoseconds", str(ours.program), str(hosts), str(repeat), str(rounds)))
    ours.close()
    wire.close()
    print(f"\n{'ns per packet above XDP_DROP':32} {'ns':>8} {'from':>8} {'to':>8}  aim    (XDP_DROP: {result['floor']:.1f})")
    for row in result["kinds"]:
        row["aim"] = NANOSECONDS_AIMS["drop"] if row["blocked"] else NANOSECONDS_AIMS["other"] if not row["syn"] else None
        row["met"] = row["aim"] is None or row["above"] <= row["aim"]
        aim = f"{row['aim']}{missed(row)}" if row["aim"] else ""
        print(f"{row['name']:32} {row['above']:8.1f} {row['least']:8.1f} {row['most']:8.1f}  {aim}".rstrip(), flush=True)
    return result | {"repeat": repeat, "rounds": rounds, "hosts": hosts}


def bench_install(options):
    count = 100000 if options.quick else 1000000
    addresses = hosts_of(4, count)
    rounds = 1 if options.quick else 3
    ours_took, plain_took = [], []
    for _ in range(rounds):
        plain_took.append(json.loads(run("taskset", "-c", str(OTHER_CPU), STORM, "updates", str(count)))["seconds"])
        wire = Wire("install")
        try:
            ours = Ours(wire, blocks=count)
            try:
                ours_took.append(ours.block(addresses))
            finally:
                ours.close()
        finally:
            wire.close()
    row = {"blocks": count, "seconds": median(ours_took), "least": min(ours_took), "most": max(ours_took), "plain_seconds": median(plain_took), "aim": INSTALL_AIM * count / 1e6}
    row["met"] = row["seconds"] <= row["aim"]
    print(f"\n{count:,} blocks installed by `block -` in {row['seconds']:.2f} s ({row['least']:.2f} to {row['most']:.2f}), aim {row['aim']:g} s{missed(row)}; as many single updates of a plain LRU hash: {row['plain_seconds']:.2f} s", flush=True)
    return row


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
# The storm that all three have to bear.
MAIL_STORM = 200000
LOG_RATE = 10000
# What drops the storm (None: nothing does), whether exim's CPU receives it, whether a busy log is read beside it, and the aim.
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
    """Good sessions a second, with what is to go on beside them."""
    _, drops, near, reads, _ = MAIL_CASES[case]
    seconds = 1.0 if options.quick else 2.0
    ours = storm = appender = None
    try:
        if drops == "ours":
            log = "/run/bench/busy.log"
            with contextlib.suppress(FileNotFoundError):
                os.unlink(log)
            ours = Ours(wire, logs=["/mnt/lab/log/mainlog"] + ([log] if reads else []))
            ours.block(hosts_of(4, MAIL_HOSTS))
        if drops == "least":
            wire.inside(STORM, "least", "mx0")
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
            wire.inside(STORM, "off", "mx0")
            # It took GRO along.
            wire.inside(STORM, "gro", "mx0")


def bench_mail(options):
    wire = Wire("mail", queues=2)
    run("ip", "address", "add", f"{WORLD4}/24", "dev", wire.near)
    run("ip", "neigh", "add", MX4, "lladdr", MX_MAC, "dev", wire.near)
    for address in SENDERS:
        run("ip", "address", "add", f"{address}/32", "dev", wire.near)
    mailhost = Daemon(wire.command(f"{HERE}/mailhost", os.path.abspath(options.exim)), "ready", "mailhost")
    busy_log = "/run/bench/busy"
    with open(busy_log, "w") as out:
        subprocess.run([sys.executable, f"{HERE}/generate.py", "50000"], stdout=out, check=True)
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
    return rows


PLOT = """set terminal svg size 1100,440 dynamic enhanced font 'sans-serif,13' background rgb 'white'
set output '{svg}'
set multiplot layout 1,{panels} margins screen 0.07,0.78,0.16,0.82 spacing screen 0.08 title 'A storm of SYNs from blocked hosts: packets dropped per second, beside a bare XDP\\_DROP' font ',15'
set style data histogram
set style histogram errorbars gap 1.5 lw 1
set style fill solid 0.85 border -1
set boxwidth 0.95
set yrange [0:1.1]
set ytics 0.2
set grid ytics lc rgb '#cccccc'
set ylabel 'share of a bare XDP\\_DROP'
set xlabel 'hosts blocked'
set key at screen 0.79,0.82 left top vertical Left reverse samplen 1.5 spacing 1.3 font ',12'
"""
COLOURS = {"ours": "#1b6ca8", "generic": "#7fb2dc", "xdp-filter": "#5aa469", "nftables": "#e08e45", "ipset": "#c25450", "none": "#999999"}


def plot(rows, folder):
    """Bars: filters by number of hosts, a panel for each family. What could not be measured has no bar."""
    shares = {(r["family"], r["hosts"], r["filter"]): r for r in rows if r["share"] is not None}
    families = sorted({family for family, _, _ in shares})
    if not families or not shutil.which("gnuplot"):
        return None
    data, script = "", PLOT.format(svg=f"{folder}/filter.svg", panels=len(families))
    for family in families:
        hosts = sorted({h for f, h, _ in shares if f == family})
        names = [n for n in COLOURS if any((family, h, n) in shares for h in hosts)]
        data += f"$ipv{family} << EOD\n"
        for h in hosts:
            cells = [shares.get((family, h, n)) for n in names]
            data += f'"{h:,}" ' + " ".join(f"{c['share']:.4f} {c['share_least']:.4f} {c['share_most']:.4f}" if c else "- - -" for c in cells) + "\n"
        data += "EOD\n"
        bars = ", ".join(f"$ipv{family} using {2 + 3 * i}:{3 + 3 * i}:{4 + 3 * i} title '{TITLES[n].split(', netdev')[0]}' lc rgb '{COLOURS[n]}'" for i, n in enumerate(names))
        labels = ", ".join(f"'{h:,}' {i}" for i, h in enumerate(hosts))
        # One legend for all, by the panel that has all the bars.
        script += "unset key\n" if family != families[0] else ""
        script += f"set xrange [-0.6:{len(hosts) - 0.4}]\nset xtics ({labels}) scale 0\nset title 'IPv{family}{', a /64 a host' if family == 6 else ''}'\nplot {bars}\n"
    run("gnuplot", stdin=data + script + "unset multiplot\n")
    return f"{folder}/filter.svg"


def inside(options):
    """In the namespaces."""
    # Nothing need be put in order first: the kernel does.
    signal.signal(signal.SIGINT, lambda *_: os._exit(128 + signal.SIGINT))
    for folder in ("/run", "/mnt"):
        run("mount", "-t", "tmpfs", "-o", "mode=755", "bench", folder)
    run("mount", "-t", "sysfs", "sysfs", "/sys")
    run("mount", "-t", "bpf", "-o", "mode=700", "bpf", "/sys/fs/bpf")
    os.makedirs("/run/bench")
    run("ip", "link", "set", "lo", "up")
    os.sched_setaffinity(0, {OTHER_CPU})
    result = {"kind": "bench-filter", "rounds": options.rounds, "seconds": options.seconds, "kernel": os.uname().release, "busy": busy(), "failures": []}
    if result["busy"] > BUSY_MOST:
        print(f"Other processes use {result['busy']:.0%} of this machine: what is measured in real time, mail and installing, will look bad.")
    if "frames" in options.parts:
        result["frames"], result["failures"] = bench_frames(options)
    if "nanoseconds" in options.parts:
        result["nanoseconds"] = bench_nanoseconds(options)
    for part in ("install", "mail"):
        if part in options.parts:
            try:
                result[part] = {"install": bench_install, "mail": bench_mail}[part](options)
            except Failure as failure:
                result["failures"].append(f"{part}: {failure}")
    with open(f"{options.output}/filter.json", "w") as out:
        json.dump(result, out, indent=1)
    plotted = plot(result.get("frames", []), options.output)
    for failure in result["failures"]:
        print(f"FAILED: {failure}", file=sys.stderr)
    print(f"\nMedians of {options.rounds} interleaved rounds of {options.seconds:g} s; also in {options.output}/filter.json{f' and {plotted}' if plotted else ''}")
    return 1 if result["failures"] else 0


def outside():
    """Runs itself once more in namespaces, which end with it, and it with us."""
    if os.geteuid():
        sys.exit("the bench of the filter needs root for its namespaces")
    command = ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child=SIGKILL", "--mount-proc", "--propagation", "private", "--"]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _: sys.exit(128 + got))
    child = subprocess.Popen([*command, sys.executable, *sys.argv], env=os.environ | {"BENCH_INSIDE": "1"})
    try:
        return child.wait()
    finally:
        child.kill()
        child.wait()


def numbers(text):
    return [int(word) for word in text.split(",")]


def main():
    global SOBIG, STORM
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", type=lambda text: text.split(","), default=FILTERS)
    parser.add_argument("--hosts", type=numbers)
    parser.add_argument("--families", type=numbers)
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--parts", type=lambda text: text.split(","), default=PARTS)
    parser.add_argument("--rate", type=float, default=MAIL_STORM, help="SYNs a second beside the good mail; 0: all that goes")
    parser.add_argument("--output", default="build/bench")
    parser.add_argument("program")
    parser.add_argument("storm")
    parser.add_argument("exim")
    options = parser.parse_args()
    options.hosts = options.hosts or ([1000, 64000] if options.quick else [1000, 64000, 1000000])
    options.families = options.families or ([4] if options.quick else [4, 6])
    options.rounds = options.rounds or (2 if options.quick else 5)
    options.seconds = options.seconds or (0.15 if options.quick else 0.3)
    unknown = set(options.only) - set(FILTERS) | set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    SOBIG, STORM = os.path.abspath(options.program), os.path.abspath(options.storm)
    os.makedirs(options.output, exist_ok=True)
    if "BENCH_INSIDE" not in os.environ:
        sys.exit(outside())
    try:
        sys.exit(inside(options))
    except Failure as failure:
        sys.exit(f"filter.py: {failure}")


main()
