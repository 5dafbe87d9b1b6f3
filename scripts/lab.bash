# SPDX-License-Identifier: GPL-2.0-only
# Builds a mail host and a world of senders on one machine, for the sandbox and the live tests. To be sourced.
#
# All of it is in unnamed namespaces (mounts, network, processes) of one process: when that process
# ends, the kernel removes everything.
# shellcheck shell=bash

LAB=/mnt/lab # a tmpfs, seen only inside
LAB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
LAB_EXIMS=(/usr/sbin/exim4 /usr/sbin/exim /usr/exim/bin/exim /usr/local/sbin/exim)
LAB_MX=192.0.2.1
LAB_MX6=2001:db8::1

# Runs the command line again, inside the namespaces; usually "$0" "$@".
lab_enter() {
	export LAB_INSIDE=1
	# shellcheck disable=SC2016
	exec unshare --mount --net --pid --fork --kill-child=SIGKILL --mount-proc --propagation private -- \
		bash -euc '. "$1"; shift; lab_hide; exec "$@"' "$0" "$LAB_TOP/scripts/lab.bash" "$@"
}

# The same without privilege, as far as possible: the machine's configuration, state and exim are hidden.
lab_enter_unprivileged() {
	# shellcheck disable=SC2016
	exec unshare --user --map-current-user --keep-caps --mount --propagation private -- \
		bash -euc '. "$1"; shift; lab_hide_files; exec setpriv --inh-caps=-all --ambient-caps=-all -- "$@"' "$0" \
		"$LAB_TOP/scripts/lab.bash" "$@"
}

# Hides each of these files and folders of the machine, if it exists.
lab_hide_files() {
	local file
	for file in /etc/sobig-xdp.conf /etc/sobig-xdp.d /var/lib/sobig-xdp /usr/share/sobig-xdp /var/log/exim4 \
		"${LAB_EXIMS[@]}"; do
		if [ -d "$file" ]; then
			mount -t tmpfs -o mode=755 lab "$file"
		elif [ -e "$file" ]; then
			mount --bind /dev/null "$(readlink -f "$file")"
		fi
	done
}

# Mounts empty folders, visible only inside, over all that the program may read or write on the machine: its state, its
# configuration, the bpf file system, exim with its logs, the journal, logins, and the interfaces in /sys.
lab_hide() {
	local folder exim here=$PWD
	cd "$LAB_TOP" || return
	mount -t tmpfs -o mode=755 lab /mnt
	mkdir /mnt/etc /mnt/dpkg
	find /etc -mindepth 1 -maxdepth 1 ! -name 'sobig-xdp*' -exec cp -a -t /mnt/etc {} +
	mount --bind /mnt/etc /etc
	# Building packages needs the list of installed packages.
	[ ! -e /var/lib/dpkg ] || mount --bind /var/lib/dpkg /mnt/dpkg
	for folder in /var/lib /var/log /var/spool /run /usr/share/sobig-xdp; do
		[ ! -d $folder ] || mount -t tmpfs -o mode=755 lab $folder
	done
	mkdir /var/lib/dpkg
	mount --bind /mnt/dpkg /var/lib/dpkg
	mkdir -m 1777 /run/lock
	mount -t sysfs sysfs /sys
	mount -t bpf -o mode=700 bpf /sys/fs/bpf
	for exim in "${LAB_EXIMS[@]}"; do
		[ ! -e "$exim" ] || mount --bind /dev/null "$(readlink -f "$exim")"
	done
	# The clone can be below one of these folders.
	if [ ! -e "$LAB_TOP/scripts/lab.bash" ]; then
		mkdir -p "$LAB_TOP"
		mount --no-canonicalize --bind . "$LAB_TOP"
	fi
	cd "$here" || return
}

# This process is on the mail host; the world is the network namespace of a separate process.
lab_build() {
	local address
	# The commands below would remove the machine's own.
	if [ "$(awk '$2 == "/var/lib" { on = $1 } END { print on }' /proc/self/mounts)" != lab ]; then
		echo "the laboratory needs namespaces of its own; run it with: selftests/live/inside COMMAND" >&2
		return 1
	fi
	mkdir -p "$LAB"
	mount -t tmpfs -o mode=755 lab "$LAB"
	while umount /sys/fs/bpf 2>/dev/null; do :; done
	mount -t bpf -o mode=700 bpf /sys/fs/bpf
	mount -t tmpfs -o mode=755 lab /var/lib
	sysctl -qw net.ipv4.tcp_syncookies=1
	ip link set lo up
	unshare --net sleep infinity &
	LAB_WORLD=$!
	until [ "$(readlink /proc/$LAB_WORLD/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do
		sleep 0.01
	done
	ip link add mx0 type veth peer name world0 netns "$LAB_WORLD"
	ip address add "$LAB_MX/24" dev mx0
	ip address add "$LAB_MX6/64" dev mx0 nodad
	ip link set mx0 up
	world ip link set lo up
	world ip link set world0 up
	world ip address add 192.0.2.2/24 dev world0
	world ip address add 2001:db8::2/64 dev world0 nodad
	for address in "$@"; do
		lab_address "$address"
	done
	# All hosts are on the same link.
	ip route add default dev mx0
	ip -6 route add default dev mx0
}

# Adds an address to the world.
lab_address() {
	case $1 in
	*:*) world ip address add "$1/128" dev world0 nodad ;;
	*) world ip address add "$1/32" dev world0 ;;
	esac
}

