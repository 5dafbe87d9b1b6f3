#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# top, driven by keys in a terminal of tmux.

load live

third=203.0.113.9

setup() {
	need_lab
	command -v tmux >/dev/null || skip 'no tmux; try: scripts/deps test'
	start_lab
	tmux=(tmux -u -L "sobig-$$" -f /dev/null)
}

teardown() {
	[ -n "${LAB_INSIDE-}" ] || return 0
	"${tmux[@]}" kill-server 2>/dev/null || true
	stop_lab
}

# begin [WIDTH HEIGHT [OPTION... [ENVIRONMENT]]]: top in a shell, which prints its exit status.
begin() {
	cat >"$LAB/shell" <<-EOF
		#!/bin/bash
		export LC_ALL=\${TOP_LOCALE-C.UTF-8} TERM=screen-256color
		stty -g >$LAB/stty.before
		echo WHAT STOOD HERE BEFORE
		$sobig top $TOP_OPTIONS
		echo "status \$?" >$LAB/ended
		stty -g >$LAB/stty.after
		exec sleep 600
	EOF
	chmod 755 "$LAB/shell"
	"${tmux[@]}" new-session -d -x "${1:-80}" -y "${2:-24}" "$LAB/shell" 3>&-
}

screen() {
	"${tmux[@]}" capture-pane -p "$@"
}

keys() {
	"${tmux[@]}" send-keys "$@"
}

# shows PATTERN [SECONDS]: waits until a line matches.
shows() {
	local _
	for _ in $(seq $((${2:-8} * 20))); do
		! screen | grep -Eq "$1" || return 0
		sleep 0.05
	done
	echo "not to be seen: $1"
	screen
	return 1
}

# order ADDRESS...: waits until the hosts are in this order.
order() {
	local _
	for _ in $(seq 100); do
		[ "$(screen | sed -nE 's/^ ((198|203)\.[0-9.]+) .*/\1/p' | xargs)" != "$*" ] || return 0
		sleep 0.05
	done
	echo "not in the order $*"
	screen
	return 1
}

top_pid() {
	pgrep -x -f "$sobig top( .*)?" | head -n 1
}

# The terminal is restored: its modes, its cursor, its screen.
is_restored() {
	local _
	for _ in $(seq 100); do
		[ ! -s "$LAB/stty.after" ] || break
		sleep 0.05
	done
	diff "$LAB/stty.before" "$LAB/stty.after"
	[ "$("${tmux[@]}" display-message -p '#{alternate_on} #{cursor_flag} #{keypad_flag} #{keypad_cursor_flag}')" = '0 1 0 0' ]
	screen | grep -q 'WHAT STOOD HERE BEFORE'
	! screen | grep -q 'SYNs dropped'
}

@test "the drops of a blocked host are shown, as a number and as a plot" {
	start_server
	start_daemon
	begin
	shows '^ OK: mx0 protected, 0 hosts blocked'
	shows 'no host is blocked'
	offend $bad 16
	until_blocked $bad
	[ "$(reach $bad)" = silence ]
	[ "$(reach $bad)" = silence ]
	drops=$("$sobig" list -j --ndjson $bad | sed -E 's/.*"drops": ?([0-9]+).*/\1/')
	[ "$drops" -ge 2 ]
	shows "^ $bad +[0-9.]+ +$drops +[0-9]+s +59m +[0-9]+s  worm-storm: "
	shows '^ worm-storm +1 +[0-9.]+ +'"$drops"' +16 +1 +0'
	shows '^ OK: mx0 protected, 1 host blocked, last log line [0-9]+s ago'
	shows 'SYNs dropped .*at most [0-9.]+/s .*SYNs passed'
	[ "$(reach $bad)" = silence ]
	shows '⣀|⣠|⣿|⢸|⡀|⢀|⣤'
}

@test "a host that a rule lists as dry run is counted once in the rule's line" {
	start_server
	printf '[rule worm-storm]\ndry-run = yes\n' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	begin
	offend $bad 16
	shows "^ $bad .*\(dry run\) worm-storm: "
	shows '^ worm-storm +0 +0 +0 +16 +1 +1$'
	[ "$(reach $bad)" = connected ]
}

