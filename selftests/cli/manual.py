#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Takes out of the README and the manual pages what can be held against the program.

manual.py blocks FILE FOLDER   each block that is a configuration of sobig-xdp, as FOLDER/N-LINE.conf; how many, to stdout
manual.py rules PAGE           the default rules of sobig-xdp.conf(5), as `check -j` would print them
manual.py options PAGE         the defaults that sobig-xdp(8) states for options of attach: "OPTION VALUE"
manual.py names TOP            the files of the project, and the functions of its C code, that a comment names and nobody has
"""
import json
import pathlib
import re
import sys

SECTION = re.compile(r"\s*\[(rule |class |allow\]|brake\]|state\]|filter\])")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def plain(line):
    """A line of mdoc as the reader sees it."""
    return line.replace("\\&", "").replace("\\-", "-").replace("\\e", "\\")


def seconds(text):
    return sum(int(number) * UNITS[unit] for number, unit in re.findall(r"(\d+)([smhd])", text))


def literal(path):
    """Each block of literal text: the number of its first line, and its lines."""
    page = path.suffix in (".5", ".8")
    block = []
    for number, line in enumerate(path.read_text().split("\n"), 1):
        inside = not line.startswith(".") if page else not line or line.startswith("    ")
        if inside:
            block.append((number, plain(line) if page else line))
            continue
        yield from ([block] if block else [])
        block = []
    yield from ([block] if block else [])


def blocks(path, folder):
    count = 0
    for block in literal(path):
        while block and not block[0][1].strip():
            block.pop(0)
        if not block or not any(SECTION.match(line) for _, line in block):
            continue
        count += 1
        name = folder / f"{count}-{block[0][0]}.conf"
        name.write_text("\n".join(line for _, line in block) + "\n")
    print(count)


def points(text):
    classes = {}
    for word in re.split(r",\s*", text.strip().rstrip(",")):
        name, _, weight = word.partition(":")
        classes[name] = int(weight or 1)
    return classes


def rules(path):
    text = path.read_text().split(".Sh DEFAULT RULES\n")[1].split("\n.Sh ")[0]
    weighed = dict(re.findall(r"\.Cm (\S+)\ncounts all of these together:\n\.Ql ([^.]*) \.\n", text))
    dry = re.findall(r"\.Cm (\S+)\n[^.]*the rule has\n\.Ql dry-run = yes", text)
    shared = {key: seconds(re.search(rf"\.Ql {key} = (\w+)", text)[1]) for key in ("max", "remember")}
    out = []
    for row in re.findall(r"^\.It (.*)$", text, re.M)[1:]:
        name, classes, limit, block = [cell.strip() for cell in re.split(r"\s*\bTa\b\s*", row)]
        if not name.removeprefix("Ta").strip():
            out[-1]["classes"] |= points(classes)
            continue
        number, window = limit.split(" in ")
        out.append({
            "name": name, "enabled": True, "dry_run": name in dry,
            "classes": points(weighed[name] if name in weighed else classes),
            "limit": int(number), "window": seconds(window), "block": seconds(block), **shared, "match": None,
        })
    print(json.dumps(sorted(out, key=lambda rule: rule["name"]), sort_keys=True))


def options(path):
    """What stands behind ".It Fl -NAME", up to the next, and says "by default"."""
    text = path.read_text().split(".It Cm attach Ar")[1].split(".It Cm detach")[0]
    for name, words in re.findall(r"^\.It Fl -(\S+)[^\n]*\n(.*?)(?=^\.(?:It|El))", text, re.M | re.S):
        words = words.replace("\n", " ")
        found = re.search(r"(?:\.Ql )?(\w+)\s*,? by default", words) or re.search(r"instead of (\w+)\.", words)
        if found and name != "log":
            print(name, found[1])


def names(top):
    """Of other projects' sources, the path is given as theirs: exim's begin with src/, Linux's with kernel/ or net/."""
    folders = "user bpf headers selftests scripts".split()
    sources = [path for folder in folders for path in (top / folder).rglob("*") if path.suffix in (".c", ".h")]
    texts = {path: path.read_text() for path in sources}
    files = {path.name for path in sources}
    files |= {name for text in texts.values() for name in re.findall(r"#include <(?:[\w-]+/)*([\w-]+\.h)>", text)}
    code = "\n".join(re.sub(r"/\*.*?\*/|//[^\n]*", "", text, flags=re.S) for text in texts.values())
    called = set(re.findall(r"\b(\w+)\(", code))
    for path, text in [*texts.items(), (top / "README.md", (top / "README.md").read_text())]:
        comments = "\n".join(re.findall(r"/\*.*?\*/|//[^\n]*", text, re.S)) if path in texts else text
        for name in re.findall(r"(?<![\w/.<])((?:[\w-]+/)*[\w-]+\.[ch])\b(?!\.)", comments):
            theirs = re.match(r"(src|kernel|net|hs)/|[a-z]\.[a-z]$", name)
            if not theirs and not ((top / name).exists() if "/" in name else name in files):
                print(f"{path.relative_to(top)}: {name}")
        for name in re.findall(r"(?<!\w)([a-z]\w+_\w+)\(\)", comments):
            if name not in called and name != "synchronize_rcu":
                print(f"{path.relative_to(top)}: {name}()")


if __name__ == "__main__":
    what, *paths = sys.argv[1:]
    {"blocks": blocks, "rules": rules, "options": options, "names": names}[what](*map(pathlib.Path, paths))
