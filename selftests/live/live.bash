# SPDX-License-Identifier: GPL-2.0-only
# Shared by the live tests: the laboratory, a daemon under test, and its peers.
# shellcheck shell=bash disable=SC2034,SC2154

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
# shellcheck source=scripts/lab.bash
. "$top/scripts/lab.bash"
sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
peer=$top/selftests/live/peer.py
log=$LAB/log/mainlog
pins=/sys/fs/bpf/sobig-xdp

bad=198.51.100.7 bad6=2001:db8:666::7
good=198.51.100.8 good6=2001:db8:667::8

# For setup: skips the test where namespaces cannot be created.
need_lab() {
	[ -n "${LAB_INSIDE-}" ] || skip 'needs root and namespaces'
}

# Builds the laboratory with the four peers and an empty log.
start_lab() {
	lab_build $bad $bad6 $good $good6
	mkdir -p "$LAB/log"
	: >"$log"
}

# Ends what a test left running; the next test builds all anew.
stop_lab() {
	local pid
	for pid in $(jobs -p); do
		kill -KILL "$pid" 2>/dev/null || true
	done
	wait 2>/dev/null || true
	umount /sys/fs/bpf 2>/dev/null || true
	umount -l /var/lib 2>/dev/null || true
	umount "$LAB" 2>/dev/null || true
	ip link delete mx0 2>/dev/null || true
}

setup() {
	need_lab
	start_lab
}

teardown() {
	[ -z "${LAB_INSIDE-}" ] || stop_lab
}

# Starts attach on mx0 and the log, and waits until it is ready. Its messages are in $LAB/words.
start_daemon() {
	launch_daemon mx0 --log "$log" "$@"
}

# The same with the given arguments.
launch_daemon() {
	rm -f "$LAB/events" # of the previous daemon
	"$sobig" attach -j "$@" >"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until grep -qs '"ready"' "$LAB/events"; do
		[ -d "/proc/$daemon" ] || { cat "$LAB/words"; return 1; }
		sleep 0.02
	done
}

stop_daemon() {
	kill "-${1:-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null
}

# Until SIGCONT, the daemon does not overwrite what is planted in its statistics. A process stops a moment after the signal.
halt_daemon() {
	kill -STOP "$daemon"
	until grep -q '^State:.*T' "/proc/$daemon/status"; do sleep 0.02; done
}

start_server() {
	python3 "$peer" serve - - "${1:-25}" 3>&- &
	until ss -Hltn "sport = :${1:-25}" | grep -q .; do sleep 0.02; done
}

# offend ADDRESS TIMES: writes TIMES lines as exim does.
offend() {
	local _
	for _ in $(seq "$2"); do
		printf '%(%F %T)T 1xVO3f-00036y-2K H=(h) [%s] F=<s@e> rejected after DATA: This message contains a virus (x).\n' -1 "$1" >>"$log"
	done
}

# accept ADDRESS TIMES: writes TIMES lines of accepted mail as exim does.
accept() {
	local _
	for _ in $(seq "$2"); do
		printf '%(%F %T)T 1xVO3f-00036y-2K <= s@e H=(h) [%s] P=esmtp S=900 id=x@y\n' -1 "$1" >>"$log"
	done
}

# know ADDRESS...: makes each a known sender who had an offence today, each of another class, so that no class is switched
# off. Another host sends most of the mail.
know() {
	local host texts=('Unrouteable address' 'relay not permitted' 'x is in a black list at zen.spamhaus.org' 'spam' 'Sender verify failed')
	accept 192.0.2.99 600
	for host in "$@"; do
		accept "$host" 10
		printf '%(%F %T)T H=(h) [%s] F=<s@e> rejected RCPT <x@y>: %s\n' -1 "$host" "${texts[0]}" >>"$log"
		texts=("${texts[@]:1}")
	done
}

# until_blocked ADDRESS: waits for some seconds at most; a busy machine takes its time.
until_blocked() {
	local _
	for _ in $(seq 500); do
		! "$sobig" list "$1" 2>/dev/null | grep -qv '^ADDRESS' || return 0
		sleep 0.02
	done
	echo "$1 was not blocked"
	return 1
}

# until_said PATTERN: waits some seconds for a message of the daemon.
until_said() {
	local _
	for _ in $(seq 400); do
		! grep -q -- "$1" "$LAB/words" || return 0
		sleep 0.05
	done
	cat "$LAB/words"
	return 1
}

# until_shows PATTERN: waits some seconds for a line of status.
until_shows() {
	local _
	for _ in $(seq 60); do
		! { "$sobig" status || true; } | grep -q -- "$1" || return 0
		sleep 0.05
	done
	"$sobig" status
	return 1
}

# Prints the result of a new connection from ADDRESS to the mail host: connected, refused or silence.
reach() {
	case $1 in
	*:*) world python3 "$peer" connect "$1" $LAB_MX6 "${2:-25}" ;;
	*) world python3 "$peer" connect "$1" $LAB_MX "${2:-25}" ;;
	esac
}

# True if no program is on the interface, and no pin is left.
is_clean() {
	! ip -d link show mx0 2>/dev/null | grep 'prog/xdp' && [ ! -e "$pins" ]
}
