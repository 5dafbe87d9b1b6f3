// SPDX-License-Identifier: GPL-2.0-only
/*
 * Packets into the compiled program, verdicts and counters out: each drop beside a neighbour that
 * passes.
 */
#include "../unit/suite.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "act/ticks.h"
#include "sobig.h"
#include "sobig.skel.h"

#define BLOCKED4   "198.51.100.7"
#define NEIGHBOUR4 "198.51.100.8"
#define BLOCKED6   "2001:db8:666:1::5"
#define SAME64	   "2001:db8:666:1:ffff::9"
#define NEIGHBOUR6 "2001:db8:666:2::5"
#define LAPSED4	   "198.51.100.9"

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
	URG = 0x20,
	ECE = 0x40,
	CWR = 0x80
};

enum fragment {
	WHOLE,
	FIRST_FRAGMENT,
	LATER_FRAGMENT
};

/* One packet; what is 0 stands for the plain case: TCP, port 25, no tags, no options. */
struct packet {
	const char *name;
	const char *from;
	uint8_t flags;
	uint16_t port;
	uint8_t protocol;
	uint16_t ethertype;
	unsigned int vlans;
	unsigned int ip_options; /* IPv4: bytes, a multiple of 4 */
	unsigned int extensions; /* IPv6: headers of 8 bytes */
	enum fragment fragment;
	unsigned int tcp_options;
	unsigned int data;
	unsigned int ihl; /* to lie about it */
	unsigned int doff;
	unsigned int version;
	unsigned int length; /* to cut it there */
	enum sobig_count count;
};

static struct sobig_bpf *filter, *dry_filter;
static bool privileged;

static uint32_t now_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
	return at + 2;
}

static uint8_t *put_tcp(uint8_t *at, const struct packet *packet)
{
	unsigned int words = packet->doff ? packet->doff : 5 + packet->tcp_options / 4;

	put16(at, 40000);
	put16(at + 2, packet->port ? packet->port : 25);
	at[12] = words << 4;
	at[13] = packet->flags;
	return at + 20 + packet->tcp_options + packet->data;
}

static uint8_t *put_ipv4(uint8_t *at, const struct packet *packet)
{
	unsigned int words = packet->ihl ? packet->ihl : 5 + packet->ip_options / 4;

	at[0] = (packet->version ? packet->version : 4) << 4 | words;
	put16(at + 6, packet->fragment == FIRST_FRAGMENT   ? 0x2000
		      : packet->fragment == LATER_FRAGMENT ? 0x0005
							   : 0x4000);
	at[8] = 64;
	at[9] = packet->protocol ? packet->protocol : IPPROTO_TCP;
	inet_pton(AF_INET, packet->from, at + 12);
	inet_pton(AF_INET, "192.0.2.1", at + 16);
	memset(at + 20, 1, packet->ip_options); /* no-operation */
	return at + 20 + packet->ip_options;
}

static uint8_t *put_ipv6(uint8_t *at, const struct packet *packet)
{
	static const uint8_t kinds[] = { IPPROTO_HOPOPTS, IPPROTO_DSTOPTS, IPPROTO_ROUTING };
	uint8_t *next = at + 6;

	at[0] = (packet->version ? packet->version : 6) << 4;
	at[7] = 64;
	inet_pton(AF_INET6, packet->from, at + 8);
	inet_pton(AF_INET6, "2001:db8::1", at + 24);
	at += 40;
	for (unsigned int i = 0; i < packet->extensions; i++) {
		*next = kinds[i % 3];
		next = at;
		at[1] = i == 1; /* one of them is 16 bytes long */
		at += 8 + 8 * at[1];
	}
	if (packet->fragment != WHOLE) {
		*next = IPPROTO_FRAGMENT;
		next = at;
		put16(at + 2, packet->fragment == FIRST_FRAGMENT ? 0x0001 : 0x0028);
		at += 8;
	}
	*next = packet->protocol ? packet->protocol : IPPROTO_TCP;
	return at;
}

