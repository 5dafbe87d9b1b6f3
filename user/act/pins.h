/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder of pins on the bpf file system: where the maps of one installation are found. */
#ifndef PINS_H
#define PINS_H

#include <limits.h>
#include <stdbool.h>

/*
 * DIR/blocked4 …        shared by all interfaces
 * DIR/if<INDEX>/…       counters and pulse of one interface; by index, since bpffs takes no
 * dots
 *
 * Whoever guards an interface holds a lock on its folder, which the kernel lifts when he dies.
 * Functions that return an error have told the operator what is wrong and what to do, unless it
 * says otherwise.
 */

/*
 * Makes `dir` and the folder of interface `ifindex` in it, mounting a bpf file system on
 * /sys/fs/bpf if there is none, and takes the lock. *lock is a descriptor, for the caller to
 * close. -EBUSY: somebody else guards it (not yet told); -EPERM: no privilege.
 */
int pins_claim(const char *dir, unsigned int ifindex, int *lock);

/* True while a process guards the interface. */
bool pins_are_guarded(const char *dir, unsigned int ifindex);

/* Removes the interface's pins, and, if no other interface has any, all the rest and `dir`. */
int pins_remove(const char *dir, unsigned int ifindex);

/* Removes pins and `dir` if no interface is left in it. */
int pins_remove_if_unused(const char *dir);

/* "DIR/NAME" and "DIR/if<INDEX>/NAME" into `path`; -ENAMETOOLONG (told). */
int pins_path(const char *dir, const char *name, char path[PATH_MAX]);
int pins_path_of(const char *dir, unsigned int ifindex, const char *name, char path[PATH_MAX]);

/* The indices of the interfaces that have pins, ascending; how many, or -errno (not told). */
#define PINS_INTERFACES_MAX 64
int pins_interfaces(const char *dir, unsigned int out[PINS_INTERFACES_MAX]);

#endif