@test "sort keys change the order" {
	start_server
	start_daemon
	"$sobig" block $bad --for 3h
	sleep 1.1
	"$sobig" block $good --for 1h
	sleep 1.1
	"$sobig" block $third --for 2h
	[ "$(reach $good)" = silence ]
	begin
	shows "^ $third"
	keys a
	order $bad $good $third
	keys t
	order $good $bad $third
	keys s
	order $third $good $bad
	keys u
	order $good $third $bad
}

@test "a filter shows the hosts that match a text, an address or a network" {
	start_daemon
	"$sobig" block $bad --reason 'Sent by a Friend'
	"$sobig" block $good 203.0.113.0/24
	begin
	shows '^ 203.0.113.0/24'
	keys a / 203.0
	shows 'Filter: 203.0'
	order
	shows '^ 203.0.113.0/24'
	keys Enter
	shows 'filter: 203.0'
	keys / C-u '198.51.100.6/31' Enter
	order $bad
	keys / C-u '203.0.113.77' Enter
	shows '^ 203.0.113.0/24'
	keys / C-u 'a friend' Enter
	order $bad
	keys / C-u 'nobody' Enter
	shows 'no host matches the filter'
	keys Escape
	shows '^ 203.0.113.0/24'
	shows "^ $good"
}

@test "x unblocks the host that it named, but only after y" {
	start_server
	start_daemon
	"$sobig" block $bad
	"$sobig" block $good
	begin
	shows "^ $good"
	keys a x
	shows "Unblock $bad\?"
	keys n
	shows 'nothing was unblocked'
	"$sobig" list | grep -q "^$bad "
	keys x
	shows "Unblock $bad\?"
	# The order changes meanwhile: $bad is in another line.
	"$sobig" block 192.0.2.99
	sleep 2.5
	keys y
	shows "$bad: unblocked"
	order $good
	[ "$(reach $bad)" = connected ]
	[ "$(reach $good)" = silence ]
}

@test "Enter explains the host below the cursor" {
	start_daemon
	offend $bad 16
	until_blocked $bad
	"$sobig" block $good --reason 'no reason at all'
	# The history is written once a second.
	sleep 2
	begin
	shows "^ $good"
	keys a Enter
	shows "^ explain $bad"
	shows 'more than 15 in 5m'
	shows 'This message contains a virus'
	keys Escape
	shows 'ADDRESS +DROPS/S'
	keys Down e
	shows 'no reason at all'
	keys q
	shows 'ADDRESS +DROPS/S'
	keys '?'
	shows 'DISPLAY'
	keys '?'
	shows 'ADDRESS +DROPS/S'
}

# At this size, all parts are in place, and no line wraps.
check_size() {
	"${tmux[@]}" resize-window -x "$1" -y "$2"
	shows '^ ADDRESS +DROPS/S'
	sleep 0.3
	screen >"$LAB/screen"
	cat "$LAB/screen"
	[ "$(wc -l <"$LAB/screen")" = "$2" ]
	head -n 1 "$LAB/screen" | grep -q '^ sobig-xdp  mx0 native .*[0-9]:[0-9][0-9]:[0-9][0-9]'
	sed -n 2p "$LAB/screen" | grep -q '^ OK: mx0'
	tail -n 1 "$LAB/screen" | grep -q '^ e explain x unblock'
	# Each line begins with a blank, so it is not the end of another one.
	! grep -q '^[^ ]' "$LAB/screen"
}

@test "it fits 80 by 24, 40 by 10 and 200 by 60, and survives all smaller sizes" {
	start_daemon
	offend $bad 16
	offend $bad6 16
	until_blocked $bad6
	"$sobig" block 203.0.113.0/24 2001:db8:1234:5678:9abc:def0:1234:5678/128 --reason 'a reason that is as long as one can be'
	begin
	shows "^ $bad"
	check_size 80 24
	check_size 40 10
	check_size 200 60
	grep -q 'Offences' "$LAB/screen"
	check_size 120 30
	for size in '80 8' '80 5' '30 6' '20 3' '10 2' '1 1' '500 5' '30 200'; do
		"${tmux[@]}" resize-window -x "${size% *}" -y "${size#* }"
		sleep 0.2
		keys Down '?' Down Escape
	done
	check_size 80 24
	[ ! -e "$LAB/ended" ]
}

@test "q restores the terminal" {
	start_daemon
	begin
	shows 'SYNs dropped'
	keys q
	is_restored
	grep -qx 'status 0' "$LAB/ended"
}

