# sobig-xdp: builds, tests, runs and installs. `make help` lists the targets.
# SPDX-License-Identifier: GPL-2.0-only

# Only the changelog of the package has the version.
VERSION := $(shell sed -n '1s/.*(\(.*\)).*/\1/p' scripts/packaging/debian/changelog)

PREFIX     ?= /usr/local
SBINDIR    ?= $(PREFIX)/sbin
MANDIR     ?= $(PREFIX)/share/man
SYSCONFDIR ?= /etc
UNITDIR    ?= $(PREFIX)/lib/systemd/system
LIBEXECDIR ?= $(PREFIX)/libexec
DATADIR    ?= $(PREFIX)/share
BASHDIR    ?= $(DATADIR)/bash-completion/completions
ZSHDIR     ?= $(DATADIR)/zsh/site-functions
FISHDIR    ?= $(DATADIR)/fish/vendor_completions.d

CC         ?= cc
CLANG      ?= clang
BPFTOOL    ?= bpftool
PKG_CONFIG ?= pkg-config
INSTALL    ?= install

comma := ,
space := $(subst ,, )

# SAN=address,undefined or SAN=thread: under these sanitizers, in a separate folder.
B := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(patsubst $(B)/%,%,$@))

LIBRARIES := libbpf libxdp jansson libsystemd libhs inih zlib liblzma libzstd libmicrohttpd ncursesw sqlite3

CFLAGS   ?= -O2 -g
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla \
	-Wno-missing-field-initializers $(if $(WERROR),-Werror)
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iuser -Iselftests -Iheaders -I$(B)/skeletons -I$(B)/generated
SANITIZE := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1)
# Sanitizers check more than fortified functions, and do not see into them.
HARDENING := -pthread -fstack-protector-strong $(if $(SAN),$(SANITIZE),-D_FORTIFY_SOURCE=2) -fPIE
LDHARDENING := -pthread -pie -Wl,-z,relro,-z,now $(SANITIZE)

# Evaluated only by the recipes that need them, so that `make help` and `make deps` work without.
LIB_CFLAGS = $(shell $(PKG_CONFIG) --cflags $(LIBRARIES))
LIB_LIBS   = $(shell $(PKG_CONFIG) --libs $(LIBRARIES))
MULTIARCH  = $(shell $(CC) -print-multiarch)

BPF_CFLAGS := -O2 -g -Wall -Wextra $(if $(WERROR),-Werror) -target bpf -mcpu=v3 -Iheaders -Ibpf

# Commands that make runs must not touch the machine's own state, configuration, bpf file system, exim or network.
APART := selftests/live/inside

