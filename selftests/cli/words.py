#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Finds retired words where an operator can see them: words.py TOP prints FILE:LINE: WORD for each.

Searched: the strings of the program and the names in its maps, README and manual pages, which contain the members of
JSON, the scripts, among them metrics, alerts, services and samples, and the names of files. An underscore separates
words. Comments in C and what the changelog says of old names are not searched.
"""

import os
import re
import sys

# The word that replaces each one is in CONTRIBUTING.md.
RETIRED = [
    r"trials?", r"spar(e|es|ed|ing)", r"kin", r"knock(s|ed|ing|er|ers)?", r"pulses?", r"beats?", r"tall(y|ies|ied)",
    r"lapse(s|d)?", r"r[au]ns? out", r"in force", r"by hand", r"remark(s|ed)?", r"for show", r"shown only",
    r"would block", r"guard(s|ed|ing)?", r"(take|takes|taken|took) off", r"lets? go", r"(lets?|let) in",
    r"never (to be )?blocked", r"ledgers?[46]?", r"crews?", r"hire(s|d)?", r"dismiss(es|ed)?", r"wages?", r"seats?",
    r"carve(s|d)?", r"mirror(s|ed)?", r"nothing for", r"troubles?", r"on guard", r"all is well", r"put aside",
    r"whom", r"whoever", r"lest", r"thereof", r"in (its|his) stead", r"all the same",
    r"(is|are|was|were|been|not) told", r"told (of|by)",
]
PATTERN = re.compile(r"\b(" + "|".join(word.replace(" ", r"\s+") for word in RETIRED) + r")\b", re.IGNORECASE)

# Names that are not ours to change.
FOREIGN = {
    # Pins and a column of version 0.1, which an upgrade takes over.
    "user/kernel/stats.c": ["pulse"],
    "user/kernel/maps.c": ["ledger4", "ledger6"],
    "user/state/db_file.c": ["trial"],
    # A folder of systemd.
    "user/allow/logins.c": ["seats"],
}

TEXT = ("README.md", "Makefile", "headers/", "bpf/", "user/man/", "scripts/")
SKIPPED = {"scripts/packaging/debian/changelog", "scripts/data/providers"}
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def blank(text):
    return re.sub(r"[^\n]", " ", text)


def strings_of(text):
    """The string literals of a C file, in their places, without quotes."""
    text = re.sub(r"^\s*# *include[^\n]*", lambda line: blank(line[0]), text, flags=re.MULTILINE)
    out, end = [], 0
    for token in C_TOKEN.finditer(text):
        out.append(blank(text[end:token.start()]))
        out.append(f" {token[0][1:-1]} " if token[0].startswith('"') else blank(token[0]))
        end = token.end()
    return "".join(out)


def files_of(top):
    for folder, folders, names in os.walk(top):
        folders[:] = [name for name in folders if name not in (".git", "build", "__pycache__")]
        for name in names:
            yield os.path.relpath(os.path.join(folder, name), top)


def visible(top, path):
    """The text in that file which an operator can see, or None."""
    is_string = path.startswith("user/") and path.endswith((".c", ".h"))
    if path in SKIPPED or not (is_string or path.startswith(TEXT)):
        return None
    with open(os.path.join(top, path), encoding="utf-8") as file:
        text = file.read()
    if is_string:
        text = strings_of(text)
    elif path.startswith("user/man/"):
        # A phrase can be continued on the next line, and contain macros.
        text = re.sub(r"^\.[A-Z][a-z]\b|^\.\\\"", "   ", text, flags=re.MULTILINE)
    # Escapes are separate from the next word.
    return re.sub(r"\\[ntr]", "  ", text).replace("_", " ")


def problems(top):
    for path in sorted(files_of(top)):
        for word in PATTERN.finditer(re.sub(r"[_.-]", " ", path)):
            yield f"{path}: {word[0]} in the name"
        text = visible(top, path)
        for word in PATTERN.finditer(text or ""):
            if word[0] not in FOREIGN.get(path, []):
                yield f"{path}:{text.count(chr(10), 0, word.start()) + 1}: {' '.join(word[0].split())}"


def main():
    found = list(problems(sys.argv[1]))
    for problem in found:
        print(problem)
    sys.exit(1 if found else 0)


main()
