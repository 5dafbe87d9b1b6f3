#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Who must come through and who must be caught with the default rules, each beside a neighbour.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	loop=${SOBIG_BUILD:-$top/build}/selftests/judge_loop
}

# judge SCENARIO: each of its hosts fares as it must.
judge() {
	TZ=UTC python3 "$top/selftests/replay/scenarios.py" "$loop" "$1"
}

@test "each scenario is among these tests" {
	for name in $(python3 "$top/selftests/replay/scenarios.py" --list); do
		grep -qx "	judge $name" "$BATS_TEST_FILENAME"
	done
}

@test "a provider with 200 good messages a day that relays a wave of spam each day comes through" {
	judge provider-relays-a-wave-each-day
}

@test "a newsletter with 5 % dead addresses in 20 minutes comes through, of a new sender, too" {
	judge newsletter-with-dead-addresses
}

@test "an alumni forwarder whose senders fail verification comes through" {
	judge alumni-forwarder
}

@test "a backup MX that drains its queue with 40 % unknown users comes through" {
	judge backup-mx-drains-its-queue
}

@test "an office with a worm inside is blocked for a while, and all of its mail arrives" {
	judge office-with-a-worm-inside
}

@test "a known sender that offends for days is never blocked for more than a day" {
	judge known-sender-with-a-worm-for-days
}

@test "a good server with a printer behind it that tries to relay comes through" {
	judge printer-that-tries-to-relay
}

@test "phones with an old password behind one NAT are not blocked" {
	judge phones-with-an-old-password
}

@test "an IPv6 /64 that the customers of a hoster share comes through" {
	judge shared-subnet
}

@test "a DNS list that lists everybody blocks at most three known senders" {
	judge list-that-lists-everybody
}

@test "a scanner that rejects everybody blocks at most three known senders" {
	judge scanner-that-rejects-everybody
}

@test "strangers in bursts of 3 to 30 infected messages are caught" {
	judge strangers-in-bursts
}

@test "guessing from one address at 1 a minute for hours is caught" {
	judge patient-guessing
}

@test "a /24 with one try a host and minute is caught, and its known sender comes through" {
	judge network-with-shared-work
}

@test "a /48 with a new /64 for every five tries is caught, and its known sender comes through" {
	judge network-with-ever-new-subnets
}

@test "bounces to forged addresses lead to a short block of strangers, and to none of known senders that outlives them" {
	judge bounces-to-forged-addresses
}

@test "20,000 strangers in ten minutes are blocked at full speed" {
	judge storm-of-strangers-at-full-speed
}

@test "600 known subnets of one /48 that offend together do not set off the brake" {
	judge owner-of-a-network-and-the-brake
}
