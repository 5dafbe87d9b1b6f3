/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the compiled program for tests, and runs packets through it. */
#ifndef LOADED_H
#define LOADED_H

#include "unit/suite.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <time.h>
#include <unistd.h>

#include "kernel/ticks.h"
#include "packets.h"
#include "sobig.skel.h"

#define LOADED_LINES 256

static inline uint32_t loaded_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* 0, and *out is set; 1: no privilege (printed); -1: failed. */
static inline int loaded_ticks(struct ticks *out)
{
	int err = ticks_read(out);

	if (err == -EPERM)
		print_message("# SKIP: loading BPF programs needs root\n");
	return err == -EPERM ? 1 : err ? -1 : 0;
}

/* Opens it, not loaded yet, with the clock set and port 25 protected. NULL: failed. */
static inline struct sobig_bpf *loaded_open(const struct ticks *ticks)
{
	struct sobig_bpf *program = sobig_bpf__open();

	if (!program)
		return NULL;
	program->rodata->tick_zero = ticks->zero;
	program->rodata->tick_scale = ticks->scale;
	program->rodata->ports[0] = htons(25);
	bpf_map__set_max_entries(program->maps.blocked4, 4096);
	bpf_map__set_max_entries(program->maps.blocked6, 4096);
	bpf_map__set_max_entries(program->maps.front4, LOADED_LINES);
	bpf_map__set_max_entries(program->maps.front6, LOADED_LINES);
	return program;
}

static inline void loaded_counters(struct sobig_bpf *program, uint64_t out[SOBIG_COUNTS])
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

/* The verdict on a frame, run `repeat` times. */
static inline uint32_t loaded_run(struct sobig_bpf *program, const void *frame, unsigned int length,
				  unsigned int repeat)
{
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = length,
			    .repeat = repeat);

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(program->progs.sobig_xdp), &run),
			 0);
	return run.retval;
}

/* Verdict and counter must be as expected, and no other counter may change. */
static inline void loaded_check(struct sobig_bpf *program, const struct packet *packet)
{
	uint64_t before[SOBIG_COUNTS], after[SOBIG_COUNTS];
	uint8_t frame[PACKETS_FRAME];
	unsigned int length = packets_build(packet, frame);
	uint32_t verdict;

	loaded_counters(program, before);
	verdict = loaded_run(program, frame, length, 1);
	loaded_counters(program, after);
	if (verdict != (packet->count >= SOBIG_DROPS ? XDP_DROP : XDP_PASS))
		fail_msg("verdict %u", verdict);
	for (int i = 0; i < SOBIG_COUNTS; i++)
		if (after[i] - before[i] != (i == (int)packet->count))
			fail_msg("counter %d moved by %llu", i,
				 (unsigned long long)(after[i] - before[i]));
}

#endif
