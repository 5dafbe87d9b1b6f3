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
 * Makes `dir`, mounting a bpf file system on /sys/fs/bpf if there is none there. -EEXIST: the
 * folder is somebody else's; -EPERM: no privilege.
 */
int pins_prepare(const char *dir);

/*
 * Waits its turn, a few seconds at most, to change what is attached and pinned: attaching and
 * detaching take several steps each, and do not mix. *out is a descriptor, to be closed when
 * done. -ENOENT: there is no such folder; -EBUSY: it is not our turn yet. Neither has been
 * told.
 */
int pins_lock(const char *dir, int *out);

/*
 * Makes the folder of interface `ifindex` and takes its lock. *claim is a descriptor, for the
 * caller to close. -EBUSY: somebody else guards it (not told); -EEXIST: the folder is somebody
 * else's.
 */
int pins_claim(const char *dir, unsigned int ifindex, int *claim);

/*
 * 1 if what was claimed is what stands there now, 0 if it is gone or a later claim of somebody
 * else's; -errno: that is not known (not told).
 */
int pins_is_claimed(const char *dir, unsigned int ifindex, int claim);

/* 1 while a process guards the interface, 0 if none does; -errno: that is not known (not told). */
int pins_are_guarded(const char *dir, unsigned int ifindex);

/*
 * A descriptor by which to wait for whoever guards the interface, to be opened before its pins are
 * removed; -1: nobody does. pins_wait() closes it; false: he has not ended within seconds.
 */
int pins_watch(const char *dir, unsigned int ifindex);
bool pins_wait(int watch);

/* Removes the interface's pins, and, if no other interface has any, all the rest and `dir`. */
int pins_remove(const char *dir, unsigned int ifindex);

/* Removes pins and `dir` if no interface is left in it, as far as that is known. */
int pins_remove_if_unused(const char *dir);

/* "DIR/NAME" and "DIR/if<INDEX>/NAME" into `path`; -ENAMETOOLONG (told). */
int pins_path(const char *dir, const char *name, char path[PATH_MAX]);
int pins_path_of(const char *dir, unsigned int ifindex, const char *name, char path[PATH_MAX]);

/*
 * The indices of the interfaces that have pins, ascending; how many, or -errno (not told). -ENOENT:
 * there is no such folder; -ENOTBLK: it is on no bpf file system, so that nothing is pinned there.
 */
#define PINS_INTERFACES_MAX 64
int pins_interfaces(const char *dir, unsigned int out[PINS_INTERFACES_MAX]);

#endif
