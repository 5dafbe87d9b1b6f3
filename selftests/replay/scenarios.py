#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Who must come through and who must be caught with the default rules, each as a small log with its neighbour.

    scenarios.py LOOP NAME [--config FILE] [--out DIR]

makes the log of the scenario, judges it with LOOP (selftests/judge_loop), prints what became of its hosts, and ends with 1 if one
of them did not fare as it should. --list names the scenarios; --out keeps the log. The first three days are old logs.
"""
import argparse
import collections
import os
import random
import subprocess
import sys
import tempfile

import worlds
from worlds import DAY, HOUR, MACHINES, MINUTE, PEOPLE

LEARNED = 3  # days
QUEUE_LIFE = 4 * DAY


class Fate:
    """What became of a host: seconds, and numbers of attempts after the days that were learned from."""

    def __init__(self):
        self.good = self.delayed = self.lost = self.longest = self.bad = self.avoided = 0
        self.blocks = []  # (rule, since, until), seconds since the first day

    def __str__(self):
        rules = collections.Counter(rule for rule, _, _ in self.blocks)
        return (
            f"good {self.good}, delayed {self.delayed}, lost {self.lost}, longest {self.longest / HOUR:.1f} h; "
            f"bad {self.bad}, avoided {self.avoided}; blocks {len(self.blocks)}"
            + "".join(f", {rule} {count}" for rule, count in rules.items())
            + (f", longest {max(until - since for _, since, until in self.blocks) / HOUR:.1f} h" if self.blocks else "")
        )


class Scenario(worlds.World):
    """A small site, and who has a part in it."""

    def __init__(self, days=6, good=400):
        parameters = {**worlds.SITE, "good": good, "noise": 0.3}
        super().__init__(parameters, random.Random("scenario"), days)
        self.parts = []  # (name, hosts, expectation, its words)
        worlds.site(self)
        self.others = [host for host, _ in self.regulars]
        worlds.noise(self)

    def loner(self):
        """A stranger in a network of which nothing good is known."""
        return self.host(good=False)

    def part(self, name, hosts, *expectations):
        self.parts.append((name, hosts if isinstance(hosts, list) else [hosts], expectations))

    def spread(self, host, kind, count, start, lasts, category="bad", good=False):
        """At random moments."""
        for _ in range(count):
            self.add(start + self.rng.uniform(0, lasts), host, kind, category, good)

    def each(self, host, kind, gap, start, end, category="bad"):
        """One every `gap` seconds or so."""
        second = start + self.rng.uniform(0, gap)
        while second < end:
            self.add(second, host, kind, category)
            second += gap * self.rng.uniform(0.97, 1.03)

    def letters(self, host, count, first=0, last=None, kind="arrival", weights=MACHINES):
        for day in range(first, self.days if last is None else last):
            self.send(host, count, day, kind=kind, weights=weights)

    def judge(self, loop, config, directory):
        """A Fate for each address."""
        self.events.sort(key=lambda event: event[:2])
        worlds.write(self, directory)
        log, truth = (os.path.join(directory, name) for name in ("mainlog", "truth"))
        learned = (worlds.START + LEARNED * DAY) * 1000
        said = subprocess.run([loop, config, log, truth, str(learned)], stdout=subprocess.PIPE, text=True, check=True).stdout
        fates, avoided = collections.defaultdict(Fate), {}
        for row in said.splitlines():
            kind, *fields = row.split("\t")
            assert kind != "wrong", row
            if kind == "avoided":
                avoided[int(fields[0])] = int(fields[1])
            elif kind == "block" and fields[4] == "block":
                since, until = (int(field) / 1000 - worlds.START for field in fields[2:4])
                fates[fields[0]].blocks.append((fields[1], since, until))
        with open(truth) as stream:
            for row in stream:
                line, second, address, kind = row.split("\t")[:4]
                second = int(second) - worlds.START
                if second < LEARNED * DAY:
                    continue
                fate, delay = fates[address], avoided.get(int(line))
                if kind == "good":
                    fate.good += 1
                    if delay is not None:
                        fate.delayed += 1
                        fate.lost += delay < 0
                        fate.longest = max(fate.longest, delay / 1000)
                else:
                    fate.bad += 1
                    fate.avoided += delay is not None
        return fates


# Expectations of the fates of a part's hosts.


def comes_through(fates):
    """it is never blocked, and no mail is delayed"""
    return not any(fate.blocks or fate.delayed for fate in fates)


def mail_comes_through(fates):
    """no mail is delayed"""
    return sum(fate.good for fate in fates) > 0 and not any(fate.delayed for fate in fates)


def is_blocked(fates):
    """each is blocked"""
    return all(fate.blocks for fate in fates)


def caught(share):
    def expect(fates):
        return sum(fate.avoided for fate in fates) >= share * sum(fate.bad for fate in fates) > 0

    expect.__doc__ = f"at least {share:.0%} of what it does is avoided"
    return expect


def no_block_longer_than(seconds):
    def expect(fates):
        return all(until - since <= seconds for fate in fates for _, since, until in fate.blocks)

    expect.__doc__ = f"no block is longer than {seconds / HOUR:.0f} h"
    return expect


def nothing_lost(fates):
    """all mail comes within a queue's life"""
    return sum(fate.good for fate in fates) > 0 and all(fate.lost == 0 and fate.longest < QUEUE_LIFE for fate in fates)


