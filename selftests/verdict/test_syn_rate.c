// SPDX-License-Identifier: GPL-2.0-only
/* SYNs above the rate limit, from a source that is not blocked: the excess is dropped, no source is
 * blocked. */
#include "loaded.h"

#define PASSED(kind) .count = SOBIG_PASSED_##kind

#define RATE  20
#define BURST 40

static struct sobig_bpf *filter;
static bool privileged;

static uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000) + now.tv_nsec / 1000000;
}

/* Returns how many of `count` packets pass. */
static uint64_t passes(const struct packet *packet, unsigned int count)
{
	uint64_t before[SOBIG_COUNTS], after[SOBIG_COUNTS];
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(packet, frame);

	loaded_counters(filter, before);
	loaded_run(filter, frame, length, count);
	loaded_counters(filter, after);
	assert_int_equal(after[SOBIG_PASSED_SYN] - before[SOBIG_PASSED_SYN] +
				 after[SOBIG_DROPPED_RATE] - before[SOBIG_DROPPED_RATE],
			 count);
	return after[SOBIG_PASSED_SYN] - before[SOBIG_PASSED_SYN];
}

static void a_burst_passes_and_the_excess_is_dropped(void **state)
{
	const struct packet syn = { "", "192.0.2.10", SYN }, other = { "", "192.0.2.11", SYN };
	const struct packet syn6 = { "", "2001:db8:a::1", SYN };
	const struct packet same64 = { "", "2001:db8:a::2", SYN };
	const struct packet next64 = { "", "2001:db8:a:1::2", SYN };

	(void)state;
	if (!privileged)
		skip();
	/* A tick or two may pass meanwhile. */
	assert_in_range(passes(&syn, 1000), BURST, BURST + 2);
	assert_in_range(passes(&other, 30), 30, 30);
	assert_in_range(passes(&syn6, 1000), BURST, BURST + 2);
	assert_in_range(passes(&same64, 30), 0, 2);
	assert_in_range(passes(&next64, 30), 30, 30);
}

static void tokens_come_back_at_the_rate(void **state)
{
	const struct packet syn = { "", "192.0.2.20", SYN };
	uint64_t since, passed, due;

	(void)state;
	if (!privileged)
		skip();
	passes(&syn, 1000);
	since = clock_ms();
	usleep(1000000);
	passed = passes(&syn, 1000);
	/* Independent of the time that this took. */
	due = (clock_ms() - since) * RATE / 1000;
	assert_in_range(passed, due > 2 ? due - 2 : 0, due + 2);
}

static void packets_other_than_syns_use_no_token_and_pass(void **state)
{
	const struct packet syn = { "", "192.0.2.30", SYN };
	const struct packet ack = { "", "192.0.2.30", ACK, PASSED(OTHER) };
	const struct packet elsewhere = { "", "192.0.2.30", SYN, .port = 443, PASSED(OTHER) };

	(void)state;
	if (!privileged)
		skip();
	for (int i = 0; i < 2 * BURST; i++)
		loaded_check(filter, &ack);
	assert_in_range(passes(&syn, 1000), BURST, BURST + 2);
	loaded_check(filter, &ack);
	loaded_check(filter, &elsewhere);
}

/* A SYN's source can be forged: a hundred thousand others must not cost a good host its SYNs. */
static void a_storm_of_forged_sources_blocks_no_host(void **state)
{
	const struct packet good = { "", "192.0.2.40", SYN };
	struct packet forged = { "", "10.0.0.0", SYN };
	uint8_t frame[PACKETS_FRAME];
	struct sobig_key4 key;
	unsigned int length = packets_build(&forged, frame);

	(void)state;
	if (!privileged)
		skip();
	for (uint32_t i = 0; i < 100000; i++) {
		memcpy(frame + 14 + 12 + 1, &i, 3);
		loaded_run(filter, frame, length, 1);
		if (i % 10000 == 0)
			assert_int_equal(passes(&good, 1), 1);
	}
	assert_true(bpf_map_get_next_key(bpf_map__fd(filter->maps.blocked4), NULL, &key) < 0);
}

static int set_up(void **state)
{
	struct ticks ticks;
	int unable = loaded_ticks(&ticks);

	(void)state;
	if (unable)
		return unable < 0 ? unable : 0;
	filter = loaded_open(&ticks);
	if (!filter)
		return -1;
	filter->rodata->rate_step = (1 << SOBIG_SYN_RATE_UNIT_BITS) / RATE;
	filter->rodata->rate_burst = (BURST - 1) * filter->rodata->rate_step;
	filter->rodata->rate_salts[0] = 0x9e3779b97f4a7c15;
	filter->rodata->rate_salts[1] = 0xc2b2ae3d27d4eb4f;
	bpf_map__set_max_entries(filter->maps.syn_rates, SOBIG_SYN_RATE_LINES);
	if (sobig_bpf__load(filter))
		return -1;
	privileged = true;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	sobig_bpf__destroy(filter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_burst_passes_and_the_excess_is_dropped),
		cmocka_unit_test(tokens_come_back_at_the_rate),
		cmocka_unit_test(packets_other_than_syns_use_no_token_and_pass),
		cmocka_unit_test(a_storm_of_forged_sources_blocks_no_host),
	};

	return cmocka_run_group_tests_name("rates", tests, set_up, tear_down);
}
