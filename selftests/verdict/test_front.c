// SPDX-License-Identifier: GPL-2.0-only
/* Blocks in the front table: exact while one processor receives a storm and another one writes. */
#include "loaded.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "kernel/blocks_list.h"
#include "kernel/blocks_reconcile.h"
#include "kernel/blocks_remove.h"
#include "kernel/front_table.h"
#include "kernel/port_bits.h"

#define PINS  "/sys/fs/bpf/sobig-xdp-test-front"
#define MANY  20000
#define STORM 200000 /* minimum number of packets in a storm */

static struct sobig_bpf *filter;
static struct blocks *blocks;
static struct front_table *front; /* the same table as that of `blocks` */
static bool privileged;

/* The storm: packets of these hosts, until it is stopped. */
struct storm {
	pthread_t thread;
	const char *from;
	bool over;
	uint64_t packets, dropped;
};

static void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	pthread_setaffinity_np(pthread_self(), sizeof(set), &set);
}

/* In steps, each of which returns how many were dropped; for one host, all or none. */
static void *storm_run(void *context)
{
	struct packet syn = { "", NULL, SYN };
	struct storm *storm = context;
	uint8_t frame[PACKETS_FRAME];
	unsigned int length;

	pin_to(sysconf(_SC_NPROCESSORS_ONLN) - 1);
	syn.from = storm->from;
	length = packets_build(&syn, frame);
	while (!__atomic_load_n(&storm->over, __ATOMIC_RELAXED) || storm->packets < STORM) {
		/* One packet in each call, so that each verdict is checked. */
		DECLARE_LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
				    .data_size_in = length, .repeat = 1);

		if (bpf_prog_test_run_opts(bpf_program__fd(filter->progs.sobig_xdp), &run))
			break;
		storm->packets++;
		storm->dropped += run.retval == XDP_DROP;
	}
	return NULL;
}

static void storm_start(struct storm *storm, const char *from)
{
	*storm = (struct storm){ .from = from };
	assert_int_equal(pthread_create(&storm->thread, NULL, storm_run, storm), 0);
}

static void storm_end(struct storm *storm)
{
	__atomic_store_n(&storm->over, true, __ATOMIC_RELAXED);
	pthread_join(storm->thread, NULL);
}

static struct addr_prefix host(uint32_t number)
{
	char text[32];
	struct addr addr;

	snprintf(text, sizeof(text), "10.%u.%u.%u", number >> 16 & 255, number >> 8 & 255,
		 number & 255);
	assert_int_equal(addr_parse(text, strlen(text), &addr), 0);
	return addr_prefix_host(&addr);
}

static struct addr_prefix named(const char *text)
{
	struct addr_prefix prefix;

	assert_int_equal(addr_parse_prefix(text, &prefix), 0);
	return strchr(text, '/') ? prefix : addr_prefix_host(&prefix.addr);
}

static void add(const struct addr_prefix *target, size_t count, uint32_t seconds, bool dry_run)
{
	const struct blocks_request request = { .seconds = seconds,
						.dry_run = dry_run,
						.reason = "test" };
	size_t done;

	assert_int_equal(blocks_add(blocks, target, count, &request, NULL, &done), 0);
	assert_int_equal(done, count);
}

static void block(const char *text, uint32_t seconds)
{
	struct addr_prefix target = named(text);

	add(&target, 1, seconds, false);
}

static void unblock(const char *text)
{
	struct addr_prefix target = named(text);

	assert_int_equal(blocks_remove(blocks, &target), 0);
}

static uint32_t syn(const char *from)
{
	const struct packet packet = { "", from, SYN };
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(&packet, frame);

	return loaded_run(filter, frame, length, 1);
}

static uint32_t syn_to(const char *from, uint16_t port)
{
	const struct packet packet = { "", from, SYN, .port = port };
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(&packet, frame);

	return loaded_run(filter, frame, length, 1);
}

static void block_ports(const char *text, uint16_t first, uint16_t second)
{
	const struct blocks_request request = { .seconds = 600,
						.reason = "test",
						.ports = { first, second } };
	struct addr_prefix target = named(text);
	size_t done;

	assert_int_equal(blocks_add(blocks, &target, 1, &request, NULL, &done), 0);
}

