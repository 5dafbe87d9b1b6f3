#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Blocked networks, lists, ports, scope and rates.

load live

@test "a blocked network is dropped, its neighbours are served" {
	start_server
	start_daemon
	"$sobig" block 198.51.100.6/31 2001:db8:666::/48 --reason 'a net'
	[ "$(reach $bad)" = silence ]
	[ "$(reach $bad6)" = silence ]
	[ "$(reach $good)" = connected ]
	[ "$(reach $good6)" = connected ]
	"$sobig" list | tee "$LAB/list"
	grep -Eq '^198.51.100.6/31 .* [1-9] .*a net' "$LAB/list"
	grep -q '^2001:db8:666::/48 ' "$LAB/list"
	"$sobig" status | tee "$LAB/status"
	grep -q '2 active networks' "$LAB/status"
	grep -q 'dropped by a blocked network' "$LAB/status"
	"$sobig" unblock 198.51.100.6/31 2001:db8:666::/48
	[ "$(reach $bad)" = connected ]
	[ "$(reach $bad6)" = connected ]
}

@test "unblock of a host in a blocked network reports that it is still blocked" {
	start_server
	start_daemon
	"$sobig" block $bad 198.51.100.0/24
	run "$sobig" unblock $bad
	[ "$status" = 1 ]
	[[ $output == *"\"$bad\" is still blocked: it is in the blocked network 198.51.100.0/24"* ]]
	[ "$(reach $bad)" = silence ]
	"$sobig" unblock 198.51.100.0/24
	[ "$(reach $bad)" = connected ]
}

# listed NETWORK...: list shows exactly these, as text and as JSON.
listed() {
	"$sobig" list "$@" | sed 1d | cut -d' ' -f1 >"$LAB/text"
	"$sobig" list "$@" -j | jq -r '.blocks[].address' >"$LAB/json"
	diff "$LAB/text" "$LAB/json" >&2 && xargs <"$LAB/text"
}

