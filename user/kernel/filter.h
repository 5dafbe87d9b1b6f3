/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads, attaches, finds and detaches the XDP program of an interface. */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/filter_types.h"

/*
 * Creates the program's maps if they do not exist, so that they can be filled before it sees a
 * packet. Call pins_claim() first. 1: they are new; 0: they existed; errors like filter_attach().
 */
int filter_prepare(unsigned int ifindex, const struct filter_options *options);

/*
 * Attaches the program; call pins_claim() first. A program of ours that a previous daemon left is
 * replaced in one step, so that no packet is unfiltered, and its maps are taken over. Errors are
 * logged, except -EPERM. -EBUSY: another program is attached and was not changed; -EEXIST: the
 * existing maps are for another number of blocks; otherwise the kernel's error.
 */
int filter_attach(unsigned int ifindex, const struct filter_options *options,
		  struct filter_info *out);

/*
 * Finds our program on the interface: the one with that id or, for id 0, the one that uses these
 * pins. 0; -ENOENT: not attached; -ENODEV: no such interface. Any other error, including -EPERM:
 * unknown whether it is attached. Logs nothing; may be called from any thread.
 */
int filter_find(unsigned int ifindex, const char *pins, uint32_t id, struct filter_info *out);

/*
 * Detaches our program, as found by filter_find(), and no other. 0; -ENOENT: it was not attached,
 * or the interface does not exist (not logged); other errors are logged, except -EPERM.
 */
int filter_detach(unsigned int ifindex, const char *pins, uint32_t id);

/*
 * True (logged): the interface has a program that is not ours and that allows no other next to it.
 */
bool filter_report_others(unsigned int ifindex, const char *pins);

const char *filter_mode_name(enum filter_mode mode);

#endif
