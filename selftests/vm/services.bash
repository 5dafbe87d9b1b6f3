# SPDX-License-Identifier: GPL-2.0-only
# The package, its units, and a systemd that runs them: the tests, to be sourced.
# shellcheck shell=bash disable=SC2086,SC2100,SC2154

sobig=/usr/sbin/sobig-xdp
pins=/sys/fs/bpf/sobig-xdp
package=$(echo "$top"/build/deb/sobig-xdp_*.deb)
unit=sobig-xdp@able.service
log=/var/log/mainlog

# A dpkg that knows of no other package: to read of all those of this machine takes minutes here.
pack() {
	DEBIAN_FRONTEND=noninteractive dpkg --admindir=/var/tmp/dpkg --force-depends "$@" </dev/null
}

# Once, before the first test.
begin() {
	: >$log
	mkdir -p /var/tmp/dpkg/{info,updates,triggers,parts}
	: >/var/tmp/dpkg/status
	pack -i "$package"
	systemctl daemon-reload
}

set_up() {
	echo "SOBIG_XDP_OPTIONS=--log $log" >/etc/default/sobig-xdp
	watcher=
	since=$(date +%s)
}

tear_down() {
	[ -z "$watcher" ] || kill "$watcher" 2>/dev/null || true
	systemctl stop $unit || true
	systemctl reset-failed $unit 2>/dev/null || true
	[ ! -x $sobig ] || $sobig detach --all >/dev/null || true
	journalctl -q --no-hostname -o cat -u $unit --since "@$since" || true
}

begin_watch() {
	exec {watch}< <(exec python3 "$top/selftests/vm/watch.py" able)
	watcher=$!
	read -rt 20 _ <&"$watch"
}

# The interface was looked at all the time, and never found without a program; programs came and went.
never_bare() {
	local looks bare programs
	kill "$watcher"
	watcher=
	read -rt 20 looks bare programs <&"$watch"
	exec {watch}<&-
	echo "$looks looks, $bare without a program, programs seen: $programs"
	[ "$looks" -gt 20 ]
	same 'looks that found no program' "$bare" 0
	[ "$programs" -ge "${1-2}" ]
}

start() {
	systemctl start $unit
	same state "$(systemctl is-active $unit)" active
}

main_pid() {
	systemctl show --property=MainPID --value $unit
}

# is_protected: the blocked peer is dropped, its neighbour served.
is_protected() {
	reach able 'silence connected' $bad $good
}

is_bare() {
	local link
	link=$(ip link show able)
	[[ "$link" != *xdp* ]]
	[ ! -e "$pins" ]
	reach able 'connected connected' $bad $good
}

# until COMMAND...: within half a minute.
until_so() {
	local _
	for _ in {1..120}; do
		! "$@" || return 0
		sleep 0.25
	done
	echo "not so in half a minute: $*"
	return 1
}

# offend PEER: sixteen lines, as exim writes them.
offend() {
	local now _
	now=$(date '+%F %T')
	for _ in {1..16}; do
		echo "$now 1xVO3f-00036y-2K H=(h) [198.18.1.$1] F=<s@e> rejected after DATA: This message contains a virus (x)."
	done >>$log
}

has_new_pid() {
	local pid
	pid=$(main_pid)
	[ "$pid" != 0 ] && [ "$pid" != "$1" ] && [ "$(systemctl is-active $unit)" = active ]
}

test_the_package_protects_no_interface_by_itself() {
	same 'units of ours that run' "$(systemctl list-units --no-legend --plain 'sobig-xdp*')" ''
	[[ "$(ip link show able)" != *xdp* ]]
	[ -e /etc/sobig-xdp.conf ]
	[ -e /usr/share/bash-completion/completions/sobig-xdp ]
	[ -e /usr/share/man/man5/sobig-xdp.conf.5.gz ]
}

test_the_service_starts_notifies_readiness_and_blocks_offenders_of_the_log() {
	start
	has "$($sobig status)" 'OK: able protected'
	offend "$bad"
	until_so eval "$sobig list | grep -q 198.18.1.$bad"
	is_protected
	systemctl stop $unit
	is_bare
}

test_it_starts_after_exim_with_either_name_of_its_unit() {
	local other
	for other in exim exim4; do
		has "$(systemctl show -P After $unit)" "$other.service"
	done
}

test_its_exposure_is_2_0_or_better() {
	local exposure
	exposure=$(systemd-analyze security $unit | sed -n 's/.*exposure level for [^:]*: \([0-9.]*\).*/\1/p')
	echo "exposure: $exposure"
	[ "${exposure/./}" -le 20 ]
}

