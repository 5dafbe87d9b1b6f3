#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whether an advice is what it says: its figures, by other ways, on the days that chose it and on those that did not.

    advice.py BIN DIR [--price SHARE] [--config FILE]

BIN is sobig-xdp, DIR a world of worlds.py; FILE is what is configured. The advised configuration is loaded by `check`. Then the
figures of the configured and of the advised setting are compared, for each half of the days, with
    those that `replay` of the whole log gives under the configuration, summed over the half's days;
    those that verdicts.py, a policy of its own, counts from the truth of the world;
    for the days that chose, those that `replay` gives of a log that ends with them.
Ends with 1 if one differs, if the advice costs more than its price on the days that chose, or if one of the settings that were
tried is better by more than a tie.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

import truth

DAY = 86400
TIE = 1 / 1000


def run(*command):
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={**os.environ, "TZ": "UTC"}, check=True)
    return json.loads(said.stdout)


def seconds(text):
    return int(truth.datetime.strptime(text + "+0000", "%Y-%m-%d%z").timestamp())


def of_steps(replay, days):
    """Avoided and price on these days."""
    found = [0, 0]
    for step in replay["steps"]:
        assert DAY % step["seconds"] == 0, step
        if step["time"][:10] in days:
            found[0] += step["avoided"]
            found[1] += step["price"]
    return found


def of_truth(policy, header, columns, days):
    """The same by verdicts.py: the days one by one, of which each continues what the ones before have left."""
    arrival = policy.classes.index("arrival")
    at, found = 0, {}
    while at < len(columns[0]):
        day = (header["start"] + columns[0][at]) // DAY
        end = at
        while end < len(columns[0]) and (header["start"] + columns[0][end]) // DAY == day:
            end += 1
        before = list(policy.avoided)
        policy.run([column[at:end] for column in columns])
        gained = [now - then for now, then in zip(policy.avoided, before)]
        found[day * DAY] = (sum(gained) - gained[arrival], gained[arrival])
        at = end
    return [sum(found[seconds(day)][i] for day in days) for i in (0, 1)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("directory")
    parser.add_argument("--price", default="0.1%")
    parser.add_argument("--config", default="/dev/null")
    options = parser.parse_args()
    log = os.path.join(options.directory, "mainlog")
    said = run(options.binary, "replay", "-c", options.config, "--advise", "--price", options.price, log, "-j")
    advice, limit = said["advice"], float(options.price.rstrip("%")) / 100
    print(advice["outcome"] + ": " + advice["reason"])
    wrong = []

    def expect(what, should, does):
        if should != does:
            wrong.append(what)
            print(f"{what}: is {should}, the advice says {does}")

    if not advice["configuration"]:
        return 2
    with tempfile.TemporaryDirectory() as folder:
        confs = {"configured": options.config, "advised": os.path.join(folder, "advice.conf")}
        with open(options.config) as own, open(confs["advised"], "w") as conf:
            conf.write(own.read() + "\n" + advice["configuration"])
        truth.convert(options.directory, os.path.join(folder, "columns"))
        header, columns = truth.read(os.path.join(folder, "columns"))
        half = os.path.join(folder, "half")
        with open(log) as whole, open(half, "w") as part:
            part.writelines(line for line in whole if line[:10] <= advice["choosing"]["days"][-1])
        for who, conf in confs.items():
            replay = run(options.binary, "replay", "-c", conf, log, "-j")
            begins = run(options.binary, "replay", "-c", conf, half, "-j")
            rules = run(options.binary, "check", "-c", conf, "-j")
            expect(f"{who}: steps of the choosing days alone", of_steps(begins, advice["choosing"]["days"]), of_steps(replay, advice["choosing"]["days"]))
            for name in ("choosing", "testing"):
                days, does = advice[name]["days"], [advice[name][who][key] for key in ("avoided", "price")]
                expect(f"{who}, {name}: replay", of_steps(replay, days), does)
                expect(f"{who}, {name}: truth", of_truth(truth.Policy(header, rules), header, columns, days), does)
    chosen = advice["choosing"]
    if chosen["advised"]["price"] > limit * chosen["arrivals"]:
        wrong.append("price")
        print(f"price: {chosen['advised']['price']} of {chosen['arrivals']} messages are more than {options.price}")
    for setting in said["settings"]:
        of = setting["choosing"]
        if of["price"] <= limit * chosen["arrivals"] and of["avoided"] > chosen["advised"]["avoided"] + TIE * chosen["offences"]:
            wrong.append("better")
            print(f"better: {setting}")
    expect("days that choose come first", True, chosen["days"][-1] < advice["testing"]["days"][0])
    print(f"{len(wrong)} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
