/* SPDX-License-Identifier: GPL-2.0-only */
/* Where in a log the reading had come, told so that it is found again whatever became of the file.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stdbool.h>
#include <stdint.h>

/* How much of a file's beginning is known at most. */
#define PLACE_HEAD_MAX 1024

/*
 * Of one file. A log goes through many of them, and each has a number of its own, its generation,
 * which grows; a file that is cut to nothing and filled anew counts as another.
 */
struct place {
	uint64_t generation;
	uint64_t device;
	uint64_t inode;
	uint64_t offset; /* all before it was read */
	uint64_t proof;	 /* a hash of the bytes right before it */
	uint64_t head;	 /* and of the file's first `head_size` bytes */
	uint32_t head_size;
	bool skip; /* it is within a line that is not to be read */
};

/* Files of one log at a time: the one that has its name, and those just rotated away. */
#define PLACE_FILES 17

struct places {
	struct place places[PLACE_FILES]; /* the oldest first */
	unsigned int count;
};

#define PLACE_CURSOR_SIZE 512

/* Of a log, whatever it is. */
struct log_place {
	struct places places;
	char cursor[PLACE_CURSOR_SIZE]; /* of a journal; "": it is a file */
};

/* One number for a place in a log, greater for what comes later. */
#define PLACE_SERIAL_BITS 40 /* of the offset; a file is shorter than a terabyte */

static inline uint64_t place_serial(uint64_t generation, uint64_t offset)
{
	return generation << PLACE_SERIAL_BITS | offset;
}

/* True if the line that ends at `offset` was read by the time of `places`. */
static inline bool places_have(const struct places *places, uint64_t generation, uint64_t offset)
{
	for (unsigned int i = 0; i < places->count; i++)
		if (places->places[i].generation == generation)
			return offset <= places->places[i].offset;
	return places->count && generation < places->places[places->count - 1].generation;
}

#endif
