#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""coverage.py FOLDER: how many lines of each folder of user/ were run by a build with --coverage in FOLDER."""
import collections
import json
import os
import subprocess
import sys


def main():
    build = sys.argv[1]
    notes = [os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(build, "user"))
             for name in names if name.endswith(".gcno")]
    if not notes:
        sys.exit(f"{build} has no build with --coverage")
    # A line of a header belongs to all that include it: run once is run.
    seen = collections.defaultdict(lambda: collections.defaultdict(bool))
    answers = subprocess.run(["gcov", "--json-format", "--stdout", *notes], check=True, capture_output=True).stdout
    for answer in answers.splitlines():
        for file in json.loads(answer)["files"]:
            # What was renamed has notes from before.
            if file["file"].startswith("user/") and os.path.exists(file["file"]):
                for line in file["lines"]:
                    seen[file["file"]][line["line_number"]] |= line["count"] > 0
    folders = collections.defaultdict(lambda: [0, 0])
    for file, lines in seen.items():
        for name in (os.path.dirname(file), "all"):
            folders[name][0] += sum(lines.values())
            folders[name][1] += len(lines)
    for name, (run, lines) in sorted(folders.items(), key=lambda item: (item[0] == "all", item[0])):
        print(f"{name:<14} {run:6} of {lines:6} lines {100 * run / lines:6.1f} %")


main()
