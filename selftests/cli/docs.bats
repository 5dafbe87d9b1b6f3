#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# README, manual pages, sample and comments are correct: examples load, defaults are right, names exist.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	manual=$BATS_TEST_DIRNAME/manual.py
	: >"$BATS_TEST_TMPDIR/nothing"
	"$sobig" check -j -c "$BATS_TEST_TMPDIR/nothing" >"$BATS_TEST_TMPDIR/default.json"
}

# same_as_default FILE: a configuration that states defaults changes nothing. The default number of blocks is in a header,
# since `check` leaves it open: tables that exist may have another.
same_as_default() {
	local blocks
	blocks=$(sed -nE 's/^#define SOBIG_BLOCKS4_DEFAULT +([0-9]+).*/\1/p' "$top/headers/sobig.h")
	"$sobig" check -j -c "$1" >"$BATS_TEST_TMPDIR/stated.json" || return 1
	diff <(jq -S --argjson blocks "$blocks" '.filter.blocks //= $blocks' "$BATS_TEST_TMPDIR/default.json") \
		<(jq -S --argjson blocks "$blocks" '.filter.blocks //= $blocks' "$BATS_TEST_TMPDIR/stated.json")
}

@test "each configuration in the README and the manual pages loads unchanged" {
	local file found block
	for file in README.md user/man/sobig-xdp.conf.5; do
		mkdir -p "$BATS_TEST_TMPDIR/$file"
		found=$(python3 "$manual" blocks "$top/$file" "$BATS_TEST_TMPDIR/$file")
		[ "$found" -gt 0 ]
		for block in "$BATS_TEST_TMPDIR/$file"/*.conf; do
			run --separate-stderr "$sobig" check -c "$block"
			echo "$stderr"
			[ "$status" = 0 ]
		done
	done
}

@test "the README's example means what its comments say" {
	mkdir "$BATS_TEST_TMPDIR/readme"
	python3 "$manual" blocks "$top/README.md" "$BATS_TEST_TMPDIR/readme"
	"$sobig" check -j -c "$BATS_TEST_TMPDIR/readme"/1-*.conf >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '.rules[] | select(.name == "newsletter") | [.classes, .limit, .window, .block, .dry_run]' "$BATS_TEST_TMPDIR/json")" \
		= '[{"spam":3,"unknown-user":1},60,600,3600,true]' ]
	[ "$(jq -c '.rules[0] | [.name, .limit, .window]' "$BATS_TEST_TMPDIR/json")" = '["worm-storm",10,300]' ]
	[ "$(jq -c '[.allow.hosts, .brake]' "$BATS_TEST_TMPDIR/json")" = '[["mail.partner.example"],5]' ]
}

@test "the default rules are those of sobig-xdp.conf(5), number by number" {
	diff <(python3 "$manual" rules "$top/user/man/sobig-xdp.conf.5" | jq .) <(jq -S '.rules | sort_by(.name)' "$BATS_TEST_TMPDIR/default.json")
	[ "$(jq '.rules | length' "$BATS_TEST_TMPDIR/default.json")" = 10 ]
	grep -q '^There are ten default rules\.' "$top/README.md"
}

@test "a new rule has the values of worm-storm for the keys that it does not contain, as sobig-xdp.conf(5) says" {
	local own='del(.name, .classes, .limit, .window, .block)'
	printf '[rule new]\nclass = spam\nlimit = 3\nwindow = 1h\nblock = 2h\n' >"$BATS_TEST_TMPDIR/new"
	"$sobig" check -j -c "$BATS_TEST_TMPDIR/new" >"$BATS_TEST_TMPDIR/new.json"
	grep -q '^A new rule has the same values for the keys that it does not contain' "$top/user/man/sobig-xdp.conf.5"
	diff <(jq ".rules[0] | $own" "$BATS_TEST_TMPDIR/new.json") <(jq ".rules[-1] | $own" "$BATS_TEST_TMPDIR/new.json")
}

@test "the settings that sobig-xdp.conf(5) gives as defaults are the defaults" {
	local block section
	mkdir "$BATS_TEST_TMPDIR/page"
	python3 "$manual" blocks "$top/user/man/sobig-xdp.conf.5" "$BATS_TEST_TMPDIR/page"
	for section in 'rule worm-storm' brake standing state filter; do
		block=$(grep -lFx "[$section]" "$BATS_TEST_TMPDIR/page"/*.conf)
		echo "[$section] $block"
		same_as_default "$block"
	done
	[ "$(jq -c '.allow.providers' "$BATS_TEST_TMPDIR/default.json")" = null ]
}

@test "the settings that the sample gives as defaults are the defaults" {
	awk '/^#\[/ { wanted = /worm-storm|brake|standing|state|filter/ } wanted && /^#(\[|[a-z-]+ = )/ && !/^#match/ { print substr($0, 2) }' \
		"$top/scripts/data/sobig-xdp.conf" >"$BATS_TEST_TMPDIR/sample"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/sample")" = 28 ]
	same_as_default "$BATS_TEST_TMPDIR/sample"
}

@test "the defaults of attach's options in sobig-xdp(8) are those of the policy" {
	python3 "$manual" options "$top/user/man/sobig-xdp.8" >"$BATS_TEST_TMPDIR/options"
	{
		echo '[rule worm-storm]'
		sed -nE 's/^(limit|window) (.*)/\1 = \2/p; s/^for (.*)/block = \1/p' "$BATS_TEST_TMPDIR/options"
		echo '[filter]'
		sed -nE 's/^port (.*)/ports = \1/p; s/^(blocks) (.*)/\1 = \2/p' "$BATS_TEST_TMPDIR/options"
	} >"$BATS_TEST_TMPDIR/conf"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/conf")" = 6 ]
	same_as_default "$BATS_TEST_TMPDIR/conf"
}

# usage: what the help of each command says, also of the one that the list of commands leaves out.
usage() {
	local command
	for command in $("$sobig" --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p') lookup; do
		"$sobig" "$command" --help
	done >"$BATS_TEST_TMPDIR/help"
	python3 "$manual" usage "$BATS_TEST_TMPDIR/help" | sort
}

@test "the SYNOPSIS of sobig-xdp(8) has the options and arguments of the help, no more and no less" {
	usage >"$BATS_TEST_TMPDIR/usage"
	diff <(python3 "$manual" synopsis "$top/user/man/sobig-xdp.8" | sort) "$BATS_TEST_TMPDIR/usage"
	[ "$(grep -c ' = ' "$BATS_TEST_TMPDIR/usage")" = 17 ]
	[ "$(grep -c -e ' -c file$' "$BATS_TEST_TMPDIR/usage")" = 9 ]
}

@test "an option that the SYNOPSIS lacks, or has with another value, is found" {
	usage >"$BATS_TEST_TMPDIR/usage"
	sed -e '/^.Op Fl -journal/d' -e 's/^.Op Fl -html Ar file/.Op Fl -html Ar page/' -e 's/^.Ar interface \.\.\.$/.Ar interface/' \
		-e 's/^.Cm bash | zsh | fish/.Cm bash | zsh/' -e 's/^.It Fl -state Ar dir/.It Fl -other Ar dir/' "$top/user/man/sobig-xdp.8" >"$BATS_TEST_TMPDIR/page"
	diff <(python3 "$manual" synopsis "$BATS_TEST_TMPDIR/page" | sort) "$BATS_TEST_TMPDIR/usage" >"$BATS_TEST_TMPDIR/found" || true
	grep -Fx '> attach --journal unit' "$BATS_TEST_TMPDIR/found"
	grep -Fx '< replay --html page' "$BATS_TEST_TMPDIR/found"
	grep -Fx '> attach = interface...' "$BATS_TEST_TMPDIR/found"
	grep -Fx '< completion = bash|zsh' "$BATS_TEST_TMPDIR/found"
	grep -Fx '> status --state dir' "$BATS_TEST_TMPDIR/found"
}

@test "each file and function that a comment names exists" {
	[ -z "$(python3 "$manual" names "$top" | tee /dev/stderr)" ]
}

# names MACRO PAGE SECTION: the arguments of the macro in that section.
names() {
	awk -v macro="$1" -v section="$3" '/^\.Sh / { in_it = substr($0, 5) == section } in_it && index($0, macro " ") == 1 { print $NF == "," || $NF == "." ? $(NF - 1) : $NF }' "$2"
}

@test "each class of sobig-xdp(8) is one that a default rule counts, and no other is counted" {
	diff <(names '.It Cm' "$top/user/man/sobig-xdp.8" CLASSES | sort) \
		<(jq -r '.rules[].classes | keys[]' "$BATS_TEST_TMPDIR/default.json" | sort -u)
	! grep -q 'Only the classes' "$top/user/man/sobig-xdp.8"
}

@test "each member of JSON that sobig-xdp(8) names is one of sobig-xdp-json(5)" {
	local name found=0
	for name in $(sed -nE 's/^\.Va ([a-z]+)( [.,;])?$/\1/p' "$top/user/man/sobig-xdp.8" | sort -u); do
		grep -qE "^\.It Va ([a-z_.]*\[?\]?\.)?$name(\[\])?[. ]" "$top/user/man/sobig-xdp-json.5" || { echo "there is no $name"; return 1; }
		found=$((found + 1))
	done
	[ "$found" -ge 2 ]
}

@test "the commands that sobig-xdp(8) says need no privilege need none, and all others need it" {
	local command status free
	[ "$(id -u)" = 0 ] || skip 'needs root, to become another user'
	mkdir "$BATS_TEST_TMPDIR/state"
	cp "$sobig" "$BATS_TEST_TMPDIR/sobig-xdp"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/sobig-xdp" "$BATS_TEST_TMPDIR/state"
	free=$(sed -n '/^Not privileged: all commands except$/,/^need$/p' "$top/user/man/sobig-xdp.8" | sed -E 's/^\.Cm |,//g; s/Cm //g' | tr '\n' ' ')
	for command in 'parse /dev/null' 'replay /dev/null' "check -c $BATS_TEST_TMPDIR/nothing" lookup 'completion bash' \
		"allow list --state $BATS_TEST_TMPDIR/state" 'attach lo' 'detach lo' status list 'list --history' 'explain 192.0.2.1' \
		release 'block 192.0.2.1' 'unblock 192.0.2.1' 'import /dev/null' 'allow add 192.0.2.1' 'allow del 192.0.2.1' metrics top; do
		status=0
		echo localhost | setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/sobig-xdp" $command >/dev/null 2>&1 || status=$?
		echo "$command: $status"
		case $command in
		'allow list'*) [[ $free == *' allow list '* ]] && [ $status = 0 ] ;;
		allow*) [ $status = 3 ] ;;
		*) if [[ ${free/allow list/} == *" ${command%% *} "* ]]; then [ $status = 0 ]; else [ $status = 3 ]; fi ;;
		esac || return 1
	done
}