def at_most(count):
    def expect(fates):
        return sum(1 for fate in fates if fate.blocks) <= count

    expect.__doc__ = f"at most {count} of them are blocked"
    return expect


def share_blocked(share):
    def expect(fates):
        return sum(1 for fate in fates if fate.blocks or fate.avoided) >= share * len(fates)

    expect.__doc__ = f"at least {share:.0%} of them are blocked"
    return expect


# Who must come through.


def provider_relays_a_wave_each_day():
    """a provider's host with 200 good messages a day that relays a wave of spam each day for two weeks"""
    s = Scenario(days=17)
    provider, spammer = s.mail_server(), s.loner()
    s.letters(provider, 200)
    for day in range(LEARNED, s.days):
        start = s.moment(day, MACHINES)
        s.spread(provider, "spam", 110, start, 8 * MINUTE)
        s.spread(spammer, "spam", 110, start, 8 * MINUTE)
    s.part("provider", provider, comes_through)
    s.part("stranger with the same waves", spammer, is_blocked, caught(0.5))
    return s


def newsletter_with_dead_addresses():
    """a newsletter with 5 % dead addresses in 20 minutes"""
    s = Scenario()
    known, new, harvester = s.mail_server(), s.mail_server(), s.loner()
    for host, days in ((known, range(s.days)), (new, (4,))):
        for day in days:
            start = day * DAY + 10 * HOUR
            s.spread(host, "arrival", 950, start, 20 * MINUTE, "mail", True)
            s.spread(host, "unknown-user", 50, start, 20 * MINUTE)
    s.spread(harvester, "unknown-user", 50, 4 * DAY + 10 * HOUR, 20 * MINUTE)
    s.part("newsletter", known, comes_through)
    s.part("newsletter of a new sender", new, comes_through)
    s.part("stranger with dead addresses only", harvester, is_blocked, caught(0.5))
    return s


def alumni_forwarder():
    """an alumni forwarder whose senders fail verification"""
    s = Scenario()
    forwarder, spammer = s.mail_server(), s.loner()
    s.letters(forwarder, 30)
    for day in range(s.days):
        for kind, count in (("sender", 30), ("spam", 15)):
            s.spread(forwarder, kind, count, day * DAY, DAY)
            s.spread(spammer, kind, count, day * DAY, DAY)
    s.part("forwarder", forwarder, comes_through)
    s.part("stranger whose senders fail alike", spammer, is_blocked)
    return s


def backup_mx_drains_its_queue():
    """a backup MX that drains its queue with 40 % unknown users"""
    s = Scenario()
    backup, harvester = s.mail_server(), s.loner()
    s.letters(backup, 15)
    for day in range(s.days):
        s.spread(backup, "unknown-user", 10, day * DAY, DAY)
    start = 4 * DAY + 11 * HOUR
    s.spread(backup, "arrival", 540, start, 40 * MINUTE, "mail", True)
    s.spread(backup, "unknown-user", 360, start, 40 * MINUTE)
    s.spread(harvester, "unknown-user", 360, start, 40 * MINUTE)
    s.part("backup MX", backup, comes_through)
    s.part("stranger with the same unknown users", harvester, is_blocked, caught(0.9))
    return s


def office_with_a_worm_inside():
    """an office that sends good mail with a worm inside"""
    s = Scenario(days=10)
    office, healthy, infected = s.mail_server(), s.mail_server(), s.loner()
    for host in (office, healthy):
        s.letters(host, 150, weights=PEOPLE)
    second = 3 * DAY + 8 * HOUR
    while second < 8 * DAY:
        for host in (office, infected):
            s.spread(host, "virus", 30, second, 3 * MINUTE)
        second += 10 * MINUTE
        if second % DAY > 18 * HOUR:
            second += 14 * HOUR
    s.part("office", office, is_blocked, caught(0.3), no_block_longer_than(DAY), nothing_lost)
    s.part("office without a worm", healthy, comes_through)
    s.part("stranger with the same worm", infected, is_blocked, caught(0.9))
    return s


