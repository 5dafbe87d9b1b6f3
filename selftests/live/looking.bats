# SPDX-License-Identifier: GPL-2.0-only
# Inspecting interfaces leaks no descriptor, and a failed inspection is not taken for a missing filter.

load live.bash

teardown() {
	[ -n "${LAB_INSIDE-}" ] || return 0
	"${tmux[@]}" kill-server 2>/dev/null || true
	stop_lab
	ip link delete mx1 2>/dev/null || true
}

tmux=(tmux -u -L "sobig-looking-$$" -f /dev/null)

# descriptors PID: prints how many it has open.
descriptors() {
	find "/proc/$1/fd" -mindepth 1 -maxdepth 1 | wc -l
}

# reads PID: prints how often it has called read(2) and similar calls.
reads() {
	sed -n 's/^syscr: //p' "/proc/$1/io"
}

# times PATTERN: prints how many lines of the events match.
times() {
	grep -c "$1" "$LAB/events" || true
}

@test "200 scrapes of metrics open no more descriptors" {
	local before server _
	start_daemon
	"$sobig" metrics --listen 127.0.0.1:9762 2>"$LAB/served" 3>&- &
	server=$!
	until grep -q serving "$LAB/served"; do
		[ -d /proc/$server ] || { cat "$LAB/served"; return 1; }
		sleep 0.02
	done
	for _ in 1 2 3; do curl -s http://127.0.0.1:9762/metrics >/dev/null; done
	before=$(descriptors $server)
	# One connection for all, so that connections that are being closed are not counted.
	# shellcheck disable=SC2046
	curl -s $(printf 'http://127.0.0.1:9762/metrics %.0s' {1..200}) >"$LAB/scraped"
	[ "$(grep -c '^sobig_xdp_attached{interface="mx0",mode="native"} 1$' "$LAB/scraped")" = 200 ]
	echo "$before before, $(descriptors $server) after"
	[ "$(descriptors $server)" -le "$before" ]
}

@test "200 refreshes of top open no more descriptors" {
	local before pid read _
	command -v tmux >/dev/null || skip 'no tmux; try: scripts/deps test'
	start_daemon
	"${tmux[@]}" new-session -d -x 80 -y 24 "exec $sobig top --interval 0.1" 3>&-
	until "${tmux[@]}" capture-pane -p | grep -q 'no host is blocked'; do sleep 0.05; done
	pid=$("${tmux[@]}" list-panes -F '#{pane_pid}')
	[ "$(cat /proc/$pid/comm)" = sobig-xdp ]
	before=$(descriptors $pid)
	read=$(reads $pid)
	# A refresh reads its timer, and then the results of the thread.
	until [ "$(reads $pid)" -gt $((read + 400)) ]; do sleep 0.5; done
	echo "$before before, $(descriptors $pid) after"
	# The thread may be inspecting the interface.
	for _ in {1..50}; do
		[ "$(descriptors $pid)" -gt "$before" ] || return 0
		sleep 0.02
	done
	return 1
}

@test "200 events of other interfaces open no more descriptors in a daemon" {
	local before _
	start_daemon
	ip link add mx1 type veth peer name far1
	before=$(descriptors $daemon)
	for _ in {1..100}; do printf 'link set mx1 up\nlink set mx1 down\n'; done | ip -b -
	# Events are handled one by one or together: more of them, with pauses.
	for _ in {1..100}; do
		ip link set mx1 up
		ip link set mx1 down
	done
	sleep 0.2
	echo "$before before, $(descriptors $daemon) after"
	[ "$(descriptors $daemon)" -le "$before" ]
	"$sobig" status | grep -q 'OK:'
}

@test "60 reloads that attach the filter again open no more descriptors" {
	local before count
	printf '[filter]\nports = 25\n' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	for count in {1..60}; do
		printf '[filter]\nports = 25, %u\n' $((1000 + count)) >"$LAB/sobig.conf"
		kill -HUP $daemon
		until [ "$(times '"reload"')" = "$count" ]; do
			[ -d /proc/$daemon ] || { cat "$LAB/words"; return 1; }
			sleep 0.005
		done
		# The thread that asks exim and the DNS after a reload has its own descriptors.
		[ "$count" != 3 ] || { sleep 1; before=$(descriptors $daemon); }
	done
	[ "$(times '"accepted":true')" = 60 ]
	"$sobig" status | grep -q 'ports 25, 1060'
	sleep 1
	echo "$before before, $(descriptors $daemon) after"
	[ "$(descriptors $daemon)" -le "$before" ]
}