static unsigned int build(const struct packet *packet, uint8_t frame[512])
{
	bool ipv6 = strchr(packet->from, ':');
	uint16_t type = packet->ethertype ? packet->ethertype : ipv6 ? ETH_P_IPV6 : ETH_P_IP;
	uint8_t *at = frame + 12;

	memset(frame, 0, 512);
	for (unsigned int i = 0; i < packet->vlans; i++) {
		at = put16(at, i + 1 < packet->vlans ? ETH_P_8021AD : ETH_P_8021Q);
		at = put16(at, 100 + i);
	}
	at = put16(at, type);
	at = ipv6 ? put_ipv6(at, packet) : put_ipv4(at, packet);
	at = put_tcp(at, packet);
	return packet->length ? packet->length : (unsigned int)(at - frame);
}

static void read_counters(struct sobig_bpf *program, uint64_t out[SOBIG_COUNTS])
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t values[1024];

	assert_in_range(cpus, 1, 1024);
	for (uint32_t key = 0; key < SOBIG_COUNTS; key++) {
		assert_int_equal(
			bpf_map_lookup_elem(bpf_map__fd(program->maps.counters), &key, values), 0);
		out[key] = 0;
		for (int cpu = 0; cpu < cpus; cpu++)
			out[key] += values[cpu];
	}
}

/* Verdict and counter must be what is expected, and no other counter may move. */
static void check(struct sobig_bpf *program, const struct packet *packet)
{
	uint64_t before[SOBIG_COUNTS], after[SOBIG_COUNTS];
	uint8_t frame[512];
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
			    .data_size_in = build(packet, frame), .repeat = 1);

	read_counters(program, before);
	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program->progs.sobig_xdp), &run),
			 0);
	read_counters(program, after);
	if ((run.retval == XDP_DROP) != (packet->count == SOBIG_DROPPED))
		fail_msg("verdict %u", run.retval);
	assert_true(run.retval == XDP_DROP || run.retval == XDP_PASS);
	for (int i = 0; i < SOBIG_COUNTS; i++)
		if (after[i] - before[i] != (i == (int)packet->count))
			fail_msg("counter %d moved by %llu", i,
				 (unsigned long long)(after[i] - before[i]));
}

#define BLOCKED	  .count = SOBIG_DROPPED
#define FREE	  .count = SOBIG_PASSED_SYN
#define OTHER	  .count = SOBIG_PASSED_OTHER
#define MALFORMED .count = SOBIG_PASSED_MALFORMED

