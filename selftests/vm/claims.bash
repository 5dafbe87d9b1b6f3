# SPDX-License-Identifier: GPL-2.0-only
# What depends on the kernel, its drivers, and libxdp's dispatcher, which not every kernel allows: the tests, to be sourced.
# shellcheck shell=bash disable=SC2086,SC2154
#
# On an imitated processor each program that is started costs a twentieth of a second or more: hence few of them.

sobig=$top/build/sobig-xdp
pins=/sys/fs/bpf/sobig-xdp
lab=/tmp/lab

set_up() {
	mkdir "$lab"
	: >"$lab/mainlog"
	daemon='' dropped=0 their_program='' their_drops=0
}

tear_down() {
	local wire
	if [ -n "$daemon" ] && kill -KILL "$daemon" 2>/dev/null; then
		wait "$daemon" 2>/dev/null || true
	fi
	for wire in "${!number[@]}"; do
		[[ "$(ip link show "$wire")" != *xdp* ]] || xdp-loader unload --all "$wire" || ip link set dev "$wire" xdp off
	done
	# What is remembered of one test is no matter of the next.
	rm -rf "$lab" "$pins" /sys/fs/bpf/xdp /sys/fs/bpf/xdp-filter /var/lib/sobig-xdp
}

# launch WIRE [OPTION...]: attaches, without a terminal, and waits until it is ready. Its messages are in $words, the mode in $mode.
launch() {
	local event=
	exec {events}< <(exec "$sobig" attach -j "$1" --log "$lab/mainlog" "${@:2}" </dev/null 2>"$lab/words")
	daemon=$!
	mode=
	until [[ "$event" = *'"ready"'* ]]; do
		read -rt 30 event <&"$events" || {
			cat "$lab/words"
			return 1
		}
		[[ ! "$event" =~ '"mode":'\ ?'"'([a-z]+) ]] || mode=${BASH_REMATCH[1]}
	done
	words=$(<"$lab/words")
}

# protect WIRE [OPTION...]: the same, and blocks the peer $bad.
protect() {
	launch "$@"
	"$sobig" block "198.18.${number[$1]}.$bad"
}

leave() {
	kill "-${1:-TERM}" "$daemon"
	wait "$daemon" 2>/dev/null || [ "${1-}" = KILL ]
	daemon=
}

# is_protected WIRE MODE [ANSWER OF $theirs]: status says so, and the kernel; a blocked peer's SYNs are dropped, and by us, as
# the list says; a neighbour's pass.
is_protected() {
	local flag=xdp list
	[ "$2" = native ] || flag=xdpgeneric
	has "$("$sobig" status)" "^OK: $1 protected.*"$'\n'"$1"$'\n'" *filter  *$2 mode"
	has "$(ip link show "$1")" " $flag "
	reach "$1" "silence connected ${3-connected}" $bad $good $theirs
	list=$("$sobig" list -j --ndjson "198.18.${number[$1]}.$bad")
	has "$list" '"drops": ?([0-9]+)'
	[ "${BASH_REMATCH[1]}" -gt "$dropped" ]
	dropped=${BASH_REMATCH[1]}
}

# is_gone WIRE [ANSWER OF $theirs]: nothing of ours is pinned or loaded, and the blocked peer is served. What others have
# is not looked at.
is_gone() {
	local loaded _
	[ ! -e "$pins" ]
	reach "$1" "connected connected ${2-connected}" $bad $good $theirs
	# The kernel frees a program a moment later.
	for _ in {1..20}; do
		loaded=$(bpftool prog show)
		[[ "$loaded" = *sobig_xdp* ]] || return 0
		sleep 0.1
	done
	echo "$loaded"
	return 1
}

# is_clean WIRE: the same, and no program is left on the interface, whosoever, and no dispatcher.
is_clean() {
	local link
	is_gone "$1"
	link=$(ip link show "$1")
	[[ "$link" != *xdp* ]]
	same 'left of the dispatcher' "$(echo /sys/fs/bpf/xdp/*)" '/sys/fs/bpf/xdp/*'
}

# Another's XDP program: xdp-filter, which drops what comes from the peer $theirs.
attach_theirs() {
	xdp-filter load --mode "$2" --features ipv4 "$1"
	xdp-filter ip --mode src "198.18.${number[$1]}.$theirs"
	their_program=$(ids "$1" xdpfilt_alw_ip)
	[ -n "$their_program" ]
	their_drops=0
}

detach_theirs() {
	xdp-filter unload "$1"
	their_program=
}

