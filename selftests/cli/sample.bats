#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The configuration file that is installed: its lines are valid, and no key is missing.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	sample=$top/scripts/data/sobig-xdp.conf
	: >"$BATS_TEST_TMPDIR/nothing"
}

# The keys of a configuration, read from the code: an array of names, or a table.
keys() {
	if [ "$1" = config_rule ]; then
		sed -nE 's/^\t\{ \.name = "([a-z-]+)".*/\1/p' "$top/user/config/config_rule.c" | grep -vx memory
		return
	fi
	tr '\n' ' ' <"$top/user/config/$1.c" | grep -oE 'keys\[\] = \{[^}]*\}' | grep -oE '"[^"]*"' | tr -d '"'
}

@test "the sample as it is installed changes nothing" {
	"$sobig" check -c "$BATS_TEST_TMPDIR/nothing" >"$BATS_TEST_TMPDIR/default"
	"$sobig" check -c "$sample" >"$BATS_TEST_TMPDIR/sample"
	diff "$BATS_TEST_TMPDIR/default" "$BATS_TEST_TMPDIR/sample"
}

@test "each line of the sample is accepted when it is uncommented" {
	sed -nE 's/^#(\[.*\]$|[a-z-]+ = .*)/\1/p' "$sample" | grep -vE '^(host|file) = ' >"$BATS_TEST_TMPDIR/all"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/all")" -gt 25 ]
	"$sobig" check -c "$BATS_TEST_TMPDIR/all"
}

@test "the sample and its manual contain every key" {
	for room in config_rule config_allow config_state config_filter; do
		[ "$(keys $room | wc -l)" -gt 2 ]
		for key in $(keys $room); do
			grep -qE "^#$key = " "$sample" || { echo "$key is not in the sample"; return 1; }
			grep -qE "^\.It Ic $key\$" "$top/user/man/sobig-xdp.conf.5" || { echo "$key is not in the manual"; return 1; }
		done
	done
}
