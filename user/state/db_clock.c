// SPDX-License-Identifier: GPL-2.0-only
/* Measures how much time has passed, whatever the wall clock says. Pure, except db_clock_now(). */
#include "state/db_clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DB_CLOCK_BOOT_ID "/proc/sys/kernel/random/boot_id"

void db_clock_now(int64_t wall, struct db_clock *out)
{
	FILE *file = fopen(DB_CLOCK_BOOT_ID, "re");
	struct timespec uptime = { 0 };

	*out = (struct db_clock){ .wall = wall };
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	out->uptime = uptime.tv_sec * INT64_C(1000) + uptime.tv_nsec / 1000000;
	if (!file)
		return;
	if (!fgets(out->boot, sizeof(out->boot), file))
		*out->boot = '\0';
	out->boot[strcspn(out->boot, "\n")] = '\0';
	fclose(file);
}

int64_t db_clock_passed(const struct db_clock *last, const struct db_clock *now)
{
	int64_t since = now->uptime;

	if (*now->boot && !strcmp(last->boot, now->boot))
		since -= last->uptime;
	return last->wall + (since > 0 ? since : 0);
}