static void block_many(uint32_t from, uint32_t count, uint32_t seconds)
{
	struct addr_prefix *target = calloc(count, sizeof(*target));

	for (uint32_t i = 0; i < count; i++)
		target[i] = host(from + i);
	add(target, count, seconds, false);
	free(target);
}

static void unblock_many(uint32_t from, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct addr_prefix target = host(from + i);

		assert_int_equal(blocks_remove(blocks, &target), 0);
	}
}

static void repair_all(struct blocks_reconciled *sum)
{
	struct blocks_reconciled one;

	*sum = (struct blocks_reconciled){ 0 };
	for (int i = 0; i < 4; i++) {
		assert_int_equal(blocks_reconcile(blocks, &one), 0);
		sum->expired += one.expired;
		sum->evicted += one.evicted;
	}
}

#define NEED_ROOT()              \
	do {                     \
		(void)state;     \
		if (!privileged) \
			skip();  \
	} while (0)

static void after_block_no_syn_passes_and_after_unblock_the_first_one_does(void **state)
{
	static const char *const all[] = { "198.51.100.7", "2001:db8:1:2::3", "203.0.113.0/24",
					   "2001:db8:4::/48", "2001:db8:5:6::7/128" };
	static const char *const inside[] = { "198.51.100.7", "2001:db8:1:2:ffff::1",
					      "203.0.113.255", "2001:db8:4:ffff::1",
					      "2001:db8:5:6::7" };

	NEED_ROOT();
	for (int round = 0; round < 200; round++) {
		for (int i = 0; i < 5; i++) {
			assert_int_equal(syn(inside[i]), XDP_PASS);
			block(all[i], 600);
			assert_int_equal(syn(inside[i]), XDP_DROP);
			unblock(all[i]);
			assert_int_equal(syn(inside[i]), XDP_PASS);
		}
	}
}

/* Others are added and removed in its line, and the table is rebuilt: no SYN of a blocked host
 * passes. */
static void a_blocked_host_stays_blocked_while_others_come_and_go(void **state)
{
	struct blocks_reconciled repair;
	struct storm storm;

	NEED_ROOT();
	block("198.51.100.7", 600);
	storm_start(&storm, "198.51.100.7");
	for (int round = 0; round < 4; round++) {
		block_many(0, MANY, 600);
		repair_all(&repair);
		unblock_many(0, MANY);
		repair_all(&repair);
	}
	storm_end(&storm);
	assert_true(storm.packets >= STORM);
	assert_int_equal(storm.dropped, storm.packets);
	unblock("198.51.100.7");
}

static void a_good_host_passes_while_others_come_and_go(void **state)
{
	struct blocks_reconciled repair;
	struct storm storm;

	NEED_ROOT();
	storm_start(&storm, "198.51.100.8");
	for (int round = 0; round < 4; round++) {
		block_many(0, MANY, 600);
		repair_all(&repair);
		unblock_many(0, MANY);
		repair_all(&repair);
	}
	storm_end(&storm);
	assert_true(storm.packets >= STORM);
	assert_int_equal(storm.dropped, 0);
}

/* With neighbours that expire at other times and are not removed. */
static void a_block_expires_on_time_in_a_full_table(void **state)
{
	struct blocks_reconciled repair;
	uint32_t until;

	NEED_ROOT();
	block_many(0, MANY, 600);
	block_many(MANY, MANY, 3);
	until = loaded_now() + 3;
	while (loaded_now() < until - 1)
		for (uint32_t i = 0; i < 100; i++)
			assert_int_equal(syn("10.0.78.32"), XDP_DROP); /* number 20000 */
	while (loaded_now() < until + 2)
		usleep(10000);
	assert_int_equal(syn("10.0.78.32"), XDP_PASS);
	assert_int_equal(syn("10.0.78.31"), XDP_DROP); /* number 19999 */
	repair_all(&repair);
	assert_int_equal(repair.expired, MANY);
	assert_int_equal(syn("10.0.78.32"), XDP_PASS);
	assert_int_equal(syn("10.0.78.31"), XDP_DROP);
	assert_int_equal(blocks_remove_all(blocks), MANY);
	assert_int_equal(syn("10.0.78.31"), XDP_PASS);
}

