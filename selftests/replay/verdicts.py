# SPDX-License-Identifier: GPL-2.0-only
"""Standing, both brakes and the rules as sobig-xdp(8) and the headers define them, for truth.py; times are whole seconds, all hosts and days are kept."""
import ipaddress
from collections import deque

HOUR, DAY = 3600, 86400
NEVER = -(10**9)
# What says nothing about the host.
NO_EVIDENCE = {"policy", "backscatter", "tls", "disconnect"}


class Standing:
    """Of one host or network: sums over former days, and of today."""

    __slots__ = ("day", "accepted", "bad", "accepted_today", "bad_today", "good_days", "since", "bad_day")

    def __init__(self, day):
        self.day = day
        self.accepted = self.bad = self.accepted_today = self.bad_today = 0
        self.good_days = []
        self.since = 0  # messages accepted while there was a good day, with those of its first
        self.bad_day = None  # the last day with an offence

    def is_good(self):
        return self.accepted_today > 0 and 10 * self.bad_today <= 9 * (self.accepted_today + self.bad_today)

    def at(self, day):
        """Brings it to a day."""
        if day <= self.day:
            return self
        if self.is_good():
            self.good_days.append(self.day)
        self.good_days = [good for good in self.good_days if good >= day - 30]
        self.accepted += self.accepted_today
        self.bad += self.bad_today
        self.accepted_today = self.bad_today = 0
        for _ in range(day - self.day):
            self.accepted = self.accepted * 6 // 7
            self.bad = self.bad * 6 // 7
        if not self.good_days:
            self.since = 0
        self.day = day
        return self

    def accept(self):
        self.accepted_today += 1
        self.since += 1

    def offend(self):
        self.bad_today += 1
        self.bad_day = self.day

    def sums(self):
        return self.accepted + self.accepted_today, self.bad + self.bad_today

    def is_known(self):
        return (self.good_days and self.since >= 3) or (self.accepted_today >= 10 and self.is_good())

    def is_clean(self):
        return self.bad_day is None or self.bad_day < self.day - 1


class View:
    """What is known of a host when it does something."""

    def __init__(self, accepted, bad, known, clean):
        self.accepted, self.bad, self.known, self.clean = accepted, bad, known, clean


class Table:
    """The standing of all."""

    def __init__(self, start):
        self.start, self.hosts, self.networks = start, {}, {}
        self.first = self.last = None
        self.accepted = Standing(0)

    def day(self, second):
        """Late lines count on the day of the last one."""
        day = (self.start + second) // DAY
        return day if self.last is None else max(day, self.last)

    def count(self, second):
        self.last = self.day(second)
        if self.first is None:
            self.first = self.accepted.day = self.last
        return self.last

    def span(self):
        return 0 if self.first is None else self.last - self.first + 1

    def accept(self, host, network, second):
        day = self.count(second)
        self.accepted.at(day).accept()
        for table, key in ((self.hosts, host), (self.networks, network)):
            if key not in table:
                table[key] = Standing(day)
            table[key].at(day).accept()

    def offend(self, host, network, second):
        day = self.count(second)
        for table, key in ((self.hosts, host), (self.networks, network)):
            if key in table:
                table[key].at(day).offend()

    def of_network(self, network, second):
        found = self.networks.get(network)
        return found.at(self.day(second)).sums() if found else (0, 0)

    def view(self, host, network, second):
        found = self.hosts.get(host)
        accepted = bad = 0
        known = clean = False
        if found:
            found.at(self.day(second))
            accepted, bad = found.sums()
            known, clean = bool(found.is_known()), found.is_clean()
        if not known:
            of_all, of_bad = self.of_network(network, second)
            known = of_all >= 50 and share(of_all, of_bad) <= 30
        return View(accepted, bad, known, clean)


def share(accepted, bad):
    """Whole percent of offences in all."""
    return bad * 100 // (accepted + bad) if accepted else 100