test_the_running_process_reloads_and_logs_it_in_the_journal() {
	local pid
	start
	pid=$(main_pid)
	$sobig block "198.18.1.$bad"
	printf '[filter]\nports = 25, 26\n' >/etc/sobig-xdp.conf
	begin_watch
	systemctl reload $unit
	until_so eval "journalctl -u $unit -o cat --since @$since | grep -q 'configuration reloaded'"
	never_bare 1
	same state "$(systemctl is-active $unit)" active
	same 'main process' "$(main_pid)" "$pid"
	is_protected
	: >/etc/sobig-xdp.conf
}

test_a_restart_never_leaves_the_interface_unfiltered_and_the_blocks_stay() {
	local pid
	start
	pid=$(main_pid)
	$sobig block "198.18.1.$bad"
	begin_watch
	systemctl restart $unit
	never_bare
	has_new_pid "$pid"
	is_protected
	systemctl stop $unit
	is_bare
}

test_a_killed_daemon_is_restarted_and_the_filter_stays_meanwhile() {
	local pid
	start
	pid=$(main_pid)
	$sobig block "198.18.1.$bad"
	begin_watch
	kill -KILL "$pid"
	until_so has_new_pid "$pid"
	never_bare
	is_protected
}

test_the_watchdog_restarts_a_hung_daemon_and_the_filter_stays() {
	local pid
	mkdir -p /run/systemd/system/$unit.d
	printf '[Service]\nWatchdogSec=5s\n' >/run/systemd/system/$unit.d/watchdog.conf
	systemctl daemon-reload
	start
	pid=$(main_pid)
	$sobig block "198.18.1.$bad"
	sleep 8
	same 'main process, while all was well' "$(main_pid)" "$pid"
	begin_watch
	kill -STOP "$pid"
	until_so has_new_pid "$pid"
	never_bare
	is_protected
	rm -r /run/systemd/system/$unit.d
	systemctl daemon-reload
}

test_stop_leaves_nothing_on_the_interface_and_no_pins() {
	start
	$sobig block "198.18.1.$bad"
	is_protected
	systemctl stop $unit
	is_bare
	same 'how it ended' "$(systemctl show --property=Result --value $unit)" success
}

test_with_invalid_options_it_fails_without_a_restart_and_leaves_nothing() {
	echo 'SOBIG_XDP_OPTIONS=--no-such-option' >/etc/default/sobig-xdp
	same 'status of the start' "$(systemctl start $unit 2>/dev/null || echo $?)" 1
	sleep 2
	same state "$(systemctl is-failed $unit)" failed
	is_bare
}

test_a_separate_service_looks_up_a_host_allowed_by_name_and_it_is_not_blocked() {
	echo "198.18.1.$good friend.example" >>/etc/hosts
	printf '[allow]\nhost = friend.example\n' >/etc/sobig-xdp.conf
	start
	offend "$good"
	offend "$bad"
	until_so eval "$sobig list | grep -q 198.18.1.$bad"
	is_protected
	[ "$(systemctl show --property=NAccepted --value sobig-xdp-lookup.socket)" -ge 1 ]
	: >/etc/sobig-xdp.conf
	systemctl stop $unit
	until_so eval '! systemctl --quiet is-active sobig-xdp-lookup.socket'
}

test_without_logind_it_warns_that_it_cannot_find_ssh_logins() {
	[ ! -e /run/systemd/seats ]
	start
	has "$(journalctl -q -o cat -u $unit --since "@$since")" 'systemd-logind is not running, and this process may not look into ssh daemons'
}

# As Debian's packages have them, but for the passwords.
start_sshd() {
	grep -q '^messagebus:' /etc/passwd || echo 'messagebus:x:64997:64997::/nonexistent:/bin/false' >>/etc/passwd
	grep -q '^messagebus:' /etc/group || echo 'messagebus:x:64997:' >>/etc/group
	grep -q '^sshd:' /etc/passwd || echo 'sshd:x:64998:65534::/run/sshd:/bin/false' >>/etc/passwd
	mkdir -p /etc/pam.d /run/sshd /root
	printf '%s\n' 'auth required pam_permit.so' 'account required pam_permit.so' 'session required pam_systemd.so' >/etc/pam.d/sshd
	ssh-keygen -q -t ed25519 -N '' -f /tmp/host
	ssh-keygen -q -t ed25519 -N '' -f /tmp/key
	printf '%s\n' 'HostKey /tmp/host' 'AuthorizedKeysFile /tmp/key.pub' 'PermitRootLogin yes' 'UsePAM yes' 'StrictModes no' \
		'PidFile none' 'UseDNS no' 'LoginGraceTime 0' >/tmp/sshd_config
	systemctl start dbus.socket systemd-logind.service
	systemd-run -q --unit=door /usr/sbin/sshd -D -e -f /tmp/sshd_config
	until_so eval 'ss -Hltn "sport = :22" | grep -q .'
}

