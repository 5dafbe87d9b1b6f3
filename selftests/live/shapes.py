#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Holds what sobig-xdp prints as JSON against sobig-xdp-json(5).

    shapes.py PAGE FILE...             ends with 1 if a document has a member that the page lacks, lacks one that it has,
                                       or has one of another type; or if none of the documents has it at all
    shapes.py --doctored PAGE FILE...  the same with copies of the page in which one item is left out, renamed, of another
                                       type, or never null: ends with 1 if one of them passes

What ends in ".lines" is NDJSON; "parse.lines", whose documents have no kind, among it.
"""
import ipaddress
import json
import re
import sys

ITEM = re.compile(r"\.It (?P<op>Op )?Va (?P<path>\S+) (?:Em (?P<types>.+?)|Li = (?P<like>\S+ \S+))(?P<null> \| null)?$")
LIKE = re.compile(r"\.It Li (?:(?P<kind>\S+) )?= (?P<like>\S+(?: \S+)?)$")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def is_address(value):
    try:
        return isinstance(value, str) and bool(ipaddress.ip_network(value))
    except ValueError:
        return False


TYPES = {
    "text": lambda v: isinstance(v, str),
    "number": lambda v: type(v) is int and v >= 0,
    "seconds": lambda v: type(v) is int and v >= 0,
    "time": lambda v: isinstance(v, str) and TIME.fullmatch(v),
    "address": is_address,
    "line": lambda v: isinstance(v, str) and re.fullmatch(r"[ -~]*", v),
    "boolean": lambda v: isinstance(v, bool),
    "object": lambda v: isinstance(v, dict),
}


class Node:
    """What may stand in one place: a value of some type, an object of members, an array of entries."""

    def __init__(self):
        self.type, self.null, self.optional = None, False, False
        self.members, self.entry, self.like, self.seen = {}, None, None, False

    def walk(self, path, make=False):
        node = self
        for name in re.findall(r"\[\]|[^.\[\]]+", path):
            if name == "[]":
                node.entry = node.entry or Node()
                node = node.entry
            else:
                if name not in node.members and not make:
                    raise KeyError(path)
                node = node.members.setdefault(name, Node())
        return node


class Page:
    def __init__(self, lines):
        self.kinds, self.items, self.faults = {}, [], []
        section, common, likes = "", [], []
        for number, line in enumerate(lines):
            if line.startswith((".Sh ", ".Ss ")):
                if line.startswith(".Sh"):
                    section, common, kind = line[4:], [], None
                else:
                    kind = "event " + line[4:] if section == "EVENTS" else line[4:]
                    self.kinds[kind] = Node()
                    for item in common:
                        self.take(self.kinds[kind], item)
            elif section in ("DOCUMENTS", "EVENTS", "LINES") and line.startswith(".It "):
                item, like = ITEM.match(line), LIKE.match(line)
                self.items.append(number)
                if like and (like["kind"] or kind):
                    prefix = "event " if section == "EVENTS" else ""
                    likes.append((like["kind"] or kind, prefix + like["like"]))
                elif not item:
                    self.faults.append(f"line {number + 1} is no item: {line}")
                elif kind:
                    self.take(self.kinds[kind], item)
                else:
                    common.append(item)
                    if section == "DOCUMENTS":
                        self.everywhere = common
        for kind in self.kinds:
            if kind.startswith("event "):
                for item in self.everywhere:
                    self.take(self.kinds[kind], item)
        self.follow()
        for kind, like in likes:
            self.kinds[kind] = self.same(like)

    def take(self, kind, item):
        node = kind.walk(item["path"], make=True)
        array = kind.walk(item["path"][:-2]) if item["path"].endswith("[]") else node
        node.type, node.like = item["types"], item["like"]
        array.null, array.optional = bool(item["null"]), bool(item["op"])
        if node.type and node.type not in TYPES:
            self.faults.append(f"there is no type {node.type}")

    def resolve(self, like):
        """An entry, or all of a document."""
        if like in self.kinds:
            return self.kinds[like]
        kind, path = like.rsplit(" ", 1)
        try:
            return self.kinds[kind].walk(path)
        except KeyError:
            self.faults.append(f"there is no {like}")
            return Node()

    def same(self, like):
        """A document of its own kind whose members are another's."""
        node, other = Node(), self.resolve(like)
        for item in self.everywhere:
            self.take(node, item)
        for name, member in other.members.items():
            node.members.setdefault(name, member)
        return node

    def follow(self):
        """Gives what is as elsewhere the members from there."""
        stack = list(self.kinds.values())
        while stack:
            node = stack.pop()
            if node.like:
                node.members = self.resolve(node.like).members
                node.like = None
            stack += [*node.members.values(), *([node.entry] if node.entry else [])]

    def check(self, node, value, where):
        node.seen = node.seen or value is not None
        if value is None:
            return [] if node.null else [f"{where} is null"]
        if node.entry:
            if not isinstance(value, list):
                return [f"{where} is no array"]
            return [fault for entry in value for fault in self.check(node.entry, entry, where + "[]")]
        if not node.members:
            return [] if TYPES.get(node.type, lambda v: False)(value) else [f"{where} is no {node.type}: {value!r}"]
        if not isinstance(value, dict):
            return [f"{where} is no object"]
        if node.type not in (None, "object"):
            return [f"{where} is no {node.type}"]
        if "*" in node.members:
            return [fault for name in value for fault in self.check(node.members["*"], value[name], f"{where}.{name}")]
        faults = [f"{where}.{name} is not documented" for name in value if name not in node.members]
        for name, member in node.members.items():
            if name in value:
                faults += self.check(member, value[name], f"{where}.{name}")
            elif not member.optional:
                faults.append(f"{where}.{name} is documented, and is not there")
        return faults

    def judge(self, documents):
        faults = list(self.faults)
        for name, document in documents:
            kind = document.get("kind", "(none)")
            if name.endswith("parse.lines"):
                node = self.resolve("parse offences[]")
            else:
                node = self.kinds.get(f"event {document['event']}" if kind == "event" else kind)
            faults += self.check(node, document, kind) if node else [f"{name}: a {kind} {document.get('event', '')} is not documented"]
        for kind, node in self.kinds.items():
            faults += self.unseen(node, kind)
        return sorted(set(faults))

    def unseen(self, node, where):
        if not node.seen:
            return [f"{where} is documented, and none was seen"]
        below = [(member, f"{where}.{name}") for name, member in node.members.items()]
        return [fault for member, name in below + ([(node.entry, where + "[]")] if node.entry else []) for fault in self.unseen(member, name)]


