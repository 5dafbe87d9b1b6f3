// SPDX-License-Identifier: GPL-2.0-only
/* Converts the kernel's tick counter, which a BPF program reads cheaply, to CLOCK_MONOTONIC. */
#include "kernel/ticks.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>

#include "clock.h"
#include "clock.skel.h"

#define TICKS_PER_SECOND_MIN 100 /* the lowest CONFIG_HZ */

int ticks_read(struct ticks *out)
{
	struct clock_reading reading = { 0 };
	struct clock_bpf *skeleton;
	struct timespec tick;
	/* A program of this type returns its context in the input buffer. */
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &reading,
			    .ctx_size_in = sizeof(reading));
	int err;

	/* The resolution of the coarse clocks is one tick (kernel/time/posix-timers.c). */
	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick))
		return -errno;
	if (tick.tv_sec || !tick.tv_nsec || tick.tv_nsec > 1000000000 / TICKS_PER_SECOND_MIN)
		return -ERANGE;
	skeleton = clock_bpf__open_and_load();
	if (!skeleton)
		return -errno;
	err = bpf_prog_test_run_opts(bpf_program__fd(skeleton->progs.clock_read), &run);
	if (!err) {
		out->zero = reading.ticks - reading.nanoseconds / tick.tv_nsec;
		out->scale = ((uint64_t)tick.tv_nsec << 32) / 1000000000;
	}
	clock_bpf__destroy(skeleton);
	return err;
}