/*
 * A line with more hosts than slots is not valid, and the LRU map is asked: about one host in a
 * hundred, by a random hash. All others are dropped.
 */
static void a_host_that_the_lru_evicted_is_still_dropped_and_one_reconcile_restores_it(void **state)
{
	struct blocks_reconciled repair;
	struct addr line[FRONT_HOSTS4];
	struct addr_prefix lost;
	struct sobig_block block;
	int passed = 0;

	NEED_ROOT();
	block_many(0, 1000, 600);
	/* A salt for which these addresses share lines is replaced. */
	repair_all(&repair);
	for (uint32_t i = 0; i < 1000; i += 10) {
		lost = host(i);
		assert_int_equal(bpf_map_delete_elem(bpf_map__fd(filter->maps.blocked4),
						     lost.addr.bytes + 12),
				 0);
	}
	for (uint32_t i = 0; i < 1000; i += 10) {
		char text[ADDR_TEXT_SIZE];

		lost = host(i);
		if (syn(addr_prefix_format(&lost, text)) == XDP_DROP)
			continue;
		assert_int_equal(front_table_line(front, &lost.addr, line), FRONT_HOSTS4);
		passed++;
	}
	assert_true(passed < 10);
	assert_int_equal(blocks_reconcile(blocks, &repair), 0);
	assert_int_equal(repair.evicted, 100);
	for (uint32_t i = 0; i < 1000; i += 10) {
		char text[ADDR_TEXT_SIZE];

		lost = host(i);
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(filter->maps.blocked4),
						     lost.addr.bytes + 12, &block),
				 0);
		assert_int_equal(syn(addr_prefix_format(&lost, text)), XDP_DROP);
	}
	assert_int_equal(blocks_reconcile(blocks, &repair), 0);
	assert_int_equal(repair.evicted, 0);
	assert_int_equal(blocks_remove_all(blocks), 1000);
}

/* Some lines have more hosts than slots. */
static void each_of_many_blocked_hosts_is_dropped_and_all_others_pass(void **state)
{
	struct blocks_reconciled repair;
	struct packet packet = { "", NULL, SYN };
	uint8_t frame[PACKETS_FRAME];
	unsigned int length;

	NEED_ROOT();
	for (uint32_t i = 0; i < 2 * MANY; i += 2) {
		struct addr_prefix target = host(i);

		add(&target, 1, 600, false);
	}
	packet.from = "10.0.0.0";
	length = packets_build(&packet, frame);
	for (int round = 0; round < 2; round++) {
		for (uint32_t i = 0; i < 2 * MANY; i++) {
			struct addr_prefix target = host(i);

			memcpy(frame + 14 + 12, target.addr.bytes + 12, 4);
			assert_int_equal(loaded_run(filter, frame, length, 1),
					 i % 2 ? XDP_PASS : XDP_DROP);
		}
		repair_all(&repair);
	}
	assert_int_equal(blocks_remove_all(blocks), MANY);
}

static void each_of_many_blocked_ipv6_networks_is_dropped_and_all_others_pass(void **state)
{
	struct addr_prefix target = named("2001:db8:9::");
	struct packet packet = { "", "2001:db8:9::1", SYN };
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(&packet, frame);

	NEED_ROOT();
	for (uint32_t i = 0; i < 1000; i++) {
		target.addr.bytes[6] = i >> 7;
		target.addr.bytes[7] = i << 1;
		add(&target, 1, 600, false);
	}
	for (uint32_t i = 0; i < 2000; i++) {
		frame[14 + 8 + 6] = i >> 8;
		frame[14 + 8 + 7] = i;
		assert_int_equal(loaded_run(filter, frame, length, 1), i % 2 ? XDP_PASS : XDP_DROP);
	}
	assert_int_equal(blocks_remove_all(blocks), 1000);
}

static uint64_t found_drops;
static uint32_t found_last;

static int find_drops(void *context, const struct blocks_list_entry *entry)
{
	const struct addr_prefix *target = context;

	if (memcmp(&entry->target.addr, &target->addr, sizeof(target->addr)))
		return 0;
	found_drops = entry->drops;
	found_last = entry->last_drop;
	return 0;
}

