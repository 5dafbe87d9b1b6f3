#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Commands that make runs do not touch the machine: inside hides it, and untouched detects each access.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	untouched=$top/selftests/untouched
	inside=$top/selftests/live/inside
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	[ -n "${LAB_INSIDE-}" ] || skip 'needs root and namespaces'
}

# seen WORDS COMMAND: its access to the stand-in is reported with WORDS, although it succeeds.
seen() {
	run "$untouched" bash -euc "$2"
	echo "$output"
	[ "$status" = 1 ]
	grep -qE -- "$1" <<<"$output"
}

@test "a command that does nothing leaves the machine untouched" {
	run "$untouched" true
	echo "$output"
	[ "$status" = 0 ]
	[ -z "$output" ]
}

@test "the failure of a command is reported, too" {
	run "$untouched" sh -c 'exit 7'
	[ "$status" = 7 ]
}

@test "writing the state, the configuration or exim's log is detected" {
	seen 'after: +file: /var/lib/sobig-xdp/x ' 'touch /var/lib/sobig-xdp/x'
	seen 'after: +file: /var/lib/sobig-xdp/state.db ' 'echo >>/var/lib/sobig-xdp/state.db'
	seen 'before: +file: /var/lib/sobig-xdp/state.db ' 'rm -r /var/lib/sobig-xdp'
	seen 'after: +file: /etc/sobig-xdp.d/x ' 'touch /etc/sobig-xdp.d/x'
	seen 'after: +file: /var/log/exim4/mainlog ' 'echo >>/var/log/exim4/mainlog'
	seen 'after: +file: /run/sobig-xdp ' 'mkdir /run/sobig-xdp'
}

@test "reading the state, the configuration or exim's log is detected" {
	seen 'after: +read: /var/lib/sobig-xdp/state.db' 'cat /var/lib/sobig-xdp/state.db'
	seen 'after: +read: /etc/sobig-xdp.conf' 'cat /etc/sobig-xdp.conf'
	seen 'after: +read: /etc/sobig-xdp.d ' 'ls /etc/sobig-xdp.d'
	seen 'after: +read: /var/log/exim4/mainlog' 'cat /var/log/exim4/mainlog'
}

@test "removing, adding or changing a pin is detected" {
	seen 'before: +pin: /sys/fs/bpf/sobig-xdp/blocked4' 'rm /sys/fs/bpf/sobig-xdp/blocked4'
	seen 'after: +pin: /sys/fs/bpf/x ' 'mkdir /sys/fs/bpf/x'
	seen 'before: +key: 01 02 03 04' 'bpftool map delete pinned /sys/fs/bpf/sobig-xdp/blocked4 key 1 2 3 4'
}

@test "asking exim is detected" {
	seen 'exim was called: /usr/sbin/exim4 -bP log_file_path' 'exim4 -bP log_file_path'
	seen 'exim was called: /usr/sbin/exim -bV' 'exim -bV'
}

@test "changing an interface or sending a packet is detected" {
	seen 'after: .* x@y: ' 'ip link add x type veth peer name y'
	seen 'after: .*203.0.113.1/24' 'ip address add 203.0.113.1/24 dev eth0'
	seen 'net.ipv4.tcp_syncookies' 'sysctl -qw net.ipv4.tcp_syncookies=0'
	seen '^ +after: ' 'python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b\"x\", (\"127.0.0.1\", 9))"'
	seen '^ +after: ' 'python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b\"x\", (\"192.0.2.9\", 9))"'
}

@test "a process or a mount that is left is detected" {
	seen 'process: [0-9]+ sleep 1000' 'sleep 1000 &'
	seen 'after: +mount: .* /opt ' 'mount -t tmpfs x /opt'
}