# ids WIRE PROGRAM: of those of that name behind the dispatcher.
ids() {
	xdp-loader status "$1" | sed -nE "s/^ => .* $2 +([0-9]+) .*/\1/p"
}

# theirs_works WIRE: it is the program that they attached, and has dropped more, by its own account, than the last time
# when this was asked. That $theirs is silenced is to be seen before.
theirs_works() {
	same 'programs of xdp-filter' "$(ids "$1" xdpfilt_alw_ip)" "$their_program"
	has "$(xdp-filter status)" "198\.18\.${number[$1]}\.$theirs  *src  *([0-9]+)"
	[ "${BASH_REMATCH[1]}" -gt "$their_drops" ]
	their_drops=${BASH_REMATCH[1]}
}

# both_work WIRE MODE: and ours is there once.
both_work() {
	has "$(ids "$1" sobig_xdp)" '^[0-9]+$'
	is_protected "$1" "$2" silence
	theirs_works "$1"
}

# ours_leaves WIRE: and theirs takes no notice. Without theirs, nothing remains.
ours_leaves() {
	leave
	is_gone "$1" silence
	theirs_works "$1"
	detach_theirs "$1"
	is_clean "$1"
}

# theirs_leaves WIRE MODE: and ours takes no notice.
theirs_leaves() {
	detach_theirs "$1"
	same 'programs of xdp-filter' "$(ids "$1" xdpfilt_alw_ip)" ''
	is_protected "$1" "$2"
	leave
	is_clean "$1"
}

# refused REGEX COMMAND...: it fails with one line on stderr, like that.
refused() {
	local status=0 said
	said=$(timeout 20 "${@:2}" 2>&1 >/dev/null) || status=$?
	same 'status' $status 1
	has "$said" "^[^"$'\n'"]*$1[^"$'\n'"]*$"
}

# Linux VERSION or later.
is_linux() {
	printf '%s\n' "$1" "$(uname -r)" | sort -V -C
}

# offend ADDRESS TIMES: so many lines, as exim writes them.
offend() {
	local _
	for _ in $(seq "$2"); do
		printf '%(%F %T)T 1xVO3f-00036y-2K H=(h) [%s] F=<s@e> rejected after DATA: This message contains a virus (x).\n' -1 "$1"
	done >>"$lab/mainlog"
}

