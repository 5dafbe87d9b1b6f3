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
import hashlib
import ipaddress
import json
import os
import subprocess
import sys
import tempfile

import worlds

STORM = ("sobig", "botnet", "spray", "guess", "harvest")
NETWORKS = ("net24", "slow24", "net48")
IDEAL = 3  # tries of a host, after which it is gone for good
SHOWN = {
    "sobig-mixed": "infected known",
    "earners": "earners",
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

# The defaults before there was standing.
FORMER = {
    "worm-storm": ("virus, worm", 15, "5m", "1h"),
    "password-guessing": ("auth", 30, "10m", "1h"),
    "address-harvesting": ("unknown-user", 100, "10m", "1h"),
    "relay-probing": ("relay", 30, "10m", "1h"),
    "listed-host": ("dnsbl", 60, "10m", "1h"),
    "spam-run": ("spam", 100, "10m", "30m"),
    "no-mail-client": ("protocol, helo", 100, "10m", "1h"),
    "hammering": ("flood, ratelimit", 300, "5m", "15m"),
    "probable-spammer": ("relay:5, dnsbl:4, auth:4, spam:2, helo:2, unknown-user:2, sender:2, rdns", 300, "10m", "1h"),
}


def configuration(binary, policy):
    """The rules of "2003" or of the "former" defaults, all others that the program has being off; or "default": none."""
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as empty:
        said = subprocess.run([binary, "check", "-c", empty.name, "-j"], stdout=subprocess.PIPE, check=False)
    names = [rule["name"] for rule in json.loads(said.stdout)["rules"]]
    rules = {} if policy == "default" else FORMER if policy == "former" else {"worm-storm": FORMER["worm-storm"]}
    rows = []
    for name in names if rules else ():
        if name not in rules:
            rows.append(f"[rule {name}]\nenabled = no\n")
    for name, (classes, limit, window, block) in rules.items():
        rows.append(f"[rule {name}]\nclass = {classes}\nlimit = {limit}\nwindow = {window}\nblock = {block}\nmax = 7d\nremember = 30d\n")
    return "".join(rows)


def made(folder, name, seed, days, held_out):
    """The folder of a world, which is made if it is not there."""
    sources = [worlds.__file__] + [os.path.join(os.path.dirname(worlds.__file__), "held_out.json")] * held_out
    key = hashlib.sha256(b"".join(open(source, "rb").read() for source in sources)).hexdigest()[:8]
    directory = os.path.join(folder, f"{name}-{seed}-{days}{'-held-out' * held_out}-{key}")
    if not os.path.exists(directory):
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as new:
            worlds.write(worlds.happen(name, seed, days, held_out), new)
            os.chmod(new, 0o755)
            os.rename(new, directory)
            os.mkdir(new)
    return directory


class World:
    """What became of each attempt of a world under a policy."""

    def __init__(self, directory, loop, config, learn):
        self.start = worlds.START + learn * worlds.DAY
        log, truth = (os.path.join(directory, name) for name in ("mainlog", "truth"))
        command = [loop, config, log, truth, str(self.start * 1000)]
        self.avoided, self.blocks, wrong = {}, [], 0
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        for row in process.stdout.splitlines():
            kind, *fields = row.split("\t")
            if kind == "avoided":
                self.avoided[int(fields[0])] = int(fields[1])
            elif kind == "block":
                self.blocks.append((fields[0], fields[1], int(fields[2]) / 1000, int(fields[3]) / 1000, fields[4] == "dry-run"))
            elif kind == "wrong":
                wrong += 1
        if wrong:
            sys.exit(f"{directory}: {wrong} lines were not read as what they are")
        self.count(truth)

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
    parser.add_argument("--policy", choices=("2003", "former", "default"), default="default")
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
    results = []
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        config.write(configuration(options.binary, options.policy))
        config.flush()
        if not options.json:
            print("world        seed price % lost  longest  storm networks good hosts  others avoided")
        for name in options.worlds.split(","):
            for seed in options.seed.split(","):
                directory = made(cache, name, int(seed), options.days, options.held_out)
                of = World(directory, loop, options.config or config.name, 0 if options.cold else options.learn).summary()
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
