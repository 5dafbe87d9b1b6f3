#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""The whole policy once more, counted from the truth of a world and not from its log: standing, shares, networks, and the brakes.

    count.py BIN POLICY.json --world NAME [--seed N] [--days D] [--cache DIR] [--config FILE]
    count.py BIN POLICY.json --conf

compares it with judge_loop, block by block and dropped attempt by dropped attempt, and ends with 1 if one differs. POLICY.json is
{"brake": N, "learn": D, "rules": [{"name", "weights": {class: points}, "limit", "window", "block", "max", "remember", ...}]} with
times in seconds; what else a rule may have, and its default, is in RULE. Written from the headers of judge/, not from its code.
--conf prints it as a configuration, in which no other rule is on; --config judges by another one.
"""
import argparse
import heapq
import ipaddress
import json
import os
import subprocess
import sys
import tempfile
from collections import deque, namedtuple

import worlds

RULE = {"again": 0, "known_max": 0, "for": "everyone", "share": 0, "network4": 0, "network6": 0, "hosts": 1, "dry_run": False}
DAY, HOUR, MINUTE = 86400000, 3600000, 60000
# They say nothing of the host.
NEUTRAL = ("policy", "backscatter", "tls", "disconnect")
QUEUE_LIFE = 4 * DAY
# A block is acted on rather than a dry run, and that rather than what is only learned.
BLOCK = 2
RANKS = {"": BLOCK, "learning": 0}
Verdict = namedtuple("Verdict", "rank until target repeats why rule")


class Places:
    """What an address of the truth stands for; asked so often that it is remembered."""

    def __init__(self):
        self.known = {}

    def network(self, address, length4, length6):
        key = (address, length4, length6)
        found = self.known.get(key)
        if found is None:
            network = ipaddress.ip_network(address)
            length = length4 if network.version == 4 else length6
            found = self.known[key] = str(network.supernet(new_prefix=length)) if length else ""
        return found


class Record:
    """One host or network: sums over former days, of which a seventh is forgotten each day, and those of today."""

    __slots__ = ("day", "good_days", "accepted", "bad", "accepted_today", "bad_today", "proof", "bad_yesterday")

    def __init__(self, day):
        self.day, self.good_days = day, []
        self.accepted = self.bad = self.accepted_today = self.bad_today = self.proof = 0
        self.bad_yesterday = False

    def is_good_today(self):
        return self.accepted_today > 0 and self.bad_today * 100 <= 90 * (self.accepted_today + self.bad_today)

    def come_to(self, day):
        if day <= self.day:
            return
        passed = day - self.day
        if self.is_good_today():
            self.good_days.append(self.day)
        self.accepted += self.accepted_today
        self.bad += self.bad_today
        for _ in range(passed):
            self.accepted -= -(-self.accepted // 7)
            self.bad -= -(-self.bad // 7)
        self.bad_yesterday = passed == 1 and self.bad_today > 0
        self.accepted_today = self.bad_today = 0
        self.good_days = [good for good in self.good_days if good >= day - 30]
        if not self.good_days:
            self.proof = 0
        self.day = day


class View:
    def __init__(self, record):
        self.accepted = record.accepted + record.accepted_today if record else 0
        self.bad = record.bad + record.bad_today if record else 0
        self.clean = record is not None and record.bad_today == 0 and not record.bad_yesterday
        self.known = record is not None and (
            (len(record.good_days) > 0 and record.proof >= 3) or (record.accepted_today >= 10 and record.is_good_today())
        )

    def share(self):
        return 100 * self.bad // (self.bad + self.accepted) if self.accepted else 100


class Standing:
    def __init__(self, places):
        self.places, self.records = places, {}
        self.first = self.day = None
        self.accepted = self.accepted_today = 0

    def both(self, address):
        return address, self.places.network(address, 24, 48)

    def come_to(self, time):
        day = time // DAY
        if self.day is None:
            self.first = self.day = day
        while self.day < day:
            self.accepted += self.accepted_today
            self.accepted -= -(-self.accepted // 7)
            self.accepted_today = 0
            self.day += 1

    def span(self):
        return 0 if self.day is None else self.day - self.first + 1

    def accept(self, address, time):
        self.come_to(time)
        self.accepted_today += 1
        for key in self.both(address):
            record = self.records.get(key)
            if record is None:
                record = self.records[key] = Record(self.day)
            record.come_to(self.day)
            record.accepted_today += 1
            record.proof += 1

    def offend(self, address, time):
        self.come_to(time)
        for key in self.both(address):
            record = self.records.get(key)
            if record is not None:
                record.come_to(self.day)
                record.bad_today += 1

    def find(self, key, time):
        record = self.records.get(key)
        if record is not None:
            record.come_to(max(self.day, time // DAY))
        return View(record)

    def view(self, address, time):
        host, network = self.both(address)
        view = self.find(host, time)
        if not view.known:
            around = self.find(network, time)
            view.known = around.accepted >= 50 and around.share() <= 30
        return view


class Window:
    """The latest points of a host or network, no more than the limit."""

    def __init__(self, rule):
        self.limit, self.length = rule["limit"], rule["window"] * 1000
        self.points, self.last = {}, {}

    def slide(self, key, time):
        times = self.points.get(key)
        while times and times[0] <= time - self.length:
            times.popleft()
        return times

    def add(self, key, time, points):
        """True if there are more than the limit. A step back of the clock by up to a minute is ignored."""
        last = self.last.get(key, time)
        if time < last - MINUTE:
            self.forget(key)
        elif self.points.get(key):
            time = max(time, last)
        self.last[key] = time
        times = self.slide(key, time)
        if times is None:
            times = self.points[key] = deque()
        exceeded = len(times) + points > self.limit
        times.extend([time] * min(points, self.limit))
        while len(times) > self.limit:
            times.popleft()
        return exceeded

    def count(self, key, time):
        return len(self.slide(key, time) or ())

    def forget(self, key):
        self.points.pop(key, None)


class Brake:
    """Known senders blocked in the last hour, and the mail they sent."""

    def __init__(self, limit):
        self.limit, self.blocks, self.last = limit, deque(), 0

    def is_too_much(self, host, time, mail, total):
        self.last = time = max(time, self.last)
        while self.blocks and time - self.blocks[0][1] >= HOUR:
            self.blocks.popleft()
        if any(block[0] == host for block in self.blocks):
            return False
        if len(self.blocks) >= self.limit:
            return True
        if self.blocks and mail + sum(block[2] for block in self.blocks) > total * 10 // 100:
            return True
        self.blocks.append((host, time, mail))
        return False


class ClassBrake:
    """Known senders, clean until today, that commit a class within ten minutes; half of those seen are too many, as hosts and as networks."""

    def __init__(self):
        self.seen, self.accused, self.off = {}, {}, {}

    def add(self, host, network, kind, time):
        minute = time // 60000
        senders = (("host", host), ("network", network))
        for sender in senders:
            self.seen[sender] = minute
            if kind != "arrival":
                self.accused[kind, sender] = minute
        if kind != "arrival" and all(self.condemns(unit, kind, minute - 10) for unit, _ in senders):
            self.off[kind] = time + HOUR

    def condemns(self, unit, kind, since):
        seen = sum(1 for (of, _), at in self.seen.items() if of == unit and at > since)
        accused = sum(1 for (of, (by, _)), at in self.accused.items() if of == kind and by == unit and at > since)
        return accused >= 3 and 2 * accused >= seen

    def is_off(self, kind, time):
        return time < self.off.get(kind, 0)


class Clock:
    """A time that is further from the last one than a day, or than the longest window, counts for standing once the next one confirms it."""

    def __init__(self, rules, confirm):
        self.most = max([86400] + [rule["window"] for rule in rules]) * 1000
        self.time = self.leap = None
        self.confirm, self.withheld = confirm, None

    def believes(self, host, kind, time):
        leaps = self.time is not None and abs(time - self.time) > self.most
        if leaps and (self.leap is None or abs(time - self.leap) > self.most):
            self.leap, self.withheld = time, (host, kind, time)
            return False
        if leaps:
            self.confirm(*self.withheld)
        self.time = time if self.time is None or self.leap is not None else max(self.time, time)
        self.leap = None
        return True


class Policy:
    def __init__(self, policy):
        self.places = Places()
        self.standing, self.learn = Standing(self.places), policy["learn"]
        self.rules = [{**RULE, **rule} for rule in policy["rules"]]
        self.clock = Clock(self.rules, self.count_standing)
        self.windows = {rule["name"]: Window(rule) for rule in self.rules}
        self.offending = {rule["name"]: {} for rule in self.rules}
        self.repeats = {}  # target: [until, times]
        self.brake = Brake(policy["brake"]) if policy["brake"] else None
        self.class_brake = ClassBrake()
        self.has_standing = policy.get("standing", True)
        self.blocked, self.networks = {}, {}  # until

    def is_network(self, rule):
        return bool(rule["network4"] or rule["network6"])

    def target(self, rule, host):
        return self.places.network(host, rule["network4"], rule["network6"]) if self.is_network(rule) else host

    def learn_from(self, host, kind, time):
        if self.clock.believes(host, kind, time):
            self.count_standing(host, kind, time)

    def count_standing(self, host, kind, time):
        if kind == "arrival":
            self.standing.accept(host, time)
        elif kind not in NEUTRAL:
            self.standing.offend(host, time)

    def view(self, host, time):
        return self.standing.view(host, time) if self.has_standing else View(None)

    def is_blocked(self, host, time):
        if time < self.blocked.get(host, 0):
            return True
        for rule in self.rules:
            if self.is_network(rule) and time < self.networks.get(self.target(rule, host), 0):
                return not self.standing.view(host, time).known
        return False

    def judges(self, rule, view):
        if view.known:
            return rule["for"] != "strangers" and not self.is_network(rule)
        return rule["for"] != "known-senders"

    def is_exceeded(self, rule, host, kind, time, view):
        name, target = rule["name"], self.target(rule, host)
        if not target:
            return False
        hosts = self.offending[name].setdefault(target, {})
        hosts[host] = max(time // 1000, hosts.get(host, 0))
        exceeded = self.windows[name].add(target, time, rule["weights"][kind])
        if not exceeded and rule["again"] and not view.accepted:
            until, times = self.repeats.get(target, (0, 0))
            exceeded = times > 0 and until <= time < until + rule["remember"] * 1000 and self.windows[name].count(target, time) >= rule["again"]
        if not exceeded or (rule["for"] == "known-senders" and time < self.repeats.get(host, (0, 0))[0]):
            return False
        if not self.is_network(rule):
            return view.share() >= rule["share"]
        if sum(1 for at in hosts.values() if time // 1000 - at < rule["window"]) < rule["hosts"]:
            return False
        return self.standing.find(self.places.network(host, 24, 48), time).share() >= rule["share"]

    def decide(self, rule, host, time, view):
        """Of a block, "why" is empty; of a dry run it is what made it one: the rule, the brake, or that standing is still learned."""
        target, seconds, repeats = self.target(rule, host), rule["block"], 0
        if view.known:
            seconds = min(seconds, rule["known_max"] or 86400)
        needs = rule["for"] != "everyone" or rule["share"] or self.is_network(rule)
        why = "rule" if rule["dry_run"] else ""
        if not why and needs and self.learn and self.standing.span() <= self.learn:
            why = "learning"
        if not why and self.brake and view.known and time >= self.repeats.get(host, (0, 0))[0]:
            if self.brake.is_too_much(host, time, view.accepted, self.standing.accepted + self.standing.accepted_today):
                why = "brake"
        if not why and (view.known or view.accepted):  # as long each time
            repeat = self.repeats.setdefault(target, [0, 0])
            repeat[0] = max(repeat[0], time + seconds * 1000)
        elif not why:
            repeat = self.repeats.setdefault(target, [0, 0])
            if time >= repeat[0] + rule["remember"] * 1000:
                repeat[1] = 0
            if time >= repeat[0] or not repeat[1]:
                repeat[1] += 1
            repeats = repeat[1] - 1
            seconds = min(seconds * 2**repeats, rule["max"])
            repeat[0] = max(repeat[0], time + seconds * 1000)
        return Verdict(RANKS.get(why, 1), time + seconds * 1000, target, repeats, why, rule)

    def restart(self, rule, host, verdict):
        """What led to a verdict is counted no more; what known senders did is, by the rules that are for them."""
        blocks = verdict.rank == BLOCK
        if rule["for"] == "known-senders" and blocks:
            return
        self.windows[rule["name"]].forget(verdict.target)
        for other in self.rules if blocks and not self.is_network(rule) else ():
            if other["for"] != "known-senders" and not self.is_network(other):
                self.windows[other["name"]].forget(host)

    def judge(self, host, kind, time):
        """The verdict that follows, or None."""
        if not self.clock.believes(host, kind, time):
            return None
        if not self.has_standing:
            return self.judge_by(View(None), host, kind, time) if kind != "arrival" else None
        view = self.standing.view(host, time)
        bad = kind != "arrival" and kind not in NEUTRAL
        if view.known and view.clean and (bad or kind == "arrival"):
            self.class_brake.add(host, self.places.network(host, 24, 48), kind, time)
        if kind == "arrival":
            self.standing.accept(host, time)
            return None
        if self.class_brake.is_off(kind, time):
            return None
        if bad:
            self.standing.offend(host, time)
            view.bad += view.accepted > 0
        return self.judge_by(view, host, kind, time)

    def judge_by(self, view, host, kind, time):
        exceeded = [r for r in self.rules if kind in r["weights"] and self.judges(r, view) and self.is_exceeded(r, host, kind, time, view)]
        best = None
        # A blocked network contains the host, which stays over its own limits.
        for rule in sorted(exceeded, key=lambda rule: not self.is_network(rule)):
            if best and best.rank == BLOCK and (self.is_network(best.rule) or rule["dry_run"]):
                continue
            verdict = self.decide(rule, host, time, view)
            self.restart(rule, host, verdict)
            if best is None or verdict[:2] > best[:2]:
                best = verdict
        return best

    def act(self, verdict, time):
        """Remembers a block, and gives the row that judge_loop prints for a verdict."""
        if verdict.rank == BLOCK:
            (self.networks if self.is_network(verdict.rule) else self.blocked)[verdict.target] = verdict.until
        kind = "block" if verdict.rank == BLOCK else "dry-run"
        return f"block\t{verdict.target}\t{verdict.rule['name']}\t{time}\t{verdict.until}\t{kind}"


def count(policy, truth, learned):
    """The rows that judge_loop prints, in its order."""
    said, retries = [], []

    def attempt(time, first, line, host, kind, retry, later):
        if policy.is_blocked(host, time):
            again = time + retry
            if retry and again - first <= QUEUE_LIFE:
                heapq.heappush(retries, (again, line, first, host, later, retry))
            else:
                said.append(f"avoided\t{line}\t-1")
            return
        verdict = policy.judge(host, kind, time)
        if verdict:
            said.append(policy.act(verdict, time))
        if time != first:
            said.append(f"avoided\t{line}\t{time - first}")

    def come_again(until):
        while retries and retries[0][0] < until:
            time, line, first, host, later, retry = heapq.heappop(retries)
            attempt(time, first, line, host, later, retry, later)

    with open(truth) as stream:
        for row in stream:
            line, time, host, _, _, _, kind, retry, later = row.rstrip("\n").split("\t")
            time = int(time) * 1000
            if time < learned:
                policy.learn_from(host, kind, time)
                continue
            come_again(time)
            attempt(time, time, int(line), host, kind, int(retry) * 1000, later)
    come_again(float("inf"))
    return said


def configuration(binary, policy):
    """The policy as a configuration, in which no other rule is on."""
    said = subprocess.run([binary, "check", "-c", "/dev/null", "-j"], stdout=subprocess.PIPE, check=False)
    rows = [f"[rule {rule['name']}]\nenabled = no\n" for rule in json.loads(said.stdout)["rules"]]
    for rule in ({**RULE, **rule} for rule in policy["rules"]):
        lengths = ", ".join(f"/{rule[key]}" for key in ("network4", "network6") if rule[key])
        rows.append(
            f"[rule {rule['name']}]\nenabled = yes\nclass = {', '.join(f'{c}:{points}' for c, points in rule['weights'].items())}\n"
            f"limit = {rule['limit']}\nfor = {rule['for']}\nshare = {rule['share']}%\nnetwork = {lengths or 'no'}\n"
            f"dry-run = {'yes' if rule['dry_run'] else 'no'}\n"
        )
        rows += [f"{key} = {rule[key]}s\n" for key in ("window", "block", "max", "remember")]
        rows += [f"{key} = {rule[key]}\n" for key in ("again", "hosts") if rule[key] > (key == "hosts")]
        rows += [f"known-max = {rule['known_max']}s\n"] if rule["known_max"] else []
    rows.append(f"[brake]\nknown-senders = {policy['brake']}/h\n" if policy["brake"] else "[brake]\nknown-senders = off\n")
    return "".join(rows) + f"[standing]\nlearn = {policy['learn']}d\n"


def compare(right, is_said):
    """How many rows differ; the first few that do are shown."""
    wrong = [pair for pair in zip(right, is_said) if pair[0] != pair[1]]
    for should, does in wrong[:5]:
        print(f"counted: {should}\njudged:  {does}")
    return len(wrong) + abs(len(right) - len(is_said))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("policy")
    parser.add_argument("--world", default="small")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--learn", type=int, default=3, help="days that are old logs")
    parser.add_argument("--cache")
    parser.add_argument("--conf", action="store_true")
    parser.add_argument("--config")
    options = parser.parse_args()
    build = os.path.dirname(os.path.abspath(options.binary))
    with open(options.policy) as stream:
        policy = json.load(stream)
    if options.conf:
        print(configuration(options.binary, policy), end="")
        return 0
    directory = worlds.made(options.cache or os.path.join(build, "worlds"), options.world, options.seed, options.days, False)
    log, truth = (os.path.join(directory, name) for name in ("mainlog", "truth"))
    learned = worlds.START * 1000 + options.learn * DAY
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write(configuration(options.binary, policy))
        config.flush()
        command = [os.path.join(build, "selftests", "judge_loop"), options.config or config.name, log, truth, str(learned)]
        is_said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()[:-1]
    right = count(Policy(policy), truth, learned)
    wrong = compare(right, is_said)
    blocks = [row for row in right if row.startswith("block")]
    of = f"{len(blocks)} verdicts, of them {sum('/24' in b or '/48' in b or '/56' in b for b in blocks)} of networks and {sum(b.endswith('dry-run') for b in blocks)} dry runs"
    print(f"{of}; {len(right) - len(blocks)} dropped attempts; {wrong} wrong")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
