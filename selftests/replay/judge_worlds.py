#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""What a policy does to the worlds of worlds.py: the price that good senders pay, and how much of the bad it avoids.

    judge_worlds.py BIN [--config FILE | --policy 2003|former] [--seed N,...] [--days D] [--learn D] [--cold] [--held-out]
                    [--worlds NAME,...] [-j] [--details]

BIN is the sobig-xdp to judge with, with selftests/judge_loop beside it, which closes the loop: what is blocked is not judged,
and dropped good mail comes again until it gets through. The first days (3, or --learn) are old logs from which it learns; all is
measured on the days after. --cold learns nothing and measures all days.

    price      share of the good messages that were delayed, because their sender was blocked
    lost       how many of them were still blocked after 4 days
    longest    hours that a message waited, at most
    storm      share of what strangers in a storm tried that a block avoided
    networks   the same of a /24 and a /48 whose hosts share the work
    good hosts hosts with good mail before that were blocked at some time, and within an hour of a scanner's or list's outage
    others     share avoided of hosts that do both good and bad

--details adds, for each category: what was tried and avoided, what would be avoided if each host were gone for good after its
first three tries, and what passed for each host and day on which it tried.
"""
import argparse
import ipaddress
import json
import os
import subprocess
import sys

import count
import worlds

STORM = ("sobig", "botnet", "spray", "guess", "harvest")
NETWORKS = ("net24", "slow24", "net48")
IDEAL = 3  # tries of a host, after which it is gone for good
SHOWN = {
    "sobig-mixed": "infected known",
    "earners": "earners",
    "spent": "spent",
    "forwarded": "forwarders' spam",
    "dead": "dead",
    "wave": "wave",
    "shared": "shared",
    "queue": "backup's queue",
    "office": "office worm",
    "printer": "printer",
    "phones": "phones",
    "bounces": "bounces",
    "bounces-known": "of known",
}

# The policies before there was standing, which no configuration brings back: a known sender was a host like any other.
RULE_2003 = {"name": "worm-storm", "weights": {"virus": 1, "worm": 1}, "limit": 15, "window": 300, "block": 3600}
PROBABLE = {"relay": 5, "dnsbl": 4, "auth": 4, "spam": 2, "helo": 2, "unknown-user": 2, "sender": 2, "rdns": 1}
FORMER = {
    "2003": [RULE_2003],
    "former": [
        RULE_2003,
        {"name": "password-guessing", "weights": {"auth": 1}, "limit": 30, "window": 600, "block": 3600},
        {"name": "address-harvesting", "weights": {"unknown-user": 1}, "limit": 100, "window": 600, "block": 3600},
        {"name": "relay-probing", "weights": {"relay": 1}, "limit": 30, "window": 600, "block": 3600},
        {"name": "listed-host", "weights": {"dnsbl": 1}, "limit": 60, "window": 600, "block": 3600},
        {"name": "spam-run", "weights": {"spam": 1}, "limit": 100, "window": 600, "block": 1800},
        {"name": "no-mail-client", "weights": {"protocol": 1, "helo": 1}, "limit": 100, "window": 600, "block": 3600},
        {"name": "probable-spammer", "weights": PROBABLE, "limit": 300, "window": 600, "block": 3600},
    ],
}


def judge(directory, loop, config, start):
    """What judge_loop says of a world; what comes before `start` is old logs."""
    log, truth = (os.path.join(directory, name) for name in ("mainlog", "truth"))
    process = subprocess.run([loop, config, log, truth, str(start * 1000)], stdout=subprocess.PIPE, text=True, check=True)
    return process.stdout.splitlines()


def judge_formerly(directory, policy, start):
    """The same by a policy of FORMER."""
    rules = [{**rule, "max": 604800, "remember": 2592000} for rule in FORMER[policy]]
    former = count.Policy({"brake": 0, "learn": 0, "standing": False, "rules": rules})
    return count.count(former, os.path.join(directory, "truth"), start * 1000)


class World:
    """What became of each attempt of a world under a policy."""

    def __init__(self, directory, start, rows):
        self.start = start
        self.avoided, self.blocks, wrong = {}, [], 0
        for row in rows:
            kind, *fields = row.split("\t")
            if kind == "avoided":
                self.avoided[int(fields[0])] = int(fields[1])
            elif kind == "block":
                self.blocks.append((fields[0], fields[1], int(fields[2]) / 1000, int(fields[3]) / 1000, fields[4] == "dry-run"))
            elif kind == "wrong":
                wrong += 1
        if wrong:
            sys.exit(f"{directory}: {wrong} lines were not read as what they are")
        self.count(os.path.join(directory, "truth"))

    def count(self, truth):
        self.good = self.delayed = self.lost = self.longest = 0
        self.first_good, self.outages = {}, []
        self.categories = {}  # name: [tried, avoided, {(host, day)}, {host: tries}]
        avoided = self.avoided
        with open(truth) as stream:
            for row in stream:
                line, second, address, kind, _, category, _, _, _ = row.split("\t")
                second = int(second)
                if category == "outage":
                    if not self.outages or second > self.outages[-1] + 3 * worlds.HOUR:
                        self.outages.append(second)
                    continue
                if kind == "good":
                    self.first_good.setdefault(address, second)
                if second < self.start:
                    continue
                delay = avoided.get(int(line))
                if kind == "good":
                    self.good += 1
                    if delay is not None:
                        self.delayed += 1
                        self.lost += delay < 0
                        self.longest = max(self.longest, delay)
                    continue
                of = self.categories.get(category)
                if of is None:
                    of = self.categories[category] = [0, 0, set(), {}]
                of[0] += 1
                of[1] += delay is not None
                of[2].add((address, second // worlds.DAY))
                of[3][address] = of[3].get(address, 0) + 1

    def share(self, names):
        """Of what was tried in these categories, or None."""
        tried = sum(self.categories[name][0] for name in names if name in self.categories)
        return sum(self.categories[name][1] for name in names if name in self.categories) / tried if tried else None

    def good_hosts(self):
        """How many hosts with good mail were blocked: at all, and in an outage."""
        blocked, broken = set(), set()
        for address, _, since, _, dry_run in self.blocks:
            if dry_run or self.first_good.get(address, since) >= since:
                continue
            blocked.add(address)
            if any(start <= since < start + 1.5 * worlds.HOUR for start in self.outages):
                broken.add(address)
        return len(blocked), len(broken)

    def networks_blocked(self):
        wide = (ipaddress.ip_network(block[0]) for block in self.blocks if "/" in block[0] and not block[4])
        return sum(1 for network in wide if network.prefixlen < (32 if network.version == 4 else 64))

    def summary(self):
        good_hosts, broken = self.good_hosts()
        return {
            "good": self.good,
            "price": self.delayed / self.good,
            "delayed": self.delayed,
            "lost": self.lost,
            "longest_hours": self.longest / 3600000,
            "storm": self.share(STORM),
            "networks": self.share(NETWORKS),
            "good_hosts_blocked": good_hosts,
            "good_hosts_blocked_in_outage": broken if self.outages else None,
            "blocks": sum(1 for block in self.blocks if not block[4]),
            "network_blocks": self.networks_blocked(),
            "categories": {
                name: {
                    "tried": tried,
                    "avoided": avoided / tried,
                    "ideal": 1 - sum(min(IDEAL, tries) for tries in hosts.values()) / tried,
                    "passed_per_host_and_day": (tried - avoided) / len(host_days),
                }
                for name, (tried, avoided, host_days, hosts) in sorted(self.categories.items())
            },
        }


def number(value, form):
    return "-" if value is None else format(value, form)


def show(name, seed, of):
    others = ", ".join(f"{word} {of['categories'][key]['avoided']:.2f}" for key, word in SHOWN.items() if key in of["categories"])
    outage = "" if of["good_hosts_blocked_in_outage"] is None else f"/{of['good_hosts_blocked_in_outage']}"
    print(
        f"{name:12} {seed:4} {100 * of['price']:7.2f} {of['lost']:5} {of['longest_hours']:7.1f} {number(of['storm'], '.3f'):>6} "
        f"{number(of['networks'], '.3f'):>8} {of['good_hosts_blocked']:>6}{outage:4} {others}",
        flush=True,
    )


def show_details(of):
    for category, values in of["categories"].items():
        print(f"    {category:16} tried {values['tried']:7}  avoided {values['avoided']:.3f}  ideal {values['ideal']:.3f}  passed {values['passed_per_host_and_day']:8.1f} a host and day")


def show_all(results):
    def known(key):
        return sorted(of[key] for of in results if of[key] is not None)

    price = known("price")
    parts = [f"price: median {100 * price[len(price) // 2]:.2f} %, worst {100 * price[-1]:.2f} %"]
    parts += [f"{key}: worst {known(key)[0]:.3f}, mean {sum(known(key)) / len(known(key)):.3f}" for key in ("storm", "networks") if known(key)]
    print("; ".join(parts))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--config")
    parser.add_argument("--policy", choices=FORMER, help="one from before there was standing, counted here")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--learn", type=int, default=3)
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--worlds", default=",".join(worlds.WORLDS))
    parser.add_argument("--cache", help="where worlds are kept; default: worlds/ beside BIN")
    parser.add_argument("-j", "--json", action="store_true")
    parser.add_argument("--details", action="store_true")
    options = parser.parse_args()
    build = os.path.dirname(os.path.abspath(options.binary))
    loop, cache = os.path.join(build, "selftests", "judge_loop"), options.cache or os.path.join(build, "worlds")
    start = worlds.START + (0 if options.cold else options.learn) * worlds.DAY
    results = []
    if not options.json:
        print("world        seed price % lost  longest  storm networks good hosts  others avoided")
    for name in options.worlds.split(","):
        for seed in options.seed.split(","):
            directory = worlds.made(cache, name, int(seed), options.days, options.held_out)
            if options.policy:
                rows = judge_formerly(directory, options.policy, start)
            else:
                rows = judge(directory, loop, options.config or "/dev/null", start)
            of = World(directory, start, rows).summary()
            results.append({"world": name, "seed": int(seed), **of})
            if not options.json:
                show(name, seed, of)
                if options.details:
                    show_details(of)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        show_all(results)


if __name__ == "__main__":
    main()
