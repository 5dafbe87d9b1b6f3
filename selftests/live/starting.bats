# SPDX-License-Identifier: GPL-2.0-only
# An attach that waits for exim: what it says, and what ends it.

load live.bash

poke=${SOBIG_BUILD:-$top/build}/selftests/poke

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
	# An exim that has not ended yet uses it.
	umount -l /usr/local/sbin 2>/dev/null || true
}

# Starts attach with these arguments, and waits until exim is asked.
begin_attach() {
	rm -f "$LAB/asked"
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

# says STATUS TEXT COMMAND...: the exit status, and the first line, of standard output or standard error.
says() {
	run "$sobig" "${@:3}"
	echo "$output"
	[ "$status" = "$1" ]
	[[ ${lines[0]} =~ $2 ]]
}

@test "beside an attach that asks for the log, each command says that, and for how long" {
	local since='attach mx0 has been waiting for [0-9]+s for exim to name its log \(exim -bP log_file_path\)'
	hang_exim
	begin_attach mx0
	says 1 "^STARTING \(mx0\): attach has been waiting for [0-9]+s for exim to name its log .*; until it continues, the filter is not attached and nothing is dropped; to end it: sobig-xdp detach mx0$" status
	[[ $output == *$'\nmx0, starting\n'* ]]
	says 1 "$since; try again later, or end it: sobig-xdp detach mx0$" list
	says 1 "$since" block $bad
	says 1 "$since" block --ports 25 $bad
	says 1 "$since" unblock $bad
	says 1 'mx0: another attach is starting; see: sobig-xdp status' attach mx0
	"$sobig" status -j >"$LAB/json" || true
	jq -e '[.problems[].kind] == ["starting"] and (.interfaces[0] | .starting.waits_for == "exim to name its log (exim -bP log_file_path)" and (.starting.since | test("^20")) and .daemon_running == false and .daemon == null and .filter == null)' "$LAB/json"
	"$sobig" metrics >"$LAB/metrics"
	grep -qx 'sobig_xdp_up 0' "$LAB/metrics"
	grep -qx 'sobig_xdp_problem{kind="starting"} 1' "$LAB/metrics"
	rm "$LAB/hang"
	until_words 'following /var/log/exim4/mainlog'
	until says 0 '^OK: mx0 protected' status; do sleep 0.1; done
	! compgen -G "$pins/if*/start" || false
	[ "$("$sobig" status -j | jq '.interfaces[0].starting')" = null ]
	stop_daemon
	is_clean
}

@test "explain, too, says that an attach waits" {
	hang_exim
	begin_attach mx0
	"$sobig" explain $good >"$LAB/out" 2>/dev/null 3>&- &
	until grep -q . "$LAB/out"; do sleep 0.02; done
	head -n 1 "$LAB/out"
	head -n 1 "$LAB/out" | grep -qE "^$good is not blocked: sobig-xdp is not attached yet: attach mx0 has been waiting for [0-9]+s for exim to name its log .*\.$"
	stop_daemon
}

@test "beside an attach that has attached and asks for the relays, status says that, and list lists" {
	hang_exim
	begin_attach mx0 --log "$log"
	until_words 'mx0: filter attached'
	says 1 "^STARTING \(mx0\): attach has been waiting for [0-9]+s for exim's relays and the DNS, for the allow list; until it continues, active blocks stay, and no new ones are added; " status
	"$sobig" block --force $bad
	"$sobig" list | grep -q "^$bad "
	stop_daemon
	is_clean
}

@test "an attach that takes over a filter is not called stuck while it waits" {
	start_daemon
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	"$poke" "$pins"/if*/stats heartbeat 1
	hang_exim
	begin_attach mx0
	says 1 '^STARTING \(mx0\): attach has been waiting for [0-9]+s for exim to name its log .*; until it continues, active blocks stay, and no new ones are added; ' status
	! grep -q 'DAEMON STUCK' <<<"$output" || false
	"$sobig" list | grep -q "^$bad "
	# After an attach that was killed, it is the daemon that is missing.
	stop_daemon KILL || true
	says 1 '^DAEMON NOT RUNNING \(mx0\): ' status
	"$sobig" detach --all
	is_clean
}

@test "two attaches that wait are reported each, one to two interfaces once" {
	hang_exim
	begin_attach mx0 lo
	ip link add mx1 type veth peer name world1
	sleep 1.1 # or both have waited for the same time
	"$sobig" attach mx1 >/dev/null 2>&1 3>&- &
	until [ -e "$pins/if$(cat /sys/class/net/mx1/ifindex)/start" ]; do sleep 0.02; done
	run "$sobig" status
	echo "$output"
	[ "$(grep -c '^STARTING (' <<<"$output")" = 2 ]
	grep -q '^STARTING (lo mx0): .*: sobig-xdp detach lo mx0$' <<<"$output"
	grep -q '^STARTING (mx1): .*: sobig-xdp detach mx1$' <<<"$output"
	"$sobig" detach --all
	ip link delete mx1
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
	[ "$("$sobig" detach --all)" = 'mx0: stopped a daemon that was still starting; its filter was not attached yet' ]
	wait "$daemon"
	cat "$LAB/words"
	grep -q 'mx0: stopped by sobig-xdp detach before the filter was attached' "$LAB/words"
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