# All sources except the programs that make runs.
SOURCES := $(sort $(filter-out user/tools/%,$(wildcard user/*/*.c user/*/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)
MAIN    := $(B)/user/cli/main.o
# All objects except main(); each test links what it needs.
PARTS   := $(B)/libsobig-xdp.a
GENERATED := $(B)/skeletons/sobig.skel.h $(B)/skeletons/clock.skel.h \
	$(B)/generated/patterns_compiled.h

UNIT_SOURCES  := $(wildcard selftests/unit/*/*.c)
UNIT_TESTS    := $(patsubst %.c,$(B)/selftests/%,$(notdir $(UNIT_SOURCES)))
VERDICT_TESTS := $(patsubst selftests/verdict/%.c,$(B)/selftests/%,$(wildcard selftests/verdict/*.c))
FUZZERS       := $(B)/selftests/forge
FUZZ_NAMES    := $(patsubst selftests/fuzz/fuzz_%.c,%,$(wildcard selftests/fuzz/fuzz_*.c))
SEEDED        := $(FUZZ_NAMES:%=$(B)/selftests/seeded_%)
BENCHES       := $(B)/selftests/storm
LOOPS         := $(B)/selftests/judge_loop
TOOLS         := $(patsubst selftests/live/%.c,$(B)/selftests/%,$(wildcard selftests/live/*.c))
PRELOADS      := $(patsubst selftests/live/preload/%.c,$(B)/selftests/%.so,$(wildcard selftests/live/preload/*.c))

.PHONY: help deps all run test analyze coverage test-vm test-systems fuzz bench check deb install uninstall clean tests
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

help:
	@echo 'make run        install what is missing, build, and run a demonstration in a sandbox;'
	@echo '                IFACE=eth0 [LOG=FILE]: protect that interface instead'
	@echo 'make test       install what is missing, build, and run all tests (as root)'
	@echo '                SAN=address,undefined or SAN=thread: under sanitizers; LIVE="NAME...": these live tests only'
	@echo 'make coverage   all tests, and how many lines of each folder they ran (as root); LIVE="NAME..."'
	@echo 'make test-vm    tests on the kernel of this Debian and newer ones, in virtual machines'
	@echo 'make test-systems  make run, test and deb on a bare Debian 12 and a bare Debian 13 (as root);'
	@echo '                SYSTEMS="trixie", SYSTEMS_RUN="run test deb check fuzz test-vm"'
	@echo 'make            build $(B)/sobig-xdp'
	@echo 'make deps       install the requirements of building and running'
	@echo 'make fuzz       forged lines, and libFuzzer on all parsers of foreign input, for TIME=60 seconds in total'
	@echo 'make bench      all yardsticks, met or missed, in one table (as root); QUICK=1: at a reduced size'
	@echo 'make check      formatting, shell and Python scripts, manual pages'
	@echo 'make analyze    clang-tidy and cppcheck on files that changed since'
	@echo 'make deb        build a Debian package, into $(B)/deb/'
	@echo 'make install    under PREFIX=$(PREFIX), or below DESTDIR; make uninstall reverts it'
	@echo 'make clean      remove $(B)/'
	@echo 'V=1 shows commands, WERROR=1 makes warnings errors.'

deps:
	$(Q)scripts/deps build

all: $(B)/sobig-xdp

$(PARTS): $(filter-out $(MAIN),$(OBJECTS))
	$(call say,AR)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/sobig-xdp: $(MAIN) $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

$(B)/%.o: %.c Makefile | $(GENERATED)
	$(call say,CC)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(CPPFLAGS) $(CFLAGS) $(HARDENING) $(WARNINGS) $(LIB_CFLAGS) \
		-MMD -MP -c -o $@ $<

$(B)/generated/patterns_compiled.h: user/tools/compile_patterns.c user/read/exim_log/patterns.c \
		user/read/exim_log/patterns.h user/common/event.h | $(B)/skeletons/sobig.skel.h
	$(call say,HS)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -Iuser -Iheaders $(WARNINGS) $(LIB_CFLAGS) -o $(B)/compile_patterns \
		user/tools/compile_patterns.c user/read/exim_log/patterns.c $(shell $(PKG_CONFIG) --libs libhs)
	$(Q)$(B)/compile_patterns > $@

$(B)/bpf/%.o: bpf/%.c Makefile
	$(call say,BPF)
	@mkdir -p $(@D)
	@command -v $(CLANG) >/dev/null && command -v $(BPFTOOL) >/dev/null && \
		$(PKG_CONFIG) --exists $(LIBRARIES) || \
		{ echo 'something that building needs is missing; try: make deps' >&2; exit 1; }
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(MULTIARCH) -MMD -MP -c -o $@ $<

$(B)/skeletons/%.skel.h: $(B)/bpf/%.bpf.o
	$(call say,SKEL)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name $(basename $(notdir $*))_bpf > $@ 2>$@.err || \
		{ cat $@.err >&2; exit 1; }

$(B)/selftests/bench/%.bpf.o: selftests/bench/%.bpf.c Makefile
	$(call say,BPF)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -I/usr/include/$(MULTIARCH) -MMD -MP -c -o $@ $<

$(B)/skeletons/storm.skel.h: $(B)/selftests/bench/storm.bpf.o
	$(call say,SKEL)
	@mkdir -p $(@D)
	$(Q)$(BPFTOOL) gen skeleton $< name storm_bpf > $@

run:
	$(Q)scripts/deps build $(if $(IFACE),,sandbox)
	$(Q)$(MAKE) -s --no-print-directory all $(if $(IFACE),,$(TOOLS))
	$(Q)$(if $(IFACE),exec $(B)/sobig-xdp attach $(if $(LOG),--log "$(LOG)") $(IFACE),scripts/sandbox)

# A planted error that a build with sanitizers must find.
PLANTED := $(if $(SAN),$(B)/selftests/planted)

$(PLANTED): selftests/planted.c
	@mkdir -p $(@D)
	$(Q)$(CC) -O1 -g $(SANITIZE) -pthread -o $@ $<

tests: all $(UNIT_TESTS) $(VERDICT_TESTS) $(TOOLS) $(PRELOADS) $(FUZZERS) $(SEEDED) $(BENCHES) $(LOOPS) $(PLANTED)

test:
	$(Q)scripts/deps build sandbox test
	$(Q)$(MAKE) -s --no-print-directory tests
	$(Q)SAN=$(SAN) SOBIG_BUILD=$(CURDIR)/$(B) $(APART) selftests/run $(LIVE)

# A separate build. A process that is killed, or cannot write here, does not report its coverage.
coverage:
	$(Q)scripts/deps build sandbox test
	$(Q)$(MAKE) -s --no-print-directory B=$(B)/coverage CFLAGS='-O0 -g --coverage' LDFLAGS=--coverage tests
	$(Q)find $(B)/coverage -name '*.gcda' -delete
	$(Q)SOBIG_BUILD=$(CURDIR)/$(B)/coverage $(APART) selftests/run $(LIVE)
	$(Q)python3 selftests/coverage.py $(B)/coverage

test-vm:
	$(Q)scripts/deps build sandbox test vm deb
	$(Q)$(MAKE) -s --no-print-directory tests $(DEB)
	$(Q)selftests/vm/run

test-systems:
	$(Q)scripts/deps systems
	$(Q)SYSTEMS_RUN="$(SYSTEMS_RUN)" selftests/systems/run $(SYSTEMS)

# selftests/unit has the same folders as user/.
$(foreach test,$(UNIT_SOURCES),$(eval $(B)/selftests/$(basename $(notdir $(test))): $(B)/$(test:.c=.o)))

$(UNIT_TESTS): $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $(filter %.o,$^) $(PARTS) $(LIB_LIBS) -lcmocka

$(VERDICT_TESTS): $(B)/selftests/%: $(B)/selftests/verdict/%.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS) -lcmocka

$(FUZZERS): $(B)/selftests/%: $(B)/selftests/fuzz/%.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

# libFuzzer's targets: all sources are compiled with sanitizers, by the compiler that has libFuzzer. What a target
# defines itself, such as the log, replaces the program's.
FUZZ_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=undefined

$(B)/fuzzers/%.o: %.c Makefile | $(GENERATED)
	$(call say,FUZZ)
	@mkdir -p $(@D)
	$(Q)$(CLANG) -std=gnu11 -O1 -g $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link $(CPPFLAGS) $(LIB_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/fuzzers/parts.a: $(patsubst $(B)/%,$(B)/fuzzers/%,$(filter-out $(MAIN),$(OBJECTS)))
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(FUZZ_NAMES:%=$(B)/fuzzers/%): $(B)/fuzzers/%: $(B)/fuzzers/selftests/fuzz/fuzz_%.o $(B)/fuzzers/selftests/fuzz/quiet.o \
		$(B)/fuzzers/parts.a
	$(call say,LINK)
	$(Q)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $^ $(LIB_LIBS)

# The same without libFuzzer, to run seeds and former findings.
$(SEEDED): $(B)/selftests/seeded_%: $(B)/selftests/fuzz/fuzz_%.o $(B)/selftests/fuzz/replay_seeds.o $(B)/selftests/fuzz/quiet.o \
		$(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

fuzz:
	$(Q)scripts/deps build fuzz
	$(Q)$(MAKE) -s --no-print-directory $(B)/selftests/forge $(FUZZ_NAMES:%=$(B)/fuzzers/%)
	$(Q)$(APART) selftests/fuzz/run $(TIME)

bench:
	$(Q)scripts/deps build bench
	$(Q)$(MAKE) -s --no-print-directory all $(BENCHES) $(LOOPS) $(B)/selftests/line_to_drop
	$(Q)$(APART) python3 selftests/bench/bench.py $(if $(QUICK),--quick) --output $(B)/bench $(B)

$(B)/selftests/bench/storm.o: $(B)/skeletons/storm.skel.h

$(BENCHES): $(B)/selftests/%: $(B)/selftests/bench/%.o
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

$(LOOPS): $(B)/selftests/%: $(B)/selftests/replay/%.o $(PARTS)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

$(PRELOADS): $(B)/selftests/%.so: selftests/live/preload/%.c
	$(call say,LINK)
	@mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -shared -fPIC -o $@ $<

$(TOOLS): $(B)/selftests/%: $(B)/selftests/live/%.o
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(LDHARDENING) -o $@ $^ $(LIB_LIBS)

check:
	$(Q)scripts/deps check
	$(Q)selftests/lint

# A file without findings is not analyzed again until it changes; analyzing all takes minutes.
analyze: $(GENERATED) $(B)/skeletons/storm.skel.h
	$(Q)scripts/deps build test analyze
	$(Q)CLANG=$(CLANG) selftests/analyze $(B)/analyze -std=gnu11 $(CPPFLAGS) -pthread $(LIB_CFLAGS)

# Files to install in addition to the program: folder, file, source.
COMPLETIONS := $(B)/completions/sobig-xdp.bash $(B)/completions/sobig-xdp.zsh $(B)/completions/sobig-xdp.fish
UNITS       := $(patsubst scripts/systemd/%,$(B)/units/%,$(wildcard scripts/systemd/*.service scripts/systemd/*.socket))
DASHBOARDS  := $(wildcard scripts/monitoring/grafana/*.json)
ALERTS      := $(wildcard scripts/monitoring/prometheus/*.yml)
PROVIDERS   := $(wildcard scripts/data/providers)

$(B)/completions/sobig-xdp.%: $(B)/sobig-xdp
	@mkdir -p $(@D)
	$(Q)$(B)/sobig-xdp completion $* > $@

$(B)/units/%: scripts/systemd/% Makefile
	@mkdir -p $(@D)
	$(Q)sed 's|@SBINDIR@|$(SBINDIR)|g; s|@LIBEXECDIR@|$(LIBEXECDIR)|g' $< > $@

# An existing configuration is not replaced: it belongs to the operator.
install: all $(COMPLETIONS) $(UNITS) $(B)/units/stopped
	$(INSTALL) -D -m 755 $(B)/sobig-xdp $(DESTDIR)$(SBINDIR)/sobig-xdp
	$(INSTALL) -D -m 755 -t $(DESTDIR)$(LIBEXECDIR)/sobig-xdp $(B)/units/stopped scripts/systemd/ask-exim \
		scripts/data/refresh-providers
	$(INSTALL) -D -m 644 user/man/sobig-xdp.8 $(DESTDIR)$(MANDIR)/man8/sobig-xdp.8
	$(INSTALL) -D -m 644 user/man/sobig-xdp.conf.5 $(DESTDIR)$(MANDIR)/man5/sobig-xdp.conf.5
	$(INSTALL) -D -m 644 user/man/sobig-xdp-json.5 $(DESTDIR)$(MANDIR)/man5/sobig-xdp-json.5
	$(INSTALL) -D -m 644 -t $(DESTDIR)$(UNITDIR) $(UNITS)
	$(INSTALL) -D -m 644 $(B)/completions/sobig-xdp.bash $(DESTDIR)$(BASHDIR)/sobig-xdp
	$(INSTALL) -D -m 644 $(B)/completions/sobig-xdp.zsh $(DESTDIR)$(ZSHDIR)/_sobig-xdp
	$(INSTALL) -D -m 644 $(B)/completions/sobig-xdp.fish $(DESTDIR)$(FISHDIR)/sobig-xdp.fish
	$(if $(PROVIDERS),$(INSTALL) -D -m 644 -t $(DESTDIR)$(DATADIR)/sobig-xdp $(PROVIDERS))
	$(if $(DASHBOARDS),$(INSTALL) -D -m 644 -t $(DESTDIR)$(DATADIR)/sobig-xdp/grafana $(DASHBOARDS))
	$(if $(ALERTS),$(INSTALL) -D -m 644 -t $(DESTDIR)$(DATADIR)/sobig-xdp/prometheus $(ALERTS))
	[ -e $(DESTDIR)$(SYSCONFDIR)/sobig-xdp.conf ] || \
		$(INSTALL) -D -m 644 scripts/data/sobig-xdp.conf $(DESTDIR)$(SYSCONFDIR)/sobig-xdp.conf
	[ -e $(DESTDIR)$(SYSCONFDIR)/default/sobig-xdp ] || \
		$(INSTALL) -D -m 644 scripts/systemd/sobig-xdp.default $(DESTDIR)$(SYSCONFDIR)/default/sobig-xdp
	[ -e $(DESTDIR)$(SYSCONFDIR)/fail2ban/action.d/sobig-xdp.conf ] || \
		$(INSTALL) -D -m 644 scripts/integration/fail2ban/sobig-xdp.conf \
			$(DESTDIR)$(SYSCONFDIR)/fail2ban/action.d/sobig-xdp.conf

# A changed configuration is not removed.
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/sobig-xdp $(DESTDIR)$(MANDIR)/man8/sobig-xdp.8 \
		$(DESTDIR)$(MANDIR)/man5/sobig-xdp.conf.5 $(DESTDIR)$(MANDIR)/man5/sobig-xdp-json.5 \
		$(DESTDIR)$(BASHDIR)/sobig-xdp \
		$(DESTDIR)$(ZSHDIR)/_sobig-xdp $(DESTDIR)$(FISHDIR)/sobig-xdp.fish \
		$(UNITS:$(B)/units/%=$(DESTDIR)$(UNITDIR)/%)
	rm -rf $(DESTDIR)$(LIBEXECDIR)/sobig-xdp $(DESTDIR)$(DATADIR)/sobig-xdp
	for pair in data/sobig-xdp.conf:sobig-xdp.conf systemd/sobig-xdp.default:default/sobig-xdp \
			integration/fail2ban/sobig-xdp.conf:fail2ban/action.d/sobig-xdp.conf; do \
		! cmp -s scripts/$${pair%:*} $(DESTDIR)$(SYSCONFDIR)/$${pair#*:} || \
			rm -f $(DESTDIR)$(SYSCONFDIR)/$${pair#*:}; \
	done

# The package is built from a copy of the sources.
DEB := $(B)/deb/sobig-xdp_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb
PACKED := Makefile README.md LICENSE bpf headers user scripts
# From scripts/deps: build=(gcc make ...)
BUILD_PACKAGES := $(shell sed -n '/^build=(/,/)/p' scripts/deps | tr -d '()' | sed 's/^build=//')

$(DEB): $(shell find $(PACKED) -type f)
	$(call say,DEB)
	$(Q)rm -rf $(B)/deb && mkdir -p $(B)/deb/sobig-xdp-$(VERSION)
	$(Q)cp -a $(PACKED) $(B)/deb/sobig-xdp-$(VERSION)
	$(Q)cp -a $(B)/deb/sobig-xdp-$(VERSION)/scripts/packaging/debian $(B)/deb/sobig-xdp-$(VERSION)/debian
	$(Q)cd $(B)/deb/sobig-xdp-$(VERSION)/debian && \
		sed -i 's/@BUILD@/$(subst $(space),$(comma) ,$(strip $(BUILD_PACKAGES)))/' control
	$(Q)cd $(B)/deb/sobig-xdp-$(VERSION) && \
		env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL dpkg-buildpackage -us -uc -b >../log 2>&1 || \
		{ tail -n 30 ../log >&2; exit 1; }

deb:
	$(Q)scripts/deps build deb
	$(Q)$(APART) $(MAKE) -s --no-print-directory $(DEB)
	$(Q)$(APART) lintian --allow-root --fail-on error,warning -i $(B)/deb/*.changes
	@echo $(DEB)

clean:
	rm -rf $(B)

-include $(OBJECTS:.o=.d) $(wildcard $(B)/bpf/*.d $(B)/selftests/*/*.d $(B)/selftests/*/*/*.d $(B)/fuzzers/*/*/*.d)