# until_blocked ADDRESS...
until_blocked() {
	local address _
	for address in "$@"; do
		for _ in {1..30}; do
			[[ "$("$sobig" list -j --ndjson)" != *"\"$address"[/\"]* ]] || continue 2
		done
		echo "$address was not blocked"
		return 1
	done
}

test_native_on_veth_drops_hosts_above_the_limit_and_serves_their_neighbours() {
	launch veth
	offend 198.18.0.$bad 16
	offend 198.18.0.$good 15
	offend 2001:db8:0:$bad::1 16
	offend 2001:db8:0:$good::1 15
	until_blocked 198.18.0.$bad 2001:db8:0:$bad::
	is_protected veth native
	reach6 veth 'silence connected connected' $bad $good $theirs
	leave
	is_clean veth
	reach6 veth connected $bad
}

test_native_on_virtio_net() {
	protect able
	is_protected able native
	leave
	is_clean able
}

test_a_driver_that_refuses_native_mode_gets_generic_and_attach_says_why() {
	protect stiff
	has "$words" 'warning: stiff cannot attach to mx0 in native mode.*the kernel says: .*any_header_sg.*trying generic'
	is_protected stiff generic
	leave
	is_clean stiff
}

test_native_mode_that_the_driver_refuses_fails_with_the_reason_and_leaves_nothing() {
	refused 'cannot attach to stiff in native mode.*the kernel says: .*any_header_sg' \
		"$sobig" attach stiff --log "$lab/mainlog" --mode native
	is_clean stiff
}

# Its native mode came with Linux 6.6.
test_vmxnet3_gets_generic_with_a_warning_until_its_driver_supports_native_mode() {
	protect vmx
	if is_linux 6.6; then
		is_protected vmx native
		leave
	else
		has "$words" 'warning: vmx cannot attach to mx0 in native mode.*the kernel says: .*trying generic'
		is_protected vmx generic
		leave
		rm -rf /var/lib/sobig-xdp
		refused 'cannot attach to vmx in native mode.*the kernel says: ' \
			"$sobig" attach vmx --log "$lab/mainlog" --mode native
	fi
	is_clean vmx
}

# In what mode is up to the driver.
test_the_filter_attaches_to_virtio_net_with_jumbo_frames() {
	ip link set able mtu 9000
	protect able
	is_protected able "$mode"
	leave
	is_clean able
	ip link set able mtu 1500
}

test_with_xdp_filter_attached_first_and_detached_last() {
	attach_theirs veth native
	protect veth
	both_work veth native
	ours_leaves veth
}

test_with_xdp_filter_attached_first_and_detached_first() {
	attach_theirs veth native
	protect veth
	both_work veth native
	theirs_leaves veth native
}

test_with_xdp_filter_attached_second_and_detached_last() {
	protect veth
	attach_theirs veth native
	both_work veth native
	ours_leaves veth
}

test_with_xdp_filter_attached_second_and_detached_first() {
	protect veth
	attach_theirs veth native
	both_work veth native
	theirs_leaves veth native
}

test_with_xdp_filter_in_generic_mode_on_a_driver_without_native_mode() {
	protect stiff
	attach_theirs stiff skb
	both_work stiff generic
	theirs_leaves stiff generic
}

test_the_next_attach_with_xdp_filter_takes_over_and_leaves_one_filter_of_ours() {
	local first
	protect veth --persist
	attach_theirs veth native
	first=$(ids veth sobig_xdp)
	leave
	launch veth
	has "$words" 'took over the filter'
	both_work veth native
	[ "$(ids veth sobig_xdp)" != "$first" ]
	ours_leaves veth
}

# descriptors PID: how many it has open.
descriptors() {
	local open=(/proc/"$1"/fd/*)
	echo ${#open[@]}
}

# reload PORT: the daemon protects that port as well, with a filter that is attached again.
reload() {
	local event=
	printf '[filter]\nports = 25, %s\n' "$1" >"$lab/conf"
	kill -HUP "$daemon"
	until [[ "$event" = *'"reload"'* ]]; do read -rt 30 event <&"$events"; done
	[[ "$event" = *'"accepted":'*true* ]]
}

test_reloads_behind_a_dispatcher_open_no_more_descriptors_and_leave_one_filter_of_ours() {
	local before after port _
	printf '[filter]\nports = 25\n' >"$lab/conf"
	attach_theirs veth native
	protect veth -c "$lab/conf"
	reload 100
	before=$(descriptors "$daemon")
	for port in {101..110}; do reload "$port"; done
	# The allow list is still being read in parallel for a moment.
	for _ in {1..50}; do
		after=$(descriptors "$daemon")
		[ "$after" -gt "$before" ] || break
		sleep 0.1
	done
	echo "open descriptors: $before, then $after"
	[ "$after" -le "$before" ]
	both_work veth native
	has "$("$sobig" status)" 'ports 25, 110'
	ours_leaves veth
}

test_the_daemon_stays_while_others_attach_and_detach() {
	local _
	protect veth
	for _ in {1..5}; do
		attach_theirs veth native
		detach_theirs veth
	done
	attach_theirs veth native
	both_work veth native
	theirs_leaves veth native
}

test_with_another_program_in_generic_mode_auto_uses_it_and_native_is_refused() {
	attach_theirs veth skb
	refused 'cannot attach to veth in native mode' "$sobig" attach veth --log "$lab/mainlog" --mode native
	is_gone veth silence
	theirs_works veth
	protect veth
	both_work veth generic
	ours_leaves veth
}

test_the_next_attach_can_change_the_mode_and_the_blocks_stay() {
	protect veth --persist
	leave
	launch veth --mode generic
	has "$words" 'changes from one mode to another'
	is_protected veth generic
	leave
	is_clean veth
}

test_another_program_without_a_dispatcher_is_named_and_not_changed() {
	local id
	ip link set dev veth xdp obj "$top/build/bpf/sobig.bpf.o" sec xdp.frags
	has "$(ip link show veth)" 'prog/xdp id ([0-9]+)'
	id=${BASH_REMATCH[1]}
	refused "already has the XDP program.*id $id.*did not attach" "$sobig" attach veth --log "$lab/mainlog"
	"$sobig" detach --all
	has "$(ip link show veth)" "prog/xdp id $id "
	[ ! -e "$pins" ]
}

test_sigkill_leaves_the_filter_attached_and_detach_all_detaches_only_ours() {
	protect veth
	attach_theirs veth native
	leave KILL
	reach veth 'silence connected silence' $bad $good $theirs
	"$sobig" detach --all
	is_gone veth silence
	theirs_works veth
	detach_theirs veth
	is_clean veth
}

test_detach_all_after_sigkill_also_detaches_a_generic_filter() {
	protect stiff
	leave KILL
	reach stiff 'silence connected' $bad $good
	"$sobig" detach --all
	is_clean stiff
}
