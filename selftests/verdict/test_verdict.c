// SPDX-License-Identifier: GPL-2.0-only
/* Runs packets through the compiled program, and checks verdicts and counters. */
#include "loaded.h"

#include "front.h"
#include "rows.h"

static struct sobig_bpf *filter, *dry_filter, *live_filter;
static bool privileged;

static void check_row(void **state)
{
	if (!privileged)
		skip();
	loaded_check(filter, *state);
}

/* Cut before the flags it is malformed, cut after them it is a SYN. */
static void
a_blocked_syn_that_is_cut_before_its_flags_passes_and_any_longer_one_is_dropped(void **state)
{
	static const struct packet whole[] = {
		{ "", BANNED4, SYN, DROPPED },
		{ "", BANNED4, SYN, .ip_options = 8, .vlans = 1, .data = 4, DROPPED },
		{ "", BANNED6, SYN, DROPPED },
		{ "", BANNED6, SYN, .extensions = 2, .extension_len = 16, .vlans = 2, DROPPED },
	};
	const unsigned int flags[] = { 14 + 20 + 14, 14 + 4 + 28 + 14, 14 + 40 + 14,
				       14 + 8 + 40 + 24 + 14 };
	struct packet cut;

	(void)state;
	if (!privileged)
		skip();
	for (int i = 0; i < 4; i++) {
		cut = whole[i];
		for (cut.length = 14; cut.length <= flags[i] + 6; cut.length++) {
			cut.count = cut.length < flags[i] ? SOBIG_PASSED_MALFORMED : SOBIG_DROPPED;
			loaded_check(filter, &cut);
		}
	}
}

/* The same cuts in a first fragment: none of a blocked host passes. */
static void every_truncation_of_a_blocked_first_fragment_is_dropped(void **state)
{
	static const struct packet whole[] = {
		{ "", BANNED4, SYN, .fragment = FIRST },
		{ "", BANNED6, SYN, .fragment = FIRST, .fragment_first = true, .extensions = 2 },
	};
	struct packet cut;

	(void)state;
	if (!privileged)
		skip();
	for (int i = 0; i < 2; i++) {
		cut = whole[i];
		for (cut.length = i ? 14 + 40 + 8 : 14 + 20; cut.length < (i ? 14 + 72 : 14 + 34);
		     cut.length++) {
			cut.count = SOBIG_DROPPED_HIDDEN;
			cut.from = i ? BANNED6 : BANNED4;
			loaded_check(filter, &cut);
			cut.count = SOBIG_PASSED_MALFORMED;
			cut.from = i ? NEIGHBOUR6 : NEIGHBOUR4;
			loaded_check(filter, &cut);
		}
	}
}

static void set_block(struct sobig_bpf *program, const char *address,
		      const struct sobig_block *value)
{
	bool ipv6 = strchr(address, ':');
	uint8_t bytes[16];

	inet_pton(ipv6 ? AF_INET6 : AF_INET, address, bytes);
	bpf_map_update_elem(bpf_map__fd(ipv6 ? program->maps.blocked6 : program->maps.blocked4),
			    bytes, value, BPF_ANY);
}

static void block_until(struct sobig_bpf *program, const char *address, uint32_t until)
{
	set_block(program, address, &(struct sobig_block){ .until = until });
}

static void get_block(struct sobig_bpf *program, const char *address, struct sobig_block *out)
{
	uint8_t bytes[4];

	inet_pton(AF_INET, address, bytes);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(program->maps.blocked4), bytes, out), 0);
}

static void drops_are_counted_in_the_block_with_their_time(void **state)
{
	const struct packet syn = { "", BANNED4, SYN, DROPPED };
	struct sobig_block before, after;

	(void)state;
	if (!privileged)
		skip();
	get_block(filter, BANNED4, &before);
	for (int i = 0; i < 5; i++)
		loaded_check(filter, &syn);
	get_block(filter, BANNED4, &after);
	assert_int_equal(after.drops - before.drops, 5);
	/* The filter's clock is CLOCK_MONOTONIC in seconds, to within a tick. */
	assert_in_range(after.last_drop, loaded_now() - 1, loaded_now());
}

/* Sets the filter's clock to `second`, whatever the length of a tick. */
static void wait_for(uint32_t second)
{
	while (loaded_now() < second)
		usleep(5000);
	usleep(20000);
}

static void a_block_ends_on_time(void **state)
{
	struct packet syn = { "", "198.51.100.77", SYN, PASSED(SYN) };
	uint32_t until = loaded_now() + 2;

	(void)state;
	if (!privileged)
		skip();
	loaded_check(filter, &syn);
	block_until(filter, syn.from, until);
	syn.count = SOBIG_DROPPED;
	loaded_check(filter, &syn);
	wait_for(until);
	syn.count = SOBIG_PASSED_EXPIRED;
	loaded_check(filter, &syn);
}

static void a_host_that_sends_syns_stays_blocked_until_it_is_quiet(void **state)
{
	struct packet syn = { "", "198.51.100.78", SYN, DROPPED };
	uint32_t now = loaded_now();
	struct sobig_block block = { .until = now + 2, .quiet = 2 };

	(void)state;
	if (!privileged)
		skip();
	set_block(filter, syn.from, &block);
	for (uint32_t second = now + 1; second <= now + 4; second++) {
		wait_for(second);
		loaded_check(filter, &syn);
	}
	wait_for(now + 4 + 3);
	syn.count = SOBIG_PASSED_EXPIRED;
	loaded_check(filter, &syn);
}

