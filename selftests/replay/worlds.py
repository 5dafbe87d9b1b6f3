#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Days of mail at sites of many kinds, as exim would have logged them, and what truly happened in them.

    worlds.py --world NAME [--seed N] [--days D] [--held-out] --out DIR

writes DIR/mainlog and DIR/truth. The truth has one row for each line that is an event, with tabs between
    LINE TIME ADDRESS KIND SENDER CATEGORY CLASS RETRY LATER
KIND is good (a message that somebody wants) or bad; RETRY is the time in seconds after which the sender of a dropped attempt
tries again, or 0 if it does not; LATER is the class that the attempt then has. --list names the worlds.

--held-out takes the parameters from held_out.json. It is for the last measurement: nobody tunes anything to it.
"""
import argparse
import hashlib
import json
import math
import os
import random
import tempfile
import time

START = 1772409600  # Monday, 2026-03-02 00:00:00 UTC
DAY, HOUR, MINUTE = 86400, 3600, 60
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LOWER = "abcdefghijklmnopqrstuvwxyz"

# How much happens in each hour of a day.
PEOPLE = [1, 1, 1, 1, 1, 2, 4, 9, 16, 18, 17, 16, 13, 15, 16, 15, 14, 11, 8, 7, 6, 5, 3, 2]
MACHINES = [9, 8, 8, 7, 7, 8, 8, 9, 10, 11, 11, 11, 11, 11, 11, 11, 11, 10, 10, 10, 10, 10, 9, 9]
WEEKEND = 0.45

# What a worm, a phone or a printer does, even behind the address of a mail server: no queue tries it again.
UNQUEUED = ("virus", "worm", "auth", "relay", "helo", "protocol", "tls", "disconnect")

# A site, and who is there besides. Messages, tries, hosts are per day if nothing else is said.
SITE = {
    "good": 3000,
    "regulars": 0.14,  # senders for each good message a day
    "tail": 1.8,  # sigma of the logarithm of what they send
    "slips": 0.015,  # mean share of dead recipients and the like in what a good sender does
    "providers": 3,
    "provider_share": 0.15,
    "provider_spam": 0.08,
    "newcomers": 0.08,
    "first_slips": (0.05, 4),  # share of newcomers that begin with dead recipients, and of how many at most
    "noise": 0.8,
    "noise_near_good": 0.12,  # share of bad hosts that live in a /24 with good ones
    "ipv6": 0.12,
    "interfaces": False,  # exim logs I=[address]:port
    "deliveries": True,  # the log has "=>" and "Completed", too
}
WORLDS = {
    "small": {"good": 2000},
    "medium": {"good": 10000, "interfaces": True},
    "large": {"good": 50000, "deliveries": False, "noise": 0.6},
    "sobig": {"sobig": {"hosts": 500, "from": 3.3, "lasts": 2.6, "mails": 60, "burst": (3, 30), "pause": 600, "known": 0.03}},
    "botnet": {"botnet": {"hosts": 400, "visits": 12, "tries": (1, 3), "lasts": 4, "once": 100}},
    "spraying": {"interfaces": True, "spray": {"hosts": 60, "gap": 240, "hours": 9}, "guess": {"hosts": 6, "gap": 60, "hours": 7}},
    "harvesting": {"harvest": {"hosts": 12, "tries": 500, "session": 20, "slow": 8, "slow_gap": 90}},
    "earners": {"earners": {"hosts": 12, "days": 2, "accepted": 8, "mails": 300, "passes": 0.12, "spent": 6}},
    "forwarders": {"forwarders": {"hosts": 40, "good": 18, "spam": 0.62, "new": 3}},
    "newsletters": {"newsletters": {"hosts": 8, "new": 3, "mails": 700, "dead": 0.05, "minutes": 20}},
    "providers": {"waves": {"hosts": 5, "good": 200, "mails": 110, "minutes": 15}},
    "shared": {"shared": {"offices": 6, "mails": 90, "bad": 60, "customers": 40, "spam": 50, "networks": 3}},
    "net24": {
        "net24": {"hosts": 200, "gap": 60, "hours": 1.2, "good": 3, "mails": 12},
        "slow24": {"hosts": 200, "gap": 2400, "hours": 20, "good": 3, "mails": 12},
    },
    "net48": {"net48": {"rate": 8, "tries": 5, "hours": 6, "good": 4, "mails": 10}, "bystanders": {"networks": 600, "tries": 1}},
    "backup-mx": {"backup": {"hosts": 2, "usual": 25, "queue": 900, "unknown": 0.4, "minutes": 40, "new": 1}},
    "office-worm": {"offices": {"hosts": 3, "mails": 150, "burst": 30, "pause": 600, "days": 2, "from": 4.35}},
    "printer": {"printers": {"hosts": 4, "mails": 80, "gap": 300}},
    "phones": {"interfaces": True, "phones": {"hosts": 3, "phones": 30, "gap": 600, "mails": 60, "from": 3.4, "days": 2.5}},
    "outage": {
        "good": 50000,
        "noise": 0.5,
        "providers": 1,
        "provider_share": 0.5,
        "deliveries": False,
        "outages": [{"at": 3.42, "minutes": 30, "class": "dnsbl"}, {"at": 4.6, "minutes": 30, "class": "virus"}],
    },
    "bounces": {"bounces": {"hosts": 800, "known": 0.2, "mails": 25, "from": 3.4, "lasts": 2.0}},
    "mixed": {
        "good": 12000,
        "deliveries": False,
        "sobig": {"hosts": 300, "from": 3.6, "lasts": 2.2, "mails": 70, "burst": (3, 30), "pause": 600, "known": 0.05},
        "spray": {"hosts": 30, "gap": 300, "hours": 10},
        "botnet": {"hosts": 120, "visits": 12, "tries": (1, 3), "lasts": 4, "once": 60},
        "forwarders": {"hosts": 25, "good": 20, "spam": 0.6, "new": 1},
        "newsletters": {"hosts": 4, "new": 1, "mails": 500, "dead": 0.05, "minutes": 20},
        "waves": {"hosts": 2, "good": 250, "mails": 110, "minutes": 40},
        "net24": {"hosts": 120, "gap": 90, "hours": 1, "good": 2, "mails": 10},
        "net48": {"rate": 6, "tries": 5, "hours": 4, "good": 3, "mails": 8},
        "offices": {"hosts": 1, "mails": 120, "burst": 20, "pause": 600, "days": 1, "from": 4.35},
        "bounces": {"hosts": 300, "known": 0.25, "mails": 20, "from": 3.6, "lasts": 2.0},
        "outages": [{"at": 4.45, "minutes": 30, "class": "dnsbl"}],
    },
}
# Not among those that are judged if nothing else is said.
HUGE = {"huge": {"good": 500000, "deliveries": False, "noise": 0.4}}


class Host:
    __slots__ = ("name", "peers", "retry", "sender", "port")


class World:
    """Hosts and what they do. An event is (second, number, host, class, category, good)."""

    def __init__(self, parameters, rng, days):
        self.p, self.rng, self.days = parameters, rng, days
        self.events, self.used, self.count = [], set(), 0
        self.regulars = []
        self.hosters = [self.network() for _ in range(12)]
        self.let = [0] * len(self.hosters)
        self.hosters6 = [f"2001:db8:{rng.randrange(1, 0x8000):x}" for _ in range(6)]

    def network(self):
        rng = self.rng
        return f"{rng.choice((rng.randrange(11, 100), rng.randrange(101, 126), rng.randrange(130, 169)))}.{rng.randrange(256)}.{rng.randrange(256)}"

    def word(self, length):
        return "".join(self.rng.choices(LOWER, k=length))

    def host(self, network=None, ipv6=False, retry=0, good=True, addresses=1):
        """A new one, in a /24 ("192.0.2") or a /48 ("2001:db8:1") or anywhere."""
        rng = self.rng
        host = Host()
        while True:
            if ipv6 or (network and ":" in network):
                subnet = f"{network or f'2001:db8:{rng.randrange(0x8000, 0x10000):x}'}:{rng.randrange(1, 65536):x}"
                host.name, found = f"{subnet}::/64", [f"{subnet}::{rng.randrange(1, 65536):x}" for _ in range(addresses)]
            else:
                host.name = f"{network or self.network()}.{rng.randrange(1, 255)}"
                found = [host.name]
            if host.name not in self.used:
                break
        self.used.add(host.name)
        domain = f"{self.word(7)}.example"
        if good:
            shapes = (f"mail.{domain}", f"mx{rng.randrange(9)}.{domain} (mail.{domain})", f"out-{rng.randrange(99)}.{domain}")
        else:
            shapes = (f"({self.word(9)})", f"host{rng.randrange(255)}.dyn.{domain} ({self.word(6)}.example)", f"([192.168.1.{rng.randrange(2, 255)}])")
        words = rng.choice(shapes)
        host.peers = [f"{words} [{address}]" for address in found]
        host.retry, host.port = retry, 25
        self.count += 1
        host.sender = f"s{self.count}"
        return host

    def mail_server(self, network=None):
        """A new good sender, at a hoster's if not elsewhere."""
        rng = self.rng
        if not network and rng.random() < self.p["ipv6"]:
            return self.host(rng.choice(self.hosters6), retry=self.patience())
        if not network and rng.random() < 0.3:
            network = self.hoster()
        return self.host(network, retry=self.patience())

    def hoster(self):
        """A /24 that is not full; there is always another."""
        at = self.rng.randrange(len(self.hosters))
        self.let[at] += 1
        if self.let[at] > 150:
            self.hosters[at], self.let[at] = self.network(), 1
        return self.hosters[at]

    def stranger(self):
        """A new bad host."""
        rng = self.rng
        if rng.random() < self.p["noise_near_good"]:
            return self.host(rng.choice(self.hosters6) if rng.random() < 0.3 else self.hoster(), good=False)
        return self.host(ipv6=rng.random() < 0.04, good=False)

    def patience(self):
        """Seconds until a mail server tries again."""
        return self.rng.choice((600, 900, 900, 1200, 1800, 1800, 1800, 2700, 3600))

    def add(self, second, host, kind, category, good=False):
        if 0 <= second < self.days * DAY:
            self.events.append((int(second), len(self.events), host, kind, category, good))

    def moment(self, day, weights):
        return day * DAY + (self.rng.choices(range(24), weights)[0] + self.rng.random()) * HOUR

    def how_many(self, mean):
        """Poisson."""
        rng = self.rng
        if mean > 60:
            return max(0, round(rng.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), rng.random(), 0
        while product > limit:
            product *= rng.random()
            count += 1
        return count

    def send(self, host, mean, day, kind="arrival", weights=PEOPLE, since=0):
        """Good mail of a day."""
        if day % 7 >= 5 and weights is PEOPLE:
            mean *= WEEKEND
        for _ in range(self.how_many(mean)):
            second = self.moment(day, weights)
            if second >= since:
                self.add(second, host, kind, "mail", True)

    def slip(self, host, mean, day, kinds=("unknown-user", "unknown-user", "unknown-user", "spam", "sender", "policy")):
        for _ in range(self.how_many(mean)):
            self.add(self.moment(day, PEOPLE), host, self.rng.choice(kinds), "slips")


def site(world):
    """The good mail of a site."""
    p, rng = world.p, world.rng
    good, days = p["good"], world.days
    weights = [rng.lognormvariate(0, p["tail"]) for _ in range(max(20, int(good * p["regulars"])))]
    scale = good * 0.68 / sum(weights)
    for weight in weights:
        mean = min(weight * scale, good * 0.04)
        host = world.mail_server()
        world.regulars.append((host, mean))
        slips = min(0.3, rng.expovariate(1 / p["slips"])) if p["slips"] else 0
        for day in range(days):
            world.send(host, mean, day)
            world.slip(host, mean * slips, day)
    site_providers(world)
    for day in range(days):
        left = world.how_many(good * p["newcomers"] * (WEEKEND if day % 7 >= 5 else 1))
        while left > 0:
            left -= newcomer(world, day)
    for _ in range(max(3, good // 60)):
        user = world.host(retry=1800, good=False)
        user.port = 587
        for day in range(days):
            world.send(user, 3, day, kind="login")
            if rng.random() < 0.01:
                start = world.moment(day, PEOPLE)
                for n in range(rng.randrange(1, 6)):
                    world.add(start + 20 * n, user, "auth", "slips")


def site_providers(world):
    """Hosts of many people, a little of whose mail is spam."""
    p = world.p
    for _ in range(p["providers"]):
        network = world.network()
        for _ in range(4):
            host = world.mail_server(network)
            mean = p["good"] * p["provider_share"] / p["providers"] / 4
            for day in range(world.days):
                world.send(host, mean, day)
                spam = mean * p["provider_spam"]
                world.slip(host, spam, day, ("spam", "spam", "unknown-user", "unknown-user", "sender"))


def newcomer(world, day):
    """A sender who was never there before."""
    p, rng = world.p, world.rng
    host = world.mail_server()
    count = 1
    while rng.random() < 0.4:
        count += 1
    second = world.moment(day, PEOPLE)
    share, most = p["first_slips"]
    if rng.random() < share:
        for _ in range(rng.randint(1, most)):
            world.add(second - 30, host, "unknown-user", "slips")
    for _ in range(count):
        world.add(second, host, "arrival", "mail", True)
        second += rng.expovariate(1 / 5000)
    if rng.random() < 0.25:
        for later in range(day + 1, world.days):
            world.send(host, 0.4, later)
    return count


NOISE = (
    ("dnsbl",),
    ("dnsbl", "dnsbl", "rdns"),
    ("unknown-user",),
    ("unknown-user", "sender", "unknown-user"),
    ("spam",),
    ("helo", "dnsbl"),
    ("auth",),
    ("disconnect",),
    ("tls", "protocol", "disconnect"),
    ("relay",),
    ("rdns",),
    ("policy",),
)


def noise(world):
    """What comes to every site on every day."""
    p, rng = world.p, world.rng
    old = []
    for day in range(world.days):
        left = int(p["good"] * p["noise"])
        while left > 0:
            if old and rng.random() < 0.3:
                host, kinds = rng.choice(old)
            else:
                host, kinds = world.stranger(), rng.choice(NOISE)
                old.append((host, kinds))
            tries = min(250, int(rng.paretovariate(1.1)))
            left -= tries
            second, gap = world.moment(day, MACHINES), rng.choice((3, 20, 120, 700, 3000))
            for _ in range(tries):
                world.add(second, host, rng.choice(kinds), "noise")
                second += rng.expovariate(1 / gap)


def sobig(world, p):
    """Bursts of a worm that grow for hours and fade for days; PCs sleep at night."""
    rng = world.rng
    infected = [(world.stranger(), "sobig") for _ in range(int(p["hosts"] * (1 - p["known"])))]
    chosen = rng.sample(world.regulars, min(len(world.regulars), int(p["hosts"] * p["known"])))
    infected += [(host, "sobig-mixed") for host, _ in chosen]
    for host, category in infected:
        left = max(1, int(rng.lognormvariate(math.log(p["mails"]), 0.8)))
        second = (p["from"] + p["lasts"] * rng.betavariate(1.6, 3)) * DAY
        while left > 0 and second < (p["from"] + p["lasts"]) * DAY:
            for _ in range(min(left, rng.randint(*p["burst"]))):
                world.add(second, host, "virus" if rng.random() < 0.85 else "worm", category)
                second += rng.expovariate(1 / 6)
                left -= 1
            second += rng.expovariate(1 / p["pause"])
            if rng.random() < 0.03:
                second += rng.uniform(4, 14) * HOUR


def botnet(world, p):
    """Hosts that come for a few tries, and again hours later; some never again."""
    rng = world.rng
    kinds = ("dnsbl", "spam", "unknown-user", "unknown-user", "rdns", "helo", "virus")
    for _ in range(p["hosts"]):
        host = world.stranger()
        first = rng.uniform(-2, world.days)
        last = first + rng.expovariate(1 / p["lasts"])
        second = first * DAY
        while second < last * DAY:
            for _ in range(rng.randint(*p["tries"])):
                world.add(second, host, rng.choice(kinds), "botnet")
                second += rng.uniform(1, 40)
            second += rng.expovariate(p["visits"] / DAY)
    for day in range(world.days):
        for _ in range(p["once"]):
            host, second = world.stranger(), world.moment(day, MACHINES)
            for _ in range(rng.randint(*p["tries"])):
                world.add(second, host, rng.choice(kinds), "once")
                second += 5


def guessers(world, p, category, jitter):
    """Passwords tried by hosts that take their time."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.stranger()
        host.port = rng.choice((25, 465, 587, 587))
        for day in range(world.days):
            if rng.random() < 0.3:
                continue
            second = day * DAY + rng.uniform(0, 24 - p["hours"]) * HOUR
            end = second + p["hours"] * HOUR
            while second < end:
                world.add(second, host, "auth", category)
                second += rng.expovariate(1 / p["gap"]) if jitter else p["gap"] + rng.uniform(-3, 3)


def harvest(world, p):
    """Names tried by the session, and others slowly."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.stranger()
        second = rng.uniform(2.5, world.days - 1) * DAY
        for n in range(p["tries"]):
            world.add(second, host, "unknown-user", "harvest")
            second += rng.uniform(0, 2) if (n + 1) % p["session"] else rng.expovariate(1 / 300)
    for _ in range(p["slow"]):
        host = world.stranger()
        second = rng.uniform(2.5, world.days - 1) * DAY
        for _ in range(p["tries"]):
            world.add(second, host, "unknown-user", "harvest")
            second += rng.expovariate(1 / p["slow_gap"])


def earners(world, p):
    """Spammers whose first mail is accepted, and some of the later; and those whose later mail is not."""
    rng = world.rng
    for n in range(p["hosts"] + p["spent"]):
        host = world.mail_server()
        passes, category = (p["passes"], "earners") if n < p["hosts"] else (0, "spent")
        first = rng.randrange(0, world.days - p["days"] - 1)
        for day in range(first, first + p["days"]):
            for _ in range(world.how_many(p["accepted"])):
                world.add(world.moment(day, PEOPLE), host, "arrival", "earning")
        for day in range(first + p["days"], world.days):
            for _ in range(world.how_many(p["mails"])):
                kind = "arrival" if rng.random() < passes else rng.choice(("spam", "spam", "unknown-user"))
                world.add(world.moment(day, MACHINES), host, kind, category)


def forwarders(world, p):
    """Alumni and the like: what they forward is theirs to nobody, and much of it is spam."""
    rng = world.rng
    for first in [0] * p["hosts"] + [day for day in range(1, world.days) for _ in range(p["new"])]:
        host, mean = world.mail_server(), rng.lognormvariate(math.log(p["good"]), 1)
        share = min(0.75, max(0.2, rng.gauss(p["spam"], 0.1)))
        start = world.moment(first, PEOPLE) if first else 0
        for day in range(first, world.days):
            world.send(host, mean, day, since=start)
            for _ in range(world.how_many(mean * share / (1 - share))):
                second, kind = world.moment(day, MACHINES), rng.choice(("sender", "sender", "spam", "spam", "dnsbl", "unknown-user"))
                if second >= start:
                    world.add(second, host, kind, "forwarded")


def newsletters(world, p):
    """Many letters at once, some to people who have gone."""
    rng = world.rng
    for n in range(p["hosts"] + p["new"] * (world.days - 1)):
        host = world.mail_server()
        old = n < p["hosts"]
        day = rng.randrange(0, 3) if old else 1 + (n - p["hosts"]) // p["new"]
        mails = int(rng.lognormvariate(math.log(p["mails"]), 0.7))
        while day < world.days:
            start = world.moment(day, PEOPLE)
            for _ in range(mails):
                dead = rng.random() < p["dead"]
                world.add(start + rng.uniform(0, p["minutes"]) * MINUTE, host, "unknown-user" if dead else "arrival", "dead" if dead else "mail", not dead)
            day += rng.choice((1, 2, 3)) if old else 2


def waves(world, p):
    """A provider's host with good mail, and a wave of spam each day."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.mail_server()
        for day in range(world.days):
            world.send(host, p["good"], day, weights=MACHINES)
            start, lasts = world.moment(day, MACHINES), p["minutes"] * MINUTE * rng.lognormvariate(0, 0.8)
            for _ in range(world.how_many(p["mails"])):
                kind = rng.choice(("spam", "spam", "spam", "dnsbl", "unknown-user"))
                world.add(start + rng.uniform(0, lasts), host, kind, "wave")


def shared(world, p):
    """Many behind one address: an office's NAT with a spamming PC, a hoster's /64 with customers of all kinds."""
    rng = world.rng
    for _ in range(p["offices"]):
        host = world.host(retry=1800)
        for day in range(world.days):
            world.send(host, p["mails"], day, kind="login")
            if rng.random() < 0.6:
                second = world.moment(day, PEOPLE)
                for _ in range(world.how_many(p["bad"])):
                    world.add(second, host, rng.choice(("spam", "unknown-user", "relay")), "shared")
                    second += rng.expovariate(1 / 200)
    for _ in range(p["networks"]):
        host = world.host(ipv6=True, retry=1200, addresses=p["customers"])
        for day in range(world.days):
            world.send(host, p["mails"], day)
            for _ in range(world.how_many(p["spam"])):
                world.add(world.moment(day, MACHINES), host, rng.choice(("spam", "dnsbl", "unknown-user")), "shared")


def inside(world, network, p):
    """Good hosts in a bad network."""
    for _ in range(p["good"]):
        host = world.mail_server(network)
        for day in range(world.days):
            world.send(host, p["mails"], day)


def net24(world, p, category):
    """A /24 whose hosts share the work."""
    rng = world.rng
    network = world.network()
    inside(world, network, p)
    hosts = [world.host(network, good=False) for _ in range(p["hosts"])]
    kinds = ("spam", "spam", "unknown-user", "dnsbl", "sender", "rdns")
    for day in range(3, world.days):
        start = day * DAY + rng.uniform(0, 24 - p["hours"]) * HOUR
        for host in hosts:
            second = start + rng.uniform(0, p["gap"])
            while second < start + p["hours"] * HOUR:
                world.add(second, host, rng.choice(kinds), category)
                second += rng.uniform(0.7, 1.3) * p["gap"]


def net48(world, p):
    """A /48 with a new /64 for every few tries."""
    rng = world.rng
    network = f"2001:db8:{rng.randrange(1, 0x8000):x}"
    inside(world, network, p)
    kinds = ("spam", "unknown-user", "unknown-user", "dnsbl", "sender")
    for day in range(3, world.days):
        second = day * DAY + rng.uniform(0, 24 - p["hours"]) * HOUR
        end = second + p["hours"] * HOUR
        while second < end:
            host = world.host(network, good=False)
            for _ in range(p["tries"]):
                world.add(second, host, rng.choice(kinds), "net48")
                second += rng.expovariate(p["rate"] / MINUTE)


def bystanders(world, p):
    """A hoster's /48 with many /64s, most of which write letters and some of which slip at times."""
    network = f"2001:db8:{world.rng.randrange(1, 0x8000):x}"
    for n in range(p["networks"]):
        host = world.mail_server(network)
        for day in range(world.days):
            world.send(host, 0.5, day)
            if n % 12 == 0:
                world.slip(host, p["tries"], day)


def backup(world, p):
    """A backup MX: a few letters a day, and at the end of an outage its queue, of which much is to nobody."""
    rng = world.rng
    for n in range(p["hosts"] + p["new"]):
        host = world.mail_server()
        if n < p["hosts"]:
            for day in range(world.days):
                for _ in range(world.how_many(p["usual"])):
                    bad = rng.random() < p["unknown"]
                    world.add(world.moment(day, MACHINES), host, "unknown-user" if bad else "arrival", "queue" if bad else "mail", not bad)
        start = rng.uniform(3.1, world.days - 0.5) * DAY
        for _ in range(p["queue"]):
            bad = rng.random() < p["unknown"]
            world.add(start + rng.uniform(0, p["minutes"]) * MINUTE, host, "unknown-user" if bad else "arrival", "queue" if bad else "mail", not bad)


def offices(world, p):
    """Offices that send good mail, with a worm inside while people work."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.mail_server()
        for day in range(world.days):
            world.send(host, p["mails"], day)
        second, end = p["from"] * DAY, (p["from"] + p["days"]) * DAY
        while second < end:
            for _ in range(world.how_many(p["burst"])):
                world.add(second, host, "virus" if rng.random() < 0.85 else "worm", "office")
                second += rng.expovariate(1 / 5)
            second += p["pause"] * rng.uniform(0.7, 1.3)
            if second % DAY > 18 * HOUR:
                second += 14 * HOUR


def printers(world, p):
    """A printer behind the address of a good server that wants to send its reports elsewhere."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.mail_server()
        for day in range(world.days):
            world.send(host, p["mails"], day)
        second = rng.uniform(0, p["gap"])
        while second < world.days * DAY:
            world.add(second, host, "relay", "printer")
            second += p["gap"] * rng.uniform(0.95, 1.05)


def phones(world, p):
    """A firm's phones behind one address, after somebody changed the password."""
    rng = world.rng
    for _ in range(p["hosts"]):
        host = world.host(retry=1800)
        host.port = 587
        for day in range(world.days):
            world.send(host, p["mails"], day, kind="login")
        for _ in range(p["phones"]):
            second, end = (p["from"] + rng.uniform(0, 0.2)) * DAY, (p["from"] + rng.uniform(0.2, p["days"])) * DAY
            while second < end:
                world.add(second, host, "auth", "phones")
                second += p["gap"] * rng.uniform(0.9, 1.1)


def bounces(world, p):
    """Others' bounces to addresses here that a worm has forged; some of these others write letters, too."""
    rng = world.rng
    known = rng.sample(world.regulars, min(len(world.regulars), int(p["hosts"] * p["known"])))
    hosts = [host for host, _ in known] + [world.mail_server() for _ in range(p["hosts"] - len(known))]
    for n, host in enumerate(hosts):
        category = "bounces-known" if n < len(known) else "bounces"
        for _ in range(int(rng.lognormvariate(math.log(p["mails"]), 1.2)) + 1):
            second = (p["from"] + p["lasts"] * rng.betavariate(1.3, 3)) * DAY
            world.add(second, host, "backscatter", category)


FEATURES = {
    "sobig": sobig,
    "botnet": botnet,
    "spray": lambda world, p: guessers(world, p, "spray", True),
    "guess": lambda world, p: guessers(world, p, "guess", False),
    "harvest": harvest,
    "earners": earners,
    "forwarders": forwarders,
    "newsletters": newsletters,
    "waves": waves,
    "shared": shared,
    "net24": lambda world, p: net24(world, p, "net24"),
    "slow24": lambda world, p: net24(world, p, "slow24"),
    "net48": net48,
    "bystanders": bystanders,
    "backup": backup,
    "offices": offices,
    "printers": printers,
    "phones": phones,
    "bounces": bounces,
}


def break_down(world, outages):
    """A list or scanner that for a while condemns everybody."""
    for outage in outages:
        start, end = outage["at"] * DAY, outage["at"] * DAY + outage["minutes"] * MINUTE
        for at, event in enumerate(world.events):
            if start <= event[0] < end and event[3] == "arrival" and event[5]:
                world.events[at] = (*event[:3], outage["class"], "outage", True)


def happen(name, seed, days, held_out=False):
    parameters = {**SITE, **{**WORLDS, **HUGE}[name]}
    if held_out:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "held_out.json")) as stream:
            other = json.load(stream)
        parameters.update(other["site"])
        parameters.update(other["worlds"].get(name, {}))
    world = World(parameters, random.Random(f"{name} {seed} {held_out}"), days)
    site(world)
    noise(world)
    for feature, act in FEATURES.items():
        if feature in parameters:
            act(world, parameters[feature])
    break_down(world, parameters.get("outages", ()))
    world.events.sort()
    return world


def texts(world):
    """A function that says what exim writes of an event."""
    senders = [f"{world.word(7)}@{world.word(9)}.example" for _ in range(4999)]
    recipients = [f"{world.word(6)}@example.org" for _ in range(3989)]
    users = [world.word(6) for _ in range(997)]
    interfaces, deliveries, base = world.p["interfaces"], world.p["deliveries"], len(ALPHABET)

    def say(number, host, kind):
        peer = host.peers[number % len(host.peers)]
        sender, recipient = senders[number * 7 % 4999], recipients[number * 5 % 3989]
        at = peer
        if interfaces:
            at = f"{peer} I=[192.0.2.25]:{host.port if kind in ('auth', 'login') else 25}"
        start = f"H={at} F=<{sender}> rejected RCPT <{recipient}>: "
        if kind == "unknown-user":
            return start + ("Unrouteable address" if number % 2 else "Unknown user")
        if kind == "dnsbl":
            return start + f"rejected because {peer[peer.rindex('[') + 1:-1]} is in a black list at zen.spamhaus.org"
        if kind == "relay":
            return f"H={at} F=<{sender}> rejected RCPT <{users[number % 997]}@elsewhere.example>: relay not permitted"
        if kind == "sender":
            return start + "Sender verify failed"
        if kind == "rdns":
            return start + "host has no reverse DNS"
        if kind == "backscatter":
            return f"H={at} F=<> rejected RCPT <{recipient}>: Unrouteable address"
        if kind == "policy":
            return start + "administrative prohibition"
        if kind == "auth":
            return f"{'plain' if number % 3 else 'login'}_login authenticator failed for {at}: 535 Incorrect authentication data (set_id={users[number % 997]})"
        if kind == "helo":
            return f"rejected EHLO from {at}: syntactically invalid argument(s): _{users[number % 997]}_"
        if kind == "protocol":
            return f'SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H={at} input="GET /"'
        if kind == "tls":
            return f"TLS error on connection from {at} (gnutls_handshake): No supported cipher suites have been found."
        if kind == "disconnect":
            return f"unexpected disconnection while reading SMTP command from {at} D=1s"
        ident = f"1w{ALPHABET[number // base**3 % base]}{ALPHABET[number // base**2 % base]}{ALPHABET[number // base % base]}{ALPHABET[number % base]}-00{ALPHABET[number % 61]}b6y-2K"
        if kind == "virus":
            return f"{ident} H={at} F=<{sender}> rejected after DATA: This message contains a virus (W32.Sobig.F@mm)."
        if kind == "worm":
            return f"{ident} H={at} F=<{sender}> rejected after DATA: This message contains an attachment of a type which we do not accept (.pif)"
        if kind == "spam":
            return f"{ident} H={at} F=<{sender}> rejected after DATA: This message scored {5 + number % 150 / 10:.1f} spam points."
        size = 900 + number * 37 % 99000
        if kind == "login":
            line = f"{ident} <= {recipient} H={at} P=esmtpsa X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no A=plain_login:{users[number % 997]} S={size} id={number}@phone.example"
        else:
            line = f"{ident} <= {sender} H={at} P={'esmtps X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no' if number % 9 else 'esmtp'} S={size} id={number}@{host.sender}.example"
        if not deliveries:
            return line
        return f"{line}\0{ident} => {recipient} R=local_user T=mail_spool\0{ident} Completed"

    return say


def write(world, directory):
    say = texts(world)
    clock = [f" {s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d} +0000 " for s in range(DAY)]
    dates = [time.strftime("%Y-%m-%d", time.gmtime(START + day * DAY)) for day in range(world.days)]
    line = 0
    with open(os.path.join(directory, "mainlog"), "w") as log, open(os.path.join(directory, "truth"), "w") as truth:
        rows, trues = [], []
        for number, (second, _, host, kind, category, good) in enumerate(world.events):
            before = dates[second // DAY] + clock[second % DAY]
            text = say(number, host, kind)
            retry = 0 if kind in UNQUEUED and not good else host.retry
            trues.append(
                f"{line + 1}\t{START + second}\t{host.name}\t{'good' if good else 'bad'}\t{host.sender}\t{category}\t"
                f"{'arrival' if kind == 'login' else kind}\t{retry}\t{'arrival' if category == 'outage' or kind == 'login' else kind}\n"
            )
            if "\0" in text:
                line += text.count("\0")
                text = text.replace("\0", "\n" + before)
            line += 1
            rows.append(before + text + "\n")
            if len(rows) == 10000:
                log.write("".join(rows))
                truth.write("".join(trues))
                rows, trues = [], []
        log.write("".join(rows))
        truth.write("".join(trues))
    return line


def made(folder, name, seed, days, held_out):
    """The folder of a world, which is made if it is not there."""
    sources = [__file__] + [os.path.join(os.path.dirname(__file__), "held_out.json")] * held_out
    key = hashlib.sha256(b"".join(open(source, "rb").read() for source in sources)).hexdigest()[:8]
    directory = os.path.join(folder, f"{name}-{seed}-{days}{'-held-out' * held_out}-{key}")
    if not os.path.exists(directory):
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as new:
            write(happen(name, seed, days, held_out), new)
            os.chmod(new, 0o755)
            os.rename(new, directory)
            os.mkdir(new)
    return directory


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--world", choices=[*WORLDS, *HUGE])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=7, help="at least 5; storms begin on the fourth day")
    parser.add_argument("--held-out", action="store_true")
    parser.add_argument("--out")
    options = parser.parse_args()
    if options.days < 5:
        parser.error(f"--days {options.days}: expected 5 or more")
    if options.list:
        print("\n".join([*WORLDS, *HUGE]))
        return
    os.makedirs(options.out, exist_ok=True)
    write(happen(options.world, options.seed, options.days, options.held_out), options.out)


if __name__ == "__main__":
    main()
