# SPDX-License-Identifier: GPL-2.0-only
# An attach that waits for exim: what it says, and what ends it.

load live.bash

# An exim that does not answer while $LAB/hang exists; then it has nothing to say.
hang_exim() {
	mount -t tmpfs sbin /usr/local/sbin
	printf '#!/bin/sh\ntouch %s\nwhile [ -e %s ]; do sleep 0.1; done\n' "$LAB/asked" "$LAB/hang" >/usr/local/sbin/exim
	chmod 755 /usr/local/sbin/exim
	touch "$LAB/hang"
	mkdir -p /var/log/exim4
	: >/var/log/exim4/mainlog
}

teardown() {
	rm -f "$LAB/hang"
	[ -z "${LAB_INSIDE-}" ] || stop_lab
	umount /usr/local/sbin 2>/dev/null || true
}

# Starts attach with these arguments, and waits until exim is asked.
begin_attach() {
	"$sobig" attach "$@" >"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until [ -e "$LAB/asked" ]; do [ -d "/proc/$daemon" ] || { cat "$LAB/words"; return 1; }; sleep 0.02; done
}

until_words() {
	for _ in $(seq 500); do ! grep -q "$1" "$LAB/words" || return 0; sleep 0.02; done
	cat "$LAB/words"
	return 1
}

fails() {
	run "$@"
	[ "$status" != 0 ]
}

@test "an attach that waits for exim says so, once" {
	hang_exim
	begin_attach mx0
	until_words 'waiting for exim to answer (exim -bP '
	rm "$LAB/hang"
	until_words 'following /var/log/exim4/mainlog'
	[ "$(grep -c 'waiting for exim' "$LAB/words")" = 1 ]
	stop_daemon
}

@test "explain says what it waits for, too" {
	start_daemon
	hang_exim
	"$sobig" explain $good >"$LAB/out" 2>"$LAB/words"
	grep -q 'waiting for exim to answer (exim -bP +relay_from_hosts)' "$LAB/words"
	grep -q "$good is not blocked" "$LAB/out"
	stop_daemon
}

@test "detach --all ends an attach that asks for the log, and the interface stays without a program" {
	hang_exim
	begin_attach mx0
	[ "$("$sobig" detach --all)" = 'mx0: ended an attach that had not attached its filter yet' ]
	wait "$daemon"
	cat "$LAB/words"
	grep -q 'mx0: sobig-xdp detach ended this attach before the filter was attached' "$LAB/words"
	! grep -q 'attached in\|cannot find' "$LAB/words" || false
	is_clean
}

@test "detach IFACE ends the attach to it, and its neighbour is attached" {
	hang_exim
	begin_attach -j mx0 lo
	[ "$("$sobig" detach -j mx0 | jq -c .detached)" = '["mx0"]' ]
	rm "$LAB/hang"
	until grep -qs '"ready"' "$LAB/events"; do [ -d "/proc/$daemon" ]; sleep 0.02; done
	grep -q 'lo: filter attached' "$LAB/words"
	! grep -q 'mx0: filter attached' "$LAB/words" || false
	! ip -d link show mx0 | grep 'prog/xdp' || false
	"$sobig" status | grep -q '^ *lo\b'
	stop_daemon
	is_clean
}

@test "detach --forget waits for the end of an attach that asks exim" {
	hang_exim
	begin_attach mx0
	"$sobig" detach --all --forget >"$LAB/out" 2>&1
	cat "$LAB/out"
	! grep -q 'still running' "$LAB/out" || false
	wait "$daemon"
	is_clean
}

@test "a detach of another interface leaves the attach alone" {
	hang_exim
	begin_attach mx0
	[ "$("$sobig" detach lo)" = 'lo: no filter of sobig-xdp is attached' ]
	rm "$LAB/hang"
	until_words 'following /var/log/exim4/mainlog'
	grep -q 'mx0: filter attached' "$LAB/words"
	stop_daemon
}

@test "detach ends an attach that has attached and asks for the relays" {
	hang_exim
	begin_attach mx0 --log "$log"
	until_words 'mx0: filter attached'
	"$sobig" detach mx0 | grep -q 'mx0: detached'
	wait "$daemon"
	! grep -q 'cannot read all of exim' "$LAB/words" || false
	is_clean
}

@test "SIGINT and SIGTERM end an attach that waits for exim, and leave nothing" {
	local signal
	hang_exim
	for signal in INT TERM; do
		rm -f "$LAB/asked"
		# Shells make background processes ignore SIGINT.
		env --default-signal=INT "$sobig" attach mx0 >/dev/null 2>"$LAB/words" 3>&- &
		daemon=$!
		until [ -e "$LAB/asked" ]; do sleep 0.02; done
		kill -$signal $daemon
		wait $daemon
		grep -q 'ended by a signal during the start' "$LAB/words"
		is_clean
	done
	begin_attach mx0 --log "$log"
	until_words 'mx0: filter attached'
	stop_daemon
	is_clean
}

@test "a signal while exim is asked leaves a filter that was there before" {
	start_daemon --persist
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	hang_exim
	begin_attach mx0
	kill -TERM $daemon
	wait $daemon
	ip -d link show mx0 | grep -q 'prog/xdp'
	"$sobig" list | grep -q $bad
	"$sobig" detach --all
	is_clean
}

@test "what can be checked without exim is checked first" {
	hang_exim
	fails "$sobig" attach nosuch
	[[ "$output" == *'interface "nosuch" not found'* ]]
	fails "$sobig" attach mx0 nosuch
	[[ "$output" == *'interface "nosuch" not found'* ]]
	printf '[rule worm-storm]\nlimit = ten\n' >"$LAB/bad.conf"
	fails "$sobig" attach -c "$LAB/bad.conf" mx0
	[[ "$output" == *'limit = "ten"'* ]]
	if ip tuntap add tun9 mode tun 2>/dev/null; then
		fails "$sobig" attach tun9
		[[ "$output" == *'tun9 is not an Ethernet interface'* ]]
		ip link delete tun9
	fi
	fails setpriv --bounding-set=-net_admin --inh-caps=-net_admin "$sobig" attach mx0
	[[ "$output" == *'permission denied'* ]]
	"$sobig" attach --log "$log" --pins /sys/fs/bpf/other mx0 2>/dev/null >"$LAB/events" -j 3>&- &
	daemon=$!
	rm "$LAB/hang"
	until grep -qs '"ready"' "$LAB/events"; do [ -d "/proc/$daemon" ]; sleep 0.02; done
	touch "$LAB/hang"
	rm "$LAB/asked"
	fails "$sobig" attach mx0
	[[ "$output" == *'mx0 already has the XDP program'* ]]
	fails "$sobig" attach --pins /sys/fs/bpf/other mx0
	[[ "$output" == *'already filtered by another sobig-xdp daemon'* ]]
	[ ! -e "$LAB/asked" ]
	[ ! -e "$pins" ]
	stop_daemon
}
