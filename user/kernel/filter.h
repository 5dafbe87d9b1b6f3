/* SPDX-License-Identifier: GPL-2.0-only */
/* The XDP program on an interface: loaded, attached beside others', found again, taken away. */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/filter_types.h"

/*
 * Makes the maps that the program will use, if they are not there, so that they can be filled
 * before it sees a packet. pins_claim() was called before. 1: they are new; 0: they were there;
 * errors as of filter_attach().
 */
int filter_prepare(unsigned int ifindex, const struct filter_options *options);

/*
 * Puts the program on the interface; pins_claim() was called before. A program of ours that a
 * former process left there is replaced in one step, so that no packet goes unfiltered, and its
 * maps are taken over. Errors have been told to the operator, -EPERM excepted: -EBUSY: somebody
 * else's program is there and was left alone; -EEXIST: the maps in place are for another number of
 * blocks; the kernel's own otherwise.
 */
int filter_attach(unsigned int ifindex, const struct filter_options *options,
		  struct filter_info *out);

/*
 * Our program on the interface: the one of that id, or, for id 0, the one that uses these pins.
 * 0; -ENOENT: it is not there; -ENODEV: nor is the interface. Any other error: whether it is there
 * is not known, -EPERM among them. Says nothing; may be called from any thread.
 */
int filter_find(unsigned int ifindex, const char *pins, uint32_t id, struct filter_info *out);

/*
 * Takes our program, as filter_find() finds it, and no other off the interface. 0, -ENOENT: it
 * was not there, or the interface is not (not told); other errors have been told, -EPERM excepted.
 */
int filter_detach(unsigned int ifindex, const char *pins, uint32_t id);

/* Tells the operator of a program on the interface that is not ours, if there is one. */
void filter_report_others(unsigned int ifindex, const char *pins);

const char *filter_mode_name(enum filter_mode mode);

#endif
