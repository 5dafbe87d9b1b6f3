/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out which XDP programs run on an interface, and which of them is ours. */
#ifndef LOOK_H
#define LOOK_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdint.h>

struct look {
	uint32_t main;	 /* id of the program on the interface itself; 0: none */
	uint32_t ours;	 /* id of our program: the main one, or one behind a dispatcher; 0: not
			    attached */
	bool generic;	 /* the main program is in generic mode */
	bool dispatcher; /* the main program is libxdp's dispatcher */
	char name[BPF_OBJ_NAME_LEN]; /* of the main program */
	uint64_t loaded;	     /* when ours was loaded, in nanoseconds of CLOCK_BOOTTIME */
};

/*
 * Inspects an interface. Our program is the one with that id or, for id 0, the one that uses the
 * tables pinned in `pins`. 0; -ENODEV: no such interface in this network namespace; -EPERM:
 * CAP_SYS_ADMIN is missing; -EAGAIN: it changed again and again; otherwise the kernel's error.
 * After an error, the program's state is unknown. Leaves no descriptor open, logs nothing, and may
 * be called from any thread.
 */
int look_at(unsigned int ifindex, const char *pins, uint32_t id, struct look *out);

#endif
