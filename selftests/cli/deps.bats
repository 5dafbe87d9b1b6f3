#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# scripts/deps on systems without apt: it names the missing packages, as they are called there, and no others.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	# All that is here, but for apt and dpkg.
	for folder in /usr/local/bin /usr/sbin /usr/bin; do
		find "$folder" -maxdepth 1 ! -type d ! -name 'apt*' ! -name 'dpkg*' -exec ln -sf -t "$bin" {} +
	done
}

# deps PURPOSE...: on such a system.
deps() {
	run env PATH="$bin" "$top/scripts/deps" "$@"
	echo "$output"
}

@test "a system without apt that has all packages is accepted" {
	deps build
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "missing packages have their names in each package manager, and no others are named" {
	rm "$bin/clang"
	export PKG_CONFIG_LIBDIR=$BATS_TEST_TMPDIR/modules
	mkdir "$PKG_CONFIG_LIBDIR"
	for module in $(sed -nE 's/^[^#]* pc:(\S+) .*/\1/p' "$top/scripts/packages" | grep -vxF -e libbpf -e inih); do
		printf 'Name: x\nDescription: x\nVersion: 1\n' >"$PKG_CONFIG_LIBDIR/$module.pc"
	done
	for case in 'dnf:dnf install clang libbpf-devel inih-devel' 'pacman:pacman -S --needed clang libbpf libinih' \
		'apk:apk add clang libbpf-dev inih-dev'; do
		printf '#!/bin/sh\nexit 99\n' >"$bin/${case%%:*}"
		chmod +x "$bin/${case%%:*}"
		deps build
		[ "$status" = 1 ]
		[ "${#lines[@]}" = 2 ]
		[[ "${lines[0]}" == *'missing: clang libbpf-dev libinih-dev '* ]]
		[ "${lines[1]}" = "  try: ${case#*:}" ]
		rm "$bin/${case%%:*}"
	done
	deps build
	[ "$status" = 1 ]
	[ "${lines[1]}" = '  no package known: clang libbpf-dev libinih-dev' ]
}

@test "packages that a package manager does not have are named" {
	export PKG_CONFIG_LIBDIR=$BATS_TEST_TMPDIR/none
	printf '#!/bin/sh\nexit 99\n' >"$bin/apk"
	chmod +x "$bin/apk"
	deps build
	[ "$status" = 1 ]
	[[ "${lines[2]}" == *'no package known for apk: libsystemd-dev' ]]
}

@test "each package of each purpose has a line that says how to look for it" {
	# vm and deb unpack and build Debian's packages.
	for purpose in build sandbox test fuzz bench corpus check analyze; do
		awk -v purpose="$purpose" 'index($0, purpose "=(") == 1 { on = 1 } on { print } on && /\)$/ { exit }' "$top/scripts/deps" |
			tr -d '()' | sed "s/^$purpose=//"
	done | xargs -n 1 | sort -u >"$BATS_TEST_TMPDIR/needed"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/needed")" -gt 40 ]
	sed '/^#/d; s/ .*//' "$top/scripts/packages" | sort >"$BATS_TEST_TMPDIR/known"
	[ -z "$(comm -23 "$BATS_TEST_TMPDIR/needed" "$BATS_TEST_TMPDIR/known")" ]
	[ -z "$(uniq -d "$BATS_TEST_TMPDIR/known")" ]
	# Of five columns.
	[ -z "$(awk '!/^#/ && NF != 5' "$top/scripts/packages")" ]
}
