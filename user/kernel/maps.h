/* SPDX-License-Identifier: GPL-2.0-only */
/* Prepares the filter's maps before it is loaded: pin paths and sizes. */
#ifndef MAPS_H
#define MAPS_H

#include <stdbool.h>
#include <stdint.h>

struct sobig_bpf;

/*
 * Sets the pin paths of all maps below `pins`, and their sizes: for `blocks` IPv4 addresses (0: the
 * default, or the size of the existing maps), and for SYN rates if `rates`. -EEXIST: the existing
 * maps have another size (logged); or libbpf's -errno.
 */
int maps_prepare(struct sobig_bpf *skeleton, unsigned int ifindex, const char *pins,
		 uint32_t blocks, bool rates);

/*
 * The kernel's id of our table; a program that uses it is ours. And the id of the counters of one
 * interface, which only its program uses. -ENOENT: there is none; other errors: unknown.
 */
int maps_table_id(const char *pins, uint32_t *out);
int maps_counters_id(const char *pins, unsigned int ifindex, uint32_t *out);

/*
 * Renames shared maps that a previous version pinned under other names. Their layout is the same,
 * so blocks stay active. The caller holds the lock of the pins. 0 or -errno (not logged).
 */
int maps_upgrade(const char *pins);

#endif
