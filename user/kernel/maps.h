/* SPDX-License-Identifier: GPL-2.0-only */
/* The filter's maps before it is loaded: where they are pinned, and how large they are. */
#ifndef MAPS_H
#define MAPS_H

#include <stdbool.h>
#include <stdint.h>

struct sobig_bpf;

/*
 * Sets the places of all maps below `pins`, and their sizes: for `blocks` IPv4 addresses (0: as
 * many as is usual, or as the maps in place have room for), and for rates if they are wanted.
 * -EEXIST: the maps in place are for another number (told); -errno of libbpf.
 */
int maps_prepare(struct sobig_bpf *skeleton, unsigned int ifindex, const char *pins,
		 uint32_t blocks, bool rates);

/*
 * The kernel's id of our table; a program that uses it is ours. And of the counters of one
 * interface, which its program alone uses. -ENOENT: there is none; others: nothing is known.
 */
int maps_table_id(const char *pins, uint32_t *out);
int maps_counters_id(const char *pins, unsigned int ifindex, uint32_t *out);

/*
 * Gives shared maps that a former version pinned under other names their present ones. Their layout
 * is the same, so blocks stay active. Called with the lock of the pins held. 0 or -errno (not
 * logged).
 */
int maps_upgrade(const char *pins);

#endif
