// SPDX-License-Identifier: GPL-2.0-only
/* How much time has really passed, whatever the wall clock says. Pure, but for store_clock_now().
 */
#include "act/store_clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define STORE_CLOCK_BOOT_ID "/proc/sys/kernel/random/boot_id"

void store_clock_now(int64_t wall, struct store_clock *out)
{
	FILE *file = fopen(STORE_CLOCK_BOOT_ID, "re");
	struct timespec uptime = { 0 };

	*out = (struct store_clock){ .wall = wall };
	clock_gettime(CLOCK_BOOTTIME, &uptime);
	out->uptime = uptime.tv_sec * INT64_C(1000) + uptime.tv_nsec / 1000000;
	if (!file)
		return;
	if (!fgets(out->boot, sizeof(out->boot), file))
		*out->boot = '\0';
	out->boot[strcspn(out->boot, "\n")] = '\0';
	fclose(file);
}

int64_t store_clock_passed(const struct store_clock *last, const struct store_clock *now)
{
	int64_t since = now->uptime;

	if (*now->boot && !strcmp(last->boot, now->boot))
		since -= last->uptime;
	return last->wall + (since > 0 ? since : 0);
}