/* Beyond 16 bits, across a reconcile and a rebuilt table. */
static void drops_are_counted_exactly_and_with_their_time(void **state)
{
	struct addr_prefix target = named("198.51.100.7");
	const struct packet packet = { "", "198.51.100.7", SYN };
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(&packet, frame);
	struct blocks_reconciled repair;

	NEED_ROOT();
	block("198.51.100.7", 600);
	loaded_run(filter, frame, length, 70000);
	repair_all(&repair);
	loaded_run(filter, frame, length, 70000);
	block_many(0, MANY, 600);
	repair_all(&repair);
	loaded_run(filter, frame, length, 3);
	assert_int_equal(blocks_list_each(blocks, find_drops, &target), 0);
	assert_int_equal(found_drops, 140003);
	assert_in_range(found_last, loaded_now() - 1, loaded_now() + 1);
	assert_int_equal(blocks_remove_all(blocks), MANY + 1);
}

static void a_dry_run_drops_nothing_and_a_block_replaces_it(void **state)
{
	struct addr_prefix target = named("198.51.100.7");

	NEED_ROOT();
	add(&target, 1, 600, true);
	assert_int_equal(syn("198.51.100.7"), XDP_PASS);
	add(&target, 1, 600, false);
	assert_int_equal(syn("198.51.100.7"), XDP_DROP);
	add(&target, 1, 900, true);
	assert_int_equal(syn("198.51.100.7"), XDP_DROP);
	unblock("198.51.100.7");
	assert_int_equal(syn("198.51.100.7"), XDP_PASS);
}

/* If a process dies while it rebuilds the table, the next one rebuilds it. */
static void a_table_left_half_rebuilt_is_rebuilt(void **state)
{
	struct front_table_counts counts = { 0, 0 };
	struct front_table *mirror;

	NEED_ROOT();
	block_many(0, 1000, 600);
	assert_int_equal(front_table_open(PINS, &mirror), 0);
	assert_int_equal(front_table_begin(mirror, &counts), 0);
	front_table_close(mirror);
	assert_int_equal(syn("10.0.0.10"), XDP_DROP);
	assert_int_equal(syn("198.51.100.7"), XDP_PASS);
	block("198.51.100.7", 600);
	assert_int_equal(syn("10.0.0.10"), XDP_DROP);
	assert_int_equal(syn("198.51.100.7"), XDP_DROP);
	assert_int_equal(syn("198.51.100.8"), XDP_PASS);
	assert_int_equal(blocks_remove_all(blocks), 1001);
}

/*
 * Addresses that follow each other can share a few lines if the salt is unlucky: then the table is
 * rebuilt with another one.
 */
static void an_unlucky_salt_is_replaced(void **state)
{
	const struct front_table_counts counts = { .ipv4 = 1000 };
	const struct front_record record = { 0 };
	struct blocks_reconciled repair;
	struct front_state unlucky;
	struct front_table *mirror;
	__u32 zero = 0;
	int slots = 0;

	NEED_ROOT();
	block_many(0, 1000, 600);
	assert_int_equal(front_table_open(PINS, &mirror), 0);
	assert_int_equal(front_table_begin(mirror, &counts), 0);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(filter->maps.front), &zero, &unlucky), 0);
	unlucky.salts[0] = 1; /* all hosts have the first line */
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(filter->maps.front), &zero, &unlucky, BPF_ANY), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr_prefix target = host(i);

		front_table_fill(mirror, &target.addr, loaded_now() + 600, false, &record);
	}
	front_table_end(mirror);
	front_table_close(mirror);
	assert_int_equal(syn("10.0.0.10"), XDP_DROP);
	assert_int_equal(syn("198.51.100.7"), XDP_PASS);
	repair_all(&repair);
	for (uint32_t i = 0; i < 1000; i++) {
		struct addr_prefix target = host(i);
		struct front_record found;

		slots += !front_table_find(front, &target.addr, &found);
	}
	assert_true(slots > 900);
	assert_int_equal(syn("10.0.0.10"), XDP_DROP);
	assert_int_equal(syn("198.51.100.7"), XDP_PASS);
	assert_int_equal(blocks_remove_all(blocks), 1000);
}