# Without a terminal, so that utmp knows nothing of it.
log_in() {
	mkfifo /tmp/say
	nsenter --net=/run/netns/able-world -- ssh -F none -b "198.18.1.$1" -i /tmp/key -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o ConnectTimeout=60 root@198.18.1.1 cat </tmp/say >/tmp/ssh 2>&1 &
	exec 8>/tmp/say
}

test_logind_reports_a_host_with_an_ssh_login_and_it_is_not_blocked_until_the_logout() {
	start
	start_sshd
	log_in "$good"
	until_so eval "grep -qs '^REMOTE_HOST=198.18.1.$good' /run/systemd/sessions/*" || {
		cat /tmp/ssh
		journalctl -q -o cat -u door -u dbus -u systemd-logind --since "@$since"
		false
	}
	sleep 8
	offend "$good"
	offend "$bad"
	until_so eval "$sobig list | grep -q 198.18.1.$bad"
	is_protected
	exec 8>&-
	until_so eval "! grep -qs '^REMOTE_HOST=198.18.1.$good' /run/systemd/sessions/*"
	sleep 8
	offend "$good"
	until_so eval "$sobig list | grep -q 198.18.1.$good"
	systemctl stop door systemd-logind dbus.socket dbus
}

figures() {
	python3 -c 'import urllib.request; print(urllib.request.urlopen("http://127.0.0.1:9762/metrics", timeout=10).read().decode())' 2>/dev/null
}

test_a_separate_service_serves_the_metrics() {
	start
	$sobig block "198.18.1.$bad"
	systemctl start sobig-xdp-metrics
	until_so eval 'figures >/tmp/figures'
	has "$(cat /tmp/figures)" 'sobig_xdp[a-z_]*\{[^}]*able'
	systemctl stop sobig-xdp-metrics
	journalctl -q -o cat -u sobig-xdp-metrics --since "@$since"
}

# As Debian's package has it, but for the configuration.
install_exim() {
	grep -q '^Debian-exim:' /etc/passwd || echo 'Debian-exim:x:64999:64999::/var/spool/exim4:/bin/false' >>/etc/passwd
	grep -q '^Debian-exim:' /etc/group || echo 'Debian-exim:x:64999:' >>/etc/group
	mkdir -p /etc/exim4 /var/log/exim4 /var/spool/exim4
	: >/var/log/exim4/mainlog
	chmod 640 /var/log/exim4/mainlog
	chown -R Debian-exim:adm /var/log/exim4 /var/spool/exim4
	install -m 4755 "$top/build/exim/usr/sbin/exim4" /usr/sbin/exim4
	cat >/etc/exim4/exim4.conf <<-'END'
		spool_directory = /var/spool/exim4
		log_file_path = /var/log/exim4/%slog
		hostlist relay_from_hosts = 198.18.1.9
		keep_environment =
	END
}

test_a_separate_service_asks_exim_for_its_log_and_its_relays() {
	local said
	install_exim
	: >/etc/default/sobig-xdp
	start
	log=/var/log/exim4/mainlog offend "$theirs"
	log=/var/log/exim4/mainlog offend "$bad"
	until_so eval "$sobig list | grep -q 198.18.1.$bad"
	reach able 'silence connected connected' $bad $good $theirs
	said=$(journalctl -q -o cat -u $unit --since "@$since")
	has "$said" 'following /var/log/exim4/mainlog'
	[ "$(systemctl show --property=NAccepted --value sobig-xdp-exim.socket)" -ge 3 ]
	rm -r /usr/sbin/exim4 /etc/exim4
}

test_an_upgrade_of_the_package_never_leaves_the_interface_unfiltered_and_the_blocks_stay() {
	local pid
	start
	pid=$(main_pid)
	$sobig block "198.18.1.$bad"
	begin_watch
	pack -i "$package"
	never_bare
	has_new_pid "$pid"
	is_protected
}

test_removing_the_package_detaches_the_filter_and_purging_it_deletes_the_state() {
	start
	$sobig block "198.18.1.$bad"
	pack -r sobig-xdp
	is_bare
	[ -e /etc/sobig-xdp.conf ]
	[ -d /var/lib/sobig-xdp ]
	pack -P sobig-xdp
	same 'what is left' "$(ls -d /etc/sobig-xdp* /var/lib/sobig-xdp $sobig 2>/dev/null || true)" ''
}
