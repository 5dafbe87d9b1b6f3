#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Behind a proxy, exim logs the client's address, and the packets have the proxy's: what is judged, and what is said.

bats_require_minimum_version 1.5.0
load live.bash

# install_exim LINE...: exim in all of its usual paths, with these lines in its configuration.
install_exim() {
	local path
	[ -x "$top/build/exim/usr/sbin/exim4" ] || skip 'needs exim (scripts/deps sandbox)'
	rm -f "$log"
	lab_exim "$top" 3>&-
	kill "$LAB_EXIM"
	wait "$LAB_EXIM" || true
	cp "$LAB/exim.conf" "$LAB/exim.base"
	configure_exim "$@"
	mkdir -p "$LAB/bin"
	printf '#!/bin/sh\nexec %s -C %s "$@"\n' "$LAB/sbin/exim" "$LAB/exim.conf" >"$LAB/bin/exim"
	chmod 755 "$LAB/bin/exim"
	mount --bind "$LAB/bin" /usr/local/sbin
	for path in /usr/sbin/exim4 /usr/sbin/exim; do
		[ ! -e $path ] || mount --bind "$LAB/bin/exim" $path
	done
}

configure_exim() {
	{ printf '%s\n' "$@"; cat "$LAB/exim.base"; } >"$LAB/exim.conf"
}

@test "a proxy is never blocked, and its direct neighbours are judged" {
	install_exim "hosts_proxy = $good"
	start_daemon
	grep -q "exim takes addresses of clients from proxies (hosts_proxy = $good): a block of a client behind one drops nothing" "$LAB/words"
	until_shows "^  proxies   hosts_proxy = $good: blocks of clients behind them drop nothing$"
	offend $good 20
	offend $bad 16
	until_blocked $bad
	[ -z "$("$sobig" list $good | grep -v ^ADDRESS)" ]
	"$sobig" allow list --all | grep "^$good .*exim's hosts_proxy"
	"$sobig" status >/dev/null
}

@test "where any client may be behind a proxy, no offence is judged, and status says so until that ends" {
	install_exim 'hosts_proxy = *'
	start_daemon
	grep -q 'exim may take the address of any client from a proxy (hosts_proxy = \*): no offence is judged' "$LAB/words"
	offend $bad 20
	until_shows '20 proxied'
	run "$sobig" status
	[ "$status" = 1 ]
	[[ $output == *'BEHIND A PROXY: exim may take the address of any client from a proxy (hosts_proxy = *), so no offence is judged'* ]]
	[ -z "$("$sobig" list | grep -v ^ADDRESS)" ]
	[ "$({ "$sobig" status -j || true; } | jq -c '.interfaces[0].daemon | [.proxies, .proxied]')" = '["hosts_proxy = *",true]' ]
	configure_exim 'hosts_proxy ='
	kill -HUP "$daemon"
	until grep -q 'exim takes no addresses of clients from proxies any more' "$LAB/words"; do sleep 0.05; done
	offend $bad 16
	until_blocked $bad
	until_shows '^OK: '
}

# A connection from ADDRESS, with a PROXY header for CLIENT: a refused recipient, then an accepted message.
proxied() {
	world python3 - "$1" "$2" $LAB_MX <<-'EOP'
		import socket, sys
		source, client, to = sys.argv[1:]
		peer = socket.create_connection((to, 25), 10, (source, 0))
		peer.sendall(f"PROXY TCP4 {client} {to} 4711 25\r\n".encode())
		answers = peer.makefile("rb")
		def say(text):
		    if text:
		        peer.sendall(text + b"\r\n")
		    while (answer := answers.readline())[3:4] == b"-":
		        pass
		    return answer[:3]
		assert say(b"") == b"220"
		assert say(b"EHLO client.example") == b"250"
		assert say(b"MAIL FROM:<s@e>") == b"250"
		assert say(b"RCPT TO:<nobody@elsewhere.example>") == b"550"
		assert say(b"RCPT TO:<alice@example.org>") == b"250"
		assert say(b"DATA") == b"354"
		assert say(b"Subject: x\r\n\r\nhello\r\n.") == b"250"
		say(b"QUIT")
	EOP
}

@test "a real exim's rejection does not tell a proxied client from a direct one, and its arrival does" {
	local rejection arrival
	install_exim "hosts_proxy = $good"
	sed -i 's/^log_selector = .*/& +proxy +incoming_interface/' "$LAB/exim.conf"
	lab_start_exim 3>&-
	proxied $good 203.0.113.99
	for _ in $(seq 100); do ! grep -q ' <= ' "$log" || break; sleep 0.02; done
	cat "$log"
	rejection=$(grep 'rejected RCPT' "$log") arrival=$(grep ' <= ' "$log")
	[[ $rejection == *" [203.0.113.99]"*" I=[$LAB_MX]:25 "* ]]
	[[ $rejection != *"$good"* && $rejection != *PRX=* ]]
	[[ $arrival == *" [203.0.113.99]"*" PRX=$good "* ]]
	[ "$("$sobig" parse --arrivals "$log" | grep -c arrival)" = 0 ]
	[ "$(sed "s/ PRX=$good//" "$log" | "$sobig" parse --arrivals | grep -c 'arrival.*203.0.113.99')" = 1 ]
}
