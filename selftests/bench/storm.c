// SPDX-License-Identifier: GPL-2.0-only
/* Sends SYNs from many hosts as fast as a CPU can, and measures for the bench of the filters.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "storm.h"
#include "storm.skel.h"

#define STORM_PORT	  25
#define STORM_CHUNK	  500000
#define STORM_QUEUE	  16384 /* the most that there can be */
#define STORM_FRAME_SIZE  128
#define STORM_ROUNDS_MAX  100
#define STORM_BLOCK_WORDS 3 /* a block's data in the plain table: as much as in ours */

static const char storm_to4[] = "192.0.2.1", storm_to6[] = "2001:db8::1";

struct storm_packet {
	unsigned char data[STORM_FRAME_SIZE];
	unsigned int size;
};

/* How the packet differs from a plain SYN to port 25. */
struct storm_kind {
	const char *name;
	bool ipv6, arp, vlan, udp, ack;
	uint16_t port;	   /* 0: 25 */
	unsigned int body; /* bytes after the header */
	bool blocked;
};

static const struct storm_kind storm_kinds[] = {
	{ .name = "IPv4 SYN, blocked", .blocked = true },
	{ .name = "IPv6 SYN, blocked", .blocked = true, .ipv6 = true },
	{ .name = "IPv4 SYN, not blocked" },
	{ .name = "IPv6 SYN, not blocked", .ipv6 = true },
	{ .name = "ARP", .arp = true },
	{ .name = "IPv4 UDP", .udp = true, .port = 53, .body = 32 },
	{ .name = "IPv4 TCP ACK, port 25, data", .ack = true, .body = 40 },
	{ .name = "IPv4 TCP ACK, port 443", .ack = true, .port = 443 },
	{ .name = "IPv6 TCP ACK, port 25", .ack = true, .ipv6 = true },
	{ .name = "IPv4 TCP ACK, port 25, VLAN", .ack = true, .vlan = true },
};

#define STORM_KINDS (sizeof(storm_kinds) / sizeof(storm_kinds[0]))

