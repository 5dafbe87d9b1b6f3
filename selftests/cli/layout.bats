#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The layout of the sources is the one that CONTRIBUTING.md describes.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	copy=$BATS_TEST_TMPDIR/copy
}

problems() {
	python3 "$top/selftests/cli/layout.py" "${1:-$top}"
}

copy_sources() {
	mkdir "$copy"
	cp -r "$top/user" "$top/headers" "$copy"
}

@test "no include points up or sideways, and no files need each other" {
	run problems
	[ "$output" = '' ]
}

@test "an include that points up is found" {
	copy_sources
	echo '#include "daemon/daemon.h"' >>"$copy/user/judge/judge.c"
	problems "$copy" | grep -qx 'user/judge/judge.c includes user/daemon/daemon.h, which is not below it'
}

@test "an include between two folders of one level is found" {
	copy_sources
	echo '#include "kernel/pins.h"' >>"$copy/user/state/db.c"
	[ "$(problems "$copy")" = 'user/state/db.c includes user/kernel/pins.h, which is not below it' ]
}

@test "files that need each other are found" {
	copy_sources
	echo '#include "common/clock.h"' >>"$copy/user/common/addr.c"
	[ "$(problems "$copy")" = '' ]
	echo '#include "common/addr.h"' >>"$copy/user/common/clock.c"
	problems "$copy" | grep -q 'these need each other: user/common/addr user/common/clock'
}

@test "each folder of the sources is described in CONTRIBUTING.md" {
	for folder in "$top"/user/*/; do
		[ -n "$(find "$folder" -type f)" ] || continue
		grep -qE "^  ${folder%/}/ |^  $(basename "$folder")/ " "$top/.github/CONTRIBUTING.md" || { echo "$folder is not described"; return 1; }
	done
	for folder in "$top"/selftests/*/; do
		[ "$(basename "$folder")" != __pycache__ ] || continue
		grep -q "$(basename "$folder")/" "$top/.github/CONTRIBUTING.md" || { echo "$folder is not described"; return 1; }
	done
}

@test "the version stands in one place" {
	version=$(sed -n '1s/.*(\(.*\)).*/\1/p' "$top/scripts/packaging/debian/changelog")
	[ -n "$version" ]
	[ "$("${SOBIG_BUILD:-$top/build}/sobig-xdp" --version)" = "sobig-xdp $version" ]
	[ -z "$(grep -nE "^VERSION *:?= *[0-9]" "$top/Makefile")" ]
}