def read(path):
    text = open(path, "rb").read().decode("utf-8", "strict")
    return [(path, json.loads(line)) for line in (text.splitlines() if path.endswith(".lines") else [text])]


def doctored(lines, number):
    line = lines[number]
    yield "left out", lines[:number] + lines[number + 1 :]
    if " Va " in line:
        if " | null" in line:
            yield "never null", [*lines[:number], line.replace(" | null", ""), *lines[number + 1 :]]
        yield "renamed", [*lines[:number], re.sub(r"(Va [^ \[]+)", r"\1x", line), *lines[number + 1 :]]
        yield "of another type", [*lines[:number], re.sub(r"(Em|Li) [^|]+", lambda m: "Em boolean " if m[0].strip() != "Em boolean" else "Em time ", line).rstrip(), *lines[number + 1 :]]


def main(arguments):
    is_doctored = arguments[0] == "--doctored"
    arguments = arguments[is_doctored:]
    lines = open(arguments[0], encoding="utf-8").read().splitlines()
    documents = [document for path in arguments[1:] for document in read(path)]
    page = Page(lines)
    if not is_doctored:
        faults = page.judge(documents)
        print(*faults, sep="\n")
        print(f"{len(documents)} documents, {len(page.items)} items, {len(faults)} faults")
        return 1 if faults else 0
    passed = tried = 0
    for number in page.items:
        for what, copy in doctored(lines, number):
            tried += 1
            if not Page(copy).judge(documents):
                passed += 1
                print(f"passed with line {number + 1} {what}: {lines[number]}")
    print(f"{tried} doctored pages, {passed} of them passed")
    return 1 if passed or not tried else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