static void a_dry_run_counts_and_drops_nothing(void **state)
{
	(void)state;
	if (!privileged)
		skip();
	for (size_t i = 0; i < ROWS; i++) {
		struct packet row = rows[i];

		if (row.count >= SOBIG_DROPS)
			row.count = SOBIG_PASSED_DRY_RUN;
		loaded_check(dry_filter, &row);
	}
}

/* scope = port, ports 25 and 587 */
static void with_scope_port_all_packets_of_a_blocked_host_to_these_ports_are_dropped(void **state)
{
	static const struct packet live[] = {
		{ "", BANNED4, ACK | PSH, .data = 64, .count = SOBIG_DROPPED_LIVE },
		{ "", NEIGHBOUR4, ACK | PSH, .data = 64, PASSED(OTHER) },
		{ "", BANNED6, ACK, .count = SOBIG_DROPPED_LIVE },
		{ "", NEIGHBOUR6, ACK, PASSED(OTHER) },
		{ "", BANNED4, RST, .port = 587, .count = SOBIG_DROPPED_LIVE },
		{ "", IN_NETWORK4, ACK, .count = SOBIG_DROPPED_LIVE },
		{ "", EXPIRED4, ACK, PASSED(OTHER) },
		{ "", BANNED4, SYN | ACK, .count = SOBIG_DROPPED_LIVE },
		{ "", BANNED4, SYN, DROPPED },
		{ "", BANNED4, SYN, .port = 587, DROPPED },
		{ "", NEIGHBOUR4, SYN, .port = 587, PASSED(SYN) },
		{ "", BANNED4, ACK, .port = 465, PASSED(OTHER) },
		{ "", BANNED4, SYN, .port = 465, PASSED(OTHER) },
		{ "", BANNED4, ACK, .protocol = IPPROTO_UDP, PASSED(OTHER) },
	};

	(void)state;
	if (!privileged)
		skip();
	for (size_t i = 0; i < sizeof(live) / sizeof(live[0]); i++)
		loaded_check(live_filter, &live[i]);
}

static void ban_network(struct sobig_bpf *program, const char *address, uint32_t length,
			uint32_t until)
{
	bool ipv6 = strchr(address, ':');
	struct sobig_network value = { .until = until, .length = length };
	struct sobig_network6 key = { .length = length };

	inet_pton(ipv6 ? AF_INET6 : AF_INET, address, key.address);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(ipv6 ? program->maps.networks6
							      : program->maps.networks4),
					     &key, &value, BPF_ANY),
			 0);
}

static struct sobig_bpf *load(const struct ticks *ticks, bool dry_run, bool live)
{
	struct sobig_bpf *program = loaded_open(ticks);
	struct front_state state = { .networks4 = 3, .networks6 = 2 };
	uint32_t now = loaded_now(), zero = 0;

	if (!program)
		return NULL;
	program->rodata->dry_run = dry_run;
	program->rodata->scope_port = live;
	if (live)
		program->rodata->ports[1] = htons(587);
	if (sobig_bpf__load(program)) {
		sobig_bpf__destroy(program);
		return NULL;
	}
	bpf_map_update_elem(bpf_map__fd(program->maps.front), &zero, &state, BPF_ANY);
	block_until(program, BANNED4, now + 3600);
	block_until(program, BANNED6, now + 3600);
	block_until(program, EXPIRED4, now);
	block_until(program, EXPIRED6, now);
	ban_network(program, "203.0.113.0", 28, now + 3600);
	ban_network(program, "203.0.113.0", 29, now);
	ban_network(program, "192.0.2.128", 25, now);
	ban_network(program, "2001:db8:bad::", 48, now + 3600);
	ban_network(program, SINGLE6, 128, now + 3600);
	return program;
}

static int load_filters(void **state)
{
	struct ticks ticks;
	int unable = loaded_ticks(&ticks);

	(void)state;
	if (unable)
		return unable < 0 ? unable : 0;
	privileged = true;
	filter = load(&ticks, false, false);
	dry_filter = load(&ticks, true, false);
	live_filter = load(&ticks, false, true);
	return filter && dry_filter && live_filter ? 0 : -1;
}

static int unload_filters(void **state)
{
	(void)state;
	sobig_bpf__destroy(filter);
	sobig_bpf__destroy(dry_filter);
	sobig_bpf__destroy(live_filter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(
			a_blocked_syn_that_is_cut_before_its_flags_passes_and_any_longer_one_is_dropped),
		cmocka_unit_test(every_truncation_of_a_blocked_first_fragment_is_dropped),
		cmocka_unit_test(drops_are_counted_in_the_block_with_their_time),
		cmocka_unit_test(a_block_ends_on_time),
		cmocka_unit_test(a_host_that_sends_syns_stays_blocked_until_it_is_quiet),
		cmocka_unit_test(a_dry_run_counts_and_drops_nothing),
		cmocka_unit_test(
			with_scope_port_all_packets_of_a_blocked_host_to_these_ports_are_dropped),
	};
	static struct CMUnitTest tests[ROWS + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < ROWS; i++)
		tests[i] = (struct CMUnitTest){ rows[i].name, check_row, NULL, NULL,
						(void *)&rows[i] };
	memcpy(tests + ROWS, others, sizeof(others));
	return cmocka_run_group_tests_name("verdict", tests, load_filters, unload_filters);
}