world() {
	nsenter --net="/proc/$LAB_WORLD/ns/net" -- "$@"
}

# lab_install_exim PROGRAM: an exim with a user, a scanner and folders of its own.
lab_install_exim() {
	install -D -m 4755 "$1" "$LAB/sbin/exim"
	cp /etc/passwd "$LAB/passwd"
	cp /etc/group "$LAB/group"
	grep -q '^Debian-exim:' "$LAB/passwd" ||
		echo "Debian-exim:x:64999:64999::$LAB/spool:/bin/false" >>"$LAB/passwd"
	grep -q '^Debian-exim:' "$LAB/group" || echo 'Debian-exim:x:64999:' >>"$LAB/group"
	mount --bind "$LAB/passwd" /etc/passwd
	mount --bind "$LAB/group" /etc/group
	install -d -o Debian-exim -g Debian-exim "$LAB/spool" "$LAB/log" "$LAB/mail"

	cat >"$LAB/scan" <<-'EOF'
		#!/bin/sh
		# Prints what a virus scanner would, for the message and its parts, unpacked in the folder $1.
		grep -qrF 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE' "$1" && echo 'FOUND Eicar-Test-Signature'
		grep -qrF 'SOBIG.F-LIKE-MARKER' "$1" && echo 'FOUND W32.Sobig.F@mm'
		exit 0
	EOF
	chmod 755 "$LAB/scan"
}

# Debian's exim, unpacked by scripts/deps, as a mail host that accepts mail from all hosts.
lab_exim() {
	lab_install_exim "$1/build/exim/usr/sbin/exim4"
	cat >"$LAB/exim.conf" <<-EOF
		primary_hostname = mx.example
		exim_path = $LAB/sbin/exim
		spool_directory = $LAB/spool
		log_file_path = $LAB/log/%slog
		log_selector = +millisec +smtp_connection
		pid_file_path =
		deliver_drop_privilege
		daemon_smtp_ports = 25
		keep_environment =
		host_lookup =
		rfc1413_hosts =
		tls_advertise_hosts =
		smtp_accept_max = 200
		smtp_accept_queue_per_connection = 0
		av_scanner = cmdline:$LAB/scan %s:FOUND:FOUND (.+)
		acl_smtp_rcpt = check_rcpt
		acl_smtp_mime = check_mime
		acl_smtp_data = check_data
		domainlist local_domains = example.org
		begin acl
		check_rcpt:
		  accept domains = +local_domains
		         endpass
		         message = unknown user
		         local_parts = postmaster : alice : bob
		  deny   message = relay not permitted
		check_mime:
		  warn   decode = default
		  accept
		check_data:
		  deny   message = This message contains a virus (\$malware_name).
		         malware = *
		  accept
		begin routers
		local:
		  driver = accept
		  domains = +local_domains
		  local_parts = postmaster : alice : bob
		  transport = file
		begin transports
		file:
		  driver = appendfile
		  directory = $LAB/mail/\$local_part_data
		  maildir_format
		  user = Debian-exim
	EOF
	lab_start_exim
}

# Starts exim with $LAB/exim.conf and waits until it listens; LAB_EXIM is its pid.
# shellcheck disable=SC2034
lab_start_exim() {
	"$LAB/sbin/exim" -C "$LAB/exim.conf" -bdf &
	LAB_EXIM=$!
	for _ in $(seq 100); do
		[ -e "$LAB/log/mainlog" ] && ss -Hltn 'sport = :25' | grep -q . && return 0
		sleep 0.05
	done
	echo "exim did not start:" >&2
	cat "$LAB"/log/* >&2
	return 1
}

# lab_send FROM-ADDRESS [swaks option...]: sends one message with a real SMTP client; returns swaks' exit status.
lab_send() {
	local from=$1 to=$LAB_MX
	shift
	case $from in *:*) to=$LAB_MX6 ;; esac
	world swaks --silent 3 --server "$to" --local-interface "$from" --timeout 2 \
		--helo "host.example" --from "sender@example.net" --to alice@example.org "$@" \
		</dev/null >/dev/null 2>&1
}

# swaks' exit statuses (its manual, "EXIT CODES")
# shellcheck disable=SC2034
LAB_UNREACHED=2 LAB_REFUSED=26

# lab_virus FROM-ADDRESS [FILE]: the same with a message of SOBIG.F, or with another bad file.
lab_virus() {
	lab_send "$1" --header 'Subject: Re: Details' --body 'Please see the attached file for details.' \
		--attach-type application/octet-stream --attach-name details.pif --attach "@${2:-$LAB_SOBIG}"
}

LAB_SOBIG=$LAB/details.pif LAB_EICAR=$LAB/eicar.com

# Both are harmless. EICAR's test file is assembled here, so that no scanner reports this script.
lab_make_viruses() {
	printf 'MZ\220\000 this is no program: SOBIG.F-LIKE-MARKER\n' >"$LAB_SOBIG"
	# shellcheck disable=SC2016
	printf '%s%s' 'X5O!P%@AP[4\PZX54(P^)7CC)7}$' 'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*' >"$LAB_EICAR"
}
