// SPDX-License-Identifier: GPL-2.0-only
/* Counts new blocks in the last minute, and reports when there are too many. */
#include "judge/brake.h"

#include <errno.h>
#include <stdlib.h>

#define BRAKE_MINUTE 60000

struct brake {
	uint32_t limit;
	uint32_t first; /* the oldest of `times` */
	uint32_t count;
	int64_t last;
	int64_t times[]; /* of the blocks of the last minute */
};

int brake_open(uint32_t limit, struct brake **out)
{
	struct brake *brake = calloc(1, sizeof(*brake) + limit * sizeof(brake->times[0]));

	if (!brake)
		return -ENOMEM;
	brake->limit = limit;
	*out = brake;
	return 0;
}

bool brake_add(struct brake *brake, int64_t time)
{
	if (time < brake->last - BRAKE_MINUTE)
		brake_reset(brake);
	else if (brake->count && time < brake->last)
		time = brake->last;
	while (brake->count && time - brake->times[brake->first] >= BRAKE_MINUTE) {
		brake->first = (brake->first + 1) % brake->limit;
		brake->count--;
	}
	brake->last = time;
	if (brake->count == brake->limit)
		return true;
	brake->times[(brake->first + brake->count++) % brake->limit] = time;
	return false;
}

void brake_reset(struct brake *brake)
{
	brake->first = brake->count = 0;
	brake->last = 0;
}

void brake_close(struct brake *brake)
{
	free(brake);
}