@test "signals restore the terminal, even those of a crash" {
	start_daemon
	for signal in TERM:143 INT:0 HUP:129 QUIT:131 SEGV:139 ABRT:134; do
		rm -f "$LAB/ended" "$LAB/stty.after"
		begin
		shows 'SYNs dropped'
		kill "-${signal%:*}" "$(top_pid)"
		is_restored
		grep -qx "status ${signal#*:}" "$LAB/ended"
		"${tmux[@]}" kill-server
	done
}

@test "Ctrl-Z and fg: the shell has the terminal in between" {
	start_daemon
	"${tmux[@]}" new-session -d -x 80 -y 24 'LC_ALL=C.UTF-8 HISTFILE=/dev/null TERM=screen-256color PS1="prompt: " bash --norc --noprofile -i' 3>&-
	shows 'prompt:'
	keys "$sobig top" Enter
	shows 'SYNs dropped'
	keys C-z
	shows 'Stopped'
	[ "$("${tmux[@]}" display-message -p '#{alternate_on} #{cursor_flag}')" = '0 1' ]
	keys fg Enter
	shows 'SYNs dropped'
	keys q
	shows '^prompt:$'
}

@test "problems are shown at the top, and disappear when they are solved" {
	start_daemon
	begin
	shows '^ OK:'
	stop_daemon KILL || true
	shows 'DAEMON NOT RUNNING \(mx0\)'
	shows 'to start it: sobig-xdp attach mx0'
	"$sobig" detach --all
	shows 'NOT ATTACHED: nothing is dropped; to start: sobig-xdp attach IF'
	start_daemon
	shows '^ OK: mx0 protected'
}

@test "p pauses and continues" {
	start_daemon
	begin
	shows 'no host is blocked'
	keys p
	shows 'PAUSED'
	"$sobig" block $bad
	sleep 2.5
	screen | grep -q 'no host is blocked'
	keys p
	shows "^ $bad"
}

@test "with 100,000 hosts, each key has an effect at once" {
	local began _
	start_daemon
	python3 -c 'for i in range(100000): print("10.%d.%d.%d" % (i >> 16, i >> 8 & 255, i & 255))' |
		"$sobig" block - --for 2h >"$LAB/said"
	begin
	shows '1-[0-9]+ of 100000' 20
	slow=0
	for _ in $(seq 10); do
		for key in '?:DISPLAY' '?:ADDRESS'; do
			began=${EPOCHREALTIME/./}
			keys "${key%%:*}"
			for _ in $(seq 200); do ! screen | grep -q "${key#*:}" || break; done
			[ $((${EPOCHREALTIME/./} - began)) -lt 500000 ] || slow=$((slow + 1))
		done
	done
	# One may be slow, because the machine is busy.
	[ $slow -le 1 ]
	keys a End
	shows '^ 10\.1\.134\.159 '
	keys /10.1.134.15 Enter
	shows '^ 10\.1\.134\.150 '
}

@test "without UTF-8 it draws in ASCII, and with NO_COLOR without colours" {
	start_server
	start_daemon
	"$sobig" block $bad
	TOP_LOCALE=C begin
	reach $bad
	reach $bad
	shows '#'
	screen | LC_ALL=C grep -q '[^ -~]' && false
	"${tmux[@]}" kill-server
	TOP_OPTIONS=--ascii
	begin
	shows "^ $bad"
	screen | LC_ALL=C grep -q '[^ -~]' && false
	screen -e | grep -Eq $'\e\\[[0-9;]*[34][0-7]'
	"${tmux[@]}" kill-server
	NO_COLOR=1 begin
	shows "^ $bad"
	screen -e | grep -Eq $'\e\\[([0-9]+;)*[34][0-7]' && false
	screen | grep -q 'OK:'
}

@test "without a terminal, or with -j, it names the command to use" {
	start_daemon
	run "$sobig" top </dev/null
	[ "$status" = 1 ]
	[[ $output == *'top needs a terminal'*'status'*'metrics'* ]]
	run "$sobig" top -j
	[ "$status" = 2 ]
	[[ $output == *'status -j'* ]]
	run "$sobig" top --interval soon
	[ "$status" = 2 ]
	stop_daemon
	run "$sobig" top
	[ "$status" = 1 ]
	[[ $output == *'not attached'* ]]
}
