/* SPDX-License-Identifier: GPL-2.0-only */
/* The folder on the bpf file system in which the maps of an installation are pinned. */
#ifndef PINS_H
#define PINS_H

#include <limits.h>
#include <stdbool.h>

/*
 * DIR/blocked4 and others are shared by all interfaces. DIR/if<INDEX>/ has the counters and
 * statistics of one interface; by index, because bpffs does not allow dots in names.
 *
 * The daemon of an interface holds a lock on the interface's folder; the kernel releases it when
 * the daemon ends. Functions that return an error have logged what is wrong and what to do, unless
 * noted otherwise.
 */

/*
 * Creates `dir`; mounts a bpf file system on /sys/fs/bpf if there is none. -EEXIST: the folder
 * belongs to another user; -EPERM: no privilege (not logged).
 */
int pins_prepare(const char *dir);

/*
 * Waits, a few seconds at most, for the lock that protects what is attached and pinned: attaching
 * and detaching have several steps each. *out is a descriptor; closing it releases the lock.
 * -ENOENT: no such folder; -EBUSY: another process holds the lock. Not logged.
 */
int pins_lock(const char *dir, int *out);

/*
 * Creates the folder of interface `ifindex` and locks it. *claim is a descriptor, which the caller
 * closes. -EBUSY: another daemon has it (not logged); -EEXIST: the folder belongs to another user.
 */
int pins_claim(const char *dir, unsigned int ifindex, int *claim);

/*
 * 1 if the claimed folder is still in place; 0 if it no longer exists or was replaced by another
 * process; -errno: unknown (not logged).
 */
int pins_claim_is_valid(const char *dir, unsigned int ifindex, int claim);

/* 1 if a process holds the claim of the interface, 0 if none does; -errno: unknown (not logged). */
int pins_is_claimed(const char *dir, unsigned int ifindex);

/*
 * pins_watch(): a descriptor with which to wait for the daemon of the interface, to be opened
 * before its pins are removed; -1: there is none. pins_wait() closes it; false: the daemon did not
 * end within seconds.
 */
int pins_watch(const char *dir, unsigned int ifindex);
bool pins_wait(int watch);

/* Removes the interface's pins and, if no other interface has any, the shared pins and `dir`. */
int pins_remove(const char *dir, unsigned int ifindex);

/* Removes the shared pins and `dir` if no interface is left in it. */
int pins_remove_if_unused(const char *dir);

/* Writes "DIR/NAME" or "DIR/if<INDEX>/NAME" to `path`. 0 or -ENAMETOOLONG (logged). */
int pins_path(const char *dir, const char *name, char path[PATH_MAX]);
int pins_path_of(const char *dir, unsigned int ifindex, const char *name, char path[PATH_MAX]);

/*
 * The indices of the interfaces that have pins, ascending. Returns how many, or -errno (not
 * logged). -ENOENT: no such folder; -ENOTBLK: it is not on a bpf file system, so nothing is pinned
 * there.
 */
#define PINS_INTERFACES_MAX 64
int pins_interfaces(const char *dir, unsigned int out[PINS_INTERFACES_MAX]);

#endif
