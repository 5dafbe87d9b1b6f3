/* SPDX-License-Identifier: GPL-2.0-only */
/* What XDP programs the kernel runs on an interface, and which of them is ours. */
#ifndef LOOK_H
#define LOOK_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

struct look {
	uint32_t main; /* id of the program on the interface itself; 0: there is none */
	uint32_t
		ours; /* id of ours: the main one, or one behind a dispatcher; 0: it is not there */
	bool generic; /* the main one is in generic mode */
	bool dispatcher;	     /* the main one is libxdp's dispatcher */
	char name[BPF_OBJ_NAME_LEN]; /* of the main one */
	uint64_t loaded;	     /* ours, in nanoseconds of CLOCK_BOOTTIME */
};

/*
 * Looks at an interface. Ours is the program of that id, or, for id 0, the one that uses the tables
 * pinned in `pins`. 0: *out is what is there; -ENODEV: there is no such interface in this network
 * namespace; -EPERM: CAP_SYS_ADMIN is missing; -EAGAIN: it changed again and again; others are the
 * kernel's. After an error nothing is known of the program. Leaves no descriptor open, says
 * nothing, and may be called from any thread.
 */
int look_at(unsigned int ifindex, const char *pins, uint32_t id, struct look *out);

#endif