@test "list of an address shows the networks that contain it; of a network, also the blocks in it" {
	start_daemon
	"$sobig" block 203.0.113.0/24 203.0.112.0/22 203.0.113.9 203.0.114.7 2001:db8:666::/48 2001:db8:666:7::1 2001:db8:666:7::1/128
	[ "$(listed 203.0.113.8)" = '203.0.112.0/22 203.0.113.0/24' ]
	[ "$(listed 203.0.113.9)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9' ]
	[ "$(listed 203.0.113.8/29)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9' ]
	[ "$(listed 203.0.112.0/23)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9' ]
	[ "$(listed 2001:db8:666:8::1)" = 2001:db8:666::/48 ]
	[ "$(listed 2001:db8:666:7::2/128)" = '2001:db8:666::/48 2001:db8:666:7::/64' ]
	[ "$(listed 2001:db8:666:7::2)" = '2001:db8:666::/48 2001:db8:666:7::/64 2001:db8:666:7::1/128' ]
	# Their neighbour is in none.
	[ -z "$(listed 203.0.116.8 203.0.111.255 203.0.116.0/22 2001:db8:667::1)" ]
	run "$sobig" list 203.0.113.8/24
	[ "$status" = 2 ]
	[[ $output == *'has bits set after its prefix'* ]]
}

# explained NETWORK: all blocks that explain names, as JSON; each is in the text, too.
explained() {
	local block
	"$sobig" explain "$1" --state "$LAB/state" >"$LAB/text"
	"$sobig" explain "$1" --state "$LAB/state" -j | jq -r '.blocks[].address' >"$LAB/json"
	while read -r block; do
		grep -qE "(^|[ /])$block( |$)" "$LAB/text" || { cat "$LAB/text"; echo "$block is not told"; } >&2
	done <"$LAB/json"
	xargs <"$LAB/json"
}

@test "explain shows all networks that block a host, and the blocks in a network" {
	local number
	start_daemon
	"$sobig" block 203.0.113.0/24 203.0.112.0/22 203.0.113.9 203.0.114.7 --reason 'a test'
	[ "$(explained 203.0.113.8)" = '203.0.112.0/22 203.0.113.0/24' ]
	grep -q '^  network  203.0.113.0/24$' "$LAB/text"
	grep -q '^  also in  203.0.112.0/22 until .*: a test$' "$LAB/text"
	[ "$(explained 203.0.112.0/23)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9' ]
	grep -q '^  contains 203.0.113.9 until ' "$LAB/text"
	[ "$(explained 203.0.113.9)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9' ]
	[ -z "$(explained 203.0.116.8)" ]
	grep -q '^203.0.116.8 is not blocked\.$' "$LAB/text"
	[ "$(explained 203.0.0.0/16)" = '203.0.112.0/22 203.0.113.0/24 203.0.113.9 203.0.114.7' ]
	grep -q '^203.0.0.0/16 is not blocked as a whole\.$' "$LAB/text"
	# A long list is summed up.
	for number in $(seq 10 21); do echo 203.0.113.$number; done | "$sobig" block - --reason 'a test'
	"$sobig" explain 203.0.113.0/24 --state "$LAB/state" | tee "$LAB/text"
	[ "$(grep -c '^  contains 203' "$LAB/text")" = 9 ]
	grep -q '^  and      4 other blocks, 0 SYNs dropped by them: sobig-xdp list 203.0.113.0/24$' "$LAB/text"
}

@test "a network that is too wide or contains this machine is refused unless forced" {
	start_server
	start_daemon
	for network in 128.0.0.0/1 198.0.0.0/7 2000::/18; do
		run "$sobig" block "$network"
		[ "$status" = 1 ]
		[[ $output == *"\"$network\" is not blocked: it is wider than a /"*"--force"* ]]
	done
	for network in $LAB_MX $LAB_MX/32 192.0.2.0/24 $LAB_MX6 $LAB_MX6/128; do
		run "$sobig" block "$network"
		[ "$status" = 1 ]
		[[ $output == *"this machine's own"*'--force'* ]]
	done
	[ "$(reach $good)" = connected ]
	"$sobig" block 198.0.0.0/8
	[ "$(reach $good)" = silence ]
	"$sobig" unblock --all
	"$sobig" block --force 128.0.0.0/1
	[ "$(reach $good)" = silence ]
	run "$sobig" block --force 127.0.0.1
	[ "$status" = 1 ]
}

@test "lists are imported as text and as JSON, and invalid entries are named" {
	start_server
	start_daemon
	printf '; Spamhaus DROP List\n# another remark\n198.51.100.6/31 ; SBL1\r\n\n2001:db8:666::/48\n' >"$LAB/drop.txt"
	"$sobig" import "$LAB/drop.txt" --for 2h | tee "$LAB/said"
	grep -q '^2 blocked, 0 refused' "$LAB/said"
	[ "$(reach $bad)" = silence ]
	[ "$(reach $bad6)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" list | grep -q 'list drop.txt'
	"$sobig" unblock --all
	printf '{"cidr":"198.51.100.6/31","sblid":"SBL1","rir":"ripencc"}\n{"type":"metadata","records":1}\n' >"$LAB/drop.json"
	"$sobig" import - <"$LAB/drop.json"
	[ "$(reach $bad)" = silence ]
	printf '203.0.113.0/24\nnonsense\n0.0.0.0/0\n{"cidr":7}\n{"cidr"\n' >"$LAB/bad"
	run "$sobig" import "$LAB/bad"
	[ "$status" = 1 ]
	[[ $output == *'"nonsense": expected an IPv4'* ]]
	[[ $output == *'"0.0.0.0/0" is not blocked: it is wider'* ]]
	[[ $output == *'expected a JSON object with the key "cidr"'* ]]
	[[ $output == *'1 blocked, 4 refused'* ]]
	run "$sobig" import /no/such/list
	[ "$status" = 1 ]
}

@test "several ports are protected, others are not" {
	start_server 25
	start_server 587
	start_server 465
	printf '[filter]\nports = 25, 587\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	grep -q 'to port 25, 587' "$LAB/words"
	"$sobig" status | grep -q 'ports 25, 587'
	"$sobig" block $bad
	[ "$(reach $bad 25)" = silence ]
	[ "$(reach $bad 587)" = silence ]
	[ "$(reach $bad 465)" = connected ]
	[ "$(reach $good 587)" = connected ]
}

@test "with scope = port, a live connection of a blocked host is cut off, a neighbour's is not" {
	start_server
	printf '[filter]\nscope = port\nconnections = finish\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	mkfifo "$LAB/say" "$LAB/say2"
	world python3 "$peer" hold $bad $LAB_MX 25 <"$LAB/say" >"$LAB/heard" 3>&- &
	world python3 "$peer" hold $good $LAB_MX 25 <"$LAB/say2" >"$LAB/heard2" 3>&- &
	exec 8>"$LAB/say2" 9>"$LAB/say"
	until grep -q connected "$LAB/heard" && grep -q connected "$LAB/heard2"; do sleep 0.02; done
	"$sobig" block $bad
	echo still-alive >&9
	echo still-alive >&8
	for _ in $(seq 100); do ! grep -q still-alive "$LAB/heard2" || break; sleep 0.02; done
	grep -q still-alive "$LAB/heard2"
	run grep -q still-alive "$LAB/heard"
	[ "$status" = 1 ]
	exec 8>&- 9>&-
	"$sobig" status | grep -q '[1-9][0-9]* packets of live connections dropped'
}

@test "syn-rate limits a host, and blocks none" {
	start_server
	printf '[filter]\nsyn-rate = 6/m burst 3\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	for _ in 1 2 3 4 5 6; do reach $bad; done >"$LAB/seen"
	[ "$(head -n 3 "$LAB/seen" | grep -c connected)" = 3 ]
	grep -q silence "$LAB/seen"
	[ "$(reach $good)" = connected ]
	[ "$("$sobig" list | wc -l)" = 1 ]
	"$sobig" status | grep -q 'dropped by syn-rate'
}

@test "with extend = yes, a host that sends SYNs stays blocked" {
	start_server
	printf '[filter]\nextend = yes\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf" --for 5s
	offend $bad 16
	until_blocked $bad
	# A process for each SYN would start too late on a busy machine.
	nsenter --net="/proc/$LAB_WORLD/ns/net" -- python3 "$peer" knock $bad $LAB_MX 25 3>&- &
	knocker=$!
	sleep 11
	"$sobig" list $bad | grep -q $bad
	[ "$(reach $bad)" = silence ]
	kill $knocker
	# Without a SYN, which would extend it, until it has ended.
	for _ in $(seq 300); do "$sobig" list $bad | grep -q $bad || break; sleep 0.1; done
	[ "$(reach $bad)" = connected ]
}

@test "an error in [filter] is reported with its line, and nothing is attached" {
	for line in 'ports = 0' 'ports = 25,' 'ports = 25 26' 'scope = all' 'syn-rate = 20' 'syn-rate = 20/h burst 4' \
		'syn-rate = 1000/s burst 5' 'extend = maybe' 'blocks = 5' 'port = 25'; do
		printf '[filter]\n%s\n' "$line" >"$LAB/own.conf"
		run "$sobig" attach mx0 --log "$log" -c "$LAB/own.conf"
		[ "$status" = 1 ]
		[[ $output == *"own.conf:2:"* ]]
	done
	is_clean
}

@test "another number of blocks than that of existing tables is refused, and the message says what to do" {
	start_daemon --blocks 5000 --persist
	"$sobig" status | grep -q '0 of 5000 (IPv4), 0 of 2500 (IPv6)'
	stop_daemon
	run "$sobig" attach mx0 --log "$log" --blocks 6000
	[ "$status" = 1 ]
	[[ $output == *'for 5000 blocks, not 6000'*'detach --all'* ]]
	start_daemon
	"$sobig" status | grep -q '0 of 5000 (IPv4)'
}

@test "a client of NAT64 is blocked alone, and the others that share its /64 are served" {
	local nat64_bad=64:ff9b::192.0.2.101 nat64_good=64:ff9b::192.0.2.102
	lab_address $nat64_bad
	lab_address $nat64_good
	start_server
	start_daemon
	offend $nat64_good 15
	offend $nat64_bad 16
	until_blocked $nat64_bad
	[ "$(reach $nat64_bad)" = silence ]
	[ "$(reach $nat64_good)" = connected ]
	[ "$(listed)" = 64:ff9b::c000:265/128 ]
	"$sobig" explain $nat64_bad | tee "$LAB/explained"
	grep -q 'worm-storm: more than 15' "$LAB/explained"
	# It is active after a restart, and unblock ends it.
	stop_daemon
	start_daemon
	[ "$(reach $nat64_bad)" = silence ]
	[ "$(reach $nat64_good)" = connected ]
	"$sobig" unblock $nat64_bad
	[ "$(reach $nat64_bad)" = connected ]
	# Manually, too, it is one address.
	"$sobig" block $nat64_bad
	[ "$(reach $nat64_bad)" = silence ]
	[ "$(reach $nat64_good)" = connected ]
}