static const struct packet packets[] = {
	{ "banned_syn_is_dropped", BLOCKED4, SYN, BLOCKED },
	{ "neighbours_syn_passes", NEIGHBOUR4, SYN, FREE },
	{ "banned_ipv6_syn_is_dropped", BLOCKED6, SYN, BLOCKED },
	{ "syn_of_the_same_64_is_dropped", SAME64, SYN, BLOCKED },
	{ "syn_of_the_next_64_passes", NEIGHBOUR6, SYN, FREE },
	{ "syn_after_the_block_has_lapsed_passes", LAPSED4, SYN, .count = SOBIG_PASSED_LAPSED },

	{ "banned_syn_with_ece_and_cwr_is_dropped", BLOCKED4, SYN | ECE | CWR, BLOCKED },
	{ "banned_syn_with_psh_is_dropped", BLOCKED4, SYN | PSH, BLOCKED },
	{ "banned_syn_with_urg_is_dropped", BLOCKED4, SYN | URG, BLOCKED },
	{ "banned_syn_with_fin_is_dropped", BLOCKED4, SYN | FIN, BLOCKED },
	{ "banned_syn_with_rst_is_dropped", BLOCKED4, SYN | RST, BLOCKED },
	{ "banned_syn_with_data_is_dropped", BLOCKED4, SYN, .data = 100, BLOCKED },
	{ "banned_syn_with_tcp_options_is_dropped", BLOCKED4, SYN, .tcp_options = 40, BLOCKED },
	{ "neighbours_syn_with_ece_and_cwr_passes", NEIGHBOUR4, SYN | ECE | CWR, FREE },
	{ "neighbours_syn_with_data_passes", NEIGHBOUR4, SYN, .data = 100, FREE },
	{ "neighbours_syn_with_tcp_options_passes", NEIGHBOUR4, SYN, .tcp_options = 40, FREE },
	{ "banned_syn_ack_passes", BLOCKED4, SYN | ACK, OTHER },
	{ "banned_ack_passes", BLOCKED4, ACK, OTHER },
	{ "banned_data_of_a_live_connection_passes", BLOCKED4, ACK | PSH, .data = 64, OTHER },
	{ "banned_rst_passes", BLOCKED4, RST, OTHER },
	{ "banned_fin_passes", BLOCKED4, FIN | ACK, OTHER },
	{ "banned_segment_without_flags_passes", BLOCKED4, 0, OTHER },
	{ "banned_ipv6_syn_ack_passes", BLOCKED6, SYN | ACK, OTHER },

	{ "banned_syn_to_another_port_passes", BLOCKED4, SYN, .port = 22, OTHER },
	{ "banned_syn_to_port_26_passes", BLOCKED4, SYN, .port = 26, OTHER },
	{ "banned_syn_to_25_in_the_other_byte_order_passes", BLOCKED4, SYN, .port = 25 << 8,
	  OTHER },
	{ "banned_udp_passes", BLOCKED4, SYN, .protocol = IPPROTO_UDP, OTHER },
	{ "banned_icmp_passes", BLOCKED4, SYN, .protocol = IPPROTO_ICMP, OTHER },
	{ "banned_ipv6_udp_passes", BLOCKED6, SYN, .protocol = IPPROTO_UDP, OTHER },
	{ "arp_passes", BLOCKED4, SYN, .ethertype = ETH_P_ARP, OTHER },

	{ "banned_syn_behind_a_vlan_tag_is_dropped", BLOCKED4, SYN, .vlans = 1, BLOCKED },
	{ "banned_syn_behind_two_vlan_tags_is_dropped", BLOCKED4, SYN, .vlans = 2, BLOCKED },
	{ "banned_ipv6_syn_behind_a_vlan_tag_is_dropped", BLOCKED6, SYN, .vlans = 1, BLOCKED },
	{ "neighbours_syn_behind_a_vlan_tag_passes", NEIGHBOUR4, SYN, .vlans = 1, FREE },
	{ "neighbours_syn_behind_two_vlan_tags_passes", NEIGHBOUR4, SYN, .vlans = 2, FREE },
	{ "what_is_behind_three_tags_passes", BLOCKED4, SYN, .vlans = 3, OTHER },

	{ "banned_syn_with_ip_options_is_dropped", BLOCKED4, SYN, .ip_options = 4, BLOCKED },
	{ "banned_syn_with_all_ip_options_is_dropped", BLOCKED4, SYN, .ip_options = 40, BLOCKED },
	{ "neighbours_syn_with_all_ip_options_passes", NEIGHBOUR4, SYN, .ip_options = 40, FREE },
	{ "banned_first_fragment_is_dropped", BLOCKED4, SYN, .fragment = FIRST_FRAGMENT, BLOCKED },
	{ "banned_later_fragment_passes", BLOCKED4, SYN, .fragment = LATER_FRAGMENT, OTHER },
	{ "neighbours_first_fragment_passes", NEIGHBOUR4, SYN, .fragment = FIRST_FRAGMENT, FREE },

	{ "banned_syn_behind_an_extension_is_dropped", BLOCKED6, SYN, .extensions = 1, BLOCKED },
	{ "banned_syn_behind_three_extensions_is_dropped", BLOCKED6, SYN, .extensions = 3,
	  BLOCKED },
	{ "neighbours_syn_behind_three_extensions_passes", NEIGHBOUR6, SYN, .extensions = 3, FREE },
	{ "what_is_behind_seven_extensions_passes", BLOCKED6, SYN, .extensions = 7, MALFORMED },
	{ "banned_ipv6_first_fragment_is_dropped", BLOCKED6, SYN, .fragment = FIRST_FRAGMENT,
	  BLOCKED },
	{ "banned_ipv6_later_fragment_passes", BLOCKED6, SYN, .fragment = LATER_FRAGMENT, OTHER },

	{ "ipv4_header_too_short_to_be_one_passes", BLOCKED4, SYN, .ihl = 4, MALFORMED },
	{ "ipv4_header_longer_than_the_packet_passes", BLOCKED4, SYN, .ihl = 15, MALFORMED },
	{ "version_6_in_an_ipv4_frame_passes", BLOCKED4, SYN, .version = 6, MALFORMED },
	{ "version_4_in_an_ipv6_frame_passes", BLOCKED6, SYN, .version = 4, MALFORMED },
	{ "tcp_header_too_short_to_be_one_passes", BLOCKED4, SYN, .doff = 4, MALFORMED },
	{ "ethernet_alone_passes", BLOCKED4, SYN, .length = 14, MALFORMED },
	{ "half_an_ipv4_header_passes", BLOCKED4, SYN, .length = 24, MALFORMED },
	{ "half_a_tcp_header_passes", BLOCKED4, SYN, .length = 44, MALFORMED },
	{ "a_tcp_header_that_lacks_one_byte_passes", BLOCKED4, SYN, .length = 53, MALFORMED },
	{ "a_tcp_header_just_whole_is_dropped", BLOCKED4, SYN, .length = 54, BLOCKED },
};

