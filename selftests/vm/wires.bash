# SPDX-License-Identifier: GPL-2.0-only
# The links of a virtual machine, and their peers; to be sourced.
# shellcheck shell=bash
#
# One end of a wire is here, with the name of the wire, the other one is in the namespace WIRE-world. Its addresses contain its number:
# 198.18.NUMBER.PEER and 2001:db8:NUMBER:PEER::1; we are number 1.

# same WHAT IS WANTED
same() {
	[ "$2" = "$3" ] || {
		echo "$1: \"$2\" instead of \"$3\""
		return 1
	}
}

# has TEXT REGEX
has() {
	[[ "$1" =~ $2 ]] || {
		echo "no \"$2\" in: $1"
		return 1
	}
}

# veth: within the kernel. able: virtio_net. stiff: a virtio_net that refuses native mode. vmx: vmxnet3.
declare -A number=([veth]=0 [able]=1 [stiff]=2 [vmx]=3)
# Descriptors to the peers of a wire: requests and answers.
declare -A ask_fd=() answer_fd=()
bad=7 good=8 theirs=9

# card ADDRESS: prints the name of the network card with that MAC address.
card() {
	local card
	for card in /sys/class/net/*; do
		[ "$(<"$card/address")" != "$1" ] || echo "${card##*/}"
	done
}

# make_wire WIRE OUR-CARD THEIR-CARD
make_wire() {
	local peer n=${number[$1]} ask answer
	ip -batch - <<-END
		netns add $1-world
		link set $2 name $1
		link set $3 netns $1-world name world
		address add 198.18.$n.1/24 dev $1
		address add 2001:db8:$n:1::1/48 dev $1 nodad
		link set $1 up
	END
	{
		echo "link set lo up"
		echo "link set world up"
		for peer in $bad $good $theirs; do
			echo "address add 198.18.$n.$peer/24 dev world"
			echo "address add 2001:db8:$n:$peer::1/48 dev world nodad"
		done
	} | ip -n "$1-world" -batch -
	mkfifo "/run/$1-ask" "/run/$1-answer"
	exec {ask}<>"/run/$1-ask" {answer}<>"/run/$1-answer"
	ask_fd[$1]=$ask answer_fd[$1]=$answer
	nsenter --net="/run/netns/$1-world" -- python3 "${BASH_SOURCE[0]%/*}/peers.py" <&"$ask" >&"$answer" &
}

make_wires() {
	ip link set lo up
	ip link add near type veth peer name far
	make_wire veth near far
	make_wire able "$(card 52:54:00:00:01:01)" "$(card 52:54:00:00:01:02)"
	make_wire stiff "$(card 52:54:00:00:02:01)" "$(card 52:54:00:00:02:02)"
	make_wire vmx "$(card 52:54:00:00:03:01)" "$(card 52:54:00:00:03:02)"
}

# ask WIRE WANTED FORMAT PEER...: new connections of these peers have the result WANTED: connected, refused or silence.
# FORMAT makes an address from a number.
ask() {
	local question word peer answer wanted
	read -ra wanted <<<"$2"
	# shellcheck disable=SC2059
	printf -v question "$3" 1
	for peer in "${@:4}"; do
		# shellcheck disable=SC2059
		printf -v word " $3" "$peer"
		question+=$word=${wanted[0]}
		wanted=("${wanted[@]:1}")
	done
	echo "$question" >&"${ask_fd[$1]}"
	read -rt 30 answer <&"${answer_fd[$1]}"
	same "${*:4} of $1 found" "$answer" "$2"
}

reach() {
	ask "$1" "$2" "198.18.${number[$1]}.%s" "${@:3}"
}

reach6() {
	ask "$1" "$2" "2001:db8:${number[$1]}:%s::1" "${@:3}"
}
