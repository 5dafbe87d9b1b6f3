#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Checks that `sobig-xdp parse` finds what the list "field" says, and never another address; speaks TAP.

field.py SOBIG-XDP
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def cases():
    """Case to its rows (address, class, line)."""
    found = {}
    with open(f"{HERE}/field", encoding="utf-8") as file:
        for row in file:
            if row.strip() and not row.startswith("#"):
                name, address, kind, line = row.rstrip("\n").split("\t")
                found.setdefault(name, []).append((address, kind, line))
    return found


def parse(program, name, rows, options):
    """The offences by line number."""
    text = "\n".join(line for _, _, line in rows) + ("" if name == "no-final-newline" else "\n")
    result = subprocess.run([program, "parse", *options], input=text, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    events = (line.split("\t") for line in result.stdout.splitlines())
    return {int(number): (address, kind) for number, _, kind, address in events}


def main():
    number, failed = 0, False
    for name, rows in cases().items():
        for options in ([], ["--helo-checked"]):
            events, wrong = parse(sys.argv[1], name, rows, options), []
            for index, (addresses, kinds, line) in enumerate(rows, 1):
                address, kind = events.get(index, ("-", "none"))
                if address not in addresses.split("|") or kind not in kinds.split("|"):
                    wrong.append(f"# expected {addresses} {kinds}, found {address} {kind}: {line}")
            number += 1
            failed |= bool(wrong)
            print("\n".join([*wrong, f"{'not ok' if wrong else 'ok'} {number} - {name}{' with checked HELOs' if options else ''}"]))
    print(f"1..{number}")
    return failed


sys.exit(main())
