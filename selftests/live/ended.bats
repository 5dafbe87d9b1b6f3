#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# After an attach has ended, status says when and why.

bats_require_minimum_version 1.5.0
load live.bash

when='20[0-9-]+ [0-9:]+'

# A second pair, mx1; the first interface is mx0.
add_pair() {
	ip link add mx1 type veth peer name world1
	ip link set mx1 up
}

teardown() {
	[ -n "${LAB_INSIDE-}" ] || return 0
	stop_lab
	ip link delete mx1 2>/dev/null || true
}

# says STATUS PATTERN COMMAND...: the exit status, and a line of the output.
says() {
	run "$sobig" "${@:3}"
	echo "$output"
	[ "$status" = "$1" ]
	grep -qE "$2" <<<"$output"
}

# ends_with STATUS: waits for the daemon, which ends by itself.
ends_with() {
	local ended=0
	wait $daemon || ended=$?
	[ $ended = "$1" ]
}

@test "nothing attached before: status says only that" {
	says 1 'not attached to any interface \(there are no maps in /sys/fs/bpf/sobig-xdp\); try: sobig-xdp attach IF$' status
	[ "$(wc -l <<<"$output")" = 1 ]
	[ ! -e /var/lib/sobig-xdp ]
}

@test "a filter that another program detached is named with its time, by status, list and explain" {
	start_daemon
	ip link set dev mx0 xdp off
	ends_with 1
	is_clean
	says 1 "not attached to any interface \\(there are no maps in [^)]*\\); the last attach, to mx0, ended at $when: another program detached the filter; try: sobig-xdp attach mx0$" status
	says 1 'another program detached the filter; try: sobig-xdp attach mx0$' list
	says 0 "^$bad is not blocked: sobig-xdp is not attached to any interface; the last attach, to mx0, ended at $when: another program detached the filter\\.$" explain $bad
	start_daemon
	says 0 '^OK: mx0 protected' status
	stop_daemon
}

@test "the end by a signal, by detach, by a deleted interface and by a failed start are told apart" {
	start_daemon
	stop_daemon
	says 1 "the last attach, to mx0, ended at $when: by SIGTERM or SIGINT" status
	start_daemon
	"$sobig" detach mx0
	ends_with 0
	says 1 "the last attach, to mx0, ended at $when: by sobig-xdp detach; try" status
	says 1 'cannot follow' attach mx0 --log "$log/none" || says 1 'does not exist' attach mx0 --log "$log/none"
	says 1 "the last attach, to mx0, failed to start at $when: its messages say why; try" status
	add_pair
	launch_daemon mx1 --log "$log"
	ip link delete mx1
	ends_with 1
	says 1 "the last attach, to mx1, ended at $when: the interface was deleted, or moved to another network namespace; try: sobig-xdp attach mx1" status
}

@test "a killed daemon whose filter was detached by detach is not called a restart, one without pins is" {
	start_daemon
	stop_daemon KILL || true
	says 1 '^DAEMON NOT RUNNING \(mx0\)' status
	"$sobig" detach --all
	says 1 'ended at .*: by sobig-xdp detach; try' status
	start_daemon
	stop_daemon KILL || true
	ip link set dev mx0 xdp off
	rm -r "$pins"
	says 1 "the last attach, to mx0, started at $when: its end was not recorded: the machine was restarted, or its pins were removed; try" status
}

@test "a filter that is detached while another interface stays protected is a problem until it is attached or detached" {
	add_pair
	launch_daemon mx0 mx1 --log "$log"
	says 0 '^OK: mx0, mx1 protected' status
	[ "$("$sobig" status -j | jq -c .ended)" = '[]' ]
	ip link set dev mx0 xdp off
	until grep -q 'detached by another program' "$LAB/words"; do sleep 0.02; done
	until says 1 "^NOT FILTERED \\(mx0\\): another program detached the filter at $when, and nothing is dropped; to attach it again: sobig-xdp attach mx0; if that was intended: sobig-xdp detach mx0$" status; do sleep 0.1; done
	"$sobig" status -j >"$LAB/json" || true
	jq -e '(.problems | map(.kind)) == ["not-filtered"] and (.ended | length) == 1 and (.ended[0] | .interface == "mx0" and .how == "removed" and (.time | test("^20")) and (.text | test("another program")))' "$LAB/json"
	"$sobig" metrics | grep -qx 'sobig_xdp_problem{kind="not-filtered"} 1'
	"$sobig" detach mx0
	says 0 '^OK: mx1 protected' status
	"$sobig" metrics | grep -qx 'sobig_xdp_problem{kind="not-filtered"} 0'
	[ "$("$sobig" status -j | jq -r '.ended[].how')" = detach ]
	"$sobig" attach mx0 --log "$log" >/dev/null 2>&1 3>&- &
	until { "$sobig" status || true; } | grep -q '^OK: mx0, mx1 protected'; do sleep 0.1; done
	"$sobig" detach --all
}

@test "with other pins, the end of an attach is not shown" {
	start_daemon
	ip link set dev mx0 xdp off
	ends_with 1
	says 1 'no maps in /sys/fs/bpf/other\); try: sobig-xdp attach IF$' status --pins /sys/fs/bpf/other
}
