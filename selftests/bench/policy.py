# SPDX-License-Identifier: GPL-2.0-only
"""Measures the price and the avoided offences of the policy in worlds whose truth is known, compared with the rule of 2003 and the former defaults."""
import os
import shutil
import sys

from common import FOLDER, HERE, Failure, programs, progress

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "replay"))
import judge_worlds
import worlds

POLICIES = ("2003", "former", "default")
# Shares: the most of the good mail that may be delayed, and the least of the bad that must be avoided, in the worst world.
PRICE_AIM, STORM_AIM, NETWORKS_AIM = 0.005, 0.9, 0.85
SEED, DAYS, LEARNED = 2003, 7, 3
SHOWN = (("price", "price %", 100, "8.2f"), ("storm", "storm", 1, "7.2f"), ("networks", "networks", 1, "9.2f"), ("good_hosts_blocked", "good hosts", 1, "11.0f"))


def cells(of):
    return "".join(f"{'-':>{int(form.split('.')[0])}}" if of[key] is None else format(of[key] * times, form) for key, _, times, form in SHOWN)


def bench_policy(options, found):
    """Measures each policy in each world."""
    rows, start = [], worlds.START + LEARNED * worlds.DAY
    heading = "".join(f"{word:>{int(form.split('.')[0])}}" for _, word, _, form in SHOWN)
    print(f"{'':14}" + "".join(f"{policy:>{len(heading)}}" for policy in POLICIES) + f"\n{'world':14}" + heading * len(POLICIES))
    for world in options.worlds:
        progress(f"policy: {world}")
        directory = worlds.made(f"{FOLDER}/worlds", world, SEED, DAYS, False)
        said = {policy: judge_worlds.judge_formerly(directory, policy, start) for policy in judge_worlds.FORMER}
        said["default"] = judge_worlds.judge(directory, programs.judge_loop, "/dev/null", start)
        row = {"world": world, **{policy: judge_worlds.World(directory, start, said[policy]).summary() for policy in POLICIES}}
        shutil.rmtree(directory)
        rows.append(row)
        progress("")
        print(f"{world:14}" + "".join(cells(row[policy]) for policy in POLICIES), flush=True)
    for key, worst in (("price", max), ("storm", min), ("networks", min)):
        values = [row["default"][key] for row in rows if row["default"][key] is not None]
        if not values:
            raise Failure(f"no world has {key}")
        found(key, worst(values))
    return rows, []