class ClassBrake:
    """At least 3 clean known senders, and half of those seen, within 10 minutes."""

    def __init__(self):
        self.seen = deque()  # (minute, host, class or None)
        self.off_until = {}

    def add(self, host, kind, second):
        minute = second // 60
        self.seen.append((minute, host, kind))
        while self.seen[0][0] <= minute - 10:
            self.seen.popleft()
        if kind is None:
            return
        recent = [entry for entry in self.seen if entry[0] <= minute]
        accused = {entry[1] for entry in recent if entry[2] == kind}
        if len(accused) >= 3 and 2 * len(accused) >= len({entry[1] for entry in recent}):
            self.off_until[kind] = second + HOUR

    def is_off(self, kind, second):
        return second < self.off_until.get(kind, NEVER)


class PriceBrake:
    """More known senders blocked in an hour than the limit, or those that sent over a tenth of all mail."""

    def __init__(self, limit):
        self.limit, self.blocks, self.last = limit, [], NEVER

    def refuses(self, host, second, mail, of_all):
        if not self.limit:
            return False
        self.last = second = max(second, self.last)
        self.blocks = [block for block in self.blocks if second - block[0] < HOUR]
        if any(block[1] == host for block in self.blocks):
            return False
        total = mail + sum(block[2] for block in self.blocks)
        if len(self.blocks) >= self.limit or (self.blocks and total > of_all // 10):
            return True
        self.blocks.append((second, host, mail))
        return False


class Window:
    """The times of the last points; there are never more than the limit."""

    def __init__(self, rule):
        self.rule, self.last, self.times = rule, NEVER, deque(maxlen=rule["limit"])

    def add(self, second, points):
        """True if there are more than the limit in the window. A step back of the clock by up to a minute is ignored."""
        if second < self.last - 60:
            self.times.clear()
        self.last = second = max(second, self.last) if self.times else second
        while self.times and self.times[0] <= second - self.rule["window"]:
            self.times.popleft()
        exceeded = len(self.times) + points > self.rule["limit"]
        self.times.extend([second] * points)
        return exceeded


class Offender:
    def __init__(self):
        self.until, self.times = NEVER, 0


class Judge:
    """Verdicts are (rule, target, until, repeats, why): why is "" for a block."""

    def __init__(self, rules, brake, learn, start, has_standing=True):
        self.rules, self.learn, self.has_standing = rules, learn, has_standing
        self.standing, self.class_brake, self.brake = Table(start), ClassBrake(), PriceBrake(brake)
        self.windows = [{} for _ in rules]
        self.offending = [{} for _ in rules]  # network: {host: time of its last offence}
        self.offenders = {}
        self.targets = {}

    def target(self, rule, host):
        """The host itself, or the network that the rule judges; None: it judges no such hosts."""
        if not is_network(rule):
            return host
        key = host, rule["network4"], rule["network6"]
        if key not in self.targets:
            network = ipaddress.ip_network(host)
            length = rule["network4" if network.version == 4 else "network6"]
            self.targets[key] = str(network.supernet(new_prefix=length)) if length else None
        return self.targets[key]

    def wide(self, host):
        return self.target({"network4": 24, "network6": 48}, host)

    def view(self, host, second):
        if not self.has_standing:
            return View(0, 0, False, False)
        return self.standing.view(host, self.wide(host), second)

    def event(self, host, kind, second):
        view, network = self.view(host, second), self.wide(host)
        is_bad = kind is not None and kind not in NO_EVIDENCE
        if view.known and view.clean and (is_bad or kind is None):
            self.class_brake.add(host, kind, second)
        if kind is None:
            self.standing.accept(host, network, second)
            return None
        if self.class_brake.is_off(kind, second):
            return None
        if is_bad:
            self.standing.offend(host, network, second)
            view.bad += view.accepted > 0
        exceeded = [n for n, rule in enumerate(self.rules) if kind in rule["weights"] and self.exceeds(n, rule, host, kind, second, view)]
        return self.decide(exceeded, host, second, view) if exceeded else None

    def exceeds(self, number, rule, host, kind, second, view):
        if rule["for"] == ("strangers" if view.known else "known-senders") or (view.known and is_network(rule)):
            return False
        target = self.target(rule, host)
        if target is None:
            return False
        window = self.windows[number].get(target)
        if window is None:
            window = self.windows[number][target] = Window(rule)
        offenders = 1
        if is_network(rule):
            hosts = self.offending[number].setdefault(target, {})
            hosts[host] = max(second, hosts.get(host, second))
            for other in [h for h, last in hosts.items() if last <= second - rule["window"]]:
                del hosts[other]
            offenders = len(hosts)
        is_over = window.add(second, rule["weights"][kind])
        if not is_over:
            former = self.offenders.get(target)
            is_again = rule["again"] and not view.known and not view.accepted and former and former.times
            is_over = is_again and former.until <= second < former.until + rule["remember"] and len(window.times) >= rule["again"]
        if not is_over or offenders < rule["hosts"]:
            return False
        return share(*(self.standing.of_network(self.wide(host), second) if is_network(rule) else (view.accepted, view.bad))) >= rule["share"]

    def decide(self, exceeded, host, second, view):
        """A network's block is all that is done; of other verdicts, the block that lasts longest, or else a dry run, or else what is learned."""
        best = None
        for number in sorted(exceeded, key=lambda n: (not is_network(self.rules[n]), n)):
            rule = self.rules[number]
            if best and not best[4] and (rule["dry_run"] or is_network(self.rules[exceeded_rule(self.rules, best)])):
                continue
            verdict = self.decide_one(number, rule, host, second, view)
            if best is None or (rank(verdict), verdict[2]) > (rank(best), best[2]):
                best = verdict
        return best

    def decide_one(self, number, rule, host, second, view):
        target, repeats = self.target(rule, host), 0
        seconds = min(rule["block"], rule["known_max"]) if view.known else rule["block"]
        offender = self.offenders.get(target)
        runs = offender is not None and second < offender.until
        why = "rule" if rule["dry_run"] else ""
        if not why and 0 < self.learn and self.standing.span() <= self.learn and needs_standing(rule):
            why = "learning"
        if not why and view.known and not runs and self.brake.refuses(host, second, view.accepted, sum_of(self.standing)):
            why = "brake"
        if not why:
            offender = self.offenders.setdefault(target, Offender())
            if not view.known and not view.accepted:
                if second >= offender.until + rule["remember"]:
                    offender.times = 0
                offender.times += second >= offender.until or not offender.times
                repeats = offender.times - 1
                seconds = min(rule["block"] * 2**repeats, rule["max"])
            offender.until = max(offender.until, second + seconds)
        self.restart(number, rule, host, target, why)
        return rule["name"], target, second + seconds, repeats, why

    def restart(self, number, rule, host, target, why):
        """What led to a verdict counts no more; known senders' offences go on counting for their rules."""
        if rule["for"] == "known-senders" and not why:
            return
        self.windows[number].pop(target, None)
        if why or is_network(rule):
            return
        for other, windows in zip(self.rules, self.windows):
            if not is_network(other) and other["for"] != "known-senders":
                windows.pop(host, None)


def exceeded_rule(rules, verdict):
    return next(n for n, rule in enumerate(rules) if rule["name"] == verdict[0])


def sum_of(standing):
    """All that was accepted lately."""
    return standing.accepted.at(standing.last or 0).sums()[0]


def rank(verdict):
    return {"": 2, "learning": 0}.get(verdict[4], 1)


def is_network(rule):
    return bool(rule["network4"] or rule["network6"])


def needs_standing(rule):
    return rule["for"] != "everyone" or rule["share"] > 0 or is_network(rule)