@test "inside, none of this touches the machine" {
	run "$untouched" "$inside" bash -c '
		cat /etc/sobig-xdp.conf /etc/sobig-xdp.d/* /var/lib/sobig-xdp/* /var/log/exim4/mainlog
		mkdir -p /var/lib/sobig-xdp /etc/sobig-xdp.d /var/log/exim4 /run/sobig-xdp
		touch /var/lib/sobig-xdp/state.db /etc/sobig-xdp.conf /etc/sobig-xdp.d/x /var/log/exim4/mainlog
		rm -rf /sys/fs/bpf/* /var/lib/sobig-xdp
		exim4 -bP; exim -bV; /usr/sbin/exim4 -bP
		ip link add x type veth peer name y
		ip link set lo up
		sysctl -qw net.ipv4.tcp_syncookies=0
		python3 -c "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b\"x\", (\"127.0.0.1\", 9))"
		mount -t tmpfs x /tmp
		sleep 1000 &
		exit 0'
	echo "$output"
	[ "$status" = 0 ]
}

@test "without privilege there is none inside, and the machine is not touched either" {
	mkdir -p /run/clone/selftests
	cp -a "$top/scripts" /run/clone
	cp -a "$top/selftests/live" /run/clone/selftests
	cp "$sobig" /run/clone/sobig-xdp
	local nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	"${nobody[@]}" unshare --user --map-current-user --keep-caps --mount true || skip 'users may have no namespaces here'
	# Where all users can read it, and nothing is mounted over it.
	mount --bind /run/clone /srv
	run "$untouched" "${nobody[@]}" /srv/selftests/live/inside sh -c '
		grep -E "^Cap(Eff|Prm|Inh|Amb)" /proc/self/status
		echo "uid $(id -u) lab ${LAB_INSIDE-}"
		/srv/sobig-xdp check >/dev/null && ! /usr/sbin/exim4 -bP'
	umount /srv
	echo "$output"
	[ "$status" = 0 ]
	[ "$(grep -c '^Cap.*:	0000000000000000$' <<<"$output")" = 4 ]
	grep -qx 'uid 65534 lab ' <<<"$output"
	! grep -q 'not as it was' <<<"$output"
}

@test "make runs its tests, the fuzzer, the bench and the package's build inside" {
	cd "$top"
	for line in 'test:selftests/run' 'fuzz:selftests/fuzz/run' 'bench:python3 selftests/bench/' 'deb:lintian'; do
		echo "$line"
		make -n "${line%%:*}" SAN= | grep -qE "(^| )selftests/live/inside ${line#*:}"
	done
	grep -q 'lab_enter' scripts/sandbox
}

@test "with its defaults, sobig-xdp touches the machine, but not inside" {
	# Each of these looks for something of the machine.
	for command in "check" "list" "allow add 203.0.113.9" "parse /dev/null"; do
		run "$untouched" "$inside" "$sobig" $command
		echo "$command: $output"
		! grep -q 'not as it was' <<<"$output" || false
	done
	seen 'read: /etc/sobig-xdp.conf' "'$sobig' check || true"
	seen '/var/lib/sobig-xdp/' "'$sobig' allow add 203.0.113.9 -c /dev/null || true"
}

@test "inside there is a bpf file system, even if the machine has none" {
	run env LAB_INSIDE= unshare --mount --propagation private sh -c '
		while umount /sys/fs/bpf 2>/dev/null; do :; done
		[ "$(stat -f -c %T /sys/fs/bpf)" != bpf_fs ] && exec "$@"' - "$inside" env CMOCKA_MESSAGE_OUTPUT=TAP "${SOBIG_BUILD:-$top/build}/selftests/test_front"
	echo "$output"
	[ "$status" = 0 ]
	! grep -q '^not ok' <<<"$output"
}

@test "a clone below one of the hidden folders is still visible" {
	mkdir -p /run/clone/selftests
	cp -a "$top/scripts" /run/clone
	cp -a "$top/selftests/live" /run/clone/selftests
	run bash -c 'cd /run/clone/selftests && LAB_INSIDE= live/inside sh -c "pwd; ls live/inside; ls -d /run/clone/scripts/deps"'
	echo "$output"
	[ "$output" = $'/run/clone/selftests\nlive/inside\n/run/clone/scripts/deps' ]
}

@test "the laboratory is not built where it would remove the machine's own files" {
	run "$untouched" env LAB_INSIDE=1 bash -c '. "$1"; lab_build' - "$top/scripts/lab.bash"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *'needs namespaces of its own'* ]]
	! grep -q 'not as it was' <<<"$output"
}
