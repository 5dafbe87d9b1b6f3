#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# What the Debian package's maintainer scripts say to the operator.

bats_require_minimum_version 1.5.0
load live.bash

setup() {
	need_lab
	# As dh_installdeb leaves it, without what debhelper adds. There is no systemd inside.
	sed '/^#DEBHELPER#$/d' "$top/scripts/packaging/debian/sobig-xdp.postinst" >"$BATS_TEST_TMPDIR/postinst"
}

teardown() {
	:
}

postinst() {
	run --separate-stderr sh -e "$BATS_TEST_TMPDIR/postinst" "$@"
	echo "$output$stderr"
	[ "$status" = 0 ]
}

@test "the first installation says in one line that nothing is protected yet, and how to start" {
	postinst configure ''
	[ "${#lines[@]}" = 1 ]
	[[ $output == *'nothing is protected yet'*'systemctl enable --now sobig-xdp@'*'sobig-xdp attach '* ]]
}

@test "an upgrade, and the end of a failed one, say nothing" {
	postinst configure 0.2-1
	[ -z "$output$stderr" ]
	postinst abort-upgrade 0.3-1
	[ -z "$output$stderr" ]
	postinst triggered /usr/share/man
	[ -z "$output$stderr" ]
}