/* In the front table, and with the line invalidated in the LRU map. */
static void blocked_syn_to_port_it_does_not_close_passes(void **state)
{
	static const char *const all[] = { "198.51.100.7", "2001:db8:1:2::3", "203.0.113.0/24",
					   "2001:db8:4::/48" };
	static const char *const from[] = { "198.51.100.7", "2001:db8:1:2:ffff::1", "203.0.113.255",
					    "2001:db8:4:ffff::1" };

	NEED_ROOT();
	for (int i = 0; i < 4; i++) {
		struct addr_prefix target = named(all[i]);

		for (int invalid = 0; invalid < 2; invalid++) {
			block_ports(all[i], 25, 0);
			if (invalid && i < 2)
				front_table_invalidate(front, &target.addr);
			assert_int_equal(syn_to(from[i], 25), XDP_DROP);
			assert_int_equal(syn_to(from[i], 465), XDP_PASS);
			assert_int_equal(syn_to(from[i], 587), XDP_PASS);
			assert_int_equal(blocks_remove(blocks, &target), 0);
			block_ports(all[i], 465, 587);
			assert_int_equal(syn_to(from[i], 25), XDP_PASS);
			assert_int_equal(syn_to(from[i], 465), XDP_DROP);
			assert_int_equal(syn_to(from[i], 587), XDP_DROP);
			assert_int_equal(blocks_remove(blocks, &target), 0);
			block(all[i], 600);
			assert_int_equal(syn_to(from[i], 25), XDP_DROP);
			assert_int_equal(syn_to(from[i], 587), XDP_DROP);
			assert_int_equal(blocks_remove(blocks, &target), 0);
			assert_int_equal(syn_to(from[i], 25), XDP_PASS);
			assert_int_equal(syn_to(from[i], 587), XDP_PASS);
		}
	}
	repair_all(&(struct blocks_reconciled){ 0 });
}

static void port_left_open_by_a_host_is_closed_by_its_network(void **state)
{
	NEED_ROOT();
	block_ports("198.51.100.7", 25, 0);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_PASS);
	block_ports("198.51.100.0/24", 587, 0);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 465), XDP_PASS);
	/* A narrow network leaves open what the wider one closes. */
	block_ports("198.51.0.0/16", 465, 0);
	assert_int_equal(syn_to("198.51.100.7", 465), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.8", 25), XDP_PASS);
	unblock("198.51.0.0/16");
	unblock("198.51.100.0/24");
	unblock("198.51.100.7");
}

static void second_block_of_a_host_closes_the_ports_of_both(void **state)
{
	NEED_ROOT();
	block_ports("198.51.100.7", 25, 0);
	block_ports("198.51.100.7", 587, 0);
	assert_int_equal(syn_to("198.51.100.7", 25), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 465), XDP_PASS);
	block("198.51.100.7", 600);
	assert_int_equal(syn_to("198.51.100.7", 465), XDP_DROP);
	unblock("198.51.100.7");
}

static void open_ports_are_kept_in_a_rebuild_and_after_an_eviction(void **state)
{
	struct blocks_reconciled repair;
	struct addr_prefix target = named("198.51.100.7");

	NEED_ROOT();
	block_ports("198.51.100.7", 25, 0);
	block_many(0, MANY, 600);
	repair_all(&repair);
	assert_int_equal(syn_to("198.51.100.7", 25), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_PASS);
	assert_int_equal(syn_to("10.0.0.10", 587), XDP_DROP);
	assert_int_equal(
		bpf_map_delete_elem(bpf_map__fd(filter->maps.blocked4), target.addr.bytes + 12), 0);
	repair_all(&repair);
	assert_int_equal(repair.evicted, 1);
	front_table_invalidate(front, &target.addr);
	assert_int_equal(syn_to("198.51.100.7", 25), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_PASS);
	assert_int_equal(blocks_remove_all(blocks), MANY + 1);
}