static void die(const char *what)
{
	fprintf(stderr, "storm: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double storm_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static uint32_t storm_sum(const void *data, size_t size)
{
	const uint16_t *words = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < size / 2; i++)
		sum += words[i];
	return sum;
}

static void *storm_append(struct storm_packet *packet, const void *header, size_t size)
{
	void *place = packet->data + packet->size;

	memcpy(place, header, size);
	packet->size += size;
	return place;
}

static void storm_ethernet(struct storm_packet *packet, const unsigned char to[ETH_ALEN],
			   uint16_t type, bool vlan)
{
	const uint16_t tag[2] = { htons(7), htons(type) };
	struct ethhdr eth = { .h_source = { 2, 0, 0, 0, 0, 1 } };

	memcpy(eth.h_dest, to, ETH_ALEN);
	eth.h_proto = htons(vlan ? ETH_P_8021Q : type);
	storm_append(packet, &eth, sizeof(eth));
	if (vlan)
		storm_append(packet, tag, sizeof(tag));
}

/*
 * A packet of the kind, with its checksums still open; the sums of what stands in it are for who
 * will put in a source.
 */
static void storm_build(const struct storm_kind *kind, const unsigned char to[ETH_ALEN],
			uint32_t host, struct storm_packet *packet, uint32_t *ip_sum,
			uint32_t *tcp_sum)
{
	struct tcphdr tcp = { .source = htons(40000),
			      .dest = htons(kind->port ? kind->port : STORM_PORT),
			      .seq = htonl(1),
			      .doff = 6,
			      .syn = !kind->ack,
			      .ack = kind->ack,
			      .window = htons(64240) };
	const unsigned char mss[4] = { 2, 4, 1460 >> 8, 1460 & 0xff };
	uint16_t size = sizeof(tcp) + sizeof(mss) + kind->body;
	uint8_t protocol = kind->udp ? IPPROTO_UDP : IPPROTO_TCP;
	uint32_t pseudo = htons(protocol) + htons(size);
	uint64_t network = htobe64(storm_host6(host));
	struct iphdr ip4 = { .version = 4,
			     .ihl = 5,
			     .ttl = 64,
			     .protocol = protocol,
			     .tot_len = htons(sizeof(ip4) + size) };
	struct ipv6hdr ip6 = {
		.version = 6, .hop_limit = 64, .nexthdr = protocol, .payload_len = htons(size)
	};
	const unsigned char *transport;

	memset(packet, 0, sizeof(*packet));
	storm_ethernet(packet, to,
		       kind->arp    ? ETH_P_ARP
		       : kind->ipv6 ? ETH_P_IPV6
				    : ETH_P_IP,
		       kind->vlan);
	*ip_sum = *tcp_sum = 0;
	if (kind->arp) {
		packet->size = ETH_ZLEN;
		return;
	}
	if (kind->ipv6) {
		inet_pton(AF_INET6, storm_to6, &ip6.daddr);
		*tcp_sum = storm_sum(&ip6.daddr, sizeof(ip6.daddr));
		memcpy(&ip6.saddr, &network, sizeof(network));
		ip6.saddr.s6_addr[15] = 1;
		storm_append(packet, &ip6, sizeof(ip6));
	} else {
		inet_pton(AF_INET, storm_to4, &ip4.daddr);
		*ip_sum = storm_sum(&ip4, sizeof(ip4));
		*tcp_sum = storm_sum(&ip4.daddr, sizeof(ip4.daddr));
		ip4.saddr = htonl(storm_host4(host));
		storm_append(packet, &ip4, sizeof(ip4));
	}
	transport = storm_append(packet, &tcp, sizeof(tcp));
	storm_append(packet, mss, sizeof(mss));
	packet->size += kind->body;
	/* The source port is the sender's to choose. */
	*tcp_sum += pseudo + storm_sum(transport, size) - tcp.source;
	if (packet->size < ETH_ZLEN)
		packet->size = ETH_ZLEN;
}

static unsigned int storm_interface(const char *name)
{
	unsigned int index = if_nametoindex(name);

	if (!index)
		die(name);
	return index;
}

static struct storm_bpf *storm_open(void)
{
	struct storm_bpf *storm = storm_bpf__open();

	if (!storm || bpf_map__set_max_entries(storm->maps.cpus, libbpf_num_possible_cpus()))
		die("opening the programs");
	return storm;
}

static void storm_load(struct storm_bpf *storm)
{
	if (storm_bpf__load(storm))
		die("loading the programs");
}

/* list FAMILY FIRST COUNT */
static int storm_list(char **argv)
{
	uint32_t first = strtoul(argv[1], NULL, 10), count = strtoul(argv[2], NULL, 10);
	struct in6_addr ip6 = { 0 };
	char text[INET6_ADDRSTRLEN];
	struct in_addr ip4;
	uint64_t network;

	for (uint32_t i = first; i < first + count; i++) {
		network = htobe64(storm_host6(i));
		memcpy(&ip6, &network, sizeof(network));
		ip4.s_addr = htonl(storm_host4(i));
		if (*argv[0] == '6')
			puts(inet_ntop(AF_INET6, &ip6, text, sizeof(text)));
		else
			puts(inet_ntop(AF_INET, &ip4, text, sizeof(text)));
	}
	return 0;
}

static void storm_hand_over(struct storm_bpf *storm, uint32_t receiver)
{
	struct bpf_cpumap_val value = {
		.qsize = STORM_QUEUE, .bpf_prog.fd = bpf_program__fd(storm->progs.storm_forward)
	};

	if (bpf_map_update_elem(bpf_map__fd(storm->maps.cpus), &receiver, &value, BPF_ANY))
		die("handing packets to another CPU");
}

/*
 * send INTERFACE MAC FAMILY HOSTS SECONDS RATE RECEIVER; RATE in packets a second, 0: all that
 * goes; RECEIVER is the CPU that receives, -1: the one that sends. The time is the kernel's own: of
 * sending, and of receiving on the same CPU, without what a call needs to begin and to end (20 ms)
 * and without what other processes took.
 */
static int storm_send(char **argv)
{
	const struct storm_kind kind = { .ipv6 = *argv[2] == '6' };
	double end, seconds = atof(argv[4]), rate = atof(argv[5]), nanoseconds = 0;
	struct storm_bpf *storm = storm_open();
	unsigned char mac[ETH_ALEN];
	struct storm_packet packet;
	uint32_t ip_sum, tcp_sum;
	int program, calls = 0, receiver = atoi(argv[6]);
	LIBBPF_OPTS(bpf_test_run_opts, opts, .flags = BPF_F_TEST_XDP_LIVE_FRAMES,
		    .batch_size = STORM_BATCH);

	if (sscanf(argv[1], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != ETH_ALEN) {
		errno = EINVAL;
		die(argv[1]);
	}
	storm_build(&kind, mac, 0, &packet, &ip_sum, &tcp_sum);
	storm->rodata->hosts = strtoul(argv[3], NULL, 10);
	storm->rodata->interface = storm_interface(argv[0]);
	storm->rodata->ip_sum = ip_sum;
	storm->rodata->tcp_sum = tcp_sum;
	if (rate > 0)
		storm->rodata->batch_ns = 1e9 * STORM_BATCH / rate;
	storm->rodata->handed_over = receiver >= 0;
	storm->rodata->receiver = receiver;
	storm_load(storm);
	if (receiver >= 0)
		storm_hand_over(storm, receiver);
	program = bpf_program__fd(kind.ipv6 ? storm->progs.storm6 : storm->progs.storm4);
	opts.data_in = packet.data;
	opts.data_size_in = packet.size;
	opts.repeat = rate > 0 && rate < STORM_CHUNK ? rate : STORM_CHUNK;
	end = storm_now() + seconds;
	do {
		if (bpf_prog_test_run_opts(program, &opts))
			die("sending");
		/* It comes in whole ones, rounded down. */
		nanoseconds += opts.duration + 0.5;
		calls++;
	} while (storm_now() < end);
	printf("{\"sent\": %llu, \"nanoseconds\": %.2f, \"seconds\": %.3f}\n",
	       (unsigned long long)calls * opts.repeat, nanoseconds / calls,
	       storm_now() - end + seconds);
	storm_bpf__destroy(storm);
	return 0;
}

static int storm_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double storm_run(int program, struct storm_packet *packet, int repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet->data, .data_size_in = packet->size,
		    .repeat = repeat);

	if (bpf_prog_test_run_opts(program, &opts))
		die("a test run");
	return opts.duration;
}

/* The verdict of the program on the packet, run once. */
static uint32_t storm_verdict(int program, struct storm_packet *packet)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = packet->data, .data_size_in = packet->size,
		    .repeat = 1);

	if (bpf_prog_test_run_opts(program, &opts))
		die("a test run");
	return opts.retval;
}

