#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The bench prints every requested yardstick, and fails if one cannot be measured. Speed is not tested here.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	[ -n "${LAB_INSIDE-}" ] || skip 'needs root and namespaces'
	command -v nft >/dev/null || skip 'there is no nft'
}

# In separate namespaces, because it leaves cleaning up to the kernel.
bench() {
	run "$top/selftests/live/inside" python3 "$top/selftests/bench/bench.py" --quick --output "$BATS_TEST_TMPDIR" "$@" "${SOBIG_BUILD:-$top/build}"
	echo "$output"
}

@test "each yardstick is printed with its target, and whether it is met" {
	bench --parts frames --only bare,ours,nftables --hosts 500 --families 4 --seconds 0.02
	[ "$status" = 0 ]
	grep -qE '^drop path, IPv4, 500 hosts +bare XDP_DROP +>= 0.96 +[0-9.]+  (met|missed)$' <<<"$output"
	grep -qE '^drop path, IPv4, 500 hosts +nftables +>= 3.5x +[0-9.]+x  (met|missed)$' <<<"$output"
	grep -qE '^[0-2] met, [0-2] missed, 0 not measured' <<<"$output"
	[ "$(jq -c '.yardsticks[] | [.against, .aim, .met != null]' "$BATS_TEST_TMPDIR/bench.json" | paste -sd' ')" = '["bare XDP_DROP",0.96,true] ["nftables",3.5,true]' ]
}

@test "a yardstick that cannot be measured fails the bench, and the others are printed" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\necho "nft is broken" >&2; exit 1\n' >"$BATS_TEST_TMPDIR/bin/nft"
	chmod 755 "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH bench --parts frames --only bare,ours,nftables --hosts 500 --families 4 --seconds 0.02
	[ "$status" = 1 ]
	grep -qE '^drop path, IPv4, 500 hosts +bare XDP_DROP .*  (met|missed)$' <<<"$output"
	grep -qE '^drop path, IPv4, 500 hosts +nftables +>= 3.5x +-  NOT MEASURED$' <<<"$output"
	grep -q '^FAILED: nftables, 500 IPv4 hosts: .*nft is broken' <<<"$output"
}

@test "blocks of one part do not affect the next one" {
	# The second part assumes that hosts are not blocked which the first one blocks.
	bench --parts bulk,nanoseconds --bulk 3000 --packets 1000
	[ "$status" = 0 ]
	grep -q '^blocked SYN, IPv4, test run' <<<"$output"
	grep -q '0 not measured' <<<"$output"
}

@test "a filter that does not drop the storm is not measured as one that does" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cat >"$BATS_TEST_TMPDIR/bin/nft" <<-END
		#!/bin/sh
		[ "\$1" = -f ] || exec $(command -v nft) "\$@"
		sed 's/ip saddr/ip daddr/' | $(command -v nft) -f -
	END
	chmod 755 "$BATS_TEST_TMPDIR/bin/nft"
	PATH=$BATS_TEST_TMPDIR/bin:$PATH bench --parts frames --only bare,ours,nftables --hosts 500 --families 4 --seconds 0.02
	[ "$status" = 1 ]
	grep -qE '^drop path, IPv4, 500 hosts +nftables .*NOT MEASURED$' <<<"$output"
	grep -qE '^FAILED: nftables, 500 IPv4 hosts: of [0-9]+ packets 0 were dropped' <<<"$output"
}

@test "a daemon that prints more than a pipe holds is measured to the end" {
	# About 170 bytes for each of the probes, twice.
	bench --parts latency --probes 450
	[ "$status" = 0 ]
	grep -qE '^[0-2] met, [0-2] missed, 0 not measured' <<<"$output"
}

@test "price and what is avoided are printed for the rule of 2003, the former defaults and the defaults" {
	bench --parts policy --worlds sobig,net24
	[ "$status" = 0 ]
	grep -qE '^ +2003 +former +default$' <<<"$output"
	# The rule of 2003 is the same in the former defaults, and nothing was avoided of networks.
	grep -qE '^sobig +([0-9.]+) +(0\.[0-9]+) +- +[0-9]+ +\1 +\2 +- ' <<<"$output"
	grep -qE '^net24 +0\.00 +- +0\.00 +0 +0\.00 +- +0\.00 +0 ' <<<"$output"
	for what in 'good mail delayed' 'storm avoided' 'networks avoided'; do
		grep -qE "^$what, in the worst world +[<>]= 0\.[0-9]+ +[0-9.]+  (met|missed)$" <<<"$output"
	done
}