#define PACKETS (sizeof(packets) / sizeof(packets[0]))

static void check_packet(void **state)
{
	if (!privileged)
		skip();
	check(filter, *state);
}

static void every_truncation_of_a_banned_syn_passes(void **state)
{
	static const struct packet whole[] = {
		{ "", BLOCKED4, SYN, .ip_options = 8, .vlans = 1, .data = 4, BLOCKED },
		{ "", BLOCKED6, SYN, .extensions = 2, .vlans = 2, .data = 4, BLOCKED },
	};
	const unsigned int tcp_ends[] = { 14 + 4 + 28 + 20, 14 + 8 + 40 + 24 + 20 };
	struct packet cut;

	(void)state;
	if (!privileged)
		skip();
	for (int i = 0; i < 2; i++) {
		cut = whole[i];
		for (cut.length = 14; cut.length < tcp_ends[i] + 4; cut.length++) {
			cut.count = cut.length < tcp_ends[i] ? SOBIG_PASSED_MALFORMED
							     : SOBIG_DROPPED;
			check(filter, &cut);
		}
	}
}

static void drops_are_counted_at_the_block_with_their_time(void **state)
{
	const struct packet syn = { "", BLOCKED4, SYN, BLOCKED };
	struct sobig_block before, after;
	struct sobig_key4 key;

	(void)state;
	if (!privileged)
		skip();
	inet_pton(AF_INET, BLOCKED4, &key);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(filter->maps.blocked4), &key, &before), 0);
	for (int i = 0; i < 5; i++)
		check(filter, &syn);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(filter->maps.blocked4), &key, &after), 0);
	assert_int_equal(after.drops - before.drops, 5);
	/* The filter's clock is CLOCK_MONOTONIC to the second, give or take a tick. */
	assert_in_range(after.last_drop, now_seconds() - 1, now_seconds());
}