/*
 * nanoseconds PROGRAM-ID HOSTS REPEAT ROUNDS: what a packet of each kind costs in that program
 * above an XDP_DROP, the first HOSTS being blocked.
 */
static int storm_nanoseconds(char **argv)
{
	static double floors[STORM_ROUNDS_MAX], times[STORM_KINDS][STORM_ROUNDS_MAX];
	int repeat = atoi(argv[2]), rounds = atoi(argv[3]), program;
	const unsigned char broadcast[ETH_ALEN] = { 255, 255, 255, 255, 255, 255 };
	uint32_t hosts = strtoul(argv[1], NULL, 10), ip_sum, tcp_sum;
	struct storm_packet packets[STORM_KINDS];
	struct storm_bpf *storm = storm_open();
	double floor;
	int bare;

	program = bpf_prog_get_fd_by_id(strtoul(argv[0], NULL, 10));
	if (program < 0)
		die("no such program");
	if (rounds < 1 || rounds > STORM_ROUNDS_MAX)
		rounds = STORM_ROUNDS_MAX;
	storm_load(storm);
	bare = bpf_program__fd(storm->progs.storm_drop);
	for (size_t i = 0; i < STORM_KINDS; i++) {
		uint32_t verdict;

		storm_build(&storm_kinds[i], broadcast, storm_kinds[i].blocked ? hosts / 2 : hosts,
			    &packets[i], &ip_sum, &tcp_sum);
		verdict = storm_verdict(program, &packets[i]);
		if (verdict != (storm_kinds[i].blocked ? XDP_DROP : XDP_PASS)) {
			fprintf(stderr, "storm: %s: verdict %u\n", storm_kinds[i].name, verdict);
			return 1;
		}
	}
	/* Each is compared with the floor at once, because a machine's speed changes. */
	for (int round = 0; round < rounds; round++) {
		for (size_t i = 0; i < STORM_KINDS; i++) {
			floor = storm_run(bare, &packets[i], repeat);
			times[i][round] = storm_run(program, &packets[i], repeat) - floor;
			if (!i)
				floors[round] = floor;
		}
	}
	qsort(floors, rounds, sizeof(double), storm_compare);
	printf("{\"floor\": %.1f, \"kinds\": [", floors[rounds / 2]);
	for (size_t i = 0; i < STORM_KINDS; i++) {
		qsort(times[i], rounds, sizeof(double), storm_compare);
		printf("%s\n {\"name\": \"%s\", \"blocked\": %s, \"syn\": %s, \"above\": %.1f, \"least\": %.1f, \"most\": %.1f}",
		       i ? "," : "", storm_kinds[i].name, storm_kinds[i].blocked ? "true" : "false",
		       storm_kinds[i].arp || storm_kinds[i].udp || storm_kinds[i].ack ? "false"
										      : "true",
		       times[i][rounds / 2], times[i][0], times[i][rounds - 1]);
	}
	printf("]}\n");
	storm_bpf__destroy(storm);
	return 0;
}

