# SPDX-License-Identifier: GPL-2.0-only
"""Measures how fast the filter drops a storm, compared with other filters.

A program gives each frame another source address (BPF_PROG_TEST_RUN, live frames) and redirects it into a veth; the filter receives
it at the other end, on the same CPU. Each filter has its own wire and its own table, and each round measures all filters in turn. The
time is the kernel's time for sending and receiving, so that other processes hardly matter. A filter must count over 99 % of the
packets as dropped. xdp-filter accepts at most 10,000 addresses and no networks, so it is measured only with the smallest number of
IPv4 hosts.
"""
import contextlib
import json
import re
import sys

from common import Daemon, Failure, Ours, Wire, hosts_of, median, missed, progress, programs, run

FILTERS = ["bare", "ours", "generic", "xdp-filter", "nftables", "ipset", "none"]
TITLES = {"bare": "bare XDP_DROP", "ours": "sobig-xdp, native", "generic": "sobig-xdp, generic", "xdp-filter": "xdp-filter", "nftables": "nftables, netdev ingress set", "ipset": "ipset in raw PREROUTING", "none": "no filter, a listening port"}
# DESIGN's aims: shares of a bare XDP_DROP by the number of hosts, least first, and how often as fast as others.
SHARE_AIMS = (0.96, 0.94, 0.72)
TIMES_AIMS = {"nftables": 3.5, "ipset": 4, "xdp-filter": 1.2}
# What xdp-filter's tables hold.
XDP_FILTER_MAX = 10000
DROPPED_LEAST = 0.99
LISTEN = "import socket, time\ns = socket.create_server(('::', 25), family=socket.AF_INET6, dualstack_ipv6=True, backlog=4096)\nprint('ready', flush=True)\ntime.sleep(1e9)"


class Filter:
    """One filter on its own wire, with this number of blocked hosts."""

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
        self.wire.inside(programs.storm, "drop", "mx0")

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
        """Packets that the filter counted as dropped; for a bare XDP_DROP, packets that the driver counted."""
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
        """Packets a second that reached the filter, by the time that the kernel measured."""
        arrived = self.wire.counts()["xdp_packets"]
        sent = self.wire.send(self.family, self.hosts, seconds)
        arrived = self.wire.counts()["xdp_packets"] - arrived
        return {"pps": arrived / sent["sent"] * 1e9 / sent["nanoseconds"], "arrived": arrived / sent["sent"], "wall_pps": arrived / sent["seconds"]}

    def open_count(self):
        self.counted = self.dropped(), self.wire.counts()["xdp_packets"]

    def close_count(self):
        """Checks the share of packets that the filter counted as dropped since then, to be sure that drops are measured."""
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


def share_aim(hosts, options):
    return dict(zip(options.hosts, SHARE_AIMS)).get(hosts)


def can(name, family, hosts, options):
    # It knows no networks, and so no /64.
    return name != "xdp-filter" or (hosts == min(options.hosts) and hosts <= XDP_FILTER_MAX and family == 4)


def bench_frames(options, found):
    rows, failures = [], []
    for family in options.families:
        for hosts in options.hosts:
            addresses = hosts_of(family, hosts)
            with contextlib.ExitStack() as stack:
                filters = []
                for name in options.only:
                    if not can(name, family, hosts, options):
                        continue
                    progress(f"IPv{family}, {hosts} hosts: setting up {name}")
                    try:
                        filters.append(Filter(name, family, hosts, addresses))
                    except Failure as failure:
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
                dropped = {}
                for f in filters:
                    try:
                        dropped[f.name] = f.close_count()
                    except Failure as failure:
                        failures.append(str(failure))
                        del runs[f.name]
            for name in runs:
                pps = [r["pps"] for r in runs[name]]
                shares = [r["pps"] / b["pps"] for r, b in zip(runs[name], runs["bare"])] if "bare" in runs else []
                ratios = [o["pps"] / r["pps"] for r, o in zip(runs[name], runs["ours"])] if "ours" in runs else []
                rows.append({"filter": name, "family": family, "hosts": hosts, "pps": median(pps), "pps_least": min(pps), "pps_most": max(pps), "share": median(shares) if shares else None, "ours_to_it": median(ratios) if ratios else None,
                             "share_least": min(shares, default=None), "share_most": max(shares, default=None), "dropped": dropped[name], "wall_pps": median([r["wall_pps"] for r in runs[name]]),
                             "arrived": min(r["arrived"] for r in runs[name])})
            judge_frames([r for r in rows if r["family"] == family and r["hosts"] == hosts], options, found)
            progress("")
            print_frames(family, hosts, [r for r in rows if r["family"] == family and r["hosts"] == hosts])
    return rows, failures


def judge_frames(rows, options, found):
    for row in rows:
        row["aim"], key = None, (row["family"], row["hosts"])
        if row["filter"] == "ours" and row["share"] is not None:
            row["aim"] = share_aim(row["hosts"], options)
            row["met"] = row["aim"] is None or found(("share", *key), row["share"])
        elif row["filter"] in TIMES_AIMS and row["ours_to_it"] is not None:
            row["aim"] = TIMES_AIMS[row["filter"]]
            row["met"] = found((row["filter"], *key), row["ours_to_it"])


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
