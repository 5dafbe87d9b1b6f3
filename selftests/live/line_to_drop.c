// SPDX-License-Identifier: GPL-2.0-only
/*
 * Measures the time from a line's write into the log to the first SYN that the filter drops for
 * it.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "sobig.h"

#define GIVE_UP_NS 2000000000u
#define PAUSE_NS   200000

struct frame {
	struct ethhdr eth;
	struct iphdr ip;
	struct tcphdr tcp;
} __attribute__((packed));

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "line_to_drop: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* One line as exim writes it, in one write. */
static void write_line(int log, const char *address)
{
	char line[256], stamp[32];
	time_t now = time(NULL);
	struct tm tm;
	int length;

	strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", localtime_r(&now, &tm));
	length = snprintf(
		line, sizeof(line),
		"%s H=(probe.example) [%s] F=<probe@example.net> rejected after DATA: This message contains a virus (probe).\n",
		stamp, address);
	if (write(log, line, length) != length)
		die("writing the log");
}

static int open_wire(const char *interface, struct frame *frame)
{
	struct sockaddr_ll where = { .sll_family = AF_PACKET };
	struct ifreq request = { 0 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("packet socket");
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	where.sll_ifindex = if_nametoindex(interface);
	if (bind(fd, (struct sockaddr *)&where, sizeof(where)) ||
	    ioctl(fd, SIOCGIFHWADDR, &request))
		die(interface);
	memcpy(frame->eth.h_source, request.ifr_hwaddr.sa_data, ETH_ALEN);
	memset(frame->eth.h_dest, 0xff, ETH_ALEN);
	return fd;
}

static void fill_frame(struct frame *frame, const char *from, const char *to)
{
	frame->eth.h_proto = htons(ETH_P_IP);
	frame->ip = (struct iphdr){
		.version = 4,
		.ihl = 5,
		.ttl = 64,
		.protocol = IPPROTO_TCP,
		.tot_len = htons(sizeof(frame->ip) + sizeof(frame->tcp)),
	};
	frame->tcp = (struct tcphdr){
		.source = htons(40000),
		.dest = htons(SOBIG_DEFAULT_PORT),
		.doff = 5,
		.syn = 1,
	};
	inet_pton(AF_INET, from, &frame->ip.saddr);
	inet_pton(AF_INET, to, &frame->ip.daddr);
}

/* Total drops of the filter; nothing else sends here. */
static uint64_t dropped(int counters)
{
	uint64_t values[1024] = { 0 }, sum = 0;
	uint32_t key = SOBIG_DROPPED;

	if (libbpf_num_possible_cpus() > 1024 || bpf_map_lookup_elem(counters, &key, values))
		die("the filter's counters");
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		sum += values[i];
	return sum;
}

/* Nanoseconds from the line that is one too many to the first SYN dropped; 0: none was. */
static uint64_t measure(int log, int wire, int counters, struct frame *frame, const char *address,
			unsigned int limit)
{
	const struct timespec pause = { 0, PAUSE_NS };
	uint64_t start, now, before;

	for (unsigned int i = 0; i < limit; i++)
		write_line(log, address);
	usleep(20000);
	before = dropped(counters);
	start = now_ns();
	write_line(log, address);
	do {
		if (write(wire, frame, sizeof(*frame)) < 0 && errno != ENOBUFS)
			die("sending a SYN");
		now = now_ns();
		if (dropped(counters) != before)
			return now - start;
		/* A sleep too short ends before the CPU was left: it would keep it. */
		nanosleep(&pause, NULL);
	} while (now - start < GIVE_UP_NS);
	return 0;
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	unsigned int runs, limit;
	struct frame frame = { 0 };
	char address[32];
	uint64_t *times;
	int log, wire, counters;

	if (argc != 7) {
		fprintf(stderr, "usage: line_to_drop LOG COUNTERS-PIN INTERFACE TO LIMIT RUNS\n");
		return 2;
	}
	log = open(argv[1], O_WRONLY | O_APPEND | O_CLOEXEC);
	if (log < 0)
		die(argv[1]);
	counters = bpf_obj_get(argv[2]);
	if (counters < 0)
		die(argv[2]);
	wire = open_wire(argv[3], &frame);
	limit = atoi(argv[5]);
	runs = atoi(argv[6]);
	times = calloc(runs, sizeof(*times));
	if (!times || !runs)
		die("runs");
	prctl(PR_SET_TIMERSLACK, 1ul);
	for (unsigned int i = 0; i < runs; i++) {
		/* RFC 2544's range for benchmarks */
		snprintf(address, sizeof(address), "198.18.%u.%u", i / 250, i % 250 + 1);
		fill_frame(&frame, address, argv[4]);
		times[i] = measure(log, wire, counters, &frame, address, limit);
		if (!times[i]) {
			fprintf(stderr, "line_to_drop: no SYN of %s was dropped\n", address);
			free(times);
			return 1;
		}
	}
	qsort(times, runs, sizeof(*times), compare);
	printf("median_us=%.1f p99_us=%.1f max_us=%.1f runs=%u\n", times[runs / 2] / 1e3,
	       times[runs * 99 / 100] / 1e3, times[runs - 1] / 1e3, runs);
	free(times);
	return 0;
}
