/* SPDX-License-Identifier: GPL-2.0-only */
/* How much time has really passed, whatever the wall clock says. Pure, but for db_clock_now().
 */
#ifndef DB_CLOCK_H
#define DB_CLOCK_H

#include <stdint.h>

#define DB_CLOCK_BOOT_SIZE 40

/* A moment, as the wall clock and the kernel have it. */
struct db_clock {
	int64_t wall;		       /* ms since 1970 */
	int64_t uptime;		       /* ms since the boot, sleep included */
	char boot[DB_CLOCK_BOOT_SIZE]; /* which boot that was; "": not known */
};

/* `wall` is the caller's. */
void db_clock_now(int64_t wall, struct db_clock *out);

/*
 * The latest that it can be at the moment `now`, if the wall clock was right at `last`: within one
 * boot, that and the time since; after a reboot, that and the time since the boot, as nobody knows
 * for how long the machine was off. Never before last->wall. So it may lag behind the wall clock
 * by the time that the machine was off, and things are kept for longer by that; a wall clock that
 * is ahead does not move it.
 */
int64_t db_clock_passed(const struct db_clock *last, const struct db_clock *now);

#endif
