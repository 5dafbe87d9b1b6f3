#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Prints each include that breaks the layout of .github/CONTRIBUTING.md: one that points up or sideways, a circle of files.

layout.py TOP: a problem a line; nothing if there is none.
"""
import collections
import pathlib
import re
import sys

FLOORS = [["headers"], ["common"], ["config", "exim"], ["read", "judge", "allow", "kernel", "state"], ["daemon", "status", "replay"], ["top"], ["cli"]]
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# What the files of one part share among themselves is a part of it.
INTERNAL = re.compile(r"_(internal|types)$")


def includes(top):
    """(file, file) of each include of ours, as paths below TOP."""
    for path in sorted(top.glob("user/**/*.[ch]")):
        for name in re.findall(r'^#include "([^"]+)"', path.read_text(), re.M):
            for folder in ("user", "headers"):
                if (top / folder / name).exists():
                    yield path.relative_to(top), pathlib.Path(folder) / name


def room(path):
    return path.parts[1] if path.parts[0] == "user" else "headers"


def circles(edges):
    """Groups of files that need each other, by Tarjan's algorithm."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in sorted(edges.get(node, ())):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            group = stack[stack.index(node):]
            del stack[stack.index(node):]
            if len(group) > 1:
                found.append(group)

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return found


def main(top):
    edges = collections.defaultdict(set)
    modules = collections.defaultdict(set)
    for source, target in includes(top):
        if room(source) not in FLOOR and room(source) != "tools":
            print(f"{source}: the folder is not one of the layout")
        elif room(source) != "tools" and room(source) != room(target) and FLOOR[room(source)] <= FLOOR.get(room(target), 0):
            print(f"{source} includes {target}, which is not below it")
        edges[str(source)].add(str(target))
        # A header and its source file are one module; what is internal to a part belongs to all of its files.
        names = [str(path.with_suffix("")) for path in (source, target)]
        if names[0] != names[1] and not any(INTERNAL.search(name) for name in names):
            modules[names[0]].add(names[1])
    for group in circles(edges) + circles(modules):
        print("these need each other:", *group)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