/* Up to version 0.1, a line had 16 bits of the number of drops where the open ports are now. */
static void table_of_a_previous_version_leaves_no_port_open(void **state)
{
	struct addr_prefix target = named("198.51.100.7");
	uint32_t zero = 0;
	struct front_state old;
	struct blocks_reconciled repair;

	NEED_ROOT();
	repair_all(&repair);
	block("198.51.100.7", 600);
	front_table_put(front, &target.addr, loaded_now() + 600,
			&(struct front_record){ .drops = 0x34, .open = 0x12 });
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(filter->maps.front), &zero, &old), 0);
	old.layout = 0;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(filter->maps.front), &zero, &old, BPF_ANY),
			 0);
	assert_int_equal(syn_to("198.51.100.7", 465), XDP_PASS);
	assert_int_equal(blocks_take_over(blocks), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(syn_to("198.51.100.7", 25), XDP_DROP);
		assert_int_equal(syn_to("198.51.100.7", 465), XDP_DROP);
		assert_int_equal(syn_to("198.51.100.8", 25), XDP_PASS);
		repair_all(&repair);
	}
	unblock("198.51.100.7");
}

/* Ports of a filter that is no longer attached lose their bits, and only if no bit is free. */
static void a_port_keeps_its_bit_while_a_filter_protects_it(void **state)
{
	static const uint16_t before[SOBIG_PORTS_MAX] = { 25, 465, 587 };
	static const uint16_t after[SOBIG_PORTS_MAX] = { 2525, 587 };
	static const uint16_t more[SOBIG_PORTS_MAX] = { 1, 2, 3, 4, 5 };
	const struct sobig_port_bits none = { 0 }, others = { { 25, 587, 2525, 465 } };
	struct sobig_port_bits known = { 0 };
	uint8_t bits[SOBIG_PORTS_MAX], lost = 1;

	(void)state;
	assert_int_equal(port_bits_give(&known, before, &none, bits, &lost), 0);
	assert_int_equal(bits[2], 4);
	assert_int_equal(port_bits_give(&known, after, &none, bits, &lost), 0);
	assert_int_equal(bits[0], 8);
	assert_int_equal(bits[1], 4);
	assert_int_equal(lost, 0);
	assert_int_equal(port_bits_give(&known, more, &others, bits, &lost), -ENOSPC);
	assert_int_equal(bits[0], 8);
	assert_int_equal(port_bits_give(&known, more, &none, bits, &lost), 0);
	assert_int_equal(bits[4], lost);
	assert_int_equal(port_bits_of(&known, 25), 0);
	assert_int_equal(port_bits_of(&known, 587), 4);
}

static void a_bit_that_another_port_gets_is_open_in_all_blocks(void **state)
{
	static const uint16_t new[SOBIG_PORTS_MAX] = { 25, 465, 1, 2, 3, 4, 5, 6 };
	static const uint16_t old[SOBIG_PORTS_MAX] = { 25, 465, 587 };
	const struct sobig_port_bits none = { 0 };
	uint8_t bits[SOBIG_PORTS_MAX];
	uint16_t left[SOBIG_PORTS_MAX];

	NEED_ROOT();
	block_ports("198.51.100.7", 25, 587);
	block_ports("203.0.113.0/24", 587, 0);
	block("198.51.100.9", 600);
	assert_int_equal(blocks_give_bits(blocks, new, &none, bits), 0);
	assert_int_equal(bits[7], 4);
	/* The program still takes this bit for that of 587. */
	assert_int_equal(syn_to("198.51.100.7", 25), XDP_DROP);
	assert_int_equal(syn_to("198.51.100.7", 587), XDP_PASS);
	assert_int_equal(syn_to("203.0.113.5", 587), XDP_PASS);
	assert_int_equal(syn_to("198.51.100.9", 587), XDP_DROP);
	assert_true(blocks_ports(blocks, (uint8_t)~1u, left));
	assert_int_equal(left[0], 25);
	assert_int_equal(left[1], 0);
	assert_false(blocks_ports(blocks, 0xff, left));
	assert_true(blocks_ports(blocks, 0, left));
	assert_int_equal(left[0], 0);
	unblock("198.51.100.7");
	unblock("203.0.113.0/24");
	unblock("198.51.100.9");
	assert_int_equal(blocks_give_bits(blocks, old, &none, bits), 0);
}

