// SPDX-License-Identifier: GPL-2.0-only
/* Counts the known senders that were blocked in the last hour, and the mail that they sent. */
#include "judge/brake.h"

#include <errno.h>
#include <stdlib.h>

#define BRAKE_HOUR (3600 * INT64_C(1000))

struct brake_block {
	struct addr host;
	int64_t time;
	uint64_t mail;
};

struct brake {
	uint32_t limit;
	uint32_t first; /* the oldest of `blocks` */
	uint32_t count;
	bool refused; /* the last one added was too many */
	bool engaged; /* by brake_engage(), whose time is not known yet */
	int64_t last;
	struct brake_block blocks[]; /* of the last hour */
};

int brake_open(uint32_t limit, struct brake **out)
{
	struct brake *brake = calloc(1, sizeof(*brake) + limit * sizeof(brake->blocks[0]));

	if (!brake)
		return -ENOMEM;
	brake->limit = limit;
	*out = brake;
	return 0;
}

/* Forgets what is older than an hour. Returns the time to count by. */
static int64_t brake_slide(struct brake *brake, int64_t time)
{
	if (brake->engaged) {
		brake->engaged = false;
		brake->count = brake->limit;
		brake->last = time;
		for (uint32_t i = 0; i < brake->limit; i++)
			brake->blocks[i] = (struct brake_block){ .time = time };
	}
	if (time < brake->last - BRAKE_HOUR)
		brake_reset(brake);
	else if (brake->count && time < brake->last)
		time = brake->last;
	while (brake->count && time - brake->blocks[brake->first].time >= BRAKE_HOUR) {
		brake->first = (brake->first + 1) % brake->limit;
		brake->count--;
		brake->refused = false;
	}
	return time;
}

bool brake_add(struct brake *brake, const struct addr *host, int64_t time, uint64_t mail,
	       uint64_t all)
{
	uint64_t sum = mail;

	time = brake_slide(brake, time);
	brake->last = time;
	for (uint32_t i = 0; i < brake->count; i++) {
		const struct brake_block *block = &brake->blocks[(brake->first + i) % brake->limit];

		if (!addr_compare(&block->host, host))
			return false;
		sum += block->mail;
	}
	brake->refused = brake->count == brake->limit ||
			 (brake->count && sum > all * BRAKE_MAIL_SHARE / 100);
	if (brake->refused)
		return true;
	brake->blocks[(brake->first + brake->count++) % brake->limit] =
		(struct brake_block){ .host = *host, .time = time, .mail = mail };
	return false;
}

bool brake_is_full(struct brake *brake, int64_t time)
{
	brake_slide(brake, time);
	return brake->refused || brake->count == brake->limit;
}

void brake_adopt(struct brake *brake, const struct brake *from)
{
	const uint32_t count = from->count < brake->limit ? from->count : brake->limit;

	brake_reset(brake);
	brake->last = from->last;
	for (; brake->count < count; brake->count++)
		brake->blocks[brake->count] =
			from->blocks[(from->first + from->count - count + brake->count) %
				     from->limit];
}

void brake_engage(struct brake *brake)
{
	brake_reset(brake);
	brake->engaged = true;
}

void brake_reset(struct brake *brake)
{
	brake->first = brake->count = 0;
	brake->refused = brake->engaged = false;
	brake->last = 0;
}

void brake_close(struct brake *brake)
{
	free(brake);
}