static void a_block_ends_on_time(void **state)
{
	struct packet syn = { "", NEIGHBOUR4, SYN, FREE };
	struct sobig_block block = { .until = now_seconds() + 2 };
	struct sobig_key4 key;

	(void)state;
	if (!privileged)
		skip();
	check(filter, &syn);
	inet_pton(AF_INET, NEIGHBOUR4, &key);
	bpf_map_update_elem(bpf_map__fd(filter->maps.blocked4), &key, &block, BPF_ANY);
	syn.count = SOBIG_DROPPED;
	check(filter, &syn);
	while (now_seconds() < block.until)
		usleep(5000);
	usleep(20000); /* a tick, be it as long as it may */
	syn.count = SOBIG_PASSED_LAPSED;
	check(filter, &syn);
	bpf_map_delete_elem(bpf_map__fd(filter->maps.blocked4), &key);
	syn.count = SOBIG_PASSED_SYN;
	check(filter, &syn);
}

static void a_dry_run_counts_and_drops_nothing(void **state)
{
	const struct packet banned = { "", BLOCKED4, SYN, .count = SOBIG_PASSED_DRY_RUN };
	const struct packet banned6 = { "", BLOCKED6, SYN, .count = SOBIG_PASSED_DRY_RUN };
	const struct packet neighbour = { "", NEIGHBOUR4, SYN, FREE };
	const struct packet other = { "", BLOCKED4, SYN, .port = 26, OTHER };

	(void)state;
	if (!privileged)
		skip();
	/* It was loaded to protect port 25 as well. */
	check(dry_filter, &banned);
	check(dry_filter, &banned6);
	check(dry_filter, &neighbour);
	check(dry_filter, &other);
}

static void block(struct sobig_bpf *program, const char *address, uint32_t until)
{
	struct sobig_block value = { .until = until };
	uint8_t bytes[16];

	if (strchr(address, ':')) {
		inet_pton(AF_INET6, address, bytes);
		bpf_map_update_elem(bpf_map__fd(program->maps.blocked6), bytes, &value, BPF_ANY);
	} else {
		inet_pton(AF_INET, address, bytes);
		bpf_map_update_elem(bpf_map__fd(program->maps.blocked4), bytes, &value, BPF_ANY);
	}
}

static struct sobig_bpf *load(const struct ticks *ticks, bool dry_run)
{
	struct sobig_bpf *program = sobig_bpf__open();

	if (!program)
		return NULL;
	program->rodata->tick_zero = ticks->zero;
	program->rodata->tick_scale = ticks->scale;
	program->rodata->dry_run = dry_run;
	if (sobig_bpf__load(program)) {
		sobig_bpf__destroy(program);
		return NULL;
	}
	block(program, BLOCKED4, now_seconds() + 3600);
	block(program, BLOCKED6, now_seconds() + 3600);
	block(program, LAPSED4, now_seconds());
	return program;
}

static int load_filters(void **state)
{
	struct ticks ticks;
	int err = ticks_read(&ticks);

	(void)state;
	if (err == -EPERM) {
		print_message("# SKIP: loading BPF programs needs root\n");
		return 0;
	}
	if (err)
		return err;
	privileged = true;
	filter = load(&ticks, false);
	dry_filter = load(&ticks, true);
	return filter && dry_filter ? 0 : -1;
}

static int unload_filters(void **state)
{
	(void)state;
	sobig_bpf__destroy(filter);
	sobig_bpf__destroy(dry_filter);
	return 0;
}

int main(void)
{
	const struct CMUnitTest others[] = {
		cmocka_unit_test(every_truncation_of_a_banned_syn_passes),
		cmocka_unit_test(drops_are_counted_at_the_block_with_their_time),
		cmocka_unit_test(a_block_ends_on_time),
		cmocka_unit_test(a_dry_run_counts_and_drops_nothing),
	};
	static struct CMUnitTest tests[PACKETS + sizeof(others) / sizeof(others[0])];

	for (size_t i = 0; i < PACKETS; i++)
		tests[i] = (struct CMUnitTest){ packets[i].name, check_packet, NULL, NULL,
						(void *)&packets[i] };
	memcpy(tests + PACKETS, others, sizeof(others));
	return cmocka_run_group_tests_name("verdict", tests, load_filters, unload_filters);
}
