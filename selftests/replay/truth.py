#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The results of a policy on a day that day.py made, counted from the true events and not from the log.

    truth.py OUT.truth POLICY.json REPLAY.json [--sweep RULE LIMIT,... WINDOW,...]

compares that, counted under the policy, with what `sobig-xdp replay -j` says, figure by figure, and ends with 1 if one differs. POLICY.json is what
`sobig-xdp check -j` says of a configuration, or a list of rules: {"name", "weights": {class: points}, "limit", "window", "block", "max", "remember",
"dry_run"}, times in seconds;

    truth.py --conf POLICY.json

prints such a list as a configuration, in which no other rule is enabled and standing is not used;

    truth.py --world DIR OUT.truth

makes the truth of a world of worlds.py, in DIR, one that can be compared.
"""
import array
import ipaddress
import json
import sys
from bisect import bisect_left
from collections import deque
from datetime import datetime, timezone

import count

DEFAULTS = """worm-storm strangers known-senders password-guessing known-guessing networks small-networks backscatter hammering
other-rejections""".split()
QUEUE = 4 * 86400  # a message that waits longer is lost
HOUR = 3600
NEVER = -(10**9)


def read(path):
    with open(path, "rb") as stream:
        header = json.loads(stream.readline())
        columns = array.array("I"), array.array("I"), array.array("B")
        for column in columns:
            column.fromfile(stream, header["events"])
    return header, columns


class Host:
    def __init__(self):
        self.until = self.dry_run_until = NEVER
        self.rule = self.dry_run_rule = self.first = self.first_rule = None
        self.offences = self.avoided = self.price = self.blocks = 0
        self.times = 0  # former blocks that are remembered
        self.ruled, self.tried = set(), set()
        self.counts = {}  # rule: [time of the last, points, deque of (time, points)]


def too_many(host, rule, second, points):
    """True if with so many points there are more than the limit in the window. A step back of the clock by up to a minute is ignored."""
    count = host.counts.get(rule["name"])
    if count is None:
        count = host.counts[rule["name"]] = [second, 0, deque()]
    if second < count[0] - 60:
        count[1] = 0
        count[2].clear()
    else:
        second = max(second, count[0])
    count[0] = second
    stamps = count[2]
    while stamps and stamps[0][0] <= second - rule["window"]:
        count[1] -= stamps.popleft()[1]
    if count[1] + points > rule["limit"]:
        count[1] = 0
        stamps.clear()
        return True
    count[1] += points
    stamps.append((second, points))
    return False


def length_of(rule, times):
    """The duration of a block, by the number of former ones."""
    return min(rule["block"] * 2**times, rule["max"])


def complete(policy):
    """The rules, with all that one can say of a rule; the brake, the days of log that standing needs, and whether there is standing."""
    usual = {"for": "everyone", "share": 0, "again": 0, "known_max": 86400, "network4": None, "network6": None, "hosts": 1}
    if isinstance(policy, list):
        return [{**usual, **rule} for rule in policy], 3, 0, False
    return [{**rule, "weights": rule["classes"]} for rule in policy["rules"] if rule["enabled"]], policy["brake"], policy["learn"], True


class Network:
    """One that was blocked, or would have been in a dry run."""

    def __init__(self):
        self.until = self.dry_run_until = NEVER
        self.rule = self.dry_run_rule = None


class Policy:
    """The whole policy, event by event."""

    def __init__(self, header, policy):
        self.names, self.classes = header["hosts"], header["classes"]
        self.rules, self.brake, learn, has_standing = complete(policy)
        self.start = header["start"]
        self.judge = count.Policy({"rules": self.rules, "brake": self.brake, "learn": learn, "standing": has_standing})
        self.networks = [rule for rule in self.rules if self.judge.is_network(rule)]
        self.hosts, self.blocked = {}, {}
        self.verdicts = []
        self.seen = [0] * len(self.classes)
        self.avoided = [0] * len(self.classes)
        self.sums = {(rule["name"], is_dry_run): [0, 0, 0, 0] for rule in self.rules for is_dry_run in (False, True)}
        self.targets = {key: set() for key in self.sums}
        self.runs = {}  # of blocks without an hour between them: target: its last one, [end]
        self.delayed = []  # (time, run)

    def time(self, second):
        """In the unit of count.py: milliseconds since 1970."""
        return (self.start + second) * 1000

    def network(self, name, second, of):
        """The blocked network of a stranger, or the one whose dry run it is in."""
        for rule in self.networks:
            network = self.blocked.get(self.judge.target(rule, name))
            if network and second < of(network):
                return None if self.judge.view(name, self.time(second)).known else network
        return None

    def enter(self, host, name, second, verdict):
        rule, target, repeats, why = verdict.rule["name"], verdict.target, verdict.repeats, verdict.why
        until = verdict.until // 1000 - self.start
        total = self.sums[rule, why != ""]
        total[0] += 1
        self.targets[rule, why != ""].add(target)
        total[1] = len(self.targets[rule, why != ""])
        self.verdicts.append((target, name, rule, second, until, repeats, why))
        of = self.blocked.setdefault(target, Network()) if self.judge.is_network(verdict.rule) else host
        if why:
            of.dry_run_until, of.dry_run_rule = max(of.dry_run_until, until), verdict.rule
            return
        run = self.runs.get(target)
        if run is None or second - run[0] > HOUR:
            run = self.runs[target] = [until]
        run[0] = max(run[0], until)
        of.until, of.rule = until, verdict.rule
        of.run = run
        if of is host:
            host.blocks += 1
            if host.first is None:
                host.first, host.first_rule = second, rule

    def run(self, columns):
        arrival = self.classes.index("arrival")
        hosts, seen, avoided = self.hosts, self.seen, self.avoided
        for second, number, kind in zip(*columns):
            name = self.names[number]
            seen[kind] += 1
            host = hosts.get(number)
            network = self.network(name, second, lambda of: of.until)
            if host is None:
                if kind == arrival and not network:
                    self.judge.judge(name, "arrival", self.time(second))
                    continue
                host = hosts[number] = Host()
            if kind != arrival:
                host.offences += 1
            of = host if second < host.until else network
            if of:
                avoided[kind] += 1
                self.sums[of.rule["name"], False][3 if kind == arrival else 2] += 1
                if kind == arrival:
                    host.price += 1
                    self.delayed.append((second, of.run))
                else:
                    host.avoided += 1
                continue
            dry = host if second < host.dry_run_until else self.network(name, second, lambda of: of.dry_run_until)
            if dry:
                self.sums[dry.dry_run_rule["name"], True][3 if kind == arrival else 2] += 1
            verdict = self.judge.judge(name, self.classes[kind], self.time(second))
            if verdict:
                self.enter(host, name, second, verdict)


def address_key(text):
    network = ipaddress.ip_network(text)
    return network.version, int(network.network_address)


def stamp(start, second):
    return datetime.fromtimestamp(start + second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def busiest(times):
    """The most blocks in a minute, and when."""
    most, at, recent = 0, None, deque()
    for second in times:
        recent.append(second)
        while recent[0] <= second - 60:
            recent.popleft()
        if len(recent) > most:
            most, at = len(recent), second
    return most, at


def networks(policy):
    found = {}
    for number, host in policy.hosts.items():
        if not host.offences:
            continue
        network = ipaddress.ip_network(policy.names[number])
        wide = network.supernet(new_prefix=24 if network.version == 4 else 48)
        total = found.setdefault(wide, [0, 0, 0, 0])
        total[0] += 1
        total[1] += host.blocks > 0
        total[2] += host.offences
        total[3] += host.avoided
    rows = [(str(n), *t) for n, t in found.items() if t[0] > 1]
    return sorted(rows, key=lambda row: (-row[3], address_key(row[0])))[:20]


def expect(header, rules, columns, replay):
    """The figures by the names under which replay gives them."""
    policy = Policy(header, rules)
    policy.run(columns)
    start, arrival = header["start"], policy.classes.index("arrival")
    hosts = policy.hosts

    def show(number):
        host = hosts[number]
        first = None if host.first is None else stamp(start, host.first)
        return (policy.names[number], host.offences, host.avoided, host.price, host.blocks, first, host.first_rule)

    def rank(of):
        return sorted(hosts, key=lambda n: (-of(hosts[n]), address_key(policy.names[n])))

    most, at = busiest([v[3] for v in policy.verdicts if not v[6]])
    withheld = [v[3] for v in policy.verdicts if v[6] == "brake"]
    offenders = {n: h for n, h in hosts.items() if h.offences}
    result = {
        "lines": header["lines"],
        "from": stamp(start, min(columns[0])),
        "to": stamp(start, max(columns[0])),
        "hosts": len(offenders),
        "offences": sum(policy.seen) - policy.seen[arrival],
        "arrivals": policy.seen[arrival],
        "blocked_hosts": sum(1 for h in hosts.values() if h.blocks),
        "avoided": sum(policy.avoided) - policy.avoided[arrival],
        "blocked_networks": len({v[0] for v in policy.verdicts if not v[6] and v[0] != v[1]}),
        "price": policy.avoided[arrival],
        "brake": (policy.brake, most, stamp(start, at) if most else None, stamp(start, withheld[0]) if withheld else None, len(withheld)),
        "classes": {c: (s, a) for c, s, a in zip(policy.classes, policy.seen, policy.avoided) if c != "arrival" and s},
        "rules": {(name, is_dry_run): tuple(total) for (name, is_dry_run), total in policy.sums.items()},
        "top_hosts": [show(n) for n in rank(lambda h: h.offences)[:20] if hosts[n].offences],
        "payers": [show(n) for n in rank(lambda h: h.price) if hosts[n].price],
        "networks": networks(policy),
        "blocks": [(n, h, r, stamp(start, t), stamp(start, u), k, w != "", w == "learning", w == "brake") for n, h, r, t, u, k, w in policy.verdicts],
    }
    width = replay["steps"][0]["seconds"]
    steps = {}
    for second, kind in zip(columns[0], columns[2]):
        step = steps.setdefault((start + second) // width * width, [0, 0])
        step[kind == arrival] += 1
    result["steps"] = {stamp(0, when): tuple(step) for when, step in steps.items()}
    return result


def said(replay):
    """The same figures from the output of replay."""

    def host(of):
        return tuple(of[k] for k in ("address", "offences", "avoided", "price", "blocks", "first_blocked", "rule"))

    def total(of):
        return tuple(of[k] for k in ("verdicts", "hosts", "avoided", "price"))

    plain = ("lines", "from", "to", "hosts", "offences", "arrivals", "blocked_hosts", "blocked_networks", "avoided", "price")
    result = {name: replay[name] for name in plain}
    result["brake"] = tuple(replay["brake"][k] for k in ("limit", "most_new", "most_new_at", "engaged_at", "withheld"))
    result["classes"] = {c: (v["offences"], v["avoided"]) for c, v in replay["classes"].items() if v["offences"]}
    result["rules"] = {(r["name"], is_dry_run): total(r["dry_runs" if is_dry_run else "blocked"]) for r in replay["rules"] for is_dry_run in (False, True)}
    result["top_hosts"] = [host(h) for h in replay["top_hosts"]]
    result["payers"] = [host(h) for h in replay["payers"]]
    result["networks"] = [tuple(n[k] for k in ("address", "hosts", "blocked", "offences", "avoided")) for n in replay["top_networks"]]
    result["blocks"] = [tuple(b[k] for k in ("address", "host", "rule", "since", "until", "repeats", "dry_run", "learning", "braked")) for b in replay["blocks"]]
    result["steps"] = {s["time"]: (s["offences"], s["arrivals"]) for s in replay["steps"] if s["offences"] + s["arrivals"]}
    for name, key in (("avoided", "avoided"), ("price", "price")):
        assert sum(s[key] for s in replay["steps"]) == replay[name], key
    return result


def may_block(times, points, window, limit):
    """False only of a host that has no such window, whatever is withheld of it."""
    total, first = 0, 0
    for last, second in enumerate(times):
        total += points[last]
        while times[first] <= second - window:
            total -= points[first]
            first += 1
        if total > limit:
            return True
    return False


def try_host(rule, events, limit, window):
    """Blocks, avoided and price of one host, with the rule alone and these numbers; `events`: (time, points or None: arrival)."""
    rule = dict(rule, limit=limit, window=window)
    host, in_order = Host(), events[1]
    times, arrivals, before = events[2], events[3], 0
    blocks = avoided = price = 0
    events = events[0]
    while before < len(events):
        second, points = events[before]
        before += 1
        if second < host.until:
            price += points is None
            avoided += points is not None
        elif points and too_many(host, rule, second, points):
            if second >= host.until + rule["remember"]:
                host.times = 0
            host.until = second + length_of(rule, host.times)
            host.times += 1
            blocks += 1
            if in_order:  # all that follows, up to the block's end
                after = bisect_left(times, host.until, before)
                price += arrivals[after] - arrivals[before]
                avoided += after - before - (arrivals[after] - arrivals[before])
                before = after
    return blocks, avoided, price


def sweep(header, rule, columns, limits, windows):
    weights = [None if c == "arrival" else rule["weights"].get(c, 0) for c in header["classes"]]
    by_host = {}
    for second, number, kind in zip(*columns):
        by_host.setdefault(number, []).append((second, weights[kind]))
    cells = {(limit, window): [0, 0, 0, 0, 0] for limit in limits for window in windows}
    for events in by_host.values():
        if sum(points or 0 for _, points in events) <= min(limits):
            continue
        times = [second for second, _ in events]
        in_order = times == sorted(times)
        arrivals = [0]
        for _, points in events:
            arrivals.append(arrivals[-1] + (points is None))
        offences = [(second, points) for second, points in events if points]
        for window in windows:
            for limit in sorted(limits):
                if in_order and not may_block([o[0] for o in offences], [o[1] for o in offences], window, limit):
                    break
                blocks, avoided, price = try_host(rule, (events, in_order, times, arrivals), limit, window)
                cell = cells[limit, window]
                cell[0] += blocks
                cell[1] += blocks > 0
                cell[2] += avoided
                cell[3] += price
                cell[4] += price > 0
    return {cell: tuple(total) for cell, total in cells.items()}


def compare(name, right, is_said):
    """How many figures there are, and how many differ; the first few that do are shown."""
    if isinstance(right, dict):
        pairs = [(f"{name} {key}", right.get(key), is_said.get(key)) for key in {**right, **is_said}]
    elif isinstance(right, list):
        pairs = [(f"{name} {i}", r, s) for i, (r, s) in enumerate(zip(right, is_said))]
        pairs.append((f"{name}, how many", len(right), len(is_said)))
    else:
        pairs = [(name, right, is_said)]
    wrong = [pair for pair in pairs if pair[1] != pair[2]]
    for what, should, does in wrong[:5]:
        print(f"{what}: is {should}, replay says {does}")
    return sum(len(p[1]) if isinstance(p[1], tuple) else 1 for p in pairs), len(wrong)


def convert(directory, out):
    """The truth of worlds.py, which has a row for each event, as columns."""
    hosts, classes, events = {}, {}, []
    with open(f"{directory}/truth") as stream:
        for row in stream:
            _, second, address, _, _, _, kind, _, _ = row.split("\t")
            events.append((int(second), hosts.setdefault(address, len(hosts)), classes.setdefault(kind, len(classes))))
    with open(f"{directory}/mainlog") as stream:
        lines = sum(1 for _ in stream)
    start = events[0][0] // 86400 * 86400
    with open(out, "wb") as stream:
        header = {"lines": lines, "events": len(events), "start": start, "classes": list(classes), "hosts": list(hosts)}
        stream.write(json.dumps(header).encode() + b"\n")
        array.array("I", [event[0] - start for event in events]).tofile(stream)
        array.array("I", [event[1] for event in events]).tofile(stream)
        array.array("B", [event[2] for event in events]).tofile(stream)


def configuration(rules):
    """The rules as they stand in a configuration; the default ones, if not named, are off."""
    print("[standing]\nenabled = no")
    for name in set(DEFAULTS) - {rule["name"] for rule in rules}:
        print(f"[rule {name}]\nenabled = no")
    for rule in rules:
        print(f"[rule {rule['name']}]")
        print("class =", ", ".join(f"{c}:{points}" for c, points in rule["weights"].items()))
        print("limit =", rule["limit"])
        for key in ("window", "block", "max", "remember"):
            print(f"{key} = {rule[key]}s")
        print("dry-run =", "yes" if rule["dry_run"] else "no")


def main():
    if sys.argv[1] == "--conf":
        with open(sys.argv[2]) as stream:
            return configuration(json.load(stream))
    if sys.argv[1] == "--world":
        return convert(*sys.argv[2:4])
    truth, policy, replay = sys.argv[1:4]
    header, columns = read(truth)
    with open(policy) as stream:
        rules = json.load(stream)
    with open(replay) as stream:
        replay = json.load(stream)
    figures = wrong = 0
    right, is_said = expect(header, rules, columns, replay), said(replay)
    if sys.argv[4:]:
        assert sys.argv[4] == "--sweep"
        rule = next(rule for rule in complete(rules)[0] if rule["name"] == sys.argv[5])
        limits, windows = ([int(n) for n in text.split(",")] for text in sys.argv[6:8])
        right["sweep"] = sweep(header, rule, columns, limits, windows)
        keys = ("blocks", "hosts", "avoided", "price", "paying_hosts")
        is_said["sweep"] = {(c["limit"], c["window"]): tuple(c[k] for k in keys) for c in replay["sweep"]}
    for name, value in right.items():
        n, bad = compare(name, value, is_said[name])
        figures += n
        wrong += bad
    print(f"{figures} figures compared, {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
