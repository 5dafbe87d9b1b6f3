# SPDX-License-Identifier: GPL-2.0-only
# Disguised SYNs of a blocked host, on a real stack: none that is answered for its neighbour is answered for it.

load live.bash

mac_of() {
	sed 's/.*ether \([^ ]*\).*/\1/'
}

setup() {
	local name address
	need_lab
	for python in python3 /usr/bin/python3 ''; do
		[ -n "$python" ] || skip 'needs scapy (scripts/deps test)'
		! "$python" -c 'import scapy' 2>/dev/null || break
	done
	# No interface has the peers' addresses, so that no kernel answers for them; the mail host has static neighbour entries.
	lab_build
	mkdir -p "$LAB/log"
	: >"$log"
	mac=$(world ip -o link show world0 | mac_of) to_mac=$(ip -o link show mx0 | mac_of)
	for address in $bad $bad6 $good $good6; do
		ip neigh replace "$address" lladdr "$mac" dev mx0 nud permanent
	done
	sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.mx0.rp_filter=0 net.ipv4.conf.default.rp_filter=0
	add_vlans
	start_server
	# No two connections of this file have the same ports, as the tests share the stack.
	port=$((10000 * BATS_TEST_NUMBER))
}

# Needs a kernel with VLANs. Answers have no tags.
add_vlans() {
	vlans=
	ip link add link mx0 name mx0.10 type vlan id 10 2>/dev/null || return 0
	ip link add link mx0.10 name mx0.10.20 type vlan id 20
	ip link add link mx0 name mx0.30 type vlan proto 802.1ad id 30
	for name in mx0.10 mx0.10.20 mx0.30; do ip link set "$name" up; done
	vlans=--vlans
}

evade() {
	world "$python" "$top/selftests/live/evader.py" world0 "$mac" "$to_mac" "$1" "$2" \
		$LAB_MX $LAB_MX6 --port $port $vlans "${@:3}"
	port=$((port + 400))
}

# Prints the names of the disguises with this result, from the output of evade.
came_to() {
	grep -E "^($1) " "$2" | cut -d' ' -f2 | sort
}

# True if all names of the first list are in the second; prints those that are not.
not_below() {
	comm -23 "$1" "$2" | tee "$LAB/wrong"
	[ ! -s "$LAB/wrong" ]
}

# The disguises that the stack accepts without a filter: at least those that must be served.
check_stack() {
	evade $good $good6 --must | sort >"$LAB/must"
	evade $good $good6 >"$LAB/bare"
	came_to served "$LAB/bare" >"$LAB/taken"
	[ "$(wc -l <"$LAB/must")" -ge 60 ]
	not_below "$LAB/must" "$LAB/taken"
}

check_evasion_in_mode() {
	check_stack
	start_daemon --mode "$1"
	"$sobig" status | grep -q "$1 mode"
	"$sobig" block $bad $bad6
	evade $good $good6 >"$LAB/neighbour"
	not_below "$LAB/taken" <(came_to served "$LAB/neighbour")
	evade $bad $bad6 >"$LAB/blocked"
	[ "$(wc -l <"$LAB/blocked")" = "$(wc -l <"$LAB/bare")" ]
	# A packet that is not a SYN may be refused.
	came_to 'served|answered' "$LAB/blocked" | tee "$LAB/wrong"
	[ ! -s "$LAB/wrong" ]
	[ "$("$sobig" list -j --ndjson | grep -c '"drops":0')" = 0 ]
	stop_daemon
	evade $bad $bad6 >"$LAB/freed"
	not_below "$LAB/taken" <(came_to served "$LAB/freed")
}

@test "a blocked host gets no answer to any disguised SYN that is answered for its neighbour, native" {
	check_evasion_in_mode native
}

@test "a blocked host gets no answer to any disguised SYN that is answered for its neighbour, generic" {
	check_evasion_in_mode generic
}