# exhaust PID: it cannot open another descriptor.
exhaust() {
	local fd=0
	while [ -e "/proc/$1/fd/$fd" ]; do fd=$((fd + 1)); done
	prlimit --pid "$1" --nofile=$fd:
}

@test "a daemon that cannot inspect its interface stays, logs it, and retries" {
	start_server
	start_daemon
	"$sobig" block $bad
	ip link add mx1 type veth peer name far1
	exhaust $daemon
	ip link set mx1 up
	until_said 'mx0: cannot check whether the filter is attached: Too many open files'
	ip link set mx1 down
	ip link set mx1 up
	[ -d /proc/$daemon ]
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	prlimit --pid $daemon --nofile=1024:
	until_said 'mx0: the filter is attached; it can be checked again'
	# Logged once, not for each attempt.
	[ "$(grep -c 'cannot check whether' "$LAB/words")" = 1 ]
	"$sobig" status | grep -q 'OK:'
	stop_daemon
	is_clean
}

@test "a filter that is taken off while a daemon cannot look is missed when it can" {
	start_daemon
	exhaust $daemon
	ip link set dev mx0 xdp off
	until_said 'cannot check whether the filter is attached'
	[ -d /proc/$daemon ]
	prlimit --pid $daemon --nofile=1024:
	got=0
	wait $daemon || got=$?
	[ $got = 1 ]
	grep -q 'detached by another program: mail is not protected' "$LAB/words"
	is_clean
}

@test "an interface that vanishes is told from one whose filter was taken off" {
	start_daemon
	ip link delete mx0
	wait $daemon || true
	grep -q 'mx0 was deleted' "$LAB/words"
	grep -q 'detached by another program' "$LAB/words" && false
	[ ! -e "$pins" ]
}

@test "status and metrics tell what they could not see from what is not there" {
	start_daemon
	run python3 "$top/selftests/live/deaf.py" "$sobig" status
	[ "$status" = 1 ]
	[[ $output == *'FILTER STATE UNKNOWN (mx0): cannot check whether the filter is attached: Address family not supported'* ]]
	[[ $output == *'filter    not known: Address family not supported'* ]]
	[[ $output != *'NOT FILTERED'* ]]
	run python3 "$top/selftests/live/deaf.py" "$sobig" status -j
	echo "$output" | jq -e '.problems[0].kind == "filter-unknown" and .interfaces[0].filter == null and
		(.interfaces[0].filter_error | startswith("Address family"))'
	python3 "$top/selftests/live/deaf.py" "$sobig" metrics >"$LAB/deaf"
	grep -q 'sobig_xdp_problem{kind="filter-unknown"} 1' "$LAB/deaf"
	grep -q 'sobig_xdp_problem{kind="not-filtered"} 0' "$LAB/deaf"
	grep -E '^sobig_xdp_(up|attached)' "$LAB/deaf" && false
	"$sobig" status -j | jq -e '.ok and .interfaces[0].filter_error == null'
	"$sobig" metrics | grep -q '^sobig_xdp_up 1$'
	ip link set dev mx0 xdp off
	wait $daemon || true
}

@test "detach leaves alone what it cannot see, and says so" {
	start_daemon
	run python3 "$top/selftests/live/deaf.py" "$sobig" detach mx0
	[ "$status" = 1 ]
	[[ $output == *'cannot check whether the filter is attached to mx0, so it was not detached: Address family not supported'* ]]
	run python3 "$top/selftests/live/deaf.py" "$sobig" detach --all
	[ "$status" = 1 ]
	"$sobig" status | grep -q 'OK:'
	[ -e "$pins/blocked4" ]
}

@test "attach leaves alone what it cannot see, and says so" {
	run python3 "$top/selftests/live/deaf.py" "$sobig" attach mx0 --log "$log"
	[ "$status" = 1 ]
	[[ $output == *'cannot read which XDP program is attached to mx0: Address family not supported'* ]]
	is_clean
}
