#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Real shells complete command lines with the output of `sobig-xdp completion`.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	cd "$BATS_TEST_TMPDIR"
	mkdir folder
	: >mainlog
	mapfile -t commands < <("$sobig" --help | sed -n 's/^  \([a-z]*\)  *.*/\1/p')
}

# The choices of bash for the last of these words.
bash_offers() {
	"$sobig" completion bash >script
	bash -uc '. ./script
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_sobig_xdp
		[ ${#COMPREPLY[@]} = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' - "$@" | sort | paste -sd ' '
}

# The line in zsh after a tab at its end.
zsh_makes() {
	command -v zsh >/dev/null || skip 'there is no zsh'
	mkdir -p functions
	"$sobig" completion zsh >functions/_sobig-xdp
	zsh -n functions/_sobig-xdp
	cat >shell.zsh <<-'END'
		zmodload zsh/zpty
		zpty terminal zsh -f -i
		zpty -w terminal 'fpath=($PWD/functions $fpath) PROMPT= ; autoload -Uz compinit && compinit -u -D
			finish() { print -rn -- "$BUFFER" >made; exit }; zle -N finish; bindkey "^X" finish; : >ready'
		repeat 200 { [[ ! -e ready ]] || break; sleep 0.05 }
		zpty -w -n terminal "$1"$'\t\x18'
		repeat 200 { [[ ! -s made ]] || break; sleep 0.05 }
		zpty -d terminal
	END
	rm -f made ready
	zsh -f shell.zsh "$1" </dev/null >/dev/null 2>&1 3>&-
	cat made
}

# The line in bash after a tab at its end.
bash_makes() {
	"$sobig" completion bash >script
	cat >shell.py <<-'END'
		import os, pty, sys, time
		pid, terminal = pty.fork()
		if not pid:
		    os.environ["HISTFILE"] = "/dev/null"
		    os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
		def until(path):
		    for _ in range(400):
		        if os.path.exists(path) and (path == "ready" or os.path.getsize(path)):
		            return
		        time.sleep(0.05)
		def say(text):
		    os.write(terminal, text.encode())
		say("PS1=; . ./script; finish() { printf %s \"$READLINE_LINE\" >made; exit; }; bind -x '\"\\C-x\": finish' 2>/dev/null; : >ready\n")
		until("ready")
		say(sys.argv[1] + "\t\x18\n")
		until("made")
		os.close(terminal)
		os.waitpid(pid, 0)
	END
	rm -f made ready
	python3 shell.py "$1" </dev/null >/dev/null 2>&1 3>&-
	cat made
}

fish_offers() {
	command -v fish >/dev/null || skip 'there is no fish'
	"$sobig" completion fish >script.fish
	HOME=$PWD fish --no-config -c 'source script.fish; complete -C $argv[1]' "$1" | cut -f1 | sort | paste -sd ' '
}

@test "bash offers each command of the table" {
	[ ${#commands[@]} -gt 8 ]
	for command in "${commands[@]}"; do
		[[ " $(bash_offers sobig-xdp '') " = *" $command "* ]]
	done
	[ "$(bash_offers sobig-xdp at)" = attach ]
	[ "$(bash_offers sobig-xdp nothing)" = '' ]
}

@test "bash offers each option that a command's help names, and no other" {
	for command in "${commands[@]}"; do
		wanted=$("$sobig" "$command" --help | sed -nE 's/^  (-.*)/\1/p' | sed -E 's/  .*//' | grep -oE -e '(^|[ ,])--?[a-z][a-z-]*' |
			tr -d ' ,' | sort | paste -sd ' ')
		[ "$(bash_offers sobig-xdp "$command" -)" = "$wanted" ]
	done
}

@test "bash offers interfaces where a command expects them" {
	[[ " $(bash_offers sobig-xdp attach '') " = *' lo '* ]]
	[[ " $(bash_offers sobig-xdp attach lo --dry-run '') " = *' lo '* ]]
	[[ " $(bash_offers sobig-xdp detach '') " = *' lo '* ]]
	[ "$(bash_offers sobig-xdp status '')" = '' ]
}

@test "bash offers files and folders where they are expected" {
	[ "$(bash_offers sobig-xdp attach --log ma)" = mainlog ]
	[ "$(bash_offers sobig-xdp attach --log = ma)" = mainlog ]
	[ "$(bash_offers sobig-xdp attach -c ma)" = mainlog ]
	[ "$(bash_offers sobig-xdp parse --arrivals ma)" = mainlog ]
	[ "$(bash_offers sobig-xdp status --pins '')" = folder ]
}

@test "bash offers the choices of an option, and nothing for free text" {
	[ "$(bash_offers sobig-xdp attach --mode '')" = 'auto generic native' ]
	[ "$(bash_offers sobig-xdp attach --mode =)" = 'auto generic native' ]
	[ "$(bash_offers sobig-xdp attach --mode = na)" = native ]
	[ "$(bash_offers sobig-xdp list --sort '')" = 'address drops since until' ]
	[ "$(bash_offers sobig-xdp attach --limit '')" = '' ]
	[ "$(bash_offers sobig-xdp completion f)" = fish ]
	[ "$(bash_offers sobig-xdp completion fish '')" = '' ]
}

@test "zsh completes commands, options, words, interfaces and files" {
	[ "$(zsh_makes 'sobig-xdp att')" = 'sobig-xdp attach ' ]
	[ "$(zsh_makes 'sobig-xdp attach --dr')" = 'sobig-xdp attach --dry-run ' ]
	[ "$(zsh_makes 'sobig-xdp attach --mode na')" = 'sobig-xdp attach --mode native ' ]
	[ "$(zsh_makes 'sobig-xdp attach --mode=na')" = 'sobig-xdp attach --mode=native ' ]
	[ "$(zsh_makes 'sobig-xdp list --sort dr')" = 'sobig-xdp list --sort drops ' ]
	[[ "$(zsh_makes 'sobig-xdp attach --persist l')" = 'sobig-xdp attach --persist lo'* ]]
	[ "$(zsh_makes 'sobig-xdp parse ma')" = 'sobig-xdp parse mainlog ' ]
	[ "$(zsh_makes 'sobig-xdp completion f')" = 'sobig-xdp completion fish ' ]
}

@test "fish completes commands, options, words, interfaces and files" {
	[ "$(fish_offers 'sobig-xdp at')" = attach ]
	for command in "${commands[@]}"; do
		[[ " $(fish_offers 'sobig-xdp ') " = *" $command "* ]]
	done
	[ "$(fish_offers 'sobig-xdp attach --dr')" = --dry-run ]
	[ "$(fish_offers 'sobig-xdp attach --mode ')" = 'auto generic native' ]
	[ "$(fish_offers 'sobig-xdp list --sort=dr')" = --sort=drops ]
	[[ " $(fish_offers 'sobig-xdp attach --persist ') " = *' lo '* ]]
	[ "$(fish_offers 'sobig-xdp attach --log ma')" = mainlog ]
	[ "$(fish_offers 'sobig-xdp parse ma')" = mainlog ]
	[ "$(fish_offers 'sobig-xdp completion ')" = 'bash fish zsh' ]
}

# In the test itself: a skip in what is substituted skips nothing.
need_namespaces() {
	[ "$(id -u)" = 0 ] && unshare --net --mount true 2>/dev/null || skip 'needs root and namespaces'
}

# odd COMMAND...: where interfaces have names that a shell would run, and files as well.
odd() {
	touch 'odd $(touch ran)' 'odd `touch ran`' 'odd name' "odd'q\"\\"
	export -f bash_offers bash_makes zsh_makes fish_offers skip
	export sobig top
	# shellcheck disable=SC2016
	unshare --net --mount --propagation private bash -euc '
		mount -t sysfs sysfs /sys
		ip link add "\$(id>ran)" type veth peer name "\`id>ran\`"
		"$@"
	' - "$@"
}

@test "bash runs no names of interfaces and files as commands" {
	need_namespaces
	[[ " $(odd bash_offers sobig-xdp attach '') " = *' \$\(id\>ran\) '* ]]
	[ "$(odd bash_offers sobig-xdp attach '$(')" = '\$\(id\>ran\)' ]
	[ "$(odd bash_offers sobig-xdp attach '\$')" = '\$\(id\>ran\)' ]
	[ "$(odd bash_offers sobig-xdp attach '`')" = '\`id\>ran\`' ]
	[ "$(odd bash_offers sobig-xdp attach '$(touch ran)')" = '' ]
	[ "$(odd bash_offers sobig-xdp list --sort '$(touch ran)')" = '' ]
	odd bash_offers sobig-xdp attach --log '$(touch ran)'
	odd bash_offers sobig-xdp attach --log '$(touch ran)/'
	[ "$(odd bash_offers sobig-xdp attach --log 'odd $')" = 'odd $(touch ran)' ]
	[ "$(odd bash_makes 'sobig-xdp attach \$')" = 'sobig-xdp attach \$\(id\>ran\) ' ]
	[ "$(odd bash_makes 'sobig-xdp attach --log odd\ \$')" = 'sobig-xdp attach --log odd\ \$\(touch\ ran\) ' ]
	[ "$(odd bash_makes 'sobig-xdp attach --log odd\ n')" = 'sobig-xdp attach --log odd\ name ' ]
	[ ! -e ran ]
}

@test "zsh runs no names of interfaces and files as commands" {
	need_namespaces
	[ "$(odd zsh_makes 'sobig-xdp attach \$')" = 'sobig-xdp attach \$\(id\>ran\) ' ]
	[ "$(odd zsh_makes 'sobig-xdp attach \`')" = 'sobig-xdp attach \`id\>ran\` ' ]
	[ "$(odd zsh_makes 'sobig-xdp attach --log odd\ \$')" = 'sobig-xdp attach --log odd\ \$\(touch\ ran\) ' ]
	[ ! -e ran ]
}

@test "fish runs no names of interfaces and files as commands" {
	need_namespaces
	[[ " $(odd fish_offers 'sobig-xdp attach ') " = *' $(id>ran) '*'`id>ran`'* ]]
	[[ $(odd fish_offers 'sobig-xdp attach --log odd') = *'odd $(touch ran)'* ]]
	[ ! -e ran ]
}

@test "an unknown shell is refused, and the known ones are listed" {
	run "$sobig" completion tcsh
	[ "$status" = 2 ]
	[[ $output = *'"tcsh": expected bash, zsh or fish'* ]]
	run "$sobig" completion
	[ "$status" = 2 ]
}