/* updates COUNT: seconds for so many single updates of a plain LRU hash. */
static int storm_updates(char **argv)
{
	uint32_t count = strtoul(argv[0], NULL, 10), key;
	uint64_t value[STORM_BLOCK_WORDS] = { 1 };
	double start;
	int map;

	map = bpf_map_create(BPF_MAP_TYPE_LRU_HASH, "storm_plain", sizeof(key), sizeof(value),
			     count + count / 10, NULL);
	if (map < 0)
		die("creating a map");
	start = storm_now();
	for (uint32_t i = 0; i < count; i++) {
		key = htonl(storm_host4(i));
		if (bpf_map_update_elem(map, &key, value, BPF_ANY))
			die("updating a map");
	}
	printf("{\"seconds\": %.3f}\n", storm_now() - start);
	return 0;
}

static int storm_attach(const char *interface, bool all)
{
	struct storm_bpf *storm = storm_open();

	storm_load(storm);
	if (bpf_xdp_attach(
		    storm_interface(interface),
		    bpf_program__fd(all ? storm->progs.storm_drop : storm->progs.storm_least),
		    XDP_FLAGS_DRV_MODE | XDP_FLAGS_UPDATE_IF_NOEXIST, NULL))
		die("attaching");
	storm_bpf__destroy(storm);
	return 0;
}

/* drop INTERFACE: attaches the program that drops all, and leaves it there. */
static int storm_drop(char **argv)
{
	return storm_attach(argv[0], true);
}

/* least INTERFACE: attaches the one that drops the storm and nothing else. */
static int storm_least(char **argv)
{
	return storm_attach(argv[0], false);
}

/* off INTERFACE: detaches it. */
static int storm_off(char **argv)
{
	if (bpf_xdp_detach(storm_interface(argv[0]), XDP_FLAGS_DRV_MODE, NULL))
		die("detaching");
	return 0;
}

static int storm_ethtool(const char *interface, void *command)
{
	struct ifreq request = { .ifr_data = command };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), result;

	if (fd < 0)
		die("socket");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	result = ioctl(fd, SIOCETHTOOL, &request);
	close(fd);
	return result;
}

/*
 * gro INTERFACE: on, which gives a veth a ring and NAPI as an XDP program does. Without them it
 * takes no redirected frames.
 */
static int storm_gro(char **argv)
{
	struct ethtool_value value = { .cmd = ETHTOOL_SGRO, .data = 1 };

	if (storm_ethtool(argv[0], &value))
		die("GRO");
	return 0;
}

/* counts INTERFACE: the driver's counters. */
static int storm_counts(char **argv)
{
	struct {
		struct ethtool_sset_info info;
		uint32_t length;
	} set = { .info = { .cmd = ETHTOOL_GSSET_INFO, .sset_mask = 1ull << ETH_SS_STATS } };
	struct ethtool_gstrings *names;
	struct ethtool_stats *values;

	if (storm_ethtool(argv[0], &set))
		die(argv[0]);
	names = calloc(1, sizeof(*names) + set.length * ETH_GSTRING_LEN);
	values = calloc(1, sizeof(*values) + set.length * sizeof(values->data[0]));
	if (!names || !values)
		die(argv[0]);
	names->cmd = ETHTOOL_GSTRINGS;
	names->string_set = ETH_SS_STATS;
	names->len = set.length;
	values->cmd = ETHTOOL_GSTATS;
	values->n_stats = set.length;
	if (storm_ethtool(argv[0], names) || storm_ethtool(argv[0], values))
		die(argv[0]);
	for (uint32_t i = 0; i < set.length; i++)
		printf("%s\"%.*s\": %llu", i ? ", " : "{", ETH_GSTRING_LEN,
		       (char *)names->data + i * ETH_GSTRING_LEN,
		       (unsigned long long)values->data[i]);
	printf("}\n");
	free(names);
	free(values);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int arguments;
		int (*run)(char **argv);
	} commands[] = {
		{ "list", 3, storm_list },
		{ "send", 7, storm_send },
		{ "nanoseconds", 4, storm_nanoseconds },
		{ "updates", 1, storm_updates },
		{ "drop", 1, storm_drop },
		{ "least", 1, storm_least },
		{ "off", 1, storm_off },
		{ "gro", 1, storm_gro },
		{ "counts", 1, storm_counts },
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 1 && !strcmp(argv[1], commands[i].name) &&
		    argc == 2 + commands[i].arguments)
			return commands[i].run(argv + 2);
	fprintf(stderr, "usage: storm list FAMILY FIRST COUNT\n"
			"       storm send INTERFACE MAC FAMILY HOSTS SECONDS RATE RECEIVER\n"
			"       storm nanoseconds PROGRAM-ID HOSTS REPEAT ROUNDS\n"
			"       storm updates COUNT\n"
			"       storm drop|least|off|gro|counts INTERFACE\n");
	return 2;
}