static void a_full_table_returns_an_error_and_keeps_its_blocks(void **state)
{
	const struct blocks_request request = { .seconds = 600, .reason = "test" };
	uint64_t room = privileged ? blocks_room(blocks, true) : 0;
	struct addr_prefix *target;
	size_t done;

	NEED_ROOT();
	target = calloc(room + 10, sizeof(*target));
	for (uint32_t i = 0; i < room + 10; i++)
		target[i] = host(i);
	assert_int_equal(blocks_add(blocks, target, room + 10, &request, NULL, &done), -E2BIG);
	assert_int_equal(done, room);
	free(target);
	assert_int_equal(syn("10.0.0.10"), XDP_DROP);
	assert_int_equal(blocks_remove_all(blocks), room);
}

static int set_up(void **state)
{
	const uint16_t ports[SOBIG_PORTS_MAX] = { 25, 465, 587 };
	const struct sobig_port_bits none = { 0 };
	uint8_t bits[SOBIG_PORTS_MAX];
	struct ticks ticks;
	int unable = loaded_ticks(&ticks);

	(void)state;
	if (unable)
		return unable < 0 ? unable : 0;
	filter = loaded_open(&ticks);
	if (!filter || (mkdir(PINS, 0700) && errno != EEXIST))
		return -1;
	bpf_map__set_max_entries(filter->maps.block_info4, 3 * MANY);
	bpf_map__set_max_entries(filter->maps.block_info6, 1024);
	bpf_map__set_max_entries(filter->maps.blocked4, SOBIG_TABLE_SIZE(3 * MANY));
	bpf_map__set_max_entries(filter->maps.front4, 3 * MANY / FRONT_TABLE_LOAD4);
	for (int i = 0; i < 3; i++)
		filter->rodata->ports[i] = htons(ports[i]) | 1u << i << SOBIG_BIT_SHIFT;
	if (sobig_bpf__load(filter) || bpf_object__pin_maps(filter->obj, PINS) ||
	    front_table_open(PINS, &front) || blocks_open(PINS, &blocks))
		return -1;
	privileged = true;
	return blocks_give_bits(blocks, ports, &none, bits);
}

static int tear_down(void **state)
{
	(void)state;
	blocks_close(blocks);
	front_table_close(front);
	if (filter)
		bpf_object__unpin_maps(filter->obj, PINS);
	rmdir(PINS);
	sobig_bpf__destroy(filter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_block_no_syn_passes_and_after_unblock_the_first_one_does),
		cmocka_unit_test(a_blocked_host_stays_blocked_while_others_come_and_go),
		cmocka_unit_test(a_good_host_passes_while_others_come_and_go),
		cmocka_unit_test(a_block_expires_on_time_in_a_full_table),
		cmocka_unit_test(
			a_host_that_the_lru_evicted_is_still_dropped_and_one_reconcile_restores_it),
		cmocka_unit_test(each_of_many_blocked_hosts_is_dropped_and_all_others_pass),
		cmocka_unit_test(each_of_many_blocked_ipv6_networks_is_dropped_and_all_others_pass),
		cmocka_unit_test(drops_are_counted_exactly_and_with_their_time),
		cmocka_unit_test(a_dry_run_drops_nothing_and_a_block_replaces_it),
		cmocka_unit_test(a_table_left_half_rebuilt_is_rebuilt),
		cmocka_unit_test(an_unlucky_salt_is_replaced),
		cmocka_unit_test(blocked_syn_to_port_it_does_not_close_passes),
		cmocka_unit_test(port_left_open_by_a_host_is_closed_by_its_network),
		cmocka_unit_test(second_block_of_a_host_closes_the_ports_of_both),
		cmocka_unit_test(open_ports_are_kept_in_a_rebuild_and_after_an_eviction),
		cmocka_unit_test(table_of_a_previous_version_leaves_no_port_open),
		cmocka_unit_test(a_port_keeps_its_bit_while_a_filter_protects_it),
		cmocka_unit_test(a_bit_that_another_port_gets_is_open_in_all_blocks),
		cmocka_unit_test(a_full_table_returns_an_error_and_keeps_its_blocks),
	};

	return cmocka_run_group_tests_name("front", tests, set_up, tear_down);
}
