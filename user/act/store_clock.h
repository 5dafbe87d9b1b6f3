/* SPDX-License-Identifier: GPL-2.0-only */
/* How much time has really passed, whatever the wall clock says. Pure, but for store_clock_now().
 */
#ifndef STORE_CLOCK_H
#define STORE_CLOCK_H

#include <stdint.h>

#define STORE_CLOCK_BOOT_SIZE 40

/* A moment, as the wall clock and the kernel have it. */
struct store_clock {
	int64_t wall;			  /* ms since 1970 */
	int64_t uptime;			  /* ms since the boot, sleep included */
	char boot[STORE_CLOCK_BOOT_SIZE]; /* which boot that was; "": not known */
};

/* `wall` is the caller's. */
void store_clock_now(int64_t wall, struct store_clock *out);

/*
 * The latest that it can be at the moment `now`, if the wall clock was right at `last`: within one
 * boot, that and the time since; after a reboot, that and the time since the boot, as nobody knows
 * for how long the machine was off. Never before last->wall. So it may lag behind the wall clock
 * by the time that the machine was off, and things are kept for longer by that; a wall clock that
 * is ahead does not move it.
 */
int64_t store_clock_passed(const struct store_clock *last, const struct store_clock *now);

#endif
