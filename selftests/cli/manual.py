#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Takes out of the README and the manual pages what can be held against the program.

manual.py blocks FILE FOLDER   each block that is a configuration of sobig-xdp, as FOLDER/N-LINE.conf; how many, to stdout
manual.py rules PAGE           the default rules of sobig-xdp.conf(5), as `check -j` would print them
manual.py options PAGE         the defaults that sobig-xdp(8) states for options of attach: "OPTION VALUE"
manual.py synopsis PAGE        the commands of its SYNOPSIS: "COMMAND --option value" a line, and "COMMAND = arguments"
manual.py usage FILE           the same of what `sobig-xdp COMMAND --help` printed, for each command into one file
manual.py names TOP            the files of the project, and the functions of its C code, that a comment names and nobody has
"""
import json
import pathlib
import re
import sys

SECTION = re.compile(r"\s*\[(rule |class |allow\]|brake\]|standing\]|state\]|filter\])")
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


def table(text):
    """The rows of a list of columns, without its head; a row without a name goes on with the one before."""
    out = []
    for row in re.findall(r"^\.It (.*)$", text, re.M)[1:]:
        name, *rest = [cell.strip() for cell in re.split(r"\s*\bTa\b\s*", row)]
        if name:
            out.append([name, *rest])
        else:
            out[-1][1] += " " + rest[0]
    return out


def keys(text):
    """What `for = strangers, share = 75%, network = /24, /48` would be in JSON."""
    given = dict(pair.split(" = ") for pair in re.split(r", (?=[a-z-]+ = )", text))
    lengths = [int(length) for length in re.findall(r"/(\d+)", given.get("network", ""))]
    return {
        "for": given.get("for", "everyone"), "share": int(given.get("share", "0%").rstrip("%")),
        "again": int(given.get("again", 0)), "known_max": seconds(given.get("known-max", "1d")),
        "network4": next((length for length in lengths if length < 32), None),
        "network6": next((length for length in lengths if length >= 32), None),
        "hosts": int(given.get("hosts", 1)), "dry_run": given.get("dry-run") == "yes",
        "ports": [int(port) for port in given.get("ports", "25").split(", ")],
        "max": seconds(given["max"]), "remember": seconds(given["remember"]),
    }


def rules(path):
    text = path.read_text().split(".Sh DEFAULT RULES\n")[1].split("\n.Sh ")[0]
    first, second = re.findall(r"^\.Bl -column.*?^\.El", text, re.M | re.S)
    weighed = re.search(r"the classes and their points are\n\.Ql ([^.]*) \.\n", text)[1]
    others = {name: keys(rest) for name, rest in table(second)}
    out = []
    for name, classes, limit, block in table(first):
        number, window = limit.split(" in ")
        out.append({
            "name": name, "enabled": True, "classes": points(weighed if classes == "points" else classes),
            "limit": int(number), "window": seconds(window), "block": seconds(block), **others.pop(name), "match": None,
        })
    assert not others, others
    print(json.dumps(sorted(out, key=lambda rule: rule["name"]), sort_keys=True))


def options(path):
    """What stands behind ".It Fl -NAME", up to the next, and says "by default"."""
    text = path.read_text().split(".It Cm attach Ar")[1].split(".It Cm detach")[0]
    for name, words in re.findall(r"^\.It Fl -(\S+)[^\n]*\n(.*?)(?=^\.(?:It|El))", text, re.M | re.S):
        words = words.replace("\n", " ")
        found = re.search(r"(?:\.Ql )?(\w+)\s*,? by default", words) or re.search(r"instead of (\w+)\.", words)
        if found and name != "log":
            print(name, found[1])


def rendered(line):
    """A line of mdoc as the reader sees it, without blanks around punctuation: "[--log file]", "interface..."."""
    line = re.sub(r"\b(Ar|Cm) ", "", line.lstrip("."))
    line = re.sub(r"\bFl ?", "-", line)
    line = re.sub(r"\bOp ", "[", line) + "]" * len(re.findall(r"\bOp ", line))
    line = re.sub(r" ?\bNs ", "", line).replace("Oo ", "[").replace(" Oc", "]")
    return re.sub(r" ?(\||,|:|/|\.\.\.) ?", r"\1", line)


def merged(forms):
    """The forms of one command, as "add|del addresses" and "list", in one: "add|del|list [addresses]"."""
    if len(forms) == 1:
        return forms[0]
    heads, rests = zip(*[(form.split(" ") + [""])[:2] for form in forms])
    rest = "".join(rests)
    return "|".join(heads) + (f" [{rest}]" if rest and not all(rests) else f" {rest}" if rest else "")


def told(options, arguments):
    for command in arguments:
        for option in sorted(options[command]):
            print(f"{command} {option}")
        print(f"{command} = {arguments[command]}")


def synopsis(path):
    """The options of every command, which it leaves out, are added."""
    text = path.read_text()
    common = re.search(r"^Options of every command:\n(.*?)^\.El", text, re.M | re.S)[1]
    every = set()
    for line in re.findall(r"^\.(?:It )?(Fl [^;\n]*)", common, re.M):
        value = re.search(r" Ar (\w+)", line)
        every |= {f"-{name}{' ' + value[1] if value else ''}" for name in re.findall(r"(?:Fl|,) (-?\w+)", line)}
    options, forms = {}, {}
    for form in text.split(".Sh SYNOPSIS\n")[1].split("\n.Sh ")[0].split(".Nm\n"):
        command, *lines = form.strip().split("\n")
        if not command.startswith(".Cm "):
            continue
        command = command.removeprefix(".Cm ")
        own = [line for line in lines if line.startswith(".Op Fl ")]
        rest = " ".join(rendered(line) for line in lines if line not in own)
        rest = re.sub(r" ?(\||\.\.\.) ?", r"\1", rest).strip()
        options.setdefault(command, set(every)).update(re.findall(r"--[a-z]+", rest))
        for line in own:
            for option in re.findall(r"Fl (.*?)(?= Op Fl |$)", line):
                options[command].add(rendered(f".Fl {option}"))
        forms.setdefault(command, []).append(rest)
    told(options, {command: merged(lines) for command, lines in forms.items()})


def usage(path):
    options, arguments = {}, {}
    for line in path.read_text().split("\n"):
        begun = re.match(r"usage: sobig-xdp (\w+) \[OPTION\.\.\.\] ?(.*)", line)
        if begun:
            command = begun[1]
            options[command], arguments[command] = set(), begun[2].lower()
        option = re.match(r"  (?:(-\w)(?:, |(?= )))?(--[a-z-]+)?(?: ([A-Z[]\S*))?  ", line)
        if option:
            value = f" {option[3].lower()}" if option[3] else ""
            options[command] |= {name + value for name in option.groups()[:2] if name}
    told(options, arguments)


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
    {"blocks": blocks, "rules": rules, "options": options, "synopsis": synopsis, "usage": usage, "names": names}[what](*map(pathlib.Path, paths))
