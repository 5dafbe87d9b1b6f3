/* SPDX-License-Identifier: GPL-2.0-only */
/* Measures how much time has passed, whatever the wall clock says. Pure, except db_clock_now(). */
#ifndef DB_CLOCK_H
#define DB_CLOCK_H

#include <stdint.h>

#define DB_CLOCK_BOOT_SIZE 40

/* One moment, by the wall clock and by the kernel. */
struct db_clock {
	int64_t wall;		       /* ms since 1970 */
	int64_t uptime;		       /* ms since the boot, sleep included */
	char boot[DB_CLOCK_BOOT_SIZE]; /* id of the boot; "": not known */
};

/* `wall`: the wall clock, ms since 1970. */
void db_clock_now(int64_t wall, struct db_clock *out);

/*
 * The time at `now`, computed from `last` and the uptime alone: within one boot, last->wall plus
 * the time since `last`; after a reboot, last->wall plus the time since the boot, since the time
 * that the machine was off is not known. Never before last->wall. It can lag behind the true time
 * by the time that the machine was off, and rows are then kept for that much longer; a wall clock
 * that is ahead does not move it.
 */
int64_t db_clock_passed(const struct db_clock *last, const struct db_clock *now);

#endif
