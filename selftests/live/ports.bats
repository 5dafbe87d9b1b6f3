#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A block closes the ports of its rule, and no others; what still offends by an open port is shown.

bats_require_minimum_version 1.5.0
load live.bash

# guess ADDRESS PORT TIMES, infect ADDRESS PORT TIMES: lines as exim writes them with +incoming_interface.
guess() {
	local _
	for _ in $(seq "$3"); do
		printf '%(%F %T)T login authenticator failed for (h) [%s]:4711 I=[%s]:%u: 535 Incorrect authentication data (set_id=x)\n' -1 "$1" $LAB_MX "$2" >>"$log"
	done
}

infect() {
	local _
	for _ in $(seq "$3"); do
		printf '%(%F %T)T 1xVO3f-00036y-2K H=(h) [%s]:4711 I=[%s]:%u F=<s@e> rejected after DATA: This message contains a virus (x).\n' -1 "$1" $LAB_MX "$2" >>"$log"
	done
}

start_servers() {
	local port
	for port in 25 465 587; do start_server $port; done
}

# With the default rules, those for strangers too, which otherwise learn for some days who is known.
start_learned() {
	printf '[standing]\nlearn = 0d\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
}

# ports_of ADDRESS: those that its block closes, by the JSON of list.
ports_of() {
	"$sobig" list "$1" -j | jq -c '.blocks[0].ports'
}

@test "by default, a worm closes port 25, a password guesser all ports of mail, a manual block all" {
	local from port
	start_servers
	start_learned
	grep -q 'to port 25, 465, 587' "$LAB/words"
	infect $bad 25 16
	until_blocked $bad
	[ "$(reach $bad 25)" = silence ]
	[ "$(reach $bad 465)" = connected ]
	[ "$(reach $bad 587)" = connected ]
	[ "$(ports_of $bad)" = '[25]' ]
	guess $bad6 587 31
	until_blocked $bad6
	for port in 25 465 587; do [ "$(reach $bad6 $port)" = silence ]; done
	[ "$(ports_of $bad6)" = '[25,465,587]' ]
	for from in $good $good6; do
		for port in 25 465 587; do [ "$(reach "$from" $port)" = connected ]; done
	done
	"$sobig" block $good
	[ "$(ports_of $good)" = null ]
	for port in 25 465 587; do [ "$(reach $good $port)" = silence ]; done
	run "$sobig" list
	[[ $output == *"$bad "*" 25 "* ]]
	[[ $output == *'2001:db8:666::/64 '*' 25, 465, 587 '*'password-guessing'* ]]
	[[ $output == *"$good "*' 25, 465, 587 '*'manual'* ]]
	"$sobig" explain $good | grep -q '^  ports    25, 465, 587$'
	# The verdicts of two rules close the ports of both.
	guess $bad 465 31
	for _ in $(seq 50); do
		[ "$(ports_of $bad)" = '[25]' ] || break
		sleep 0.02
	done
	[ "$(reach $bad 587)" = silence ]
}

@test "a rule closes the ports of its configuration, and a reload changes what later blocks close" {
	start_servers
	printf '[rule worm-storm]\nports = 465\n[rule password-guessing]\nports = all\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	infect $bad 25 16
	until_blocked $bad
	[ "$(reach $bad 25)" = connected ]
	[ "$(reach $bad 465)" = silence ]
	printf '[rule worm-storm]\nports = 587\n' >"$LAB/own.conf"
	kill -HUP "$daemon"
	until grep -q 'configuration reloaded' "$LAB/words"; do sleep 0.02; done
	infect $bad6 25 16
	until_blocked $bad6
	[ "$(reach $bad6 587)" = silence ]
	[ "$(reach $bad6 465)" = connected ]
	# The bit of a port stays, whatever its place in the list is.
	[ "$(reach $bad 465)" = silence ]
	[ "$(reach $bad 587)" = connected ]
	printf '[rule worm-storm]\nports = 26\n[filter]\nports = 25\n' >"$LAB/own.conf"
	run "$sobig" check -c "$LAB/own.conf"
	[ "$status" = 1 ]
	[[ $output == *"own.conf:2: [rule worm-storm]: ports contains 26, which is not protected: expected only ports that are also in ports of [filter]"* ]]
}

@test "status counts blocked hosts that still offend by an open port, and check warns of their rule" {
	start_servers
	printf '[rule guessing]\nclass = auth\nlimit = 3\nwindow = 5m\nblock = 1h\nports = 25\n[rule password-guessing]\nenabled = no\n[rule mail]\nclass = spam\nlimit = 9\nwindow = 1m\nblock = 1m\nports = 25, 587\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	guess $bad 25 4
	until_blocked $bad
	run "$sobig" status
	[[ $output != *'still offend'* ]]
	# In flight, by the port that is closed.
	guess $bad 25 1
	guess $good 587 1
	guess $bad 587 2
	until_shows '^  1 blocked host still offends, on port 587$'
	guess $bad6 587 4
	until_blocked $bad6
	guess $bad6 587 1
	until_shows '^  2 blocked hosts still offend, on port 587$'
	[ "$({ "$sobig" status -j || true; } | jq -c '[.blocks.offending, .blocks.offending_ports]')" = '[2,[587]]' ]
	[ "$("$sobig" list $bad -j | jq -c '.blocks[0].offended_ports')" = '[587]' ]
	"$sobig" metrics | grep -x 'sobig_xdp_blocks_offending{port="587"} 2'
	"$sobig" metrics | grep -x 'sobig_xdp_blocks_offending{port="25"} 0'
	[ "$("$sobig" metrics | grep -c '^sobig_xdp_blocks_offending')" = 3 ]
	"$sobig" explain $bad | grep -q '^  offends  although blocked, on port 587, which the block leaves open$'
	# The daemon writes its counts once a second.
	for _ in $(seq 60); do
		run "$sobig" check -c "$LAB/own.conf"
		[[ $output != *'daemon counted'* ]] || break
		sleep 0.05
	done
	[ "$status" = 1 ]
	[[ $output == *'[rule guessing]: it counts failed logins, which clients also try on port 587, but its blocks leave port 587 open: add it to ports'* ]]
	[[ $output == *'[rule guessing]: '*' offences were on a port that its blocks leave open, such as port 587: add it to ports'* ]]
}

@test "blocks have the same ports after a restart, a kill and new tables" {
	start_servers
	start_learned
	infect $bad 25 16
	guess $bad6 587 31
	until_blocked $bad
	until_blocked $bad6
	stop_daemon
	start_learned
	[ "$(ports_of $bad)" = '[25]' ]
	[ "$(ports_of $bad6)" = '[25,465,587]' ]
	[ "$(reach $bad 25)" = silence ]
	[ "$(reach $bad 587)" = connected ]
	[ "$(reach $bad6 587)" = silence ]
	"$sobig" explain $bad6 | grep -q '^  ports    25, 465, 587$'
	[ "$("$sobig" list --history $bad -j | jq -c '.blocks[0].ports')" = '[25]' ]
	stop_daemon KILL || true
	start_learned
	[ "$(reach $bad 25)" = silence ]
	[ "$(reach $bad 587)" = connected ]
	[ "$(reach $bad6 587)" = silence ]
}