def known_sender_with_a_worm_for_days():
    """a known sender that never stops offending is cut off for a day at most"""
    s = Scenario(days=13)
    server = s.mail_server()
    s.letters(server, 40)
    for day in range(3, 11):
        s.each(server, "virus", 10, day * DAY + 8 * HOUR, day * DAY + 20 * HOUR)
    s.part("server", server, is_blocked, no_block_longer_than(DAY), nothing_lost)
    s.part("other senders", s.others, mail_comes_through)
    return s


def printer_that_tries_to_relay():
    """a printer that tries to relay behind the NAT of a good server"""
    s = Scenario()
    server, prober = s.mail_server(), s.loner()
    s.letters(server, 80)
    for host in (server, prober):
        s.each(host, "relay", 5 * MINUTE, 0, s.days * DAY)
    s.part("server", server, comes_through)
    s.part("stranger that tries to relay alike", prober, is_blocked, caught(0.9))
    return s


def phones_with_an_old_password():
    """phones with an old password behind one NAT"""
    s = Scenario()
    firm, guesser = s.host(retry=1800), s.loner()
    firm.port = guesser.port = 587
    s.letters(firm, 60, kind="login", weights=PEOPLE)
    for host in (firm, guesser):
        for _ in range(8):
            s.each(host, "auth", 10 * MINUTE, 3 * DAY + 8 * HOUR, 3 * DAY + 18 * HOUR)
    s.part("firm", firm, comes_through)
    s.part("stranger that guesses alike", guesser, is_blocked, caught(0.9))
    return s


def shared_subnet():
    """an IPv6 /64 shared by customers of one hoster"""
    s = Scenario()
    hoster, spammer = s.host(ipv6=True, retry=1800, addresses=40), s.host(ipv6=True, addresses=4)
    s.letters(hoster, 90)
    for host in (hoster, spammer):
        for day in range(LEARNED, s.days):
            s.spread(host, "spam", 50, day * DAY + 9 * HOUR, 3 * HOUR)
    s.part("/64 with customers", hoster, comes_through)
    s.part("/64 with a spammer alone", spammer, is_blocked, caught(0.5))
    return s


def breakdown(kind):
    """30 minutes in which all that 70 known senders bring is rejected; most bring little, some a great deal."""
    s = Scenario()
    servers, start = [s.mail_server() for _ in range(70)], 4 * DAY + 10 * HOUR
    stranger, spammer = s.mail_server(), s.loner()
    for n, host in enumerate(servers):
        busy = n < 15
        s.letters(host, 400 if busy else 30)
        s.spread(host, kind, 200 if busy else 12, start, 30 * MINUTE, "outage")
    s.spread(stranger, kind, 1, start, 30 * MINUTE, "outage")
    s.spread(stranger, "arrival", 5, start + HOUR, HOUR, "mail", True)
    s.spread(spammer, kind, 80, start - 8 * HOUR, 20 * MINUTE)
    s.part("known senders", servers, at_most(3), nothing_lost)
    s.part("new sender with one message in it", stranger, comes_through)
    s.part("stranger that was rejected hours before", spammer, is_blocked)
    return s


def list_that_lists_everybody():
    """a DNS list that suddenly lists everybody"""
    return breakdown("dnsbl")


def scanner_that_rejects_everybody():
    """a scanner that suddenly finds a virus in everything"""
    return breakdown("virus")


# Who must be caught.


def strangers_in_bursts():
    """strangers in bursts of 3 to 30 infected messages every ten minutes"""
    s = Scenario()
    strangers, server = [s.loner() for _ in range(40)], s.mail_server()
    s.letters(server, 60)
    for host in strangers:
        second = 3 * DAY + s.rng.uniform(0, 12) * HOUR
        for _ in range(36):
            s.spread(host, "virus", s.rng.randint(3, 30), second, 2 * MINUTE)
            second += 10 * MINUTE
    s.part("strangers", strangers, is_blocked, caught(0.9))
    s.part("good server in the meantime", server, comes_through)
    s.part("other senders", s.others, mail_comes_through)
    return s


def patient_guessing():
    """guessing from one address at 1 a minute for hours"""
    s = Scenario()
    guesser, user = s.loner(), s.host(retry=1800)
    guesser.port = user.port = 587
    s.each(guesser, "auth", 60, 3 * DAY + 2 * HOUR, 3 * DAY + 12 * HOUR)
    s.letters(user, 5, kind="login")
    for n in range(5):
        s.add(3 * DAY + 9 * HOUR + 20 * n, user, "auth", "slips")
    s.part("guesser", guesser, is_blocked, caught(0.9))
    s.part("user who mistypes", user, comes_through)
    return s


def network_with_shared_work():
    """a /24 with one try a host and minute"""
    s = Scenario()
    network = s.network()
    server, beside = s.mail_server(network), s.mail_server()
    hosts = [s.host(network, good=False) for _ in range(200)]
    for host in (server, beside):
        s.letters(host, 60)
    for host in hosts:
        s.each(host, s.rng.choice(("spam", "unknown-user", "dnsbl", "sender")), MINUTE, 3 * DAY, 3 * DAY + HOUR)
    s.part("200 hosts of a /24", hosts, caught(0.85))
    s.part("known sender in the /24", server, comes_through)
    s.part("good server elsewhere", beside, comes_through)
    return s


