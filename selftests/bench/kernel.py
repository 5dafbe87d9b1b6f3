# SPDX-License-Identifier: GPL-2.0-only
"""Measures the cost of a packet in the filter (BPF_PROG_TEST_RUN), and of many blocks at once, compared with single updates of a map."""
import json

from common import OTHER_CPU, STORM_CPU, Ours, Wire, hosts_of, median, missed, programs, progress, run

# DESIGN's aims: nanoseconds above a bare XDP_DROP, and how often as long as the updates.
NANOSECONDS_AIMS = {"drop": 10, "other": 3}
BULK_AIM = 1.3
HOSTS = 1000


def bench_nanoseconds(options, found):
    wire = Wire("nanoseconds")
    ours = Ours(wire)
    try:
        ours.block(hosts_of(4, HOSTS))
        ours.block(hosts_of(6, HOSTS))
        result = json.loads(run("taskset", "-c", str(STORM_CPU), programs.storm, "nanoseconds", str(ours.program), str(HOSTS), str(options.packets), str(options.rounds)))
    finally:
        ours.close()
        wire.close()
    print(f"\n{'ns per packet above XDP_DROP':32} {'ns':>8} {'from':>8} {'to':>8}  aim    (XDP_DROP: {result['floor']:.1f})")
    for row in result["kinds"]:
        row["aim"] = NANOSECONDS_AIMS["drop"] if row["blocked"] else NANOSECONDS_AIMS["other"] if not row["syn"] else None
        row["met"] = row["aim"] is None or row["above"] <= row["aim"]
        aim = f"{row['aim']}{missed(row)}" if row["aim"] else ""
        print(f"{row['name']:32} {row['above']:8.1f} {row['least']:8.1f} {row['most']:8.1f}  {aim}".rstrip(), flush=True)
    for family in (4, 6):
        found(("blocked SYN", family), next(row["above"] for row in result["kinds"] if row["name"] == f"IPv{family} SYN, blocked"))
    # The dearest kind.
    found("other traffic", max(row["above"] for row in result["kinds"] if not row["syn"]))
    return result | {"packets": options.packets, "rounds": options.rounds, "hosts": HOSTS}, []


def bench_bulk(options, found):
    addresses = hosts_of(4, options.bulk)
    ours_took, plain_took = [], []
    for round_ in range(options.bulk_rounds):
        progress(f"bulk: round {round_ + 1}")
        plain_took.append(json.loads(run("taskset", "-c", str(OTHER_CPU), programs.storm, "updates", str(options.bulk)))["seconds"])
        wire = Wire("bulk")
        ours = Ours(wire, blocks=options.bulk)
        try:
            ours_took.append(ours.block(addresses))
        finally:
            ours.close()
            wire.close()
    progress("")
    ratio = median([ours / plain for ours, plain in zip(ours_took, plain_took)])
    found("bulk", ratio)
    print(f"\n{options.bulk:,} blocks by `block -` in {median(ours_took):.2f} s ({min(ours_took):.2f} to {max(ours_took):.2f}); as many single updates of a plain LRU hash in {median(plain_took):.2f} s", flush=True)
    return {"blocks": options.bulk, "seconds": ours_took, "plain_seconds": plain_took, "ratio": ratio}, []
