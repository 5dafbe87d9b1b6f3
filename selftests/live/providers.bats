#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The list of large providers is made from their SPF records, completely or not at all; the test has its own DNS server.

load live

setup() {
	need_lab
	start_lab
	list=$LAB/providers
	cat >"$list" <<-'EOT'
		# Networks of providers
		# As of 2001-01-01

		## Big: _spf.big.example
		192.0.2.1 # Big, long ago

		## By name: ptr.example
		# Stays.
		198.51.100.9 # By name, by hand

		## Gone: gone.example
		198.51.100.10 # Gone, long ago
	EOT
}

# serve_dns RECORD...: dnsmasq's options.
serve_dns() {
	command -v dnsmasq >/dev/null && command -v dig >/dev/null || skip 'needs dnsmasq and dig'
	dnsmasq --keep-in-foreground --conf-file=/dev/null --no-resolv --no-hosts --port=5353 --user=root \
		--listen-address=127.0.0.1 --bind-interfaces --pid-file= --local=/example/ "$@" 3>&- &
	dns=$!
	until ss -Hlun 'sport = :5353' | grep -q .; do sleep 0.02; done
}

refresh() {
	"$top/scripts/data/refresh-providers" --server '127.0.0.1#5353' "$list"
}

big=(
	'--txt-record=_spf.big.example,v=spf1 include:_a.big.example include:_b.big.example ?include:_a.big.example ~all'
	'--txt-record=_a.big.example,v=spf1 ip4:9.9.9.0/24 ip4:9.9.10.7/2,4 ip6:2620:fe::/48 -ip4:9.9.11.0/24 ~all'
	'--txt-record=_b.big.example,some other word'
	'--txt-record=_b.big.example,v=spf1 a:out.big.example ip4:0.0.0.0/0 ip4:10.0.0.0/8 redirect=_c.big.example'
	'--txt-record=_c.big.example,v=spf1 +ip4:8.8.4.4 exists:%{i}.big.example include:_spf.big.example -all'
	'--host-record=out.big.example,1.1.1.1,2606:4700::1111'
)

@test "a section contains what the SPF record and its includes allow" {
	serve_dns "${big[@]}" '--txt-record=ptr.example,v=spf1 ptr:ptr.example ?all' '--txt-record=gone.example,v=spf1 ip4:7.7.7.7 -all'
	run refresh
	echo "$output"
	[ "$status" = 1 ] # one names no address
	[[ $output == *'Big: not taken: 0.0.0.0/0, 10.0.0.0/8, exists:%{i}.big.example'* ]]
	[[ $output == *'By name: ptr.example names no address; its block stays as it was'* ]]
	cat "$list"
	diff - "$list" <<-EOT
		# Networks of providers
		# As of $(date +%F)

		## Big: _spf.big.example
		1.1.1.1/32 # Big, _b.big.example
		8.8.4.4/32 # Big, _c.big.example
		9.9.9.0/24 # Big, _a.big.example
		9.9.10.0/24 # Big, _a.big.example
		2606:4700::1111/128 # Big, _b.big.example
		2620:fe::/48 # Big, _a.big.example

		## By name: ptr.example
		# Stays.
		198.51.100.9 # By name, by hand

		## Gone: gone.example
		7.7.7.7/32 # Gone, gone.example
	EOT
	[ "$(stat -c %a "$list")" = 644 ]
}

@test "a section whose record cannot be looked up stays as it was, and so do all without DNS" {
	serve_dns "${big[@]}" '--txt-record=ptr.example,v=spf1 ip4:7.7.7.7 -all'
	run refresh
	[ "$status" = 1 ]
	[[ $output == *'Gone: gone.example has no SPF record; its block stays as it was'* ]]
	grep -q '^198.51.100.10 # Gone, long ago' "$list"
	grep -q '^9.9.9.0/24 ' "$list"
	kill "$dns"
	sed -i 's/^# As of .*/# As of 2001-01-01/' "$list"
	cp "$list" "$LAB/before"
	run refresh
	[ "$status" = 1 ]
	diff "$LAB/before" "$list"
	[ "$(find "$LAB" -maxdepth 1 -name '.providers*' | wc -l)" = 0 ]
}

@test "the shipped list can be refreshed: it has the names to look up" {
	[ "$(grep -c '^## [^:]*: [a-z0-9._-]*$' "$top/scripts/data/providers")" -ge 7 ]
	run "$top/scripts/data/refresh-providers"
	[ "$status" = 2 ]
	[[ $output == *usage:* ]]
}