def network_with_ever_new_subnets():
    """a /48 with a new /64 for every five tries"""
    s = Scenario()
    network = f"2001:db8:{s.rng.randrange(1, 0x8000):x}"
    server, beside = s.mail_server(network), s.mail_server("2001:db8:ffff")
    for host in (server, beside):
        s.letters(host, 60)
    hosts, second = [], 3 * DAY + HOUR
    for _ in range(400):
        host = s.host(network, good=False)
        hosts.append(host)
        for _ in range(5):
            s.add(second, host, s.rng.choice(("spam", "unknown-user", "dnsbl")), "bad")
            second += 10
    s.part("400 subnets of a /48", hosts, caught(0.85))
    s.part("known sender in the /48", server, comes_through)
    s.part("good server elsewhere", beside, comes_through)
    return s


def bounces_to_forged_addresses():
    """bounces and virus notifications to forged addresses, from strangers and known senders"""
    s = Scenario()
    known, few, stranger = s.mail_server(), s.mail_server(), s.mail_server()
    for host in (known, few):
        s.letters(host, 40)
    start = 4 * DAY + 10 * HOUR
    for host, count in ((known, 400), (few, 10), (stranger, 400)):
        s.spread(host, "backscatter", count, start, HOUR)
    s.part("stranger with 400 bounces", stranger, is_blocked, no_block_longer_than(6 * HOUR))
    s.part("known sender with 400 bounces", known, no_block_longer_than(HOUR), nothing_lost)
    s.part("known sender with 10 bounces", few, comes_through)
    return s


# The brake.


def storm_of_strangers_at_full_speed():
    """20,000 strangers in ten minutes do not set off the brake"""
    s = Scenario()
    strangers, start = [s.loner() for _ in range(20000)], 4 * DAY + 10 * HOUR
    for host in strangers:
        s.spread(host, "virus", 17, start + s.rng.uniform(0, 6) * MINUTE, 4 * MINUTE)
    s.part("strangers", strangers, share_blocked(0.99))
    s.part("other senders", s.others, mail_comes_through)
    return s


def owner_of_a_network_and_the_brake():
    """600 known /64s of one /48 that offend together do not set off the brake"""
    s = Scenario()
    network = f"2001:db8:{s.rng.randrange(1, 0x8000):x}"
    owned, stranger = [s.mail_server(network) for _ in range(600)], s.loner()
    start = 4 * DAY + 10 * HOUR
    for host in owned:
        s.letters(host, 4, last=LEARNED + 1)
        s.spread(host, "virus", 60, start, 3 * MINUTE)
    s.spread(stranger, "virus", 60, start + 12 * MINUTE, 10 * MINUTE)
    s.part("stranger, nine minutes after", stranger, is_blocked, caught(0.5))
    s.part("other senders", s.others, mail_comes_through)
    return s


SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario
    for scenario in (
        provider_relays_a_wave_each_day,
        newsletter_with_dead_addresses,
        alumni_forwarder,
        backup_mx_drains_its_queue,
        office_with_a_worm_inside,
        known_sender_with_a_worm_for_days,
        printer_that_tries_to_relay,
        phones_with_an_old_password,
        shared_subnet,
        list_that_lists_everybody,
        scanner_that_rejects_everybody,
        strangers_in_bursts,
        patient_guessing,
        network_with_shared_work,
        network_with_ever_new_subnets,
        bounces_to_forged_addresses,
        storm_of_strangers_at_full_speed,
        owner_of_a_network_and_the_brake,
    )
}


def summed(fates):
    total = Fate()
    for fate in fates:
        for name in ("good", "delayed", "lost", "bad", "avoided"):
            setattr(total, name, getattr(total, name) + getattr(fate, name))
        total.longest = max(total.longest, fate.longest)
        total.blocks += fate.blocks
    return total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("loop", nargs="?")
    parser.add_argument("name", nargs="?", choices=SCENARIOS)
    parser.add_argument("--config", default="/dev/null")
    parser.add_argument("--out")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        print("\n".join(SCENARIOS))
        return 0
    scenario, failed = SCENARIOS[options.name](), 0
    with tempfile.TemporaryDirectory() as made:
        os.makedirs(options.out or made, exist_ok=True)
        fates = scenario.judge(options.loop, options.config, options.out or made)
    for name, hosts, expectations in scenario.parts:
        found = [fates[host.name] for host in hosts]
        print(f"{name}: {summed(found)}")
        for expect in expectations:
            if not expect(found):
                print(f"  expected: {expect.__doc__}")
                failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
